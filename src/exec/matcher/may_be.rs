//! Rows that may be there, found by what is known of them.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::atom::key;
use super::{Matcher, Mode, State};
use crate::exec::doubt::PossibleRow;
use crate::ir::{Atom, RelationId, Term};
use crate::value::Value;

/// Of so few rows each is looked at.
const FEW: usize = 8;

/// The possible rows of a relation by some columns: apart for each choice of these columns of which a row does not say what it
/// has there, by what it has in the others.
#[derive(Debug, Default)]
pub(super) struct Index {
    groups: Vec<Group>,
}

#[derive(Debug)]
struct Group {
    /// Which of the columns, by their position among them, are known.
    known: Vec<usize>,
    rows: FxHashMap<Vec<Value>, Rc<Vec<usize>>>,
}

/// Places of rows in the list of them, in order.
pub(super) enum Found {
    /// All of these.
    All(std::ops::Range<usize>),
    /// Those of one group from the second position on, without a copy: there may be very many, of which the first is enough.
    Group(Rc<Vec<usize>>, usize),
    /// Those of several groups.
    Some(std::vec::IntoIter<usize>),
}

impl Iterator for Found {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        match self {
            Self::All(rows) => rows.next(),
            Self::Group(rows, at) => {
                let row = rows.get(*at).copied();
                *at += 1;
                row
            }
            Self::Some(rows) => rows.next(),
        }
    }
}

/// The indexes asked for so far, by relation and columns.
pub(super) type Indexes = FxHashMap<(RelationId, Vec<usize>), Rc<Index>>;

impl<'a> Matcher<'a> {
    /// Possible rows that may fit an atom, in order; none where only what is certain is asked for.
    pub(super) fn may_be(&self, atom: &Atom, state: &State) -> impl Iterator<Item = &'a PossibleRow> + use<'a> {
        let rows = self.possible.of(atom.relation);
        self.may_be_at(atom, state).filter_map(|at| rows.get(at))
    }

    /// Their places in the list of them.
    pub(super) fn may_be_at(&self, atom: &Atom, state: &State) -> Found {
        let rows = if state.mode == Mode::Certain { &[][..] } else { self.possible.of(atom.relation) };
        let key = if self.scanning || rows.len() <= FEW { Vec::new() } else { key(atom, state) };
        if key.is_empty() {
            return Found::All(0..rows.len());
        }
        let columns: Vec<usize> = key.iter().map(|(column, _)| *column).collect();
        let is_join =
            |column: usize| atom.args.iter().any(|(own, term)| *own == column && matches!(term, Term::Var(_)));
        // Where a row is no partner because it does not say what it has there, it need not be found either.
        let skips = |at: usize| state.mode == Mode::Doubtful && is_join(columns[at]);
        let index = self.possible_index(atom.relation, &columns, rows);
        let mut found: Vec<Rc<Vec<usize>>> = Vec::new();
        for group in &index.groups {
            if (0..columns.len()).any(|at| !group.known.contains(&at) && skips(at)) {
                continue;
            }
            let values: Vec<Value> = group.known.iter().map(|at| key[*at].1.clone()).collect();
            found.extend(group.rows.get(&values).cloned());
        }
        if let [rows] = &found[..] {
            return Found::Group(Rc::clone(rows), 0);
        }
        let mut places: Vec<usize> = found.iter().flat_map(|rows| rows.iter().copied()).collect();
        places.sort_unstable();
        Found::Some(places.into_iter())
    }

    fn possible_index(&self, relation: RelationId, columns: &[usize], rows: &[PossibleRow]) -> Rc<Index> {
        let mut indexes = self.possible_indexes.borrow_mut();
        let index = indexes.entry((relation, columns.to_vec())).or_insert_with(|| Rc::new(Index::of(columns, rows)));
        Rc::clone(index)
    }
}

impl Index {
    fn of(columns: &[usize], rows: &[PossibleRow]) -> Self {
        let mut index = Self::default();
        for (place, row) in rows.iter().enumerate() {
            let value = |at: usize| row.values.get(columns[at]).and_then(Option::as_ref);
            let known: Vec<usize> = (0..columns.len()).filter(|at| value(*at).is_some()).collect();
            let values: Vec<Value> = known.iter().filter_map(|at| value(*at).cloned()).collect();
            let group = index.groups.iter().position(|group| group.known == known).unwrap_or_else(|| {
                index.groups.push(Group { known, rows: FxHashMap::default() });
                index.groups.len() - 1
            });
            Rc::make_mut(index.groups[group].rows.entry(values).or_default()).push(place);
        }
        index
    }
}
