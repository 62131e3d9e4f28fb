//! Rules that make a new, greater number in every round and never stop.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::ir::{Atom, Expr, Literal, Program, RelationId, Rule, VarId};
use crate::source::Span;
use crate::text;
use crate::value::Value;
use crate::value::functions::Function;

pub(super) fn check(program: &Program, report: &mut Report) {
    for stratum in program.strata.iter().filter(|stratum| stratum.recursive) {
        for id in &stratum.rules {
            let rule = &program.rules[id.index()];
            if program.relations[rule.head.index()].limit.is_some() {
                continue;
            }
            if let Some((var, span)) = growing(rule, &stratum.relations) {
                let name = &rule.vars[var.index()].name;
                let head = &program.relations[rule.head.index()].name;
                let message = text!(
                    "`{head}` 每一轮都由 `{name}` 产生新的数，不会结束",
                    "`{head}` makes a new number of `{name}` in every round and does not end"
                );
                let complaint = if feeds_itself(rule, &stratum.relations) {
                    Diagnostic::error(Code::GrowsWithoutBound, message)
                } else {
                    Diagnostic::warning(Code::GrowsWithoutBound, message)
                };
                let help = text!("给出上界，如 `{name} < 100`", "give a bound, such as `{name} < 100`");
                report.push(complaint.at(span).help(help));
            }
        }
    }
}

/// Whether one row of the recursion is all that the rule needs to make the next, which is another by a constant: no other
/// relation runs out, so that it certainly does not end once it begins.
fn feeds_itself(rule: &Rule, stratum: &[RelationId]) -> bool {
    let itself = rule.body.iter().all(|literal| match literal {
        Literal::Atom(atom) => stratum.contains(&atom.relation),
        Literal::Bind(_) => true,
        _ => false,
    });
    let is_step = |arg: &Expr| match resolve(rule, arg).0 {
        Expr::Call(Function::Add | Function::Sub, sides, _) => match &sides[..] {
            [Expr::Var(_), Expr::Const(step)] | [Expr::Const(step), Expr::Var(_)] => *step != Value::Number(0),
            _ => false,
        },
        _ => false,
    };
    let atoms = rule.body.iter().filter(|literal| matches!(literal, Literal::Atom(_))).count();
    itself && atoms == 1 && rule.args.iter().any(is_step)
}

/// A variable of a recursive atom that the head changes by arithmetic and that no comparison bounds.
fn growing(rule: &Rule, stratum: &[RelationId]) -> Option<(VarId, Span)> {
    let recursive: BTreeSet<VarId> = rule
        .body
        .iter()
        .filter_map(|literal| match literal {
            Literal::Atom(atom) if stratum.contains(&atom.relation) => Some(atom),
            _ => None,
        })
        .flat_map(Atom::column_vars)
        .collect();
    let mut bounded = BTreeSet::new();
    for literal in &rule.body {
        if matches!(literal, Literal::Compare(_) | Literal::Test(_) | Literal::Not(_)) {
            literal.variables(&mut |var| {
                bounded.insert(var);
            });
        }
    }
    let bound_elsewhere: BTreeSet<VarId> = rule
        .body
        .iter()
        .filter_map(|literal| match literal {
            Literal::Atom(atom) if !stratum.contains(&atom.relation) => Some(atom),
            _ => None,
        })
        .flat_map(Atom::column_vars)
        .collect();
    rule.args.iter().find_map(|arg| {
        let (arg, name) = resolve(rule, arg);
        let Expr::Call(Function::Add | Function::Sub | Function::Mul, _, span) = arg else { return None };
        let mut grows = None;
        let mut safe = name.is_some_and(|name| bounded.contains(&name));
        arg.variables(&mut |var| {
            if bounded.contains(&var) || bound_elsewhere.contains(&var) && recursive.contains(&var) {
                safe = true;
            }
            if recursive.contains(&var) {
                grows = Some(var);
            }
        });
        grows.filter(|_| !safe).map(|var| (var, *span))
    })
}

/// The expression behind a variable of the head that an equality binds.
fn resolve<'r>(rule: &'r Rule, arg: &'r Expr) -> (&'r Expr, Option<VarId>) {
    let Expr::Var(var) = arg else { return (arg, None) };
    let bind = rule.body.iter().find_map(|literal| match literal {
        Literal::Bind(bind) if bind.var == *var => Some(&bind.expr),
        _ => None,
    });
    (bind.unwrap_or(arg), Some(*var))
}
