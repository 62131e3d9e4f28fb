//! Tables without headers whose columns speak for themselves.

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::facts::cells::{self, CellKind, Reading};
use crate::facts::headers::{Header, Headers};
use crate::facts::manifest::{Feed, SourceSpec};
use crate::facts::read::raw::{RawCell, RawRow, RawTable};
use crate::schema::{ColumnType, Relation};
use crate::text;

/// Rows from the top that are looked at.
const SEEN: usize = 50;

/// No header rows, when the table has as many columns as the relation and every cell at its top is of the type of the
/// column in whose place it stands, numbers or days among them. That is said, as it is no more than likely.
pub(super) fn by_position(
    table: &RawTable,
    (feed, spec): (&Feed, &SourceSpec),
    relation: &Relation,
    report: &mut Report,
) -> Option<Headers> {
    let told = !feed.columns.is_empty() || !spec.columns.is_empty() || spec.header.is_some() || spec.skip.is_some();
    let width = relation.columns.len();
    let rows: Vec<&RawRow> = table.rows.iter().filter(|row| row.cells.iter().any(is_written)).take(SEEN).collect();
    let typed = relation.columns.iter().any(|column| column.ty != ColumnType::Symbol);
    let fits = |row: &&RawRow| {
        row.cells.len() == width
            && row.cells.iter().zip(&relation.columns).all(|(cell, column)| {
                !matches!(cells::read(&cell.text, &CellKind::plain(column.ty)), Reading::Malformed(_))
            })
    };
    let has_values = |row: &RawRow| {
        let mut typed = row.cells.iter().zip(&relation.columns).filter(|(_, column)| column.ty != ColumnType::Symbol);
        typed.any(|(cell, column)| matches!(cells::read(&cell.text, &CellKind::plain(column.ty)), Reading::Present(..)))
    };
    if told || !typed || rows.is_empty() || !rows.iter().all(fits) || !has_values(rows[0]) {
        return None;
    }
    let (file, name) = (&spec.file.value, &relation.name);
    let message = text!(
        "{file} 没有表头；{width} 列的内容与 {name} 的各列一一相合，按位置读",
        "{file} has no headers; its {width} columns fit those of {name} one by one and are read by position"
    );
    let help = text!("核对后写明：header = false", "check them, then say so: header = false");
    report.push(
        Diagnostic::warning(Code::Doubtful, message)
            .at(spec.file.span)
            .secondary(rows[0].span, text!("第一行", "the first row"))
            .help(help),
    );
    Some(Headers { columns: vec![Header::default(); width], ..Headers::default() })
}

fn is_written(cell: &RawCell) -> bool {
    !cell.text.trim().is_empty()
}
