//! Small audits on several threads: strata that do not need one another, side by side.
//!
//! A rule that looks at few rows is not worth [splitting](super::spread), but an audit has a hundred of them. What comes of it
//! is what comes of one stratum after another: each writes relations that no other of its level reads.

use std::collections::BTreeSet;

use super::World;
use super::growing::Growing;
use super::run::{Done, Engine};
use super::special;
use super::spread;
use super::steps::Runner;
use crate::exec::Input;
use crate::exec::limits::{Limits, Meter, Options, Stop};
use crate::exec::profile::Took;
use crate::exec::undecided::{self, Met};
use crate::ir::{Origin, Program, RelationId};
use crate::plan::{self, RulePlan, StratumPlan};
use crate::threads;

/// Whether there are several threads and no table is worth splitting. Rules that count or choose depend on their order: those
/// programs run in order.
pub(super) fn is_worth_it(input: &Input<'_>, options: &Options) -> bool {
    let program = input.program;
    let is_small = input.store.tables.iter().all(|table| (table.rows as usize) < spread::WORTH);
    options.threads() > 1
        && is_small
        && !program.rules.iter().any(special::rule)
        && !program.relations.iter().any(special::weighs)
}

/// Which strata can go next.
struct Order {
    ready: BTreeSet<usize>,
    /// How many strata are not completed.
    left: usize,
    /// How many strata each one still waits for.
    waiting: Vec<usize>,
    /// The strata that wait for each one.
    users: Vec<Vec<usize>>,
}

impl Order {
    fn of(program: &Program) -> Self {
        let mut stratum_of = vec![None; program.relations.len()];
        for (at, stratum) in program.strata.iter().enumerate() {
            stratum.relations.iter().for_each(|relation| stratum_of[relation.index()] = Some(at));
        }
        let count = program.strata.len();
        let mut order =
            Self { ready: BTreeSet::new(), left: count, waiting: vec![0; count], users: vec![Vec::new(); count] };
        for (at, stratum) in program.strata.iter().enumerate() {
            let mut needs = BTreeSet::new();
            for rule in &stratum.rules {
                for literal in &program.rules[rule.index()].body {
                    literal.atoms(&mut |atom| needs.extend(stratum_of[atom.relation.index()]));
                }
            }
            needs.remove(&at);
            order.waiting[at] = needs.len();
            needs.iter().for_each(|need| order.users[*need].push(at));
            if needs.is_empty() {
                order.ready.insert(at);
            }
        }
        order
    }

    /// Whether one stratum is left.
    fn is_last(&self) -> bool {
        self.left == 1
    }

    fn done(&mut self, at: usize) {
        self.left -= 1;
        self.ready.remove(&at);
        for user in std::mem::take(&mut self.users[at]) {
            self.waiting[user] -= 1;
            if self.waiting[user] == 0 {
                self.ready.insert(user);
            }
        }
    }
}

/// What a stratum came to.
struct Part {
    growing: Growing,
    met: Met,
    done: Done,
    /// By plan.
    took: Vec<Took>,
}

