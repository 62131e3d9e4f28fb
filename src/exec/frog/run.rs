//! Stratum by stratum, round by round.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use rustc_hash::FxHashMap;

use super::World;
use super::datalog::Rounds;
use super::derived::Derived;
use super::growing::Growing;
use super::special;
use super::wave;
use super::words::{Kind, Mark, Words, is_none};
use crate::exec::doubt::Possible;
use crate::exec::limits::{Limits, Meter, Options, Stop, Stopped};
use crate::exec::profile::{Profile, Took};
use crate::exec::undecided::{self, Met, Open};
use crate::exec::{Failure, Input, Outcome, reference};
use crate::ir::{Literal, Origin, RelationId, RuleId};
use crate::plan::{self, RulePlan, Sizes, StratumPlan};
use crate::progress::{self, Phase};
use crate::text;

/// Runs the program over the facts.
#[must_use]
pub fn run(input: &Input<'_>, options: &Options) -> Outcome {
    let mut engine = Engine::new(input, *options);
    engine.threads = options.threads();
    engine.world.eager = options.eager;
    engine.sizes.eager = options.eager;
    if wave::is_worth_it(input, options) {
        engine.waves();
    } else {
        let strata = input.program.strata.len();
        if engine.threads > 1 {
            engine.prepare_ahead();
        }
        (0..strata).for_each(|at| engine.stratum(at, at + 1 == strata));
    }
    engine.world.rows(false);
    Outcome {
        profile: engine.profile,
        relations: engine.world.decoded.into_inner().unwrap_or_default(),
        undecided: engine.open.undecided.into_iter().collect(),
        errors: engine.open.errors.into_iter().collect(),
        failures: engine.failures,
        possible: engine.world.possible,
    }
}

pub(super) struct Engine<'a> {
    pub(super) world: World<'a>,
    pub(super) sizes: Sizes,
    pub(super) open: Open,
    options: Options,
    start: Instant,
    /// Of the stratum that runs.
    pub(super) limits: Limits,
    pub(super) failures: Vec<Failure>,
    counter: i64,
    pub(super) threads: usize,
    /// Plans of strata that were made before their turn.
    pub(super) planned: BTreeMap<usize, StratumPlan>,
    pub(super) profile: Profile,
}

impl<'a> Engine<'a> {
    fn new(input: &'a Input<'a>, options: Options) -> Self {
        let program = input.program;
        let derived = program.relations.iter().map(|relation| match relation.origin {
            Origin::Facts(_) => None,
            Origin::Rules(_) => {
                let columns = relation.columns.iter().take(relation.arity);
                let kinds = columns.map(|column| Kind::of(&program.types[column.ty.index()].kind)).collect();
                Some(Arc::new(Derived::new(kinds)))
            }
        });
        let world = World {
            input,
            words: Words::new(&input.store.symbols),
            derived: derived.collect(),
            finished: vec![false; program.relations.len()],
            decoded: OnceLock::new(),
            sorted: std::iter::repeat_with(OnceLock::new).take(program.relations.len()).collect(),
            possible: Possible::default(),
            recent: vec![0..0; program.relations.len()],
            similar: BTreeMap::new(),
            images: Vec::new(),
            indexes: FxHashMap::default(),
            totals: FxHashMap::default(),
            eager: false,
            arrival: OnceLock::new(),
        };
        Self {
            world,
            sizes: Sizes::of_facts(program, input.store),
            open: Open::default(),
            options,
            start: Instant::now(),
            limits: Limits::default(),
            failures: Vec::new(),
            counter: 0,
            threads: 1,
            planned: BTreeMap::new(),
            profile: Profile::default(),
        }
    }

    /// What a stratum that begins now may use; `last` when none follows.
    pub(super) fn limits_now(&self, last: bool) -> Limits {
        Limits::new(&self.options, self.start, last).beside(self.world.bytes())
    }

    /// Completes a stratum; `last` when none follows.
    pub(super) fn stratum(&mut self, at: usize, last: bool) {
        let mark = self.world.words.mark();
        self.limits = self.limits_now(last);
        let failed = self.failures.len();
        self.complete(at);
        if self.failures.len() > failed {
            self.forget(mark);
        }
    }

    /// Takes back what a rule that failed has put into the dictionary, lest the next one has no room; indexes may stand on it.
    pub(super) fn forget(&mut self, mark: Mark) {
        self.world.indexes.clear();
        self.world.totals.clear();
        self.world.words.forget(mark);
    }

