//! The tables and paragraphs of a page.

use super::super::captions::Captions;
use super::super::narrative::Paragraph;
use super::super::raw::{Covering, RawCell, RawTable};
use super::super::run::{Line, Run};
use super::gather::{Gather, Gathered};
use super::grid::{Grid, Reach};
use super::tokens::{Token, Tokens, number};
use crate::source::SourceFile;

/// Cells, covered ones included, that are kept of one page.
const MOST_CELLS: usize = 2_000_000;
/// Tables within tables deeper than this are not told apart.
const MOST_DEEP: usize = 64;

/// What a page holds.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) tables: Vec<RawTable>,
    pub(super) paragraphs: Vec<Paragraph>,
    /// Where reading stopped, when there was too much.
    pub(super) cut: Option<usize>,
}

/// Elements that begin and end a line.
const BLOCKS: [&str; 29] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "fieldset",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "section",
    "ul",
];

/// Reads the page in `file`.
pub(super) fn walk(file: &SourceFile) -> Page {
    let mut walk = Walk {
        file,
        page: Page::default(),
        paragraph: Gather::default(),
        heading: false,
        open: Vec::new(),
        captions: Captions::default(),
        covering: Covering::default(),
        cells: 0,
        run: Run::default(),
        slots: Vec::new(),
    };
    for token in Tokens::new(file.text()) {
        if walk.cells + walk.covering.made() > MOST_CELLS {
            walk.page.cut = Some(match token {
                Token::Open { at, .. } | Token::Close { at, .. } => at,
                Token::Text(range) => range.start,
            });
            break;
        }
        walk.token(token);
    }
    let end = file.text().len();
    while !walk.open.is_empty() {
        walk.close_table(end);
    }
    walk.end_paragraph(end);
    walk.page.tables = walk.slots.into_iter().flatten().collect();
    walk.page
}

struct Walk<'a> {
    file: &'a SourceFile,
    page: Page,
    paragraph: Gather,
    heading: bool,
    open: Vec<OpenTable>,
    captions: Captions,
    covering: Covering,
    cells: usize,
    /// How the text that comes is set.
    run: Run,
    /// The tables in the order in which they begin; none for those that only arrange the page.
    slots: Vec<Option<RawTable>>,
}

#[derive(Default)]
struct OpenTable {
    slot: usize,
    grid: Grid,
    cell: Option<(Gather, Reach)>,
    caption: Option<Gather>,
    name: String,
    captions: Vec<String>,
}