impl Engine<'_> {
    /// Completes every stratum. Those that may take long or for ever wait until nothing else can be done.
    pub(super) fn waves(&mut self) {
        let mut order = Order::of(self.world.input.program);
        while let Some(first) = order.ready.first().copied() {
            let beside: Vec<usize> = order.ready.iter().copied().filter(|at| self.goes_beside(*at)).collect();
            if beside.is_empty() {
                self.stratum(first, order.is_last());
                order.done(first);
            } else {
                self.wave(&beside);
                beside.into_iter().for_each(|at| order.done(at));
            }
        }
    }

    /// Completes strata that do not need one another.
    fn wave(&mut self, strata: &[usize]) {
        let program = self.world.input.program;
        let plans = threads::map(strata, self.threads, |at| plan::stratum(program, &self.sizes, *at));
        let (large, small): (Vec<_>, Vec<_>) = strata
            .iter()
            .copied()
            .zip(plans)
            .partition(|(_, plan)| plan.once.iter().any(|rule| self.is_worth_splitting(rule)));
        large.into_iter().for_each(|(at, _)| self.stratum(at, false));
        self.limits = self.limits_now(false);
        let mark = self.world.words.mark();
        for rule in small.iter().flat_map(|(_, plan)| &plan.once) {
            self.world.prepare_totals(rule, self.limits);
            self.world.prepare(rule, &rule.steps);
        }
        // What was prepared for all counts as well.
        let elsewhere = self.world.bytes();
        let meter = Meter::default();
        let parts = threads::map(&small, self.threads, |(_, plan)| {
            part(&self.world, plan, self.limits_now(false).beside(elsewhere), meter.clone())
        });
        if parts.iter().any(|part| matches!(part.done, Err((_, Stop::Memory(_))))) {
            // Whatever ran beside it may have taken the memory: one after another, each has all of it.
            drop(parts);
            self.forget(mark);
            return small.into_iter().for_each(|(at, _)| self.stratum(at, false));
        }
        let taken = small.into_iter().zip(parts).filter_map(|((at, plan), part)| self.take((at, &plan), part));
        let taken: Vec<(usize, Met)> = taken.collect();
        self.settle_beside(&taken);
    }

    /// Whether nothing about a stratum asks for more than its plans.
    fn goes_beside(&self, at: usize) -> bool {
        let program = self.world.input.program;
        let stratum = &program.strata[at];
        let is_given = |relation: &RelationId| program.relations[relation.index()].origin != Origin::Rules(None);
        self.failures.is_empty() && !stratum.recursive && !stratum.relations.iter().any(is_given) && !self.is_idle(at)
    }

    fn is_worth_splitting(&self, rule: &RulePlan) -> bool {
        let scanned = Runner::new(&self.world, rule, Limits::default()).scanned();
        scanned.is_some_and(|rows| rows.len() >= spread::WORTH)
    }

    /// Takes over what a stratum came to. What it met, unless it had to stop.
    fn take(&mut self, (at, plan): (usize, &StratumPlan), mut part: Part) -> Option<(usize, Met)> {
        for (rule, took) in plan.once.iter().zip(part.took) {
            self.profile.add(rule, took);
        }
        if let Err(stopped) = part.done {
            self.fail(at, Some(&part.growing), stopped);
            return None;
        }
        part.growing.commit(&mut self.world);
        self.finish(at);
        Some((at, part.met))
    }

    /// What the strata leave undecided.
    fn settle_beside(&mut self, strata: &[(usize, Met)]) {
        self.world.decoded.take();
        let input = self.world.input;
        let stratum = |at: usize| &input.program.strata[at];
        let is_open = |(at, met): &&(usize, Met)| undecided::is_open(input, &self.world.possible, (stratum(*at), met));
        let open: Vec<&(usize, Met)> = strata.iter().filter(is_open).collect();
        if open.is_empty() {
            return;
        }
        let limits = self.limits_now(false);
        let rows = self.world.rows(true);
        let settled = threads::map(&open, self.threads, |(at, met)| {
            let mut possible = self.world.possible.clone();
            let left = undecided::settle(input, rows, &mut possible, (stratum(*at), met), limits);
            (left, possible)
        });
        let mut stopped = Vec::new();
        for ((at, _), (left, possible)) in open.into_iter().zip(settled) {
            match left {
                Ok(left) => self.open.add(left),
                Err(why) => stopped.push((*at, why)),
            }
            self.world.possible.adopt(possible, &stratum(*at).relations);
        }
        for (at, why) in stopped {
            self.fail(at, None, why);
        }
    }
}

/// Runs the plans of a stratum, one after another.
fn part(world: &World<'_>, plan: &StratumPlan, limits: Limits, meter: Meter) -> Part {
    let mut part =
        Part { growing: Growing::of(world, plan, meter), met: Met::default(), done: Ok(()), took: Vec::new() };
    for rule in &plan.once {
        let (done, took) = part.growing.rule(world, rule, (limits, 1), &mut part.met);
        part.took.push(took);
        part.done = done;
        if let Err((_, stop)) = part.done {
            if matches!(stop, Stop::Memory(_)) {
                part.growing.drop_all();
            }
            break;
        }
    }
    part
}
