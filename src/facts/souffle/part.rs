//! Some lines of a fact file as columns of their own.

use std::ops::Range;

use memchr::memchr;

use super::cells::{cells, value};
use super::plain::{Cell, Plain};
use super::{Dialect, SHOWN};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::bulk::Chunk;
use crate::facts::cells::CellKind;
use crate::schema::{ColumnType, Relation};
use crate::source::{SourceFile, Span};
use crate::text;

/// What is to be read, and as what.
pub(super) struct Job<'a> {
    relation: &'a Relation,
    dialect: &'a Dialect,
    /// For each declared column, what its cells are.
    kinds: Vec<CellKind>,
    /// For each declared column, whether its texts count.
    asked: &'a [bool],
    plain: Option<Plain>,
}

/// Lines to read.
#[derive(Clone, Debug)]
pub(super) struct Lines<'a> {
    /// The text that they are part of.
    pub text: &'a str,
    /// Which part.
    pub range: Range<usize>,
    /// The file whose whole text this is. Without one, neither places nor complaints are kept.
    pub file: Option<&'a SourceFile>,
}

/// Lines that were read.
pub(super) struct Part {
    /// The rows. One that is wrong is not among them, or has nothing in the wrong cell.
    pub rows: Chunk,
    /// The first complaints about them.
    pub faults: Vec<Diagnostic>,
    /// How many there are.
    pub wrong: usize,
}

impl<'a> Job<'a> {
    /// For lines that are rows of `relation`, written so; texts of columns that are not `asked` for are not kept.
    pub(super) fn new(relation: &'a Relation, dialect: &'a Dialect, asked: &'a [bool]) -> Self {
        let kinds: Vec<CellKind> = relation.columns.iter().map(|column| CellKind::plain(column.ty)).collect();
        let plain = Plain::new(dialect, kinds.iter().map(|kind| kind.ty), asked);
        Self { relation, dialect, kinds, asked, plain }
    }

    /// What the cells of each column are.
    pub(super) fn kinds(&self) -> &[CellKind] {
        &self.kinds
    }

    /// Reads lines.
    pub(super) fn read(&self, lines: &Lines<'_>) -> Part {
        let mut read = Part { rows: Chunk::new(lines.file, &self.kinds), faults: Vec::new(), wrong: 0 };
        let bytes = &lines.text.as_bytes()[..lines.range.end];
        let fast = self.plain.as_ref().filter(|plain| !self.has_records(plain, &bytes[lines.range.start..]));
        let mut found = fast.map_or_else(Vec::new, Plain::cells);
        let mut at = lines.range.start;
        while at < bytes.len() {
            if let Some(next) = fast.and_then(|plain| plain.line(bytes, at, &mut found)) {
                read.plain(self, lines, at, &found);
                at = next;
            } else {
                let (line, next) = self.dialect.row(bytes, at);
                read.careful(self, lines, line);
                at = next;
            }
        }
        read
    }

    fn has_records(&self, plain: &Plain, bytes: &[u8]) -> bool {
        plain.minds_records() && memchr(b'[', bytes).is_some()
    }
}

/// The line of `bytes` that begins at `at`, without what ends it, and where the next begins.
pub(super) fn line(bytes: &[u8], at: usize) -> (Range<usize>, usize) {
    let mut end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found);
    let next = end + 1;
    while end > at && bytes[end - 1] == b'\r' {
        end -= 1;
    }
    (at..end, next)
}

impl Part {
    /// Adds a line that was read already.
    fn plain(&mut self, job: &Job<'_>, lines: &Lines<'_>, start: usize, cells: &[Cell]) {
        self.rows.begin(start);
        for (at, cell) in cells.iter().enumerate() {
            let kind = &job.kinds[at];
            let fits = match cell {
                Cell::Number(number) => self.rows.number(at, *number),
                Cell::Amount(digits, scale) => self.rows.amount(at, (*digits, *scale), kind),
                Cell::Text(place) => self.rows.text(at, &lines.text[place.clone()], lines.start(place)),
                Cell::Nothing => self.rows.nothing(at),
            };
            debug_assert!(fits, "plain cells fit their columns");
        }
    }

    /// Adds a line, or complains of it.
    fn careful(&mut self, job: &Job<'_>, lines: &Lines<'_>, row: Range<usize>) {
        let start = row.start;
        match cells(lines.text, row, job.dialect) {
            Ok(cells) => {
                self.rows.begin(start);
                for (at, (content, place)) in cells.iter().enumerate() {
                    self.cell(job, lines, at, (content, place));
                }
            }
            Err((place, message)) => {
                self.complain(lines, &place, |span| Diagnostic::error(Code::RaggedRow, message).at(span));
            }
        }
    }

    fn cell(&mut self, job: &Job<'_>, lines: &Lines<'_>, at: usize, (content, place): (&str, &Range<usize>)) {
        if job.kinds[at].ty == ColumnType::Symbol {
            if job.asked.get(at) == Some(&false) {
                self.rows.nothing(at);
                return;
            }
            let stands_there = content.len() == place.len();
            if self.rows.text(at, content, lines.start(place).filter(|_| stands_there)) {
                return;
            }
        }
        let column = &job.relation.columns[at];
        let found = value(content, column.ty);
        if found.is_none() {
            self.complain(lines, place, |span| malformed(content, column, span));
        }
        self.rows.value(at, found);
    }

    fn complain(&mut self, lines: &Lines<'_>, place: &Range<usize>, fault: impl FnOnce(Span) -> Diagnostic) {
        self.wrong += 1;
        if let Some(file) = lines.file
            && self.faults.len() < SHOWN
        {
            self.faults.push(fault(file.span_of(place.clone())));
        }
    }
}

impl Lines<'_> {
    /// Where in the sources what stands at `place` begins.
    fn start(&self, place: &Range<usize>) -> Option<u32> {
        self.file.map(|file| file.span_of(place.clone()).start())
    }
}

fn malformed(content: &str, column: &crate::schema::Column, span: Span) -> Diagnostic {
    let (name, ty) = (&column.name, column.ty.name());
    let message =
        text!("`{content}` 不是列 `{name}` 的类型 {ty}", "`{content}` is no {ty}, which the column `{name}` holds");
    Diagnostic::error(Code::MalformedCell, message).at(span)
}
