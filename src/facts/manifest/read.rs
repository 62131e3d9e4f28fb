//! An `audit.toml` to a [`Manifest`]: all that is wrong with it in one go.

use toml::de::{DeTable, DeValue};

use super::tree::{Tree, Value};
use super::{CellUnit, ColumnSpec, Feed, Manifest, Param, Placed, SourceSpec};
use crate::diagnostic::{Code, Report};
use crate::facts::cells::{DayOrder, DecimalMark};
use crate::facts::toml_text;
use crate::source::{FileId, SourceMap};
use crate::text;
use crate::value::Unit;

pub(super) const TOP_KEYS: [&str; 5] = ["title", "rules", "unit", "params", "relation"];
pub(super) const COLUMN_KEYS: [&str; 9] =
    ["header", "match", "position", "value", "unit", "blank", "fill", "days", "decimal"];

/// Reads the manifest in `file`.
pub(super) fn read(sources: &SourceMap, file: FileId) -> (Manifest, Report) {
    let mut tree = Tree { file: sources.file(file), report: Report::new() };
    let mut report = Report::new();
    let table = toml_text::parse(tree.file, &mut report);
    let mut manifest = Manifest { file, ..Manifest::default() };
    let mut unit = None;
    for (key, value) in &table {
        match key.get_ref().as_ref() {
            "title" => manifest.title = tree.string("title", value).unwrap_or_default().value,
            "rules" => manifest.rules = Some(tree.strings("rules", value)),
            "unit" => unit = read_unit(&mut tree, value),
            "params" => manifest.params = read_params(&mut tree, value),
            "relation" => manifest.relations = read_relations(&mut tree, value),
            _ => tree.unknown(key, &TOP_KEYS),
        }
    }
    for source in manifest.relations.iter_mut().flat_map(|feed| &mut feed.sources) {
        source.unit = source.unit.take().or_else(|| unit.clone());
    }
    // What a list that never closes seems to hold is not what was meant.
    if !report.is_empty() {
        manifest.rules = None;
    }
    let meaning = toml_text::without_followers(tree.file, &report, tree.report);
    report.append(meaning);
    (manifest, report)
}

/// `[params]`: `CODE.name = value`, the code quoted or not.
fn read_params(tree: &mut Tree<'_>, value: &Value<'_>) -> Vec<Param> {
    let mut params = Vec::new();
    for (key, value) in tree.table("params", value, "{ \"YS-002.min_rate\" = \"80%\" }").into_iter().flatten() {
        let written = tree.name(key);
        if let DeValue::Table(inner) = value.get_ref() {
            for (name, value) in inner {
                let param = (written.clone(), tree.name(name));
                params.extend(read_param(tree, param, value));
            }
        } else if let Some((code, name)) = written.value.rsplit_once('.') {
            let at = u32::try_from(code.len()).unwrap_or(0);
            let code_place = Placed { value: code.to_owned(), span: written.span.part(0, at) };
            let name_place = Placed { value: name.to_owned(), span: written.span.part(at + 1, u32::MAX - at - 1) };
            params.extend(read_param(tree, (code_place, name_place), value));
        } else {
            let name = written.value;
            let message = text!("参数要写明是哪条规则的", "a parameter needs the code of its rule");
            let help = text!("写成：规则编号.{name} = …", "write: CODE.{name} = …");
            tree.error(Code::BadValue, written.span, message, help);
        }
    }
    params
}

/// One parameter's value: a string's content or a number as written.
fn read_param(tree: &mut Tree<'_>, name: (Placed<String>, Placed<String>), value: &Value<'_>) -> Option<Param> {
    let span = tree.inside(value);
    let text = match value.get_ref() {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(_) | DeValue::Float(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => {
            tree.file.text().get(value.span()).unwrap_or("").to_owned()
        }
        DeValue::Array(_) | DeValue::Table(_) => return tree.wrong(&name.1.value, value, "\"80%\""),
    };
    Some(Param { code: name.0, name: name.1, value: Placed { value: text, span } })
}

/// `[relation.X]` of every relation.
fn read_relations(tree: &mut Tree<'_>, value: &Value<'_>) -> Vec<Feed> {
    let relations = tree.table("relation", value, "{ project = { source = \"项目.csv\" } }");
    let mut feeds = Vec::new();
    for (key, value) in relations.into_iter().flatten() {
        let relation = tree.name(key);
        if let Some(table) = tree.table(&relation.value.clone(), value, "{ source = \"项目.csv\" }") {
            feeds.push(read_feed(tree, relation, table));
        }
    }
    feeds
}

/// `[relation.X]`. Keys of a source that stand here hold for all of its sources.
fn read_feed(tree: &mut Tree<'_>, relation: Placed<String>, table: &DeTable<'_>) -> Feed {
    let mut common = SourceSpec::default();
    let mut feed = Feed { relation, ..Feed::default() };
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "source" => {}
            "columns" => feed.columns = read_columns(tree, value),
            name if super::source::read_key(tree, &mut common, name, value) => {}
            _ => tree.unknown(key, &[&["source", "columns"], super::source::KEYS.as_slice()].concat()),
        }
    }
    let sources = table.iter().find(|(key, _)| key.get_ref().as_ref() == "source");
    match sources {
        Some((_, value)) => feed.sources = super::source::read_all(tree, value, &common),
        None if !common.file.value.is_empty() => feed.sources = vec![common],
        None => {
            let name = &feed.relation.value;
            let message = text!("没有写“{name}”的数据在哪个文件", "nothing says which file “{name}” is in");
            let help = text!("写成：source = \"项目.csv\"", "write: source = \"projects.csv\"");
            tree.error(Code::MissingKey, feed.relation.span, message, help);
        }
    }
    feed
}

