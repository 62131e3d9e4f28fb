//! Which reader reads a file, and what it is asked.
//!
//! Each format is one file of this module with `read(&mut SourceMap, &Request) -> (Vec<RawTable>, Report)`: every table
//! of the file, in the order in which it stands there. Choosing among them, headers and types come later, in one place
//! for all formats. A reader adds the file's text (or, for a format that is not text, the text that it lays out) to the
//! map under [`Request::name`], complains at [`Request::at`] where it has no better place, and never panics.

// What all readers hand over, and what several of them need:
mod beside;
pub mod captions;
mod continued;
pub mod encoding;
pub mod interrupt;
pub mod layout;
pub mod narrative;
pub mod office;
pub mod open;
pub mod parts;
pub mod raw;
pub mod run;
pub mod slice;

// a module per format or family of formats:
pub mod delimited;
pub mod html;
pub mod json;
pub mod markdown;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod plain;
mod records;
pub mod sheet;
#[cfg(feature = "sqlite")]
pub mod sqlite;
pub mod word;

use std::path::Path;

use self::raw::RawTable;
use crate::diagnostic::Report;
use crate::source::{SourceMap, Span};

/// A file format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// One record a row: `[[project]]`.
    Toml,
    /// Comma separated, or with another delimiter.
    Csv,
    /// Tab separated.
    Tsv,
    /// A workbook of Excel: xlsx, xlsm, xls, XML Spreadsheet 2003.
    Excel,
    /// A workbook of OpenDocument.
    Ods,
    /// A document of Word.
    Docx,
    /// A web page.
    Html,
    /// Markdown.
    Markdown,
    /// Plain text that was exported from Word.
    Plain,
    /// JSON.
    Json,
    /// JSON lines.
    JsonLines,
    /// A database of SQLite.
    Sqlite,
    /// Parquet.
    Parquet,
}

/// Every format with its name in manifests and the extensions that it is known by.
const FORMATS: [(Format, &str, &[&str]); 13] = [
    (Format::Toml, "toml", &["toml"]),
    (Format::Csv, "csv", &["csv"]),
    (Format::Tsv, "tsv", &["tsv", "tab", "facts"]),
    (Format::Excel, "excel", &["xlsx", "xlsm", "xls", "xlsb", "xml"]),
    (Format::Ods, "ods", &["ods"]),
    (Format::Docx, "docx", &["docx"]),
    (Format::Html, "html", &["html", "htm"]),
    (Format::Markdown, "markdown", &["md", "markdown"]),
    (Format::Plain, "text", &["txt"]),
    (Format::Json, "json", &["json"]),
    (Format::JsonLines, "jsonl", &["jsonl", "ndjson"]),
    (Format::Sqlite, "sqlite", &["sqlite", "sqlite3", "db"]),
    (Format::Parquet, "parquet", &["parquet"]),
];

/// What a reader is asked to read, and how.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The file.
    pub path: &'a Path,
    /// The name under which people see it.
    pub name: &'a str,
    /// Where the manifest names it; complaints about the file as a whole go here.
    pub at: Span,
    /// How it is to be read.
    pub options: &'a Options,
}

/// What a manifest may say of how a file is written. Readers ignore what does not concern their format.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Options {
    /// The encoding's label, as browsers know them: `gb18030`, `utf-16le`. Found out when none.
    pub encoding: Option<String>,
    /// Between fields of CSV. Found out when none.
    pub delimiter: Option<u8>,
    /// Around fields of CSV; `Some(None)` when fields are never quoted. Found out when none.
    pub quote: Option<Option<u8>>,
    /// Before a quote that is part of a field, where it is not written twice. Found out when none.
    pub escape: Option<u8>,
    /// Lines that begin with this are no rows.
    pub comment: Option<u8>,
    /// A query instead of a table, for databases.
    pub query: Option<String>,
}

impl Format {
    /// The format of that name in a manifest.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        FORMATS.iter().find(|(_, known, _)| *known == name).map(|(format, ..)| *format)
    }

    /// The names of all formats.
    pub fn names() -> impl Iterator<Item = &'static str> {
        FORMATS.iter().map(|(_, name, _)| *name)
    }

    /// Its name in a manifest.
    #[must_use]
    pub fn name(self) -> &'static str {
        FORMATS.iter().find(|(format, ..)| *format == self).map_or("", |(_, name, _)| name)
    }

    /// The format that files with the extension of `path` have.
    #[must_use]
    pub fn of_path(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        FORMATS.iter().find(|(.., extensions)| extensions.contains(&extension.as_str())).map(|(format, ..)| *format)
    }
}

/// Reads every table of a file.
pub fn read(sources: &mut SourceMap, format: Format, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    let (mut tables, mut report) = read_whole(sources, format, request);
    if matches!(format, Format::Csv | Format::Tsv | Format::Excel | Format::Ods) {
        tables = parts::split(tables, (request.name, request.at), &mut report);
    }
    if matches!(format, Format::Docx | Format::Html | Format::Markdown | Format::Plain) {
        tables = parts::below(tables, (request.name, request.at), &mut report);
        continued::share_captions(&mut tables);
    }
    (tables, report)
}

fn read_whole(sources: &mut SourceMap, format: Format, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    match format {
        Format::Csv | Format::Tsv => delimited::read(sources, format, request),
        Format::Toml => records::read(sources, request),
        Format::Excel | Format::Ods => sheet::read(sources, request),
        Format::Docx => word::read(sources, request),
        Format::Json => json::read(sources, request),
        Format::JsonLines => json::read_lines(sources, request),
        Format::Html => html::read(sources, request),
        Format::Markdown => markdown::read(sources, request),
        Format::Plain => plain::read(sources, request),
        #[cfg(feature = "sqlite")]
        Format::Sqlite => sqlite::read(sources, request),
        #[cfg(feature = "parquet")]
        Format::Parquet => parquet::read(sources, request),
        #[cfg(not(feature = "sqlite"))]
        Format::Sqlite => absent::not_built_in(format, request),
        #[cfg(not(feature = "parquet"))]
        Format::Parquet => absent::not_built_in(format, request),
    }
}

/// The complaint that this build lacks a reader.
#[cfg(not(all(feature = "sqlite", feature = "parquet")))]
mod absent {
    use super::{Format, RawTable, Report, Request};
    use crate::diagnostic::{Code, Diagnostic};
    use crate::text;

    pub(super) fn not_built_in(format: Format, request: &Request<'_>) -> (Vec<RawTable>, Report) {
        let mut report = Report::new();
        let (name, feature) = (request.name, format.name());
        let message = text!(
            "这个 gouji 没有带上读 {feature} 的部分，读不了 {name}",
            "this gouji was built without {feature}: cannot read {name}"
        );
        let help = text!(
            "把需要的表导出为 CSV 或 xlsx；或用 cargo install gouji --features {feature} 装一个带上的",
            "export the tables you need as CSV or xlsx, or install one that has it: cargo install gouji --features {feature}"
        );
        report.push(Diagnostic::error(Code::NotBuiltIn, message).at(request.at).help(help));
        (Vec::new(), report)
    }
}
