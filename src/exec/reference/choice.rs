//! `choice-domain`: of rows with one key, the first stays.

use std::collections::BTreeSet;

use crate::value::Value;

/// The keys that a relation's rows have taken.
#[derive(Debug)]
pub(super) struct Chosen<'p> {
    /// Each key, as columns.
    keys: &'p [Vec<usize>],
    taken: Vec<BTreeSet<Vec<Value>>>,
}

impl<'p> Chosen<'p> {
    /// What `rows` take of `keys`.
    pub(super) fn new(keys: &'p [Vec<usize>], rows: &BTreeSet<Vec<Value>>) -> Self {
        let taken = keys.iter().map(|key| rows.iter().map(|row| part(key, row)).collect());
        Self { keys, taken: taken.collect() }
    }

    /// Whether no row with a key of `row` is there.
    pub(super) fn is_free(&self, row: &[Value]) -> bool {
        !self.keys.iter().zip(&self.taken).any(|(key, taken)| taken.contains(&part(key, row)))
    }

    /// Adds a row to `rows`, unless one with its key is there.
    pub(super) fn insert(&mut self, rows: &mut BTreeSet<Vec<Value>>, row: Vec<Value>) {
        if !self.is_free(&row) {
            return;
        }
        for (key, taken) in self.keys.iter().zip(&mut self.taken) {
            taken.insert(part(key, &row));
        }
        rows.insert(row);
    }
}

fn part(key: &[usize], row: &[Value]) -> Vec<Value> {
    key.iter().map(|column| row[*column].clone()).collect()
}
