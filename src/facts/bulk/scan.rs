//! What a large text is as a whole, before any row of it is read: how its rows are told apart, and the tables in it.

use std::ops::Range;

use super::split::{self, Part, Rows};
use super::{Care, in_order};
use crate::facts::read::delimited::{self, Dialect, Extent, Field, Fields, Records, unescape};
use crate::facts::read::interrupt::{self, MOST_BARE};
use crate::facts::read::parts::{AHEAD, Before, MOST_TABLES, may_begin, may_interrupt};
use crate::facts::read::raw::RawRow;
use crate::source::SourceFile;

/// What is known of a large delimited text.
#[derive(Clone, Debug)]
pub struct Scan {
    /// How it is written; without quotes when there are none in it.
    pub dialect: Dialect,
    /// How its rows are told apart.
    pub care: Care,
    /// Where quotes stand that do not pair.
    pub unpaired: Vec<usize>,
    /// The tables below one another, one at least.
    pub tables: Vec<Extent>,
}

/// Looks through all of `file`, so many bytes at a time.
#[must_use]
pub fn scan(file: &SourceFile, dialect: Dialect, (threads, chunk): (usize, usize)) -> Scan {
    let simple = dialect.comment.is_none() && dialect.escape.is_none();
    let plan = if simple { split::plan(file, 0..file.len(), (dialect.quote, chunk)) } else { None };
    let firsts = plan.and_then(|plan| look_through(file, dialect, &plan, threads));
    let (care, unpaired, (firsts, quoted)) = match firsts {
        Some(found) => (Care::Fast, Vec::new(), found),
        None => carefully(file, dialect),
    };
    let dialect = Dialect { quote: dialect.quote.filter(|_| quoted), ..dialect };
    let tables = extents(file, dialect, care, &firsts);
    Scan { dialect, care, unpaired, tables }
}

/// What one part of a text has.
#[derive(Debug, Default)]
struct Look {
    /// The first row that is not blank, if nothing blank stands before it in this part and a table can begin with it.
    lead: Option<usize>,
    /// The rows behind blank ones with which a table can begin.
    firsts: Vec<usize>,
    /// The rows without a digit that can be headers; one more than are looked at when there are more.
    bare: Vec<usize>,
    /// Whether a row is not blank.
    has_rows: bool,
    /// Whether the last row is blank.
    blank: bool,
    /// Whether there is a quote.
    quoted: bool,
    /// Whether a quote stands where it is neither opening, closing nor doubled.
    doubtful: bool,
}

impl Look {
    /// Takes note of a row that is not blank and is written so, and of whether a table can begin with it.
    fn row(&mut self, (start, written): (usize, &str), texts: &mut dyn FnMut(fn(&[&str]) -> bool) -> bool) {
        let is_followed = !self.blank && self.has_rows;
        // Hardly any row of data has no digit: the rest is not looked at.
        if self.bare.len() <= MOST_BARE
            && !written.bytes().any(|byte| byte.is_ascii_digit())
            && texts(|texts| may_interrupt(texts.iter().copied()))
        {
            self.bare.push(start);
        }
        if is_followed {
            return;
        }
        if texts(|texts| may_begin(texts.iter().copied())) {
            match self.blank {
                true => self.firsts.push(start),
                false => self.lead = Some(start),
            }
        }
        (self.blank, self.has_rows) = (false, true);
    }
}

/// Where tables may begin, ascending.
#[derive(Debug, Default)]
struct Firsts {
    /// Behind blank rows.
    behind: Vec<usize>,
    /// With rows like headers, wherever they stand.
    bare: Vec<usize>,
}

impl Firsts {
    /// All of them, each with whether it stands behind a blank row; none of the others when there are too many.
    fn all(&self) -> Vec<(usize, bool)> {
        let bare = if self.bare.len() > MOST_BARE { &[] } else { self.bare.as_slice() };
        let mut all: Vec<(usize, bool)> = self.behind.iter().map(|first| (*first, true)).collect();
        all.extend(bare.iter().filter(|first| self.behind.binary_search(first).is_err()).map(|first| (*first, false)));
        all.sort_unstable();
        all
    }
}

