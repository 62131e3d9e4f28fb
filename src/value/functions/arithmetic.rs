//! Arithmetic: whole numbers checked in 64 bits, decimals and money to 28 digits.
//!
//! Sums, differences and products of decimals are exact as long as they need no more than 28 digits, and rounded to
//! 28 half to even beyond that, as quotients are. Doubles follow IEEE.

use super::{EvalError, Function, Value};
use crate::value::{Date, Decimal, Float};

/// Two operands brought to one type.
enum Pair {
    Numbers(i64, i64),
    Unsigned(u64, u64),
    Floats(f64, f64),
    Decimals(Decimal, Decimal),
    Money(Decimal, Decimal),
    MoneyByDecimal(Decimal, Decimal),
    DecimalByMoney(Decimal, Decimal),
    Days(Date, i64),
    Dates(Date, Date),
}

/// `a ∘ b` for the five operators with two operands and `^`.
pub(super) fn binary(function: Function, left: &Value, right: &Value) -> Result<Value, EvalError> {
    let pair = pair(left, right).ok_or(EvalError::NotDefined)?;
    match pair {
        Pair::Numbers(a, b) => numbers(function, a, b).map(Value::Number),
        Pair::Unsigned(a, b) => unsigned(function, a, b).map(Value::Unsigned),
        Pair::Floats(a, b) => floats(function, a, b).map(|value| Value::Float(Float(value))),
        Pair::Decimals(a, b) => decimals(function, a, b).map(Value::Decimal),
        Pair::Money(a, b) => match function {
            Function::Add | Function::Sub | Function::Rem => decimals(function, a, b).map(Value::Money),
            Function::Div => decimals(function, a, b).map(Value::Decimal),
            _ => Err(EvalError::NotDefined),
        },
        Pair::MoneyByDecimal(a, b) => match function {
            Function::Mul | Function::Div => decimals(function, a, b).map(Value::Money),
            // The one bare number that is an amount: 0.
            Function::Add | Function::Sub if b.is_zero() => Ok(Value::Money(a)),
            _ => Err(EvalError::NotDefined),
        },
        Pair::DecimalByMoney(a, b) => match function {
            Function::Mul => decimals(function, a, b).map(Value::Money),
            Function::Add | Function::Sub if a.is_zero() => decimals(function, a, b).map(Value::Money),
            _ => Err(EvalError::NotDefined),
        },
        Pair::Days(date, days) => match function {
            Function::Add => later(date, days),
            Function::Sub => later(date, days.checked_neg().ok_or(EvalError::Overflow)?),
            _ => Err(EvalError::NotDefined),
        },
        Pair::Dates(a, b) if function == Function::Sub => Ok(Value::Number(super::dates::between(b, a))),
        Pair::Dates(..) => Err(EvalError::NotDefined),
    }
}

fn pair(left: &Value, right: &Value) -> Option<Pair> {
    Some(match (left, right) {
        (Value::Number(a), Value::Number(b)) => Pair::Numbers(*a, *b),
        (Value::Unsigned(a), Value::Unsigned(b)) => Pair::Unsigned(*a, *b),
        (Value::Float(a), Value::Float(b)) => Pair::Floats(a.0, b.0),
        (Value::Money(a), Value::Money(b)) => Pair::Money(*a, *b),
        (Value::Money(a), other) => Pair::MoneyByDecimal(*a, decimal(other)?),
        (other, Value::Money(b)) => Pair::DecimalByMoney(decimal(other)?, *b),
        (Value::Date(a), Value::Number(b)) => Pair::Days(*a, *b),
        (Value::Date(a), Value::Date(b)) => Pair::Dates(*a, *b),
        (a, b) => Pair::Decimals(decimal(a)?, decimal(b)?),
    })
}

/// A number as a decimal.
pub(super) fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Some(Decimal::from(*number)),
        Value::Unsigned(number) => Some(Decimal::from(*number)),
        Value::Decimal(decimal) => Some(*decimal),
        _ => None,
    }
}

fn numbers(function: Function, a: i64, b: i64) -> Result<i64, EvalError> {
    if matches!(function, Function::Div | Function::Rem) && b == 0 {
        return Err(EvalError::DivisionByZero);
    }
    match function {
        Function::Add => a.checked_add(b),
        Function::Sub => a.checked_sub(b),
        Function::Mul => a.checked_mul(b),
        Function::Div => a.checked_div(b),
        // The one case that `checked_rem` refuses, i64::MIN % −1, is 0.
        Function::Rem => Some(a.checked_rem(b).unwrap_or(0)),
        Function::Pow => return power(a, b),
        _ => return Err(EvalError::NotDefined),
    }
    .ok_or(EvalError::Overflow)
}

