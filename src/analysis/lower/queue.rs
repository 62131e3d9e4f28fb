//! Conditions that wait for their variables, the most useful of those that are ready first.
//!
//! A condition is looked at again only when one of its variables has been bound, so that ten thousand conditions in one
//! rule are no trouble.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::Lower;
use super::order::{Bound, has_holes, is_pattern};
use crate::analysis::hir::{self, Cond, Role};
use crate::analysis::types::Class;
use crate::ir::VarId;
use crate::syntax::ast::CompareOp;

/// How a condition can be used now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Readiness {
    /// It only tests, or reads a row that is known.
    Filter,
    /// It gives one variable its value.
    Bind,
    /// It multiplies rows, or is costly.
    Source,
    /// Something has no value yet.
    Not,
}

/// A condition, and how many variables of each of its sides have no value. Only a comparison has two sides.
#[derive(Debug)]
struct Entry {
    cond: Cond,
    lacking: [usize; 2],
    readiness: Readiness,
}

/// Conditions that have not been put in order yet.
#[derive(Debug, Default)]
pub(super) struct Queue {
    entries: Vec<Option<Entry>>,
    ready: BTreeSet<(Readiness, usize)>,
    /// For each variable the conditions that wait for it, and with which side.
    watchers: FxHashMap<VarId, Vec<(usize, usize)>>,
}

impl Queue {
    /// The conditions in the order in which they are written.
    pub(super) fn new(lower: &Lower<'_, '_>, conds: Vec<Cond>, bound: &Bound) -> Self {
        let mut queue = Self::default();
        for (at, cond) in conds.into_iter().enumerate() {
            let mut lacking = [0, 0];
            for (side, vars) in lower.sides(&cond).into_iter().enumerate() {
                for var in vars.into_iter().filter(|var| !bound.contains(var)) {
                    lacking[side] += 1;
                    queue.watchers.entry(var).or_default().push((at, side));
                }
            }
            let readiness = lower.readiness(&cond, lacking.map(|count| count == 0));
            if readiness != Readiness::Not {
                queue.ready.insert((readiness, at));
            }
            queue.entries.push(Some(Entry { cond, lacking, readiness }));
        }
        queue
    }

    /// The best condition that is ready.
    pub(super) fn next(&mut self) -> Option<Cond> {
        let (_, at) = self.ready.pop_first()?;
        self.entries[at].take().map(|entry| entry.cond)
    }

    /// `var` has a value now.
    pub(super) fn wake(&mut self, lower: &Lower<'_, '_>, var: VarId) {
        for (at, side) in self.watchers.remove(&var).unwrap_or_default() {
            let Some(entry) = &mut self.entries[at] else { continue };
            entry.lacking[side] -= 1;
            let readiness = lower.readiness(&entry.cond, entry.lacking.map(|count| count == 0));
            if readiness != entry.readiness {
                self.ready.remove(&(entry.readiness, at));
                entry.readiness = readiness;
                if readiness != Readiness::Not {
                    self.ready.insert((readiness, at));
                }
            }
        }
    }

    /// The conditions that are left.
    pub(super) fn waiting(&self) -> Vec<&Cond> {
        self.entries.iter().flatten().map(|entry| &entry.cond).collect()
    }

    /// The conditions that are left.
    pub(super) fn into_waiting(self) -> Vec<Cond> {
        self.entries.into_iter().flatten().map(|entry| entry.cond).collect()
    }
}

impl Lower<'_, '_> {
    /// The variables that must have a value before each side of a condition can be computed.
    fn sides(&self, cond: &Cond) -> [Vec<VarId>; 2] {
        let first = match cond {
            // an atom can always be read; one whose row is known multiplies nothing
            Cond::Atom(atom) => atom.row.into_iter().collect(),
            Cond::Not(..) | Cond::Aggregate(_) => self.outer_vars(cond),
            Cond::Generate { args, .. } | Cond::Test { args, .. } => self.needs_of(args),
            Cond::Compare { left, right, .. } => return [self.needs(left), self.needs(right)],
            Cond::Is { arg, .. } => self.needs(arg),
            Cond::Bool(..) => Vec::new(),
        };
        [first, Vec::new()]
    }

    fn readiness(&self, cond: &Cond, ready: [bool; 2]) -> Readiness {
        let if_ready = |readiness| if ready[0] { readiness } else { Readiness::Not };
        match cond {
            Cond::Atom(atom) if atom.row.is_some() && ready[0] => Readiness::Filter,
            Cond::Atom(_) => Readiness::Source,
            Cond::Not(..) | Cond::Is { .. } | Cond::Test { .. } | Cond::Bool(..) => if_ready(Readiness::Filter),
            Cond::Aggregate(_) | Cond::Generate { .. } => if_ready(Readiness::Source),
            Cond::Compare { op, left, right, .. } => {
                let is_equal = *op == CompareOp::Eq;
                let [left_ready, right_ready] = ready;
                match (left_ready, right_ready) {
                    (true, true) if !has_holes(left) && !has_holes(right) => Readiness::Filter,
                    (_, true) if is_equal && self.can_bind(left, right) => Readiness::Bind,
                    (true, _) if is_equal && self.can_bind(right, left) => Readiness::Bind,
                    (_, true) if is_equal && is_pattern(left) && !has_holes(right) => Readiness::Bind,
                    (true, _) if is_equal && is_pattern(right) && !has_holes(left) => Readiness::Bind,
                    _ => Readiness::Not,
                }
            }
        }
    }

    /// Whether `var = value` may give the variable its value: not when that would have to cut a decimal to a whole, nor
    /// when it stands for a cell whose state is asked for.
    pub(super) fn can_bind(&self, var: &hir::Expr, value: &hir::Expr) -> bool {
        let hir::Kind::Var(id) = var.kind else { return false };
        let whole = |expr: &hir::Expr| matches!(self.infer.class(expr.node), Some(Class::Number | Class::Unsigned));
        let share = |expr: &hir::Expr| matches!(self.infer.class(expr.node), Some(Class::Decimal | Class::Percent));
        self.vars[id.index()].role != Role::Result
            && !self.asked.contains(&id)
            && self.inner_field(id).is_none()
            && !has_holes(value)
            && !(whole(var) && share(value))
    }
}
