//! Some lines of a fact file as columns of their own.

use std::ops::Range;

use memchr::memchr;

use super::cells::{cells, value};
use super::{Dialect, SHOWN, rows_of};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::bulk::Chunk;
use crate::facts::cells::CellKind;
use crate::schema::{ColumnType, Relation};
use crate::source::{SourceFile, Span};
use crate::text;

/// What is to be read, and as what.
pub(super) struct Job<'a> {
    /// The file.
    pub file: &'a SourceFile,
    /// The relation that its lines are rows of.
    pub relation: &'a Relation,
    /// How it is written.
    pub dialect: &'a Dialect,
    /// For each declared column, what its cells are.
    pub kinds: &'a [CellKind],
    /// For each declared column, whether its texts count.
    pub asked: &'a [bool],
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

impl Job<'_> {
    /// Reads the lines of a part of the file.
    pub(super) fn read(&self, part: &Range<usize>) -> Part {
        let mut read = Part { rows: Chunk::new(self.file, self.kinds), faults: Vec::new(), wrong: 0 };
        let text = self.file.text();
        let mut places = Vec::with_capacity(self.kinds.len());
        for row in rows_of(text, part.clone()) {
            if self.cut(&row, &mut places) {
                read.rows.begin(row.start);
                for (at, place) in places.iter().enumerate() {
                    read.cell(self, at, &text[place.clone()], place.clone());
                }
                continue;
            }
            match cells(text, row.clone(), self.dialect) {
                Ok(cells) => {
                    read.rows.begin(row.start);
                    for (at, (content, place)) in cells.iter().enumerate() {
                        read.cell(self, at, content, place.clone());
                    }
                }
                Err((place, message)) => {
                    read.complain(|| Diagnostic::error(Code::RaggedRow, message).at(self.file.span_of(place)));
                }
            }
        }
        read
    }

    /// Cuts a line at its delimiters, if nothing about it asks for care.
    pub(super) fn cut(&self, row: &Range<usize>, places: &mut Vec<Range<usize>>) -> bool {
        let [delimiter] = *self.dialect.delimiter.as_bytes() else { return false };
        let line = &self.file.text().as_bytes()[row.clone()];
        let records = delimiter == b',' && memchr(b'[', line).is_some();
        if self.dialect.rfc4180 || records || self.dialect.columns.len() != self.kinds.len() {
            return false;
        }
        places.clear();
        let mut at = 0;
        for column in &self.dialect.columns {
            if at > line.len() || *column != Some(places.len()) {
                return false;
            }
            let end = memchr(delimiter, &line[at..]).map_or(line.len(), |found| at + found);
            places.push(row.start + at..row.start + end);
            at = end + 1;
        }
        true
    }
}

impl Part {
    fn cell(&mut self, job: &Job<'_>, at: usize, content: &str, place: Range<usize>) {
        let span = |place: Range<usize>| job.file.span_of(place);
        let is_text = job.kinds[at].ty == ColumnType::Symbol;
        let content = if is_text && job.asked.get(at) == Some(&false) { "" } else { content };
        let stands_there = content.is_empty() || content.len() == place.len();
        if stands_there && self.rows.plain(at, content, (&job.kinds[at], span(place.clone()).start())) {
            return;
        }
        let column = &job.relation.columns[at];
        let found = value(content, column.ty);
        if found.is_none() {
            self.complain(|| malformed(content, column, span(place)));
        }
        self.rows.value(at, found);
    }

    fn complain(&mut self, fault: impl FnOnce() -> Diagnostic) {
        self.wrong += 1;
        if self.faults.len() < SHOWN {
            self.faults.push(fault());
        }
    }
}

fn malformed(content: &str, column: &crate::schema::Column, span: Span) -> Diagnostic {
    let (name, ty) = (&column.name, column.ty.name());
    let message =
        text!("`{content}` 不是列 `{name}` 的类型 {ty}", "`{content}` is no {ty}, which the column `{name}` holds");
    Diagnostic::error(Code::MalformedCell, message).at(span)
}