impl Walk<'_> {
    fn token(&mut self, token: Token) {
        match token {
            Token::Text(_) if self.run.gone => {}
            Token::Text(range) => {
                let (text, line) = (self.file.text(), self.run.line);
                match self.gather() {
                    Some(gather) => gather.text_on(text, range, line),
                    None => self.paragraph.text_on(text, range, line),
                }
            }
            Token::Open { name, attributes, at } => self.open(&name, attributes, at),
            Token::Close { name, at } => self.close(&name, at),
        }
    }

    /// The text of the cell or caption that is open, if text goes there.
    fn gather(&mut self) -> Option<&mut Gather> {
        let table = self.open.last_mut()?;
        match (&mut table.caption, &mut table.cell) {
            (Some(caption), _) => Some(caption),
            (None, Some((cell, _))) => Some(cell),
            (None, None) => None,
        }
    }

    fn open(&mut self, name: &str, attributes: std::ops::Range<usize>, at: usize) {
        self.set(name, true);
        match name {
            "table" if self.open.len() < MOST_DEEP => {
                self.break_line(at);
                let (name, captions) = self.captions.take();
                self.open.push(OpenTable { slot: self.slots.len(), name, captions, ..OpenTable::default() });
                self.slots.push(None);
            }
            "tr" => {
                self.end_cell(at);
                let place = self.file.span_of(at..at);
                if let Some(table) = self.open.last_mut() {
                    table.grid.begin_row(place, &mut self.covering);
                }
            }
            "td" | "th" => {
                self.end_cell(at);
                let place = self.file.span_of(at..at);
                let attributes = &self.file.text()[attributes];
                let reach = Reach {
                    columns: number(attributes, "colspan").unwrap_or(1),
                    rows: number(attributes, "rowspan").unwrap_or(1),
                    header: name == "th",
                };
                if let Some(table) = self.open.last_mut() {
                    if !table.grid.in_row() {
                        table.grid.begin_row(place, &mut self.covering);
                    }
                    table.cell = Some((Gather::default(), reach));
                }
            }
            "caption" => {
                if let Some(table) = self.open.last_mut() {
                    table.caption = Some(Gather::default());
                }
            }
            "br" => match self.gather() {
                Some(gather) => gather.line_break(at),
                None => self.end_paragraph(at),
            },
            name if BLOCKS.contains(&name) => {
                self.break_line(at);
                self.heading = is_heading(name);
            }
            _ => {}
        }
    }

    /// Takes note of how text is set from the tag `name` on; where a cell or block begins or ends, it is as ever again.
    fn set(&mut self, name: &str, opens: bool) {
        match name {
            "del" | "s" | "strike" => self.run.gone = opens,
            "sup" => self.run.line = if opens { Line::Above } else { Line::On },
            "sub" => self.run.line = if opens { Line::Below } else { Line::On },
            "table" | "tr" | "td" | "th" => self.run = Run::default(),
            name if BLOCKS.contains(&name) => self.run.line = Line::On,
            _ => {}
        }
    }

    fn close(&mut self, name: &str, at: usize) {
        self.set(name, false);
        match name {
            "table" => self.close_table(at),
            "tr" => {
                self.end_cell(at);
                let place = self.file.span_of(at..at);
                if let Some(table) = self.open.last_mut() {
                    table.grid.end_row(place, &mut self.covering);
                }
            }
            "td" | "th" => self.end_cell(at),
            "caption" => {
                if let Some(table) = self.open.last_mut() {
                    let caption = table.caption.take().unwrap_or_default().finish(at).text;
                    if !caption.is_empty() {
                        table.name.clone_from(&caption);
                        table.captions.insert(0, caption);
                    }
                }
            }
            name if BLOCKS.contains(&name) => {
                self.break_line(at);
                self.heading = false;
            }
            _ => {}
        }
    }

    fn break_line(&mut self, at: usize) {
        match self.gather() {
            Some(gather) => gather.line_break(at),
            None => self.end_paragraph(at),
        }
    }

    fn end_paragraph(&mut self, at: usize) {
        let gathered = std::mem::take(&mut self.paragraph).finish(at);
        self.add_paragraph(gathered);
    }

    fn add_paragraph(&mut self, gathered: Gathered) {
        if gathered.text.is_empty() {
            return;
        }
        self.captions.add(&gathered.text);
        self.page.paragraphs.push(Paragraph {
            text: gathered.text,
            span: self.file.span_of(gathered.range),
            shifts: gathered.shifts,
            heading: self.heading,
        });
    }

    fn end_cell(&mut self, at: usize) {
        let Some(table) = self.open.last_mut() else { return };
        let Some((gather, reach)) = table.cell.take() else { return };
        let gathered = gather.finish(at);
        let span = self.file.span_of(gathered.range);
        let cell = RawCell::new(gathered.text, span).shifted(gathered.shifts);
        table.grid.add(cell, reach, &mut self.covering);
        self.cells += 1;
    }

    fn close_table(&mut self, at: usize) {
        self.end_cell(at);
        let Some(mut table) = self.open.pop() else { return };
        table.grid.end_row(self.file.span_of(at..at), &mut self.covering);
        let raw = table.grid.finish();
        if raw.rows.iter().any(|row| row.cells.len() > 1) {
            self.slots[table.slot] = Some(RawTable { name: table.name, captions: table.captions, ..raw });
            return;
        }
        // A table of one column only arranges the page: what it holds is running text.
        for cell in raw.rows.into_iter().flat_map(|row| row.cells).filter(|cell| !cell.absent) {
            let start = self.file.local(cell.span.start());
            let range = start..start + cell.span.len() as usize;
            self.add_paragraph(Gathered { text: cell.text.to_string(), range, shifts: cell.shifts().to_vec() });
        }
    }
}

fn is_heading(name: &str) -> bool {
    name.len() == 2 && name.starts_with('h') && name.ends_with(|level: char| ('1'..='6').contains(&level))
}
