//! [`Fold`]: aggregates of many groups at once. What they come to is said by [`exec::fold`](crate::exec::fold); sums, least
//! and greatest of whole numbers and of decimals at one scale, and counts, are kept as numbers on the way.

use rustc_hash::FxHashMap;

use super::World;
use super::batch::{Fault, Vector, amount};
use super::words::{Kind, Words};
use crate::exec::fold;
use crate::ir::{AggregateOp, TypeKind};
use crate::value::functions::EvalError;
use crate::value::{Decimal, Value};

/// One aggregate, of many groups.
#[derive(Debug)]
pub struct Fold {
    op: AggregateOp,
    distinct: bool,
    kept: Vec<Kept>,
    values: Vec<Vec<Value>>,
    /// What of sums is beyond that, as multiples of 2⁶⁴.
    carries: FxHashMap<u32, i64>,
    unit: Option<Unit>,
}

/// What is kept of a group: side by side, since groups are met in any order, and each is far from the one before.
#[derive(Clone, Copy, Debug, Default)]
struct Kept {
    /// How much was added.
    count: usize,
    /// The sum, least or greatest of multiples of the unit, modulo 2⁶⁴.
    multiple: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Whole,
    Scaled { scale: u32, money: bool },
}

impl Fold {
    /// Nothing yet in any of so many groups.
    #[must_use]
    pub fn new(op: AggregateOp, distinct: bool, groups: usize) -> Self {
        Self {
            op,
            distinct,
            kept: vec![Kept::default(); groups],
            values: Vec::new(),
            carries: FxHashMap::default(),
            unit: None,
        }
    }

    /// From now on there are so many groups, those that are new being empty.
    pub fn grow(&mut self, groups: usize) {
        self.kept.resize(groups, Kept::default());
    }

    /// Whether all that was added is kept as numbers.
    #[must_use]
    pub fn is_native(&self) -> bool {
        self.values.is_empty()
    }

    /// Counts a row in each of the groups.
    pub fn count(&mut self, groups: &[u32]) {
        groups.iter().for_each(|group| self.kept[*group as usize].count += 1);
    }

    /// Adds a column of values to the groups.
    pub fn add_all(&mut self, groups: &[u32], column: &Vector, world: &World<'_>) {
        if self.op == AggregateOp::Count && !self.distinct && !matches!(column, Vector::Partial(_)) {
            return self.count(groups);
        }
        match self.numbers(column) {
            Some((unit, multiples)) => self.add_numbers(groups, unit, &multiples),
            None => {
                for (row, group) in groups.iter().enumerate() {
                    if let Some(value) = value(column, row, world) {
                        self.add(*group, value);
                    }
                }
            }
        }
    }

