//! The lines of a text, by what they begin with.

use std::ops::Range;

/// A line, without its break and the spaces at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) kind: Kind,
    /// Its content: of a cell, what follows the tab.
    pub(super) content: Range<usize>,
}

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing but spaces.
    Blank,
    /// A tab, then one cell.
    Cell,
    /// Cells with tabs between them.
    Record,
    /// Anything else.
    Text,
}

/// The lines of `text`.
pub(super) fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for whole in text.split_inclusive('\n') {
        let line = whole.trim_end_matches(['\n', '\r']);
        let (kind, from) = match line.strip_prefix('\t') {
            Some(rest) if rest.trim_end().contains('\t') => (Kind::Record, 0),
            Some(_) => (Kind::Cell, 1),
            None if line.trim().is_empty() => (Kind::Blank, 0),
            None if line.trim_end().contains('\t') => (Kind::Record, 0),
            None => (Kind::Text, 0),
        };
        let content = start + from..start + line.len();
        lines.push(Line { kind, content: if kind == Kind::Record { content } else { trimmed(text, content) } });
        start += whole.len();
    }
    lines
}

/// `range` without the spaces at its ends; when there is nothing else, empty at its start.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let content = &text[range.clone()];
    let kept = content.trim();
    if kept.is_empty() {
        return range.start..range.start;
    }
    let start = range.start + (content.len() - content.trim_start().len());
    start..start + kept.len()
}
