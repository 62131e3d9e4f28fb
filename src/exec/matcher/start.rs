//! [`Start`]: solving a body from one row of one of its atoms.

use rustc_hash::{FxHashMap, FxHashSet};

use super::atom::Then;
use super::{Bindings, Candidate, Doubt, Flow, Matcher, Mode, State};
use crate::ir::{Atom, Literal, Var, VarId};

/// Where to start solving a body: with one of its atoms and one row, before all other conditions.
pub struct Start<'s> {
    /// The atom.
    pub atom: &'s Atom,
    /// The row.
    pub row: Candidate<'s>,
    /// The mode for the other conditions.
    pub mode: Mode,
    /// The other conditions, in the order of [`others`].
    pub others: &'s [&'s Literal],
    /// Whether what is found without doubt up to the condition at that position need not be followed any further.
    pub give_up: &'s dyn Fn(usize, &Bindings) -> bool,
}

/// The conditions of a body after a start with the atom at `first`, in an order in which they can be run: at once what
/// only asks about that atom's own row, then the others as they stand. What the row alone makes false is joined with
/// nothing, and what the row alone makes true is behind the search when it comes to joins.
#[must_use]
pub fn others(body: &[Literal], first: usize) -> Vec<&Literal> {
    let mut binders: FxHashMap<VarId, usize> = FxHashMap::default();
    body.iter().flat_map(Literal::binds).for_each(|var| *binders.entry(var).or_default() += 1);
    let mut bound: FxHashSet<VarId> = body.get(first).map(Literal::binds).unwrap_or_default().into_iter().collect();
    let mut asks_the_row = |literal: &Literal| match literal {
        Literal::Compare(_) | Literal::Is(_) | Literal::Test(_) => {
            literal.needs(&|_| true).iter().all(|var| bound.contains(var))
        }
        // More cells of the same row, which nothing else is joined by.
        Literal::Atom(atom) => {
            let reads = atom.row.is_some_and(|row| bound.contains(&row))
                && atom.column_vars().all(|var| binders.get(&var) == Some(&1));
            if reads {
                bound.extend(atom.column_vars());
            }
            reads
        }
        _ => false,
    };
    let others = body.iter().enumerate().filter(|(at, _)| *at != first).map(|(_, literal)| literal);
    let (mut order, joins): (Vec<&Literal>, Vec<&Literal>) = others.partition(|literal| asks_the_row(literal));
    order.extend(joins);
    order
}

impl Matcher<'_> {
    /// As [`Matcher::solve`], from a [`Start`]: also when it is not certain that its row matches its atom.
    pub fn solve_from(
        &self,
        vars: &[Var],
        start: &Start<'_>,
        found: &mut dyn FnMut(&Bindings, &Doubt) -> Flow,
    ) -> Flow {
        let mut state = State::new(vars, Bindings::new(vars.len()), Mode::Possible);
        self.candidate(start.atom, start.row, &mut state, &mut |state| {
            state.mode = start.mode;
            self.others(start, 0, state, &mut |state| found(&state.bindings, &state.doubt))
        })
    }

    /// Every solution of the other conditions from position `at` on.
    fn others(&self, start: &Start<'_>, at: usize, state: &mut State, then: &mut Then) -> Flow {
        let Some(literal) = start.others.get(at) else { return then(state) };
        // What is looked up costs more than the question, what is only compared does not.
        let asks = matches!(literal, Literal::Compare(_) | Literal::Is(_) | Literal::Test(_) | Literal::Bind(_));
        if !asks && state.doubt.is_empty() && (start.give_up)(at, &state.bindings) {
            return Flow::Continue(());
        }
        let mut rest = |state: &mut State| self.others(start, at + 1, state, then);
        if let Literal::Atom(atom) = literal
            && let Some(rows) = self.look_ahead(atom, start.others[at + 1..].iter().copied(), state)
        {
            return self.each(atom, &mut rows.into_iter(), state, &mut rest);
        }
        self.literal(literal, state, &mut rest)
    }
}
