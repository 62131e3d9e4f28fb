//! Changing names everywhere in a tree.

use super::Flat;
use crate::syntax::ast::Name;
use crate::syntax::walk::{self, Rewrite, Role};

/// Calls `change` on every name of relations, types and branches.
pub(super) fn rename(flat: &mut Flat, change: &mut dyn FnMut(Role, &mut Name)) {
    let pass = &mut Names(change);
    flat.decls.iter_mut().for_each(|decl| walk::decl(pass, decl));
    flat.types.iter_mut().for_each(|declaration| walk::type_decl(pass, declaration));
    flat.directives.iter_mut().for_each(|directive| walk::directive(pass, directive));
    flat.clauses.iter_mut().for_each(|clause| walk::clause(pass, clause));
}

struct Names<'f>(&'f mut dyn FnMut(Role, &mut Name));

impl Rewrite for Names<'_> {
    fn name(&mut self, role: Role, name: &mut Name) {
        (self.0)(role, name);
    }
}
