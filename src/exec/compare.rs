//! Comparisons of values: the one place that says what `=`, `<` and `~` mean.

use std::hash::{Hash, Hasher};

use crate::syntax::ast::CompareOp;
use crate::value::functions::{self, EvalError, Function};
use crate::value::{Decimal, Value};

/// Whether `left op right`; for `~` and `!~` within `allowance`.
///
/// # Errors
/// When the two cannot be compared, or their difference does not fit.
pub fn holds(op: CompareOp, left: &Value, right: &Value, allowance: Option<&Value>) -> Result<bool, EvalError> {
    match op {
        CompareOp::Agree => agree(left, right, allowance),
        CompareOp::Disagree => agree(left, right, allowance).map(|agree| !agree),
        op => ordered(op, left, right),
    }
}

/// Whether two values are the same; a whole number is the same as that decimal.
#[must_use]
pub fn same(left: &Value, right: &Value) -> bool {
    left == right || functions::compare(left, right).is_some_and(std::cmp::Ordering::is_eq)
}

/// Hashes a value so that two that are the [`same`] come out alike: a whole number is the same as that decimal, and nothing
/// as an amount of nothing. `false` for what cannot be found by a hash: binary floating point numbers, which are compared by
/// themselves, and records.
#[must_use]
pub fn hash(value: &Value, hasher: &mut impl Hasher) -> bool {
    match value {
        Value::Number(number) => Decimal::from(*number).hash(hasher),
        Value::Unsigned(number) => Decimal::from(*number).hash(hasher),
        Value::Decimal(number) | Value::Money(number) => number.hash(hasher),
        Value::Date(date) => date.hash(hasher),
        Value::Symbol(text) => text.hash(hasher),
        Value::Row(row) => row.hash(hasher),
        Value::Float(_) | Value::Record(_) | Value::Nil => return false,
    }
    true
}

fn ordered(op: CompareOp, left: &Value, right: &Value) -> Result<bool, EvalError> {
    match op {
        CompareOp::Eq => return Ok(same(left, right)),
        CompareOp::Ne => return Ok(!same(left, right)),
        _ => {}
    }
    let order = functions::compare(left, right).ok_or(EvalError::NotDefined)?;
    Ok(op.admits(order))
}

/// Whether two amounts lie no further apart than `allowance`.
fn agree(left: &Value, right: &Value, allowance: Option<&Value>) -> Result<bool, EvalError> {
    let apart = functions::call(Function::Abs, &[functions::call(Function::Sub, &[left.clone(), right.clone()])?])?;
    let none = Value::Decimal(Decimal::ZERO);
    let allowance = allowance.unwrap_or(&none);
    if let (Value::Float(apart), other) = (&apart, allowance)
        && !matches!(other, Value::Float(_))
    {
        let Value::Float(limit) = functions::call(Function::ToFloat, std::slice::from_ref(other))? else {
            return Err(EvalError::NotDefined);
        };
        return Ok(apart <= &limit);
    }
    functions::compare(&apart, allowance).map(std::cmp::Ordering::is_le).ok_or(EvalError::NotDefined)
}
