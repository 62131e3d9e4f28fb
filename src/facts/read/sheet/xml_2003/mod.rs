//! XML Spreadsheet 2003, which many programs export under the name `.xls`: one document, styles first, then the sheets. Numbers
//! and days are texts, exact; a cell says its column only where cells before it are left out.

use std::io::BufReader;

use rustc_hash::FxHashMap;

use super::super::Request;
use super::super::address::{MOST_COLUMNS, MOST_ROWS};
use super::super::encoding;
use super::super::office::Trouble;
use super::super::office::xml::{Element, Node, Xml};
use super::style::NumberFormat;
use super::{MOST_CELLS, Merge, Sheet, SheetCell, SheetRow, finished, shown, weight};
use crate::diagnostic::Report;
use crate::text;

/// Bytes from the top in which such a document says that it is one.
const SAID_WITHIN: usize = 4096;
/// Merged ranges and styles that are kept.
const MOST_KEPT: usize = 1 << 20;

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
    let sheets = read(content);
    if sheets.is_empty() {
        return Err(Trouble::broken(text!("里面没有工作表", "there is no worksheet in it")));
    }
    Ok(sheets)
}

/// The encoding that the first line declares: `<?xml version="1.0" encoding="GB2312"?>`.
fn declared(bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(SAID_WITHIN)]).into_owned();
    let (line, _) = start.split_once("?>")?;
    let (_, value) = line.split_once("encoding=")?;
    let quote = value.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    value[1..].split(quote).next().map(str::to_owned)
}

fn read(content: &str) -> Vec<Sheet> {
    let mut walk = Walk::default();
    // In small pieces: each time that it is asked for more, the reader looks at all there is.
    let mut xml = Xml::new(BufReader::with_capacity(1 << 16, content.as_bytes()));
    let cut = xml.each(|node| walk.step(node));
    walk.sheets.extend(walk.sheet.take());
    finished(walk.sheets, cut)
}

#[derive(Default)]
struct Walk {
    sheets: Vec<Sheet>,
    sheet: Option<Sheet>,
    styles: FxHashMap<String, NumberFormat>,
    /// The style that is being read.
    style: Option<String>,
    /// The row that is being read, and the next one; the style of its cells.
    row: u32,
    next_row: u32,
    row_style: Option<String>,
    /// The next cell's column, and the next column that is told of.
    column: u32,
    told: u32,
    cell: Option<OpenCell>,
    /// Within `Data` of a cell, or within `Visible` of a sheet.
    part: Part,
    /// Depth within a comment, whose data is none of the cell.
    comment: u32,
    visible: String,
    cells: usize,
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

impl Walk {
    /// Takes a node; whether there is more to come.
    fn step(&mut self, node: Node) -> Result<bool, Trouble> {
        match node {
            Node::Open(element) => self.open(&element),
            Node::Close(name) => self.close(&name)?,
            Node::Text(text) => match (self.part, self.cell.as_mut()) {
                (Part::Data, Some(cell)) => cell.text.push_str(&text),
                (Part::Visible, _) => self.visible.push_str(&text),
                _ => {}
            },
            Node::End => return Ok(false),
        }
        Ok(true)
    }

    fn open(&mut self, element: &Element) {
        match element.name() {
            "Style" => self.begin_style(element),
            "NumberFormat" => {
                let format = element.attribute("Format").map(|format| named(&format));
                if let (Some(style), Some(format)) = (&self.style, format) {
                    self.styles.insert(style.clone(), format);
                }
            }
            "Worksheet" if self.sheet.is_none() => {
                let name = element.attribute("Name").unwrap_or_default();
                self.sheet = Some(Sheet { name, ..Sheet::default() });
                (self.next_row, self.told) = (0, 0);
            }
            "Column" if self.cell.is_none() => self.column_of(element),
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
            _ => {}
        }
    }

    fn begin_style(&mut self, element: &Element) {
        self.style = element.attribute("ID").filter(|_| self.styles.len() < MOST_KEPT);
        let parent = element.attribute("Parent").unwrap_or_else(|| "Default".to_owned());
        if let (Some(style), Some(format)) = (&self.style, self.styles.get(&parent)) {
            self.styles.insert(style.clone(), *format);
        }
    }

