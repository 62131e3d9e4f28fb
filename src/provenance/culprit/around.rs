//! [`Surroundings`]: what stands near a cell — the values it may have been copied from, and whether two cells are of one
//! table, one column or one row.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::instances::content;
use super::{Range, Whence};
use crate::exec::{CellRef, Input};
use crate::facts::names;
use crate::facts::store::{Data, State, Table};
use crate::value::Decimal;

/// A value that stands near a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Neighbour {
    /// It, in the unit of the cell.
    pub value: Decimal,
    /// Where it stands.
    pub whence: Whence,
}

/// What stands near cells. Asked only about cells of equations that fail.
pub trait Surroundings {
    /// Values that `cell` may have been copied from.
    fn neighbours(&self, cell: CellRef) -> Vec<Neighbour>;
    /// Whether two cells stand in one printed table.
    fn same_sheet(&self, one: CellRef, two: CellRef) -> bool;
    /// Cells of other printed tables, in the columns that state the same as that of `like`, whose amount is in the range.
    fn elsewhere(&self, like: CellRef, amounts: Range) -> Vec<CellRef>;
    /// The amount that the row of `row` has in the column which states the same as that of `like`.
    fn amount_like(&self, row: CellRef, like: CellRef) -> Option<Decimal>;
    /// Whether the rows of two cells are called alike.
    fn same_key(&self, one: CellRef, two: CellRef) -> bool;
}

/// At most so many rows of other tables are looked at for one cell.
const MOST_ROWS: usize = 16;

/// Where there are more rows than this, rows that are called alike are not looked for: it would take too long.
const MOST_INDEXED: u32 = 200_000;

type Rows = FxHashMap<Vec<u32>, Vec<(usize, u32)>>;
type Amounts<'a> = BTreeMap<(&'a str, Decimal), Vec<CellRef>>;

/// The surroundings of the cells of loaded facts.
#[derive(Debug)]
pub struct Around<'a> {
    input: Input<'a>,
    /// By table of the store: the columns that say which row is meant.
    keys: Vec<Vec<usize>>,
    /// By key, as numbers of its texts: rows of all tables.
    rows: OnceCell<Rows>,
    /// Cells by the name of their column and their amount.
    amounts: OnceCell<Amounts<'a>>,
    last_year: OnceCell<Vec<Vec<Vec<usize>>>>,
}

impl<'a> Around<'a> {
    /// With the columns, by table of the store, that say which row is meant.
    #[must_use]
    pub fn new(input: Input<'a>, keys: Vec<Vec<usize>>) -> Self {
        Self { input, keys, rows: OnceCell::new(), amounts: OnceCell::new(), last_year: OnceCell::new() }
    }

