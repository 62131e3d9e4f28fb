//! Rows of a delimited table that have more or fewer cells than there are headers: a delimiter too many, one that is missing,
//! or another one than elsewhere.
//!
//! What the columns hold in the other rows says which it is. A row is put in order only where nothing is lost by that and
//! one way alone makes every cell look like its column; else it is not read from where its cells may stand in other columns.

mod shape;

use std::borrow::Cow;
use std::ops::Range;

use self::shape::Shape;
use super::headers::Headers;
use super::read::delimited::{self, Dialect, Field, Fields, unescape};
use super::read::raw::{Fit, RawRow, RawTable};
use super::rows;
use crate::source::SourceFile;

/// Rows that show what the columns hold.
const SHOWING: usize = 100;
/// How many of them must have as many cells as there are headers, and in how many of ten they must.
const LEAST: usize = 8;
const TENTHS: usize = 6;
/// One row of so many may lack cells by a slip.
const SHORT: usize = 20;
/// Cells too many or too few that are looked for.
const MOST_OFF: usize = 3;
/// Blank cells among which those too many are looked for.
const MOST_BLANKS: usize = 12;
/// Columns that must tell that a row is put in order rightly.
const TELLING: usize = 2;
/// What may separate the fields of a row instead.
const OTHERS: [u8; 5] = [b';', b'\t', b'|', b',', b' '];

/// What the columns of a table look like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    shapes: Vec<Shape>,
    dialect: Dialect,
}

/// What becomes of a row that has more or fewer cells than there are headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// It is read as it stands.
    AsIs,
    /// These fields are its cells.
    Fields(Vec<Field>),
    /// From this cell on it is not read.
    Torn(usize),
    /// It is a row of data, but none of its cells is known.
    Other,
}

impl Order {
    /// How the cells of the row stand then.
    #[must_use]
    pub fn fit(&self) -> Fit {
        match self {
            Self::AsIs => Fit::AsIs,
            Self::Fields(_) => Fit::Mended,
            Self::Torn(from) => Fit::Torn(u32::try_from(*from).unwrap_or(u32::MAX)),
            Self::Other => Fit::Other,
        }
    }
}

impl Columns {
    /// What the columns of `table` below `headers` look like; none where too few of its rows have as many cells as these.
    #[must_use]
    pub fn of(table: &RawTable, headers: &Headers, dialect: Dialect) -> Option<Self> {
        let width = headers.columns.len();
        let below = table.rows.get(headers.end()..)?;
        let shown =
            || below.iter().filter(|row| row.cells.iter().any(|cell| !cell.text.trim().is_empty())).take(SHOWING);
        let whole: Vec<&RawRow> = shown().filter(|row| row.cells.len() == width).collect();
        if whole.len() < LEAST || whole.len() * 10 < shown().count() * TENTHS || width < 2 {
            return None;
        }
        let shape = |at: usize| Shape::of(whole.iter().map(|row| row.cells[at].text.as_str()));
        let mut shapes: Vec<Shape> = (0..width).map(shape).collect();
        // Where rows leave out what is blank at their ends, what they lack is no sign.
        let fits = |row: &&RawRow| row.cells.iter().zip(&shapes).all(|(cell, shape)| shape.fits(&cell.text));
        let short: Vec<usize> = shown().filter(fits).map(|row| row.cells.len()).filter(|cells| *cells > 1).collect();
        let most = 1 + shown().count() / SHORT;
        for (at, shape) in shapes.iter_mut().enumerate() {
            if short.iter().filter(|cells| **cells <= at).count() > most {
                shape.blank_too();
            }
        }
        let telling = shapes.iter().filter(|shape| shape.is_telling()).count();
        (telling >= TELLING).then_some(Self { shapes, dialect })
    }

