//! A run of rows as columns of its own.

use std::ops::Range;

use super::column::{CLEAR, ChunkColumn};
use super::{Job, Window};
use crate::facts::align::Order;
use crate::facts::aside::{self, Aside};
use crate::facts::cells::{CellKind, Reading, Written};
use crate::facts::glance;
use crate::facts::manifest::Totals;
use crate::facts::names;
use crate::facts::read::delimited::{self, Field, MOST_FIELDS, Records, unescape};
use crate::facts::read::raw::{Fit, RawRow};
use crate::facts::rows::{self, Tally};
use crate::facts::store::Symbols;
use crate::facts::store::builder::{ColumnSummary, WrittenSoFar};
use crate::facts::store::column::ColumnBuilder;
use crate::source::SourceFile;
use crate::value::{Reason, Value};

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

    /// Begins rows at those bytes of the file; a cell for each row of each column must follow.
    pub fn begin_all(&mut self, starts: impl ExactSizeIterator<Item = usize>) {
        self.rows += starts.len();
        if self.is_placed {
            self.starts.extend(starts.map(offset));
        }
    }

    /// Adds whole numbers to a column of these.
    pub fn numbers(&mut self, column: usize, numbers: &[i64]) {
        let column = &mut self.columns[column];
        column.builder.push_numbers(numbers);
        column.summary.present += count(numbers.len());
    }

    /// Adds digits × 10^-scale for each of both to a column of amounts that have no unit.
    pub fn amounts(&mut self, column: usize, digits: &[i64], scales: &[u8]) {
        let column = &mut self.columns[column];
        column.builder.push_multiples(digits, scales);
        column.summary.present += count(digits.len());
        if let Some(finest) = scales.iter().max() {
            column.written.add(Written { places: i32::from(*finest), ..Written::default() });
        }
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
            None if looked_up >= CLEAR && new >= looked_up / 32 * 31 => {
                column.builder.push_listed(symbols.list(text));
                column.summary.present += 1;
                return true;
            }
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

    /// Adds so many empty texts to a column of texts.
    pub fn nothings(&mut self, column: usize, cells: usize) {
        let id = *self.empty.get_or_insert_with(|| self.symbols.intern(""));
        (0..cells).for_each(|_| self.columns[column].id(id));
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
    pub fn push(&mut self, job: &Job<'_>, window: Window<'_>, range: Range<usize>, record: &[Field]) {
        let width = job.headers.columns.len();
        let order = match &job.aligned {
            Some(aligned) if record.len() != width => aligned.record(window.text, range.clone(), record),
            _ => Order::AsIs,
        };
        let fit = order.fit();
        if !self.is_data(job, window, &range, (record, fit)) {
            return;
        }
        self.begin(window.place(range.start));
        let torn = match record.len() > width && fit == Fit::AsIs {
            true => rows::torn(record.len(), width, |at| window.field(&record[at])),
            false => fit.torn(),
        };
        let record = match &order {
            Order::Fields(fields) => fields,
            _ => record,
        };
        for (at, column) in self.columns.iter_mut().enumerate() {
            let kind = &job.kinds[at];
            if let Some((constant, span)) = &job.constants[at] {
                column.text(constant, *span, kind, &mut self.symbols);
                continue;
            }
            let Some((index, field)) = job.columns[at].and_then(|index| Some((index, record.get(index)?))) else {
                match job.columns[at].and(fit.torn()) {
                    Some(_) => {
                        let end = window.span(&(range.end..range.end));
                        column.malformed(Reason::Torn, end, (kind, &mut self.symbols));
                    }
                    None => column.builder.push(&Reading::Blank, &mut self.symbols),
                }
                continue;
            };
            if torn.is_some_and(|torn| index >= torn) {
                column.malformed(Reason::Torn, window.span(&field.range), (kind, &mut self.symbols));
                continue;
            }
            let written = window.field(field);
            match job.dialect.quote.filter(|_| field.doubled) {
                Some(quote) => {
                    let (plain, _) = unescape(written, quote, job.dialect.escape);
                    column.text(&plain, window.span(&field.range), kind, &mut self.symbols);
                }
                None => column.field(job, (written, window.place(field.range.start)), kind, &mut self.symbols),
            }
        }
    }

    /// Whether a row is data: not empty, not the headers again, not a sum.
    fn is_data(
        &mut self,
        job: &Job<'_>,
        window: Window<'_>,
        range: &Range<usize>,
        (record, fit): (&[Field], Fit),
    ) -> bool {
        let text = |field: &Field| window.field(field);
        let is_blank = |field: &Field| !glance::begins_visibly(text(field)) && text(field).trim().is_empty();
        let Some(first) = record.iter().position(|field| !is_blank(field)) else {
            self.tally.empty += 1;
            return false;
        };
        let span = || window.span(range);
        let start = offset(window.place(range.start));
        if repeats_headers(job, window, record, first) {
            self.tally.headers.add(span());
            return false;
        }
        if !matches!(job.totals, Totals::Keep | Totals::All) {
            // As `rows::say_total`, no cell twice.
            let says = |(nth, at): (usize, &usize)| {
                let is_total = if nth == 0 { names::names_total } else { names::is_total };
                *at != first && record.get(*at).is_some_and(|field| is_total(text(field)))
            };
            if names::names_total(text(&record[first])) || job.texts().enumerate().any(says) {
                self.tally.totals.add(span());
                if matches!(job.totals, Totals::Into(_)) {
                    self.totals.push(start);
                }
                return false;
            }
        }
        let width = job.headers.columns.len();
        if job.totals != Totals::All
            && !fit.is_data()
            && let Some(aside) = job.headers.below(record.iter().map(text))
        {
            self.tally.aside(aside, span());
            return false;
        }
        if !fit.is_data() && !job.footers.is_empty() && job.footers.contains(&start) {
            self.tally.aside(Aside::Note, span());
            return false;
        }
        let has_more = || record[first + 1..].iter().any(|field| !is_blank(field));
        if job.totals != Totals::All && !(aside::begins_data(text(&record[first])) && has_more()) {
            let filled = || record[first..].iter().filter(|field| !is_blank(field)).map(text);
            let aside = aside::of(filled(), (record.len(), width), &job.headers.titles);
            let begins_page = || filled().nth(1).is_none() && are_headers_of_a_page(job, window.place(range.end));
            if !fit.is_data()
                && let Some(aside) = aside.or_else(|| begins_page().then_some(Aside::Page))
            {
                self.tally.aside(aside, span());
                return false;
            }
        }
        if record.len() >= MOST_FIELDS {
            self.tally.wide.get_or_insert_with(span);
        }
        if record.len() != width {
            let has_more = || record[width..].iter().any(|field| !is_blank(field));
            self.tally.width((record.len(), width), span(), (fit, &has_more));
        }
        true
    }
}

/// Rows, which are fewer than 2^32.
fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

/// A byte of a file, which are fewer than 2^32.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Whether the rows behind the byte `end` say the headers again, but for titles.
fn are_headers_of_a_page(job: &Job<'_>, end: usize) -> bool {
    let behind = (end..job.range.end, job.care.believed());
    let mut records = Records::within(job.file, job.dialect, behind);
    let next = || delimited::next_row(job.file, job.dialect, &mut records);
    let rows: Vec<RawRow> = std::iter::from_fn(next).take(rows::PAGE_TITLES).collect();
    rows::are_headers_of_a_page(&rows, job.headers)
}

/// Whether a row says the lowest headers again.
fn repeats_headers(job: &Job<'_>, window: Window<'_>, record: &[Field], first: usize) -> bool {
    let text = |at: usize| {
        let text = window.field(&record[at]);
        if glance::is_trim(text) { text } else { rows::without_mark(text) }
    };
    let fits = |at: usize| {
        let header = job.headers.columns.get(at);
        let is_said = |level: &String| {
            !glance::begin_differently(level, text(at)) && rows::is_same_header(level.trim(), text(at))
        };
        header.is_some_and(|header| header.levels.iter().any(is_said))
    };
    if job.headers.rows.is_empty() || !fits(first) {
        return false;
    }
    let written: Vec<usize> = (first..record.len()).filter(|at| !text(*at).is_empty()).collect();
    let (own, beyond): (Vec<usize>, Vec<usize>) = written.into_iter().partition(|at| *at < job.headers.columns.len());
    own.len() >= 2 && own.iter().copied().all(fits) && (beyond.is_empty() || own.len() == rows::named(job.headers))
}
