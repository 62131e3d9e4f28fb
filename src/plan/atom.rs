//! Atoms to scans, joins and look-ups by row.

use rustc_hash::FxHashSet;

use super::lower::Builder;
use super::{Action, Check, Join, Place, Scan};
use crate::ir::{Atom, Term, VarId};

/// Which rows of its relation an atom reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reads {
    /// All.
    All,
    /// Those that the last round added; the atom comes first.
    Delta,
    /// All but those.
    Old,
}

impl Builder<'_> {
    /// Adds the steps of an atom.
    pub(super) fn atom(&mut self, atom: &Atom, reads: Reads) {
        let table = self.table(atom.relation);
        if let (Some(table), Some(row)) = (table, atom.row)
            && let Some(place) = self.places[row.index()]
        {
            return self.fields(atom, table, place.slot(), &atom.args);
        }
        let first = self.steps.is_empty() && self.bound_nothing();
        let (mut keys, mut rest) = (Vec::<(usize, Term)>::new(), Vec::new());
        for (column, term) in &atom.args {
            let keyed = !first && self.term_is_bound(term) && keys.iter().all(|(known, _)| known != column);
            if keyed { keys.push((*column, term.clone())) } else { rest.push((*column, term.clone())) }
        }
        keys.sort_by_key(|(column, _)| *column);
        let estimate = self.context.sizes.matches(atom.relation, keys.iter().map(|(column, _)| *column));
        let row = table.map(|_| self.slot());
        let columns = if table.is_some() { Vec::new() } else { self.columns(&rest) };
        let relation = atom.relation;
        if first {
            self.push(
                Action::Scan(Scan { relation, table, delta: reads == Reads::Delta, row, columns: columns.clone() }),
                estimate,
            );
        } else {
            let old = reads == Reads::Old;
            let (columns, span) = (columns.clone(), atom.span);
            let join = Join { relation, table, keys, row, columns, old, similar: None, equal: None, span };
            self.push(Action::Join(join), estimate);
        }
        if let (Some(table), Some(row)) = (table, row) {
            if let Some(var) = atom.row {
                self.places[var.index()] = Some(Place::Slot(row));
            }
            return self.fields(atom, table, row, &rest);
        }
        for ((_, term), (_, slot)) in rest.iter().zip(&columns) {
            match term {
                Term::Var(var) if !self.is_bound(*var) => self.places[var.index()] = Some(Place::Slot(*slot)),
                term => self.check(Check::Same(Place::Slot(*slot), term.clone(), atom.span)),
            }
        }
    }

    /// A slot for each argument of a derived atom that is not part of the key.
    fn columns(&mut self, rest: &[(usize, Term)]) -> Vec<(usize, usize)> {
        rest.iter().map(|(column, _)| (*column, self.slot())).collect()
    }

    /// Binds or compares the cells of a row that is in a slot.
    fn fields(&mut self, atom: &Atom, table: usize, row: usize, args: &[(usize, Term)]) {
        for (column, term) in args {
            let cell = Place::Cell { row, table, column: *column };
            match term {
                Term::Var(var) if self.places[var.index()] == Some(cell) => {}
                Term::Var(var) if !self.is_bound(*var) => self.places[var.index()] = Some(cell),
                term => self.check(Check::Same(cell, term.clone(), atom.span)),
            }
        }
    }

    fn bound_nothing(&self) -> bool {
        self.slots == 0
    }

    /// The key of an atom that has nothing else: each argument is bound, or a variable of its own that occurs once.
    pub(super) fn only_keys(&self, atom: &Atom, around: &FxHashSet<VarId>) -> Option<Vec<(usize, Term)>> {
        if atom.row.is_some_and(|row| self.is_outer(row, around)) {
            return None;
        }
        let mut keys: Vec<(usize, Term)> = Vec::new();
        let mut own = FxHashSet::default();
        for (column, term) in &atom.args {
            match term {
                Term::Var(var) if !self.is_outer(*var, around) => {
                    if !own.insert(*var) {
                        return None;
                    }
                }
                term => {
                    if keys.iter().any(|(known, _)| known == column) {
                        return None;
                    }
                    keys.push((*column, term.clone()));
                }
            }
        }
        keys.sort_by_key(|(column, _)| *column);
        Some(keys)
    }
}
