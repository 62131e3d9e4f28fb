//! What relations and expressions need the reference engine.

use crate::exec::dominance::Dominance;
use crate::ir::{Expr, Literal, Program, Relation, RelationId, Rule, Stratum};
use crate::value::functions::Function;

/// Whether not all rows that rules derive stay in a relation: which do depends on the order in which they come.
#[must_use]
pub fn weighs(relation: &Relation) -> bool {
    !relation.choice.is_empty() || !relation.subsumption.is_empty()
}

/// Whether which rows of a relation stay may change with relations that are not complete yet.
#[must_use]
pub fn relation(program: &Program, id: RelationId, stratum: &Stratum) -> bool {
    let clauses = Dominance::of(&program.relations[id.index()], id);
    clauses.iter().any(|clause| clause.reads(&stratum.relations))
}

/// Whether a rule counts, or asks for rows inside an expression.
#[must_use]
pub fn rule(rule: &Rule) -> bool {
    rule.args.iter().any(expr) || rule.body.iter().any(literal)
}

fn literal(literal: &Literal) -> bool {
    match literal {
        Literal::Atom(_) | Literal::Is(_) => false,
        Literal::Not(not) => not.body.iter().any(self::literal),
        Literal::Generate(generate) => generate.args.iter().any(expr),
        Literal::Compare(compare) => {
            expr(&compare.left) || expr(&compare.right) || compare.allowance.as_ref().is_some_and(expr)
        }
        Literal::Bind(bind) => expr(&bind.expr),
        Literal::Unpack(unpack) => expr(&unpack.record),
        Literal::Aggregate(aggregate) => {
            aggregate.target.as_ref().is_some_and(expr) || aggregate.body.iter().any(self::literal)
        }
        Literal::Test(test) => test.args.iter().any(expr),
    }
}

fn expr(expr: &Expr) -> bool {
    match expr {
        Expr::Var(_) | Expr::Const(_) | Expr::Precision(..) => false,
        Expr::Call(function, args, _) => *function == Function::Counter || args.iter().any(self::expr),
        Expr::Record(fields) => fields.iter().any(self::expr),
        Expr::Field(record, _) => self::expr(record),
        Expr::If(condition, yes, no) => {
            let simple = matches!(**condition, Literal::Compare(_) | Literal::Is(_) | Literal::Test(_));
            !simple || literal(condition) || self::expr(yes) || self::expr(no)
        }
        Expr::Else(first, second) => self::expr(first) || self::expr(second),
    }
}
