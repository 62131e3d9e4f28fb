//! The end of a large text, whose rows may be no data.

use std::ops::Range;

use super::Care;
use crate::facts::footer;
use crate::facts::headers::Headers;
use crate::facts::read::delimited::{self, Dialect, Records};
use crate::facts::read::raw::RawRow;
use crate::source::SourceFile;

/// Bytes of the end that are looked at.
const LOOKED_AT: usize = 64 << 10;

/// Where rows at the end of `range` begin that are no data, as [`footer::footers`] says. Where a quote stands near the end,
/// and rows cannot be told apart from behind, the whole range is gone through if it is short, and nothing said if it is long.
#[must_use]
pub fn footers(
    file: &SourceFile,
    (dialect, care): (Dialect, Care),
    range: Range<usize>,
    headers: &Headers,
) -> Vec<u32> {
    let whole = range.len() <= LOOKED_AT;
    let from = file.floor_char(range.end.saturating_sub(LOOKED_AT)).max(range.start);
    let stretch = file.stretch(from..range.end);
    let end = stretch.as_bytes();
    let quoted = dialect.quote.is_some_and(|quote| memchr::memchr(quote, end).is_some());
    if quoted && !whole {
        return Vec::new();
    }
    let lines = if quoted { None } else { memchr::memrchr_iter(b'\n', end).nth(footer::MOST * 2) };
    let from = match lines {
        Some(at) => from + at + 1,
        None if whole => range.start,
        None => return Vec::new(),
    };
    let mut records = Records::within(file, dialect, (from..range.end, care.believed()));
    let next = || delimited::next_row(file, dialect, &mut records);
    let rows: Vec<RawRow> = std::iter::from_fn(next).collect();
    let start = |at: usize| u32::try_from(file.local(rows[at].span.start())).unwrap_or(u32::MAX);
    footer::footers(&rows, headers).into_iter().map(start).collect()
}
