//! XML Spreadsheet 2003, which many programs export under the name `.xls`: one document, styles first, then the sheets. Numbers
//! and days are texts, exact; a cell says its column only where cells before it are left out.

use std::io::BufReader;

use rustc_hash::FxHashMap;

use super::super::Request;
use super::super::encoding;
use super::super::office::Trouble;
use super::super::office::xml::{self, Element, Xml};
use super::super::run::{Line, Run};
use super::book::Book;
use super::style::NumberFormat;
use super::{Sheet, shown};
use crate::diagnostic::Report;
use crate::facts::address::{MOST_COLUMNS, MOST_ROWS};

/// Bytes from the top in which such a document says that it is one.
const SAID_WITHIN: usize = 4096;
/// Styles that are kept.
const MOST_STYLES: usize = 1 << 20;

/// Whether `bytes` are XML that says it is a workbook.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    let start = encoding::decode(&bytes[..bytes.len().min(SAID_WITHIN)], None, None).text;
    let start = start.trim_start();
    let says = |word: &str| start.contains(word);
    start.starts_with('<')
        && (says("urn:schemas-microsoft-com:office:spreadsheet") || says("progid=\"Excel.Sheet\""))
        && !says("<html")
}

/// Every sheet of the document.
pub(super) fn sheets(request: &Request<'_>, bytes: &[u8], report: &mut Report) -> Result<Vec<Sheet>, Trouble> {
    // A document that declares nothing is UTF-8.
    let declared = declared(bytes).unwrap_or_else(|| "utf-8".to_owned());
    let decoded = encoding::said(request, bytes, Some(&declared), report);
    report.extend(encoding::wrong(request, &decoded, request.at));
    let text = decoded.text;
    // The text is in no encoding any more, whatever its first line says.
    let content = match text.trim_start().strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or(rest, |(_, content)| content),
        None => &text,
    };
    let mut walk = Walk::default();
    // In small pieces: each time that it is asked for more, the reader looks at all there is.
    let cut = Xml::new(BufReader::with_capacity(1 << 16, content.as_bytes())).tell(&mut walk);
    walk.book.finish(cut)
}

/// The encoding that the first line declares: `<?xml version="1.0" encoding="GB2312"?>`.
fn declared(bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(SAID_WITHIN)]).into_owned();
    let (line, _) = start.split_once("?>")?;
    let (_, value) = line.split_once("encoding=")?;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split(quote).next().map(str::to_owned)
}

#[derive(Default)]
struct Walk {
    book: Book,
    styles: FxHashMap<String, NumberFormat>,
    /// The style that is being read.
    style: Option<String>,
    /// The row that is being read, and the next one; the style of its cells.
    row: u32,
    next_row: u32,
    row_style: Option<String>,
    /// The next cell's column.
    column: u32,
    cell: Option<OpenCell>,
    /// Within `Data` of a cell, or within `Visible` of a sheet.
    part: Part,
    /// How the text of the cell is set.
    run: Run,
    /// Depth within a comment, whose data is none of the cell.
    comment: u32,
    visible: String,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Other,
    Data,
    Visible,
}

#[derive(Default)]
struct OpenCell {
    column: u32,
    style: Option<String>,
    kind: String,
    has_formula: bool,
    has_data: bool,
    right: u32,
    down: u32,
    text: String,
}

