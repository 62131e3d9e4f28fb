//! [`Ground`]: all that proofs stand on, for a checker that shares nothing with the engine — what negations were looked
//! for in, and the columns whose precision rules ask for.

use std::collections::BTreeMap;

use serde::Serialize;

use super::claims::exact;
use crate::exec::{Input, Outcome};
use crate::facts::store::{Cell, Table};
use crate::finding::proof::Exact;

/// Every row of facts and every derived row.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Ground {
    /// By relation: its rows.
    pub facts: BTreeMap<String, Vec<FactRow>>,
    /// By relation: its rows, as the rules gave them.
    pub derived: BTreeMap<String, Vec<Vec<Exact>>>,
}

/// A row of facts.
#[derive(Clone, Debug, Serialize)]
pub struct FactRow {
    /// The table that it was printed in, its file, its line.
    pub about: BTreeMap<&'static str, Exact>,
    /// By column: its cell.
    pub cells: BTreeMap<String, FactCell>,
}

/// A cell of facts.
#[derive(Clone, Debug, Serialize)]
pub struct FactCell {
    /// Its text as it stands in the file, quotes included.
    pub text: String,
    /// The unit that bare numbers of the cell are in.
    pub unit: &'static str,
    /// How it was read; none for a blank or malformed cell.
    pub value: Option<Exact>,
}

/// All that the proofs of a run stand on.
#[must_use]
pub fn ground(input: &Input<'_>, outcome: &Outcome) -> Ground {
    let facts = input.store.tables.iter().enumerate();
    let facts = facts.map(|(at, table)| {
        (table.name.clone(), (0..table.rows).map(|row| fact_row(input, (at, table), row)).collect())
    });
    let relations = input.program.relations.iter().zip(&outcome.relations);
    let derived = relations.filter_map(|(relation, rows)| {
        let rows = rows.as_ref()?;
        let row = |row| rows.row(row, relation.columns.len(), &input.store.symbols).iter().map(exact).collect();
        Some((relation.name.clone(), (0..rows.len()).map(row).collect()))
    });
    Ground { facts: facts.collect(), derived: derived.collect() }
}

fn fact_row(input: &Input<'_>, (at, table): (usize, &Table), row: u32) -> FactRow {
    let value = |column: usize| match input.store.cell(input.sources, at, row, column) {
        Cell::Present(value) => Some(exact(&value)),
        Cell::Blank | Cell::Malformed(_) => None,
    };
    let about = Table::BUILT_IN.iter().enumerate();
    let about = about.filter_map(|(built_in, name)| Some((*name, value(table.arity() + built_in)?)));
    let cells = (0..table.arity()).map(|column| {
        let text = input.sources.text(table.cell_span(input.sources, row, column)).into_owned();
        let unit = table.precision(row, column).unit.name();
        (table.columns[column].name.clone(), FactCell { text, unit, value: value(column) })
    });
    FactRow { about: about.collect(), cells: cells.collect() }
}
