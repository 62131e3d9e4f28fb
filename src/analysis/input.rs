//! [`Input`]: what [`analyse`](super::analyse) needs.

use crate::cards::Severity;
use crate::facts::store::Store;
use crate::ir::card::Format;
use crate::source::{SourceMap, Span};
use crate::syntax::ast;

/// What is analysed, and for whom.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Whether this is an audit or a plain Datalog program.
    pub mode: Mode,
    /// The texts, for quoting them in complaints.
    pub sources: &'a SourceMap,
    /// Rule files, in the order they were loaded.
    pub programs: &'a [ast::Program],
    /// Cards, in the order of their files.
    pub cards: &'a [CardSource<'a>],
    /// Loaded facts.
    pub store: &'a Store,
    /// Whether rule files, or cards, are missing because something was wrong with them: what they declare is not known.
    pub unread: bool,
}

/// Whose habits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// An audit: numbers with a point are decimals, doubts are warnings.
    Audit,
    /// A plain Datalog program: numbers with a point are floats, doubts are not worth a word.
    Plain,
}

/// One card, read and its logic parsed.
#[derive(Clone, Debug)]
pub struct CardSource<'a> {
    /// `YS-001`
    pub code: &'a str,
    /// The relation that other rules may use.
    pub name: &'a str,
    /// Where the name (or, without one, the code) is written.
    pub span: Span,
    /// The conditions.
    pub when: &'a ast::Body,
    /// Whether nothing of it is looked at but its name: it is known to be right, and cannot apply.
    pub idle: bool,
    /// Parameters with the values of this run.
    pub params: Vec<Parameter<'a>>,
    /// The message.
    pub message: &'a TemplateSource,
    /// The help, if the card has one.
    pub help: Option<&'a TemplateSource>,
    /// The labels, in the card's order.
    pub labels: &'a [LabelSource],
    /// Severities with their conditions, the first that holds wins. The last should have no condition.
    pub severity: &'a [SeveritySource],
    /// `key = […]`; empty for the house's default.
    pub key: &'a [ast::Arg],
}

/// `params.min_rate`
#[derive(Clone, Debug)]
pub struct Parameter<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value in this run, as the rule language writes it: `90%`, `10万元`, `3`, `"甲"`.
    pub value: ast::Const,
    /// Where it is declared.
    pub span: Span,
}

/// One entry of `labels`.
#[derive(Clone, Debug)]
pub struct LabelSource {
    /// What is marked: `p`, `p.budget`, `i.text`.
    pub at: ast::Arg,
    /// What to say there.
    pub text: TemplateSource,
    /// At most so many places.
    pub limit: Option<usize>,
}

/// One entry of `severity`.
#[derive(Clone, Debug)]
pub struct SeveritySource {
    /// When it applies; always, without one.
    pub when: Option<ast::Body>,
    /// How much the finding weighs then.
    pub is: Severity,
}

/// A text with `{expressions}` in it.
#[derive(Clone, Debug, Default)]
pub struct TemplateSource {
    /// Its parts in order.
    pub pieces: Vec<Piece>,
}

/// A part of a [`TemplateSource`].
#[derive(Clone, Debug)]
pub enum Piece {
    /// Literal text, `{{` and `}}` undone.
    Text(String),
    /// `{expression}` or `{expression:format}`
    Hole(ast::Arg, Format),
}
