//! [`Arrival`]: the order of rows where it matters which comes first.

use std::cmp::Ordering;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Input;
use crate::facts::store::Symbols;
use crate::ir::{Expr, Literal, Term};
use crate::value::Value;

/// Texts come in the order in which they first stand in the program, then in that in which they were loaded, then by
/// themselves; all else comes by value. (Soufflé numbers texts so, and looks at rows in the order of the numbers.)
#[derive(Debug)]
pub struct Arrival {
    written: FxHashMap<Arc<str>, usize>,
}

impl Arrival {
    /// Of the texts of a run.
    #[must_use]
    pub fn of(input: &Input) -> Self {
        let mut arrival = Self { written: FxHashMap::default() };
        let program = input.program;
        for rule in program.strata.iter().flat_map(|stratum| &stratum.rules) {
            let rule = &program.rules[rule.index()];
            rule.body.iter().for_each(|literal| arrival.literal(literal));
            rule.args.iter().for_each(|arg| arrival.expr(arg));
        }
        arrival
    }

    /// Which of two values comes first; `symbols` are those of the facts.
    #[must_use]
    pub fn compare(&self, symbols: &Symbols, one: &Value, other: &Value) -> Ordering {
        match (one, other) {
            (Value::Symbol(one), Value::Symbol(other)) => self.place(symbols, one).cmp(&self.place(symbols, other)),
            _ => one.cmp(other),
        }
    }

    /// Which of two rows comes first.
    #[must_use]
    pub fn compare_rows(&self, symbols: &Symbols, one: &[Value], other: &[Value]) -> Ordering {
        let differing = one.iter().zip(other).map(|(one, other)| self.compare(symbols, one, other));
        differing.fold(Ordering::Equal, Ordering::then)
    }

    fn place<'t>(&self, symbols: &Symbols, text: &'t str) -> (u8, usize, &'t str) {
        if let Some(at) = self.written.get(text) {
            return (0, *at, "");
        }
        symbols.get(text).map_or((2, 0, text), |number| (1, number as usize, ""))
    }

    fn value(&mut self, value: &Value) {
        if let Value::Symbol(text) = value {
            let next = self.written.len();
            self.written.entry(Arc::clone(text)).or_insert(next);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Const(value) => self.value(value),
            Expr::Call(_, args, _) | Expr::Record(args) => args.iter().for_each(|arg| self.expr(arg)),
            Expr::Field(inner, _) => self.expr(inner),
            Expr::If(_, yes, no) | Expr::Else(yes, no) => [yes, no].into_iter().for_each(|arg| self.expr(arg)),
            Expr::Var(_) | Expr::Precision(..) => {}
        }
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Atom(atom) => atom.args.iter().for_each(|(_, term)| {
                if let Term::Const(value) = term {
                    self.value(value);
                }
            }),
            Literal::Not(not) => not.body.iter().for_each(|literal| self.literal(literal)),
            Literal::Aggregate(aggregate) => aggregate.body.iter().for_each(|literal| self.literal(literal)),
            Literal::Compare(compare) => [&compare.left, &compare.right].into_iter().for_each(|side| self.expr(side)),
            Literal::Bind(bind) => self.expr(&bind.expr),
            Literal::Unpack(unpack) => self.expr(&unpack.record),
            Literal::Test(test) => test.args.iter().for_each(|arg| self.expr(arg)),
            Literal::Generate(generate) => generate.args.iter().for_each(|arg| self.expr(arg)),
            Literal::Is(_) => {}
        }
    }
}
