//! [`Index`]: from the words of a key to the rows that have it.

use rustc_hash::FxHashMap;

use super::words::{NO_TEXT, NONE, is_none};

/// What an index gives for a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Payload {
    /// Only whether there is a row.
    Nothing,
    /// The numbers of the rows.
    Rows,
    /// The words of that column.
    Column(usize),
}

/// From key to payloads. Grows by [`Index::append`]; the payloads of one key stand together, in order of arrival.
#[derive(Debug)]
pub struct Index {
    keys: Keys,
    lists: Lists,
    payload: Payload,
    /// How many rows of the relation are in it.
    covered: usize,
    /// Whether some rows have a key without value.
    wild: bool,
}

impl Index {
    /// An empty index for keys of that many columns.
    #[must_use]
    pub fn new(columns: usize, payload: Payload) -> Self {
        Self { keys: Keys::new(columns), lists: Lists::default(), payload, covered: 0, wild: false }
    }

    /// How many rows of the relation are in it.
    #[must_use]
    pub fn covered(&self) -> usize {
        self.covered
    }

    /// Adds the rows from `self.covered()` on: their key columns and their payloads, of equal length; where there are keys,
    /// an index of [`Payload::Nothing`] needs no payloads. Rows with a key without value are left out.
    pub fn append(&mut self, keys: &[&[u32]], payloads: &[u32]) {
        let added = keys.first().map_or(payloads.len(), |column| column.len());
        let groups = self.keys.insert(keys, added);
        if self.payload != Payload::Nothing {
            self.lists.append(&groups, payloads, self.keys.count);
        }
        let blank = |row: usize| keys.iter().any(|column| column[row] == NO_TEXT);
        self.wild |= groups.iter().enumerate().any(|(row, group)| *group == NONE && !blank(row));
        self.covered += added;
    }

    /// About how many bytes it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let keys = match &self.keys.map {
            Map::Unit(_) | Map::Itself => 0,
            Map::One { dense, sparse } => dense.capacity() * 4 + sparse.capacity() * 9,
            Map::Two(map) => map.capacity() * 13,
            Map::Four(map) => map.capacity() * 21,
            Map::Many(map) => map.capacity() * 48,
        };
        let lists = (self.lists.arena.capacity() + self.lists.starts.capacity()) * 4;
        keys + lists + self.lists.spans.capacity() * size_of::<Span>()
    }

    /// Whether rows were left out because their key has no value.
    #[must_use]
    pub fn has_wild(&self) -> bool {
        self.wild
    }

    /// From here on, what is in the index is old and what is appended is new.
    pub fn next_round(&mut self) {
        self.lists.round += 1;
    }

    /// The group of each key, [`NONE`] for keys that no row has.
    #[must_use]
    pub fn groups(&self, keys: &[&[u32]], len: usize) -> Vec<u32> {
        self.keys.find(keys, len)
    }

    /// Whether a key is there; its words, by column.
    #[must_use]
    pub fn has(&self, key: &[u32]) -> bool {
        self.keys.has(key)
    }

    /// The payloads of a group.
    #[must_use]
    pub fn list(&self, group: u32) -> &[u32] {
        self.lists.get(group)
    }

    /// The payloads that a group had when the round began.
    #[must_use]
    pub fn old(&self, group: u32) -> &[u32] {
        self.lists.old(group)
    }
}

/// Keys to group numbers, which count from 0 in order of arrival.
#[derive(Debug)]
pub struct Keys {
    count: usize,
    map: Map,
}

#[derive(Debug)]
enum Map {
    Unit(bool),
    /// One column; every word below the number of groups is one.
    Itself,
    One {
        dense: Vec<u32>,
        sparse: FxHashMap<u32, u32>,
    },
    Two(FxHashMap<u64, u32>),
    Four(FxHashMap<u128, u32>),
    Many(FxHashMap<Box<[u32]>, u32>),
}

