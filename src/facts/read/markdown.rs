//! Markdown: tables of pipes, and the text between.

use std::ops::Range;

use super::Request;
use super::captions::Captions;
use super::encoding;
use super::html::{Gather, Gathered};
use super::narrative::{self, Paragraph};
use super::raw::{RawCell, RawRow, RawTable};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{SourceFile, SourceMap};
use crate::text;

/// Cells that are kept of one file.
const MOST_CELLS: usize = 3_000_000;

/// Reads every table of the file, then its sentences.
#[must_use]
pub fn read(sources: &mut SourceMap, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let Some(file) = encoding::open_text(sources, request, &mut report) else { return (Vec::new(), report) };
    let file = sources.file(file);
    let mut walk = Walk { file, tables: Vec::new(), paragraphs: Vec::new(), captions: Captions::default(), cells: 0 };
    if let Some(at) = walk.run() {
        let name = request.name;
        let message =
            text!("{name} 的表格过大，其余没有读入", "the tables of {name} are too large; the rest was not read");
        report.push(Diagnostic::error(Code::LimitReached, message).at(file.span_of(at..at)));
    }
    walk.tables.extend(narrative::table(request.name, &walk.paragraphs));
    (walk.tables, report)
}

struct Walk<'a> {
    file: &'a SourceFile,
    tables: Vec<RawTable>,
    paragraphs: Vec<Paragraph>,
    captions: Captions,
    cells: usize,
}

impl Walk<'_> {
    /// Reads everything; where it stopped, if there was too much.
    fn run(&mut self) -> Option<usize> {
        let text = self.file.text();
        let lines = lines(text);
        let line = |at: usize| lines.get(at).map_or("", |range: &Range<usize>| &text[range.clone()]);
        let (mut at, mut open, mut fence) = (0, Gather::default(), false);
        while at < lines.len() {
            let start = lines[at].start;
            if self.cells > MOST_CELLS {
                return Some(start);
            }
            let is_fence = line(at).trim_start().starts_with("```") || line(at).trim_start().starts_with("~~~");
            let ends_paragraph = is_fence || fence || line(at).trim().is_empty() || line(at).starts_with('#');
            let table = !fence && line(at).contains('|') && is_rule(line(at + 1), cells(line(at)).len());
            if ends_paragraph || table {
                self.paragraph(std::mem::take(&mut open), start, false);
            }
            if is_fence {
                fence = !fence;
            } else if table {
                let rows = 1 + lines[at + 2..].iter().take_while(|range| text[(*range).clone()].contains('|')).count();
                self.table(&[&lines[at..=at], &lines[at + 2..at + 1 + rows]].concat());
                at += rows;
            } else if !fence && line(at).starts_with('#') {
                let marks = line(at).len() - line(at).trim_start_matches('#').len();
                let mut heading = Gather::default();
                heading.text(text, start + marks..lines[at].end);
                self.paragraph(heading, start, true);
            } else if !fence {
                open.text(text, lines[at].clone());
                open.space(lines[at].end);
            }
            at += 1;
        }
        self.paragraph(open, text.len(), false);
        None
    }

    fn paragraph(&mut self, gather: Gather, at: usize, heading: bool) {
        let Gathered { text, range, shifts } = gather.finish(at);
        if text.is_empty() {
            return;
        }
        self.captions.add(&text);
        self.paragraphs.push(Paragraph { text, span: self.file.span_of(range), shifts, heading });
    }

    fn table(&mut self, lines: &[Range<usize>]) {
        let text = self.file.text();
        let mut rows = Vec::with_capacity(lines.len());
        for line in lines {
            let cells: Vec<RawCell> = cells(&text[line.clone()])
                .into_iter()
                .map(|range| self.cell(line.start + range.start..line.start + range.end))
                .collect();
            self.cells += cells.len();
            rows.push(RawRow { cells, span: self.file.span_of(line.clone()), ..RawRow::default() });
            if self.cells > MOST_CELLS {
                break;
            }
        }
        let (name, captions) = self.captions.take();
        self.tables.push(RawTable { name, captions, rows, header_rows: Some(1), ..RawTable::default() });
    }

    fn cell(&self, range: Range<usize>) -> RawCell {
        let page = self.file.text();
        let range = bare(page, range);
        let mut gather = Gather::default();
        let mut from = range.start;
        while let Some((found, mark)) = first_mark(&page[from..range.end]) {
            gather.text(page, from..from + found);
            from += found + mark.len();
            if mark != "\\" {
                gather.line_break(from - mark.len());
            }
        }
        gather.text(page, from..range.end);
        let Gathered { text, range, shifts } = gather.finish(range.start);
        RawCell::new(text, self.file.span_of(range)).shifted(shifts)
    }
}

/// The next thing in a cell that is not text: a backslash before a pipe, or a line break.
fn first_mark(text: &str) -> Option<(usize, &'static str)> {
    let breaks = ["<br>", "<br/>", "<br />"].map(|mark| text.find(mark).map(|at| (at, mark)));
    let escape = text.find("\\|").map(|at| (at, "\\"));
    breaks.into_iter().chain([escape]).flatten().min()
}

