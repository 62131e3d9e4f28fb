//! [`Sorted`]: numbers of texts by what is kept of their hashes, in order.
//!
//! Looking texts up in a hash table one after another waits for memory at every one. Where all are there before anybody asks which
//! are equal, they are dealt by the upper bits of their hashes to shares that fit a cache, and each share is sorted: equal texts
//! then stand side by side. No text is read but those of which 32 bits agree.

use crate::threads;

/// About so many numbers are in a share.
const SHARE: usize = 1024;

/// At most so many bits of the hash choose the share: more streams than this are slow to write.
const MOST_BITS: u32 = 12;

/// What is kept of a hash in the upper half, the number of a text in the lower.
type Entry = u64;

/// Numbers of different texts.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// By the upper bits of what is kept of a hash; a power of two of them, or none.
    shares: Vec<Vec<Entry>>,
}

impl Sorted {
    /// Sorts numbers, each behind what is kept of the hash of its text. Those whose texts are `known` by another number, or equal to
    /// one before, are left out: they come with the number that stands for them, rising.
    pub(super) fn of(
        numbers: impl Iterator<Item = (u32, u32)> + Clone,
        threads: usize,
        known: impl Fn(u32, u32) -> Option<u32> + Sync,
        is_equal: impl Fn(u32, u32) -> bool + Sync,
    ) -> (Self, Vec<(u32, u32)>) {
        let entries = numbers.map(|(tag, id)| u64::from(tag) << 32 | u64::from(id));
        let dealt = deal(entries);
        let shares = threads::map(&dealt, threads, |share| {
            let mut share = share.clone();
            share.sort_unstable();
            let same = drop_equal(&mut share, &known, &is_equal);
            (share, same)
        });
        let (shares, same): (Vec<_>, Vec<_>) = shares.into_iter().unzip();
        let mut same: Vec<(u32, u32)> = same.into_iter().flatten().collect();
        same.sort_unstable();
        (Self { shares }, same)
    }

    /// The numbers of the texts of whose hashes that is kept.
    pub(super) fn with(&self, tag: u32) -> impl Iterator<Item = u32> {
        let bits = self.shares.len().checked_ilog2().unwrap_or(0);
        let share = self.shares.get(share_of(tag, bits)).map_or(&[][..], Vec::as_slice);
        let first = share.partition_point(|entry| tag_of(*entry) < tag);
        share[first..].iter().take_while(move |entry| tag_of(**entry) == tag).map(|entry| id_of(*entry))
    }

    /// What is kept of the hashes, each with its number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, u32)> + Clone {
        self.shares.iter().flatten().map(|entry| (tag_of(*entry), id_of(*entry)))
    }
}

/// Entries by the upper bits of what is kept of a hash.
fn deal(entries: impl Iterator<Item = Entry> + Clone) -> Vec<Vec<Entry>> {
    let count = entries.clone().count();
    let bits = (count / SHARE).checked_ilog2().map_or(0, |bits| (bits + 1).min(MOST_BITS));
    let mut counts = vec![0; 1 << bits];
    entries.clone().for_each(|entry| counts[share_of(tag_of(entry), bits)] += 1);
    let mut shares: Vec<Vec<Entry>> = counts.into_iter().map(Vec::with_capacity).collect();
    entries.for_each(|entry| shares[share_of(tag_of(entry), bits)].push(entry));
    shares
}

/// Leaves one entry of each text that is not `known`; the numbers of the others, each with the one that stands for it.
fn drop_equal(
    sorted: &mut Vec<Entry>,
    known: &impl Fn(u32, u32) -> Option<u32>,
    is_equal: &impl Fn(u32, u32) -> bool,
) -> Vec<(u32, u32)> {
    let mut same = Vec::new();
    let mut kept = 0;
    // Where those begin of which the same is kept.
    let mut alike = 0;
    for at in 0..sorted.len() {
        let (tag, id) = (tag_of(sorted[at]), id_of(sorted[at]));
        if kept > alike && tag_of(sorted[alike]) != tag {
            alike = kept;
        }
        let before = sorted[alike..kept].iter().map(|entry| id_of(*entry)).find(|other| is_equal(*other, id));
        match before.or_else(|| known(tag, id)) {
            Some(other) => same.push((id, other)),
            None => {
                sorted[kept] = sorted[at];
                kept += 1;
            }
        }
    }
    sorted.truncate(kept);
    same
}

const fn share_of(tag: u32, bits: u32) -> usize {
    (tag as u64 >> (32 - bits)) as usize
}

const fn tag_of(entry: Entry) -> u32 {
    (entry >> 32) as u32
}

const fn id_of(entry: Entry) -> u32 {
    entry as u32
}

#[cfg(test)]
mod tests {
    use super::Sorted;

    #[test]
    fn one_number_stands_for_equal_texts_however_many_there_are() {
        for (count, kinds, tags) in
            [(0, 1, 1), (1, 1, 1), (7, 3, 2), (3000, 3000, 1 << 31), (30_000, 9000, 40_000), (9000, 5, 3)]
        {
            let text = |id: u32| id.wrapping_mul(0x9e37_79b9) % kinds;
            let tag = |id: u32| (text(id) % tags).wrapping_mul(0x85eb_ca6b);
            // Some texts have numbers elsewhere.
            let known = |_, id: u32| (text(id) % 10 == 3).then(|| 1_000_000 + text(id));
            for threads in [1, 3] {
                let numbers = (0..count).map(|id| (tag(id), id));
                let (sorted, same) = Sorted::of(numbers, threads, known, |one, other| text(one) == text(other));
                assert!(same.is_sorted());
                let mut first = std::collections::HashMap::new();
                let stands = |id: u32| same.binary_search_by_key(&id, |(id, _)| *id).map_or(id, |at| same[at].1);
                for id in 0..count {
                    let expected = known(0, id).unwrap_or_else(|| *first.entry(text(id)).or_insert(id));
                    assert_eq!(stands(id), expected);
                    let found = sorted.with(tag(id)).find(|other| text(*other) == text(id));
                    assert_eq!(found, known(0, id).is_none().then_some(expected));
                }
                assert_eq!(sorted.iter().count(), first.len());
                assert_eq!(sorted.with(77).next(), None);
            }
        }
    }
}
