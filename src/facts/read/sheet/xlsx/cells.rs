//! The cells of one worksheet, streamed.

use std::io::BufRead;

use super::super::super::address::{MOST_COLUMNS, MOST_ROWS, position};
use super::super::super::office::Trouble;
use super::super::super::office::xml::{Element, Node, Xml};
use super::super::room::Room;
use super::super::style::NumberFormat;
use super::super::{Merge, Sheet, SheetCell, SheetRow, shown};
use super::parts::unescaped;

/// What the cells of all sheets refer to.
pub(super) struct Context {
    pub(super) shared: Vec<Box<str>>,
    pub(super) formats: Vec<NumberFormat>,
    pub(super) since_1904: bool,
}

/// Reads a worksheet; what cannot be read is cut off and said in [`Sheet::cut`].
pub(super) fn read(input: impl BufRead, context: &Context, room: &mut Room) -> Sheet {
    let mut walk = Walk { context, sheet: Sheet::default(), row: 0, column: 0, cell: None, room };
    let mut xml = Xml::new(input);
    walk.sheet.cut = xml.each(|node| walk.step(node));
    walk.sheet.tidy();
    walk.sheet
}

struct Walk<'a> {
    context: &'a Context,
    sheet: Sheet,
    /// The row being read, and the column after the last cell of it.
    row: u32,
    column: u32,
    cell: Option<OpenCell>,
    room: &'a mut Room,
}

/// A cell that is being read.
#[derive(Default)]
struct OpenCell {
    column: u32,
    kind: String,
    style: u32,
    value: String,
    formula: Option<String>,
    /// What the text being read belongs to.
    part: Part,
    /// The cell stands where none can.
    stray: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Part {
    #[default]
    None,
    Value,
    Formula,
    Guide,
}

impl Walk<'_> {
    /// Takes a node; whether there is more to come.
    fn step(&mut self, node: Node) -> Result<bool, Trouble> {
        match node {
            Node::Open(element) => self.open(&element),
            Node::Close(name) => self.close(&name)?,
            Node::Text(text) => {
                if let Some(cell) = &mut self.cell {
                    match cell.part {
                        Part::Value => cell.value.push_str(&text),
                        Part::Formula => cell.formula.get_or_insert_default().push_str(&text),
                        Part::None | Part::Guide => {}
                    }
                }
            }
            Node::End => return Ok(false),
        }
        Ok(true)
    }

    fn open(&mut self, element: &Element) {
        match element.name() {
            "row" => {
                let number = element.number("r").map_or(self.row, |number| number.wrapping_sub(1));
                self.row = number;
                self.column = 0;
                if number < MOST_ROWS {
                    let hidden = element.flag("hidden") || element.flag("zeroHeight");
                    self.sheet.rows.push(SheetRow { number, hidden, cells: Vec::new() });
                }
            }
            "c" => {
                let place = element.attribute("r").map(|reference| position(&reference));
                let (column, stray) = match place {
                    Some(Some((_, column))) => (column, false),
                    Some(None) => (self.column, true),
                    None => (self.column, false),
                };
                let kind = element.attribute("t").unwrap_or_default();
                let style = element.number("s").unwrap_or(0);
                self.cell = Some(OpenCell { column, kind, style, stray, ..OpenCell::default() });
            }
            "mergeCell" => self.merge(element),
            "col" if element.flag("hidden") => {
                let (first, last) = (element.number("min").unwrap_or(1), element.number("max").unwrap_or(1));
                if (1..=MOST_COLUMNS).contains(&first) && first <= last && self.sheet.hidden_columns.len() < 1000 {
                    self.sheet.hidden_columns.push((first - 1, last.min(MOST_COLUMNS) - 1));
                }
            }
            name => {
                if let Some(cell) = &mut self.cell {
                    cell.part = match name {
                        "v" => Part::Value,
                        "t" if cell.part != Part::Guide => Part::Value,
                        "f" => {
                            cell.formula.get_or_insert_default();
                            Part::Formula
                        }
                        "rPh" => Part::Guide,
                        _ => cell.part,
                    };
                }
            }
        }
    }

    fn merge(&mut self, element: &Element) {
        let reference = element.attribute("ref").unwrap_or_default();
        let (first, last) = reference.split_once(':').unwrap_or((&reference, &reference));
        if let (Some((top, left)), Some((bottom, right))) = (position(first), position(last))
            && (top <= bottom && left <= right && self.sheet.merges.len() < MOST_ROWS as usize)
        {
            self.sheet.merges.push(Merge { top, left, bottom, right });
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Trouble> {
        match name {
            "row" => self.row = self.row.saturating_add(1),
            "c" => {
                if let Some(cell) = self.cell.take() {
                    self.finish(cell)?;
                }
            }
            "rPh" | "t" | "v" | "f" => {
                if let Some(cell) = &mut self.cell {
                    // Within a phonetic guide nothing counts until the guide ends.
                    cell.part = if cell.part == Part::Guide && name != "rPh" { Part::Guide } else { Part::None };
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self, cell: OpenCell) -> Result<(), Trouble> {
        self.column = cell.column.saturating_add(1);
        if cell.stray || self.row >= MOST_ROWS || cell.column >= MOST_COLUMNS {
            self.sheet.stray = self.sheet.stray.saturating_add(1);
            return Ok(());
        }
        let place = (self.row, cell.column);
        let text = match &cell.formula {
            Some(formula) if cell.value.is_empty() && cell.kind != "str" => {
                self.sheet.uncomputed.push(place);
                format!("={formula}")
            }
            _ => self.text(&cell),
        };
        if text.is_empty() {
            return Ok(());
        }
        let numeric = matches!(cell.kind.as_str(), "" | "n") && !cell.value.is_empty();
        if let Some(formula) = cell.formula.as_ref().filter(|_| numeric) {
            self.sheet.keep_formula(place, formula);
        }
        self.room.take(&text)?;
        if self.sheet.rows.is_empty() {
            self.sheet.rows.push(SheetRow { number: self.row, ..SheetRow::default() });
        }
        if let Some(row) = self.sheet.rows.last_mut() {
            row.cells.push(SheetCell { column: cell.column, text, numeric });
        }
        Ok(())
    }

    /// What the cell shows.
    fn text(&mut self, cell: &OpenCell) -> String {
        let value = cell.value.as_str();
        match cell.kind.as_str() {
            "s" => match value.trim().parse().ok().and_then(|index: usize| self.context.shared.get(index)) {
                Some(text) => text.to_string(),
                None => {
                    self.sheet.stray = self.sheet.stray.saturating_add(1);
                    String::new()
                }
            },
            "b" => (if value.trim() == "1" { "TRUE" } else { "FALSE" }).to_owned(),
            "str" | "inlineStr" => unescaped(value),
            "e" => value.to_owned(),
            "d" => value.strip_suffix("T00:00:00").unwrap_or(value).replace('T', " "),
            _ if value.trim().is_empty() => String::new(),
            _ => {
                let format = self.context.formats.get(cell.style as usize).copied().unwrap_or_default();
                shown(value, format, self.context.since_1904)
            }
        }
    }
}
