//! [`RawTable`]: what a reader of any format hands over — cells as text, each with its place.

use crate::diagnostic::Diagnostic;
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
}

/// A cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawCell {
    /// What is written, unescaped: `4,95`, not a number. Empty for a blank cell.
    pub text: String,
    /// Where it stands in the source map. For formats that are not text, in the text that the reader laid out for it.
    pub span: Span,
    /// How people address it beyond file and line: `Sheet1!F12`, `$.items[3].amount`.
    pub address: Option<String>,
    /// Nothing is there, or a covered part of a merged cell: then `text` and `span` are those of the cell that covers it.
    pub absent: bool,
    /// Where text and source part company: from byte `.0` of `text` on, the source runs on from byte `.1` of `span`.
    /// Empty when they are the same throughout; otherwise ascending, beginning with byte 0.
    pub shifts: Vec<(u32, u32)>,
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
        let text = if shown { corner.text.clone() } else { String::new() };
        let shifts = if shown { corner.shifts.clone() } else { Vec::new() };
        RawCell { text, absent: true, span: corner.span, address: corner.address.clone(), shifts }
    }

    /// How many cells were made.
    #[must_use]
    pub fn made(&self) -> usize {
        self.made
    }
}
