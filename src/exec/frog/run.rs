//! Stratum by stratum, round by round.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::datalog::Rounds;
use super::derived::{Derived, Sink};
use super::steps::Runner;
use super::words::{Kind, NONE, Words};
use super::{World, outcome};
use crate::exec::{Input, InstanceError, Outcome};
use crate::ir::{Origin, RelationId};
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
            Some(Derived::new(kinds.map(|column| Kind::of(&program.types[column.ty.index()].kind)).collect()))
        }
    });
    let world = World {
        input,
        words: Words::new(&input.store.symbols),
        derived: derived.collect(),
        recent: vec![0..0; program.relations.len()],
        indexes: FxHashMap::default(),
    };
    let mut engine = Engine { world, sizes: Sizes::of_facts(program, input.store), errors: BTreeSet::new() };
    for at in 0..program.strata.len() {
        engine.stratum(at);
    }
    let World { words, derived, .. } = engine.world;
    Outcome {
        possible: crate::exec::doubt::Possible::default(),
        relations: outcome::decoded(derived, words),
        undecided: Vec::new(),
        errors: engine.errors.into_iter().collect(),
        failures: Vec::new(),
    }
}

struct Engine<'a> {
    world: World<'a>,
    sizes: Sizes,
    errors: BTreeSet<InstanceError>,
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
        for rule in &plan.once {
            self.rule(rule, &mut growing);
        }
        self.rounds(&plan, &mut growing);
        for relation in growing.relations {
            self.world.recent[relation.index()] = 0..0;
            self.measure(relation);
        }
    }

    /// Rows that rules' relations have from facts.
    fn seed(&mut self, growing: &mut Growing) {
        for (relation, sink) in growing.relations.iter().zip(&mut growing.sinks) {
            let Origin::Rules(Some(table)) = self.world.input.program.relations[relation.index()].origin else {
                continue;
            };
            let rows: Vec<u32> = (0..self.world.input.store.tables[table].rows).collect();
            let width = self.world.derived(*relation).columns.len();
            let columns: Vec<Vec<u32>> = (0..width).map(|column| self.world.cell_words(table, column, &rows)).collect();
            let whole = super::steps::rows(rows.len(), |row| columns.iter().all(|column| column[row] != NONE));
            let pick = |column: &Vec<u32>| whole.iter().map(|row| column[*row as usize]).collect();
            sink.insert(&columns.iter().map(pick).collect::<Vec<_>>(), whole.len());
        }
    }

    fn rounds(&mut self, plan: &StratumPlan, growing: &mut Growing) {
        let mut rounds = Rounds::new(growing.relations.len());
        loop {
            for (at, relation) in growing.relations.iter().enumerate() {
                let derived = self.world.derived[relation.index()].as_mut().expect("growing relations are derived");
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
                self.rule(rule, growing);
            }
        }
    }

    fn rule(&mut self, plan: &RulePlan, growing: &mut Growing) {
        self.world.prepare(&plan.steps);
        let at = growing.at(plan.head);
        let mut runner = Runner::new(&self.world, plan);
        runner.run(&mut |columns, len| growing.sinks[at].insert(columns, len));
        self.errors.append(&mut runner.notes.errors);
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