/// `range` without spaces and without emphasis around the whole of it: `**合计**`.
fn bare(page: &str, range: Range<usize>) -> Range<usize> {
    let (mut start, mut end) = (range.start, range.end);
    let trim = |start: &mut usize, end: &mut usize| {
        let text = &page[*start..*end];
        *start += text.len() - text.trim_start().len();
        *end = *start + text.trim().len();
    };
    trim(&mut start, &mut end);
    for mark in ["**", "__", "*", "_", "`"] {
        let text = &page[start..end];
        let inner = text.strip_prefix(mark).and_then(|text| text.strip_suffix(mark));
        if inner.is_some_and(|inner| !inner.trim().is_empty() && !inner.contains(mark)) {
            (start, end) = (start + mark.len(), end - mark.len());
            trim(&mut start, &mut end);
        }
    }
    let linked = linked(&page[start..end]);
    start + linked.start..start + linked.end
}

/// The text of a link that is all of a cell: `[非遗展演](a.md)`; the cell itself when it is none.
fn linked(text: &str) -> Range<usize> {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(')'));
    match inner.and_then(|inner| inner.split_once("](")) {
        Some((name, to)) if !name.trim().is_empty() && !name.contains(['[', ']']) && !to.contains([')', '(']) => {
            1..1 + name.len()
        }
        _ => 0..text.len(),
    }
}

/// The lines of a text, without their breaks.
fn lines(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    let whole = text.split_inclusive('\n').map(|line| {
        let range = start..start + line.trim_end_matches('\n').len();
        start += line.len();
        range
    });
    whole.collect()
}

/// Where the cells of a line of pipes stand in it.
fn cells(line: &str) -> Vec<Range<usize>> {
    let content = line.trim();
    let lead = line.len() - line.trim_start().len();
    let mut start = lead + usize::from(content.starts_with('|'));
    let (mut cells, mut escaped) = (Vec::new(), false);
    for (at, byte) in line.bytes().enumerate().skip(start) {
        if byte == b'|' && !escaped {
            cells.push(start..at);
            start = at + 1;
        }
        escaped = byte == b'\\' && !escaped;
    }
    if start < lead + content.len() {
        cells.push(start..lead + content.len());
    }
    cells
}

/// Whether `line` is the rule under a header of so many cells: `|---|:--:|`.
fn is_rule(line: &str, columns: usize) -> bool {
    let parts = cells(line);
    let is_dashes = |range: &Range<usize>| {
        let part = line[range.clone()].trim();
        let dashes = part.strip_prefix(':').unwrap_or(part);
        let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
        !dashes.is_empty() && dashes.bytes().all(|byte| byte == b'-')
    };
    !parts.is_empty() && parts.len() == columns && parts.iter().all(is_dashes)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Options;
    use super::{Captions, RawTable, Request, SourceMap, Walk, read};
    use crate::source::Span;

    fn tables(text: &str) -> (SourceMap, Vec<RawTable>, usize) {
        let mut sources = SourceMap::new();
        let file = sources.add("a.md", text).unwrap();
        let file = sources.file(file);
        let mut walk =
            Walk { file, tables: Vec::new(), paragraphs: Vec::new(), captions: Captions::default(), cells: 0 };
        walk.run();
        let (tables, paragraphs) = (walk.tables, walk.paragraphs.len());
        (sources, tables, paragraphs)
    }

    fn texts(table: &RawTable) -> Vec<Vec<&str>> {
        table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect()
    }

    #[test]
    fn tables_of_pipes() {
        let (sources, tables, paragraphs) = tables(
            "# 一、支出\n单位：\n万元\n\n| 项目 | 金额 |\n|:---|--:|\n| 甲\\|乙 | 1<br>二 |\n| **合计** | `3` |\n|  | |\n完\n\
             ```\n| a | b |\n|---|---|\n```\n项目|金额\n-|-\n[丙](x.md)|4[^1]\n",
        );
        assert_eq!(texts(&tables[0]), [["项目", "金额"], ["甲|乙", "1\n二"], ["合计", "3"], ["", ""]]);
        assert_eq!(texts(&tables[1]), [["项目", "金额"], ["丙", "4[^1]"]]);
        assert_eq!(tables.len(), 2, "a table in a code block is none");
        assert_eq!(tables[0].captions, ["单位： 万元", "一、支出"]);
        assert_eq!(paragraphs, 3);
        assert_eq!(sources.text(tables[0].rows[1].cells[0].span), "甲\\|乙");
        assert_eq!(tables[0].rows[1].cells[0].shifts(), [(0, 0), (3, 4)]);
        assert_eq!(sources.text(tables[0].rows[2].cells[0].span), "合计");
    }

    #[test]
    fn a_missing_file_is_said() {
        let options = Options::default();
        let request = Request { path: Path::new("no.md"), name: "no.md", at: Span::default(), options: &options };
        let (tables, report) = read(&mut SourceMap::new(), &request);
        assert!(tables.is_empty() && report.has_errors());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(\\||-|\n|甲|\\\\|\\*|`|#| |&amp;|<br>|:){0,40}") {
            tables(&text);
        }
    }
}
