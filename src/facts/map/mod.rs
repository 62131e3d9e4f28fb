//! Which column of a file is which column of a relation, and in which unit its cells are written.

mod doubts;
mod find;

use self::find::{Place, names_of};
use super::cells::CellKind;
use super::headers::{Header, Headers};
use super::manifest::{CellUnit, ColumnSpec, Feed, SourceSpec};
use super::names;
use super::read::raw::RawTable;
use crate::diagnostic::{Code, Diagnostic, Report, nearest};
use crate::schema::{Column, ColumnType, Relation};
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
}

impl MappedColumn {
    /// A column that the file has not.
    #[must_use]
    pub fn nowhere(ty: ColumnType) -> Self {
        Self { index: None, header: None, constant: None, kind: CellKind::plain(ty), fill: false, missing: None }
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
    let captions = caption_unit(table, headers);
    let mut columns = Vec::new();
    let places = find::places(relation, (feed, spec), (table, headers), report);
    for (column, Place { index, whole, refused }) in relation.columns.iter().zip(places) {
        let said = column_spec(feed, spec, &column.name);
        let header = index.map(|index| &headers.columns[index]);
        // A part is in the unit of its whole.
        let printed = header.map(|header| (header, whole.map(|whole| &headers.columns[whole])));
        let unit = unit(column, (said, spec), printed, captions, report);
        let days = doubts::days(column, (said, spec), (table, headers), index, report);
        if let Some(at) = index.filter(|_| column.is_share && unit.is_none()) {
            doubts::shares(column, spec, (table, headers, at), report);
        }
        let asked = said.and_then(|said| said.headers.first().or(said.pattern.as_ref())).map(|asked| asked.span);
        columns.push(MappedColumn {
            index,
            header: header.map(Header::printed).filter(|printed| !printed.is_empty()),
            constant: said.and_then(|said| said.value.as_ref()).map(|text| (text.value.clone(), text.span)),
            kind: CellKind { ty: column.ty, unit, blank: blanks(said, spec), days },
            fill: said.is_some_and(|said| said.fill),
            missing: asked.filter(|_| index.is_none() && !refused),
        });
    }
    let taken = |at: usize| columns.iter().any(|column| column.index == Some(at));
    let unused = headers.columns.iter().enumerate();
    let unused = unused.filter(|(at, header)| !taken(*at) && !header.levels.is_empty()).map(|(_, header)| header);
    let unused = unused.map(|header| (header.printed(), header.span)).collect();
    Mapping { columns, unused }
}

fn blanks(said: Option<&ColumnSpec>, spec: &SourceSpec) -> Vec<String> {
    let own = said.map_or(&[][..], |said| &said.blank);
    own.iter().chain(&spec.blank).map(|blank| blank.value.clone()).collect()
}

/// The unit of a column's cells: what the manifest says of the column, else the header, else that of the column that it is a
/// part of, else what the manifest says of
/// the source, else the caption.
fn unit(
    column: &Column,
    (said, spec): (Option<&ColumnSpec>, &SourceSpec),
    header: Option<(&Header, Option<&Header>)>,
    caption: Option<CellUnit>,
    report: &mut Report,
) -> Option<CellUnit> {
    let fits = |unit: &CellUnit| match unit {
        CellUnit::Money(_) => column.ty == ColumnType::Money,
        CellUnit::Percent => column.ty == ColumnType::Decimal,
    };
    let own = |(header, whole): (&Header, Option<&Header>)| header.unit().or_else(|| whole.and_then(Header::unit));
    let printed = header.and_then(own).filter(fits);
    if let Some(told) = said.and_then(|said| said.unit.as_ref()) {
        if let (Some(printed), Some((header, _))) = (printed.filter(|printed| *printed != told.value), header) {
            let (told_name, printed_name) = (unit_name(told.value), unit_name(printed));
            let message = text!(
                "表头写的单位是{printed_name}，audit.toml 写的是{told_name}；按 audit.toml 读",
                "the header says {printed_name}, audit.toml says {told_name}; read as audit.toml says"
            );
            let reason = text!("这里写的是{printed_name}", "{printed_name} here");
            report.push(Diagnostic::warning(Code::Doubtful, message).at(told.span).secondary(header.span, reason));
        }
        if fits(&told.value) {
            return Some(told.value);
        }
        let (name, unit) = (&column.name, unit_name(told.value));
        let message = text!("{name} 的类型用不上单位“{unit}”", "the type of {name} has no unit “{unit}”");
        report.push(Diagnostic::error(Code::BadValue, message).at(told.span));
    }
    let source = spec.unit.as_ref().map(|unit| CellUnit::Money(unit.value)).filter(fits);
    printed.or(source).or(caption.filter(fits))
}

const fn unit_name(unit: CellUnit) -> &'static str {
    match unit {
        CellUnit::Money(unit) => unit.name(),
        CellUnit::Percent => "%",
    }
}

/// The unit that the table's caption states, or the rows above its headers.
#[must_use]
pub fn caption_unit(table: &RawTable, headers: &Headers) -> Option<CellUnit> {
    let above = table.rows[..headers.rows.start.min(table.rows.len())].iter().rev();
    let cells = above.flat_map(|row| &row.cells).map(|cell| cell.text.as_str());
    let texts = cells.chain(table.captions.iter().map(String::as_str)).chain([table.name.as_str()]);
    texts.into_iter().find_map(names::unit_of_title).map(CellUnit::Money)
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
