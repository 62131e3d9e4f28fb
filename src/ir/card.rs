//! What the rule of a card needs beyond its conditions: message, labels, severity and key, resolved in its scope.

use super::{Expr, Literal, RelationId, RuleId, TypeId, VarId};
pub use crate::cards::Format;
use crate::cards::Severity;

/// The resolved parts of one card. Its rule's alternatives (`;`) share the relation.
#[derive(Clone, Debug)]
pub struct Card {
    /// The relation of its findings: one column per variable outside braces, row variables first.
    pub relation: RelationId,
    /// Each alternative of its `when`, with the templates resolved in that alternative's scope.
    pub alternatives: Vec<Alternative>,
}

/// One alternative of a card's `when`.
#[derive(Clone, Debug)]
pub struct Alternative {
    /// Its rule. The head's arguments are the variables of [`Card::relation`]'s columns, in order; a variable that this
    /// alternative has not makes the card wrong.
    pub rule: RuleId,
    /// The message.
    pub message: Template,
    /// The help, if the card has one.
    pub help: Option<Template>,
    /// The labels, in the card's order.
    pub labels: Vec<Label>,
    /// Severities with their conditions, first that holds wins; the last has none.
    pub severity: Vec<(Vec<Literal>, Severity)>,
    /// What identifies a finding across runs: expressions over the finding's variables.
    pub key: Template,
}

/// A text with expressions in it.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// Literals to run after the finding's variables are bound, which bind the fields that the template mentions.
    pub display: Vec<Literal>,
    /// Its parts in order.
    pub parts: Vec<Part>,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Literal text.
    Text(String),
    /// An expression, its type and how to write it.
    Expr(Expr, TypeId, Format),
}

/// A label.
#[derive(Clone, Debug)]
pub struct Label {
    /// What is marked.
    pub at: Place,
    /// The aggregate (or negation-free) body in which `at` is bound: its position in the rule's body, then in that
    /// aggregate's body, and so on. Empty for variables outside braces.
    pub scope: Vec<usize>,
    /// What to say there.
    pub text: Template,
    /// At most so many places; none for the house's default.
    pub limit: Option<usize>,
}

/// What a label marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The whole row.
    Row(VarId),
    /// A cell of a row.
    Cell(VarId, usize),
    /// The part of a text that a row of a generator was read from; the cell is that of the generator's first argument.
    Part(VarId),
}
