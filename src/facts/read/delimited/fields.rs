//! Records and fields of a text, by place.

use std::ops::Range;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use super::Dialect;
use super::loose::{self, Marks};

/// Fields of a record beyond this are not kept: four times what a spreadsheet has.
pub const MOST_FIELDS: usize = 1 << 16;
/// How many unclosed quotes are looked for before quotes are no longer believed.
const MOST_UNCLOSED: usize = 16;

/// Lines beyond its first that a record may have whose quotes do not pair.
const MOST_LINES: usize = 4;

/// A field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Its content, without the quotes around it.
    pub range: Range<usize>,
    /// Quotes within it are written twice, or quotes end before it does.
    pub doubled: bool,
}

/// Goes through the records of a text.
#[derive(Debug)]
pub struct Fields<'a> {
    text: &'a [u8],
    dialect: Dialect,
    reader: Reader,
    at: usize,
    /// No record begins from here on.
    end: usize,
    /// Quotes of records from here on are not believed.
    believed: usize,
    above: u32,
    unclosed: Vec<usize>,
    /// Where quotes stand that do not pair, of records that were told apart all the same.
    loose: Vec<usize>,
    /// Where a field of the last record opens a quote that ends before the field does.
    suspect: Option<usize>,
    unbelieved: Option<usize>,
}

impl<'a> Fields<'a> {
    /// At the start of `text`.
    #[must_use]
    pub fn new(text: &'a str, dialect: Dialect) -> Self {
        Self {
            text: text.as_bytes(),
            dialect,
            reader: reader(dialect),
            at: 0,
            end: text.len(),
            believed: usize::MAX,
            above: 0,
            unclosed: Vec::new(),
            loose: Vec::new(),
            suspect: None,
            unbelieved: None,
        }
    }

    /// The records of a text that begin in `range`, of which those from `believed` on are known to have no quotes.
    #[must_use]
    pub fn within(text: &'a str, dialect: Dialect, (range, believed): (Range<usize>, usize)) -> Self {
        Self { at: range.start, end: range.end.min(text.len()), believed, ..Self::new(text, dialect) }
    }

    /// How many empty lines stand above the last record, or behind it at the end, in what was gone through.
    #[must_use]
    pub const fn above(&self) -> u32 {
        self.above
    }

    /// From where on quotes are no longer believed, if they are not.
    #[must_use]
    pub fn unbelieved(&self) -> Option<usize> {
        self.unbelieved
    }

    /// Where quotes stand that do not pair, as far as the text was read: never closed, or within a field and not doubled.
    #[must_use]
    pub fn unpaired(&self) -> Vec<usize> {
        let mut places: Vec<usize> = self.unclosed.iter().chain(&self.loose).copied().collect();
        places.sort_unstable();
        places
    }

    /// The fields of the next record, and its place; none at the end of the text. Empty lines are no records.
    pub fn next(&mut self, fields: &mut Vec<Field>) -> Option<Range<usize>> {
        let before = self.at;
        self.skip_lines();
        let start = self.at;
        self.above = self.empty_lines(before..start);
        if start >= self.end {
            return None;
        }
        if start >= self.believed && self.dialect.quote.is_some() {
            self.without_quotes();
        }
        self.record(fields);
        let opened = self.opened(fields);
        if let Some(quote) = opened.or(self.suspect) {
            self.unpair(fields, start, (quote, opened.is_some()));
        } else if let Some(cells) = self.dialect.quote.and_then(|quote| loose::joined(self.text, fields, quote)) {
            self.loose.push(fields[cells.start].range.start);
            let whole = fields[cells.start].range.start..fields[cells.end - 1].range.end;
            fields.splice(cells, [Field { range: whole, doubled: false }]);
        }
        let end = fields.last().filter(|_| fields.len() < MOST_FIELDS);
        let end = end.map_or(self.at, |field| self.end_of(field));
        Some(start..end.max(start))
    }

    /// Reads the record that begins at `start` again, of which the quote at `quote` does not pair; `runs_on` when it ends
    /// behind the line, if anywhere.
    fn unpair(&mut self, fields: &mut Vec<Field>, start: usize, (quote, runs_on): (usize, bool)) {
        let mut end = self.line_end(start);
        let mut found = self.resolved(start..end, u32::MAX).or_else(|| self.resolved(start..self.at, u32::MAX));
        for _ in 0..MOST_LINES {
            if found.is_some() || end >= self.text.len() {
                break;
            }
            end = self.line_end(end + 1);
            // A field of several lines, if all else is as it should be: rows are not to be put together.
            found = self.resolved(start..end, 1);
        }
        if let Some((resolved, end)) = found {
            self.loose.push(quote);
            *fields = resolved;
            self.at = end;
        } else if runs_on {
            self.unclosed.push(quote);
            self.at = start;
            self.unquoted(fields);
        } else {
            self.loose.push(quote);
        }
    }

