//! Two aggregates of one rule, each of which needs a variable that only the other gives its values.

use std::collections::BTreeSet;

use super::uses::{Parts, variable};
use crate::analysis::components::Flat;
use crate::analysis::resolve::alternatives;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::Span;
use crate::syntax::ast::{Arg, ArgKind, Args, Body, CompareOp, Literal};
use crate::text;

/// A condition with aggregates.
struct Condition {
    /// The variables in it, and those to which it gives values.
    variables: BTreeSet<String>,
    given: BTreeSet<String>,
    aggregates: Vec<Span>,
}

/// Complains about aggregates that need one another.
pub(super) fn check(flat: &Flat, report: &mut Report) {
    for clause in &flat.clauses {
        let Some(all) = alternatives(&clause.body) else { continue };
        let mut complained = BTreeSet::new();
        for body in all {
            let conditions: Vec<Condition> = body.into_iter().filter_map(condition).collect();
            for one in &conditions {
                let mutual = conditions.iter().any(|other| one.needs(other) && other.needs(one));
                for place in one.aggregates.iter().filter(|_| mutual) {
                    if complained.insert(*place) {
                        let message = text!("两个汇总互相要用对方的变量", "two aggregates need each other's variables");
                        let help = text!("把其中一个写成另一条规则", "compute one of them in a rule of its own");
                        report.push(Diagnostic::error(Code::UnboundVariable, message).at(*place).help(help));
                    }
                }
            }
        }
    }
}

impl Condition {
    fn needs(&self, other: &Self) -> bool {
        self.variables.iter().any(|name| !self.given.contains(name) && other.given.contains(name))
    }
}

/// The condition, if it has aggregates.
fn condition(literal: &Literal) -> Option<Condition> {
    let Literal::Compare(_) = literal else { return None };
    let body = Body { alternatives: vec![vec![literal.clone()]], ..Body::default() };
    let parts = Parts::of_body(&body);
    let aggregates = parts.args.iter().filter(|(arg, _)| matches!(arg.kind, ArgKind::Aggregate(_)));
    let aggregates: Vec<Span> = aggregates.map(|(arg, _)| arg.span).collect();
    if aggregates.is_empty() {
        return None;
    }
    let mut given = BTreeSet::new();
    for used in parts.uses.iter().filter(|used| used.negated.is_none()) {
        if let Args::Positional(args) = &used.atom.args {
            args.iter().for_each(|arg| unpacked(arg, &mut given));
        }
    }
    let mut equalities = Vec::new();
    collect(&body, &mut equalities);
    while equalities.iter().any(|(var, other)| {
        let fresh = variable(var).filter(|_| is_given(other, &given)).map(str::to_owned);
        fresh.is_some_and(|name| given.insert(name))
    }) {}
    let variables = parts.args.iter().filter_map(|(arg, _)| variable(arg).map(str::to_owned)).collect();
    Some(Condition { variables, given, aggregates })
}

/// The variables that a row gives their values.
fn unpacked(arg: &Arg, given: &mut BTreeSet<String>) {
    match &arg.kind {
        ArgKind::Var(name) => _ = given.insert(name.clone()),
        ArgKind::Record(fields) | ArgKind::Branch(_, fields) => fields.iter().for_each(|field| unpacked(field, given)),
        _ => {}
    }
}

/// Both sides of every equality, either way round.
fn collect<'b>(body: &'b Body, out: &mut Vec<(&'b Arg, &'b Arg)>) {
    for literal in body.alternatives.iter().flatten() {
        match literal {
            Literal::Compare(compare) => {
                let operands = std::iter::once(&compare.first).chain(compare.rest.iter().map(|(_, _, arg)| arg));
                for operand in operands.clone() {
                    if let ArgKind::Aggregate(aggregate) = &operand.kind {
                        collect(&aggregate.body, out);
                    }
                }
                for ((op, _, right), left) in compare.rest.iter().zip(operands) {
                    if *op == CompareOp::Eq {
                        out.extend([(left, right), (right, left)]);
                    }
                }
            }
            Literal::Group(inner, _) => collect(inner, out),
            _ => {}
        }
    }
}

/// Whether an expression has a value once these variables have.
fn is_given(arg: &Arg, given: &BTreeSet<String>) -> bool {
    match &arg.kind {
        ArgKind::Var(name) => given.contains(name),
        ArgKind::Aggregate(_) | ArgKind::Const(_) | ArgKind::Nil => true,
        ArgKind::Call(call) => call.args.iter().all(|arg| is_given(arg, given)),
        ArgKind::Record(args) | ArgKind::Branch(_, args) => args.iter().all(|arg| is_given(arg, given)),
        ArgKind::Cast(inner, _) => is_given(inner, given),
        _ => false,
    }
}
