//! What rules over facts alone will need, made on all threads before any of them runs.
//!
//! An index, or the totals of one pass, is made on one thread while the others wait for it. Those that are asked of relations of
//! facts depend on no rule, so they are made side by side.

use std::collections::BTreeMap;

use super::index::Index;
use super::run::Engine;
use super::spread;
use super::totals::{Totals, TotalsKey, TotalsPart};
use super::world::{IndexKey, index_keys};
use crate::ir::{Literal, Origin, RelationId};
use crate::plan::{self, Action, AggregateStep, RulePlan, Step, StratumPlan};
use crate::threads;

/// Something to make.
enum Job<'p> {
    Index(IndexKey, Option<usize>),
    Totals(TotalsKey, (&'p RulePlan, &'p AggregateStep), TotalsPart),
}

/// What was made.
enum Made {
    Index(IndexKey, Index),
    Totals(TotalsKey, Option<Totals>),
}

impl Engine<'_> {
    /// Plans the strata that read only facts, and makes what they will ask of large tables.
    pub(super) fn prepare_ahead(&mut self) {
        let program = self.world.input.program;
        for at in 0..program.strata.len() {
            if self.reads_only_facts(at) && !self.is_idle(at) && !self.is_special(at) {
                self.planned.insert(at, plan::stratum(program, &self.sizes, at));
            }
        }
        let planned = std::mem::take(&mut self.planned);
        let jobs = self.jobs(&planned);
        let (world, limits) = (&self.world, self.limits_now(false));
        let made = threads::map(&jobs, self.threads, |job| match job {
            Job::Index(key, table) => {
                let index = Index::new(key.1.len(), key.2);
                Made::Index(key.clone(), world.brought_up_to_date(index, key, *table))
            }
            Job::Totals(key, of, part) => Made::Totals(*key, world.totals_of(*of, part, limits)),
        });
        let mut totals: BTreeMap<TotalsKey, Option<Totals>> = BTreeMap::new();
        for made in made {
            match made {
                Made::Index(key, index) => drop(self.world.indexes.insert(key, index)),
                Made::Totals(key, part) => {
                    let whole = match totals.remove(&key) {
                        Some(before) => before.zip(part).and_then(|(before, part)| before.with(part, self.threads)),
                        None => part,
                    };
                    totals.insert(key, whole);
                }
            }
        }
        self.world.totals.extend(totals.into_iter().filter_map(|(key, totals)| Some((key, totals?))));
        self.planned = planned;
    }

    fn jobs<'p>(&self, planned: &'p BTreeMap<usize, StratumPlan>) -> Vec<Job<'p>> {
        let (mut indexes, mut totals) = (BTreeMap::new(), Vec::new());
        for plan in planned.values().flat_map(|stratum| &stratum.once) {
            for step in &plan.steps {
                match &step.action {
                    Action::Not(not) => self.indexes_of(&not.nested.steps, &mut indexes),
                    Action::Aggregate(aggregate) => match self.world.worth(plan, aggregate) {
                        // What it joins besides would have to be made first.
                        Some(join)
                            if aggregate.nested.steps[1..].iter().all(|step| index_keys(&step.action).is_empty()) =>
                        {
                            if self.is_large(join.relation) {
                                let parts = self.world.parts(join, self.threads);
                                let key = Totals::key(plan, aggregate);
                                totals.extend(parts.into_iter().map(|part| Job::Totals(key, (plan, aggregate), part)));
                            }
                        }
                        Some(_) => {}
                        None => self.indexes_of(&aggregate.nested.steps, &mut indexes),
                    },
                    _ => self.indexes_of(std::slice::from_ref(step), &mut indexes),
                }
            }
        }
        totals.into_iter().chain(indexes.into_iter().map(|(key, table)| Job::Index(key, table))).collect()
    }

    fn indexes_of(&self, steps: &[Step], indexes: &mut BTreeMap<IndexKey, Option<usize>>) {
        for step in steps {
            let large = index_keys(&step.action).into_iter().filter(|(key, _)| self.is_large(key.0));
            indexes.extend(large);
        }
    }

    fn is_large(&self, relation: RelationId) -> bool {
        match self.world.input.program.relations[relation.index()].origin {
            Origin::Facts(table) => self.world.input.store.tables[table].rows as usize >= spread::WORTH,
            Origin::Rules(_) => false,
        }
    }

    fn reads_only_facts(&self, at: usize) -> bool {
        let program = self.world.input.program;
        let stratum = &program.strata[at];
        !stratum.recursive && stratum.rules.iter().all(|rule| self.are_facts(&program.rules[rule.index()].body))
    }

    fn are_facts(&self, body: &[Literal]) -> bool {
        let relations = &self.world.input.program.relations;
        body.iter().all(|literal| match literal {
            Literal::Atom(atom) => matches!(relations[atom.relation.index()].origin, Origin::Facts(_)),
            Literal::Not(not) => self.are_facts(&not.body),
            Literal::Aggregate(aggregate) => self.are_facts(&aggregate.body),
            _ => true,
        })
    }
}
