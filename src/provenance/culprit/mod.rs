//! Which single cell, if written otherwise, would clear a failed equality.
//!
//! Every equality that rules check — failed or not — is an [`Equation`]: a sum of cells, each with a factor, that should
//! be zero within an allowance. For each cell of a failed one there is one range of values that would make it hold.
//! When one [`slip`] of the pen leads from such a value to what is written, the cell is a suspect, and is judged
//! by *all* equations it takes part in: those that the change clears, less those that it breaks. So are totals that miss
//! a part or have it twice ([`added`]), and rows that are one too many or missing ([`rows`]).
//! The search is linear in the cells of the failed equations.

mod added;
mod around;
mod board;
mod claim;
mod equations;
mod instances;
mod linear;
mod rows;
mod slip;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use around::{Around, Neighbour, Surroundings};
use board::{Board, State};
pub use equations::{Equalities, Failed, MOST_FAILED, equalities};
pub use slip::{Range, Slip, Whence, slip};

use crate::exec::CellRef;
use crate::value::Decimal;

/// A cell that equations speak of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Where it is.
    pub at: CellRef,
    /// Its text as written.
    pub written: String,
    /// Its value in the unit that it is written in; none for a malformed cell.
    pub value: Option<Decimal>,
    /// What one of its units is worth, in 元 for money.
    pub worth: Decimal,
}

/// What the left side of an [`Equation`] should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sense {
    /// Zero.
    Zero,
    /// Zero or less. That a cell *could* be so small proves little; only what makes both sides equal is looked for.
    AtMostZero,
}

/// `constant + Σ factor · cell` should be zero, or at most zero, within `allowance`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equation {
    /// Which of the two.
    pub sense: Sense,
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
    /// Where the cell is; then the cells that must say the same as it and do: one fact stated in several tables. Of a row
    /// that is one too many ([`Slip::is_row`]), its cell in the first equation; of one that is missing
    /// ([`Slip::RowMissing`]), the cell that the other table has.
    pub at: Vec<CellRef>,
    /// The same as positions among the cells; none for a row that is missing.
    pub cells: Vec<usize>,
    /// What it would have to be, in the unit that it is written in; for a whole row, what the cell adds and should not
    /// have, or should add and does not.
    pub corrected: Decimal,
    /// The slip that leads from that to what is written.
    pub slip: Slip,
    /// Of a total that was added wrongly, the cells each of which alone explains it: left out, or counted twice. None for
    /// one in which everything is counted twice. Of a row entered twice ([`Slip::RowTwice`]), the cell of the row that it
    /// repeats.
    pub parts: Vec<usize>,
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
        self.worth() == other.worth() && self.slip == other.slip && self.at != other.at
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
pub fn roots(cells: &[Cell], equations: &[Equation], around: &impl Surroundings) -> Vec<Root> {
    let mut cells = cells.to_vec();
    let mut equations = Cow::Borrowed(equations);
    let mut roots = Vec::new();
    let mut slips = Slips::default();
    // Each round clears at least one equation for good or stops.
    for _ in 0..MOST_ROOTS {
        let mut suspects = ranked(&cells, &equations, (around, &mut slips)).into_iter();
        let Some(suspect) = suspects.next() else { break };
        slips.forget(&suspect.cells);
        mend(&mut cells, &mut equations, &suspect);
        let shares = |other: &Suspect| other.cleared.iter().any(|equation| suspect.cleared.contains(equation));
        let runners_up = suspects.filter(shares).collect();
        roots.push(Root { suspect, runners_up });
    }
    roots
}

/// Makes the change that a suspect is about.
fn mend(cells: &mut [Cell], equations: &mut Cow<'_, [Equation]>, suspect: &Suspect) {
    if suspect.slip.is_row() {
        let equations = equations.to_mut();
        for at in &suspect.cleared {
            rows::mend(cells, &mut equations[*at], suspect);
        }
        return;
    }
    for cell in &suspect.cells {
        cells[*cell].value = Some(suspect.corrected);
        cells[*cell].written = suspect.corrected.to_string();
    }
}

/// What explains a change of a cell.
#[derive(Clone, Debug)]
struct Explained {
    slip: Slip,
    /// As in [`Suspect::parts`].
    parts: Vec<usize>,
}

/// Changes of cells, with the smallest slip that explains each.
type Changes = BTreeMap<(usize, Decimal), Explained>;

/// A slip, and what was meant.
type Slipped = (Slip, Decimal);

/// What explains a cell in an equation of that sense, where a value of a range was meant; kept from round to round.
#[derive(Default)]
struct Slips {
    known: BTreeMap<(usize, Sense, [Decimal; 2]), Option<Slipped>>,
}

impl Slips {
    fn explain(
        &mut self,
        (at, cell): (usize, &Cell),
        (sense, wanted): (Sense, Range),
        around: &impl Surroundings,
    ) -> Option<Slipped> {
        let known = self.known.entry((at, sense, [wanted.low, wanted.high]));
        *known.or_insert_with(|| match sense {
            Sense::Zero => explain(cell, wanted, around),
            Sense::AtMostZero => exceeds(cell, wanted),
        })
    }

