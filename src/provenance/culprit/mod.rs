//! Which single cell, if written otherwise, would clear a failed equality.
//!
//! Every equality that rules check — failed or not — is an [`Equation`]: a sum of cells, each with a factor, that should
//! be zero within an allowance. For each cell of a failed one there is one range of values that would make it hold.
//! When one [`slip`] of the pen leads from such a value to what is written, the cell is a suspect, and is judged
//! by *all* equations it takes part in: those that the change clears, less those that it breaks.
//! The search is linear in the cells of the failed equations.

mod board;
mod equations;
mod linear;
mod slip;

use std::collections::BTreeMap;

use board::{Board, State};
pub use equations::{Equalities, Failed, MOST_FAILED, equalities};
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
    /// The cell; then the cells that must say the same as it and do: one fact stated in several tables.
    pub cells: Vec<usize>,
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

    /// Whether another suspect explains as much, by as small a slip: then neither is to be preferred.
    #[must_use]
    pub fn ties(&self, other: &Self) -> bool {
        self.worth() == other.worth() && self.slip == other.slip && self.cells != other.cells
    }
}

/// One probable cause, with those that came next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The best suspect.
    pub suspect: Suspect,
    /// Others that would clear one of the equations that it clears, best first.
    pub runners_up: Vec<Suspect>,
}

/// At most so many causes are named.
const MOST_ROOTS: usize = 20;

/// Probable causes of the failed equations, one after another: the best suspect, then the best with that one mended,
/// and so on, until nothing that fails has a suspect left.
#[must_use]
pub fn roots(cells: &[Cell], equations: &[Equation]) -> Vec<Root> {
    let mut cells = cells.to_vec();
    let mut roots = Vec::new();
    // Each round clears at least one equation for good or stops.
    for _ in 0..MOST_ROOTS {
        let mut suspects = suspects(&cells, equations).into_iter();
        let Some(suspect) = suspects.next() else { break };
        for cell in &suspect.cells {
            cells[*cell].value = Some(suspect.corrected);
            cells[*cell].written = suspect.corrected.to_string();
        }
        let shares = |other: &Suspect| other.cleared.iter().any(|equation| suspect.cleared.contains(equation));
        let runners_up = suspects.filter(shares).collect();
        roots.push(Root { suspect, runners_up });
    }
    roots
}

/// Suspects for all failed equations, best first: by worth, then slips of the pen before copies, then by how few cells
/// change, then by the smallness of the slip, then by cell.
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
    let judged = found.into_iter().map(|((cell, corrected), slip)| board.judge_best(cell, corrected, slip));
    let mut suspects: Vec<Suspect> = judged.filter(|suspect| is_plausible(cells, suspect)).collect();
    suspects.sort_by_key(|suspect| {
        let copied = suspect.slip == Slip::Copied;
        (-suspect.worth(), copied, suspect.cells.len(), suspect.slip, suspect.cells.clone())
    });
    suspects
}

/// Whether a suspect explains more than it spoils. That a neighbour has the same value is weak evidence, for what was meant
/// may then be anything: it is only believed when it spoils nothing, and two equations want the same value or that value
/// has so many digits that chance hardly gave it.
fn is_plausible(cells: &[Cell], suspect: &Suspect) -> bool {
    let telling = || cells[suspect.cells[0]].value.is_some_and(|value| significant_digits(value) >= TELLING_DIGITS);
    let believed = || suspect.broken.is_empty() && (suspect.cleared.len() > 1 || telling());
    suspect.worth() > 0 && (suspect.slip != Slip::Copied || believed())
}

/// Amounts with so many digits, zeros at the end left out, are seldom alike by chance.
const TELLING_DIGITS: usize = 3;

fn significant_digits(value: Decimal) -> usize {
    value.mantissa().unsigned_abs().to_string().trim_end_matches('0').len()
}

/// The slip that explains a cell; else, when a neighbour has the same value, that it was copied from there.
fn explain(cell: &Cell, wanted: Range) -> Option<(Slip, Decimal)> {
    slip(&cell.written, wanted).or_else(|| {
        let value = cell.value.filter(|value| !value.is_zero() && cell.neighbours.contains(value))?;
        let sound = |meant: &Decimal| *meant != value && meant.is_sign_negative() == value.is_sign_negative();
        wanted.roundest().filter(sound).map(|meant| (Slip::Copied, meant))
    })
}

#[cfg(test)]
mod tests;
