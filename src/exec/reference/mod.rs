//! The reference engine: naive evaluation, obviously right, kept for ever as the judge of the fast one.
//!
//! Stratum by stratum, every rule is applied to everything that is known until nothing new appears. Rows are sorted
//! sets of values; nothing is planned, kept or skipped.

mod kept;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use super::arrival::Arrival;
use super::doubt::Possible;
use super::limits::{Limits, Stop, Stopped};
use super::matcher::{Bindings, Flow, Matcher, Mode};
use super::undecided::{self, Met, Open};
use super::{Failure, Input, Outcome, Rows};
use crate::ir::{Origin, RelationId, Rule, RuleId, Stratum};
use crate::text;
use crate::value::Value;
use kept::Kept;
use table::Listed;

/// Rows of one relation.
type Set = BTreeSet<Vec<Value>>;

/// The relations of a stratum while it runs.
type Sets<'p> = BTreeMap<RelationId, Kept<'p>>;

/// A relation that grows beyond this is a rule without end: naive evaluation would not reach it in a day.
const MOST_ROWS: usize = 2_000_000;

/// Runs the program over the facts.
#[must_use]
pub fn run(input: &Input) -> Outcome {
    let mut run = Run {
        input: *input,
        relations: input.program.relations.iter().map(|_| None).collect(),
        possible: Possible::default(),
        counter: 0,
        failures: Vec::new(),
        limits: Limits::default(),
        stop: None,
    };
    let mut open = Open::default();
    for (nth, stratum) in input.program.strata.iter().enumerate() {
        let (_, erred) = run.stratum(stratum);
        let met = Met { erred, doubted: stratum.rules.iter().copied().collect() };
        let stopped = run.stop.take();
        let left = stopped.map_or_else(
            || undecided::settle(input, &run.relations, &mut run.possible, (stratum, &met), run.limits),
            Err,
        );
        match left {
            Ok(left) => open.add(left),
            Err((rule, stop)) => {
                let reason = stop.reason(input, Stopped { rule, stratum: nth, rows: 0 });
                let failed = |rule: &RuleId| Failure { rule: *rule, reason: reason.clone() };
                run.failures.extend(stratum.rules.iter().map(failed));
            }
        }
    }
    for (relation, rows) in input.program.relations.iter().zip(&mut run.relations) {
        if matches!(relation.origin, Origin::Rules(_)) && rows.is_none() {
            *rows = Some(Box::new(Listed::default()));
        }
    }
    Outcome {
        profile: super::profile::Profile::default(),
        relations: run.relations,
        undecided: open.undecided.into_iter().collect(),
        errors: open.errors.into_iter().collect(),
        failures: run.failures,
        possible: run.possible,
    }
}

/// What completing one stratum came to.
#[derive(Debug, Default)]
pub struct Completed {
    /// All rows of its relations.
    pub rows: BTreeMap<RelationId, BTreeSet<Vec<Value>>>,
    /// Rules in which a computation had no value.
    pub erring: BTreeSet<RuleId>,
    /// Rules that could not be finished.
    pub failures: Vec<Failure>,
    /// The rule that had to stop, and why: then rows are missing.
    pub stop: Option<(RuleId, Stop)>,
}

/// Completes one stratum over `relations`, the rows of all that it needs: for an engine that has no faster way.
/// Rows of facts that may be anything are added to `possible`; `counter` is where `autoinc()` stands.
#[must_use]
pub fn complete(
    input: &Input,
    relations: Vec<Option<Box<dyn Rows>>>,
    possible: &mut Possible,
    (stratum, counter): (&Stratum, &mut i64),
    limits: Limits,
) -> Completed {
    let (possible_before, counter_before) = (std::mem::take(possible), *counter);
    let mut run = Run {
        input: *input,
        relations,
        possible: possible_before,
        counter: counter_before,
        failures: Vec::new(),
        limits,
        stop: None,
    };
    let (rows, erring) = run.stratum(stratum);
    *possible = run.possible;
    *counter = run.counter;
    Completed { rows, erring, failures: run.failures, stop: run.stop }
}

struct Run<'a> {
    input: Input<'a>,
    relations: Vec<Option<Box<dyn Rows>>>,
    possible: Possible,
    counter: i64,
    failures: Vec<Failure>,
    limits: Limits,
    /// The rule that had to stop, and why.
    stop: Option<(RuleId, Stop)>,
}

impl<'a> Run<'a> {
    /// Completes the relations of a stratum: their rows, and the rules in which a computation had no value.
    fn stratum(&mut self, stratum: &Stratum) -> (BTreeMap<RelationId, Set>, BTreeSet<RuleId>) {
        let program = self.input.program;
        let kept = |id: &RelationId| (*id, Kept::new(&program.relations[id.index()], *id));
        let mut sets: Sets = stratum.relations.iter().map(kept).collect();
        let mut erring = BTreeSet::new();
        self.seed(&mut sets);
        // What reads no relation of the stratum comes to the same in every round.
        let (again, once): (Vec<RuleId>, Vec<RuleId>) =
            stratum.rules.iter().copied().partition(|rule| reads(&program.rules[rule.index()], &stratum.relations));
        let (mut rules, mut is_first) = (&once, true);
        loop {
            self.publish(&sets);
            let round = self.round(rules, &mut sets, &mut erring);
            self.publish(&sets);
            self.weigh_again(stratum, &mut sets);
            if self.stop.is_some() {
                break;
            }
            if !round.is_whole || sets.values().any(|kept| kept.rows.len() > MOST_ROWS) {
                let reason = text!("结论超过 {MOST_ROWS} 行，没有算完", "more than {MOST_ROWS} rows; not finished");
                self.failures.extend(stratum.rules.iter().map(|rule| Failure { rule: *rule, reason: reason.clone() }));
                break;
            }
            if !(is_first || round.grew) || again.is_empty() || self.is_full(&sets) {
                break;
            }
            (rules, is_first) = (&again, false);
        }
        self.publish(&sets);
        (sets.into_iter().map(|(relation, kept)| (relation, kept.rows)).collect(), erring)
    }

