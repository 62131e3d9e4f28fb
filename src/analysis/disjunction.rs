//! “Or” inside braces: `sum x : { a(x) ; b(x) }` is a sum over a relation that either alternative derives.
//!
//! The relation has the variables that all alternatives have, so that what both alternatives give counts once. Rows of
//! facts keep their identity in it.

use std::collections::BTreeSet;

use super::components::Flat;
use super::resolve::{alternatives, outer_names};
use crate::syntax::ast::{Aggregate, Arg, ArgKind, Args, Atom, Body, Clause, Literal, Name};
use crate::syntax::walk::{self, Rewrite};

/// What the names of relations made here have in them, and no user's name has.
pub(super) const MARK: char = '∨';

/// Gives each aggregate over alternatives a relation of its own.
pub(super) fn lift(flat: &mut Flat) {
    let mut lifter = Lifter { clauses: Vec::new(), of: String::new() };
    for clause in &mut flat.clauses {
        lifter.of = clause.heads.first().map(|head| head.relation.text.clone()).unwrap_or_default();
        walk::clause(&mut lifter, clause);
    }
    flat.clauses.append(&mut lifter.clauses);
}

struct Lifter {
    clauses: Vec<Clause>,
    of: String,
}

impl Rewrite for Lifter {
    fn arg(&mut self, arg: &mut Arg) {
        walk::arg(self, arg);
        if let ArgKind::Aggregate(aggregate) = &mut arg.kind {
            self.aggregate(aggregate);
        }
    }
}

impl Lifter {
    /// Gives an aggregate, inside which this was done, a relation if its braces need one.
    fn aggregate(&mut self, aggregate: &mut Aggregate) {
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
