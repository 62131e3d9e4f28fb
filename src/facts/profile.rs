//! What was loaded, in numbers: the data of `gouji facts`.

use super::store::{Column, Data, State, Store, Table};
use crate::schema::{ColumnType, Precision, Schema};
use crate::source::{FileId, SourceMap};
use crate::value::{Decimal, Value};

/// What was loaded into one relation.
#[derive(Clone, Debug, PartialEq)]
pub struct RelationProfile {
    /// The relation.
    pub name: String,
    /// What its declaration says of it.
    pub doc: String,
    /// How many rows it has.
    pub rows: u32,
    /// Where they come from.
    pub sources: Vec<SourceProfile>,
    /// Its declared columns.
    pub columns: Vec<ColumnProfile>,
}

/// One source of a relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceProfile {
    /// `p.table`.
    pub table: String,
    /// The file.
    pub file: FileId,
    /// The file's name as people see it.
    pub name: String,
    /// How many rows it gave.
    pub rows: u32,
}

/// What one column holds.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// What its declaration says of it.
    pub doc: String,
    /// Its type.
    pub ty: ColumnType,
    /// Its headers as printed, each once.
    pub headers: Vec<String>,
    /// Cells with a value.
    pub present: u32,
    /// Cells with nothing in them.
    pub blank: u32,
    /// Cells that are not of the type.
    pub malformed: u32,
    /// The finest scale written, and the unit, in each source that has the column.
    pub precision: Vec<Precision>,
    /// The least value; none for texts and empty columns.
    pub least: Option<Value>,
    /// The greatest value.
    pub greatest: Option<Value>,
    /// How many different texts a text column has; none where they are [listed](Data::Listed) only.
    pub different: Option<usize>,
}

/// What `store` holds of the relations of `schema`.
#[must_use]
pub fn profile(store: &Store, schema: &Schema, sources: &SourceMap) -> Vec<RelationProfile> {
    let relations = schema.relations.iter().zip(&store.tables);
    relations
        .map(|(relation, table)| RelationProfile {
            name: relation.name.clone(),
            doc: relation.doc.clone(),
            rows: table.rows,
            sources: source_profiles(table, sources),
            columns: relation
                .columns
                .iter()
                .zip(&table.columns)
                .enumerate()
                .map(|(at, (declared, column))| ColumnProfile {
                    doc: declared.doc.clone(),
                    ty: declared.ty,
                    ..column_profile(table, at, column)
                })
                .collect(),
        })
        .collect()
}

fn source_profiles(table: &Table, sources: &SourceMap) -> Vec<SourceProfile> {
    let ends = table.sources.iter().skip(1).map(|source| source.first_row).chain([table.rows]);
    let of_source = |(source, end): (&super::store::Source, u32)| SourceProfile {
        table: source.table.clone(),
        file: source.file,
        name: sources.file(source.file).name().to_owned(),
        rows: end - source.first_row,
    };
    table.sources.iter().zip(ends).map(of_source).collect()
}

fn column_profile(table: &Table, at: usize, column: &Column) -> ColumnProfile {
    let count = |wanted: fn(State) -> bool| {
        let found = column.states.iter().flatten().filter(|state| wanted(**state)).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    let (blank, malformed) =
        (count(|state| state == State::Blank), count(|state| matches!(state, State::Malformed(_))));
    let mut headers: Vec<String> = Vec::new();
    let mut precision: Vec<Precision> = Vec::new();
    for source in &table.sources {
        if let Some(Some(header)) = source.headers.get(at) {
            if !headers.contains(header) {
                headers.push(header.clone());
            }
            precision.extend(source.precision.get(at).copied().filter(|known| !precision.contains(known)));
        }
    }
    let (least, greatest) = range(column);
    ColumnProfile {
        name: column.name.clone(),
        doc: String::new(),
        ty: ColumnType::Symbol,
        headers,
        present: table.rows - blank - malformed,
        blank,
        malformed,
        precision,
        least,
        greatest,
        different: different(column),
    }
}

/// The least and the greatest of the cells that have a value; none for texts.
#[must_use]
pub fn range(column: &Column) -> (Option<Value>, Option<Value>) {
    let present = |row: &usize| column.states.as_ref().is_none_or(|states| states[*row] == State::Present);
    macro_rules! ends {
        ($values:expr, $make:expr) => {{
            let rows = || (0..$values.len()).filter(present).map(|row| $values[row]);
            (
                rows().min_by(|a, b| $make(*a).cmp(&$make(*b))).map($make),
                rows().max_by(|a, b| $make(*a).cmp(&$make(*b))).map($make),
            )
        }};
    }
    match &column.data {
        Data::Small(values) => ends!(values, |value: u32| Value::Number(i64::from(value))),
        Data::Number(values) => ends!(values, Value::Number),
        Data::Unsigned(values) => ends!(values, Value::Unsigned),
        Data::Float(values) => ends!(values, |value| Value::Float(crate::value::Float(value))),
        Data::Date(values) => ends!(values, Value::Date),
        Data::Scaled { scale, values, money } => {
            let (least, greatest) = ends!(values, Value::Number);
            let amount = |value| match value {
                Value::Number(multiple) => amount(Decimal::new(multiple, *scale), *money),
                other => other,
            };
            (least.map(amount), greatest.map(amount))
        }
        Data::Exact { values, money } => ends!(values, |value| amount(value, *money)),
        Data::Symbol(_) | Data::Listed(_) | Data::PerSource(_) | Data::Line => (None, None),
    }
}

const fn amount(value: Decimal, money: bool) -> Value {
    if money { Value::Money(value) } else { Value::Decimal(value) }
}

fn different(column: &Column) -> Option<usize> {
    let Data::Symbol(ids) = &column.data else { return None };
    let present = |row: usize| column.states.as_ref().is_none_or(|states| states[row] == State::Present);
    let most = ids.iter().max().map_or(0, |most| *most as usize + 1);
    let (mut seen, mut count) = (vec![false; most], 0);
    for (_, id) in ids.iter().enumerate().filter(|(row, _)| present(*row)) {
        count += usize::from(!std::mem::replace(&mut seen[*id as usize], true));
    }
    Some(count)
}