/// The rows behind blank ones with which a table can begin, and whether there are quotes; none when these are not as they
/// should be.
fn look_through(file: &SourceFile, dialect: Dialect, plan: &[Part], threads: usize) -> Option<(Firsts, bool)> {
    let mut firsts = Firsts::default();
    let (mut blank, mut quoted, mut doubtful) = (false, false, false);
    let look = |part: &Part| {
        let text = file.stretch(part.start..part.end);
        let look = match dialect.quote.filter(|quote| memchr::memchr(*quote, text.as_bytes()).is_some()) {
            Some(quote) => look_at_records(&text, dialect, quote),
            None => look_at_lines(&text, dialect.delimiter),
        };
        (look, part.start)
    };
    in_order(plan, threads, &look, &mut |(look, start)| {
        let place = |at: usize| start + at;
        firsts.behind.extend(look.lead.filter(|_| blank).map(place));
        firsts.behind.extend(look.firsts.into_iter().map(place));
        firsts.bare.extend(look.bare.into_iter().map(place));
        blank = look.blank || blank && !look.has_rows;
        quoted |= look.quoted;
        doubtful |= look.doubtful;
    });
    (!doubtful).then_some((firsts, quoted))
}

/// Looks at a text without quotes.
fn look_at_lines(text: &str, delimiter: u8) -> Look {
    let mut look = Look::default();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text.as_bytes()) {
        look_at_line(&mut look, &text[start..end], start, delimiter);
        start = end + 1;
    }
    if start < text.len() {
        look_at_line(&mut look, &text[start..], start, delimiter);
    }
    look
}

fn look_at_line(look: &mut Look, line: &str, start: usize, delimiter: u8) {
    let delimiter = char::from(delimiter);
    if line.chars().all(|c| c == delimiter || c.is_whitespace()) {
        look.blank = true;
    } else {
        let texts = || line.split(delimiter).map(str::trim).filter(|text| !text.is_empty()).collect::<Vec<_>>();
        look.row((start, line), &mut |fits| fits(&texts()));
    }
}

/// Looks at a text with quotes: at fields only where a line has one.
fn look_at_records(text: &str, dialect: Dialect, quote: u8) -> Look {
    let mut look = Look { quoted: true, ..Look::default() };
    let mut rows = Rows::new(text.as_bytes(), dialect, Part { start: 0, end: text.len() });
    let mut record = Vec::new();
    let mut start = 0;
    while start < text.len() {
        match memchr::memchr2(b'\n', quote, &text.as_bytes()[start..]).map(|at| start + at) {
            Some(at) if text.as_bytes()[at] == quote => {
                rows.go_to(start);
                let Some(range) = rows.next(&mut record) else { break };
                look_at_record(&mut look, text, dialect, (range.start, &record));
                start = rows.at();
            }
            found => {
                let end = found.unwrap_or(text.len());
                look_at_line(&mut look, &text[start..end], start, dialect.delimiter);
                start = end + 1;
            }
        }
    }
    look.doubtful = !rows.trusted;
    look
}

fn look_at_record(look: &mut Look, text: &str, dialect: Dialect, (start, record): (usize, &[Field])) {
    let written = |field: &Field| text[field.range.clone()].trim();
    if record.iter().all(|field| written(field).is_empty()) {
        look.blank = true;
        return;
    }
    let (first, last) = (record.first().map_or(start, |field| field.range.start), record.last());
    let whole = &text[first..last.map_or(first, |field| field.range.end)];
    look.row((start, whole), &mut |fits| {
        let plain = |field: &Field| match dialect.quote.filter(|_| field.doubled) {
            Some(quote) => unescape(&text[field.range.clone()], quote, dialect.escape).0,
            None => text[field.range.clone()].to_owned(),
        };
        let texts: Vec<String> = record.iter().map(plain).collect();
        fits(&texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect::<Vec<_>>())
    });
}

