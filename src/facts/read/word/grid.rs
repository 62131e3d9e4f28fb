//! The cells of a table by column: what a merged cell covers shows it.

use super::super::layout::Layout;
use super::super::raw::{RawCell, RawRow};
use super::body::{Cell, Merge, Row, Table};
use crate::facts::address::letters;

/// Columns of a table that are kept.
const MOST_COLUMNS: usize = 1024;

/// Lays out the rows of `table`, whose cells are addressed under `name`.
pub(super) fn rows(layout: &mut Layout, table: &Table, name: &str) -> Vec<RawRow> {
    let mut rows: Vec<RawRow> = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let laid = lay_row(layout, row, rows.last(), &|column| format!("{name}!{}{}", letters(column), rows.len() + 1));
        rows.push(laid);
    }
    // Whatever Word leaves out at the end of a row is empty.
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    for row in &mut rows {
        let end = crate::source::Span::new(row.span.end(), row.span.end());
        row.cells.resize_with(width, || RawCell::absent(end));
    }
    rows
}

fn lay_row(layout: &mut Layout, row: &Row, above: Option<&RawRow>, address: &dyn Fn(u32) -> String) -> RawRow {
    let start = layout.len();
    let mut cells: Vec<RawCell> = Vec::new();
    for _ in 0..row.before {
        cells.push(RawCell::absent(layout.put("")));
        layout.gap();
    }
    for (order, cell) in row.cells.iter().enumerate() {
        if order > 0 {
            layout.gap();
        }
        let column = cells.len();
        let own = own_cell(layout, cell, above, &cells, &|| address(u32::try_from(column).unwrap_or(u32::MAX)));
        for _ in 1..cell.columns.max(1) {
            layout.gap();
        }
        let covered: Vec<RawCell> = (1..cell.columns).map(|_| layout.covered(&own)).collect();
        cells.push(own);
        cells.extend(covered);
        if cells.len() >= MOST_COLUMNS {
            break;
        }
    }
    let span = layout.since(start);
    layout.end_line();
    RawRow { cells, span, ..RawRow::default() }
}

/// The cell at the next column: its own, or the one that it is merged with.
fn own_cell(
    layout: &mut Layout,
    cell: &Cell,
    above: Option<&RawRow>,
    before: &[RawCell],
    address: &dyn Fn() -> String,
) -> RawCell {
    let covering = match cell.merge {
        Merge::Own => None,
        Merge::Above => above.and_then(|row| row.cells.get(before.len())),
        Merge::Before => before.last(),
    };
    match covering {
        Some(covering) => layout.covered(covering),
        None => RawCell::new(cell.text.clone(), layout.put(&cell.text)).addressed(address()),
    }
}
