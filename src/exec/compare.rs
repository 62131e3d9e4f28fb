//! Comparisons of values: the one place that says what `=`, `<` and `~` mean.

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
