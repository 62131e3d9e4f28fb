//! Rule cards: the TOML of a rule, read with places.
//!
//! A card's logic is rule language inside strings. Nothing here understands it: what is handed on is the [`Span`] of the
//! text between the quotes, so that every complaint about it points into the card's file.

mod read;
mod shipped;
mod strings;
mod table;
mod template;
mod torn;
mod words;

pub use read::{read, read_untested};
pub use shipped::{PACKS, SHARED, Shipped};
pub use template::{Format, Piece, Template};

use crate::source::Span;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// 提示
    Note,
    /// 警告
    Warning,
    /// 错误
    Error,
}

impl Severity {
    /// Its name in cards and in output.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Note, Self::Warning, Self::Error].into_iter().find(|severity| severity.name() == name)
    }
}

/// A file of cards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardFile {
    /// `use = […]`: files of shared definitions, relative to the rules folder.
    pub uses: Vec<Words>,
    /// Its cards, those without a code or a `when` left out.
    pub cards: Vec<Card>,
    /// Whether cards, or files that it uses, may be missing because something was wrong with their text.
    pub lost: bool,
}

/// A text and where it stands, quotes left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The text, escapes undone.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// One `[[rule]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Unique over all loaded files, stable for ever.
    pub code: Words,
    /// The relation that other rules may use; none for a card that no rule uses.
    pub name: Option<Words>,
    /// What it is about, in a few words.
    pub title: String,
    /// Severities with their conditions, the first that holds wins.
    pub severity: Vec<SeverityCase>,
    /// The conditions: rule language.
    pub when: Span,
    /// What a finding says.
    pub message: Template,
    /// The places that a finding marks, the primary one first.
    pub labels: Vec<Label>,
    /// What to do about a finding.
    pub help: Option<Template>,
    /// What identifies a finding across runs: rule language; the house's default when empty.
    pub key: Vec<Span>,
    /// The norms that it rests on.
    pub basis: Vec<String>,
    /// What it finds, why it matters, what it does not report.
    pub why: String,
    /// Subjects.
    pub tags: Vec<String>,
    /// Parameters.
    pub params: Vec<Param>,
    /// Its own tests.
    pub tests: Vec<Test>,
}

impl Card {
    /// The relation of its findings, by its name or else its code.
    #[must_use]
    pub fn relation(&self) -> &Words {
        self.name.as_ref().unwrap_or(&self.code)
    }
}

/// One entry of `severity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeverityCase {
    /// When it applies: rule language; always, without one.
    pub when: Option<Span>,
    /// How much the finding weighs then.
    pub is: Severity,
}

/// One entry of `labels`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// What is marked: rule language.
    pub at: Span,
    /// What to say there.
    pub text: Template,
    /// At most so many places.
    pub limit: Option<usize>,
}

/// `params.min_rate = { … }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name, where it is declared.
    pub name: Words,
    /// Its value when nobody sets another.
    pub default: Setting,
    /// The least it may be.
    pub min: Option<Setting>,
    /// The most it may be.
    pub max: Option<Setting>,
    /// What it means.
    pub about: String,
}

/// The value of a parameter, as written: `90%`, `10万元`, `3`, `甲`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// What is written, quotes left out.
    pub words: Words,
    /// Whether it stands in quotes, so that it may be a text.
    pub quoted: bool,
}

/// One `[[rule.test]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// What it shows.
    pub name: Words,
    /// The facts: rule language.
    pub facts: Span,
    /// One conjunction for each finding that is expected: rule language.
    pub expect: Vec<Span>,
    /// Parameters that this test sets.
    pub params: Vec<(Words, Setting)>,
}

#[cfg(test)]
mod tests;
