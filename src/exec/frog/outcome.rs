//! Derived rows as they are given to those who do not know words.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::derived::Derived;
use super::words::{Kind, Words};
use crate::exec::Rows;
use crate::value::Value;

/// Rows of a derived relation, with what is needed to read their words.
#[derive(Debug)]
struct Decoded {
    rows: Derived,
    /// Values of words that do not stand for themselves, of all relations of the run.
    boxed: Arc<Vec<Value>>,
    texts: FxHashMap<u32, Arc<str>>,
}

impl Rows for Decoded {
    fn len(&self) -> usize {
        self.rows.len
    }

    fn value(&self, row: usize, column: usize) -> Value {
        let word = self.rows.columns[column][row];
        match self.rows.kinds[column] {
            Kind::Symbol => Value::Symbol(Arc::clone(&self.texts[&word])),
            kind => Words::read(&self.boxed, word, kind),
        }
    }
}

/// Rows that own what they need.
#[must_use]
pub fn decoded(derived: Vec<Option<Derived>>, words: Words<'_>) -> Vec<Option<Box<dyn Rows>>> {
    let texts = |rows: &Derived| {
        let mut texts = FxHashMap::default();
        for (kind, column) in rows.kinds.iter().zip(&rows.columns) {
            if *kind == Kind::Symbol {
                for word in column {
                    texts.entry(*word).or_insert_with(|| words.symbol(*word));
                }
            }
        }
        texts
    };
    let with_texts: Vec<_> = derived.into_iter().map(|rows| rows.map(|rows| (texts(&rows), rows))).collect();
    let boxed = Arc::new(words.into_boxed());
    let own = |(texts, rows)| Box::new(Decoded { rows, boxed: Arc::clone(&boxed), texts }) as Box<dyn Rows>;
    with_texts.into_iter().map(|rows| rows.map(own)).collect()
}
