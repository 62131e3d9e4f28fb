//! The XML of a document to paragraphs and tables.

use std::io::BufRead;

use super::super::office::Trouble;
use super::super::office::xml::{self, Element, Node, Xml};
use super::super::run::Run;
use crate::text;

/// Cells that are read of one document.
const MOST_CELLS: usize = 1_000_000;
/// Columns that a cell may stand over; Word itself knows 63.
const MOST_COLUMNS: u32 = 256;

/// Elements whose content is not part of the text: deleted or moved away, field codes, second versions.
const SKIPPED: [&str; 8] =
    ["del", "moveFrom", "delText", "instrText", "Fallback", "pPrChange", "rPrChange", "tblPrChange"];

/// A part of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// A paragraph with text.
    Paragraph { text: String, heading: bool },
    /// A table. One within a cell follows the table that it is in.
    Table(Table),
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) rows: Vec<Row>,
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Repeated on every page.
    pub(super) header: bool,
    /// Columns left out before the first cell.
    pub(super) before: u32,
    pub(super) cells: Vec<Cell>,
    /// Deleted, in tracked changes.
    deleted: bool,
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cell {
    /// Its paragraphs, with an empty line between them.
    pub(super) text: String,
    /// How many columns it stands over; 0 for one.
    pub(super) columns: u32,
    pub(super) merge: Merge,
    /// A part of its text is hidden or crossed out, and left out.
    pub(super) gone: bool,
    /// Deleted, in tracked changes.
    deleted: bool,
}

/// How a cell is merged with the one above, or before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Merge {
    /// Not, or as the first.
    #[default]
    Own,
    /// With the one above.
    Above,
    /// With the one before.
    Before,
}

/// Reads a document; what was read before it broke, and how it broke.
pub(super) fn read(input: impl BufRead, headings: &[String]) -> (Vec<Item>, Option<Trouble>) {
    let mut walk = Walk { headings, ..Walk::default() };
    let cut = Xml::new(input).tell(&mut walk);
    // What was open when the document broke is kept too.
    while !walk.tables.is_empty() {
        walk.close_cell();
        walk.close_row();
        walk.close_table();
    }
    (walk.items, cut)
}

/// The styles that are headings.
pub(super) fn heading_styles(input: impl BufRead) -> Result<Vec<String>, Trouble> {
    let mut xml = Xml::new(input);
    let (mut headings, mut current): (Vec<String>, Option<String>) = (Vec::new(), None);
    loop {
        match xml.node()? {
            Node::Open(element) => match element.name() {
                "style" => current = element.attribute("styleId"),
                "name" if is_heading_name(&element.attribute("val").unwrap_or_default()) => {
                    headings.extend(current.take())
                }
                "outlineLvl" => headings.extend(current.take()),
                _ => {}
            },
            Node::End => return Ok(headings),
            Node::Close(_) | Node::Text(_) | Node::Other => {}
        }
    }
}

fn is_heading_name(name: &str) -> bool {
    let name = name.to_lowercase();
    name.starts_with("heading") || name.starts_with("标题") || name == "title"
}

#[derive(Default)]
struct Walk<'a> {
    headings: &'a [String],
    items: Vec<Item>,
    tables: Vec<OpenTable>,
    paragraphs: Vec<(String, bool)>,
    /// Depth within an element whose content is skipped; 0 outside.
    skipped: u32,
    in_text: bool,
    /// How the text of the run is set.
    run: Run,
    in_properties: bool,
    in_row_properties: bool,
    count: usize,
}

#[derive(Default)]
struct OpenTable {
    table: Table,
    row: Option<Row>,
    cell: Option<Cell>,
    /// Tables within its cells; they follow it.
    inner: Vec<Item>,
}

