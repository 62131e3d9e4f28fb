//! Which single cell, if written otherwise, would clear a failed equality.
//!
//! Every equality that rules check — failed or not — is an [`Equation`]: a sum of cells, each with a factor, that should
//! be zero within an allowance. For each cell of a failed one there is one range of values that would make it hold.
//! When one [`slip`] of the pen leads from such a value to what is written, the cell is a suspect, and is judged
//! by *all* equations it takes part in: those that the change clears, less those that it breaks.
//! The search is linear in the cells of the failed equations.

mod slip;

use std::collections::BTreeMap;

pub use slip::{Range, Slip, slip};

use crate::value::Decimal;

/// A cell that equations speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its text as written.
    pub written: String,
    /// Its value in the unit that it is written in; none for a malformed cell.
    pub value: Option<Decimal>,
    /// Values of cells that it may have been copied from, in the same unit: the row above, the other table's cell.
    pub neighbours: Vec<Decimal>,
}

/// `constant + Σ factor · cell` should be zero, within `allowance`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equation {
    /// Cells, by position in the list given beside, each with the factor that brings it to the equation's unit.
    pub terms: Vec<(usize, Decimal)>,
    /// What does not come from cells.
    pub constant: Decimal,
    /// How far from zero is still zero.
    pub allowance: Decimal,
}

/// A cell that may be the cause, and what would follow if it were.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspect {
    /// The cell.
    pub cell: usize,
    /// What it would have to be, in the unit that it is written in.
    pub corrected: Decimal,
    /// The slip that leads from that to what is written.
    pub slip: Slip,
    /// Failed or undecided equations that would hold.
    pub cleared: Vec<usize>,
    /// Equations that hold and would no longer.
    pub broken: Vec<usize>,
}

impl Suspect {
    /// What the change is worth: equations cleared less equations broken.
    #[must_use]
    pub fn worth(&self) -> i64 {
        let count = |equations: &[usize]| i64::try_from(equations.len()).unwrap_or(i64::MAX);
        count(&self.cleared) - count(&self.broken)
    }
}

/// State of an equation with the cells as they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Holds,
    Fails,
    /// It has exactly one cell without a value.
    Lacks(usize),
    /// It cannot be computed.
    Unknown,
}

/// Suspects for all failed equations, best first: by worth, then by the smallness of the slip, then by cell.
///
/// Equations that only lack one malformed cell count as failed: the value that would make them hold is known.
#[must_use]
pub fn suspects(cells: &[Cell], equations: &[Equation]) -> Vec<Suspect> {
    let board = Board::new(cells, equations);
    let mut found: BTreeMap<(usize, Decimal), Slip> = BTreeMap::new();
    for (at, equation) in equations.iter().enumerate() {
        let candidates: Vec<(usize, Decimal)> = match board.states[at] {
            State::Holds | State::Unknown => continue,
            State::Fails => equation.terms.clone(),
            State::Lacks(cell) => equation.terms.iter().copied().filter(|term| term.0 == cell).collect(),
        };
        for (cell, factor) in candidates {
            let Some(wanted) = board.wanted(at, cell, factor) else { continue };
            if let Some((slip, corrected)) = explain(&cells[cell], wanted) {
                let kept = found.entry((cell, corrected)).or_insert(slip);
                *kept = slip.min(*kept);
            }
        }
    }
    let judged = found.into_iter().map(|((cell, corrected), slip)| board.judge(cell, corrected, slip));
    let mut suspects: Vec<Suspect> = judged.filter(|suspect| suspect.worth() > 0).collect();
    suspects.sort_by_key(|suspect| (-suspect.worth(), suspect.slip, suspect.cell));
    suspects
}

/// The slip that explains a cell, or the neighbour that it was copied from.
fn explain(cell: &Cell, wanted: Range) -> Option<(Slip, Decimal)> {
    slip(&cell.written, wanted).or_else(|| {
        let differs = |value: &Decimal| Some(*value) != cell.value;
        let copied = cell.neighbours.iter().copied().filter(differs).find(|value| wanted.contains(*value));
        copied.map(|value| (Slip::Copied, value.normalize()))
    })
}

/// Equations with their states, and for each cell the equations it takes part in.
struct Board<'a> {
    cells: &'a [Cell],
    equations: &'a [Equation],
    states: Vec<State>,
    sums: Vec<Option<Decimal>>,
    uses: BTreeMap<usize, Vec<(usize, Decimal)>>,
}

impl<'a> Board<'a> {
    fn new(cells: &'a [Cell], equations: &'a [Equation]) -> Self {
        let mut uses: BTreeMap<usize, Vec<(usize, Decimal)>> = BTreeMap::new();
        for (at, equation) in equations.iter().enumerate() {
            for (cell, factor) in &equation.terms {
                uses.entry(*cell).or_default().push((at, *factor));
            }
        }
        let sums: Vec<Option<Decimal>> = equations.iter().map(|equation| known_sum(cells, equation)).collect();
        let states = equations.iter().zip(&sums).map(|(equation, sum)| state(cells, equation, *sum)).collect();
        Self { cells, equations, states, sums, uses }
    }

    /// The values of `cell` that would make equation `at` hold.
    fn wanted(&self, at: usize, cell: usize, factor: Decimal) -> Option<Range> {
        let equation = &self.equations[at];
        let own = factor.checked_mul(self.cells[cell].value.unwrap_or_default())?;
        let rest = self.sums[at]?.checked_sub(own)?;
        let bound = |edge: Decimal| edge.checked_sub(rest)?.checked_div(factor);
        let (one, other) = (bound(equation.allowance)?, bound(-equation.allowance)?);
        Some(Range { low: one.min(other), high: one.max(other) })
    }

    /// What would follow if `cell` were `corrected`.
    fn judge(&self, cell: usize, corrected: Decimal, slip: Slip) -> Suspect {
        let mut suspect = Suspect { cell, corrected, slip, cleared: Vec::new(), broken: Vec::new() };
        for (at, factor) in self.uses.get(&cell).into_iter().flatten() {
            let holds = self.wanted(*at, cell, *factor).is_some_and(|range| range.contains(corrected));
            match self.states[*at] {
                State::Fails if holds => suspect.cleared.push(*at),
                State::Lacks(lacking) if holds && lacking == cell => suspect.cleared.push(*at),
                State::Holds if !holds => suspect.broken.push(*at),
                _ => {}
            }
        }
        suspect
    }
}

/// The equation's left side over the cells that have a value.
fn known_sum(cells: &[Cell], equation: &Equation) -> Option<Decimal> {
    equation.terms.iter().try_fold(equation.constant, |sum, (cell, factor)| {
        sum.checked_add(factor.checked_mul(cells[*cell].value.unwrap_or_default())?)
    })
}

fn state(cells: &[Cell], equation: &Equation, sum: Option<Decimal>) -> State {
    let mut lacking = equation.terms.iter().map(|term| term.0).filter(|cell| cells[*cell].value.is_none());
    match (lacking.next(), lacking.next(), sum) {
        (None, _, Some(sum)) if sum.abs() <= equation.allowance => State::Holds,
        (None, _, Some(_)) => State::Fails,
        (Some(cell), None, Some(_)) => State::Lacks(cell),
        _ => State::Unknown,
    }
}

#[cfg(test)]
mod tests;
