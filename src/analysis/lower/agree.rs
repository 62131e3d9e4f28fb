//! Allowances of `~` and `!~`: how far two computed amounts may lie apart and still agree as printed.
//!
//! A cell may be off by half a unit of the finest scale written in its column of its table; an amount in running text by
//! half a unit of its own last place; constants are exact. Sums add up the allowances of what was summed.

use super::Lower;
use crate::analysis::types::Class;
use crate::ir::{Aggregate, AggregateOp, Atom, Expr, Literal, Rule, Term, VarId};
use crate::source::Span;
use crate::value::functions::Function;
use crate::value::{Decimal, Value};

impl Lower<'_, '_> {
    /// The allowance of `left ~ right`; conditions that compute parts of it are added to `body`, the conditions so far.
    /// None when both sides are exact.
    pub(in crate::analysis) fn allowance(
        &mut self,
        left: &Expr,
        right: &Expr,
        span: Span,
        body: &mut Vec<Literal>,
    ) -> Option<Expr> {
        let (a, b) = (self.spread(left, span, body), self.spread(right, span, body));
        let allowance = plus(a, b, span);
        if self.first_allowance.is_none() {
            self.first_allowance.clone_from(&allowance);
        }
        allowance
    }

    /// How far `expr` may be off; none when it is exact.
    fn spread(&mut self, expr: &Expr, span: Span, body: &mut Vec<Literal>) -> Option<Expr> {
        match expr {
            Expr::Const(_) | Expr::Record(_) | Expr::Precision(..) => None,
            Expr::Var(var) => self.spread_of_variable(*var, span, body),
            Expr::Field(row, position) => self.spread_of_field(row, *position),
            Expr::Call(function, args, span) => self.spread_of_call(*function, args, *span, body),
            Expr::If(cond, then, other) => {
                let (a, b) = (self.spread(then, span, body), self.spread(other, span, body));
                match (a, b) {
                    (None, None) => None,
                    (a, b) => {
                        let zero = |spread: Option<Expr>, like: &Expr| spread.unwrap_or_else(|| nothing(like, span));
                        Some(Expr::If(cond.clone(), Box::new(zero(a, then)), Box::new(zero(b, other))))
                    }
                }
            }
            Expr::Else(first, second) => {
                let (a, b) = (self.spread(first, span, body), self.spread(second, span, body));
                larger(a, b, span)
            }
        }
    }

    fn spread_of_call(
        &mut self,
        function: Function,
        args: &[Expr],
        span: Span,
        body: &mut Vec<Literal>,
    ) -> Option<Expr> {
        let spreads: Vec<Option<Expr>> = args.iter().map(|arg| self.spread(arg, span, body)).collect();
        let mut spreads = spreads.into_iter();
        match function {
            Function::Add | Function::Sub => {
                let (a, b) = (spreads.next().flatten(), spreads.next().flatten());
                plus(a, b, span)
            }
            Function::Mul => {
                let (a, b) = (spreads.next().flatten(), spreads.next().flatten());
                let (left, right) = (size(&args[0], span), size(&args[1], span));
                let both = a.clone().zip(b.clone()).map(|(a, b)| call(Function::Mul, vec![a, b], span));
                let first = b.map(|b| call(Function::Mul, vec![left, b], span));
                let second = a.map(|a| call(Function::Mul, vec![a, right], span));
                plus(plus(first, second, span), both, span)
            }
            Function::Div => {
                let (a, b) = (spreads.next().flatten(), spreads.next().flatten());
                let quotient = size(&call(Function::Div, args.to_vec(), span), span);
                let second = b.map(|b| call(Function::Mul, vec![quotient, b], span));
                let divisor = size(&args[1], span);
                plus(a, second, span).map(|sum| call(Function::Div, vec![sum, divisor], span))
            }
            Function::Neg
            | Function::Abs
            | Function::Round
            | Function::RoundEven
            | Function::Trunc
            | Function::ToDecimal => spreads.next().flatten(),
            Function::Max | Function::Min => spreads.fold(None, |most, one| larger(most, one, span)),
            _ => None,
        }
    }

    fn spread_of_field(&self, row: &Expr, position: usize) -> Option<Expr> {
        let Expr::Var(var) = row else { return None };
        let ty = self.infer.ty(self.vars[var.index()].node)?;
        let crate::ir::TypeKind::Generated(generator) = self.infer.types.kind(self.infer.types.root(ty)) else {
            return None;
        };
        let columns = generator.columns();
        let amount = matches!(columns.get(position)?.0.as_str(), "amount" | "value");
        let allowance = columns.iter().position(|(name, _)| name == "allowance")?;
        amount.then(|| Expr::Field(Box::new(row.clone()), allowance))
    }

