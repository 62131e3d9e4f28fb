//! Sets of rows as tables.

use std::collections::BTreeSet;

use crate::exec::Rows;
use crate::facts::store::Symbols;
use crate::value::Value;

/// Rows in order.
#[derive(Debug, Default)]
pub(super) struct Listed {
    rows: Vec<Vec<Value>>,
}

impl Listed {
    pub(super) fn new(rows: &BTreeSet<Vec<Value>>) -> Self {
        Self { rows: rows.iter().cloned().collect() }
    }
}

impl Rows for Listed {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn value(&self, row: usize, column: usize, _: &Symbols) -> Value {
        self.rows[row][column].clone()
    }
}