impl xml::Walk for Walk {
    fn open(&mut self, element: &Element<'_>) {
        match element.name() {
            "Style" => self.begin_style(element),
            "NumberFormat" => {
                let format = element.attribute("Format").map(|format| named(&format));
                if let (Some(style), Some(format)) = (&self.style, format) {
                    self.styles.insert(style.clone(), format);
                }
            }
            "Worksheet" if self.book.sheet.is_none() => {
                self.book.begin(element.attribute("Name").unwrap_or_default(), false);
                self.next_row = 0;
            }
            "Column" if self.cell.is_none() => {
                let count = element.number("Span").unwrap_or(0).saturating_add(1);
                self.book.columns(place(element, self.book.told()), count, element.flag("Hidden"));
            }
            "Row" => self.begin_row(element),
            "Cell" if self.cell.is_none() => self.begin_cell(element),
            "Comment" => self.comment += 1,
            "Data" if self.comment == 0 => {
                if let Some(cell) = &mut self.cell {
                    cell.kind = element.attribute("Type").unwrap_or_default();
                    cell.has_data = true;
                    self.part = Part::Data;
                }
            }
            "Visible" => self.part = Part::Visible,
            "Sup" => self.run.line = Line::Above,
            "Sub" => self.run.line = Line::Below,
            "S" => self.run.gone = true,
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "Style" => self.style = None,
            "Comment" => self.comment = self.comment.saturating_sub(1),
            "Data" => (self.part, self.run) = (Part::Other, Run::default()),
            "Sup" | "Sub" => self.run.line = Line::On,
            "S" => self.run.gone = false,
            "Visible" => {
                self.part = Part::Other;
                let hidden = matches!(std::mem::take(&mut self.visible).trim(), "SheetHidden" | "SheetVeryHidden");
                if let Some(sheet) = &mut self.book.sheet {
                    sheet.hidden |= hidden;
                }
            }
            "Cell" => {
                if let Some(cell) = self.cell.take() {
                    self.finish(&cell);
                }
            }
            "Worksheet" => self.book.end(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        match (self.part, self.cell.as_mut()) {
            (Part::Data, Some(cell)) => cell.text.push_str(&self.run.read(text)),
            (Part::Visible, _) => self.visible.push_str(text),
            _ => {}
        }
    }
}

impl Walk {
    fn begin_style(&mut self, element: &Element<'_>) {
        self.style = element.attribute("ID").filter(|_| self.styles.len() < MOST_STYLES);
        let parent = element.attribute("Parent").unwrap_or_else(|| "Default".to_owned());
        if let (Some(style), Some(format)) = (&self.style, self.styles.get(&parent)) {
            self.styles.insert(style.clone(), *format);
        }
    }

    fn begin_row(&mut self, element: &Element<'_>) {
        self.row = place(element, self.next_row);
        self.next_row = self.row.saturating_add(element.number("Span").unwrap_or(0)).saturating_add(1);
        self.row_style = element.attribute("StyleID");
        self.column = 0;
        self.book.begin_row(self.row, element.flag("Hidden"));
    }

    fn begin_cell(&mut self, element: &Element<'_>) {
        let column = place(element, self.column);
        let (right, down) = (element.number("MergeAcross").unwrap_or(0), element.number("MergeDown").unwrap_or(0));
        self.column = column.saturating_add(right).saturating_add(1);
        let style = element.attribute("StyleID").or_else(|| self.row_style.clone());
        let has_formula = element.attribute("Formula").is_some();
        self.cell = Some(OpenCell { column, style, has_formula, right, down, ..OpenCell::default() });
    }

    fn finish(&mut self, cell: &OpenCell) {
        let (row, column) = (self.row, cell.column);
        let Some(sheet) = &mut self.book.sheet else { return };
        if row >= MOST_ROWS || column >= MOST_COLUMNS {
            sheet.stray += 1;
            return;
        }
        if cell.has_formula && !cell.has_data {
            sheet.uncomputed.push((row, column));
        }
        self.book.merge((row, column), (cell.right.saturating_add(1), cell.down.saturating_add(1)));
        let format = cell.style.as_ref().and_then(|style| self.styles.get(style)).copied().unwrap_or_default();
        self.book.add(row, column..column + 1, (&cell.shown(format), cell.kind == "Number"));
    }
}

/// Where an element stands: where it says, counted from 1, else behind the one before.
fn place(element: &Element<'_>, next: u32) -> u32 {
    element.number("Index").map_or(next, |index| index.saturating_sub(1))
}

/// The format of a name that such documents use, or of a code.
fn named(format: &str) -> NumberFormat {
    match format {
        "Fixed" | "Standard" | "Currency" | "Euro Currency" => NumberFormat::of_code("0.00"),
        "Percent" => NumberFormat::of_code("0.00%"),
        "General Date" => NumberFormat::of_code("yyyy-mm-dd hh:mm"),
        "Long Date" | "Medium Date" | "Short Date" => NumberFormat::of_code("yyyy-mm-dd"),
        "Long Time" | "Medium Time" | "Short Time" => NumberFormat::of_code("hh:mm"),
        "General Number" | "Scientific" | "Yes/No" | "True/False" | "On/Off" => NumberFormat::default(),
        code => NumberFormat::of_code(code),
    }
}

impl OpenCell {
    /// What the cell shows.
    fn shown(&self, format: NumberFormat) -> String {
        match self.kind.as_str() {
            "Number" => shown(self.text.trim(), format, false),
            "DateTime" => day(self.text.trim()),
            "Boolean" => match self.text.trim() {
                "1" => "TRUE".to_owned(),
                "0" => "FALSE".to_owned(),
                other => other.to_owned(),
            },
            _ => self.text.clone(),
        }
    }
}

/// `2020-03-05T00:00:00.000` as sheets show it: without a time that says nothing, and of day 0 the time alone.
fn day(stored: &str) -> String {
    let Some((day, time)) = stored.split_once('T') else { return stored.to_owned() };
    let time = time.trim_end_matches('Z').split('.').next().unwrap_or_default();
    match (day, time) {
        ("1899-12-31", time) => time.to_owned(),
        (day, "00:00:00") => day.to_owned(),
        (day, time) => format!("{day} {time}"),
    }
}

#[cfg(test)]
mod tests;
