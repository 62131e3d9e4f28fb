//! [`Stems`]: headers by what they are about, for those that no declaration lists word for word.

use rustc_hash::FxHashMap;

use super::Header;
use super::variants::simplified;
use crate::facts::names;

/// Words before the name of a column that do not say which column it is.
const BEFORE: [&str; 6] = ["本年度", "本年", "当年", "年度", "项目", "专项"];
/// Words behind it.
const BEHIND: [&str; 9] = ["总额", "总数", "金额", "资金", "经费", "安排", "合计", "数", "额"];

/// Headers by their stems.
#[derive(Clone, Debug, Default)]
pub(super) struct Stems {
    columns: FxHashMap<String, Vec<usize>>,
}

impl Stems {
    /// The headers `columns` by what they are about; those that are of an earlier year are left out.
    pub(super) fn new(columns: &[Header], earlier: &[bool]) -> Self {
        let mut stems = Self::default();
        for (at, header) in columns.iter().enumerate().filter(|(at, _)| !earlier[*at]) {
            let lowest = header.levels.last().map(|level| names::bare(level)).unwrap_or_default();
            let lowest = simplified(&lowest);
            let stem = stem(&lowest);
            if !stem.is_empty() {
                stems.columns.entry(stem.to_owned()).or_default().push(at);
            }
        }
        stems
    }

    /// The only column that is about the same as `name`.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        match self.columns.get(stem(&names::bare(name))).map(Vec::as_slice) {
            Some([only]) => Some(*only),
            _ => None,
        }
    }
}

/// By column: whether it is headed by an earlier year than another one is, or as last year's.
pub(super) fn earlier(columns: &[Header]) -> Vec<bool> {
    let year =
        |header: &Header| header.levels.iter().find_map(|level| year(&names::normal(level)).map(|(year, _)| year));
    let years: Vec<Option<u16>> = columns.iter().map(year).collect();
    let latest = years.iter().flatten().max().copied();
    let is_last = |header: &Header| {
        let first = header.levels.first().map(|level| names::normal(level)).unwrap_or_default();
        names::LAST_YEAR.iter().any(|word| first.starts_with(word))
    };
    let all = columns.iter().zip(&years);
    all.map(|(header, year)| is_last(header) || year.is_some() && *year < latest).collect()
}

/// The year that a name in its normal form begins with, and what follows: `2024年度预算数`.
fn year(name: &str) -> Option<(u16, &str)> {
    let digits = name.get(..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let rest = name[4..].strip_prefix('年')?;
    Some((digits.parse().ok()?, rest.strip_prefix('度').unwrap_or(rest)))
}

/// What a bare header is about: `2024年度项目预算金额` is about `预算`. Of fewer than two characters nothing is left out.
fn stem(bare: &str) -> &str {
    let is_word = |rest: &&str| rest.chars().nth(1).is_some();
    let mut stem = year(bare).map(|(_, rest)| rest).filter(is_word).unwrap_or(bare);
    while let Some(rest) = BEFORE.iter().find_map(|word| stem.strip_prefix(word).filter(is_word)) {
        stem = rest;
    }
    while let Some(rest) = BEHIND.iter().find_map(|word| stem.strip_suffix(word).filter(is_word)) {
        stem = rest;
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::{Header, Stems, earlier, stem};

    fn headers(printed: &[&[&str]]) -> Vec<Header> {
        let header = |levels: &&[&str]| Header {
            levels: levels.iter().map(|level| (*level).to_owned()).collect(),
            ..Header::default()
        };
        printed.iter().map(header).collect()
    }

    #[test]
    fn a_stem_is_what_a_column_is_about() {
        for (header, about) in [
            ("2024年度预算金额", "预算"),
            ("2024年预算数", "预算"),
            ("项目预算", "预算"),
            ("预算安排数", "预算"),
            ("本年支出", "支出"),
            ("年初预算数", "年初预算"),
            ("项目名称", "名称"),
            ("金额", "金额"),
            ("项目", "项目"),
            ("总数", "总数"),
            ("1999元以上", "1999元以上"),
        ] {
            assert_eq!(stem(header), about, "{header}");
        }
    }

    #[test]
    fn only_one_column_is_found_by_its_stem() {
        let found = |printed: &[&[&str]], name| Stems::new(&headers(printed), &vec![false; printed.len()]).find(name);
        assert_eq!(found(&[&["名称"], &["2024年预算数（万元）"]], "预算金额"), Some(1));
        assert_eq!(found(&[&["项目预算"], &["预算安排数"]], "预算金额"), None, "two are about it");
        assert_eq!(found(&[&["年初预算数"]], "预算金额"), None, "another thing");
    }

    #[test]
    fn years_before_the_latest_are_earlier() {
        let mixed = headers(&[&["名称"], &["2023年决算数"], &["2024年预算数"], &["上年", "决算数"], &["上年结转"]]);
        assert_eq!(earlier(&mixed), [false, true, false, true, true]);
        assert_eq!(Stems::new(&mixed, &earlier(&mixed)).find("决算数"), None);
        let one = headers(&[&["2023年", "预算数"], &["2023年", "决算数"]]);
        assert_eq!(earlier(&one), [false, false]);
    }
}
