//! [`Answers`]: what a query comes to.

/// The answer: a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Its columns: the variables outside braces, then the fields of rows that the conditions mention.
    pub columns: Vec<String>,
    /// Its rows, in the order of the facts.
    pub rows: Vec<Vec<String>>,
    /// Instances that could not be decided.
    pub undecided: usize,
}
