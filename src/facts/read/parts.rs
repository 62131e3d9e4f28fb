//! Several tables below one another on one sheet or in one file, told apart.
//!
//! A blank row alone ends no table: people separate groups of rows with it. Behind it a new table begins where a row of
//! words stands with words in columns that held numbers so far: in two of them, or in one below a title and above numbers.

use super::raw::{RawRow, RawTable};

/// Headers are no longer than this, in characters.
const LONGEST_HEADER: usize = 40;
/// Bytes of a line break.
const LONGEST_LINE_END: u32 = 2;
/// Words that stand where a number might: rows with them are data.
const NOTHING: [&str; 12] = ["无", "略", "待定", "未定", "不详", "不适用", "暂无", "N/A", "n/a", "None", "nil", "TBC"];
/// Rows between a blank one and headers that may be titles.
const MOST_TITLES: usize = 4;

/// Every table of `tables` by itself; what follows below on the same sheet is called `支出#2`.
#[must_use]
pub(super) fn split(tables: Vec<RawTable>) -> Vec<RawTable> {
    tables.into_iter().flat_map(parts).collect()
}

fn parts(mut table: RawTable) -> Vec<RawTable> {
    let starts = starts(&table.rows);
    let mut parts = Vec::new();
    for (at, start) in starts.iter().enumerate().rev() {
        let name = if table.name.is_empty() { String::new() } else { format!("{}#{}", table.name, at + 2) };
        let rows = table.rows.split_off(*start);
        let (hidden, hidden_columns) = (table.hidden, table.hidden_columns.clone());
        parts.push(RawTable { name, rows, hidden, hidden_columns, ..RawTable::default() });
    }
    parts.push(table);
    parts.reverse();
    parts
}

/// The rows at which further tables begin, titles included.
fn starts(rows: &[RawRow]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut kinds = Kinds::default();
    let mut blank_before = false;
    let mut headers: Option<&RawRow> = None;
    for (at, row) in rows.iter().enumerate() {
        if is_blank(row) {
            blank_before = true;
            continue;
        }
        // Readers of text hand over no empty lines; they leave a gap.
        let above = at.checked_sub(1).map_or(row.span, |above| rows[above].span);
        blank_before |= row.span.start().saturating_sub(above.end()) > LONGEST_LINE_END;
        if blank_before && let Some(first) = begins(rows, at, &kinds, headers) {
            starts.push(at);
            kinds = Kinds::default();
            headers = Some(&rows[first]);
        }
        blank_before = false;
        if headers.is_none() && is_headers(row) {
            headers = Some(row);
        }
        kinds.add(row);
    }
    starts
}

/// The row of headers with which a table begins that has its first row at `at`.
fn begins(rows: &[RawRow], at: usize, kinds: &Kinds, headers: Option<&RawRow>) -> Option<usize> {
    headers?;
    let first = (at..rows.len().min(at + MOST_TITLES)).find(|row| own(&rows[*row]).nth(1).is_some())?;
    let below = rows.get(first + 1)?;
    let same = headers.is_some_and(|before| texts(before).eq(texts(&rows[first])));
    let titled = first > at && own(below).any(|(_, text)| is_number(text));
    let evidence = kinds.contradicted(&rows[first]) >= if titled { 1 } else { 2 };
    (is_headers(&rows[first]) && !same && evidence).then_some(first)
}

fn is_blank(row: &RawRow) -> bool {
    row.cells.iter().all(|cell| cell.text.trim().is_empty())
}

/// The cells in which something is written, with their columns.
fn own(row: &RawRow) -> impl Iterator<Item = (usize, &str)> {
    let cells = row.cells.iter().enumerate().filter(|(_, cell)| !cell.absent);
    cells.map(|(at, cell)| (at, cell.text.trim())).filter(|(_, text)| !text.is_empty())
}

fn texts(row: &RawRow) -> impl Iterator<Item = &str> {
    own(row).map(|(_, text)| text)
}

/// Two texts at least, and nothing that no header is.
fn is_headers(row: &RawRow) -> bool {
    let fits = |text: &str| has_words(text) && text.chars().count() <= LONGEST_HEADER && !NOTHING.contains(&text);
    texts(row).nth(1).is_some() && texts(row).all(fits)
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
    use super::{RawRow, RawTable, split};
    use crate::facts::read::raw::RawCell;

    fn lengths(rows: &[&str]) -> Vec<(String, usize)> {
        let cell = |text: &str| RawCell { text: text.to_owned(), ..RawCell::default() };
        let row = |row: &&str| RawRow { cells: row.split(',').map(cell).collect(), ..RawRow::default() };
        let table = RawTable { name: "支出".to_owned(), rows: rows.iter().map(row).collect(), ..RawTable::default() };
        split(vec![table]).into_iter().map(|table| (table.name, table.rows.len())).collect()
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
}
