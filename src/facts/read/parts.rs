//! Several tables below one another on one sheet or in one file, told apart.
//!
//! A blank row alone ends no table: people separate groups of rows with it. Behind it a new table begins where a row of
//! words stands with words in columns that held numbers so far: in two of them, or in one below a title and above numbers.
//! Without a blank row it does where such words are headers by their look ([`interrupt`]). Tables beside one another are told
//! apart by [`beside`].

use super::raw::{RawRow, RawTable};
use super::{beside, interrupt};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::facts::names;
use crate::source::Span;
use crate::text;

/// Headers are no longer than this, in characters.
const LONGEST_HEADER: usize = 40;
/// Words that stand where a number might: rows with them are data.
const NOTHING: [&str; 12] = ["无", "略", "待定", "未定", "不详", "不适用", "暂无", "N/A", "n/a", "None", "nil", "TBC"];
/// Rows between a blank one and headers that may be titles.
const MOST_TITLES: usize = 4;
/// Rows from the first of a further table on that are looked at to know it for one.
pub const AHEAD: usize = MOST_TITLES + 1;
/// Rows of a table that show what its columns hold.
const SHOWING: usize = 1000;
/// Tables that a sheet or file is split into.
pub const MOST_TABLES: usize = 256;

/// Every table of `tables` by itself; what follows below or beside on the same sheet is called `支出#2`.
pub fn split(tables: Vec<RawTable>, (name, at): (&str, Span), report: &mut Report) -> Vec<RawTable> {
    let mut all = Vec::new();
    for table in tables {
        let parts = parts(table);
        limit(parts.len(), (name, at), report);
        all.extend(named(parts.into_iter().flat_map(side_by_side)));
    }
    all
}

/// Every table of a document by itself: where one has the headers of another in it, what stands above all of it goes for both.
pub fn below(tables: Vec<RawTable>, (name, at): (&str, Span), report: &mut Report) -> Vec<RawTable> {
    let mut all = Vec::new();
    for table in tables {
        if table.narrative {
            all.push(table);
            continue;
        }
        let captions = table.captions.clone();
        let mut parts = parts(table);
        limit(parts.len(), (name, at), report);
        parts.iter_mut().skip(1).for_each(|part| part.captions.clone_from(&captions));
        all.extend(named(parts.into_iter()));
    }
    all
}

/// The tables that stand side by side in one, each again in the parts that stand below one another.
fn side_by_side(table: RawTable) -> Vec<RawTable> {
    let mut beside = beside::split(table);
    match beside.len() {
        1 => beside,
        _ => beside.drain(..).flat_map(parts).collect(),
    }
}

/// Gives each table but the first the name of the sheet and its number.
fn named(tables: impl Iterator<Item = RawTable>) -> Vec<RawTable> {
    let mut tables: Vec<RawTable> = tables.collect();
    let name = tables.first().map(|table| table.name.clone()).unwrap_or_default();
    for (at, table) in tables.iter_mut().enumerate().skip(1).filter(|_| !name.is_empty()) {
        table.name = format!("{name}#{}", at + 1);
    }
    tables
}

/// Complains when there may be more tables than the `count` into which a sheet or file, named at `at`, was split.
pub fn limit(count: usize, (name, at): (&str, Span), report: &mut Report) {
    if count >= MOST_TABLES {
        let message = text!(
            "{name} 里上下的表多于 {count} 张，往下的没有再分开",
            "{name} has more than {count} tables below one another; those further down are not told apart"
        );
        report.push(Diagnostic::warning(Code::LimitReached, message).at(at));
    }
}

fn parts(mut table: RawTable) -> Vec<RawTable> {
    let starts = starts(&table.rows);
    let mut parts = Vec::new();
    for start in starts.iter().rev() {
        let mut rows = table.rows.split_off(*start);
        rows[0].above = 0;
        let (hidden, hidden_columns) = (table.hidden, table.hidden_columns.clone());
        parts.push(RawTable { rows, hidden, hidden_columns, ..RawTable::default() });
    }
    parts.push(table);
    parts.reverse();
    parts
}

/// The rows at which further tables begin, titles included.
fn starts(rows: &[RawRow]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut before = Before::default();
    let mut blank_before = false;
    let mut bare = bare(rows).into_iter().peekable();
    for (at, row) in rows.iter().enumerate() {
        let is_bare = bare.next_if_eq(&at).is_some();
        if is_blank(row) {
            blank_before = true;
            continue;
        }
        let is_behind_blank = blank_before || row.above > 0;
        if is_behind_blank && starts.len() + 1 < MOST_TABLES && before.is_ended_by(&rows[at..]) {
            starts.push(at);
            before = Before::behind(&rows[at..]);
        } else if !is_behind_blank && is_bare && starts.len() + 1 < MOST_TABLES && before.is_interrupted_by(&rows[at..])
        {
            let least = starts.last().map_or(0, |last| last + 1);
            starts.push(at - interrupt::titles(rows[least..at].iter().rev().map(interrupt::texts)));
            before = Before::behind(&rows[at..]);
        }
        blank_before = false;
        before.add(row);
    }
    starts
}

