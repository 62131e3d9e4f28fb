//! [`Positions`]: a set of positions that is asked for the next one.

/// A set of positions, a bit for each, and a bit for each 64 of these that are not all zero.
#[derive(Debug, Default)]
pub(super) struct Positions {
    bits: Vec<u64>,
    some: Vec<u64>,
}

/// So many positions share a word.
const WORD: usize = u64::BITS as usize;

impl Positions {
    /// None of so many.
    pub(super) fn none_of(count: usize) -> Self {
        let words = count.div_ceil(WORD);
        Self { bits: vec![0; words], some: vec![0; words.div_ceil(WORD)] }
    }

    pub(super) fn insert(&mut self, at: usize) {
        set(&mut self.bits, at);
        set(&mut self.some, at / WORD);
    }

    pub(super) fn remove(&mut self, at: usize) {
        self.bits[at / WORD] &= !(1 << (at % WORD));
        if self.bits[at / WORD] == 0 {
            self.some[at / WORD / WORD] &= !(1 << (at / WORD % WORD));
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.some.iter().all(|word| *word == 0)
    }

    /// The first from that position on.
    pub(super) fn next(&self, from: usize) -> Option<usize> {
        let word = from / WORD;
        in_word(&self.bits, word, from % WORD).or_else(|| {
            let word = first(&self.some, word + 1)?;
            in_word(&self.bits, word, 0)
        })
    }
}

fn set(words: &mut [u64], at: usize) {
    words[at / WORD] |= 1 << (at % WORD);
}

/// The first bit that is set, from position `from` on.
fn first(words: &[u64], from: usize) -> Option<usize> {
    let rest = from / WORD + 1..words.len();
    in_word(words, from / WORD, from % WORD).or_else(|| rest.into_iter().find_map(|word| in_word(words, word, 0)))
}

/// The position of the first bit that is set in a word, from the bit `from` on.
fn in_word(words: &[u64], word: usize, from: usize) -> Option<usize> {
    let rest = words.get(word)? >> from << from;
    (rest != 0).then(|| word * WORD + rest.trailing_zeros() as usize)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Positions;

    #[test]
    fn it_is_a_sorted_set() {
        const COUNT: usize = 20_000;
        let (mut positions, mut expected) = (Positions::none_of(COUNT), BTreeSet::new());
        let mut seed: usize = 7;
        for step in 0..4000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let at = (seed >> 33) % COUNT;
            if step % 3 == 2 {
                let at = expected.range(at..).next().copied().unwrap_or(at);
                positions.remove(at);
                expected.remove(&at);
            } else {
                positions.insert(at);
                expected.insert(at);
            }
            for from in [0, at, at + 1, COUNT - 1, COUNT] {
                assert_eq!(positions.next(from), expected.range(from..).next().copied(), "from {from}");
            }
        }
        expected.iter().for_each(|at| positions.remove(*at));
        assert!(positions.is_empty() && Positions::none_of(0).is_empty());
        assert_eq!(Positions::none_of(0).next(0), None);
    }
}
