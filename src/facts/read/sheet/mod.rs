//! Workbooks: xlsx, xlsm, xls, ods and XML Spreadsheet 2003.
//!
//! Each format is a file that fills [`Sheet`]s; [`grid`] lays a sheet out as text and makes its table, [`notes`] says what
//! an auditor should know of it. Numbers are read as text and stay text: see [`number`].

mod book;
mod date;
mod grid;
mod notes;
mod number;
mod ods;
mod recalc;
mod room;
mod style;
mod xls;
mod xlsx;
mod xml_2003;

use std::ops::Range;
use std::sync::Arc;

use super::delimited;
use super::html;
use super::office::{Archive, OLE_MAGIC, Trouble, ZIP_MAGIC};
use super::open;
use super::raw::RawTable;
use super::{Format, Request};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::facts::address::Position;
use crate::source::SourceMap;
use crate::text;

/// Bytes from the top that are looked at to tell a text from a workbook.
const SAMPLE: usize = 4096;

/// A sheet as its file has it. Rows and columns are counted from 0.
#[derive(Debug, Default)]
struct Sheet {
    name: String,
    hidden: bool,
    /// Ascending, and the cells in each ascending.
    rows: Vec<SheetRow>,
    /// The texts of all cells, of which each has its part.
    texts: Arc<String>,
    merges: Vec<Merge>,
    hidden_columns: Vec<(u32, u32)>,
    /// Formulas for which no result is stored.
    uncomputed: Vec<Position>,
    /// Formulas with the results that are stored for them, as far as they are kept.
    formulas: Vec<(Position, String)>,
    /// Cells that stand where no cell can stand, or point at a text that is not there.
    stray: u32,
    /// The rest of the sheet was not read.
    cut: Option<Trouble>,
}

/// A row that has cells, or is hidden.
#[derive(Debug, Default)]
struct SheetRow {
    number: u32,
    hidden: bool,
    cells: Vec<SheetCell>,
}

/// A cell that shows something: the bytes from `start` on of the sheet's texts, `len` of them.
#[derive(Clone, Copy, Debug)]
struct SheetCell {
    start: u32,
    len: u32,
    column: u16,
    /// It is stored as a number: sums count it.
    numeric: bool,
}

impl SheetCell {
    fn column(self) -> u32 {
        u32::from(self.column)
    }

    /// Where its text is among the texts of the sheet.
    fn range(self) -> Range<usize> {
        self.start as usize..self.start as usize + self.len as usize
    }
}

/// A merged range, corners included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Merge {
    top: u32,
    left: u32,
    bottom: u32,
    right: u32,
}

/// Reads every sheet of a workbook, hidden ones too.
#[must_use]
pub fn read(sources: &mut SourceMap, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    open::whole(sources, request, read_bytes)
}

/// Reads every sheet of the workbook that `bytes` are.
#[must_use]
pub fn read_bytes(sources: &mut SourceMap, request: &Request<'_>, bytes: &[u8]) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let is_xml = xml_2003::looks_like(bytes);
    if html::looks_like(bytes) && !is_xml {
        let name = request.name;
        let message = text!("{name} 其实是网页，按网页读", "{name} is a web page, and was read as one");
        report.push(Diagnostic::note(Code::Doubtful, message).at(request.at));
        let (tables, complaints) = html::read_bytes(sources, request, bytes);
        report.append(complaints);
        return (tables, report);
    }
    if !is_xml && is_delimited_text(bytes) {
        let name = request.name;
        let message =
            text!("{name} 其实是一行一行的文本，按文本读", "{name} is a text, a row a line, and was read as one");
        report.push(Diagnostic::note(Code::Doubtful, message).at(request.at));
        let (tables, complaints) = delimited::read_bytes(sources, Format::Tsv, request, bytes.to_vec());
        report.append(complaints);
        return (tables, report);
    }
    let read = if is_xml { xml_2003::sheets(request, bytes, &mut report) } else { sheets(bytes) };
    let sheets = match read {
        Ok(sheets) => sheets,
        Err(trouble) => {
            report.push(trouble.diagnostic(request.name, request.at));
            return (Vec::new(), report);
        }
    };
    let mut tables = Vec::new();
    for sheet in sheets {
        match grid::lay_out(sources, request, &sheet) {
            Ok((mut table, place)) => {
                table.notes = notes::of(&sheet, &table, place, request);
                tables.push(table);
            }
            Err(trouble) => report.push(trouble.diagnostic(request.name, request.at)),
        }
    }
    (tables, report)
}

