//! A column that grows cell by cell.

use super::cells::Reading;
use super::store::{Column, Data, State, Symbols};
use crate::schema::ColumnType;
use crate::value::{Date, Decimal, Value};

/// A column of one type, growing.
#[derive(Debug)]
pub struct ColumnBuilder {
    values: Values,
    /// Kept only once a cell is not present.
    states: Option<Vec<State>>,
    len: usize,
}

/// What a column holds so far.
#[derive(Debug)]
enum Values {
    Symbol(Vec<u32>),
    Number(Vec<i64>),
    Unsigned(Vec<u64>),
    Float(Vec<f64>),
    Date(Vec<Date>),
    Amount(Amounts),
}

/// Decimals or money, as multiples of one power of ten as long as these fit 64 bits.
#[derive(Debug)]
pub struct Amounts {
    money: bool,
    scale: u32,
    scaled: Vec<i64>,
    exact: Option<Vec<Decimal>>,
}

impl ColumnBuilder {
    /// An empty column of that type.
    #[must_use]
    pub fn new(ty: ColumnType) -> Self {
        let values = match ty {
            ColumnType::Number => Values::Number(Vec::new()),
            ColumnType::Unsigned => Values::Unsigned(Vec::new()),
            ColumnType::Float => Values::Float(Vec::new()),
            ColumnType::Decimal => Values::Amount(Amounts::new(false)),
            ColumnType::Money => Values::Amount(Amounts::new(true)),
            ColumnType::Date => Values::Date(Vec::new()),
            ColumnType::Symbol => Values::Symbol(Vec::new()),
        };
        Self { values, states: None, len: 0 }
    }

    /// Adds a cell. A value of another type than the column's is malformed.
    pub fn push(&mut self, reading: &Reading, symbols: &mut Symbols) {
        let state = match reading {
            Reading::Present(value, _) if self.push_value(value, symbols) => State::Present,
            Reading::Present(..) => self.push_nothing(State::Malformed(crate::value::Reason::NotOfType)),
            Reading::Blank => self.push_nothing(State::Blank),
            Reading::Malformed(reason) => self.push_nothing(State::Malformed(*reason)),
        };
        if state != State::Present && self.states.is_none() {
            self.states = Some(vec![State::Present; self.len]);
        }
        if let Some(states) = &mut self.states {
            states.push(state);
        }
        self.len += 1;
    }

    /// The finished column.
    #[must_use]
    pub fn finish(self, name: String) -> Column {
        let data = match self.values {
            Values::Symbol(ids) => Data::Symbol(ids),
            Values::Number(values) => Data::Number(values),
            Values::Unsigned(values) => Data::Unsigned(values),
            Values::Float(values) => Data::Float(values),
            Values::Date(values) => Data::Date(values),
            Values::Amount(amounts) => amounts.finish(),
        };
        Column { name, data, states: self.states }
    }

    /// Adds a value if it is of the column's type.
    fn push_value(&mut self, value: &Value, symbols: &mut Symbols) -> bool {
        match (&mut self.values, value) {
            (Values::Symbol(ids), Value::Symbol(text)) => ids.push(symbols.intern(text)),
            (Values::Number(values), Value::Number(number)) => values.push(*number),
            (Values::Unsigned(values), Value::Unsigned(number)) => values.push(*number),
            (Values::Float(values), Value::Float(float)) => values.push(float.0),
            (Values::Date(values), Value::Date(day)) => values.push(*day),
            (Values::Amount(amounts), Value::Decimal(amount) | Value::Money(amount)) => amounts.push(*amount),
            _ => return false,
        }
        true
    }

    /// Adds the zero that stands where there is no value.
    fn push_nothing(&mut self, state: State) -> State {
        match &mut self.values {
            Values::Symbol(ids) => ids.push(0),
            Values::Number(values) => values.push(0),
            Values::Unsigned(values) => values.push(0),
            Values::Float(values) => values.push(0.0),
            Values::Date(values) => values.push(Date(jiff::civil::Date::ZERO)),
            Values::Amount(amounts) => amounts.push(Decimal::ZERO),
        }
        state
    }
}

impl Amounts {
    /// None yet.
    #[must_use]
    pub const fn new(money: bool) -> Self {
        Self { money, scale: 0, scaled: Vec::new(), exact: None }
    }

    /// Adds one, at its own scale.
    pub fn push(&mut self, amount: Decimal) {
        if self.exact.is_none() {
            match self.fit(amount) {
                Some(multiple) => return self.scaled.push(multiple),
                None => self.go_exact(),
            }
        }
        if let Some(exact) = &mut self.exact {
            exact.push(amount);
        }
    }

    /// The finished column's data.
    #[must_use]
    pub fn finish(self) -> Data {
        match self.exact {
            Some(values) => Data::Exact { values, money: self.money },
            None => Data::Scaled { scale: self.scale, values: self.scaled, money: self.money },
        }
    }

    /// `amount` as a multiple at the column's scale, which becomes finer if need be.
    fn fit(&mut self, amount: Decimal) -> Option<i64> {
        if amount.scale() > self.scale {
            let factor = 10_i64.checked_pow(amount.scale() - self.scale)?;
            let finer: Option<Vec<i64>> = self.scaled.iter().map(|value| value.checked_mul(factor)).collect();
            self.scaled = finer?;
            self.scale = amount.scale();
        }
        let factor = 10_i128.checked_pow(self.scale - amount.scale())?;
        i64::try_from(amount.mantissa().checked_mul(factor)?).ok()
    }

    /// From multiples to decimals.
    fn go_exact(&mut self) {
        let scale = self.scale;
        self.exact = Some(self.scaled.drain(..).map(|value| Decimal::new(value, scale)).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::{Amounts, Data, Decimal};

    fn amounts(texts: &[&str]) -> Data {
        let mut amounts = Amounts::new(false);
        for text in texts {
            amounts.push(Decimal::from_str_exact(text).unwrap());
        }
        amounts.finish()
    }

    #[test]
    fn the_scale_follows_the_finest() {
        let Data::Scaled { scale, values, .. } = amounts(&["25", "25.08", "1.5"]) else { panic!("scaled") };
        assert_eq!((scale, values), (2, vec![2500, 2508, 150]));
    }

    #[test]
    fn what_does_not_fit_stays_exact() {
        let texts = ["25.08", "9223372036854775807", "0.0000000000000000000000000001"];
        let Data::Exact { values, .. } = amounts(&texts) else { panic!("exact") };
        assert_eq!(values.iter().map(ToString::to_string).collect::<Vec<_>>(), texts);
    }
}
