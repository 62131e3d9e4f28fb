//! What a card's test expects of a finding: comparisons of its variables and fields with constants.

use std::cmp::Ordering;

use super::words::Words;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::exec::cells::table_of;
use crate::exec::matcher::Bindings;
use crate::facts::store::Cell;
use crate::ir::{Rule, TypeKind, VarId};
use crate::source::Span;
use crate::syntax::ast::{self, ArgKind, CompareOp, Const};
use crate::text;
use crate::value::{Decimal, Value};

/// One entry of `expect`.
#[derive(Debug)]
pub(super) struct Expectation {
    /// Where it is written.
    pub(super) span: Span,
    conditions: Vec<(Subject, CompareOp, Const)>,
}

/// What an expectation speaks of.
#[derive(Debug)]
enum Subject {
    Variable(String),
    Field(String, String),
}

/// The conjunction that `body` writes.
pub(super) fn expectation(body: &ast::Body, span: Span) -> (Expectation, Report) {
    let mut report = Report::new();
    let mut conditions = Vec::new();
    for literal in body.alternatives.iter().flatten() {
        let condition = match literal {
            ast::Literal::Compare(compare) if compare.rest.len() == 1 => {
                let (op, _, right) = &compare.rest[0];
                subject(&compare.first).zip(constant(right)).map(|(subject, constant)| (subject, *op, constant))
            }
            _ => None,
        };
        match condition {
            Some(condition) => conditions.push(condition),
            None => report.push(unfit(span)),
        }
    }
    if conditions.is_empty() && !report.has_errors() || body.alternatives.len() > 1 {
        report.push(unfit(span));
    }
    (Expectation { span, conditions }, report)
}

fn unfit(span: Span) -> Diagnostic {
    let message = text!("`expect` 里只写 名称 = 值", "`expect` has `name = value` only");
    let help = text!(
        "如 'p.name = \"甲\", spent = 105'；不应查出时写 expect = []",
        "such as 'p.name = \"甲\", spent = 105'; expect = [] for no finding"
    );
    Diagnostic::error(Code::BadValue, message).at(span).help(help)
}

fn subject(arg: &ast::Arg) -> Option<Subject> {
    match &arg.kind {
        ArgKind::Var(name) => Some(Subject::Variable(name.clone())),
        ArgKind::Field(row, column) => Some(Subject::Field(row.text.clone(), column.text.clone())),
        _ => None,
    }
}

fn constant(arg: &ast::Arg) -> Option<Const> {
    match &arg.kind {
        ArgKind::Const(constant) => Some(constant.clone()),
        ArgKind::Call(call) if call.args.len() == 1 && ["-", "neg"].contains(&call.name.text.as_str()) => {
            match constant(&call.args[0])? {
                Const::Number(number) => Some(Const::Number(-number)),
                Const::Decimal(value, written) => Some(Const::Decimal(-value, format!("-{written}"))),
                Const::Percent(value) => Some(Const::Percent(-value)),
                Const::Money(value, unit) => Some(Const::Money(-value, unit)),
                _ => None,
            }
        }
        _ => None,
    }
}

impl Expectation {
    /// How much it asks for.
    pub(super) fn conditions(&self) -> usize {
        self.conditions.len()
    }

    /// Whether a finding with these bindings is the one.
    pub(super) fn holds(&self, words: &Words, rule: &Rule, bindings: &Bindings) -> bool {
        self.conditions.iter().all(|(subject, op, constant)| {
            let value = match subject {
                Subject::Variable(name) => named(rule, name).and_then(|var| bindings.value(var).cloned()),
                Subject::Field(row, column) => field(words, rule, (row, column), bindings),
            };
            let order = value.and_then(|value| compare(&value, constant));
            order.is_some_and(|order| op.admits(order))
        })
    }
}

fn named(rule: &Rule, name: &str) -> Option<VarId> {
    let at = rule.vars.iter().position(|var| var.name == name)?;
    u32::try_from(at).ok().map(VarId)
}

/// `p.name`: of a row of facts, or of a row that a function gave.
fn field(words: &Words, rule: &Rule, (row, column): (&str, &str), bindings: &Bindings) -> Option<Value> {
    let var = named(rule, row)?;
    match bindings.value(var)? {
        Value::Row(at) => {
            let table = table_of(&words.input, rule, var)?;
            let columns = &words.input.store.tables[table].columns;
            let column = columns.iter().position(|candidate| candidate.name == column)?;
            match words.input.store.cell(words.input.sources, table, *at, column) {
                Cell::Present(value) => Some(value),
                Cell::Blank | Cell::Malformed(_) => None,
            }
        }
        Value::Record(fields) => {
            let TypeKind::Generated(generator) = words.kind(rule.vars[var.index()].ty) else { return None };
            let at = generator.columns().iter().position(|(name, _)| name == column)?;
            fields.get(at).cloned()
        }
        _ => None,
    }
}

/// How a value compares with a constant; bare numbers are amounts in 元. None when they are not of one kind.
fn compare(value: &Value, constant: &Const) -> Option<Ordering> {
    match (value, constant) {
        (Value::Symbol(text), Const::Text(other)) => Some((**text).cmp(other.as_str())),
        (Value::Date(day), Const::Text(other)) => Some(day.to_string().as_str().cmp(other)),
        _ => Some(amount(value)?.cmp(&constant_amount(constant)?)),
    }
}

fn amount(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Some(Decimal::from(*number)),
        Value::Unsigned(number) => Some(Decimal::from(*number)),
        Value::Decimal(amount) | Value::Money(amount) => Some(*amount),
        _ => None,
    }
}

fn constant_amount(constant: &Const) -> Option<Decimal> {
    match constant {
        Const::Number(number) => Decimal::try_from_i128_with_scale(*number, 0).ok(),
        Const::Unsigned(number) => Some(Decimal::from(*number)),
        Const::Decimal(value, _) | Const::Percent(value) => Some(*value),
        Const::Money(value, unit) => unit.to_yuan(*value),
        Const::Float(_) | Const::Text(_) => None,
    }
}
