//! Fresh variables for a copy of a body.

use super::fresh_name;
use crate::syntax::ast::{Arg, ArgKind, Ask, Body, Name, NamedArg};
use crate::syntax::walk::{self, Rewrite, Role};

/// Renames every variable of a rule's body and head.
pub(super) fn rename(body: &mut Body, head: &mut [Arg], number: usize) {
    let mut pass = Fresh { number };
    pass.body(body);
    head.iter_mut().for_each(|arg| pass.arg(arg));
}

struct Fresh {
    number: usize,
}

impl Rewrite for Fresh {
    fn name(&mut self, role: Role, name: &mut Name) {
        if role == Role::Row {
            name.text = fresh_name(&name.text, self.number);
        }
    }

    fn entry(&mut self, entry: &mut NamedArg) {
        if entry.ask == Ask::Bind {
            let kind = ArgKind::Var(entry.column.text.clone());
            entry.ask = Ask::Equal(Arg { kind, span: entry.column.span });
        }
        walk::entry(self, entry);
    }

    fn arg(&mut self, arg: &mut Arg) {
        if let ArgKind::Var(name) = &mut arg.kind {
            *name = fresh_name(name, self.number);
        }
        walk::arg(self, arg);
    }
}
