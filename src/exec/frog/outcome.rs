//! Derived rows as they are given to those who do not know words.

use std::sync::{Arc, OnceLock, RwLock};

use rustc_hash::FxHashMap;

use super::derived::Derived;
use super::words::{Kind, More, Words};
use crate::exec::Rows;
use crate::value::Value;

/// Rows of a derived relation, with what is needed to read their words.
#[derive(Debug)]
pub struct Decoded {
    rows: Arc<Derived>,
    more: Arc<RwLock<More>>,
    texts: FxHashMap<u32, Arc<str>>,
    /// Whether they come in the order of their values, so that what is found first does not depend on the plan.
    sorted: bool,
    /// Row numbers in that order, once somebody asked for a row.
    order: OnceLock<Vec<u32>>,
}

/// Beyond so many rows, they stay in the order of arrival.
const MOST_SORTED: usize = 1 << 18;

impl Decoded {
    fn read(&self, row: usize, column: usize) -> Value {
        self.value_of(self.rows.columns[column][row], column)
    }

    fn value_of(&self, word: u32, column: usize) -> Value {
        match self.rows.kinds[column] {
            Kind::Symbol => Value::Symbol(Arc::clone(&self.texts[&word])),
            kind => Words::read(&self.more, word, kind),
        }
    }

    fn in_order(&self) -> Vec<u32> {
        let ranks: Vec<Vec<u32>> = (0..self.rows.columns.len()).map(|column| self.ranks(column)).collect();
        let mut order: Vec<u32> = (0_u32..).take(self.rows.len).collect();
        let rank = |row: u32| ranks.iter().map(move |of| of[row as usize]);
        order.sort_by(|one, other| rank(*one).cmp(rank(*other)));
        order
    }

    /// By row: which of the values of a column its own is, counted from the smallest; equal values count once.
    fn ranks(&self, column: usize) -> Vec<u32> {
        let words = &self.rows.columns[column];
        let mut distinct = words.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let mut values: Vec<(Value, u32)> =
            distinct.into_iter().map(|word| (self.value_of(word, column), word)).collect();
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

    fn value(&self, row: usize, column: usize) -> Value {
        let row = if self.sorted { self.order.get_or_init(|| self.in_order())[row] as usize } else { row };
        self.read(row, column)
    }
}

/// Rows that need nothing else to be read. They do not grow any more.
#[must_use]
pub fn decoded(rows: &Arc<Derived>, words: &Words<'_>, sorted: bool) -> Decoded {
    let mut texts = FxHashMap::default();
    for (kind, column) in rows.kinds.iter().zip(&rows.columns) {
        if *kind == Kind::Symbol {
            for word in column {
                texts.entry(*word).or_insert_with(|| words.symbol(*word));
            }
        }
    }
    let sorted = sorted && rows.len <= MOST_SORTED;
    Decoded { rows: Arc::clone(rows), more: words.shared(), texts, sorted, order: OnceLock::new() }
}