/// The rows that may be headers without a blank one above; none when there are too many.
fn bare(rows: &[RawRow]) -> Vec<usize> {
    let may_interrupt = |row: &RawRow| may_interrupt(texts(row));
    let found = rows.iter().enumerate().filter(|(_, row)| may_interrupt(row)).map(|(at, _)| at);
    let found: Vec<usize> = found.take(interrupt::MOST_BARE + 1).collect();
    if found.len() > interrupt::MOST_BARE { Vec::new() } else { found }
}

/// What the first rows of a table show of it.
#[derive(Debug, Default)]
pub struct Before {
    kinds: Kinds,
    headers: Option<Vec<String>>,
    rows: usize,
}

impl Before {
    /// Nothing yet of the table that begins with `rows`.
    #[must_use]
    pub fn behind(rows: &[RawRow]) -> Self {
        let headers = first_of_several(rows).map(|row| texts(row).map(str::to_owned).collect());
        Self { headers, ..Self::default() }
    }

    /// Takes note of a row of the table.
    pub fn add(&mut self, row: &RawRow) {
        if self.knows_enough() || is_blank(row) {
            return;
        }
        self.rows += 1;
        if self.headers.is_none() && is_headers(texts(row)) {
            self.headers = Some(texts(row).map(str::to_owned).collect());
        }
        self.kinds.add(row);
    }

    /// Whether further rows change nothing.
    #[must_use]
    pub const fn knows_enough(&self) -> bool {
        self.rows >= SHOWING
    }

    /// Whether `rows`, which stand behind a blank one, are another table; [`AHEAD`] of them say that.
    #[must_use]
    pub fn is_ended_by(&self, rows: &[RawRow]) -> bool {
        let Some(before) = &self.headers else { return false };
        let Some(first) = rows.iter().take(MOST_TITLES).position(|row| own(row).nth(1).is_some()) else { return false };
        let Some(below) = rows.get(first + 1) else { return false };
        let same = texts(&rows[first]).eq(before.iter().map(String::as_str));
        let titled = first > 0 && own(below).any(|(_, text)| is_number(text));
        let evidence = self.kinds.contradicted(&rows[first]) >= if titled { 1 } else { 2 };
        is_headers(texts(&rows[first])) && !same && evidence
    }

    /// Whether the first of `rows`, which [may interrupt](may_interrupt) a table, are the headers of another: the columns held
    /// numbers where it has words, and these end as headers do, above numbers.
    #[must_use]
    pub fn is_interrupted_by(&self, rows: &[RawRow]) -> bool {
        let (Some(before), [row, below, ..]) = (&self.headers, rows) else { return false };
        let contradicted = self.kinds.contradicted(row);
        if contradicted == 0 {
            return false;
        }
        let says_numbers = own(below).any(|(at, text)| is_number(text) && own(row).any(|(other, _)| other == at));
        let known =
            texts(row).filter(|text| before.iter().any(|own| names::normal(own) == names::normal(text))).count();
        let named = interrupt::named(texts(row));
        says_numbers && known * 2 <= texts(row).count() && (named >= 2 || named == 1 && contradicted >= 2)
    }
}

/// Whether a row of those texts, none empty, can be headers that stand below another table without a blank row between.
#[must_use]
pub fn may_interrupt<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> bool {
    interrupt::is_bare(texts.clone()) && is_headers(texts)
}

/// The first row with several cells, the titles above it left out.
fn first_of_several(rows: &[RawRow]) -> Option<&RawRow> {
    rows.iter().take(MOST_TITLES).find(|row| own(row).nth(1).is_some())
}

/// Whether a row of those texts, none empty, can be the first of a table: one text, or headers.
#[must_use]
pub fn may_begin<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> bool {
    texts.clone().nth(1).is_none() || is_headers(texts)
}

fn is_blank(row: &RawRow) -> bool {
    row.cells.iter().all(|cell| cell.text.trim().is_empty())
}

/// The cells in which something is written, with their columns.
fn own(row: &RawRow) -> impl Iterator<Item = (usize, &str)> + Clone {
    let cells = row.cells.iter().enumerate().filter(|(_, cell)| !cell.absent);
    cells.map(|(at, cell)| (at, cell.text.trim())).filter(|(_, text)| !text.is_empty())
}

