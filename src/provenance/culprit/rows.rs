//! Rows that are one too many or missing: a subtotal among the rows that are added up; a row entered twice; a row that
//! another table has.
//!
//! What they do is judged by every sum over the rows of the table, in all its columns.

use std::collections::{BTreeMap, BTreeSet};

use super::added::{Sum, amount};
use super::board::{Board, State, settled};
use super::{Cell, Equation, Range, Slip, Surroundings, Suspect};
use crate::exec::CellRef;
use crate::value::Decimal;

/// So many rows are tried for one equation.
const MOST_TRIED: usize = 4;

/// Cells of the board by their row.
type Index = BTreeMap<(usize, u32), Vec<usize>>;

fn index(board: &Board<'_>) -> Index {
    let mut index = Index::new();
    for (id, cell) in board.cells.iter().enumerate() {
        index.entry(row(cell.at)).or_default().push(id);
    }
    index
}

fn row(at: CellRef) -> (usize, u32) {
    (at.table, at.row)
}

/// Rows that are one too many or missing, each judged.
pub(super) fn suspects(board: &Board<'_>, around: &impl Surroundings) -> Vec<Suspect> {
    let mut rows: Option<Index> = None;
    let mut found: Vec<Suspect> = Vec::new();
    for at in (0..board.equations.len()).filter(|at| board.states[*at] == State::Fails) {
        let Some(sum) = Sum::of(board, at) else { continue };
        let rows = rows.get_or_insert_with(|| index(board));
        let surplus = surplus(board, &sum, around).into_iter();
        found.extend(surplus.filter_map(|surplus| without(board, rows, &surplus)));
        let missing = elsewhere(board, &sum, around).into_iter();
        found.extend(missing.filter_map(|cell| with(board, (&sum, rows), cell, around)));
    }
    // Of several cells of one row, each found by another equation, the first stands for the row.
    let mut known = BTreeSet::new();
    found.retain(|suspect| known.insert((suspect.slip, row(suspect.at[0]), suspect.cleared.clone())));
    found
}

/// A part of which a sum has just too much, and which should be none.
struct Surplus {
    cell: usize,
    /// The same amount in the row that it repeats; else it is the sum of parts beside it.
    repeats: Option<usize>,
}

/// Parts of which the sum has too much by just them, and which should not be parts: what two or more parts beside them come
/// to, or a row that stands there twice. Of two rows that are the same the later one is meant.
fn surplus(board: &Board<'_>, sum: &Sum, around: &impl Surroundings) -> Vec<Surplus> {
    let Some(range) = sum.gap.and_then(|gap| sum.about(gap)) else { return Vec::new() };
    let amounts: Option<Vec<Decimal>> = sum.parts.iter().map(|part| amount(board, *part)).collect();
    let Some(amounts) = amounts else { return Vec::new() };
    let place = |at: usize| board.cells[sum.parts[at].0].at;
    let column = |at: usize| (place(at).table, place(at).column);
    let is_sum = |at: usize| {
        let same = |other: &usize| column(*other) == column(at);
        let mut before = (0..at).rev().take_while(same);
        let mut after = (at + 1..amounts.len()).take_while(same);
        comes_to(&amounts, &mut before, amounts[at]) || comes_to(&amounts, &mut after, amounts[at])
    };
    let wanted = (0..amounts.len()).filter(|at| !amounts[*at].is_zero() && range.contains(amounts[*at]));
    let wanted: Vec<usize> = wanted.take(MOST_TRIED).collect();
    let is_earlier = |one: usize, at: usize| {
        let (one_place, at_place) = (place(one), place(at));
        column(one) == column(at)
            && one_place.row < at_place.row
            && amounts[one] == amounts[at]
            && around.same_sheet(one_place, at_place)
            && around.same_key(one_place, at_place)
    };
    let told = wanted.iter().filter_map(|at| {
        let cell = |at: usize| sum.parts[at].0;
        let repeats = wanted.iter().copied().find(|one| is_earlier(*one, *at)).map(cell);
        (repeats.is_some() || is_sum(*at)).then(|| Surplus { cell: cell(*at), repeats })
    });
    told.collect()
}

/// Whether the first two or more of `parts` come to `total`.
fn comes_to(amounts: &[Decimal], parts: &mut impl Iterator<Item = usize>, total: Decimal) -> bool {
    let mut sum = Decimal::ZERO;
    for (count, at) in (1..).zip(parts) {
        let Some(more) = sum.checked_add(amounts[at]) else { return false };
        sum = more;
        if count > 1 && sum == total {
            return true;
        }
    }
    false
}

