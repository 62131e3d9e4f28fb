//! [`Blocks`]: a set of words as bits, 64 neighbours to a block, blocks in an open table.

use crate::pages::Pages;

/// Blocks by number. A block of which no bit is set is not there.
#[derive(Debug, Default)]
pub struct Blocks {
    /// One more than the number of a block, or [`NOBODY`], and its bits. A power of two of them.
    slots: Pages<[u64; 2]>,
    /// How many blocks there are.
    len: usize,
}

/// In place of a block's number where there is none.
const NOBODY: u64 = 0;

/// How many blocks are looked up together.
const AHEAD: usize = 32;

impl Blocks {
    /// About how many bytes it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.slots.len() * size_of::<[u64; 2]>()
    }

    /// Sets a bit for each of `words`, given with the number of its block, which is below 2⁶⁴−1; calls `new` with the
    /// position of each that was not set.
    ///
    /// Slots are read many at a time before any is changed: memory answers many such questions at once sooner than one after
    /// another.
    pub fn insert(&mut self, words: impl Iterator<Item = (u64, u32)>, mut new: impl FnMut(usize)) {
        let mut words = words.enumerate();
        let mut group = [(0, 0, 0, 0); AHEAD];
        loop {
            self.make_room();
            let shift = self.shift();
            let mut len = 0;
            for (to, (at, (block, word))) in group.iter_mut().zip(&mut words) {
                *to = (at, block, word, first(block, shift));
                len += 1;
            }
            let group = &group[..len];
            let slots: &mut [[u64; 2]] = &mut self.slots;
            std::hint::black_box(group.iter().fold(0, |sum, (.., slot)| sum ^ slots[*slot][0]));
            for (at, block, word, slot) in group {
                if set(slots, &mut self.len, (block + 1, *word), *slot) {
                    new(*at);
                }
            }
            if len < AHEAD {
                return;
            }
        }
    }

    /// Room for [`AHEAD`] more blocks, a third of the slots being free.
    fn make_room(&mut self) {
        if (self.len + AHEAD) * 3 <= self.slots.len() * 2 {
            return;
        }
        let size = (self.slots.len() * 2).max(4 * AHEAD);
        let old = std::mem::replace(&mut self.slots, Pages::zeroed(size));
        let (shift, last) = (self.shift(), size - 1);
        let slots: &mut [[u64; 2]] = &mut self.slots;
        for [block, bits] in old.iter().filter(|[block, _]| *block != NOBODY) {
            let mut slot = first(block - 1, shift);
            while slots[slot][0] != NOBODY {
                slot = (slot + 1) & last;
            }
            slots[slot] = [*block, *bits];
        }
    }

    /// What leaves of a 64-bit hash the number of a slot.
    fn shift(&self) -> u32 {
        64 - self.slots.len().trailing_zeros()
    }
}

/// Sets a bit of a block, given with one more than its number, the search for which begins at `slot`; whether it was not set.
/// `len` is how many blocks there are.
fn set(slots: &mut [[u64; 2]], len: &mut usize, (block, word): (u64, u32), slot: usize) -> bool {
    let bit = 1 << (word & 63);
    let last = slots.len() - 1;
    let mut slot = slot;
    loop {
        let [known, bits] = &mut slots[slot];
        if *known == block {
            let is_new = *bits & bit == 0;
            *bits |= bit;
            return is_new;
        }
        if *known == NOBODY {
            (*known, *bits) = (block, bit);
            *len += 1;
            return true;
        }
        slot = (slot + 1) & last;
    }
}

/// The slot at which the search for a block begins.
#[inline]
fn first(block: u64, shift: u32) -> usize {
    // Fibonacci hashing: the upper bits of the product depend on all bits of the number.
    usize::try_from(block.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Blocks;

    #[test]
    fn every_bit_is_new_once() {
        let mut state = 1_u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for (blocks, words) in [(1, 64), (5000, 64), (u64::MAX - 1, 3)] {
            let (mut set, mut known) = (Blocks::default(), HashSet::new());
            for len in [0, 1, 31, 32, 33, 5000, 20_000] {
                let rows: Vec<(u64, u32)> = (0..len).map(|_| (next(blocks), next(words) as u32)).collect();
                let expected: Vec<usize> = (0..len).filter(|at| known.insert(rows[*at])).collect();
                let mut new = Vec::new();
                set.insert(rows.into_iter(), |at| new.push(at));
                assert_eq!(new, expected);
            }
        }
    }
}