    /// The fields of a record in `range`, perhaps with its end of line, where only one way of reading it gives as many as usual and takes
    /// `most` quotes for text.
    fn resolved(&self, range: Range<usize>, most: u32) -> Option<(Vec<Field>, usize)> {
        let marks =
            Marks { delimiter: self.dialect.delimiter, quote: self.dialect.quote?, escape: self.dialect.escape };
        let written = &self.text[range.clone()];
        let ends = written.iter().rev().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
        let end = range.end - ends;
        Some((loose::resolve(self.text, range.start..end, marks, (self.dialect.usual, most))?, range.end))
    }

    /// Over empty lines and comments.
    fn skip_lines(&mut self) {
        while let Some(byte) = self.text.get(self.at) {
            match byte {
                b'\r' | b'\n' => self.at += 1,
                byte if Some(*byte) == self.dialect.comment => self.at = self.line_end(self.at),
                _ => return,
            }
        }
    }

    /// How many of the lines that were skipped in `range`, behind a record or its end of line, are empty.
    fn empty_lines(&self, range: Range<usize>) -> u32 {
        if range.is_empty() {
            return 0;
        }
        let is_first = range.start == 0 || self.text[range.start - 1] == b'\n';
        let mut lines = self.text[range].split(|byte| *byte == b'\n');
        // Behind the last end of line the record begins.
        lines.next_back();
        let empty = lines.skip(usize::from(!is_first)).filter(|line| matches!(**line, [] | [b'\r']));
        u32::try_from(empty.count()).unwrap_or(u32::MAX)
    }

    fn without_quotes(&mut self) {
        self.dialect.quote = None;
        self.reader = reader(self.dialect);
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = &self.text[from..];
        rest.iter().position(|byte| *byte == b'\n').map_or(self.text.len(), |at| from + at)
    }

    /// Reads the fields of the record that begins here.
    fn record(&mut self, fields: &mut Vec<Field>) {
        fields.clear();
        self.suspect = None;
        self.reader.reset();
        let mut scratch = [0_u8; 1024];
        let mut start = self.at;
        let mut ended = false;
        self.at = padding(self.text, self.at, self.dialect.quote);
        start = start.max(self.at);
        loop {
            let input = &self.text[self.at..];
            let (result, read, _) = self.reader.read_field(input, &mut scratch);
            self.at += read;
            match result {
                ReadFieldResult::OutputFull => {}
                ReadFieldResult::InputEmpty if self.at < self.text.len() => {}
                // Once more with no input: that is how the reader learns of the end.
                ReadFieldResult::InputEmpty if !ended => ended = true,
                ReadFieldResult::Field { record_end } => {
                    if fields.len() < MOST_FIELDS {
                        let field = self.field(start..self.at);
                        fields.push(field);
                    }
                    if record_end {
                        return;
                    }
                    self.at = padding(self.text, self.at, self.dialect.quote);
                    start = self.at;
                }
                ReadFieldResult::InputEmpty | ReadFieldResult::End => return,
            }
        }
    }

    /// The field that was read in `range`, which may include what ends it. One whose quoting ends before it does is as written.
    fn field(&mut self, range: Range<usize>) -> Field {
        let mut range = range;
        let bytes = self.text;
        if let Some(last) = range.end.checked_sub(1).filter(|last| *last >= range.start) {
            let ends = [b'\n', b'\r', self.dialect.delimiter].contains(&bytes[last]);
            // Within open quotes a break is content; such a field is read again without quotes anyway.
            if ends {
                range.end = last;
                let windows = bytes[last] == b'\n' && range.end > range.start && bytes[range.end - 1] == b'\r';
                range.end -= usize::from(windows);
            }
        }
        let Some(quote) = self.dialect.quote.filter(|quote| bytes[range.clone()].first() == Some(quote)) else {
            return Field { range, doubled: false };
        };
        let inside = &bytes[range.start + 1..range.end];
        let closed = inside.last() == Some(&quote);
        let content = if closed { &inside[..inside.len() - 1] } else { inside };
        if loose::lone_quotes(content, quote, self.dialect.escape) > 0 {
            self.suspect.get_or_insert(range.start);
            return Field { range, doubled: false };
        }
        let doubled = content.contains(&quote) || self.dialect.escape.is_some_and(|escape| content.contains(&escape));
        Field { range: range.start + 1..range.start + 1 + content.len(), doubled: doubled || !closed }
    }

