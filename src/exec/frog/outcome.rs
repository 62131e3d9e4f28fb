//! Derived rows as they are given to those who do not know words.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::derived::Derived;
use super::words::{Kept, Words};
use crate::exec::{Keys, Rows};
use crate::facts::store::Symbols;
use crate::value::Value;

/// Rows of a derived relation, with what is needed to read their words.
#[derive(Debug)]
pub struct Decoded {
    rows: Arc<Derived>,
    words: Kept,
    /// Whether they come in the order of their values, so that what is found first does not depend on the plan.
    sorted: bool,
    /// Row numbers in that order, once somebody asked for a row.
    order: OnceLock<Vec<u32>>,
}

/// Beyond so many rows, they stay in the order of arrival.
const MOST_SORTED: usize = 1 << 18;

impl Decoded {
    /// The word of a column of a row.
    fn word(&self, row: usize, column: usize, symbols: &Symbols) -> u32 {
        let row = if self.sorted { self.order.get_or_init(|| self.in_order(symbols))[row] as usize } else { row };
        self.rows.columns[column][row]
    }

    fn in_order(&self, symbols: &Symbols) -> Vec<u32> {
        let ranks: Vec<Vec<u32>> = (0..self.rows.columns.len()).map(|column| self.ranks(column, symbols)).collect();
        let mut order: Vec<u32> = (0_u32..).take(self.rows.len).collect();
        let rank = |row: u32| ranks.iter().map(move |of| of[row as usize]);
        order.sort_by(|one, other| rank(*one).cmp(rank(*other)));
        order
    }

    /// By row: which of the values of a column its own is, counted from the smallest; equal values count once.
    fn ranks(&self, column: usize, symbols: &Symbols) -> Vec<u32> {
        let words = &self.rows.columns[column];
        let mut distinct = words.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let mut values: Vec<(Value, u32)> =
            distinct.into_iter().map(|word| (self.words.value(word, self.rows.kinds[column], symbols), word)).collect();
        values.sort();
        let mut ranks = FxHashMap::default();
        for (at, (value, word)) in values.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| &values[before]).filter(|(before, _)| before == value);
            let rank = before.map_or(ranks.len(), |(_, word)| ranks[word] as usize);
            ranks.insert(*word, u32::try_from(rank).unwrap_or(u32::MAX));
        }
        words.iter().map(|word| ranks[word]).collect()
    }
}

impl Rows for Arc<Decoded> {
    fn len(&self) -> usize {
        self.rows.len
    }

    fn value(&self, row: usize, column: usize, symbols: &Symbols) -> Value {
        self.words.value(self.word(row, column, symbols), self.rows.kinds[column], symbols)
    }

    fn stretch(&self, rows: Range<usize>, columns: usize, symbols: &Symbols) -> Vec<Value> {
        let words = self.words.reading(symbols);
        let value = |row, column| words.value(self.word(row, column, symbols), self.rows.kinds[column]);
        rows.flat_map(|row| (0..columns).map(move |column| value(row, column))).collect()
    }

    fn keys(&self) -> Option<&dyn Keys> {
        Some(&**self)
    }
}

impl Keys for Decoded {
    fn key(&self, row: usize, column: usize, symbols: &Symbols) -> u64 {
        u64::from(self.word(row, column, symbols))
    }

    fn key_of(&self, value: &Value, symbols: &Symbols) -> Option<u64> {
        self.words.word_of(value, symbols).map(u64::from)
    }
}

/// Rows that need only the symbols of the facts to be read. They do not grow any more.
#[must_use]
pub fn decoded(rows: &Arc<Derived>, words: &Words<'_>, sorted: bool) -> Decoded {
    let sorted = sorted && rows.len <= MOST_SORTED;
    Decoded { rows: Arc::clone(rows), words: words.kept(), sorted, order: OnceLock::new() }
}
