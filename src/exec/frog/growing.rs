//! [`Growing`]: the relations of a stratum while it runs.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use super::World;
use super::classes::Classes;
use super::derived::Sink;
use super::run::Done;
use super::spread;
use super::weigh::Scales;
use super::world::index_keys;
use crate::exec::limits::{Limits, Meter};
use crate::exec::profile::Took;
use crate::exec::undecided::Met;
use crate::ir::{RelationId, RuleId};
use crate::plan::{RulePlan, StratumPlan};
use crate::progress;

/// The relations of a stratum, with what keeps their rows distinct.
pub(super) struct Growing {
    pub(super) relations: Vec<RelationId>,
    pub(super) sinks: Vec<Sink>,
    /// For those of which not all rows stay, what decides on that.
    scales: Vec<Option<Scales>>,
    /// For closures, their classes.
    classes: Vec<Option<Classes>>,
    /// How many bytes each of these takes, and all that share the meter.
    bytes: Vec<usize>,
    meter: Meter,
}

impl Growing {
    pub(super) fn of(world: &World<'_>, plan: &StratumPlan, meter: Meter) -> Self {
        let is_derived = |relation: &RelationId| world.derived[relation.index()].is_some();
        let relations: Vec<RelationId> = plan.relations.iter().copied().filter(is_derived).collect();
        let sinks: Vec<Sink> =
            relations.iter().map(|relation| Sink::new(world.derived(*relation).columns.len())).collect();
        let program = world.input.program;
        let scales = relations.iter().map(|relation| Scales::of(program, *relation)).collect();
        let classes = relations.iter().map(|relation| Classes::of(program, *relation, &plan.relations)).collect();
        Self { relations, bytes: vec![0; sinks.len()], sinks, scales, classes, meter }
    }

    /// Takes what one plan derives, on up to so many threads.
    pub(super) fn rule(
        &mut self,
        world: &World<'_>,
        plan: &RulePlan,
        (limits, threads): (Limits, usize),
        met: &mut Met,
    ) -> (Done, Took) {
        let start = Instant::now();
        let at = self.relations.iter().position(|known| *known == plan.head).unwrap_or(0);
        let (sink, own, meter) = (&mut self.sinks[at], &mut self.bytes[at], &self.meter);
        let before = sink.len;
        let weighed = self.scales[at].as_mut().map_or(0, |scales| {
            scales.begin(plan.rule, before);
            scales.bytes()
        });
        let mut candidates = 0;
        let ran = spread::run(world, plan, (limits, threads), &mut |columns, len| {
            candidates += len as u64;
            progress::rows(len);
            sink.insert(&columns, len);
            let before = std::mem::replace(own, sink.bytes() + weighed);
            limits.memory(meter.moved(before, *own) + world.words.bytes())
        });
        if ran.erred {
            met.erred.insert(plan.rule);
        }
        if ran.doubted {
            met.doubted.insert(plan.rule);
        }
        let rows = (sink.len - before) as u64;
        let took = Took { time: start.elapsed(), candidates, rows, counts: ran.counts };
        (ran.stop.map_or(Ok(()), |stop| Err((plan.rule, stop))), took)
    }

    /// How many rows of a relation wait for the end of the round.
    pub(super) fn fresh(&self, relation: RelationId) -> usize {
        self.relations.iter().position(|known| *known == relation).map_or(0, |at| self.sinks[at].len)
    }

    /// Gives back all that it took.
    pub(super) fn drop_all(&mut self) {
        for (sink, bytes) in self.sinks.iter_mut().zip(&mut self.bytes) {
            *sink = Sink::new(sink.fresh.len());
            self.meter.moved(std::mem::take(bytes), 0);
        }
    }

    /// Whether the rows of a relation come from its classes, not from its rules.
    pub(super) fn is_closed(&self, relation: RelationId) -> bool {
        self.relations.iter().position(|known| *known == relation).is_some_and(|at| self.classes[at].is_some())
    }

    /// Adds what follows for closures; leaves of the new rows those that stay.
    pub(super) fn weigh(&mut self, world: &World<'_>, limits: Limits) -> Done {
        for (at, classes) in self.classes.iter_mut().enumerate() {
            let stop = classes.as_mut().and_then(|classes| classes.close(world, &mut self.sinks[at], limits));
            if let Some(stop) = stop {
                return Err((rule_of(world, self.relations[at]), stop));
            }
        }
        for (at, scales) in self.scales.iter_mut().enumerate() {
            let Some(scales) = scales else { continue };
            if let Some(stop) = scales.weigh(world, &mut self.sinks[at], limits) {
                return Err((rule_of(world, self.relations[at]), stop));
            }
        }
        Ok(())
    }

    /// Moves the new rows to their relations; which rows of each they are.
    pub(super) fn commit(&mut self, world: &mut World<'_>) -> Vec<Range<usize>> {
        let relations = self.relations.iter().zip(&mut self.sinks);
        let moved = relations.map(|(relation, sink)| {
            let derived = world.derived[relation.index()].as_mut().and_then(Arc::get_mut);
            sink.commit(derived.expect("a relation grows only while nobody else holds it"))
        });
        moved.collect()
    }

    /// Takes rows that went because of better ones out of the relations of which a rule of the plan, or a limit, reads more
    /// than the new rows. Whether rows have other numbers since.
    pub(super) fn drop_gone(&mut self, world: &mut World<'_>, plan: &StratumPlan) -> bool {
        let mut moved = false;
        for (relation, scales) in self.relations.iter().zip(&mut self.scales) {
            let Some(scales) = scales else { continue };
            let is_limited = || world.input.program.relations[relation.index()].limit.is_some();
            if scales.has_gone() && (is_limited() || plan.rounds.iter().any(|rule| looks_up(rule, *relation))) {
                drop_rows(world, *relation, scales);
                moved = true;
            }
        }
        moved
    }

    /// The same for every relation.
    pub(super) fn drop_all_gone(&mut self, world: &mut World<'_>) {
        for (relation, scales) in self.relations.iter().zip(&mut self.scales) {
            if let Some(scales) = scales.as_mut().filter(|scales| scales.has_gone()) {
                drop_rows(world, *relation, scales);
            }
        }
    }

    /// Where the rows that were just committed are: the last ones, whatever went before them.
    pub(super) fn recent(&self, world: &World<'_>, new: Vec<Range<usize>>) -> impl Iterator<Item = Range<usize>> {
        let ends: Vec<usize> = self.relations.iter().map(|relation| world.derived(*relation).len).collect();
        new.into_iter().zip(ends).map(|(new, end)| end - new.len()..end)
    }
}

fn drop_rows(world: &mut World<'_>, relation: RelationId, scales: &mut Scales) {
    let derived = world.derived[relation.index()].as_mut().and_then(Arc::get_mut);
    scales.drop_gone(derived.expect("a relation changes only while nobody else holds it"));
    world.indexes.retain(|(known, ..), _| *known != relation);
}

/// Whether a plan reads other rows of a relation than the new ones.
fn looks_up(plan: &RulePlan, relation: RelationId) -> bool {
    plan.steps.iter().flat_map(|step| index_keys(&step.action)).any(|((known, ..), _)| known == relation)
}

/// A rule that gives rows to a relation.
fn rule_of(world: &World<'_>, relation: RelationId) -> RuleId {
    let at = world.input.program.rules.iter().position(|rule| rule.head == relation);
    RuleId(at.and_then(|at| u32::try_from(at).ok()).unwrap_or(0))
}
