//! An order of conditions in which each finds its variables bound.

use std::collections::BTreeSet;

use super::Lower;
use super::queue::Queue;
use super::value::branch_number;
use crate::analysis::hir::{self, Cond, Kind, Role};
use crate::analysis::types::Class;
use crate::ir::{
    Aggregate, AggregateOp, Atom, Bind, Compare, Expr, Generate, Is, Literal, Negation, Term, Test, Unpack, VarId,
};
use crate::source::Span;
use crate::syntax::ast::CompareOp;
use crate::value::Value;
use crate::value::functions::Function;
use crate::value::generators::{Generator, RangeKind};

/// Variables with a value.
pub(super) type Bound = BTreeSet<VarId>;

/// Conditions that have been put in order, and the variables that they bind.
struct Run<'r> {
    bound: &'r mut Bound,
    out: &'r mut Vec<Literal>,
}

impl Lower<'_, '_> {
    /// The conditions of `scope` in runnable order, each with its braces and negations ordered too. What cannot be run
    /// is complained about and left out.
    pub(in crate::analysis) fn order(&mut self, body: Vec<Cond>, bound: &mut Bound, scope: usize) -> Vec<Literal> {
        self.order_noting(body, bound, scope).0
    }

    /// The same, and which variables have a value only since.
    fn order_noting(&mut self, body: Vec<Cond>, bound: &mut Bound, scope: usize) -> (Vec<Literal>, Vec<VarId>) {
        let (mut out, mut noted) = (Vec::new(), Vec::new());
        let mut queue = Queue::new(self, body, bound);
        loop {
            let fresh: Vec<VarId> = if let Some(cond) = queue.next() {
                let mut own = bindable(&cond);
                own.retain(|var| !bound.contains(var));
                self.emit(cond, bound, &mut out, scope);
                own.retain(|var| bound.contains(var));
                own
            } else {
                let waiting = queue.waiting();
                if waiting.is_empty() {
                    return (out, noted);
                }
                if let Some(position) = self.find_witnesses(&waiting, bound) {
                    let mut waiting = queue.into_waiting();
                    self.take_witnesses(&mut waiting, position, bound);
                    queue = Queue::new(self, waiting, bound);
                    continue;
                }
                let given_up = self.give_up(&waiting, bound);
                if given_up.is_empty() {
                    return (out, noted);
                }
                given_up
            };
            fresh.iter().for_each(|var| queue.wake(self, *var));
            noted.extend(fresh);
        }
    }

    fn is_ready(&self, expr: &hir::Expr, bound: &Bound) -> bool {
        let mut is_ready = true;
        expr.variables(&mut |var| is_ready &= bound.contains(&self.needed(var)));
        is_ready
    }

    /// The variables of a negation or aggregate that belong to the scopes around it, each once, in order.
    pub(super) fn outer_vars(&self, cond: &Cond) -> Vec<VarId> {
        let (scope, result) = match cond {
            Cond::Not(_, scope, _) => (*scope, None),
            Cond::Aggregate(aggregate) => (aggregate.scope, Some(aggregate.result)),
            _ => return Vec::new(),
        };
        let mut outer = Vec::new();
        cond.variables(&mut |var| {
            let var = self.needed(var);
            if Some(var) != result && !self.is_within(self.vars[var.index()].scope, scope) {
                outer.push(var);
            }
        });
        outer.sort_unstable();
        outer.dedup();
        outer
    }

