//! All of datafrog: joins, deltas and fixpoints.
//!
//! What of datafrog 2.0.1 this relies on, pinned by `tests/it/datafrog.rs`: a `Relation` may be built from elements
//! that are sorted and distinct; `leapjoin` calls its logic once per source and surviving value, in order; a result
//! type without size costs nothing; `stable` and `recent` are public, and a variable whose `stable` is emptied never
//! merges.

use std::ops::Range;

use datafrog::{Iteration, Leapers, Relation, Variable};

use super::index::Index;
use super::words::NONE;

/// The partners of each row of a batch: leapers over row numbers, all of them in one type, so that there is one
/// instantiation of `leapjoin` for all rules.
enum Leap<'leap> {
    /// Rows with the group of their key in an index.
    Keyed { groups: &'leap [u32], index: &'leap Index },
    /// The same, without what the last round added.
    Old { groups: &'leap [u32], index: &'leap Index },
    /// Rows with partners of their own.
    Listed { lists: &'leap [&'leap [u32]] },
    /// Rows with the values that all sides have for them: the one with the fewest proposes, the others check.
    Meet { sides: &'leap [Side<'leap>] },
}

/// One of several atoms that bind the same variable.
pub struct Side<'s> {
    /// The group of each row's key in `list`.
    pub groups: Vec<u32>,
    /// From key to values.
    pub list: &'s Index,
    /// Whether there is a key with a value: the value stands at `at` among the words of the key.
    pub set: &'s Index,
    /// The words of the key, by column.
    pub keys: Vec<Vec<u32>>,
    /// Where the value stands.
    pub at: usize,
}

impl Side<'_> {
    /// Keeps the values that there are for a row.
    fn keep(&self, row: u32, values: &mut Vec<&u32>) {
        let mut key: Vec<u32> = self.keys.iter().map(|column| column[row as usize]).collect();
        key.insert(self.at, NONE);
        values.retain(|value| {
            key[self.at] = **value;
            self.set.has(&key)
        });
    }
}

impl<'leap> Leapers<'leap, u32, u32> for Leap<'leap> {
    fn for_each_count(&mut self, row: &u32, mut op: impl FnMut(usize, usize)) {
        let len = match self {
            Self::Meet { sides } => return sides.iter().enumerate().for_each(|(at, side)| op(at, side.count(*row))),
            Self::Keyed { groups, index } => index.list(groups[*row as usize]).len(),
            Self::Old { groups, index } => index.old(groups[*row as usize]).len(),
            Self::Listed { lists } => lists[*row as usize].len(),
        };
        op(0, len);
    }

    fn propose(&mut self, row: &u32, least: usize, values: &mut Vec<&'leap u32>) {
        match self {
            Self::Meet { sides } => values.extend(sides[least].list.list(sides[least].groups[*row as usize])),
            Self::Keyed { groups, index } => values.extend(index.list(groups[*row as usize])),
            Self::Old { groups, index } => values.extend(index.old(groups[*row as usize])),
            Self::Listed { lists } => values.extend(lists[*row as usize].iter()),
        }
    }

    fn intersect(&mut self, row: &u32, least: usize, values: &mut Vec<&'leap u32>) {
        if let Self::Meet { sides } = self {
            let others = sides.iter().enumerate().filter(|(at, _)| *at != least);
            others.for_each(|(_, side)| side.keep(*row, values));
        }
    }
}

/// Pairs of a row and one of its partners.
#[derive(Debug, Default)]
pub struct Pairs {
    /// Rows of the batch, ascending.
    pub rows: Vec<u32>,
    /// For each, a partner.
    pub partners: Vec<u32>,
}

/// Joins `rows`, ascending, with what `groups` (by row; those of `rows` exist) have in `index`; with `old`, without what
/// the last round added.
#[must_use]
pub fn join(rows: Vec<u32>, groups: &[u32], index: &Index, old: bool) -> Pairs {
    leap(rows, if old { Leap::Old { groups, index } } else { Leap::Keyed { groups, index } })
}

