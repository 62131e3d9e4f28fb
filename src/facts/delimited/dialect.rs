//! What separates and quotes the fields of a file.

use super::fields::Fields;
use crate::facts::format::{Format, Options};

/// Bytes from the top that are looked at.
const SAMPLE: usize = 64 * 1024;
/// Rows that are looked at.
const ROWS: usize = 100;
/// What may separate fields, likelier first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// How the fields of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Between fields.
    pub delimiter: u8,
    /// Around fields, doubled within.
    pub quote: Option<u8>,
    /// What begins a line that is no row.
    pub comment: Option<u8>,
}

impl Dialect {
    /// The dialect of `text`, as far as the manifest does not say.
    #[must_use]
    pub fn find(text: &str, format: Format, options: &Options) -> Self {
        let quote = options.quote.unwrap_or(Some(b'"'));
        let comment = options.comment;
        let delimiter = options.delimiter.unwrap_or_else(|| {
            let first = if format == Format::Tsv { b'\t' } else { b',' };
            let mut end = text.len().min(SAMPLE);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let sample = &text[..end];
            let evidence = |delimiter: u8| score(sample, Self { delimiter, quote, comment });
            let best =
                DELIMITERS.into_iter().map(|delimiter| (evidence(delimiter), delimiter == first, delimiter)).max();
            best.filter(|(score, ..)| *score > 0).map_or(first, |(.., delimiter)| delimiter)
        });
        Self { delimiter, quote, comment }
    }
}

/// How many rows have the commonest number of fields, two at least; times that number of fields, up to a few.
fn score(sample: &str, dialect: Dialect) -> usize {
    let mut fields = Fields::new(sample, dialect);
    let mut record = Vec::new();
    let mut widths = std::collections::BTreeMap::new();
    for _ in 0..ROWS {
        if fields.next(&mut record).is_none() {
            break;
        }
        *widths.entry(record.len()).or_insert(0_usize) += 1;
    }
    widths.into_iter().filter(|(width, _)| *width > 1).map(|(width, rows)| rows * width.min(4)).max().unwrap_or(0)
}
