//! [`Records`]: the records of a file, wherever its text is.

use std::ops::Range;

use super::{Dialect, Field, Fields};
use crate::source::SourceFile;

/// Goes through the records of a file, by place. Of a text that stays on disk, whose parts begin where records do, it takes
/// one part after another.
#[derive(Debug)]
pub struct Records<'a> {
    file: &'a SourceFile,
    dialect: Dialect,
    /// No record begins from here on.
    end: usize,
    believed: usize,
    /// Where the part begins that is gone through, and how long it is.
    part: (usize, usize),
    fields: Fields<'a>,
    above: u32,
}

impl<'a> Records<'a> {
    /// Those that begin in `range`, of which those from `believed` on are known to have no quotes.
    #[must_use]
    pub fn within(file: &'a SourceFile, dialect: Dialect, (range, believed): (Range<usize>, usize)) -> Self {
        let (text, start) = file.around(range.start);
        let inside = range.start - start..range.end.saturating_sub(start);
        let fields = Fields::within(text, dialect, (inside, believed.saturating_sub(start)));
        Self { file, dialect, end: range.end, believed, part: (start, text.len()), fields, above: 0 }
    }

    /// How many empty lines stand above the last record, in what was gone through.
    #[must_use]
    pub const fn above(&self) -> u32 {
        self.above
    }

    /// The fields of the next record, and its place; none at the end. Empty lines are no records.
    pub fn next(&mut self, record: &mut Vec<Field>) -> Option<Range<usize>> {
        self.above = 0;
        loop {
            let found = self.fields.next(record);
            self.above += self.fields.above();
            let (start, len) = self.part;
            if let Some(range) = found {
                record.iter_mut().for_each(|field| field.range = moved(&field.range, start));
                return Some(moved(&range, start));
            }
            let end = start + len;
            if len == 0 || end >= self.end {
                return None;
            }
            let next = Self::within(self.file, self.dialect, (end..self.end, self.believed));
            (self.part, self.fields) = (next.part, next.fields);
        }
    }
}

/// A place within a part as one of the whole text.
pub fn moved(range: &Range<usize>, start: usize) -> Range<usize> {
    range.start + start..range.end + start
}
