//! [`Kept`]: the rows of a relation of which not all need stay.

use std::collections::BTreeSet;

use super::Set;
use crate::exec::dominance::Dominance;
use crate::exec::matcher::Matcher;
use crate::ir::{Relation, RelationId};
use crate::value::Value;

/// The rows of a relation. Each is weighed once, when it first comes: with `choice-domain` the first of one key stays, and
/// a row that a subsumptive clause relates to a better one that is there goes.
#[derive(Debug)]
pub(super) struct Kept<'p> {
    /// Those that stay.
    pub(super) rows: Set,
    relation: &'p Relation,
    clauses: Vec<Dominance>,
    /// Every row that was weighed, where not all stay.
    weighed: Set,
    /// For each key, what rows have taken of it.
    taken: Vec<BTreeSet<Vec<Value>>>,
}

impl<'p> Kept<'p> {
    /// No rows yet.
    pub(super) fn new(relation: &'p Relation, id: RelationId) -> Self {
        let taken = vec![BTreeSet::new(); relation.choice.len()];
        Self { rows: Set::new(), relation, clauses: Dominance::of(relation, id), weighed: Set::new(), taken }
    }

    /// Whether not all rows need stay, so that their order matters.
    pub(super) fn weighs(&self) -> bool {
        !self.clauses.is_empty() || !self.relation.choice.is_empty()
    }

    /// Whether a row could be new here.
    pub(super) fn is_new(&self, row: &[Value]) -> bool {
        !self.rows.contains(row) && !self.weighed.contains(row) && self.is_free(row)
    }

    /// Weighs a row; whether it stays.
    pub(super) fn offer(&mut self, matcher: &Matcher, row: Vec<Value>) -> bool {
        if !self.is_new(&row) {
            return false;
        }
        if !self.clauses.is_empty() {
            self.weighed.insert(row.clone());
            if self.rows.iter().any(|other| self.goes(matcher, &row, other)) {
                return false;
            }
            let dominated: Set = self.rows.iter().filter(|other| self.goes(matcher, other, &row)).cloned().collect();
            self.rows.retain(|row| !dominated.contains(row));
        }
        for (key, taken) in self.relation.choice.iter().zip(&mut self.taken) {
            taken.insert(part(key, &row));
        }
        self.rows.insert(row)
    }

    /// Takes out rows that are dominated only since other relations grew.
    pub(super) fn weigh_again(&mut self, matcher: &Matcher) {
        let mut gone = Set::new();
        for row in &self.rows {
            let better = self.rows.iter().filter(|other| *other != row && !gone.contains(*other));
            if better.into_iter().any(|other| self.goes(matcher, row, other)) {
                gone.insert(row.clone());
            }
        }
        self.rows.retain(|row| !gone.contains(row));
    }

    /// Whether its clauses read one of these relations.
    pub(super) fn depends_on(&self, relations: &[RelationId]) -> bool {
        self.clauses.iter().any(|clause| clause.reads(relations))
    }

    /// Whether a clause relates `worse` to `better`.
    fn goes(&self, matcher: &Matcher, worse: &[Value], better: &[Value]) -> bool {
        self.clauses.iter().any(|clause| clause.holds(matcher, worse, better))
    }

    /// Whether no row has taken a key of `row`.
    fn is_free(&self, row: &[Value]) -> bool {
        !self.relation.choice.iter().zip(&self.taken).any(|(key, taken)| taken.contains(&part(key, row)))
    }
}

fn part(key: &[usize], row: &[Value]) -> Vec<Value> {
    key.iter().map(|column| row[*column].clone()).collect()
}