    fn column_of(&mut self, element: &Element) {
        let first = place(element, self.told);
        let last = first.saturating_add(element.number("Span").unwrap_or(0)).min(MOST_COLUMNS - 1);
        self.told = last.saturating_add(1);
        let sheet = self.sheet.as_mut().filter(|sheet| sheet.hidden_columns.len() < 1000);
        if let Some(sheet) = sheet.filter(|_| element.flag("Hidden") && first <= last) {
            sheet.hidden_columns.push((first, last));
        }
    }

    fn begin_row(&mut self, element: &Element) {
        self.row = place(element, self.next_row);
        self.next_row = self.row.saturating_add(element.number("Span").unwrap_or(0)).saturating_add(1);
        self.row_style = element.attribute("StyleID");
        self.column = 0;
        let (number, hidden) = (self.row, element.flag("Hidden"));
        if let Some(sheet) = self.sheet.as_mut().filter(|_| number < MOST_ROWS) {
            sheet.rows.push(SheetRow { number, hidden, cells: Vec::new() });
        }
    }

    fn begin_cell(&mut self, element: &Element) {
        let column = place(element, self.column);
        let (right, down) = (element.number("MergeAcross").unwrap_or(0), element.number("MergeDown").unwrap_or(0));
        self.column = column.saturating_add(right).saturating_add(1);
        let style = element.attribute("StyleID").or_else(|| self.row_style.clone());
        let has_formula = element.attribute("Formula").is_some();
        self.cell = Some(OpenCell { column, style, has_formula, right, down, ..OpenCell::default() });
    }

    fn close(&mut self, name: &str) -> Result<(), Trouble> {
        match name {
            "Style" => self.style = None,
            "Comment" => self.comment = self.comment.saturating_sub(1),
            "Data" => self.part = Part::Other,
            "Visible" => {
                self.part = Part::Other;
                let hidden = matches!(std::mem::take(&mut self.visible).trim(), "SheetHidden" | "SheetVeryHidden");
                if let Some(sheet) = &mut self.sheet {
                    sheet.hidden |= hidden;
                }
            }
            "Cell" => {
                if let Some(cell) = self.cell.take() {
                    self.finish(&cell)?;
                }
            }
            "Worksheet" => self.sheets.extend(self.sheet.take()),
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self, cell: &OpenCell) -> Result<(), Trouble> {
        let (row, column) = (self.row, cell.column);
        let Some(sheet) = &mut self.sheet else { return Ok(()) };
        if row >= MOST_ROWS || column >= MOST_COLUMNS {
            sheet.stray += 1;
            return Ok(());
        }
        if (cell.right > 0 || cell.down > 0) && sheet.merges.len() < MOST_KEPT {
            let bottom = row.saturating_add(cell.down).min(MOST_ROWS - 1);
            let right = column.saturating_add(cell.right).min(MOST_COLUMNS - 1);
            sheet.merges.push(Merge { top: row, left: column, bottom, right });
        }
        if cell.has_formula && !cell.has_data {
            sheet.uncomputed.push((row, column));
        }
        let format = cell.style.as_ref().and_then(|style| self.styles.get(style)).copied().unwrap_or_default();
        let text = cell.shown(format);
        if text.is_empty() {
            return Ok(());
        }
        self.cells = self.cells.saturating_add(weight(&text));
        if self.cells > MOST_CELLS {
            let why = text!(
                "超过 {MOST_CELLS} 个单元格，其余没有读入",
                "it has more than {MOST_CELLS} cells; the rest was not read"
            );
            return Err(Trouble::limit(why));
        }
        let numeric = cell.kind == "Number";
        if let Some(row) = sheet.rows.last_mut().filter(|given| given.number == row) {
            row.cells.push(SheetCell { column, text, numeric });
        }
        Ok(())
    }
}

/// Where an element stands: where it says, counted from 1, else behind the one before.
fn place(element: &Element, next: u32) -> u32 {
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
