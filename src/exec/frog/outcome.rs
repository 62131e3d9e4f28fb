//! Derived rows as they are given to those who do not know words.

use std::sync::{Arc, RwLock};

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
    /// Row numbers in the order of values; none for the order of arrival.
    order: Option<Vec<u32>>,
}

/// Beyond so many rows, they stay in the order of arrival.
const MOST_SORTED: usize = 1 << 18;

impl Decoded {
    fn read(&self, row: usize, column: usize) -> Value {
        let word = self.rows.columns[column][row];
        match self.rows.kinds[column] {
            Kind::Symbol => Value::Symbol(Arc::clone(&self.texts[&word])),
            kind => Words::read(&self.more, word, kind),
        }
    }

    /// Puts the rows into the order of their values, so that what is found first does not depend on the plan.
    fn sorted(mut self) -> Self {
        if self.rows.len <= MOST_SORTED {
            let mut order: Vec<u32> = (0_u32..).take(self.rows.len).collect();
            let key = |row: &u32| -> Vec<Value> {
                (0..self.rows.columns.len()).map(|column| self.read(*row as usize, column)).collect()
            };
            order.sort_by_cached_key(key);
            self.order = Some(order);
        }
        self
    }
}

impl Rows for Arc<Decoded> {
    fn len(&self) -> usize {
        self.rows.len
    }

    fn value(&self, row: usize, column: usize) -> Value {
        self.read(self.order.as_ref().map_or(row, |order| order[row] as usize), column)
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
    let decoded = Decoded { rows: Arc::clone(rows), more: words.shared(), texts, order: None };
    if sorted { decoded.sorted() } else { decoded }
}
