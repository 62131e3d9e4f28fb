//! [`Near`]: which texts of a column are a few edits away from a text, found without trying all pairs.
//!
//! Two texts that are at most `n` edits apart become the same when at most `n` characters are left out of each. Short texts are
//! found by what is left of them; what is left of long ones is too much to keep, so these are looked through, those
//! of fitting lengths only. What is found is compared character by character.

use std::collections::BTreeMap;
use std::hash::Hasher;
use std::ops::Range;

use rustc_hash::FxHasher;

/// More edits have no index.
pub const MOST_EDITS: usize = 2;

/// The product of the lengths of two texts must not be over what `distance` computes.
const LONGEST: usize = 60_000;

/// So many entries are kept: about sixty megabytes.
const MOST_ENTRIES: usize = 4_000_000;

/// The texts of one column, for one number of edits.
#[derive(Debug)]
pub struct Near {
    /// How many edits.
    most: usize,
    /// Each different text, shortest first.
    texts: Vec<Text>,
    /// The first text that is only looked through.
    long: usize,
    /// What is left of the texts before that, as a hash, and of which text, ascending.
    left: Vec<(u64, u32)>,
}

#[derive(Debug)]
struct Text {
    characters: Vec<char>,
    /// Which characters it has an odd number of, folded to 64: an edit changes two at most.
    odd: u64,
    /// The rows that have it, ascending.
    rows: Vec<u32>,
}

impl Near {
    /// Over the texts of rows, in order; none where a text is so long that its distance from another may not be computed.
    #[must_use]
    pub fn new<T: AsRef<str>>(rows: impl Iterator<Item = (u32, T)>, most: usize) -> Option<Self> {
        let mut known: BTreeMap<(usize, Vec<char>), Vec<u32>> = BTreeMap::new();
        for (row, text) in rows {
            let characters: Vec<char> = text.as_ref().chars().collect();
            known.entry((characters.len(), characters)).or_default().push(row);
        }
        if known.last_key_value().is_some_and(|((length, _), _)| *length > LONGEST) {
            return None;
        }
        let texts: Vec<Text> =
            known.into_iter().map(|((_, characters), rows)| Text { odd: odd(&characters), characters, rows }).collect();
        let (mut left, mut long) = (Vec::new(), 0);
        for (text, at) in texts.iter().zip(0_u32..) {
            if left.len() + entries(text.characters.len(), most) > MOST_ENTRIES {
                break;
            }
            without(&text.characters, most, &mut |hash| left.push((hash, at)));
            long += 1;
        }
        left.sort_unstable();
        left.dedup();
        Some(Self { most, texts, long, left })
    }

    /// The rows whose text is at most so many edits from `text`, ascending.
    #[must_use]
    pub fn rows(&self, text: &str) -> Vec<u32> {
        let wanted: Vec<char> = text.chars().collect();
        let odd = odd(&wanted);
        let lengths = wanted.len().saturating_sub(self.most)..=wanted.len() + self.most;
        let from = self.texts.partition_point(|text| text.characters.len() < *lengths.start());
        let to = self.texts.partition_point(|text| text.characters.len() <= *lengths.end());
        let mut found = self.left_alike(&wanted, from..to);
        found.extend(self.long.clamp(from, to)..to);
        let mut rows: Vec<u32> = Vec::new();
        for text in found.into_iter().map(|at| &self.texts[at]) {
            let is_near = (text.odd ^ odd).count_ones() as usize <= 2 * self.most
                && is_within(&wanted, &text.characters, self.most);
            if is_near {
                rows.extend(&text.rows);
            }
        }
        rows.sort_unstable();
        rows
    }

    /// The short texts among these of which something is left that is left of `wanted` too, each once.
    fn left_alike(&self, wanted: &[char], among: Range<usize>) -> Vec<usize> {
        let mut found: Vec<usize> = Vec::new();
        if among.start >= self.long {
            return found;
        }
        without(wanted, self.most, &mut |hash| {
            let first = self.left.partition_point(|(own, _)| *own < hash);
            let same = self.left[first..].iter().take_while(|(own, _)| *own == hash);
            found.extend(same.map(|(_, at)| *at as usize).filter(|at| among.contains(at)));
        });
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// In how many ways at most so many of that many characters can be left out.
fn entries(length: usize, most: usize) -> usize {
    let pairs = if most > 1 { length.saturating_mul(length.saturating_sub(1)) / 2 } else { 0 };
    1 + length + pairs
}

/// Shows a hash of what is left when at most so many characters are left out.
fn without(characters: &[char], most: usize, show: &mut dyn FnMut(u64)) {
    let hash = |a: usize, b: usize| {
        let mut hasher = FxHasher::default();
        let rest = characters.iter().enumerate().filter(|(at, _)| *at != a && *at != b);
        rest.for_each(|(_, character)| hasher.write_u32(u32::from(*character)));
        hasher.finish()
    };
    let none = characters.len();
    show(hash(none, none));
    for a in 0..characters.len() {
        show(hash(a, none));
        if most > 1 {
            (a + 1..characters.len()).for_each(|b| show(hash(a, b)));
        }
    }
}

fn odd(characters: &[char]) -> u64 {
    characters.iter().fold(0, |odd, character| odd ^ 1 << (u32::from(*character) % 64))
}

/// Whether one text becomes the other by at most so many characters inserted, deleted or replaced.
fn is_within(a: &[char], b: &[char], most: usize) -> bool {
    let start = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[start..], &b[start..]);
    match (a, b) {
        ([], rest) | (rest, []) => rest.len() <= most,
        _ if most == 0 => false,
        ([_, later_a @ ..], [_, later_b @ ..]) => {
            is_within(later_a, later_b, most - 1) || is_within(later_a, b, most - 1) || is_within(a, later_b, most - 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_EDITS, Near};
    use crate::value::Value;
    use crate::value::functions::{self, Function};

    fn distance(a: &str, b: &str) -> usize {
        match functions::call(Function::Distance, &[Value::symbol(a), Value::symbol(b)]) {
            Ok(Value::Number(edits)) => usize::try_from(edits).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    fn check(texts: &[String], asked: &[String]) {
        for most in 0..=MOST_EDITS {
            let near = Near::new((0_u32..).zip(texts), most).expect("texts of usual length");
            for text in asked {
                let is_near = |row: &u32| distance(text, &texts[*row as usize]) <= most;
                let expected: Vec<u32> = (0..u32::try_from(texts.len()).unwrap()).filter(is_near).collect();
                assert_eq!(near.rows(text), expected, "{text} within {most}");
            }
        }
    }

    #[test]
    fn finds_exactly_the_texts_within_so_many_edits() {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut random = move |below: u32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u32::try_from(state >> 40).unwrap() % below
        };
        let mut text = |length: u32, characters: u32| {
            let length = random(length + 1);
            (0..length).filter_map(|_| char::from_u32(0x4E00 + random(characters))).collect::<String>()
        };
        for (length, characters) in [(4, 2), (8, 3), (12, 40)] {
            let texts: Vec<String> = (0..200).map(|_| text(length, characters)).collect();
            let asked: Vec<String> = (0..60).map(|_| text(length, characters)).chain(texts[..20].to_vec()).collect();
            check(&texts, &asked);
        }
        // Too long for what is left of them to be kept, beside short ones.
        let base = text(3_000, 500) + &"长".repeat(3_000);
        let edited = |edits: usize| base.chars().skip(edits).chain("尾巴".chars().take(edits)).collect::<String>();
        let texts: Vec<String> = (0..3).map(edited).chain((0..20).map(|_| text(6, 3))).collect();
        check(&texts, &texts);
    }
}
