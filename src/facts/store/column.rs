//! A column that grows cell by cell.

use super::{Column, Data, State, Symbols};
use crate::facts::cells::Reading;
use crate::schema::ColumnType;
use crate::value::{Date, Decimal, Value};

/// A column of one type, growing.
#[derive(Debug)]
pub struct ColumnBuilder {
    values: Values,
    /// Kept only once a cell is not present.
    states: Option<Vec<State>>,
    len: usize,
    /// Whether equal texts may have several numbers.
    listed: bool,
}

/// What a column holds so far.
#[derive(Debug)]
enum Values {
    Symbol(Vec<u32>),
    Number(Numbers),
    Unsigned(Vec<u64>),
    Float(Vec<f64>),
    Date(Vec<Date>),
    Amount(Amounts),
}

/// Whole numbers.
#[derive(Debug)]
enum Numbers {
    /// As long as none is negative and all are below 2³¹.
    Small(Vec<u32>),
    Any(Vec<i64>),
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
            ColumnType::Number => Values::Number(Numbers::Small(Vec::new())),
            ColumnType::Unsigned => Values::Unsigned(Vec::new()),
            ColumnType::Float => Values::Float(Vec::new()),
            ColumnType::Decimal => Values::Amount(Amounts::new(false)),
            ColumnType::Money => Values::Amount(Amounts::new(true)),
            ColumnType::Date => Values::Date(Vec::new()),
            ColumnType::Symbol => Values::Symbol(Vec::new()),
        };
        Self { values, states: None, len: 0, listed: false }
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

    /// Adds a text by its number; the column is one of texts.
    pub fn push_id(&mut self, id: u32) {
        if let Values::Symbol(ids) = &mut self.values {
            ids.push(id);
            self.present();
        }
    }

    /// Adds a text by a number that may not be its only one; the column is one of texts.
    pub fn push_listed(&mut self, id: u32) {
        self.listed = true;
        self.push_id(id);
    }

    /// Adds a whole number; the column is one of these.
    pub fn push_number(&mut self, number: i64) {
        if let Values::Number(values) = &mut self.values {
            values.push(number);
            self.present();
        }
    }

    /// Adds whole numbers; the column is one of these.
    pub fn push_numbers(&mut self, numbers: &[i64]) {
        if let Values::Number(values) = &mut self.values {
            values.push_all(numbers);
            self.all_present(numbers.len());
        }
    }

    /// Adds `multiple` × 10^-`scale` for each of both; the column is one of amounts.
    pub fn push_multiples(&mut self, multiples: &[i64], scales: &[u8]) {
        if let Values::Amount(amounts) = &mut self.values {
            amounts.push_multiples(multiples, scales);
            self.all_present(multiples.len());
        }
    }

    /// Adds a day; the column is one of days.
    pub fn push_date(&mut self, day: Date) {
        if let Values::Date(values) = &mut self.values {
            values.push(day);
            self.present();
        }
    }

    /// Adds `multiple` × 10^-`scale`; the column is one of amounts.
    pub fn push_multiple(&mut self, multiple: i64, scale: u32) {
        if let Values::Amount(amounts) = &mut self.values {
            amounts.push_multiple(multiple, scale);
            self.present();
        }
    }

    /// Adds the cells of `other`, a column of the same type, whose texts have the numbers `ids` here.
    pub fn append(&mut self, other: Self, ids: &[u32]) {
        if let (Values::Symbol(to), Values::Symbol(from)) = (&mut self.values, &other.values) {
            // A cell without a value has number 0 here as there.
            let absent = |row: usize| other.states.as_ref().is_some_and(|states| states[row] != State::Present);
            let here = |(row, id): (usize, &u32)| if absent(row) { 0 } else { ids[*id as usize] };
            to.extend(from.iter().enumerate().map(here));
        }
        if self.states.is_some() || other.states.is_some() {
            let present = |len| std::iter::repeat_n(State::Present, len);
            let states = self.states.get_or_insert_with(|| present(self.len).collect());
            match other.states {
                Some(more) => states.extend(more),
                None => states.extend(present(other.len)),
            }
        }
        self.len += other.len;
        self.listed |= other.listed;
        match (&mut self.values, other.values) {
            (Values::Number(to), Values::Number(from)) => to.append(from),
            (Values::Unsigned(to), Values::Unsigned(from)) => to.extend(from),
            (Values::Float(to), Values::Float(from)) => to.extend(from),
            (Values::Date(to), Values::Date(from)) => to.extend(from),
            (Values::Amount(to), Values::Amount(from)) => to.append(from),
            _ => {}
        }
    }

    /// Makes room for so many more cells.
    pub fn reserve(&mut self, more: usize) {
        match &mut self.values {
            Values::Symbol(values) | Values::Number(Numbers::Small(values)) => values.reserve(more),
            Values::Number(Numbers::Any(values)) => values.reserve(more),
            Values::Unsigned(values) => values.reserve(more),
            Values::Float(values) => values.reserve(more),
            Values::Date(values) => values.reserve(more),
            Values::Amount(amounts) => amounts.scaled.reserve(more),
        }
    }

    fn present(&mut self) {
        self.all_present(1);
    }

    #[inline]
    fn all_present(&mut self, cells: usize) {
        self.len += cells;
        if let Some(states) = &mut self.states {
            states.extend(std::iter::repeat_n(State::Present, cells));
        }
    }

    /// The finished column.
    #[must_use]
    pub fn finish(self, name: String) -> Column {
        let data = match self.values {
            Values::Symbol(ids) if self.listed => Data::Listed(ids),
            Values::Symbol(ids) => Data::Symbol(ids),
            Values::Number(Numbers::Small(values)) => Data::Small(values),
            Values::Number(Numbers::Any(values)) => Data::Number(values),
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

impl Numbers {
    #[inline]
    fn push(&mut self, number: i64) {
        match self {
            Self::Small(values) => match small(number) {
                Some(value) => values.push(value),
                None => self.widen().push(number),
            },
            Self::Any(values) => values.push(number),
        }
    }

    fn push_all(&mut self, numbers: &[i64]) {
        match self {
            // A sign, or a bit that is too high, is in one of them when it is in all of them put together.
            Self::Small(values) if small(numbers.iter().fold(0, |all, number| all | number)).is_some() => {
                values.extend(numbers.iter().map(|number| small(*number).unwrap_or(0)));
            }
            Self::Small(_) => self.widen().extend_from_slice(numbers),
            Self::Any(values) => values.extend_from_slice(numbers),
        }
    }

    fn append(&mut self, other: Self) {
        match (self, other) {
            (Self::Small(to), Self::Small(from)) => to.extend(from),
            (to, Self::Small(from)) => to.widen().extend(from.into_iter().map(i64::from)),
            (to, Self::Any(from)) => to.widen().extend(from),
        }
    }

    /// The same as numbers of any size, with as much room.
    fn widen(&mut self) -> &mut Vec<i64> {
        if let Self::Small(values) = self {
            let mut wide = Vec::with_capacity(values.capacity());
            wide.extend(values.iter().map(|value| i64::from(*value)));
            *self = Self::Any(wide);
        }
        match self {
            Self::Any(values) => values,
            Self::Small(_) => unreachable!("made wide above"),
        }
    }
}

/// A number that fits [`Data::Small`].
#[inline]
fn small(number: i64) -> Option<u32> {
    u32::try_from(number).ok().filter(|value| *value < 1 << 31)
}

/// Powers of ten.
const FACTORS: [i64; 19] = {
    let mut factors = [1; 19];
    let mut at = 1;
    while at < factors.len() {
        factors[at] = factors[at - 1] * 10;
        at += 1;
    }
    factors
};

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

    /// Adds `multiple` × 10^-`scale`.
    pub fn push_multiple(&mut self, multiple: i64, scale: u32) {
        if self.exact.is_none() && scale == self.scale {
            return self.scaled.push(multiple);
        }
        let factor = self.scale.checked_sub(scale).and_then(|up| 10_i64.checked_pow(up));
        match factor.and_then(|factor| multiple.checked_mul(factor)).filter(|_| self.exact.is_none()) {
            Some(fitting) => self.scaled.push(fitting),
            None => self.push(Decimal::new(multiple, scale)),
        }
    }

    /// Adds `multiple` × 10^-`scale` for each of both.
    pub fn push_multiples(&mut self, multiples: &[i64], scales: &[u8]) {
        let finest = u32::from(scales.iter().copied().max().unwrap_or(0));
        let known = self.scaled.len();
        if self.exact.is_none()
            && (finest <= self.scale || self.refine(finest))
            && (self.scale as usize) < FACTORS.len()
        {
            let mut fits = true;
            let scale = self.scale as usize;
            self.scaled.extend(multiples.iter().zip(scales).map(|(multiple, own)| {
                let (scaled, is_over) = multiple.overflowing_mul(FACTORS[scale - usize::from(*own)]);
                fits &= !is_over;
                scaled
            }));
            if fits {
                return;
            }
            self.scaled.truncate(known);
        }
        for (multiple, scale) in multiples.iter().zip(scales) {
            self.push_multiple(*multiple, u32::from(*scale));
        }
    }

    /// Adds all of `other`.
    pub fn append(&mut self, other: Self) {
        if self.scaled.is_empty() && self.exact.is_none() && other.exact.is_none() {
            self.scale = other.scale;
        }
        match other.exact {
            Some(amounts) => amounts.into_iter().for_each(|amount| self.push(amount)),
            None if self.exact.is_none() && self.scale == other.scale => self.scaled.extend(other.scaled),
            None => other.scaled.into_iter().for_each(|multiple| self.push_multiple(multiple, other.scale)),
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
        if amount.scale() > self.scale && !self.refine(amount.scale()) {
            return None;
        }
        let factor = 10_i128.checked_pow(self.scale - amount.scale())?;
        i64::try_from(amount.mantissa().checked_mul(factor)?).ok()
    }

    /// Makes the scale finer; `false`, and nothing done, when a multiple would not fit.
    fn refine(&mut self, scale: u32) -> bool {
        let factor = 10_i64.checked_pow(scale - self.scale);
        let finer = |factor| self.scaled.iter().map(|value| value.checked_mul(factor)).collect::<Option<Vec<i64>>>();
        let Some(finer) = factor.and_then(finer) else { return false };
        self.scaled = finer;
        self.scale = scale;
        true
    }

    /// From multiples to decimals.
    fn go_exact(&mut self) {
        let scale = self.scale;
        self.exact = Some(self.scaled.drain(..).map(|value| Decimal::new(value, scale)).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::{Amounts, ColumnBuilder, ColumnType, Data, Decimal};

    fn numbers(values: &[i64]) -> ColumnBuilder {
        let mut column = ColumnBuilder::new(ColumnType::Number);
        values.iter().for_each(|value| column.push_number(*value));
        column
    }

    #[test]
    fn whole_numbers_are_narrow_until_one_is_not() {
        let most = i64::from(i32::MAX);
        let data = |column: ColumnBuilder| column.finish(String::new()).data;
        assert!(matches!(data(numbers(&[0, most])), Data::Small(values) if values == [0, i32::MAX as u32]));
        for other in [-1, most + 1, i64::MAX] {
            assert!(matches!(data(numbers(&[7, other, 8])), Data::Number(values) if values == [7, other, 8]));
            let (mut narrow, mut wide) = (numbers(&[7]), numbers(&[other]));
            narrow.append(numbers(&[other]), &[]);
            wide.append(numbers(&[7]), &[]);
            assert!(matches!(data(narrow), Data::Number(values) if values == [7, other]));
            assert!(matches!(data(wide), Data::Number(values) if values == [other, 7]));
        }
    }

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