impl Keys {
    /// No keys, of that many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        let map = match columns {
            0 => Map::Unit(false),
            1 => Map::One { dense: Vec::new(), sparse: FxHashMap::default() },
            2 => Map::Two(FxHashMap::default()),
            3 | 4 => Map::Four(FxHashMap::default()),
            _ => Map::Many(FxHashMap::default()),
        };
        Self { count: 0, map }
    }

    /// Keys of one column, each word below `reach` being its own group, whether or not it comes; those beyond are none.
    #[must_use]
    pub const fn themselves(reach: usize) -> Self {
        Self { count: reach, map: Map::Itself }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The group of each of `len` keys, new if need be; [`NONE`] for a key without value.
    pub fn insert(&mut self, keys: &[&[u32]], len: usize) -> Vec<u32> {
        let count = &mut self.count;
        let mut fresh = || {
            *count += 1;
            u32::try_from(*count - 1).expect("fewer than 2^32 keys")
        };
        match &mut self.map {
            Map::Unit(known) => {
                if !*known && len > 0 {
                    fresh();
                    *known = true;
                }
                vec![0; len]
            }
            Map::Itself => itself(keys[0], self.count),
            Map::One { dense, sparse } => insert_one(dense, sparse, keys[0], &mut fresh),
            Map::Two(map) => {
                let one = |(a, b): (&u32, &u32)| {
                    if is_none(*a) || is_none(*b) { NONE } else { *map.entry(two(*a, *b)).or_insert_with(&mut fresh) }
                };
                keys[0].iter().zip(keys[1]).map(one).collect()
            }
            Map::Four(map) => (0..len)
                .map(|row| four(keys, row).map_or(NONE, |key| *map.entry(key).or_insert_with(&mut fresh)))
                .collect(),
            Map::Many(map) => (0..len)
                .map(|row| many(keys, row).map_or(NONE, |key| *map.entry(key).or_insert_with(&mut fresh)))
                .collect(),
        }
    }

    /// Whether a key is there; its words, by column.
    #[must_use]
    pub fn has(&self, key: &[u32]) -> bool {
        match (&self.map, key) {
            (Map::Two(map), [a, b]) => map.contains_key(&two(*a, *b)),
            _ => self.find(&key.iter().map(std::slice::from_ref).collect::<Vec<_>>(), 1) != [NONE],
        }
    }

    /// The group of each of `len` keys, [`NONE`] for keys that are not there.
    #[must_use]
    pub fn find(&self, keys: &[&[u32]], len: usize) -> Vec<u32> {
        let none = &NONE;
        match &self.map {
            Map::Unit(known) => vec![if *known { 0 } else { NONE }; len],
            Map::Itself => itself(keys[0], self.count),
            Map::One { dense, sparse } => {
                let one = |word: &u32| match dense.get(*word as usize) {
                    Some(group) if *group != NONE => *group,
                    _ if sparse.is_empty() => NONE,
                    _ => *sparse.get(word).unwrap_or(none),
                };
                keys[0].iter().map(one).collect()
            }
            Map::Two(map) => keys[0].iter().zip(keys[1]).map(|(a, b)| *map.get(&two(*a, *b)).unwrap_or(none)).collect(),
            Map::Four(map) => {
                (0..len).map(|row| four(keys, row).map_or(NONE, |key| *map.get(&key).unwrap_or(none))).collect()
            }
            Map::Many(map) => {
                (0..len).map(|row| many(keys, row).map_or(NONE, |key| *map.get(&key).unwrap_or(none))).collect()
            }
        }
    }
}

/// Words as groups of their own.
fn itself(words: &[u32], reach: usize) -> Vec<u32> {
    words.iter().map(|word| if (*word as usize) < reach { *word } else { NONE }).collect()
}

/// A directory for one key column: an array while the words are dense enough, a hash map for those beyond.
fn insert_one(
    dense: &mut Vec<u32>,
    sparse: &mut FxHashMap<u32, u32>,
    words: &[u32],
    fresh: &mut impl FnMut() -> u32,
) -> Vec<u32> {
    let room = 4 * (dense.len() / 2 + words.len()) + (1 << 16);
    let reach = words.iter().copied().filter(|word| !is_none(*word) && (*word as usize) < room).max();
    if let Some(reach) = reach
        && reach as usize >= dense.len()
    {
        let len = (reach as usize + 1).max(dense.len() * 5 / 4);
        dense.resize(len, NONE);
    }
    let mut one = |word: u32| {
        if is_none(word) {
            return NONE;
        }
        match dense.get_mut(word as usize) {
            Some(group) => {
                if *group == NONE {
                    // A word may have come before the array reached it.
                    *group = sparse.remove(&word).unwrap_or_else(&mut *fresh);
                }
                *group
            }
            None => *sparse.entry(word).or_insert_with(&mut *fresh),
        }
    };
    words.iter().map(|word| one(*word)).collect()
}

fn two(a: u32, b: u32) -> u64 {
    u64::from(a) << 32 | u64::from(b)
}

fn four(keys: &[&[u32]], row: usize) -> Option<u128> {
    keys.iter()
        .try_fold(0_u128, |packed, column| (!is_none(column[row])).then(|| packed << 32 | u128::from(column[row])))
}

fn many(keys: &[&[u32]], row: usize) -> Option<Box<[u32]>> {
    keys.iter().map(|column| (!is_none(column[row])).then_some(column[row])).collect()
}

/// Lists by group, each in one piece of an arena.
///
/// What comes in one batch is laid out without gaps, and only where each list begins is kept; most indexes never grow again.
#[derive(Debug, Default)]
struct Lists {
    arena: Vec<u32>,
    /// Where the list of each group begins, and the end of the last; empty once any grew.
    starts: Vec<u32>,
    /// The round in which the first batch came.
    first: u32,
    spans: Vec<Span>,
    round: u32,
}

