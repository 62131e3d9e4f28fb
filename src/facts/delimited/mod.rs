//! CSV, TSV and their kin: one table a file, every field with its place.

mod dialect;
mod fields;

use super::encoding;
use super::format::{Format, Request};
use super::raw::{RawCell, RawRow, RawTable};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{FileId, SourceFile, SourceMap, Span};
use crate::text;

pub use dialect::Dialect;
pub use fields::{Field, Fields};

/// Cells that are read of one file in this way.
const MOST_CELLS: usize = 20_000_000;

/// Reads the one table of the file.
pub fn read(sources: &mut SourceMap, format: Format, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let Some(file) = encoding::open_text(sources, request, &mut report) else { return (Vec::new(), report) };
    let tables = vec![table(sources, file, format, request, &mut report)];
    (tables, report)
}

/// The table that the text of `file` is.
fn table(sources: &SourceMap, id: FileId, format: Format, request: &Request<'_>, report: &mut Report) -> RawTable {
    let file = sources.file(id);
    let dialect = Dialect::find(file.text(), format, request.options);
    let mut fields = Fields::new(file.text(), dialect);
    let mut table = RawTable::default();
    let mut record = Vec::new();
    let mut cells = 0;
    while let Some(range) = fields.next(&mut record) {
        cells += record.len();
        if cells > MOST_CELLS {
            cut(request, file.span_of(range), report);
            break;
        }
        let row = record.iter().map(|field| cell(file, field, dialect.quote)).collect();
        table.rows.push(RawRow { cells: row, span: file.span_of(range), hidden: false });
    }
    unclosed(file, fields.unclosed(), report);
    table
}

/// A field as a cell.
fn cell(file: &SourceFile, field: &Field, quote: Option<u8>) -> RawCell {
    let written = &file.text()[field.range.clone()];
    let (text, shifts) = match quote.filter(|_| field.doubled) {
        Some(quote) => fields::unescape(written, quote),
        None => (written.to_owned(), Vec::new()),
    };
    RawCell { text, span: file.span_of(field.range.clone()), shifts, ..RawCell::default() }
}

fn cut(request: &Request<'_>, at: Span, report: &mut Report) {
    let name = request.name;
    let message = text!(
        "{name} 超过 {MOST_CELLS} 格，这一行起没有读",
        "{name} has more than {MOST_CELLS} cells; it is not read from this row on"
    );
    report.push(Diagnostic::error(Code::LimitReached, message).at(at));
}

/// Quotes that are opened and never closed.
fn unclosed(file: &SourceFile, places: &[usize], report: &mut Report) {
    let Some(first) = places.first() else { return };
    let (count, name) = (places.len(), file.name());
    let message = text!(
        "{name} 有 {count} 处引号没有闭合，按没有引号读",
        "{count} quotes of {name} are never closed and are read as part of the text"
    );
    let help = text!(
        "补上引号；引号本来就是内容的，在 audit.toml 里写 quote = false",
        "close them; if quotes are part of the texts, say quote = false in audit.toml"
    );
    let mut diagnostic = Diagnostic::warning(Code::UnclosedString, message).at(file.span_of(*first..first + 1));
    for place in places.iter().skip(1).take(4) {
        diagnostic = diagnostic.secondary(file.span_of(*place..place + 1), crate::diagnostic::Text::default());
    }
    report.push(diagnostic.help(help));
}

#[cfg(test)]
mod tests;
