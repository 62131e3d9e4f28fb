//! One source of a relation: which file, which table of it, and how it is written.

use toml::de::DeValue;

use super::read::{read_columns, read_decimal, read_unit};
use super::tree::{Tree, Value};
use super::{HeaderRows, Pick, Placed, SourceSpec, Totals};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::read::Format;
use crate::text;

/// The keys of a source.
pub(super) const KEYS: [&str; 19] = [
    "file",
    "table",
    "pick",
    "sheet",
    "caption",
    "format",
    "header",
    "skip",
    "unit",
    "totals",
    "blank",
    "decimal",
    "columns",
    "encoding",
    "delimiter",
    "quote",
    "escape",
    "comment",
    "query",
];

/// A source, several, or just their files.
pub(super) fn read_all(tree: &mut Tree<'_>, value: &Value<'_>, common: &SourceSpec) -> Vec<SourceSpec> {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().filter_map(|item| read_one(tree, item, common)).collect(),
        _ => read_one(tree, value, common).into_iter().collect(),
    }
}

/// One source.
fn read_one(tree: &mut Tree<'_>, value: &Value<'_>, common: &SourceSpec) -> Option<SourceSpec> {
    let mut spec = common.clone();
    match value.get_ref() {
        DeValue::String(_) => spec.file = tree.some_string("source", value)?,
        DeValue::Table(table) => {
            for (key, value) in table {
                if !read_key(tree, &mut spec, key.get_ref(), value) {
                    tree.unknown(key, &KEYS);
                }
            }
        }
        _ => return tree.wrong("source", value, "\"项目.csv\"、{ file = \"项目.csv\", table = \"T1\" }"),
    }
    if spec.file.value.is_empty() {
        let given = matches!(value.get_ref(), DeValue::Table(table) if table.keys().any(|key| key.get_ref() == "file"));
        if !given {
            let message = text!("来源没有写文件", "the source names no file");
            let help = text!("写成：{{ file = \"项目.csv\" }}", "write: {{ file = \"projects.csv\" }}");
            tree.error(Code::MissingKey, tree.span(value), message, help);
        }
        return None;
    }
    Some(spec)
}

/// Reads the value of one key of a source; `false` when there is no such key.
pub(super) fn read_key(tree: &mut Tree<'_>, spec: &mut SourceSpec, key: &str, value: &Value<'_>) -> bool {
    match key {
        "file" => spec.file = tree.some_string(key, value).unwrap_or_default(),
        "table" => spec.table = tree.some_string(key, value),
        "pick" | "sheet" => spec.pick = read_pick(tree, key, value),
        "caption" => {
            let caption = tree.some_string(key, value);
            spec.pick = caption.map(|text| Placed { value: Pick::Caption(text.value), span: text.span });
        }
        "format" => spec.format = read_format(tree, value),
        "header" => spec.header = read_header(tree, value),
        "skip" => spec.skip = tree.count(key, value, 0),
        "unit" => spec.unit = read_unit(tree, value),
        "totals" => spec.totals = read_totals(tree, value),
        "blank" => spec.blank = tree.strings(key, value),
        "decimal" => spec.decimal = read_decimal(tree, value),
        "columns" => spec.columns = read_columns(tree, value),
        "query" => spec.options.query = tree.some_string(key, value).map(|text| text.value),
        "encoding" => spec.options.encoding = read_encoding(tree, value),
        "delimiter" => spec.options.delimiter = read_byte(tree, key, value),
        "escape" => spec.options.escape = read_byte(tree, key, value),
        "comment" => spec.options.comment = read_byte(tree, key, value),
        "quote" => spec.options.quote = read_quote(tree, value),
        _ => return false,
    }
    true
}

/// Which table of the file: by name, or by number from 1.
fn read_pick(tree: &mut Tree<'_>, key: &str, value: &Value<'_>) -> Option<Placed<Pick>> {
    if value.get_ref().is_integer() {
        return tree.count(key, value, 1).map(|number| Placed { value: Pick::Number(number.value), span: number.span });
    }
    tree.some_string(key, value).map(|name| Placed { value: Pick::Name(name.value), span: name.span })
}

