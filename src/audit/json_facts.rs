//! Facts of plain programs in JSON: an array of rows, each an array of values or an object by columns. They become facts
//! of the program, as those with records do.

use serde_json::Value;

use super::records::Declared;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::{Arg, ArgKind, Args, Atom, Body, Clause, ColumnDecl, Const, Item, Name, TypeKind};
use crate::text;

/// The rows of `file` as facts of `relation`.
pub(super) fn read(
    sources: &SourceMap,
    file: FileId,
    (relation, columns): (&str, &[ColumnDecl]),
    declared: &Declared,
) -> (Vec<Item>, Report) {
    let (mut items, mut report) = (Vec::new(), Report::new());
    let whole = sources.file(file);
    let span = whole.span().part(0, 1);
    let rows: Vec<Value> = match serde_json::from_str(whole.text()) {
        Ok(Value::Array(rows)) => rows,
        // what a relation without columns holds
        Ok(_) => Vec::new(),
        Err(error) => {
            let message = text!("这不是完整的 JSON：{error}", "this is no complete JSON: {error}");
            report.push(Diagnostic::error(Code::BrokenFile, message).at(span));
            return (items, report);
        }
    };
    let reader = Reader { declared, span };
    for (at, row) in (1..).zip(&rows) {
        let Some(args) = reader.fields(row, columns) else {
            let message = text!(
                "第 {at} 行 `{row}` 不合 `{relation}` 的列",
                "row {at}, `{row}`, does not fit the columns of `{relation}`"
            );
            report.push(Diagnostic::error(Code::MalformedCell, message).at(span));
            continue;
        };
        let relation = Name { text: relation.to_owned(), span };
        let head = Atom { relation, args: Args::Positional(args), span };
        let body = Body { span, ..Body::default() };
        items.push(Item::Clause(Clause { heads: vec![head], subsumes: None, body, plan: None, span }));
    }
    (items, report)
}

struct Reader<'t> {
    declared: &'t Declared<'t>,
    span: Span,
}

impl Reader<'_> {
    /// The values of columns or fields; none when something does not fit.
    fn fields(&self, row: &Value, columns: &[ColumnDecl]) -> Option<Vec<Arg>> {
        let value = |(at, column): (usize, &ColumnDecl)| {
            let value = match row {
                Value::Array(values) if values.len() == columns.len() => values.get(at)?,
                Value::Object(values) => values.get(&column.name.text)?,
                _ => return None,
            };
            self.value(value, &column.ty.text)
        };
        columns.iter().enumerate().map(value).collect()
    }

    fn value(&self, value: &Value, ty: &str) -> Option<Arg> {
        let kind = match (self.declared.kind(ty), value) {
            (Some(TypeKind::Record(_)), Value::Null) => ArgKind::Nil,
            (Some(TypeKind::Record(fields)), _) => ArgKind::Record(self.fields(value, fields)?),
            (Some(TypeKind::Algebraic(_)), _) => return None,
            (_, Value::Number(number)) => ArgKind::Const(match self.declared.base(ty).as_str() {
                "number" => Const::Number(number.as_i64()?.into()),
                "unsigned" => Const::Unsigned(number.as_u64()?),
                "float" => Const::Float(number.to_string()),
                _ => return None,
            }),
            (_, Value::String(text)) if !["number", "unsigned", "float"].contains(&self.declared.base(ty).as_str()) => {
                ArgKind::Const(Const::Text(text.clone()))
            }
            _ => return None,
        };
        Some(Arg { kind, span: self.span })
    }
}
