//! “Or” inside braces: `sum x : { a(x) ; b(x) }` is a sum over a relation that either alternative derives.
//!
//! The relation has the variables that all alternatives have, so that what both alternatives give counts once. Rows of
//! facts keep their identity in it.

use std::collections::BTreeSet;

use super::components::Flat;
use super::resolve::{alternatives, outer_names};
use crate::syntax::ast::{Aggregate, Arg, ArgKind, Args, Ask, Atom, Body, Clause, Literal, Name, NamedArg, Source};

/// What the names of relations made here have in them, and no user's name has.
pub(super) const MARK: char = '∨';

/// Gives each aggregate over alternatives a relation of its own.
pub(super) fn lift(flat: &mut Flat) {
    let mut lifter = Lifter { clauses: Vec::new(), of: String::new() };
    for clause in &mut flat.clauses {
        lifter.of = clause.heads.first().map(|head| head.relation.text.clone()).unwrap_or_default();
        for head in &mut clause.heads {
            lifter.args(&mut head.args);
        }
        lifter.body(&mut clause.body);
    }
    flat.clauses.append(&mut lifter.clauses);
}

struct Lifter {
    clauses: Vec<Clause>,
    of: String,
}

impl Lifter {
    fn body(&mut self, body: &mut Body) {
        body.alternatives.iter_mut().flatten().for_each(|literal| self.literal(literal));
    }

    fn literal(&mut self, literal: &mut Literal) {
        match literal {
            Literal::Atom(atom) => self.args(&mut atom.args),
            Literal::In(source) => match &mut source.source {
                Source::Relation(_, pattern) => self.pattern(pattern),
                Source::Function(call) => call.args.iter_mut().for_each(|arg| self.arg(arg)),
            },
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

    fn args(&mut self, args: &mut Args) {
        match args {
            Args::Positional(args) => args.iter_mut().for_each(|arg| self.arg(arg)),
            Args::Named(pattern) => self.pattern(pattern),
        }
    }

    fn pattern(&mut self, pattern: &mut [NamedArg]) {
        for entry in pattern {
            match &mut entry.ask {
                Ask::Bind => {}
                Ask::Equal(arg) | Ask::Compare(_, arg) => self.arg(arg),
            }
        }
    }

    fn arg(&mut self, arg: &mut Arg) {
        match &mut arg.kind {
            ArgKind::Aggregate(aggregate) => self.aggregate(aggregate),
            ArgKind::Call(call) => call.args.iter_mut().for_each(|arg| self.arg(arg)),
            ArgKind::Record(args) | ArgKind::Branch(_, args) => args.iter_mut().for_each(|arg| self.arg(arg)),
            ArgKind::Cast(inner, _) => self.arg(inner),
            ArgKind::If(_, first, second) | ArgKind::Else(first, second) => {
                self.arg(first);
                self.arg(second);
            }
            _ => {}
        }
    }

    fn aggregate(&mut self, aggregate: &mut Aggregate) {
        self.body(&mut aggregate.body);
        if !needs_relation(&aggregate.body) {
            return;
        }
        let Some(all) = alternatives(&aggregate.body) else { return };
        let all: Vec<Vec<Literal>> = all.into_iter().map(|body| body.into_iter().cloned().collect()).collect();
        let columns = common_names(&all);
        let (span, number) = (aggregate.body.span, self.clauses.len());
        let relation = Name { text: format!("{}{MARK}{number}", self.of), span };
        let args = columns.into_iter().map(|name| Arg { kind: ArgKind::Var(name), span }).collect();
        let atom = Atom { relation, args: Args::Positional(args), span };
        for conjunction in all {
            self.clauses.push(Clause {
                heads: vec![atom.clone()],
                subsumes: None,
                body: Body { alternatives: vec![conjunction], span, broken: false },
                plan: None,
                span,
            });
        }
        aggregate.body.alternatives = vec![vec![Literal::Atom(atom)]];
    }
}

/// Whether alternatives bind variables, rather than only test them.
fn needs_relation(body: &Body) -> bool {
    let binds = |literal: &Literal| matches!(literal, Literal::Atom(_) | Literal::In(_));
    let group_binds = |literal: &Literal| match literal {
        Literal::Group(group, _) => group
            .alternatives
            .iter()
            .flatten()
            .any(|literal| binds(literal) || matches!(literal, Literal::Group(inner, _) if needs_relation(inner))),
        _ => false,
    };
    body.alternatives.len() > 1 || body.alternatives.iter().flatten().any(group_binds)
}

/// The variables that every alternative has, in the order of the first.
fn common_names(all: &[Vec<Literal>]) -> Vec<String> {
    let names: Vec<Vec<String>> = all
        .iter()
        .map(|body| outer_names(&body.iter().collect::<Vec<_>>()).into_iter().map(|name| name.name).collect())
        .collect();
    let Some((first, rest)) = names.split_first() else { return Vec::new() };
    let rest: Vec<BTreeSet<&String>> = rest.iter().map(|names| names.iter().collect()).collect();
    first.iter().filter(|name| rest.iter().all(|names| names.contains(name))).cloned().collect()
}
