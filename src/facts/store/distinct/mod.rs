//! Rows of a table that are equal, where a table is a set: the relations of a plain Datalog program.

mod repeats;

use std::cmp::Ordering;

use super::{CellPlaces, Column, Data, Places, Table};
use crate::source::{SourceMap, Span};
use crate::value::Float;

/// The numbers of the rows that are equal to none before them, as far as the declared columns say; none when that is all.
/// Texts that are [listed](Data::Listed) count as different. Looks on up to so many threads.
#[must_use]
pub fn distinct_rows(table: &Table, threads: usize) -> Option<Vec<u32>> {
    let columns = &table.columns[..table.arity()];
    // facts are often written in order, and then need no second look
    let rising = |row: u32| columns.iter().map(|column| compare(column, row - 1, row)).find(|found| found.is_ne());
    if (1..table.rows).all(|row| rising(row) == Some(Ordering::Less)) {
        return None;
    }
    let repeats = repeats::of(columns, table.rows, threads);
    let mut repeats = repeats.iter().copied().peekable();
    repeats.peek()?;
    Some((0..table.rows).filter(|row| repeats.next_if_eq(row).is_none()).collect())
}

/// Leaves only those rows, whose numbers rise, in the table.
pub fn keep_rows(table: &mut Table, kept: &[u32]) {
    for column in &mut table.columns {
        match &mut column.data {
            Data::Symbol(values) | Data::Listed(values) | Data::Small(values) => keep(values, kept),
            Data::Number(values) => keep(values, kept),
            Data::Unsigned(values) => keep(values, kept),
            Data::Float(values) => keep(values, kept),
            Data::Scaled { values, .. } => keep(values, kept),
            Data::Exact { values, .. } => keep(values, kept),
            Data::Date(values) => keep(values, kept),
            Data::PerSource(_) | Data::Line => {}
        }
        if let Some(states) = &mut column.states {
            keep(states, kept);
        }
    }
    let mut before = 0;
    let rows = table.rows;
    let ends: Vec<u32> = table.sources.iter().skip(1).map(|source| source.first_row).chain([rows]).collect();
    for (source, end) in table.sources.iter_mut().zip(ends) {
        let upto = kept.partition_point(|row| *row < end);
        let rows = kept[before..upto].iter().map(|row| row - source.first_row).collect();
        let all = std::mem::replace(&mut source.places, Box::new(CellPlaces::new(0)));
        source.places = Box::new(Kept { all, rows });
        source.first_row = count(before);
        before = upto;
    }
    table.rows = count(kept.len());
}

fn keep<T: Copy>(values: &mut Vec<T>, kept: &[u32]) {
    for (to, from) in kept.iter().enumerate() {
        values[to] = values[*from as usize];
    }
    values.truncate(kept.len());
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

/// How two cells of a column stand to one another, in some order in which only equal cells are equal.
fn compare(column: &Column, one: u32, other: u32) -> Ordering {
    let (a, b) = (one as usize, other as usize);
    let values = match &column.data {
        Data::Symbol(values) | Data::Listed(values) | Data::Small(values) => values[a].cmp(&values[b]),
        Data::Number(values) => values[a].cmp(&values[b]),
        Data::Unsigned(values) => values[a].cmp(&values[b]),
        Data::Float(values) => Float(values[a]).cmp(&Float(values[b])),
        Data::Scaled { values, .. } => values[a].cmp(&values[b]),
        Data::Exact { values, .. } => values[a].cmp(&values[b]),
        Data::Date(values) => values[a].cmp(&values[b]),
        Data::PerSource(_) | Data::Line => Ordering::Equal,
    };
    values.then_with(|| column.state(one).cmp(&column.state(other)))
}

/// The places of some rows of a source.
#[derive(Debug)]
struct Kept {
    all: Box<dyn Places>,
    /// For each row its number in the file.
    rows: Vec<u32>,
}

impl Kept {
    fn in_file(&self, row: u32) -> u32 {
        self.rows.get(row as usize).copied().unwrap_or(u32::MAX)
    }
}

impl Places for Kept {
    fn row(&self, sources: &SourceMap, row: u32) -> Span {
        self.all.row(sources, self.in_file(row))
    }

    fn cell(&self, sources: &SourceMap, row: u32, column: usize) -> Span {
        self.all.cell(sources, self.in_file(row), column)
    }

    fn part(&self, sources: &SourceMap, row: u32, column: usize, part: std::ops::Range<u32>) -> Span {
        self.all.part(sources, self.in_file(row), column, part)
    }

    fn address(&self, row: u32, column: usize) -> Option<String> {
        self.all.address(self.in_file(row), column)
    }
}
