//! Headers with a delimiter too many, so that an empty one stands there that no row has, or with one missing between two.

use crate::facts::cells::{self, Reading};
use crate::facts::headers::{Header, Headers, Index};
use crate::facts::map::Mapping;
use crate::facts::names;
use crate::facts::read::raw::{RawRow, RawTable};
use crate::schema::ColumnType;

/// Rows that are looked at.
const SEEN: usize = 50;

/// Finds the columns of a relation under headers.
pub(super) type Map<'a> = &'a dyn Fn(&Headers) -> Mapping;

/// The headers of `table` without the one that is empty, where its rows have one cell less than there are headers, and more
/// cells are numbers and days where they must be when it is left out.
pub(super) fn without(table: &RawTable, headers: &Headers, map: Map<'_>) -> Option<Headers> {
    let width = headers.columns.len();
    let mut empty = (0..width).filter(|at| headers.columns[*at].levels.is_empty());
    let gap = empty.next().filter(|gap| empty.next().is_none() && gap + 1 < width)?;
    let rows = written(table, headers)?;
    let short = rows.iter().filter(|row| row.cells.len() + 1 == width).count();
    if rows.is_empty() || short * 10 < rows.len() * 9 {
        return None;
    }
    let mut without = headers.clone();
    without.columns.remove(gap);
    (values(&rows, &map(&without)) > values(&rows, &map(headers))).then_some(without)
}

/// The headers of `table` with the one parted in two that is the names of two of the columns `wanted`, one behind the other,
/// where its rows have one cell more than there are headers.
pub(super) fn parted(table: &RawTable, headers: &Headers, wanted: &[Vec<String>]) -> Option<Headers> {
    let width = headers.columns.len();
    let rows = written(table, headers)?;
    let wide = rows.iter().filter(|row| row.cells.len() == width + 1).count();
    if rows.is_empty() || wide * 10 < rows.len() * 9 {
        return None;
    }
    let index = Index::new(&headers.columns);
    let is_lacking = |names: &&Vec<String>| names.iter().all(|name| index.find(name).is_empty());
    let lacking: Vec<&String> = wanted.iter().filter(is_lacking).flatten().collect();
    let (at, (first, second)) =
        headers.columns.iter().enumerate().find_map(|(at, one)| Some((at, two_names(one, &lacking)?)))?;
    let part = |name: &str| Header { levels: vec![name.to_owned()], ..headers.columns[at].clone() };
    let mut parted = headers.clone();
    parted.columns.splice(at..=at, [part(first), part(second)]);
    Some(parted)
}

/// The two of `names` that a header is, one behind the other.
fn two_names<'a>(header: &'a Header, names: &[&String]) -> Option<(&'a str, &'a str)> {
    let [level] = header.levels.as_slice() else { return None };
    let level = level.trim();
    let is_name = |part: &str| names.iter().any(|name| names::normal(name) == names::normal(part));
    let parts = (1..level.len()).filter_map(|at| level.split_at_checked(at));
    let plain = parts.map(|(first, second)| (first.trim_matches('"'), second.trim_matches('"')));
    let mut ways = plain.filter(|(first, second)| is_name(first) && is_name(second));
    let way = ways.next()?;
    ways.all(|other| other == way).then_some(way)
}

/// The first rows below `headers` in which something is written.
fn written<'a>(table: &'a RawTable, headers: &Headers) -> Option<Vec<&'a RawRow>> {
    let is_written = |row: &&RawRow| row.cells.iter().any(|cell| !cell.text.trim().is_empty());
    Some(table.rows.get(headers.end()..)?.iter().filter(is_written).take(SEEN).collect())
}

/// How many cells are values of columns that are no texts.
fn values(rows: &[&RawRow], mapping: &Mapping) -> usize {
    let typed = mapping.columns.iter().filter(|column| column.kind.ty != ColumnType::Symbol);
    let values = |index: usize, kind| {
        let cells = rows.iter().filter_map(move |row| row.cells.get(index));
        cells.filter(|cell| matches!(cells::read(&cell.text, kind), Reading::Present(..))).count()
    };
    typed.filter_map(|column| Some(values(column.index?, &column.kind))).sum()
}
