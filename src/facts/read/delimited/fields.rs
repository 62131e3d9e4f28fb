//! Records and fields of a text, by place.

use std::ops::Range;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use super::Dialect;

/// Fields of a record beyond this are not kept: four times what a spreadsheet has.
pub const MOST_FIELDS: usize = 1 << 16;
/// How many unclosed quotes are looked for before quotes are no longer believed.
const MOST_UNCLOSED: usize = 16;

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

    /// Where quotes stand that are opened and never closed, as far as the text was read.
    #[must_use]
    pub fn unclosed(&self) -> &[usize] {
        &self.unclosed
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
        if let Some(quote) = self.opened(fields) {
            self.unclosed.push(quote);
            self.at = start;
            self.unquoted(fields);
        }
        let end = fields.last().filter(|_| fields.len() < MOST_FIELDS);
        let end = end.map_or(self.at, |field| self.end_of(field));
        Some(start..end.max(start))
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
                        fields.push(self.field(start..self.at));
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

    /// The field that was read in `range`, which may include what ends it.
    fn field(&self, range: Range<usize>) -> Field {
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
        let doubled = content.contains(&quote) || self.dialect.escape.is_some_and(|escape| content.contains(&escape));
        Field { range: range.start + 1..range.start + 1 + content.len(), doubled: doubled || !closed }
    }

    /// Where a field opens a quote that never closes, or that only the quote of another line seems to close.
    fn opened(&self, fields: &[Field]) -> Option<usize> {
        let quote = self.dialect.quote?;
        if self.dialect.escape.is_some() {
            return self.opened_with_escapes(fields.last()?, quote);
        }
        let runs_on = |field: &&Field| field.doubled && ends_early(&self.text[field.range.clone()], quote);
        if let Some(field) = fields.iter().find(runs_on) {
            return field.range.start.checked_sub(1);
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

/// Whether the quoting of `content` ends behind a line break and something other than a delimiter follows.
fn ends_early(content: &[u8], quote: u8) -> bool {
    let Some(line) = content.iter().position(|byte| *byte == b'\n') else { return false };
    let mut at = 0;
    while let Some(next) = content[at..].iter().position(|byte| *byte == quote) {
        let here = at + next;
        if content.get(here + 1) != Some(&quote) {
            return here > line && here + 1 < content.len();
        }
        at = here + 2;
    }
    false
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
    let mut open = true;
    while at < bytes.len() {
        let is_escape = escape == Some(bytes[at]) && at + 1 < bytes.len();
        if !open || bytes[at] != quote && !is_escape {
            at += 1;
            continue;
        }
        // A doubled quote is one, what is escaped is itself; a single quote ends the quoting.
        let doubled = !is_escape && bytes.get(at + 1) == Some(&quote);
        let kept = at + usize::from(doubled);
        text.push_str(&written[start..kept]);
        start = at + 1 + usize::from(doubled);
        at = start + usize::from(is_escape);
        open = doubled || is_escape;
        if let (Ok(text), Ok(source)) = (u32::try_from(text.len()), u32::try_from(start)) {
            runs.push((text, source));
        }
    }
    text.push_str(&written[start..]);
    (text, runs)
}
