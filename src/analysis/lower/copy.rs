//! Copies of braces, with variables of their own.

use std::collections::BTreeMap;

use super::Lower;
use crate::ir::{Aggregate, Expr, Literal, Term, VarId};

/// Which variable takes the place of which.
type Renamed = BTreeMap<VarId, VarId>;

impl Lower<'_, '_> {
    /// A copy of an aggregate whose inner variables are new, so that no variable is bound in two places.
    pub(in crate::analysis) fn copy_of_aggregate(&mut self, aggregate: &Aggregate) -> Aggregate {
        let mut copy = aggregate.clone();
        let mut renamed = Renamed::new();
        let result = aggregate.result;
        let mut rename = |var: &mut VarId| {
            if aggregate.outer.contains(var) || *var == result {
                return;
            }
            let new = *renamed.entry(*var).or_insert_with(|| {
                let id = VarId(u32::try_from(self.vars.len()).expect("fewer than 2^32 variables"));
                self.vars.push(self.vars[var.index()].clone());
                id
            });
            *var = new;
        };
        copy.target.iter_mut().for_each(|target| visit_expr(target, &mut rename));
        copy.body.iter_mut().for_each(|literal| visit(literal, &mut rename));
        for new in renamed.values() {
            if let Some((row, _)) = &mut self.vars[new.index()].field
                && let Some(copied) = renamed.get(row)
            {
                *row = *copied;
            }
        }
        copy
    }
}

fn visit(literal: &mut Literal, see: &mut dyn FnMut(&mut VarId)) {
    match literal {
        Literal::Atom(atom) => {
            atom.row.iter_mut().for_each(&mut *see);
            atom.args.iter_mut().for_each(|(_, term)| visit_term(term, see));
        }
        Literal::Not(negation) => negation.body.iter_mut().for_each(|literal| visit(literal, see)),
        Literal::Generate(generate) => {
            see(&mut generate.row);
            generate.args.iter_mut().for_each(|arg| visit_expr(arg, see));
        }
        Literal::Compare(compare) => {
            visit_expr(&mut compare.left, see);
            visit_expr(&mut compare.right, see);
            compare.allowance.iter_mut().for_each(|allowance| visit_expr(allowance, see));
        }
        Literal::Bind(bind) => {
            see(&mut bind.var);
            visit_expr(&mut bind.expr, see);
        }
        Literal::Unpack(unpack) => {
            visit_expr(&mut unpack.record, see);
            unpack.fields.iter_mut().flatten().for_each(|term| visit_term(term, see));
        }
        Literal::Aggregate(inner) => {
            see(&mut inner.result);
            inner.outer.iter_mut().for_each(&mut *see);
            inner.target.iter_mut().for_each(|target| visit_expr(target, see));
            inner.body.iter_mut().for_each(|literal| visit(literal, see));
        }
        Literal::Is(is) => see(&mut is.var),
        Literal::Test(test) => test.args.iter_mut().for_each(|arg| visit_expr(arg, see)),
    }
}

fn visit_term(term: &mut Term, see: &mut dyn FnMut(&mut VarId)) {
    if let Term::Var(var) = term {
        see(var);
    }
}

fn visit_expr(expr: &mut Expr, see: &mut dyn FnMut(&mut VarId)) {
    match expr {
        Expr::Var(var) | Expr::Precision(var, _) => see(var),
        Expr::Const(_) => {}
        Expr::Call(_, args, _) | Expr::Record(args) => args.iter_mut().for_each(|arg| visit_expr(arg, see)),
        Expr::Field(record, _) => visit_expr(record, see),
        Expr::If(condition, yes, no) => {
            visit(std::sync::Arc::make_mut(condition), see);
            visit_expr(yes, see);
            visit_expr(no, see);
        }
        Expr::Else(first, second) => {
            visit_expr(first, see);
            visit_expr(second, see);
        }
    }
}
