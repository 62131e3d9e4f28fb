//! Conditions that can never hold together: `b > 10, b < 5`.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::ir::{Compare, Expr, Literal, Rule, VarId};
use crate::source::Span;
use crate::syntax::ast::CompareOp;
use crate::text;
use crate::value::Value;

/// The narrowest known bounds of a variable, with their places; whether the bound itself is allowed.
#[derive(Clone, Debug, Default)]
struct Bounds {
    low: Option<(Value, bool, Span)>,
    high: Option<(Value, bool, Span)>,
}

pub(super) fn check(rule: &Rule, report: &mut Report) {
    body(rule, &rule.body, report);
}

fn body(rule: &Rule, literals: &[Literal], report: &mut Report) {
    let mut known: BTreeMap<VarId, Bounds> = BTreeMap::new();
    for literal in literals {
        match literal {
            Literal::Compare(compare) => {
                if let Some((var, op, value)) = against_constant(compare)
                    && narrow(known.entry(var).or_default(), op, value, compare.span)
                    && let Some(wrong) = contradiction(&known[&var])
                {
                    report.push(never(&rule.vars[var.index()].name, wrong));
                    return;
                }
            }
            Literal::Not(negation) => body(rule, &negation.body, report),
            Literal::Aggregate(aggregate) => body(rule, &aggregate.body, report),
            _ => {}
        }
    }
}

/// `var op constant`, either way round.
fn against_constant(compare: &Compare) -> Option<(VarId, CompareOp, &Value)> {
    match (&compare.left, &compare.right) {
        (Expr::Var(var), Expr::Const(value)) => Some((*var, compare.op, value)),
        (Expr::Const(value), Expr::Var(var)) => {
            let op = match compare.op {
                CompareOp::Lt => CompareOp::Gt,
                CompareOp::Le => CompareOp::Ge,
                CompareOp::Gt => CompareOp::Lt,
                CompareOp::Ge => CompareOp::Le,
                same => same,
            };
            Some((*var, op, value))
        }
        _ => None,
    }
}

/// Takes the comparison in; false when it says nothing about bounds.
fn narrow(bounds: &mut Bounds, op: CompareOp, value: &Value, span: Span) -> bool {
    let (low, high, inclusive) = match op {
        CompareOp::Eq => (true, true, true),
        CompareOp::Lt => (false, true, false),
        CompareOp::Le => (false, true, true),
        CompareOp::Gt => (true, false, false),
        CompareOp::Ge => (true, false, true),
        CompareOp::Ne | CompareOp::Agree | CompareOp::Disagree => return false,
    };
    let new = || Some((value.clone(), inclusive, span));
    if low && bounds.low.as_ref().is_none_or(|(known, closed, _)| value > known || value == known && *closed) {
        bounds.low = new();
    }
    if high && bounds.high.as_ref().is_none_or(|(known, closed, _)| value < known || value == known && *closed) {
        bounds.high = new();
    }
    true
}

fn contradiction(bounds: &Bounds) -> Option<(Span, Span)> {
    let ((low, low_closed, first), (high, high_closed, second)) = (bounds.low.as_ref()?, bounds.high.as_ref()?);
    let comparable = std::mem::discriminant(low) == std::mem::discriminant(high);
    let empty = low > high || low == high && !(*low_closed && *high_closed);
    (comparable && empty).then_some((*first, *second))
}

fn never(name: &str, (first, second): (Span, Span)) -> Diagnostic {
    Diagnostic::warning(
        Code::NeverHolds,
        text!(
            "对 `{name}` 的两个条件不可能同时成立，永远不会报告",
            "the two conditions on `{name}` never hold together"
        ),
    )
    .at(first.max(second))
    .secondary(first.min(second), text!("与这个条件矛盾", "contradicts this one"))
}
