//! Sets of rows as tables.

use std::collections::{BTreeMap, BTreeSet};

use crate::exec::Rows;
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

    fn value(&self, row: usize, column: usize) -> Value {
        self.rows[row][column].clone()
    }
}

/// Closes a relation of two columns under reflexivity, symmetry and transitivity, unless there is a reason not to make so
/// many rows: then that.
pub(super) fn close<R>(set: &mut BTreeSet<Vec<Value>>, why_not: impl FnOnce(usize) -> Option<R>) -> Option<R> {
    let mut class: BTreeMap<Value, usize> = BTreeMap::new();
    let mut classes: Vec<BTreeSet<Value>> = Vec::new();
    for row in set.iter() {
        let [a, b] = &row[..] else { return None };
        let mut place = |value: &Value| {
            *class.entry(value.clone()).or_insert_with(|| {
                classes.push(BTreeSet::from([value.clone()]));
                classes.len() - 1
            })
        };
        let (a, b) = (place(a), place(b));
        if a != b {
            let (small, large) = if classes[a].len() < classes[b].len() { (a, b) } else { (b, a) };
            let moved = std::mem::take(&mut classes[small]);
            for value in &moved {
                class.insert(value.clone(), large);
            }
            classes[large].extend(moved);
        }
    }
    if let Some(reason) = why_not(classes.iter().map(|members| members.len() * members.len()).sum()) {
        return Some(reason);
    }
    for members in &classes {
        for a in members {
            set.extend(members.iter().map(|b| vec![a.clone(), b.clone()]));
        }
    }
    None
}
