//! Whether the inner body of a negation yields anything: one row is enough, so of many partners a few are tried first.

use super::batch::{Batch, Vector};
use super::datalog;
use super::steps::{PAIRS, Runner};
use super::words::{Kind, NONE};
use crate::plan::{Action, Join, Nested, Step};

/// How many partners of a row are tried at first; more by so many times with every try.
const FEW: usize = 64;
const MORE: usize = 16;

impl Runner<'_> {
    /// For each of the rows `first` of the batch, numbered in that order: whether the inner steps yield anything, and whether
    /// they are in doubt.
    pub(super) fn any(&mut self, nested: &Nested, batch: &Batch, first: &[u32]) -> (Vec<bool>, Vec<bool>) {
        let mut found = vec![false; first.len()];
        if first.is_empty() {
            return (found, Vec::new());
        }
        let mut inner = batch.gather(first, &nested.slots);
        inner.set(nested.ordinal, Vector::Words(Kind::Number, (0_u32..).take(first.len()).collect()));
        self.notes.begin(nested.ordinal, first.len());
        let at = nested.steps.iter().position(|step| !matches!(step.action, Action::Compute(_) | Action::Filter(_)));
        match at.map(|at| (at, &nested.steps[at])) {
            Some((at, step @ Step { action: Action::Join(join), .. })) if self.world.alike(join).is_none() => {
                let mut reached = None;
                self.steps(&nested.steps[..at], inner, &mut |_, batch| reached = Some(batch));
                if let Some(batch) = reached {
                    self.try_partners(join, (step, &nested.steps[at + 1..]), (&batch, nested.ordinal), &mut found);
                }
            }
            _ => self.steps(&nested.steps, inner, &mut |_, batch| mark(&batch, nested.ordinal, &mut found)),
        }
        (found, self.notes.end())
    }

    /// Hands the rows that are not `found` to be with a few of their partners through `rest`, then with more.
    fn try_partners(
        &mut self,
        join: &Join,
        (step, rest): (&Step, &[Step]),
        (batch, ordinal): (&Batch, usize),
        found: &mut [bool],
    ) {
        let world = self.world;
        let index = world.index_of(&step.action);
        let groups = self.groups(&join.keys, index, join.relation, batch);
        let kept: Vec<usize> = step.live.iter().copied().filter(|slot| batch.get(*slot).is_some()).collect();
        let partners = |row: u32| match groups[row as usize] {
            NONE => 0,
            group => index.list(group).len(),
        };
        let ordinals = batch.words(ordinal);
        let mut rows: Vec<u32> = (0_u32..).take(batch.len).collect();
        let (mut from, mut to) = (0, FEW);
        loop {
            rows.retain(|row| partners(*row) > from && !found[ordinals[*row as usize] as usize]);
            if rows.is_empty() {
                return;
            }
            let mut some = Vec::new();
            let mut pairs = 0;
            for (at, row) in rows.iter().enumerate() {
                some.push(*row);
                pairs += partners(*row).min(to) - from;
                if pairs >= PAIRS || at + 1 == rows.len() {
                    let piece = self.joined(join, &kept, batch, datalog::part(&some, &groups, index, from..to));
                    self.steps(rest, piece, &mut |_, batch| mark(&batch, ordinal, found));
                    some.clear();
                    pairs = 0;
                }
            }
            (from, to) = (to, to.saturating_mul(MORE));
        }
    }
}

/// Marks the outer rows to which the rows of the batch belong.
fn mark(batch: &Batch, ordinal: usize, found: &mut [bool]) {
    batch.words(ordinal).iter().for_each(|ordinal| found[*ordinal as usize] = true);
}
