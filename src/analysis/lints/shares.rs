//! Shares that are compared with a number of percent without its sign: `rate < 90`.

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::ir::{Compare, Expr, Literal, Program, Rule, TypeKind};
use crate::source::SourceMap;
use crate::text;
use crate::value::{Decimal, Value};

pub(super) fn check(program: &Program, rule: &Rule, sources: &SourceMap, report: &mut Report) {
    body(&rule.body, &mut |compare| {
        let sides = [(&compare.left, &compare.right), (&compare.right, &compare.left)];
        let is_share = |expr: &Expr| match expr {
            Expr::Var(var) => program.types[rule.vars[var.index()].ty.index()].kind == TypeKind::Percent,
            _ => false,
        };
        for (_, limit) in sides.into_iter().filter(|(share, _)| is_share(share)) {
            // What is written with its sign, or is a parameter, is meant so.
            let Expr::Const(Value::Decimal(limit)) = limit else { continue };
            let written = sources.text(compare.span);
            if limit.is_integer() && limit.abs() > Decimal::ONE && !written.contains(['%', '％', '$']) {
                report.push(share(&written, *limit).at(compare.span));
            }
        }
    });
}

fn body(literals: &[Literal], see: &mut dyn FnMut(&Compare)) {
    for literal in literals {
        match literal {
            Literal::Compare(compare) => see(compare),
            Literal::Not(negation) => body(&negation.body, see),
            Literal::Aggregate(aggregate) => body(&aggregate.body, see),
            _ => {}
        }
    }
}

fn share(written: &str, limit: Decimal) -> Diagnostic {
    let (limit, whole) = (limit.normalize(), (limit * Decimal::ONE_HUNDRED).normalize());
    let message = text!(
        "`{written}` 拿比率与 {limit} 比，{limit} 就是 {whole}%",
        "`{written}` compares a share with {limit}, which is {whole}%"
    );
    let help = text!("百分之 {limit} 写 `{limit}%`", "{limit} percent is written `{limit}%`");
    Diagnostic::warning(Code::ShareWithoutPercent, message).help(help)
}