    /// A column as multiples of the unit in which those before it were kept.
    fn numbers<'c>(&self, column: &'c Vector) -> Option<(Unit, std::borrow::Cow<'c, [i64]>)> {
        let adds = matches!(self.op, AggregateOp::Sum | AggregateOp::Min | AggregateOp::Max);
        if !adds || self.distinct {
            return None;
        }
        let (unit, multiples) = match column {
            Vector::Ints(values) => (Unit::Whole, values.into()),
            Vector::Scaled { scale, values, money } => (Unit::Scaled { scale: *scale, money: *money }, values.into()),
            Vector::Words(Kind::Number, words) => {
                let whole: Option<Vec<i64>> = words.iter().map(|word| Words::whole(*word)).collect();
                (Unit::Whole, whole?.into())
            }
            _ => return None,
        };
        let is_first = self.unit.is_none() && self.values.is_empty();
        (is_first || self.unit == Some(unit)).then_some((unit, multiples))
    }

    fn add_numbers(&mut self, groups: &[u32], unit: Unit, multiples: &[i64]) {
        self.unit = Some(unit);
        for (group, multiple) in groups.iter().zip(multiples) {
            let Kept { count, multiple: kept } = &mut self.kept[*group as usize];
            // Of a group of which nothing is kept as a number so far, the kept zero means nothing.
            let is_first = || *count == self.values.get(*group as usize).map_or(0, Vec::len);
            match self.op {
                AggregateOp::Min if !is_first() => *kept = (*kept).min(*multiple),
                AggregateOp::Max if !is_first() => *kept = (*kept).max(*multiple),
                _ => {
                    let (sum, is_over) = kept.overflowing_add(*multiple);
                    *kept = sum;
                    if is_over {
                        *self.carries.entry(*group).or_default() += multiple.signum();
                    }
                }
            }
            *count += 1;
        }
    }

    /// Adds a value to a group.
    pub fn add(&mut self, group: u32, value: Value) {
        self.values.resize(self.kept.len(), Vec::new());
        self.kept[group as usize].count += 1;
        self.values[group as usize].push(value);
    }

    /// The result of each group, of type `kind`; none where there is nothing to say.
    #[must_use]
    pub fn finish(mut self, kind: &TypeKind) -> Vec<Result<Option<Value>, Fault>> {
        let mut values = std::mem::take(&mut self.values);
        let mut own = |group: u32| values.get_mut(group as usize).map(std::mem::take).unwrap_or_default();
        (0_u32..).take(self.kept.len()).map(|group| self.of(group, own(group), kind)).collect()
    }

    /// The result of a group of which all is kept as numbers, [`NONE`](super::words::NONE) being one of nothing.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn result(&self, group: u32, kind: &TypeKind) -> Result<Option<Value>, Fault> {
        self.of(group, Vec::new(), kind)
    }

    /// Whether a group has something in it.
    #[must_use]
    pub fn is_filled(&self, group: u32) -> bool {
        self.kept.get(group as usize).is_some_and(|kept| kept.count > 0)
    }

    /// The results of groups as a column of numbers, when they fit one. Of least and greatest, every group is filled; of
    /// sums and counts, [`NONE`](super::words::NONE) is a group of nothing.
    #[must_use]
    pub fn column(&self, groups: &[u32], kind: &TypeKind) -> Option<Vector> {
        let kept = |group: &u32| self.kept.get(*group as usize).copied().unwrap_or_default();
        if self.op == AggregateOp::Count && !self.distinct {
            let counts =
                || groups.iter().map(|group| i64::try_from(kept(group).count).ok()).collect::<Option<Vec<i64>>>();
            return if matches!(kind, TypeKind::Number) { counts().map(Vector::Ints) } else { None };
        }
        if !self.is_native() || !self.carries.is_empty() {
            return None;
        }
        let values = || groups.iter().map(|group| kept(group).multiple).collect();
        match (kind, self.unit?) {
            (TypeKind::Number, Unit::Whole) => Some(Vector::Ints(values())),
            (TypeKind::Decimal | TypeKind::Percent, Unit::Scaled { scale, money: false }) => {
                Some(Vector::Scaled { scale, money: false, values: values() })
            }
            (TypeKind::Money(_), Unit::Scaled { scale, money: true }) => {
                Some(Vector::Scaled { scale, money: true, values: values() })
            }
            _ => None,
        }
    }

    /// The result of a group, `values` being what of it is not kept as numbers.
    fn of(&self, group: u32, mut values: Vec<Value>, kind: &TypeKind) -> Result<Option<Value>, Fault> {
        let count = self.kept.get(group as usize).map_or(0, |kept| kept.count);
        if self.op == AggregateOp::Count && !self.distinct {
            return Ok(Some(fold::count(kind, count)));
        }
        if let Some(unit) = self.unit
            && count > values.len()
        {
            let (value, whole) = self.number(group, unit)?;
            if self.op == AggregateOp::Sum
                && values.is_empty()
                && matches!((kind, unit), (TypeKind::Number, Unit::Whole))
            {
                return Ok(Some(Value::Number(whole.ok_or(EvalError::Overflow)?)));
            }
            values.push(value);
        }
        if self.distinct {
            values.sort_unstable();
            values.dedup();
        }
        Ok(fold::fold(self.op, kind, &values)?)
    }

    /// What is kept of a group as a value, and as a whole number where it is one that fits.
    fn number(&self, group: u32, unit: Unit) -> Result<(Value, Option<i64>), EvalError> {
        let carry = self.carries.get(&group).copied().unwrap_or(0);
        let sum = i128::from(self.kept[group as usize].multiple) + (i128::from(carry) << 64);
        let decimal = |scale| Decimal::try_from_i128_with_scale(sum, scale).map_err(|_| EvalError::Overflow);
        Ok(match unit {
            Unit::Scaled { scale, money } => (amount(decimal(scale)?, money), None),
            Unit::Whole => match i64::try_from(sum) {
                Ok(whole) => (Value::Number(whole), Some(whole)),
                Err(_) => (Value::Decimal(decimal(0)?), None),
            },
        })
    }
}

