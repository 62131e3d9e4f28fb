//! [`StoreBuilder`]: facts come in cell by cell, a store comes out.

use super::column::ColumnBuilder;
use super::places::{CellPlaces, without_blanks};
use super::{Column, Data, Places, Source, Store, Symbols, Table};
use crate::facts::address::Address;
use crate::facts::bulk::Chunk;
use crate::facts::cells::{self, CellKind, Reading, Written};
use crate::facts::manifest::CellUnit;
use crate::progress;
use crate::schema::{ColumnType, Precision, Relation, Schema};
use crate::source::{FileId, Span};
use crate::value::{Reason, Unit, Value};

/// Builds a [`Store`] with one table per relation of a schema.
///
/// For each source: [`begin`](Self::begin), [`push`](Self::push) per row, [`end`](Self::end).
#[derive(Debug)]
pub struct StoreBuilder {
    tables: Vec<TableBuilder>,
    symbols: Symbols,
}

/// What is known of a source before its rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceHead {
    /// `p.table`.
    pub table: String,
    /// The file.
    pub file: FileId,
    /// For each declared column, its header as printed; none when the file has no such column.
    pub headers: Vec<Option<String>>,
    /// For each declared column, what its cells are to be read as.
    pub kinds: Vec<CellKind>,
}

/// One cell of a row that is added.
#[derive(Clone, Debug, Default)]
pub struct CellInput<'a> {
    /// What it holds.
    pub content: Content<'a>,
    /// Its place.
    pub span: Span,
    /// Where its text and its place part company; see [`RawCell::shifts`](crate::facts::read::raw::RawCell::shifts).
    pub shifts: &'a [(u32, u32)],
    /// How people address it beyond file and line.
    pub address: Address<'a>,
}

/// What a cell that is added holds.
#[derive(Clone, Debug, Default)]
pub enum Content<'a> {
    /// Nothing.
    #[default]
    Blank,
    /// A text to be read as the column's type.
    Text(&'a str),
    /// A value that needs no reading; malformed when it is of another type than the column.
    Value(Value),
    /// Something that cannot be of the column's type.
    Malformed(Reason),
    /// A text that is not what it seems, whatever can be read in it.
    Doubted(&'a str, Reason),
}

/// What a source turned out to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceSummary {
    /// How many rows it has.
    pub rows: u32,
    /// For each declared column, its cells.
    pub columns: Vec<ColumnSummary>,
}

/// What the cells of one column of one source are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnSummary {
    /// How many have a value.
    pub present: u32,
    /// How many are not of the column's type, and the first of their places.
    pub malformed: u32,
    /// The first malformed cells.
    pub examples: Vec<Span>,
    /// How many amounts of money have a unit of their own.
    pub with_unit: u32,
    /// How many amounts of money have no unit of their own while nothing else states one.
    pub without_unit: u32,
    /// How many amounts are marked as of another currency.
    pub foreign: u32,
    /// How many numbers have commas between thousands and no point.
    pub grouped: u32,
    /// How many cells have a comma where none can stand between thousands.
    pub misplaced: u32,
    /// How many cells are numbers whose last digits are lost.
    pub lost: u32,
}

/// How many malformed cells of a column are pointed out.
const EXAMPLES: usize = 5;

#[derive(Debug)]
struct TableBuilder {
    name: String,
    names: Vec<String>,
    columns: Vec<ColumnBuilder>,
    rows: u32,
    sources: Vec<Source>,
    open: Option<OpenSource>,
}

#[derive(Debug)]
struct OpenSource {
    head: SourceHead,
    first_row: u32,
    places: CellPlaces,
    written: Vec<WrittenSoFar>,
    summary: SourceSummary,
}

/// How finely a column's amounts were written so far, and in which units.
#[derive(Clone, Copy, Debug, Default)]
pub struct WrittenSoFar {
    /// None before the first.
    finest: Option<i32>,
    unit: Option<Unit>,
    mixed: bool,
}

impl StoreBuilder {
    /// An empty table for each relation of `schema`.
    #[must_use]
    pub fn new(schema: &Schema) -> Self {
        Self { tables: schema.relations.iter().map(TableBuilder::new).collect(), symbols: Symbols::default() }
    }

