//! Levels of headers: which rows below a header row still are headers, and what they say together.

use std::ops::Range;

use super::{Header, Headers, hints};
use crate::facts::names;
use crate::facts::read::raw::{RawCell, RawRow, RawTable};
use crate::source::Span;

/// Headers are no longer than this, in characters; what is longer is cut.
const LONGEST: usize = 120;
/// Headers have no more levels than this.
const MOST_LEVELS: usize = 5;

/// How many rows from `first` on merged cells hold together: a header that is merged downwards reaches as far as the
/// headers do. One when no cell of the row is.
pub(super) fn merged_levels(table: &RawTable, first: usize) -> usize {
    let reaches = |upper: &RawCell, lower: &RawCell| lower.absent && lower.span == upper.span && has_words(&upper.text);
    let goes_on = |row: usize| {
        let (Some(upper), Some(lower)) = (table.rows.get(row), table.rows.get(row + 1)) else { return false };
        let held = upper.cells.iter().zip(&lower.cells).any(|(upper, lower)| reaches(upper, lower));
        let own = || lower.cells.iter().filter(|cell| !cell.absent && !cell.text.trim().is_empty());
        held && own().next().is_some() && !own().any(|cell| is_number(&cell.text))
    };
    1 + (first..first + MOST_LEVELS - 1).take_while(|row| goes_on(*row)).count()
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// Whether a text is a number rather than a header.
fn is_number(text: &str) -> bool {
    text.len() < 100 && text.chars().any(char::is_numeric) && !has_words(text)
}

/// Whether the row behind `row` is a lower level of headers: it stands below empty or wide cells of `row`, leaves empty
/// what `row` says already, and holds no number.
pub(super) fn has_lower_level(table: &RawTable, row: usize) -> bool {
    let Some(lower) = table.rows.get(row + 1) else { return false };
    let upper = &table.rows[row];
    let columns = 0..lower.cells.len();
    let written = columns.clone().filter(|at| has_text(lower, *at)).count();
    let numbers = lower.cells.iter().any(|cell| is_number(&cell.text));
    let below_nothing = columns.clone().any(|at| has_text(lower, at) && !has_own_text(upper, at));
    let left_empty = columns.clone().filter(|at| !has_text(lower, *at) && has_text(upper, *at)).count();
    let below_first = has_text(lower, 0) && has_text(upper, 0) && lower.cells[0].text != upper.cells[0].text;
    let is_hint = hints::are_hints(lower.cells.iter().map(|cell| cell.text.trim()).filter(|text| !text.is_empty()));
    written >= 2 && !is_hint && !numbers && below_nothing && left_empty > 0 && !below_first
}

/// The headers that stand in `rows`.
pub(super) fn at(table: &RawTable, rows: Range<usize>) -> Headers {
    let width =
        table.rows.iter().skip(rows.start).take(rows.len().max(1)).map(|row| row.cells.len()).max().unwrap_or(0);
    let mut columns = vec![Header::default(); width];
    let is_of_units = |row: usize| row > rows.start && says_units(&table.rows[row]);
    let last = rows.clone().rev().find(|row| !is_of_units(*row)).unwrap_or(rows.start);
    for row in rows.clone() {
        if is_of_units(row) {
            columns.iter_mut().zip(&table.rows[row].cells).for_each(|(header, cell)| add_unit(header, cell));
            continue;
        }
        // A level above others reaches to the right until the next text; so do merged cells that a file cannot say.
        let mut reaching: Option<(usize, &str, Span)> = None;
        for (at, header) in columns.iter_mut().enumerate() {
            let cell = table.rows[row].cells.get(at);
            let written = cell.filter(|cell| !cell.text.trim().is_empty());
            if let Some(cell) = written {
                reaching = (row < last).then(|| (at, &*cell.text, cell.span));
                push_level(header, &cell.text, cell.span);
            } else if let Some((_, text, span)) = &reaching {
                let below = table.rows[row + 1..=last].iter().any(|lower| has_text(lower, at));
                if below {
                    push_level(header, text, *span);
                }
            }
        }
    }
    Headers { rows, columns, ..Headers::default() }
}

/// `headers` with the row below them if it says in which units the columns are.
pub(super) fn with_units(table: &RawTable, headers: Headers) -> Headers {
    let below = table.rows.get(headers.rows.end).filter(|_| !headers.rows.is_empty());
    if below.is_some_and(says_units) { at(table, headers.rows.start..headers.rows.end + 1) } else { headers }
}

fn says_units(row: &RawRow) -> bool {
    let texts = || row.cells.iter().map(|cell| cell.text.trim()).filter(|text| !text.is_empty());
    names::are_units(texts()) || names::are_units(texts().filter(|text| !hints::is_one(text)))
}

/// Takes the unit of a row of units below.
fn add_unit(header: &mut Header, cell: &RawCell) {
    if !header.levels.is_empty() && names::unit_alone(&cell.text).is_some() {
        header.below = Some(cell.text.trim().trim_matches(['(', ')', '（', '）']).to_owned());
    }
}

fn has_text(row: &RawRow, at: usize) -> bool {
    row.cells.get(at).is_some_and(|cell| !cell.text.trim().is_empty())
}

/// Whether a text is written in this cell, rather than in one that covers it.
fn has_own_text(row: &RawRow, at: usize) -> bool {
    has_text(row, at) && !row.cells[at].absent
}

fn push_level(header: &mut Header, text: &str, span: Span) {
    let text = text.trim();
    let text = text.char_indices().nth(LONGEST).map_or(text, |(at, _)| &text[..at]);
    let repeats = header.levels.last().is_some_and(|above| names::normal(above) == names::normal(text));
    if !repeats {
        header.levels.push(text.to_owned());
    }
    header.span = span;
}