/// The value in one row of a column, if there is one.
fn value(column: &Vector, row: usize, world: &World<'_>) -> Option<Value> {
    Some(match column {
        Vector::Words(kind, words) => world.words.decode(words[row], *kind),
        Vector::Ints(values) => Value::Number(values[row]),
        Vector::Scaled { scale, money, values } => amount(Decimal::new(values[row], *scale), *money),
        Vector::Values(values) => values[row].clone(),
        Vector::Partial(values) => values[row].clone().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Fold, Vector};
    use crate::exec::frog::words::NONE;
    use crate::ir::{AggregateOp, TypeKind};
    use crate::value::Value;

    #[test]
    fn sums_beyond_64_bits_come_back() {
        let mut fold = Fold::new(AggregateOp::Sum, false, 2);
        for sign in [1, 1, 1, -1, -1, -1] {
            fold.add_numbers(&[0, 1], super::Unit::Whole, &[sign * i64::MAX, 5]);
            let fits = fold.result(0, &TypeKind::Number);
            assert!(matches!(fits, Ok(Some(Value::Number(sum))) if sum == 0 || sum == i64::MAX) || fits.is_err());
        }
        assert_eq!(fold.result(0, &TypeKind::Number), Ok(Some(Value::Number(0))));
        assert_eq!(fold.result(1, &TypeKind::Number), Ok(Some(Value::Number(30))));
        assert_eq!(fold.result(NONE, &TypeKind::Number), Ok(Some(Value::Number(0))));
        fold.add_numbers(&[0, 0], super::Unit::Whole, &[i64::MIN, i64::MIN]);
        assert!(fold.result(0, &TypeKind::Number).is_err());
        fold.add_numbers(&[0, 0, 0], super::Unit::Whole, &[i64::MAX, i64::MAX, 9]);
        assert_eq!(fold.result(0, &TypeKind::Number), Ok(Some(Value::Number(7))));
    }

    #[test]
    fn least_and_greatest_of_nothing_are_nothing() {
        for (op, expected) in [(AggregateOp::Min, -3), (AggregateOp::Max, 4)] {
            let mut fold = Fold::new(op, false, 0);
            fold.grow(2);
            fold.add_numbers(&[1, 1], super::Unit::Whole, &[4, -3]);
            assert_eq!(fold.result(0, &TypeKind::Number), Ok(None));
            assert_eq!(fold.result(1, &TypeKind::Number), Ok(Some(Value::Number(expected))));
            assert!(matches!(fold.column(&[1], &TypeKind::Number), Some(Vector::Ints(values)) if values == [expected]));
            assert!(fold.is_filled(1) && !fold.is_filled(0) && !fold.is_filled(NONE));
        }
    }

    #[test]
    fn least_and_greatest_may_be_kept_in_two_ways() {
        for (op, sign) in [(AggregateOp::Min, 1), (AggregateOp::Max, -1)] {
            let mut fold = Fold::new(op, false, 2);
            fold.add_numbers(&[0], super::Unit::Whole, &[sign]);
            fold.add(1, Value::Number(sign * 70));
            fold.add_numbers(&[1, 1], super::Unit::Whole, &[sign * 30, sign * 20]);
            let results = fold.finish(&TypeKind::Number);
            assert_eq!(results, [sign, sign * 20].map(|value| Ok(Some(Value::Number(value)))));
        }
    }
}
