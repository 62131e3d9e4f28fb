//! [`Store`]: loaded facts as typed columns, with a place for every cell.
//!
//! A table is a bag of rows: a row's position is its identity and rows are never merged or re-sorted. A cell is
//! present, blank or malformed; what a malformed cell reads is found again through its place.

pub mod builder;
pub mod column;
mod distinct;
mod keys;
pub mod places;
mod symbols;

pub use builder::StoreBuilder;
pub use distinct::{drop_rows, repeated_rows};
use places::CellPlaces;
pub use symbols::Symbols;

use crate::schema::Precision;
use crate::source::{FileId, SourceMap, Span};
use crate::value::{Date, Decimal, Float, Reason, Value};

/// All loaded facts.
#[derive(Debug, Default)]
pub struct Store {
    /// One table per fact relation, in the order of the schema.
    pub tables: Vec<Table>,
    /// The texts of symbol columns.
    pub symbols: Symbols,
}

/// The rows of one fact relation. Columns are those declared, then [`Table::BUILT_IN`].
#[derive(Debug, Default)]
pub struct Table {
    /// The relation's name.
    pub name: String,
    /// Every column: the declared ones, then `table`, `file`, `line`.
    pub columns: Vec<Column>,
    /// How many rows there are.
    pub rows: u32,
    /// Where rows come from, in row order.
    pub sources: Vec<Source>,
}

/// One column of a [`Table`].
#[derive(Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its values; where a cell has none, a zero stands.
    pub data: Data,
    /// State of every cell, when any is not present.
    pub states: Option<Vec<State>>,
}

/// Values of one type.
#[derive(Debug)]
pub enum Data {
    /// Texts, by their number in [`Store::symbols`].
    Symbol(Vec<u32>),
    /// Texts of which hardly any repeats, by numbers of which equal texts may have several, until [`Store::settle`].
    Listed(Vec<u32>),
    /// Whole numbers, none negative and all below 2³¹: half the memory of [`Self::Number`].
    Small(Vec<u32>),
    /// Whole numbers.
    Number(Vec<i64>),
    /// Whole numbers that are not negative.
    Unsigned(Vec<u64>),
    /// Doubles.
    Float(Vec<f64>),
    /// Decimals, or money in 元, as multiples of 10^-scale.
    Scaled {
        /// Decimal places of all of them.
        scale: u32,
        /// The multiples.
        values: Vec<i64>,
        /// Whether they are money.
        money: bool,
    },
    /// Decimals, or money in 元, that do not fit 64 bits at one scale.
    Exact {
        /// The values.
        values: Vec<Decimal>,
        /// Whether they are money.
        money: bool,
    },
    /// Days.
    Date(Vec<Date>),
    /// One text per source: its number in [`Store::symbols`], in the order of [`Table::sources`].
    PerSource(Vec<u32>),
    /// The line on which the row starts.
    Line,
}

/// State of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// It has a value.
    Present,
    /// Nothing is written there.
    Blank,
    /// What is written is not of the column's type.
    Malformed(Reason),
}

/// A run of rows from one file or part of a file.
#[derive(Debug)]
pub struct Source {
    /// The first of its rows.
    pub first_row: u32,
    /// `p.table`: the name the manifest gives this source, or the file's name.
    pub table: String,
    /// The file.
    pub file: FileId,
    /// For each declared column, how finely and in which unit its cells are written.
    pub precision: Vec<Precision>,
    /// For each declared column, its header as printed; none when the file has no such column.
    pub headers: Vec<Option<String>>,
    /// Where rows and cells stand.
    pub places: Box<dyn Places>,
}

/// Where the rows of a source stand. Row numbers are counted from the source's first row.
pub trait Places: std::fmt::Debug + Send + Sync {
    /// The whole row.
    fn row(&self, sources: &SourceMap, row: u32) -> Span;
    /// One declared column's cell; for a cell that the file has not, an empty span where it would be, or the row.
    fn cell(&self, sources: &SourceMap, row: u32, column: usize) -> Span;
    /// The bytes `part` of a cell's text, which may stand in the source with escapes or breaks between.
    fn part(&self, sources: &SourceMap, row: u32, column: usize, part: std::ops::Range<u32>) -> Span {
        self.cell(sources, row, column).part(part.start, part.end.saturating_sub(part.start))
    }
    /// How people address the cell beyond file and line, such as `Sheet1!F12`; none for plain text.
    fn address(&self, _row: u32, _column: usize) -> Option<String> {
        None
    }
}

/// A cell's content.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A value.
    Present(Value),
    /// Nothing is written there.
    Blank,
    /// What is written is not of the column's type.
    Malformed(Reason),
}

/// Puts in place of each number that `same` has, rising, the one that stands for it there.
fn put_in_place(ids: &mut [u32], states: Option<&[State]>, same: &[(u32, u32)]) {
    let Some(most) = same.last().map(|(id, _)| *id as usize) else { return };
    let mut is_same = vec![false; most + 1];
    same.iter().for_each(|(id, _)| is_same[*id as usize] = true);
    for (row, id) in ids.iter_mut().enumerate().filter(|(_, id)| is_same.get(**id as usize) == Some(&true)) {
        if states.is_none_or(|states| states[row] == State::Present)
            && let Ok(at) = same.binary_search_by_key(id, |(id, _)| *id)
        {
            *id = same[at].1;
        }
    }
}

impl Store {
    /// The position of the table of that relation.
    #[must_use]
    pub fn position(&self, relation: &str) -> Option<usize> {
        self.tables.iter().position(|table| table.name == relation)
    }

