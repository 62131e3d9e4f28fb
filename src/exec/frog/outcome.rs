//! Derived rows as they are given to those who do not know words.

use std::sync::{Arc, RwLock};

use rustc_hash::FxHashMap;

use super::derived::Derived;
use super::words::{Kind, More, Words};
use crate::exec::Rows;
use crate::value::Value;

/// Rows of a derived relation, with what is needed to read their words.
#[derive(Debug)]
struct Decoded {
    rows: Arc<Derived>,
    more: Arc<RwLock<More>>,
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
            kind => Words::read(&self.more, word, kind),
        }
    }
}

/// Rows that need nothing else to be read. They do not grow any more.
#[must_use]
pub fn decoded(rows: &Arc<Derived>, words: &Words<'_>) -> Box<dyn Rows> {
    let mut texts = FxHashMap::default();
    for (kind, column) in rows.kinds.iter().zip(&rows.columns) {
        if *kind == Kind::Symbol {
            for word in column {
                texts.entry(*word).or_insert_with(|| words.symbol(*word));
            }
        }
    }
    Box::new(Decoded { rows: Arc::clone(rows), more: words.shared(), texts })
}
