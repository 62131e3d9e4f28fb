//! Joins that are followed by `similarity(a, b) >= t`: an index can find the partners over the threshold, so that not
//! every pair is tried.

use rustc_hash::FxHashMap;

use super::{Action, Check, Compute, Place, RulePlan, Similar};
use crate::ir::{Compare, Expr, VarId};
use crate::syntax::ast::CompareOp;
use crate::value::functions::Function;
use crate::value::{Decimal, Value};

/// Marks the joins of a plan that a similarity condition follows. The condition itself stays.
pub(super) fn mark(plan: &mut RulePlan) {
    let conditions = conditions(plan);
    let mut next = 0;
    for at in 0..plan.steps.len() {
        next += usize::from(conditions.get(next).is_some_and(|(position, ..)| *position <= at));
        let Some((_, left, right, threshold)) = conditions.get(next).copied() else { return };
        let Action::Join(join) = &plan.steps[at].action else { continue };
        let (Some(table), Some(row)) = (join.table, join.row) else { continue };
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

/// Every `similarity(left, right) >= threshold` with its position, in order, also with the similarity computed by an
/// earlier step.
fn conditions(plan: &RulePlan) -> Vec<(usize, VarId, VarId, Decimal)> {
    let computed: FxHashMap<VarId, &Expr> = plan
        .steps
        .iter()
        .filter_map(|step| match &step.action {
            Action::Compute(Compute { bind, .. }) => Some((bind.var, &bind.expr)),
            _ => None,
        })
        .collect();
    let mut conditions = Vec::new();
    for (at, step) in plan.steps.iter().enumerate() {
        let Action::Filter(Check::Compare(Compare { op, left, right, .. })) = &step.action else { continue };
        let (value, threshold) = match (op, left, right) {
            (CompareOp::Ge | CompareOp::Gt | CompareOp::Eq, value, Expr::Const(Value::Decimal(threshold)))
            | (CompareOp::Le | CompareOp::Lt | CompareOp::Eq, Expr::Const(Value::Decimal(threshold)), value) => {
                (value, *threshold)
            }
            _ => continue,
        };
        let call = match value {
            Expr::Var(var) => computed.get(var).copied(),
            call => Some(call),
        };
        let Some(Expr::Call(Function::Similarity, args, _)) = call else { continue };
        let [Expr::Var(left), Expr::Var(right)] = &args[..] else { continue };
        if threshold > Decimal::ZERO && threshold <= Decimal::ONE {
            conditions.push((at, *left, *right, threshold));
        }
    }
    conditions
}
