//! [`Member`]: one of the many solutions of a body under the same outer bindings.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::{Bindings, Doubt, Slot};
use crate::ir::{Aggregate, Literal, VarId};
use crate::value::Value;

/// A solution, kept as what it binds beyond the bindings that it was searched under: there may be a million beside each
/// other.
#[derive(Clone, Debug)]
pub struct Member {
    frame: Rc<Frame>,
    /// What the variables of the frame are bound to.
    slots: Rc<[Slot]>,
}

/// The solutions in the braces of an aggregate, each with what is added, or why that is not certain.
pub type Contributors = Rc<Vec<(Member, Result<Value, Doubt>)>>;

/// More contributors than this are not remembered beside each other: some hundred megabytes.
const MOST: usize = 1 << 20;

/// The contributors that an aggregate had last, and what its outer variables were bound to then.
#[derive(Debug, Default)]
pub(super) struct Memory(RefCell<FxHashMap<usize, (Vec<Slot>, Contributors)>>);

impl Memory {
    /// Those of `aggregate` under `outer`, made by `find` when it had others last.
    pub(super) fn of(
        &self,
        aggregate: &Aggregate,
        outer: &Bindings,
        find: impl FnOnce() -> Contributors,
    ) -> Contributors {
        // A program is not moved while a matcher borrows it.
        let key = std::ptr::from_ref(aggregate) as usize;
        let bound: Vec<Slot> = aggregate.outer.iter().map(|var| outer.get(*var).clone()).collect();
        if let Some((_, known)) = self.0.borrow().get(&key).filter(|(known, _)| *known == bound) {
            return Rc::clone(known);
        }
        let found = find();
        let mut known = self.0.borrow_mut();
        if known.values().map(|(_, known)| known.len()).sum::<usize>() + found.len() > MOST {
            known.clear();
        }
        known.insert(key, (bound, Rc::clone(&found)));
        found
    }
}

/// What solutions of one body have in common.
#[derive(Debug)]
pub(super) struct Frame {
    outer: Bindings,
    vars: Vec<VarId>,
}

impl Frame {
    /// For solutions of `body` under `outer`.
    pub(super) fn new(outer: &Bindings, body: &[Literal]) -> Self {
        let mut vars: Vec<VarId> = Vec::new();
        body.iter().for_each(|literal| literal.variables(&mut |var| vars.push(var)));
        vars.retain(|var| !outer.is_bound(*var));
        vars.sort_unstable();
        vars.dedup();
        Self { outer: outer.clone(), vars }
    }
}

impl Member {
    /// The solution that `bindings` are.
    pub(super) fn new(frame: &Rc<Frame>, bindings: &Bindings) -> Self {
        let slots = frame.vars.iter().map(|var| bindings.get(*var).clone());
        Self { frame: Rc::clone(frame), slots: slots.collect() }
    }

    /// Bindings by themselves.
    #[must_use]
    pub fn alone(bindings: Bindings) -> Self {
        Self { frame: Rc::new(Frame { outer: bindings, vars: Vec::new() }), slots: Rc::default() }
    }

    /// What every variable is bound to.
    #[must_use]
    pub fn bindings(&self) -> Bindings {
        let mut bindings = self.frame.outer.clone();
        self.place(&mut bindings);
        bindings
    }

    fn place(&self, bindings: &mut Bindings) {
        for (var, slot) in self.frame.vars.iter().zip(&*self.slots) {
            bindings.set(*var, slot.clone());
        }
    }
}

/// Bindings of one member after another, without a copy of what they have in common for each.
#[derive(Debug, Default)]
pub struct Members(Option<(Rc<Frame>, Bindings)>);

impl Members {
    /// What every variable is bound to in `member`.
    pub fn bindings(&mut self, member: &Member) -> &Bindings {
        if self.0.as_ref().is_none_or(|(frame, _)| !Rc::ptr_eq(frame, &member.frame)) {
            self.0 = None;
        }
        let (_, bindings) = self.0.get_or_insert_with(|| (Rc::clone(&member.frame), member.frame.outer.clone()));
        member.place(bindings);
        bindings
    }
}
