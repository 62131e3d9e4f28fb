//! [`Manifest`]: what an `audit.toml` says — rules, parameters, and how each file becomes relations.

mod read;
mod source;
mod tree;

use std::path::{Path, PathBuf};

use super::cells::{DayOrder, DecimalMark};
use super::read::{Format, Options};
use crate::diagnostic::Report;
use crate::source::{FileId, SourceMap, Span};
use crate::value::Unit;

/// The name of a manifest.
pub const FILE_NAME: &str = "audit.toml";

/// A value of the manifest and where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Its place; for strings, between the quotes.
    pub span: Span,
}

/// An `audit.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The file, once it is read.
    pub file: FileId,
    /// What the audit is called; empty when it is not.
    pub title: String,
    /// Packs by name and own files by path or glob; none when the manifest does not say, which means all shipped packs.
    pub rules: Option<Vec<Placed<String>>>,
    /// `[params]`: `CODE.name = value`.
    pub params: Vec<Param>,
    /// `[relation.X]`, in the order of the file.
    pub relations: Vec<Feed>,
}

/// One parameter set by the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// The rule's code.
    pub code: Placed<String>,
    /// The parameter's name.
    pub name: Placed<String>,
    /// The value: a string's content, a number as written.
    pub value: Placed<String>,
}

/// `[relation.X]`: what feeds one relation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feed {
    /// The relation.
    pub relation: Placed<String>,
    /// Where its rows come from.
    pub sources: Vec<SourceSpec>,
    /// `[relation.X.columns]`.
    pub columns: Vec<ColumnSpec>,
}

/// One source of a relation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceSpec {
    /// The file, as written.
    pub file: Placed<String>,
    /// The tag that rules see as `p.table`.
    pub table: Option<Placed<String>>,
    /// Which table of the file.
    pub pick: Option<Placed<Pick>>,
    /// The format, when the file's extension does not say.
    pub format: Option<Placed<Format>>,
    /// Which rows of the table are its headers.
    pub header: Option<Placed<HeaderRows>>,
    /// How many rows (of the file's table) to leave out before the headers.
    pub skip: Option<Placed<u32>>,
    /// The unit of money columns of this source.
    pub unit: Option<Placed<Unit>>,
    /// What to do with rows that are totals.
    pub totals: Option<Placed<Totals>>,
    /// Texts that mean “nothing here”.
    pub blank: Vec<Placed<String>>,
    /// What stands before decimals in this source.
    pub decimal: Option<Placed<DecimalMark>>,
    /// Columns of this source alone; they go before the relation's.
    pub columns: Vec<ColumnSpec>,
    /// How the file is written.
    pub options: Options,
}

impl SourceSpec {
    /// The format, as said or as the file's extension says.
    #[must_use]
    pub fn known_format(&self) -> Option<Format> {
        let said = self.format.as_ref().map(|format| format.value);
        said.or_else(|| Format::of_path(Path::new(&self.file.value)))
    }

    /// Whether its cells are texts, numbers too.
    #[must_use]
    pub fn is_text(&self) -> bool {
        use Format::{Csv, Docx, Html, Markdown, Plain, Tsv};
        matches!(self.known_format(), Some(Csv | Tsv | Docx | Html | Markdown | Plain))
    }
}

/// Which of a file's tables is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// By its name: a sheet, a TOML key.
    Name(String),
    /// By its position, from 1.
    Number(u32),
    /// By a text that its caption contains.
    Caption(String),
}

/// Which rows of a table are its headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderRows {
    /// None: columns go by position.
    Absent,
    /// From one row to another, both included, from 1.
    Rows(u32, u32),
}

/// What to do with totals rows (合计, 小计, …) among the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Totals {
    /// Every row with something in it is data, notes and headings too.
    All,
    /// They are rows like others.
    Keep,
    /// They are left out, and said so.
    Skip,
    /// They are rows of another relation.
    Into(String),
}

/// How one column of a relation is found in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnSpec {
    /// The relation's column.
    pub column: Placed<String>,
    /// Headers as printed, any of which will do; for headers of two levels `upper/lower`.
    pub headers: Vec<Placed<String>>,
    /// A regular expression that the header matches.
    pub pattern: Option<Placed<String>>,
    /// The position, from 1.
    pub position: Option<Placed<u32>>,
    /// The same text in every row, for what the file does not say.
    pub value: Option<Placed<String>>,
    /// The unit of the cells.
    pub unit: Option<Placed<CellUnit>>,
    /// Texts that mean “nothing here”.
    pub blank: Vec<Placed<String>>,
    /// What `03/12/2020` means.
    pub days: Option<Placed<DayOrder>>,
    /// What stands before decimals, where `1.234` or `1,234` may be either.
    pub decimal: Option<Placed<DecimalMark>>,
    /// A cell left empty below another means the same as that one.
    pub fill: bool,
}

impl ColumnSpec {
    /// Whether it says which column of the file is meant.
    #[must_use]
    pub fn names_one(&self) -> bool {
        !self.headers.is_empty() || self.pattern.is_some() || self.position.is_some()
    }
}

/// The unit in which a column's cells are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellUnit {
    /// Money.
    Money(Unit),
    /// Hundredths.
    Percent,
}

impl Manifest {
    /// Reads the manifest in `file`.
    #[must_use]
    pub fn read(sources: &SourceMap, file: FileId) -> (Self, Report) {
        read::read(sources, file)
    }
}

/// The nearest `audit.toml` at or above `start`, a directory or a file.
#[must_use]
pub fn find_manifest(start: &Path) -> Option<PathBuf> {
    if start.is_file() && start.extension().is_some_and(|extension| extension == "toml") {
        return Some(start.to_owned());
    }
    // A folder, a pipe or a link to nothing is found too: reading it says what it is.
    let is_there = |path: &PathBuf| path.symlink_metadata().is_ok();
    let nearby = start.ancestors().map(|dir| dir.join(FILE_NAME)).find(is_there);
    nearby.or_else(|| {
        let whole = std::path::absolute(start).ok()?;
        whole.ancestors().map(|dir| dir.join(FILE_NAME)).find(is_there)
    })
}

#[cfg(test)]
mod tests;
