//! A run of rows as columns of its own.

use std::ops::Range;

use super::Job;
use crate::facts::aside::{self, Aside};
use crate::facts::cells::{self, CellKind, Reading, Written};
use crate::facts::glance;
use crate::facts::manifest::{CellUnit, Totals};
use crate::facts::names;
use crate::facts::read::delimited::{self, Field, Fields, MOST_FIELDS, unescape};
use crate::facts::read::raw::RawRow;
use crate::facts::rows::{self, Tally};
use crate::facts::store::Symbols;
use crate::facts::store::builder::{ColumnSummary, WrittenSoFar};
use crate::facts::store::column::ColumnBuilder;
use crate::schema::ColumnType;
use crate::source::{SourceFile, Span};
use crate::value::{Date, Reason, Value};

/// Rows as columns, texts numbered on their own.
#[derive(Debug)]
pub struct Chunk {
    rows: usize,
    /// Where they begin, in a file whose text is kept.
    starts: Vec<u32>,
    totals: Vec<u32>,
    is_placed: bool,
    /// The number of the empty text, once it was needed.
    empty: Option<u32>,
    tally: Tally,
    /// One per declared column.
    pub columns: Vec<ChunkColumn>,
    /// The texts of its symbol columns.
    pub symbols: Symbols,
}

/// A column of a chunk.
#[derive(Debug)]
pub struct ChunkColumn {
    /// Its cells.
    pub builder: ColumnBuilder,
    /// What they are.
    pub summary: ColumnSummary,
    /// How finely they are written.
    pub written: WrittenSoFar,
    /// How many texts were looked up among those known, and how many of these were new.
    looked_up: (u32, u32),
}

/// After so many texts it is clear whether those of a column repeat.
const CLEAR: u32 = 256;

impl Chunk {
    /// No rows yet; of a file whose text is kept, or of no such file.
    #[must_use]
    pub fn new(file: Option<&SourceFile>, kinds: &[CellKind]) -> Self {
        let mut symbols = Symbols::default();
        if let Some(file) = file {
            symbols.add_file(file.span().start(), file.shared_text());
        }
        let column = |kind: &CellKind| ChunkColumn {
            builder: ColumnBuilder::new(kind.ty),
            summary: ColumnSummary::default(),
            written: WrittenSoFar::default(),
            looked_up: (0, 0),
        };
        Self {
            rows: 0,
            starts: Vec::new(),
            totals: Vec::new(),
            is_placed: file.is_some(),
            empty: None,
            tally: Tally::default(),
            columns: kinds.iter().map(column).collect(),
            symbols,
        }
    }

