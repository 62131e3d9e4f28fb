//! Witnesses: `m = max x : { r(x, w) }` with `w` used outside gives the rows at the maximum.
//!
//! `m = max x : { r(x, w) }` becomes `m = max x' : { r(x', w') }, r(x, w), x = m`: every row that reaches the extreme.

use std::collections::{BTreeMap, BTreeSet};

use super::Lower;
use crate::analysis::hir::{Aggregate, Cond, Expr, Kind};
use crate::ir::{AggregateOp, VarId};
use crate::syntax::ast::CompareOp;

impl Lower<'_, '_> {
    /// A `min` or `max` that waits only for variables that its own braces can give.
    pub(super) fn find_witnesses(&self, waiting: &[&Cond], bound: &BTreeSet<VarId>) -> Option<usize> {
        waiting.iter().position(|cond| match cond {
            Cond::Aggregate(aggregate) if matches!(aggregate.op, AggregateOp::Min | AggregateOp::Max) => {
                let open: Vec<VarId> = self.outer_vars(cond).into_iter().filter(|var| !bound.contains(var)).collect();
                let given = given_by(&aggregate.body);
                !open.is_empty() && open.iter().all(|var| given.contains(var))
            }
            _ => false,
        })
    }

    /// Takes what the aggregate at `position` waits for from the rows at the extreme.
    pub(super) fn take_witnesses(&mut self, waiting: &mut Vec<Cond>, position: usize, bound: &BTreeSet<VarId>) {
        let Cond::Aggregate(mut aggregate) = waiting.remove(position) else { return };
        let rows = aggregate.body.clone();
        let target = aggregate.target.clone();
        self.make_inner(&mut aggregate, bound);
        let result = aggregate.result;
        let (node, span) = (self.vars[result.index()].node, aggregate.span);
        self.vars[result.index()].uses += 1;
        waiting.push(Cond::Aggregate(aggregate));
        waiting.extend(rows);
        if let Some(target) = target {
            let extreme = Expr { kind: Kind::Var(result), span, node };
            waiting.push(Cond::Compare { op: CompareOp::Eq, left: target, right: extreme, span });
        }
    }

    /// Gives the aggregate variables of its own for all that is not bound outside.
    fn make_inner(&mut self, aggregate: &mut Aggregate, bound: &BTreeSet<VarId>) {
        let mut all = BTreeSet::new();
        aggregate.body.iter().for_each(|cond| {
            cond.variables(&mut |var| {
                all.insert(var);
            });
        });
        let mut fresh = BTreeMap::new();
        for var in all.into_iter().filter(|var| !bound.contains(var)) {
            let copy = VarId(u32::try_from(self.vars.len()).expect("fewer than 2^32 variables"));
            let mut like = self.vars[var.index()].clone();
            if !self.is_within(like.scope, aggregate.scope) {
                like.scope = aggregate.scope;
            }
            self.vars.push(like);
            fresh.insert(var, copy);
        }
        let mut rename = |var: &mut VarId| {
            if let Some(copy) = fresh.get(var) {
                *var = *copy;
            }
        };
        aggregate.target.iter_mut().for_each(|target| target.rename(&mut rename));
        aggregate.body.iter_mut().for_each(|cond| cond.rename(&mut rename));
        for copy in fresh.values() {
            if let Some((row, _)) = &mut self.vars[copy.index()].field
                && let Some(copied) = fresh.get(row)
            {
                *row = *copied;
            }
        }
    }
}

/// The variables that the atoms of a body bind.
pub(super) fn given_by(body: &[Cond]) -> BTreeSet<VarId> {
    let mut given = BTreeSet::new();
    for cond in body {
        if let Cond::Atom(atom) = cond {
            given.extend(atom.row);
            for (_, arg) in &atom.args {
                if let Kind::Var(var) = arg.kind {
                    given.insert(var);
                }
            }
        }
    }
    given
}