/// Whether a file that is called a workbook is a text with tabs or commas, as many programs export under that name.
fn is_delimited_text(bytes: &[u8]) -> bool {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let wide = sample.starts_with(&[0xFF, 0xFE]) || sample.starts_with(&[0xFE, 0xFF]);
    let is_text = |byte: &u8| *byte >= b' ' || matches!(byte, b'\t' | b'\n' | b'\r');
    let starts_otherwise = bytes.starts_with(ZIP_MAGIC) || bytes.starts_with(OLE_MAGIC) || sample.starts_with(b"<");
    let plain = wide || sample.iter().all(is_text);
    !starts_otherwise && plain && sample.contains(&b'\n') && (sample.contains(&b'\t') || sample.contains(&b','))
}

fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, Trouble> {
    if bytes.starts_with(OLE_MAGIC) {
        return xls::sheets(bytes);
    }
    if bytes.trim_ascii_start().starts_with(b"<") || bytes.starts_with(b"\xEF\xBB\xBF<") {
        let why = text!("它是 XML，但不是 Excel 的 XML 表格", "it is XML, but no XML spreadsheet of Excel");
        return Err(Trouble::broken(why));
    }
    let mut archive = Archive::open(bytes)?;
    if archive.has("xl/workbook.bin") {
        let why = text!("这是二进制工作簿（.xlsb）", "it is a binary workbook (.xlsb)");
        let help = text!("用 Excel 或 WPS 另存为 .xlsx", "save it as .xlsx in Excel or WPS");
        return Err(Trouble::broken(why).with_help(help));
    }
    if archive.has("xl/workbook.xml") || archive.has("[Content_Types].xml") {
        return xlsx::sheets(&mut archive);
    }
    if archive.has("content.xml") {
        return ods::sheets(&mut archive);
    }
    Err(Trouble::broken(text!("压缩包里没有工作簿", "there is no workbook in the archive")))
}

/// A double as sheets show it: to 15 significant digits.
#[cfg(any(feature = "sqlite", feature = "parquet"))]
pub(super) fn plain_number(number: f64) -> String {
    number::plain(&format!("{number:e}"), 0, 0).unwrap_or_else(|| number.to_string())
}

/// Merged ranges that are kept of one sheet.
const MOST_MERGES: usize = 1 << 20;
/// Runs of hidden columns that are kept of one sheet.
const MOST_HIDDEN: usize = 1000;
/// Formulas that are kept of one sheet, and how long each may be.
const MOST_FORMULAS: usize = 50_000;
const LONGEST_FORMULA: usize = 500;

/// What a stored number shows as.
fn shown(stored: &str, format: style::NumberFormat, since_1904: bool) -> String {
    if let Some(day) = date::shown(stored, format.kind, since_1904) {
        return day;
    }
    let up = if format.is_percent() { 2 } else { -i32::from(format.down) };
    let Some(mut text) = number::plain(stored, usize::from(format.decimals), up) else { return stored.to_owned() };
    text.push_str(if format.is_percent() { "%" } else { format.unit });
    text
}

/// The sheets of a workbook, which has some.
fn some(sheets: Vec<Sheet>) -> Result<Vec<Sheet>, Trouble> {
    if sheets.is_empty() {
        return Err(Trouble::broken(text!("里面没有工作表", "there is no worksheet in it")));
    }
    Ok(sheets)
}

impl Sheet {
    /// Begins a row below the others.
    fn begin_row(&mut self, number: u32, hidden: bool) {
        if let Some(before) = self.rows.last_mut() {
            before.cells.shrink_to_fit();
        }
        self.rows.push(SheetRow { number, hidden, cells: Vec::new() });
    }

    /// A cell that shows `text`, for a row.
    fn cell(&mut self, column: u32, text: &str, numeric: bool) -> SheetCell {
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let start = number(self.texts.len());
        Arc::make_mut(&mut self.texts).push_str(text);
        SheetCell { start, len: number(text.len()), column: u16::try_from(column).unwrap_or(u16::MAX), numeric }
    }

    /// What a cell shows.
    fn text(&self, cell: SheetCell) -> &str {
        self.texts.get(cell.range()).unwrap_or_default()
    }

    /// Keeps a formula whose result is stored.
    fn keep_formula(&mut self, place: Position, formula: &str) {
        if self.formulas.len() < MOST_FORMULAS && !formula.is_empty() && formula.len() <= LONGEST_FORMULA {
            self.formulas.push((place, formula.to_owned()));
        }
    }

    /// Brings rows and cells into order; a cell given twice keeps what it was given first.
    fn tidy(&mut self) {
        self.rows.sort_by_key(|row| row.number);
        self.rows.dedup_by(|later, earlier| {
            let same = later.number == earlier.number;
            if same {
                earlier.cells.append(&mut later.cells);
                earlier.hidden |= later.hidden;
            }
            same
        });
        for row in &mut self.rows {
            row.cells.sort_by_key(|cell| cell.column);
            row.cells.dedup_by_key(|cell| cell.column);
        }
    }
}

#[cfg(test)]
mod tests;
