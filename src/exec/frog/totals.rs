//! [`Totals`]: an aggregate for every key at once.
//!
//! An inner body that the enclosing one reaches only through the key of its first join yields the same for whoever asks with
//! that key. One pass over the joined relation then finds the results of all keys, where an index would have to be built in
//! such a pass only to be probed for each row that asks.

use std::borrow::Cow;
use std::ops::Range;

use super::World;
use super::batch::{BATCH, Batch, Fault, Vector};
use super::fold::Fold;
use super::index::Keys;
use super::nested::Came;
use super::steps::Runner;
use super::words::{Kind, NONE, is_none};
use crate::exec::limits::Limits;
use crate::ir::{AggregateOp, Expr, Literal, Rule, RuleId, Term, VarId};
use crate::plan::{Action, AggregateStep, Join, RulePlan, Scan, Step};
use crate::value::functions::Function;

/// A rule, the atom that reads its new rows, and the slot that numbers the outer rows of the inner body.
pub type TotalsKey = (RuleId, Option<usize>, usize);

/// The results of an aggregate by key.
#[derive(Debug)]
pub struct Totals {
    keys: Keys,
    fold: Fold,
    /// Whether the result is used as a number only, so that zeros at its end do not show.
    is_number: bool,
}

/// Some rows that an aggregate takes in.
#[derive(Clone, Debug)]
pub struct TotalsPart {
    rows: Range<usize>,
    /// Where words are groups of their own: one more than the greatest in the whole relation.
    reach: Option<usize>,
}

/// With fewer rows in the joined relation, whoever asks looks there.
const WORTH: usize = 2048;

/// An index that is there already is probed by less than this part of its rows.
const FEW: usize = 8;

impl World<'_> {
    /// Finds the results of the aggregates of `plan` for every key, where that is worth it.
    pub fn prepare_totals(&mut self, plan: &RulePlan, limits: Limits) {
        for step in &plan.steps {
            let Action::Aggregate(aggregate) = &step.action else { continue };
            let key = Totals::key(plan, aggregate);
            let Some(join) = self.worth(plan, aggregate).filter(|_| !self.totals.contains_key(&key)) else { continue };
            self.prepare(plan, &aggregate.nested.steps[1..]);
            let whole = self.parts(join, 1);
            if let Some(totals) = Totals::of(self, plan, (aggregate, join), (&whole[0], limits)) {
                self.totals.insert(key, totals);
            }
        }
    }

    /// What [`Self::prepare_totals`] found for an aggregate of `plan`.
    #[must_use]
    pub fn totals(&self, plan: &RulePlan, step: &AggregateStep) -> Option<&Totals> {
        self.totals.get(&Totals::key(plan, step))
    }

    /// The first join of an aggregate's inner body, when one pass over its relation is likely to be the shortest way.
    pub fn worth<'p>(&self, plan: &RulePlan, step: &'p AggregateStep) -> Option<&'p Join> {
        let Some(Step { action: action @ Action::Join(join), .. }) = step.nested.steps.first() else { return None };
        let rows = self.len(join.relation, join.table);
        let asking = Runner::new(self, plan, Limits::default()).scanned().map_or(1, |rows| rows.len());
        let is_many = asking * FEW >= rows || self.find_index(action).is_none_or(|index| index.covered() < rows);
        let is_sure = self.possible.of(join.relation).is_empty();
        let is_simple = step.nested.keyed && join.similar.is_none() && !join.old;
        let is_kept = !step.aggregate.distinct && step.aggregate.op != AggregateOp::Mean;
        ((self.eager || rows >= WORTH) && is_many && is_sure && is_simple && is_kept).then_some(join)
    }
}

impl World<'_> {
    /// The rows that an aggregate takes in, in parts of which the results can be put together; one where they cannot.
    #[must_use]
    pub fn parts(&self, join: &Join, parts: usize) -> Vec<TotalsPart> {
        let rows = self.len(join.relation, join.table);
        let reach = self.reach(join);
        let parts = if reach.is_some() { parts.clamp(1, rows.div_ceil(BATCH).max(1)) } else { 1 };
        let size = rows.div_ceil(parts).next_multiple_of(BATCH);
        let part = |part: usize| (part * size).min(rows)..((part + 1) * size).min(rows);
        (0..parts).map(|at| TotalsPart { rows: part(at), reach }).collect()
    }

    /// The results of an aggregate for every key, as far as a part of the relation goes, if it is one that [`Self::worth`] chose.
    /// Indexes that its inner body uses beyond the first join are there.
    #[must_use]
    pub fn totals_of(
        &self,
        (plan, step): (&RulePlan, &AggregateStep),
        part: &TotalsPart,
        limits: Limits,
    ) -> Option<Totals> {
        self.worth(plan, step).and_then(|join| Totals::of(self, plan, (step, join), (part, limits)))
    }

    /// One more than the greatest word of a key of one column, when an array of so many groups is no larger than the relation.
    fn reach(&self, join: &Join) -> Option<usize> {
        let [(column, _)] = join.keys[..] else { return None };
        let rows = self.len(join.relation, join.table);
        let mut reach = 0;
        for from in (0..rows).step_by(BATCH) {
            let part = from..(from + BATCH).min(rows);
            let Cow::Borrowed(words) = self.column_words((join.relation, join.table), column, part) else {
                return None;
            };
            reach = words.iter().fold(reach, |most, word| most.max(*word));
        }
        let reach = reach as usize + 1;
        (reach <= rows).then_some(reach)
    }
}

impl Totals {
    /// Under which they are found again.
    #[must_use]
    pub const fn key(plan: &RulePlan, step: &AggregateStep) -> TotalsKey {
        (plan.rule, plan.delta, step.nested.ordinal)
    }

