//! Complaints about our inputs — rule text, fact files, manifests — as plain data.
//!
//! A diagnostic says that the run cannot be trusted there. What an audit finds in the audited world is a
//! [`finding`](crate::finding), never a diagnostic. Nothing here draws or prints.

mod code;
mod nearest;

pub use code::Code;
pub use nearest::nearest;

use crate::source::Span;

/// A sentence in the two languages of the house.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Text {
    /// Chinese, the first language.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The sentence in `lang`.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

/// A [`Text`] from two format strings that capture their arguments: `text!("没有 {name}", "no {name}")`.
#[macro_export]
macro_rules! text {
    ($zh:literal, $en:literal) => {
        $crate::diagnostic::Text { zh: format!($zh), en: format!($en) }
    };
}

/// A language of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Lang {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

/// How much a diagnostic weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not meant.
    Warning,
    /// The input cannot be used as it stands.
    Error,
}

/// A place and what it has to do with the complaint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What to say there; may be empty.
    pub text: Text,
    /// Whether this is the wrong thing itself rather than a reason for it.
    pub primary: bool,
}

/// An edit that would mend the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What to replace.
    pub span: Span,
    /// What to write instead.
    pub replacement: String,
}

/// One complaint about our inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which complaint this is.
    pub code: Code,
    /// Its weight.
    pub severity: Severity,
    /// One sentence in the user's words.
    pub message: Text,
    /// Places, the primary ones first.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<Text>,
    /// Edits that would mend it, when they are certain.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// An error with no place yet.
    #[must_use]
    pub fn error(code: Code, message: Text) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A warning with no place yet.
    #[must_use]
    pub fn warning(code: Code, message: Text) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// A note with no place yet.
    #[must_use]
    pub fn note(code: Code, message: Text) -> Self {
        Self::new(code, Severity::Note, message)
    }

    fn new(code: Code, severity: Severity, message: Text) -> Self {
        Self { code, severity, message, labels: Vec::new(), help: None, fixes: Vec::new() }
    }

    /// Marks the wrong thing itself, with nothing more to say there.
    #[must_use]
    pub fn at(self, span: Span) -> Self {
        self.primary(span, Text::default())
    }

    /// Marks the wrong thing itself.
    #[must_use]
    pub fn primary(mut self, span: Span, text: Text) -> Self {
        self.labels.push(Label { span, text, primary: true });
        self
    }

    /// Marks a reason: the declaration, the first use.
    #[must_use]
    pub fn secondary(mut self, span: Span, text: Text) -> Self {
        self.labels.push(Label { span, text, primary: false });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: Text) -> Self {
        self.help = Some(help);
        self
    }

    /// Adds an edit that mends it.
    #[must_use]
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.fixes.push(Fix { span, replacement: replacement.into() });
        self
    }

    /// Says that `near` was probably meant at `span`, as help and as an edit.
    #[must_use]
    pub fn meant(self, span: Span, near: &str) -> Self {
        self.help(text!("是否 `{near}`？", "did you mean `{near}`?")).fix(span, near)
    }

    /// The first primary place, if the complaint has one.
    #[must_use]
    pub fn place(&self) -> Option<Span> {
        self.labels.iter().find(|label| label.primary).map(|label| label.span)
    }
}

/// Every complaint of a stage. Readers return `(T, Report)`: half a good tree and all bad rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    /// An empty report.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a complaint.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Adds all complaints of `other`.
    pub fn append(&mut self, other: Self) {
        self.diagnostics.extend(other.diagnostics);
    }

    /// Keeps only complaints that `wanted` says are.
    pub fn retain(&mut self, wanted: impl FnMut(&Diagnostic) -> bool) {
        self.diagnostics.retain(wanted);
    }

    /// The complaints, in the order they were made.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The complaints by place, each once.
    #[must_use]
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|diagnostic| (diagnostic.place(), diagnostic.code));
        self.diagnostics.dedup();
        self.diagnostics
    }

    /// Whether any complaint is an error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.diagnostics.is_empty()
    }
}

impl Extend<Diagnostic> for Report {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, iter: T) {
        self.diagnostics.extend(iter);
    }
}