    /// Gives equal texts of a column one number: [`Data::Listed`] becomes [`Data::Symbol`]. Rules run over either, over the
    /// latter several times faster.
    pub fn settle(&mut self, table: usize, column: usize) {
        let Some(Column { data, states, .. }) =
            self.tables.get_mut(table).and_then(|table| table.columns.get_mut(column))
        else {
            return;
        };
        if let Data::Listed(ids) = data {
            match states {
                None => self.symbols.settle(ids.iter_mut()),
                Some(states) => {
                    let present = ids.iter_mut().zip(states).filter(|(_, state)| **state == State::Present);
                    self.symbols.settle(present.map(|(id, _)| id));
                }
            }
            *data = Data::Symbol(std::mem::take(ids));
        }
    }

    /// [`Self::settle`] for every column, on up to so many threads.
    pub fn settle_all(&mut self, threads: usize) {
        let same = self.symbols.tell_apart(threads);
        let has_added = self.symbols.has_added();
        for (table, at) in self.places_of_columns() {
            let column = &mut self.tables[table].columns[at];
            match &mut column.data {
                Data::Listed(_) if has_added => self.settle(table, at),
                Data::Listed(ids) => {
                    put_in_place(ids, column.states.as_deref(), &same);
                    column.data = Data::Symbol(std::mem::take(ids));
                }
                _ => {}
            }
        }
    }

    /// Every column, as the positions of its table and of itself.
    fn places_of_columns(&self) -> Vec<(usize, usize)> {
        let of = |(table, all): (usize, &Table)| (0..all.columns.len()).map(move |column| (table, column));
        self.tables.iter().enumerate().flat_map(of).collect()
    }

    /// The content of a cell. `column` may be a built-in one; `sources` is needed for `line` only.
    #[must_use]
    pub fn cell(&self, sources: &SourceMap, table: usize, row: u32, column: usize) -> Cell {
        let table = &self.tables[table];
        let column = &table.columns[column];
        match column.state(row) {
            State::Blank => return Cell::Blank,
            State::Malformed(reason) => return Cell::Malformed(reason),
            State::Present => {}
        }
        let at = row as usize;
        let amount = |decimal, money| if money { Value::Money(decimal) } else { Value::Decimal(decimal) };
        Cell::Present(match &column.data {
            Data::Symbol(ids) | Data::Listed(ids) => Value::Symbol(self.symbols.shared(ids[at])),
            Data::Small(values) => Value::Number(i64::from(values[at])),
            Data::Number(values) => Value::Number(values[at]),
            Data::Unsigned(values) => Value::Unsigned(values[at]),
            Data::Float(values) => Value::Float(Float(values[at])),
            Data::Scaled { scale, values, money } => amount(Decimal::new(values[at], *scale), *money),
            Data::Exact { values, money } => amount(values[at], *money),
            Data::Date(values) => Value::Date(values[at]),
            Data::PerSource(ids) => Value::Symbol(self.symbols.shared(ids[table.source_index(row)])),
            Data::Line => Value::Number(i64::from(sources.location(table.row_span(sources, row)).line)),
        })
    }

    /// The text of a cell that holds one; none for cells of other types and those without a value.
    #[must_use]
    pub fn text(&self, table: usize, row: u32, column: usize) -> Option<&str> {
        let table = &self.tables[table];
        let column = &table.columns[column];
        match &column.data {
            Data::Symbol(ids) | Data::Listed(ids) if column.state(row) == State::Present => {
                Some(self.symbols.text(ids[row as usize]))
            }
            Data::PerSource(ids) => Some(self.symbols.text(ids[table.source_index(row)])),
            _ => None,
        }
    }
}

impl Table {
    /// Columns that every fact relation has beyond those declared.
    pub const BUILT_IN: [&'static str; 3] = ["table", "file", "line"];

    /// How many columns are declared.
    #[must_use]
    pub fn arity(&self) -> usize {
        self.columns.len() - Self::BUILT_IN.len()
    }

    /// The source that `row` came from.
    ///
    /// # Panics
    /// When the table has no such row.
    #[must_use]
    pub fn source(&self, row: u32) -> &Source {
        &self.sources[self.source_index(row)]
    }

    /// Position, in [`Self::sources`], of the source that `row` came from.
    #[must_use]
    pub fn source_index(&self, row: u32) -> usize {
        self.sources.partition_point(|source| source.first_row <= row).saturating_sub(1)
    }

    /// The place of a row.
    #[must_use]
    pub fn row_span(&self, sources: &SourceMap, row: u32) -> Span {
        let source = self.source(row);
        source.places.row(sources, row - source.first_row)
    }

    /// The place of a cell; of the row for built-in columns.
    #[must_use]
    pub fn cell_span(&self, sources: &SourceMap, row: u32, column: usize) -> Span {
        if column >= self.arity() {
            return self.row_span(sources, row);
        }
        let source = self.source(row);
        source.places.cell(sources, row - source.first_row, column)
    }

    /// The place of the bytes `part` of a cell's text.
    #[must_use]
    pub fn part_span(&self, sources: &SourceMap, row: u32, column: usize, part: std::ops::Range<u32>) -> Span {
        if column >= self.arity() {
            return self.row_span(sources, row);
        }
        let source = self.source(row);
        source.places.part(sources, row - source.first_row, column, part)
    }

    /// How finely that cell's column is written in the table that the row came from.
    #[must_use]
    pub fn precision(&self, row: u32, column: usize) -> Precision {
        self.source(row).precision.get(column).copied().unwrap_or_default()
    }
}

impl Column {
    /// Whether it holds texts.
    #[must_use]
    pub const fn is_text(&self) -> bool {
        matches!(self.data, Data::Symbol(_) | Data::Listed(_) | Data::PerSource(_))
    }

    /// The state of a cell.
    #[must_use]
    pub fn state(&self, row: u32) -> State {
        self.states.as_ref().map_or(State::Present, |states| states[row as usize])
    }
}