    /// Those of some rows and of others, which are [parts](World::parts) of one relation, put together on so many threads; none
    /// when they cannot be kept together.
    #[must_use]
    pub fn with(mut self, others: Self, threads: usize) -> Option<Self> {
        self.fold.add_fold(others.fold, threads).then_some(self)
    }

    /// The results for every key; none when something met has no value, or is more than numbers can keep.
    fn of(
        world: &World<'_>,
        plan: &RulePlan,
        (step, join): (&AggregateStep, &Join),
        (TotalsPart { rows, reach }, limits): (&TotalsPart, Limits),
    ) -> Option<Self> {
        let nested = &step.nested;
        let (first, rest) = nested.steps.split_first()?;
        let (relation, table) = (join.relation, join.table);
        let scan = Scan { relation, table, delta: false, row: join.row, columns: join.columns.clone() };
        let mut runner = Runner::new(world, plan, limits);
        runner.notes.watch();
        let mut keys = reach.map_or_else(|| Keys::new(join.keys.len()), Keys::themselves);
        let mut fold = Fold::new(step.aggregate.op, false, keys.len());
        for from in rows.clone().step_by(BATCH) {
            let part = from..(from + BATCH).min(rows.end);
            let mut batch = runner.scan(&scan, &first.live, part.clone());
            let words = |(column, _): &(usize, Term)| world.column_words((relation, table), *column, part.clone());
            let words: Vec<Cow<'_, [u32]>> = join.keys.iter().map(words).collect();
            let words: Vec<&[u32]> = words.iter().map(AsRef::as_ref).collect();
            let groups = keys.insert(&words, batch.len);
            if groups.contains(&NONE) {
                return None;
            }
            batch.set(nested.ordinal, Vector::Words(Kind::Number, groups));
            fold.grow(keys.len());
            runner.steps(rest, batch, &mut |runner, inner| runner.fold(step, &inner, &mut fold));
            if runner.stop.is_some() || runner.notes.met() || !fold.is_native() {
                return None;
            }
        }
        Some(Self { keys, fold, is_number: is_number(runner.rule, step.aggregate.result) })
    }
}

impl Runner<'_> {
    /// As [`Self::aggregate`](Runner::aggregate), from results that are there already.
    pub fn look_up(&mut self, (step, totals): (&AggregateStep, &Totals), live: &[usize], batch: Batch) -> Batch {
        let Some(Step { action: Action::Join(join), .. }) = step.nested.steps.first() else { return batch };
        let scope = self.scope(&batch);
        let keys: Vec<Vec<u32>> = join.keys.iter().map(|(_, term)| scope.words(term)).collect();
        let keys: Vec<&[u32]> = keys.iter().map(Vec::as_slice).collect();
        let mut groups = totals.keys.find(&keys, batch.len);
        let kind = &self.world.input.program.types[self.rule.vars[step.aggregate.result.index()].ty.index()].kind;
        let is_whole = !keys.iter().any(|key| key.iter().any(|word| is_none(*word)));
        if is_whole && totals.is_number {
            let mut batch = batch;
            if matches!(step.aggregate.op, AggregateOp::Min | AggregateOp::Max) {
                batch = super::steps::keep(batch, live, |row| totals.fold.is_filled(groups[row]));
                groups.retain(|group| totals.fold.is_filled(*group));
            }
            if let Some(vector) = totals.fold.column(&groups, kind) {
                batch.set(step.slot, vector);
                return batch;
            }
            return self.look_up_each((step, totals), live, (batch, &groups, &[]));
        }
        let without = |row: &u32| keys.iter().any(|key| is_none(key[*row as usize]));
        let without: Vec<u32> = (0_u32..).take(batch.len).filter(without).collect();
        self.look_up_each((step, totals), live, (batch, &groups, &without))
    }

    /// One row at a time; those `without` a key are decided on their own.
    fn look_up_each(
        &mut self,
        (step, totals): (&AggregateStep, &Totals),
        live: &[usize],
        (batch, groups, without): (Batch, &[u32], &[u32]),
    ) -> Batch {
        let literal = Literal::Aggregate(step.aggregate.clone());
        let kind = &self.world.input.program.types[self.rule.vars[step.aggregate.result.index()].ty.index()].kind;
        let mut came = Vec::with_capacity(groups.len());
        for (row, group) in (0_u32..).zip(groups) {
            came.push(if without.binary_search(&row).is_ok() {
                self.result(&literal, &batch, row as usize)
            } else {
                let result = totals.fold.result(*group, kind);
                self.notes.erred |= matches!(result, Err(Fault::Error(_)));
                Came::To(result)
            });
        }
        self.with_results(step, live, batch, came.into_iter())
    }
}

/// Whether a variable only meets comparisons, arithmetic within them, and the head.
fn is_number(rule: &Rule, var: VarId) -> bool {
    let is_plain = |literal: &Literal| match literal {
        Literal::Compare(compare) => {
            [Some(&compare.left), Some(&compare.right), compare.allowance.as_ref()].into_iter().flatten().all(is_sum)
        }
        Literal::Aggregate(aggregate) if aggregate.result == var => true,
        other => {
            let mut met = false;
            other.variables(&mut |one| met |= one == var);
            !met
        }
    };
    rule.args.iter().all(is_sum) && rule.body.iter().all(is_plain)
}

fn is_sum(expr: &Expr) -> bool {
    match expr {
        Expr::Var(_) | Expr::Const(_) => true,
        Expr::Call(Function::Add | Function::Sub | Function::Mul, args, _) => args.iter().all(is_sum),
        _ => false,
    }
}
