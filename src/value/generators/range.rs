//! `range`: numbers from one up to another.

use crate::value::functions::EvalError;
use crate::value::{Float, Value};

/// More numbers than this are an error rather than a full memory.
const MOST: usize = 10_000_000;

/// The numbers from `from` up to, not including, `to`; down to it when `to` is less and no step is given.
pub(super) fn rows(from: &Value, to: &Value, step: Option<&Value>) -> Result<Vec<Vec<Value>>, EvalError> {
    match (from, to, step) {
        (Value::Number(from), Value::Number(to), None) => {
            whole(i128::from(*from), i128::from(*to), if to < from { -1 } else { 1 }, signed)
        }
        (Value::Number(from), Value::Number(to), Some(Value::Number(step))) => {
            whole(i128::from(*from), i128::from(*to), i128::from(*step), signed)
        }
        (Value::Unsigned(from), Value::Unsigned(to), None) => {
            whole(i128::from(*from), i128::from(*to), if to < from { -1 } else { 1 }, unsigned)
        }
        (Value::Unsigned(from), Value::Unsigned(to), Some(Value::Unsigned(step))) => {
            whole(i128::from(*from), i128::from(*to), i128::from(*step), unsigned)
        }
        (Value::Float(from), Value::Float(to), None) => doubles(from.0, to.0, if to < from { -1.0 } else { 1.0 }),
        (Value::Float(from), Value::Float(to), Some(Value::Float(step))) => doubles(from.0, to.0, step.0),
        _ => Err(EvalError::NotDefined),
    }
}

fn signed(number: i128) -> Value {
    Value::Number(i64::try_from(number).unwrap_or(i64::MAX))
}

fn unsigned(number: i128) -> Value {
    Value::Unsigned(u64::try_from(number).unwrap_or(u64::MAX))
}

fn whole(from: i128, to: i128, step: i128, value: fn(i128) -> Value) -> Result<Vec<Vec<Value>>, EvalError> {
    if step == 0 {
        return if from == to { Ok(Vec::new()) } else { Ok(vec![vec![value(from)]]) };
    }
    let mut rows = Vec::new();
    let mut at = from;
    while if step > 0 { at < to } else { at > to } {
        if rows.len() >= MOST {
            return Err(EvalError::Overflow);
        }
        rows.push(vec![value(at)]);
        at += step;
    }
    Ok(rows)
}

fn doubles(from: f64, to: f64, step: f64) -> Result<Vec<Vec<Value>>, EvalError> {
    if !(from.is_finite() && to.is_finite() && step.is_finite()) {
        return Err(EvalError::NotDefined);
    }
    if step.abs().to_bits() == 0 {
        return if from < to || to < from { Ok(vec![vec![Value::Float(Float(from))]]) } else { Ok(Vec::new()) };
    }
    let mut rows = Vec::new();
    let mut at = from;
    while if step > 0.0 { at < to } else { at > to } {
        if rows.len() >= MOST {
            return Err(EvalError::Overflow);
        }
        rows.push(vec![Value::Float(Float(at))]);
        let next = at + step;
        if next.to_bits() == at.to_bits() {
            break;
        }
        at = next;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::rows;
    use crate::value::Value;

    #[test]
    fn the_end_is_left_out() {
        let number = Value::Number;
        let count = |from, to, step: Option<i64>| {
            rows(&number(from), &number(to), step.map(number).as_ref()).map(|rows| rows.len())
        };
        assert_eq!(count(1, 4, None), Ok(3));
        assert_eq!(count(4, 1, None), Ok(3), "downwards");
        assert_eq!(count(1, 10, Some(4)), Ok(3));
        assert_eq!(count(1, 1, None), Ok(0));
        assert!(count(0, i64::MAX, None).is_err());
        assert_eq!(count(i64::MAX - 1, i64::MAX, Some(5)), Ok(1));
    }
}