    /// How many rows there are.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.rows
    }

    /// Where its rows begin; nothing for those of no file.
    #[must_use]
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// Where the rows of totals begin that were left out to go elsewhere.
    #[must_use]
    pub fn totals(&self) -> &[u32] {
        &self.totals
    }

    /// What was left out or is odd.
    #[must_use]
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Begins a row at that byte of the file; a cell for each column must follow.
    pub fn begin(&mut self, start: usize) {
        self.rows += 1;
        if self.is_placed {
            self.starts.push(offset(start));
        }
    }

    /// Adds a whole number to a column of these.
    pub fn number(&mut self, column: usize, number: i64) -> bool {
        self.columns[column].number(number)
    }

    /// Adds digits × 10^-scale to a column of amounts; `false` when it must be read with more care.
    pub fn amount(&mut self, column: usize, (digits, scale): (i64, u32), kind: &CellKind) -> bool {
        self.columns[column].amount(digits, scale, kind)
    }

    /// Adds a text to a column of texts, which stands in the sources at `place` if anywhere; `false` when it is too long.
    pub fn text(&mut self, column: usize, text: &str, place: Option<u32>) -> bool {
        if text.len() >= Symbols::LONGEST {
            return false;
        }
        let symbols = &mut self.symbols;
        let column = &mut self.columns[column];
        let (looked_up, new) = column.looked_up;
        let id = match place {
            Some(place) => symbols.intern_at(text, place),
            None if looked_up >= CLEAR && new >= looked_up / 4 * 3 => symbols.list(text),
            None => {
                let known = symbols.len();
                let id = symbols.intern(text);
                column.looked_up = (looked_up + 1, new + u32::from(symbols.len() > known));
                id
            }
        };
        column.id(id);
        true
    }

    /// Adds an empty text to a column of texts.
    pub fn nothing(&mut self, column: usize) -> bool {
        let id = *self.empty.get_or_insert_with(|| self.symbols.intern(""));
        self.columns[column].id(id);
        true
    }

    /// Adds a cell with that value; a blank one when there is none.
    pub fn value(&mut self, column: usize, value: Option<Value>) {
        let column = &mut self.columns[column];
        let reading = value.map_or(Reading::Blank, |value| {
            let written = Written::of(&value);
            column.written.add(written);
            column.summary.present += 1;
            Reading::Present(value, written)
        });
        column.builder.push(&reading, &mut self.symbols);
    }

    /// Adds a row, unless it is no data.
    pub fn push(&mut self, job: &Job<'_>, range: Range<usize>, record: &[Field]) {
        if !self.is_data(job, &range, record) {
            return;
        }
        self.begin(range.start);
        let text = job.file.text();
        let width = job.headers.columns.len();
        let torn = match record.len() > width {
            true => rows::torn(record.len(), width, |at| &text[record[at].range.clone()]),
            false => None,
        };
        for (at, column) in self.columns.iter_mut().enumerate() {
            let kind = &job.kinds[at];
            if let Some((constant, span)) = &job.constants[at] {
                column.text(constant, *span, kind, &mut self.symbols);
                continue;
            }
            let Some((index, field)) = job.columns[at].and_then(|index| Some((index, record.get(index)?))) else {
                column.builder.push(&Reading::Blank, &mut self.symbols);
                continue;
            };
            if torn.is_some_and(|torn| index >= torn) {
                column.malformed(Reason::Torn, job.file.span_of(field.range.clone()), (kind, &mut self.symbols));
                continue;
            }
            let written = &text[field.range.clone()];
            match job.dialect.quote.filter(|_| field.doubled) {
                Some(quote) => {
                    let (plain, _) = unescape(written, quote, job.dialect.escape);
                    column.text(&plain, job.file.span_of(field.range.clone()), kind, &mut self.symbols);
                }
                None => column.field(job, (written, field.range.start), kind, &mut self.symbols),
            }
        }
    }

    /// Whether a row is data: not empty, not the headers again, not a sum.
    fn is_data(&mut self, job: &Job<'_>, range: &Range<usize>, record: &[Field]) -> bool {
        let text = |field: &Field| &job.file.text()[field.range.clone()];
        let is_blank = |field: &Field| !glance::begins_visibly(text(field)) && text(field).trim().is_empty();
        let Some(first) = record.iter().position(|field| !is_blank(field)) else {
            self.tally.empty += 1;
            return false;
        };
        let span = || job.file.span_of(range.clone());
        if repeats_headers(job, record, first) {
            self.tally.headers.add(span());
            return false;
        }
        if !matches!(job.totals, Totals::Keep | Totals::All) {
            let of_texts = (0..job.kinds.len()).filter(|at| job.kinds[*at].ty == ColumnType::Symbol);
            let mut mapped = of_texts.filter_map(|at| record.get(job.columns[at]?));
            if names::is_total(text(&record[first])) || mapped.any(|field| names::is_total(text(field))) {
                self.tally.totals.add(span());
                if matches!(job.totals, Totals::Into(_)) {
                    self.totals.push(offset(range.start));
                }
                return false;
            }
        }
        let width = job.headers.columns.len();
        let has_more = || record[first + 1..].iter().any(|field| !is_blank(field));
        if job.totals != Totals::All && !(aside::begins_data(text(&record[first])) && has_more()) {
            let filled = || record[first..].iter().filter(|field| !is_blank(field)).map(text);
            let aside = aside::of(filled(), (record.len(), width), &job.headers.titles);
            let begins_page = || filled().nth(1).is_none() && are_headers_of_a_page(job, range.end);
            if let Some(aside) = aside.or_else(|| begins_page().then_some(Aside::Page)) {
                self.tally.aside(aside, span());
                return false;
            }
        }
        if record.len() >= MOST_FIELDS {
            self.tally.wide.get_or_insert_with(span);
        }
        if record.len() < width {
            self.tally.short.add(span());
        } else if record.len() > width && record[width..].iter().any(|field| !is_blank(field)) {
            self.tally.long.add(span());
        }
        true
    }
}

