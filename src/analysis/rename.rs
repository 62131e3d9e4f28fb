//! Other variables for a copy of conditions, so that it can stand beside conditions in which the same names mean something else.

use crate::syntax::ast::{Arg, ArgKind, Ask, Name, NamedArg};
use crate::syntax::walk::{self, Rewrite, Role};

/// What the names of variables made here have in them, and no user's name has.
pub(super) const MARK: char = '′';

/// Gives those variables other names for which the function has one.
pub(super) struct Renamed<F>(pub(super) F);

impl<F: Fn(&str) -> Option<String>> Renamed<F> {
    fn rename(&self, name: &mut String) {
        if let Some(other) = self.0(name) {
            *name = other;
        }
    }
}

impl<F: Fn(&str) -> Option<String>> Rewrite for Renamed<F> {
    fn name(&mut self, role: Role, name: &mut Name) {
        if role == Role::Row {
            self.rename(&mut name.text);
        }
    }

    fn entry(&mut self, entry: &mut NamedArg) {
        if let (Ask::Bind, Some(other)) = (&entry.ask, self.0(&entry.column.text)) {
            entry.ask = Ask::Equal(Arg { kind: ArgKind::Var(other), span: entry.column.span });
            return;
        }
        walk::entry(self, entry);
    }

    fn arg(&mut self, arg: &mut Arg) {
        if let ArgKind::Var(name) = &mut arg.kind {
            self.rename(name);
        }
        walk::arg(self, arg);
    }
}
