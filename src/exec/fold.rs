//! What aggregates come to: the one place where both engines add.

use crate::ir::{AggregateOp, TypeKind};
use crate::value::functions::{self, EvalError, Function};
use crate::value::{Decimal, Float, Value};

/// The aggregate of `values`, a result of type `kind`. Of nothing, sums and counts are 0 and the others have none.
/// The order of the values makes no difference.
///
/// # Errors
/// When it has no value: a sum that does not fit.
pub fn fold(op: AggregateOp, kind: &TypeKind, values: &[Value]) -> Result<Option<Value>, EvalError> {
    match op {
        AggregateOp::Count => Ok(Some(count(kind, values.len()))),
        AggregateOp::Sum => sum(kind, values).map(Some),
        AggregateOp::Mean if values.is_empty() => Ok(None),
        AggregateOp::Mean => mean(kind, values).map(Some),
        AggregateOp::Min | AggregateOp::Max if values.is_empty() => Ok(None),
        AggregateOp::Min => functions::call(Function::Min, values).map(Some),
        AggregateOp::Max => functions::call(Function::Max, values).map(Some),
    }
}

/// A number of things as a value of `kind`.
#[must_use]
pub fn count(kind: &TypeKind, things: usize) -> Value {
    let things = u64::try_from(things).unwrap_or(u64::MAX);
    match kind {
        TypeKind::Unsigned => Value::Unsigned(things),
        TypeKind::Float => Value::Float(Float(things as f64)),
        TypeKind::Decimal => Value::Decimal(Decimal::from(things)),
        _ => Value::Number(i64::try_from(things).unwrap_or(i64::MAX)),
    }
}

fn sum(kind: &TypeKind, values: &[Value]) -> Result<Value, EvalError> {
    Ok(match kind {
        TypeKind::Unsigned => {
            let whole = whole_sum(values)?;
            Value::Unsigned(u64::try_from(whole).map_err(|_| EvalError::Overflow)?)
        }
        TypeKind::Float => Value::Float(Float(float_sum(values)?)),
        TypeKind::Decimal | TypeKind::Percent => Value::Decimal(decimal_sum(values)?),
        TypeKind::Money(_) => Value::Money(decimal_sum(values)?),
        _ => {
            let whole = whole_sum(values)?;
            Value::Number(i64::try_from(whole).map_err(|_| EvalError::Overflow)?)
        }
    })
}

fn mean(kind: &TypeKind, values: &[Value]) -> Result<Value, EvalError> {
    let number = u64::try_from(values.len()).unwrap_or(u64::MAX);
    let decimal = || decimal_sum(values)?.checked_div(Decimal::from(number)).ok_or(EvalError::Overflow);
    Ok(match kind {
        TypeKind::Float => Value::Float(Float(float_sum(values)? / number as f64)),
        TypeKind::Money(_) => Value::Money(decimal()?),
        _ => Value::Decimal(decimal()?),
    })
}

/// In 128 bits, so that no partial sum overflows.
fn whole_sum(values: &[Value]) -> Result<i128, EvalError> {
    values.iter().try_fold(0_i128, |sum, value| match value {
        Value::Number(number) => Ok(sum + i128::from(*number)),
        Value::Unsigned(number) => Ok(sum + i128::from(*number)),
        _ => Err(EvalError::NotDefined),
    })
}

/// Smallest first, so that the order in which rows come does not show in the last bits.
fn float_sum(values: &[Value]) -> Result<f64, EvalError> {
    let mut floats = values.iter().map(float).collect::<Result<Vec<Float>, _>>()?;
    floats.sort_unstable();
    Ok(floats.iter().map(|float| float.0).sum())
}

fn float(value: &Value) -> Result<Float, EvalError> {
    match value {
        Value::Float(float) => Ok(*float),
        Value::Number(number) => Ok(Float(*number as f64)),
        Value::Unsigned(number) => Ok(Float(*number as f64)),
        _ => Err(EvalError::NotDefined),
    }
}

fn decimal_sum(values: &[Value]) -> Result<Decimal, EvalError> {
    values.iter().try_fold(Decimal::ZERO, |sum, value| {
        let next = match value {
            Value::Decimal(decimal) | Value::Money(decimal) => *decimal,
            Value::Number(number) => Decimal::from(*number),
            Value::Unsigned(number) => Decimal::from(*number),
            _ => return Err(EvalError::NotDefined),
        };
        sum.checked_add(next).ok_or(EvalError::Overflow)
    })
}
