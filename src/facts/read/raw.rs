//! [`RawTable`]: what a reader of any format hands over — cells as text, each with its place.

use std::sync::Arc;

use super::slice::Slice;
use crate::diagnostic::Diagnostic;
use crate::facts::address::{Address, Position};
use crate::source::Span;

/// A table as a file has it, before its columns are mapped to a relation's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawTable {
    /// The name by which a manifest may ask for it: sheet name, TOML key, caption; empty when it has none.
    pub name: String,
    /// The text around it that may state its unit (`单位：万元`), nearest first.
    pub captions: Vec<String>,
    /// Its rows, header rows included.
    pub rows: Vec<RawRow>,
    /// How many leading rows are headers; none when the format does not say, and the manifest or the mapper decides.
    pub header_rows: Option<usize>,
    /// Hidden in the file (a workbook's hidden sheet).
    pub hidden: bool,
    /// Columns that are hidden in the file, ascending.
    pub hidden_columns: Vec<u32>,
    /// What is to be known of it by whoever uses it: hidden parts, results that are out of date.
    pub notes: Vec<Diagnostic>,
    /// The running text of a document, a sentence a row, rather than one of its tables. Only for who asks for it by name.
    pub narrative: bool,
}

impl RawTable {
    /// The position of the first row that stands on line `line` or below, lines counted from 1 as people do: rows, and
    /// the empty lines between them.
    #[must_use]
    pub fn row_on(&self, line: usize) -> usize {
        let lines = self.rows.iter().scan(0_usize, |line, row| {
            *line = line.saturating_add(row.above as usize + 1);
            Some(*line)
        });
        lines.take_while(|own| *own < line).count()
    }

    /// The line on which the row at position `row` stands, counted in the same way.
    #[must_use]
    pub fn line_of(&self, row: usize) -> usize {
        row + 1 + self.rows.iter().take(row + 1).map(|row| row.above as usize).sum::<usize>()
    }
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawRow {
    /// Its cells, by column.
    pub cells: Vec<RawCell>,
    /// The whole row.
    pub span: Span,
    /// Hidden in the file (a spreadsheet's hidden row).
    pub hidden: bool,
    /// How many empty lines stand above it, in a format whose empty lines are no rows.
    pub above: u32,
    /// How its cells stand in their columns.
    pub fit: Fit,
}

/// How the cells of a row stand in their columns, where it was written with more or fewer of them than others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// As written.
    #[default]
    AsIs,
    /// As what the columns hold says that they must.
    Mended,
    /// Not from this cell on.
    Torn(u32),
    /// No cell is known, but that it is data.
    Other,
}

impl Fit {
    /// Whether it shows that the row is one of data.
    #[must_use]
    pub const fn is_data(self) -> bool {
        matches!(self, Self::Mended | Self::Other)
    }

    /// The first cell that may stand in another column than its own.
    #[must_use]
    pub const fn torn(self) -> Option<usize> {
        match self {
            Self::AsIs | Self::Mended => None,
            Self::Torn(from) => Some(from as usize),
            Self::Other => Some(0),
        }
    }
}

/// A cell. A sheet may have millions of them, so what only few cells have is kept apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawCell {
    /// What is written, unescaped: `4,95`, not a number. Empty for a blank cell.
    pub text: Slice,
    /// Where it stands in the source map. For formats that are not text, in the text that the reader laid out for it.
    pub span: Span,
    /// Nothing is there, or a covered part of a merged cell: then `text` and `span` are those of the cell that covers it.
    pub absent: bool,
    /// On a sheet, where its address says that it is, counted from 0.
    row: u32,
    column: u16,
    more: Option<Arc<More>>,
}

/// What few cells have, or many have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct More {
    shifts: Box<[(u32, u32)]>,
    addressed: Addressed,
}

/// How a cell is addressed beyond file and line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Addressed {
    #[default]
    Not,
    /// By this: `$.items[3].amount`.
    As(Box<str>),
    /// By its row and column on the sheet of that name.
    On(Box<str>),
}

