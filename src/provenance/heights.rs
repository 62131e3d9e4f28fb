//! [`Heights`]: how high the lowest proof of each row of a recursive relation is.
//!
//! From the row that is asked about, every derivation is followed down to the rows that it stands on, as long as they are of
//! the same recursion; then rows are given heights from below, rules without such rows first. So a proof that always
//! takes rows lower than the one being proved is among the lowest, never turns in a circle, and is found without
//! trying and going back. The work is that of the derivations that can be reached, each looked at once, up to a limit; beyond
//! it some proof is found rather than the lowest.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use rustc_hash::FxHashMap;

use super::proof::{derives, head_bindings};
use crate::exec::matcher::{Bindings, Matcher, Mode};
use crate::ir::{Atom, Literal, RelationId, Rule, Stratum};
use crate::value::Value;

/// A row of a derived relation.
pub(super) type Held = (RelationId, Vec<Value>);

/// So many derivations are followed layer by layer, which gives lowest proofs.
const MOST_IN_LAYERS: usize = 30_000;

/// Where that was not enough, so many are followed depth first, which gives some proof,
const MOST_DEEP: usize = 100_000;

/// with so many of each row.
const MOST_OF_A_ROW: usize = 16;

/// Heights of the rows of one recursion, by row.
pub(super) type Heights = FxHashMap<Held, u32>;

/// One derivation: the row it gives, and the rows of the same recursion that it stands on.
struct Derivation {
    head: usize,
    premises: Vec<usize>,
}

/// The derivations that can be reached from a row.
struct Graph {
    numbers: FxHashMap<Held, usize>,
    rows: Vec<Held>,
    derivations: Vec<Derivation>,
}

/// The heights of `row` and of everything that its derivations stand on within `stratum`; empty when there are too many.
pub(super) fn heights(matcher: &Matcher<'_>, stratum: &Stratum, row: &Held) -> Heights {
    let layered = in_layers(matcher, stratum, row);
    if layered.contains_key(row) { layered } else { deep(matcher, stratum, row) }
}

/// Looks at the rows layer by layer, until the row has a height: a proof of that height stands on no row of a later layer.
fn in_layers(matcher: &Matcher<'_>, stratum: &Stratum, row: &Held) -> Heights {
    let mut graph = Graph::of(row);
    let (mut next, mut layer) = (0, 0);
    loop {
        let end = graph.rows.len();
        while next < end && graph.derivations.len() < MOST_IN_LAYERS {
            graph.follow(matcher, stratum, (next, MOST_IN_LAYERS));
            next += 1;
        }
        layer += 1;
        let heights = graph.measured(|held| matcher.is_given(held.0, &held.1));
        let found = heights.get(row).is_some_and(|height| *height <= layer);
        if found || graph.rows.len() == end || graph.derivations.len() >= MOST_IN_LAYERS {
            return heights;
        }
    }
}

/// Looks at the rows that came last first, and at a few derivations of each.
fn deep(matcher: &Matcher<'_>, stratum: &Stratum, row: &Held) -> Heights {
    let mut graph = Graph::of(row);
    let mut open = vec![0];
    while let Some(next) = open.pop() {
        if graph.derivations.len() >= MOST_DEEP {
            break;
        }
        let before = graph.rows.len();
        graph.follow(matcher, stratum, (next, graph.derivations.len() + MOST_OF_A_ROW));
        open.extend(before..graph.rows.len());
    }
    graph.measured(|held| matcher.is_given(held.0, &held.1))
}

impl Graph {
    fn of(row: &Held) -> Self {
        let mut graph = Self { numbers: FxHashMap::default(), rows: Vec::new(), derivations: Vec::new() };
        graph.number(row.clone());
        graph
    }

    fn number(&mut self, row: Held) -> usize {
        let next = self.rows.len();
        let number = *self.numbers.entry(row.clone()).or_insert(next);
        if number == next {
            self.rows.push(row);
        }
        number
    }

    /// Adds the derivations of row number `head`, as long as there are fewer than `most` in all.
    fn follow(&mut self, matcher: &Matcher<'_>, stratum: &Stratum, (head, most): (usize, usize)) {
        let held = self.rows[head].clone();
        for id in &stratum.rules {
            let rule = &matcher.input().program.rules[id.index()];
            let Some(start) = head_bindings(rule, &held.1).filter(|_| rule.head == held.0) else { continue };
            // The flow only says whether the limit cut the search short.
            let _ = matcher.solve(&rule.vars, &rule.body, (start, Mode::Certain), &mut |bindings, _| {
                if !derives(matcher, rule, &held.1, bindings) {
                    return ControlFlow::Continue(());
                }
                let premises = premises(matcher, stratum, rule, bindings);
                let premises = premises.into_iter().map(|row| self.number(row)).collect();
                self.derivations.push(Derivation { head, premises });
                if self.derivations.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
        }
    }

    /// Heights from below, in rounds: those of the first round stand on no row of the recursion.
    fn measured(&self, is_given: impl Fn(&Held) -> bool) -> Heights {
        let mut heights: Vec<Option<u32>> = vec![None; self.rows.len()];
        let mut users: Vec<Vec<usize>> = vec![Vec::new(); self.rows.len()];
        let mut lacking: Vec<usize> = Vec::with_capacity(self.derivations.len());
        let mut ready: VecDeque<(usize, u32)> = VecDeque::new();
        for (at, row) in self.rows.iter().enumerate() {
            if is_given(row) {
                ready.push_back((at, 0));
            }
        }
        for (at, derivation) in self.derivations.iter().enumerate() {
            lacking.push(derivation.premises.len());
            derivation.premises.iter().for_each(|premise| users[*premise].push(at));
            if derivation.premises.is_empty() {
                ready.push_back((derivation.head, 1));
            }
        }
        // Rows come out in the order of their heights, so the last premise to come is the highest.
        while let Some((row, height)) = ready.pop_front() {
            if heights[row].is_some() {
                continue;
            }
            heights[row] = Some(height);
            for user in &users[row] {
                lacking[*user] -= 1;
                if lacking[*user] == 0 {
                    ready.push_back((self.derivations[*user].head, height + 1));
                }
            }
        }
        let known = self.rows.iter().zip(heights);
        known.filter_map(|(row, height)| Some((row.clone(), height?))).collect()
    }
}

/// The rows of the same recursion that a solution of a rule stands on.
pub(super) fn premises(matcher: &Matcher<'_>, stratum: &Stratum, rule: &Rule, bindings: &Bindings) -> Vec<Held> {
    let own = rule.body.iter().filter_map(|literal| match literal {
        Literal::Atom(atom) if stratum.relations.contains(&atom.relation) => Some(atom),
        _ => None,
    });
    let row = |atom: &Atom| {
        let at = *matcher.rows(&rule.vars, atom, bindings).first()?;
        Some((atom.relation, matcher.derived_row(atom.relation, at)))
    };
    own.filter_map(row).collect()
}
