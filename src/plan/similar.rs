//! Joins that are followed by `similarity(a, b) >= t`: an index can find the partners over the threshold, so that not
//! every pair is tried.

use super::{Action, Check, Place, RulePlan, Similar};
use crate::ir::{Compare, Expr, VarId};
use crate::syntax::ast::CompareOp;
use crate::value::functions::Function;
use crate::value::{Decimal, Value};

/// Marks the joins of a plan that a similarity condition follows. The condition itself stays.
pub(super) fn mark(plan: &mut RulePlan) {
    for at in 0..plan.steps.len() {
        let Action::Join(join) = &plan.steps[at].action else { continue };
        let (Some(table), Some(row)) = (join.table, join.row) else { continue };
        let found = plan.steps[at + 1..].iter().find_map(|step| condition(plan, &step.action));
        let Some((left, right, threshold)) = found else { continue };
        let own = |var: VarId| match plan.places[var.index()] {
            Some(Place::Cell { row: slot, column, .. }) if slot == row => Some(column),
            _ => None,
        };
        let (column, probe) = match (own(left), own(right)) {
            (Some(column), None) => (column, right),
            (None, Some(column)) => (column, left),
            _ => continue,
        };
        let before = |slot: usize| at > 0 && plan.steps[at - 1].live.contains(&slot);
        if plan.places[probe.index()].is_some_and(|place| before(place.slot())) {
            let similar = Similar { table, column, probe, threshold };
            if let Action::Join(join) = &mut plan.steps[at].action {
                join.similar = Some(similar);
            }
        }
    }
}

/// `similarity(left, right) >= threshold`, or with the similarity computed by an earlier step.
fn condition(plan: &RulePlan, action: &Action) -> Option<(VarId, VarId, Decimal)> {
    let Action::Filter(Check::Compare(Compare { op, left, right, .. })) = action else { return None };
    let (value, threshold) = match (op, left, right) {
        (CompareOp::Ge | CompareOp::Gt | CompareOp::Eq, value, Expr::Const(Value::Decimal(threshold)))
        | (CompareOp::Le | CompareOp::Lt | CompareOp::Eq, Expr::Const(Value::Decimal(threshold)), value) => {
            (value, *threshold)
        }
        _ => return None,
    };
    let computed = |var: &VarId| {
        plan.steps.iter().find_map(|step| match &step.action {
            Action::Compute(compute) if compute.bind.var == *var => Some(&compute.bind.expr),
            _ => None,
        })
    };
    let call = match value {
        Expr::Var(var) => computed(var)?,
        call => call,
    };
    let Expr::Call(Function::Similarity, args, _) = call else { return None };
    let [Expr::Var(left), Expr::Var(right)] = &args[..] else { return None };
    (threshold > Decimal::ZERO && threshold <= Decimal::ONE).then_some((*left, *right, threshold))
}