/// What would follow if the row of a surplus part were no row.
fn without(board: &Board<'_>, index: &Index, surplus: &Surplus) -> Option<Suspect> {
    let Surplus { cell, repeats } = *surplus;
    let gone = index.get(&row(board.cells[cell].at))?;
    let (mut cleared, mut broken) = (Vec::new(), Vec::new());
    for at in touched(board, gone) {
        let equation = &board.equations[at];
        let (out, rest): (Vec<_>, Vec<_>) = equation.terms.iter().partition(|term| gone.contains(&term.0));
        let column = |term: &&(usize, Decimal)| (board.cells[term.0].at.table, board.cells[term.0].at.column);
        // What only compares the cells of the row, or the row with one elsewhere, would not be there without it.
        if !rest.iter().any(|term| out.iter().any(|gone| column(gone) == column(term))) {
            continue;
        }
        let added = out.iter().try_fold(board.sums[at]?, |sum, term| sum.checked_sub(amount(board, **term)?));
        judge(board, at, added, (&mut cleared, &mut broken));
    }
    let (at, corrected) = (vec![board.cells[cell].at], board.cells[cell].value?);
    let slip = if repeats.is_some() { Slip::RowTwice } else { Slip::Subtotal };
    let parts = repeats.into_iter().collect();
    Some(Suspect { at, cells: vec![cell], corrected, slip, parts, cleared, broken })
}

/// Cells of another table in the same column, of rows that this table does not have, which are just what is missing.
fn elsewhere(board: &Board<'_>, sum: &Sum, around: &impl Surroundings) -> Vec<CellRef> {
    let wanted = || {
        let (part, factor) = *sum.parts.first()?;
        let per_yuan = factor.checked_div(board.cells[part].worth)?;
        let range = sum.about(-sum.gap?)?;
        Some((part, Range { low: range.low.checked_div(per_yuan)?, high: range.high.checked_div(per_yuan)? }))
    };
    let Some((part, range)) = wanted().filter(|(_, range)| range.low <= range.high) else { return Vec::new() };
    let own = board.cells[part].at;
    let one_column = |part: &(usize, Decimal)| {
        let at = board.cells[part.0].at;
        at.column == own.column && around.same_sheet(at, own)
    };
    // In a sum across a row, or over several tables, no row is missing.
    if !sum.parts.iter().all(one_column) {
        return Vec::new();
    }
    let total = board.cells[sum.total.0].at;
    let known = |at: CellRef| sum.parts.iter().any(|part| around.same_key(board.cells[part.0].at, at));
    let candidates = around.elsewhere(own, range).into_iter().filter(|at| *at != total);
    candidates.take(MOST_TRIED).filter(|at| !known(*at)).collect()
}

/// What would follow if the row of `new`, of another table, were one of those that `sum` adds up.
fn with(board: &Board<'_>, (sum, index): (&Sum, &Index), new: CellRef, around: &impl Surroundings) -> Option<Suspect> {
    let rows: BTreeSet<(usize, u32)> = sum.parts.iter().map(|part| row(board.cells[part.0].at)).collect();
    let first = index.get(rows.first()?)?;
    let (mut cleared, mut broken) = (Vec::new(), Vec::new());
    for at in touched(board, first) {
        let Some(other) = Sum::of(board, at).filter(|other| covers(board, other, &rows)) else { continue };
        let (part, factor) = *other.parts.first()?;
        let Some(more) = around.amount_like(new, board.cells[part].at) else { continue };
        let added = || {
            let more = more.checked_mul(factor)?.checked_div(board.cells[part].worth)?;
            // The sign of parts in the equation as it stands.
            let negative = board.equations[at].terms.iter().any(|term| term.0 == part && term.1.is_sign_negative());
            if negative { board.sums[at]?.checked_sub(more) } else { board.sums[at]?.checked_add(more) }
        };
        judge(board, at, added(), (&mut cleared, &mut broken));
    }
    let corrected = around.amount_like(new, new)?;
    let (at, slip) = (vec![new], Slip::RowMissing);
    Some(Suspect { at, cells: Vec::new(), corrected, slip, parts: Vec::new(), cleared, broken })
}

/// Whether all `rows` are among the parts of a sum down one column.
fn covers(board: &Board<'_>, sum: &Sum, rows: &BTreeSet<(usize, u32)>) -> bool {
    let column = board.cells[sum.parts[0].0].at.column;
    let own: BTreeSet<(usize, u32)> =
        sum.parts.iter().map(|part| board.cells[part.0].at).filter(|at| at.column == column).map(row).collect();
    own.len() == sum.parts.len() && rows.is_subset(&own)
}

fn touched(board: &Board<'_>, cells: &[usize]) -> BTreeSet<usize> {
    cells.iter().flat_map(|cell| board.uses(*cell)).collect()
}

fn judge(board: &Board<'_>, at: usize, sum: Option<Decimal>, (cleared, broken): (&mut Vec<usize>, &mut Vec<usize>)) {
    let holds = settled(sum, &board.equations[at]) == State::Holds;
    match board.states[at] {
        State::Fails if holds => cleared.push(at),
        State::Holds if !holds => broken.push(at),
        _ => {}
    }
}

/// Takes a row out of an equation, or puts one in, so that it holds; the others cleared are told in turn.
pub(super) fn mend(cells: &[Cell], equation: &mut Equation, suspect: &Suspect) {
    let own = row(suspect.at[0]);
    if suspect.slip != Slip::RowMissing {
        equation.terms.retain(|term| row(cells[term.0].at) != own);
        return;
    }
    let left = |equation: &Equation| {
        equation.terms.iter().try_fold(equation.constant, |sum, (cell, factor)| {
            sum.checked_add(factor.checked_mul(cells[*cell].value?)?)
        })
    };
    if let Some(sum) = left(equation).and_then(|sum| equation.constant.checked_sub(sum)) {
        equation.constant = sum;
    }
}
