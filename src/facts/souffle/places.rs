//! [`LinePlaces`]: where cells stand, found again from where their lines begin.

use std::ops::Range;

use super::cells::cells;
use super::{Dialect, rows_of};
use crate::facts::store::Places;
use crate::source::{FileId, SourceMap, Span};

/// The places of a fact file, of which only the beginnings of its lines are kept.
#[derive(Debug)]
pub(super) struct LinePlaces {
    /// The file.
    pub file: FileId,
    /// How it is written.
    pub dialect: Dialect,
    /// Where each row begins in it.
    pub starts: Vec<u32>,
}

impl LinePlaces {
    fn range(&self, sources: &SourceMap, row: u32) -> Range<usize> {
        let text = sources.file(self.file).text();
        let start = self.starts.get(row as usize).map_or(text.len(), |start| *start as usize);
        rows_of(text, start..text.len(), &self.dialect).next().unwrap_or(start..start)
    }
}

impl Places for LinePlaces {
    fn row(&self, sources: &SourceMap, row: u32) -> Span {
        sources.file(self.file).span_of(self.range(sources, row))
    }

    fn cell(&self, sources: &SourceMap, row: u32, column: usize) -> Span {
        let (file, range) = (sources.file(self.file), self.range(sources, row));
        let cells = cells(file.text(), range.clone(), &self.dialect).unwrap_or_default();
        file.span_of(cells.get(column).map_or(range, |(_, place)| place.clone()))
    }

    fn part(&self, sources: &SourceMap, row: u32, column: usize, part: Range<u32>) -> Span {
        self.cell(sources, row, column).part(part.start, part.end.saturating_sub(part.start))
    }
}
