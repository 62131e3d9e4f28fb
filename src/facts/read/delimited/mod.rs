//! CSV, TSV and their kin: one table a file, every field with its place.

mod dialect;
mod fields;
mod loose;
mod records;

use std::ops::Range;

use super::encoding;
use super::office::{OLE_MAGIC, Trouble, ZIP_MAGIC};
use super::open;
use super::raw::{RawCell, RawRow, RawTable};
use super::{Format, Request};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::facts::manifest::Placed;
use crate::source::{self, FileId, LoadError, OnDisk, SourceFile, SourceMap, Span};
use crate::text;

pub use dialect::{Dialect, SAMPLE};
pub use fields::{Field, Fields, MOST_FIELDS, padding, unescape};
pub use records::{Records, moved};

/// Cells that are read of one file in this way.
const MOST_CELLS: usize = 20_000_000;

/// Rows that are read of a table of which only the top is to be looked at.
pub const TOP: usize = 200;
/// Cells of them.
const TOP_CELLS: usize = 1 << 20;

/// Reads the one table of the file.
pub fn read(sources: &mut SourceMap, format: Format, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    open::whole(sources, request, |sources, request, bytes| read_bytes(sources, format, request, bytes.to_vec()))
}

/// Reads the one table of the file that `bytes` are.
pub fn read_bytes(
    sources: &mut SourceMap,
    format: Format,
    request: &Request<'_>,
    bytes: Vec<u8>,
) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let Some(file) = add(sources, request, bytes, &mut report) else { return (Vec::new(), report) };
    let dialect = Dialect::find(sources.file(file).text(), format, request.options);
    let at = Placed { value: request.name.to_owned(), span: request.at };
    let tables = vec![table(sources, file, (dialect, None), (&at, &mut report))];
    (tables, report)
}

/// Adds the text of the file that is asked for, without a copy when it is UTF-8. A carriage return alone, as old
/// systems end lines with it, becomes a line break.
pub fn open(sources: &mut SourceMap, request: &Request<'_>, report: &mut Report) -> Option<FileId> {
    let bytes = open::bytes(request, report)?;
    add(sources, request, bytes, report)
}

/// As [`open()`], for a large file: it stays on disk when `parts` says where parts of it begin, which it does not unless it is
/// plain UTF-8.
pub fn open_large(
    sources: &mut SourceMap,
    request: &Request<'_>,
    report: &mut Report,
    parts: impl FnOnce(&OnDisk) -> std::io::Result<Option<Vec<u32>>>,
) -> Option<FileId> {
    let examined = OnDisk::open(request.path).and_then(|disk| {
        let is_text = request.options.encoding.is_none() && not_a_text(disk.head(LOOKED_AT).as_bytes()).is_none();
        let parts = if is_text { parts(&disk) } else { Ok(None) };
        let parts = parts.map_err(|error| LoadError::Io(request.path.to_owned(), error))?;
        Ok(parts.map(|parts| source::Text::parted(disk, parts)))
    });
    match examined {
        Ok(Some(text)) => open::add(sources, request, text, report),
        Ok(None) => open(sources, request, report),
        Err(error) => {
            report.push(open::complaint(request, &error));
            None
        }
    }
}

/// Adds the text that `bytes` are.
fn add(sources: &mut SourceMap, request: &Request<'_>, bytes: Vec<u8>, report: &mut Report) -> Option<FileId> {
    if let Some(trouble) = not_a_text(&bytes) {
        report.push(trouble.diagnostic(request.name, request.at));
        return None;
    }
    if request.options.encoding.is_some() {
        return encoding::add_text(sources, request, &bytes, None, report);
    }
    let mut text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return encoding::add_text(sources, request, error.as_bytes(), None, report),
    };
    if text.contains('\0') {
        // Perhaps UTF-16, which is UTF-8 too as long as it says nothing but ASCII.
        return encoding::add_text(sources, request, text.as_bytes(), None, report);
    }
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    let alone = |at: usize| text.as_bytes().get(at + 1) != Some(&b'\n');
    if memchr::memchr_iter(b'\r', text.as_bytes()).any(alone) {
        text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
    open::add(sources, request, text, report)
}

