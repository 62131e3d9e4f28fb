//! Aggregates.

use std::rc::Rc;

use super::atom::Then;
use super::literal::{condition, with};
use super::member::{Contributors, Frame, Member};
use super::{Bindings, Doubt, Flow, Matcher, Mode, Slot, State, Truth};
use crate::exec::compare::same;
use crate::exec::fold;
use crate::ir::{Aggregate, AggregateOp, Var};
use crate::value::Value;

/// What an aggregate ranges over.
#[derive(Clone, Debug, Default)]
struct Range {
    /// Targets of what is certainly in the braces.
    values: Vec<Value>,
    /// How many solutions are certainly in the braces.
    members: usize,
    /// Why the result is not known.
    doubt: Doubt,
}

impl Range {
    /// Whether there is a result in any case: a sum or count always has one, a least or greatest only when anything is there.
    fn has_result(&self, aggregate: &Aggregate) -> bool {
        matches!(aggregate.op, AggregateOp::Sum | AggregateOp::Count) || self.members > 0
    }
}

/// What an aggregate ranged over, and what its outer variables were bound to then.
#[derive(Debug)]
pub(super) struct Recalled {
    aggregate: Aggregate,
    outer: Vec<Slot>,
    range: Range,
}

impl Recalled {
    /// Whether it is that of this aggregate, which may be a copy that stands elsewhere, for these bindings.
    fn is_of(&self, aggregate: &Aggregate, outer: &[Slot]) -> bool {
        self.outer == outer && self.aggregate == *aggregate
    }
}

impl Matcher<'_> {
    pub(super) fn aggregate(&self, aggregate: &Aggregate, state: &mut State, then: &mut Then) -> Flow {
        let range = self.range(aggregate, state);
        if !range.doubt.is_empty() {
            let slot = Slot::Unknown(range.doubt.clone());
            if range.has_result(aggregate) {
                return result(aggregate, slot, state, then);
            }
            return condition(Truth::Unknown(range.doubt), aggregate.span, state, &mut |state| {
                result(aggregate, slot.clone(), state, then)
            });
        }
        let kind = &self.input.program.types[state.vars[aggregate.result.index()].ty.index()].kind;
        match fold::fold(aggregate.op, kind, &range.values) {
            Ok(Some(value)) => result(aggregate, Slot::Value(value), state, then),
            Ok(None) => Flow::Continue(()),
            Err(error) => {
                let why = self.no_value(error, aggregate.span);
                result(aggregate, Slot::Unknown(why), state, then)
            }
        }
    }

    fn range(&self, aggregate: &Aggregate, state: &mut State) -> Range {
        let mut range = self.remembered(aggregate, state).unwrap_or_else(|| self.recalled(aggregate, state));
        if aggregate.distinct && aggregate.target.is_some() {
            range.values.sort_unstable();
            range.values.dedup();
        }
        range
    }

    /// From the contributors, where these are remembered for later questions, if all are certain.
    fn remembered(&self, aggregate: &Aggregate, state: &State) -> Option<Range> {
        self.memory.as_ref()?;
        let contributors = self.contributors(state.vars, aggregate, &state.bindings);
        let values =
            contributors.iter().map(|(_, value)| value.as_ref().ok().cloned()).collect::<Option<Vec<Value>>>()?;
        Some(Range { members: values.len(), values, doubt: Doubt::default() })
    }

    /// The range of the last time, where these are kept and what it is asked for is the same: of rows in order, many ask for the same.
    fn recalled(&self, aggregate: &Aggregate, state: &mut State) -> Range {
        let Some(recalled) = &self.recalled else { return self.ranged(aggregate, state) };
        let outer: Vec<Slot> = aggregate.outer.iter().map(|var| state.bindings.get(*var).clone()).collect();
        let key = (aggregate.span, aggregate.result);
        if let Some(last) = recalled.borrow().get(&key).filter(|last| last.is_of(aggregate, &outer)) {
            return last.range.clone();
        }
        let range = self.ranged(aggregate, state);
        if self.stopped().is_none() {
            let last = Recalled { aggregate: aggregate.clone(), outer, range: range.clone() };
            recalled.borrow_mut().insert(key, last);
        }
        range
    }

    fn ranged(&self, aggregate: &Aggregate, state: &mut State) -> Range {
        let mut range = Range::default();
        let _ = state.apart(|state| {
            self.literals(&aggregate.body, state, &mut |state| {
                if !state.doubt.is_empty() {
                    if !range.doubt.merge_until_enough(&state.doubt) {
                        return Flow::Continue(());
                    }
                    // The result is not known: what is left to see is whether there is one.
                    state.mode = Mode::Certain;
                    return if range.has_result(aggregate) { Flow::Break(()) } else { Flow::Continue(()) };
                }
                range.members += 1;
                match aggregate.target.as_ref().map(|target| self.eval(target, state)) {
                    None => range.values.push(Value::Nil),
                    Some(Ok(value)) => range.values.push(value),
                    Some(Err(why)) => range.doubt.merge(&why),
                }
                Flow::Continue(())
            })
        });
        range
    }

    /// Every row combination that an aggregate added, under the bindings outside it, in the order of rows: the bindings
    /// inside the braces and the target's value. Those whose membership or target is not certain come with their doubt.
    #[must_use]
    pub fn contributors(&self, vars: &[Var], aggregate: &Aggregate, outer: &Bindings) -> Contributors {
        let find = || Rc::new(self.members(vars, aggregate, outer));
        self.memory.as_ref().map_or_else(find, |memory| memory.of(aggregate, outer, find))
    }

    fn members(&self, vars: &[Var], aggregate: &Aggregate, outer: &Bindings) -> Vec<(Member, Result<Value, Doubt>)> {
        let mut found = Vec::new();
        let frame = Rc::new(Frame::new(outer, &aggregate.body));
        let mut state = State::new(vars, outer.clone(), Mode::Possible);
        let _ = self.literals(&aggregate.body, &mut state, &mut |state| {
            let value = match aggregate.target.as_ref() {
                _ if !state.doubt.is_empty() => Err(state.doubt.clone()),
                None => Ok(Value::Nil),
                Some(target) => self.eval(target, state),
            };
            found.push((Member::new(&frame, &state.bindings), value));
            Flow::Continue(())
        });
        found
    }
}

/// Binds the result; where another condition bound it before, the two must be the same.
fn result(aggregate: &Aggregate, slot: Slot, state: &mut State, then: &mut Then) -> Flow {
    let truth = match (state.bindings.get(aggregate.result), &slot) {
        (Slot::Unbound, _) => return with(aggregate.result, slot, state, then),
        (Slot::Value(bound), Slot::Value(value)) if same(bound, value) => Truth::True,
        (Slot::Value(_), Slot::Value(_)) => Truth::False,
        (_, Slot::Unknown(doubt)) => Truth::Unknown(doubt.clone()),
        _ => Truth::Unknown(state.bindings.doubt(aggregate.result)),
    };
    condition(truth, aggregate.span, state, then)
}
