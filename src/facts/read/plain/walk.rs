//! Lines to paragraphs and tables.

use std::ops::Range;

use super::lines::{Kind, Line, lines, trimmed};
use super::{aligned, drawn};

/// Cells that are kept of one text.
const MOST_CELLS: usize = 3_000_000;
/// Lines one after another from which on a table aligned with blanks is looked for in vain.
const MOST_TRIED: usize = 16;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    /// A line of running text.
    Paragraph(Range<usize>),
    /// A table.
    Table(Table),
}

/// A table: for each cell of each row, where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) rows: Vec<Vec<Range<usize>>>,
    /// Where cells go on in further lines: row, column and place.
    pub(super) wrapped: Vec<(usize, usize, Range<usize>)>,
}

/// The parts of `text` in order; and, when there was too much of it, where reading stopped.
pub(super) fn blocks(text: &str) -> (Vec<Block>, Option<usize>) {
    let lines = lines(text);
    let mut walk = Walk { text, lines: &lines, at: 0, blocks: Vec::new(), cells: 0, tried: 0 };
    while walk.at < lines.len() {
        if walk.cells > MOST_CELLS {
            return (walk.blocks, Some(lines[walk.at].content.start));
        }
        match lines[walk.at].kind {
            Kind::Blank => walk.at += 1,
            Kind::Text => walk.text(),
            Kind::Record => walk.records(),
            Kind::Cell => walk.cells(),
        }
    }
    (walk.blocks, None)
}

/// `range` without the quotes around it, which programs write where a cell has a comma or a tab in it; a cell with quotes
/// within keeps all of them.
fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let inside = text[range.clone()].strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inside.filter(|inside| !inside.contains('"')) {
        Some(_) => range.start + 1..range.end - 1,
        None => range,
    }
}

struct Walk<'a> {
    text: &'a str,
    lines: &'a [Line],
    at: usize,
    blocks: Vec<Block>,
    cells: usize,
    /// How many of the lines before could have begun a table aligned with blanks and did not.
    tried: usize,
}