    /// Adds the rows that derived relations have from facts, in their order.
    fn seed(&mut self, sets: &mut Sets<'a>) {
        for relation in sets.keys() {
            undecided::seed(&self.input, *relation, &mut self.possible);
        }
        let matcher = Matcher::over(&self.input, &self.relations, &self.possible);
        for (relation, kept) in sets {
            let declared = &self.input.program.relations[relation.index()];
            let Origin::Rules(Some(table)) = declared.origin else { continue };
            for row in 0..self.input.store.tables[table].rows {
                let cell = |column| match self.input.store.cell(self.input.sources, table, row, column) {
                    crate::facts::store::Cell::Present(value) => Some(value),
                    _ => None,
                };
                if let Some(values) = (0..declared.arity).map(cell).collect::<Option<Vec<Value>>>() {
                    kept.offer(&matcher, values);
                }
            }
        }
    }

    /// Applies rules once to all that is known, then weighs what they give, rule by rule, row by row in the order of [`Arrival`].
    fn round(&mut self, rules: &[RuleId], sets: &mut Sets<'a>, erring: &mut BTreeSet<RuleId>) -> Round {
        let mut round = Round { is_whole: true, grew: false };
        let mut derived: Vec<(RelationId, Set)> = Vec::new();
        let matcher = Matcher::over(&self.input, &self.relations, &self.possible);
        let matcher = matcher.counting_from(self.counter).within(self.limits);
        let known: usize = sets.iter().map(|(relation, kept)| self.bytes(*relation, kept.rows.len())).sum();
        let mut derived_bytes = 0;
        for id in rules {
            let rule = &self.input.program.rules[id.index()];
            let mut heads = Set::new();
            let kept = sets.get(&rule.head);
            let start = (Bindings::new(rule.vars.len()), Mode::Certain);
            let mut stop = self.limits.time();
            let _ = matcher.solve(&rule.vars, &rule.body, start, &mut |bindings, _| {
                let values = rule.args.iter().map(|arg| matcher.value(&rule.vars, arg, bindings));
                if let Ok(values) = values.collect::<Result<Vec<Value>, _>>()
                    && kept.is_none_or(|kept| kept.is_new(&values))
                {
                    heads.insert(values);
                }
                stop = stop.or_else(|| self.limits.memory(known + derived_bytes + self.bytes(rule.head, heads.len())));
                if heads.len() > MOST_ROWS || stop.is_some() { Flow::Break(()) } else { Flow::Continue(()) }
            });
            derived_bytes += self.bytes(rule.head, heads.len());
            self.stop = self.stop.or_else(|| Some((*id, stop.or_else(|| matcher.stopped())?)));
            if matcher.erred() {
                erring.insert(*id);
            }
            round.is_whole &= heads.len() <= MOST_ROWS;
            derived.push((rule.head, heads));
        }
        self.counter = matcher.counter();
        for (relation, heads) in derived {
            let Some(kept) = sets.get_mut(&relation) else { continue };
            let mut heads: Vec<Vec<Value>> = heads.into_iter().collect();
            if kept.weighs() {
                let arrival = Arrival::of(&self.input);
                heads.sort_by(|one, other| arrival.compare_rows(&self.input.store.symbols, one, other));
            }
            heads.into_iter().for_each(|values| round.grew |= kept.offer(&matcher, values));
        }
        round
    }

    /// About how many bytes so many rows take: as a set, as it was before the round, and as a list.
    fn bytes(&self, relation: RelationId, rows: usize) -> usize {
        const ROW: usize = 64;
        const COPIES: usize = 3;
        rows * COPIES * (ROW + self.input.program.relations[relation.index()].arity * size_of::<Value>())
    }

    /// Takes out rows that are dominated only since other relations of the stratum grew.
    fn weigh_again(&mut self, stratum: &Stratum, sets: &mut Sets<'a>) {
        for (relation, kept) in sets.iter_mut().filter(|(_, kept)| kept.depends_on(&stratum.relations)) {
            let matcher = Matcher::over(&self.input, &self.relations, &self.possible).within(self.limits);
            kept.weigh_again(&matcher);
            let stopped = matcher.stopped().zip(stratum.rules.first());
            self.stop = self.stop.or(stopped.map(|(stop, rule)| (*rule, stop)));
            self.relations[relation.index()] = Some(Box::new(Listed::new(&kept.rows)));
        }
    }

    /// Lets rules see the rows.
    fn publish(&mut self, sets: &Sets<'a>) {
        for (relation, kept) in sets {
            if matches!(self.input.program.relations[relation.index()].origin, Origin::Rules(_)) {
                self.relations[relation.index()] = Some(Box::new(Listed::new(&kept.rows)));
            }
        }
    }

    /// Whether a `.limitsize` is reached.
    fn is_full(&self, sets: &Sets<'a>) -> bool {
        sets.iter().any(|(relation, kept)| self.input.program.relations[relation.index()].is_full(kept.rows.len()))
    }
}

/// What a round came to.
struct Round {
    /// Whether no rule gave too many rows.
    is_whole: bool,
    /// Whether any relation has new rows.
    grew: bool,
}

/// Whether the body of a rule reads one of these relations.
fn reads(rule: &Rule, relations: &[RelationId]) -> bool {
    let mut reads = false;
    rule.body.iter().for_each(|literal| literal.atoms(&mut |atom| reads |= relations.contains(&atom.relation)));
    reads
}
