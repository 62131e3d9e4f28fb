//! [`Alike`]: which texts of a column are alike to at least a threshold, found without trying all pairs.
//!
//! Two sets of bigrams of sizes `a` and `b` whose Dice coefficient is at least `t` share at least `t/2·(a+b)` of them, so
//! `b >= t/(2−t)·a` and they share at least `t/(2−t)·a`. With all bigrams in one order, rarest first, they therefore share
//! one among the first `a − ⌈t/(2−t)·a⌉ + 1` of either: only those are indexed and looked up.

use rustc_hash::FxHashMap;

use crate::facts::store::{Data, Store};
use crate::value::Decimal;
use crate::value::functions::text::{self, Bigram};

/// The texts of one column, for one threshold.
#[derive(Debug, Default)]
pub struct Alike {
    /// The threshold as a fraction.
    part: u128,
    whole: u128,
    /// Bigrams by rank, rarest first.
    ranks: FxHashMap<Bigram, u32>,
    /// Each different text: its bigrams' ranks ascending, and the rows that have it.
    texts: Vec<(Box<[u32]>, Vec<u32>)>,
    /// By rank, the texts that have it among their first, shortest text first.
    firsts: Vec<Vec<u32>>,
    /// Texts without bigrams, by their normalised form.
    short: FxHashMap<String, Vec<u32>>,
}

impl Alike {
    /// Over a column of texts; none for other columns, and where a threshold cannot be had.
    #[must_use]
    pub fn new(store: &Store, table: usize, column: usize, threshold: Decimal) -> Option<Self> {
        let column = &store.tables[table].columns[column];
        let Data::Symbol(ids) = &column.data else { return None };
        let part = u128::try_from(threshold.mantissa()).ok()?;
        let mut alike = Self { part, whole: 10_u128.checked_pow(threshold.scale())?, ..Self::default() };
        let mut rows: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for (row, id) in (0_u32..).zip(ids) {
            if column.state(row) == crate::facts::store::State::Present {
                rows.entry(*id).or_default().push(row);
            }
        }
        let mut texts: Vec<(u32, Vec<u32>)> = rows.into_iter().collect();
        texts.sort_unstable();
        let sets: Vec<Vec<Bigram>> = texts.iter().map(|(id, _)| text::bigrams(store.symbols.text(*id))).collect();
        alike.rank(&sets);
        for ((id, rows), set) in texts.into_iter().zip(sets) {
            if set.is_empty() {
                alike.short.entry(text::norm(store.symbols.text(id))).or_default().extend(rows);
                continue;
            }
            let mut ranks: Vec<u32> = set.iter().map(|pair| alike.ranks[pair]).collect();
            ranks.sort_unstable();
            alike.texts.push((ranks.into(), rows));
        }
        alike.texts.sort_by(|(a, rows), (b, others)| (a.len(), rows).cmp(&(b.len(), others)));
        alike.firsts = vec![Vec::new(); alike.ranks.len()];
        for (at, (ranks, _)) in (0_u32..).zip(&alike.texts) {
            for rank in &ranks[..first(ranks.len(), alike.part, alike.whole)] {
                alike.firsts[*rank as usize].push(at);
            }
        }
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

    /// The rows whose text is alike to `text`, ascending.
    #[must_use]
    pub fn rows(&self, text: &str) -> Vec<u32> {
        let set = text::bigrams(text);
        if set.is_empty() {
            return self.short.get(&text::norm(text)).cloned().unwrap_or_default();
        }
        // Bigrams that no text of the column has come first, being rarer than all: they find nothing.
        let mut ranks: Vec<u32> = set.iter().filter_map(|pair| self.ranks.get(pair).copied()).collect();
        ranks.sort_unstable();
        let unknown = set.len() - ranks.len();
        let looked_up = first(set.len(), self.part, self.whole).saturating_sub(unknown).min(ranks.len());
        let mut candidates: Vec<u32> = Vec::new();
        for rank in &ranks[..looked_up] {
            let texts = &self.firsts[*rank as usize];
            let least = |other: u32| self.texts[other as usize].0.len();
            let from = texts.partition_point(|other| !self.may_reach(least(*other), set.len()));
            let near = texts[from..].iter().take_while(|other| self.may_reach(set.len(), least(**other)));
            candidates.extend(near);
        }
        candidates.sort_unstable();
        candidates.dedup();
        let alike = candidates.into_iter().filter(|other| {
            let other = &self.texts[*other as usize].0;
            let shared = shared(&ranks, other) as u128;
            2 * shared * self.whole >= self.part * (set.len() + other.len()) as u128
        });
        let mut rows: Vec<u32> = alike.flat_map(|other| self.texts[other as usize].1.iter().copied()).collect();
        rows.sort_unstable();
        rows
    }

    /// Whether a set of `small` can be alike to one of `large`: all of the smaller would be shared.
    fn may_reach(&self, small: usize, large: usize) -> bool {
        2 * small.min(large) as u128 * self.whole >= self.part * (small + large) as u128 || small >= large
    }
}

/// How many bigrams of a set of that size must be looked at.
fn first(size: usize, part: u128, whole: u128) -> usize {
    let least = (size as u128 * part).div_ceil(2 * whole - part);
    size - usize::try_from(least).unwrap_or(size).min(size) + usize::from(least > 0)
}

fn shared(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => (i, j, shared) = (i + 1, j + 1, shared + 1),
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::Alike;
    use crate::facts::store::{Column, Data, Store, Table};
    use crate::value::Decimal;
    use crate::value::functions::text::similarity;

    #[test]
    fn finds_exactly_the_texts_over_the_threshold() {
        let words = ["修缮", "道路", "采购", "设备", "公园", "a", "bc", "学校", "一期", "二期"];
        let texts: Vec<String> = (0_usize..120)
            .map(|n| (0..n % 6).map(|at| words[(n * 7 + at * (n / 13 + 1)) % words.len()]).collect())
            .collect();
        let mut store = Store::default();
        let ids = texts.iter().map(|text| store.symbols.intern(text)).collect();
        let columns = vec![Column { name: "t".into(), data: Data::Symbol(ids), states: None }];
        store.tables.push(Table { name: "t".into(), columns, rows: 120, sources: Vec::new() });
        for threshold in [1, 50, 66, 100].map(|percent| Decimal::new(percent, 2)) {
            let alike = Alike::new(&store, 0, 0, threshold).expect("a column of texts");
            for text in texts.iter().map(String::as_str).chain(["修缮道路", "无", "", "zzz"]) {
                let expected: Vec<u32> =
                    (0..120).filter(|row| similarity(text, &texts[*row as usize]) >= threshold).collect();
                assert_eq!(alike.rows(text), expected, "{text} at {threshold}");
            }
        }
    }
}
