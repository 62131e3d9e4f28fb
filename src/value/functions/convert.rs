//! One type to another. Texts are read strictly: `12万` is no number.

use std::str::FromStr;

use super::{EvalError, Value};
use crate::value::{Decimal, Float, Reason, parse_date, parse_decimal, parse_number};

/// `to_number`
pub(super) fn to_number(value: &Value) -> Result<Value, EvalError> {
    let number = match value {
        Value::Number(number) => Some(*number),
        Value::Unsigned(number) => i64::try_from(*number).ok(),
        Value::Float(float) => whole(float.0).and_then(|whole| i64::try_from(whole).ok()),
        Value::Decimal(decimal) => i64::try_from(decimal.trunc().mantissa()).ok(),
        Value::Symbol(text) => {
            let number = radix(text).map_or_else(|| parse_number(text).map_err(refused), Ok);
            return number.map(Value::Number);
        }
        _ => return Err(EvalError::NotDefined),
    };
    number.map(Value::Number).ok_or(EvalError::Overflow)
}

/// The number that `0x…` or `0b…` writes, with or without a sign.
fn radix(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (radix, digits) = match (digits.strip_prefix("0x"), digits.strip_prefix("0b")) {
        (Some(digits), _) => (16, digits),
        (_, Some(digits)) => (2, digits),
        _ => return None,
    };
    let plain = digits.starts_with(|c: char| c.is_ascii_hexdigit());
    plain.then(|| i64::from_str_radix(&format!("{sign}{digits}"), radix).ok()).flatten()
}

/// `to_unsigned`
pub(super) fn to_unsigned(value: &Value) -> Result<Value, EvalError> {
    let number = match value {
        Value::Number(number) => u64::try_from(*number).ok(),
        Value::Unsigned(number) => Some(*number),
        Value::Float(float) => whole(float.0).and_then(|whole| u64::try_from(whole).ok()),
        Value::Decimal(decimal) => u64::try_from(decimal.trunc().mantissa()).ok(),
        Value::Symbol(text) => u64::from_str(text).ok(),
        _ => return Err(EvalError::NotDefined),
    };
    number.map(Value::Unsigned).ok_or(EvalError::Overflow)
}

/// The whole part of a double.
fn whole(float: f64) -> Option<i128> {
    let cut = float.trunc();
    // Beyond 2^65 in either direction no 64-bit number is near; below that the conversion is exact.
    (cut.abs() < 3.7e19).then_some(cut as i128)
}

/// `to_float`
pub(super) fn to_float(value: &Value) -> Result<Value, EvalError> {
    let float = match value {
        Value::Number(number) => *number as f64,
        Value::Unsigned(number) => *number as f64,
        Value::Float(float) => float.0,
        Value::Decimal(decimal) => f64::from_str(&decimal.to_string()).map_err(|_| EvalError::NotDefined)?,
        Value::Symbol(text) => f64::from_str(text).map_err(|_| EvalError::NotDefined)?,
        _ => return Err(EvalError::NotDefined),
    };
    Ok(Value::Float(Float(float)))
}

/// `to_decimal`
pub(super) fn to_decimal(value: &Value) -> Result<Value, EvalError> {
    match value {
        Value::Number(number) => Ok(Value::Decimal(Decimal::from(*number))),
        Value::Unsigned(number) => Ok(Value::Decimal(Decimal::from(*number))),
        Value::Decimal(_) => Ok(value.clone()),
        Value::Symbol(text) => parse_decimal(text).map(Value::Decimal).map_err(refused),
        _ => Err(EvalError::NotDefined),
    }
}

/// `to_date`
pub(super) fn to_date(text: &str) -> Result<Value, EvalError> {
    parse_date(text.trim()).map(Value::Date).map_err(refused)
}

fn refused(reason: Reason) -> EvalError {
    match reason {
        Reason::OutOfRange | Reason::TooManyDigits => EvalError::Overflow,
        _ => EvalError::NotDefined,
    }
}
