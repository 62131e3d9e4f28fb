//! The lines that a picture shows, laid out as one text of their own, with the way back to their places.
//!
//! miette draws labels in the order of their offsets and prints lines as they are. Here the file of the first label and
//! the lines of the primary ones come first, lines that are too long are cut around their marks, marks that overlap are
//! kept apart, and marks at the end of a file stand on its last line.

use std::collections::BTreeMap;
use std::ops::Range;

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::super::whereabouts;
use super::crop::ShownLine;
use super::wrap::{width, wrap};
use crate::source::{FileId, SourceFile, SourceMap, Span};

/// Marks over more lines than this show only their first line.
const MOST_LINES: usize = 6;
/// Lines between two marks that are shown rather than skipped.
const GAP: usize = 1;
/// Columns that a line's number, border and margins take beside the digits.
const MARGIN: usize = 6;

/// A place to be marked.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) span: Span,
    pub(super) text: String,
    pub(super) address: Option<String>,
    pub(super) primary: bool,
}

/// Lines laid out for one picture.
#[derive(Debug, Default)]
pub(super) struct Excerpt {
    text: String,
    pieces: Vec<Piece>,
    marks: Vec<Shown>,
}

/// Neighbouring lines of one file.
#[derive(Debug)]
struct Piece {
    name: String,
    first_line: usize,
    lines: usize,
    range: Range<usize>,
}

/// A mark as it is shown.
#[derive(Debug)]
struct Shown {
    range: Range<usize>,
    text: String,
    primary: bool,
    /// Zero-based, in the file.
    line: usize,
    column: usize,
    /// What to call the place instead of the file.
    heading: Option<String>,
    /// Whether line and column mean nothing there.
    unnumbered: bool,
}

/// A mark within its file, in bytes and zero-based lines.
struct Local {
    range: Range<usize>,
    lines: Range<usize>,
    mark: Mark,
}

impl Excerpt {
    /// Lays out the lines that `marks` stand on, for a terminal of that many columns.
    pub(super) fn new(sources: &SourceMap, marks: &[Mark], columns: usize) -> Self {
        let mut excerpt = Self::default();
        let mut files: Vec<FileId> = Vec::new();
        let mut by_file: BTreeMap<FileId, Vec<Local>> = BTreeMap::new();
        for mark in marks {
            let Some(file) = sources.file_of(mark.span) else { continue };
            if !files.contains(&file) {
                files.push(file);
            }
            by_file.entry(file).or_default().push(local(sources, file, mark));
        }
        for file in files {
            let locals = by_file.remove(&file).unwrap_or_default();
            let mut clusters = clusters(apart(locals));
            // the place itself before its reasons: the first line and column printed are those of the mistake
            clusters.sort_by_key(|cluster| !cluster.iter().any(|local| local.mark.primary));
            for cluster in clusters {
                excerpt.add(sources, file, cluster, columns);
            }
        }
        excerpt
    }

    /// The marks in the order in which they stand, for miette, and whether each is primary.
    pub(super) fn labels(&self) -> Vec<(LabeledSpan, bool)> {
        let label = |mark: &Shown| {
            let text = (!mark.text.is_empty()).then(|| mark.text.clone());
            let (offset, len) = (mark.range.start, mark.range.len());
            let span = if mark.primary {
                LabeledSpan::new_primary_with_span(text, (offset, len))
            } else {
                LabeledSpan::new(text, offset, len)
            };
            (span, mark.primary)
        };
        self.marks.iter().map(label).collect()
    }

    /// Headings without lines and columns: as miette writes them, and as they should be.
    pub(super) fn headings(&self) -> Vec<(String, String)> {
        let unnumbered = self.marks.iter().filter(|mark| mark.unnumbered);
        let both = |mark: &Shown| {
            let heading = mark.heading.clone()?;
            Some((format!("{heading}:{}:{}", mark.line + 1, mark.column + 1), heading))
        };
        unnumbered.filter_map(both).collect()
    }

    fn add(&mut self, sources: &SourceMap, id: FileId, cluster: Vec<Local>, columns: usize) {
        let file = sources.file(id);
        let first = cluster.iter().map(|mark| mark.lines.start).min().unwrap_or(0);
        let end = cluster.iter().map(|mark| mark.lines.end).max().unwrap_or(0);
        let digits = end.to_string().len();
        let room = columns.saturating_sub(digits + MARGIN).max(20);
        let begin = self.text.len();
        let mut shown: Vec<(usize, ShownLine)> = Vec::new();
        for line in first..end {
            let source = source_line(file, line);
            let inside = |mark: &Local| {
                let start = mark.range.start.clamp(source.start, source.end) - source.start;
                start..mark.range.end.clamp(source.start, source.end) - source.start
            };
            let marks: Vec<Range<usize>> =
                cluster.iter().filter(|mark| mark.lines.contains(&line)).map(inside).collect();
            let line = ShownLine::new(file.slice(source.clone()), &marks, room);
            shown.push((self.text.len(), line));
            self.text.push_str(&shown[shown.len() - 1].1.text());
            self.text.push('\n');
        }
        for local in cluster {
            let place = |byte: usize, line: usize| {
                let start = source_line(file, line).start;
                let (offset, shown) = &shown[line - first];
                offset + shown.position(byte.saturating_sub(start))
            };
            let start = place(local.range.start, local.lines.start);
            let end = place(local.range.end, local.lines.end - 1).max(start);
            let before = &self.text[self.text[..start].rfind('\n').map_or(0, |at| at + 1)..start];
            let column = width(before) + width(&self.text[start..end]) / 2 + 4;
            let text = wrap(&local.mark.text, room.saturating_sub(column).max(24)).join("\n");
            let location = sources.location(local.mark.span);
            self.marks.push(Shown {
                range: start..end,
                text,
                primary: local.mark.primary,
                line: location.line as usize - 1,
                column: location.column as usize - 1,
                heading: heading(sources, &local.mark, file),
                unnumbered: file.is_laid_out(),
            });
        }
        let range = begin..self.text.len();
        self.pieces.push(Piece { name: file.name().to_owned(), first_line: first, lines: end - first, range });
    }
}

