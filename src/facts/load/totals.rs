//! Rows of a table that are sums of others (合计, 小计), as rows of the relation that takes them.

use super::source::Found;
use super::{Loader, ReadFile, notes};
use crate::facts::manifest::{Feed, SourceSpec};
use crate::facts::map::{self, MappedColumn, Mapping};
use crate::facts::names;
use crate::facts::read::raw::{RawCell, RawRow};
use crate::schema::{Column, Relation};

impl Loader<'_> {
    /// Loads `totals`, rows of the table that was `found`, into the relation `other`.
    ///
    /// Its first column takes the cell that says what the total is; columns that it shares with the relation of the other
    /// rows are where those are; the rest are found as ever. What its own feed says of a column comes before all this.
    pub(super) fn totals_into(
        &mut self,
        other: &str,
        (read, spec): (&ReadFile, &SourceSpec),
        found: &Found<'_>,
        totals: &[&RawRow],
    ) {
        let Some(relation) = self.schema.relations.iter().position(|relation| relation.name == other) else {
            notes::no_relation_for_totals(spec, self.schema, other, &mut self.report);
            return;
        };
        if totals.is_empty() {
            return;
        }
        let mut mapping = self.mapping_of_totals(relation, spec, found);
        let Some(name) = mapping.columns.first_mut().filter(|name| name.index.is_none() && name.constant.is_none())
        else {
            self.push_rows(relation, (read, spec), (&mapping, found.headers.columns.len()), totals);
            return;
        };
        let width = found.headers.columns.len().max(totals.iter().map(|row| row.cells.len()).max().unwrap_or(0));
        name.index = Some(width);
        let named: Vec<RawRow> = totals.iter().map(|row| with_its_name(row, width)).collect();
        let of_headers = found.headers.columns.len();
        self.push_rows(relation, (read, spec), (&mapping, of_headers), &named.iter().collect::<Vec<_>>());
    }

    /// Which columns of the file are which of the relation of totals; its first is left open where nothing is told of it.
    fn mapping_of_totals(&mut self, relation: usize, spec: &SourceSpec, found: &Found<'_>) -> Mapping {
        let declared = &self.schema.relations[relation];
        let of_rows = &self.schema.relations[found.relation].columns;
        let feed = self.manifest.relations.iter().find(|feed| feed.relation.value == declared.name);
        let (none, empty) = (Feed::default(), SourceSpec { columns: Vec::new(), ..spec.clone() });
        let feed = feed.unwrap_or(&none);
        let is_told = |column: &Column| map::column_spec(feed, &empty, &column.name).is_some();
        let shared = |at: usize, column: &Column| {
            let same = of_rows.iter().position(|other| other.name == column.name && other.ty == column.ty);
            let same = same.filter(|_| at > 0 && !is_told(column));
            same.map(|same| MappedColumn { fill: false, missing: None, ..found.mapping.columns[same].clone() })
        };
        let is_looked_for = |at: usize, column: &Column| shared(at, column).is_none() && (at > 0 || is_told(column));
        let rest = declared.columns.iter().enumerate().filter(|(at, column)| is_looked_for(*at, column));
        let rest = Relation { columns: rest.map(|(_, column)| column.clone()).collect(), ..declared.clone() };
        let looked_for = map::map(&rest, (feed, &empty), found.table, found.headers, &mut self.report);
        let mut looked_for = looked_for.columns.into_iter();
        let columns = declared.columns.iter().enumerate().map(|(at, column)| {
            let by_search = if is_looked_for(at, column) { looked_for.next() } else { shared(at, column) };
            by_search.unwrap_or_else(|| MappedColumn::nowhere(column.ty))
        });
        Mapping { columns: columns.collect(), ..Mapping::default() }
    }
}

/// The row with the cell that says what it is once more, behind its last.
fn with_its_name(row: &RawRow, width: usize) -> RawRow {
    let mut row = row.clone();
    let name = row.cells.iter().find(|cell| names::names_total(&cell.text)).cloned();
    row.cells.resize_with(width, RawCell::default);
    row.cells.push(name.unwrap_or_default());
    row
}
