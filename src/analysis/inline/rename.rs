//! Fresh variables for a copy of a body.

use super::fresh_name;
use crate::syntax::ast::{Arg, ArgKind, Args, Ask, Body, Literal, Name, NamedArg, Source};

/// Renames every variable of a rule's body and head.
pub(super) fn rename(body: &mut Body, head: &mut [Arg], number: usize) {
    let rename = Rename { number };
    rename.body(body);
    head.iter_mut().for_each(|arg| rename.arg(arg));
}

struct Rename {
    number: usize,
}

impl Rename {
    fn name(&self, name: &mut Name) {
        name.text = fresh_name(&name.text, self.number);
    }

    fn body(&self, body: &mut Body) {
        body.alternatives.iter_mut().flatten().for_each(|literal| self.literal(literal));
    }

    fn literal(&self, literal: &mut Literal) {
        match literal {
            Literal::Atom(atom) => match &mut atom.args {
                Args::Positional(args) => args.iter_mut().for_each(|arg| self.arg(arg)),
                Args::Named(pattern) => self.pattern(pattern),
            },
            Literal::In(source) => {
                self.name(&mut source.row);
                match &mut source.source {
                    Source::Relation(_, pattern) => self.pattern(pattern),
                    Source::Function(call) => call.args.iter_mut().for_each(|arg| self.arg(arg)),
                }
            }
            Literal::Not(body, _) | Literal::Group(body, _) => self.body(body),
            Literal::Compare(compare) => {
                self.arg(&mut compare.first);
                compare.rest.iter_mut().for_each(|(_, _, arg)| self.arg(arg));
            }
            Literal::Is(is) => self.arg(&mut is.arg),
            Literal::Test(call) => call.args.iter_mut().for_each(|arg| self.arg(arg)),
            Literal::Bool(..) => {}
        }
    }

    fn pattern(&self, pattern: &mut [NamedArg]) {
        for entry in pattern {
            match &mut entry.ask {
                Ask::Bind => {
                    let kind = ArgKind::Var(fresh_name(&entry.column.text, self.number));
                    entry.ask = Ask::Equal(Arg { kind, span: entry.column.span });
                }
                Ask::Equal(arg) | Ask::Compare(_, arg) => self.arg(arg),
            }
        }
    }

    fn arg(&self, arg: &mut Arg) {
        match &mut arg.kind {
            ArgKind::Var(name) => *name = fresh_name(name, self.number),
            ArgKind::Field(row, _) => self.name(row),
            ArgKind::Call(call) => call.args.iter_mut().for_each(|arg| self.arg(arg)),
            ArgKind::Record(args) | ArgKind::Branch(_, args) => args.iter_mut().for_each(|arg| self.arg(arg)),
            ArgKind::Aggregate(aggregate) => {
                aggregate.target.iter_mut().for_each(|target| self.arg(target));
                self.body(&mut aggregate.body);
            }
            ArgKind::Cast(inner, _) => self.arg(inner),
            ArgKind::If(cond, then, other) => {
                self.literal(cond);
                self.arg(then);
                self.arg(other);
            }
            ArgKind::Else(first, second) => {
                self.arg(first);
                self.arg(second);
            }
            ArgKind::Unnamed | ArgKind::Param(_) | ArgKind::Const(_) | ArgKind::Nil => {}
        }
    }
}
