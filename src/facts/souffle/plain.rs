//! [`Plain`]: the lines of a fact file that ask for no care, cut and read column by column.
//!
//! A block of lines is cut first, then each column is read on its own: one loop without branches that depend on the data
//! reads numbers several times faster than going from cell to cell.

use std::ops::Range;

use super::Dialect;
use crate::facts::bulk::{marks, number_of_cell, whole_of_cell};
use crate::schema::ColumnType;

/// How plain lines are read.
pub(super) struct Plain {
    delimiter: u8,
    columns: Vec<Take>,
}

/// What a column's cells are read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Take {
    Number,
    Amount,
    Text,
    /// A text that makes no difference.
    Nothing,
}

/// About so many bytes are cut at once: what was cut is still in the nearest cache when it is read.
const BLOCK: usize = 1 << 15;

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

    /// What each column is read as.
    pub(super) fn columns(&self) -> &[Take] {
        &self.columns
    }
}

/// Some lines, cut into cells.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Where each cell begins; one more than where it ends, the next does.
    begins: Vec<u32>,
    /// The lines, in order.
    pub runs: Vec<Run>,
}

/// Lines one after another.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Run {
    /// So many lines of a cell for each column, and the number of the first cell.
    Even {
        /// The first cell.
        first: usize,
        /// How many lines.
        lines: usize,
    },
    /// A line of fewer or more cells, which begins there.
    Odd(usize),
}

impl Block {
    /// Cuts lines of `bytes` from `at` on, where one begins; where the next one begins. None when no line ends near.
    pub(super) fn cut(&mut self, plain: &Plain, bytes: &[u8], at: usize) -> Option<usize> {
        let whole = at.saturating_add(BLOCK) >= bytes.len();
        let near = if whole { &bytes[at..] } else { &bytes[at..at + BLOCK] };
        self.begins.clear();
        self.runs.clear();
        self.begins.push(offset(at));
        let lines = marks::behind_each(near, (plain.delimiter, b'\n'), offset(at), &mut self.begins);
        let is_end = |begin: u32| bytes[begin as usize - 1] == b'\n';
        let width = plain.columns.len();
        while self.begins.len() > 1 && !self.begins.last().is_some_and(|begin| is_end(*begin)) {
            self.begins.pop();
        }
        let cells = self.begins.len() - 1;
        if cells == 0 {
            return None;
        }
        // As many line ends as lines, all where lines should end: then none stands anywhere else.
        if lines * width == cells && self.begins[1..].iter().skip(width - 1).step_by(width).all(|end| is_end(*end)) {
            self.runs.push(Run::Even { first: 0, lines });
        } else {
            self.runs_of(width, is_end);
        }
        self.begins.last().map(|next| *next as usize)
    }

    /// Tells lines of `width` cells from others.
    fn runs_of(&mut self, width: usize, is_end: impl Fn(u32) -> bool) {
        let mut first = 0;
        while let Some(cells) = self.begins[first + 1..].iter().position(|begin| is_end(*begin)).map(|at| at + 1) {
            match self.runs.last_mut() {
                Some(Run::Even { lines, .. }) if cells == width => *lines += 1,
                _ if cells == width => self.runs.push(Run::Even { first, lines: 1 }),
                _ => self.runs.push(Run::Odd(self.begins[first] as usize)),
            }
            first += cells;
        }
    }

    /// Where a line of `width` cells begins: the one so many behind that with the cell `first`.
    pub(super) fn start(&self, first: usize, line: usize, width: usize) -> usize {
        self.begins[first + line * width] as usize
    }

    /// The cells of a column in lines of `width` cells, the first of which is the cell `first`, without line ends.
    pub(super) fn column<'a>(
        &'a self,
        bytes: &'a [u8],
        (first, lines): (usize, usize),
        (at, width): (usize, usize),
    ) -> impl ExactSizeIterator<Item = Range<usize>> + 'a {
        let is_last = at + 1 == width;
        let cells = first..first + lines * width;
        let starts = self.begins[cells.clone()].chunks_exact(width);
        let ends = self.begins[cells.start + 1..=cells.end].chunks_exact(width);
        starts.zip(ends).map(move |(starts, ends)| {
            let (start, mut end) = (starts[at] as usize, ends[at] as usize - 1);
            while is_last && end > start && bytes[end - 1] == b'\r' {
                end -= 1;
            }
            start..end
        })
    }
}

/// A column of numbers in lines that were cut: digits and scales, and whether each could be read.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub digits: Vec<i64>,
    pub scales: Vec<u8>,
}

impl Numbers {
    /// Reads cells. Adds the numbers of those that are none of the plain ones, or not whole where they should be, to `odd`.
    pub(super) fn read(
        bytes: &[u8],
        cells: impl ExactSizeIterator<Item = Range<usize>>,
        take: Take,
        odd: &mut Vec<usize>,
    ) -> Self {
        let mut scales = vec![NO_NUMBER; cells.len()];
        let slots = cells.zip(&mut scales);
        let (digits, most): (Vec<i64>, u8) = match take {
            Take::Number => (slots.map(|(cell, scale)| kept(whole_of_cell(bytes, cell), scale)).collect(), 0),
            _ => (slots.map(|(cell, scale)| kept(number_of_cell(bytes, cell), scale)).collect(), NO_NUMBER - 1),
        };
        if scales.iter().any(|scale| *scale > most) {
            odd.extend(scales.iter().enumerate().filter(|(_, scale)| **scale > most).map(|(line, _)| line));
        }
        Self { digits, scales }
    }
}

/// The digits of a number; its scale goes where that of what is none stands.
#[inline]
fn kept(number: Option<(i64, u8)>, scale_of: &mut u8) -> i64 {
    let (digits, scale) = number.unwrap_or((0, NO_NUMBER));
    *scale_of = scale;
    digits
}

/// The scale of what is no plain number.
const NO_NUMBER: u8 = u8::MAX;

/// A byte of a text, which has fewer than 2^32.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
