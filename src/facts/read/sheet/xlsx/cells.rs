//! The cells of one worksheet, streamed.

use std::borrow::Cow;
use std::io::BufRead;

use super::super::super::office::xml::{self, Element, Xml};
use super::super::super::run::Run;
use super::super::room::Room;
use super::super::style::NumberFormat;
use super::super::{MOST_HIDDEN, MOST_MERGES, Merge, Sheet, shown};
use super::parts::unescaped;
use crate::facts::address::{MOST_COLUMNS, MOST_ROWS, position};

/// What the cells of all sheets refer to.
pub(super) struct Context {
    pub(super) shared: Vec<Box<str>>,
    pub(super) formats: Vec<NumberFormat>,
    pub(super) since_1904: bool,
}

/// Reads a worksheet; what cannot be read is cut off and said in [`Sheet::cut`].
pub(super) fn read(input: impl BufRead, context: &Context, room: &mut Room) -> Sheet {
    let mut walk = Walk { context, sheet: Sheet::default(), row: 0, column: 0, cell: None, spare: String::new(), room };
    let mut xml = Xml::new(input);
    let cut = xml.tell(&mut walk);
    walk.sheet.cut = walk.sheet.cut.take().or(cut);
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
    /// An empty text whose memory the next cell may use.
    spare: String,
    room: &'a mut Room,
}

/// A cell that is being read.
#[derive(Default)]
struct OpenCell {
    column: u32,
    kind: Kind,
    style: u32,
    value: String,
    formula: Option<String>,
    /// How a part of its text is set.
    run: Run,
    /// What the text being read belongs to.
    part: Part,
    /// The cell stands where none can.
    stray: bool,
}

/// What the value of a cell is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Number,
    /// Which of the shared texts it shows.
    Shared,
    /// The text that a formula came to.
    Formula,
    Text,
    Boolean,
    Error,
    Day,
    Other,
}

impl Kind {
    fn of(written: &str) -> Self {
        match written {
            "" | "n" => Self::Number,
            "s" => Self::Shared,
            "str" => Self::Formula,
            "inlineStr" => Self::Text,
            "b" => Self::Boolean,
            "e" => Self::Error,
            "d" => Self::Day,
            _ => Self::Other,
        }
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Part {
    #[default]
    None,
    Value,
    Formula,
    Guide,
}

impl xml::Walk for Walk<'_> {
    fn open(&mut self, element: &Element<'_>) {
        match element.name() {
            "row" => {
                let number = element.number("r").map_or(self.row, |number| number.wrapping_sub(1));
                self.row = number;
                self.column = 0;
                if number < MOST_ROWS {
                    let hidden = element.flag("hidden") || element.flag("zeroHeight");
                    self.sheet.begin_row(number, hidden);
                }
            }
            "c" => {
                let place = element.value("r").map(|reference| position(&reference));
                let (column, stray) = match place {
                    Some(Some((_, column))) => (column, false),
                    Some(None) => (self.column, true),
                    None => (self.column, false),
                };
                let kind = Kind::of(&element.value("t").unwrap_or_default());
                let style = element.number("s").unwrap_or(0);
                let value = std::mem::take(&mut self.spare);
                self.cell = Some(OpenCell { column, kind, style, stray, value, ..OpenCell::default() });
            }
            "mergeCell" => self.merge(element),
            "col" if element.flag("hidden") => {
                let (first, last) = (element.number("min").unwrap_or(1), element.number("max").unwrap_or(1));
                if (1..=MOST_COLUMNS).contains(&first) && first <= last && self.sheet.hidden_columns.len() < MOST_HIDDEN
                {
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
                        "r" => {
                            cell.run = Run::default();
                            cell.part
                        }
                        name => {
                            cell.run.property(name, element.value("val").as_deref());
                            cell.part
                        }
                    };
                }
            }
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "row" => self.row = self.row.saturating_add(1),
            "c" => {
                if let Some(mut cell) = self.cell.take() {
                    self.finish(&cell);
                    cell.value.clear();
                    self.spare = cell.value;
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
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = &mut self.cell {
            match cell.part {
                Part::Value => cell.value.push_str(&cell.run.read(text)),
                Part::Formula => cell.formula.get_or_insert_default().push_str(text),
                Part::None | Part::Guide => {}
            }
        }
    }
}

impl<'a> Walk<'a> {
    fn merge(&mut self, element: &Element<'_>) {
        let reference = element.attribute("ref").unwrap_or_default();
        let (first, last) = reference.split_once(':').unwrap_or((&reference, &reference));
        if let (Some((top, left)), Some((bottom, right))) = (position(first), position(last))
            && (top <= bottom && left <= right && self.sheet.merges.len() < MOST_MERGES)
        {
            self.sheet.merges.push(Merge { top, left, bottom, right });
        }
    }

    fn finish(&mut self, cell: &OpenCell) {
        self.column = cell.column.saturating_add(1);
        if cell.stray || self.row >= MOST_ROWS || cell.column >= MOST_COLUMNS {
            self.sheet.stray = self.sheet.stray.saturating_add(1);
            return;
        }
        let place = (self.row, cell.column);
        let text = match &cell.formula {
            Some(formula) if cell.value.is_empty() && cell.kind != Kind::Formula => {
                self.sheet.uncomputed.push(place);
                Cow::Owned(format!("={formula}"))
            }
            _ => self.shown(cell),
        };
        if text.is_empty() || !self.room.has(&mut self.sheet, 1, text.len()) {
            return;
        }
        let numeric = cell.kind == Kind::Number && !cell.value.is_empty();
        if let Some(formula) = cell.formula.as_ref().filter(|_| numeric) {
            self.sheet.keep_formula(place, formula);
        }
        if self.sheet.rows.is_empty() {
            self.sheet.begin_row(self.row, false);
        }
        let shown = self.sheet.cell(cell.column, &text, numeric);
        if let Some(row) = self.sheet.rows.last_mut() {
            row.cells.push(shown);
        }
    }

    /// What the cell shows.
    fn shown<'c>(&mut self, cell: &'c OpenCell) -> Cow<'c, str>
    where
        'a: 'c,
    {
        let (context, value) = (self.context, cell.value.as_str());
        match cell.kind {
            Kind::Shared => match value.trim().parse().ok().and_then(|index: usize| context.shared.get(index)) {
                Some(text) => Cow::Borrowed(text),
                None => {
                    self.sheet.stray = self.sheet.stray.saturating_add(1);
                    Cow::Borrowed("")
                }
            },
            Kind::Boolean => Cow::Borrowed(if value.trim() == "1" { "TRUE" } else { "FALSE" }),
            Kind::Formula | Kind::Text => Cow::Owned(unescaped(value)),
            Kind::Error => Cow::Borrowed(value),
            Kind::Day => Cow::Owned(value.strip_suffix("T00:00:00").unwrap_or(value).replace('T', " ")),
            Kind::Number | Kind::Other if value.trim().is_empty() => Cow::Borrowed(""),
            Kind::Number | Kind::Other => {
                let format = context.formats.get(cell.style as usize).copied().unwrap_or_default();
                Cow::Owned(shown(value, format, context.since_1904))
            }
        }
    }
}
