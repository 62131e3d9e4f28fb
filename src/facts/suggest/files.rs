//! The tables of a file that nobody described yet.

use std::path::Path;

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::facts::bulk;
use crate::facts::manifest::Placed;
use crate::facts::read::delimited::{self, Dialect};
use crate::facts::read::raw::RawTable;
use crate::facts::read::{self, Format, Options, Request, encoding, narrative, parts, plain};
use crate::source::{FileId, SourceMap, Span, display_path};
use crate::text;

/// What a file holds.
#[derive(Debug)]
pub(super) struct Read {
    pub format: Format,
    /// Whether the manifest must name the format, as its ending says another.
    pub say_format: bool,
    /// Its tables, running text left out.
    pub tables: Vec<RawTable>,
    /// Whether the tables are only the tops of those of a large file.
    pub tops: bool,
    /// Whether it has running text and nothing else.
    pub only_text: bool,
    /// The sentences of its running text: how many there are, and how many have a number.
    pub sentences: (usize, usize),
    /// The encoding that it was taken to be in, where nothing says so.
    pub encoding: Option<&'static str>,
}

impl Read {
    /// Nothing yet of a file of that format.
    const fn of(format: Format) -> Self {
        Self {
            format,
            say_format: false,
            tables: Vec::new(),
            tops: false,
            only_text: false,
            sentences: (0, 0),
            encoding: None,
        }
    }

    /// Whether the manifest says of a table of it in which encoding it is.
    pub fn says_encoding(&self) -> bool {
        self.encoding.is_some() && !self.tables.is_empty()
    }
}

/// Every table of a file; of those of a large delimited one the tops. `report` is of this file alone.
pub(super) fn read(sources: &mut SourceMap, path: &Path, report: &mut Report) -> Option<Read> {
    let read = tables(sources, path, report)?;
    let guessed = report.diagnostics().iter().any(|one| one.code == Code::EncodingGuessed);
    // The report says it in words only; files of which nothing says the encoding are read once more.
    let bytes = guessed.then(|| crate::source::read_bytes(path).ok()).flatten();
    Some(Read { encoding: bytes.map(|bytes| encoding::decode(&bytes, None, None).encoding), ..read })
}

fn tables(sources: &mut SourceMap, path: &Path, report: &mut Report) -> Option<Read> {
    let name = display_path(path);
    let options = Options::default();
    let request = Request { path, name: &name, at: Span::default(), options: &options };
    let Some(format) = Format::of_path(path) else {
        let message = text!("看不出 {name} 是什么格式，没有写入", "the format of {name} is not known; left out");
        report.push(Diagnostic::warning(Code::UnreadableFile, message));
        return None;
    };
    if matches!(format, Format::Csv | Format::Tsv) {
        let file = delimited::open(sources, &request, report)?;
        if let Some(tables) = aligned(sources, file, &name) {
            return Some(Read { say_format: true, tables, ..Read::of(Format::Plain) });
        }
        let dialect = Dialect::find(sources.file(file).text(), format, &options);
        let (tables, tops) = delimited_tables(sources, file, (dialect, &name), report);
        return Some(Read { tables, tops, ..Read::of(format) });
    }
    let before = sources.files().len();
    let (mut tables, complaints) = read::read(sources, format, &request);
    report.append(complaints);
    let all = tables.len();
    let sentences = tables.iter().find(|table| table.narrative).map_or((0, 0), sentences);
    tables.retain(|table| table.name != narrative::NAME);
    let only_text = tables.is_empty() && all > 0;
    if format == Format::Plain && sources.files().len() > before {
        let file = FileId(u32::try_from(before).unwrap_or(u32::MAX));
        let text = sources.file(file).text();
        let is_drawn = !tables.is_empty() && plain::is_drawn(text);
        if let Some(dialect) = rows_of_fields(text).filter(|dialect| !is_drawn && has_fields(&tables, *dialect)) {
            let (tables, tops) = delimited_tables(sources, file, (dialect, &name), report);
            return Some(Read { say_format: true, tables, tops, ..Read::of(Format::Csv) });
        }
    }
    Some(Read { tables, only_text, sentences, ..Read::of(format) })
}

/// How many sentences a running text has, and how many of them have a number.
fn sentences(text: &RawTable) -> (usize, usize) {
    let all = text.rows.iter().skip(1).filter_map(|row| row.cells.last());
    let with_number = |text: &str| text.chars().any(|c| c.is_ascii_digit() || ('０'..='９').contains(&c));
    all.fold((0, 0), |(all, told), cell| (all + 1, told + usize::from(with_number(&cell.text))))
}

fn delimited_tables(
    sources: &SourceMap,
    file: FileId,
    (dialect, name): (Dialect, &str),
    report: &mut Report,
) -> (Vec<RawTable>, bool) {
    let source = sources.file(file);
    if source.text().len() as u64 >= bulk::LARGE {
        let scan = bulk::scan(source, dialect, (1, bulk::CHUNK));
        delimited::unpaired(source, &scan.unpaired, report);
        let top = |extent| delimited::top(source, scan.dialect, extent, 0);
        return (scan.tables.iter().map(top).collect(), true);
    }
    let at = Placed { value: name.to_owned(), span: Span::default() };
    let whole = delimited::table(sources, file, (dialect, None), (&at, report));
    (parts::split(vec![whole], (name, Span::default()), report), false)
}

/// The tables of a text that is called delimited, has no delimiter in it, and is aligned with blanks.
fn aligned(sources: &SourceMap, file: FileId, name: &str) -> Option<Vec<RawTable>> {
    const LOOKED_AT: usize = 50;
    const LONGEST: usize = 1 << 20;
    let text = sources.file(file).text();
    let has_delimiter = || text.lines().take(LOOKED_AT).any(|line| line.contains([',', ';', '\t', '|']));
    if text.len() > LONGEST || has_delimiter() {
        return None;
    }
    let tables = plain::tables(sources.file(file), name, &mut Report::new());
    Some(tables.into_iter().filter(|table| !table.narrative).collect()).filter(|tables: &Vec<_>| !tables.is_empty())
}

/// Whether the tables that were found in a text that is called plain, aligned with blanks, are better read as rows of fields:
/// where even the headers have several.
fn has_fields(tables: &[RawTable], dialect: Dialect) -> bool {
    let delimiter = char::from(dialect.delimiter);
    let first = |table: &RawTable| {
        table.rows.first().is_some_and(|row| row.cells.iter().any(|cell| cell.text.contains(delimiter)))
    };
    dialect.delimiter == b'\t' || tables.is_empty() || tables.iter().all(first)
}

/// How the rows of a text are written that is called plain and is one row of fields after another.
fn rows_of_fields(text: &str) -> Option<Dialect> {
    const LOOKED_AT: usize = 50;
    let dialect = Dialect::find(text, Format::Csv, &Options::default());
    let delimiter = char::from(dialect.delimiter);
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(LOOKED_AT).collect();
    // A tab that begins a line begins a cell of a text from Word.
    let several = lines.iter().filter(|line| line.trim().contains(delimiter)).count();
    let usual = matches!(dialect.delimiter, b',' | b'\t' | b';' | b'|');
    (usual && lines.len() >= 2 && several * 10 >= lines.len() * 8).then_some(dialect)
}
