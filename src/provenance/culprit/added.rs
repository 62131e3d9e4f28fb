//! Totals that were added wrongly: a part, or a subtotal of parts, left out or counted twice.
//!
//! In `Σ parts − total` that is not zero, what is missing or too much is compared with every part and, through an index
//! by amount, with the total of every other equation: linear in the cells.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::board::{Board, State};
use super::{Changes, Equation, Explained, Range, Sense, Slip, TELLING_DIGITS, significant_digits};
use crate::value::Decimal;

/// So many parts that explain a total equally well are told apart.
const MOST_ALIKE: usize = 8;

/// An equation as a total and its parts: cells with what one of their units counts for, never negative.
pub(super) struct Sum {
    pub(super) total: (usize, Decimal),
    pub(super) parts: Vec<(usize, Decimal)>,
    /// What the parts come to less what the total says, where all have values.
    pub(super) gap: Option<Decimal>,
    pub(super) allowance: Decimal,
}

impl Sum {
    /// The equation as a sum: one cell on one side, two or more on the other.
    pub(super) fn of(board: &Board<'_>, at: usize) -> Option<Self> {
        let equation: &Equation = &board.equations[at];
        if equation.sense != Sense::Zero {
            return None;
        }
        let (minus, plus): (Vec<_>, Vec<_>) =
            equation.terms.iter().map(|(cell, factor)| (*cell, *factor)).partition(|term| term.1.is_sign_negative());
        let (total, parts, sign) = match (&minus[..], &plus[..]) {
            ([total], [_, _, ..]) => (*total, plus, Decimal::ONE),
            ([_, _, ..], [total]) => (*total, minus, -Decimal::ONE),
            _ => return None,
        };
        let size = |(cell, factor): (usize, Decimal)| (cell, factor.abs());
        let gap = board.sums[at].filter(|_| board.states[at] != State::Unknown);
        Some(Self {
            total: size(total),
            parts: parts.into_iter().map(size).collect(),
            gap: gap.and_then(|gap| gap.checked_mul(sign)),
            allowance: equation.allowance,
        })
    }

    /// Amounts that are `amount` within the allowance.
    pub(super) fn about(&self, amount: Decimal) -> Option<Range> {
        Some(Range { low: amount.checked_sub(self.allowance)?, high: amount.checked_add(self.allowance)? })
    }
}

/// What a cell counts for.
pub(super) fn amount(board: &Board<'_>, (cell, factor): (usize, Decimal)) -> Option<Decimal> {
    board.cells[cell].value?.checked_mul(factor)
}

/// Adds every change of a total that such a slip explains.
pub(super) fn totals(board: &Board<'_>, found: &mut Changes) {
    let mut subtotals: Option<BTreeMap<Decimal, Vec<usize>>> = None;
    for at in (0..board.equations.len()).filter(|at| board.states[*at] == State::Fails) {
        let Some(sum) = Sum::of(board, at) else { continue };
        let Some(gap) = sum.gap else { continue };
        let subtotals = subtotals.get_or_insert_with(|| totals_by_amount(board));
        for (slip, missing) in [(Slip::LeftOut, gap), (Slip::CountedTwice, -gap)] {
            let Some(range) = sum.about(missing) else { continue };
            let is_it = |amount: Option<Decimal>| amount.is_some_and(|it| !it.is_zero() && range.contains(it));
            let mut parts: Vec<usize> =
                sum.parts.iter().filter(|part| is_it(amount(board, **part))).map(|part| part.0).collect();
            parts.extend(within(board, &sum, (at, subtotals), range));
            parts.truncate(MOST_ALIKE);
            if let Some(part) = parts.first().copied() {
                explained(board, &sum, (slip, part, parts), found);
            }
        }
        all_twice(board, &sum, found);
    }
}