    fn complete(&mut self, at: usize) {
        if self.fails_with_others(at) {
            return;
        }
        if self.is_idle(at) {
            return self.finish(at);
        }
        let planned = self.planned.remove(&at);
        let plan = planned.unwrap_or_else(|| plan::stratum(self.world.input.program, &self.sizes, at));
        let mut growing = Growing::of(&self.world, &plan, Meter::default());
        let mut met = Met::default();
        if self.is_special(at) {
            // loaded rows included: not all of them need stay
            if let Err(stopped) = self.delegate(at, &mut growing, &mut met) {
                return self.fail(at, Some(&growing), stopped);
            }
        } else {
            self.world.decoded.take(); // subsumptive clauses may read the rows of other relations
            self.seed(&mut growing);
            let done = plan.once.iter().try_for_each(|rule| self.rule(rule, &mut growing, &mut met));
            if let Err((rule, stop)) = done.and_then(|()| self.rounds(&plan, &mut growing, &mut met)) {
                return self.fail(at, Some(&growing), (rule, stop));
            }
        }
        self.finish(at);
        if let Err(stopped) = self.settle(at, &met) {
            self.fail(at, None, stopped);
        }
    }

    /// Whether nothing can come of the stratum: each of its rules needs a row of a relation that has none, and its relations
    /// are given none. An audit is rarely fed all that its rules could speak of.
    pub(super) fn is_idle(&self, at: usize) -> bool {
        let Input { program, store, .. } = self.world.input;
        let stratum = &program.strata[at];
        let has_none = |relation: RelationId| match program.relations[relation.index()].origin {
            Origin::Facts(table) => store.tables[table].rows == 0,
            Origin::Rules(_) => {
                let (finished, rows) = (self.world.finished[relation.index()], self.world.derived(relation).len);
                finished && rows == 0 && self.world.possible.of(relation).is_empty()
            }
        };
        let lacks = |literal: &Literal| matches!(literal, Literal::Atom(atom) if has_none(atom.relation));
        let is_given = |relation: &RelationId| program.relations[relation.index()].origin != Origin::Rules(None);
        !stratum.relations.iter().any(is_given)
            && stratum.rules.iter().all(|rule| program.rules[rule.index()].body.iter().any(lacks))
    }

    /// The relations of the stratum grow no more.
    pub(super) fn finish(&mut self, at: usize) {
        let stratum = &self.world.input.program.strata[at];
        self.world.totals.retain(|(rule, ..), _| !stratum.rules.contains(rule));
        let world = &self.world;
        let relations = &stratum.relations;
        let derived: Vec<RelationId> =
            relations.iter().copied().filter(|relation| world.derived[relation.index()].is_some()).collect();
        for relation in derived {
            self.world.recent[relation.index()] = 0..0;
            self.world.finished[relation.index()] = true;
            self.measure(relation);
        }
    }

    /// Whether a rule of the stratum counts its instances (`autoinc()`) or asks for rows inside an expression, or rows of its
    /// relations may go when others grow.
    pub(super) fn is_special(&self, at: usize) -> bool {
        let program = self.world.input.program;
        let stratum = &program.strata[at];
        let asks_more = |rule: &RuleId| special::rule(&program.rules[rule.index()]);
        stratum.relations.iter().any(|relation| special::relation(program, *relation, stratum))
            || stratum.rules.iter().any(asks_more)
    }

    /// Has the reference engine complete the stratum.
    fn delegate(&mut self, at: usize, growing: &mut Growing, met: &mut Met) -> Done {
        self.world.decoded.take();
        self.world.rows(true);
        let rows = self.world.decoded.take().unwrap_or_default();
        let stratum = &self.world.input.program.strata[at];
        let state = (stratum, &mut self.counter);
        let completed = reference::complete(self.world.input, rows, &mut self.world.possible, state, self.limits);
        if let Some(stopped) = completed.stop {
            return Err(stopped);
        }
        met.erred.extend(completed.erring);
        met.doubted.extend(&stratum.rules);
        self.failures.extend(completed.failures);
        for (at, relation) in growing.relations.iter().enumerate() {
            let rows = completed.rows.get(relation).into_iter().flatten();
            for row in rows {
                let words: Vec<Vec<u32>> = row.iter().map(|value| vec![self.world.words.encode(value)]).collect();
                growing.sinks[at].insert(&words, 1);
            }
        }
        growing.commit(&mut self.world);
        Ok(())
    }

