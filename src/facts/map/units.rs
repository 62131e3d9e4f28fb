//! In which unit a column's amounts are written: where that is said, and what is said of it when it is odd.

use super::MappedColumn;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::facts::headers::{Header, Headers};
use crate::facts::manifest::{CellUnit, ColumnSpec, SourceSpec};
use crate::facts::names;
use crate::facts::read::raw::{RawRow, RawTable};
use crate::facts::rows;
use crate::schema::{Column, ColumnType};
use crate::text;
use crate::value::Unit;

/// What a table says of the unit of all its amounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OfTable {
    /// Nothing.
    #[default]
    Nothing,
    /// Its title or the rows above its headers state this one.
    Unit(CellUnit),
    /// The column of this header states this one in every row that was looked at.
    Column(String, CellUnit),
    /// They state this, which is no unit that is known.
    Unknown(String),
    /// The column of this header states another unit for each row.
    ByRow(String),
}

impl OfTable {
    /// The unit, if it is one.
    #[must_use]
    pub fn unit(&self) -> Option<CellUnit> {
        match self {
            Self::Unit(unit) | Self::Column(_, unit) => Some(*unit),
            _ => None,
        }
    }

    /// What is said instead of a unit, as people are to be told.
    #[must_use]
    pub fn instead(&self) -> Option<&str> {
        match self {
            Self::Unknown(said) | Self::ByRow(said) => Some(said),
            Self::Nothing | Self::Unit(_) | Self::Column(..) => None,
        }
    }
}

/// What `table` says of the unit of its amounts: in the rows above its headers, in captions, in a column of units.
#[must_use]
pub fn unit_of_table(table: &RawTable, headers: &Headers) -> OfTable {
    let above = table.rows[..headers.rows.start.min(table.rows.len())].iter().rev();
    let cells = above.clone().flat_map(|row| &row.cells).map(|cell| cell.text.as_str());
    let texts = cells.chain(table.captions.iter().map(String::as_str)).chain([table.name.as_str()]);
    let stated = texts.clone().find_map(names::unit_of_title).map(CellUnit::Money);
    if let Some(unit) = stated.or_else(|| above.clone().find_map(beside)) {
        return OfTable::Unit(unit);
    }
    if let Some(unit) = (0..headers.columns.len())
        .filter(|at| goes_down(table, headers, *at))
        .find_map(|at| headers.columns[at].unit().filter(|unit| matches!(unit, CellUnit::Money(_))))
    {
        return OfTable::Unit(unit);
    }
    let by_row = by_row(table, headers);
    if by_row != OfTable::Nothing {
        return by_row;
    }
    texts.into_iter().find_map(names::unknown_unit).map_or(OfTable::Nothing, OfTable::Unknown)
}

/// Whether the header of a column is one merged cell with all rows below it, and so says what these are: `项目资金（万元）` beside
/// `年度资金总额`.
#[must_use]
pub fn goes_down(table: &RawTable, headers: &Headers, at: usize) -> bool {
    let Some(header) = headers.columns[at].levels.last() else { return false };
    let below = table.rows.iter().skip(headers.end()).take(2);
    let is_same = |row: &RawRow| row.cells.get(at).is_some_and(|cell| cell.absent && cell.text.trim() == header.trim());
    below.clone().count() == 2 && below.into_iter().all(is_same)
}

/// The unit that stands in the cell behind one that says so: `金额单位,万元`.
fn beside(row: &RawRow) -> Option<CellUnit> {
    let mut cells = row.cells.iter().map(|cell| cell.text.trim()).filter(|text| !text.is_empty());
    cells.find(|text| names::says_unit_follows(text))?;
    cells.next().and_then(names::unit_alone).filter(|unit| matches!(unit, CellUnit::Money(_)))
}

/// The unit that a column of units says in every row.
fn by_row(table: &RawTable, headers: &Headers) -> OfTable {
    let says = |header: &Header| header.levels.last().is_some_and(|level| names::says_unit_follows(level));
    let Some(at) = headers.columns.iter().position(says) else { return OfTable::Nothing };
    let rows = table.rows.iter().skip(headers.end()).filter(|row| !rows::first_names_total(row));
    let mut units: Vec<Unit> = Vec::new();
    for text in rows.filter_map(|row| row.cells.get(at)).map(|cell| cell.text.trim()).filter(|text| !text.is_empty()) {
        let Some(CellUnit::Money(unit)) = names::unit_alone(text) else { return OfTable::Nothing };
        if !units.contains(&unit) {
            units.push(unit);
        }
    }
    match &units[..] {
        [] => OfTable::Nothing,
        [unit] => OfTable::Column(headers.columns[at].printed(), CellUnit::Money(*unit)),
        _ => OfTable::ByRow(headers.columns[at].printed()),
    }
}