    /// Begins a source of the relation at that position of the schema. A source that is still open ends.
    pub fn begin(&mut self, relation: usize, head: SourceHead) {
        self.end(relation);
        let table = &mut self.tables[relation];
        let arity = table.columns.len();
        table.open = Some(OpenSource {
            head,
            first_row: table.rows,
            places: CellPlaces::new(arity),
            written: vec![WrittenSoFar::default(); arity],
            summary: SourceSummary { rows: 0, columns: vec![ColumnSummary::default(); arity] },
        });
    }

    /// Adds a row to the source begun last. Cells that are missing at the end are blank, at the row's place.
    ///
    /// # Panics
    /// When no source of the relation is open.
    pub fn push(&mut self, relation: usize, row: Span, cells: &[CellInput<'_>]) {
        let table = &mut self.tables[relation];
        let open = table.open.as_mut().expect("a source was begun");
        let nothing = CellInput { span: Span::new(row.start(), row.start()), ..CellInput::default() };
        open.places.push_row(row);
        for (at, column) in table.columns.iter_mut().enumerate() {
            let cell = cells.get(at).unwrap_or(&nothing);
            let reading = open.read(at, cell);
            open.place(cell);
            column.push(&reading, &mut self.symbols);
        }
        table.rows += 1;
        open.summary.rows += 1;
    }

    /// Adds the rows of a chunk to the source begun last; their places are given to [`Self::end_with`].
    pub fn append(&mut self, relation: usize, chunk: Chunk) {
        let ids = self.symbols.intern_all(&chunk.symbols);
        let table = &mut self.tables[relation];
        let Some(open) = table.open.as_mut() else { return };
        progress::rows(chunk.rows());
        let rows = u32::try_from(chunk.rows()).unwrap_or(u32::MAX);
        table.rows += rows;
        open.summary.rows += rows;
        for (at, column) in chunk.columns.into_iter().enumerate() {
            table.columns[at].append(column.builder, &ids);
            open.summary.columns[at].append(&column.summary);
            open.written[at].append(column.written);
        }
    }

    /// Makes room for so many more rows of a relation, and for so many more texts that are only listed.
    pub fn reserve(&mut self, relation: usize, rows: usize, texts: usize) {
        self.symbols.reserve_listed(texts);
        for column in &mut self.tables[relation].columns {
            column.reserve(rows);
        }
    }

    /// The texts so far.
    pub const fn symbols(&mut self) -> &mut Symbols {
        &mut self.symbols
    }

    /// Ends the open source of a relation and says what it held.
    pub fn end(&mut self, relation: usize) -> SourceSummary {
        self.end_with(relation, None)
    }

    /// Ends the open source of a relation, whose rows stand at `places` if these are given, and says what it held.
    pub fn end_with(&mut self, relation: usize, places: Option<Box<dyn Places>>) -> SourceSummary {
        let table = &mut self.tables[relation];
        let Some(open) = table.open.take() else { return SourceSummary::default() };
        let precision =
            open.written.iter().zip(&open.head.kinds).map(|(written, kind)| written.precision(kind)).collect();
        table.sources.push(Source {
            first_row: open.first_row,
            table: open.head.table,
            file: open.head.file,
            precision,
            headers: open.head.headers,
            places: places.unwrap_or_else(|| Box::new(open.places)),
        });
        open.summary
    }

    /// The store; `file_name` gives the name of a file as people see it.
    #[must_use]
    pub fn finish(mut self, file_name: impl Fn(FileId) -> String) -> Store {
        for relation in 0..self.tables.len() {
            self.end(relation);
        }
        let mut symbols = self.symbols;
        let tables = self.tables.into_iter().map(|table| table.finish(&mut symbols, &file_name)).collect();
        Store { tables, symbols }
    }
}

impl TableBuilder {
    fn new(relation: &Relation) -> Self {
        Self {
            name: relation.name.clone(),
            names: relation.columns.iter().map(|column| column.name.clone()).collect(),
            columns: relation.columns.iter().map(|column| ColumnBuilder::new(column.ty)).collect(),
            rows: 0,
            sources: Vec::new(),
            open: None,
        }
    }

