//! The running text of a document as a table: a sentence a row, each with its place.
//!
//! Every text-like format hands over its paragraphs; the table is the last of the file, for who asks for `text` by name.

use super::raw::{RawCell, RawRow, RawTable};
use crate::source::Span;

/// The name by which a manifest asks for the running text.
pub const NAME: &str = "text";
/// The columns of that table.
pub const COLUMNS: [&str; 5] = ["doc", "section", "paragraph", "sentence", "text"];
/// Sentences that are kept of one document.
const MOST_SENTENCES: usize = 300_000;
/// Headings are no longer than this, in characters.
const LONGEST_HEADING: usize = 40;

/// A paragraph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paragraph {
    /// Its text, unescaped.
    pub text: String,
    /// Its place.
    pub span: Span,
    /// Where text and source part company, as in [`RawCell::shifts`].
    pub shifts: Vec<(u32, u32)>,
    /// The format says that it is a heading.
    pub heading: bool,
}

/// The sentences of `paragraphs`; none when there are no paragraphs.
#[must_use]
pub fn table(document: &str, paragraphs: &[Paragraph]) -> Option<RawTable> {
    let first = paragraphs.first()?.span;
    let start = Span::new(first.start(), first.start());
    let header = COLUMNS.iter().map(|name| cell((*name).to_owned(), start)).collect();
    let mut rows = vec![RawRow { cells: header, span: start, ..RawRow::default() }];
    let (mut section, mut number) = (cell(String::new(), start), 0_u32);
    for paragraph in paragraphs {
        if is_heading(paragraph) {
            section = RawCell::new(paragraph.text.clone(), paragraph.span).shifted(paragraph.shifts.clone());
        }
        number += 1;
        let mut order = 0_u32;
        for (at, sentence) in sentences(&paragraph.text) {
            order += 1;
            let text = part(paragraph, at, sentence);
            let here = Span::new(text.span.start(), text.span.start());
            let cells = vec![
                cell(document.to_owned(), here),
                section.clone(),
                cell(number.to_string(), here),
                cell(order.to_string(), here),
                text,
            ];
            rows.push(RawRow { span: cells[4].span, cells, ..RawRow::default() });
            if rows.len() > MOST_SENTENCES {
                return Some(finish(rows));
            }
        }
    }
    Some(finish(rows))
}

fn finish(rows: Vec<RawRow>) -> RawTable {
    RawTable { name: NAME.to_owned(), rows, header_rows: Some(1), narrative: true, ..RawTable::default() }
}

fn cell(text: String, span: Span) -> RawCell {
    RawCell::new(text, span)
}

/// The part of a paragraph that begins at byte `at`.
fn part(paragraph: &Paragraph, at: usize, text: &str) -> RawCell {
    let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let (start, end) = (narrow(at), narrow(at + text.len()));
    let from = source_offset(&paragraph.shifts, start);
    // The end is where the last character ends, before whatever the source skips after it.
    let to = source_offset(&paragraph.shifts, end.saturating_sub(1)).saturating_add(1).max(from);
    let inner = paragraph.shifts.iter().filter(|(text, _)| *text > start && *text < end);
    let mut shifts: Vec<(u32, u32)> = inner.map(|(text, source)| (text - start, source - from)).collect();
    if !shifts.is_empty() {
        shifts.insert(0, (0, 0));
    }
    let span = paragraph.span.part(from, to - from);
    RawCell::new(text, span).shifted(shifts)
}

/// The offset in the source that a byte of the text has.
fn source_offset(shifts: &[(u32, u32)], at: u32) -> u32 {
    let after = shifts.partition_point(|(text, _)| *text <= at);
    after.checked_sub(1).map_or(at, |index| shifts[index].1 + (at - shifts[index].0))
}

/// The sentences of a paragraph with the byte at which each begins. Closing quotes and brackets stay with their sentence.
pub fn sentences(paragraph: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = paragraph.get(start..).filter(|rest| !rest.is_empty())?;
        let mut end = rest.len();
        let mut characters = rest.char_indices().peekable();
        while let Some((at, character)) = characters.next() {
            if !matches!(character, '。' | '！' | '？' | '!' | '?' | '\n') {
                continue;
            }
            end = at + character.len_utf8();
            while let Some((at, closing)) = characters
                .next_if(|(_, next)| matches!(next, '”' | '’' | '）' | ')' | '」' | '》' | '。' | '！' | '？'))
            {
                end = at + closing.len_utf8();
            }
            break;
        }
        let from = start;
        start += end;
        Some((from, &paragraph[from..from + end]))
    })
    .filter_map(|(at, sentence)| {
        let trimmed = sentence.trim_start();
        let at = at + (sentence.len() - trimmed.len());
        let trimmed = trimmed.trim_end();
        (!trimmed.is_empty()).then_some((at, trimmed))
    })
}

/// Whether a paragraph is a heading: by its format, or short, numbered and without a full stop.
fn is_heading(paragraph: &Paragraph) -> bool {
    let text = paragraph.text.trim();
    if paragraph.heading {
        return true;
    }
    let numbered =
        text.trim_start_matches(['（', '(', '第']).starts_with(|first: char| "一二三四五六七八九十".contains(first))
            && text.chars().take(6).any(|character| matches!(character, '、' | '）' | ')' | '章' | '节' | '部' | '.'));
    numbered && text.chars().count() <= LONGEST_HEADING && !text.ends_with(['。', '；', '！', '？', '：', '，'])
}

#[cfg(test)]
mod tests {
    use super::{Paragraph, sentences, table};
    use crate::source::{SourceMap, Span};

    #[test]
    fn a_paragraph_falls_into_sentences() {
        let split = |text| sentences(text).map(|(_, sentence)| sentence).collect::<Vec<_>>();
        assert_eq!(split("占比达50.1%。他说：“好！”是吗？  没有"), ["占比达50.1%。", "他说：“好！”", "是吗？", "没有"]);
        assert!(split(" \n ").is_empty());
        for (at, sentence) in sentences("甲。 乙！丙") {
            assert!("甲。 乙！丙"[at..].starts_with(sentence));
        }
    }

    #[test]
    fn sentences_know_their_section_and_place() {
        let mut sources = SourceMap::new();
        let source = "一、总体情况\n支出&amp;收入。共3个。\n";
        let file = sources.add("a.txt", source).unwrap();
        let span = |range| sources.file(file).span_of(range);
        let from = source.find("支出").unwrap();
        let paragraphs = [
            Paragraph { text: "一、总体情况".into(), span: span(0..from - 1), ..Paragraph::default() },
            Paragraph {
                text: "支出&收入。共3个。".into(),
                span: span(from..source.len() - 1),
                shifts: vec![(0, 0), (7, 11)],
                heading: false,
            },
        ];
        let table = table("a.txt", &paragraphs).unwrap();
        let rows: Vec<Vec<&str>> =
            table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect();
        assert_eq!(rows[2], ["a.txt", "一、总体情况", "2", "1", "支出&收入。"]);
        assert_eq!(rows[3], ["a.txt", "一、总体情况", "2", "2", "共3个。"]);
        assert_eq!(sources.text(table.rows[2].cells[4].span), "支出&amp;收入。");
        assert_eq!(table.rows[2].cells[4].shifts(), [(0, 0), (7, 11)]);
        assert_eq!(sources.text(table.rows[3].cells[4].span), "共3个。");
        assert_eq!(table.rows[3].cells[4].shifts(), []);
        assert_ne!(table.rows[1].span, Span::default().part(0, 0).to(table.rows[2].span));
    }
}