/// A part of a delimited text that is one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Its bytes.
    pub range: Range<usize>,
    /// From where on no quotes of the text are believed.
    pub believed: usize,
}

/// Bytes from the start that tell what a file is.
const LOOKED_AT: usize = 200;

/// What a file that is called a text is instead.
fn not_a_text(bytes: &[u8]) -> Option<Trouble> {
    const OTHERS: [(&[u8], &str); 8] = [
        (b"%PDF", "PDF"),
        (b"\x89PNG", "PNG"),
        (b"\xFF\xD8\xFF", "JPEG"),
        (b"GIF8", "GIF"),
        (b"Rar!", "RAR"),
        (b"7z\xBC\xAF", "7z"),
        (b"\x1F\x8B", "gzip"),
        (b"SQLite format 3\0", "SQLite"),
    ];
    if bytes.starts_with(ZIP_MAGIC) || bytes.starts_with(OLE_MAGIC) {
        let why = text!(
            "它是 Excel、Word 一类的文件或压缩包，不是文本",
            "it is a file of Excel or Word, or an archive, not a text"
        );
        let help = text!(
            "是 Excel 的，写 format = \"excel\"；压缩包先解开",
            "for one of Excel say format = \"excel\"; unpack archives"
        );
        return Some(Trouble::broken(why).with_help(help));
    }
    if let Some(format) = other_text(bytes) {
        let (zh, en) = if format == "html" { ("网页", "a web page") } else { ("JSON", "JSON") };
        let why = text!("它其实是 {zh}，不是一行一行的格子", "it really is {en}, not rows of fields");
        let help = text!(
            "把后缀改成 .{format}，或在清单里写 format = \"{format}\"",
            "give it the ending .{format}, or say format = \"{format}\" in the manifest"
        );
        return Some(Trouble::broken(why).with_help(help));
    }
    let (_, kind) = OTHERS.iter().find(|(start, _)| bytes.starts_with(start))?;
    Some(Trouble::broken(text!("它是 {kind} 文件，不是文本", "it is a file of {kind}, not a text")))
}

/// The format of a text that begins as no row of fields does.
fn other_text(bytes: &[u8]) -> Option<&'static str> {
    let start = &bytes[..bytes.len().min(LOOKED_AT)];
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    let begins = |word: &[u8]| start.get(..word.len()).is_some_and(|own| own.eq_ignore_ascii_case(word));
    let behind = |bracket: u8| start.strip_prefix(&[bracket]).map(<[u8]>::trim_ascii_start);
    let is_object = |rest: &[u8]| rest.starts_with(b"\"");
    let is_array = |rest: &[u8]| rest.strip_prefix(b"{").is_some_and(|rest| is_object(rest.trim_ascii_start()));
    match () {
        () if [&b"<!doctype html"[..], b"<html", b"<table", b"<head"].into_iter().any(begins) => Some("html"),
        () if behind(b'[').is_some_and(is_array) => Some("json"),
        () if behind(b'{').is_some_and(is_object) => Some("json"),
        () => None,
    }
}

/// The first rows of an extent, as many as are looked at or `least` if these are more.
#[must_use]
pub fn top(file: &SourceFile, dialect: Dialect, extent: &Extent, least: usize) -> RawTable {
    let mut records = Records::within(file, dialect, (extent.range.clone(), extent.believed));
    let mut table = RawTable::default();
    let mut cells = 0;
    while table.rows.len() < TOP.max(least) {
        let Some(row) = next_row(file, dialect, &mut records) else { break };
        cells += row.cells.len();
        if cells > TOP_CELLS && !table.rows.is_empty() {
            break;
        }
        table.rows.push(row);
    }
    table
}

/// The next of the `records`.
pub fn next_row(file: &SourceFile, dialect: Dialect, records: &mut Records<'_>) -> Option<RawRow> {
    let mut record = Vec::new();
    let range = records.next(&mut record)?;
    Some(row(file, (range, records.above()), &record, dialect))
}