fn read_format(tree: &mut Tree<'_>, value: &Value<'_>) -> Option<Placed<Format>> {
    let name = tree.string("format", value)?;
    let format = Format::from_name(&name.value.to_ascii_lowercase());
    if format.is_none() {
        tree.not_one_of("format", &name, &Format::names().collect::<Vec<_>>());
    }
    format.map(|format| Placed { value: format, span: name.span })
}

/// `3`, `[3, 4]`, `[4, 6]`, `"3-4"`, or `false` and `0` for none.
fn read_header(tree: &mut Tree<'_>, value: &Value<'_>) -> Option<Placed<HeaderRows>> {
    let span = tree.span(value);
    let rows = match value.get_ref() {
        DeValue::Boolean(false) => Some((0, 0)),
        DeValue::Integer(_) => {
            return tree.count("header", value, 0).map(|row| header_rows(row.value, row.value, span));
        }
        DeValue::Array(items) => {
            let rows: Option<Vec<u32>> =
                items.iter().map(|item| tree.count("header", item, 1).map(|row| row.value)).collect();
            let rows = rows?;
            // `[4, 6]` is from 4 to 6, as `[4, 5, 6]` is.
            let in_order = rows.windows(2).all(|pair| pair[1] == pair[0] + 1 || rows.len() == 2 && pair[0] <= pair[1]);
            rows.first().zip(rows.last()).filter(|_| in_order).map(|(first, last)| (*first, *last))
        }
        DeValue::String(text) => text
            .split_once(['-', '~', '至', '–'])
            .and_then(|(first, last)| Some((first.trim().parse().ok()?, last.trim().parse().ok()?)))
            .filter(|(first, last)| 0 < *first && first <= last),
        _ => None,
    };
    match rows {
        Some((first, last)) => Some(header_rows(first, last, span)),
        None => tree.wrong("header", value, "3、[3, 4]、false"),
    }
}

const fn header_rows(first: u32, last: u32, span: crate::source::Span) -> Placed<HeaderRows> {
    Placed { value: if last == 0 { HeaderRows::Absent } else { HeaderRows::Rows(first, last) }, span }
}

/// `"keep"`, `"all"`, `"skip"`, or the name of another relation.
fn read_totals(tree: &mut Tree<'_>, value: &Value<'_>) -> Option<Placed<Totals>> {
    let text = tree.some_string("totals", value)?;
    let totals = match text.value.as_str() {
        "keep" => Totals::Keep,
        "all" => Totals::All,
        "skip" => Totals::Skip,
        _ => Totals::Into(text.value),
    };
    Some(Placed { value: totals, span: text.span })
}

/// An encoding that is known.
fn read_encoding(tree: &mut Tree<'_>, value: &Value<'_>) -> Option<String> {
    let label = tree.string("encoding", value)?;
    if encoding_rs::Encoding::for_label(label.value.as_bytes()).is_none() {
        tree.not_one_of("encoding", &label, &["utf-8", "gb18030", "gbk", "utf-16le", "utf-16be", "big5"]);
        return None;
    }
    Some(label.value)
}

/// One ASCII character, or `tab`.
fn read_byte(tree: &mut Tree<'_>, key: &str, value: &Value<'_>) -> Option<u8> {
    let text = tree.string(key, value)?;
    match text.value.as_str() {
        "tab" | "\\t" => Some(b'\t'),
        one if one.len() == 1 && one != "\n" && one != "\r" && one != "\"" => one.bytes().next(),
        other => {
            let message =
                text!("`{key}` 要是一个英文字符，不能是“{other}”", "`{key}` is one ASCII character, not “{other}”");
            let help = text!("例如 \",\"、\";\"、\"|\"、\"tab\"", "such as \",\", \";\", \"|\", \"tab\"");
            tree.report.push(Diagnostic::error(Code::BadValue, message).at(text.span).help(help));
            None
        }
    }
}

/// The quote of CSV: one character, or `false` for none.
fn read_quote(tree: &mut Tree<'_>, value: &Value<'_>) -> Option<Option<u8>> {
    match value.get_ref() {
        DeValue::Boolean(false) => Some(None),
        DeValue::String(text) if text == "\"" => Some(Some(b'"')),
        DeValue::String(text) if text.is_empty() => Some(None),
        _ => read_byte(tree, "quote", value).map(Some),
    }
}
