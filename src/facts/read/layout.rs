//! [`Layout`]: the text that a reader lays out for a format that is not text, so that its cells have places.
//!
//! Rows become lines and cells stand between ` │ `. What is laid out for a cell is as long in bytes as the cell's text,
//! so that byte 7 of the text is byte 7 of the place; line breaks and other control characters inside it become spaces.

use std::ops::Range;

use super::raw::{Covering, RawCell, RawRow, RawTable};
use crate::source::{LoadError, SourceMap, Span};

/// Between two cells of a line.
pub const GAP: &str = " │ ";

/// A text in the making. The spans that it hands out are counted from its start until [`Layout::finish`].
#[derive(Debug, Default)]
pub struct Layout {
    text: String,
    covering: Covering,
}

impl Layout {
    /// An empty text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the text of a cell or paragraph; its place.
    pub fn put(&mut self, text: &str) -> Span {
        let start = self.text.len();
        for character in text.chars() {
            if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
                self.text.extend(std::iter::repeat_n(' ', character.len_utf8()));
            } else {
                self.text.push(character);
            }
        }
        local(start..self.text.len())
    }

    /// Adds a row of cells, each with its text, if it has one, and its address.
    pub fn row(&mut self, cells: impl IntoIterator<Item = (Option<String>, Option<String>)>) -> RawRow {
        let start = self.len();
        let mut row = RawRow::default();
        for (text, address) in cells {
            if !row.cells.is_empty() {
                self.gap();
            }
            let (absent, text) = (text.is_none(), text.unwrap_or_default());
            let span = self.put(&text);
            let cell = if absent { RawCell::absent(span) } else { RawCell::new(text, span) };
            row.cells.push(match address {
                Some(address) => cell.addressed(address),
                None => cell,
            });
        }
        row.span = self.since(start);
        self.end_line();
        row.packed()
    }

    /// Adds what separates two cells.
    pub fn gap(&mut self) {
        self.text.push_str(GAP);
    }

    /// The cell that a merged cell covers: it shows the text of the one that covers it, as long as that stays bearable.
    pub fn covered(&mut self, corner: &RawCell) -> RawCell {
        self.covering.covered(corner)
    }

    /// Ends the line.
    pub fn end_line(&mut self) {
        self.text.push('\n');
    }

    /// How long the text is.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The span from `start` to here.
    #[must_use]
    pub fn since(&self, start: usize) -> Span {
        local(start..self.text.len())
    }

    /// Adds the text to `sources` under `name` and moves the places in `tables` there.
    ///
    /// # Errors
    /// When the offset space is used up.
    pub fn finish(self, sources: &mut SourceMap, name: &str, tables: &mut [RawTable]) -> Result<Span, LoadError> {
        let file = sources.add_laid_out(name, self.text)?;
        let whole = sources.file(file).span();
        for row in tables.iter_mut().flat_map(|table| &mut table.rows) {
            row.span = moved(row.span, whole.start());
            for cell in &mut row.cells {
                cell.span = moved(cell.span, whole.start());
            }
        }
        Ok(whole)
    }
}

/// A span counted from the start of the text. Texts beyond 4 GiB are refused when they are added.
fn local(range: Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(range.start), offset(range.end))
}

fn moved(span: Span, base: u32) -> Span {
    Span::new(span.start().saturating_add(base), span.end().saturating_add(base))
}