    fn emit(&mut self, cond: Cond, bound: &mut Bound, out: &mut Vec<Literal>, scope: usize) {
        let outer = if matches!(cond, Cond::Aggregate(_)) { self.outer_vars(&cond) } else { Vec::new() };
        match cond {
            Cond::Atom(atom) => self.emit_atom(&atom, bound, out),
            Cond::Not(body, inner, span) => {
                let (body, within) = self.order_noting(body, bound, inner);
                within.iter().for_each(|var| _ = bound.remove(var));
                out.push(Literal::Not(Negation { body, span }));
            }
            Cond::Aggregate(aggregate) => self.emit_aggregate((*aggregate, outer), bound, out, scope),
            Cond::Generate { row, function, args, span } => {
                let function = self.settle_generator(function, &args);
                let args = args.iter().map(|arg| self.expr(arg)).collect();
                bound.insert(row);
                out.push(Literal::Generate(Generate { row, function, args, span }));
            }
            Cond::Compare { op, left, right, span } => {
                self.emit_compare(op, (left, right), span, &mut Run { bound, out })
            }
            Cond::Is { arg, state, negated, span } => match arg.kind {
                Kind::Var(var) if self.inner_field(var).is_none() => {
                    out.push(Literal::Is(Is { var, state, negated, span }));
                }
                _ => self.complain(super::complain::not_a_cell(arg.span)),
            },
            Cond::Test { function, args, negated, span } => {
                let args = args.iter().map(|arg| self.expr(arg)).collect();
                out.push(Literal::Test(Test { function, args, negated, span }));
            }
            Cond::Bool(true, _) => {}
            Cond::Bool(false, span) => out.push(never(span)),
        }
    }

    fn emit_atom(&mut self, atom: &hir::Atom, bound: &mut Bound, out: &mut Vec<Literal>) {
        let mut args = Vec::new();
        for (column, arg) in &atom.args {
            if let Some(term) = self.term(arg) {
                args.push((*column, term));
            }
        }
        bound.extend(atom.row);
        bound.extend(args.iter().filter_map(|(_, term)| term.var()));
        args.sort_by_key(|(column, _)| *column);
        out.push(Literal::Atom(Atom { relation: atom.relation, row: atom.row, args, span: atom.span }));
    }

    fn emit_aggregate(
        &mut self,
        (aggregate, outer): (hir::Aggregate, Vec<VarId>),
        bound: &mut Bound,
        out: &mut Vec<Literal>,
        scope: usize,
    ) {
        let inner = aggregate.scope;
        let (body, within) = self.order_noting(aggregate.body, bound, inner);
        let target = aggregate.target.map(|target| {
            self.check_target(&target, bound, &aggregate.op_name);
            let value = self.expr(&target);
            let wanted = self.infer.class(self.vars[aggregate.result.index()].node);
            match (aggregate.op, self.infer.class(target.node), wanted) {
                (AggregateOp::Mean, Some(Class::Number | Class::Unsigned), Some(Class::Float)) => {
                    Expr::Call(Function::ToFloat, vec![value], target.span)
                }
                (_, from, to) => self.widen(value, from, to, target.span),
            }
        });
        within.iter().for_each(|var| _ = bound.remove(var));
        bound.insert(aggregate.result);
        self.positions.insert(inner, (scope, out.len()));
        out.push(Literal::Aggregate(Aggregate {
            result: aggregate.result,
            op: aggregate.op,
            target,
            distinct: aggregate.distinct,
            body,
            outer,
            span: aggregate.span,
        }));
    }

    fn settle_generator(&self, function: Generator, args: &[hir::Expr]) -> Generator {
        let Generator::Range(_) = function else { return function };
        match args.first().and_then(|arg| self.infer.class(arg.node)) {
            Some(Class::Unsigned) => Generator::Range(RangeKind::Unsigned),
            Some(Class::Float) => Generator::Range(RangeKind::Float),
            _ => Generator::Range(RangeKind::Number),
        }
    }

