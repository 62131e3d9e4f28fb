//! [`Linear`]: a number as a sum of cells, as far as it is one.

use std::collections::BTreeMap;

use crate::exec::CellRef;
use crate::value::Decimal;

/// `constant + Σ factor · cell`, where every cell is in the unit that it is written in.
///
/// A product of two such sums is linear in each cell alone: changing one cell changes it exactly as the factors say,
/// which is all that a search for one wrong cell asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Linear {
    pub(super) constant: Decimal,
    pub(super) terms: BTreeMap<CellRef, Decimal>,
    /// What it comes to; none when a cell has no value.
    pub(super) value: Option<Decimal>,
}

impl Linear {
    pub(super) fn constant(value: Decimal) -> Self {
        Self { constant: value, terms: BTreeMap::new(), value: Some(value) }
    }

    /// One cell of `value`, where one of its units is worth `factor`.
    pub(super) fn cell(cell: CellRef, value: Option<Decimal>, factor: Decimal) -> Option<Self> {
        let value = match value {
            Some(value) => Some(value.checked_mul(factor)?),
            None => None,
        };
        Some(Self { constant: Decimal::ZERO, terms: BTreeMap::from([(cell, factor)]), value })
    }

    pub(super) fn plus(mut self, other: &Self, sign: Decimal) -> Option<Self> {
        self.constant = self.constant.checked_add(other.constant.checked_mul(sign)?)?;
        for (cell, factor) in &other.terms {
            let kept = self.terms.entry(*cell).or_default();
            *kept = kept.checked_add(factor.checked_mul(sign)?)?;
        }
        self.value = match (self.value, other.value) {
            (Some(one), Some(two)) => Some(one.checked_add(two.checked_mul(sign)?)?),
            _ => None,
        };
        Some(self)
    }

    pub(super) fn scaled(mut self, by: Decimal) -> Option<Self> {
        self.constant = self.constant.checked_mul(by)?;
        for factor in self.terms.values_mut() {
            *factor = factor.checked_mul(by)?;
        }
        self.value = match self.value {
            Some(value) => Some(value.checked_mul(by)?),
            None => None,
        };
        Some(self)
    }

    /// The product, when both have a value.
    pub(super) fn times(self, other: Self) -> Option<Self> {
        if other.terms.is_empty() {
            return self.scaled(other.value?);
        }
        let (one, two) = (self.value?, other.value?);
        let product = one.checked_mul(two)?;
        let mut sum = self.scaled(two)?.plus(&other.scaled(one)?, Decimal::ONE)?;
        // Each part is counted once with the other at its value: the sum is the product twice.
        sum.constant = sum.constant.checked_sub(product)?;
        sum.value = Some(product);
        Some(sum)
    }
}
