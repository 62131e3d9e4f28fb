//! Which relations depend on themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::uses::Parts;
use crate::analysis::components::Flat;
use crate::analysis::strata::components;
use crate::syntax::ast::Clause;

/// Relations by name, and which of them depend on one another.
#[derive(Debug)]
pub(in crate::analysis) struct Recursion<'f> {
    /// For each relation the number of its group.
    groups: BTreeMap<&'f str, usize>,
}

impl<'f> Recursion<'f> {
    pub(in crate::analysis) fn of(flat: &'f Flat) -> Self {
        let names: BTreeSet<&str> =
            flat.decls.iter().flat_map(|decl| &decl.names).map(|name| name.text.as_str()).collect();
        let ids: BTreeMap<&str, usize> = names.into_iter().enumerate().map(|(at, name)| (name, at)).collect();
        let mut needs: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); ids.len()];
        for clause in &flat.clauses {
            let used: Vec<usize> = Parts::of(clause)
                .uses
                .iter()
                .filter_map(|used| ids.get(used.atom.relation.text.as_str()).copied())
                .collect();
            for head in clause.heads.iter().filter_map(|head| ids.get(head.relation.text.as_str())) {
                needs[*head].extend(&used);
            }
        }
        let mut group_of = vec![0; ids.len()];
        for (group, members) in components(&needs).into_iter().enumerate() {
            members.into_iter().for_each(|member| group_of[member] = group);
        }
        Self { groups: ids.into_iter().map(|(name, at)| (name, group_of[at])).collect() }
    }

    /// Whether `used` depends on `head`, which uses it.
    pub(in crate::analysis) fn is_recursive_use(&self, head: &str, used: &str) -> bool {
        self.groups.get(head).is_some_and(|group| self.groups.get(used) == Some(group))
    }

    /// Whether a clause uses what depends on its own head.
    pub(in crate::analysis) fn is_recursive(&self, clause: &Clause) -> bool {
        let uses = Parts::of(clause).uses;
        let from = |head: &str| uses.iter().any(|used| self.is_recursive_use(head, &used.atom.relation.text));
        clause.heads.iter().any(|head| from(&head.relation.text))
    }
}