    fn emit_compare(&mut self, op: CompareOp, (left, right): (hir::Expr, hir::Expr), span: Span, run: &mut Run) {
        let (left_ready, right_ready) = (self.is_ready(&left, run.bound), self.is_ready(&right, run.bound));
        if left_ready && right_ready && !has_holes(&left) && !has_holes(&right) {
            let (from, to) = (self.infer.class(left.node), self.infer.class(right.node));
            let (a, b) = (self.expr(&left), self.expr(&right));
            let (a, b) = (self.widen(a, from, to, left.span), self.widen(b, to, from, right.span));
            let allowance = matches!(op, CompareOp::Agree | CompareOp::Disagree)
                .then(|| self.allowance(&a, &b, span, run.out))
                .flatten();
            run.out.push(Literal::Compare(Compare { op, left: a, right: b, allowance, span }));
            return;
        }
        let (target, value) = if right_ready && (self.can_bind(&left, &right) || is_pattern(&left)) {
            (left, right)
        } else {
            (right, left)
        };
        match &target.kind {
            Kind::Var(var) => self.emit_bind((*var, &target), &value, span, run),
            Kind::Record(args) => self.emit_unpack((None, args), &value, span, run),
            Kind::Branch(name, args) => {
                let number = self.infer.types.branch(&name.text).map_or(0, |(_, number, _)| number);
                self.emit_unpack((Some(number), args), &value, span, run);
            }
            _ => {}
        }
    }

    fn emit_bind(&mut self, (var, target): (VarId, &hir::Expr), value: &hir::Expr, span: Span, run: &mut Run) {
        let (from, to) = (self.infer.class(value.node), self.infer.class(target.node));
        let expr = self.expr(value);
        let expr = self.widen(expr, from, to, value.span);
        run.bound.insert(var);
        if let Expr::Var(result) = expr
            && self.vars[result.index()].role == Role::Result
            && self.vars[result.index()].uses == 0
            && take_over(result, var, run.out)
        {
            run.bound.remove(&result);
            return;
        }
        run.out.push(Literal::Bind(Bind { var, expr, span }));
    }

    fn emit_unpack(
        &mut self,
        (branch, args): (Option<usize>, &[hir::Expr]),
        value: &hir::Expr,
        span: Span,
        run: &mut Run,
    ) {
        let record = self.expr(value);
        let fields: Vec<Option<Term>> = args.iter().map(|arg| self.term(arg)).collect();
        run.bound.extend(fields.iter().flatten().filter_map(Term::var));
        let branch = branch.map(branch_number).and_then(|number| match number {
            Value::Number(number) => Some(number),
            _ => None,
        });
        run.out.push(Literal::Unpack(Unpack { record, branch, fields, span }));
    }
}

/// `x = _1` where `_1` is the result of an aggregate that nothing has used since: the aggregate binds `x` itself.
fn take_over(result: VarId, var: VarId, out: &mut [Literal]) -> bool {
    for literal in out.iter_mut().rev() {
        if let Literal::Aggregate(aggregate) = literal
            && aggregate.result == result
        {
            aggregate.result = var;
            return true;
        }
        let mut is_used = false;
        literal.variables(&mut |seen| is_used |= seen == result);
        if is_used {
            return false;
        }
    }
    false
}

/// The variables to which a condition may give a value, each once, in order.
fn bindable(cond: &Cond) -> Vec<VarId> {
    let mut vars = Vec::new();
    match cond {
        Cond::Not(..) => {}
        Cond::Aggregate(aggregate) => vars.push(aggregate.result),
        _ => cond.variables(&mut |var| vars.push(var)),
    }
    vars.sort_unstable();
    vars.dedup();
    vars
}

pub(super) fn is_pattern(expr: &hir::Expr) -> bool {
    matches!(expr.kind, Kind::Record(_) | Kind::Branch(..))
}

/// Whether a record has a `_` in it.
pub(super) fn has_holes(expr: &hir::Expr) -> bool {
    match &expr.kind {
        Kind::Unnamed => true,
        Kind::Record(args) | Kind::Branch(_, args) => args.iter().any(has_holes),
        _ => false,
    }
}

/// A condition that never holds.
fn never(span: Span) -> Literal {
    Literal::Compare(Compare {
        op: CompareOp::Ne,
        left: Expr::Const(Value::Number(0)),
        right: Expr::Const(Value::Number(0)),
        allowance: None,
        span,
    })
}
