//! [`Fold`]: aggregates of many groups at once.

use super::World;
use super::batch::{Vector, amount};
use super::eval::Fault;
use crate::ir::{AggregateOp, TypeKind};
use crate::value::functions::{self, EvalError, Function, call};
use crate::value::{Decimal, Float, Value};

/// One aggregate, of many groups.
#[derive(Debug)]
pub struct Fold {
    op: AggregateOp,
    counts: Vec<u64>,
    /// Sum or extreme so far; sums of multiples stand apart.
    values: Vec<Option<Value>>,
    /// Sums of multiples of 10^-scale.
    multiples: Vec<i128>,
    /// Scale of the multiples, whether they are money, none for whole numbers.
    unit: Option<(u32, bool)>,
    faults: Vec<Option<Fault>>,
}

impl Fold {
    /// Nothing yet in any of so many groups.
    #[must_use]
    pub fn new(op: AggregateOp, groups: usize) -> Self {
        Self {
            op,
            counts: vec![0; groups],
            values: vec![None; groups],
            multiples: Vec::new(),
            unit: None,
            faults: vec![None; groups],
        }
    }

    /// Counts a row in each of the groups.
    pub fn count(&mut self, groups: &[u32]) {
        groups.iter().for_each(|group| self.counts[*group as usize] += 1);
    }

    /// Adds a column of values to the groups.
    pub fn add_all(&mut self, groups: &[u32], values: &Vector, world: &World<'_>) {
        let sums = matches!(self.op, AggregateOp::Sum | AggregateOp::Mean);
        let (unit, multiples) = match values {
            Vector::Ints(values) if sums => (None, values),
            Vector::Scaled { scale, money, values } if sums => (Some((*scale, *money)), values),
            _ => {
                for (row, group) in groups.iter().enumerate() {
                    let value = match values {
                        Vector::Words(kind, words) => world.words.decode(words[row], *kind),
                        Vector::Ints(values) => Value::Number(values[row]),
                        Vector::Scaled { scale, money, values } => amount(Decimal::new(values[row], *scale), *money),
                        Vector::Values(values) => values[row].clone(),
                    };
                    self.add(*group, Ok(value));
                }
                return;
            }
        };
        // One column has one scale, so this branch is taken always or never.
        self.multiples.resize(self.counts.len(), 0);
        self.unit = unit;
        for (group, multiple) in groups.iter().zip(multiples) {
            self.counts[*group as usize] += 1;
            self.multiples[*group as usize] += i128::from(*multiple);
        }
    }

    /// Adds a value, or the reason why there is none, to a group.
    pub fn add(&mut self, group: u32, value: Result<Value, Fault>) {
        let group = group as usize;
        self.counts[group] += 1;
        if let Err(fault) = value.and_then(|value| self.combine(group, value).map_err(Fault::Error)) {
            self.faults[group].get_or_insert(fault);
        }
    }

    fn combine(&mut self, group: usize, value: Value) -> Result<(), EvalError> {
        let slot = &mut self.values[group];
        *slot = Some(match slot.take() {
            None => value,
            Some(sum) if matches!(self.op, AggregateOp::Sum | AggregateOp::Mean) => call(Function::Add, &[sum, value])?,
            Some(best) => {
                let order = functions::compare(&value, &best).ok_or(EvalError::NotDefined)?;
                let better = if self.op == AggregateOp::Max { order.is_gt() } else { order.is_lt() };
                if better { value } else { best }
            }
        });
        Ok(())
    }

    /// The result of each group, whose type is `kind`; none where there is nothing to say.
    #[must_use]
    pub fn finish(mut self, kind: &TypeKind) -> Vec<Result<Option<Value>, Fault>> {
        (0..self.counts.len()).map(|group| self.result(group, kind)).collect()
    }

    fn result(&mut self, group: usize, kind: &TypeKind) -> Result<Option<Value>, Fault> {
        if let Some(fault) = self.faults[group] {
            return Err(fault);
        }
        let count = self.counts[group];
        match self.op {
            AggregateOp::Count => Ok(Some(self::count(count, kind)?)),
            AggregateOp::Sum => Ok(Some(self.sum(group)?.unwrap_or_else(|| zero(kind)))),
            AggregateOp::Min | AggregateOp::Max => Ok(self.values[group].take()),
            AggregateOp::Mean => {
                let Some(sum) = self.sum(group)? else { return Ok(None) };
                Ok(Some(mean(sum, count, kind)?))
            }
        }
    }

    fn sum(&mut self, group: usize) -> Result<Option<Value>, EvalError> {
        if self.counts[group] == 0 {
            return Ok(None);
        }
        let Some(multiple) = self.multiples.get(group).copied() else { return Ok(self.values[group].take()) };
        let sum = match self.unit {
            None => Value::Number(i64::try_from(multiple).map_err(|_| EvalError::Overflow)?),
            Some((scale, money)) => {
                let sum = Decimal::try_from_i128_with_scale(multiple, scale).map_err(|_| EvalError::Overflow)?;
                amount(sum, money)
            }
        };
        Ok(Some(sum))
    }
}

fn count(count: u64, kind: &TypeKind) -> Result<Value, EvalError> {
    if *kind == TypeKind::Unsigned {
        return Ok(Value::Unsigned(count));
    }
    Ok(Value::Number(i64::try_from(count).map_err(|_| EvalError::Overflow)?))
}

fn zero(kind: &TypeKind) -> Value {
    match kind {
        TypeKind::Unsigned => Value::Unsigned(0),
        TypeKind::Float => Value::Float(Float(0.0)),
        TypeKind::Decimal | TypeKind::Percent => Value::Decimal(Decimal::ZERO),
        TypeKind::Money(_) => Value::Money(Decimal::ZERO),
        _ => Value::Number(0),
    }
}

fn mean(sum: Value, count: u64, kind: &TypeKind) -> Result<Value, EvalError> {
    #[expect(clippy::cast_precision_loss, reason = "the mean of whole numbers is a double, as in Soufflé")]
    let float = |sum: f64| Value::Float(Float(sum / count as f64));
    match (kind, &sum) {
        #[expect(clippy::cast_precision_loss, reason = "the mean of whole numbers is a double, as in Soufflé")]
        (TypeKind::Float, Value::Number(sum)) => Ok(float(*sum as f64)),
        #[expect(clippy::cast_precision_loss, reason = "the mean of whole numbers is a double, as in Soufflé")]
        (TypeKind::Float, Value::Unsigned(sum)) => Ok(float(*sum as f64)),
        (TypeKind::Float, Value::Float(sum)) => Ok(float(sum.0)),
        _ => call(Function::Div, &[sum, Value::Decimal(Decimal::from(count))]),
    }
}
