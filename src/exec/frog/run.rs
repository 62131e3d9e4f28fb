//! Stratum by stratum, round by round.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::World;
use super::datalog::Rounds;
use super::derived::{Derived, Sink};
use super::steps::Runner;
use super::words::{Kind, Words, is_none};
use crate::exec::doubt::Possible;
use crate::exec::undecided::{self, Open};
use crate::exec::{Failure, Input, Outcome, reference};
use crate::ir::{Origin, RelationId, RuleId};
use crate::plan::{self, RulePlan, Sizes, StratumPlan};

/// How to run.
#[derive(Clone, Debug, Default)]
pub struct Options {}

/// Runs the program over the facts.
#[must_use]
pub fn run(input: &Input<'_>, options: &Options) -> Outcome {
    let _ = options;
    let program = input.program;
    let derived = program.relations.iter().map(|relation| match relation.origin {
        Origin::Facts(_) => None,
        Origin::Rules(_) => {
            let kinds = relation.columns.iter().take(relation.arity);
            Some(Arc::new(Derived::new(kinds.map(|column| Kind::of(&program.types[column.ty.index()].kind)).collect())))
        }
    });
    let world = World {
        input,
        words: Words::new(&input.store.symbols),
        derived: derived.collect(),
        finished: vec![false; program.relations.len()],
        decoded: OnceLock::new(),
        possible: Possible::default(),
        recent: vec![0..0; program.relations.len()],
        indexes: FxHashMap::default(),
    };
    let mut engine = Engine {
        world,
        sizes: Sizes::of_facts(program, input.store),
        open: Open::default(),
        failures: Vec::new(),
        counter: 0,
    };
    for at in 0..program.strata.len() {
        engine.stratum(at);
    }
    engine.world.rows(false);
    Outcome {
        relations: engine.world.decoded.into_inner().unwrap_or_default(),
        undecided: engine.open.undecided.into_iter().collect(),
        errors: engine.open.errors.into_iter().collect(),
        failures: engine.failures,
        possible: engine.world.possible,
    }
}

struct Engine<'a> {
    world: World<'a>,
    sizes: Sizes,
    open: Open,
    failures: Vec<Failure>,
    counter: i64,
}

/// The relations of a stratum, with what keeps their rows distinct.
struct Growing {
    relations: Vec<RelationId>,
    sinks: Vec<Sink>,
}

impl Growing {
    fn at(&self, relation: RelationId) -> usize {
        self.relations.iter().position(|known| *known == relation).expect("a rule's head is in its stratum")
    }
}