    fn spread_of_variable(&mut self, var: VarId, span: Span, body: &mut Vec<Literal>) -> Option<Expr> {
        for at in 0..body.len() {
            match &body[at] {
                Literal::Atom(atom) => {
                    let Some((column, _)) = atom.args.iter().find(|(_, term)| *term == Term::Var(var)) else {
                        continue;
                    };
                    let column = *column;
                    if !self.has_scale(var) {
                        continue;
                    }
                    if self.relations.has_rows(atom.relation) {
                        let row = self.row_of(at, body);
                        return Some(Expr::Precision(row, column));
                    }
                    let atom = atom.clone();
                    return self.spread_of_derived(&atom, column, var, body);
                }
                Literal::Bind(bind) if bind.var == var => {
                    let expr = bind.expr.clone();
                    return self.spread(&expr, span, body);
                }
                Literal::Aggregate(aggregate) if aggregate.result == var => {
                    let copy = self.copy_of_aggregate(&aggregate.clone());
                    return self.spread_of_aggregate(copy, body);
                }
                _ => {}
            }
        }
        None
    }

    /// The allowance that the rules of a derived relation give to one of its columns.
    fn spread_of_derived(&mut self, atom: &Atom, column: usize, var: VarId, body: &mut Vec<Literal>) -> Option<Expr> {
        let node = self.vars[var.index()].node;
        let arity = self.relations.get(atom.relation).arity;
        let [result, inner] = [self.add_made(node, atom.span), self.add_made(node, atom.span)];
        let aggregate = self.spreads.aggregate(atom, column, arity, [result, inner])?;
        body.push(aggregate);
        Some(Expr::Var(result))
    }

    /// Registers the rule for the allowances of its head's columns, should some `~` ask about them.
    pub(in crate::analysis) fn register_spreads(&mut self, rule: &Rule) {
        if self.relations.get(rule.head).table.is_some() {
            return;
        }
        for (column, arg) in rule.args.iter().enumerate() {
            let zero = match self.column_class(rule.head, column) {
                Some(Class::Money) => Value::Money(Decimal::ZERO),
                Some(Class::Decimal | Class::Percent) => Value::Decimal(Decimal::ZERO),
                _ => continue,
            };
            let mut copy = rule.clone();
            let spread = self.spread(arg, rule.span, &mut copy.body);
            let inexact = spread.is_some();
            copy.args.push(spread.unwrap_or(Expr::Const(zero)));
            copy.vars = self.finish_vars();
            self.spreads.add((rule.head, column), copy, inexact);
        }
    }

    /// Whether its type is one whose written scale matters.
    fn has_scale(&self, var: VarId) -> bool {
        matches!(self.infer.class(self.vars[var.index()].node), Some(Class::Money | Class::Decimal | Class::Percent))
    }

    /// The row variable of the atom at `at`; one is made when it has none.
    fn row_of(&mut self, at: usize, body: &mut [Literal]) -> VarId {
        let Literal::Atom(atom) = &mut body[at] else { unreachable!("the caller found an atom there") };
        if let Some(row) = atom.row {
            return row;
        }
        let (relation, span) = (atom.relation, atom.span);
        let name = self.relations.get(relation).name.clone();
        let ty = self.infer.types.row(relation, &name);
        let node = self.infer.known(ty, span);
        let row = self.add_made(node, span);
        if let Literal::Atom(atom) = &mut body[at] {
            atom.row = Some(row);
        }
        row
    }

    fn spread_of_aggregate(&mut self, mut aggregate: Aggregate, body: &mut Vec<Literal>) -> Option<Expr> {
        let target = aggregate.target.clone()?;
        let mut inner = aggregate.body.clone();
        let spread = self.spread(&target, aggregate.span, &mut inner)?;
        let op = match aggregate.op {
            AggregateOp::Count => return None,
            AggregateOp::Sum => AggregateOp::Sum,
            AggregateOp::Min | AggregateOp::Max | AggregateOp::Mean => AggregateOp::Max,
        };
        let node = self.vars[aggregate.result.index()].node;
        let result = self.add_made(node, aggregate.span);
        aggregate = Aggregate { result, op, target: Some(spread), distinct: false, body: inner, ..aggregate };
        body.push(Literal::Aggregate(self.copy_of_aggregate(&aggregate)));
        Some(Expr::Var(result))
    }
}

fn call(function: Function, args: Vec<Expr>, span: Span) -> Expr {
    Expr::Call(function, args, span)
}

fn size(expr: &Expr, span: Span) -> Expr {
    call(Function::Abs, vec![expr.clone()], span)
}

/// Zero of the type of `like`.
fn nothing(like: &Expr, span: Span) -> Expr {
    match like {
        Expr::Const(Value::Money(_)) => Expr::Const(Value::Money(Decimal::ZERO)),
        Expr::Const(Value::Decimal(_)) => Expr::Const(Value::Decimal(Decimal::ZERO)),
        _ => call(Function::Sub, vec![like.clone(), like.clone()], span),
    }
}

fn plus(a: Option<Expr>, b: Option<Expr>, span: Span) -> Option<Expr> {
    match (a, b) {
        (Some(a), Some(b)) => Some(call(Function::Add, vec![a, b], span)),
        (one, other) => one.or(other),
    }
}

fn larger(a: Option<Expr>, b: Option<Expr>, span: Span) -> Option<Expr> {
    match (a, b) {
        (Some(a), Some(b)) => Some(call(Function::Max, vec![a, b], span)),
        (one, other) => one.or(other),
    }
}
