//! Rows as Soufflé writes them: `name.csv` with tabs, standard output with its banner, sizes.

use std::fmt::Write;
use std::ops::Range;

use crate::exec::Rows;
use crate::facts::store::{Cell, Store};
use crate::ir::{Directive, Origin, Program, Relation, RelationId, TypeId, TypeKind};
use crate::source::SourceMap;
use crate::syntax::ast::DirectiveKind;
use crate::threads;
use crate::value::Value;

/// Where the text of an output directive goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// A file of that name in the output folder.
    File(String),
    /// Such a file, packed with gzip.
    Packed(String),
}

/// What relations have, to be written.
#[derive(Clone, Copy, Debug)]
pub struct Results<'a> {
    /// The program.
    pub program: &'a Program,
    /// The facts.
    pub store: &'a Store,
    /// Where they stand.
    pub sources: &'a SourceMap,
    /// The derived rows, by `RelationId`.
    pub derived: &'a [Option<Box<dyn Rows>>],
    /// How many threads write; they leave no trace.
    pub threads: usize,
}

/// The distinct rows of a relation, in order.
pub(super) struct Table {
    arity: usize,
    /// Row after row, in any order.
    values: Vec<Value>,
    /// The numbers of the rows, in order.
    order: Vec<u32>,
}

/// So many rows are read, or written, by one thread at a time.
const PIECE: usize = 4096;

impl Table {
    /// How many rows there are.
    pub(super) const fn len(&self) -> usize {
        self.order.len()
    }

    /// The rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[Value]> {
        self.order.iter().map(|row| self.row(*row))
    }

    fn row(&self, row: u32) -> &[Value] {
        let start = row as usize * self.arity;
        &self.values[start..start + self.arity]
    }
}

/// The text that an output directive asks for, and where it goes. None for input directives.
#[must_use]
pub fn output(results: &Results, directive: &Directive) -> Option<(Target, String)> {
    let relation = &results.program.relations[directive.relation.index()];
    let option = |name: &str| {
        let mut options = directive.options.iter();
        options.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    };
    let called = option("name").unwrap_or(&relation.name);
    match directive.kind {
        DirectiveKind::PrintSize => {
            let size = size(results, directive.relation);
            Some((Target::Stdout, format!("{called}\t{size}\n")))
        }
        DirectiveKind::Output => {
            let io = option("IO").unwrap_or("file");
            if io == "stdoutprintsize" {
                return Some((Target::Stdout, format!("{called}\t{}\n", size(results, directive.relation))));
            }
            let is_printed = io.starts_with("stdout") || io == "json";
            let ending = if io == "jsonfile" { "json" } else { "csv" };
            let is_packed = ending == "csv" && option("compress").is_some_and(|value| value != "false");
            let ending = if is_packed { "csv.gz" } else { ending };
            let name = option("filename").map_or_else(|| format!("{called}.{ending}"), str::to_owned);
            let target = match (is_printed, is_packed) {
                (true, _) => Target::Stdout,
                (false, true) => Target::Packed(name),
                (false, false) => Target::File(name),
            };
            let style = Style {
                rfc4180: option("rfc4180") == Some("true"),
                delimiter: option("delimiter").map(|text| text.replace("\\t", "\t")),
                headers: option("headers") == Some("true"),
            };
            let rows = rows(results, directive.relation);
            if io.contains("json") {
                let objects = option("format") == Some("object");
                return Some((target, super::souffle_json::rows(results.program, relation, &rows, objects)));
            }
            let body = body(results, directive.relation, &rows, &style);
            let header = if style.headers { header(results, directive.relation, &style) } else { String::new() };
            let text = if is_printed { banner(called, &header, &body) } else { header + &body };
            Some((target, text))
        }
        DirectiveKind::Input | DirectiveKind::LimitSize => None,
    }
}

/// A relation on standard output.
#[must_use]
pub fn banner(name: &str, header: &str, body: &str) -> String {
    format!("---------------\n{name}\n{header}===============\n{body}===============\n")
}

struct Style {
    rfc4180: bool,
    delimiter: Option<String>,
    headers: bool,
}

impl Style {
    fn delimiter(&self) -> &str {
        self.delimiter.as_deref().unwrap_or(if self.rfc4180 { "," } else { "\t" })
    }
}

/// How many distinct rows a relation has.
fn size(results: &Results, relation: RelationId) -> usize {
    match results.program.relations[relation.index()].origin {
        Origin::Facts(_) => rows(results, relation).len(),
        Origin::Rules(_) => results.derived.get(relation.index()).and_then(Option::as_ref).map_or(0, |rows| rows.len()),
    }
}

