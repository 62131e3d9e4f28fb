//! Days.

use jiff::Span;

use super::{EvalError, Function, Value};
use crate::value::Date;

/// `year`, `month`, `day`, `weekday`.
pub(super) fn part(function: Function, value: &Value) -> Result<Value, EvalError> {
    let Value::Date(Date(date)) = value else { return Err(EvalError::NotDefined) };
    Ok(Value::Number(match function {
        Function::Year => i64::from(date.year()),
        Function::Month => i64::from(date.month()),
        Function::Day => i64::from(date.day()),
        Function::Weekday => i64::from(date.weekday().to_monday_one_offset()),
        _ => return Err(EvalError::NotDefined),
    }))
}

/// `days(from, to)`.
pub(super) fn days(from: &Value, to: &Value) -> Result<Value, EvalError> {
    match (from, to) {
        (Value::Date(from), Value::Date(to)) => Ok(Value::Number(between(*from, *to))),
        _ => Err(EvalError::NotDefined),
    }
}

/// How many days `to` is after `from`.
pub(super) fn between(from: Date, to: Date) -> i64 {
    let number = |Date(date): Date| {
        // Days since the first of March of the year 0, by the usual count of leap days.
        let (year, month) = (i64::from(date.year()), i64::from(date.month()));
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        year * 365 + leaps + (153 * month + 2) / 5 + i64::from(date.day())
    };
    number(to) - number(from)
}

/// The day so many days after `date`.
pub(super) fn later(Date(date): Date, days: i64) -> Option<Date> {
    let span = Span::new().try_days(days).ok()?;
    date.checked_add(span).ok().map(Date)
}
