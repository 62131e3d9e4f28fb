//! Rules that make a new, greater number in every round and never stop.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::ir::{Atom, Expr, Literal, Program, RelationId, Rule, Term, VarId};
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
                let complaint = if feeds_itself(program, rule) {
                    let message = text!(
                        "`{head}` 每一轮都由 `{name}` 产生新的数，不会结束",
                        "`{head}` makes a new number of `{name}` in every round and does not end"
                    );
                    Diagnostic::error(Code::GrowsWithoutBound, message)
                } else {
                    let message = text!(
                        "`{head}` 每一轮都由 `{name}` 产生新的数，可能不会结束",
                        "`{head}` makes a new number of `{name}` in every round and may not end"
                    );
                    Diagnostic::warning(Code::GrowsWithoutBound, message)
                };
                let help = text!("给出上界，如 `{name} < 100`", "give a bound, such as `{name} < 100`");
                report.push(complaint.at(span).help(help));
            }
        }
    }
}

/// Whether the rule makes of any row of its head the next one, another by a constant in the same column: nothing keeps a row
/// out, and no other relation runs out, so that it certainly does not end once it begins.
fn feeds_itself(program: &Program, rule: &Rule) -> bool {
    let head = &program.relations[rule.head.index()];
    let atoms = || {
        rule.body.iter().filter_map(|literal| match literal {
            Literal::Atom(atom) => Some(atom),
            _ => None,
        })
    };
    let Some(atom) = atoms().next() else { return false };
    let vars: BTreeSet<VarId> = atom.column_vars().collect();
    let fits_any_row = atom.relation == rule.head && vars.len() == atom.args.len();
    let binds_more = |literal: &Literal| match literal {
        Literal::Atom(_) => true,
        Literal::Bind(bind) => !vars.contains(&bind.var) && is_plain(&bind.expr),
        _ => false,
    };
    let keeps_all = head.choice.is_empty() && head.subsumption.is_empty();
    let moves = |(column, arg): (usize, &Expr)| {
        step(resolve(rule, arg).0).is_some_and(|var| atom.args.contains(&(column, Term::Var(var))))
    };
    keeps_all
        && fits_any_row
        && atoms().count() == 1
        && rule.body.iter().all(binds_more)
        && rule.args.iter().all(is_plain)
        && rule.args.iter().enumerate().any(moves)
}

/// Whether an expression has a value for all variables, but for those at the end of what numbers there are.
fn is_plain(expr: &Expr) -> bool {
    matches!(expr, Expr::Var(_) | Expr::Const(_)) || step(expr).is_some()
}

/// The variable that an expression moves by a constant.
fn step(expr: &Expr) -> Option<VarId> {
    let Expr::Call(function, sides, _) = expr else { return None };
    let (var, by) = match (function, &sides[..]) {
        (Function::Add, [Expr::Var(var), Expr::Const(by)] | [Expr::Const(by), Expr::Var(var)])
        | (Function::Sub, [Expr::Var(var), Expr::Const(by)]) => (*var, by),
        _ => return None,
    };
    let moves = match by {
        Value::Number(by) => *by != 0,
        // Downwards there is an end.
        Value::Unsigned(by) => *by != 0 && *function == Function::Add,
        Value::Decimal(by) | Value::Money(by) => !by.is_zero(),
        _ => false,
    };
    moves.then_some(var)
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
