//! What variables are bound to.

use crate::exec::CellRef;
use crate::exec::doubt::Doubt;
use crate::ir::VarId;
use crate::value::Value;

/// What a variable is bound to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Slot {
    /// Nothing yet.
    #[default]
    Unbound,
    /// A value.
    Value(Value),
    /// A cell without a value.
    Cell(CellRef),
    /// Something that could not be decided.
    Unknown(Doubt),
}

/// What the variables of a rule are bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bindings {
    slots: Vec<Slot>,
}

impl Bindings {
    /// So many variables, none bound.
    #[must_use]
    pub fn new(variables: usize) -> Self {
        Self { slots: vec![Slot::Unbound; variables] }
    }

    /// With a variable bound to a value.
    #[must_use]
    pub fn with(mut self, var: VarId, value: Value) -> Self {
        self.set(var, Slot::Value(value));
        self
    }

    /// What `var` is bound to.
    #[must_use]
    pub fn get(&self, var: VarId) -> &Slot {
        &self.slots[var.index()]
    }

    /// The value of `var`, when it has one.
    #[must_use]
    pub fn value(&self, var: VarId) -> Option<&Value> {
        match self.get(var) {
            Slot::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Whether `var` is bound to anything.
    #[must_use]
    pub fn is_bound(&self, var: VarId) -> bool {
        *self.get(var) != Slot::Unbound
    }

    /// Every variable that has a value, with it.
    pub fn values(&self) -> impl Iterator<Item = (VarId, &Value)> {
        self.slots.iter().enumerate().filter_map(|(at, slot)| match slot {
            Slot::Value(value) => Some((VarId(u32::try_from(at).unwrap_or(u32::MAX)), value)),
            _ => None,
        })
    }

    /// Every variable that is bound, but to nothing that has a value.
    pub fn valueless(&self) -> impl Iterator<Item = VarId> {
        self.slots.iter().enumerate().filter_map(|(at, slot)| match slot {
            Slot::Cell(_) | Slot::Unknown(_) => Some(VarId(u32::try_from(at).unwrap_or(u32::MAX))),
            Slot::Unbound | Slot::Value(_) => None,
        })
    }

    /// Binds `var`.
    pub fn set(&mut self, var: VarId, slot: Slot) {
        self.slots[var.index()] = slot;
    }

    /// Why `var` has no value.
    #[must_use]
    pub(super) fn doubt(&self, var: VarId) -> Doubt {
        match self.get(var) {
            Slot::Cell(cell) => Doubt::cell(*cell),
            Slot::Unknown(doubt) => doubt.clone(),
            Slot::Unbound | Slot::Value(_) => Doubt::default(),
        }
    }
}
