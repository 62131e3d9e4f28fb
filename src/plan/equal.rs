//! Joins that try many partners and are followed by `f(a) = g(b)`: an index of what the one side gives for every row finds those
//! that may fit, so that not every pair is tried.

use super::{Action, AggregateStep, Check, Equal, Join, NotStep, Place, RulePlan, Step, computed};
use crate::ir::{Compare, Expr, VarId};
use crate::syntax::ast::CompareOp;

/// With fewer partners a row, or fewer rows that look for some, each is tried.
const MANY_PARTNERS: f64 = 64.0;
const MANY_ROWS: f64 = 16.0;

/// Marks the joins of a plan that such an equality follows, inside negations and aggregates as well; an `eager` plan, also where
/// few rows are expected. The condition itself stays.
pub(super) fn mark(plan: &mut RulePlan, eager: bool) {
    let least =
        if eager { Least { partners: 0.0, rows: 0.0 } } else { Least { partners: MANY_PARTNERS, rows: MANY_ROWS } };
    mark_steps(&mut plan.steps, (&plan.places, least), None, 1.0);
}

/// How many partners a row, and how many rows, make it worth it.
#[derive(Clone, Copy)]
struct Least {
    partners: f64,
    rows: f64,
}

/// `outer` are the slots of the enclosing body that steps in braces read; `rows` are expected before the first step.
fn mark_steps(steps: &mut [Step], (places, least): (&[Option<Place>], Least), outer: Option<&[usize]>, mut rows: f64) {
    let mut known = None;
    for at in 0..steps.len() {
        if let Action::Not(NotStep { nested, .. }) | Action::Aggregate(AggregateStep { nested, .. }) =
            &mut steps[at].action
        {
            mark_steps(&mut nested.steps, (places, least), Some(&nested.slots), rows);
        }
        let alive = if at > 0 { &steps[at - 1].live } else { outer.unwrap_or_default() };
        let is_worth = rows >= least.rows && steps[at].estimate >= least.partners;
        rows *= steps[at].estimate;
        let Action::Join(join) = &steps[at].action else { continue };
        if !is_worth || join.old || join.similar.is_some() || !can_list(join) {
            continue;
        }
        let equalities = known.get_or_insert_with(|| equalities(steps));
        let mut equal = Equal { is_inner: outer.is_some(), ..Equal::default() };
        let is_alive = |var: VarId| places[var.index()].is_some_and(|place| alive.contains(&place.slot()));
        for (_, [left, right]) in equalities.iter().filter(|(position, _)| *position > at) {
            for (own, probe) in [(left, right), (right, left)] {
                let own = own.iter().find_map(|own| Some((own, by_columns(own, join, places)?)));
                let probe = probe.iter().find(|probe| all(probe, is_alive));
                if let (Some((own, by)), Some(probe)) = (own, probe) {
                    equal.own.push(own.clone());
                    equal.by.push(by);
                    equal.probe.push(probe.clone());
                }
            }
        }
        if let Action::Join(join) = &mut steps[at].action {
            join.equal = Some(Box::new(equal)).filter(|equal| !equal.own.is_empty());
        }
    }
}

/// Whether what the join finds can be listed by anything but its key: a join that needs one column finds what it has there, not rows.
fn can_list(join: &Join) -> bool {
    join.table.is_some() || join.columns.len() > 1 || join.keys.is_empty() && join.columns.len() == 1
}

/// The expression with its variables renamed to the columns they stand for, the row itself to the last number there is; none
/// where it has others than the join binds, or none.
fn by_columns(own: &Expr, join: &Join, places: &[Option<Place>]) -> Option<Expr> {
    let column = |var: VarId| match places[var.index()]? {
        Place::Cell { row, column, .. } if join.row == Some(row) => u32::try_from(column).ok(),
        Place::Slot(slot) if join.row == Some(slot) => Some(u32::MAX),
        Place::Slot(slot) => {
            join.columns.iter().find(|(_, own)| *own == slot).and_then(|(column, _)| u32::try_from(*column).ok())
        }
        Place::Cell { .. } => None,
    };
    let mut count = 0;
    own.variables(&mut |_| count += 1);
    let is_own = count > 0 && all(own, |var| column(var).is_some());
    is_own.then(|| {
        let mut by = own.clone();
        by.rename(&mut |var| *var = VarId(column(*var).unwrap_or(u32::MAX)));
        by
    })
}

/// Whether that is so of every variable of the expression.
fn all(expr: &Expr, test: impl Fn(VarId) -> bool) -> bool {
    let mut all = true;
    expr.variables(&mut |var| all &= test(var));
    all
}

/// Both sides of every `left = right` with its position, in order: each as it is written and, where it is a variable that a step
/// computes, as what that computes.
fn equalities(steps: &[Step]) -> Vec<(usize, [Vec<Expr>; 2])> {
    let computed = computed(steps);
    let forms = |side: &Expr| {
        let expr = if let Expr::Var(var) = side { computed.get(var).copied() } else { None };
        [side].into_iter().chain(expr).cloned().collect()
    };
    let of_step = |(at, step): (usize, &Step)| match &step.action {
        Action::Filter(Check::Compare(Compare { op: CompareOp::Eq, left, right, allowance: None, .. })) => {
            Some((at, [forms(left), forms(right)]))
        }
        _ => None,
    };
    steps.iter().enumerate().filter_map(of_step).collect()
}
