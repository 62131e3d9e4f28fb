//! Renaming the variables of literals, so that a condition can stand in a rule twice.

use std::sync::Arc;

use super::{Expr, Literal, Term, VarId};

/// Replaces every variable of `literal`, also inside negations and aggregates, by what `new` gives for it.
pub fn rename(literal: &mut Literal, new: &mut dyn FnMut(VarId) -> VarId) {
    match literal {
        Literal::Atom(atom) => {
            atom.row.iter_mut().for_each(|row| *row = new(*row));
            atom.args.iter_mut().for_each(|(_, term)| rename_term(term, new));
        }
        Literal::Not(negation) => negation.body.iter_mut().for_each(|literal| rename(literal, new)),
        Literal::Generate(generate) => {
            generate.row = new(generate.row);
            generate.args.iter_mut().for_each(|arg| rename_expr(arg, new));
        }
        Literal::Compare(compare) => {
            rename_expr(&mut compare.left, new);
            rename_expr(&mut compare.right, new);
            compare.allowance.iter_mut().for_each(|allowance| rename_expr(allowance, new));
        }
        Literal::Bind(bind) => {
            bind.var = new(bind.var);
            rename_expr(&mut bind.expr, new);
        }
        Literal::Unpack(unpack) => {
            rename_expr(&mut unpack.record, new);
            unpack.fields.iter_mut().flatten().for_each(|term| rename_term(term, new));
        }
        Literal::Aggregate(aggregate) => {
            aggregate.result = new(aggregate.result);
            aggregate.target.iter_mut().for_each(|target| rename_expr(target, new));
            aggregate.body.iter_mut().for_each(|literal| rename(literal, new));
            aggregate.outer.iter_mut().for_each(|var| *var = new(*var));
        }
        Literal::Is(is) => is.var = new(is.var),
        Literal::Test(test) => test.args.iter_mut().for_each(|arg| rename_expr(arg, new)),
    }
}

/// Replaces every variable of `expr` by what `new` gives for it.
pub fn rename_expr(expr: &mut Expr, new: &mut dyn FnMut(VarId) -> VarId) {
    match expr {
        Expr::Var(var) | Expr::Precision(var, _) => *var = new(*var),
        Expr::Const(_) => {}
        Expr::Call(_, args, _) | Expr::Record(args) => args.iter_mut().for_each(|arg| rename_expr(arg, new)),
        Expr::Field(record, _) => rename_expr(record, new),
        Expr::If(condition, then, other) => {
            rename(Arc::make_mut(condition), new);
            rename_expr(then, new);
            rename_expr(other, new);
        }
        Expr::Else(value, default) => {
            rename_expr(value, new);
            rename_expr(default, new);
        }
    }
}

fn rename_term(term: &mut Term, new: &mut dyn FnMut(VarId) -> VarId) {
    if let Term::Var(var) = term {
        *var = new(*var);
    }
}
