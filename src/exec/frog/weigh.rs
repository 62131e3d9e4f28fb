//! [`Scales`]: which new rows of a relation stay, and which old ones go because of them.
//!
//! A row is weighed once, at the end of the round in which it first comes: rule by rule as rules are written, and row by row
//! in the order of [`Arrival`](crate::exec::arrival::Arrival). With `choice-domain` it must be the first with its keys; where there are subsumptive clauses no row
//! that is there may dominate it, and those that it dominates go.

use rustc_hash::{FxHashMap, FxHashSet};

use super::World;
use super::clause::{Asked, Clause};
use super::derived::{Derived, Sink};
use super::ranks;
use super::words::NONE;
use crate::exec::dominance::Dominance;
use crate::exec::limits::{Limits, Stop};
use crate::ir::{Program, RelationId, RuleId};

/// After how many rows it looks at the clock.
const OFTEN: usize = 1 << 10;

/// The words of some columns of a row.
type Key = Box<[u32]>;

/// Rows by such words.
type Groups = FxHashMap<Key, Vec<u32>>;

/// Weighs the rows of one relation.
#[derive(Debug)]
pub(super) struct Scales {
    relation: RelationId,
    /// The rule whose rows come, and where those of each began since the last round.
    rule: Option<RuleId>,
    parts: Vec<usize>,
    /// For each key, its columns and what is taken of it.
    choice: Vec<(Vec<usize>, FxHashSet<Key>)>,
    clauses: Vec<Clause>,
    /// For some columns, the rows that are there by the words in them.
    groups: Vec<(Vec<usize>, Groups)>,
    /// Where there are clauses, all rows that stayed at first, by column; and which went later.
    rows: Vec<Vec<u32>>,
    gone: Vec<bool>,
    /// How many of the rows are committed, and how many of those went without being dropped.
    committed: usize,
    waiting: usize,
}

impl Scales {
    /// For a relation, unless all its rows stay.
    pub(super) fn of(program: &Program, id: RelationId) -> Option<Self> {
        let relation = &program.relations[id.index()];
        if relation.choice.is_empty() && relation.subsumption.is_empty() {
            return None;
        }
        let mut groups: Vec<(Vec<usize>, Groups)> = Vec::new();
        let mut group = |columns: Vec<usize>| {
            let known = groups.iter().position(|(known, _)| *known == columns);
            known.unwrap_or_else(|| {
                groups.push((columns, Groups::default()));
                groups.len() - 1
            })
        };
        let clauses = Dominance::of(relation, id);
        let clauses = clauses.into_iter().map(|clause| Clause::new(program, clause, &mut group)).collect();
        Some(Self {
            relation: id,
            rule: None,
            parts: Vec::new(),
            choice: relation.choice.iter().map(|key| (key.clone(), FxHashSet::default())).collect(),
            clauses,
            groups,
            rows: vec![Vec::new(); relation.arity],
            gone: Vec::new(),
            committed: 0,
            waiting: 0,
        })
    }

    /// From here on rows come from that rule; so many wait already.
    pub(super) fn begin(&mut self, rule: RuleId, waiting: usize) {
        if self.rule.replace(rule) != Some(rule) {
            self.parts.push(waiting);
        }
    }

