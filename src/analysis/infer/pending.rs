//! Constraints that are not solved yet.
//!
//! One that had to wait is tried again when more is known of one of its nodes, not before: ten thousand conditions in one
//! rule are no trouble.

use super::positions::Positions;
use super::{Constraint, Infer, Node};
use crate::analysis::Mode;
use crate::analysis::context::Relations;
use crate::source::Span;
use crate::syntax::ast::CompareOp;

/// A constraint with its rule and its place.
type Item = (usize, Span, Constraint);

/// Constraints by position.
#[derive(Debug)]
pub(super) struct Pending {
    items: Vec<Option<Item>>,
    /// Those that wait, by how certain the guess would be that solves them: see [`weight`].
    waiting: [Positions; WEIGHTS],
    weights: Vec<u8>,
    /// Those of whose nodes more is known since they were tried.
    woken: Positions,
}

impl Pending {
    /// The constraints of `infer`, all of them to be tried.
    pub(super) fn new(infer: &mut Infer, relations: &Relations) -> Self {
        let items = std::mem::take(&mut infer.pending);
        infer.woken.clear();
        for (at, (_, _, constraint)) in items.iter().enumerate() {
            let at = u32::try_from(at).expect("fewer than 2^32 constraints");
            nodes(constraint, relations, &mut |node| {
                let root = infer.find(node);
                infer.watchers[root].push(at);
            });
        }
        let weights: Vec<u8> = items.iter().map(|(_, _, constraint)| weight(infer, constraint)).collect();
        let mut waiting = std::array::from_fn(|_| Positions::none_of(items.len()));
        let mut woken = Positions::none_of(items.len());
        for (at, weight) in weights.iter().enumerate() {
            waiting[usize::from(*weight)].insert(at);
            woken.insert(at);
        }
        Self { waiting, weights, woken, items: items.into_iter().map(Some).collect() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.iter().all(Positions::is_empty)
    }

    /// The first that is to be tried, from that position on.
    pub(super) fn next_woken(&self, from: usize) -> Option<usize> {
        self.woken.next(from)
    }

    /// The least weight of all that wait.
    pub(super) fn least_weight(&self) -> Option<u8> {
        (0..).zip(&self.waiting).find(|(_, waiting)| !waiting.is_empty()).map(|(weight, _)| weight)
    }

    /// The first of that weight, from that position on.
    pub(super) fn next_of_weight(&self, weight: u8, from: usize) -> Option<usize> {
        self.waiting[usize::from(weight)].next(from)
    }

    /// Takes one out.
    pub(super) fn take(&mut self, at: usize) -> Option<Item> {
        self.woken.remove(at);
        self.waiting[usize::from(self.weights[at])].remove(at);
        self.items[at].take()
    }

    /// Has one wait on.
    pub(super) fn put_back(&mut self, infer: &Infer, at: usize, item: Item) {
        self.weights[at] = weight(infer, &item.2);
        self.waiting[usize::from(self.weights[at])].insert(at);
        self.items[at] = Some(item);
    }

    /// Notes which are to be tried again.
    pub(super) fn wake(&mut self, infer: &mut Infer) {
        for at in std::mem::take(&mut infer.woken) {
            let at = at as usize;
            let Some((_, _, constraint)) = &self.items[at] else { continue };
            self.woken.insert(at);
            let weight = weight(infer, constraint);
            if weight != self.weights[at] {
                self.waiting[usize::from(self.weights[at])].remove(at);
                self.waiting[usize::from(weight)].insert(at);
                self.weights[at] = weight;
            }
        }
    }
}

/// How many weights there are.
const WEIGHTS: usize = 9;

/// How certain the guess is that solves a constraint: lower is better.
fn weight(infer: &Infer, constraint: &Constraint) -> u8 {
    match constraint {
        Constraint::Compare { op: CompareOp::Eq, left, right }
            if infer.ty(left.0).is_some() || infer.ty(right.0).is_some() =>
        {
            0
        }
        Constraint::Assign { value, .. } if infer.info(value.0).literal.is_none() => 1,
        Constraint::Compare { left, right, .. } if infer.ty(left.0).is_some() || infer.ty(right.0).is_some() => 2,
        Constraint::Call { args, .. } if args.iter().any(|arg| infer.ty(arg.0).is_some()) => 3,
        Constraint::Assign { .. } => 4,
        // What is computed from numbers as they are written is known before what is computed from that.
        Constraint::Call { args, .. }
            if infer.mode == Mode::Plain && args.iter().any(|arg| infer.info(arg.0).literal.is_none()) =>
        {
            6
        }
        Constraint::Call { .. } => 5,
        Constraint::Compare { .. } => 7,
        _ => 8,
    }
}

/// Shows the nodes that decide whether a constraint can be solved.
fn nodes(constraint: &Constraint, relations: &Relations, see: &mut dyn FnMut(Node)) {
    match constraint {
        Constraint::Call { args, result, .. } => args.iter().map(|arg| arg.0).chain([*result]).for_each(see),
        Constraint::Compare { left, right, .. } => [left.0, right.0].into_iter().for_each(see),
        Constraint::Assign { value, column } => [value.0, relations.column_node(*column)].into_iter().for_each(see),
        Constraint::Field { row, .. } => see(row.0),
        Constraint::Record { result, .. } => see(*result),
        Constraint::Aggregate { target, .. } => target.iter().for_each(|target| see(target.0)),
    }
}
