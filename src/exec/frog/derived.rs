//! [`Derived`]: the rows of a derived relation, column by column, and what keeps them distinct.

use rustc_hash::FxHashSet;

use super::words::Kind;

/// The rows of a derived relation, in order of arrival.
#[derive(Debug)]
pub struct Derived {
    /// What the words of each column stand for.
    pub kinds: Vec<Kind>,
    /// The words, by column.
    pub columns: Vec<Vec<u32>>,
    /// How many rows.
    pub len: usize,
    /// How many rows there were before each round that added some: a row's segment is its height.
    pub segments: Vec<usize>,
}

impl Derived {
    /// No rows.
    #[must_use]
    pub fn new(kinds: Vec<Kind>) -> Self {
        Self { columns: vec![Vec::new(); kinds.len()], kinds, len: 0, segments: Vec::new() }
    }
}

/// Takes candidate rows and keeps the new ones.
#[derive(Debug)]
pub struct Sink {
    seen: Seen,
    /// New rows, by column.
    pub fresh: Vec<Vec<u32>>,
    /// How many new rows.
    pub len: usize,
}

#[derive(Debug)]
enum Seen {
    Unit(bool),
    One(FxHashSet<u32>),
    Two(FxHashSet<u64>),
    Four(FxHashSet<u128>),
    Many(FxHashSet<Box<[u32]>>),
}

impl Sink {
    /// For rows of that many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        let seen = match columns {
            0 => Seen::Unit(false),
            1 => Seen::One(FxHashSet::default()),
            2 => Seen::Two(FxHashSet::default()),
            3 | 4 => Seen::Four(FxHashSet::default()),
            _ => Seen::Many(FxHashSet::default()),
        };
        Self { seen, fresh: vec![Vec::new(); columns], len: 0 }
    }

    /// Adds those of `len` candidate rows, given by column, that were never seen.
    pub fn insert(&mut self, columns: &[Vec<u32>], len: usize) {
        for row in 0..len {
            let new = match &mut self.seen {
                Seen::Unit(seen) => !std::mem::replace(seen, true),
                Seen::One(seen) => seen.insert(columns[0][row]),
                Seen::Two(seen) => seen.insert(u64::from(columns[0][row]) << 32 | u64::from(columns[1][row])),
                Seen::Four(seen) => {
                    seen.insert(columns.iter().fold(0, |packed, column| packed << 32 | u128::from(column[row])))
                }
                Seen::Many(seen) => seen.insert(columns.iter().map(|column| column[row]).collect()),
            };
            if new {
                self.len += 1;
                for (fresh, column) in self.fresh.iter_mut().zip(columns) {
                    fresh.push(column[row]);
                }
            }
        }
    }

    /// Moves the new rows to `derived`; which of its rows they are.
    pub fn commit(&mut self, derived: &mut Derived) -> std::ops::Range<usize> {
        let from = derived.len;
        if self.len > 0 {
            derived.segments.push(from);
        }
        for (column, fresh) in derived.columns.iter_mut().zip(&mut self.fresh) {
            column.append(fresh);
        }
        derived.len += std::mem::take(&mut self.len);
        from..derived.len
    }
}

#[cfg(test)]
mod tests {
    use super::{Derived, Kind, Sink};

    #[test]
    fn rows_of_any_width_are_kept_once() {
        for width in 0..7_u32 {
            let mut sink = Sink::new(width as usize);
            let mut derived = Derived::new(vec![Kind::Number; width as usize]);
            let columns: Vec<Vec<u32>> = (0..width).map(|column| vec![column, column + 1, column]).collect();
            sink.insert(&columns, 3);
            let expected = if width == 0 { 1 } else { 2 };
            assert_eq!(sink.commit(&mut derived), 0..expected);
            sink.insert(&columns, 3);
            assert_eq!(sink.commit(&mut derived), expected..expected);
            assert_eq!(derived.segments, [0]);
        }
    }
}