impl xml::Walk for Walk<'_> {
    fn open(&mut self, element: &Element<'_>) {
        let name = element.name();
        if self.in_row_properties
            && name == "del"
            && let Some(row) = self.row()
        {
            row.deleted = true;
        }
        if self.skipped > 0 || SKIPPED.contains(&name) {
            self.skipped += 1;
            return;
        }
        match name {
            "p" => self.paragraphs.push((String::new(), false)),
            "t" => self.in_text = true,
            "r" => self.run = Run::default(),
            "pPr" => self.in_properties = true,
            "trPr" => self.in_row_properties = true,
            "pStyle" | "outlineLvl" => self.heading(element),
            "strike" | "dstrike" | "vanish" | "vertAlign" if !self.in_properties => {
                self.run.property(name, element.value("val").as_deref());
            }
            "tab" if !self.in_properties => self.push("\t"),
            "br" | "cr" => self.push("\n"),
            "noBreakHyphen" => self.push("-"),
            "tbl" => self.tables.push(OpenTable::default()),
            "tr" => {
                if let Some(table) = self.tables.last_mut() {
                    table.row = Some(Row::default());
                }
            }
            "tc" => {
                self.count += 1;
                if let Some(table) = self.tables.last_mut() {
                    table.cell = Some(Cell::default());
                }
            }
            _ => self.property(element),
        }
    }

    fn close(&mut self, name: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        match name {
            "p" => self.close_paragraph(),
            "t" => self.in_text = false,
            "r" => self.run = Run::default(),
            "pPr" => self.in_properties = false,
            "trPr" => self.in_row_properties = false,
            "tc" => self.close_cell(),
            "tr" => self.close_row(),
            "tbl" => self.close_table(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text && self.skipped == 0 {
            let run = self.run;
            let cell = self.tables.last_mut().and_then(|table| table.cell.as_mut());
            if let Some(cell) = cell.filter(|_| run.gone && !text.trim().is_empty()) {
                cell.gone = true;
            }
            self.push(&run.read(text));
        }
    }

    fn stop(&self) -> Option<Trouble> {
        let full =
            || Trouble::limit(text!("表格过大，其余没有读入", "its tables are too large; the rest was not read"));
        (self.count > MOST_CELLS).then(full)
    }
}

impl Walk<'_> {
    /// What is said of the cell or row that is open.
    fn property(&mut self, element: &Element<'_>) {
        let value = element.attribute("val");
        let number = element.number("val").unwrap_or(1).min(MOST_COLUMNS);
        let goes_on = value.as_deref() != Some("restart");
        match element.name() {
            "tblHeader" => {
                let on = !matches!(value.as_deref(), Some("0" | "false" | "off"));
                if let Some(row) = self.row() {
                    row.header = on;
                }
            }
            "gridBefore" => {
                if let Some(row) = self.row() {
                    row.before = number;
                }
            }
            name => {
                if name == "gridSpan" {
                    self.count += number as usize;
                }
                let Some(cell) = self.tables.last_mut().and_then(|table| table.cell.as_mut()) else { return };
                match name {
                    "gridSpan" => cell.columns = number,
                    "cellDel" => cell.deleted = true,
                    "vMerge" if goes_on => cell.merge = Merge::Above,
                    "hMerge" if goes_on => cell.merge = Merge::Before,
                    _ => {}
                }
            }
        }
    }

    fn row(&mut self) -> Option<&mut Row> {
        self.tables.last_mut().and_then(|table| table.row.as_mut())
    }

    fn heading(&mut self, element: &Element<'_>) {
        let value = element.attribute("val").unwrap_or_default();
        let is = match element.name() {
            "pStyle" => self.headings.contains(&value) || is_heading_name(&value),
            _ => value.parse::<u32>().is_ok_and(|level| level < 9),
        };
        if let Some((_, heading)) = self.paragraphs.last_mut() {
            *heading |= is;
        }
    }

    fn push(&mut self, text: &str) {
        if let Some((paragraph, _)) = self.paragraphs.last_mut() {
            paragraph.push_str(text);
        }
    }

    fn close_paragraph(&mut self) {
        let Some((text, heading)) = self.paragraphs.pop() else { return };
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        match self.tables.last_mut() {
            Some(table) => {
                if let Some(cell) = &mut table.cell {
                    if !cell.text.is_empty() {
                        cell.text.push_str("\n\n");
                    }
                    cell.text.push_str(text);
                }
            }
            None => self.items.push(Item::Paragraph { text: text.to_owned(), heading }),
        }
    }

    fn close_cell(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        if let (Some(cell), Some(row)) = (table.cell.take(), &mut table.row) {
            row.cells.extend(Some(cell).filter(|cell| !cell.deleted));
        }
    }

    fn close_row(&mut self) {
        let Some(table) = self.tables.last_mut() else { return };
        table.table.rows.extend(table.row.take().filter(|row| !row.deleted));
    }

    fn close_table(&mut self) {
        let Some(table) = self.tables.pop() else { return };
        let own = Some(Item::Table(table.table)).into_iter().chain(table.inner);
        match self.tables.last_mut() {
            Some(outer) => outer.inner.extend(own),
            None => self.items.extend(own),
        }
    }
}