    fn table(&self, cell: CellRef) -> &'a Table {
        &self.input.store.tables[cell.table]
    }

    /// The texts of a row's key, by number, without the table that it is printed in; none for a row without such texts.
    fn key(&self, table: usize, row: u32) -> Option<Vec<u32>> {
        let columns = &self.input.store.tables[table].columns;
        let text = |column: &usize| match &columns[*column].data {
            Data::Symbol(ids) if columns[*column].state(row) == State::Present => Some(ids.get(row as usize).copied()?),
            _ => None,
        };
        let arity = self.input.store.tables[table].arity();
        let texts: Option<Vec<u32>> =
            self.keys.get(table)?.iter().filter(|column| **column < arity).map(text).collect();
        texts.filter(|texts| !texts.is_empty())
    }

    fn rows(&self) -> &Rows {
        self.rows.get_or_init(|| {
            let mut rows = Rows::default();
            if self.is_large() {
                return rows;
            }
            for (at, table) in self.input.store.tables.iter().enumerate() {
                for row in 0..table.rows {
                    if let Some(key) = self.key(at, row) {
                        rows.entry(key).or_default().push((at, row));
                    }
                }
            }
            rows
        })
    }

    fn is_large(&self) -> bool {
        self.input.store.tables.iter().map(|table| table.rows).fold(0, u32::saturating_add) > MOST_INDEXED
    }

    fn amounts(&self) -> &Amounts<'a> {
        self.amounts.get_or_init(|| {
            let mut amounts = Amounts::new();
            let tables = self.input.store.tables.iter().enumerate().filter(|_| !self.is_large());
            for (table, columns) in tables {
                let is_amount = |column: &usize| {
                    let data = &columns.columns[*column].data;
                    matches!(data, Data::Scaled { .. } | Data::Exact { .. } | Data::Number(_) | Data::Small(_))
                };
                for column in (0..columns.arity()).filter(is_amount) {
                    let name = columns.columns[column].name.as_str();
                    for cell in (0..columns.rows).map(|row| CellRef { table, row, column }) {
                        if let Some(amount) = self.amount(cell).filter(|amount| !amount.is_zero()) {
                            amounts.entry((name, amount)).or_default().push(cell);
                        }
                    }
                }
            }
            amounts
        })
    }

    /// What a cell says, in 元 for money.
    fn amount(&self, cell: CellRef) -> Option<Decimal> {
        let (value, worth) = content(&self.input, cell)?;
        value?.checked_mul(worth)
    }

    /// The value of `other` in the unit of `cell`.
    fn value(&self, cell: CellRef, other: CellRef) -> Option<Decimal> {
        let (_, own) = content(&self.input, cell)?;
        self.amount(other)?.checked_div(own)
    }

    /// Cells of the same column above and below. Columns of one row are no such neighbours: a part often is the whole.
    fn beside(&self, cell: CellRef) -> Vec<CellRef> {
        let rows = self.table(cell).rows;
        let beside = [cell.row.checked_sub(1), cell.row.checked_add(1).filter(|row| *row < rows)];
        beside.into_iter().flatten().map(|row| CellRef { row, ..cell }).collect()
    }

    /// Cells of the same column in rows of other tables that are called alike.
    fn across(&self, cell: CellRef) -> Vec<CellRef> {
        let Some(key) = self.key(cell.table, cell.row) else { return Vec::new() };
        let rows = self.rows().get(&key).into_iter().flatten().take(MOST_ROWS);
        let name = &self.table(cell).columns[cell.column].name;
        let same = rows.filter_map(|(table, row)| {
            let column = self.input.store.tables[*table].columns.iter().position(|column| column.name == *name)?;
            Some(CellRef { table: *table, row: *row, column })
        });
        same.filter(|other| !self.same_sheet(cell, *other)).collect()
    }

    /// Cells of the same row that state last year's amounts.
    fn last_year(&self, cell: CellRef) -> Vec<CellRef> {
        let of_source = &self.last_year_columns()[cell.table][self.table(cell).source_index(cell.row)];
        let columns = of_source.iter().filter(|column| **column != cell.column);
        columns.map(|column| CellRef { column: *column, ..cell }).collect()
    }

    /// By table and source: the columns that state last year's amounts.
    fn last_year_columns(&self) -> &Vec<Vec<Vec<usize>>> {
        self.last_year.get_or_init(|| {
            let of_source = |table: &Table, headers: &[Option<String>]| {
                let is_last = |column: &usize| {
                    let name = &table.columns[*column].name;
                    let header = headers.get(*column).and_then(Option::as_deref).unwrap_or_default();
                    names::LAST_YEAR
                        .iter()
                        .any(|word| header.contains(word) || name.split('_').any(|part| part == *word))
                };
                (0..table.arity()).filter(is_last).collect()
            };
            let tables = self.input.store.tables.iter();
            let of_table =
                |table: &Table| table.sources.iter().map(|source| of_source(table, &source.headers)).collect();
            tables.map(of_table).collect()
        })
    }
}

impl Surroundings for Around<'_> {
    fn neighbours(&self, cell: CellRef) -> Vec<Neighbour> {
        let mut found = Vec::new();
        let mut add = |cells: Vec<CellRef>, whence| {
            let values = cells.into_iter().filter_map(|other| self.value(cell, other));
            found.extend(values.map(|value| Neighbour { value, whence }));
        };
        add(self.beside(cell), Whence::Beside);
        add(self.across(cell), Whence::OtherTable);
        add(self.last_year(cell), Whence::LastYear);
        found
    }

    fn same_sheet(&self, one: CellRef, two: CellRef) -> bool {
        one.table == two.table && self.table(one).source(one.row).table == self.table(two).source(two.row).table
    }

    fn elsewhere(&self, like: CellRef, amounts: Range) -> Vec<CellRef> {
        let name = self.table(like).columns[like.column].name.as_str();
        let found = self.amounts().range((name, amounts.low)..=(name, amounts.high)).flat_map(|(_, cells)| cells);
        found.copied().filter(|cell| !self.same_sheet(*cell, like)).take(MOST_ROWS).collect()
    }

    fn amount_like(&self, row: CellRef, like: CellRef) -> Option<Decimal> {
        let name = &self.table(like).columns[like.column].name;
        let column = self.table(row).columns.iter().position(|column| column.name == *name)?;
        self.amount(CellRef { column, ..row })
    }

    fn same_key(&self, one: CellRef, two: CellRef) -> bool {
        let key = self.key(one.table, one.row);
        key.is_some() && key == self.key(two.table, two.row)
    }
}
