//! Rows straight below the headers that number the columns: `甲 乙 1 2`, `(1) (2) (3)`, `1 2 3=1-2`.

use crate::facts::names;
use crate::facts::read::raw::RawRow;

/// Rows below that show what the columns hold.
const SHOWING: usize = 20;
/// Marks are no longer than this, in bytes.
const LONGEST: usize = 40;
/// The heavenly stems, by which columns of words are numbered.
const STEMS: &str = "甲乙丙丁戊己庚辛壬癸";
/// Numbers in words.
const NUMERALS: &str = "一二三四五六七八九十";

/// Whether `row`, straight below the headers, numbers the columns; `below` are the rows behind it.
pub(super) fn numbers(row: &RawRow, below: &[RawRow]) -> bool {
    let is_labelled = filled(row).next().is_some_and(|(_, text)| is_label(text));
    is_labelled || is_numbering(row) && differs(row, below)
}

/// Whether a cell says that its row numbers the columns.
fn is_label(text: &str) -> bool {
    text.len() <= LONGEST && matches!(&*names::normal(text), "栏次" | "行次" | "栏目次")
}

/// A kind of mark, and which of its kind one is.
type Mark = (Kind, usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Stem,
    Letter,
    Numeral,
}

/// Whether every filled cell, two at least, is the next of one or two sequences, or is computed from others.
fn is_numbering(row: &RawRow) -> bool {
    let mut last: Vec<Mark> = Vec::new();
    let mut count = 0;
    for (_, text) in filled(row) {
        count += 1;
        match mark(text) {
            Some((kind, at)) => match last.last().copied() {
                Some((same, before)) if same == kind && at == before + 1 => last.push((kind, at)),
                _ if at == 1 && kinds(&last) < 2 && !last.iter().any(|(known, _)| *known == kind) => {
                    last.push((kind, at));
                }
                _ => return false,
            },
            None if is_formula(text) => {}
            None => return false,
        }
    }
    count >= 2 && last.len() >= 2
}

fn kinds(marks: &[Mark]) -> usize {
    let changes = marks.windows(2).filter(|pair| pair[0].0 != pair[1].0).count();
    changes + usize::from(!marks.is_empty())
}

/// Whether what stands below shows that a row of marks is no data: the sequence does not go on downwards, and some column
/// holds things of another kind.
fn differs(row: &RawRow, below: &[RawRow]) -> bool {
    let below: Vec<&RawRow> = below.iter().filter(|row| filled(row).next().is_some()).take(SHOWING).collect();
    let written = |at: usize| below.iter().filter_map(move |row| row.cells.get(at)).map(|cell| cell.text.trim());
    let goes_on = || {
        filled(row).next().is_some_and(|(at, text)| {
            let own = mark(text);
            let follows = |other: &str| match (own, mark(other)) {
                (Some((Kind::Number, own)), Some((Kind::Number, next))) => next == own + 1,
                (Some((kind, own)), Some((other, next))) => kind == other && next > own,
                _ => false,
            };
            match own {
                Some((Kind::Number, _)) => written(at).next().is_some_and(follows),
                _ => written(at).any(follows),
            }
        })
    };
    let of_another_kind = |at: usize, text: &str| {
        let is_word = |text: &str| text.chars().any(char::is_alphabetic) && !is_number(text);
        let (mut words, mut numbers) = (0_usize, 0_usize);
        for other in written(at).filter(|other| !other.is_empty()) {
            words += usize::from(is_word(other));
            numbers += usize::from(is_number(other));
        }
        match mark(text) {
            Some((Kind::Number, _)) => words > numbers,
            Some(_) => numbers > words,
            None => true,
        }
    };
    let first = filled(row).next().map_or(0, |(at, _)| at);
    let leaves_empty = || (0..first).any(|at| written(at).filter(|text| !text.is_empty()).count() * 2 > below.len());
    // A name of one stem before amounts from 1 on is hardly a name.
    let begins_so = || matches!(mark_of_first(row), Some((Kind::Stem, 1))) && filled(row).count() >= 3;
    let is_data = |row: &&&RawRow| {
        filled(row).any(|(_, text)| is_number(text)) && !filled(row).any(|(_, text)| names::names_total(text))
    };
    let odd = || filled(row).any(|(at, text)| of_another_kind(at, text) || is_adorned(text));
    below.iter().any(|row| is_data(&row)) && !goes_on() && (odd() || leaves_empty() || begins_so())
}

fn mark_of_first(row: &RawRow) -> Option<Mark> {
    filled(row).next().and_then(|(_, text)| mark(text))
}

/// The cells in which something is written, with their columns.
fn filled(row: &RawRow) -> impl Iterator<Item = (usize, &str)> {
    let cells = row.cells.iter().enumerate().filter(|(_, cell)| !cell.absent);
    cells.map(|(at, cell)| (at, cell.text.trim())).filter(|(_, text)| !text.is_empty())
}