    /// The rows of `table` below its headers that are not read as they stand, by their positions.
    #[must_use]
    pub fn rows(&self, file: &SourceFile, table: &RawTable, headers: &Headers) -> Vec<(usize, RawRow)> {
        let odd = |(_, row): &(usize, &RawRow)| row.cells.len() != self.shapes.len();
        let rows = table.rows.iter().enumerate().skip(headers.rows.end).filter(odd);
        rows.filter_map(|(at, row)| {
            let (text, range) = (file.text(), file.local(row.span.start())..file.local(row.span.end()));
            let texts: Vec<Cow<'_, str>> = row.cells.iter().map(|cell| Cow::Borrowed(cell.text.as_str())).collect();
            let order = self.order(text, range.clone(), &|| self.fields(text, range.start), &texts);
            let fit = order.fit();
            let odd = match order {
                Order::AsIs => return None,
                Order::Fields(fields) => delimited::row(file, (range, row.above), &fields, self.dialect),
                Order::Torn(_) | Order::Other => row.clone(),
            };
            Some((at, RawRow { fit, hidden: row.hidden, ..odd }))
        })
        .collect()
    }

    /// The fields of the record that begins there.
    fn fields(&self, text: &str, start: usize) -> Vec<Field> {
        let mut fields = Vec::new();
        Fields::within(text, self.dialect, (start..text.len(), usize::MAX)).next(&mut fields);
        fields
    }

    /// What becomes of the record `fields` in `range` of `text`.
    #[must_use]
    pub fn record(&self, text: &str, range: Range<usize>, fields: &[Field]) -> Order {
        if fields.len() == self.shapes.len() {
            return Order::AsIs;
        }
        let texts: Vec<Cow<'_, str>> = fields.iter().map(|field| self.text(text, field)).collect();
        self.order(text, range, &|| fields.to_vec(), &texts)
    }

