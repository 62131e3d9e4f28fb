//! Which rows of a table are data: not empty ones, not headers said again on the next page, not totals.

use super::aside::{self, Aside};
use super::footer;
use super::headers::Headers;
use super::manifest::Totals;
use super::map::Mapping;
use super::names;
use super::read::raw::{Fit, RawRow, RawTable};
use crate::schema::{ColumnType, Relation, Schema};
use crate::source::Span;

/// How many places of a kind are kept.
const EXAMPLES: usize = 5;

/// The rows of a table behind its headers, by what they are.
#[derive(Clone, Debug, Default)]
pub struct Sorted<'a> {
    /// Rows of the relation.
    pub data: Vec<&'a RawRow>,
    /// Sums of other rows.
    pub totals: Vec<&'a RawRow>,
    /// What was left out or is odd.
    pub tally: Tally,
}

/// Rows that were left out or are odd.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows with nothing in them.
    pub empty: usize,
    /// Headers said again.
    pub headers: Counted,
    /// Sums of other rows.
    pub totals: Counted,
    /// Notes, signatures, headings of parts, numbers of columns.
    pub asides: Counted,
    /// Rows below the headers that say how to fill in the columns.
    pub hints: Counted,
    /// Rows that are part of the row above them (`其中：……`).
    pub of_which: Counted,
    /// Rows with more filled cells than there are headers.
    pub long: Counted,
    /// Rows with more cells than there are headers, of which those beyond are empty.
    pub wider: Counted,
    /// Rows that end before the last header.
    pub short: Counted,
    /// Rows of another number of cells that were put in order by what the columns hold.
    pub mended: Counted,
    /// Rows of another number of cells that are not read from where their cells may stand in other columns.
    pub torn: Counted,
    /// Rows that the file hides; they are data all the same.
    pub hidden: Counted,
    /// The first row with more fields than are kept.
    pub wide: Option<Span>,
}

/// How many rows, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub count: usize,
    /// The first of their places.
    pub places: Vec<Span>,
}

impl Counted {
    /// One more row.
    pub fn add(&mut self, place: Span) {
        self.count += 1;
        if self.places.len() < EXAMPLES {
            self.places.push(place);
        }
    }

    fn append(&mut self, other: &Self) {
        self.count += other.count;
        let more = EXAMPLES.saturating_sub(self.places.len());
        self.places.extend(other.places.iter().take(more));
    }
}

impl Tally {
    /// Counts a row that stands aside, at `place`.
    pub fn aside(&mut self, aside: Aside, place: Span) {
        match aside {
            Aside::OfWhich => self.of_which.add(place),
            Aside::Hint => self.hints.add(place),
            _ => self.asides.add(place),
        }
    }

    /// Counts a row of so many cells below so many headers; whether something stands beyond these is asked where it matters.
    pub fn width(&mut self, (cells, headers): (usize, usize), place: Span, (fit, has_more): (Fit, &dyn Fn() -> bool)) {
        match fit {
            Fit::Mended => self.mended.add(place),
            Fit::Torn(_) | Fit::Other => self.torn.add(place),
            Fit::AsIs if cells > headers && has_more() => self.long.add(place),
            Fit::AsIs if cells > headers => self.wider.add(place),
            Fit::AsIs if cells < headers => self.short.add(place),
            Fit::AsIs => {}
        }
    }

    /// Adds what another counted, whose rows come later.
    pub fn add(&mut self, other: &Self) {
        self.empty += other.empty;
        self.headers.append(&other.headers);
        self.totals.append(&other.totals);
        self.asides.append(&other.asides);
        self.hints.append(&other.hints);
        self.of_which.append(&other.of_which);
        self.long.append(&other.long);
        self.wider.append(&other.wider);
        self.short.append(&other.short);
        self.mended.append(&other.mended);
        self.torn.append(&other.torn);
        self.hidden.append(&other.hidden);
        self.wide = self.wide.or(other.wide);
    }
}

