//! Tables that stand side by side on one sheet or in one file, with an empty column between.
//!
//! An empty column alone parts nothing: people space columns with it. Two tables are known by their headers, the same in both;
//! or by rows that only one of them has; or by each having names and amounts of its own.

use std::ops::Range;

use super::interrupt;
use super::raw::{RawCell, RawRow, RawTable};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::address;
use crate::facts::names::normal;
use crate::source::Span;
use crate::text;

/// Rows from the top that may show that no column is empty.
const FIRST: usize = 60;
/// Rows that are looked at to know two tables.
const SHOWING: usize = 400;
/// Rows from the top that may be headers.
const SEARCHED: usize = 40;
/// Wider tables are not looked at.
const WIDEST: usize = 500;
/// Tables that one is split into.
const MOST: usize = 16;

/// The tables that stand side by side in `table`, each with its cells where they were; the table itself where it is one.
pub(super) fn split(mut table: RawTable) -> Vec<RawTable> {
    let (blocks, doubted) = blocks(&table);
    if let Some(at) = doubted {
        let doubt = doubt(&table, at);
        table.notes.push(doubt);
    }
    if blocks.len() < 2 {
        return vec![table];
    }
    blocks.iter().map(|block| part(&table, block)).collect()
}

/// That what stands on both sides of the empty column at `at` may be two tables.
fn doubt(table: &RawTable, at: usize) -> Diagnostic {
    let column = address::letters(u32::try_from(at).unwrap_or(u32::MAX - 1));
    let message = text!(
        "第 {column} 列空着，两边各有表头和金额，像是并排的两张表；按一张表读",
        "column {column} is empty, with headers and amounts on both sides: perhaps two tables side by side; read as one"
    );
    let help = text!("是两张表的，分放两页或两个文件", "if they are two, put them on two sheets or in two files");
    let first = table.rows.iter().find(|row| own(row).nth(1).is_some()).map(|row| row.span).unwrap_or_default();
    Diagnostic::warning(Code::Doubtful, message).at(first).help(help)
}

/// The ranges of columns that are tables of their own, none where there is one table; and the first empty column that may part
/// two and does not.
fn blocks(table: &RawTable) -> (Vec<Range<usize>>, Option<usize>) {
    let first = columns(table.rows.iter().take(FIRST));
    if first.len() < 2 || first.len() > MOST {
        return (Vec::new(), None);
    }
    let mut doubted = None;
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for columns in columns(table.rows.iter()) {
        let beside = blocks.last().map_or(Beside::Not, |before| {
            match (Block::new(table, before.clone()), Block::new(table, columns.clone())) {
                (Some(left), Some(right)) => left.stands_beside(&right, table),
                _ => Beside::Not,
            }
        });
        let is_own = beside == Beside::Certainly;
        if beside == Beside::Perhaps {
            doubted = doubted.or(blocks.last().map(|before| before.end));
        }
        match blocks.last_mut().filter(|_| !is_own) {
            Some(last) => last.end = columns.end,
            None => blocks.push(columns),
        }
    }
    // A cell beside all of them, below the headers, would be lost.
    let below = blocks.iter().filter_map(|block| Block::new(table, block.clone())).map(|block| block.header).min();
    let is_lost = |row: &RawRow| own(row).any(|(at, _)| !blocks.iter().any(|block| block.contains(&at)));
    let loses = table.rows.iter().skip(below.unwrap_or(0)).any(is_lost);
    (if blocks.len() > MOST || loses { Vec::new() } else { blocks }, doubted)
}

/// The runs of columns that are not empty in all `rows`; a row of a single cell is a title, and may stand anywhere.
fn columns<'a>(rows: impl Iterator<Item = &'a RawRow>) -> Vec<Range<usize>> {
    let mut filled: Vec<bool> = Vec::new();
    for row in rows.filter(|row| own(row).nth(1).is_some()) {
        for (at, _) in own(row).filter(|(at, _)| *at < WIDEST) {
            if filled.len() <= at {
                filled.resize(at + 1, false);
            }
            filled[at] = true;
        }
    }
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (at, _) in filled.iter().enumerate().filter(|(_, filled)| **filled) {
        match runs.last_mut().filter(|run| run.end == at) {
            Some(run) => run.end = at + 1,
            None => runs.push(at..at + 1),
        }
    }
    runs
}

/// The cells in which something is written, with their columns.
fn own(row: &RawRow) -> impl Iterator<Item = (usize, &str)> + Clone {
    let cells = row.cells.iter().enumerate().filter(|(_, cell)| !cell.absent);
    cells.map(|(at, cell)| (at, cell.text.trim())).filter(|(_, text)| !text.is_empty())
}

/// How headers end with which tables begin.
const KEYS: [&str; 23] = [
    "号",
    "序号",
    "名称",
    "编号",
    "日期",
    "时间",
    "姓名",
    "科目",
    "项目",
    "部门",
    "单位",
    "月份",
    "类别",
    "类型",
    "户名",
    "代码",
    "date",
    "name",
    "no",
    "no.",
    "id",
    "department",
    "item",
];

