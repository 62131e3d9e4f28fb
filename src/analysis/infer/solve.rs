//! Constraints in rounds, until nothing moves; then one guess, and on.

use super::pending::Pending;
use super::{Constraint, Infer, Literal, Node, Origin, Step};
use crate::analysis::context::Relations;
use crate::analysis::types::{Class, Types};
use crate::ir::AggregateOp;
use crate::source::Span;

impl Infer<'_> {
    /// Keeps a constraint of the current rule until it can be solved.
    pub(in crate::analysis) fn constrain(&mut self, span: Span, constraint: Constraint) {
        self.pending.push((self.rule, span, constraint));
    }

    /// Solves all constraints. What stays open is given the usual type of its literal.
    pub(in crate::analysis) fn solve(&mut self, relations: &Relations) {
        let mut pending = Pending::new(self, relations);
        while !pending.is_empty() {
            if !self.round(&mut pending, relations) && !self.force_one(&mut pending, relations) {
                break;
            }
        }
        self.rule = usize::MAX;
        for at in 0..self.infos.len() {
            self.default_literal(at);
        }
    }

    /// Tries each constraint of whose nodes more is known. False when nothing was solved.
    fn round(&mut self, pending: &mut Pending, relations: &Relations) -> bool {
        let (mut from, mut is_moving) = (0, false);
        while let Some(at) = pending.next_woken(from) {
            from = at + 1;
            let Some((rule, span, constraint)) = pending.take(at) else { continue };
            self.rule = rule;
            match self.step(span, &constraint, relations, false) {
                Step::Done => is_moving = true,
                Step::Wait => pending.put_back(self, at, (rule, span, constraint)),
            }
            pending.wake(self);
        }
        is_moving
    }

    /// Nothing moves: let one equality join its sides, or one operator take its arguments for one type, or one literal
    /// have its usual type.
    fn force_one(&mut self, pending: &mut Pending, relations: &Relations) -> bool {
        let Some(least) = pending.least_weight() else { return false };
        let mut from = 0;
        while let Some(at) = pending.next_of_weight(least, from) {
            from = at + 1;
            let Some((rule, span, constraint)) = pending.take(at) else { continue };
            self.rule = rule;
            let _ = self.step(span, &constraint, relations, true);
            pending.wake(self);
            if least != 0 {
                break; // equalities are certain, the others are guesses: one at a time
            }
        }
        true
    }

    fn step(&mut self, span: Span, constraint: &Constraint, relations: &Relations, force: bool) -> Step {
        match constraint {
            Constraint::Call { function, args, result } => self.call(*function, args, (*result, span), force),
            Constraint::Compare { op, left, right } => self.compare(*op, (*left, *right), span, force),
            Constraint::Assign { value, column } => self.assign(*value, *column, relations, force),
            Constraint::Field { row, column, result } => self.field(*row, (column, *result, span), relations, force),
            Constraint::Record { result, fields } => self.record(*result, fields, span, force),
            Constraint::Aggregate { op, target, result } => self.aggregate(*op, *target, (*result, span), force),
        }
    }

    fn default_literal(&mut self, at: usize) {
        if self.infos[at].ty.is_some() || self.parents[at] as usize != at {
            return;
        }
        self.infos[at].ty = match self.infos[at].literal {
            Some(Literal::Zero | Literal::Whole) => Some(Types::NUMBER),
            Some(Literal::Point) => Some(self.point_type()),
            Some(Literal::Text) => Some(Types::SYMBOL),
            None => None,
        };
    }

    fn record(&mut self, result: Node, fields: &[(Node, Span)], span: Span, force: bool) -> Step {
        let Some(ty) = self.ty(result) else {
            if force && !self.is_poisoned(result) {
                self.ambiguous_record(span);
                self.spoil(result);
            }
            return if force || self.is_poisoned(result) { Step::Done } else { Step::Wait };
        };
        let Some(declared) = self.types.record(ty).map(<[_]>::to_vec) else {
            self.not_a_record(span, ty, result);
            return Step::Done;
        };
        if declared.len() != fields.len() {
            self.wrong_field_count(span, ty, declared.len(), fields.len());
            self.spoil(result);
            return Step::Done;
        }
        for ((_, ty), (node, span)) in declared.iter().zip(fields) {
            self.know(*node, *ty, Origin { span: *span, column: None });
        }
        Step::Done
    }

    fn aggregate(&mut self, op: AggregateOp, target: Option<(Node, Span)>, result: (Node, Span), force: bool) -> Step {
        let Some((target, span)) = target else { return Step::Done };
        match op {
            AggregateOp::Count => Step::Done,
            AggregateOp::Sum | AggregateOp::Min | AggregateOp::Max => {
                if let (AggregateOp::Sum, Some(ty)) = (op, self.ty(target)) {
                    self.check_summable(ty, span, target);
                }
                if let (AggregateOp::Min | AggregateOp::Max, Some(ty)) = (op, self.ty(target)) {
                    self.check_extreme(ty, span, target);
                }
                if self.ty(target).is_none() && self.info(target).literal.is_none() && !force {
                    return Step::Wait;
                }
                self.unify(result.0, target, span);
                Step::Done
            }
            AggregateOp::Mean => {
                let Some(class) = self.class(target) else {
                    if force {
                        self.unify(result.0, target, span);
                    }
                    return if force { Step::Done } else { Step::Wait };
                };
                let ty = match (class, self.ty(target)) {
                    (Class::Number | Class::Unsigned, _) => self.point_type(),
                    (_, Some(ty)) => ty,
                    (_, None) => Types::DECIMAL,
                };
                self.know(result.0, ty, Origin { span: result.1, column: None });
                Step::Done
            }
        }
    }
}