/// A byte of a file, which are fewer than 2^32.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Whether the rows behind the byte `end` say the headers again, but for titles.
fn are_headers_of_a_page(job: &Job<'_>, end: usize) -> bool {
    let behind = (end..job.range.end, job.care.believed());
    let mut fields = Fields::within(job.file.text(), job.dialect, behind);
    let next = || delimited::next_row(job.file, job.dialect, &mut fields);
    let rows: Vec<RawRow> = std::iter::from_fn(next).take(rows::PAGE_TITLES).collect();
    rows::are_headers_of_a_page(&rows, job.headers)
}

/// Whether a row says the lowest headers again.
fn repeats_headers(job: &Job<'_>, record: &[Field], first: usize) -> bool {
    let text = |at: usize| job.file.text()[record[at].range.clone()].trim();
    let fits = |at: usize| {
        let header = job.headers.columns.get(at);
        header.is_some_and(|header| header.levels.iter().any(|level| level.trim() == text(at)))
    };
    if job.headers.rows.is_empty() || !fits(first) {
        return false;
    }
    let written: Vec<usize> = (first..record.len()).filter(|at| !text(*at).is_empty()).collect();
    written.len() >= 2 && written.into_iter().all(fits)
}

impl ChunkColumn {
    /// Adds a field as it stands in the file.
    fn field(&mut self, job: &Job<'_>, (text, start): (&str, usize), kind: &CellKind, symbols: &mut Symbols) {
        if kind.blank.is_empty() && !text.is_empty() {
            let inside = if kind.ty == ColumnType::Symbol { trimmed(text) } else { 0..text.len() };
            let place = job.file.offset(start + inside.start);
            if !inside.is_empty() && self.plain(&text[inside], (kind, place), symbols) {
                return;
            }
        }
        let length = text.len();
        self.text(text, job.file.span_of(start..start + length), kind, symbols);
    }

    /// Adds a text that stands at `place`, or a number written in the plainest way; `false` for anything else.
    fn plain(&mut self, text: &str, (kind, place): (&CellKind, u32), symbols: &mut Symbols) -> bool {
        let number = || plain_number(text.as_bytes()).filter(|(.., len)| *len == text.len());
        match kind.ty {
            ColumnType::Symbol if text.len() < Symbols::LONGEST => self.placed(text, place, symbols),
            ColumnType::Number => {
                let Some((number, 0, _)) = number() else { return false };
                self.number(number);
            }
            ColumnType::Money | ColumnType::Decimal => {
                return number().is_some_and(|(digits, scale, _)| self.amount(digits, scale, kind));
            }
            ColumnType::Date => {
                let Some(day) = plain_day(text.as_bytes()) else { return false };
                self.builder.push_date(day);
                self.summary.present += 1;
            }
            _ => return false,
        }
        true
    }