/// Sorts the rows of `table` behind `headers`; `totals` says which rows besides data are rows like others. What stands in
/// `odd` at the position of a row, ascending, is what that is as data.
#[must_use]
pub fn sort<'a>(
    (table, odd): (&'a RawTable, &'a [(usize, RawRow)]),
    headers: &Headers,
    mapping: &Mapping,
    totals: &Totals,
) -> Sorted<'a> {
    let mut sorted = Sorted::default();
    let tally = &mut sorted.tally;
    let width = headers.columns.len();
    let below = headers.rows.end.min(table.rows.len());
    let footers = match totals {
        Totals::All => Vec::new(),
        _ => footer::footers(&table.rows[below..], headers),
    };
    for (at, row) in table.rows.iter().enumerate().skip(below) {
        if row.cells.iter().all(|cell| cell.text.trim().is_empty()) {
            tally.empty += 1;
            continue;
        }
        if repeats_headers(row, headers) {
            tally.headers.add(row.span);
            continue;
        }
        if row.hidden {
            tally.hidden.add(row.span);
        }
        if !matches!(totals, Totals::Keep | Totals::All) && is_total(row, mapping) {
            tally.totals.add(row.span);
            sorted.totals.push(row);
            continue;
        }
        let aside = aside(row, headers);
        let begins_page = || filled(row).nth(1).is_none() && are_headers_of_a_page(&table.rows[at + 1..], headers);
        let aside = aside.or_else(|| begins_page().then_some(Aside::Page));
        let aside = aside.or_else(|| footers.contains(&(at - below)).then_some(Aside::Note));
        let data = odd.binary_search_by_key(&at, |(at, _)| *at).map_or(row, |found| &odd[found].1);
        if let Some(aside) = aside.filter(|_| *totals != Totals::All && !data.fit.is_data()) {
            tally.aside(aside, row.span);
            continue;
        }
        let has_more = || row.cells.iter().skip(width).any(|cell| !cell.text.trim().is_empty());
        tally.width((row.cells.len(), width), row.span, (data.fit, &has_more));
        sorted.data.push(data);
    }
    sorted
}

/// What a row below `headers` is, when it is no data and no sum.
#[must_use]
pub fn aside(row: &RawRow, headers: &Headers) -> Option<Aside> {
    let below = headers.below(row.cells.iter().map(|cell| cell.text.as_str()));
    // A header that is one merged cell with the rows beside it says nothing of any of them.
    let goes_down = |row: &RawRow| {
        let (cell, header) = (row.cells.first()?, headers.columns.first()?.levels.last()?);
        (cell.absent && cell.text.trim() == header.trim()).then_some(1)
    };
    let said = || filled(row).skip(goes_down(row).unwrap_or(0));
    below.or_else(|| aside::of(said(), (row.cells.len(), headers.columns.len()), &headers.titles))
}

/// Rows of a page above the headers that it repeats.
pub const PAGE_TITLES: usize = 3;

/// Whether the first of `rows` say the headers again, but for titles and the like: then what stands alone above them is
/// the first title of a page.
#[must_use]
pub fn are_headers_of_a_page(rows: &[RawRow], headers: &Headers) -> bool {
    let mut rows =
        rows.iter().take(PAGE_TITLES).skip_while(|row| filled(row).nth(2).is_none() && !repeats_headers(row, headers));
    rows.next().is_some_and(|row| repeats_headers(row, headers))
}

/// What is written in a row, what merged cells repeat to the right left out.
pub fn filled(row: &RawRow) -> impl Iterator<Item = &str> {
    let before = std::iter::once(None).chain(row.cells.iter().map(Some));
    let own = row.cells.iter().zip(before).filter(|(cell, before)| {
        let repeats = before.is_some_and(|before| cell.absent && before.span == cell.span);
        !repeats && !cell.text.trim().is_empty()
    });
    own.map(|(cell, _)| cell.text.as_str())
}

/// Whether a row says the lowest headers again: two at least, and nothing else.
#[must_use]
pub fn repeats_headers(row: &RawRow, headers: &Headers) -> bool {
    if headers.rows.is_empty() {
        return false;
    }
    let mut same = 0;
    for (cell, header) in row.cells.iter().zip(&headers.columns) {
        if cell.text.trim().is_empty() {
            continue;
        }
        let fits = header.levels.iter().any(|level| is_same_header(level.trim(), without_mark(&cell.text)));
        if !fits {
            return false;
        }
        same += 1;
    }
    let mut beyond = row.cells.iter().skip(headers.columns.len());
    same >= 2 && (same == named(headers) || beyond.all(|cell| cell.text.trim().is_empty()))
}

/// How many columns have a header. A row that says all of them may add more of its own.
#[must_use]
pub fn named(headers: &Headers) -> usize {
    headers.columns.iter().filter(|header| !header.levels.is_empty()).count()
}