    /// Where a field opens a quote that never closes, or that only the quote of another line seems to close.
    fn opened(&self, fields: &[Field]) -> Option<usize> {
        let quote = self.dialect.quote?;
        let runs_on = |field: &&Field| {
            !field.doubled && ends_early(&self.text[field.range.clone()], (quote, self.dialect.escape))
        };
        if let Some(field) = self.suspect.and_then(|_| fields.iter().find(runs_on)) {
            return Some(field.range.start);
        }
        if self.dialect.escape.is_some() {
            return self.opened_with_escapes(fields.last()?, quote);
        }
        let last = fields.last().filter(|_| self.at >= self.text.len())?;
        let start = last.range.start.checked_sub(1).filter(|start| self.text[*start] == quote)?;
        let first_of_field = start == 0 || [b'\n', b'\r', self.dialect.delimiter].contains(&self.text[start - 1]);
        let quotes = self.text[start..].iter().filter(|byte| **byte == quote).count();
        (first_of_field && quotes % 2 == 1).then_some(start)
    }

    /// Where the last field opens a quote that does not stand at its end.
    fn opened_with_escapes(&self, last: &Field, quote: u8) -> Option<usize> {
        let start = last.range.start.checked_sub(1).filter(|start| self.text[*start] == quote)?;
        let closed = self.text[last.range.end..].first() == Some(&quote);
        (self.at >= self.text.len() && !closed).then_some(start)
    }

    /// Reads the line that begins here as if there were no quotes.
    fn unquoted(&mut self, fields: &mut Vec<Field>) {
        fields.clear();
        let end = self.line_end(self.at);
        let mut start = self.at;
        for at in self.at..=end {
            if at == end || self.text[at] == self.dialect.delimiter {
                if fields.len() < MOST_FIELDS {
                    fields.push(Field { range: start..at, doubled: false });
                }
                start = at + 1;
            }
        }
        self.at = end;
        if self.unclosed.len() >= MOST_UNCLOSED {
            self.unbelieved.get_or_insert(self.at);
            self.without_quotes();
        }
    }

    /// The end of a field with the quote behind it.
    fn end_of(&self, field: &Field) -> usize {
        let quote = self.dialect.quote.is_some_and(|quote| {
            let before = field.range.start.checked_sub(1).map(|at| self.text[at]);
            before == Some(quote) && self.text.get(field.range.end) == Some(&quote)
        });
        field.range.end + usize::from(quote)
    }
}

/// Whether a field that is written so, with its first quote, goes on behind a line break before a quote ends its quoting.
fn ends_early(written: &[u8], (quote, escape): (u8, Option<u8>)) -> bool {
    let Some(content) = written.strip_prefix(&[quote]) else { return false };
    let Some(line) = content.iter().position(|byte| *byte == b'\n') else { return false };
    loose::lone_quotes(&content[..line], quote, escape) == 0
}

/// Where a field begins: behind blanks before a quote, else at once.
#[must_use]
pub fn padding(text: &[u8], at: usize, quote: Option<u8>) -> usize {
    if text.get(at) != Some(&b' ') || quote.is_none() {
        return at;
    }
    let blanks = text[at..].iter().take_while(|byte| **byte == b' ').count();
    if text.get(at + blanks).copied() == quote { at + blanks } else { at }
}

fn reader(dialect: Dialect) -> Reader {
    let mut builder = ReaderBuilder::new();
    builder.delimiter(dialect.delimiter).comment(dialect.comment).escape(dialect.escape);
    match dialect.quote {
        Some(quote) => builder.quote(quote),
        None => builder.quoting(false),
    };
    builder.build()
}

/// The content of a quoted field, and where it and `written` part company.
#[must_use]
pub fn unescape(written: &str, quote: u8, escape: Option<u8>) -> (String, Vec<(u32, u32)>) {
    let mut text = String::with_capacity(written.len());
    let mut runs = vec![(0, 0)];
    let mut start = 0;
    let bytes = written.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        // A backslash before anything else than a quote or another one is itself: `C:\new`.
        let is_escaped = |byte: &u8| *byte == quote || Some(*byte) == escape;
        let is_escape = escape == Some(bytes[at]) && bytes.get(at + 1).is_some_and(is_escaped);
        let is_doubled = bytes[at] == quote && bytes.get(at + 1) == Some(&quote);
        if !is_escape && !is_doubled {
            at += 1;
            continue;
        }
        // A doubled quote is one, an escaped one is itself; a single quote is what is written.
        text.push_str(&written[start..at + usize::from(is_doubled && !is_escape)]);
        start = at + 1 + usize::from(is_doubled && !is_escape);
        at = start + usize::from(is_escape);
        if let (Ok(text), Ok(source)) = (u32::try_from(text.len()), u32::try_from(start)) {
            runs.push((text, source));
        }
    }
    text.push_str(&written[start..]);
    (text, runs)
}
