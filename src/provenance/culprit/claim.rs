//! [`Claim`]: what a rule says to be wrong.

use super::Sense;
use super::instances::decimal;
use crate::exec::Input;
use crate::ir::{Compare, Expr, Literal, Rule, RuleId, TypeKind};
use crate::syntax::ast::CompareOp;
use crate::value::functions::Function;

/// What a rule says to be wrong: that two amounts differ, or that the first exceeds the second.
pub(super) struct Claim<'r> {
    pub(super) id: RuleId,
    pub(super) rule: &'r Rule,
    pub(super) sense: Sense,
    pub(super) above: &'r Expr,
    pub(super) below: &'r Expr,
    pub(super) allowance: Option<&'r Expr>,
    /// The other conditions of the rule.
    pub(super) rest: Vec<Literal>,
}

impl<'r> Claim<'r> {
    /// The comparison of a rule that says that two amounts differ. Of several `!~` the first: the others say what else would
    /// do, such as twice the total. Else the only `!=`; else the only `>` or `<`. That something is not, or is more than, a
    /// certain number is a condition, not a claim.
    pub(super) fn of(input: &Input<'_>, id: RuleId, rule: &'r Rule) -> Option<Self> {
        let amounts = rule.body.iter().enumerate().filter_map(|(at, literal)| match literal {
            Literal::Compare(compare) if is_amount(input, rule, compare) => Some((at, compare)),
            _ => None,
        });
        let amounts: Vec<(usize, &Compare)> = amounts.collect();
        let of = |ops: &'static [CompareOp]| amounts.iter().filter(move |(_, compare)| ops.contains(&compare.op));
        let claim = |(at, compare): &(usize, &'r Compare), sense| {
            let (above, below) = match compare.op {
                CompareOp::Lt => (&compare.right, &compare.left),
                _ => (&compare.left, &compare.right),
            };
            let rest = cheap_first([&rule.body[..*at], &rule.body[at + 1..]].concat());
            Self { id, rule, sense, above, below, allowance: compare.allowance.as_ref(), rest }
        };
        if let Some(first) = of(&[CompareOp::Disagree]).next() {
            return Some(claim(first, Sense::Zero));
        }
        let is_const = |expr: &Expr| matches!(expr, Expr::Const(_));
        let free = |(_, compare): &&(usize, &Compare)| !is_const(&compare.left) && !is_const(&compare.right);
        let mut differ = of(&[CompareOp::Ne]).filter(free);
        if let Some(only) = differ.next() {
            return differ.next().is_none().then(|| claim(only, Sense::Zero));
        }
        let mut exceed = of(&[CompareOp::Lt, CompareOp::Gt]).filter(free);
        let only = exceed.next().filter(|_| exceed.next().is_none())?;
        Some(claim(only, Sense::AtMostZero))
    }
}

/// Negations, which look for rows and bind nothing, behind the conditions that only compute and compare what is bound.
fn cheap_first(body: Vec<Literal>) -> Vec<Literal> {
    let (mut ordered, mut negations) = (Vec::with_capacity(body.len()), Vec::new());
    for literal in body {
        match literal {
            Literal::Not(_) => negations.push(literal),
            Literal::Compare(_) | Literal::Bind(_) | Literal::Is(_) | Literal::Test(_) => ordered.push(literal),
            Literal::Atom(_) | Literal::Generate(_) | Literal::Unpack(_) | Literal::Aggregate(_) => {
                ordered.append(&mut negations);
                ordered.push(literal);
            }
        }
    }
    ordered.append(&mut negations);
    ordered
}

/// Whether both sides are amounts: exact numbers rather than texts, days or rows.
fn is_amount(input: &Input<'_>, rule: &Rule, compare: &Compare) -> bool {
    let amount = |expr: &Expr| match expr {
        Expr::Var(var) => {
            let kind = &input.program.types[rule.vars[var.index()].ty.index()].kind;
            matches!(kind, TypeKind::Money(_) | TypeKind::Decimal | TypeKind::Number | TypeKind::Percent)
        }
        Expr::Const(value) => decimal(value).is_some(),
        Expr::Call(function, ..) => {
            matches!(function, Function::Add | Function::Sub | Function::Mul | Function::Div | Function::Neg)
        }
        _ => false,
    };
    amount(&compare.left) && amount(&compare.right)
}
