//! [`Board`]: all equations with their states, so that a change of a cell is judged by every equation it touches.

use super::{Cell, Equation, Range, Sense, Slip, Suspect};
use crate::value::Decimal;

/// State of an equation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Its sum is zero within the allowance.
    Holds,
    /// It is not.
    Fails,
    /// It has exactly one cell without a value.
    Lacks(usize),
    /// It cannot be computed.
    Unknown,
}

/// Equations with their states, and for each cell the equations that it takes part in.
pub(super) struct Board<'a> {
    pub(super) cells: &'a [Cell],
    pub(super) equations: &'a [Equation],
    /// By equation.
    pub(super) states: Vec<State>,
    /// By equation: its left side over the cells that have a value.
    pub(super) sums: Vec<Option<Decimal>>,
    /// By cell: the equations that it takes part in, and with which factor.
    uses: Vec<Vec<(usize, Decimal)>>,
}

impl<'a> Board<'a> {
    pub(super) fn new(cells: &'a [Cell], equations: &'a [Equation]) -> Self {
        let mut uses: Vec<Vec<(usize, Decimal)>> = vec![Vec::new(); cells.len()];
        for (at, equation) in equations.iter().enumerate() {
            for (cell, factor) in &equation.terms {
                uses[*cell].push((at, *factor));
            }
        }
        let value = |cell: usize| cells[cell].value;
        let sums = equations.iter().map(|equation| sum(equation, value)).collect();
        let states = equations.iter().map(|equation| state(equation, value)).collect();
        Self { cells, equations, states, sums, uses }
    }

    /// The equations that a cell takes part in, ascending.
    pub(super) fn uses(&self, cell: usize) -> impl Iterator<Item = usize> {
        self.uses[cell].iter().map(|(at, _)| *at)
    }

    /// The values of `cell`, which takes part with `factor`, that would make equation `at` hold; of one whose left side may
    /// be less than zero, those that make both sides equal.
    pub(super) fn wanted(&self, at: usize, cell: usize, factor: Decimal) -> Option<Range> {
        let equation = &self.equations[at];
        let own = factor.checked_mul(self.cells[cell].value.unwrap_or_default())?;
        let rest = self.sums[at]?.checked_sub(own)?;
        let bound = |edge: Decimal| edge.checked_sub(rest)?.checked_div(factor);
        let (one, other) = (bound(equation.allowance)?, bound(-equation.allowance)?);
        Some(Range { low: one.min(other), high: one.max(other) })
    }

    /// What would follow if `cell` were `corrected`: alone, or together with the cells that must say the same, whichever
    /// is worth more.
    pub(super) fn judge_best(&self, cell: usize, corrected: Decimal, slip: Slip) -> Suspect {
        let alone = self.judge(vec![cell], corrected, slip);
        let twins = self.twins(cell);
        if twins.len() < 2 {
            return alone;
        }
        let together = self.judge(twins, corrected, slip);
        if together.worth() > alone.worth() { together } else { alone }
    }

    /// `cell` and those tied to it by equations of two cells that hold as they stand.
    fn twins(&self, cell: usize) -> Vec<usize> {
        let mut tied = vec![cell];
        for at in self.uses(cell) {
            let equation = &self.equations[at];
            let [(one, plus), (other, minus)] = equation.terms[..] else { continue };
            let is_tie = equation.sense == Sense::Zero && equation.constant.is_zero() && plus == -minus;
            let same = is_tie && self.states[at] == State::Holds;
            let twin = if one == cell { other } else { one };
            if same && !tied.contains(&twin) {
                tied.push(twin);
            }
        }
        tied
    }

    fn judge(&self, changed: Vec<usize>, corrected: Decimal, slip: Slip) -> Suspect {
        let value = |cell: usize| if changed.contains(&cell) { Some(corrected) } else { self.cells[cell].value };
        let mut touched: Vec<usize> = changed.iter().flat_map(|cell| self.uses(*cell)).collect();
        touched.sort_unstable();
        touched.dedup();
        let (mut cleared, mut broken) = (Vec::new(), Vec::new());
        for at in touched {
            let holds = self.after(at, &changed, value) == State::Holds;
            match self.states[at] {
                State::Fails | State::Lacks(_) if holds => cleared.push(at),
                State::Holds if !holds => broken.push(at),
                _ => {}
            }
        }
        let at = changed.iter().map(|cell| self.cells[*cell].at).collect();
        Suspect { at, cells: changed, corrected, slip, parts: Vec::new(), cleared, broken }
    }

    /// The state of equation `at` once the cells `changed` have new values. Only their terms are added up again.
    fn after(&self, at: usize, changed: &[usize], value: impl Fn(usize) -> Option<Decimal>) -> State {
        let equation = &self.equations[at];
        match self.states[at] {
            State::Unknown => return State::Unknown,
            State::Lacks(cell) if !changed.contains(&cell) => return State::Lacks(cell),
            State::Lacks(_) | State::Holds | State::Fails => {}
        }
        let terms = changed.iter().flat_map(|cell| {
            let of_cell = &self.uses[*cell];
            let first = of_cell.partition_point(|(other, _)| *other < at);
            of_cell[first..].iter().take_while(|(other, _)| *other == at).map(|(_, factor)| (*cell, *factor))
        });
        let moved = terms.into_iter().try_fold(self.sums[at].unwrap_or_default(), |sum, (cell, factor)| {
            let change = value(cell)?.checked_sub(self.cells[cell].value.unwrap_or_default())?;
            sum.checked_add(factor.checked_mul(change)?)
        });
        settled(moved, equation)
    }
}

/// The equation's left side over the cells that have a value.
fn sum(equation: &Equation, value: impl Fn(usize) -> Option<Decimal>) -> Option<Decimal> {
    equation.terms.iter().try_fold(equation.constant, |sum, (cell, factor)| {
        sum.checked_add(factor.checked_mul(value(*cell).unwrap_or_default())?)
    })
}

/// Whether an equation whose left side comes to `sum` holds.
pub(super) fn settled(sum: Option<Decimal>, equation: &Equation) -> State {
    let Some(sum) = sum else { return State::Unknown };
    let over = match equation.sense {
        Sense::Zero => sum.abs(),
        Sense::AtMostZero => sum,
    };
    if over <= equation.allowance { State::Holds } else { State::Fails }
}

fn state(equation: &Equation, value: impl Fn(usize) -> Option<Decimal>) -> State {
    let mut lacking = equation.terms.iter().map(|term| term.0).filter(|cell| value(*cell).is_none());
    match (lacking.next(), lacking.next()) {
        (None, _) => settled(sum(equation, &value), equation),
        (Some(cell), None) => State::Lacks(cell),
        _ => State::Unknown,
    }
}
