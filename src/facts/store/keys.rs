//! Numbers for the cells of a column that are equal exactly when the values are, to find rows by.

use super::{Column, Data, Symbols};
use crate::value::{Date, Decimal, Value};

impl Column {
    /// Whether its cells have keys.
    #[must_use]
    pub const fn has_keys(&self) -> bool {
        use Data::{Date, Exact, Float, Line, Listed, Number, PerSource, Scaled, Small, Symbol, Unsigned};
        match self.data {
            Symbol(_) | Small(_) | Number(_) | Unsigned(_) | Scaled { .. } | Date(_) => true,
            Listed(_) | Float(_) | Exact { .. } | PerSource(_) | Line => false,
        }
    }

    /// The key of a cell with a value, in a column whose cells have keys.
    #[must_use]
    pub fn key(&self, row: u32) -> u64 {
        let at = row as usize;
        match &self.data {
            Data::Symbol(values) | Data::Small(values) => u64::from(values[at]),
            Data::Number(values) | Data::Scaled { values, .. } => values[at].cast_unsigned(),
            Data::Unsigned(values) => values[at],
            Data::Date(values) => of_day(values[at]),
            Data::Listed(_) | Data::Float(_) | Data::Exact { .. } | Data::PerSource(_) | Data::Line => 0,
        }
    }

    /// The key of a value; none when no cell can have it.
    #[must_use]
    pub fn key_of(&self, value: &Value, symbols: &Symbols) -> Option<u64> {
        match (&self.data, value) {
            (Data::Symbol(_), Value::Symbol(text)) => symbols.get(text).map(u64::from),
            (Data::Small(_), Value::Number(number)) => u32::try_from(*number).ok().map(u64::from),
            (Data::Number(_), Value::Number(number)) => Some(number.cast_unsigned()),
            (Data::Unsigned(_), Value::Unsigned(number)) => Some(*number),
            (Data::Scaled { scale, .. }, Value::Decimal(amount) | Value::Money(amount)) => {
                multiple(*amount, *scale).map(i64::cast_unsigned)
            }
            (Data::Date(_), Value::Date(day)) => Some(of_day(*day)),
            _ => None,
        }
    }
}

fn of_day(day: Date) -> u64 {
    let (year, month, day) = (i64::from(day.0.year()), i64::from(day.0.month()), i64::from(day.0.day()));
    (year * 512 + month * 32 + day).cast_unsigned()
}

/// How often 10^-scale is in an amount, when that is a whole number of 64 bits.
fn multiple(amount: Decimal, scale: u32) -> Option<i64> {
    let amount = amount.normalize();
    let factor = 10_i128.checked_pow(scale.checked_sub(amount.scale())?)?;
    i64::try_from(amount.mantissa().checked_mul(factor)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_the_key_of_the_cells_that_have_it_and_no_other() {
        let mut symbols = Symbols::default();
        let (one, two) = (symbols.intern("甲"), symbols.intern("乙"));
        let day = |day| Date(jiff::civil::date(2024, 2, day));
        let money = |cents: i64, scale| Value::Money(Decimal::new(cents, scale));
        let columns: Vec<(Data, Vec<Value>)> = vec![
            (Data::Symbol(vec![one, two]), vec![Value::symbol("甲"), Value::symbol("乙")]),
            (Data::Small(vec![0, 7]), vec![Value::Number(0), Value::Number(7)]),
            (Data::Number(vec![-1, i64::MAX]), vec![Value::Number(-1), Value::Number(i64::MAX)]),
            (Data::Unsigned(vec![0, u64::MAX]), vec![Value::Unsigned(0), Value::Unsigned(u64::MAX)]),
            (Data::Scaled { scale: 2, values: vec![250, -1], money: true }, vec![money(25, 1), money(-1, 2)]),
            (Data::Date(vec![day(1), day(29)]), vec![Value::Date(day(1)), Value::Date(day(29))]),
        ];
        let others = [
            Value::symbol("丙"),
            Value::Number(-2),
            Value::Unsigned(5),
            money(1, 3),
            money(i64::MAX, 0),
            Value::Date(day(2)),
        ];
        for (data, values) in columns {
            let column = Column { name: String::new(), data, states: None };
            assert!(column.has_keys());
            let keys: Vec<u64> = vec![column.key(0), column.key(1)];
            let found: Vec<Option<u64>> = values.iter().map(|value| column.key_of(value, &symbols)).collect();
            assert_eq!(found, keys.iter().copied().map(Some).collect::<Vec<_>>(), "{column:?}");
            for other in &others {
                assert!(column.key_of(other, &symbols).is_none_or(|key| !keys.contains(&key)), "{column:?} {other:?}");
            }
        }
    }
}
