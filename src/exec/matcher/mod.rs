//! [`Matcher`]: solves bodies over facts and derived rows, one binding at a time.
//!
//! Slow and plain beside an engine, and used where rows are few or rightness is all: by the reference engine, for what
//! cannot be decided, for the contributors of an aggregate, for proofs.
//!
//! Cells without a value are followed through: a condition that needs one is neither true nor false, and a solution
//! found through such a condition comes with the [`Doubt`] that it is under.

mod aggregate;
mod ahead;
mod atom;
mod bindings;
mod eval;
mod images;
mod index;
mod literal;
mod may_be;
mod member;
mod start;

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

pub use bindings::{Bindings, Slot};
pub use member::{Contributors, Member, Members};
pub use start::{Start, others};

use member::Memory;

use super::doubt::{Doubt, Possible, PossibleRow};
use super::limits::{Limits, Stop};
use super::{Input, Outcome, Rows};
use crate::facts::store::Cell as Content;
use crate::ir::{Atom, Expr, Literal, Origin, RelationId, Var, VarId};
use crate::source::Span;
use crate::value::Value;

/// After how many rows it looks at the clock.
const OFTEN: u32 = 256;

/// Whether to go on.
pub type Flow = ControlFlow<()>;

/// What to do about conditions that cannot be decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Only solutions without doubt.
    Certain,
    /// Also solutions under doubt, but a join does not take a partner whose key has no value: such a row is a partner
    /// of everything, and is better started from (see [`Matcher::solve_from`]).
    Doubtful,
    /// As [`Mode::Doubtful`] after such a start: rows whose key has no value are taken as partners all at once, with
    /// what they would bind unknown.
    Started,
    /// Everything that may be.
    Possible,
}

/// Whether a condition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It does.
    True,
    /// It does not.
    False,
    /// That depends on what is not known.
    Unknown(Doubt),
}

/// Solves bodies over the facts and the rows derived so far.
#[derive(Debug)]
pub struct Matcher<'a> {
    input: Input<'a>,
    derived: &'a [Option<Box<dyn Rows>>],
    possible: &'a Possible,
    scanning: bool,
    indexes: RefCell<index::Indexes>,
    possible_indexes: RefCell<may_be::Indexes>,
    images: RefCell<images::Asked>,
    counter: Cell<i64>,
    erred: Cell<bool>,
    memory: Option<Memory>,
    recalled: Option<RefCell<LastRanges>>,
    limits: Option<Limits>,
    /// How many rows it looked at, and why it stopped.
    looked: Cell<u32>,
    stopped: Cell<Option<Stop>>,
}

/// What aggregates ranged over last, by place and result.
type LastRanges = FxHashMap<(Span, VarId), aggregate::Recalled>;

/// Columns of a relation, ascending, each with the value that is looked for.
type Key<'k> = [(usize, &'k Value)];

/// Where solving a body has come to.
#[derive(Clone, Debug)]
struct State<'s> {
    /// The variables of the rule.
    vars: &'s [Var],
    bindings: Bindings,
    mode: Mode,
    /// The doubt that the solution is under so far.
    doubt: Doubt,
    /// The variables that atoms bound, in that order.
    trail: Vec<VarId>,
}

impl<'s> State<'s> {
    fn new(vars: &'s [Var], bindings: Bindings, mode: Mode) -> Self {
        Self { vars, bindings, mode, doubt: Doubt::default(), trail: Vec::new() }
    }

    /// Binds a variable until [`Self::unbind`].
    fn bind(&mut self, var: VarId, slot: Slot) {
        self.bindings.set(var, slot);
        self.trail.push(var);
    }

    /// Forgets what atoms bound since the trail was that long.
    fn unbind(&mut self, length: usize) {
        for var in self.trail.drain(length..) {
            self.bindings.set(var, Slot::Unbound);
        }
    }

    /// What `inside` comes to when everything that may be is looked at, in doubts of its own.
    fn apart<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let mode = std::mem::replace(&mut self.mode, Mode::Possible);
        let doubt = std::mem::take(&mut self.doubt);
        let result = inside(self);
        self.mode = mode;
        self.doubt = doubt;
        result
    }
}

/// A row that an atom may be matched with.
#[derive(Clone, Copy, Debug)]
pub enum Candidate<'a> {
    /// A row of a table, or of a derived relation, by its position.
    Row(u32),
    /// A row that may be there.
    Possible(&'a PossibleRow),
}

impl<'a> Matcher<'a> {
    /// Over what a run came to.
    #[must_use]
    pub fn new(input: &Input<'a>, outcome: &'a Outcome) -> Self {
        Self::over(input, &outcome.relations, &outcome.possible)
    }

    /// Over rows derived so far, by `RelationId`.
    #[must_use]
    pub fn over(input: &Input<'a>, derived: &'a [Option<Box<dyn Rows>>], possible: &'a Possible) -> Self {
        Self {
            input: *input,
            derived,
            possible,
            scanning: false,
            indexes: RefCell::default(),
            possible_indexes: RefCell::default(),
            images: RefCell::default(),
            counter: Cell::new(0),
            erred: Cell::new(false),
            memory: None,
            recalled: None,
            limits: None,
            looked: Cell::new(0),
            stopped: Cell::new(None),
        }
    }