    fn text<'a>(&self, text: &'a str, field: &Field) -> Cow<'a, str> {
        let written = &text[field.range.clone()];
        match self.dialect.quote.filter(|_| field.doubled) {
            Some(quote) => Cow::Owned(unescape(written, quote, self.dialect.escape).0),
            None => Cow::Borrowed(written),
        }
    }

    fn order(&self, text: &str, range: Range<usize>, fields: &dyn Fn() -> Vec<Field>, texts: &[Cow<'_, str>]) -> Order {
        let width = self.shapes.len();
        let is_torn = || rows::torn(texts.len(), width, |at| &texts[at]).is_some();
        if self.all_fit(texts) {
            // What is lacking may be in one cell with what stands before it.
            let lacks = self.shapes.iter().skip(texts.len()).any(Shape::is_never_blank);
            let moved = if lacks { self.first_moved(texts) } else { None };
            return moved.map_or(Order::AsIs, Order::Torn);
        }
        if texts.iter().all(|text| text.trim().is_empty()) || texts.len() > width && is_torn() {
            return Order::AsIs;
        }
        match self.with_other_delimiter(text, range) {
            Some(Ok(fields)) => return Order::Fields(fields),
            Some(Err(())) => return Order::Other,
            None => {}
        }
        if let Some(kept) = self.without_blanks(texts) {
            let fields = fields();
            // A part of a row, as tables side by side are cut from one, has others than its line.
            if fields.len() == texts.len() {
                return Order::Fields(kept.into_iter().filter_map(|at| fields.get(at).cloned()).collect());
            }
        }
        // What stands alone is no row whose cells moved.
        if texts.iter().filter(|text| !text.trim().is_empty()).count() < 2 {
            return Order::AsIs;
        }
        self.first_moved(texts).map_or(Order::Torn(0), Order::Torn)
    }

    /// Whether each of `texts` looks like the column in whose place it stands; those beyond the last may be anything.
    fn all_fit(&self, texts: &[Cow<'_, str>]) -> bool {
        self.shapes.iter().zip(texts).all(|(shape, text)| shape.fits(text))
    }

    /// How many of `texts` stand in columns that tell cells by their looks.
    fn told<'a>(&self, texts: impl Iterator<Item = &'a str>) -> usize {
        self.shapes.iter().zip(texts).filter(|(shape, text)| shape.is_telling() && !text.trim().is_empty()).count()
    }

    /// The fields of the row in `range` where another delimiter parts it, so that every cell looks like its column; an error
    /// where it begins as a row does when it is parted so.
    fn with_other_delimiter(&self, text: &str, range: Range<usize>) -> Option<Result<Vec<Field>, ()>> {
        let width = self.shapes.len();
        let mut begins = false;
        for delimiter in OTHERS.into_iter().filter(|other| *other != self.dialect.delimiter) {
            if memchr::memchr(delimiter, text[range.clone()].as_bytes()).is_none() {
                continue;
            }
            let dialect = Dialect { delimiter, usual: width, ..self.dialect };
            let mut record = Vec::new();
            let found = Fields::within(text, dialect, (range.clone(), usize::MAX)).next(&mut record);
            let texts: Vec<Cow<'_, str>> = record.iter().map(|field| self.text(text, field)).collect();
            let is_whole = found.is_some_and(|found| found.end == range.end) && record.len() == width;
            if is_whole && self.all_fit(&texts) && self.told(texts.iter().map(AsRef::as_ref)) >= TELLING {
                return Some(Ok(record));
            }
            let fitting = self.shapes.iter().zip(&texts).take_while(|(shape, text)| shape.fits(text)).count();
            begins |= self.told(texts.iter().take(fitting).map(AsRef::as_ref)) > TELLING;
        }
        begins.then_some(Err(()))
    }

    /// Which cells are left when blank ones are left out, as many as are too many, so that the rest look like their columns;
    /// none where that can be done in no way, or in several.
    fn without_blanks(&self, texts: &[Cow<'_, str>]) -> Option<Vec<usize>> {
        let many = texts.len().checked_sub(self.shapes.len()).filter(|many| (1..=MOST_OFF).contains(many))?;
        let blanks: Vec<usize> = (0..texts.len()).filter(|at| texts[*at].trim().is_empty()).collect();
        if blanks.len() > MOST_BLANKS {
            return None;
        }
        let mut found: Option<Vec<usize>> = None;
        for chosen in choices(&blanks, many) {
            let kept: Vec<usize> = (0..texts.len()).filter(|at| !chosen.contains(at)).collect();
            let left: Vec<Cow<'_, str>> = kept.iter().map(|at| Cow::Borrowed(&*texts[*at])).collect();
            if !self.all_fit(&left) {
                continue;
            }
            let is_same = |other: &Vec<usize>| other.iter().zip(&kept).all(|(one, other)| texts[*one] == texts[*other]);
            if found.as_ref().is_some_and(|other| !is_same(other)) {
                return None;
            }
            found.get_or_insert(kept);
        }
        found.filter(|kept| self.told(kept.iter().map(|at| &*texts[*at])) >= TELLING)
    }

    /// The first cell that may stand in another column than its own, when all that is wrong with a row happened in one place.
    fn first_moved(&self, texts: &[Cow<'_, str>]) -> Option<usize> {
        let (width, count) = (self.shapes.len(), texts.len());
        if width.abs_diff(count) > MOST_OFF {
            return None;
        }
        // Behind the place, cells stand `count - width` columns too far right, or too far left.
        let fits_behind =
            |at: usize| (at + width).checked_sub(count).is_some_and(|column| self.shapes[column].fits(&texts[at]));
        let more = count.saturating_sub(width);
        let may_be = |place: usize| {
            more > 0 || Shape::may_be_joint(&self.shapes[place..=place + (width - count)], &texts[place])
        };
        (0..width.min(count)).find(|place| {
            let behind = if more > 0 { place + more } else { place + 1 };
            self.all_fit(&texts[..*place]) && (behind..count).all(fits_behind) && may_be(*place)
        })
    }
}

/// Every way of choosing `many` of `all`.
fn choices(all: &[usize], many: usize) -> Vec<Vec<usize>> {
    if many == 0 {
        return vec![Vec::new()];
    }
    let with = |(at, first): (usize, &usize)| {
        let first = *first;
        choices(&all[at + 1..], many - 1).into_iter().map(move |mut rest| {
            rest.push(first);
            rest
        })
    };
    all.iter().enumerate().flat_map(with).collect()
}
