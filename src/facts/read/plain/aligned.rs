//! Tables whose columns are aligned with blanks: fields stand below one another, two blanks or more apart. A Chinese character
//! is as wide as two letters, or as one where a program counted characters.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::drawn::is_rule;
use super::lines::{Kind, Line, trimmed};
use super::walk::Table;

/// Fewer lines are no table.
const LEAST: usize = 3;
/// Rows from the top by which columns are told apart.
const SHOWING: usize = 2000;

/// How wide characters are taken to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Width {
    /// As on a screen.
    Shown,
    /// One each.
    Counted,
}

/// A field: its place on the line, from column to column, and in the text.
#[derive(Clone, Debug)]
struct Field {
    columns: Range<usize>,
    range: Range<usize>,
}

/// How many of `lines` from the first on look aligned, none when too few do; and the table that they are, if they are one.
pub(super) fn table(text: &str, lines: &[Line]) -> (usize, Option<Table>) {
    let count = count(text, lines);
    if count < LEAST { (0, None) } else { (count, aligned(text, &lines[..count])) }
}

fn aligned(text: &str, lines: &[Line]) -> Option<Table> {
    let rows: Vec<Range<usize>> =
        lines.iter().filter(|line| !is_rule(&text[line.content.clone()])).map(|line| whole(text, line)).collect();
    if rows.len() < LEAST {
        return None;
    }
    let rule = lines.iter().find(|line| is_rule(&text[line.content.clone()]));
    let rule = rule.map(|line| whole(text, line));
    let ways = [(Width::Shown, 2), (Width::Counted, 2), (Width::Shown, 1), (Width::Counted, 1)];
    let found = ways.into_iter().find_map(|way| by_columns(text, &rows, (way, rule.as_ref())));
    let cells = found.or_else(|| by_order(text, &rows))?;
    is_table(text, &cells).then(|| Table { rows: cells, ..Table::default() })
}

/// How many lines from the first on have several fields; a line with a single one may stand between two of these.
fn count(text: &str, lines: &[Line]) -> usize {
    let is_text = |line: &Line| line.kind == Kind::Text;
    let several = |line: &Line| is_text(line) && text[line.content.clone()].split("  ").nth(1).is_some();
    let several = |line: &Line| several(line) || is_text(line) && text[line.content.clone()].contains('\u{3000}');
    let ruled = |at: usize| {
        let rule = lines.get(at).map(|line| &text[line.content.clone()]);
        rule.is_some_and(|rule| is_rule(rule) && rule.split_whitespace().nth(1).is_some())
    };
    let mut count = usize::from(lines.first().is_some_and(is_text) && ruled(1));
    while let Some(line) = lines.get(count).filter(|line| is_text(line)) {
        let stands_between = || count > 0 && lines.get(count + 1).is_some_and(several);
        if !several(line) && !is_rule(&text[line.content.clone()]) && !stands_between() {
            break;
        }
        count += 1;
    }
    count
}

/// The line with the blanks that it begins with.
fn whole(text: &str, line: &Line) -> Range<usize> {
    let start = text[..line.content.start].rfind('\n').map_or(0, |at| at + 1);
    start..line.content.end
}

/// The fields of a line, at least `gap` blanks apart.
fn fields(text: &str, line: Range<usize>, (width, gap): (Width, usize)) -> Vec<Field> {
    let mut fields: Vec<Field> = Vec::new();
    let mut column = 0;
    for (at, c) in text[line.clone()].char_indices() {
        let wide = match width {
            Width::Shown => c.width().unwrap_or(0),
            Width::Counted => 1,
        };
        let place = line.start + at..line.start + at + c.len_utf8();
        if !c.is_whitespace() {
            match fields.last_mut().filter(|last| column < last.columns.end + gap) {
                Some(last) => (last.columns.end, last.range.end) = (column + wide, place.end),
                None => fields.push(Field { columns: column..column + wide, range: place }),
            }
        }
        column += wide;
    }
    fields
}

