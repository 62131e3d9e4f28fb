//! [`Outlook`]: how far into a body something undecided may still be met.

use crate::exec::Input;
use crate::exec::doubt::Possible;
use crate::exec::matcher::Bindings;
use crate::ir::{Literal, Rule, VarId};

/// The last place among the conditions of a search where a cell without a value or a possible row may be met, and the
/// last where each variable is read. Behind all of that a solution that is under no doubt so far will be under none at
/// the end, and a search for doubtful ones need not go on: a total over many rows is not added up again for nothing.
///
/// Computations without a value are not foreseen: a rule in which the engine met one has no outlook.
#[derive(Debug)]
pub(super) struct Outlook {
    open: Option<usize>,
    /// By [`VarId`].
    read: Vec<Option<usize>>,
}

impl Outlook {
    /// The outlook of a search of `rule` that takes `conditions` in that order, then its head.
    pub(super) fn of(input: &Input, possible: &Possible, (rule, conditions): (&Rule, &[&Literal])) -> Self {
        let is_open = |literal: &&Literal| super::is_tainted(input, possible, std::slice::from_ref(*literal));
        let mut read = vec![None; rule.vars.len()];
        for (at, literal) in conditions.iter().enumerate() {
            literal.variables(&mut |var: VarId| read[var.index()] = Some(at));
        }
        for arg in &rule.args {
            arg.variables(&mut |var: VarId| read[var.index()] = Some(conditions.len()));
        }
        Self { open: conditions.iter().rposition(is_open), read }
    }

    /// Whether nothing from condition `at` on comes under a doubt that is not there yet.
    pub(super) fn is_clear(&self, at: usize, bindings: &Bindings) -> bool {
        let is_before = |last: Option<usize>| last.is_none_or(|last| last < at);
        is_before(self.open) && bindings.valueless().all(|var| is_before(self.read[var.index()]))
    }
}