    /// Adds a text that stands at `place`. Those of a column in which hardly any repeats are not told apart until somebody asks.
    fn placed(&mut self, text: &str, place: u32, symbols: &mut Symbols) {
        let (looked_up, new) = self.looked_up;
        self.summary.present += 1;
        if looked_up >= CLEAR && new >= looked_up / 8 * 7 {
            return self.builder.push_listed(symbols.add_at(text, place));
        }
        let known = symbols.len();
        let id = symbols.intern_at(text, place);
        self.looked_up = (looked_up + 1, new + u32::from(symbols.len() > known));
        self.builder.push_id(id);
    }

    fn id(&mut self, id: u32) {
        self.builder.push_id(id);
        self.summary.present += 1;
    }

    fn number(&mut self, number: i64) -> bool {
        self.builder.push_number(number);
        self.summary.present += 1;
        true
    }

    /// Adds an amount that fits 64 bits; `false` when it does not.
    fn amount(&mut self, digits: i64, scale: u32, kind: &CellKind) -> bool {
        let power = match (kind.ty, kind.unit) {
            (ColumnType::Money, Some(CellUnit::Money(unit))) => unit.power(),
            _ => 0,
        };
        let down = if kind.ty == ColumnType::Decimal && kind.unit == Some(CellUnit::Percent) { 2 } else { 0 };
        let scale = scale + down;
        let (multiple, left) = if scale >= power {
            (Some(digits), scale - power)
        } else {
            (10_i64.checked_pow(power - scale).and_then(|factor| digits.checked_mul(factor)), 0)
        };
        let Some(multiple) = multiple else { return false };
        self.builder.push_multiple(multiple, left);
        let places = i32::try_from(scale).unwrap_or(0) - i32::try_from(power).unwrap_or(0);
        self.written.add(Written { places, ..Written::default() });
        self.summary.present += 1;
        self.summary.without_unit += u32::from(kind.ty == ColumnType::Money && kind.unit.is_none());
        true
    }

    /// Adds a cell that is not what it seems.
    fn malformed(&mut self, reason: Reason, span: Span, (kind, symbols): (&CellKind, &mut Symbols)) {
        let reading = Reading::Malformed(reason);
        self.summary.count(&reading, kind, span);
        self.builder.push(&reading, symbols);
    }

    /// Adds a text that is to be read with all care.
    fn text(&mut self, text: &str, span: Span, kind: &CellKind, symbols: &mut Symbols) {
        let reading = cells::read(text, kind);
        self.summary.count(&reading, kind, span);
        if let Reading::Present(_, written) = &reading {
            self.written.add(*written);
        }
        self.builder.push(&reading, symbols);
    }
}

/// The part of `text` without the blanks around it; at once for what most texts are.
fn trimmed(text: &str) -> Range<usize> {
    if glance::is_trim(text) { 0..text.len() } else { cells::trimmed(text) }
}

/// `2024-03-05`, of these centuries.
fn plain_day(bytes: &[u8]) -> Option<Date> {
    let [a, b, c, d, b'-', e, f, b'-', g, h] = bytes else { return None };
    let digit = |byte: &u8| i16::from(byte.wrapping_sub(b'0'));
    if ![a, b, c, d, e, f, g, h].into_iter().all(u8::is_ascii_digit) {
        return None;
    }
    let year = digit(a) * 1000 + digit(b) * 100 + digit(c) * 10 + digit(d);
    let (month, day) = (digit(e) * 10 + digit(f), digit(g) * 10 + digit(h));
    let parts = (1900..2200).contains(&year).then_some((i8::try_from(month).ok()?, i8::try_from(day).ok()?))?;
    jiff::civil::Date::new(year, parts.0, parts.1).ok().map(Date)
}

/// The number that `bytes` begin with, as digits and scale (`-25.08` is −2508 at 2), and its length. None when there is none,
/// or one of more than 18 digits.
#[must_use]
pub fn plain_number(bytes: &[u8]) -> Option<(i64, u32, usize)> {
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let (mut value, mut len) = digits(bytes, sign, 0);
    let whole = len - sign;
    let mut scale = 0;
    if bytes.get(len) == Some(&b'.') {
        let end;
        (value, end) = digits(bytes, len + 1, value);
        scale = end - len - 1;
        len = end;
        if scale == 0 {
            return None;
        }
    }
    if whole == 0 || whole + scale > 18 {
        return None;
    }
    Some((if sign == 1 { -value } else { value }, u32::try_from(scale).ok()?, len))
}

