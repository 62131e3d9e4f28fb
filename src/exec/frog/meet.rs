//! Atoms that bind the same variable, in one step: each row gets the values that all of them have.

use super::batch::{Batch, Vector};
use super::datalog::{self, Side};
use super::steps::{Out, Runner};
use super::words::{Kind, NONE};
use crate::plan::{Meet, Step};

/// How many values are proposed at a time, unless one row alone has more.
const PROPOSED: usize = 4 * super::batch::BATCH;

impl Runner<'_> {
    /// Pairs each row of the batch with the values of the new variable.
    pub fn meet(&mut self, meet: &Meet, (step, rest): (&Step, &[Step]), batch: &Batch, out: Out<'_>) -> Batch {
        let world = self.world;
        let kept: Vec<usize> = step.live.iter().copied().filter(|slot| batch.get(*slot).is_some()).collect();
        let sides: Vec<Side<'_>> = meet
            .atoms
            .iter()
            .map(|atom| {
                let (list, set) = (world.index_at(&atom.list()), world.index_at(&atom.set()));
                let keys: Vec<Vec<u32>> = atom.keys.iter().map(|(_, term)| self.scope(batch).words(term)).collect();
                let groups = list.groups(&keys.iter().map(Vec::as_slice).collect::<Vec<_>>(), batch.len);
                let at = atom.keys.partition_point(|(column, _)| *column < atom.column);
                Side { groups, list, set, keys, at }
            })
            .collect();
        let ty = self.rule.vars[meet.var.index()].ty;
        let kind = Kind::of(&world.input.program.types[ty.index()].kind);
        let (mut rows, mut proposed, mut last) = (Vec::new(), 0, Batch::bare(0));
        for row in (0_u32..).take(batch.len) {
            let least = sides.iter().map(|side| side.count(row)).min().unwrap_or(0);
            if least > 0 {
                rows.push(row);
                proposed += least;
            }
            if proposed >= PROPOSED || (row as usize + 1 == batch.len && proposed > 0) {
                let pairs = datalog::meet(std::mem::take(&mut rows), &sides);
                proposed = 0;
                let mut met = batch.gather(&pairs.rows, &kept);
                met.set(meet.slot, Vector::Words(kind, pairs.partners));
                let before = std::mem::replace(&mut last, met);
                if before.len > 0 {
                    self.count(rest, before.len);
                    self.steps(rest, before, &mut *out);
                }
            }
        }
        last
    }
}

impl Side<'_> {
    /// How many values a row would get from this side alone.
    pub fn count(&self, row: u32) -> usize {
        match self.groups[row as usize] {
            NONE => 0,
            group => self.list.list(group).len(),
        }
    }
}
