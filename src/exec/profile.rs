//! [`Profile`]: what each plan took.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::ir::RuleId;
use crate::plan::RulePlan;

/// What the plans of a run took, in the order in which they first ran.
#[derive(Debug, Default)]
pub struct Profile {
    /// By plan.
    pub plans: Vec<(RulePlan, Took)>,
    /// Where each rule's plan stands there, by the atom that reads only new rows: a program has many facts.
    places: BTreeMap<(RuleId, Option<usize>), usize>,
}

/// What a plan took, over all rounds.
#[derive(Clone, Debug, Default)]
pub struct Took {
    /// Time, with the indexes that it needed.
    pub time: Duration,
    /// Rows that came out of the body.
    pub candidates: u64,
    /// Rows of them that were new.
    pub rows: u64,
    /// Rows that came out of each step.
    pub counts: Vec<u64>,
}

impl Profile {
    /// Adds what a plan took in one round.
    pub fn add(&mut self, plan: &RulePlan, took: Took) {
        let place = *self.places.entry((plan.rule, plan.delta)).or_insert(self.plans.len());
        let Some((_, sum)) = self.plans.get_mut(place) else {
            self.plans.push((plan.clone(), took));
            return;
        };
        sum.time += took.time;
        sum.candidates += took.candidates;
        sum.rows += took.rows;
        sum.counts.iter_mut().zip(took.counts).for_each(|(sum, count)| *sum += count);
    }
}
