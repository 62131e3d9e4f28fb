//! Cutting a text into parts at row ends, and a part into rows and fields, fast.

use memchr::{memchr, memchr_iter, memchr2, memchr2_iter};

use std::ops::Range;

use super::marks::Marks;
use super::{Chunk, Job, Window};
use crate::facts::read::delimited::{Dialect, Field, MOST_FIELDS, padding};
use crate::source::{OnDisk, SourceFile};

/// A part of a file's text: whole rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The longest part of a text: where quotes hold more together, they are not what they seem.
const LONGEST: usize = 64 << 20;

/// The parts of `range` of a file's text: those of one that stays on disk, else some of about `size` bytes. Quotes are taken to
/// be balanced. None when a field seems to run on and on.
pub(super) fn plan(file: &SourceFile, range: Range<usize>, written: (Option<u8>, usize)) -> Option<Vec<Part>> {
    let Some(starts) = file.parts() else { return chunks(file.text().as_bytes(), range, written) };
    let inner = starts.iter().map(|start| *start as usize).filter(|start| range.start < *start && *start < range.end);
    let starts: Vec<usize> = std::iter::once(range.start).chain(inner).collect();
    let ends = starts.iter().skip(1).copied().chain([range.end]);
    let parts: Vec<Part> = starts.iter().zip(ends).map(|(start, end)| Part { start: *start, end }).collect();
    parts.iter().all(|part| part.end - part.start <= LONGEST).then_some(parts)
}

/// Where parts of a text on disk begin, each of whole rows and of about `size` bytes, looked for on so many threads. Quotes are
/// taken to be balanced. None when it is no plain text.
///
/// # Errors
/// When the file cannot be read as it was.
pub fn starts(disk: &OnDisk, dialect: Dialect, (size, threads): (usize, usize)) -> std::io::Result<Option<Vec<u32>>> {
    let look = |start: usize, bytes: &[u8]| (start, Breaks::of(start, bytes, dialect.quote));
    let Some(pieces) = disk.examine((size, threads), look)? else { return Ok(None) };
    let mut starts = vec![0];
    let mut open = false;
    for (piece, breaks) in pieces {
        let found = if open { breaks.within } else { breaks.outside };
        if let Some(start) = found.filter(|start| piece > 0 && *start < disk.len()) {
            starts.push(u32::try_from(start).unwrap_or(u32::MAX));
        }
        open ^= breaks.odd;
    }
    Ok(Some(starts))
}

/// What a piece of a text says of where rows begin.
#[derive(Clone, Copy, Debug, Default)]
struct Breaks {
    /// Behind the first line break that is outside quotes, when the piece begins outside; and when it begins within.
    outside: Option<usize>,
    within: Option<usize>,
    /// Whether it has an odd number of quotes.
    odd: bool,
}

impl Breaks {
    fn of(start: usize, bytes: &[u8], quote: Option<u8>) -> Self {
        let Some(quote) = quote else {
            return Self { outside: memchr(b'\n', bytes).map(|at| start + at + 1), ..Self::default() };
        };
        let mut found = Self::default();
        for at in memchr2_iter(quote, b'\n', bytes) {
            if bytes[at] == quote {
                found.odd = !found.odd;
            } else {
                let first = if found.odd { &mut found.within } else { &mut found.outside };
                first.get_or_insert(start + at + 1);
            }
            if found.outside.is_some() && found.within.is_some() {
                let rest = memchr_iter(quote, &bytes[at + 1..]).count();
                return Self { odd: found.odd ^ (rest % 2 == 1), ..found };
            }
        }
        found
    }
}

/// The parts of `range` of a text, each of about `size` bytes. Quotes are taken to be balanced.
fn chunks(bytes: &[u8], range: Range<usize>, (quote, size): (Option<u8>, usize)) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut start = range.start;
    while start < range.end {
        let mut end = start.saturating_add(size.max(1)).min(range.end);
        if end < range.end {
            end = match quote {
                None => memchr(b'\n', &bytes[end..range.end]).map_or(range.end, |at| end + at + 1),
                Some(quote) => row_end(&bytes[..range.end], start, end, quote)?,
            };
        }
        parts.push(Part { start, end });
        start = end;
    }
    Some(parts)
}

/// The first row end from `end` on, for a part that begins at `start` outside quotes; none when a field seems to run on
/// and on.
fn row_end(bytes: &[u8], start: usize, end: usize, quote: u8) -> Option<usize> {
    let mut open = memchr_iter(quote, &bytes[start..end]).count() % 2 == 1;
    let mut at = end;
    while at < bytes.len() {
        if at - end > LONGEST {
            return None;
        }
        match memchr2(quote, b'\n', &bytes[at..]) {
            None => return Some(bytes.len()),
            Some(found) => {
                at += found + 1;
                if bytes[at - 1] == quote {
                    open = !open;
                } else if !open {
                    return Some(at);
                }
            }
        }
    }
    Some(bytes.len())
}

/// Of so many bytes one text that is new in its part is expected.
const BYTES_PER_TEXT: usize = 64;

