//! [`Alike`]: which texts of a column are alike to at least a threshold, found without trying all pairs.
//!
//! Two sets of bigrams of sizes `a` and `b` whose Dice coefficient is at least `t` share at least `t/2·(a+b)` of them: they differ
//! in at most `(1−t)·(a+b)`, and `b >= t/(2−t)·a`. Texts whose bigrams are the same are one set. A set is found in one of two ways:
//!
//! - With all bigrams in one order, rarest first, sets that are alike share one among the first `a − ⌈t/(2−t)·a⌉ + 1` of either:
//!   only those are indexed and looked up.
//! - Where even the rarest bigrams are in many texts (random letters, long descriptions), the [sketches](super::sketch) of all
//!   sets of fitting sizes are looked through, which takes about a nanosecond for each.
//!
//! What is found is compared bigram by bigram, until it differs by too much.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::sketch::{Sketch, Sketches};
use crate::value::Decimal;
use crate::value::functions::text::{self, Bigram};

/// Shares of more places are not exactly those that the condition compares with: it rounds to 28.
const MOST_PLACES: u32 = 20;

/// An entry of the index takes as long as looking at so many sketches.
const ENTRY: usize = 6;

/// The texts of one column, for one threshold.
#[derive(Debug, Default)]
pub struct Alike {
    /// The threshold as a fraction.
    part: u128,
    whole: u128,
    /// Bigrams by rank, rarest first.
    ranks: FxHashMap<Bigram, u32>,
    /// Each different set: its bigrams' ranks ascending, and the rows whose text has it. Smallest set first.
    sets: Vec<(Box<[u32]>, Vec<u32>)>,
    /// Its size.
    sizes: Vec<u32>,
    sketches: Sketches,
    /// By rank, the sets that have it among their first, ascending.
    firsts: Vec<Vec<u32>>,
    /// Texts without bigrams, by their normalised form.
    short: FxHashMap<String, Vec<u32>>,
}

/// What one who asks again and again keeps: which sets were met for the last text.
#[derive(Debug, Default)]
pub struct Asked {
    met: Vec<u32>,
    times: u32,
}

impl Asked {
    /// Begins anew, for that many sets.
    fn begin(&mut self, sets: usize) {
        self.met.resize(sets, 0);
        self.times = self.times.wrapping_add(1);
        if self.times == 0 {
            self.met.fill(0);
            self.times = 1;
        }
    }

    /// Whether a set is met for the first time.
    fn meets(&mut self, at: u32) -> bool {
        std::mem::replace(&mut self.met[at as usize], self.times) != self.times
    }
}

/// Which sets are like one that is asked about.
struct Wanted {
    /// The least size.
    smallest: usize,
    /// By size from there on, in how many known bigrams a set may differ; none when that is too many in any case.
    most: Vec<Option<usize>>,
}

impl Wanted {
    /// In how many known bigrams a set of that size may differ.
    fn most(&self, size: u32) -> Option<usize> {
        (size as usize).checked_sub(self.smallest).and_then(|at| self.most.get(at).copied().flatten())
    }
}

impl Alike {
    /// Over the texts of rows, in order, each with a number of its own for every different one; none where a threshold cannot be
    /// had.
    #[must_use]
    pub fn new<T: AsRef<str>>(
        rows_of_texts: impl Iterator<Item = (u32, u32)>,
        text: impl Fn(u32) -> T,
        threshold: Decimal,
    ) -> Option<Self> {
        if threshold.scale() > MOST_PLACES || threshold <= Decimal::ZERO || threshold > Decimal::ONE {
            return None;
        }
        let part = u128::try_from(threshold.mantissa()).ok()?;
        let mut alike = Self { part, whole: 10_u128.checked_pow(threshold.scale())?, ..Self::default() };
        let mut rows: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for (row, id) in rows_of_texts {
            rows.entry(id).or_default().push(row);
        }
        let mut texts: Vec<(u32, Vec<u32>)> = rows.into_iter().collect();
        texts.sort_unstable();
        let pairs: Vec<Vec<Bigram>> = texts.iter().map(|(id, _)| text::bigrams(text(*id).as_ref())).collect();
        alike.rank(&pairs);
        let mut sets: FxHashMap<Box<[u32]>, Vec<u32>> = FxHashMap::default();
        for ((id, rows), pairs) in texts.into_iter().zip(pairs) {
            if pairs.is_empty() {
                alike.short.entry(text::norm(text(id).as_ref())).or_default().extend(rows);
                continue;
            }
            let mut ranks: Vec<u32> = pairs.iter().map(|pair| alike.ranks[pair]).collect();
            ranks.sort_unstable();
            sets.entry(ranks.into()).or_default().extend(rows);
        }
        alike.short.values_mut().for_each(|rows| rows.sort_unstable());
        alike.index(sets);
        Some(alike)
    }

