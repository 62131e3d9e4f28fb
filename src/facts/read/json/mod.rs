//! JSON and JSON lines: arrays of objects are tables, every cell has its path, numbers stay as written but for exponents.

mod parse;
mod tables;

use super::Request;
use super::encoding;
use super::raw::RawTable;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{SourceFile, SourceMap};
use crate::text;
use parse::Problem;
use tables::Tables;

/// Lines of JSON lines whose faults are told one by one.
const TOLD_LINES: usize = 20;

/// Reads every table of a JSON file. One within the rows of another is called `outer.inner`.
#[must_use]
pub fn read(sources: &mut SourceMap, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let file = encoding::open_text(sources, request, &mut report);
    let tables = file.map_or_else(Vec::new, |file| document(sources.file(file), &mut report));
    (tables, report)
}

/// Reads a file that has one JSON object a line.
#[must_use]
pub fn read_lines(sources: &mut SourceMap, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let file = encoding::open_text(sources, request, &mut report);
    let tables = file.map_or_else(Vec::new, |file| lines(sources.file(file), &mut report));
    (tables, report)
}

/// The tables of a document.
fn document(file: &SourceFile, report: &mut Report) -> Vec<RawTable> {
    let (value, problem) = parse::parse(file.text(), 0..file.text().len());
    let help = text!(
        "从这里起没有读入；修好或重新导出这个文件",
        "nothing was read from here on; mend the file or export it anew"
    );
    report.extend(problem.map(|problem| complaint(file, &problem).help(help)));
    let mut tables = Tables::new(file);
    if let Some(value) = value {
        tables.document(&value);
    }
    tables.finish(report)
}

/// The table of a file of lines.
fn lines(file: &SourceFile, report: &mut Report) -> Vec<RawTable> {
    let mut tables = Tables::new(file);
    let (mut start, mut wrong, mut first) = (0, 0, 0..0);
    for line in file.text().split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        if line.trim().is_empty() {
            continue;
        }
        let (value, problem) = parse::parse(file.text(), range.clone());
        match (problem, value) {
            (None, Some(value)) => tables.line(&value),
            (problem, _) => {
                wrong += 1;
                first = if wrong == 1 { range.start..range.start } else { first };
                if wrong <= TOLD_LINES {
                    report.extend(problem.map(|problem| complaint(file, &problem)));
                }
            }
        }
    }
    if wrong > 0 {
        let help = text!("修好这些行，或重新导出这个文件", "mend these lines, or export the file anew");
        let message =
            text!("{wrong} 行不是完整的 JSON，没有读入", "{wrong} lines are no complete JSON and were not read");
        report.push(Diagnostic::warning(Code::RowsSkipped, message).at(file.span_of(first)).help(help));
    }
    tables.finish(report)
}

fn complaint(file: &SourceFile, problem: &Problem) -> Diagnostic {
    let span = file.span_of(problem.at.clone());
    Diagnostic::error(problem.code, problem.message.clone()).at(span)
}

#[cfg(test)]
mod tests;
