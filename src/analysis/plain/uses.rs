//! Where a clause uses relations, and the values that stand in it.

use crate::source::Span;
use crate::syntax::ast::{Aggregate, Arg, ArgKind, Args, Atom, Body, Clause, Literal};

/// An atom of a body.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use<'c> {
    pub(super) atom: &'c Atom,
    /// The negation around it, when what it says is denied.
    pub(super) negated: Option<Span>,
    /// Whether it stands in the braces of an aggregate.
    pub(super) aggregated: bool,
}

/// Everything of a clause that the checks look at.
#[derive(Debug, Default)]
pub(in crate::analysis) struct Parts<'c> {
    pub(super) uses: Vec<Use<'c>>,
    /// Every argument, also those within others, with whether it stands in the braces of an aggregate.
    pub(in crate::analysis) args: Vec<(&'c Arg, bool)>,
}

impl<'c> Parts<'c> {
    /// The parts of a clause's body, and of the aggregates in its heads.
    pub(in crate::analysis) fn of(clause: &'c Clause) -> Self {
        let mut parts = Self::default();
        clause.heads.iter().for_each(|head| parts.args_of(head, false));
        parts.body(&clause.body, None, false);
        parts
    }

    /// The parts of one atom's arguments.
    pub(super) fn of_atom(atom: &'c Atom) -> Self {
        let mut parts = Self::default();
        parts.args_of(atom, false);
        parts
    }

    /// The parts of a body.
    pub(super) fn of_body(body: &'c Body) -> Self {
        let mut parts = Self::default();
        parts.body(body, None, false);
        parts
    }

    /// The names of variables in a body.
    pub(super) fn variables_of(body: &'c Body) -> Vec<&'c str> {
        let parts = Self::of_body(body);
        parts.args.into_iter().filter_map(|(arg, _)| variable(arg)).collect()
    }

    fn body(&mut self, body: &'c Body, negated: Option<Span>, aggregated: bool) {
        for literal in body.alternatives.iter().flatten() {
            match literal {
                Literal::Atom(atom) => {
                    self.uses.push(Use { atom, negated, aggregated });
                    self.args_of(atom, aggregated);
                }
                Literal::Not(inner, span) => {
                    let negated = if negated.is_some() { None } else { Some(*span) };
                    self.body(inner, negated, aggregated);
                }
                Literal::Group(inner, _) => self.body(inner, negated, aggregated),
                Literal::Compare(compare) => {
                    self.arg(&compare.first, aggregated);
                    compare.rest.iter().for_each(|(_, _, arg)| self.arg(arg, aggregated));
                }
                Literal::Test(call) => call.args.iter().for_each(|arg| self.arg(arg, aggregated)),
                Literal::In(_) | Literal::Is(_) | Literal::Bool(..) => {}
            }
        }
    }

    fn args_of(&mut self, atom: &'c Atom, aggregated: bool) {
        if let Args::Positional(args) = &atom.args {
            args.iter().for_each(|arg| self.arg(arg, aggregated));
        }
    }

    fn arg(&mut self, arg: &'c Arg, aggregated: bool) {
        self.args.push((arg, aggregated));
        match &arg.kind {
            ArgKind::Call(call) => call.args.iter().for_each(|arg| self.arg(arg, aggregated)),
            ArgKind::Record(args) | ArgKind::Branch(_, args) => args.iter().for_each(|arg| self.arg(arg, aggregated)),
            ArgKind::Cast(inner, _) => self.arg(inner, aggregated),
            ArgKind::Aggregate(aggregate) => {
                let Aggregate { target, body, .. } = &**aggregate;
                target.iter().for_each(|target| self.arg(target, true));
                self.body(body, None, true);
            }
            // no other Datalog has these
            ArgKind::If(..) | ArgKind::Else(..) | ArgKind::Field(..) => {}
            ArgKind::Var(_) | ArgKind::Unnamed | ArgKind::Param(_) | ArgKind::Const(_) | ArgKind::Nil => {}
        }
    }
}

/// The variable that an argument is.
pub(super) fn variable(arg: &Arg) -> Option<&str> {
    match &arg.kind {
        ArgKind::Var(name) => Some(name),
        _ => None,
    }
}

/// Whether an argument is `$` or `autoinc()`.
pub(super) fn is_counter(arg: &Arg) -> bool {
    match &arg.kind {
        ArgKind::Param(name) => name.is_empty(),
        ArgKind::Call(call) => call.name.text == "autoinc" && call.args.is_empty(),
        _ => false,
    }
}