/// One list in the arena.
#[derive(Clone, Copy, Debug, Default)]
struct Span {
    start: usize,
    len: u32,
    room: u32,
    /// The last round in which it grew, and its length before that.
    grew: u32,
    before: u32,
}

impl Lists {
    fn get(&self, group: u32) -> &[u32] {
        let group = group as usize;
        if let Some([from, to]) = self.starts.get(group..group + 2) {
            return &self.arena[*from as usize..*to as usize];
        }
        let span = self.spans[group];
        &self.arena[span.start..span.start + span.len as usize]
    }

    fn old(&self, group: u32) -> &[u32] {
        if !self.starts.is_empty() {
            return if self.first == self.round { &[] } else { self.get(group) };
        }
        let span = self.spans[group as usize];
        let len = if span.grew == self.round { span.before } else { span.len };
        &self.arena[span.start..span.start + len as usize]
    }

    /// Adds `payloads[i]` to the list of `groups[i]`, except where that is [`NONE`]. There are `count` groups.
    fn append(&mut self, groups: &[u32], payloads: &[u32], count: usize) {
        if self.spans.is_empty() && self.starts.is_empty() {
            return self.fill(groups, payloads, count);
        }
        self.loosen();
        self.spans.resize(count, Span { grew: u32::MAX, ..Span::default() });
        for (group, payload) in groups.iter().zip(payloads) {
            if *group == NONE {
                continue;
            }
            let span = &mut self.spans[*group as usize];
            if span.grew != self.round {
                (span.grew, span.before) = (self.round, span.len);
            }
            if span.len < span.room {
                self.arena[span.start + span.len as usize] = *payload;
            } else {
                let from = span.start..span.start + span.len as usize;
                (span.start, span.room) = (self.arena.len(), (span.room * 2).max(2));
                self.arena.extend_from_within(from);
                self.arena.push(*payload);
                self.arena.resize(span.start + span.room as usize, 0);
            }
            span.len += 1;
        }
    }

    /// From lists that never grew to such as may.
    fn loosen(&mut self) {
        let starts = std::mem::take(&mut self.starts);
        let first = self.first;
        self.spans.extend(starts.windows(2).map(|pair| {
            let len = pair[1] - pair[0];
            Span { start: pair[0] as usize, len, room: len, grew: first, before: 0 }
        }));
    }

    /// The first batch: counted, then laid out.
    fn fill(&mut self, groups: &[u32], payloads: &[u32], count: usize) {
        self.first = self.round;
        // Each list's beginning is counted two places on, and has moved to its own when the lists are filled.
        let mut starts = vec![0_u32; count + 2];
        for group in groups.iter().filter(|group| **group != NONE) {
            starts[*group as usize + 2] += 1;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        self.arena.resize(sum as usize, 0);
        for (group, payload) in groups.iter().zip(payloads) {
            if *group != NONE {
                let at = &mut starts[*group as usize + 1];
                self.arena[*at as usize] = *payload;
                *at += 1;
            }
        }
        starts.truncate(count + 1);
        self.starts = starts;
    }
}

#[cfg(test)]
mod tests {
    use super::{Index, Keys, Payload};
    use crate::exec::frog::words::NONE;

    #[test]
    fn finds_what_was_appended_in_order_of_arrival() {
        let mut index = Index::new(1, Payload::Rows);
        index.append(&[&[3, 1, 3, NONE, 4_000_000_000]], &[0, 1, 2, 3, 4]);
        index.append(&[&[3, 7, 3]], &[5, 6, 7]);
        let groups = index.groups(&[&[3, 1, 9, NONE, 4_000_000_000, 7]], 6);
        let lists: Vec<Vec<u32>> =
            groups.iter().map(|group| if *group == NONE { Vec::new() } else { index.list(*group).to_vec() }).collect();
        assert_eq!(lists, [vec![0, 2, 5, 7], vec![1], vec![], vec![], vec![4], vec![6]]);
    }

    #[test]
    fn words_may_be_groups_of_their_own() {
        let mut keys = Keys::themselves(5);
        assert_eq!(keys.insert(&[&[3, 0, 3, 5, NONE]], 5), [3, 0, 3, NONE, NONE]);
        assert_eq!(keys.find(&[&[4, 9]], 2), [4, NONE]);
        assert_eq!((keys.len(), keys.has(&[4]), keys.has(&[5])), (5, true, false));
    }

    #[test]
    fn keys_of_any_width() {
        for width in 0..7 {
            let columns: Vec<Vec<u32>> = (0..width).map(|column| vec![column, column + 1, column]).collect();
            let keys: Vec<&[u32]> = columns.iter().map(Vec::as_slice).collect();
            let mut index = Index::new(keys.len(), Payload::Rows);
            index.append(&keys, &[10, 11, 12]);
            let groups = index.groups(&keys, 3);
            let expected: &[u32] = if width == 0 { &[10, 11, 12] } else { &[10, 12] };
            assert_eq!(index.list(groups[0]), expected);
        }
    }
}
