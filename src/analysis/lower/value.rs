//! Expressions and constants, now that their types are known.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Lower;
use crate::analysis::hir::{self, Kind};
use crate::analysis::types::{Class, Types};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Expr, Term};
use crate::source::Span;
use crate::syntax::ast::Const;
use crate::text;
use crate::value::functions::Function;
use crate::value::{Decimal, Float, Value, parse_date};

impl Lower<'_, '_> {
    /// `expr`, all of whose variables are bound.
    pub(in crate::analysis) fn expr(&mut self, expr: &hir::Expr) -> Expr {
        match &expr.kind {
            Kind::Var(var) => match self.inner_field(*var) {
                Some((row, position)) => {
                    let row = hir::Expr { kind: Kind::Var(row), span: expr.span, node: self.vars[row.index()].node };
                    Expr::Field(Box::new(self.expr(&row)), position)
                }
                None => Expr::Var(*var),
            },
            Kind::Unnamed => Expr::Const(Value::Nil),
            Kind::Nil => {
                self.check_nil(expr);
                Expr::Const(Value::Nil)
            }
            Kind::Const(constant) => Expr::Const(self.constant(constant, self.infer.class(expr.node), expr.span)),
            Kind::Call(function, args) => {
                let args = args.iter().map(|arg| self.expr(arg)).collect();
                Expr::Call(*function, args, expr.span)
            }
            Kind::Record(args) => Expr::Record(self.record_fields(expr, args)),
            Kind::Branch(name, args) => {
                let number = self.infer.types.branch(&name.text).map_or(0, |(_, number, _)| number);
                let mut fields = vec![Expr::Const(branch_number(number))];
                fields.extend(args.iter().map(|arg| self.expr(arg)).collect::<Vec<_>>());
                Expr::Record(fields)
            }
            Kind::If(cond, then, other) => {
                let mut bound = BTreeSet::new();
                cond.variables(&mut |var| {
                    bound.insert(self.needed(var));
                });
                let mut conds = self.order(vec![(**cond).clone()], &mut bound, 0);
                let (then, other) = (self.expr(then), self.expr(other));
                match conds.pop() {
                    Some(cond) => Expr::If(Arc::new(cond), Box::new(then), Box::new(other)),
                    None => then,
                }
            }
            Kind::Else(first, second) => Expr::Else(Box::new(self.expr(first)), Box::new(self.expr(second))),
            Kind::Cast(inner, _) => self.cast(inner, expr),
            Kind::Allowance => self.first_allowance.clone().unwrap_or(Expr::Const(Value::Money(Decimal::ZERO))),
        }
    }

    fn record_fields(&mut self, record: &hir::Expr, args: &[hir::Expr]) -> Vec<Expr> {
        let declared = self.infer.ty(record.node).and_then(|ty| self.infer.types.record(ty).map(<[_]>::to_vec));
        args.iter()
            .enumerate()
            .map(|(at, arg)| {
                let wanted =
                    declared.as_ref().and_then(|fields| fields.get(at)).map(|(_, ty)| self.infer.types.class(*ty));
                let value = self.expr(arg);
                self.widen(value, self.infer.class(arg.node), wanted, arg.span)
            })
            .collect()
    }

    fn check_nil(&mut self, expr: &hir::Expr) {
        let is_record = self.infer.ty(expr.node).is_none_or(|ty| self.infer.types.record(ty).is_some());
        if !is_record {
            let (zh, en) = self.infer.ty(expr.node).map(|ty| self.infer.types.words(ty)).unwrap_or_default();
            self.complain(
                Diagnostic::error(
                    Code::TypeMismatch,
                    text!("`nil` 是空记录，这里要的是{zh}", "`nil` is the empty record, {en} is needed here"),
                )
                .at(expr.span),
            );
        }
    }

    fn cast(&mut self, inner: &hir::Expr, outer: &hir::Expr) -> Expr {
        let value = self.expr(inner);
        let (from, to) = (self.infer.class(inner.node), self.infer.class(outer.node));
        let function = match (from, to) {
            (Some(from), Some(to)) if from == to => return value,
            (_, Some(Class::Number)) if from == Some(Class::Symbol) => Function::Ord,
            (_, Some(Class::Number)) => Function::ToNumber,
            (_, Some(Class::Unsigned)) => Function::ToUnsigned,
            (_, Some(Class::Float)) => Function::ToFloat,
            (_, Some(Class::Decimal | Class::Percent)) => Function::ToDecimal,
            (Some(from), Some(Class::Symbol)) => return self.text_of(value, from, outer.span),
            _ => return value,
        };
        Expr::Call(function, vec![value], outer.span)
    }

    /// The text whose number a cast makes a text again. Of other numbers nobody knows which text they stand for.
    fn text_of(&mut self, value: Expr, from: Class, span: Span) -> Expr {
        if let Expr::Call(Function::Ord, args, _) = &value
            && let [text] = &args[..]
        {
            return text.clone();
        }
        let (zh, en) = self.infer.types.words(base_of(from));
        self.complain(
            Diagnostic::error(
                Code::Unsupported,
                text!(
                    "{zh}不是哪个文字的编号，不能当作文字",
                    "{en} is not the number of a text here, and cannot be taken for one"
                ),
            )
            .at(span)
            .help(text!("要写成文字，用 `to_string(…)`", "to write it as a text, use `to_string(…)`")),
        );
        value
    }

