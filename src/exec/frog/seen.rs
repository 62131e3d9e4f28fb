//! [`Seen`]: the rows that a relation has, for finding out quickly which candidates are new.

use rustc_hash::FxHashSet;

use super::blocks::Blocks;

/// A set of rows of one width.
///
/// Rows of one or two words are bits in blocks of 64 neighbours: ids that a recursion brings forth tend to lie together,
/// and then 64 rows share one entry, where a hash set of rows has 64.
#[derive(Debug)]
pub enum Seen {
    /// Rows without columns.
    Unit(bool),
    /// One word: the block of the word.
    One(Blocks),
    /// Two words: the first, and the block of the second.
    Two(Blocks),
    /// Up to four.
    Four(FxHashSet<u128>),
    /// More.
    Many(FxHashSet<Box<[u32]>>),
}

impl Seen {
    /// An empty set of rows of that many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        match columns {
            0 => Self::Unit(false),
            1 => Self::One(Blocks::default()),
            2 => Self::Two(Blocks::default()),
            3 | 4 => Self::Four(FxHashSet::default()),
            _ => Self::Many(FxHashSet::default()),
        }
    }

    /// About how many bytes it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Unit(_) => 0,
            Self::One(blocks) | Self::Two(blocks) => blocks.bytes(),
            Self::Four(rows) => rows.capacity() * 17,
            Self::Many(rows) => rows.capacity() * 48,
        }
    }

    /// Adds `len` rows, given by column; calls `new` with the position of each that was not in the set.
    pub fn insert(&mut self, columns: &[Vec<u32>], len: usize, mut new: impl FnMut(usize)) {
        match self {
            Self::Unit(seen) => {
                if len > 0 && !std::mem::replace(seen, true) {
                    new(0);
                }
            }
            Self::One(blocks) => {
                blocks.insert(columns[0].iter().map(|word| (u64::from(*word >> 6), *word)), new);
            }
            Self::Two(blocks) => {
                let pairs = columns[0].iter().zip(&columns[1]);
                let block = |(first, second): (&u32, &u32)| u64::from(*first) << 26 | u64::from(*second >> 6);
                blocks.insert(pairs.map(|pair| (block(pair), *pair.1)), new);
            }
            Self::Four(rows) => {
                for row in 0..len {
                    if rows.insert(columns.iter().fold(0, |packed, column| packed << 32 | u128::from(column[row]))) {
                        new(row);
                    }
                }
            }
            Self::Many(rows) => {
                for row in 0..len {
                    if rows.insert(columns.iter().map(|column| column[row]).collect()) {
                        new(row);
                    }
                }
            }
        }
    }
}
