//! A manifest for files that nobody described yet: which tables they hold, which relations these look like, and what is
//! doubtful about it.

mod guess;
mod write;

use std::path::{Path, PathBuf};

use super::bulk;
use super::manifest::Placed;
use super::read::delimited::{self, Dialect};
use super::read::raw::RawTable;
use super::read::{self, Format, Options, Request};
use crate::diagnostic::{Code, Diagnostic, Lang, Report};
use crate::schema::Schema;
use crate::source::{SourceMap, Span, display_path};
use crate::text;

/// A manifest that was made up from files.
#[derive(Debug, Default)]
pub struct Suggestion {
    /// The text of `audit.toml`.
    pub manifest: String,
    /// How many tables were taken for relations.
    pub fed: usize,
    /// How many tables look like no relation.
    pub unknown: usize,
}

/// A table of a file, and what it was taken for.
#[derive(Debug)]
struct Found {
    /// The file as the manifest is to write it.
    file: String,
    format: Format,
    /// Its name or number, when the file has several.
    pick: Option<Pick>,
    /// What people may call it.
    shown: String,
    /// The lines on which the first and the last header stand; none without headers.
    lines: Option<(usize, usize)>,
    /// What the headers say, for a table that looks like no relation.
    printed: Vec<String>,
    guess: Option<guess::Guess>,
}

/// How the manifest is to pick a table.
#[derive(Debug)]
enum Pick {
    Name(String),
    Number(usize),
}

/// Writes a manifest for `files`, whose paths it gives as seen from `dir`.
pub fn suggest(
    sources: &mut SourceMap,
    schema: &Schema,
    files: &[PathBuf],
    (dir, lang): (&Path, Lang),
) -> (Suggestion, Report) {
    let mut report = Report::new();
    let mut found = Vec::new();
    for path in files {
        let mut complaints = Report::new();
        let read = tables(sources, path, &mut complaints);
        report.extend(placeless(complaints));
        let Some((format, tables)) = read else { continue };
        let is_manifest = |table: &RawTable| format == Format::Toml && table.name.starts_with("relation.");
        if tables.iter().any(is_manifest) {
            continue;
        }
        let file = display_path(path.strip_prefix(dir).unwrap_or(path));
        for (at, table) in tables.iter().enumerate() {
            // The running text of a document is there for who asks for it.
            if table.name != super::read::narrative::NAME {
                found.push(look(schema, (&file, format), (at, table), &tables));
            }
        }
    }
    let title = std::path::absolute(dir).ok();
    let title = title.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let suggestion = Suggestion {
        manifest: write::manifest(schema, &title.unwrap_or_default(), &found, lang),
        fed: found.iter().filter(|one| one.guess.is_some()).count(),
        unknown: found.iter().filter(|one| one.guess.is_none()).count(),
    };
    (suggestion, report)
}

/// Every table of a file; of those of a large delimited one the tops.
fn tables(sources: &mut SourceMap, path: &Path, report: &mut Report) -> Option<(Format, Vec<RawTable>)> {
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
        let source = sources.file(file);
        let dialect = Dialect::find(source.text(), format, &options);
        if source.text().len() as u64 >= bulk::LARGE {
            let scan = bulk::scan(source, dialect, (1, bulk::CHUNK));
            delimited::unclosed(source, &scan.unclosed, report);
            let top = |extent| delimited::top(source, scan.dialect, extent, 0);
            return Some((format, scan.tables.iter().map(top).collect()));
        }
        let at = Placed { value: name.clone(), span: Span::default() };
        let whole = delimited::table(sources, file, (dialect, None), (&at, report));
        return Some((format, read::parts::split(vec![whole], (&name, Span::default()), report)));
    }
    let (tables, complaints) = read::read(sources, format, &request);
    report.append(complaints);
    Some((format, tables))
}

/// Nothing names the files here yet, so what is said of one as a whole has no place.
fn placeless(complaints: Report) -> impl Iterator<Item = Diagnostic> {
    complaints.sorted().into_iter().map(|mut complaint| {
        complaint.labels.retain(|label| label.span != Span::default());
        complaint
    })
}

fn look(schema: &Schema, (file, format): (&str, Format), (at, table): (usize, &RawTable), all: &[RawTable]) -> Found {
    let headers = guess::headers(schema, table);
    let guess = guess::relation(schema, table, &headers);
    let others = all.iter().filter(|other| other.name != super::read::narrative::NAME).count();
    let unique = !table.name.is_empty() && all.iter().filter(|other| other.name == table.name).count() == 1;
    let pick = match unique {
        _ if others < 2 => None,
        true => Some(Pick::Name(table.name.clone())),
        false => Some(Pick::Number(at + 1)),
    };
    let caption = table.captions.first().map(|caption| caption.trim().chars().take(30).collect());
    let shown = Some(table.name.clone()).filter(|name| !name.is_empty()).or(caption).unwrap_or_default();
    let printed = headers.columns.iter().map(super::headers::Header::printed).filter(|one| !one.is_empty()).collect();
    let rows = headers.rows.clone();
    let lines = (!rows.is_empty()).then(|| (table.line_of(rows.start), table.line_of(rows.end - 1)));
    Found { file: file.to_owned(), format, pick, shown, lines, printed, guess }
}

#[cfg(test)]
mod tests;