    fn rank(&mut self, sets: &[Vec<Bigram>]) {
        let mut counts: FxHashMap<Bigram, u32> = FxHashMap::default();
        for pair in sets.iter().flatten() {
            *counts.entry(*pair).or_default() += 1;
        }
        let mut pairs: Vec<(u32, Bigram)> = counts.into_iter().map(|(pair, count)| (count, pair)).collect();
        pairs.sort_unstable();
        self.ranks = pairs.into_iter().zip(0_u32..).map(|((_, pair), rank)| (pair, rank)).collect();
    }

    fn index(&mut self, sets: FxHashMap<Box<[u32]>, Vec<u32>>) {
        self.sets = sets.into_iter().collect();
        self.sets.sort_unstable_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
        self.sizes = self.sets.iter().map(|(ranks, _)| u32::try_from(ranks.len()).unwrap_or(u32::MAX)).collect();
        self.sketches = Sketches::of(self.sets.iter().map(|(ranks, _)| &**ranks));
        self.firsts = vec![Vec::new(); self.ranks.len()];
        for (at, (ranks, _)) in (0_u32..).zip(&self.sets) {
            for rank in &ranks[..first(ranks.len(), self.part, self.whole)] {
                self.firsts[*rank as usize].push(at);
            }
        }
    }

    /// The rows whose text is alike to `text`, ascending.
    #[must_use]
    pub fn rows(&self, text: &str, asked: &mut Asked) -> Vec<u32> {
        let pairs = text::bigrams(text);
        if pairs.is_empty() {
            return self.short.get(&text::norm(text)).cloned().unwrap_or_default();
        }
        // Bigrams that no text of the column has come first, being rarer than all: they find nothing.
        let mut ranks: Vec<u32> = pairs.iter().filter_map(|pair| self.ranks.get(pair).copied()).collect();
        ranks.sort_unstable();
        let unknown = pairs.len() - ranks.len();
        let wanted = self.wanted(pairs.len(), unknown);
        let fitting = self.sizes.partition_point(|size| (*size as usize) < wanted.smallest)
            ..self.sizes.partition_point(|size| (*size as usize) < wanted.smallest + wanted.most.len());
        let looked_up = first(pairs.len(), self.part, self.whole).saturating_sub(unknown).min(ranks.len());
        let lists: Vec<&[u32]> =
            ranks[..looked_up].iter().map(|rank| within(&self.firsts[*rank as usize], &fitting)).collect();

        let mut rows: Vec<u32> = Vec::new();
        let mut take = |at: u32, most: usize| {
            let (set, own) = &self.sets[at as usize];
            if differ_by(&ranks, set, most) {
                rows.extend(own);
            }
        };
        let sketch = Sketch::of(&ranks);
        if lists.iter().map(|list| list.len()).sum::<usize>() * ENTRY < fitting.len() {
            asked.begin(self.sets.len());
            for at in lists.into_iter().flatten().filter(|at| asked.meets(**at)) {
                let most = wanted.most(self.sizes[*at as usize]);
                if let Some(most) = most.filter(|most| self.sketches.may_be_near(&sketch, *at, *most)) {
                    take(*at, most);
                }
            }
        } else {
            self.look_through(&wanted, (&sketch, fitting), &mut take);
        }
        rows.sort_unstable();
        rows
    }

    /// Shows every set of a fitting size that may be near.
    fn look_through(
        &self,
        wanted: &Wanted,
        (sketch, fitting): (&Sketch, Range<usize>),
        take: &mut dyn FnMut(u32, usize),
    ) {
        let mut from = fitting.start;
        while from < fitting.end {
            let size = self.sizes[from];
            let to = from + self.sizes[from..fitting.end].partition_point(|other| *other == size);
            if let Some(most) = wanted.most(size) {
                self.sketches.near(sketch, from..to, most, &mut |at| take(at, most));
            }
            from = to;
        }
    }

    /// What is like a set of `size` bigrams, of which some are unknown.
    fn wanted(&self, size: usize, unknown: usize) -> Wanted {
        let least_shared = |other: usize| {
            let shared = (self.part * (size + other) as u128).div_ceil(2 * self.whole);
            usize::try_from(shared).unwrap_or(usize::MAX)
        };
        let smallest = least_of_other(size, self.part, self.whole);
        let may_reach = |other: &usize| least_shared(*other) <= size.min(*other);
        let largest = self.sizes.last().map_or(0, |size| *size as usize);
        let sizes = (smallest..=largest).take_while(|other| *other <= size || may_reach(other));
        let most = |other: usize| {
            (size + other).checked_sub(2 * least_shared(other)).and_then(|most| most.checked_sub(unknown))
        };
        let most = sizes.map(|other| most(other).filter(|_| may_reach(&other))).collect();
        Wanted { smallest, most }
    }
}

/// The part of a list of positions, ascending, that lies in a range.
fn within<'l>(list: &'l [u32], range: &Range<usize>) -> &'l [u32] {
    let from = list.partition_point(|at| (*at as usize) < range.start);
    let to = list.partition_point(|at| (*at as usize) < range.end);
    &list[from..to]
}