/// Totals of other equations whose parts are some, not all, of the parts of `sum`, and whose amount is in `range`.
fn within(
    board: &Board<'_>,
    sum: &Sum,
    (own, subtotals): (usize, &BTreeMap<Decimal, Vec<usize>>),
    range: Range,
) -> Vec<usize> {
    let candidates = subtotals.range(range.low..=range.high).flat_map(|(_, equations)| equations);
    let candidates = candidates.filter(|at| **at != own).take(MOST_ALIKE);
    let mut own: Option<BTreeSet<usize>> = None;
    let mut totals = Vec::new();
    for other in candidates.filter_map(|at| Sum::of(board, *at)) {
        let own = own.get_or_insert_with(|| sum.parts.iter().map(|part| part.0).collect());
        let is_within = other.parts.len() < own.len() && other.parts.iter().all(|part| own.contains(&part.0));
        if is_within && other.total.0 != sum.total.0 && !totals.contains(&other.total.0) {
            totals.push(other.total.0);
        }
    }
    totals
}

/// Every equation that is a sum, by what its total says.
fn totals_by_amount(board: &Board<'_>) -> BTreeMap<Decimal, Vec<usize>> {
    let mut by_amount: BTreeMap<Decimal, Vec<usize>> = BTreeMap::new();
    for at in 0..board.equations.len() {
        let Some(sum) = Sum::of(board, at) else { continue };
        if let Some(amount) = amount(board, sum.total).filter(|amount| !amount.is_zero()) {
            by_amount.entry(amount).or_default().push(at);
        }
    }
    by_amount
}

/// The total with `part` put in, or taken out.
fn explained(board: &Board<'_>, sum: &Sum, (slip, part, parts): (Slip, usize, Vec<usize>), found: &mut Changes) {
    let sign = if slip == Slip::LeftOut { Decimal::ONE } else { -Decimal::ONE };
    let corrected = || {
        let of_part = sum.parts.iter().find(|(cell, _)| *cell == part);
        // A subtotal is of the unit of the cells that it is the total of.
        let factor = of_part.map_or_else(|| unit_of(board, sum, part), |(_, factor)| Some(*factor))?;
        let change = amount(board, (part, factor))?.checked_div(sum.total.1)?.checked_mul(sign)?;
        board.cells[sum.total.0].value?.checked_add(change)
    };
    let Some(corrected) = corrected() else { return };
    add(board, (sum.total.0, corrected.normalize()), Explained { slip, parts }, found);
}

/// What one unit of `cell` counts for in an equation whose total counts for so much.
fn unit_of(board: &Board<'_>, sum: &Sum, cell: usize) -> Option<Decimal> {
    let total = board.cells[sum.total.0].worth;
    sum.total.1.checked_mul(board.cells[cell].worth)?.checked_div(total)
}

/// A total that is twice what its parts come to: subtotals were added with the parts.
fn all_twice(board: &Board<'_>, sum: &Sum, found: &mut Changes) {
    let twice = || {
        let total = amount(board, sum.total)?;
        let parts = sum.gap?.checked_add(total)?;
        let is_twice = !parts.is_zero() && sum.about(total)?.contains(parts.checked_mul(Decimal::TWO)?);
        is_twice.then(|| parts.checked_div(sum.total.1)).flatten()
    };
    let Some(corrected) = twice() else { return };
    let explained = Explained { slip: Slip::CountedTwice, parts: Vec::new() };
    add(board, (sum.total.0, corrected.normalize()), explained, found);
}

/// A slip of the pen that explains the same is more likely than a small number that happens to be the difference.
fn add(board: &Board<'_>, change: (usize, Decimal), explained: Explained, found: &mut Changes) {
    match found.entry(change) {
        Entry::Vacant(entry) => drop(entry.insert(explained)),
        Entry::Occupied(mut entry) => {
            let same = explained.parts.first().unwrap_or(&change.0);
            let value = board.cells[*same].value;
            let telling = value.is_some_and(|value| significant_digits(value) >= TELLING_DIGITS);
            if telling && explained.slip < entry.get().slip {
                entry.insert(explained);
            }
        }
    }
}
