//! Some lines of a fact file as columns of their own.

use std::ops::Range;

use memchr::memchr;

use super::cells::{cells, value};
use super::plain::{Block, Numbers, Plain, Run, Take};
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
        let mut block = Block::default();
        let mut at = lines.range.start;
        while at < bytes.len() {
            if let Some((plain, next)) = fast.and_then(|plain| Some((plain, block.cut(plain, bytes, at)?))) {
                for run in &block.runs {
                    match *run {
                        Run::Even { first, lines: count } => read.even(self, lines, (plain, &block), (first, count)),
                        Run::Odd(start) => read.careful(self, lines, line(bytes, start).0),
                    }
                }
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
    /// Adds `count` lines of a cell for each column, `first` being the first cell. One in which a number is not plain is read
    /// with care.
    fn even(
        &mut self,
        job: &Job<'_>,
        lines: &Lines<'_>,
        (plain, block): (&Plain, &Block),
        (first, count): (usize, usize),
    ) {
        let bytes = lines.text.as_bytes();
        let width = plain.columns().len();
        let mut odd = Vec::new();
        let mut numbers = |(at, take): (usize, &Take)| match take {
            Take::Text | Take::Nothing => Numbers::default(),
            take => Numbers::read(bytes, block.column(bytes, (first, count), (at, width)), *take, &mut odd),
        };
        let numbers: Vec<Numbers> = plain.columns().iter().enumerate().map(&mut numbers).collect();
        odd.sort_unstable();
        odd.dedup();
        let mut from = 0;
        for upto in odd.into_iter().chain([count]) {
            if from < upto {
                self.rows.begin_all((from..upto).map(|line| block.start(first, line, width)));
            }
            for (at, take) in plain.columns().iter().enumerate().filter(|_| from < upto) {
                match take {
                    Take::Number => self.rows.numbers(at, &numbers[at].digits[from..upto]),
                    Take::Amount => {
                        self.rows.amounts(at, &numbers[at].digits[from..upto], &numbers[at].scales[from..upto])
                    }
                    Take::Text => {
                        let run = (first + from * width, upto - from);
                        for place in block.column(bytes, run, (at, width)) {
                            self.rows.text(at, &lines.text[place.clone()], lines.start(&place));
                        }
                    }
                    Take::Nothing => self.rows.nothings(at, upto - from),
                }
            }
            if upto < count {
                self.careful(job, lines, line(bytes, block.start(first, upto, width)).0);
            }
            from = upto + 1;
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
                self.rows.nothings(at, 1);
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
