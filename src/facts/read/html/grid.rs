//! [`Grid`]: cells by column, where cells stand over several columns and rows.

use super::super::raw::{Covering, RawCell, RawRow, RawTable};
use crate::source::Span;

/// Columns that a cell may stand over.
const MOST_COLUMNS: u32 = 1000;
/// Columns that a table may have.
const WIDEST: usize = 16_384;
/// Rows that a header reaches down at most.
const DEEPEST_HEADER: u32 = 4;
/// Rows that a cell may stand over.
const MOST_ROWS: u32 = 65_534;

/// A table in the making.
#[derive(Debug, Default)]
pub(super) struct Grid {
    rows: Vec<RawRow>,
    /// For each column, how many rows more it is covered, and by what.
    covered: Vec<Option<(u32, RawCell)>>,
    row: Option<Row>,
    /// Rows from the top that are all headers, and how far down headers of these rows reach.
    headers: usize,
    reaching: usize,
}

#[derive(Debug, Default)]
struct Row {
    cells: Vec<RawCell>,
    start: u32,
    all_headers: bool,
}

/// What a cell says of itself.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reach {
    pub(super) columns: u32,
    pub(super) rows: u32,
    pub(super) header: bool,
}

impl Grid {
    /// Begins a row at `place`, ending the one before.
    pub(super) fn begin_row(&mut self, place: Span, covering: &mut Covering) {
        self.end_row(place, covering);
        self.row = Some(Row { start: place.start(), all_headers: true, ..Row::default() });
    }

    /// Whether a row is open.
    pub(super) fn in_row(&self) -> bool {
        self.row.is_some()
    }

    /// Adds a cell to the row.
    pub(super) fn add(&mut self, cell: RawCell, reach: Reach, covering: &mut Covering) {
        let Some(row) = &mut self.row else { return };
        skip_covered(&mut self.covered, row, covering);
        row.all_headers &= reach.header;
        let columns = reach.columns.clamp(1, MOST_COLUMNS);
        let rows = if reach.rows == 0 { MOST_ROWS } else { reach.rows.min(MOST_ROWS) };
        if reach.header && row.all_headers && self.headers == self.rows.len() && rows <= DEEPEST_HEADER {
            self.reaching = self.reaching.max(self.rows.len() + rows as usize);
        }
        for order in 0..columns {
            let at = row.cells.len();
            if rows > 1 && at < WIDEST {
                if self.covered.len() <= at {
                    self.covered.resize(at + 1, None);
                }
                self.covered[at] = Some((rows - 1, cell.clone()));
            }
            if at >= WIDEST {
                return;
            }
            row.cells.push(if order == 0 { cell.clone() } else { covering.covered(&cell) });
        }
    }

    /// Ends the row at `place`.
    pub(super) fn end_row(&mut self, place: Span, covering: &mut Covering) {
        let Some(mut row) = self.row.take() else { return };
        skip_covered(&mut self.covered, &mut row, covering);
        // What is covered further right, with gaps between.
        while row.cells.len() < self.covered.len() && self.covered[row.cells.len()..].iter().any(Option::is_some) {
            row.cells.push(RawCell::absent(Span::new(place.start(), place.start())));
            skip_covered(&mut self.covered, &mut row, covering);
        }
        if row.cells.is_empty() {
            return;
        }
        if row.all_headers && self.headers == self.rows.len() {
            self.headers += 1;
        }
        let end = row.cells.iter().filter(|cell| !cell.absent).map(|cell| cell.span.end()).max();
        let span = Span::new(row.start, end.unwrap_or(row.start).max(row.start));
        self.rows.push(RawRow { cells: row.cells, span, ..RawRow::default() });
    }

    /// The table, once its last row has ended.
    pub(super) fn finish(self) -> RawTable {
        let headers = if self.headers > 0 { self.headers.max(self.reaching) } else { 0 };
        let some = headers > 0 && headers < self.rows.len();
        RawTable { header_rows: some.then_some(headers), rows: self.rows, ..RawTable::default() }
    }
}

/// Adds the cells that cells of rows above cover at the end of `row`.
fn skip_covered(covered: &mut [Option<(u32, RawCell)>], row: &mut Row, covering: &mut Covering) {
    while let Some(slot) = covered.get_mut(row.cells.len()) {
        let Some((left, cell)) = slot else { return };
        row.cells.push(covering.covered(cell));
        *left -= 1;
        if *left == 0 {
            *slot = None;
        }
    }
}
