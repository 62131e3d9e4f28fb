//! A look ahead: which rows a later condition leaves of an atom that nothing else narrows.

use std::collections::BTreeSet;

use super::atom::{Content, key};
use super::{Candidate, Matcher, Mode, Slot, State};
use crate::ir::{Atom, Literal, Term, VarId};
use crate::value::Value;

/// A relation of so few rows is walked through.
const FEW: usize = 32;

impl<'a> Matcher<'a> {
    /// The rows that an atom may be matched with, in order, when it would have to be tried with every row, but a later
    /// condition wants what is computed from a row to be equal to something known, or asks by a known key for rows that share a
    /// variable with it: those that agree with one of these. None when there is no such condition, or it leaves nearly all.
    ///
    /// Only what that condition would refuse in any mode is left out.
    pub(super) fn look_ahead<'l>(
        &self,
        atom: &Atom,
        mut later: impl Iterator<Item = &'l Literal> + Clone,
        state: &mut State,
    ) -> Option<Vec<Candidate<'a>>> {
        let rows = self.row_count(atom.relation) as usize + self.possible.of(atom.relation).len();
        if rows <= FEW || self.scanning || !is_open(atom, state) {
            return None;
        }
        if let Some(rows) = later.clone().find_map(|literal| self.with_image(atom, literal, state)) {
            return Some(rows);
        }
        if state.mode == Mode::Certain {
            return None;
        }
        let mode = std::mem::replace(&mut state.mode, Mode::Possible);
        let found = later.find_map(|literal| {
            let Literal::Atom(other) = literal else { return None };
            self.agreeing(atom, (shared(atom, other, state)?, other), rows / FEW, state)
        });
        state.mode = mode;
        found
    }

    /// The rows of `atom` that have in `var` what a row of `other` may have there: if those are at most so many values, all known.
    fn agreeing(
        &self,
        atom: &Atom,
        (var, other): (VarId, &Atom),
        most: usize,
        state: &mut State,
    ) -> Option<Vec<Candidate<'a>>> {
        let (column, _) = other.args.iter().find(|(_, term)| *term == Term::Var(var))?;
        let mut values: BTreeSet<Value> = BTreeSet::new();
        let rows = self.narrow(other, state).map(Candidate::Row);
        for row in rows.chain(self.may_be(other, state).map(Candidate::Possible)) {
            match self.content(other.relation, row, *column) {
                Content::Value(value) => values.insert(value),
                Content::NoText(_) => continue,
                Content::Cell(_) | Content::Unknown(_) => return None,
            };
            if values.len() > most {
                return None;
            }
        }
        let (mut certain, mut possible) = (BTreeSet::new(), BTreeSet::new());
        for value in values {
            state.bindings.set(var, Slot::Value(value));
            certain.extend(self.narrow(atom, state));
            possible.extend(self.may_be_at(atom, state));
            state.bindings.set(var, Slot::Unbound);
        }
        let possible = possible.into_iter().filter_map(|at| self.possible.of(atom.relation).get(at));
        Some(certain.into_iter().map(Candidate::Row).chain(possible.map(Candidate::Possible)).collect())
    }
}

/// Whether an atom has no known key, and asks for nothing twice.
fn is_open(atom: &Atom, state: &State) -> bool {
    let vars: Vec<VarId> = atom.column_vars().chain(atom.row).collect();
    let is_once = |at: usize| !vars[..at].contains(&vars[at]);
    key(atom, state).is_empty() && (0..vars.len()).all(|at| is_once(at) && !state.bindings.is_bound(vars[at]))
}

/// A free variable of both, when something that is known narrows `other`.
fn shared(atom: &Atom, other: &Atom, state: &State) -> Option<VarId> {
    let is_known = |var: VarId| state.bindings.value(var).is_some();
    if !other.column_vars().any(is_known) || other.row.is_some_and(is_known) {
        return None;
    }
    atom.column_vars().chain(atom.row).find(|var| other.column_vars().any(|own| own == *var))
}
