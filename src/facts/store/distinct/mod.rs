//! Rows of a table that are equal, where a table is a set: the relations of a plain Datalog program.

mod repeats;

use std::cmp::Ordering;

use super::{CellPlaces, Column, Data, Places, Table};
use crate::source::{SourceMap, Span};
use crate::value::Float;

/// The numbers of the rows that are equal to one before them, as far as the declared columns say, rising. Texts that are
/// [listed](Data::Listed) count as different. Looks on up to so many threads.
#[must_use]
pub fn repeated_rows(table: &Table, threads: usize) -> Vec<u32> {
    let columns = &table.columns[..table.arity()];
    // facts are often numbered or written in order, and then need no second look
    if columns.first().is_some_and(rises) {
        return Vec::new();
    }
    let rising = |row: u32| columns.iter().map(|column| compare(column, row - 1, row)).find(|found| found.is_ne());
    if (1..table.rows).all(|row| rising(row) == Some(Ordering::Less)) {
        return Vec::new();
    }
    repeats::of(columns, table.rows, threads)
}

/// Drops those rows, whose numbers rise, from the table.
pub fn drop_rows(table: &mut Table, dropped: &[u32]) {
    for column in &mut table.columns {
        match &mut column.data {
            Data::Symbol(values) | Data::Listed(values) | Data::Small(values) => without(values, dropped),
            Data::Number(values) => without(values, dropped),
            Data::Unsigned(values) => without(values, dropped),
            Data::Float(values) => without(values, dropped),
            Data::Scaled { values, .. } => without(values, dropped),
            Data::Exact { values, .. } => without(values, dropped),
            Data::Date(values) => without(values, dropped),
            Data::PerSource(_) | Data::Line => {}
        }
        if let Some(states) = &mut column.states {
            without(states, dropped);
        }
    }
    let ends: Vec<u32> = table.sources.iter().skip(1).map(|source| source.first_row).chain([table.rows]).collect();
    let mut before = 0;
    for (source, end) in table.sources.iter_mut().zip(ends) {
        let upto = dropped.partition_point(|row| *row < end);
        let own = dropped[before..upto].iter().map(|row| row - source.first_row).collect();
        let all = std::mem::replace(&mut source.places, Box::new(CellPlaces::new(0)));
        source.places = Box::new(Kept { all, dropped: own });
        source.first_row -= count(before);
        before = upto;
    }
    table.rows -= count(dropped.len());
}

/// Moves what is kept to where something was dropped, a stretch at a time.
fn without<T: Copy>(values: &mut Vec<T>, dropped: &[u32]) {
    let Some(first) = dropped.first() else { return };
    let mut to = *first as usize;
    let ends = dropped.iter().skip(1).map(|row| *row as usize).chain([values.len()]);
    for (from, end) in dropped.iter().map(|row| *row as usize + 1).zip(ends) {
        values.copy_within(from..end, to);
        to += end - from;
    }
    values.truncate(to);
}

fn count(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

/// Whether every cell of a column is more than the one before.
fn rises(column: &Column) -> bool {
    fn rise<T: PartialOrd>(values: &[T]) -> bool {
        values.is_sorted_by(|before, after| before < after)
    }
    column.states.is_none()
        && match &column.data {
            Data::Symbol(values) | Data::Listed(values) | Data::Small(values) => rise(values),
            Data::Number(values) => rise(values),
            Data::Unsigned(values) => rise(values),
            Data::Scaled { values, .. } => rise(values),
            Data::Date(values) => rise(values),
            Data::Float(_) | Data::Exact { .. } | Data::PerSource(_) | Data::Line => false,
        }
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

/// The places of the rows of a source but for some.
#[derive(Debug)]
struct Kept {
    all: Box<dyn Places>,
    /// The numbers in the file of the rows that are left out, rising.
    dropped: Vec<u32>,
}

impl Kept {
    /// The number in the file of a row that was kept: so many more as were dropped before it.
    fn in_file(&self, row: u32) -> u32 {
        let (mut low, mut high) = (0, self.dropped.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.dropped[middle] - count(middle) <= row {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        row + count(low)
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

#[cfg(test)]
mod tests {
    use super::{drop_rows, repeated_rows};
    use crate::facts::cells::CellKind;
    use crate::facts::store::builder::{CellInput, Content, SourceHead, StoreBuilder};
    use crate::facts::store::{Cell, Store};
    use crate::schema::{Column, ColumnType, Relation, Schema};
    use crate::source::{FileId, SourceMap, Span};
    use crate::value::Value;

    /// A table of two sources, a cell for each character, which stands at its place in the text.
    fn store(sources: [&str; 2]) -> Store {
        let column = Column {
            name: "c".to_owned(),
            ty: ColumnType::Symbol,
            doc: String::new(),
            headers: Vec::new(),
            part_of: None,
            is_share: false,
            span: Span::default(),
        };
        let relation = Relation {
            name: "r".to_owned(),
            columns: vec![column],
            key: Vec::new(),
            totals: None,
            doc: String::new(),
            span: Span::default(),
        };
        let mut builder = StoreBuilder::new(&Schema { relations: vec![relation] });
        let mut at = 0;
        for text in sources {
            let kinds = vec![CellKind::plain(ColumnType::Symbol)];
            builder.begin(0, SourceHead { table: "t".to_owned(), file: FileId(0), headers: vec![None], kinds });
            for cell in text.split_inclusive(|_| true) {
                let content = if cell == "-" { Content::Blank } else { Content::Text(cell) };
                let span = Span::new(at, at + 1);
                builder.push(0, span, &[CellInput { content, span, ..CellInput::default() }]);
                at += 1;
            }
            builder.end(0);
        }
        builder.finish(|_| "f".to_owned())
    }

    #[test]
    fn what_is_left_keeps_its_cells_and_places() {
        for (sources, left) in [
            (["abcab", "bdd"], vec![(0, "a"), (1, "b"), (2, "c"), (6, "d")]),
            (["aaa", "aaa"], vec![(0, "a")]),
            (["", "ba-b-a"], vec![(0, "b"), (1, "a"), (2, "")]),
            (["ab", "cd"], vec![(0, "a"), (1, "b"), (2, "c"), (3, "d")]),
            (["xya", "yxbx"], vec![(0, "x"), (1, "y"), (2, "a"), (5, "b")]),
        ] {
            let (map, mut store) = (SourceMap::new(), store(sources));
            let repeated = repeated_rows(&store.tables[0], 2);
            drop_rows(&mut store.tables[0], &repeated);
            let found: Vec<(u32, String)> = (0..store.tables[0].rows)
                .map(|row| match store.cell(&map, 0, row, 0) {
                    Cell::Present(Value::Symbol(text)) => {
                        (store.tables[0].row_span(&map, row).start(), text.to_string())
                    }
                    Cell::Blank => (store.tables[0].cell_span(&map, row, 0).start(), String::new()),
                    other => panic!("{other:?}"),
                })
                .collect();
            let left: Vec<(u32, String)> = left.into_iter().map(|(at, text)| (at, text.to_owned())).collect();
            assert_eq!(found, left, "{sources:?}");
        }
    }
}