/// Whether two ranges of columns are two tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Beside {
    Certainly,
    /// Both have amounts, and nothing else tells.
    Perhaps,
    Not,
}

/// A range of columns with headers.
struct Block {
    columns: Range<usize>,
    /// The row of its headers.
    header: usize,
    headers: Vec<String>,
}

impl Block {
    /// The block of those columns; none when it has no headers, or not two columns.
    fn new(table: &RawTable, columns: Range<usize>) -> Option<Self> {
        let texts = |row: &RawRow| within(row, &columns).map(|(_, text)| normal(text)).collect::<Vec<_>>();
        let may_be = |row: &RawRow| {
            let written = within(row, &columns).count();
            written >= 2 && within(row, &columns).all(|(_, text)| !is_number(text) && text.chars().count() <= 40)
        };
        let header = table.rows.iter().take(SEARCHED).position(may_be).filter(|_| columns.len() >= 2)?;
        Some(Self { headers: texts(&table.rows[header]), columns, header })
    }

    /// Whether `right` is another table beside this one.
    fn stands_beside(&self, right: &Self, table: &RawTable) -> Beside {
        let below = self.header.max(right.header) + 1;
        let rows = || table.rows.iter().skip(below).take(SHOWING);
        if self.header.abs_diff(right.header) > 2 || rows().next().is_none() {
            return Beside::Not;
        }
        let shared = right.headers.iter().filter(|header| self.headers.contains(header)).count();
        if shared >= 2 && shared * 2 >= right.headers.len() {
            return Beside::Certainly;
        }
        let only = |one: &Self, other: &Self| {
            let is_alone = |row: &&RawRow| {
                within(row, &one.columns).nth(1).is_some() && within(row, &other.columns).next().is_none()
            };
            rows().filter(is_alone).count()
        };
        let one_each = |row: &RawRow| {
            within(row, &self.columns).count() == 1 && within(row, &right.columns).count() == 1 && own(row).count() == 2
        };
        let titled = || table.rows.iter().take(below - 1).any(one_each);
        let keyed = || self.begins_with_key(rows()) && right.begins_with_key(rows());
        let uneven = || only(self, right) >= 2 || only(right, self) >= 2;
        match self.has_amounts(rows()) && right.has_amounts(rows()) {
            true if uneven() || titled() || keyed() => Beside::Certainly,
            true if self.headers.len() > 2 && right.headers.len() > 2 => Beside::Perhaps,
            _ => Beside::Not,
        }
    }

    /// Whether its first header is such as tables begin with, and its first column says which row is which.
    fn begins_with_key<'a>(&self, rows: impl Iterator<Item = &'a RawRow> + Clone) -> bool {
        let is_key = |header: &String| !header.starts_with("对方") && KEYS.iter().any(|end| header.ends_with(end));
        self.headers.first().is_some_and(is_key) && self.has_key(rows)
    }

    /// Whether one of its columns holds amounts: numbers, and not those of the rows.
    fn has_amounts<'a>(&self, rows: impl Iterator<Item = &'a RawRow> + Clone) -> bool {
        self.columns.clone().any(|at| {
            let written = || rows.clone().filter_map(move |row| cell(row, at));
            let is_amount = |text: &&str| is_number(text) && !is_day(text);
            let (count, numbers) = (written().count(), written().filter(is_amount).count());
            let is_serial = written().enumerate().all(|(at, text)| text == (at + 1).to_string());
            count >= 1 && numbers * 10 >= count * 8 && !is_serial
        })
    }

    /// Whether its first column, numbers of rows left out, says which row is which: words, days or codes, most of them once.
    fn has_key<'a>(&self, rows: impl Iterator<Item = &'a RawRow> + Clone) -> bool {
        let texts = |at: usize| rows.clone().filter_map(move |row| cell(row, at)).collect::<Vec<_>>();
        let is_serial = |texts: &[&str]| texts.iter().enumerate().all(|(at, text)| *text == (at + 1).to_string());
        let filled = || rows.clone().filter(|row| within(row, &self.columns).next().is_some()).count();
        let key = self.columns.clone().map(texts).find(|texts| !texts.is_empty() && !is_serial(texts));
        key.is_some_and(|key| {
            let words = key.iter().filter(|text| !is_number(text) || is_day(text)).count();
            let mut different = key.clone();
            different.sort_unstable();
            different.dedup();
            words * 10 >= key.len() * 8 && key.len() * 10 >= filled() * 8 && different.len() * 10 >= key.len() * 6
        })
    }
}

fn within<'a>(row: &'a RawRow, columns: &Range<usize>) -> impl Iterator<Item = (usize, &'a str)> + Clone {
    let columns = columns.clone();
    own(row).filter(move |(at, _)| columns.contains(at))
}

fn cell(row: &RawRow, at: usize) -> Option<&str> {
    row.cells.get(at).filter(|cell| !cell.absent).map(|cell| cell.text.trim()).filter(|text| !text.is_empty())
}

