//! Tables that are drawn with characters: `| a | b |` between lines of `+---+---+`, or with `│ ─ ┼`.

use std::ops::Range;

use super::lines::{Kind, Line, trimmed};
use super::walk::Table;

/// What stands between cells.
const BARS: [char; 6] = ['|', '│', '┃', '║', '｜', '¦'];
/// What lines between rows are drawn with, beside bars.
const STROKES: [char; 5] = ['-', '─', '━', '═', '='];

/// The table that `lines` begin with, and how many of them it takes.
pub(super) fn table(text: &str, lines: &[Line]) -> Option<(usize, Table)> {
    let is_part = |line: &&Line| line.kind == Kind::Text && (is_rule(of(text, line)) || of(text, line).contains(BARS));
    let count = lines.iter().take_while(is_part).count();
    let mut groups: Vec<Vec<Vec<Range<usize>>>> = vec![Vec::new()];
    let mut rules = 0;
    for line in &lines[..count] {
        if is_rule(of(text, line)) {
            rules += 1;
            groups.push(Vec::new());
        } else if let Some(group) = groups.last_mut() {
            group.push(cells(text, line.content.clone()));
        }
    }
    groups.retain(|group| !group.is_empty());
    let widths = || groups.iter().flatten().map(Vec::len);
    let width = widths().max()?;
    let even = widths().filter(|own| *own == width).count();
    let framed = || lines[..count].iter().all(|line| of(text, line).starts_with(BARS));
    let is_table = width >= 2 && widths().count() >= 2 && even * 10 >= widths().count() * 8 && (rules > 0 || framed());
    is_table.then(|| (count, rows(text, groups)))
}

/// Whether a line is drawn between rows.
pub(super) fn is_rule(line: &str) -> bool {
    let is_drawn = |c: char| BARS.contains(&c) || STROKES.contains(&c) || matches!(c, '+' | ':' | ' ' | '┄'..='╿');
    line.chars().filter(|c| STROKES.contains(c)).nth(2).is_some() && line.chars().all(is_drawn)
}

fn of<'a>(text: &'a str, line: &Line) -> &'a str {
    &text[line.content.clone()]
}

/// The cells of a row, which bars may frame.
fn cells(text: &str, line: Range<usize>) -> Vec<Range<usize>> {
    let mut cells = Vec::new();
    let mut from = line.start;
    for cell in text[line.clone()].split(BARS) {
        cells.push(trimmed(text, from..from + cell.len()));
        let bar = text[from + cell.len()..].chars().next().map_or(0, char::len_utf8);
        from += cell.len() + bar;
    }
    // Without a bar in front, one at the end stands before an empty cell.
    if text[line.clone()].starts_with(BARS) {
        cells.remove(0);
        if text[line].ends_with(BARS) && cells.len() > 1 {
            cells.pop();
        }
    }
    cells
}

/// The rows: a line each, or what stands between two drawn lines where most rows are parted by these.
fn rows(text: &str, groups: Vec<Vec<Vec<Range<usize>>>>) -> Table {
    let single = groups.iter().filter(|group| group.len() == 1).count();
    let is_parted = groups.len() >= 3 && single * 2 > groups.len();
    let mut table = Table::default();
    for group in groups {
        if !is_parted {
            table.rows.extend(group);
            continue;
        }
        let mut lines = group.into_iter();
        let Some(mut row) = lines.next() else { continue };
        for line in lines {
            for (at, part) in line.into_iter().enumerate().filter(|(_, part)| !text[part.clone()].is_empty()) {
                match row.get_mut(at) {
                    Some(cell) if cell.start == cell.end => *cell = part,
                    Some(_) => table.wrapped.push((table.rows.len(), at, part)),
                    None => row.push(part),
                }
            }
        }
        table.rows.push(row);
    }
    table
}
