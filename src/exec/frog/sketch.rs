//! [`Sketches`]: small pictures of sets, from which it can be seen that two sets differ by much.
//!
//! A sketch counts the elements of a set by bucket. Two sets differ in at least as many elements as their counts differ, summed
//! over the buckets. Coarse counts of neighbouring sets lie side by side, so that one look compares [`LANES`] of them; what
//! passes is compared by finer counts.

use std::ops::Range;

/// How many sets are compared at a time.
const LANES: usize = 16;
/// Buckets of the first look.
const COARSE: usize = 16;
/// Buckets of the second.
const FINE: usize = 64;

/// The picture of one set.
#[derive(Clone, Copy, Debug)]
pub struct Sketch {
    coarse: [u8; COARSE],
    fine: [u8; FINE],
}

impl Sketch {
    /// Of a set of numbers. Counts end at 255: from there on, sets may differ by more than is seen.
    #[must_use]
    pub fn of(set: &[u32]) -> Self {
        let mut sketch = Self { coarse: [0; COARSE], fine: [0; FINE] };
        for number in set {
            let (coarse, fine) = (*number as usize % COARSE, *number as usize % FINE);
            sketch.coarse[coarse] = sketch.coarse[coarse].saturating_add(1);
            sketch.fine[fine] = sketch.fine[fine].saturating_add(1);
        }
        sketch
    }
}

/// The pictures of many sets, by position.
#[derive(Debug, Default)]
pub struct Sketches {
    coarse: Vec<[[u8; LANES]; COARSE]>,
    fine: Vec<[u8; FINE]>,
}

impl Sketches {
    /// Of sets in that order.
    pub fn of<'s>(sets: impl Iterator<Item = &'s [u32]>) -> Self {
        let mut sketches = Self::default();
        for set in sets {
            let (sketch, lane) = (Sketch::of(set), sketches.fine.len() % LANES);
            if lane == 0 {
                sketches.coarse.push([[0; LANES]; COARSE]);
            }
            if let Some(block) = sketches.coarse.last_mut() {
                block.iter_mut().zip(sketch.coarse).for_each(|(lanes, count)| lanes[lane] = count);
            }
            sketches.fine.push(sketch.fine);
        }
        sketches
    }

    /// Whether the set at a position may differ from that of `sketch` by no more than `most`.
    #[must_use]
    #[inline]
    pub fn may_be_near(&self, sketch: &Sketch, at: u32, most: usize) -> bool {
        let mut sums = [0_u8; LANES];
        let (mine, _) = sketch.fine.as_chunks::<LANES>();
        let (theirs, _) = self.fine[at as usize].as_chunks::<LANES>();
        mine.iter().zip(theirs).for_each(|(mine, theirs)| add_differences(&mut sums, mine, theirs));
        sums.iter().map(|sum| u32::from(*sum)).sum::<u32>() as usize <= most
    }

    /// Calls `found` with the positions in `range` whose sets may differ from that of `sketch` by no more than `most`.
    pub fn near(&self, sketch: &Sketch, range: Range<usize>, most: usize, found: &mut dyn FnMut(u32)) {
        for block in range.start / LANES..range.end.div_ceil(LANES) {
            let mut sums = [0_u8; LANES];
            for (mine, theirs) in sketch.coarse.iter().zip(&self.coarse[block]) {
                add_differences(&mut sums, &[*mine; LANES], theirs);
            }
            if usize::from(sums.iter().fold(u8::MAX, |least, sum| least.min(*sum))) > most {
                continue;
            }
            let near = (block * LANES..range.end).zip(sums).filter(|(_, sum)| usize::from(*sum) <= most);
            for (at, _) in near.filter(|(at, _)| *at >= range.start) {
                let at = u32::try_from(at).unwrap_or(u32::MAX);
                if self.may_be_near(sketch, at, most) {
                    found(at);
                }
            }
        }
    }
}

/// Adds by how much counts differ, up to 255: sets may differ by more than is seen.
#[inline]
fn add_differences(sums: &mut [u8; LANES], mine: &[u8; LANES], theirs: &[u8; LANES]) {
    for ((sum, mine), theirs) in sums.iter_mut().zip(mine).zip(theirs) {
        // Written so that compilers see that it can be done for all lanes at once.
        *sum = sum.saturating_add((*mine).max(*theirs) - (*mine).min(*theirs));
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Sketch, Sketches};

    #[test]
    fn no_set_that_is_near_is_left_out() {
        let set = |seed: u32| -> Vec<u32> {
            let numbers: BTreeSet<u32> = (0..seed % 90 * 8).map(|at| at * (seed % 7 + 1) * 31 % 700).collect();
            numbers.into_iter().collect()
        };
        let sets: Vec<Vec<u32>> = (0..200).map(set).collect();
        let sketches = Sketches::of(sets.iter().map(Vec::as_slice));
        let mut left_out = 0;
        for (mine, most, range) in [(7, 0, 0..200), (40, 20, 0..200), (63, 150, 5..37), (89, 400, 16..16)] {
            let mut found = Vec::new();
            sketches.near(&Sketch::of(&sets[mine]), range.clone(), most, &mut |at| found.push(at as usize));
            assert!(found.is_sorted() && found.iter().all(|at| range.contains(at)));
            for (at, set) in sets.iter().enumerate().filter(|(at, _)| range.contains(at)) {
                let differs = set.iter().filter(|number| !sets[mine].contains(number)).count()
                    + sets[mine].iter().filter(|number| !set.contains(number)).count();
                left_out += usize::from(!found.contains(&at));
                assert!(differs > most || found.contains(&at), "{mine} and {at} differ by {differs}");
            }
        }
        assert!(left_out > 200, "sets that are far apart are seen to be: {left_out}");
    }
}
