//! A sheet as a table: one line of text per sheet row, so that line numbers are row numbers.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::super::Request;
use super::super::layout::Layout;
use super::super::office::Trouble;
use super::super::raw::{OnSheet, RawCell, RawRow, RawTable};
use super::super::slice::Slice;
use super::Sheet;
use crate::facts::address::Position;
use crate::source::{SourceMap, Span};
use crate::text;

/// Tables with more cells than this, or hardly any content in them, are not filled up to a full rectangle.
const FILL_LIMIT: u64 = 8_000_000;
const FILL_DENSITY: u64 = 100;
/// Covered cells of merged ranges that are followed up in one sheet.
const COVER_LIMIT: u64 = 4_000_000;

/// Lays the sheet out under `file › sheet`; the table, and the place of the whole sheet.
pub(super) fn lay_out(
    sources: &mut SourceMap,
    request: &Request<'_>,
    sheet: &Sheet,
) -> Result<(RawTable, Span), Trouble> {
    let (height, width) = used(sheet);
    let area = u64::from(height) * u64::from(width);
    let shown: u64 = sheet.rows.iter().map(|row| row.cells.len() as u64).sum();
    let fill = area <= FILL_LIMIT && area <= shown.saturating_mul(FILL_DENSITY).max(100_000);
    let anchors = anchors(sheet, height, width);
    let rows = Vec::with_capacity(height as usize);
    let mut grid = Grid { layout: Layout::new(), rows, anchors, on: OnSheet::new(&sheet.name), texts: &sheet.texts };
    let mut given = sheet.rows.iter().peekable();
    for number in 0..height {
        let row = given.next_if(|row| row.number == number);
        let cells = row.map_or(&[][..], |row| &row.cells);
        let own_width = if fill { width } else { cells.last().map_or(0, |cell| cell.column() + 1) };
        grid.add_row(number, own_width, cells);
        if let Some(added) = grid.rows.last_mut() {
            added.hidden = row.is_some_and(|row| row.hidden);
        }
    }
    let hidden = sheet.hidden_columns.iter().flat_map(|(first, last)| *first..=*last);
    let mut tables = [RawTable {
        name: sheet.name.clone(),
        rows: grid.rows,
        hidden: sheet.hidden,
        hidden_columns: hidden.take_while(|column| *column < width).collect(),
        ..RawTable::default()
    }];
    let name = format!("{} › {}", request.name, sheet.name);
    let whole = grid.layout.finish(sources, &name, &mut tables).map_err(|_| {
        Trouble::limit(text!("全部文件的文本合计超过 4 GiB", "the text of all files together exceeds 4 GiB"))
    })?;
    let [table] = tables;
    Ok((table, whole))
}

/// Rows and columns up to the last cell that shows something.
fn used(sheet: &Sheet) -> (u32, u32) {
    let filled = sheet.rows.iter().filter(|row| !row.cells.is_empty());
    let height = filled.clone().next_back().map_or(0, |row| row.number + 1);
    let width = filled.filter_map(|row| row.cells.last()).map(|cell| cell.column() + 1).max().unwrap_or(0);
    (height, width)
}

/// For each covered cell within the used part, the corner whose content it shows.
fn anchors(sheet: &Sheet, height: u32, width: u32) -> FxHashMap<Position, Position> {
    let mut anchors = FxHashMap::default();
    let mut budget = COVER_LIMIT;
    for merge in &sheet.merges {
        let bottom = merge.bottom.min(height.saturating_sub(1));
        let right = merge.right.min(width.saturating_sub(1));
        if merge.top > bottom || merge.left > right {
            continue;
        }
        let area = u64::from(bottom - merge.top + 1) * u64::from(right - merge.left + 1);
        let Some(left) = budget.checked_sub(area) else { break };
        budget = left;
        for row in merge.top..=bottom {
            anchors.extend((merge.left..=right).map(|column| ((row, column), (merge.top, merge.left))));
        }
        anchors.remove(&(merge.top, merge.left));
    }
    anchors
}

struct Grid<'a> {
    layout: Layout,
    rows: Vec<RawRow>,
    anchors: FxHashMap<Position, Position>,
    on: OnSheet,
    texts: &'a Arc<String>,
}

impl Grid<'_> {
    fn add_row(&mut self, number: u32, width: u32, given: &[super::SheetCell]) {
        let start = self.layout.len();
        let mut given = given.iter().peekable();
        let mut cells = Vec::with_capacity(width as usize);
        for column in 0..width {
            if column > 0 {
                self.layout.gap();
            }
            let own = given.next_if(|cell| cell.column() == column);
            // What a merged range covers is not shown, whatever is stored there.
            let cell = self.covered(number, column, &cells).unwrap_or_else(|| {
                let text = own.map_or_else(Slice::default, |cell| Slice::of(self.texts, cell.range()));
                let span = self.layout.put(&text);
                let cell = if own.is_some() { RawCell::new(text, span) } else { RawCell::absent(span) };
                cell.on(&self.on, (number, column))
            });
            cells.push(cell);
        }
        self.rows.push(RawRow { cells, span: self.layout.since(start), ..RawRow::default() });
        self.layout.end_line();
    }

    /// The covered cell at that place, showing its corner's content.
    fn covered(&mut self, row: u32, column: u32, current: &[RawCell]) -> Option<RawCell> {
        let (top, left) = *self.anchors.get(&(row, column))?;
        let corner = if top == row {
            current.get(left as usize)
        } else {
            self.rows.get(top as usize).and_then(|row| row.cells.get(left as usize))
        }?;
        Some(self.layout.covered(corner))
    }
}
