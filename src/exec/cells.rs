//! From what variables are bound to, to the rows and cells of facts.

use super::matcher::{Bindings, Slot};
use super::{CellRef, Input};
use crate::facts::store::State;
use crate::ir::{Expr, Generate, Is, Literal, Origin, Rule, TypeKind, VarId};
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

/// The function that yields the rows of a variable, wherever in a body.
#[must_use]
pub fn yielding(body: &[Literal], row: VarId) -> Option<&Generate> {
    body.iter().find_map(|literal| match literal {
        Literal::Generate(generate) if generate.row == row => Some(generate),
        Literal::Not(negation) => yielding(&negation.body, row),
        Literal::Aggregate(aggregate) => yielding(&aggregate.body, row),
        _ => None,
    })
}

/// The text that an expression is, as a part of a cell: the cell, and the byte of its text at which that part begins. The
/// `text` of a row that a function yielded is a part of the text which the function was given.
#[must_use]
pub fn part_of_cell(input: &Input, rule: &Rule, expr: &Expr, bindings: &Bindings) -> Option<(CellRef, u32)> {
    match expr {
        Expr::Var(var) => Some((cell_of(input, rule, *var, bindings)?, 0)),
        Expr::Field(record, column) => {
            let Expr::Var(row) = **record else { return None };
            let generate = yielding(&rule.body, row)?;
            let columns = generate.function.columns();
            let at = |wanted: &str| columns.iter().position(|(name, _)| name == wanted);
            let Value::Record(fields) = bindings.value(row)? else { return None };
            let (true, Value::Number(start)) = (at("text") == Some(*column), fields.get(at("start")?)?) else {
                return None;
            };
            let (cell, begins) = part_of_cell(input, rule, generate.args.first()?, bindings)?;
            Some((cell, begins.checked_add(u32::try_from(*start).ok()?)?))
        }
        _ => None,
    }
}
