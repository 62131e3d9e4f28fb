//! Inner bodies: negations and aggregates. They run once for each distinct binding of the variables that they share
//! with the enclosing body, for all of a batch together.

use rustc_hash::{FxHashMap, FxHashSet};

use super::batch::{Batch, Vector};
use super::eval::{Fault, Scope};
use super::fold::Fold;
use super::index::Keys;
use super::steps::{Runner, keep};
use super::words::{Kind, NONE};
use crate::ir::VarId;
use crate::plan::{AggregateStep, Nested};
use crate::value::Value;

/// Results of inner bodies by their outer bindings; by the slot that numbers them.
#[derive(Debug, Default)]
pub struct Memos {
    negations: FxHashMap<usize, Memo<bool>>,
    aggregates: FxHashMap<usize, Memo<Result<Option<Value>, Fault>>>,
}

#[derive(Debug)]
struct Memo<T> {
    keys: Keys,
    results: Vec<T>,
}

impl<T> Memo<T> {
    fn new(columns: usize) -> Self {
        Self { keys: Keys::new(columns), results: Vec::new() }
    }

    /// The group of each row of the batch, and for each group that is new the first row that has it.
    fn groups(&mut self, scope: &Scope<'_>, outer: &[VarId]) -> (Vec<u32>, Vec<u32>) {
        let known = self.results.len();
        let keys: Vec<Vec<u32>> = outer.iter().map(|var| scope.words_at(scope.place(*var))).collect();
        let keys: Vec<&[u32]> = keys.iter().map(Vec::as_slice).collect();
        let groups = self.keys.insert(&keys, scope.batch.len);
        let mut first = Vec::new();
        for (row, group) in (0_u32..).zip(&groups) {
            if *group != NONE && *group as usize == known + first.len() {
                first.push(row);
            }
        }
        (groups, first)
    }
}

impl Runner<'_> {
    /// Keeps the rows for which the inner steps yield nothing.
    pub fn not(&mut self, nested: &Nested, live: &[usize], batch: Batch) -> Batch {
        let mut memo = self.memos.negations.remove(&nested.ordinal).unwrap_or_else(|| Memo::new(nested.outer.len()));
        let (groups, first) = memo.groups(&self.scope(&batch), &nested.outer);
        let mut found = vec![false; first.len()];
        self.inner(nested, &batch, &first, &mut |_, inner| {
            inner.words(nested.ordinal).iter().for_each(|ordinal| found[*ordinal as usize] = true);
        });
        memo.results.extend(found);
        let batch = keep(batch, live, |row| groups[row] != NONE && !memo.results[groups[row] as usize]);
        self.memos.negations.insert(nested.ordinal, memo);
        batch
    }

    /// Fills the slot of an aggregate; drops rows for which it has no value.
    pub fn aggregate(&mut self, step: &AggregateStep, live: &[usize], batch: Batch) -> Batch {
        let nested = &step.nested;
        let mut memo = self.memos.aggregates.remove(&nested.ordinal).unwrap_or_else(|| Memo::new(nested.outer.len()));
        let (groups, first) = memo.groups(&self.scope(&batch), &nested.outer);
        let aggregate = &step.aggregate;
        let mut fold = Fold::new(aggregate.op, first.len());
        let mut seen: FxHashSet<(u32, u32)> = FxHashSet::default();
        self.inner(nested, &batch, &first, &mut |runner, inner| {
            let ordinals = inner.words(nested.ordinal);
            let scope = runner.scope(&inner);
            let Some(target) = &aggregate.target else { return fold.count(ordinals) };
            if let Some(vector) = scope.vector_of(target)
                && !aggregate.distinct
            {
                return fold.add_all(ordinals, &vector, scope.world);
            }
            for (row, ordinal) in ordinals.iter().enumerate() {
                let value = scope.value(target, row);
                if aggregate.distinct
                    && let Ok(value) = &value
                    && !seen.insert((*ordinal, scope.world.words.encode(value)))
                {
                    continue;
                }
                fold.add(*ordinal, value);
            }
        });
        let ty = self.rule.vars[aggregate.result.index()].ty;
        memo.results.extend(fold.finish(&self.world.input.program.types[ty.index()].kind));
        let batch = self.results(step, live, batch, (&groups, &memo.results));
        self.memos.aggregates.insert(nested.ordinal, memo);
        batch
    }

    fn results(
        &mut self,
        step: &AggregateStep,
        live: &[usize],
        batch: Batch,
        (groups, results): (&[u32], &[Result<Option<Value>, Fault>]),
    ) -> Batch {
        let (mut values, mut kept) = (Vec::new(), Vec::new());
        let mut notes = std::mem::take(&mut self.notes);
        for (row, group) in groups.iter().enumerate() {
            match if *group == NONE { Err(Fault::Malformed) } else { results[*group as usize].clone() } {
                Ok(Some(value)) => {
                    values.push(value);
                    kept.push(u32::try_from(row).unwrap_or(NONE));
                }
                Ok(None) => {}
                Err(fault) => notes.fault(&self.scope(&batch), row, fault, step.aggregate.span),
            }
        }
        self.notes = notes;
        let mut batch = if kept.len() == batch.len { batch } else { batch.gather(&kept, live) };
        batch.set(step.slot, self.native(step.aggregate.result, values));
        batch
    }

    /// Runs the inner steps for the rows `first` of the batch, numbered in that order.
    fn inner(&mut self, nested: &Nested, batch: &Batch, first: &[u32], out: super::steps::Out<'_>) {
        if first.is_empty() {
            return;
        }
        let mut inner = batch.gather(first, &nested.slots);
        let ordinals = (0_u32..).take(first.len()).collect();
        inner.set(nested.ordinal, Vector::Words(Kind::Number, ordinals));
        self.steps(&nested.steps, inner, out);
    }
}
