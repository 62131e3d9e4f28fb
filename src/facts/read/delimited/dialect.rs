//! What separates and quotes the fields of a file.

use super::fields::Fields;
use crate::facts::read::{Format, Options};

/// Bytes from the top that are looked at.
pub const SAMPLE: usize = 64 * 1024;
/// Rows that are looked at; and how many where those are of one field each, as lines of a preamble are.
const ROWS: usize = 100;
const MORE_ROWS: usize = 1000;
/// What may separate fields, likelier first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// What separates fields in odd files: taken only when every row has as many of them, and no usual one does as well.
const ODD_DELIMITERS: [u8; 8] = [b'^', b'~', b'\x1f', b'#', b'@', b'!', b':', b' '];

/// How the fields of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Between fields.
    pub delimiter: u8,
    /// Around fields, doubled within.
    pub quote: Option<u8>,
    /// Before quotes within, where they are not doubled.
    pub escape: Option<u8>,
    /// What begins a line that is no row.
    pub comment: Option<u8>,
    /// How many fields most rows have, which tells apart those whose quotes do not pair; 0 where most have no number in common.
    pub usual: usize,
}

impl Dialect {
    /// The dialect of `text`, as far as the manifest does not say.
    #[must_use]
    pub fn find(text: &str, format: Format, options: &Options) -> Self {
        let mut end = text.len().min(SAMPLE);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let sample = &text[..end];
        let quote = options.quote.unwrap_or_else(|| Some(quote_of(sample.as_bytes())));
        let escape = options.escape.or_else(|| quote.and_then(|quote| escape_of(sample.as_bytes(), quote)));
        let known = Self { delimiter: b',', quote, escape, comment: options.comment, usual: 0 };
        let delimiter = options.delimiter.unwrap_or_else(|| delimiter_of(sample, format, known));
        let found = Self { delimiter, ..known };
        Self { usual: usual(sample, found), ..found }
    }
}

fn delimiter_of(sample: &str, format: Format, known: Dialect) -> u8 {
    let first = if format == Format::Tsv { b'\t' } else { b',' };
    let has_fields = |rows: usize| {
        let is_wide =
            |delimiter: u8| widths(sample, (Dialect { delimiter, ..known }, rows)).keys().any(|width| *width > 1);
        DELIMITERS.into_iter().any(is_wide)
    };
    let rows = if has_fields(ROWS) || !has_fields(MORE_ROWS) { ROWS } else { MORE_ROWS };
    let evidence = |delimiter: u8| widths(sample, (Dialect { delimiter, ..known }, rows));
    // How many rows have the commonest number of fields, two at least; times that number, up to a few.
    let score = |delimiter: u8| {
        let score = |(width, rows): (usize, usize)| rows * width.min(4);
        evidence(delimiter).into_iter().filter(|(width, _)| *width > 1).map(score).max().unwrap_or(0)
    };
    let best = DELIMITERS.into_iter().map(|delimiter| (score(delimiter), delimiter == first, delimiter)).max();
    let usual = best.filter(|(score, ..)| *score > 0).map(|(.., delimiter)| delimiter);
    let even = |delimiter: u8, least: usize| {
        let widths = evidence(delimiter);
        widths.len() == 1 && widths.iter().all(|(width, rows)| *width >= least && *rows > 1)
    };
    // Commas within texts are no evidence against what every row has as many of.
    let least = if usual.is_some() { 3 } else { 2 };
    let odd = || ODD_DELIMITERS.into_iter().find(|delimiter| even(*delimiter, least));
    usual.filter(|usual| even(*usual, 2)).or_else(odd).or(usual).unwrap_or(first)
}

/// How many of the first rows have each number of fields.
fn widths(sample: &str, (dialect, rows): (Dialect, usize)) -> std::collections::BTreeMap<usize, usize> {
    let mut fields = Fields::new(sample, dialect);
    let mut record = Vec::new();
    let mut widths = std::collections::BTreeMap::new();
    for _ in 0..rows {
        if fields.next(&mut record).is_none() {
            break;
        }
        *widths.entry(record.len()).or_insert(0_usize) += 1;
    }
    widths
}

/// How many fields more than half of the first rows have.
fn usual(sample: &str, dialect: Dialect) -> usize {
    let widths = widths(sample, (dialect, ROWS));
    let all: usize = widths.values().sum();
    widths.into_iter().find(|(_, rows)| rows * 2 > all).map_or(0, |(width, _)| width)
}

fn ends_field(byte: Option<&u8>) -> bool {
    byte.is_none_or(|byte| matches!(byte, b'\n' | b'\r') || DELIMITERS.contains(byte))
}

/// `'` when fields stand between these and none between `"`.
fn quote_of(sample: &[u8]) -> u8 {
    let wrapped = |quote: u8| {
        let places = memchr::memchr_iter(quote, sample);
        let (mut opening, mut closing) = (0, 0);
        for at in places {
            opening += usize::from(ends_field(at.checked_sub(1).map(|before| &sample[before])));
            closing += usize::from(ends_field(sample.get(at + 1)));
        }
        opening.min(closing)
    };
    if wrapped(b'"') == 0 && wrapped(b'\'') > 1 { b'\'' } else { b'"' }
}

/// A backslash when it stands before quotes within fields and none of these is doubled.
fn escape_of(sample: &[u8], quote: u8) -> Option<u8> {
    let (mut escaped, mut doubled) = (false, false);
    for at in memchr::memchr_iter(quote, sample) {
        let before = at.checked_sub(1).map(|before| sample[before]);
        let after = sample.get(at + 1);
        let is_behind_escape = before == Some(b'\\');
        // `48\"",` escapes a quote and closes; `\""` before anything else is a backslash and a doubled quote.
        let closes = after == Some(&quote) && ends_field(sample.get(at + 2));
        escaped |= is_behind_escape && !ends_field(after) && (after != Some(&quote) || closes);
        doubled |= after == Some(&quote)
            && !ends_field(before.as_ref())
            && before != Some(quote)
            && !(is_behind_escape && closes);
    }
    (escaped && !doubled).then_some(b'\\')
}
