//! Inner bodies: negations and aggregates. They run once for each distinct binding of the variables that they share
//! with the enclosing body, for all of a batch together.
//!
//! An inner body that meets something without a value is in doubt for that binding; what it comes to is then said by
//! the [`Matcher`], one binding at a time.

use rustc_hash::FxHashMap;

use super::batch::{Batch, Fault, Vector};
use super::eval::Scope;
use super::fold::Fold;
use super::index::Keys;
use super::steps::{Out, Runner};
use super::words::{Kind, NONE};
use crate::exec::CellRef;
use crate::exec::doubt::Doubt;
use crate::exec::matcher::{Bindings, Flow, Matcher, Mode, Slot, Truth};
use crate::facts::store::State;
use crate::ir::{Literal, Negation, VarId};
use crate::plan::{AggregateStep, Nested, NotStep, Place};
use crate::value::Value;
use crate::value::functions::EvalError;

/// Results of inner bodies by their outer bindings; by the slot that numbers them.
#[derive(Debug, Default)]
pub struct Memos {
    negations: FxHashMap<usize, Memo<Result<bool, Fault>>>,
    aggregates: FxHashMap<usize, Memo<Came>>,
}

/// What an aggregate comes to for one binding.
#[derive(Clone, Debug)]
pub(super) enum Came {
    /// A value, which may not be known, or certainly none.
    To(Result<Option<Value>, Fault>),
    /// None, perhaps: the least of what may not be there.
    Perhaps(Fault),
}

/// Results by outer binding.
#[derive(Debug)]
struct Memo<T> {
    keys: Keys,
    results: Vec<T>,
}

/// The bindings of a batch, as one inner body sees them.
#[derive(Debug)]
struct Groups {
    /// By row: which result is its own; [`NONE`] for a row in which an outer variable has no value.
    of: Vec<u32>,
    /// For each result that is still to be found, a row that has that binding.
    first: Vec<u32>,
    /// Rows in which an outer variable has no value.
    without: Vec<u32>,
}

impl<T> Memo<T> {
    fn new(columns: usize) -> Self {
        Self { keys: Keys::new(columns), results: Vec::new() }
    }

    fn groups(&mut self, scope: &Scope<'_>, outer: &[VarId]) -> Groups {
        let known = self.results.len();
        let keys: Vec<Vec<u32>> = outer.iter().map(|var| scope.words_at(scope.place(*var))).collect();
        let keys: Vec<&[u32]> = keys.iter().map(Vec::as_slice).collect();
        let of = self.keys.insert(&keys, scope.batch.len);
        let (mut first, mut without) = (Vec::new(), Vec::new());
        for (row, group) in (0_u32..).zip(&of) {
            if *group == NONE {
                without.push(row);
            } else if *group as usize == known + first.len() {
                first.push(row);
            }
        }
        Groups { of, first, without }
    }
}

