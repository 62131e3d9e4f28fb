//! [`Node`]: a proof as people read it — a tree of short lines, each with its place and what it claims.

use crate::source::Span;

/// A line of a proof, with what it stands on below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Node {
    /// What it says.
    pub text: String,
    /// Where: the condition in the rule, or the cell.
    pub place: Option<Span>,
    /// What it claims, so that the claim can be checked without the engine.
    pub claim: Option<Claim>,
    /// What it stands on.
    pub children: Vec<Node>,
}

/// A claim of a proof, in exact values: amounts of money in 元.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Claim {
    /// A cell holds this value.
    Cell {
        /// The value.
        value: String,
    },
    /// A comparison holds.
    Comparison {
        /// Left side.
        left: String,
        /// `=`, `!=`, `<`, `<=`, `>`, `>=`, `~`, `!~`.
        op: &'static str,
        /// Right side.
        right: String,
        /// How far apart the two may lie.
        #[serde(skip_serializing_if = "Option::is_none")]
        allowance: Option<String>,
    },
    /// The parts below add up to this, or there are so many of them.
    Aggregate {
        /// `sum`, `count`, `min`, `max`, `mean`.
        op: &'static str,
        /// What it came to.
        value: String,
        /// Every part, also those that are not shown.
        parts: Vec<String>,
    },
}
