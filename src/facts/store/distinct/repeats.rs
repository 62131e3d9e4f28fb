//! The rows that repeat an earlier one.
//!
//! A hash table over all rows of a large table waits for memory at every row. So the rows are first dealt by their hash to
//! shares that fit a cache, one pass each way: a radix partition, as in Manegold, Boncz and Kersten,
//! "Optimizing main-memory join on modern hardware" (2002). Within a share a small table is enough, and rows are compared only where 32 bits agree.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::compare;
use crate::facts::store::{Column, Data};
use crate::threads;
use crate::value::Float;

/// About so many rows are in a share.
const SHARE: usize = 4096;

/// At most so many bits of the hash choose the share: more streams than this are slow to write.
const MOST_BITS: u32 = 11;

/// Hashes are computed for so many rows at once, column by column.
const BLOCK: usize = 2048;

/// An odd number whose bits look random: multiplying by it mixes lower bits into higher ones.
const MULTIPLIER: u64 = 0xf135_7aea_2e62_a9c5;

/// A row, or none.
#[derive(Clone, Copy)]
struct Entry {
    hash: u32,
    row: u32,
}

const NONE: Entry = Entry { hash: 0, row: u32::MAX };

/// The numbers of the rows that are equal to one before them, rising. `rows` is the number of rows of the columns.
pub(super) fn of(columns: &[Column], rows: u32, threads: usize) -> Vec<u32> {
    let shares = Shares::of(columns, rows);
    let spans: Vec<&[Entry]> = shares.iter().collect();
    let found = threads::map(&spans, threads, |share| repeats(columns, share));
    let mut found: Vec<u32> = found.into_iter().flatten().collect();
    found.sort_unstable();
    found
}

/// Rows, those whose hashes begin alike together and rising.
struct Shares {
    rows: Vec<Entry>,
    /// Where each share ends.
    ends: Vec<usize>,
}

impl Shares {
    fn of(columns: &[Column], rows: u32) -> Self {
        let bits = (rows as usize / SHARE).checked_ilog2().map_or(1, |bits| (bits + 1).min(MOST_BITS));
        let share = |entry: Entry| (entry.hash >> (32 - bits)) as usize;
        let mut counts = vec![0; 1 << bits];
        entries(columns, rows, |entry| counts[share(entry)] += 1);
        let mut next: Vec<usize> =
            counts.iter().scan(0, |sum, count| Some(std::mem::replace(sum, *sum + count))).collect();
        let mut dealt = vec![NONE; rows as usize];
        entries(columns, rows, |entry| {
            let at = &mut next[share(entry)];
            dealt[*at] = entry;
            *at += 1;
        });
        Self { rows: dealt, ends: next }
    }

    fn iter(&self) -> impl Iterator<Item = &[Entry]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.rows[start..*end])
    }
}

/// The rows of a share that are equal to one before them.
fn repeats(columns: &[Column], share: &[Entry]) -> Vec<u32> {
    let mask = (share.len() * 2).next_power_of_two() - 1;
    let mut slots = vec![NONE; mask + 1];
    let mut found = Vec::new();
    for entry in share {
        let mut at = entry.hash as usize & mask;
        let is_equal = |other: Entry| {
            other.hash == entry.hash && columns.iter().all(|column| compare(column, other.row, entry.row).is_eq())
        };
        while slots[at].row != NONE.row && !is_equal(slots[at]) {
            at = (at + 1) & mask;
        }
        match slots[at].row {
            u32::MAX => slots[at] = *entry,
            _ => found.push(entry.row),
        }
    }
    found
}

/// Every row in order.
fn entries(columns: &[Column], rows: u32, mut each: impl FnMut(Entry)) {
    let mut hashes = [0; BLOCK];
    for start in (0..rows as usize).step_by(BLOCK) {
        let block = start..(start + BLOCK).min(rows as usize);
        let hashes = &mut hashes[..block.len()];
        hashes.fill(0);
        columns.iter().for_each(|column| mix(hashes, column, block.clone()));
        for (row, hash) in block.zip(hashes) {
            each(Entry { hash: upper(*hash), row: u32::try_from(row).unwrap_or(u32::MAX) });
        }
    }
}

/// The upper half, into which every bit of the lower has been mixed.
fn upper(hash: u64) -> u32 {
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(MULTIPLIER);
    u32::try_from(mixed >> 32).unwrap_or(0)
}

fn bits_of(value: impl Hash) -> u64 {
    let mut hasher = FxHasher::default();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Mixes the cells of a column, which equal cells have alike, into the hashes of their rows.
fn mix(hashes: &mut [u64], column: &Column, rows: std::ops::Range<usize>) {
    fn add<T: Copy>(hashes: &mut [u64], values: &[T], bits: impl Fn(T) -> u64) {
        for (hash, value) in hashes.iter_mut().zip(values) {
            *hash = (hash.rotate_left(26) ^ bits(*value)).wrapping_mul(MULTIPLIER);
        }
    }
    match &column.data {
        Data::Symbol(values) | Data::Listed(values) | Data::Small(values) => add(hashes, &values[rows], u64::from),
        Data::Number(values) => add(hashes, &values[rows], i64::cast_unsigned),
        Data::Unsigned(values) => add(hashes, &values[rows], |value| value),
        Data::Float(values) => add(hashes, &values[rows], |value| bits_of(Float(value))),
        Data::Scaled { values, .. } => add(hashes, &values[rows], i64::cast_unsigned),
        Data::Exact { values, .. } => add(hashes, &values[rows], bits_of),
        Data::Date(values) => add(hashes, &values[rows], bits_of),
        Data::PerSource(_) | Data::Line => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(one: Vec<i64>, other: Vec<u32>) -> Vec<Column> {
        [Data::Number(one), Data::Small(other)].map(|data| Column { name: String::new(), data, states: None }).into()
    }

    /// Some numbers that look random.
    fn numbers() -> impl Iterator<Item = u64> {
        std::iter::successors(Some(7_u64), |last| Some(last.wrapping_mul(MULTIPLIER).rotate_left(31) ^ 5))
    }

    #[test]
    fn repeats_are_what_a_set_has_already() {
        for (rows, kinds) in
            [(0, 1), (1, 1), (2, 1), (9, 3), (5_000, 1), (5_000, 4_000), (100_000, 90_000), (100_000, 7)]
        {
            let one: Vec<i64> = numbers().take(rows).map(|number| (number % kinds).cast_signed() - 3).collect();
            let other: Vec<u32> = one.iter().map(|number| u32::from(number % 2 == 0)).collect();
            let mut seen = std::collections::HashSet::new();
            let expected: Vec<u32> =
                (0..).zip(&one).filter(|(_, value)| !seen.insert(**value)).map(|(row, _)| row).collect();
            for threads in [1, 3] {
                let found = of(&columns(one.clone(), other.clone()), u32::try_from(rows).unwrap(), threads);
                assert_eq!(found, expected, "{rows} rows of {kinds} kinds on {threads} threads");
            }
        }
    }

    #[test]
    fn rows_are_dealt_evenly_whatever_their_cells_look_like() {
        let shapes: [fn(u32) -> i64; 4] =
            [i64::from, |row| i64::from(row) << 32, |row| i64::from(row) << 48, |row| -i64::from(row) * 1000];
        for shape in shapes {
            let shares = Shares::of(&columns((0..50_000).map(shape).collect(), vec![0; 50_000]), 50_000);
            let most = shares.iter().map(<[Entry]>::len).max();
            assert!(most < Some(2 * 50_000 / 16), "{most:?} of {} shares", shares.ends.len());
        }
    }
}
