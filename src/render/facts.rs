//! What was loaded: relations, columns, cells without a value, units and ranges.

use super::human::Style;
use super::table::aligned;
use crate::cards::Format;
use crate::diagnostic::Lang;
use crate::facts::profile;
use crate::facts::store::{Column, Source, State, Store, Table};
use crate::finding::format::show;
use crate::ir::TypeKind;
use crate::schema::{ColumnType, Precision, Relation, Schema};
use crate::source::SourceMap;

/// Every relation of the schema with its columns.
#[must_use]
pub fn loaded(sources: &SourceMap, schema: &Schema, store: &Store, style: Style) -> String {
    let mut text = String::new();
    for (relation, table) in schema.relations.iter().zip(&store.tables) {
        text += &heading(sources, relation, table, style.lang);
        if table.rows > 0 {
            let mut rows = vec![header(style.lang)];
            let columns = 0..relation.columns.len();
            rows.extend(columns.map(|column| row(relation, table, column)));
            text += &aligned(&rows, "    ");
        }
        text.push('\n');
    }
    text
}

fn heading(sources: &SourceMap, relation: &Relation, table: &Table, lang: Lang) -> String {
    let (name, rows) = (&relation.name, table.rows);
    let doc = relation.doc.lines().next().unwrap_or_default();
    let mut text = match (lang, table.sources.is_empty()) {
        (Lang::Zh, true) => format!("{name}  没有载入  {doc}\n"),
        (Lang::En, true) => format!("{name}  not fed  {doc}\n"),
        (Lang::Zh, false) => format!("{name}  {rows} 行  {doc}\n"),
        (Lang::En, false) => format!("{name}  {rows} rows  {doc}\n"),
    };
    for (at, source) in table.sources.iter().enumerate() {
        let next = table.sources.get(at + 1).map_or(table.rows, |next| next.first_row);
        let (count, file, tag) = (next - source.first_row, sources.file(source.file).name(), &source.table);
        text += &match lang {
            Lang::Zh => format!("  {tag}  {file}  {count} 行\n"),
            Lang::En => format!("  {tag}  {file}  {count} rows\n"),
        };
    }
    text
}

fn header(lang: Lang) -> Vec<String> {
    let words = match lang {
        Lang::Zh => ["列", "类型", "有值", "空", "读不出", "单位", "小数位", "范围"],
        Lang::En => ["column", "type", "present", "blank", "malformed", "unit", "places", "range"],
    };
    words.map(str::to_owned).to_vec()
}

fn row(relation: &Relation, table: &Table, column: usize) -> Vec<String> {
    let declared = &relation.columns[column];
    let states = || (0..table.rows).map(|row| table.columns[column].state(row));
    let malformed = states().filter(|state| matches!(state, State::Malformed(_))).count();
    let blank = states().filter(|state| matches!(state, State::Blank)).count();
    let present = table.rows as usize - blank - malformed;
    let has_column = |source: &&Source| source.headers.get(column).is_some_and(Option::is_some);
    let precisions: Vec<Precision> =
        table.sources.iter().filter(has_column).filter_map(|source| source.precision.get(column)).copied().collect();
    let is_money = declared.ty == ColumnType::Money;
    let is_amount = is_money || declared.ty == ColumnType::Decimal;
    let distinct = |texts: Vec<String>| {
        let mut distinct: Vec<String> = Vec::new();
        for text in texts {
            if !distinct.contains(&text) {
                distinct.push(text);
            }
        }
        distinct.join("、")
    };
    let units = precisions.iter().filter(|_| is_money && present > 0).map(|precision| precision.unit.name().to_owned());
    let places = precisions.iter().filter(|_| is_amount && present > 0).map(|precision| precision.scale.to_string());
    let unit = precisions.first().map(|precision| precision.unit).unwrap_or_default();
    vec![
        declared.name.clone(),
        declared.ty.name().to_owned(),
        present.to_string(),
        blank.to_string(),
        malformed.to_string(),
        distinct(units.collect()),
        distinct(places.collect()),
        range(&table.columns[column], &TypeKind::Money(unit)),
    ]
}

/// The least and the greatest value of a column of numbers, amounts or days.
fn range(column: &Column, kind: &TypeKind) -> String {
    match profile::range(column) {
        (Some(least), Some(most)) => {
            format!("{} … {}", show(&least, kind, Format::default()), show(&most, kind, Format::default()))
        }
        _ => String::new(),
    }
}
