//! From rules to [`Equation`]s: every equality that a rule checks, as a sum of cells; and of the rules that say that one
//! amount exceeds another, the findings.

use std::collections::BTreeMap;

use super::claim::Claim;
use super::instances::{Instance, Reader, content};
use super::{Cell, Equation, Sense};
use crate::exec::{CellRef, Input, Outcome};
use crate::ir::RuleId;
use crate::threads;
use crate::value::{Decimal, Value};

/// How much is looked at: so many terms, and so many instances of a rule, and more where there are many rows, so that the
/// search stays a small part of the run. A rule with more is asked about its findings only.
const TERMS: u64 = 100_000;
const INSTANCES: u64 = 200_000;

/// A rule that fails for more instances than this fails for another reason than slips of the pen.
pub const MOST_FAILED: usize = 100;

/// Instances of rules that failed, by rule.
pub type Failed = BTreeMap<RuleId, Vec<Vec<Value>>>;

/// Every equality that the rules of cards check, over all cells they speak of.
#[derive(Clone, Debug, Default)]
pub struct Equalities {
    /// The cells, each once.
    pub cells: Vec<Cell>,
    /// The equations, by position those of `instances`.
    pub equations: Vec<Equation>,
    /// Which instance of which rule each equation is: the head's values, none where they are not known.
    pub instances: Vec<(RuleId, Vec<Option<Value>>)>,
    /// Rules of which only the instances that failed were looked at.
    pub partial: Vec<RuleId>,
    /// Rules that failed so often that they were left out.
    pub systematic: Vec<RuleId>,
}

/// Collects the equalities of every rule of a card, over so many `rows` of facts, on up to so many threads.
///
/// A rule that says that two numbers differ speaks of an equality that should hold for every solution of the rest. One
/// that says that a number exceeds another is asked about its findings: what holds there would hold of many a number.
#[must_use]
pub fn equalities(
    (input, outcome): (&Input<'_>, &Outcome),
    (rows, threads): (u64, usize),
    failed: &Failed,
) -> Equalities {
    let most = TERMS + rows / 50;
    let mut found = Collector { input, ids: BTreeMap::new(), terms: 0, most, found: Equalities::default() };
    let reader = Reader::new(input, outcome);
    let rules = (0..).map(RuleId).zip(&input.program.rules).filter(|(_, rule)| rule.card.is_some());
    let claims = rules.filter_map(|(id, rule)| {
        let claim = Claim::of(input, id, rule)?;
        // How many instances it may have, where all of them are looked at.
        let bound = Some(reader.instances_at_most(rule)).filter(|_| claim.sense == Sense::Zero);
        Some((claim, bound.filter(|bound| *bound <= INSTANCES)))
    });
    let failed = |claim: &Claim<'_>| failed.get(&claim.id).map_or(&[][..], Vec::as_slice);
    let (often, claims): (Vec<_>, Vec<_>) = claims.partition(|(claim, _)| failed(claim).len() > MOST_FAILED);
    let often = often.iter().filter(|(claim, _)| claim.sense == Sense::Zero);
    found.found.systematic = often.map(|(claim, _)| claim.id).collect();
    let of_failed = |claim: &Claim<'_>| Reader::new(input, outcome).of_failed(claim, failed(claim));
    // Each may find as many terms as are left for all. Where that would be many, one goes after another.
    let instances = claims.iter().filter_map(|(_, bound)| *bound).fold(0, u64::saturating_add);
    let at_a_time = if threads > 1 && instances <= INSTANCES { claims.len().max(1) } else { 1 };
    for some in claims.chunks(at_a_time) {
        let left = found.most.saturating_sub(found.terms);
        let stated = threads::map(some, threads, |(claim, bound)| {
            let all = bound.and_then(|_| Reader::new(input, outcome).all(claim, left));
            all.ok_or_else(|| of_failed(claim))
        });
        for ((claim, _), stated) in some.iter().zip(stated) {
            match stated.map(|all| found.add(claim, all)) {
                Ok(true) => {}
                Ok(false) => found.add_failed(claim, of_failed(claim)),
                Err(of_failed) => found.add_failed(claim, of_failed),
            }
        }
    }
    found.found
}

/// The equations of all rules, one rule after another.
struct Collector<'m, 'a> {
    input: &'m Input<'a>,
    ids: BTreeMap<CellRef, usize>,
    terms: u64,
    most: u64,
    found: Equalities,
}

impl Collector<'_, '_> {
    /// Adds every instance of a rule; none when there is no room for all.
    fn add(&mut self, claim: &Claim<'_>, instances: Vec<Instance>) -> bool {
        let known = self.found.equations.len();
        for instance in instances {
            if self.terms > self.most {
                self.found.equations.truncate(known);
                self.found.instances.truncate(known);
                return false;
            }
            self.instance(claim, instance);
        }
        true
    }

    /// Adds the instances of a rule that failed, and no others.
    fn add_failed(&mut self, claim: &Claim<'_>, instances: Vec<Instance>) {
        if claim.sense == Sense::Zero {
            self.found.partial.push(claim.id);
        }
        instances.into_iter().for_each(|instance| self.instance(claim, instance));
    }

    fn instance(&mut self, claim: &Claim<'_>, instance: Instance) {
        let Instance { head, terms, constant, allowance } = instance;
        let terms: Vec<(usize, Decimal)> = terms.into_iter().map(|(cell, factor)| (self.cell(cell), factor)).collect();
        self.terms += 1 + terms.len() as u64;
        self.found.instances.push((claim.id, head));
        self.found.equations.push(Equation { sense: claim.sense, terms, constant, allowance });
    }

    /// The position of a cell among the cells, new if need be.
    fn cell(&mut self, cell: CellRef) -> usize {
        if let Some(id) = self.ids.get(&cell) {
            return *id;
        }
        let input = self.input;
        let span = input.store.tables[cell.table].cell_span(input.sources, cell.row, cell.column);
        let written = input.sources.text(span).trim().trim_end_matches(['%', '％']).to_owned();
        let (value, worth) = content(input, cell).unwrap_or((None, Decimal::ONE));
        let id = self.found.cells.len();
        self.ids.insert(cell, id);
        self.found.cells.push(Cell { at: cell, written, value, worth });
        id
    }
}
