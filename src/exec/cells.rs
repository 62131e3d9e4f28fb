//! From what variables are bound to, to the rows and cells of facts.

use super::matcher::{Bindings, Slot};
use super::{CellRef, Input};
use crate::facts::store::State;
use crate::ir::{Is, Origin, Rule, TypeKind, VarId};
use crate::syntax::ast::CellState;
use crate::value::Value;

/// Whether a cell in that state is as a condition asks.
#[must_use]
pub fn admits(is: &Is, state: State) -> bool {
    let asked = match state {
        State::Present => CellState::Present,
        State::Blank => CellState::Blank,
        State::Malformed(_) => CellState::Malformed,
    };
    (asked == is.state) != is.negated
}

/// The table whose rows a variable stands for.
#[must_use]
pub fn table_of(input: &Input, rule: &Rule, var: VarId) -> Option<usize> {
    let TypeKind::Row(relation) = input.program.types[rule.vars[var.index()].ty.index()].kind else { return None };
    match input.program.relations[relation.index()].origin {
        Origin::Facts(table) | Origin::Rules(Some(table)) => Some(table),
        Origin::Rules(None) => None,
    }
}

/// The row of facts that a variable is bound to: its table and its number there.
#[must_use]
pub fn row_of(input: &Input, rule: &Rule, var: VarId, bindings: &Bindings) -> Option<(usize, u32)> {
    let Some(Value::Row(row)) = bindings.value(var) else { return None };
    Some((table_of(input, rule, var)?, *row))
}

/// The cell that a variable stands for, when it is a field of a row.
#[must_use]
pub fn cell_of(input: &Input, rule: &Rule, var: VarId, bindings: &Bindings) -> Option<CellRef> {
    if let Slot::Cell(cell) = bindings.get(var) {
        return Some(*cell);
    }
    let (owner, column) = rule.vars[var.index()].field?;
    let (table, row) = row_of(input, rule, owner, bindings)?;
    Some(CellRef { table, row, column })
}
