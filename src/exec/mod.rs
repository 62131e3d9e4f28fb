//! Running a program over the facts.
//!
//! Two engines give the same [`Outcome`]: `reference`, naive and kept for ever as the judge, and `frog` on datafrog.

pub mod arrival;
pub mod cells;
pub mod compare;
pub mod dominance;
pub mod doubt;
pub mod fold;
pub mod frog;
pub mod limits;
pub mod matcher;
pub mod profile;
pub mod reference;
pub mod undecided;

use std::ops::Range;

use crate::facts::store::{Store, Symbols};
use crate::ir::{Program, RuleId, VarId};
use crate::source::{SourceMap, Span};
use crate::value::Value;
use crate::value::functions::EvalError;

/// What a run needs.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// The program.
    pub program: &'a Program,
    /// The facts.
    pub store: &'a Store,
    /// Where they stand; read only for the built-in column `line` and for parts of texts.
    pub sources: &'a SourceMap,
}

/// The rows of a derived relation: distinct, in no promised order.
pub trait Rows: std::fmt::Debug + Send + Sync {
    /// How many.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The value of a column of a row. `symbols` are those of the facts from which rows were derived.
    fn value(&self, row: usize, column: usize, symbols: &Symbols) -> Value;
    /// The values of the first so many columns of a row.
    fn row(&self, row: usize, columns: usize, symbols: &Symbols) -> Vec<Value> {
        (0..columns).map(|column| self.value(row, column, symbols)).collect()
    }
    /// The values of the first so many columns of some rows, one row behind the other.
    fn stretch(&self, rows: Range<usize>, columns: usize, symbols: &Symbols) -> Vec<Value> {
        rows.flat_map(|row| self.row(row, columns, symbols)).collect()
    }
    /// What tells their values apart, where that is less than the values.
    fn keys(&self) -> Option<&dyn Keys> {
        None
    }
}

/// Numbers for the values of derived rows, equal within a column exactly when the values are.
pub trait Keys {
    /// That of a column of a row.
    fn key(&self, row: usize, column: usize, symbols: &Symbols) -> u64;
    /// That of a value; none when no row has it.
    fn key_of(&self, value: &Value, symbols: &Symbols) -> Option<u64>;
}

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// Rows of every relation that rules derive, by `RelationId`; none for relations of facts.
    pub relations: Vec<Option<Box<dyn Rows>>>,
    /// Instances that could not be decided, sorted.
    pub undecided: Vec<Undecided>,
    /// Instances whose evaluation has no value, sorted.
    pub errors: Vec<InstanceError>,
    /// Rules that could not be finished.
    pub failures: Vec<Failure>,
    /// What it took; empty from the reference engine.
    pub profile: profile::Profile,
    /// Rows of derived relations that undecided instances would derive.
    pub possible: doubt::Possible,
}

/// A cell of a fact table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellRef {
    /// Position of the table in the store.
    pub table: usize,
    /// Its row.
    pub row: u32,
    /// Its column.
    pub column: usize,
}

/// An instance of a rule that needed a cell without a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undecided {
    /// The rule.
    pub rule: RuleId,
    /// The cells without which it cannot be decided.
    pub cells: Vec<CellRef>,
    /// What was bound when that was seen.
    pub bindings: Vec<(VarId, Value)>,
    /// The condition that could not be decided.
    pub span: Span,
}

/// An instance of a rule whose evaluation has no value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InstanceError {
    /// The rule.
    pub rule: RuleId,
    /// What went wrong.
    pub error: EvalError,
    /// What was bound then.
    pub bindings: Vec<(VarId, Value)>,
    /// The condition or expression.
    pub span: Span,
}

/// A rule that could not be finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The rule.
    pub rule: RuleId,
    /// Which limit was reached, or what happened.
    pub reason: crate::diagnostic::Text,
}
