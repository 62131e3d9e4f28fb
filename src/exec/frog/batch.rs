//! [`Batch`]: a few thousand partial solutions of a body, column by column, live columns only.

use super::words::Kind;
use crate::value::functions::EvalError;
use crate::value::{Decimal, Value};

/// How many rows a batch aims at. A step that multiplies rows hands them on in pieces of about this size.
pub const BATCH: usize = 4096;

/// One column of a batch.
#[derive(Clone, Debug)]
pub enum Vector {
    /// Words of that kind.
    Words(Kind, Vec<u32>),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// Decimals or money as multiples of 10^-scale.
    Scaled {
        /// Decimal places.
        scale: u32,
        /// Whether they are money.
        money: bool,
        /// The multiples.
        values: Vec<i64>,
    },
    /// Anything.
    Values(Vec<Value>),
    /// Anything, where some rows have no value.
    Partial(Vec<Result<Value, Fault>>),
}

/// Why an expression has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It needs blank cells.
    Blank,
    /// It needs something else without a value.
    Unknown,
    /// Its evaluation failed.
    Error(EvalError),
}

impl Fault {
    /// Of something that needs both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Error(error), _) | (_, Self::Error(error)) => Self::Error(error),
            (Self::Blank, Self::Blank) => Self::Blank,
            _ => Self::Unknown,
        }
    }
}

impl From<EvalError> for Fault {
    fn from(error: EvalError) -> Self {
        Self::Error(error)
    }
}

impl Vector {
    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Words(_, words) => words.len(),
            Self::Ints(values) | Self::Scaled { values, .. } => values.len(),
            Self::Values(values) => values.len(),
            Self::Partial(values) => values.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows at `rows`, in that order.
    #[must_use]
    pub fn gather(&self, rows: &[u32]) -> Self {
        match self {
            Self::Words(kind, words) => Self::Words(*kind, rows.iter().map(|row| words[*row as usize]).collect()),
            Self::Ints(values) => Self::Ints(rows.iter().map(|row| values[*row as usize]).collect()),
            Self::Scaled { scale, money, values } => Self::Scaled {
                scale: *scale,
                money: *money,
                values: rows.iter().map(|row| values[*row as usize]).collect(),
            },
            Self::Values(values) => Self::Values(rows.iter().map(|row| values[*row as usize].clone()).collect()),
            Self::Partial(values) => Self::Partial(rows.iter().map(|row| values[*row as usize].clone()).collect()),
        }
    }
}

/// A decimal or an amount of money.
#[must_use]
pub fn amount(decimal: Decimal, money: bool) -> Value {
    if money { Value::Money(decimal) } else { Value::Decimal(decimal) }
}

/// Rows of live columns. A slot that is not live holds nothing. A plan may have thousands of slots of which few are live at
/// a time: only those are there.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// How many rows.
    pub len: usize,
    /// The columns that are there, by ascending slot.
    held: Vec<(usize, Vector)>,
}

impl Batch {
    /// So many rows without columns.
    #[must_use]
    pub const fn bare(len: usize) -> Self {
        Self { len, held: Vec::new() }
    }

    /// The column of a slot, if it holds one.
    #[must_use]
    pub fn get(&self, slot: usize) -> Option<&Vector> {
        let at = self.held.binary_search_by_key(&slot, |(slot, _)| *slot).ok()?;
        Some(&self.held[at].1)
    }

    /// The words of a slot that holds words.
    ///
    /// # Panics
    /// When it does not; the plan says what each slot holds.
    #[must_use]
    pub fn words(&self, slot: usize) -> &[u32] {
        match self.get(slot) {
            Some(Vector::Words(_, words)) => words,
            _ => panic!("slot {slot} holds words"),
        }
    }

    /// Sets a slot.
    pub fn set(&mut self, slot: usize, vector: Vector) {
        debug_assert_eq!(vector.len(), self.len);
        match self.held.binary_search_by_key(&slot, |(slot, _)| *slot) {
            Ok(at) => self.held[at].1 = vector,
            Err(at) => self.held.insert(at, (slot, vector)),
        }
    }

    /// Gives up the columns of other slots than `live`, which ascend.
    pub fn keep(&mut self, live: &[usize]) {
        if self.held.len() > live.len() {
            self.held.retain(|(slot, _)| live.binary_search(slot).is_ok());
        }
    }

    /// The rows at `rows`, in that order, of the slots in `live`, which ascend.
    #[must_use]
    pub fn gather(&self, rows: &[u32], live: &[usize]) -> Self {
        let kept = live.iter().filter_map(|slot| Some((*slot, self.get(*slot)?.gather(rows))));
        Self { len: rows.len(), held: kept.collect() }
    }

    /// The rows at `rows`, in that order, of every slot that holds something.
    #[must_use]
    pub fn select(&self, rows: &[u32]) -> Self {
        let held = self.held.iter().map(|(slot, vector)| (*slot, vector.gather(rows))).collect();
        Self { len: rows.len(), held }
    }
}
