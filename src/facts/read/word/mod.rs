//! Documents of Word: tables in order, merged and nested ones, and the paragraphs between them.
//!
//! [`body`] reads the XML to paragraphs and tables, [`grid`] gives every cell its columns, and both are laid out as text,
//! a paragraph or a table row a line. Deleted text of tracked changes is not read, nor are headers and footers.

mod body;
mod grid;

use super::Request;
use super::captions::Captions;
use super::layout::Layout;
use super::narrative::{self, Paragraph};
use super::office::{Archive, Trouble};
use super::open;
use super::raw::RawTable;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::SourceMap;
use crate::text;
use body::{Item, Merge, Row, Table};

/// Reads every table of a document, then its sentences.
#[must_use]
pub fn read(sources: &mut SourceMap, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    open::whole(sources, request, read_bytes)
}

/// Reads the document that `bytes` are.
#[must_use]
pub fn read_bytes(sources: &mut SourceMap, request: &Request<'_>, bytes: &[u8]) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let mut tables = Vec::new();
    let (items, cut) = match items(bytes) {
        Ok(read) => read,
        Err(trouble) => {
            report.push(trouble.diagnostic(request.name, request.at));
            return (tables, report);
        }
    };
    if let Some(trouble) = cut {
        report.push(trouble.diagnostic(request.name, request.at));
    }
    match lay_out(sources, request, items) {
        Ok(read) => tables = read,
        Err(trouble) => report.push(trouble.diagnostic(request.name, request.at)),
    }
    (tables, report)
}

fn items(bytes: &[u8]) -> Result<(Vec<Item>, Option<Trouble>), Trouble> {
    let mut archive = Archive::open(bytes)?;
    let headings = match archive.part("word/styles.xml")? {
        Some(styles) => body::heading_styles(styles)?,
        None => Vec::new(),
    };
    match archive.part("word/document.xml")? {
        Some(document) => Ok(body::read(document, &headings)),
        None => Err(Trouble::broken(text!("压缩包里没有 Word 文档", "there is no Word document in the archive"))),
    }
}

fn lay_out(sources: &mut SourceMap, request: &Request<'_>, items: Vec<Item>) -> Result<Vec<RawTable>, Trouble> {
    let mut layout = Layout::new();
    let (mut tables, mut paragraphs, mut captions) = (Vec::new(), Vec::new(), Captions::default());
    for item in items {
        match item {
            Item::Paragraph { text, heading } => {
                captions.add(&text);
                let span = layout.put(&text);
                layout.end_line();
                paragraphs.push(Paragraph { text, span, heading, ..Paragraph::default() });
            }
            Item::Table(table) => {
                let (name, captions) = captions.take();
                layout.end_line();
                let notes = gone(&table, request).into_iter().collect();
                tables.push(RawTable { name, captions, notes, ..one(&mut layout, &table, tables.len() + 1) });
                layout.end_line();
            }
        }
    }
    tables.extend(narrative::table(request.name, &paragraphs));
    layout.finish(sources, request.name, &mut tables).map_err(|_| {
        Trouble::limit(text!("全部文件的文本合计超过 4 GiB", "the text of all files together exceeds 4 GiB"))
    })?;
    Ok(tables)
}

/// Says in how many cells of a table something is hidden or crossed out, which is not read.
fn gone(table: &Table, request: &Request<'_>) -> Option<Diagnostic> {
    let count = table.rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.gone).count();
    let name = request.name;
    let message = text!(
        "{name} 的表里有 {count} 格有隐藏或划掉的文字，没有读入",
        "{count} cells of a table in {name} have text that is hidden or crossed out, which was not read"
    );
    (count > 0).then(|| Diagnostic::note(Code::HiddenCells, message).at(request.at))
}

fn one(layout: &mut Layout, table: &Table, number: usize) -> RawTable {
    let mut headers = table.rows.iter().take_while(|row| row.header).count();
    // A cell of the header that goes on in the next row makes that one a header too, repeated on every page or not.
    let goes_on = |row: &Row| row.cells.iter().any(|cell| cell.merge == Merge::Above);
    while headers > 0 && table.rows.get(headers).is_some_and(goes_on) {
        headers += 1;
    }
    let rows = grid::rows(layout, table, &format!("表{number}"));
    RawTable { rows, header_rows: (headers > 0).then_some(headers), ..RawTable::default() }
}

#[cfg(test)]
mod tests;