/// Whether a text says a header again, perhaps with other brackets or blanks.
#[must_use]
pub fn is_same_header(header: &str, text: &str) -> bool {
    // Cheap first: hardly any cell begins as its header does.
    header == text
        || header.as_bytes().first_chunk::<3>() == text.as_bytes().first_chunk::<3>()
            && text.len() <= header.len() * 3
            && names::normal(header) == names::normal(text)
}

/// A text without blanks around it and without the byte order mark that stands where one file was put behind another.
#[must_use]
pub fn without_mark(text: &str) -> &str {
    text.trim().trim_start_matches('\u{feff}').trim_start()
}

/// From which cell on a row with more cells than there are headers (`width`) is not what it seems: where commas between
/// thousands, or for decimal points, that nothing quotes cut an amount in pieces. Only when that accounts for every cell too many.
pub fn torn<'a>(cells: usize, width: usize, text: impl Fn(usize) -> &'a str) -> Option<usize> {
    let last = (width..cells).rev().find(|at| !text(*at).trim().is_empty())?;
    let (mut first, mut joins, mut at) = (None, 0, 0);
    while at < last {
        if begins_thousands(text(at)) {
            let groups = (at + 1..=last).take_while(|next| is_thousands(text(*next))).count();
            if groups > 0 {
                first = first.or(Some(at));
            }
            joins += groups;
            at += groups;
        }
        at += 1;
    }
    first.filter(|_| joins > last - width).or_else(|| torn_at_point(width, last, text))
}

/// The same for one comma for a decimal point, `4,95`: where one cell is too many, and the last is no note but a number.
fn torn_at_point<'a>(width: usize, last: usize, text: impl Fn(usize) -> &'a str) -> Option<usize> {
    let is_cut = |at: &usize| is_whole(text(*at)) && is_decimals(text(*at + 1));
    let may_be = last == width && text(last).trim().starts_with(|c: char| c.is_ascii_digit() || c == '-');
    (0..last).find(is_cut).filter(|_| may_be)
}

/// `4`, `-12`, `0`: what stands before the comma of an amount without any for thousands.
fn is_whole(text: &str) -> bool {
    let digits = without_sign(text);
    (1..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// `95`: what stands behind the comma of an amount that is none of thousands.
fn is_decimals(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['元', ')', '）', '%']);
    (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `1`, `-12`, `(123`: what stands before the first comma of an amount.
fn begins_thousands(text: &str) -> bool {
    let digits = without_sign(text);
    is_whole(text) && digits.len() <= 3 && !digits.starts_with('0')
}

fn without_sign(text: &str) -> &str {
    text.trim().trim_start_matches(['-', '+', '(', '（', '△', '￥', '¥', '$', '£', '€', ' '])
}

/// `234`, `234.50`, `234)`: what stands behind one.
fn is_thousands(text: &str) -> bool {
    let bytes = text.trim().as_bytes();
    bytes.len() >= 3 && bytes[..3].iter().all(u8::is_ascii_digit) && !bytes.get(3).is_some_and(u8::is_ascii_digit)
}

/// Whether a text of the row, one that the relation takes or the first one, says that it is a sum.
fn is_total(row: &RawRow, mapping: &Mapping) -> bool {
    let texts = mapping.columns.iter().filter(|column| column.kind.ty == ColumnType::Symbol);
    let mapped = texts.filter_map(|column| row.cells.get(column.index?)).map(|cell| cell.text.as_str());
    first_names_total(row) || say_total(mapped)
}

/// Whether the first thing that a row says is that it is a sum.
#[must_use]
pub fn first_names_total(row: &RawRow) -> bool {
    let first = row.cells.iter().find(|cell| !cell.text.trim().is_empty());
    first.is_some_and(|cell| names::names_total(&cell.text))
}

/// Whether the rows of a relation are totals themselves: those of another one, or stated ones, whose name is that of a total.
#[must_use]
pub fn has_totals_as_rows(relation: &Relation, schema: &Schema) -> bool {
    let takes_totals = schema.relations.iter().any(|other| other.totals.as_ref() == Some(&relation.name));
    takes_totals || relation.columns.first().is_some_and(|name| name.doc.contains("合计"))
}

/// Whether one of the texts that a relation takes from a row says that the row is a sum; the first of them is its name.
pub fn say_total<'a>(mut texts: impl Iterator<Item = &'a str>) -> bool {
    texts.next().is_some_and(names::names_total) || texts.any(names::is_total)
}