/// The digits from `at` on behind those of `value`, and where they end; of more than 18, the last count.
#[inline]
fn digits(bytes: &[u8], at: usize, value: i64) -> (i64, usize) {
    let (mut value, mut at) = (value, at);
    while let Some(eight) = bytes.get(at..at + 8).and_then(|eight| <[u8; 8]>::try_from(eight).ok()) {
        let (more, count) = leading_digits(u64::from_le_bytes(eight));
        value = value.wrapping_mul(POWERS[count]).wrapping_add(more);
        at += count;
        if count < 8 {
            return (value, at);
        }
    }
    while let Some(byte) = bytes.get(at) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        at += 1;
    }
    (value, at)
}

const POWERS: [i64; 9] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The number that the digits write with which eight bytes begin, the first being the lowest, and how many digits there are.
///
/// All eight are looked at together: how long numbers are cannot be foretold, and a wrong guess costs more than this.
#[inline]
const fn leading_digits(word: u64) -> (i64, usize) {
    let values = word ^ u64::from_le_bytes([b'0'; 8]);
    // The high bit of every byte that is more than 9.
    let other = ((values & (!0 / 255 * 0x7f)).wrapping_add(!0 / 255 * 0x76) | values) & (!0 / 255 * 0x80);
    let count = (other.trailing_zeros() / 8) as usize;
    if count == 0 {
        return (0, 0);
    }
    // What is no digit is shifted out, and zeros come in before the first one.
    let digits = values << (64 - 8 * count);
    let pairs = (digits & (!0 / 255 * 0x0f)).wrapping_mul(10 << 8 | 1) >> 8;
    let fours = (pairs & (!0 / 0xffff * 0xff)).wrapping_mul(100 << 16 | 1) >> 16;
    let eight = (fours & (!0 / 0xffff_ffff * 0xffff)).wrapping_mul(10_000 << 32 | 1) >> 32;
    (eight.cast_signed(), count)
}

#[cfg(test)]
mod tests {
    use super::{leading_digits, plain_number};

    #[test]
    fn digits_are_the_same_eight_at_a_time() {
        let others = [b'/', b':', b'.', b'-', b',', b'\n', 0, 0x7f, 0x80, 0xb5, 0xff];
        for count in 0..=8 {
            for other in others {
                for behind in [b'7', other, 0xff] {
                    let mut bytes = [behind; 8];
                    bytes[..count].copy_from_slice(&b"90817263"[..count]);
                    bytes.iter_mut().skip(count).take(1).for_each(|byte| *byte = other);
                    let expected = "90817263"[..count].parse().unwrap_or(0);
                    assert_eq!(leading_digits(u64::from_le_bytes(bytes)), (expected, count));
                }
            }
        }
        assert_eq!(plain_number(b"12345678901234.5678,0123456789"), Some((123_456_789_012_345_678, 4, 19)));
        assert_eq!(plain_number(b"1234567890123456789.,0123456789"), None);
    }

    #[test]
    fn numbers_end_where_their_digits_end() {
        assert_eq!(plain_number(b"-25.08,7"), Some((-2508, 2, 6)));
        assert_eq!(plain_number(b"007"), Some((7, 0, 3)));
        assert_eq!(plain_number(b"1.2.3"), Some((12, 1, 3)));
        assert_eq!(plain_number(b"999999999999999999\n"), Some((999_999_999_999_999_999, 0, 18)));
        for text in ["", "-", ".5", "5.", "x", "--1", "1234567890123456789"] {
            assert_eq!(plain_number(text.as_bytes()), None, "{text}");
        }
    }
}
