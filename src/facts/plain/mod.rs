//! Plain text that was exported from Word: tables are runs of tab-led lines, the rest is paragraphs.
//!
//! A row is a run of lines that begin with a tab, one cell a line; an empty line parts rows; a cell may run over several
//! lines, with an empty line between its paragraphs. Lines with tabs inside are rows of another kind of table.

mod header;
mod lines;
mod walk;

use std::ops::Range;

use super::encoding;
use super::format::Request;
use super::narrative::{self, Paragraph};
use super::raw::{RawCell, RawRow, RawTable};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{SourceFile, SourceMap};
use crate::text;
use walk::{Block, Table};

/// Paragraphs before a table that may be its caption.
const CAPTIONS: usize = 4;

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

fn tables(file: &SourceFile, name: &str, report: &mut Report) -> Vec<RawTable> {
    let text = file.text();
    let (blocks, cut) = walk::blocks(text);
    let (mut tables, mut paragraphs, mut nearby) = (Vec::new(), Vec::new(), Vec::new());
    for block in blocks {
        match block {
            Block::Paragraph(range) => {
                nearby.push(text[range.clone()].to_owned());
                paragraphs.push(Paragraph {
                    text: text[range.clone()].to_owned(),
                    span: file.span_of(range),
                    ..Paragraph::default()
                });
            }
            Block::Table(table) => {
                let captions = nearby.drain(..).rev().take(CAPTIONS).collect();
                tables.push(raw(file, table, captions, report));
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

fn raw(file: &SourceFile, table: Table, captions: Vec<String>, report: &mut Report) -> RawTable {
    let cell = |range: &Range<usize>| RawCell {
        text: file.text()[range.clone()].to_owned(),
        span: file.span_of(range.clone()),
        ..RawCell::default()
    };
    let mut rows: Vec<RawRow> = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        let (start, end) = (row.first().map_or(0, |cell| cell.start), row.last().map_or(0, |cell| cell.end));
        rows.push(RawRow { cells: row.iter().map(cell).collect(), span: file.span_of(start..end), hidden: false });
    }
    let header_rows = header::spread(&mut rows, report);
    let name = captions.iter().find(|caption| is_title(caption)).cloned().unwrap_or_default();
    RawTable { name, captions, rows, header_rows, ..RawTable::default() }
}

/// Whether a caption is a table's title: `表1 项目支出情况`, `附表二：…`.
fn is_title(caption: &str) -> bool {
    let caption = caption.trim();
    let rest = caption.strip_prefix('附').unwrap_or(caption).strip_prefix('表').map(str::trim_start);
    let numbered = rest.is_some_and(|rest| {
        rest.starts_with(|first: char| first.is_ascii_digit() || "一二三四五六七八九十".contains(first))
    });
    numbered && caption.chars().count() <= 40
}

#[cfg(test)]
mod tests;
