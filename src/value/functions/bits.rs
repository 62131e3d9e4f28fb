//! Bits and logic of whole numbers.

use super::{EvalError, Function, Value};

/// A function of two whole numbers.
pub(super) fn binary(function: Function, left: &Value, right: &Value) -> Result<Value, EvalError> {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => {
            let result = if function == Function::ShiftRight {
                a >> (b & 63)
            } else {
                words(function, a.cast_unsigned(), b.cast_unsigned())?.cast_signed()
            };
            Ok(Value::Number(result))
        }
        (Value::Unsigned(a), Value::Unsigned(b)) => words(function, *a, *b).map(Value::Unsigned),
        _ => Err(EvalError::NotDefined),
    }
}

fn words(function: Function, a: u64, b: u64) -> Result<u64, EvalError> {
    Ok(match function {
        Function::BitAnd => a & b,
        Function::BitOr => a | b,
        Function::BitXor => a ^ b,
        Function::ShiftLeft => a << (b & 63),
        Function::ShiftRight | Function::ShiftRightUnsigned => a >> (b & 63),
        Function::LogicalAnd => u64::from(a != 0 && b != 0),
        Function::LogicalOr => u64::from(a != 0 || b != 0),
        Function::LogicalXor => u64::from((a != 0) != (b != 0)),
        _ => return Err(EvalError::NotDefined),
    })
}

/// `bnot` and `lnot`.
pub(super) fn unary(function: Function, value: &Value) -> Result<Value, EvalError> {
    Ok(match (function, value) {
        (Function::BitNot, Value::Number(number)) => Value::Number(!number),
        (Function::BitNot, Value::Unsigned(number)) => Value::Unsigned(!number),
        (Function::LogicalNot, Value::Number(number)) => Value::Number(i64::from(*number == 0)),
        (Function::LogicalNot, Value::Unsigned(number)) => Value::Unsigned(u64::from(*number == 0)),
        _ => return Err(EvalError::NotDefined),
    })
}