impl Engine<'_> {
    fn stratum(&mut self, at: usize) {
        let plan = plan::stratum(self.world.input.program, &self.sizes, at);
        let relations: Vec<RelationId> =
            plan.relations.iter().copied().filter(|relation| self.world.derived[relation.index()].is_some()).collect();
        let sinks = relations.iter().map(|relation| Sink::new(self.world.derived(*relation).columns.len())).collect();
        let mut growing = Growing { relations, sinks };
        self.seed(&mut growing);
        let mut erring = BTreeSet::new();
        if growing.relations.iter().any(|relation| self.is_special(*relation)) || self.counts(at) {
            self.delegate(at, &mut growing, &mut erring);
        } else {
            for rule in &plan.once {
                erring.extend(self.rule(rule, &mut growing));
            }
            self.rounds(&plan, &mut growing, &mut erring);
        }
        for relation in growing.relations {
            self.world.recent[relation.index()] = 0..0;
            self.world.finished[relation.index()] = true;
            self.measure(relation);
        }
        self.settle(at, &erring);
    }

    /// Whether a relation is more than the set of what its rules derive.
    fn is_special(&self, relation: RelationId) -> bool {
        let relation = &self.world.input.program.relations[relation.index()];
        relation.equivalence
            || relation.limit.is_some()
            || !relation.choice.is_empty()
            || !relation.subsumption.is_empty()
    }

    /// Whether a rule of the stratum counts its instances: `autoinc()`.
    fn counts(&self, at: usize) -> bool {
        let program = self.world.input.program;
        program.strata[at].rules.iter().any(|rule| program.rules[rule.index()].counts())
    }

    /// Has the reference engine complete the stratum.
    fn delegate(&mut self, at: usize, growing: &mut Growing, erring: &mut BTreeSet<RuleId>) {
        self.world.decoded.take();
        self.world.rows(true);
        let rows = self.world.decoded.take().unwrap_or_default();
        let stratum = &self.world.input.program.strata[at];
        let completed =
            reference::complete(self.world.input, rows, &mut self.world.possible, (stratum, &mut self.counter));
        erring.extend(completed.erring);
        self.failures.extend(completed.failures);
        for (at, relation) in growing.relations.iter().enumerate() {
            let rows = completed.rows.get(relation).into_iter().flatten();
            for row in rows {
                let words: Vec<Vec<u32>> = row.iter().map(|value| vec![self.world.words.encode(value)]).collect();
                growing.sinks[at].insert(&words, 1);
            }
            let derived = self.world.derived[relation.index()].as_mut().and_then(Arc::get_mut);
            growing.sinks[at].commit(derived.expect("a relation grows only while nobody else holds it"));
        }
    }

    /// What the stratum leaves undecided.
    fn settle(&mut self, at: usize, erring: &BTreeSet<RuleId>) {
        let input = self.world.input;
        let stratum = &input.program.strata[at];
        let rules = || stratum.rules.iter().map(|rule| (rule, &input.program.rules[rule.index()].body));
        let open = |world: &World<'_>| {
            rules().any(|(rule, body)| erring.contains(rule) || undecided::is_tainted(input, &world.possible, body))
        };
        self.world.decoded.take();
        if open(&self.world) {
            self.world.rows(true);
            let World { decoded, possible, .. } = &mut self.world;
            let rows = decoded.get().map_or(&[][..], Vec::as_slice);
            let left = undecided::settle(input, rows, possible, (stratum, erring));
            self.open.undecided.extend(left.undecided);
            self.open.errors.extend(left.errors);
        }
    }

    /// Rows that rules' relations have from facts.
    fn seed(&mut self, growing: &mut Growing) {
        for (relation, sink) in growing.relations.iter().zip(&mut growing.sinks) {
            undecided::seed(self.world.input, *relation, &mut self.world.possible);
            let Origin::Rules(Some(table)) = self.world.input.program.relations[relation.index()].origin else {
                continue;
            };
            let rows: Vec<u32> = (0..self.world.input.store.tables[table].rows).collect();
            let width = self.world.derived(*relation).columns.len();
            let columns: Vec<Vec<u32>> = (0..width).map(|column| self.world.cell_words(table, column, &rows)).collect();
            let whole = super::steps::rows(rows.len(), |row| columns.iter().all(|column| !is_none(column[row])));
            let pick = |column: &Vec<u32>| whole.iter().map(|row| column[*row as usize]).collect();
            sink.insert(&columns.iter().map(pick).collect::<Vec<_>>(), whole.len());
        }
    }

    fn rounds(&mut self, plan: &StratumPlan, growing: &mut Growing, erring: &mut BTreeSet<RuleId>) {
        let mut rounds = Rounds::new(growing.relations.len());
        loop {
            for (at, relation) in growing.relations.iter().enumerate() {
                let derived = self.world.derived[relation.index()].as_mut().and_then(Arc::get_mut);
                let derived = derived.expect("a relation grows only while nobody else holds it");
                let new = growing.sinks[at].commit(derived);
                rounds.insert(at, new.start, new.end);
            }
            if !rounds.next() || plan.rounds.is_empty() {
                return;
            }
            for (at, relation) in growing.relations.iter().enumerate() {
                self.world.recent[relation.index()] = rounds.recent(at);
            }
            for rule in &plan.rounds {
                erring.extend(self.rule(rule, growing));
            }
        }
    }

    /// The rule, if a computation in it had no value.
    fn rule(&mut self, plan: &RulePlan, growing: &mut Growing) -> Option<RuleId> {
        self.world.prepare(&plan.steps);
        let at = growing.at(plan.head);
        let mut runner = Runner::new(&self.world, plan);
        runner.run(&mut |columns, len| growing.sinks[at].insert(columns, len));
        runner.notes.erred.then_some(plan.rule)
    }

    /// Tells the planner what a relation came to.
    fn measure(&mut self, relation: RelationId) {
        let derived = self.world.derived(relation);
        self.sizes.set(relation, derived.len);
        for (at, column) in derived.columns.iter().enumerate() {
            let step = column.len() / 2048 + 1;
            let sample: Vec<u32> = column.iter().copied().step_by(step).collect();
            self.sizes.set_distinct(relation, at, &sample, derived.len);
        }
    }
}