/// The unit of a column's cells: what the manifest says of the column, else the header, else that of the column that it is a
/// part of, else what the manifest says of the source, else the table.
pub(super) fn unit(
    column: &Column,
    (said, spec): (Option<&ColumnSpec>, &SourceSpec),
    header: Option<(&Header, Option<&Header>)>,
    table: &OfTable,
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
    // What the header states and nobody knows is no reason to take another unit.
    let is_odd = || header.is_some_and(|(header, _)| header.unknown_unit().is_some());
    printed.or(source).or_else(|| table.unit().filter(fits).filter(|_| !is_odd()))
}

const fn unit_name(unit: CellUnit) -> &'static str {
    match unit {
        CellUnit::Money(unit) => unit.name(),
        CellUnit::Percent => "%",
    }
}

/// Says so when amounts are read in the unit that a column of units states.
pub(super) fn by_column(
    columns: &[MappedColumn],
    (spec, headers): (&SourceSpec, &Headers),
    table: &OfTable,
    report: &mut Report,
) {
    let OfTable::Column(column, unit) = table else { return };
    let takes = |mapped: &MappedColumn| {
        let states_none = mapped.index.is_some_and(|index| headers.columns[index].unit().is_none());
        mapped.kind.ty == ColumnType::Money && states_none && mapped.kind.unit == Some(*unit) && spec.unit.is_none()
    };
    if columns.iter().any(takes) {
        let (file, unit) = (&spec.file.value, unit_name(*unit));
        let message = text!(
            "{file} 的“{column}”一栏都写着{unit}，金额按{unit}读",
            "“{column}” of {file} says {unit} in every row, and amounts are read in it"
        );
        report.push(Diagnostic::note(Code::Doubtful, message).at(spec.file.span));
    }
}

/// Says which of `columns` state something for their unit that is none that is known: their amounts are read as they stand.
pub(super) fn unknown(
    columns: &mut [MappedColumn],
    (spec, headers): (&SourceSpec, &Headers),
    table: &OfTable,
    report: &mut Report,
) {
    let mut said: Vec<String> = Vec::new();
    for column in columns.iter_mut().filter(|column| column.kind.ty == ColumnType::Money && column.kind.unit.is_none())
    {
        let Some(header) = column.index.map(|index| &headers.columns[index]) else { continue };
        column.unknown_unit = header.unknown_unit().or_else(|| table.instead().map(str::to_owned));
        if let Some(unit) = &column.unknown_unit {
            said.push(match header.unknown_unit() {
                Some(_) => header.printed(),
                None => format!("{}（{unit}）", header.printed()),
            });
        }
    }
    if said.is_empty() {
        return;
    }
    let (file, shown) = (&spec.file.value, said.join("、"));
    let (zh, en) = (Unit::list("、"), Unit::list(", "));
    let (message, help) = match table {
        OfTable::ByRow(header) => (
            text!(
                "{file} 的“{header}”一栏各行的单位不同，没有换算，金额都按元读",
                "{file} states another unit by row under “{header}”; nothing is converted, and amounts are read as 元"
            ),
            text!(
                "在文件里换算成同一个单位，或把单位写进各个金额的格子（25.2万元）",
                "bring the amounts to one unit in the file, or write the unit into each cell (25.2万元)"
            ),
        ),
        _ => (
            text!(
                "{file} 写的金额单位不认得，金额按元读：{shown}",
                "{file} states units of amounts that are not known, and they are read as 元: {shown}"
            ),
            text!(
                "在文件里换算，或写明认得的单位：unit = \"万元\"；可用：{zh}",
                "convert them in the file, or say a unit that is known: unit = \"万元\"; one of {en}"
            ),
        ),
    };
    report.push(Diagnostic::warning(Code::Doubtful, message).at(spec.file.span).help(help));
}
