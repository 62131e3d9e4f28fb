//! The reference engine: naive evaluation, obviously right, kept for ever as the judge of the fast one.
//!
//! Stratum by stratum, every rule is applied to everything that is known until nothing new appears. Rows are sorted
//! sets of values; nothing is planned, kept or skipped.

mod choice;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use super::doubt::Possible;
use super::limits::{Limits, Stop, Stopped};
use super::matcher::{Bindings, Candidate, Flow, Matcher, Mode, Start, others};
use super::undecided::{self, Met, Open};
use super::{Failure, Input, Outcome, Rows};
use crate::ir::{Literal, Origin, RelationId, RuleId, Stratum};
use crate::text;
use crate::value::Value;
use choice::Chosen;
use table::Listed;

/// Rows of one relation.
type Set = BTreeSet<Vec<Value>>;

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

impl Run<'_> {
    /// Completes the relations of a stratum: their rows, and the rules in which a computation had no value.
    fn stratum(&mut self, stratum: &Stratum) -> (BTreeMap<RelationId, Set>, BTreeSet<RuleId>) {
        let mut sets: BTreeMap<RelationId, Set> =
            stratum.relations.iter().map(|relation| (*relation, self.seeds(*relation))).collect();
        for relation in sets.keys() {
            undecided::seed(&self.input, *relation, &mut self.possible);
        }
        let mut erring = BTreeSet::new();
        loop {
            self.close_all(stratum, &mut sets);
            self.publish(&sets);
            let before = sets.clone();
            let is_whole = self.round(stratum, &mut sets, &mut erring);
            self.close_all(stratum, &mut sets);
            self.publish(&sets);
            self.drop_dominated(stratum, &mut sets);
            if self.stop.is_some() {
                break;
            }
            if is_whole && (before == sets || self.is_full(&sets)) {
                break;
            }
            if !is_whole || sets.values().any(|set| set.len() > MOST_ROWS) {
                let reason = text!("结论超过 {MOST_ROWS} 行，没有算完", "more than {MOST_ROWS} rows; not finished");
                self.failures.extend(stratum.rules.iter().map(|rule| Failure { rule: *rule, reason: reason.clone() }));
                break;
            }
            if !stratum.recursive && sets.keys().all(|relation| self.is_plain(*relation)) {
                break;
            }
        }
        self.publish(&sets);
        (sets, erring)
    }

    /// The rows that a derived relation has from facts.
    fn seeds(&self, relation: RelationId) -> Set {
        let declared = &self.input.program.relations[relation.index()];
        let Origin::Rules(Some(table)) = declared.origin else { return Set::new() };
        let (mut set, mut chosen) = (Set::new(), Chosen::new(&declared.choice, &Set::new()));
        for row in 0..self.input.store.tables[table].rows {
            let cell = |column| match self.input.store.cell(self.input.sources, table, row, column) {
                crate::facts::store::Cell::Present(value) => Some(value),
                _ => None,
            };
            if let Some(values) = (0..declared.arity).map(cell).collect::<Option<Vec<Value>>>() {
                chosen.insert(&mut set, values);
            }
        }
        set
    }

    /// Applies every rule of the stratum once to all that is known. False when that gives too many rows: some are missing.
    fn round(
        &mut self,
        stratum: &Stratum,
        sets: &mut BTreeMap<RelationId, Set>,
        erring: &mut BTreeSet<RuleId>,
    ) -> bool {
        let mut is_whole = true;
        let mut derived: Vec<(RelationId, Set)> = Vec::new();
        let matcher = Matcher::over(&self.input, &self.relations, &self.possible);
        let matcher = matcher.counting_from(self.counter).within(self.limits);
        let known: usize = sets.iter().map(|(relation, set)| self.bytes(*relation, set.len())).sum();
        let mut derived_bytes = 0;
        for id in &stratum.rules {
            let rule = &self.input.program.rules[id.index()];
            let mut heads = Set::new();
            let choice = &self.input.program.relations[rule.head.index()].choice;
            let chosen = Chosen::new(choice, sets.get(&rule.head).unwrap_or(&Set::new()));
            let start = (Bindings::new(rule.vars.len()), Mode::Certain);
            let mut stop = self.limits.time();
            let _ = matcher.solve(&rule.vars, &rule.body, start, &mut |bindings, _| {
                let values = rule.args.iter().map(|arg| matcher.value(&rule.vars, arg, bindings));
                if let Ok(values) = values.collect::<Result<Vec<Value>, _>>()
                    && chosen.is_free(&values)
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
            is_whole &= heads.len() <= MOST_ROWS;
            derived.push((rule.head, heads));
        }
        self.counter = matcher.counter();
        for (relation, heads) in derived {
            let set = sets.entry(relation).or_default();
            let mut chosen = Chosen::new(&self.input.program.relations[relation.index()].choice, set);
            heads.into_iter().for_each(|values| chosen.insert(set, values));
        }
        is_whole
    }

    /// About how many bytes so many rows take: as a set, as it was before the round, and as a list.
    fn bytes(&self, relation: RelationId, rows: usize) -> usize {
        const ROW: usize = 64;
        const COPIES: usize = 3;
        rows * COPIES * (ROW + self.input.program.relations[relation.index()].arity * size_of::<Value>())
    }

    /// Closes the relations that are an `eqrel`.
    fn close_all(&mut self, stratum: &Stratum, sets: &mut BTreeMap<RelationId, Set>) {
        for (relation, set) in sets {
            if !self.input.program.relations[relation.index()].equivalence || self.stop.is_some() {
                continue;
            }
            // Who is given all rows by facts has no rule that could fail.
            let stop = |rows| self.limits.memory(self.bytes(*relation, rows)).zip(stratum.rules.first());
            if let Some((stop, rule)) = table::close(set, stop) {
                self.stop = Some((*rule, stop));
            }
        }
    }

    /// Takes out rows that a subsumptive clause relates to a better one that is still there.
    fn drop_dominated(&mut self, stratum: &Stratum, sets: &mut BTreeMap<RelationId, Set>) {
        for relation in sets.keys().copied().collect::<Vec<_>>() {
            let clauses = &self.input.program.relations[relation.index()].subsumption;
            if clauses.is_empty() {
                continue;
            }
            let rows: Vec<Vec<Value>> = sets[&relation].iter().cloned().collect();
            let mut gone = BTreeSet::new();
            let matcher = Matcher::over(&self.input, &self.relations, &self.possible).within(self.limits);
            for clause in clauses {
                let Some([worse, better]) = clause.atoms(relation) else { continue };
                let [Literal::Atom(first), Literal::Atom(better)] =
                    [&clause.rule.body[worse], &clause.rule.body[better]]
                else {
                    continue;
                };
                let others = others(&clause.rule.body, worse);
                for at in 0..u32::try_from(rows.len()).unwrap_or(u32::MAX) {
                    let (row, mode) = (Candidate::Row(at), Mode::Certain);
                    let start = Start { atom: first, row, mode, others: &others, give_up: &|_, _| false };
                    let found = matcher.solve_from(&clause.rule.vars, &start, &mut |bindings, doubt| {
                        let better = matcher.rows(&clause.rule.vars, better, bindings);
                        let dominated = better.iter().any(|other| *other != at && !gone.contains(other));
                        if dominated && doubt.is_empty() { Flow::Break(()) } else { Flow::Continue(()) }
                    });
                    if found.is_break() {
                        gone.insert(at);
                    }
                }
            }
            let stopped = matcher.stopped().zip(stratum.rules.first());
            self.stop = self.stop.or(stopped.map(|(stop, rule)| (*rule, stop)));
            let kept = rows.into_iter().enumerate();
            let kept = kept.filter(|(at, _)| !gone.contains(&u32::try_from(*at).unwrap_or(u32::MAX)));
            let kept: Set = kept.map(|(_, row)| row).collect();
            self.relations[relation.index()] = Some(Box::new(Listed::new(&kept)));
            sets.insert(relation, kept);
        }
    }

    /// Lets rules see the rows.
    fn publish(&mut self, sets: &BTreeMap<RelationId, Set>) {
        for (relation, set) in sets {
            if matches!(self.input.program.relations[relation.index()].origin, Origin::Rules(_)) {
                self.relations[relation.index()] = Some(Box::new(Listed::new(set)));
            }
        }
    }

    /// Whether a `.limitsize` is reached.
    fn is_full(&self, sets: &BTreeMap<RelationId, Set>) -> bool {
        sets.iter().any(|(relation, set)| self.input.program.relations[relation.index()].is_full(set.len()))
    }

    /// Whether one round completes the relation when its rules do not read it.
    fn is_plain(&self, relation: RelationId) -> bool {
        self.input.program.relations[relation.index()].subsumption.is_empty()
    }
}
