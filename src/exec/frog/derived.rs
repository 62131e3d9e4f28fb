//! [`Derived`]: the rows of a derived relation, column by column, and what keeps them distinct.

use super::seen::Seen;
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

    /// Leaves the rows for which `stays` holds.
    pub fn retain(&mut self, stays: impl Fn(usize) -> bool) {
        let rows: Vec<usize> = (0..self.len).filter(|row| stays(*row)).collect();
        for column in &mut self.columns {
            *column = rows.iter().map(|row| column[*row]).collect();
        }
        self.segments.iter_mut().for_each(|start| *start = rows.partition_point(|row| row < start));
        self.segments.dedup();
        self.len = rows.len();
    }

    /// About how many bytes the rows take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.columns.iter().map(|column| column.capacity() * 4).sum()
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

impl Sink {
    /// For rows of that many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self { seen: Seen::new(columns), fresh: vec![Vec::new(); columns], len: 0 }
    }

    /// Adds those of `len` candidate rows, given by column, that were never seen.
    pub fn insert(&mut self, columns: &[Vec<u32>], len: usize) {
        let (fresh, count) = (&mut self.fresh, &mut self.len);
        self.seen.insert(columns, len, |row| {
            *count += 1;
            for (fresh, column) in fresh.iter_mut().zip(columns) {
                fresh.push(column[row]);
            }
        });
    }

    /// Adds a row that is known to be new.
    pub fn push(&mut self, row: &[u32]) {
        self.fresh.iter_mut().zip(row).for_each(|(column, word)| column.push(*word));
        self.len += 1;
    }

    /// About how many bytes the set and the new rows take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.seen.bytes() + self.fresh.iter().map(|column| column.capacity() * 4).sum::<usize>()
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