    /// About how many bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        const ENTRY: usize = 48;
        let taken: usize = self.choice.iter().map(|(_, taken)| taken.len()).sum();
        taken * ENTRY + self.gone.len() * (1 + self.rows.len() * 4 + self.groups.len() * ENTRY)
    }

    /// Whether rows went that are still among those of the relation.
    pub(super) const fn has_gone(&self) -> bool {
        self.waiting > 0
    }

    /// Leaves in `sink` the rows that stay. Why it stopped, if it did.
    pub(super) fn weigh(&mut self, world: &World<'_>, sink: &mut Sink, limits: Limits) -> Option<Stop> {
        let kinds = &world.derived(self.relation).kinds;
        let order = ranks::order(world, (kinds, &sink.fresh), sink.len, &self.parts);
        (self.rule, self.parts) = (None, Vec::new());
        let before = limits.beside(world.bytes());
        let asked = Asked::new(world, kinds, &self.clauses);
        let mut kept = Vec::new();
        let mut row = vec![0; self.rows.len()];
        for (nth, at) in order.into_iter().enumerate() {
            if nth % OFTEN == 0
                && let Some(stop) = limits.time().or_else(|| before.memory(sink.bytes() + self.bytes()))
            {
                return Some(stop);
            }
            row.iter_mut().zip(&sink.fresh).for_each(|(word, column)| *word = column[at as usize]);
            if self.offer(&row, &asked) {
                kept.push(at);
            }
        }
        if self.clauses.is_empty() {
            let pick = |column: &Vec<u32>| kept.iter().map(|row| column[*row as usize]).collect();
            sink.fresh = sink.fresh.iter().map(pick).collect();
            sink.len = kept.len();
        } else {
            let new: Vec<usize> = (self.committed..self.gone.len()).filter(|row| !self.gone[*row]).collect();
            sink.fresh = self.rows.iter().map(|column| new.iter().map(|row| column[*row]).collect()).collect();
            sink.len = new.len();
            self.forget_gone();
        }
        asked.stopped()
    }

    /// Forgets those new rows that went before they were committed.
    fn forget_gone(&mut self) {
        let from = self.committed;
        if self.gone[from..].contains(&true) {
            let mut number: Vec<u32> = Vec::with_capacity(self.gone.len() - from);
            let mut next = u32::try_from(from).unwrap_or(NONE);
            for gone in &self.gone[from..] {
                number.push(next);
                next += u32::from(!gone);
            }
            let renumber = |row: &mut u32| {
                if *row as usize >= from {
                    *row = number[*row as usize - from];
                }
            };
            for row in from..self.gone.len() {
                if self.gone[row] {
                    continue;
                }
                let new = number[row - from] as usize;
                let words: Vec<u32> = self.rows.iter().map(|column| column[row]).collect();
                for (columns, groups) in &mut self.groups {
                    // Of each group of such rows, every number at once, when the first of its rows comes by.
                    let group = groups.entry(part(columns, &words)).or_default();
                    if group.iter().find(|row| **row as usize >= from).is_some_and(|first| *first as usize == row) {
                        group.iter_mut().for_each(renumber);
                    }
                }
                self.rows.iter_mut().zip(&words).for_each(|(column, word)| column[new] = *word);
            }
            let len = next as usize;
            self.rows.iter_mut().for_each(|column| column.truncate(len));
            self.gone.truncate(from);
            self.gone.resize(len, false);
        }
        self.committed = self.gone.len();
    }

    /// Weighs a row; whether it stays.
    fn offer(&mut self, row: &[u32], asked: &Asked<'_>) -> bool {
        let free = |(key, taken): &(Vec<usize>, FxHashSet<Key>)| !taken.contains(&part(key, row));
        if !self.choice.iter().all(free) {
            return false;
        }
        if !self.clauses.is_empty() && !self.weighs_up(row, asked) {
            return false;
        }
        self.choice.iter_mut().for_each(|(key, taken)| _ = taken.insert(part(key, row)));
        true
    }

    /// Compares a row with those that are there, and adds it unless one of them is better.
    fn weighs_up(&mut self, row: &[u32], asked: &Asked<'_>) -> bool {
        let mut dominated = Vec::new();
        for better in [true, false] {
            for clause in &self.clauses {
                let (group, columns) = if better { clause.better() } else { clause.worse() };
                let Some(others) = self.groups[group].1.get(&part(columns, row)) else { continue };
                for other in others {
                    let words: Vec<u32> = self.rows.iter().map(|column| column[*other as usize]).collect();
                    let pair = if better { [row, &words] } else { [&words, row] };
                    if asked.holds(clause, pair) {
                        if better {
                            return false;
                        }
                        dominated.push(*other);
                    }
                }
            }
        }
        dominated.sort_unstable();
        dominated.dedup();
        dominated.into_iter().for_each(|row| self.remove(row));
        let number = u32::try_from(self.gone.len()).unwrap_or(NONE);
        self.gone.push(false);
        self.rows.iter_mut().zip(row).for_each(|(column, word)| column.push(*word));
        for (columns, groups) in &mut self.groups {
            groups.entry(part(columns, row)).or_default().push(number);
        }
        true
    }

    fn remove(&mut self, row: u32) {
        let at = row as usize;
        self.gone[at] = true;
        self.waiting += usize::from(at < self.committed);
        let words: Vec<u32> = self.rows.iter().map(|column| column[at]).collect();
        for (columns, groups) in &mut self.groups {
            if let Some(group) = groups.get_mut(&part(columns, &words)) {
                group.retain(|known| *known != row);
            }
        }
    }

    /// Takes out of the relation the rows that went.
    pub(super) fn drop_gone(&mut self, derived: &mut Derived) {
        self.waiting = 0;
        let gone = std::mem::take(&mut self.gone);
        derived.retain(|row| !gone[row]);
        let mut number = Vec::with_capacity(gone.len());
        let mut next = 0;
        for gone in &gone {
            number.push(next);
            next += u32::from(!gone);
        }
        self.rows.clone_from(&derived.columns);
        for (_, groups) in &mut self.groups {
            groups.retain(|_, group| !group.is_empty());
            #[expect(clippy::iter_over_hash_type, reason = "each is renumbered by itself")]
            for group in groups.values_mut() {
                group.iter_mut().for_each(|row| *row = number[*row as usize]);
            }
        }
        self.gone = vec![false; derived.len];
        self.committed = derived.len;
    }
}

fn part(columns: &[usize], row: &[u32]) -> Key {
    columns.iter().map(|column| row[*column]).collect()
}