    /// What the stratum leaves undecided.
    fn settle(&mut self, at: usize, met: &Met) -> Done {
        let input = self.world.input;
        let stratum = &input.program.strata[at];
        self.world.decoded.take();
        if undecided::is_open(input, &self.world.possible, (stratum, met)) {
            self.world.rows(true);
            let World { decoded, possible, .. } = &mut self.world;
            let rows = decoded.get().map_or(&[][..], Vec::as_slice);
            let left = undecided::settle(input, rows, possible, (stratum, met), self.limits)?;
            self.open.add(left);
        }
        Ok(())
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

    fn rounds(&mut self, plan: &StratumPlan, growing: &mut Growing, met: &mut Met) -> Done {
        let mut rounds = Rounds::new(growing.relations.len());
        loop {
            growing.weigh(&self.world, self.limits)?;
            let new = growing.commit(&mut self.world);
            if growing.drop_gone(&mut self.world, plan) {
                rounds = Rounds::new(growing.relations.len());
            }
            for (at, new) in growing.recent(&self.world, new).enumerate() {
                rounds.insert(at, new.start, new.end);
            }
            if !rounds.next() || plan.rounds.is_empty() || self.is_full(growing) {
                growing.drop_all_gone(&mut self.world);
                return Ok(());
            }
            for (at, relation) in growing.relations.iter().enumerate() {
                self.world.recent[relation.index()] = rounds.recent(at);
            }
            for rule in &plan.rounds {
                self.rule(rule, growing, met)?;
            }
        }
    }

    /// Whether one of the relations has as many rows as it needs.
    fn is_full(&self, growing: &Growing) -> bool {
        let relation = |id: &RelationId| &self.world.input.program.relations[id.index()];
        growing.relations.iter().any(|id| relation(id).is_full(self.world.derived(*id).len))
    }

    /// Runs one plan. The error says that it had to stop.
    fn rule(&mut self, plan: &RulePlan, growing: &mut Growing, met: &mut Met) -> Done {
        if growing.is_closed(plan.head) {
            return Ok(());
        }
        let start = Instant::now();
        progress::enter(Phase::Running(self.world.input.program.relations[plan.head.index()].name.clone()));
        self.world.prepare_totals(plan, self.limits);
        self.world.prepare(plan, &plan.steps);
        self.limits = self.limits.beside(self.world.bytes());
        let (done, took) = growing.rule(&self.world, plan, (self.limits, self.threads), met);
        self.profile.add(plan, Took { time: start.elapsed(), ..took });
        done
    }

    /// A stratum that was stopped leaves no rows: none of its relations is complete.
    pub(super) fn fail(&mut self, at: usize, growing: Option<&Growing>, (rule, stop): (RuleId, Stop)) {
        let program = self.world.input.program;
        let head = program.rules[rule.index()].head;
        let rows = self.world.derived(head).len + growing.map_or(0, |growing| growing.fresh(head));
        let reason = stop.reason(self.world.input, Stopped { rule, stratum: at, rows });
        let rules = &program.strata[at].rules;
        self.failures.extend(rules.iter().map(|rule| Failure { rule: *rule, reason: reason.clone() }));
        let is_derived = |relation: &&RelationId| self.world.derived[relation.index()].is_some();
        let relations: Vec<RelationId> = program.strata[at].relations.iter().filter(is_derived).copied().collect();
        self.world.indexes.retain(|(relation, ..), _| !relations.contains(relation));
        self.world.decoded.take();
        for relation in &relations {
            let kinds = self.world.derived(*relation).kinds.clone();
            self.world.derived[relation.index()] = Some(Arc::new(Derived::new(kinds)));
            self.world.recent[relation.index()] = 0..0;
            self.world.finished[relation.index()] = false;
            self.world.sorted[relation.index()].take();
        }
    }

    /// Whether the stratum reads what could not be completed; then its rules fail as well.
    fn fails_with_others(&mut self, at: usize) -> bool {
        let program = self.world.input.program;
        let failed: BTreeSet<RelationId> =
            self.failures.iter().map(|failure| program.rules[failure.rule.index()].head).collect();
        let rules = &program.strata[at].rules;
        let lacking = rules.iter().find_map(|rule| reads(&program.rules[rule.index()].body, &failed));
        let Some(relation) = lacking else { return false };
        let name = &program.relations[relation.index()].name;
        let reason = text!("所依据的 `{name}` 没有算完", "`{name}`, which it reads, could not be completed");
        self.failures.extend(rules.iter().map(|rule| Failure { rule: *rule, reason: reason.clone() }));
        true
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

/// Whether a plan went through; the rule that had to stop otherwise.
pub(super) type Done = Result<(), (RuleId, Stop)>;

/// A relation among `failed` that the body reads.
fn reads(body: &[Literal], failed: &BTreeSet<RelationId>) -> Option<RelationId> {
    body.iter().find_map(|literal| match literal {
        Literal::Atom(atom) => Some(atom.relation).filter(|relation| failed.contains(relation)),
        Literal::Not(not) => reads(&not.body, failed),
        Literal::Aggregate(aggregate) => reads(&aggregate.body, failed),
        _ => None,
    })
}