/// Pairs each of `rows`, ascending, with its own list.
#[must_use]
pub fn listed(rows: Vec<u32>, lists: &[&[u32]]) -> Pairs {
    leap(rows, Leap::Listed { lists })
}

/// Pairs each of `rows`, ascending, with the values that all `sides` have for it; each of `rows` has some in each.
#[must_use]
pub fn meet(rows: Vec<u32>, sides: &[Side<'_>]) -> Pairs {
    leap(rows, Leap::Meet { sides })
}

/// Pairs each of `rows`, ascending, with those of its partners in `index` that stand at `part` of their list.
#[must_use]
pub fn part(rows: &[u32], groups: &[u32], index: &Index, part: Range<usize>) -> Pairs {
    let mut pairs = Pairs::default();
    for row in rows {
        let list = index.list(groups[*row as usize]);
        let some = &list[part.start.min(list.len())..part.end.min(list.len())];
        pairs.rows.extend(some.iter().map(|_| *row));
        pairs.partners.extend(some);
    }
    pairs
}

fn leap(rows: Vec<u32>, leapers: Leap<'_>) -> Pairs {
    let mut pairs = Pairs::default();
    let source = Relation { elements: rows };
    // The result type has no size: what counts is what the logic pushes.
    let _: Relation<()> = Relation::from_leapjoin(&source, leapers, |row, partner| {
        pairs.rows.push(*row);
        pairs.partners.push(*partner);
    });
    pairs
}

/// The rounds of a stratum: which rows of each of its relations are new. Rows are numbered in order of arrival, so what
/// a variable holds is sorted and distinct by construction.
pub struct Rounds {
    iteration: Iteration,
    variables: Vec<Variable<u32>>,
}

impl std::fmt::Debug for Rounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rounds").field("variables", &self.variables.len()).finish()
    }
}

impl Rounds {
    /// Rounds over that many relations.
    #[must_use]
    pub fn new(relations: usize) -> Self {
        let mut iteration = Iteration::new();
        let variables = (0..relations).map(|at| iteration.variable(&at.to_string())).collect();
        Self { iteration, variables }
    }

    /// Says that rows `from..to` of a relation are new. At most once per relation and round.
    pub fn insert(&self, relation: usize, from: usize, to: usize) {
        let (from, to) = (u32::try_from(from).unwrap_or(NONE), u32::try_from(to).unwrap_or(NONE));
        self.variables[relation].insert(Relation { elements: (from..to).collect() });
    }

    /// Goes to the next round; whether any relation has new rows in it.
    pub fn next(&mut self) -> bool {
        let changed = self.iteration.changed();
        for variable in &self.variables {
            variable.stable.borrow_mut().clear();
        }
        changed
    }

    /// The rows of a relation that are new in this round, as a range.
    #[must_use]
    pub fn recent(&self, relation: usize) -> std::ops::Range<usize> {
        let recent = self.variables[relation].recent.borrow();
        match (recent.first(), recent.last()) {
            (Some(first), Some(last)) => *first as usize..*last as usize + 1,
            _ => 0..0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Rounds, join};
    use crate::exec::frog::index::{Index, Payload};

    #[test]
    fn joins_give_every_pair_once() {
        let mut index = Index::new(1, Payload::Rows);
        index.append(&[&[5, 6, 5]], &[0, 1, 2]);
        let groups = index.groups(&[&[6, 9, 5]], 3);
        let pairs = join(vec![0, 2], &groups, &index, false);
        assert_eq!((pairs.rows, pairs.partners), (vec![0, 2, 2], vec![1, 0, 2]));
    }

    #[test]
    fn rows_are_new_for_one_round() {
        let mut rounds = Rounds::new(2);
        rounds.insert(0, 0, 3);
        assert!(rounds.next());
        assert_eq!((rounds.recent(0), rounds.recent(1)), (0..3, 0..0));
        rounds.insert(1, 4, 5);
        assert!(rounds.next());
        assert_eq!((rounds.recent(0), rounds.recent(1)), (0..0, 4..5));
        assert!(!rounds.next());
    }
}