    /// Looks at every row for every atom rather than building indexes.
    #[must_use]
    pub fn scanning(mut self) -> Self {
        self.scanning = true;
        self
    }

    /// Remembers the contributors that an aggregate had when a body was solved, for questions about that solution.
    #[must_use]
    pub fn remembering(mut self) -> Self {
        self.memory = Some(Memory::default());
        self
    }

    /// Keeps what each aggregate ranged over last. Not where a body counts how often it is solved (`autoinc()`).
    #[must_use]
    pub fn recalling(mut self) -> Self {
        self.recalled = Some(RefCell::default());
        self
    }

    /// Stops when the time is over: [`Self::stopped`] then says so, and nothing it found counts.
    #[must_use]
    pub fn within(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Why it stopped, if it did.
    #[must_use]
    pub fn stopped(&self) -> Option<Stop> {
        self.stopped.get()
    }

    /// Whether it may look at one more row.
    fn goes_on(&self) -> Flow {
        let Some(limits) = &self.limits else { return Flow::Continue(()) };
        let looked = self.looked.get().wrapping_add(1);
        self.looked.set(looked);
        if looked.is_multiple_of(OFTEN) && self.stopped.get().is_none() {
            self.stopped.set(limits.time());
        }
        if self.stopped.get().is_some() { Flow::Break(()) } else { Flow::Continue(()) }
    }

    /// Counts `autoinc()` from `first`.
    #[must_use]
    pub fn counting_from(self, first: i64) -> Self {
        self.counter.set(first);
        self
    }

    /// The next number of `autoinc()`.
    #[must_use]
    pub fn counter(&self) -> i64 {
        self.counter.get()
    }

    /// Whether any computation had no value since this was last asked.
    pub fn erred(&self) -> bool {
        self.erred.take()
    }

    /// The run's program and facts.
    #[must_use]
    pub fn input(&self) -> &Input<'a> {
        &self.input
    }

    /// Every solution of `body` that agrees with `bindings`, in the order of rows. `vars` are the variables of the rule
    /// that the body belongs to. `found` is given the bindings and the doubt that the solution is under, and says
    /// whether to go on.
    pub fn solve(
        &self,
        vars: &[Var],
        body: &[Literal],
        (bindings, mode): (Bindings, Mode),
        found: &mut dyn FnMut(&Bindings, &Doubt) -> Flow,
    ) -> Flow {
        let mut state = State::new(vars, bindings, mode);
        self.literals(body, &mut state, &mut |state| found(&state.bindings, &state.doubt))
    }

    /// Whether `literal` holds under `bindings`; what it would bind is forgotten.
    #[must_use]
    pub fn holds(&self, vars: &[Var], literal: &Literal, bindings: &Bindings) -> Truth {
        let mut state = State::new(vars, bindings.clone(), Mode::Possible);
        self.exists(std::slice::from_ref(literal), &mut state)
    }

    /// The value of an expression under `bindings`.
    ///
    /// # Errors
    /// Why it has none.
    pub fn value(&self, vars: &[Var], expr: &Expr, bindings: &Bindings) -> Result<Value, Doubt> {
        if let Expr::Var(var) = expr
            && let Some(value) = bindings.value(*var)
        {
            return Ok(value.clone());
        }
        self.eval(expr, &State::new(vars, bindings.clone(), Mode::Possible))
    }

    /// The rows, by position, that an atom certainly matches under `bindings`.
    #[must_use]
    pub fn rows(&self, vars: &[Var], atom: &Atom, bindings: &Bindings) -> Vec<u32> {
        let mut state = State::new(vars, bindings.clone(), Mode::Certain);
        let mut rows = Vec::new();
        for row in self.narrow(atom, &state) {
            let found = self.candidate(atom, Candidate::Row(row), &mut state, &mut |_| Flow::Break(()));
            if found.is_break() {
                rows.push(row);
            }
        }
        rows
    }

    /// The row of a derived relation at that position.
    #[must_use]
    pub fn derived_row(&self, relation: RelationId, at: u32) -> Vec<Value> {
        let rows = self.derived.get(relation.index()).and_then(Option::as_ref);
        let columns = self.input.program.relations[relation.index()].columns.len();
        rows.map_or_else(Vec::new, |rows| rows.row(at as usize, columns, &self.input.store.symbols))
    }

    /// Whether a row of a derived relation is among the facts that the relation was given from the start.
    #[must_use]
    pub fn is_given(&self, relation: RelationId, row: &[Value]) -> bool {
        let Origin::Rules(Some(table)) = self.input.program.relations[relation.index()].origin else { return false };
        let cell = |at, column| self.input.store.cell(self.input.sources, table, at, column);
        let same =
            |at| row.iter().enumerate().all(|(column, value)| cell(at, column) == Content::Present(value.clone()));
        (0..self.input.store.tables[table].rows).any(same)
    }
}
