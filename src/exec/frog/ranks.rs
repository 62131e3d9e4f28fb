//! The order in which rows come, which their words do not have.

use super::World;
use super::words::{Kind, Words};
use crate::value::Value;

/// Numbers in the order in which the values of a column come.
fn ranks(world: &World<'_>, kind: Kind, column: &[u32]) -> Vec<u32> {
    let is_ordered = matches!(kind, Kind::Number | Kind::Unsigned | Kind::Row | Kind::Date);
    if is_ordered && column.iter().all(|word| Words::whole(*word).is_some()) {
        return column.to_vec();
    }
    let mut known = column.to_vec();
    known.sort_unstable();
    known.dedup();
    let mut values: Vec<(Value, u32)> = known.iter().map(|word| (world.words.decode(*word, kind), *word)).collect();
    values.sort_unstable_by(|(one, _), (other, _)| world.arrival().compare(&world.input.store.symbols, one, other));
    let mut rank: Vec<(u32, u32)> = values.iter().map(|(_, word)| *word).zip(0..).collect();
    rank.sort_unstable();
    let of = |word: &u32| rank.binary_search_by_key(word, |(word, _)| *word).map_or(u32::MAX, |at| rank[at].1);
    column.iter().map(of).collect()
}

/// Rows of words, by column, with what the words stand for: the positions of the rows in the order in which they come, those of
/// each part, which begin at `parts`, apart. What is before the first part stays as it is.
#[must_use]
pub(super) fn order(
    world: &World<'_>,
    (kinds, columns): (&[Kind], &[Vec<u32>]),
    len: usize,
    parts: &[usize],
) -> Vec<u32> {
    let mut order: Vec<u32> = (0..).take(len).collect();
    if parts.first().is_none_or(|first| *first == len) {
        return order;
    }
    let ranks: Vec<Vec<u32>> = kinds.iter().zip(columns).map(|(kind, column)| ranks(world, *kind, column)).collect();
    let by_value = |a: &u32, b: &u32| {
        let differing = ranks.iter().map(|ranks| ranks[*a as usize].cmp(&ranks[*b as usize]));
        differing.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    };
    let ends = parts.iter().skip(1).chain([&len]);
    for (from, to) in parts.iter().zip(ends) {
        order[*from..*to].sort_unstable_by(by_value);
    }
    order
}