    /// These cells are mended: what explained them does so no longer.
    fn forget(&mut self, mended: &[usize]) {
        self.known.retain(|(cell, ..), _| !mended.contains(cell));
    }
}

/// Suspects for all failed equations, best first: by worth, then those that do not rest on two numbers that are the same
/// by chance, then by how few cells change, then by the smallness of the slip, then by cell.
///
/// Equations that only lack one malformed cell count as failed: the value that would make them hold is known.
#[must_use]
pub fn suspects(cells: &[Cell], equations: &[Equation], around: &impl Surroundings) -> Vec<Suspect> {
    ranked(cells, equations, (around, &mut Slips::default()))
}

/// [`suspects`], with what explained cells before.
fn ranked(cells: &[Cell], equations: &[Equation], (around, slips): (&impl Surroundings, &mut Slips)) -> Vec<Suspect> {
    let board = Board::new(cells, equations);
    let mut found = Changes::new();
    for (at, equation) in equations.iter().enumerate() {
        let candidates: Cow<'_, [(usize, Decimal)]> = match board.states[at] {
            State::Holds | State::Unknown => continue,
            State::Fails => Cow::Borrowed(&equation.terms),
            State::Lacks(cell) => equation.terms.iter().copied().filter(|term| term.0 == cell).collect(),
        };
        // Of the parts of a sum that is too large some will always do.
        if equation.sense == Sense::AtMostZero && equation.terms.len() > 2 {
            continue;
        }
        for (cell, factor) in candidates.iter() {
            let Some(wanted) = board.wanted(at, *cell, *factor) else { continue };
            let explained = slips.explain((*cell, &cells[*cell]), (equation.sense, wanted), around);
            if let Some((slip, corrected)) = explained {
                let kept = found.entry((*cell, corrected)).or_insert(Explained { slip, parts: Vec::new() });
                kept.slip = slip.min(kept.slip);
            }
        }
    }
    added::totals(&board, &mut found);
    let judged = found.into_iter().map(|((cell, corrected), Explained { slip, parts })| Suspect {
        parts,
        ..board.judge_best(cell, corrected, slip)
    });
    let rows = rows::suspects(&board, around);
    let mut suspects: Vec<Suspect> = judged.chain(rows).filter(|suspect| is_plausible(cells, suspect)).collect();
    suspects.sort_by_cached_key(|suspect| {
        let by_chance = suspect.slip.is_coincidence() && !is_telling(cells, suspect);
        let copied = matches!(suspect.slip, Slip::Copied(_));
        (-suspect.worth(), by_chance || copied, suspect.at.len(), suspect.slip, suspect.at.clone())
    });
    suspects
}

/// Whether a suspect explains more than it spoils. That two numbers are the same is weak evidence, for what was meant may
/// then be anything: it is only believed when it spoils nothing, and two equations want the same value or the number
/// has so many digits that chance hardly gave it.
fn is_plausible(cells: &[Cell], suspect: &Suspect) -> bool {
    let believed = || suspect.broken.is_empty() && (suspect.cleared.len() > 1 || is_telling(cells, suspect));
    suspect.worth() > 0 && (!suspect.slip.is_coincidence() || believed())
}

/// Whether the number that is the same as another has so many digits that this is hardly by chance.
fn is_telling(cells: &[Cell], suspect: &Suspect) -> bool {
    let same = match (suspect.slip, suspect.parts.first().or(suspect.cells.first())) {
        (Slip::RowMissing, _) | (_, None) => Some(suspect.corrected),
        (_, Some(cell)) => cells[*cell].value,
    };
    same.is_some_and(|value| significant_digits(value) >= TELLING_DIGITS)
}

/// Amounts with so many digits, zeros at the end left out, are seldom alike by chance.
const TELLING_DIGITS: usize = 3;

fn significant_digits(value: Decimal) -> usize {
    value.mantissa().unsigned_abs().to_string().trim_end_matches('0').len()
}

/// The slip that explains why a cell is too large or too small: one that changes its size or the order of its digits, and
/// leads to a number that is hardly by chance the same as the other side. One wrong digit seldom is the reason.
fn exceeds(cell: &Cell, wanted: Range) -> Option<(Slip, Decimal)> {
    let is_likely = |(slip, corrected): &(Slip, Decimal)| {
        !matches!(slip, Slip::DigitMistyped | Slip::Sign) && significant_digits(*corrected) >= TELLING_DIGITS
    };
    slip(&cell.written, wanted).filter(is_likely)
}

/// The slip that explains a cell; else, when a neighbour has the same value, that it was copied from there.
fn explain(cell: &Cell, wanted: Range, around: &impl Surroundings) -> Option<(Slip, Decimal)> {
    slip(&cell.written, wanted).or_else(|| {
        let value = cell.value.filter(|value| !value.is_zero())?;
        let sound = |meant: &Decimal| {
            *meant != value && !meant.is_zero() && meant.is_sign_negative() == value.is_sign_negative()
        };
        let meant = wanted.roundest().filter(sound)?;
        let neighbours = around.neighbours(cell.at).into_iter();
        let whence = neighbours.filter(|neighbour| neighbour.value == value).map(|neighbour| neighbour.whence).min()?;
        Some((Slip::Copied(whence), meant))
    })
}

#[cfg(test)]
mod tests;
