//! Aggregates.

use super::{Builder, Conditions};
use crate::analysis::Mode;
use crate::analysis::hir::{Aggregate, Cond, Expr, Role};
use crate::analysis::infer::Constraint;
use crate::analysis::types::Types;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::ir::AggregateOp;
use crate::syntax::ast::{self, ArgKind, Literal};
use crate::text;

impl Builder<'_, '_> {
    pub(super) fn aggregate(&mut self, aggregate: &ast::Aggregate, here: &mut Conditions) -> Option<Expr> {
        let op = self.aggregate_op(aggregate)?;
        if let (AggregateOp::Count, Some(target), Mode::Plain) = (op, &aggregate.target, self.infer.mode) {
            let message = text!("`count` 只数行，前面不写值", "`count` counts rows and takes no value");
            let help = text!("写成 `count : {{ 条件 }}`", "it is written `count : {{ conditions }}`");
            self.complain(Diagnostic::error(Code::WrongArguments, message).at(target.span).help(help));
        }
        let inner = self.enter(here.scope);
        self.all_braces.push(inner);
        if self.display.is_none() {
            self.braces.push(inner);
        }
        let mut body = Conditions::of(inner);
        let conjunctions = match conjunction(aggregate) {
            Ok(conjunction) => conjunction,
            Err(complaint) => {
                self.complain(*complaint);
                return None;
            }
        };
        // `min x + y : { r(x, y) }` has the rows at the minimum as its witnesses, as Soufflé has it; a lone variable is only the
        // name of the value.
        let has_witnesses = self.infer.mode == Mode::Plain && matches!(op, AggregateOp::Min | AggregateOp::Max);
        let own = aggregate.target.as_ref().filter(|target| !has_witnesses || matches!(target.kind, ArgKind::Var(_)));
        self.declare_aggregate(own, &conjunctions, inner);
        self.conjunction(&conjunctions, &mut body);
        let target = aggregate.target.as_ref().map(|target| self.expr(target, &mut body));
        let result = self.made("", here.scope, aggregate.span);
        self.vars[result.index()].role = Role::Result;
        let node = self.vars[result.index()].node;
        if op == AggregateOp::Count {
            let number = self.infer.known(Types::NUMBER, aggregate.span);
            self.infer.unify(node, number, aggregate.span);
        }
        let constraint = Constraint::Aggregate {
            op,
            target: target.as_ref().map(|target| (target.node, target.span)),
            result: node,
        };
        self.infer.constrain(aggregate.span, constraint);
        here.list.push(Cond::Aggregate(Box::new(Aggregate {
            result,
            op,
            op_name: aggregate.op.clone(),
            target: target.filter(|_| op != AggregateOp::Count || aggregate.distinct),
            distinct: aggregate.distinct,
            body: body.list,
            scope: inner,
            span: aggregate.span,
        })));
        Some(self.var_expr(result, aggregate.span))
    }

    fn aggregate_op(&mut self, aggregate: &ast::Aggregate) -> Option<AggregateOp> {
        let op = match aggregate.op.text.as_str() {
            "count" => AggregateOp::Count,
            "sum" => AggregateOp::Sum,
            "min" => AggregateOp::Min,
            "max" => AggregateOp::Max,
            "mean" | "avg" => AggregateOp::Mean,
            other => {
                let near = nearest(other, ["count", "sum", "min", "max", "mean"]);
                let complaint = Diagnostic::error(
                    Code::UnknownFunction,
                    text!("没有名为 `{other}` 的汇总", "there is no aggregate `{other}`"),
                )
                .at(aggregate.op.span)
                .help(text!("有：count、sum、min、max、mean", "there are: count, sum, min, max, mean"));
                let complaint = match near {
                    Some(near) => complaint.fix(aggregate.op.span, near),
                    None => complaint,
                };
                self.complain(complaint);
                return None;
            }
        };
        if aggregate.target.is_none() && op != AggregateOp::Count {
            let name = &aggregate.op.text;
            self.complain(
                Diagnostic::error(
                    Code::AggregateTarget,
                    text!("`{name}` 要写明对什么汇总", "`{name}` needs what it is taken over"),
                )
                .at(aggregate.op.span)
                .help(text!("写 `{name} x : {{ … }}`", "write `{name} x : {{ … }}`")),
            );
            return None;
        }
        Some(op)
    }
}

/// The condition in braces as one conjunction: groups are kept, they are filters there.
fn conjunction(aggregate: &ast::Aggregate) -> Result<Vec<&Literal>, Box<Diagnostic>> {
    match &aggregate.body.alternatives[..] {
        [] => Ok(Vec::new()),
        [one] => Ok(one.iter().collect()),
        _ => Err(Box::new(
            Diagnostic::error(
                Code::Unsupported,
                text!("花括号里不能直接用“或者”", "alternatives cannot stand in braces"),
            )
            .at(aggregate.body.span)
            .help(text!(
                "先写一条规则把两种情形合在一起，再对它合计",
                "write a rule that joins the alternatives first, and aggregate over that"
            )),
        )),
    }
}