/// `columns`: how each column of the relation is found.
pub(super) fn read_columns(tree: &mut Tree<'_>, value: &Value<'_>) -> Vec<ColumnSpec> {
    let table = tree.table("columns", value, "{ budget = \"预算金额\" }");
    let mut specs = Vec::new();
    for (key, value) in table.into_iter().flatten() {
        let column = tree.name(key);
        specs.push(read_column(tree, column, value));
    }
    specs
}

/// One column: a header, several, or a table of how to find it.
fn read_column(tree: &mut Tree<'_>, column: Placed<String>, value: &Value<'_>) -> ColumnSpec {
    let mut spec = ColumnSpec { column, ..ColumnSpec::default() };
    let table = match value.get_ref() {
        DeValue::String(_) | DeValue::Array(_) => {
            spec.headers = tree.strings(&spec.column.value, value);
            return spec;
        }
        DeValue::Table(table) => table,
        _ => {
            let name = spec.column.value.clone();
            tree.wrong::<()>(&name, value, "\"预算金额\"、{ header = \"预算金额\", unit = \"万元\" }");
            return spec;
        }
    };
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "header" => spec.headers = tree.strings("header", value),
            "match" => spec.pattern = read_pattern(tree, value),
            "position" => spec.position = read_position(tree, value),
            "value" => spec.value = tree.string("value", value),
            "unit" => spec.unit = read_cell_unit(tree, value),
            "blank" => spec.blank = tree.strings("blank", value),
            "days" => spec.days = read_days(tree, value),
            "decimal" => spec.decimal = read_decimal(tree, value),
            "fill" => spec.fill = tree.truth("fill", value).unwrap_or_default(),
            _ => tree.unknown(key, &COLUMN_KEYS),
        }
    }
    spec
}

/// A regular expression that compiles.
fn read_pattern(tree: &mut Tree<'_>, value: &Value<'_>) -> Option<Placed<String>> {
    let pattern = tree.some_string("match", value)?;
    if let Err(error) = regex::Regex::new(&pattern.value) {
        let reason = error.to_string().lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
        let message = text!("正则表达式不成立：{reason}", "not a regular expression: {reason}");
        let help = text!("照写的表头用 header = \"…\"", "for a header as printed use header = \"…\"");
        tree.error(Code::BadRegex, pattern.span, message, help);
        return None;
    }
    Some(pattern)
}

/// A column's position: `6`, or `"F"` as spreadsheets name it.
fn read_position(tree: &mut Tree<'_>, value: &Value<'_>) -> Option<Placed<u32>> {
    let Some(letters) = value.get_ref().as_str() else { return tree.count("position", value, 1) };
    let known = (1..=3).contains(&letters.len()) && letters.bytes().all(|letter| letter.is_ascii_alphabetic());
    if !known {
        return tree.wrong("position", value, "6、\"F\"");
    }
    let number =
        letters.bytes().fold(0, |number, letter| number * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    Some(Placed { value: number, span: tree.span(value) })
}

/// A unit of money.
pub(super) fn read_unit(tree: &mut Tree<'_>, value: &Value<'_>) -> Option<Placed<Unit>> {
    let name = tree.string("unit", value)?;
    let unit = unit_named(&name.value);
    if unit.is_none() {
        tree.not_one_of("unit", &name, &Unit::ALL.map(Unit::name));
    }
    unit.map(|unit| Placed { value: unit, span: name.span })
}

/// A unit of money, or `%`.
fn read_cell_unit(tree: &mut Tree<'_>, value: &Value<'_>) -> Option<Placed<CellUnit>> {
    let name = tree.string("unit", value)?;
    let unit = match name.value.as_str() {
        "%" | "％" => Some(CellUnit::Percent),
        name => unit_named(name).map(CellUnit::Money),
    };
    if unit.is_none() {
        let mut known = Unit::ALL.map(Unit::name).to_vec();
        known.push("%");
        tree.not_one_of("unit", &name, &known);
    }
    unit.map(|unit| Placed { value: unit, span: name.span })
}

fn unit_named(name: &str) -> Option<Unit> {
    let name = name.trim();
    Unit::from_name(name.strip_prefix("人民币").unwrap_or(name))
}

/// `","` or `"."`.
pub(super) fn read_decimal(tree: &mut Tree<'_>, value: &Value<'_>) -> Option<Placed<DecimalMark>> {
    let text = tree.some_string("decimal", value)?;
    let mark = match text.value.as_str() {
        "," => DecimalMark::Comma,
        "." => DecimalMark::Point,
        _ => {
            tree.not_one_of("decimal", &text, &[",", "."]);
            return None;
        }
    };
    Some(Placed { value: mark, span: text.span })
}

/// `"dmy"`, `"mdy"` or `"excel"`.
fn read_days(tree: &mut Tree<'_>, value: &Value<'_>) -> Option<Placed<DayOrder>> {
    let text = tree.some_string("days", value)?;
    let order = match text.value.as_str() {
        "dmy" => DayOrder::DayFirst,
        "mdy" => DayOrder::MonthFirst,
        "excel" => DayOrder::Serial,
        _ => {
            tree.not_one_of("days", &text, &["dmy", "mdy", "excel"]);
            return None;
        }
    };
    Some(Placed { value: order, span: text.span })
}