impl Runner<'_> {
    /// Keeps the rows for which the inner steps yield nothing.
    pub fn not(&mut self, step: &NotStep, live: &[usize], batch: Batch) -> Batch {
        let nested = &step.nested;
        let mut memo = self.memos.negations.remove(&nested.ordinal).unwrap_or_else(|| Memo::new(nested.outer.len()));
        let groups = memo.groups(&self.scope(&batch), &nested.outer);
        let (found, doubts) = self.any(nested, &batch, &groups.first);
        let literal = Literal::Not(step.negation.clone());
        for ((row, found), doubt) in groups.first.iter().zip(found).zip(doubts) {
            let holds = if doubt && !found { self.decide(&literal, &batch, *row as usize) } else { Ok(!found) };
            memo.results.push(holds);
        }
        let own: Vec<_> =
            groups.without.iter().map(|row| (*row, self.decide(&literal, &batch, *row as usize))).collect();
        let holds = |row: usize| match groups.of[row] {
            NONE => own.iter().find(|(own, _)| *own as usize == row).map_or(Err(Fault::Unknown), |(_, holds)| *holds),
            group => memo.results[group as usize],
        };
        let kept = self.notes.rows(&batch, holds);
        self.memos.negations.insert(nested.ordinal, memo);
        if kept.len() == batch.len { batch } else { batch.gather(&kept, live) }
    }

    /// As [`Self::not`], for a negated atom of which partners are not all known; `groups` are those that are.
    pub fn not_in_doubt(&mut self, negation: &Negation, live: &[usize], batch: Batch, groups: &[u32]) -> Batch {
        let literal = Literal::Not(negation.clone());
        let holds: Vec<Result<bool, Fault>> = (0..batch.len)
            .map(|row| if groups[row] == NONE { self.decide(&literal, &batch, row) } else { Ok(false) })
            .collect();
        let kept = self.notes.rows(&batch, |row| holds[row]);
        if kept.len() == batch.len { batch } else { batch.gather(&kept, live) }
    }

    /// Fills the slot of an aggregate; drops rows for which there is nothing to say.
    pub fn aggregate(&mut self, step: &AggregateStep, live: &[usize], batch: Batch) -> Batch {
        if let Some(totals) = self.world.totals(self.plan, step) {
            return self.look_up((step, totals), live, batch);
        }
        let nested = &step.nested;
        let mut memo = self.memos.aggregates.remove(&nested.ordinal).unwrap_or_else(|| Memo::new(nested.outer.len()));
        let groups = memo.groups(&self.scope(&batch), &nested.outer);
        let mut fold = Fold::new(step.aggregate.op, step.aggregate.distinct, groups.first.len());
        let doubts = self.inner(nested, &batch, &groups.first, &mut |runner, inner| {
            runner.fold(step, &inner, &mut fold);
        });
        let ty = self.rule.vars[step.aggregate.result.index()].ty;
        let results = fold.finish(&self.world.input.program.types[ty.index()].kind);
        let literal = Literal::Aggregate(step.aggregate.clone());
        for ((row, result), doubt) in groups.first.iter().zip(results).zip(doubts) {
            self.notes.erred |= matches!(result, Err(Fault::Error(_)));
            memo.results.push(if doubt { self.result(&literal, &batch, *row as usize) } else { Came::To(result) });
        }
        let own: FxHashMap<u32, _> =
            groups.without.iter().map(|row| (*row, self.result(&literal, &batch, *row as usize))).collect();
        let came = (0_u32..).zip(&groups.of).map(|(row, group)| match *group {
            NONE => own[&row].clone(),
            group => memo.results[group as usize].clone(),
        });
        let batch = self.with_results(step, live, batch, came);
        self.memos.aggregates.insert(nested.ordinal, memo);
        batch
    }

    /// Fills the slot of an aggregate with what it came to in each row; drops rows for which there is nothing to say.
    pub(super) fn with_results(
        &mut self,
        step: &AggregateStep,
        live: &[usize],
        batch: Batch,
        came: impl Iterator<Item = Came>,
    ) -> Batch {
        let (mut values, mut kept) = (Vec::new(), Vec::new());
        for (row, came) in (0_u32..).zip(came) {
            match came {
                Came::To(result) => {
                    if let Some(value) = result.transpose() {
                        values.push(value);
                        kept.push(row);
                    }
                }
                Came::Perhaps(fault) => self.notes.fault(&batch, row as usize, fault),
            }
        }
        let mut batch = if kept.len() == batch.len { batch } else { batch.gather(&kept, live) };
        batch.set(step.slot, self.native(step.aggregate.result, values));
        batch
    }

    /// Adds a batch of an aggregate's inner rows.
    pub(super) fn fold(&mut self, step: &AggregateStep, inner: &Batch, fold: &mut Fold) {
        let ordinals = inner.words(step.nested.ordinal);
        let Some(target) = &step.aggregate.target else { return fold.count(ordinals) };
        let mut notes = std::mem::take(&mut self.notes);
        let scope = self.scope(inner);
        match scope.vector_of(target) {
            Some(vector) => fold.add_all(ordinals, &vector, scope.world),
            None => {
                let (values, kept) = notes.each(inner, |row| scope.value(target, row));
                kept.into_iter().zip(values).for_each(|(row, value)| fold.add(ordinals[row as usize], value));
            }
        }
        self.notes = notes;
    }

    /// Runs the inner steps for the rows `first` of the batch, numbered in that order; which of them are in doubt.
    fn inner(&mut self, nested: &Nested, batch: &Batch, first: &[u32], out: Out<'_>) -> Vec<bool> {
        if first.is_empty() {
            return Vec::new();
        }
        let mut inner = batch.gather(first, &nested.slots);
        let ordinals = (0_u32..).take(first.len()).collect();
        inner.set(nested.ordinal, Vector::Words(Kind::Number, ordinals));
        self.notes.begin(nested.ordinal, first.len());
        self.steps(&nested.steps, inner, out);
        self.notes.end()
    }

    /// Whether a negation holds for one row of the batch.
    fn decide(&mut self, literal: &Literal, batch: &Batch, row: usize) -> Result<bool, Fault> {
        let bindings = self.bindings(batch, row);
        let rule = self.rule;
        let holds = self.matcher().holds(&rule.vars, literal, &bindings);
        self.stop = self.stop.or(self.matcher().stopped());
        match holds {
            Truth::True => Ok(true),
            Truth::False => Ok(false),
            Truth::Unknown(doubt) => Err(self.fault_of(&doubt)),
        }
    }

    /// The result of an aggregate for one row of the batch.
    pub(super) fn result(&mut self, literal: &Literal, batch: &Batch, row: usize) -> Came {
        let Literal::Aggregate(aggregate) = literal else { return Came::To(Ok(None)) };
        let bindings = self.bindings(batch, row);
        // Of what is not known: why, and whether there is anything.
        let mut result = Ok(None);
        let start = (bindings, Mode::Possible);
        let rule = self.rule;
        let _ = self.matcher().solve(&rule.vars, std::slice::from_ref(literal), start, &mut |found, doubt| {
            result = match found.get(aggregate.result) {
                Slot::Value(value) if doubt.is_empty() => Ok(Some(value.clone())),
                Slot::Unknown(why) => {
                    let mut why = why.clone();
                    why.merge(doubt);
                    Err((why, doubt.is_empty()))
                }
                _ => Err((doubt.clone(), false)),
            };
            Flow::Break(())
        });
        self.stop = self.stop.or(self.matcher().stopped());
        match result {
            Ok(value) => Came::To(Ok(value)),
            Err((why, true)) => Came::To(Err(self.fault_of(&why))),
            Err((why, false)) => Came::Perhaps(self.fault_of(&why)),
        }
    }

    fn matcher(&mut self) -> &Matcher<'_> {
        let (world, limits) = (self.world, self.limits);
        self.matcher.get_or_insert_with(|| {
            Matcher::over(world.input, world.rows(true), &world.possible).within(limits).recalling()
        })
    }

    fn fault_of(&mut self, doubt: &Doubt) -> Fault {
        self.notes.doubted = true;
        self.notes.erred |= !doubt.errors().is_empty();
        let store = self.world.input.store;
        let blank = |cell: &CellRef| store.tables[cell.table].columns[cell.column].state(cell.row) == State::Blank;
        if let Some((_, error)) = doubt.errors().first() {
            return Fault::Error(*error);
        }
        let is_blank = !doubt.cells().is_empty() && doubt.cells().iter().all(blank) && !doubt.is_cut();
        if is_blank { Fault::Blank } else { Fault::Unknown }
    }

    /// What is bound in one row of the batch.
    fn bindings(&self, batch: &Batch, row: usize) -> Bindings {
        let scope = self.scope(batch);
        let mut bindings = Bindings::new(self.rule.vars.len());
        for (var, place) in (0_u32..).map(VarId).zip(&self.plan.places) {
            let Some(place) = place.filter(|place| batch.get(place.slot()).is_some()) else { continue };
            let slot = match (scope.at(place, row), place) {
                (Ok(value), _) => Slot::Value(value),
                (Err(_), Place::Cell { row: slot, table, column }) => {
                    Slot::Cell(CellRef { table, row: batch.words(slot)[row], column })
                }
                (Err(Fault::Error(error)), Place::Slot(_)) => {
                    Slot::Unknown(Doubt::error(error, self.rule.vars[var.index()].span))
                }
                // Why it is unknown is found again when the instance is settled.
                (Err(_), Place::Slot(_)) => Slot::Unknown(Doubt::error(EvalError::NotDefined, self.rule.span)),
            };
            bindings.set(var, slot);
        }
        bindings
    }
}
