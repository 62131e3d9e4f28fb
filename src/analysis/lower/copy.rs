//! Copies of braces, with variables of their own.

use std::collections::BTreeMap;

use super::Lower;
use crate::ir::{Aggregate, VarId};

/// Which variable takes the place of which.
type Renamed = BTreeMap<VarId, VarId>;

impl Lower<'_, '_> {
    /// A copy of an aggregate whose inner variables are new, so that no variable is bound in two places.
    pub(in crate::analysis) fn copy_of_aggregate(&mut self, aggregate: &Aggregate) -> Aggregate {
        let mut copy = aggregate.clone();
        let mut renamed = Renamed::new();
        let result = aggregate.result;
        let mut rename = |var: &mut VarId| {
            if aggregate.outer.contains(var) || *var == result {
                return;
            }
            let new = *renamed.entry(*var).or_insert_with(|| {
                let id = VarId(u32::try_from(self.vars.len()).expect("fewer than 2^32 variables"));
                self.vars.push(self.vars[var.index()].clone());
                id
            });
            *var = new;
        };
        copy.target.iter_mut().for_each(|target| target.rename(&mut rename));
        copy.body.iter_mut().for_each(|literal| literal.rename(&mut rename));
        for new in renamed.values() {
            if let Some((row, _)) = &mut self.vars[new.index()].field
                && let Some(copied) = renamed.get(row)
            {
                *row = *copied;
            }
        }
        copy
    }
}
