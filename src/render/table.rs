//! Text in columns, aligned for a terminal.

use super::human::width;

/// Rows of cells, each column as wide as its widest cell; the last column is not padded.
#[must_use]
pub fn aligned(rows: &[Vec<String>], indent: &str) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max();
    let widths: Vec<usize> = (0..columns).map(|column| widest(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = indent.to_owned();
        for (cell, widest) in row.iter().zip(&widths) {
            line += cell;
            line += &" ".repeat(widest - width(cell) + 2);
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}