impl Walk<'_> {
    fn kind(&self, at: usize) -> Option<Kind> {
        self.lines.get(at).map(|line| line.kind)
    }

    /// A line of text, or a table that is drawn or aligned with blanks.
    fn text(&mut self) {
        let lines = &self.lines[self.at..];
        let (mut count, mut found) = match drawn::table(self.text, lines) {
            Some((count, table)) => (count, Some(table)),
            None => (0, None),
        };
        if found.is_none() && self.tried < MOST_TRIED {
            (count, found) = aligned::table(self.text, lines);
        }
        if let Some(table) = found {
            self.cells += table.rows.iter().map(Vec::len).sum::<usize>();
            self.at += count;
            self.tried = 0;
            return self.blocks.push(Block::Table(table));
        }
        // Lines that look aligned and are no table are looked at again from the next one on: the first may be a title.
        self.tried = if count == 0 { 0 } else { self.tried + 1 };
        self.paragraph();
    }

    fn paragraph(&mut self) {
        let content = trimmed(self.text, self.lines[self.at].content.clone());
        if !content.is_empty() {
            self.blocks.push(Block::Paragraph(content));
        }
        self.at += 1;
    }

    /// Lines with tabs inside: a table when there are two or more in a row.
    fn records(&mut self) {
        let is_row = |line: &&Line| matches!(line.kind, Kind::Record | Kind::Cell);
        let count = self.lines[self.at..].iter().take_while(is_row).count();
        if count < 2 {
            return self.paragraph();
        }
        let mut rows = Vec::new();
        for line in &self.lines[self.at..self.at + count] {
            let lead = usize::from(line.kind == Kind::Cell);
            let start = line.content.start - lead;
            let mut cells = Vec::new();
            let mut from = start;
            for cell in self.text[start..line.content.end].split('\t') {
                cells.push(unquoted(self.text, trimmed(self.text, from..from + cell.len())));
                from += cell.len() + 1;
            }
            self.cells += cells.len();
            rows.push(cells);
            if self.cells > MOST_CELLS {
                break;
            }
        }
        self.at += rows.len();
        self.blocks.push(Block::Table(Table { rows, ..Table::default() }));
    }

    /// Tab-led lines: a table when a row has more than one of them.
    fn cells(&mut self) {
        let from = self.at;
        let mut rows: Vec<Vec<Range<usize>>> = Vec::new();
        let mut row: Vec<Range<usize>> = Vec::new();
        while let Some(line) = self.lines.get(self.at) {
            match line.kind {
                Kind::Cell | Kind::Record => {
                    row.push(trimmed(self.text, line.content.clone()));
                    self.cells += 1;
                    self.at += 1;
                }
                Kind::Text if self.continues(&rows, &row, self.at) => self.extend(&mut row),
                Kind::Text => break,
                Kind::Blank => {
                    let next = self.after_blanks(self.at);
                    match self.kind(next) {
                        Some(Kind::Cell | Kind::Record) => {
                            rows.push(std::mem::take(&mut row));
                            self.at = next;
                        }
                        Some(Kind::Text) if next == self.at + 1 && self.continues(&rows, &row, next) => {
                            self.at = next;
                            self.extend(&mut row);
                        }
                        _ => break,
                    }
                }
            }
            if self.cells > MOST_CELLS {
                break;
            }
        }
        rows.extend(Some(row).filter(|row| !row.is_empty()));
        if rows.iter().any(|row| row.len() > 1) {
            self.blocks.push(Block::Table(Table { rows, ..Table::default() }));
        } else {
            // Paragraphs that are merely indented with a tab.
            let lines = self.lines[from..self.at].iter().filter(|line| !line.content.is_empty());
            self.blocks.extend(lines.map(|line| Block::Paragraph(line.content.clone())));
        }
    }

    /// Lets the last cell of `row` run to the end of the text line here.
    fn extend(&mut self, row: &mut [Range<usize>]) {
        let end = trimmed(self.text, self.lines[self.at].content.clone()).end;
        if let Some(cell) = row.last_mut() {
            if cell.start == cell.end {
                cell.start = self.lines[self.at].content.start;
            }
            cell.end = end.max(cell.start);
        }
        self.at += 1;
    }

    /// Whether the text line at `at` belongs to the last cell of `row` rather than being a paragraph after the table.
    fn continues(&self, rows: &[Vec<Range<usize>>], row: &[Range<usize>], at: usize) -> bool {
        let width = rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut next = at;
        // The paragraphs of a cell have at most one empty line between them.
        while self.kind(next) == Some(Kind::Text)
            || self.kind(next) == Some(Kind::Blank) && self.kind(next + 1) == Some(Kind::Text)
        {
            next += 1;
        }
        match self.kind(next) {
            // The row goes on right after the text.
            Some(Kind::Cell) => row.len() < width || rows.len() < 2 && !row.is_empty(),
            // Another row follows the text: it is of this table unless it reads like the header of another.
            Some(Kind::Blank) => {
                let following = next + 1;
                row.len() == width && rows.len() > 1 && self.kind(following) == Some(Kind::Cell) && {
                    let cells: Vec<&Line> = self.lines[following..]
                        .iter()
                        .take(width + 1)
                        .take_while(|line| line.kind == Kind::Cell)
                        .collect();
                    let digits = |line: &&&Line| self.text[line.content.clone()].contains(|c: char| c.is_ascii_digit());
                    cells.len() == width && cells.iter().skip(1).any(|line| digits(&line))
                }
            }
            _ => false,
        }
    }

    /// The first line from `at` on that is not blank.
    fn after_blanks(&self, at: usize) -> usize {
        at + self.lines[at..].iter().take_while(|line| line.kind == Kind::Blank).count()
    }
}
