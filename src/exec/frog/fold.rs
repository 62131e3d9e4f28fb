//! [`Fold`]: aggregates of many groups at once. What they come to is said by [`exec::fold`](crate::exec::fold); sums, least
//! and greatest of whole numbers and of decimals at one scale, and counts, are kept as numbers on the way.

use std::sync::{Mutex, PoisonError};

use bytemuck::{Pod, Zeroable};
use rustc_hash::FxHashMap;

use super::World;
use super::batch::{Fault, Vector, amount};
use super::words::{Kind, Words};
use crate::exec::fold;
use crate::ir::{AggregateOp, TypeKind};
use crate::pages::Pages;
use crate::threads;
use crate::value::functions::EvalError;
use crate::value::{Decimal, Value};

/// One aggregate, of many groups.
#[derive(Debug)]
pub struct Fold {
    op: AggregateOp,
    distinct: bool,
    /// By group; there may be room for more.
    kept: Pages<Kept>,
    groups: usize,
    values: Vec<Vec<Value>>,
    /// What of sums is beyond that, as multiples of 2⁶⁴.
    carries: FxHashMap<u32, i64>,
    unit: Option<Unit>,
}

/// What is kept of a group: side by side, since groups are met in any order, and each is far from the one before.
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
struct Kept {
    /// How much was added.
    count: u64,
    /// The sum, least or greatest of multiples of the unit, modulo 2⁶⁴.
    multiple: i64,
}

impl Kept {
    /// Adds what another group has; a carry when a sum goes beyond 64 bits.
    fn add(&mut self, more: Self, op: AggregateOp) -> Option<i64> {
        let is_both = self.count > 0 && more.count > 0;
        self.count += more.count;
        match op {
            AggregateOp::Min if is_both => self.multiple = self.multiple.min(more.multiple),
            AggregateOp::Max if is_both => self.multiple = self.multiple.max(more.multiple),
            _ => {
                let (sum, is_over) = self.multiple.overflowing_add(more.multiple);
                self.multiple = sum;
                return is_over.then_some(more.multiple.signum());
            }
        }
        None
    }
}

/// So many groups are put together by one thread.
const TOGETHER: usize = 1 << 14;

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
            kept: Pages::zeroed(groups),
            groups,
            values: Vec::new(),
            carries: FxHashMap::default(),
            unit: None,
        }
    }

    /// From now on there are so many groups, those that are new being empty.
    pub fn grow(&mut self, groups: usize) {
        self.groups = groups;
        if groups > self.kept.len() {
            let mut larger = Pages::zeroed(groups.max(2 * self.kept.len()));
            larger[..self.kept.len()].copy_from_slice(&self.kept);
            self.kept = larger;
        }
    }

    /// Whether all that was added is kept as numbers.
    #[must_use]
    pub fn is_native(&self) -> bool {
        self.values.is_empty()
    }

    /// Counts a row in each of the groups.
    pub fn count(&mut self, groups: &[u32]) {
        let all: &mut [Kept] = &mut self.kept;
        groups.iter().for_each(|group| all[*group as usize].count += 1);
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
        let all: &mut [Kept] = &mut self.kept;
        for (group, multiple) in groups.iter().zip(multiples) {
            let Kept { count, multiple: kept } = &mut all[*group as usize];
            // Of a group of which nothing is kept as a number so far, the kept zero means nothing.
            let is_first = || *count == self.values.get(*group as usize).map_or(0, Vec::len) as u64;
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

    /// Adds what another has in groups of the same numbers, on up to so many threads; `false` when both cannot be kept as numbers
    /// of one unit.
    #[must_use]
    pub fn add_fold(&mut self, other: Self, threads: usize) -> bool {
        let is_one_unit = self.unit.is_none() || other.unit.is_none() || self.unit == other.unit;
        if !self.is_native() || !other.is_native() || !is_one_unit {
            return false;
        }
        self.unit = self.unit.or(other.unit);
        self.grow(self.groups.max(other.groups));
        let op = self.op;
        let firsts = (0_u32..).step_by(TOGETHER);
        let pieces: Vec<_> =
            firsts.zip(self.kept.chunks_mut(TOGETHER).map(Mutex::new).zip(other.kept.chunks(TOGETHER))).collect();
        let carries = threads::map(&pieces, threads, |(first, (own, more))| {
            let mut carries = Vec::new();
            let mut own = own.lock().unwrap_or_else(PoisonError::into_inner);
            for (group, (own, more)) in (*first..).zip(own.iter_mut().zip(more.iter())) {
                if let Some(carry) = own.add(*more, op) {
                    carries.push((group, carry));
                }
            }
            carries
        });
        drop(pieces);
        for (group, carry) in carries.into_iter().flatten().chain(other.carries) {
            *self.carries.entry(group).or_default() += carry;
        }
        true
    }

    /// Adds a value to a group.
    pub fn add(&mut self, group: u32, value: Value) {
        self.values.resize(self.groups, Vec::new());
        self.kept[group as usize].count += 1;
        self.values[group as usize].push(value);
    }

    /// The result of each group, of type `kind`; none where there is nothing to say.
    #[must_use]
    pub fn finish(mut self, kind: &TypeKind) -> Vec<Result<Option<Value>, Fault>> {
        let mut values = std::mem::take(&mut self.values);
        let mut own = |group: u32| values.get_mut(group as usize).map(std::mem::take).unwrap_or_default();
        (0_u32..).take(self.groups).map(|group| self.of(group, own(group), kind)).collect()
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
        let all: &[Kept] = &self.kept;
        let kept = |group: &u32| all.get(*group as usize).copied().unwrap_or_default();
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
            return Ok(Some(fold::count(kind, usize::try_from(count).map_err(|_| EvalError::Overflow)?)));
        }
        if let Some(unit) = self.unit
            && count > values.len() as u64
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
    fn two_are_put_together_as_if_all_had_been_added_to_one() {
        let parts: [(&[u32], &[i64]); 4] = [
            (&[0, 2, 2], &[i64::MAX, 3, -4]),
            (&[0, 1, 2, 2], &[i64::MAX, -7, i64::MIN, i64::MIN]),
            (&[2, 4, 4], &[i64::MIN, 5, 2]),
            (&[], &[]),
        ];
        for op in [AggregateOp::Sum, AggregateOp::Min, AggregateOp::Max, AggregateOp::Count] {
            let of = |groups: &[u32], values: &[i64]| {
                let mut fold = Fold::new(op, false, 5);
                fold.add_numbers(groups, super::Unit::Whole, values);
                fold
            };
            let mut all = of(&[], &[]);
            let mut whole = of(&[], &[]);
            for (groups, values) in parts {
                assert!(all.add_fold(of(groups, values), 2));
                whole.add_numbers(groups, super::Unit::Whole, values);
            }
            assert_eq!(all.finish(&TypeKind::Number), whole.finish(&TypeKind::Number), "{op:?}");
        }
        let money = |mut fold: Fold| {
            fold.add_numbers(&[0], super::Unit::Scaled { scale: 2, money: true }, &[1]);
            fold
        };
        let mut whole = Fold::new(AggregateOp::Sum, false, 1);
        whole.add_numbers(&[0], super::Unit::Whole, &[1]);
        assert!(!whole.add_fold(money(Fold::new(AggregateOp::Sum, false, 1)), 1), "of two units");
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