    fn finish(self, symbols: &mut Symbols, file_name: &impl Fn(FileId) -> String) -> Table {
        let mut columns: Vec<Column> =
            self.names.into_iter().zip(self.columns).map(|(name, column)| column.finish(name)).collect();
        let tags = self.sources.iter().map(|source| symbols.intern(&source.table)).collect();
        let files = self.sources.iter().map(|source| symbols.intern(&file_name(source.file))).collect();
        let built_in = [Data::PerSource(tags), Data::PerSource(files), Data::Line];
        for (name, data) in Table::BUILT_IN.into_iter().zip(built_in) {
            columns.push(Column { name: name.to_owned(), data, states: None });
        }
        Table { name: self.name, columns, rows: self.rows, sources: self.sources }
    }
}

impl OpenSource {
    /// Reads a cell, and keeps count.
    fn read(&mut self, column: usize, cell: &CellInput<'_>) -> Reading {
        let kind = &self.head.kinds[column];
        let reading = match &cell.content {
            Content::Blank => Reading::Blank,
            Content::Text(text) => cells::read(text, kind),
            Content::Value(value) => Reading::Present(value.clone(), Written::of(value)),
            Content::Malformed(reason) | Content::Doubted(_, reason) => Reading::Malformed(*reason),
        };
        self.summary.columns[column].count(&reading, kind, cell.span);
        if let Reading::Present(_, written) = &reading {
            self.written[column].add(*written);
        }
        reading
    }

    /// Keeps the place of a cell, without the blanks around its text.
    fn place(&mut self, cell: &CellInput<'_>) {
        let (Content::Text(text) | Content::Doubted(text, _)) = &cell.content else {
            return self.places.push_cell(cell.span, cell.shifts, cell.address);
        };
        let (span, shifts) = without_blanks(cell.span, text, cell.shifts);
        self.places.push_cell(span, &shifts, cell.address);
    }
}

impl ColumnSummary {
    /// One more cell.
    pub fn count(&mut self, reading: &Reading, kind: &CellKind, span: Span) {
        match reading {
            Reading::Present(_, written) => {
                self.present += 1;
                self.foreign += u32::from(written.foreign);
                self.grouped += u32::from(written.grouped);
                let counted = if written.unit.is_some() || written.foreign {
                    &mut self.with_unit
                } else {
                    &mut self.without_unit
                };
                *counted += u32::from(kind.ty == ColumnType::Money && kind.unit.is_none());
            }
            Reading::Malformed(reason) => {
                self.malformed += 1;
                self.misplaced += u32::from(*reason == Reason::MisplacedComma);
                self.lost += u32::from(*reason == Reason::LostDigits);
                if self.examples.len() < EXAMPLES {
                    self.examples.push(span);
                }
            }
            Reading::Blank => {}
        }
    }

    /// The cells of another, which come later.
    pub fn append(&mut self, other: &Self) {
        self.present += other.present;
        self.malformed += other.malformed;
        self.with_unit += other.with_unit;
        self.without_unit += other.without_unit;
        self.foreign += other.foreign;
        self.grouped += other.grouped;
        self.misplaced += other.misplaced;
        self.lost += other.lost;
        let more = EXAMPLES.saturating_sub(self.examples.len());
        self.examples.extend(other.examples.iter().take(more));
    }
}

impl WrittenSoFar {
    /// One more amount.
    pub fn add(&mut self, written: Written) {
        self.mixed |= self.finest.is_some() && self.unit != written.unit;
        self.unit = written.unit;
        self.finest = Some(self.finest.map_or(written.places, |finest| finest.max(written.places)));
    }

    /// The amounts of another.
    pub fn append(&mut self, other: Self) {
        if let Some(finest) = other.finest {
            self.add(Written { places: finest, unit: other.unit, ..Written::default() });
            self.mixed |= other.mixed;
        }
    }

    /// The column's unit is what something stated, else the one that every cell has, else 元.
    fn precision(&self, kind: &CellKind) -> Precision {
        let unit = match (kind.ty, kind.unit) {
            (ColumnType::Money, Some(CellUnit::Money(unit))) => unit,
            (ColumnType::Money, _) if !self.mixed => self.unit.unwrap_or_default(),
            _ => Unit::Yuan,
        };
        let power = i32::try_from(unit.power()).unwrap_or(0);
        let places = self.finest.map_or(0, |finest| finest.saturating_add(power));
        Precision { scale: u32::try_from(places).unwrap_or(0), unit }
    }
}

impl Written {
    /// How finely a value that was not read from text is written.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Decimal(amount) | Value::Money(amount) => {
                Self { places: i32::try_from(amount.scale()).unwrap_or(0), ..Self::default() }
            }
            _ => Self::default(),
        }
    }
}

#[cfg(test)]
mod tests;