fn is_number(text: &str) -> bool {
    text.len() < 40 && text.chars().any(char::is_numeric) && !text.chars().any(char::is_alphabetic)
}

fn is_day(text: &str) -> bool {
    text.matches(['-', '/', '.']).count() == 2
}

/// What `table` has in `columns`; titles above the headers that stand elsewhere are said of it too.
fn part(table: &RawTable, columns: &Range<usize>) -> RawTable {
    let header = Block::new(table, columns.clone()).map_or(0, |block| block.header);
    let titles = table.rows.iter().take(header).filter(|row| own(row).nth(1).is_none());
    let titles = titles.filter_map(|row| interrupt::texts(row).next()).map(str::to_owned);
    let mut rows: Vec<RawRow> = table.rows.iter().map(|row| part_of_row(row, columns)).collect();
    while rows.last().is_some_and(|row| own(row).next().is_none()) {
        rows.pop();
    }
    RawTable {
        name: table.name.clone(),
        captions: titles.chain(table.captions.iter().cloned()).collect(),
        rows,
        header_rows: None,
        hidden: table.hidden,
        hidden_columns: table.hidden_columns.clone(),
        notes: if columns.start == 0 { table.notes.clone() } else { Vec::new() },
        narrative: false,
    }
}

/// The cells of a row in `columns`, nothing in those before.
fn part_of_row(row: &RawRow, columns: &Range<usize>) -> RawRow {
    let nothing = Span::new(row.span.start(), row.span.start());
    let cells = row.cells.iter().take(columns.end).enumerate();
    let cells: Vec<RawCell> =
        cells.map(|(at, cell)| if columns.contains(&at) { cell.clone() } else { RawCell::absent(nothing) }).collect();
    let filled = |cell: &&RawCell| !cell.text.trim().is_empty();
    let first = cells.iter().find(filled).map(|cell| cell.span);
    let last = cells.iter().rev().find(filled).map(|cell| cell.span);
    let span = first.zip(last).map_or(row.span, |(first, last)| first.to(last));
    RawRow { cells, span, ..*row }
}

#[cfg(test)]
mod tests {
    use super::{RawCell, RawRow, RawTable, split};
    use crate::source::Span;

    fn widths(rows: &[&str]) -> Vec<(usize, usize)> {
        let cell = |text: &str| RawCell::new(text, Span::default());
        let row = |row: &&str| RawRow { cells: row.split(',').map(cell).collect(), ..RawRow::default() };
        let table = RawTable { rows: rows.iter().map(row).collect(), ..RawTable::default() };
        let filled = |table: &RawTable| {
            table.rows.iter().flat_map(|row| &row.cells).filter(|cell| !cell.text.is_empty()).count()
        };
        split(table).iter().map(|table| (table.rows.len(), filled(table))).collect()
    }

    #[test]
    fn tables_side_by_side_are_two() {
        let uneven = ["项目,金额,,姓名,部门,工资", "甲,6,,张三,办公室,30", "乙,2,,,,", "丙,3,,,,"];
        assert_eq!(widths(&uneven), [(4, 8), (2, 6)]);
        let even = ["项目,金额,,姓名,部门,工资", "甲,6,,张三,办公室,30", "乙,2,,李四,财务,40"];
        assert_eq!(widths(&even), [(3, 6), (3, 9)]);
        let same = ["序号,项目,金额,,序号,项目,金额", "1,甲,1,,2,乙,3", "3,丙,1,,4,丁,3"];
        assert_eq!(widths(&same), [(3, 9), (3, 9)]);
        let titled = ["表一,,,表二,", "支出,数额,,收入,数量", "甲,6,,甲,7", "甲,2,,甲,9"];
        assert_eq!(widths(&titled).len(), 2);
        let three = ["项目,金额,,姓名,工资,,车号,里程", "甲,6,,张三,30,,A1,8", "乙,2,,李四,40,,A2,9"];
        assert_eq!(widths(&three).len(), 3);
    }

    #[test]
    fn an_empty_column_alone_parts_nothing() {
        assert_eq!(widths(&["日期,凭证,,收款人,金额", "2024-01-02,a,,甲,1", "2024-01-03,b,,乙,2"]).len(), 1);
        assert_eq!(widths(&["序号,项目,,预算,支出", "1,甲,,1,2", "2,乙,,2,3", "3,丙,,1,1"]).len(), 1);
        assert_eq!(widths(&["项目,预算,,支出,备注", "甲,6,,2,略", "乙,2,,3,略"]).len(), 1);
        assert_eq!(widths(&["项目,预算,,备注", "甲,1,,略", "乙,2,,略"]).len(), 1);
        let bank = ["日期,摘要,借方,,对方户名,余额", "2024-01-02,a,3,,甲,1", "2024-01-03,b,4,,乙,2"];
        assert_eq!(widths(&bank).len(), 1);
        assert_eq!(widths(&["项目,预算", "甲,1"]).len(), 1);
    }
}
