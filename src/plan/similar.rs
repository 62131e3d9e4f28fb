//! Joins that are followed by `similarity(a, b) >= t` or `distance(a, b) <= n`: an index can find the partners over the
//! threshold, so that not every pair is tried.

use super::{Action, AggregateStep, Check, Join, Likeness, NotStep, Place, RulePlan, Similar, Step, computed};
use crate::ir::{Compare, Expr, VarId};
use crate::syntax::ast::CompareOp;
use crate::value::functions::Function;
use crate::value::{Decimal, Value};

/// Marks the joins of a plan that a similarity condition follows, inside negations and aggregates as well. The condition itself
/// stays.
pub(super) fn mark(plan: &mut RulePlan) {
    mark_steps(&mut plan.steps, &plan.places, None);
}

/// `outer` are the slots of the enclosing body that steps in braces read.
fn mark_steps(steps: &mut [Step], places: &[Option<Place>], outer: Option<&[usize]>) {
    for step in &mut *steps {
        if let Action::Not(NotStep { nested, .. }) | Action::Aggregate(AggregateStep { nested, .. }) = &mut step.action
        {
            mark_steps(&mut nested.steps, places, Some(&nested.slots));
        }
    }
    let conditions = conditions(steps);
    let mut next = 0;
    for at in 0..steps.len() {
        next += usize::from(conditions.get(next).is_some_and(|(position, ..)| *position <= at));
        let Some((_, left, right, least)) = conditions.get(next).copied() else { return };
        let Action::Join(join) = &steps[at].action else { continue };
        let own = |var: VarId| own(join, places[var.index()]?);
        let (column, probe) = match (own(left), own(right)) {
            (Some(column), None) => (column, right),
            (None, Some(column)) => (column, left),
            _ => continue,
        };
        let alive = if at > 0 { &steps[at - 1].live } else { outer.unwrap_or_default() };
        if places[probe.index()].is_some_and(|place| alive.contains(&place.slot())) {
            let similar = Similar { column, probe, least, is_inner: outer.is_some() };
            if let Action::Join(join) = &mut steps[at].action {
                join.similar = Some(similar);
            }
        }
    }
}

/// The column of the join that is found at that place, if there is an index of it.
fn own(join: &Join, place: Place) -> Option<usize> {
    match place {
        Place::Cell { row, column, .. } if join.row == Some(row) => Some(column),
        // A join that needs one column finds what it has there, not rows.
        Place::Slot(slot) if join.table.is_none() && join.columns.len() > 1 && !join.old => {
            join.columns.iter().find(|(_, own)| *own == slot).map(|(column, _)| *column)
        }
        _ => None,
    }
}

/// Every `similarity(left, right) >= threshold` and `distance(left, right) <= edits` with its position, in order, also with the
/// similarity or distance computed by an earlier step.
fn conditions(steps: &[Step]) -> Vec<(usize, VarId, VarId, Likeness)> {
    let computed = computed(steps);
    let mut conditions = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let Action::Filter(Check::Compare(Compare { op, left, right, .. })) = &step.action else { continue };
        let (value, limit) = match (op, left, right) {
            (CompareOp::Ge | CompareOp::Gt | CompareOp::Eq, value, Expr::Const(limit @ Value::Decimal(_)))
            | (CompareOp::Le | CompareOp::Lt | CompareOp::Eq, Expr::Const(limit @ Value::Decimal(_)), value)
            | (CompareOp::Le | CompareOp::Lt | CompareOp::Eq, value, Expr::Const(limit @ Value::Number(_)))
            | (CompareOp::Ge | CompareOp::Gt | CompareOp::Eq, Expr::Const(limit @ Value::Number(_)), value) => {
                (value, limit)
            }
            _ => continue,
        };
        let call = match value {
            Expr::Var(var) => computed.get(var).copied(),
            call => Some(call),
        };
        let Some(Expr::Call(function, args, _)) = call else { continue };
        let [Expr::Var(left), Expr::Var(right)] = &args[..] else { continue };
        let least = match (function, limit) {
            (Function::Similarity, Value::Decimal(share)) => {
                Some(Likeness::Share(*share)).filter(|_| *share > Decimal::ZERO && *share <= Decimal::ONE)
            }
            (Function::Distance, Value::Number(edits)) => usize::try_from(*edits).ok().map(Likeness::Edits),
            _ => None,
        };
        conditions.extend(least.map(|least| (at, *left, *right, least)));
    }
    conditions
}
