//! Soufflé's fact files: one row a line, tabs between, texts as they are.
//!
//! What a line holds must be of the columns' types: a program that somebody else wrote is not to run on half its facts.

mod cells;
mod part;
mod places;
mod plain;

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use memchr::{memchr, memmem};

use self::cells::cells;
use self::part::{Job, Lines, Part, line};
use self::places::LinePlaces;
use super::bulk;
use super::store::builder::{SourceHead, StoreBuilder};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::schema::Relation;
use crate::source::{FileId, Pieces, SourceMap, Span};
use crate::text;

/// How a fact file is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between cells.
    pub delimiter: String,
    /// Whether the first line is not a row.
    pub headers: bool,
    /// Whether cells may be quoted.
    pub rfc4180: bool,
    /// For each cell of a line, the column that it fills.
    pub columns: Vec<Option<usize>>,
}

/// Room for so many texts is made beforehand at most: a gigabyte is not taken on a guess.
const MOST_RESERVED: usize = 1 << 24;

/// More faults than this in one file are counted rather than shown.
const SHOWN: usize = 20;

impl Dialect {
    /// The dialect that the options of an `.input` ask for.
    #[must_use]
    pub fn new(options: &[(String, String)], arity: usize) -> Self {
        let option =
            |name: &str| options.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
        let is_true = |name: &str| option(name).is_some_and(|value| value == "true");
        let rfc4180 = is_true("rfc4180");
        let default = if rfc4180 { "," } else { "\t" };
        let delimiter = option("delimiter").map_or_else(|| default.to_owned(), |text| unescaped(text));
        let mut columns: Vec<Option<usize>> = (0..arity).map(Some).collect();
        if let Some(wanted) = option("columns").filter(|wanted| !wanted.is_empty()) {
            let places: Vec<usize> = wanted.split(':').filter_map(|place| place.trim().parse().ok()).collect();
            columns = vec![None; places.iter().max().map_or(0, |last| (last + 1).min(10_000))];
            for (column, place) in places.into_iter().take(arity).enumerate() {
                if let Some(cell) = columns.get_mut(place) {
                    *cell = Some(column);
                }
            }
        }
        Self { delimiter, headers: is_true("headers"), rfc4180, columns }
    }

    /// The row of `bytes` that begins at `at`, without what ends it, and where the next begins: where cells may be quoted, a
    /// row goes on after a line break within quotes.
    fn row(&self, bytes: &[u8], at: usize) -> (Range<usize>, usize) {
        let mut end = at;
        while self.rfc4180 && end < bytes.len() {
            if bytes[end] == b'"' {
                end = after_quoted(bytes, end);
            }
            let rest = &bytes[end..];
            let line_end = memchr(b'\n', rest).unwrap_or(rest.len());
            match memmem::find(&rest[..line_end], self.delimiter.as_bytes()) {
                Some(found) if !self.delimiter.is_empty() => end += found + self.delimiter.len(),
                _ => break,
            }
        }
        let (line, next) = line(bytes, end.min(bytes.len()));
        (at..line.end.max(at), next)
    }
}

