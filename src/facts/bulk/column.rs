//! [`ChunkColumn`]: the cells of one column of a chunk.

use std::ops::Range;

use super::Job;
use super::plain::{plain_day, plain_number};
use crate::facts::cells::{self, CellKind, DecimalMark, Reading, Written};
use crate::facts::glance;
use crate::facts::manifest::CellUnit;
use crate::facts::store::Symbols;
use crate::facts::store::builder::{ColumnSummary, WrittenSoFar};
use crate::facts::store::column::ColumnBuilder;
use crate::schema::ColumnType;
use crate::source::Span;
use crate::value::Reason;

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
    pub(super) looked_up: (u32, u32),
}

/// After so many texts it is clear whether those of a column repeat.
pub(super) const CLEAR: u32 = 256;

impl ChunkColumn {
    /// Adds a field as it stands in the file.
    pub(super) fn field(
        &mut self,
        job: &Job<'_>,
        (text, start): (&str, usize),
        kind: &CellKind,
        symbols: &mut Symbols,
    ) {
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
        // `1.234` is plain only where nothing says that it is 1234.
        let is_plain = kind.decimal != Some(DecimalMark::Comma);
        let number = || plain_number(text.as_bytes()).filter(|(.., len)| is_plain && *len == text.len());
        match kind.ty {
            ColumnType::Symbol if cells::lost_digits(text) => return false,
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

    /// Adds a text that stands at `place`. Those of a column in which hardly any repeats are not told apart until somebody asks,
    /// nor are the new ones of a column in which many are new.
    fn placed(&mut self, text: &str, place: u32, symbols: &mut Symbols) {
        let (looked_up, new) = self.looked_up;
        self.summary.present += 1;
        if looked_up >= CLEAR && new >= looked_up / 4 {
            let hardly_any = new >= looked_up / 8 * 7;
            let known = if hardly_any { None } else { symbols.get(text) };
            return self.builder.push_listed(known.unwrap_or_else(|| symbols.add_at(text, place)));
        }
        let known = symbols.len();
        let id = symbols.intern_at(text, place);
        self.looked_up = (looked_up + 1, new + u32::from(symbols.len() > known));
        self.builder.push_id(id);
    }

    #[inline]
    pub(super) fn id(&mut self, id: u32) {
        self.builder.push_id(id);
        self.summary.present += 1;
    }

    #[inline]
    pub(super) fn number(&mut self, number: i64) -> bool {
        self.builder.push_number(number);
        self.summary.present += 1;
        true
    }

    /// Adds an amount that fits 64 bits; `false` when it does not.
    #[inline]
    pub(super) fn amount(&mut self, digits: i64, scale: u32, kind: &CellKind) -> bool {
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
    pub(super) fn malformed(&mut self, reason: Reason, span: Span, (kind, symbols): (&CellKind, &mut Symbols)) {
        let reading = Reading::Malformed(reason);
        self.summary.count(&reading, kind, span);
        self.builder.push(&reading, symbols);
    }

    /// Adds a text that is to be read with all care.
    pub(super) fn text(&mut self, text: &str, span: Span, kind: &CellKind, symbols: &mut Symbols) {
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
