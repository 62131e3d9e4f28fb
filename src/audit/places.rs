//! Where rows, cells and parts of cells stand.

use crate::exec::cells::{part_of_cell, row_of, yielding};
use crate::exec::matcher::Bindings;
use crate::exec::{CellRef, Input};
use crate::ir::card::Place;
use crate::ir::{Rule, VarId};
use crate::source::Span;
use crate::value::Value;
use crate::value::generators::Generator;

/// A place to be labelled: its span, and how people address it beyond file and line.
pub(super) type Spot = (Span, Option<String>);

/// Where `place` is under `bindings`; none for a row that has no place.
pub(super) fn spot(input: &Input, rule: &Rule, place: &Place, bindings: &Bindings) -> Option<Spot> {
    match place {
        Place::Row(var) => {
            let (table, row) = row_of(input, rule, *var, bindings)?;
            Some((input.store.tables[table].row_span(input.sources, row), None))
        }
        Place::Cell(var, column) => {
            let (table, row) = row_of(input, rule, *var, bindings)?;
            Some(cell_spot(input, CellRef { table, row, column: *column }))
        }
        Place::Part(var) => part(input, rule, *var, bindings),
    }
}

/// Where a cell is.
pub(super) fn cell_spot(input: &Input, cell: CellRef) -> Spot {
    let table = &input.store.tables[cell.table];
    let source = table.source(cell.row);
    let address = (cell.column < table.arity())
        .then(|| source.places.address(cell.row - source.first_row, cell.column))
        .flatten();
    (table.cell_span(input.sources, cell.row, cell.column), address)
}

/// What is written in a cell.
pub(super) fn written(input: &Input, cell: CellRef) -> String {
    input.sources.text(cell_spot(input, cell).0).trim().to_owned()
}

/// The characters that a row of a function was read from, in the cell that is its first argument.
pub(super) fn part(input: &Input, rule: &Rule, var: VarId, bindings: &Bindings) -> Option<Spot> {
    let generate = yielding(&rule.body, var)?;
    let cell = part_of_cell(input, rule, generate.args.first()?, bindings)?;
    let Some(Value::Record(fields)) = bindings.value(var) else { return None };
    generated_spot(input, &generate.function, fields, cell)
}

/// The characters of a cell that a function's row with these `fields` was read from; its text begins at that byte of the cell.
pub(super) fn generated_spot(
    input: &Input,
    function: &Generator,
    fields: &[Value],
    (cell, begins): (CellRef, u32),
) -> Option<Spot> {
    let columns = function.columns();
    let number = |name: &str| {
        let at = columns.iter().position(|(column, _)| column == name)?;
        match fields.get(at) {
            Some(Value::Number(number)) => u32::try_from(*number).ok(),
            _ => None,
        }
    };
    let (start, len) = (begins.checked_add(number("start")?)?, number("len")?);
    let table = &input.store.tables[cell.table];
    let span = table.part_span(input.sources, cell.row, cell.column, start..start.saturating_add(len));
    Some((span, cell_spot(input, cell).1))
}