/// `a ^ b`; for a negative `b` the quotient 1 / a^−b cut towards zero, as for other quotients of whole numbers.
fn power(a: i64, b: i64) -> Result<i64, EvalError> {
    match (a, u32::try_from(b)) {
        (0, _) if b < 0 => Err(EvalError::DivisionByZero),
        (0 | 1, _) => Ok(if b == 0 { 1 } else { a }),
        (-1, _) => Ok(if b % 2 == 0 { 1 } else { -1 }),
        (_, Ok(b)) => a.checked_pow(b).ok_or(EvalError::Overflow),
        (_, Err(_)) if b < 0 => Ok(0),
        (_, Err(_)) => Err(EvalError::Overflow),
    }
}

fn unsigned(function: Function, a: u64, b: u64) -> Result<u64, EvalError> {
    if matches!(function, Function::Div | Function::Rem) && b == 0 {
        return Err(EvalError::DivisionByZero);
    }
    match function {
        Function::Add => a.checked_add(b),
        Function::Sub => a.checked_sub(b),
        Function::Mul => a.checked_mul(b),
        Function::Div => a.checked_div(b),
        Function::Rem => a.checked_rem(b),
        Function::Pow if a < 2 => Some(if b == 0 { 1 } else { a }),
        Function::Pow => u32::try_from(b).ok().and_then(|b| a.checked_pow(b)),
        _ => return Err(EvalError::NotDefined),
    }
    .ok_or(EvalError::Overflow)
}

fn floats(function: Function, a: f64, b: f64) -> Result<f64, EvalError> {
    Ok(match function {
        Function::Add => a + b,
        Function::Sub => a - b,
        Function::Mul => a * b,
        Function::Div => a / b,
        Function::Rem => a % b,
        Function::Pow => a.powf(b),
        _ => return Err(EvalError::NotDefined),
    })
}

fn decimals(function: Function, a: Decimal, b: Decimal) -> Result<Decimal, EvalError> {
    if matches!(function, Function::Div | Function::Rem) && b.is_zero() {
        return Err(EvalError::DivisionByZero);
    }
    match function {
        Function::Add => a.checked_add(b),
        Function::Sub => a.checked_sub(b),
        Function::Mul => a.checked_mul(b),
        Function::Div => a.checked_div(b),
        Function::Rem => a.checked_rem(b),
        Function::Pow => return decimal_power(a, b),
        _ => return Err(EvalError::NotDefined),
    }
    .ok_or(EvalError::Overflow)
}

/// `a ^ b` for a whole `b`, by squaring.
fn decimal_power(a: Decimal, b: Decimal) -> Result<Decimal, EvalError> {
    let whole = b.normalize();
    if whole.scale() > 0 {
        return Err(EvalError::NotDefined);
    }
    let mut left = u64::try_from(whole.mantissa().unsigned_abs()).map_err(|_| EvalError::Overflow)?;
    let (mut base, mut result) = (a, Decimal::ONE);
    while left > 0 {
        if left & 1 == 1 {
            result = result.checked_mul(base).ok_or(EvalError::Overflow)?;
        }
        left >>= 1;
        if left > 0 {
            base = base.checked_mul(base).ok_or(EvalError::Overflow)?;
        }
    }
    if b.is_sign_negative() && !b.is_zero() { decimals(Function::Div, Decimal::ONE, result) } else { Ok(result) }
}

fn later(date: Date, days: i64) -> Result<Value, EvalError> {
    super::dates::later(date, days).map(Value::Date).ok_or(EvalError::Overflow)
}

/// `-a` and `abs(a)`.
pub(super) fn signed(function: Function, value: &Value) -> Result<Value, EvalError> {
    let negate = function == Function::Neg;
    let decimal = |decimal: Decimal| if negate { -decimal } else { decimal.abs() };
    Ok(match value {
        Value::Number(number) => {
            let changed = if negate { number.checked_neg() } else { number.checked_abs() };
            Value::Number(changed.ok_or(EvalError::Overflow)?)
        }
        Value::Unsigned(number) if negate && *number > 0 => return Err(EvalError::Overflow),
        Value::Unsigned(number) => Value::Unsigned(*number),
        Value::Float(float) => Value::Float(Float(if negate { -float.0 } else { float.0.abs() })),
        Value::Decimal(number) => Value::Decimal(decimal(*number)),
        Value::Money(amount) => Value::Money(decimal(*amount)),
        _ => return Err(EvalError::NotDefined),
    })
}

