//! Web pages: their tables, with cells over several columns and rows, captions, and the text between.
//!
//! [`tokens`] cuts the page into tags and text, [`walk`] follows tables and paragraphs through whatever tags are missing,
//! [`gather`] puts texts together with their places, [`grid`] gives every cell its columns.

mod entities;
mod gather;
mod grid;
mod tokens;
mod walk;

pub(super) use gather::{Gather, Gathered};

use super::Request;
use super::encoding;
use super::narrative;
use super::open;
use super::raw::RawTable;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::SourceMap;
use crate::text;

/// Bytes at the start of a page in which it may declare its encoding.
const DECLARED_WITHIN: usize = 4096;

/// Reads every table of a page, then its sentences.
#[must_use]
pub fn read(sources: &mut SourceMap, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    open::whole(sources, request, read_bytes)
}

/// Reads the page that `bytes` are.
#[must_use]
pub fn read_bytes(sources: &mut SourceMap, request: &Request<'_>, bytes: &[u8]) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let declared = declared_encoding(bytes);
    let file = encoding::add_text(sources, request, bytes, declared.as_deref(), &mut report);
    let Some(file) = file.map(|file| sources.file(file)) else { return (Vec::new(), report) };
    let page = walk::walk(file);
    if let Some(at) = page.cut {
        let name = request.name;
        let message =
            text!("{name} 的表格过大，其余没有读入", "the tables of {name} are too large; the rest was not read");
        report.push(Diagnostic::error(Code::LimitReached, message).at(file.span_of(at..at)));
    }
    let mut tables = page.tables;
    tables.extend(narrative::table(request.name, &page.paragraphs));
    (tables, report)
}

/// Whether `bytes` begin like a web page, whatever the file is called.
#[must_use]
pub fn looks_like(bytes: &[u8]) -> bool {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARED_WITHIN)]).to_ascii_lowercase();
    let start = start.trim_start_matches(['\u{feff}', '\u{fffd}']).trim_start();
    start.starts_with('<') && (start.contains("<html") || start.contains("<table"))
}

/// The encoding that a page declares: `<meta charset="gb2312">`.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(DECLARED_WITHIN)]).to_ascii_lowercase();
    let plain = without_comments(&start);
    let (_, after) = plain.split_once("charset=")?;
    let label: String = after
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_'))
        .collect();
    (!label.is_empty()).then_some(label)
}

/// `text` without what stands between `<!--` and `-->`.
fn without_comments(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        plain += before;
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    plain + rest
}

#[cfg(test)]
mod tests;
