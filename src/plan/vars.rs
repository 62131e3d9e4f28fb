//! Which variables a literal mentions, binds and needs.

use crate::ir::{Atom, Expr, Literal, Term, VarId};

/// Calls `see` with every variable of an expression.
pub fn expr_vars(expr: &Expr, see: &mut dyn FnMut(VarId)) {
    match expr {
        Expr::Var(var) | Expr::Precision(var, _) => see(*var),
        Expr::Const(_) => {}
        Expr::Call(_, args, _) | Expr::Record(args) => args.iter().for_each(|arg| expr_vars(arg, see)),
        Expr::Field(record, _) => expr_vars(record, see),
        Expr::If(condition, yes, no) => {
            literal_vars(condition, see);
            expr_vars(yes, see);
            expr_vars(no, see);
        }
        Expr::Else(first, second) => {
            expr_vars(first, see);
            expr_vars(second, see);
        }
    }
}

/// Calls `see` with every variable that a literal mentions, also inside negations and aggregates.
pub fn literal_vars(literal: &Literal, see: &mut dyn FnMut(VarId)) {
    match literal {
        Literal::Atom(atom) => {
            atom.row.into_iter().for_each(&mut *see);
            atom_terms(atom).for_each(see);
        }
        Literal::Not(not) => not.body.iter().for_each(|inner| literal_vars(inner, see)),
        Literal::Generate(generate) => {
            see(generate.row);
            generate.args.iter().for_each(|arg| expr_vars(arg, see));
        }
        Literal::Compare(compare) => {
            expr_vars(&compare.left, see);
            expr_vars(&compare.right, see);
            compare.allowance.iter().for_each(|allowance| expr_vars(allowance, see));
        }
        Literal::Bind(bind) => {
            see(bind.var);
            expr_vars(&bind.expr, see);
        }
        Literal::Unpack(unpack) => {
            expr_vars(&unpack.record, see);
            unpack.fields.iter().flatten().filter_map(term_var).for_each(&mut *see);
        }
        Literal::Aggregate(aggregate) => {
            see(aggregate.result);
            aggregate.target.iter().for_each(|target| expr_vars(target, see));
            aggregate.body.iter().for_each(|inner| literal_vars(inner, see));
        }
        Literal::Is(is) => see(is.var),
        Literal::Test(test) => test.args.iter().for_each(|arg| expr_vars(arg, see)),
    }
}

/// The variables that a literal can bind.
#[must_use]
pub fn binds(literal: &Literal) -> Vec<VarId> {
    match literal {
        Literal::Atom(atom) => atom.row.into_iter().chain(atom_terms(atom)).collect(),
        Literal::Generate(generate) => vec![generate.row],
        Literal::Bind(bind) => vec![bind.var],
        Literal::Unpack(unpack) => unpack.fields.iter().flatten().filter_map(term_var).collect(),
        Literal::Aggregate(aggregate) => vec![aggregate.result],
        Literal::Not(_) | Literal::Compare(_) | Literal::Is(_) | Literal::Test(_) => Vec::new(),
    }
}

/// The variables that must be bound before a literal can run. `scope` holds those that the enclosing bodies or other
/// literals of the same body bind: what of them occurs inside a negation or aggregate comes from outside.
#[must_use]
pub(super) fn needs(literal: &Literal, scope: &dyn Fn(VarId) -> bool) -> Vec<VarId> {
    let mut needed = Vec::new();
    let mut see = |var| needed.push(var);
    match literal {
        Literal::Atom(_) => {}
        Literal::Not(not) => not.body.iter().for_each(|inner| literal_vars(inner, &mut see)),
        Literal::Generate(generate) => generate.args.iter().for_each(|arg| expr_vars(arg, &mut see)),
        Literal::Compare(_) | Literal::Is(_) | Literal::Test(_) => literal_vars(literal, &mut see),
        Literal::Bind(bind) => expr_vars(&bind.expr, &mut see),
        Literal::Unpack(unpack) => expr_vars(&unpack.record, &mut see),
        Literal::Aggregate(aggregate) => {
            aggregate.target.iter().for_each(|target| expr_vars(target, &mut see));
            aggregate.body.iter().for_each(|inner| literal_vars(inner, &mut see));
        }
    }
    needed.sort_unstable();
    needed.dedup();
    if matches!(literal, Literal::Not(_) | Literal::Aggregate(_)) {
        needed.retain(|var| scope(*var));
    }
    needed
}

fn atom_terms(atom: &Atom) -> impl Iterator<Item = VarId> + '_ {
    atom.args.iter().filter_map(|(_, term)| term_var(term))
}

/// The variable of a term, if it is one.
pub(super) fn term_var(term: &Term) -> Option<VarId> {
    match term {
        Term::Var(var) => Some(*var),
        Term::Const(_) => None,
    }
}