/// The sheet on which cells stand, for their addresses.
#[derive(Clone, Debug)]
pub struct OnSheet(Arc<More>);

impl OnSheet {
    /// The sheet `name`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(Arc::new(More { addressed: Addressed::On(name.into()), ..More::default() }))
    }
}

impl RawCell {
    /// A cell with a text at a place.
    #[must_use]
    pub fn new(text: impl Into<Slice>, span: Span) -> Self {
        Self { text: text.into(), span, ..Self::default() }
    }

    /// A cell that is not there.
    #[must_use]
    pub fn absent(span: Span) -> Self {
        Self { span, absent: true, ..Self::default() }
    }

    /// The cell where a merged `corner` shows: its text, place and address.
    #[must_use]
    pub fn covered_by(corner: &Self) -> Self {
        Self { absent: true, ..corner.clone() }
    }

    /// With where text and source part company: from byte `.0` of `text` on, the source runs on from byte `.1` of `span`.
    /// Empty when they are the same throughout; otherwise ascending, beginning with byte 0.
    #[must_use]
    pub fn shifted(mut self, shifts: Vec<(u32, u32)>) -> Self {
        if !shifts.is_empty() {
            Arc::make_mut(self.more.get_or_insert_default()).shifts = shifts.into();
        }
        self
    }

    /// With what people call it beyond file and line: `$.items[3].amount`.
    #[must_use]
    pub fn addressed(mut self, address: String) -> Self {
        Arc::make_mut(self.more.get_or_insert_default()).addressed = Addressed::As(address.into());
        self
    }

    /// At a row and a column of a sheet, whose text is its text throughout.
    #[must_use]
    pub fn on(self, sheet: &OnSheet, (row, column): Position) -> Self {
        let column = u16::try_from(column).unwrap_or(u16::MAX);
        Self { row, column, more: Some(Arc::clone(&sheet.0)), ..self }
    }

    /// Where text and source part company; see [`Self::shifted`].
    #[must_use]
    pub fn shifts(&self) -> &[(u32, u32)] {
        self.more.as_ref().map_or(&[], |more| &more.shifts)
    }

    /// How people address it beyond file and line: `Sheet1!F12`, `$.items[3].amount`.
    #[must_use]
    pub fn address(&self) -> Address<'_> {
        match self.more.as_ref().map(|more| &more.addressed) {
            None | Some(Addressed::Not) => Address::None,
            Some(Addressed::As(address)) => Address::As(address),
            Some(Addressed::On(sheet)) => Address::On(sheet, (self.row, u32::from(self.column))),
        }
    }
}

impl RawRow {
    /// Puts the texts of its cells into one, of which each then has its part.
    #[must_use]
    pub fn packed(mut self) -> Self {
        let whole: String = self.cells.iter().map(|cell| &*cell.text).collect();
        let whole = Arc::new(whole);
        let mut start = 0;
        for cell in &mut self.cells {
            let end = start + cell.text.len();
            cell.text = Slice::of(&whole, start..end);
            start = end;
        }
        self
    }
}

/// Bytes of text that the covered cells of one file may repeat.
const REPEAT_LIMIT: usize = 64 << 20;

/// Makes the cells that merged cells cover.
#[derive(Debug, Default)]
pub struct Covering {
    repeated: usize,
    made: usize,
}

impl Covering {
    /// A cell that `corner` covers: it shows the same text, as long as all that is repeated stays bearable.
    pub fn covered(&mut self, corner: &RawCell) -> RawCell {
        self.made += 1;
        self.repeated = self.repeated.saturating_add(corner.text.len());
        let shown = self.repeated <= REPEAT_LIMIT;
        let mut cell = RawCell::covered_by(corner);
        if !shown {
            cell.text = Slice::default();
            if let Some(more) = cell.more.as_mut().filter(|more| !more.shifts.is_empty()) {
                Arc::make_mut(more).shifts = Box::default();
            }
        }
        cell
    }

    /// How many cells were made.
    #[must_use]
    pub fn made(&self) -> usize {
        self.made
    }
}
