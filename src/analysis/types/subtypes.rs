//! Which types contain which.

use super::{Shape, Types};
use crate::ir::TypeId;

impl Types {
    /// The built-in, record or algebraic type below subtypes, aliases and unions.
    pub(in crate::analysis) fn root(&self, id: TypeId) -> TypeId {
        let mut at = id;
        for _ in 0..=self.defs.len() {
            match &self.defs[at.index()].shape {
                Shape::Own => return at,
                Shape::Subtype(base) | Shape::Alias(base) => at = *base,
                Shape::Union(parts) => at = parts[0],
            }
        }
        at
    }

    /// Whether every value of `sub` is one of `sup` by declaration.
    pub(in crate::analysis) fn is_subtype(&self, sub: TypeId, sup: TypeId) -> bool {
        let (sub, sup) = (self.unalias(sub), self.unalias(sup));
        if sub == sup {
            return true;
        }
        let below = match &self.defs[sub.index()].shape {
            Shape::Subtype(base) | Shape::Alias(base) => self.is_subtype(*base, sup),
            Shape::Union(parts) => parts.iter().all(|part| self.is_subtype(*part, sup)),
            Shape::Own => false,
        };
        below
            || matches!(&self.defs[sup.index()].shape, Shape::Union(parts) if parts.iter().any(|part| self.is_subtype(sub, *part)))
    }

    /// The greatest types that both contain; those of other kinds are no concern of subtypes and count as one.
    pub(in crate::analysis) fn common(&self, a: TypeId, b: TypeId) -> Vec<TypeId> {
        if self.is_subtype(a, b) || self.root(a) != self.root(b) || self.is_plain(a) && self.is_plain(b) {
            return vec![a];
        }
        if self.is_subtype(b, a) {
            return vec![b];
        }
        let parts = |id: TypeId| match &self.defs[self.unalias(id).index()].shape {
            Shape::Union(parts) => Some(parts.clone()),
            _ => None,
        };
        match (parts(a), parts(b)) {
            (Some(parts), _) => parts.into_iter().flat_map(|part| self.common(part, b)).collect(),
            (None, Some(parts)) => parts.into_iter().flat_map(|part| self.common(a, part)).collect(),
            (None, None) => Vec::new(),
        }
    }

    /// Whether a column of type `wanted` takes values of type `given`.
    pub(in crate::analysis) fn takes(&self, wanted: TypeId, given: TypeId) -> bool {
        self.root(wanted) != self.root(given) || self.is_plain(wanted) || self.is_subtype(given, wanted)
    }

    /// Whether it is no subtype and no union.
    fn is_plain(&self, id: TypeId) -> bool {
        self.defs[self.unalias(id).index()].shape == Shape::Own
    }

    pub(super) fn unalias(&self, id: TypeId) -> TypeId {
        let mut at = id;
        for _ in 0..=self.defs.len() {
            match &self.defs[at.index()].shape {
                Shape::Alias(base) => at = *base,
                _ => return at,
            }
        }
        at
    }
}
