//! Rows by the values of some columns: one by one at first, through an index when that is asked for again and again.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHasher};

use super::atom::{Content, Places, key};
use super::{Candidate, Key, Matcher, Mode, State};
use crate::exec::Keys;
use crate::facts::store::{Column, State as CellState};
use crate::ir::{Atom, Origin, RelationId};
use crate::value::Value;

/// So many times rows are looked for one by one before an index is built: that costs as much as looking at each row some
/// dozens of times.
const SELDOM: u32 = 8;

/// The indexes asked for so far, by relation; of each its columns.
pub(super) type Indexes = FxHashMap<RelationId, Vec<(Vec<usize>, Asked)>>;

/// An index, once it was asked for often enough to be worth building.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// So many times.
    Times(u32),
    /// More often.
    Built(Rc<Index>),
}

/// Rows by a hash of what they have in some columns. Whoever finds one looks whether it fits: different values may share a
/// hash.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The first row of each hash.
    first: FxHashMap<u64, u32>,
    /// By row, the next one of its hash; [`NO_ROW`] when there is none.
    next: Vec<u32>,
    /// Rows in which one of the columns has no value.
    wild: Vec<u32>,
}

const NO_ROW: u32 = u32::MAX;

/// What tells the values of a column apart.
#[derive(Clone, Copy)]
enum By<'a> {
    /// The keys of a column of facts.
    Cells(&'a Column),
    /// Those of derived rows.
    Rows(&'a dyn Keys),
    /// Hashes of the values.
    Values,
}

/// What a row has in a column.
enum Has {
    Key(u64),
    /// Nothing is written in a cell of texts: it equals no text.
    NoText,
    /// No value, and nobody knows which it should have.
    Nothing,
}

impl Matcher<'_> {
    /// Positions of rows that may fit, in order: by index on the columns whose values are known.
    pub(super) fn narrow(&self, atom: &Atom, state: &State) -> Places {
        if let Some(Value::Row(row)) = atom.row.and_then(|row| state.bindings.value(row)) {
            return Places::All(*row..row.saturating_add(1));
        }
        let key = if self.scanning { Vec::new() } else { key(atom, state) };
        let rows = 0..self.row_count(atom.relation);
        if key.is_empty() {
            return Places::All(rows);
        }
        let by: Vec<By> = key.iter().map(|(column, _)| self.by(atom.relation, *column)).collect();
        let wanted: Vec<Option<u64>> = key.iter().zip(&by).map(|((_, value), by)| self.wanted(*by, value)).collect();
        let Some(index) = self.index(atom.relation, &key) else {
            let may_have = |row: u32, nth: usize| match self.has(by[nth], atom.relation, row, key[nth].0) {
                Has::Key(key) => wanted[nth] == Some(key),
                Has::NoText => false,
                Has::Nothing => true,
            };
            let found = rows.filter(|row| (0..key.len()).all(|nth| may_have(*row, nth)));
            return Places::Some(found.collect::<Vec<_>>().into_iter());
        };
        let mut rows: Vec<u32> =
            wanted.into_iter().collect::<Option<Vec<u64>>>().map_or_else(Vec::new, |keys| index.rows(hash(keys)));
        if state.mode != Mode::Certain && !index.wild.is_empty() {
            rows.extend(&index.wild);
            rows.sort_unstable();
        }
        Places::Some(rows.into_iter())
    }

    /// The index of a relation by some columns; none yet while it is asked for only now and then.
    fn index(&self, relation: RelationId, key: &Key) -> Option<Rc<Index>> {
        let mut indexes = self.indexes.borrow_mut();
        let of_relation = indexes.entry(relation).or_default();
        let columns = || key.iter().map(|(column, _)| *column);
        let known = of_relation.iter().position(|(known, _)| known.iter().copied().eq(columns()));
        let at = known.unwrap_or(of_relation.len());
        if known.is_none() {
            of_relation.push((columns().collect(), Asked::Times(0)));
        }
        let (columns, asked) = &mut of_relation[at];
        match asked {
            Asked::Built(index) => return Some(Rc::clone(index)),
            Asked::Times(times) if *times < SELDOM => {
                *times += 1;
                return None;
            }
            Asked::Times(_) => {}
        }
        let index = Rc::new(self.build(relation, columns));
        *asked = Asked::Built(Rc::clone(&index));
        Some(index)
    }

    fn build(&self, relation: RelationId, columns: &[usize]) -> Index {
        let by: Vec<(usize, By)> = columns.iter().map(|column| (*column, self.by(relation, *column))).collect();
        let rows = self.row_count(relation);
        let mut index = Index { next: vec![NO_ROW; rows as usize], ..Index::default() };
        let mut keys = Vec::with_capacity(by.len());
        // The last row of a hash is seen first, so that each comes to stand before those after it.
        for row in (0..rows).rev() {
            keys.clear();
            let (mut is_wild, mut has_no_text) = (false, false);
            for (column, by) in &by {
                match self.has(*by, relation, row, *column) {
                    Has::Key(key) => keys.push(key),
                    Has::NoText => has_no_text = true,
                    Has::Nothing => is_wild = true,
                }
            }
            match (has_no_text, is_wild) {
                (true, _) => {}
                (false, true) => index.wild.push(row),
                (false, false) => {
                    let before = index.first.insert(hash(keys.iter().copied()), row);
                    index.next[row as usize] = before.unwrap_or(NO_ROW);
                }
            }
        }
        index.wild.reverse();
        index
    }

    /// What tells the values of a column apart.
    fn by(&self, relation: RelationId, column: usize) -> By<'_> {
        match self.input.program.relations[relation.index()].origin {
            Origin::Facts(table) => {
                let column = &self.input.store.tables[table].columns[column];
                if column.has_keys() { By::Cells(column) } else { By::Values }
            }
            Origin::Rules(_) => {
                let rows = self.derived.get(relation.index()).and_then(Option::as_ref);
                rows.and_then(|rows| rows.keys()).map_or(By::Values, By::Rows)
            }
        }
    }

    /// The key of a value that is looked for; none when no row has it.
    fn wanted(&self, by: By<'_>, value: &Value) -> Option<u64> {
        match by {
            By::Cells(cells) => cells.key_of(value, &self.input.store.symbols),
            By::Rows(rows) => rows.key_of(value, &self.input.store.symbols),
            By::Values => Some(of_value(value)),
        }
    }

    fn has(&self, by: By<'_>, relation: RelationId, row: u32, column: usize) -> Has {
        match by {
            By::Cells(cells) => match cells.state(row) {
                CellState::Present => Has::Key(cells.key(row)),
                CellState::Blank if cells.is_text() => Has::NoText,
                CellState::Blank | CellState::Malformed(_) => Has::Nothing,
            },
            By::Rows(rows) => Has::Key(rows.key(row as usize, column, &self.input.store.symbols)),
            By::Values => match self.content(relation, Candidate::Row(row), column) {
                Content::Value(value) => Has::Key(of_value(&value)),
                Content::NoText(_) => Has::NoText,
                Content::Cell(_) | Content::Unknown(_) => Has::Nothing,
            },
        }
    }
}

impl Index {
    /// The rows of a hash, in order.
    fn rows(&self, hash: u64) -> Vec<u32> {
        let after = |row: &u32| Some(self.next[*row as usize]).filter(|next| *next != NO_ROW);
        std::iter::successors(self.first.get(&hash).copied(), after).collect()
    }
}

fn hash(keys: impl IntoIterator<Item = u64>) -> u64 {
    let mut hasher = FxHasher::default();
    keys.into_iter().for_each(|key| hasher.write_u64(key));
    hasher.finish()
}

fn of_value(value: &Value) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}