fn texts(row: &RawRow) -> impl Iterator<Item = &str> + Clone {
    own(row).map(|(_, text)| text)
}

/// Two texts at least, and nothing that no header is.
fn is_headers<'a>(mut texts: impl Iterator<Item = &'a str> + Clone) -> bool {
    let fits = |text: &str| has_words(text) && text.chars().count() <= LONGEST_HEADER && !NOTHING.contains(&text);
    texts.clone().nth(1).is_some() && texts.all(fits)
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphabetic) && !text.starts_with(|c: char| c.is_ascii_digit())
}

fn is_number(text: &str) -> bool {
    text.len() < 40 && text.chars().any(char::is_numeric) && !text.chars().any(char::is_alphabetic)
}

/// How many numbers and how many words each column has had.
#[derive(Debug, Default)]
struct Kinds {
    columns: Vec<(usize, usize)>,
}

impl Kinds {
    fn add(&mut self, row: &RawRow) {
        for (at, text) in own(row) {
            if self.columns.len() <= at {
                self.columns.resize(at + 1, (0, 0));
            }
            let (numbers, words) = &mut self.columns[at];
            *(if is_number(text) { numbers } else { words }) += 1;
        }
    }

    /// In how many columns `row` has words where numbers are the rule.
    fn contradicted(&self, row: &RawRow) -> usize {
        let odd = own(row).filter(|(at, text)| {
            let (numbers, words) = self.columns.get(*at).copied().unwrap_or_default();
            numbers >= 2 && numbers > words && !text.chars().any(char::is_numeric)
        });
        odd.count()
    }
}

#[cfg(test)]
mod tests {
    use super::{RawRow, RawTable, named, parts};
    use crate::facts::read::raw::RawCell;
    use crate::source::Span;

    fn lengths(rows: &[&str]) -> Vec<(String, usize)> {
        let cell = |text: &str| RawCell::new(text, Span::default());
        let row = |row: &&str| RawRow { cells: row.split(',').map(cell).collect(), ..RawRow::default() };
        let table = RawTable { name: "支出".to_owned(), rows: rows.iter().map(row).collect(), ..RawTable::default() };
        named(parts(table).into_iter()).into_iter().map(|table| (table.name, table.rows.len())).collect()
    }

    #[test]
    fn tables_below_one_another() {
        let found = lengths(&[
            "项目,金额",
            "甲,1",
            "乙,2",
            ",",
            "附表二",
            "单位,预算,决算",
            "丙,3,4",
            "丁,5,6",
            ",",
            "科,目,数",
            "戊,x,5",
        ]);
        let names: Vec<(&str, usize)> = found.iter().map(|(name, rows)| (name.as_str(), *rows)).collect();
        assert_eq!(names, [("支出", 4), ("支出#2", 5), ("支出#3", 2)]);
    }

    #[test]
    fn blank_rows_headings_repeated_headers_and_notes_end_no_table() {
        assert_eq!(lengths(&["项目,金额", "甲,1", "乙,2", ",", "丙,3"]).len(), 1);
        assert_eq!(lengths(&["项目,金额", "甲,1", "乙,2", ",", "项目,金额", "丙,3"]).len(), 1);
        assert_eq!(lengths(&["项目,金额", "甲,1", "乙,2", "", "填表人：张三,审核人：李四"]).len(), 1);
        assert_eq!(lengths(&["项目,金额", "甲,1", "乙,2", ",", "丙,未报", "丁,3"]).len(), 1, "one word is no header");
        assert_eq!(lengths(&["姓名,电话", "甲,x", "乙,y", ",", "姓,名", "丙,3"]).len(), 1, "nothing contradicts it");
    }

    #[test]
    fn headers_without_a_blank_row_above_begin_another_table() {
        let found = lengths(&["项目,金额", "甲,1", "乙,2", "附表2 合同,,", "合同编号,供应商,合同金额", "H,某公司,3"]);
        assert_eq!(found.iter().map(|(_, rows)| *rows).collect::<Vec<_>>(), [3, 3]);
        assert_eq!(lengths(&["项目,金额,数量", "甲,1,2", "乙,2,2", "姓名,部门,人数", "张三,办公室,3"]).len(), 2);
        assert_eq!(lengths(&["项目,金额,支出", "甲,1,2", "乙,2,2", "丙,待定,未报", "丁,3,4"]).len(), 1);
        assert_eq!(lengths(&["项目,金额,支出", "甲,1,2", "乙,2,2", "项目,金额,支出", "丁,3,4"]).len(), 1, "said again");
        let same = lengths(&["项目名称,金额（元）,日期", "甲,1,2", "乙,2,2", "项目名称,金额(元),日期", "丁,3,4"]);
        assert_eq!(same.len(), 1, "said again with other brackets");
    }
}
