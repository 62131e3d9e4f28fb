//! Plain text that was exported from Word: tables are runs of tab-led lines, the rest is paragraphs.
//!
//! A row is a run of lines that begin with a tab, one cell a line; an empty line parts rows; a cell may run over several
//! lines, with an empty line between its paragraphs. Lines with tabs inside are rows of another kind of table; further kinds
//! are [`drawn`] with characters, or [`aligned`] with blanks.

mod aligned;
mod drawn;
mod header;
mod lines;
mod walk;

use std::ops::Range;

use super::Request;
use super::captions::Captions;
use super::encoding;
use super::narrative::{self, Paragraph};
use super::raw::{RawCell, RawRow, RawTable};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{SourceFile, SourceMap};
use crate::text;
use walk::{Block, Table};

/// Reads the tables of the text, then its sentences.
#[must_use]
pub fn read(sources: &mut SourceMap, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let file = encoding::open_text(sources, request, &mut report);
    let tables = file.map_or_else(Vec::new, |file| tables(sources.file(file), request.name, &mut report));
    (tables, report)
}

/// Reads the text that `bytes` are.
#[must_use]
pub fn read_bytes(sources: &mut SourceMap, request: &Request<'_>, bytes: &[u8]) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let file = encoding::add_text(sources, request, bytes, None, &mut report);
    let tables = file.map_or_else(Vec::new, |file| tables(sources.file(file), request.name, &mut report));
    (tables, report)
}

/// Whether lines of dashes and bars stand near the top of a text, as in tables that are drawn.
#[must_use]
pub fn is_drawn(text: &str) -> bool {
    const LOOKED_AT: usize = 50;
    text.lines().take(LOOKED_AT).any(|line| drawn::is_rule(line.trim()))
}

/// The tables of a text that is in the map, then its sentences.
pub fn tables(file: &SourceFile, name: &str, report: &mut Report) -> Vec<RawTable> {
    let text = file.text();
    let (blocks, cut) = walk::blocks(text);
    let (mut tables, mut paragraphs, mut captions) = (Vec::new(), Vec::new(), Captions::default());
    for block in blocks {
        match block {
            Block::Paragraph(range) => {
                captions.add(&text[range.clone()]);
                paragraphs.push(Paragraph {
                    text: text[range.clone()].to_owned(),
                    span: file.span_of(range),
                    ..Paragraph::default()
                });
            }
            Block::Table(table) => {
                let (name, captions) = captions.take();
                tables.push(RawTable { name, captions, ..raw(file, &table, report) });
            }
        }
    }
    if let Some(at) = cut {
        let message =
            text!("{name} 中的表格过大，其余没有读入", "the tables of {name} are too large; the rest was not read");
        report.push(Diagnostic::error(Code::LimitReached, message).at(file.span_of(at..at)));
    }
    tables.extend(narrative::table(name, &paragraphs));
    tables
}

/// A cell that goes on in `part`, on a further line.
fn go_on(file: &SourceFile, cell: &RawCell, part: &Range<usize>) -> RawCell {
    let more = &file.text()[part.clone()];
    let place = file.span_of(part.clone());
    let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let parts = cell.text.ends_with(|c: char| c.is_ascii_alphanumeric()) && more.starts_with(|c: char| c.is_ascii());
    let text = format!("{}{}{more}", cell.text.as_str(), if parts { " " } else { "" });
    let mut shifts = if cell.shifts().is_empty() { vec![(0, 0)] } else { cell.shifts().to_vec() };
    shifts.push((narrow(text.len() - more.len()), place.start() - cell.span.start()));
    RawCell::new(text, cell.span.to(place)).shifted(shifts)
}

fn raw(file: &SourceFile, table: &Table, report: &mut Report) -> RawTable {
    let cell = |range: &Range<usize>| RawCell::new(&file.text()[range.clone()], file.span_of(range.clone()));
    let mut rows: Vec<RawRow> = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let (start, end) = (row.first().map_or(0, |cell| cell.start), row.last().map_or(0, |cell| cell.end));
        rows.push(RawRow {
            cells: row.iter().map(cell).collect(),
            span: file.span_of(start..end),
            ..RawRow::default()
        });
    }
    for (row, column, part) in &table.wrapped {
        let cell = &mut rows[*row].cells[*column];
        *cell = go_on(file, cell, part);
    }
    let header_rows = header::spread(&mut rows, report);
    RawTable { rows, header_rows, ..RawTable::default() }
}

#[cfg(test)]
mod tests;