    /// A whole number where a decimal is needed is made one.
    pub(in crate::analysis) fn widen(
        &mut self,
        value: Expr,
        from: Option<Class>,
        to: Option<Class>,
        span: Span,
    ) -> Expr {
        let whole = matches!(from, Some(Class::Number | Class::Unsigned));
        match (whole, to, value) {
            (true, Some(Class::Decimal | Class::Percent), Expr::Const(Value::Number(number))) => {
                Expr::Const(Value::Decimal(Decimal::from(number)))
            }
            (true, Some(Class::Decimal | Class::Percent), value) => Expr::Call(Function::ToDecimal, vec![value], span),
            (true, Some(Class::Money), Expr::Const(Value::Number(0))) => Expr::Const(Value::Money(Decimal::ZERO)),
            (_, _, value) => value,
        }
    }

    /// What an atom or pattern asks for; none for `_`.
    pub(super) fn term(&mut self, expr: &hir::Expr) -> Option<Term> {
        match &expr.kind {
            Kind::Var(var) => Some(Term::Var(*var)),
            Kind::Const(constant) => Some(Term::Const(self.constant(constant, self.infer.class(expr.node), expr.span))),
            Kind::Nil => {
                self.check_nil(expr);
                Some(Term::Const(Value::Nil))
            }
            _ => None,
        }
    }

    /// A literal of the text as a value of the type that its context asks for.
    pub(super) fn constant(&mut self, constant: &Const, class: Option<Class>, span: Span) -> Value {
        let value = match (constant, class) {
            (Const::Number(number), Some(Class::Unsigned)) => u64::try_from(*number).ok().map(Value::Unsigned),
            (Const::Number(number), Some(Class::Float)) => Some(Value::Float(Float(whole_to_float(*number)))),
            (Const::Number(number), Some(Class::Decimal | Class::Percent)) => decimal_of(*number).map(Value::Decimal),
            (Const::Number(0), Some(Class::Money)) => Some(Value::Money(Decimal::ZERO)),
            (Const::Number(number), _) => i64::try_from(*number).ok().map(Value::Number),
            (Const::Unsigned(number), _) => Some(Value::Unsigned(*number)),
            (Const::Decimal(_, written) | Const::Float(written), Some(Class::Float)) => {
                written.parse().ok().map(|float| Value::Float(Float(float)))
            }
            (Const::Decimal(value, _) | Const::Percent(value), _) => Some(Value::Decimal(*value)),
            (Const::Float(written), _) => written.parse().ok().map(|float| Value::Float(Float(float))),
            (Const::Money(amount, unit), _) => unit.to_yuan(*amount).map(Value::Money),
            (Const::Text(text), Some(Class::Date)) => return self.date(text, span),
            (Const::Text(text), _) => Some(Value::symbol(text.as_str())),
        };
        value.unwrap_or_else(|| {
            let (zh, en) = class.map_or_else(
                || ("整数".to_owned(), "a whole number".to_owned()),
                |class| self.infer.types.words(base_of(class)),
            );
            let written = self.quoted(span);
            self.complain(
                Diagnostic::error(
                    Code::BadNumber,
                    text!("`{written}` 超出了{zh}的范围", "`{written}` is out of the range of {en}"),
                )
                .at(span),
            );
            Value::Number(0)
        })
    }

    fn date(&mut self, text: &str, span: Span) -> Value {
        match parse_date(text) {
            Ok(date) => Value::Date(date),
            Err(_) => {
                self.complain(
                    Diagnostic::error(Code::TypeMismatch, text!("`{text}` 不是日期", "`{text}` is no day"))
                        .at(span)
                        .help(text!("写成 \"2020-03-01\"", "write it as \"2020-03-01\"")),
                );
                Value::symbol(text)
            }
        }
    }
}

/// The number of a branch as its first field.
pub(super) fn branch_number(number: usize) -> Value {
    Value::Number(i64::try_from(number).expect("fewer than 2^63 branches"))
}

/// The built-in type of a class of plain values.
fn base_of(class: Class) -> crate::ir::TypeId {
    match class {
        Class::Number => Types::NUMBER,
        Class::Unsigned => Types::UNSIGNED,
        Class::Float => Types::FLOAT,
        Class::Decimal => Types::DECIMAL,
        Class::Percent => Types::PERCENT,
        Class::Money => Types::MONEY,
        Class::Date => Types::DATE,
        Class::Symbol | Class::Row(_) => Types::SYMBOL,
        Class::Generated(id) | Class::Structure(id) => id,
    }
}

fn decimal_of(number: i128) -> Option<Decimal> {
    Decimal::try_from_i128_with_scale(number, 0).ok()
}

#[allow(clippy::cast_precision_loss)] // that is what the type float means
fn whole_to_float(number: i128) -> f64 {
    number as f64
}