/// What a cell counts as: `1`, `(1)`, `[1]`, `①`, `栏1`, `第1栏`, `甲`, `A`, `一`; before `=` in a formula.
fn mark(text: &str) -> Option<Mark> {
    if text.len() > LONGEST {
        return None;
    }
    let name = names::normal(text);
    let name = name.split_once('=').filter(|(_, rest)| is_computed(rest)).map_or(&*name, |(name, _)| name);
    let name = name.trim_start_matches('第').trim_matches(['(', ')', '[', ']', '栏', '列']);
    let one = |letters: &str| {
        let mut characters = name.chars();
        let only = characters.next().filter(|_| characters.next().is_none())?;
        letters.chars().position(|letter| letter == only).map(|at| at + 1)
    };
    let is_digits = !name.is_empty() && name.len() <= 3 && name.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits && !name.starts_with('0') {
        return name.parse().ok().map(|number| (Kind::Number, number));
    }
    let letters = [(Kind::Stem, STEMS), (Kind::Letter, "abcdefghijklmnopqrstuvwxyz"), (Kind::Numeral, NUMERALS)];
    letters.into_iter().find_map(|(kind, letters)| one(letters).map(|at| (kind, at)))
}

/// `=1-2`, `4=3/2*100%`
fn is_formula(text: &str) -> bool {
    text.len() <= LONGEST && names::normal(text).split_once('=').is_some_and(|(_, rest)| is_computed(rest))
}

/// Whether a text in its normal form is numbers, or letters, with operators between.
fn is_computed(rest: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || "+-*/÷×()[]%.栏—–−".contains(c) || STEMS.contains(c);
    rest.chars().all(fits) && rest.chars().any(|c| c.is_ascii_alphanumeric())
}

/// Whether a mark is none that a value could be: `栏1`, `[1]`, `①`, a formula.
fn is_adorned(text: &str) -> bool {
    text.starts_with(['栏', '[', '［', '第', '列'])
        || text.contains('=')
        || text.chars().any(|c| matches!(c, '①'..='⑳'))
}

fn is_number(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit()) && !text.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::super::below;
    use crate::facts::read::raw::{RawCell, RawRow};
    use crate::source::Span;

    fn count(rows: &[&str]) -> usize {
        let cell = |text: &str| RawCell::new(text, Span::default());
        let row = |row: &&str| RawRow { cells: row.split(',').map(cell).collect(), ..RawRow::default() };
        below(&rows.iter().map(row).collect::<Vec<_>>()).0.len()
    }

    #[test]
    fn rows_that_number_columns_are_no_data() {
        for row in [
            "甲,乙,1,2",
            "(1),(2),(3),(4)",
            "（1）,（2）,（3）,（4）",
            "1,2,3,4",
            ",,1,2",
            ",,(1),(2)",
            "1,2,3=1-2,4",
            "1,2,3,4=3×90%",
            "①,②,③,④",
            "A,B,C,D",
            "a,b,c,d",
            "栏1,栏2,栏3,栏4",
            "列1,列2,列3,列4",
            "[1],[2],[3],[4]",
            "一,二,三,四",
        ] {
            assert_eq!(count(&[row, "1,非遗,10,10", "2,古籍,20,20"]), 1, "{row}");
        }
        assert_eq!(count(&["甲,1,2", "非遗,10,10"]), 1);
        assert_eq!(count(&["栏次,1,2,3", ",甲,1,2", "1,非遗,10,10"]), 2);
        assert_eq!(count(&["甲,乙,1,2", "1,2,3,4", "1,非遗,10,10", "2,古籍,20,20"]), 2);
    }

    #[test]
    fn rows_of_data_are_told_from_them() {
        assert_eq!(count(&["甲,1,2", "乙,3,4"]), 0, "the names go on");
        assert_eq!(count(&["甲,1,2"]), 0, "nothing else is data");
        assert_eq!(count(&["甲,1,2", "合计,1,2"]), 0);
        assert_eq!(count(&["甲,1", "非遗,10"]), 0);
        assert_eq!(count(&["1,2", "2,3", "3,1"]), 0, "edges of a graph");
        assert_eq!(count(&["1,2", "3,4"]), 0, "numbers as all below");
        assert_eq!(count(&["1,非遗,1,2", "2,古籍,20,20"]), 0);
        assert_eq!(count(&["1,,1,2", "2,古籍,20,20"]), 0);
        assert_eq!(count(&["A,B,C", "甲,乙,丙"]), 0, "words as all below");
        assert_eq!(count(&["2,3,4,5", "1,非遗,10,10"]), 0, "not from 1 on");
    }
}