/// Where the quoted cell that begins at `at` ends: after its last quotation mark.
fn after_quoted(bytes: &[u8], at: usize) -> usize {
    let mut at = at + 1;
    while let Some(found) = memchr(b'"', &bytes[at..]) {
        at += found + 1;
        if bytes.get(at) != Some(&b'"') {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// `\t` and the like in an option.
fn unescaped(text: &str) -> String {
    text.replace("\\t", "\t").replace("\\n", "\n").replace("\\\\", "\\")
}

/// What is read, and how.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The relation.
    pub relation: &'a Relation,
    /// Its position in the schema that the builder was made for.
    pub at: usize,
    /// How the file is written.
    pub dialect: &'a Dialect,
    /// For each column, whether its values count: texts of others are not kept.
    pub asked: &'a [bool],
    /// How many threads read; they leave no trace in what is read.
    pub threads: usize,
}

/// Reads `file` into the relation.
pub fn read(sources: &SourceMap, file: FileId, wanted: &Wanted<'_>, builder: &mut StoreBuilder) -> Report {
    let source = sources.file(file);
    let job = Job::new(wanted.relation, wanted.dialect, wanted.asked);
    begin(sources, file, (&job, wanted), builder);
    builder.symbols().add_file(source.span().start(), source.shared_text());
    let (mut report, mut wrong, mut starts) = (Report::new(), 0, Vec::new());
    bulk::in_order(
        &parts(source.text(), wanted.dialect, bulk::CHUNK),
        wanted.threads,
        &|part| job.read(&Lines { text: source.text(), range: part.clone(), file: Some(source) }),
        &mut |part: Part| {
            let room = SHOWN.saturating_sub(wrong);
            wrong += part.wrong;
            report.extend(part.faults.into_iter().take(room));
            starts.extend_from_slice(part.rows.starts());
            builder.append(wanted.at, part.rows);
        },
    );
    if wrong > SHOWN {
        let more = wrong - SHOWN;
        let message = text!("这个文件还有 {more} 处同样的错误", "{more} more such faults in this file");
        report.push(
            Diagnostic::error(Code::MalformedCell, message).at(Span::new(source.span().start(), source.span().start())),
        );
    }
    let places = LinePlaces { file, dialect: wanted.dialect.clone(), starts };
    builder.end_with(wanted.at, Some(Box::new(places)));
    report
}

/// As [`read`], for a file whose text is not held; `file` only has its name. `false` when something about it is wrong:
/// what of it was added is of no use then, and to say what is wrong takes its whole text.
pub fn read_pieces(
    sources: &SourceMap,
    (file, pieces): (FileId, &Pieces),
    wanted: &Wanted<'_>,
    builder: &mut StoreBuilder,
) -> bool {
    let job = Job::new(wanted.relation, wanted.dialect, wanted.asked);
    begin(sources, file, (&job, wanted), builder);
    let numbers: Vec<u64> = (0..pieces.count()).collect();
    let (wrong, mut reserved) = (AtomicBool::new(false), false);
    let read = |nth: &u64| {
        let piece = if wrong.load(Ordering::Relaxed) { return None } else { pieces.read(*nth).ok()? };
        let text = piece.text()?;
        let start = if *nth == 0 && wanted.dialect.headers { line(text.as_bytes(), 0).1.min(text.len()) } else { 0 };
        let part = job.read(&Lines { text, range: start..text.len(), file: None });
        (part.wrong == 0).then_some(part)
    };
    bulk::in_order(&numbers, wanted.threads, &read, &mut |part: Option<Part>| match part {
        Some(part) => {
            if !std::mem::replace(&mut reserved, true) {
                let texts = part.rows.symbols.listed() * numbers.len();
                builder.reserve(wanted.at, part.rows.rows() * numbers.len(), texts.min(MOST_RESERVED));
            }
            builder.append(wanted.at, part.rows);
        }
        None => wrong.store(true, Ordering::Relaxed),
    });
    builder.end(wanted.at);
    !wrong.into_inner()
}

fn begin(sources: &SourceMap, file: FileId, (job, wanted): (&Job<'_>, &Wanted<'_>), builder: &mut StoreBuilder) {
    let headers = vec![None; job.kinds().len()];
    let table = sources.file(file).name().to_owned();
    let head = SourceHead { table, file, headers, kinds: job.kinds().to_vec() };
    builder.begin(wanted.at, head);
}

/// Where the parts of a text begin and end, each of whole rows and about `size` bytes.
fn parts(text: &str, dialect: &Dialect, size: usize) -> Vec<Range<usize>> {
    let line_end = |from: usize| memchr(b'\n', &text.as_bytes()[from..]).map_or(text.len(), |at| from + at + 1);
    let mut parts = Vec::new();
    let mut start = if dialect.headers { line_end(0) } else { 0 };
    while start < text.len() {
        let mut end = start.saturating_add(size).min(text.len());
        if dialect.rfc4180 {
            // Whether a line ends within quotes is known only from the beginning on.
            let least = std::mem::replace(&mut end, start);
            while end < least {
                end = dialect.row(text.as_bytes(), end).1.min(text.len());
            }
        } else {
            end = line_end(end);
        }
        parts.push(start..end);
        start = end;
    }
    parts
}

/// A line: its place, and its cells with theirs.
pub type Line = (Span, Vec<(String, Span)>);

/// The cells of every line of `file`, each with its place, and complaints about lines that are not of the dialect.
#[must_use]
pub fn lines(sources: &SourceMap, file: FileId, dialect: &Dialect) -> (Vec<Line>, Report) {
    let source = sources.file(file);
    let text = source.shared_text();
    let (mut rows, mut report) = (Vec::new(), Report::new());
    for row in parts(&text, dialect, bulk::CHUNK).into_iter().flat_map(|part| rows_of(&text, part, dialect)) {
        match cells(&text, row.clone(), dialect) {
            Ok(cells) => {
                let cells = cells.into_iter().map(|(text, place)| (text.into_owned(), source.span_of(place)));
                rows.push((source.span_of(row), cells.collect()));
            }
            Err((place, message)) => {
                report.push(Diagnostic::error(Code::RaggedRow, message).at(source.span_of(place)));
            }
        }
    }
    (rows, report)
}

/// The rows of a part of a text, without what ends them.
fn rows_of<'t>(text: &'t str, part: Range<usize>, dialect: &'t Dialect) -> impl Iterator<Item = Range<usize>> + 't {
    let bytes = &text.as_bytes()[..part.end];
    let mut at = part.start;
    std::iter::from_fn(move || {
        let (row, next) = (at < bytes.len()).then(|| dialect.row(bytes, at))?;
        at = next;
        Some(row)
    })
}

#[cfg(test)]
mod tests;
