//! [`Doubt`]: why something cannot be decided, and [`Possible`]: rows that would be there if it were decided so.
//!
//! A condition that needs a cell without a value, or a computation without one, is neither true nor false. Neither is
//! what depends on it, unless something else makes it false: `unknown and false` is false, as in Kleene's logic.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::CellRef;
use crate::ir::RelationId;
use crate::source::Span;
use crate::value::Value;
use crate::value::functions::EvalError;

/// The reasons why a condition or value is unknown; empty when it is known, as nearly all are: that takes one word.
/// Copies share what they hold: a row that may be there is met by many.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Doubt(Option<Arc<Reasons>>);

#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Reasons {
    cells: BTreeSet<CellRef>,
    errors: BTreeSet<(Span, EvalError)>,
    span: Option<Span>,
    /// Whether it was not asked for all its reasons.
    is_cut: bool,
}

/// A doubt with so many cells needs no further reason: who mends that many asks again.
const ENOUGH: usize = 100;

static NO_CELLS: BTreeSet<CellRef> = BTreeSet::new();
static NO_ERRORS: BTreeSet<(Span, EvalError)> = BTreeSet::new();

impl Doubt {
    /// Because of a cell.
    #[must_use]
    pub fn cell(cell: CellRef) -> Self {
        Self(Some(Arc::new(Reasons { cells: BTreeSet::from([cell]), ..Reasons::default() })))
    }

    /// Because of a computation.
    #[must_use]
    pub fn error(error: EvalError, span: Span) -> Self {
        Self(Some(Arc::new(Reasons { errors: BTreeSet::from([(span, error)]), ..Reasons::default() })))
    }

    /// Cells without a value that it needs.
    #[must_use]
    pub fn cells(&self) -> &BTreeSet<CellRef> {
        self.0.as_ref().map_or(&NO_CELLS, |reasons| &reasons.cells)
    }

    /// Computations without a value that it needs, with their places.
    #[must_use]
    pub fn errors(&self) -> &BTreeSet<(Span, EvalError)> {
        self.0.as_ref().map_or(&NO_ERRORS, |reasons| &reasons.errors)
    }

    /// The first condition, as written, that could not be decided.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.0.as_ref().and_then(|reasons| reasons.span)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells().is_empty() && self.errors().is_empty()
    }

    /// Adds the reasons of `other`. The result does not depend on the order in which conditions were looked at.
    pub fn merge(&mut self, other: &Self) {
        let Some(other) = &other.0 else { return };
        let Some(own) = &mut self.0 else {
            self.0 = Some(Arc::clone(other));
            return;
        };
        if Arc::ptr_eq(own, other) {
            return;
        }
        let own = Arc::make_mut(own);
        own.cells.extend(&other.cells);
        own.errors.extend(&other.errors);
        own.span = own.span.into_iter().chain(other.span).min();
        own.is_cut |= other.is_cut;
    }

    /// Adds the reasons of `other`, one of many of equal standing; whether there are enough of them now, so that the rest need not
    /// be looked for. What is in doubt for so many reasons stays in doubt, whatever the others are.
    pub fn merge_until_enough(&mut self, other: &Self) -> bool {
        self.merge(other);
        let is_enough = self.cells().len() >= ENOUGH;
        if is_enough && let Some(own) = &mut self.0 {
            Arc::make_mut(own).is_cut = true;
        }
        is_enough
    }

    /// Whether some of the reasons may not be named.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        self.0.as_ref().is_some_and(|reasons| reasons.is_cut)
    }

    /// Both, `other` being that about a condition at `span`.
    #[must_use]
    pub fn and(&self, other: &Self, span: Span) -> Self {
        let mut about = other.clone();
        Arc::make_mut(about.0.get_or_insert_default()).span = Some(span);
        about.merge(self);
        about
    }
}

/// A row of a derived relation that may be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PossibleRow {
    /// Its columns; none where the value is not known.
    pub values: Vec<Option<Value>>,
    /// Why it is not certain.
    pub doubt: Doubt,
}

/// Rows of derived relations that may be there, because an instance that would derive them could not be decided.
///
/// A negation or aggregate that meets one, with columns that fit, cannot be decided either. Rows are kept by their
/// columns: the first doubt found for them stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Possible {
    relations: BTreeMap<RelationId, PossibleRows>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct PossibleRows {
    seen: BTreeSet<Vec<Option<Value>>>,
    rows: Vec<PossibleRow>,
}

impl Possible {
    /// Whether there is no such row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.relations.is_empty()
    }

    /// The possible rows of a relation.
    #[must_use]
    pub fn of(&self, relation: RelationId) -> &[PossibleRow] {
        self.relations.get(&relation).map_or(&[], |possible| &possible.rows)
    }

    /// Takes over from `other` what it knows of these relations, of which nothing was known here.
    pub fn adopt(&mut self, mut other: Self, relations: &[RelationId]) {
        let known = relations.iter().filter_map(|relation| Some((*relation, other.relations.remove(relation)?)));
        self.relations.extend(known);
    }

    /// Adds a row; whether it is new.
    pub fn insert(&mut self, relation: RelationId, row: PossibleRow) -> bool {
        let possible = self.relations.entry(relation).or_default();
        let new = possible.seen.insert(row.values.clone());
        if new {
            possible.rows.push(row);
        }
        new
    }
}
