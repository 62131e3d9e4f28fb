//! The order of rows by value, which their words do not have.

use super::words::{Kind, Words};
use crate::value::Value;

/// Numbers that are ordered as the values of a column are.
fn ranks(words: &Words<'_>, kind: Kind, column: &[u32]) -> Vec<u32> {
    let is_ordered = matches!(kind, Kind::Number | Kind::Unsigned | Kind::Row | Kind::Date);
    if is_ordered && column.iter().all(|word| Words::whole(*word).is_some()) {
        return column.to_vec();
    }
    let mut known = column.to_vec();
    known.sort_unstable();
    known.dedup();
    let mut values: Vec<(Value, u32)> = known.iter().map(|word| (words.decode(*word, kind), *word)).collect();
    values.sort_unstable();
    let mut rank: Vec<(u32, u32)> = values.iter().map(|(_, word)| *word).zip(0..).collect();
    rank.sort_unstable();
    let of = |word: &u32| rank.binary_search_by_key(word, |(word, _)| *word).map_or(u32::MAX, |at| rank[at].1);
    column.iter().map(of).collect()
}

/// Rows of words, by column, with what the words stand for: the positions of the rows in the order of their values, those of
/// each part, which begin at `parts`, apart. What is before the first part stays as it is.
#[must_use]
pub(super) fn order(
    words: &Words<'_>,
    (kinds, columns): (&[Kind], &[Vec<u32>]),
    len: usize,
    parts: &[usize],
) -> Vec<u32> {
    let mut order: Vec<u32> = (0..).take(len).collect();
    if parts.first().is_none_or(|first| *first == len) {
        return order;
    }
    let ranks: Vec<Vec<u32>> = kinds.iter().zip(columns).map(|(kind, column)| ranks(words, *kind, column)).collect();
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