impl SourceCode for Excerpt {
    /// A whole piece; with no context asked for, which is how miette asks for the place of a mark, that place.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let piece = self.pieces.iter().find(|piece| piece.range.contains(&start)).ok_or(MietteError::OutOfBounds)?;
        if end > piece.range.end {
            return Err(MietteError::OutOfBounds);
        }
        let mut name = piece.name.clone();
        let (mut line, mut column) = (piece.first_line, 0);
        if lines_before == 0
            && let Some(mark) = self.marks.iter().find(|mark| mark.range == (start..end))
        {
            (line, column) = (mark.line, mark.column);
            if let Some(heading) = &mark.heading {
                name.clone_from(heading);
            }
        }
        let data = &self.text.as_bytes()[piece.range.clone()];
        let whole = (piece.range.start, piece.range.len()).into();
        Ok(Box::new(MietteSpanContents::new_named(name, data, whole, line, column, piece.lines)))
    }
}

/// What to call the place of a mark, when the file's name is not enough.
fn heading(sources: &SourceMap, mark: &Mark, file: &SourceFile) -> Option<String> {
    let address = mark.address.as_deref();
    match (file.is_laid_out(), address) {
        (true, _) => Some(whereabouts(sources, mark.span, address)),
        (false, Some(address)) => Some(format!("{address} · {}", file.name())),
        (false, None) => None,
    }
}

/// Where a mark stands in its file. One on the empty line after the last line break moves to the end of the last line.
fn local(sources: &SourceMap, id: FileId, mark: &Mark) -> Local {
    let file = sources.file(id);
    let line_of = |at: usize| file.line_at(u32::try_from(at).unwrap_or(u32::MAX)).0 as usize;
    let mut start = file.local(mark.span.start());
    let mut end = file.local(mark.span.end()).max(start);
    if start == file.len() && start > 0 {
        let (text, begin) = file.around(start);
        start = begin + text.trim_end().len();
        end = start;
    }
    let first = line_of(start);
    let mut last = line_of(end.saturating_sub(1).max(start));
    if last - first >= MOST_LINES {
        last = first;
        end = source_line(file, first).end.max(start);
    }
    let end = end.min(source_line(file, last).end).max(start);
    Local { range: start..end, lines: first..last + 1, mark: mark.clone() }
}

/// The bytes of a line without its line break.
fn source_line(file: &SourceFile, line: usize) -> Range<usize> {
    let whole = file.line(line).unwrap_or_default();
    let content = file.slice(whole.clone()).trim_end_matches('\n').trim_end_matches('\r');
    whole.start..whole.start + content.len()
}

/// Marks by place, none on top of another: equal ones are joined, an outer one ends where an inner one begins.
fn apart(mut marks: Vec<Local>) -> Vec<Local> {
    marks.sort_by_key(|mark| (mark.range.start, mark.range.end));
    let mut kept: Vec<Local> = Vec::new();
    for mut mark in marks {
        match kept.last_mut() {
            Some(last) if last.range == mark.range => {
                last.mark.primary |= mark.mark.primary;
                if last.mark.text != mark.mark.text && !mark.mark.text.is_empty() {
                    let joint = if last.mark.text.is_empty() { "" } else { "\n" };
                    last.mark.text = format!("{}{joint}{}", last.mark.text, mark.mark.text);
                }
                continue;
            }
            Some(last) if mark.range.start < last.range.end && last.lines == mark.lines => {
                if last.range.start < mark.range.start {
                    last.range.end = mark.range.start;
                } else {
                    mark.range.start = last.range.end;
                }
            }
            _ => {}
        }
        kept.push(mark);
    }
    kept
}

/// Marks whose lines touch, or nearly so, stand in one piece.
fn clusters(marks: Vec<Local>) -> Vec<Vec<Local>> {
    let mut clusters: Vec<Vec<Local>> = Vec::new();
    let mut reach = 0;
    for mark in marks {
        match clusters.last_mut() {
            Some(cluster) if mark.lines.start <= reach + GAP => {
                reach = reach.max(mark.lines.end);
                cluster.push(mark);
            }
            _ => {
                reach = mark.lines.end;
                clusters.push(vec![mark]);
            }
        }
    }
    clusters
}