/// The distinct rows of a relation, in order.
fn rows(results: &Results, relation: RelationId) -> Table {
    let Relation { arity, origin, .. } = results.program.relations[relation.index()];
    let symbols = &results.store.symbols;
    let derived = results.derived.get(relation.index()).and_then(Option::as_ref);
    let count = match origin {
        Origin::Facts(table) => results.store.tables[table].rows as usize,
        Origin::Rules(_) => derived.map_or(0, |rows| rows.len()),
    };
    let stretch = |rows: Range<usize>| match (origin, derived) {
        (Origin::Facts(table), _) => {
            rows.flat_map(|row| (0..arity).map(move |column| cell(results, (table, row), column))).collect()
        }
        (Origin::Rules(_), derived) => derived.map_or_else(Vec::new, |of| of.stretch(rows, arity, symbols)),
    };
    let pieces: Vec<Range<usize>> = (0..count).step_by(PIECE).map(|from| from..(from + PIECE).min(count)).collect();
    let read: Vec<Vec<Value>> = threads::map(&pieces, results.threads, |rows| stretch(rows.clone()));
    let mut table = Table { arity, values: read.into_iter().flatten().collect(), order: Vec::new() };
    let mut order: Vec<u32> = (0..u32::try_from(count).unwrap_or(u32::MAX)).collect();
    order.sort_unstable_by(|one, other| table.row(*one).cmp(table.row(*other)));
    order.dedup_by(|one, other| table.row(*one) == table.row(*other));
    table.order = order;
    table
}

fn cell(results: &Results, (table, row): (usize, usize), column: usize) -> Value {
    match results.store.cell(results.sources, table, u32::try_from(row).unwrap_or(u32::MAX), column) {
        Cell::Present(value) => value,
        Cell::Blank | Cell::Malformed(_) => Value::Nil,
    }
}

fn header(results: &Results, relation: RelationId, style: &Style) -> String {
    let declared = &results.program.relations[relation.index()];
    let names: Vec<&str> = declared.columns.iter().take(declared.arity).map(|column| column.name.as_str()).collect();
    names.join(style.delimiter()) + "\n"
}

fn body(results: &Results, relation: RelationId, table: &Table, style: &Style) -> String {
    let pieces: Vec<&[u32]> = table.order.chunks(PIECE).collect();
    let rows = |piece: &[u32]| lines(results, relation, piece.iter().map(|row| table.row(*row)), style);
    threads::map(&pieces, results.threads, |piece| rows(piece)).concat()
}

fn lines<'r>(
    results: &Results,
    relation: RelationId,
    rows: impl Iterator<Item = &'r [Value]>,
    style: &Style,
) -> String {
    let declared = &results.program.relations[relation.index()];
    let mut text = String::new();
    for row in rows {
        if declared.arity == 0 {
            text.push_str("()");
        }
        for (at, value) in row.iter().enumerate() {
            if at > 0 {
                text.push_str(style.delimiter());
            }
            let start = text.len();
            write_value(results.program, value, (declared.columns[at].ty, style.rfc4180), &mut text);
            if style.rfc4180 && matches!(value, Value::Symbol(_) | Value::Record(_) | Value::Nil) {
                let quoted = format!("\"{}\"", text[start..].replace('"', "\"\""));
                text.replace_range(start.., &quoted);
            }
        }
        text.push('\n');
    }
    text
}

/// Writes a value as its type is written: records as `[a, b]`, branches as `$Branch(a, b)`; with `quotes`, texts in them as
/// `"a"`, as Soufflé does where cells are quoted.
pub(super) fn write_value(program: &Program, value: &Value, (ty, quotes): (TypeId, bool), text: &mut String) {
    match (&program.types[ty.index()].kind, value) {
        (TypeKind::Record(fields), Value::Record(values)) => {
            text.push('[');
            write_fields(program, values, (fields, quotes), text);
            text.push(']');
        }
        (TypeKind::Algebraic(branches), Value::Record(values)) => {
            let Some((Value::Number(number), values)) = values.split_first() else { return };
            let Some((name, fields)) = usize::try_from(*number).ok().and_then(|at| branches.get(at)) else { return };
            let _ = write!(text, "${name}");
            if !values.is_empty() {
                text.push('(');
                write_fields(program, values, (fields, quotes), text);
                text.push(')');
            }
        }
        (TypeKind::Float, Value::Float(float)) => {
            let _ = write!(text, "{float}");
        }
        // Zeros at the end say how a column is kept, not what stood there.
        (_, Value::Decimal(amount) | Value::Money(amount)) => {
            let _ = write!(text, "{}", amount.normalize());
        }
        _ => {
            let _ = write!(text, "{value}");
        }
    }
}

fn write_fields(program: &Program, values: &[Value], (fields, quotes): (&[(String, TypeId)], bool), text: &mut String) {
    for (at, (value, (_, ty))) in values.iter().zip(fields).enumerate() {
        if at > 0 {
            text.push_str(", ");
        }
        match value {
            Value::Symbol(symbol) if quotes => {
                let _ = write!(text, "\"{}\"", symbol.replace('"', "\\\""));
            }
            _ => write_value(program, value, (*ty, quotes), text),
        }
    }
}