/// The greatest or least of the arguments.
pub(super) fn extreme(function: Function, args: &[Value]) -> Result<Value, EvalError> {
    let (first, rest) = args.split_first().ok_or(EvalError::NotDefined)?;
    let mut best = first.clone();
    for value in rest {
        let order = compare(value, &best).ok_or(EvalError::NotDefined)?;
        if if function == Function::Max { order.is_gt() } else { order.is_lt() } {
            best = value.clone();
        }
    }
    Ok(best)
}

/// The order of two values of one type, whole numbers and decimals together; none for values that have none.
#[must_use]
pub fn compare(left: &Value, right: &Value) -> Option<std::cmp::Ordering> {
    if std::mem::discriminant(left) == std::mem::discriminant(right) {
        return Some(left.cmp(right));
    }
    match pair(left, right)? {
        Pair::Decimals(a, b) => Some(a.cmp(&b)),
        Pair::MoneyByDecimal(a, b) if b.is_zero() => Some(a.cmp(&b)),
        Pair::DecimalByMoney(a, b) if a.is_zero() => Some(a.cmp(&b)),
        _ => None,
    }
}

/// `round`, `round_even` and `trunc`.
pub(super) fn round(function: Function, value: &Value, places: Option<&Value>) -> Result<Value, EvalError> {
    let places = match places {
        None => 0,
        Some(Value::Number(places)) => *places,
        Some(_) => return Err(EvalError::NotDefined),
    };
    let rounded = |decimal| round_to(function, decimal, places).ok_or(EvalError::Overflow);
    Ok(match value {
        Value::Decimal(number) => Value::Decimal(rounded(*number)?),
        Value::Number(number) => Value::Decimal(rounded(Decimal::from(*number))?),
        Value::Unsigned(number) => Value::Decimal(rounded(Decimal::from(*number))?),
        Value::Money(amount) => Value::Money(rounded(*amount)?),
        Value::Float(float) => Value::Float(Float(round_float(function, float.0, places))),
        _ => return Err(EvalError::NotDefined),
    })
}

/// `value` to `places` decimal places, which may be negative; none when the result does not fit.
fn round_to(function: Function, value: Decimal, places: i64) -> Option<Decimal> {
    let drop = i64::from(value.scale()).saturating_sub(places);
    if drop <= 0 {
        return Some(value);
    }
    let Some(unit) = u32::try_from(drop).ok().and_then(|drop| 10_i128.checked_pow(drop)) else {
        return Some(Decimal::ZERO);
    };
    let (kept, rest) = (value.mantissa() / unit, value.mantissa() % unit);
    // A mantissa has 96 bits, so twice a remainder fits unless the unit is far beyond it: then nothing rounds up.
    let half = rest.unsigned_abs().saturating_mul(2).cmp(&unit.unsigned_abs());
    let up = match function {
        Function::Round => half.is_ge(),
        Function::RoundEven => half.is_gt() || half.is_eq() && kept % 2 != 0,
        _ => false,
    };
    let kept = kept + if up { rest.signum() } else { 0 };
    match u32::try_from(places) {
        Ok(scale) => Decimal::try_from_i128_with_scale(kept, scale).ok(),
        Err(_) if kept == 0 => Some(Decimal::ZERO),
        Err(_) => {
            let factor = 10_i128.checked_pow(u32::try_from(places.unsigned_abs()).ok()?)?;
            Decimal::try_from_i128_with_scale(kept.checked_mul(factor)?, 0).ok()
        }
    }
}

fn round_float(function: Function, value: f64, places: i64) -> f64 {
    let factor = 10_f64.powi(i32::try_from(places.clamp(-400, 400)).unwrap_or(0));
    let scaled = value * factor;
    if !scaled.is_finite() || factor == 0.0 {
        return value;
    }
    let rounded = match function {
        Function::Round => scaled.round(),
        Function::RoundEven => scaled.round_ties_even(),
        _ => scaled.trunc(),
    };
    rounded / factor
}
