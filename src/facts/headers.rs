//! Header rows: which rows they are, and what each column of a file is called.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::manifest::{CellUnit, HeaderRows, SourceSpec};
use super::names;
use super::read::raw::RawTable;
use crate::source::Span;

/// How many rows from the top may be searched for headers.
const SEARCHED: usize = 40;
/// How many cells of them.
const SEARCHED_CELLS: usize = 200_000;
/// Headers are no longer than this, in characters; what is longer is cut.
const LONGEST: usize = 120;

/// The headers of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// The rows that they fill; data begins behind them.
    pub rows: Range<usize>,
    /// One per column of the file.
    pub columns: Vec<Header>,
}

/// The header of one column: from the upper level to the lower.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The levels as printed, those that repeat the level above left out.
    pub levels: Vec<String>,
    /// The place of the lowest level.
    pub span: Span,
}

impl Header {
    /// As people write it: `预算金额/指标总额`.
    #[must_use]
    pub fn printed(&self) -> String {
        self.levels.iter().map(|level| level.split_whitespace().collect::<String>()).collect::<Vec<_>>().join("/")
    }

    /// The unit that it states, the lowest level first.
    #[must_use]
    pub fn unit(&self) -> Option<CellUnit> {
        self.levels.iter().rev().find_map(|level| names::unit_of_header(level))
    }

    /// Every form under which it may be named, the strictest first.
    fn forms(&self) -> [String; 4] {
        let normal: Vec<String> = self.levels.iter().map(|level| names::normal(level)).collect();
        let bare: Vec<String> = normal.iter().map(|level| names::bare_of_normal(level)).collect();
        let last = |levels: &[String]| levels.last().cloned().unwrap_or_default();
        [normal.join("/"), bare.join("/"), last(&normal), last(&bare)]
    }
}

/// Headers by name.
#[derive(Clone, Debug, Default)]
pub struct Index {
    forms: [FxHashMap<String, Vec<usize>>; 4],
}

impl Index {
    /// The headers `columns` by every form of their names.
    #[must_use]
    pub fn new(columns: &[Header]) -> Self {
        let mut index = Self::default();
        for (at, header) in columns.iter().enumerate() {
            for (by_form, form) in index.forms.iter_mut().zip(header.forms()) {
                if !form.is_empty() {
                    by_form.entry(form).or_default().push(at);
                }
            }
        }
        index
    }

    /// The columns whose header is `name`, in the strictest form in which any is.
    #[must_use]
    pub fn find(&self, name: &str) -> &[usize] {
        let levels = |form: fn(&str) -> String| name.split(['/', '›', '>']).map(form).collect::<Vec<_>>().join("/");
        let wanted = [levels(names::normal), levels(names::bare), names::normal(name), names::bare(name)];
        let found = self.forms.iter().zip(&wanted).find_map(|(by_form, name)| by_form.get(name));
        found.map_or(&[], Vec::as_slice)
    }
}

/// The headers of `table`: where the manifest says, else where the reader says, else the rows near the top that name
/// the most of `wanted`; none when no row names any.
#[must_use]
pub fn find(table: &RawTable, spec: &SourceSpec, wanted: &[Vec<String>]) -> Option<Headers> {
    let skip = spec.skip.as_ref().map_or(0, |skip| skip.value as usize).min(table.rows.len());
    if let Some(header) = &spec.header {
        return Some(match header.value {
            HeaderRows::Absent => at(table, skip..skip),
            HeaderRows::Rows(first, last) => {
                let row = |number: u32| (skip + number as usize).min(table.rows.len());
                at(table, row(first.saturating_sub(1))..row(last))
            }
        });
    }
    if let Some(rows) = table.header_rows {
        return Some(at(table, skip..(skip + rows).min(table.rows.len())));
    }
    // The most names win; among equals one level before two, and what stands higher.
    let mut best: Option<(usize, Headers)> = None;
    let has_paths = wanted.iter().flatten().any(|name| name.contains('/'));
    for levels in 1..=2 {
        let mut cells = 0;
        for first in skip..table.rows.len().min(skip + SEARCHED) {
            let worthwhile = levels == 1 || has_paths || has_lower_level(table, first);
            if first + levels > table.rows.len() || !worthwhile {
                continue;
            }
            cells += table.rows[first].cells.len();
            if cells > SEARCHED_CELLS && cells > table.rows[first].cells.len() {
                break;
            }
            let headers = at(table, first..first + levels);
            let index = Index::new(&headers.columns);
            let named = wanted.iter().filter(|names| names.iter().any(|name| !index.find(name).is_empty())).count();
            if named > 0 && best.as_ref().is_none_or(|(most, _)| named > *most) {
                best = Some((named, headers));
            }
        }
    }
    let (_, headers) = best?;
    let (first, last) = (headers.rows.start, headers.rows.end);
    if headers.rows.len() == 1 && has_lower_level(table, first) {
        return Some(at(table, first..first + 2));
    }
    if headers.rows.len() == 1 && first > skip && has_lower_level(table, first - 1) {
        return Some(at(table, first - 1..last));
    }
    Some(headers)
}

