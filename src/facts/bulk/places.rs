//! [`LinePlaces`]: where cells stand, found again from where their rows begin.

use std::sync::Arc;

use super::Care;
use super::split::row_at;
use crate::facts::align::{Columns, Order};
use crate::facts::read::delimited::{Dialect, Field, Fields, moved, unescape};
use crate::facts::store::Places;
use crate::facts::store::places::{shifted, without_blanks};
use crate::source::{FileId, SourceMap, Span};

/// The places of a source of which only the row starts are kept.
#[derive(Debug)]
pub struct LinePlaces {
    /// The file.
    pub file: FileId,
    /// How it is written.
    pub dialect: Dialect,
    /// How its rows were told apart.
    pub care: Care,
    /// Where each row begins in it.
    pub starts: Vec<u32>,
    /// For each declared column, the column of the file.
    pub columns: Vec<Option<usize>>,
    /// For each declared column, where in the manifest the text stands that is said of every row.
    pub constants: Vec<Option<Span>>,
    /// What the columns look like, by which rows of more or fewer cells than there are headers are put in order.
    pub aligned: Option<Arc<Columns>>,
}

impl LinePlaces {
    fn fields(&self, sources: &SourceMap, row: u32) -> (std::ops::Range<usize>, Vec<Field>) {
        let Some(start) = self.starts.get(row as usize) else { return (0..0, Vec::new()) };
        let (file, start) = (sources.file(self.file), *start as usize);
        // Rows of a text on disk stand within one part of it.
        let (text, base) = file.around(start);
        let (range, record) = match self.care {
            Care::Fast => row_at(text.as_bytes(), start - base, self.dialect),
            Care::Careful { believed } => {
                let mut record = Vec::new();
                let within = (start - base..text.len(), believed.saturating_sub(base));
                let range = Fields::within(text, self.dialect, within).next(&mut record);
                (range.unwrap_or(start - base..start - base), record)
            }
        };
        let order = self.aligned.as_ref().map(|aligned| aligned.record(text, range.clone(), &record));
        let mut record = if let Some(Order::Fields(fields)) = order { fields } else { record };
        record.iter_mut().for_each(|field| field.range = moved(&field.range, base));
        (moved(&range, base), record)
    }

    /// The field of a cell; what stands for it when the row has none.
    fn field(&self, sources: &SourceMap, row: u32, column: usize) -> Result<Field, Span> {
        if let Some(Some(span)) = self.constants.get(column) {
            return Err(*span);
        }
        let (range, fields) = self.fields(sources, row);
        let file = sources.file(self.file);
        let Some(Some(index)) = self.columns.get(column) else { return Err(file.span_of(range.start..range.start)) };
        fields.get(*index).cloned().ok_or_else(|| file.span_of(range.end..range.end))
    }

    /// Where the content of a field stands, without the blanks around it, and where its text and the source part company.
    fn content(&self, sources: &SourceMap, field: &Field) -> (Span, Vec<(u32, u32)>) {
        let file = sources.file(self.file);
        let written = file.slice(field.range.clone());
        let span = file.span_of(field.range.clone());
        match self.dialect.quote.filter(|_| field.doubled) {
            Some(quote) => {
                let (text, shifts) = unescape(written, quote, self.dialect.escape);
                without_blanks(span, &text, &shifts)
            }
            None => without_blanks(span, written, &[]),
        }
    }
}

impl Places for LinePlaces {
    fn row(&self, sources: &SourceMap, row: u32) -> Span {
        sources.file(self.file).span_of(self.fields(sources, row).0)
    }

    fn cell(&self, sources: &SourceMap, row: u32, column: usize) -> Span {
        self.field(sources, row, column).map_or_else(|span| span, |field| self.content(sources, &field).0)
    }

    fn part(&self, sources: &SourceMap, row: u32, column: usize, part: std::ops::Range<u32>) -> Span {
        let (cell, shifts) = match self.field(sources, row, column) {
            Ok(field) => self.content(sources, &field),
            Err(span) => (span, Vec::new()),
        };
        shifted(cell, &shifts, &part)
    }
}