/// The least size of a set that is like one of that size.
fn least_of_other(size: usize, part: u128, whole: u128) -> usize {
    usize::try_from((size as u128 * part).div_ceil(2 * whole - part)).unwrap_or(size).min(size)
}

/// How many bigrams of a set of that size must be looked at.
fn first(size: usize, part: u128, whole: u128) -> usize {
    let least = least_of_other(size, part, whole);
    size - least + usize::from(least > 0)
}

/// Whether two sets differ in no more than `most`.
fn differ_by(a: &[u32], b: &[u32], most: usize) -> bool {
    let (mut i, mut j, mut differ) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (left, right) = (a[i], b[j]);
        differ += usize::from(left != right);
        if differ > most {
            return false;
        }
        i += usize::from(left <= right);
        j += usize::from(right <= left);
    }
    differ + (a.len() - i) + (b.len() - j) <= most
}

#[cfg(test)]
mod tests {
    use super::{Alike, Asked};
    use crate::facts::store::{Column, Data, Store, Table};
    use crate::value::Decimal;
    use crate::value::functions::text::similarity;

    fn store(texts: &[String]) -> Store {
        let mut store = Store::default();
        let ids = texts.iter().map(|text| store.symbols.intern(text)).collect();
        let columns = vec![Column { name: "t".into(), data: Data::Symbol(ids), states: None }];
        let rows = u32::try_from(texts.len()).unwrap();
        store.tables.push(Table { name: "t".into(), columns, rows, sources: Vec::new() });
        store
    }

    fn alike(store: &Store, threshold: Decimal) -> Option<Alike> {
        let Data::Symbol(ids) = &store.tables[0].columns[0].data else { return None };
        Alike::new((0_u32..).zip(ids.iter().copied()), |id| store.symbols.text(id), threshold)
    }

    /// Asks about some texts of the column and some others, against all pairs.
    fn check(texts: &[String], asked_about: &[&str]) {
        let store = store(texts);
        for threshold in [(1, 2), (50, 2), (66, 2), (8, 1), (905, 3), (100, 2)].map(|(n, scale)| Decimal::new(n, scale))
        {
            let alike = alike(&store, threshold).expect("a threshold of few places");
            let mut asked = Asked::default();
            for text in
                texts.iter().map(String::as_str).step_by(texts.len() / 40 + 1).chain(asked_about.iter().copied())
            {
                let is_alike = |text: &str, row: &u32| similarity(text, &texts[*row as usize]) >= threshold;
                let rows = 0..u32::try_from(texts.len()).unwrap();
                let expected: Vec<u32> = rows.filter(|row| is_alike(text, row)).collect();
                assert_eq!(alike.rows(text, &mut asked), expected, "{text} at {threshold}");
            }
        }
    }

    #[test]
    fn finds_exactly_the_texts_over_the_threshold() {
        let words = ["修缮", "道路", "采购", "设备", "公园", "a", "bc", "学校", "一期", "二期"];
        let texts: Vec<String> = (0_usize..120)
            .map(|n| (0..n % 6).map(|at| words[(n * 7 + at * (n / 13 + 1)) % words.len()]).collect())
            .collect();
        check(&texts, &["修缮道路", "无", "", "zzz"]);
    }

    /// Texts over few characters are looked through, texts over many are found by their rarest bigrams; some are as long as the
    /// counts of a sketch.
    #[test]
    fn finds_them_among_random_texts_of_every_kind() {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut random = move |below: u32| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            u32::try_from(state >> 40).unwrap() % below
        };
        for (characters, length) in [(3, 12), (26, 60), (4000, 30), (200, 9000)] {
            let mut texts: Vec<String> = Vec::new();
            for at in 0..if length > 1000 { 12 } else { 400 } {
                let like = if at > 0 && random(2) == 0 { texts[random(at) as usize].clone() } else { String::new() };
                let mut text: Vec<char> = like.chars().collect();
                if text.is_empty() {
                    text = (0..random(length)).filter_map(|_| char::from_u32(0x4E00 + random(characters))).collect();
                }
                for _ in 0..random(4).min(u32::try_from(text.len()).unwrap()) {
                    let place = random(u32::try_from(text.len()).unwrap()) as usize;
                    text[place] = char::from_u32(0x4E00 + random(characters)).unwrap_or('x');
                }
                texts.push(text.into_iter().collect());
            }
            check(&texts, &["一丁七万丈三上下", "", "不在其中"]);
        }
    }

    #[test]
    fn thresholds_that_the_condition_would_round_have_no_index() {
        let store = store(&["甲乙".to_owned()]);
        let third = Decimal::TWO / Decimal::new(3, 0);
        assert!(alike(&store, third).is_none());
        assert!(alike(&store, Decimal::ZERO).is_none());
    }
}
