//! [`Fold`]: aggregates of many groups at once. What they come to is said by [`exec::fold`](crate::exec::fold); sums of
//! whole numbers and of decimals at one scale, and counts, are kept as numbers on the way.

use super::World;
use super::batch::{Fault, Vector, amount};
use crate::exec::fold;
use crate::ir::{AggregateOp, TypeKind};
use crate::value::functions::EvalError;
use crate::value::{Decimal, Value};

/// One aggregate, of many groups.
#[derive(Debug)]
pub struct Fold {
    op: AggregateOp,
    distinct: bool,
    counts: Vec<usize>,
    values: Vec<Vec<Value>>,
    /// Sums of multiples of 10^-scale, and whether they are money; scale 0 for whole numbers.
    sums: Vec<i128>,
    unit: Option<Unit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Whole,
    Scaled(u32),
}

impl Fold {
    /// Nothing yet in any of so many groups.
    #[must_use]
    pub fn new(op: AggregateOp, distinct: bool, groups: usize) -> Self {
        Self { op, distinct, counts: vec![0; groups], values: Vec::new(), sums: Vec::new(), unit: None }
    }

    /// Counts a row in each of the groups.
    pub fn count(&mut self, groups: &[u32]) {
        groups.iter().for_each(|group| self.counts[*group as usize] += 1);
    }

    /// Adds a column of values to the groups.
    pub fn add_all(&mut self, groups: &[u32], column: &Vector, world: &World<'_>) {
        let sums = self.op == AggregateOp::Sum && !self.distinct;
        let (unit, multiples) = match column {
            Vector::Ints(values) if sums => (Unit::Whole, values),
            Vector::Scaled { scale, values, .. } if sums => (Unit::Scaled(*scale), values),
            _ => {
                for (row, group) in groups.iter().enumerate() {
                    let value = match column {
                        Vector::Words(kind, words) => world.words.decode(words[row], *kind),
                        Vector::Ints(values) => Value::Number(values[row]),
                        Vector::Scaled { scale, money, values } => amount(Decimal::new(values[row], *scale), *money),
                        Vector::Values(values) => values[row].clone(),
                        Vector::Partial(values) => match &values[row] {
                            Ok(value) => value.clone(),
                            Err(_) => continue,
                        },
                    };
                    self.add(*group, value);
                }
                return;
            }
        };
        if self.unit.is_some_and(|known| known != unit) || !self.values.is_empty() {
            return self.one_by_one(groups, column);
        }
        self.unit = Some(unit);
        self.sums.resize(self.counts.len(), 0);
        for (group, multiple) in groups.iter().zip(multiples) {
            self.counts[*group as usize] += 1;
            self.sums[*group as usize] += i128::from(*multiple);
        }
    }

    /// For columns whose scale differs from that of earlier ones.
    fn one_by_one(&mut self, groups: &[u32], column: &Vector) {
        for (row, group) in groups.iter().enumerate() {
            match column {
                Vector::Ints(values) => self.add(*group, Value::Number(values[row])),
                Vector::Scaled { scale, values, money } => {
                    self.add(*group, amount(Decimal::new(values[row], *scale), *money));
                }
                Vector::Words(..) | Vector::Values(_) | Vector::Partial(_) => {}
            }
        }
    }

    /// Adds a value to a group.
    pub fn add(&mut self, group: u32, value: Value) {
        self.values.resize(self.counts.len(), Vec::new());
        self.counts[group as usize] += 1;
        self.values[group as usize].push(value);
    }

    /// The result of each group, of type `kind`; none where there is nothing to say.
    #[must_use]
    pub fn finish(mut self, kind: &TypeKind) -> Vec<Result<Option<Value>, Fault>> {
        (0..self.counts.len()).map(|group| self.result(group, kind).map_err(Fault::from)).collect()
    }

    fn result(&mut self, group: usize, kind: &TypeKind) -> Result<Option<Value>, EvalError> {
        if self.op == AggregateOp::Count && !self.distinct {
            return Ok(Some(fold::count(kind, self.counts[group])));
        }
        let mut values = self.values.get_mut(group).map(std::mem::take).unwrap_or_default();
        if let Some(unit) = self.unit
            && self.counts[group] > values.len()
        {
            let sum = sum(self.sums[group], unit)?;
            if values.is_empty() && matches!((kind, unit), (TypeKind::Number, Unit::Whole)) {
                return Ok(Some(Value::Number(sum.1.ok_or(EvalError::Overflow)?)));
            }
            values.push(sum.0);
        }
        if self.distinct {
            values.sort_unstable();
            values.dedup();
        }
        fold::fold(self.op, kind, &values)
    }
}

/// A sum of multiples as a decimal, and as a whole number where it is one that fits.
fn sum(sum: i128, unit: Unit) -> Result<(Value, Option<i64>), EvalError> {
    let (scale, whole) = match unit {
        Unit::Whole => (0, i64::try_from(sum).ok()),
        Unit::Scaled(scale) => (scale, None),
    };
    let value = match (unit, whole) {
        (Unit::Whole, Some(whole)) => Value::Number(whole),
        _ => Value::Decimal(Decimal::try_from_i128_with_scale(sum, scale).map_err(|_| EvalError::Overflow)?),
    };
    Ok((value, whole))
}