/// Whether the row behind `row` is a lower level of headers: it stands below empty or wide cells of `row`, leaves empty
/// what `row` says already, and holds no number.
fn has_lower_level(table: &RawTable, row: usize) -> bool {
    let Some(lower) = table.rows.get(row + 1) else { return false };
    let upper = &table.rows[row];
    let columns = 0..lower.cells.len();
    let is_number =
        |text: &str| text.len() < 100 && text.chars().any(char::is_numeric) && !text.chars().any(char::is_alphabetic);
    let written = columns.clone().filter(|at| has_text(lower, *at)).count();
    let numbers = lower.cells.iter().any(|cell| is_number(&cell.text));
    let below_nothing = columns.clone().any(|at| has_text(lower, at) && !has_text(upper, at));
    let left_empty = columns.clone().filter(|at| !has_text(lower, *at) && has_text(upper, *at)).count();
    let below_first = has_text(lower, 0) && has_text(upper, 0) && lower.cells[0].text != upper.cells[0].text;
    written >= 2 && !numbers && below_nothing && left_empty > 0 && !below_first
}

/// The headers that stand in `rows`.
fn at(table: &RawTable, rows: Range<usize>) -> Headers {
    let width =
        table.rows.iter().skip(rows.start).take(rows.len().max(1)).map(|row| row.cells.len()).max().unwrap_or(0);
    let mut columns = vec![Header::default(); width];
    let last = rows.end.saturating_sub(1);
    for row in rows.clone() {
        // A level above others reaches to the right until the next text; so do merged cells that a file cannot say.
        let mut reaching: Option<(usize, &str, Span)> = None;
        for (at, header) in columns.iter_mut().enumerate() {
            let cell = table.rows[row].cells.get(at);
            let written = cell.filter(|cell| !cell.text.trim().is_empty());
            if let Some(cell) = written {
                reaching = (row < last).then(|| (at, &*cell.text, cell.span));
                push_level(header, &cell.text, cell.span);
            } else if let Some((_, text, span)) = &reaching {
                let below = table.rows[row + 1..=last].iter().any(|lower| has_text(lower, at));
                if below {
                    push_level(header, text, *span);
                }
            }
        }
    }
    Headers { rows, columns }
}

fn has_text(row: &super::read::raw::RawRow, at: usize) -> bool {
    row.cells.get(at).is_some_and(|cell| !cell.text.trim().is_empty())
}

fn push_level(header: &mut Header, text: &str, span: Span) {
    let text = text.trim();
    let text = text.char_indices().nth(LONGEST).map_or(text, |(at, _)| &text[..at]);
    let repeats = header.levels.last().is_some_and(|above| names::normal(above) == names::normal(text));
    if !repeats {
        header.levels.push(text.to_owned());
    }
    header.span = span;
}

#[cfg(test)]
mod tests {
    use super::{Header, Index, SourceSpec, find};
    use crate::facts::read::raw::{RawCell, RawRow, RawTable};

    fn table(rows: &[&[&str]]) -> RawTable {
        let cell = |text: &&str| RawCell { text: (*text).to_owned(), ..RawCell::default() };
        let row = |row: &&[&str]| RawRow { cells: row.iter().map(cell).collect(), ..RawRow::default() };
        RawTable { rows: rows.iter().map(row).collect(), ..RawTable::default() }
    }

    fn wanted(names: &[&str]) -> Vec<Vec<String>> {
        names.iter().map(|name| vec![(*name).to_owned()]).collect()
    }

    #[test]
    fn headers_are_found_below_a_title() {
        let table = table(&[
            &["某局预算表", "", ""],
            &["单位：万元"],
            &["项目名称", "类别", "预算 金额（万元）"],
            &["甲", "乙", "3"],
        ]);
        let headers = find(&table, &SourceSpec::default(), &wanted(&["项目名称", "预算金额"])).unwrap();
        assert_eq!(headers.rows, 2..3);
        assert_eq!(Index::new(&headers.columns).find("预算金额"), [2]);
    }

    #[test]
    fn two_levels_are_one_path() {
        let table = table(&[
            &["项目名称", "预算金额", "", "支出金额", ""],
            &["", "指标总额", "其中：区级资金", "支出总额", "其中：区级资金"],
            &["甲", "1", "2", "3", "4"],
        ]);
        let wanted = wanted(&["项目名称", "预算金额/指标总额", "支出金额/其中:区级资金"]);
        let headers = find(&table, &SourceSpec::default(), &wanted).unwrap();
        assert_eq!(headers.rows, 0..2);
        let printed: Vec<String> = headers.columns.iter().map(Header::printed).collect();
        assert_eq!(
            printed,
            [
                "项目名称",
                "预算金额/指标总额",
                "预算金额/其中：区级资金",
                "支出金额/支出总额",
                "支出金额/其中：区级资金"
            ]
        );
        let index = Index::new(&headers.columns);
        assert_eq!(index.find("支出金额/其中:区级资金"), [4]);
        assert_eq!(index.find("支出总额"), [3]);
        assert_eq!(index.find("其中：区级资金"), [2, 4], "both, for the caller to refuse");
    }
}
