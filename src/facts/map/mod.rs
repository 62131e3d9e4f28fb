//! Which column of a file is which column of a relation, and in which unit its cells are written.

mod doubts;
mod find;
mod units;

use self::find::{Place, names_of};
pub use self::units::{OfTable, goes_down, unit_of_table};
use super::cells::CellKind;
use super::headers::{Header, Headers};
use super::manifest::{ColumnSpec, Feed, SourceSpec};
use super::names;
use super::read::raw::RawTable;
use crate::diagnostic::{Code, Diagnostic, Report, nearest};
use crate::schema::{ColumnType, Relation};
use crate::source::Span;
use crate::text;

/// Rows from the top that may show how cells are written.
const SHOWING: usize = 200;

/// How a file's table becomes rows of a relation.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// One per declared column.
    pub columns: Vec<MappedColumn>,
    /// Columns of the file that no column of the relation takes, as printed.
    pub unused: Vec<(String, Span)>,
    /// Columns of the file that hold something, have no header and are not taken.
    pub unheaded: Vec<usize>,
}

/// Where a declared column's cells come from.
#[derive(Clone, Debug)]
pub struct MappedColumn {
    /// The column of the file, if it has one.
    pub index: Option<usize>,
    /// Its header as printed.
    pub header: Option<String>,
    /// The text that stands for every cell, and its place in the manifest.
    pub constant: Option<(String, Span)>,
    /// What its cells are to be read as.
    pub kind: CellKind,
    /// An empty cell means the same as the one above it.
    pub fill: bool,
    /// The header that the manifest asks for and this file has not.
    pub missing: Option<Span>,
    /// What stands for its unit and is none that is known, which has been said.
    pub unknown_unit: Option<String>,
}

impl MappedColumn {
    /// A column that the file has not.
    #[must_use]
    pub fn nowhere(ty: ColumnType) -> Self {
        let kind = CellKind::plain(ty);
        Self { index: None, header: None, constant: None, kind, fill: false, missing: None, unknown_unit: None }
    }
}

/// The names by which each column of `relation` may be found in a file: what the manifest says, else its own name and
/// what its documentation calls it.
#[must_use]
pub fn wanted(relation: &Relation, feed: &Feed, spec: &SourceSpec) -> Vec<Vec<String>> {
    relation.columns.iter().map(|column| names_of(relation, column, column_spec(feed, spec, &column.name))).collect()
}

/// What the manifest says of a column: for this source, else for the relation.
#[must_use]
pub fn column_spec<'a>(feed: &'a Feed, spec: &'a SourceSpec, column: &str) -> Option<&'a ColumnSpec> {
    spec.columns.iter().chain(&feed.columns).find(|known| known.column.value == column)
}

/// Finds every column of `relation` among `headers`.
pub fn map(
    relation: &Relation,
    (feed, spec): (&Feed, &SourceSpec),
    table: &RawTable,
    headers: &Headers,
    report: &mut Report,
) -> Mapping {
    let of_table = unit_of_table(table, headers);
    let mut columns = Vec::new();
    let places = find::places(relation, (feed, spec), (table, headers), report);
    for (column, Place { index, whole, refused }) in relation.columns.iter().zip(places) {
        let said = column_spec(feed, spec, &column.name);
        let header = index.map(|index| &headers.columns[index]);
        // A part is in the unit of its whole.
        let printed = header.map(|header| (header, whole.map(|whole| &headers.columns[whole])));
        let unit = units::unit(column, (said, spec), printed, &of_table, report);
        let days = doubts::days(column, (said, spec), (table, headers), index, report);
        if let Some(at) = index.filter(|_| column.is_share) {
            doubts::shares(column, spec, (table, headers, at), unit, report);
        }
        let asked = said.and_then(|said| said.headers.first().or(said.pattern.as_ref())).map(|asked| asked.span);
        columns.push(MappedColumn {
            index,
            header: header.map(Header::printed).filter(|printed| !printed.is_empty()),
            constant: said.and_then(|said| said.value.as_ref()).map(|text| (text.value.clone(), text.span)),
            kind: CellKind {
                ty: column.ty,
                unit,
                blank: blanks(said, spec),
                days,
                decimal: doubts::decimal((said, spec), report),
            },
            fill: said.is_some_and(|said| said.fill),
            missing: asked.filter(|_| index.is_none() && !refused),
            unknown_unit: None,
        });
    }
    doubts::points(relation, (&columns, spec), (table, headers), report);
    units::by_column(&columns, (spec, headers), &of_table, report);
    units::unknown(&mut columns, (spec, headers), &of_table, report);
    let taken = |at: usize| columns.iter().any(|column| column.index == Some(at));
    let unused = headers.columns.iter().enumerate();
    let unused = unused.filter(|(at, header)| !taken(*at) && !header.levels.is_empty()).map(|(_, header)| header);
    let unused = unused.map(|header| (header.printed(), header.span)).collect();
    let unheaded = match headers.rows.is_empty() {
        true => Vec::new(),
        false => unheaded(table, headers).filter(|at| !taken(*at)).collect(),
    };
    Mapping { columns, unused, unheaded }
}

/// The columns without a header in which something is written.
pub fn unheaded<'a>(table: &'a RawTable, headers: &'a Headers) -> impl Iterator<Item = usize> + 'a {
    let rows = move || table.rows.iter().skip(headers.end());
    let is_filled = move |at: usize| {
        let mut cells = rows().filter_map(|row| row.cells.get(at));
        cells.any(|cell| !cell.absent && !cell.text.trim().is_empty())
    };
    (0..headers.columns.len()).filter(move |at| headers.columns[*at].levels.is_empty() && is_filled(*at))
}

fn blanks(said: Option<&ColumnSpec>, spec: &SourceSpec) -> Vec<String> {
    let own = said.map_or(&[][..], |said| &said.blank);
    own.iter().chain(&spec.blank).map(|blank| blank.value.clone()).collect()
}

/// Complains of headers that the manifest asks for and none of the relation's sources has.
pub fn missing_everywhere(feed: &Feed, relation: &Relation, mappings: &[Mapping], report: &mut Report) {
    for (at, column) in relation.columns.iter().enumerate() {
        let missing = |mapping: &Mapping| mapping.columns.get(at).and_then(|column| column.missing);
        let Some(span) = mappings.first().and_then(missing) else { continue };
        if !mappings.iter().all(|mapping| missing(mapping).is_some()) {
            continue;
        }
        let spec = feed.columns.iter().chain(feed.sources.iter().flat_map(|source| &source.columns));
        let asked = spec.filter(|spec| spec.column.value == column.name).flat_map(|spec| &spec.headers).next();
        let asked = asked.map_or("", |header| header.value.as_str());
        let mut unused: Vec<String> =
            mappings.iter().flat_map(|mapping| &mapping.unused).map(|(printed, _)| names::bare(printed)).collect();
        unused.dedup();
        let message = text!("没有表头为“{asked}”的列", "no column has the header “{asked}”");
        let mut diagnostic = Diagnostic::error(Code::UnknownHeader, message).at(span);
        if let Some(near) = nearest(asked, unused.iter().map(String::as_str)) {
            diagnostic = diagnostic.help(text!("是否“{near}”？", "did you mean “{near}”?")).fix(span, near);
        } else if !unused.is_empty() {
            let (zh, en) = (unused.join("、"), unused.join(", "));
            diagnostic = diagnostic.help(text!("还没有用上的表头：{zh}", "headers not yet used: {en}"));
        }
        report.push(diagnostic);
    }
}
