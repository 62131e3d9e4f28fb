//! Conditions.

use super::atom::{Then, doubting};
use super::{Doubt, Flow, Matcher, Mode, Slot, State, Truth};
use crate::exec::cells::admits;
use crate::exec::compare::same;
use crate::facts::store::State as StoreState;
use crate::ir::{Bind, Expr, Generate, Is, Literal, Term, Test, Unpack, VarId};
use crate::source::Span;
use crate::value::Value;
use crate::value::functions::{self, EvalError};
use crate::value::generators;

impl Matcher<'_> {
    /// Every solution of the conditions, in order.
    pub(super) fn literals(&self, body: &[Literal], state: &mut State, then: &mut Then) -> Flow {
        let Some((first, rest)) = body.split_first() else { return then(state) };
        let mut then = |state: &mut State| self.literals(rest, state, then);
        if let Literal::Atom(atom) = first
            && let Some(rows) = self.look_ahead(atom, rest.iter(), state)
        {
            return self.each(atom, &mut rows.into_iter(), state, &mut then);
        }
        self.literal(first, state, &mut then)
    }

    pub(super) fn literal(&self, literal: &Literal, state: &mut State, then: &mut Then) -> Flow {
        match literal {
            Literal::Atom(atom) => self.atom(atom, state, then),
            Literal::Not(negation) => {
                let truth = match self.exists(&negation.body, state) {
                    Truth::True => Truth::False,
                    Truth::False => Truth::True,
                    unknown @ Truth::Unknown(_) => unknown,
                };
                condition(truth, negation.span, state, then)
            }
            Literal::Generate(generate) => self.generate(generate, state, then),
            Literal::Compare(compare) => condition(self.compare(compare, state), compare.span, state, then),
            Literal::Bind(bind) => self.bind(bind, state, then),
            Literal::Unpack(unpack) => self.unpack(unpack, state, then),
            Literal::Aggregate(aggregate) => self.aggregate(aggregate, state, then),
            Literal::Is(is) => condition(self.is(is, state), is.span, state, then),
            Literal::Test(test) => condition(self.test(test, state), test.span, state, then),
        }
    }

    /// Whether the body has a solution. Everything that may be is looked at, whatever the mode around it.
    pub(super) fn exists(&self, body: &[Literal], state: &mut State) -> Truth {
        let mut why = Doubt::default();
        let flow = state.apart(|state| {
            self.literals(body, state, &mut |state| {
                if state.doubt.is_empty() {
                    return Flow::Break(());
                }
                if why.merge_until_enough(&state.doubt) {
                    // That it cannot be false is known: what is left to see is whether it is true.
                    state.mode = Mode::Certain;
                }
                Flow::Continue(())
            })
        });
        match flow {
            Flow::Break(()) => Truth::True,
            Flow::Continue(()) if why.is_empty() => Truth::False,
            Flow::Continue(()) => Truth::Unknown(why),
        }
    }

    fn generate(&self, generate: &Generate, state: &mut State, then: &mut Then) -> Flow {
        let mut why = Doubt::default();
        let mut args = Vec::with_capacity(generate.args.len());
        for arg in &generate.args {
            match self.eval(arg, state) {
                Ok(value) => args.push(value),
                Err(doubt) => why.merge(&doubt),
            }
        }
        let rows = if why.is_empty() {
            generators::generate(&generate.function, &args).map_err(|error| self.no_value(error, generate.span))
        } else {
            Err(why)
        };
        match rows {
            Err(_) if state.mode == Mode::Certain => Flow::Continue(()),
            Err(why) => {
                let slot = Slot::Unknown(why.clone());
                doubting(&why, generate.span, state, &mut |state| with(generate.row, slot.clone(), state, then))
            }
            Ok(rows) => rows.iter().try_for_each(|row| {
                self.goes_on()?;
                with(generate.row, Slot::Value(row.clone()), state, then)
            }),
        }
    }

    fn bind(&self, bind: &Bind, state: &mut State, then: &mut Then) -> Flow {
        // Where nothing is written, nothing is equal to it; a variable that stands for it is as empty.
        match bind.expr {
            Expr::Var(var) if self.is_no_text(var, state) => {
                let (cell, is_free) = (state.bindings.get(var).clone(), !state.bindings.is_bound(bind.var));
                return if is_free { with(bind.var, cell, state, then) } else { Flow::Continue(()) };
            }
            _ if self.is_no_text(bind.var, state) => return Flow::Continue(()),
            _ => {}
        }
        match (self.eval(&bind.expr, state), state.bindings.get(bind.var)) {
            (Ok(value), Slot::Unbound) => with(bind.var, Slot::Value(value), state, then),
            (Ok(value), Slot::Value(bound)) => {
                let truth = if same(&value, bound) { Truth::True } else { Truth::False };
                condition(truth, bind.span, state, then)
            }
            (Ok(_), Slot::Cell(_) | Slot::Unknown(_)) => {
                condition(Truth::Unknown(state.bindings.doubt(bind.var)), bind.span, state, then)
            }
            // The value is not known: that matters when a condition needs it.
            (Err(why), Slot::Unbound) => with(bind.var, Slot::Unknown(why), state, then),
            (Err(why), _) => condition(Truth::Unknown(why), bind.span, state, then),
        }
    }

    fn unpack(&self, unpack: &Unpack, state: &mut State, then: &mut Then) -> Flow {
        let fields = match self.eval(&unpack.record, state) {
            Ok(Value::Record(fields)) => fields,
            Ok(_) => return Flow::Continue(()),
            Err(why) => {
                let free: Vec<VarId> = unpack.fields.iter().flatten().filter_map(|term| free(term, state)).collect();
                for var in &free {
                    state.bindings.set(*var, Slot::Unknown(why.clone()));
                }
                let flow = condition(Truth::Unknown(why), unpack.span, state, then);
                unbind(&free, state);
                return flow;
            }
        };
        let parts = match (unpack.branch, fields.split_first()) {
            (None, _) => &fields[..],
            (Some(branch), Some((Value::Number(own), parts))) if branch == *own => parts,
            (Some(_), _) => return Flow::Continue(()),
        };
        if parts.len() != unpack.fields.len() {
            return Flow::Continue(());
        }
        let mut bound = Vec::new();
        let mut why = Doubt::default();
        let fits = parts.iter().zip(&unpack.fields).all(|(part, term)| match term {
            None => true,
            Some(Term::Const(value)) => same(part, value),
            Some(Term::Var(var)) => match state.bindings.get(*var) {
                Slot::Unbound => {
                    state.bindings.set(*var, Slot::Value(part.clone()));
                    bound.push(*var);
                    true
                }
                Slot::Value(value) => same(part, value),
                Slot::Cell(_) | Slot::Unknown(_) => {
                    why.merge(&state.bindings.doubt(*var));
                    true
                }
            },
        });
        let truth = match (fits, why.is_empty()) {
            (false, _) => Truth::False,
            (true, true) => Truth::True,
            (true, false) => Truth::Unknown(why),
        };
        let flow = condition(truth, unpack.span, state, then);
        unbind(&bound, state);
        flow
    }

    fn is(&self, is: &Is, state: &State) -> Truth {
        let found = match state.bindings.get(is.var) {
            Slot::Value(_) => StoreState::Present,
            Slot::Cell(cell) => self.input.store.tables[cell.table].columns[cell.column].state(cell.row),
            Slot::Unknown(doubt) => return Truth::Unknown(doubt.clone()),
            Slot::Unbound => return Truth::Unknown(self.no_value(EvalError::NotDefined, is.span)),
        };
        if admits(is, found) { Truth::True } else { Truth::False }
    }

    fn test(&self, test: &Test, state: &State) -> Truth {
        let mut why = Doubt::default();
        let mut args = Vec::with_capacity(test.args.len());
        for arg in &test.args {
            match self.eval(arg, state) {
                Ok(value) => args.push(value),
                Err(doubt) => why.merge(&doubt),
            }
        }
        if !why.is_empty() {
            return Truth::Unknown(why);
        }
        match functions::test(test.function, &args) {
            Ok(holds) if holds != test.negated => Truth::True,
            Ok(_) => Truth::False,
            Err(error) => Truth::Unknown(self.no_value(error, test.span)),
        }
    }
}

/// Goes on if the condition holds; in doubt only where the mode keeps doubts.
pub(super) fn condition(truth: Truth, span: Span, state: &mut State, then: &mut Then) -> Flow {
    match truth {
        Truth::True => then(state),
        Truth::Unknown(why) if state.mode != Mode::Certain => doubting(&why, span, state, then),
        Truth::False | Truth::Unknown(_) => Flow::Continue(()),
    }
}

/// Goes on with one more variable bound.
pub(super) fn with(var: VarId, slot: Slot, state: &mut State, then: &mut Then) -> Flow {
    state.bindings.set(var, slot);
    let flow = then(state);
    state.bindings.set(var, Slot::Unbound);
    flow
}

fn free(term: &Term, state: &State) -> Option<VarId> {
    match term {
        Term::Var(var) if !state.bindings.is_bound(*var) => Some(*var),
        _ => None,
    }
}

fn unbind(vars: &[VarId], state: &mut State) {
    for var in vars {
        state.bindings.set(*var, Slot::Unbound);
    }
}
