//! [`Classes`]: the closure of pairs, which a program says in rules, class by class.
//!
//! A class of n values has n² pairs, and the rules find each of them once for every pair that was given with its values. Here
//! classes are merged, and each pair is made once: when the classes of its two values become one.

use std::ops::Range;

use super::World;
use super::derived::Sink;
use super::index::Keys;
use crate::exec::limits::{Limits, Stop};
use crate::ir::{Program, RelationId};

/// The classes of one relation.
#[derive(Debug)]
pub(super) struct Classes {
    /// The relation whose pairs are closed.
    pairs: RelationId,
    /// How many of its rows were looked at.
    seen: usize,
    values: Keys,
    /// The class of each value, by its number, and the values of each class.
    class: Vec<u32>,
    members: Vec<Vec<u32>>,
}

impl Classes {
    /// For a relation of a stratum, if it is a closure. Where rows are chosen by the order in which they come, or their number
    /// is limited, they come as the rules give them.
    pub(super) fn of(program: &Program, id: RelationId, stratum: &[RelationId]) -> Option<Self> {
        let plain = |id: &RelationId| {
            let relation = &program.relations[id.index()];
            relation.choice.is_empty() && relation.subsumption.is_empty() && relation.limit.is_none()
        };
        let pairs = program.relations[id.index()].closes.filter(|_| stratum.iter().all(plain))?;
        Some(Self { pairs, seen: 0, values: Keys::new(1), class: Vec::new(), members: Vec::new() })
    }

    /// About how many bytes they take.
    pub(super) fn bytes(&self) -> usize {
        const ENTRY: usize = 24;
        self.class.len() * ENTRY
    }

    /// Adds to `sink` the pairs that follow from those given since. Why it stopped, if it did.
    pub(super) fn close(&mut self, world: &World<'_>, sink: &mut Sink, limits: Limits) -> Option<Stop> {
        let given = world.derived(self.pairs);
        let rows: Range<usize> = std::mem::replace(&mut self.seen, given.len)..given.len;
        let (left, right) = (&given.columns[0][rows.clone()], &given.columns[1][rows.clone()]);
        let left_numbers = self.values.insert(&[left], rows.len());
        let right_numbers = self.values.insert(&[right], rows.len());
        let limits = limits.beside(world.bytes());
        for row in 0..rows.len() {
            let one = self.class_of(left_numbers[row], left[row], sink);
            let other = self.class_of(right_numbers[row], right[row], sink);
            if one != other
                && let Some(stop) = self.merge(one, other, sink, limits)
            {
                return Some(stop);
            }
        }
        None
    }

    /// The class of a value; a new one has the value alone in it.
    fn class_of(&mut self, number: u32, word: u32, sink: &mut Sink) -> usize {
        const NEW: u32 = u32::MAX;
        let number = number as usize;
        if number >= self.class.len() {
            self.class.resize(number + 1, NEW);
        }
        if self.class[number] == NEW {
            self.class[number] = u32::try_from(self.members.len()).unwrap_or(NEW);
            self.members.push(vec![word]);
            sink.push(&[word, word]);
        }
        self.class[number] as usize
    }

    fn merge(&mut self, one: usize, other: usize, sink: &mut Sink, limits: Limits) -> Option<Stop> {
        let (small, large) =
            if self.members[one].len() < self.members[other].len() { (one, other) } else { (other, one) };
        let pairs = 2 * self.members[small].len() * self.members[large].len();
        let stop = limits.memory(sink.bytes() + self.bytes() + pairs * 8).or_else(|| limits.time());
        if stop.is_some() {
            return stop;
        }
        let moved = std::mem::take(&mut self.members[small]);
        for a in &moved {
            for b in &self.members[large] {
                sink.push(&[*a, *b]);
                sink.push(&[*b, *a]);
            }
        }
        for number in self.values.find(&[&moved], moved.len()) {
            self.class[number as usize] = u32::try_from(large).unwrap_or(u32::MAX);
        }
        self.members[large].extend(moved);
        None
    }
}
