//! The rows that repeat an earlier one.
//!
//! A hash table over all rows of a large table waits for memory at every row. So the rows are first dealt by their hash to
//! shares that fit a cache, one pass each way: a radix partition, as in Manegold, Boncz and Kersten,
//! "Optimizing main-memory join on modern hardware" (2002). Within a share a small table is enough, and rows are compared only where 32 bits agree.

use std::hash::{Hash, Hasher};
use std::ops::Range;

use rustc_hash::FxHasher;

use super::compare;
use crate::facts::store::{Column, Data};
use crate::pages::Pages;
use crate::threads::{available, map};
use crate::value::Float;

/// About so many rows are in a share.
const SHARE: usize = 4096;

/// At most so many bits of the hash choose the share: more streams than this are slow to write.
const MOST_BITS: u32 = 11;

/// Hashes are computed for so many rows at once, column by column.
const BLOCK: usize = 2048;

/// An odd number whose bits look random: multiplying by it mixes lower bits into higher ones.
const MULTIPLIER: u64 = 0xf135_7aea_2e62_a9c5;

/// The hash of a row in the upper half, one more than its number in the lower; [`NONE`] where there is none.
type Entry = u64;

const NONE: Entry = 0;

const fn entry(hash: u32, row: u32) -> Entry {
    (hash as u64) << 32 | (row as u64 + 1)
}

const fn hash_of(entry: Entry) -> u32 {
    (entry >> 32) as u32
}

const fn row_of(entry: Entry) -> u32 {
    (entry as u32).wrapping_sub(1)
}

/// The numbers of the rows that are equal to one before them, rising. `rows` is the number of rows of the columns.
pub(super) fn of(columns: &[Column], rows: u32, threads: usize) -> Vec<u32> {
    let rows = rows as usize;
    let bits = (rows / SHARE).checked_ilog2().map_or(1, |bits| (bits + 1).min(MOST_BITS));
    // Each thread deals rows of its own.
    let size = rows.div_ceil(threads.clamp(1, available())).max(SHARE);
    let spans: Vec<Range<usize>> = (0..rows).step_by(size).map(|from| from..(from + size).min(rows)).collect();
    let dealt = map(&spans, threads, |span| Shares::of(columns, span.clone(), bits));
    let shares: Vec<usize> = (0..1 << bits).collect();
    let found = map(&shares, threads, |share| repeats(columns, dealt.iter().map(|dealt| dealt.share(*share))));
    let mut found: Vec<u32> = found.into_iter().flatten().collect();
    found.sort_unstable();
    found
}

/// Rows, those whose hashes begin alike together and rising.
struct Shares {
    rows: Pages<Entry>,
    /// Where each share ends.
    ends: Vec<usize>,
}

impl Shares {
    fn of(columns: &[Column], rows: Range<usize>, bits: u32) -> Self {
        let hashes = hashes(columns, rows.clone());
        let share = |hash: u32| (hash >> (32 - bits)) as usize;
        let mut counts = vec![0; 1 << bits];
        hashes.iter().for_each(|hash| counts[share(*hash)] += 1);
        let mut next: Vec<usize> =
            counts.iter().scan(0, |sum, count| Some(std::mem::replace(sum, *sum + count))).collect();
        let mut dealt: Pages<Entry> = Pages::zeroed(rows.len());
        let slots: &mut [Entry] = &mut dealt;
        for (row, hash) in (u32::try_from(rows.start).unwrap_or(u32::MAX)..).zip(hashes) {
            let at = &mut next[share(hash)];
            slots[*at] = entry(hash, row);
            *at += 1;
        }
        Self { rows: dealt, ends: next }
    }

    fn share(&self, share: usize) -> &[Entry] {
        let start = share.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.rows[start..self.ends[share]]
    }
}

/// The rows of a share, which come in pieces, that are equal to one before them.
fn repeats<'e>(columns: &[Column], share: impl Iterator<Item = &'e [Entry]> + Clone) -> Vec<u32> {
    let mask = (share.clone().map(<[Entry]>::len).sum::<usize>() * 2).next_power_of_two() - 1;
    let mut slots = vec![NONE; mask + 1];
    let mut found = Vec::new();
    for entry in share.flatten().copied() {
        let mut at = hash_of(entry) as usize & mask;
        let is_equal = |other: Entry| {
            let (one, row) = (row_of(other), row_of(entry));
            hash_of(other) == hash_of(entry) && columns.iter().all(|column| compare(column, one, row).is_eq())
        };
        while slots[at] != NONE && !is_equal(slots[at]) {
            at = (at + 1) & mask;
        }
        match slots[at] {
            NONE => slots[at] = entry,
            _ => found.push(row_of(entry)),
        }
    }
    found
}

/// The hashes of rows, in order.
fn hashes(columns: &[Column], rows: Range<usize>) -> Vec<u32> {
    let mut all = Vec::with_capacity(rows.len());
    let mut hashes = [0; BLOCK];
    for start in rows.clone().step_by(BLOCK) {
        let block = start..(start + BLOCK).min(rows.end);
        let hashes = &mut hashes[..block.len()];
        hashes.fill(0);
        columns.iter().for_each(|column| mix(hashes, column, block.clone()));
        all.extend(hashes.iter().map(|hash| upper(*hash)));
    }
    all
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
fn mix(hashes: &mut [u64], column: &Column, rows: Range<usize>) {
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
            let shares = Shares::of(&columns((0..50_000).map(shape).collect(), vec![0; 50_000]), 0..50_000, 4);
            let most = (0..16).map(|share| shares.share(share).len()).max();
            assert!(most < Some(2 * 50_000 / 16), "{most:?} of {} shares", shares.ends.len());
        }
    }
}