/// The same for a text whose quotes need care, with how far they are believed and where they do not pair.
fn carefully(file: &SourceFile, dialect: Dialect) -> (Care, Vec<usize>, (Firsts, bool)) {
    let mut fields = Fields::new(file.text(), dialect);
    let mut record = Vec::new();
    let mut look = Look::default();
    while let Some(range) = fields.next(&mut record) {
        look.blank |= fields.above() > 0;
        look_at_record(&mut look, file.text(), dialect, (range.start, &record));
    }
    let believed = fields.unbelieved().unwrap_or(usize::MAX);
    let quoted = dialect.quote.is_some_and(|quote| memchr::memchr(quote, file.text().as_bytes()).is_some());
    let firsts = Firsts { behind: look.firsts, bare: look.bare };
    (Care::Careful { believed }, fields.unpaired(), (firsts, quoted))
}

/// The tables of a text that can begin at its start and at `firsts`.
fn extents(file: &SourceFile, dialect: Dialect, care: Care, firsts: &Firsts) -> Vec<Extent> {
    let length = file.len();
    let from = |start: usize| Extent { range: start..length, believed: care.believed() };
    let mut tables = vec![from(0)];
    let mut before = Before::default();
    let mut rows = Reader::new(file, dialect, &tables[0]);
    for (first, is_behind_blank) in firsts.all() {
        if tables.len() >= MOST_TABLES {
            break;
        }
        rows.read(&mut before, first);
        let ahead = Reader::new(file, dialect, &from(first)).take(AHEAD);
        let is_other = if is_behind_blank { before.is_ended_by(&ahead) } else { before.is_interrupted_by(&ahead) };
        if is_other {
            before = Before::behind(&ahead);
            rows = Reader::new(file, dialect, &from(first));
            let least = tables.last().map_or(0, |last| last.range.start);
            let start = if is_behind_blank { first } else { titled(file, dialect, least..first) };
            if let Some(last) = tables.last_mut() {
                last.range.end = start;
            }
            tables.push(from(start));
        }
    }
    tables
}

/// Bytes that titles above headers have at most.
const LONGEST_TITLES: usize = 64 << 10;

/// Where the titles straight above the headers at the end of `range` begin.
fn titled(file: &SourceFile, dialect: Dialect, range: Range<usize>) -> usize {
    let from = file.floor_char(range.end.saturating_sub(LONGEST_TITLES)).max(range.start);
    let text = file.stretch(from..range.end);
    let starts = memchr::memrchr_iter(b'\n', &text.as_bytes()[..text.len().saturating_sub(1)]);
    let starts: Vec<usize> = starts.map(|at| from + at + 1).take(interrupt::MOST_TITLES).collect();
    let row = |at: usize| {
        let end = at.checked_sub(1).map_or(range.end, |at| starts[at]);
        let mut records = Records::within(file, dialect, (starts[at]..end, usize::MAX));
        delimited::next_row(file, dialect, &mut records).unwrap_or_default()
    };
    let above: Vec<RawRow> = (0..starts.len()).map(row).collect();
    match interrupt::titles(above.iter().map(interrupt::texts)) {
        0 => range.end,
        count => starts[count - 1],
    }
}

/// Reads the rows of an extent one by one.
struct Reader<'a> {
    file: &'a SourceFile,
    dialect: Dialect,
    records: Records<'a>,
    waiting: Option<RawRow>,
}

impl<'a> Reader<'a> {
    fn new(file: &'a SourceFile, dialect: Dialect, extent: &Extent) -> Self {
        let records = Records::within(file, dialect, (extent.range.clone(), extent.believed));
        Self { file, dialect, records, waiting: None }
    }

    fn next(&mut self) -> Option<RawRow> {
        self.waiting.take().or_else(|| delimited::next_row(self.file, self.dialect, &mut self.records))
    }

    fn take(mut self, rows: usize) -> Vec<RawRow> {
        (0..rows).map_while(|_| self.next()).collect()
    }

    /// Shows `before` the rows that begin before `end`, as far as it wants to see them.
    fn read(&mut self, before: &mut Before, end: usize) {
        while !before.knows_enough() {
            let Some(row) = self.next() else { return };
            if self.file.local(row.span.start()) >= end {
                self.waiting = Some(row);
                return;
            }
            before.add(&row);
        }
    }
}
