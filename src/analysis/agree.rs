//! Allowances of `~` and `!~`: how far two computed amounts may lie apart and still agree as printed.

use std::collections::BTreeSet;

use super::hir;
use super::lower::Lower;
use crate::ir::{Expr, Literal, VarId};

impl Lower<'_, '_> {
    /// The allowance of `left ~ right`; conditions that compute parts of it are added to `out`.
    pub(super) fn allowance(
        &mut self,
        left: &hir::Expr,
        right: &hir::Expr,
        bound: &mut BTreeSet<VarId>,
        out: &mut Vec<Literal>,
    ) -> Option<Expr> {
        let _ = (left, right, bound, out);
        None
    }
}
