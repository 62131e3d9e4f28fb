//! What a finding stands on, for programs: the values of its variables, and every row that its aggregates took.

use super::claims::exact;
use super::places::{Spot, cell_spot, part};
use super::words::Words;
use crate::exec::cells::{cell_of, row_of, table_of};
use crate::exec::matcher::{Bindings, Members};
use crate::finding::format::show;
use crate::finding::{Contributor, Contributors, Evidence, NamedValue};
use crate::ir::card::Format;
use crate::ir::{Aggregate, Expr, Literal, Rule, TypeId};
use crate::source::Span;
use crate::value::Value;

/// The evidence of the instance of `rule` that `bindings` are.
pub(super) fn evidence(words: &Words, rule: &Rule, bindings: &Bindings) -> Evidence {
    let written = bindings.values().filter(|(var, _)| !rule.vars[var.index()].name.starts_with('_'));
    let values = written.map(|(var, value)| NamedValue {
        name: rule.vars[var.index()].name.clone(),
        value: exact(value),
        shown: match (value, table_of(&words.input, rule, var)) {
            (Value::Row(row), Some(table)) => words.row(table, *row),
            _ => shown(words, value, rule.vars[var.index()].ty),
        },
    });
    let mut spans = Vec::new();
    // An aggregate that adds allowances stands at the place of the one that was written, after it.
    let written = rule.body.iter().filter(|literal| {
        let new = !spans.contains(&literal.span());
        spans.push(literal.span());
        new
    });
    let aggregates = written.filter_map(|literal| match literal {
        Literal::Aggregate(aggregate) => contributors(words, (rule, aggregate), bindings),
        _ => None,
    });
    Evidence { values: values.collect(), contributors: aggregates.collect() }
}

fn contributors(words: &Words, (rule, aggregate): (&Rule, &Aggregate), bindings: &Bindings) -> Option<Contributors> {
    let result = &rule.vars[aggregate.result.index()];
    let value = bindings.value(aggregate.result)?;
    let rows = words.matcher.contributors(&rule.vars, aggregate, bindings);
    let mut members = Members::default();
    let parts = rows.iter().filter_map(|(inner, value)| {
        let value = value.as_ref().ok()?;
        let spot = spot(words, (rule, aggregate), members.bindings(inner));
        let (span, address) = spot.map_or((None, None), |(span, address)| (Some(span), address));
        let counted = aggregate.target.is_some();
        Some(Contributor { span, address, value: counted.then(|| exact(value)) })
    });
    Some(Contributors {
        name: (!result.name.starts_with('_')).then(|| result.name.clone()),
        op: aggregate.op.name(),
        value: exact(value),
        shown: shown(words, value, result.ty),
        parts: parts.collect(),
    })
}

/// Where a contributor stands: the cell that was added or the characters of it, else where the row that it is begins.
fn spot(words: &Words, (rule, aggregate): (&Rule, &Aggregate), inner: &Bindings) -> Option<Spot> {
    let cell = match &aggregate.target {
        Some(Expr::Var(var)) => cell_of(&words.input, rule, *var, inner),
        _ => None,
    };
    if let Some(cell) = cell {
        return Some(cell_spot(&words.input, cell));
    }
    let rows = aggregate.body.iter().filter_map(|literal| match literal {
        Literal::Atom(atom) => row_of(&words.input, rule, atom.row?, inner),
        _ => None,
    });
    let Some((table, row)) = rows.into_iter().next() else {
        let yielded = aggregate.body.iter().filter_map(|literal| match literal {
            Literal::Generate(generate) => part(&words.input, rule, generate.row, inner),
            _ => None,
        });
        return yielded.into_iter().next();
    };
    let start = words.input.store.tables[table].row_span(words.input.sources, row).start();
    Some((Span::new(start, start), None))
}

fn shown(words: &Words, value: &Value, ty: TypeId) -> String {
    show(value, words.kind(ty), Format::default())
}