/// The rows of a part as a chunk.
pub(super) fn read(job: &Job<'_>, part: Part) -> Chunk {
    let mut chunk = Chunk::new(Some(job.file), &job.kinds);
    let stretch = job.file.stretch(part.start..part.end);
    chunk.symbols.reserve(stretch.len() / BYTES_PER_TEXT);
    let window = Window { file: job.file, text: &stretch, start: part.start };
    let mut rows = Rows::new(stretch.as_bytes(), job.dialect, Part { start: 0, end: stretch.len() });
    let mut record = Vec::with_capacity(job.headers.columns.len());
    while let Some(range) = rows.next(&mut record) {
        chunk.push(job, window, range, &record);
    }
    chunk
}

/// The fields of the row that begins at `start`.
pub(super) fn row_at(text: &[u8], start: usize, dialect: Dialect) -> (Range<usize>, Vec<Field>) {
    let part = Part { start, end: text.len() };
    let mut rows = Rows::new(text, dialect, part);
    let mut record = Vec::new();
    let range = rows.next(&mut record).unwrap_or(start..start);
    (range, record)
}

/// Goes through the rows of a part.
pub(super) struct Rows<'a> {
    bytes: &'a [u8],
    at: usize,
    end: usize,
    delimiter: u8,
    quote: Option<u8>,
    marks: Marks,
    /// Whether every quote so far opens, closes or is doubled within a field.
    pub(super) trusted: bool,
}

impl<'a> Rows<'a> {
    pub(super) fn new(bytes: &'a [u8], dialect: Dialect, part: Part) -> Self {
        let Dialect { delimiter, quote, .. } = dialect;
        // Two of the three are the same where there are no quotes.
        let marks = Marks::new([delimiter, b'\n', quote.unwrap_or(delimiter)]);
        Self { bytes, at: part.start, end: part.end, delimiter, quote, marks, trusted: true }
    }

    /// Goes to where a row begins.
    pub(super) const fn go_to(&mut self, start: usize) {
        self.at = start;
    }

    /// Where the next row begins.
    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// The fields of the next row and its place, without what ends it. Empty lines are no rows.
    pub(super) fn next(&mut self, record: &mut Vec<Field>) -> Option<Range<usize>> {
        record.clear();
        while self.at < self.end && matches!(self.bytes[self.at], b'\n' | b'\r') {
            self.at += 1;
        }
        let start = self.at;
        if start >= self.end {
            return None;
        }
        loop {
            // A part of a row that is not kept is as good as any other.
            record.truncate(MOST_FIELDS);
            self.at = padding(&self.bytes[..self.end], self.at, self.quote);
            let more = match self.quote.filter(|quote| self.bytes.get(self.at) == Some(quote)) {
                Some(quote) => self.quoted(quote, record),
                None => self.plain(record),
            };
            if !more {
                break;
            }
        }
        let mut end = self.at.min(self.end);
        while end > start && matches!(self.bytes[end - 1], b'\n' | b'\r') {
            end -= 1;
        }
        record.truncate(MOST_FIELDS);
        Some(start..end)
    }

    /// A field without quotes; whether another follows.
    fn plain(&mut self, record: &mut Vec<Field>) -> bool {
        let mut end = self.marks.next(&self.bytes[..self.end], self.at);
        if end < self.end && Some(self.bytes[end]) == self.quote {
            self.trusted = false;
            let rest = &self.bytes[end..self.end];
            end = memchr2(self.delimiter, b'\n', rest).map_or(self.end, |at| end + at);
        }
        self.finish(self.at..end, end, record)
    }

    /// A field within quotes; whether another follows.
    fn quoted(&mut self, quote: u8, record: &mut Vec<Field>) -> bool {
        let start = self.at + 1;
        let mut at = start;
        let mut doubled = false;
        loop {
            let Some(found) = memchr(quote, &self.bytes[at..self.end]) else {
                self.trusted = false;
                self.at = self.end;
                record.push(Field { range: start..self.end, doubled });
                return false;
            };
            at += found;
            if at + 1 < self.end && self.bytes[at + 1] == quote {
                doubled = true;
                at += 2;
                continue;
            }
            break;
        }
        let field = Field { range: start..at, doubled };
        let behind = at + 1;
        match self.bytes.get(behind).filter(|_| behind < self.end) {
            None => self.at = self.end,
            Some(byte) if *byte == self.delimiter => {
                self.at = behind + 1;
                record.push(field);
                return true;
            }
            Some(b'\n') => self.at = behind + 1,
            Some(b'\r') if self.bytes.get(behind + 1) == Some(&b'\n') => self.at = behind + 2,
            Some(_) => {
                self.trusted = false;
                let rest = &self.bytes[behind..self.end];
                let end = memchr2(self.delimiter, b'\n', rest).map_or(self.end, |at| behind + at);
                return self.finish(start..end, end, record);
            }
        }
        record.push(field);
        false
    }

    /// Takes the field `range`, which what stands at `end` ends.
    fn finish(&mut self, range: Range<usize>, end: usize, record: &mut Vec<Field>) -> bool {
        let more = end < self.end && self.bytes[end] == self.delimiter;
        let mut range = range;
        if !more && range.end > range.start && self.bytes[range.end - 1] == b'\r' {
            range.end -= 1;
        }
        record.push(Field { range, doubled: false });
        self.at = (end + 1).min(self.end);
        // A delimiter as the last byte of the text is followed by an empty field.
        if more && self.at >= self.end {
            record.push(Field { range: self.end..self.end, doubled: false });
            return false;
        }
        more
    }
}
