//! What happens before parsing: `.include`, `.once`, and the lines that begin with `#`.
//!
//! It works on tokens, so every token keeps the place where it was written: what a macro gave shows the macro's use, an
//! included file's tokens show that file.

mod condition;
mod expand;
mod formula;
mod include;
mod macros;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Report, Text};
use crate::source::{FileId, SourceMap, Span};
use crate::text;

use super::lexer::{self, Lexed, lex};
use super::token::{Kind, Token};
use condition::Condition;
pub use include::beside;
use macros::Macro;

/// How deep includes, and macros, may be nested.
const DEEPEST: usize = 64;
/// How many tokens macros may give in all: a few lines of macros can stand for more than a machine holds.
const MOST: usize = 1_000_000;

/// Finds the text for a path that an include in the given file names; says why when it cannot.
pub type Loader<'a> = dyn FnMut(&mut SourceMap, &str, FileId) -> Result<FileId, Text> + 'a;

/// The tokens of `file`, with its includes and macros followed.
#[must_use]
pub fn preprocess(sources: &mut SourceMap, file: FileId, loader: &mut Loader) -> Lexed {
    let mut run = Run {
        sources,
        loader,
        out: Lexed::default(),
        macros: BTreeMap::new(),
        once: BTreeSet::new(),
        files: Vec::new(),
        made: BTreeMap::new(),
        given: 0,
        depth: 0,
        counted: 0,
        exhausted: false,
    };
    run.file(file);
    let end = run.sources.file(file).span().end();
    let span = Span::new(end, end);
    run.out.tokens.push(Token { kind: Kind::End, span, text: span, starts_line: true, joined: false });
    run.out.comments.sort_unstable();
    run.out.comments.dedup();
    run.out.torn.sort_unstable();
    run.out
}

struct Run<'a, 'b> {
    sources: &'a mut SourceMap,
    loader: &'a mut Loader<'b>,
    out: Lexed,
    macros: BTreeMap<String, Macro>,
    /// Names of the files that are read only once.
    once: BTreeSet<String>,
    /// The files being read, each included by the one before.
    files: Vec<FileId>,
    /// Texts that macros made, which stand in no file.
    made: BTreeMap<String, Span>,
    /// How many tokens macros gave so far.
    given: usize,
    /// How many macros are being replaced inside one another.
    depth: usize,
    /// How often `__COUNTER__` was asked for.
    counted: usize,
    /// Whether macros gave too much, which has been said.
    exhausted: bool,
}

impl Run<'_, '_> {
    fn file(&mut self, file: FileId) {
        let lexed = lex(self.sources, self.sources.file(file).span(), lexer::Text::File);
        self.out.comments.extend(lexed.comments);
        self.out.torn.extend(lexed.torn);
        self.files.push(file);
        let hidden = self.tokens(&lexed.tokens);
        self.files.pop();
        self.keep_visible(lexed.report, &hidden);
    }

    /// Keeps the complaints about what no condition hides.
    fn keep_visible(&mut self, report: Report, hidden: &[Span]) {
        for complaint in report.sorted() {
            let place = complaint.place().unwrap_or_default();
            let before = hidden.partition_point(|span| span.start() <= place.start());
            if hidden[..before].last().is_none_or(|span| place.end() > span.end()) {
                self.out.report.push(complaint);
            }
        }
    }

    /// Reads the tokens of one file; gives the parts that conditions hide.
    fn tokens(&mut self, tokens: &[Token]) -> Vec<Span> {
        let mut conditions: Vec<Condition> = Vec::new();
        let mut hidden: Vec<Span> = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at).copied().filter(|token| token.kind != Kind::End) {
            let visible = conditions.last().is_none_or(|condition| condition.visible);
            if token.kind == Kind::Hash {
                at += 1;
                if !self.line(token, &mut conditions) {
                    break;
                }
                continue;
            }
            if !visible {
                hidden.push(token.span);
                at += 1;
                continue;
            }
            match self.include_or_once(tokens, at) {
                Step::Stop => break,
                Step::Read(0) => at += self.expand_at(tokens, at),
                Step::Read(read) => at += read,
            }
        }
        for condition in conditions {
            let message = text!("这个条件没有 `#endif`", "this condition has no `#endif`");
            let help = text!("在条件结束处写 `#endif`", "write `#endif` where the condition ends");
            self.complain(Diagnostic::error(Code::UnclosedBracket, message).at(condition.place).help(help));
        }
        hidden
    }

    /// `.include "path"` and `.once`.
    fn include_or_once(&mut self, tokens: &[Token], at: usize) -> Step {
        let token = tokens[at];
        if token.kind != Kind::Directive {
            return Step::Read(0);
        }
        let word = self.sources.text(token.text).into_owned();
        if word == ".once" {
            return if self.enter_once() { Step::Read(1) } else { Step::Stop };
        }
        let path = tokens.get(at + 1).filter(|path| path.kind == Kind::Text);
        let Some(path) = path.filter(|_| word == ".include") else { return Step::Read(0) };
        let (written, _) = lexer::unescape(&self.sources.text(path.text));
        self.include(&written, path.span);
        Step::Read(2)
    }

    fn complain(&mut self, complaint: Diagnostic) {
        self.out.report.push(complaint);
    }

    /// The span of a text that stands in no file.
    fn made(&mut self, text: &str) -> Option<Span> {
        if let Some(span) = self.made.get(text) {
            return Some(*span);
        }
        let file = self.sources.add("<macro>", text).ok()?;
        let span = self.sources.file(file).span();
        self.made.insert(text.to_owned(), span);
        Some(span)
    }
}

/// What was done with a token.
enum Step {
    /// So many tokens were used up.
    Read(usize),
    /// The rest of the file is left out.
    Stop,
}

#[cfg(test)]
mod tests;