/// The rows that begin at `starts`, bytes of an extent.
pub fn rows_at(
    file: &SourceFile,
    dialect: Dialect,
    extent: &Extent,
    (starts, report): (&[u32], &mut Report),
) -> Vec<RawRow> {
    let at = |start: &u32| Records::within(file, dialect, (*start as usize..extent.range.end, extent.believed));
    let mut cells = 0;
    let mut rows = Vec::new();
    for row in starts.iter().filter_map(|start| next_row(file, dialect, &mut at(start))) {
        cells += row.cells.len();
        if cells > MOST_CELLS {
            cut(file.name(), row.span, report);
            break;
        }
        rows.push(row);
    }
    rows
}

/// The table that an extent of the text of `id` is; `name` is the file's, where the manifest says it.
pub fn table(
    sources: &SourceMap,
    id: FileId,
    (dialect, extent): (Dialect, Option<&Extent>),
    (name, report): (&Placed<String>, &mut Report),
) -> RawTable {
    let file = sources.file(id);
    let mut fields = match extent {
        Some(extent) => Fields::within(file.text(), dialect, (extent.range.clone(), extent.believed)),
        None => Fields::new(file.text(), dialect),
    };
    let mut table = RawTable::default();
    let mut record = Vec::new();
    let mut cells = 0;
    let mut wide = None;
    while let Some(range) = fields.next(&mut record) {
        cells += record.len();
        wide = wide.or_else(|| (record.len() >= MOST_FIELDS).then(|| file.span_of(range.clone())));
        if cells > MOST_CELLS {
            cut(&name.value, file.span_of(range), report);
            break;
        }
        table.rows.push(row(file, (range, fields.above()), &record, dialect));
    }
    if extent.is_none() {
        unpaired(file, &fields.unpaired(), report);
    }
    if let Some(row) = wide {
        too_wide(&name.value, row, report);
    }
    table
}

/// A record as a row.
#[must_use]
pub fn row(file: &SourceFile, (range, above): (Range<usize>, u32), record: &[Field], dialect: Dialect) -> RawRow {
    let cells = record.iter().map(|field| cell(file, field, dialect)).collect();
    RawRow { cells, span: file.span_of(range), above, ..RawRow::default() }.packed()
}

/// A field as a cell.
fn cell(file: &SourceFile, field: &Field, dialect: Dialect) -> RawCell {
    let written = file.slice(field.range.clone());
    let (text, shifts) = match dialect.quote.filter(|_| field.doubled) {
        Some(quote) => fields::unescape(written, quote, dialect.escape),
        None => (written.to_owned(), Vec::new()),
    };
    RawCell::new(text, file.span_of(field.range.clone())).shifted(shifts)
}

fn cut(name: &str, at: Span, report: &mut Report) {
    let message = text!(
        "{name} 超过 {MOST_CELLS} 格，这一行起没有读",
        "{name} has more than {MOST_CELLS} cells; it is not read from this row on"
    );
    report.push(Diagnostic::error(Code::LimitReached, message).at(at));
}

/// A row of more fields than are kept.
pub fn too_wide(name: &str, row: Span, report: &mut Report) {
    let message = text!(
        "{name} 有的行超过 {MOST_FIELDS} 格，其余没有读",
        "rows of {name} have more than {MOST_FIELDS} cells; those beyond are not read"
    );
    let start = Span::new(row.start(), row.start());
    report.push(Diagnostic::error(Code::LimitReached, message).at(start));
}

/// Quotes that do not pair.
pub fn unpaired(file: &SourceFile, places: &[usize], report: &mut Report) {
    let Some(first) = places.first() else { return };
    let (count, name) = (places.len(), file.name());
    let message = text!(
        "{name} 有 {count} 行的引号不成对（没有闭合，或写在内容里没有写两遍），当作内容读",
        "the quotes of {count} rows of {name} do not pair (never closed, or within a text and not doubled); they are read as part of the text"
    );
    let help = text!(
        "核对这些行：补上、去掉或写两遍；引号都是内容的，在 audit.toml 里写 quote = false",
        "check these rows: close, remove or double them; if all quotes are part of the texts, say quote = false in audit.toml"
    );
    let mut diagnostic = Diagnostic::warning(Code::UnclosedString, message).at(file.span_of(*first..first + 1));
    for place in places.iter().skip(1).take(4) {
        diagnostic = diagnostic.secondary(file.span_of(*place..place + 1), crate::diagnostic::Text::default());
    }
    report.push(diagnostic.help(help));
}

#[cfg(test)]
mod tests;
