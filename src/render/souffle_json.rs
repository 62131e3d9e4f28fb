//! Rows as Soufflé writes them in JSON: an array of rows, each an array of its values or an object by columns.

use std::fmt::Write;

use super::souffle::Table;
use crate::ir::{Program, Relation, TypeId, TypeKind};
use crate::value::Value;

/// The rows of a relation; as objects or as arrays.
pub(super) fn rows(program: &Program, relation: &Relation, table: &Table, objects: bool) -> String {
    if relation.arity == 0 {
        return if table.len() == 0 { "[]\n".to_owned() } else { "[null\n]\n".to_owned() };
    }
    let names: Vec<(String, TypeId)> =
        relation.columns.iter().take(relation.arity).map(|column| (column.name.clone(), column.ty)).collect();
    let mut text = "[".to_owned();
    for (at, row) in table.rows().enumerate() {
        text.push_str(if at > 0 { ",\n" } else { "" });
        fields(program, row, (&names, objects), &mut text);
    }
    text.push_str("]\n");
    text
}

fn fields(program: &Program, values: &[Value], (names, objects): (&[(String, TypeId)], bool), text: &mut String) {
    text.push(if objects { '{' } else { '[' });
    for (at, (value, (name, ty))) in values.iter().zip(names).enumerate() {
        text.push_str(if at > 0 { ", " } else { "" });
        if objects {
            let _ = write!(text, "{}: ", serde_json::Value::from(name.as_str()));
        }
        write_value(program, value, (*ty, objects), text);
    }
    text.push(if objects { '}' } else { ']' });
}

fn write_value(program: &Program, value: &Value, (ty, objects): (TypeId, bool), text: &mut String) {
    let _ = match (&program.types[ty.index()].kind, value) {
        (TypeKind::Record(names), Value::Record(values)) => {
            fields(program, values, (names, objects), text);
            Ok(())
        }
        (TypeKind::Algebraic(_), _) => {
            let mut written = String::new();
            super::souffle::write_value(program, value, (ty, false), &mut written);
            write!(text, "{}", serde_json::Value::from(written))
        }
        (_, Value::Nil) => write!(text, "null"),
        (_, Value::Symbol(symbol)) => write!(text, "{}", serde_json::Value::from(&**symbol)),
        _ => write!(text, "{value}"),
    };
}