/// The cells of `rows` by the columns that are blank in all of them, or that a `rule` below the headers leaves out.
fn by_columns(
    text: &str,
    rows: &[Range<usize>],
    ((width, gap), rule): ((Width, usize), Option<&Range<usize>>),
) -> Option<Vec<Vec<Range<usize>>>> {
    let lines: Vec<Vec<Field>> = rows.iter().map(|row| fields(text, row.clone(), (width, 2))).collect();
    let drawn = rule.map(|rule| fields(text, rule.clone(), (width, 1))).filter(|drawn| drawn.len() > 1);
    let is_ruled = drawn.is_some();
    let columns: Vec<Range<usize>> = match drawn {
        Some(drawn) => drawn.into_iter().map(|field| field.columns).collect(),
        None => columns(text, rows, (width, gap)),
    };
    let most = lines.iter().map(Vec::len).max().unwrap_or(0);
    let first = lines.first()?;
    if columns.len() < most.max(2) || gap == 1 && columns.len() > first.len().max(most) {
        return None;
    }
    let mut cells = Vec::with_capacity(rows.len());
    for (line, row) in lines.iter().zip(rows) {
        let mut own = vec![row.start..row.start; columns.len()];
        let words = fields(text, row.clone(), (width, 1));
        let crosses =
            |part: &Field| columns.iter().any(|own| part.columns.start < own.start && part.columns.end > own.start);
        let is_whole = line.len() == 1 && (!is_ruled || words.iter().any(crosses));
        let parts = if is_whole { line.clone() } else { words };
        let mut last = None;
        for part in parts {
            // What begins behind the start of a column and before the next one is of it.
            let at = columns.partition_point(|column| column.end <= part.columns.start).min(columns.len() - 1);
            let overlaps = columns.get(at + 1).is_some_and(|next| part.columns.end > next.start);
            if overlaps && !is_whole {
                return None;
            }
            own[at] = if last == Some(at) { own[at].start..part.range.end } else { part.range };
            last = Some(at);
        }
        // Fields that are two blanks apart are two cells.
        let several =
            |field: &Field| own.iter().any(|cell| cell.start < field.range.start && cell.end >= field.range.end);
        if line.len() > 1 && line.iter().skip(1).any(several) {
            return None;
        }
        cells.push(own);
    }
    Some(cells)
}

/// The columns of a page that are not blank in all rows, those joined that are fewer than `gap` blanks apart.
fn columns(text: &str, rows: &[Range<usize>], (width, gap): (Width, usize)) -> Vec<Range<usize>> {
    let mut taken: Vec<Range<usize>> = Vec::new();
    for row in rows.iter().take(SHOWING) {
        let parts = fields(text, row.clone(), (width, 1));
        if fields(text, row.clone(), (width, 2)).len() > 1 {
            taken.extend(parts.into_iter().map(|part| part.columns));
        }
    }
    taken.sort_by_key(|part| part.start);
    let mut columns: Vec<Range<usize>> = Vec::new();
    for part in taken {
        match columns.last_mut().filter(|last| part.start < last.end + gap) {
            Some(last) => last.end = last.end.max(part.end),
            None => columns.push(part),
        }
    }
    columns
}

/// The cells of rows that are not aligned and have as many fields each.
fn by_order(text: &str, rows: &[Range<usize>]) -> Option<Vec<Vec<Range<usize>>>> {
    let cells: Vec<Vec<Range<usize>>> = rows
        .iter()
        .map(|row| {
            fields(text, row.clone(), (Width::Counted, 2)).into_iter().map(|field| trimmed(text, field.range)).collect()
        })
        .collect();
    let width = cells.first().map_or(0, Vec::len);
    (width >= 2 && cells.iter().all(|row| row.len() == width)).then_some(cells)
}

/// Whether rows are a table: words at the top, and numbers below one of them.
fn is_table(text: &str, rows: &[Vec<Range<usize>>]) -> bool {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let is_number = |cell: &str| {
        cell.chars().any(|c| c.is_ascii_digit()) && cell.chars().filter(|c| c.is_alphabetic()).count() <= 1
    };
    let is_amounts = |at: usize| {
        let below = || rows.iter().skip(1).filter_map(|row| row.get(at)).map(|cell| &text[cell.clone()]);
        let written = below().filter(|cell| !cell.is_empty()).count();
        let numbers = below().filter(|cell| is_number(cell)).count();
        written >= 2 && numbers * 10 >= written * 6
    };
    // A title may stand between the first line and the headers.
    let headed = |at: usize| {
        let mut top = rows.iter().take(4).filter_map(|row| row.get(at)).map(|cell| &text[cell.clone()]);
        top.find(|cell| !cell.is_empty()).is_some_and(|cell| !is_number(cell))
    };
    width >= 2 && (0..width).any(|at| is_amounts(at) && headed(at))
}
