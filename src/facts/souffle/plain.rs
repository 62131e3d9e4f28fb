//! [`Plain`]: the lines of a fact file that ask for no care, cut and read in one go.

use std::ops::Range;

use memchr::memchr2;

use super::{Dialect, swar};
use crate::facts::bulk::plain_number;
use crate::schema::ColumnType;

/// How plain lines are read.
pub(super) struct Plain {
    delimiter: u8,
    columns: Vec<Take>,
}

/// What a column's cells are read as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Take {
    Number,
    Amount,
    Text,
    /// A text that makes no difference.
    Nothing,
}

/// A cell of a plain line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// A whole number.
    Number(i64),
    /// `.0` × 10^-`.1`
    Amount(i64, u32),
    /// The bytes where a text stands.
    Text(Range<usize>),
    /// A text that makes no difference.
    Nothing,
}

impl Plain {
    /// How lines of that dialect with columns of those types are read when they are plain; none when no line is. Texts of
    /// columns that are not `asked` for are not kept.
    pub(super) fn new(dialect: &Dialect, types: impl Iterator<Item = ColumnType>, asked: &[bool]) -> Option<Self> {
        let [delimiter] = *dialect.delimiter.as_bytes() else { return None };
        let take = |(at, ty)| match ty {
            ColumnType::Number => Some(Take::Number),
            ColumnType::Decimal | ColumnType::Money => Some(Take::Amount),
            ColumnType::Symbol if asked.get(at) == Some(&false) => Some(Take::Nothing),
            ColumnType::Symbol => Some(Take::Text),
            ColumnType::Unsigned | ColumnType::Float | ColumnType::Date => None,
        };
        let columns: Vec<Take> = types.enumerate().map(take).collect::<Option<_>>()?;
        let in_order = dialect.columns.iter().copied().eq((0..columns.len()).map(Some));
        // What a digit, a sign or a line's end is also a delimiter would be cut elsewhere.
        let is_apart = !delimiter.is_ascii_digit() && !b"-.\r\n".contains(&delimiter);
        (!dialect.rfc4180 && in_order && is_apart && !columns.is_empty()).then_some(Self { delimiter, columns })
    }

    /// Whether `[` in a line may begin a record, within whose brackets no cell ends.
    pub(super) fn minds_records(&self) -> bool {
        self.delimiter == b','
    }

    /// A line of so many cells to read others into.
    pub(super) fn cells(&self) -> Vec<Cell> {
        vec![Cell::Nothing; self.columns.len()]
    }

    /// Reads the line that begins at `at` into [`Self::cells`]; where the next one begins. None when it asks for care.
    #[inline]
    pub(super) fn line(&self, bytes: &[u8], at: usize, cells: &mut [Cell]) -> Option<usize> {
        let (cell_of_last, cells) = cells.split_last_mut()?;
        let (last, others) = self.columns.split_last()?;
        let mut at = at;
        for (take, place) in others.iter().zip(cells) {
            let end = self.cell(*take, bytes, at, place)?;
            if bytes.get(end) != Some(&self.delimiter) {
                return None;
            }
            at = end + 1;
        }
        let end = self.cell(*last, bytes, at, cell_of_last)?;
        match bytes.get(end) {
            Some(b'\n') | None => {
                if let Cell::Text(place) = cell_of_last {
                    place.end = without_returns(bytes, at..end);
                }
                Some(end + 1)
            }
            Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => Some(end + 2),
            _ => None,
        }
    }

    /// Reads the cell that begins at `at`; where it ends.
    #[inline]
    fn cell(&self, take: Take, bytes: &[u8], at: usize, cell: &mut Cell) -> Option<usize> {
        match take {
            Take::Number => {
                let (digits, scale, len) = plain_number(bytes.get(at..)?)?;
                *cell = Cell::Number(digits);
                (scale == 0).then_some(at + len)
            }
            Take::Amount => {
                let (digits, scale, len) = plain_number(bytes.get(at..)?)?;
                *cell = Cell::Amount(digits, scale);
                Some(at + len)
            }
            Take::Text => {
                let end = self.end(bytes, at);
                *cell = Cell::Text(at..end);
                Some(end)
            }
            Take::Nothing => {
                *cell = Cell::Nothing;
                Some(self.end(bytes, at))
            }
        }
    }

    /// Where the next delimiter or line end stands. Most cells are short: the first bytes are looked at eight at a time.
    #[inline]
    fn end(&self, bytes: &[u8], at: usize) -> usize {
        let mut at = at;
        for _ in 0..2 {
            let Some(eight) = bytes.get(at..at + 8).and_then(|eight| <[u8; 8]>::try_from(eight).ok()) else { break };
            let word = u64::from_le_bytes(eight);
            let found = swar::equal(word, self.delimiter) | swar::equal(word, b'\n');
            if found != 0 {
                return at + (found.trailing_zeros() / 8) as usize;
            }
            at += 8;
        }
        memchr2(self.delimiter, b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found)
    }
}

/// The end of `range` without carriage returns.
fn without_returns(bytes: &[u8], range: Range<usize>) -> usize {
    let mut end = range.end;
    while end > range.start && bytes[end - 1] == b'\r' {
        end -= 1;
    }
    end
}
