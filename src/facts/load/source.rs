//! One source of a relation: its rows, into the store.

use std::sync::Arc;

use super::{Loader, ReadFile, gap, notes, sums, unheaded};
use crate::diagnostic::Report;
use crate::facts::align::Columns;
use crate::facts::bulk::Scan;
use crate::facts::headers::{self, Headers};
use crate::facts::manifest::{Feed, HeaderRows, SourceSpec, Totals};
use crate::facts::map::{self, MappedColumn, Mapping};
use crate::facts::read::Format;
use crate::facts::read::delimited::{self, Dialect, Extent};
use crate::facts::read::raw::{RawCell, RawRow, RawTable};
use crate::facts::store::builder::{CellInput, Content, SourceHead};
use crate::facts::{bulk, choose, rows};
use crate::schema::{ColumnType, Relation, Schema};
use crate::source::SourceFile;
use crate::value::Reason;

/// A table of a file whose columns have been found for a relation.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    /// The relation's position in the schema.
    pub relation: usize,
    /// The table.
    pub table: &'a RawTable,
    /// Its headers.
    pub headers: &'a Headers,
    /// Which of its columns is which of the relation.
    pub mapping: &'a Mapping,
}

/// One table of a large delimited file.
#[derive(Clone, Copy)]
struct Large<'a> {
    scan: &'a Scan,
    /// Which of its tables.
    at: usize,
}

impl Large<'_> {
    fn extent(&self) -> &Extent {
        &self.scan.tables[self.at]
    }

    /// A longer top of the table than `top` where what `spec` says of its headers needs that.
    fn longer_top(&self, file: &SourceFile, top: &RawTable, spec: &SourceSpec) -> Option<RawTable> {
        let skip = spec.skip.as_ref().map_or(0, |skip| skip.value as usize);
        let last = match spec.header.as_ref().map(|header| header.value) {
            Some(HeaderRows::Rows(_, last)) => last as usize,
            _ => 0,
        };
        let least = skip.saturating_add(last).saturating_add(delimited::TOP);
        (skip + last > 0 && least > top.rows.len())
            .then(|| delimited::top(file, self.scan.dialect, self.extent(), least))
    }
}

/// Which of `tables` this one is.
fn position(tables: &[RawTable], table: &RawTable) -> usize {
    tables.iter().position(|other| std::ptr::eq(other, table)).unwrap_or(0)
}

impl Loader<'_> {
    /// Loads one source, and says how its columns were found.
    pub(super) fn source(&mut self, relation: usize, feed: &Feed, spec: &SourceSpec) -> Option<Mapping> {
        let read = self.read(spec)?;
        let declared = &self.schema.relations[relation];
        let wanted = map::wanted(declared, feed, spec);
        let asked = (declared.name.as_str(), wanted.as_slice());
        let table = choose::choose(&read.tables, (spec, read.format), asked, &mut self.report)?;
        self.report.extend(table.notes.iter().cloned());
        let large = read.bulk.as_deref().map(|scan| Large { scan, at: position(&read.tables, table) });
        let longer = large.and_then(|large| large.longer_top(self.sources.file(read.file), table, spec));
        let table = longer.as_ref().unwrap_or(table);
        let headers = headers::find(table, spec, &wanted);
        let headers = headers.or_else(|| unheaded::by_position(table, (feed, spec), declared, &mut self.report));
        let Some(headers) = headers else {
            notes::no_headers(spec, declared, table, &mut self.report);
            return None;
        };
        let map = |headers: &Headers, report: &mut Report| map::map(declared, (feed, spec), table, headers, report);
        let is_delimited = matches!(read.format, Format::Csv | Format::Tsv);
        let headers = match is_delimited {
            true => self.evened((table, spec), headers, (&wanted, &|headers| map(headers, &mut Report::new()))),
            false => headers,
        };
        let mapping = map(&headers, &mut self.report);
        if mapping.columns.iter().all(|column| column.index.is_none() && column.constant.is_none()) {
            notes::no_headers(spec, declared, table, &mut self.report);
            return None;
        }
        let told = spec.totals.as_ref().map(|totals| totals.value.clone());
        let totals = told.unwrap_or_else(|| default_totals(&read, declared, self.schema));
        let found = Found { relation, table, headers: &headers, mapping: &mapping };
        match large {
            None => self.rows((&read, spec), &found, &totals),
            Some(large) if mapping.columns.iter().any(|column| column.fill) => {
                let written = (large.scan.dialect, Some(large.extent()));
                let whole = delimited::table(self.sources, read.file, written, (&spec.file, &mut self.report));
                self.rows((&read, spec), &Found { table: &whole, ..found }, &totals);
            }
            Some(large) => {
                let rows = self.bulk((&read, spec), large, &found, &totals);
                if rows <= sums::MOST_ROWS {
                    self.doubt_sums((&read, spec), large, &found, &totals);
                }
            }
        }
        Some(mapping)
    }

    /// `headers` of a delimited table with no delimiter too many and none missing, where that is sure.
    fn evened(
        &mut self,
        (table, spec): (&RawTable, &SourceSpec),
        headers: Headers,
        (wanted, map): (&[Vec<String>], gap::Map<'_>),
    ) -> Headers {
        let parted = gap::parted(table, &headers, wanted);
        let many = parted.is_none();
        let Some(even) = parted.or_else(|| gap::without(table, &headers, map)) else { return headers };
        if let Some(row) = table.rows.get(headers.rows.start) {
            notes::headers_evened(spec, row.span, many, &mut self.report);
        }
        even
    }

    /// Loads the rows of a table that is in memory as texts.
    fn rows(&mut self, (read, spec): (&ReadFile, &SourceSpec), found: &Found<'_>, totals: &Totals) {
        let Found { relation, mapping, .. } = *found;
        let declared = &self.schema.relations[relation];
        let width = found.headers.columns.len();
        let is_delimited = matches!(read.format, Format::Csv | Format::Tsv);
        let odd = if is_delimited { self.odd_rows((read, spec), found, totals) } else { Vec::new() };
        let sorted = rows::sort((found.table, &odd), found.headers, mapping, totals);
        self.push_rows(relation, (read, spec), (mapping, width), &sorted.data);
        notes::of_source(spec, declared, mapping, (&sorted.tally, sorted.data.len(), is_delimited), &mut self.report);
        sums::doubt(spec, mapping, (&sorted, totals), &mut self.report);
        if let Totals::Into(other) = totals {
            self.totals_into(other, (read, spec), found, &sorted.totals);
        } else if sorted.tally.totals.count > 0 {
            notes::totals_skipped(spec, &sorted.tally.totals, &mut self.report);
        }
    }

    /// The rows of a delimited table in memory that have more or fewer cells than others, by position, as what they hold
    /// says that they are.
    fn odd_rows(
        &self,
        (read, spec): (&ReadFile, &SourceSpec),
        found: &Found<'_>,
        totals: &Totals,
    ) -> Vec<(usize, RawRow)> {
        let Found { table, headers, .. } = *found;
        let is_odd = |row: &RawRow| row.cells.len() != headers.columns.len();
        if *totals == Totals::All || !table.rows.iter().skip(headers.rows.end).any(is_odd) {
            return Vec::new();
        }
        let file = self.sources.file(read.file);
        let dialect = match &read.bulk {
            Some(scan) => scan.dialect,
            None => Dialect::find(file.text(), read.format, &spec.options),
        };
        Columns::of(table, headers, dialect).map(|columns| columns.rows(file, table, headers)).unwrap_or_default()
    }

    /// Looks for sums among the data of a large delimited file that has few rows.
    fn doubt_sums(
        &mut self,
        (read, spec): (&ReadFile, &SourceSpec),
        large: Large<'_>,
        found: &Found<'_>,
        totals: &Totals,
    ) {
        let written = (large.scan.dialect, Some(large.extent()));
        // What there is to say of the rows has been said.
        let table = delimited::table(self.sources, read.file, written, (&spec.file, &mut Report::new()));
        let odd = self.odd_rows((read, spec), &Found { table: &table, ..*found }, totals);
        let sorted = rows::sort((&table, &odd), found.headers, found.mapping, totals);
        sums::doubt(spec, found.mapping, (&sorted, totals), &mut self.report);
    }

    /// Loads the rows of a large delimited file without making texts of its cells; how many there are.
    fn bulk(
        &mut self,
        (read, spec): (&ReadFile, &SourceSpec),
        large: Large<'_>,
        found: &Found<'_>,
        totals: &Totals,
    ) -> usize {
        let Found { relation, headers, mapping, .. } = *found;
        self.builder.begin(relation, source_head(read, spec, mapping));
        let file = self.sources.file(read.file);
        let end_of_headers = headers.rows.end.checked_sub(1).and_then(|last| found.table.rows.get(last));
        let extent = large.extent();
        let start = end_of_headers.map_or(extent.range.start, |row| file.local(row.span.end()));
        let columns: Vec<Option<usize>> = mapping.columns.iter().map(|column| column.index).collect();
        let (dialect, care) = (large.scan.dialect, large.scan.care);
        let footers = match totals {
            Totals::All => Vec::new(),
            _ => bulk::footers(file, (dialect, care), start..extent.range.end, headers),
        };
        let aligned = if *totals == Totals::All { None } else { Columns::of(found.table, headers, dialect) };
        let aligned = aligned.map(Arc::new);
        let job = bulk::Job {
            file,
            range: start..extent.range.end,
            care,
            dialect,
            columns: columns.clone(),
            constants: mapping.columns.iter().map(|column| column.constant.clone()).collect(),
            kinds: mapping.columns.iter().map(|column| column.kind.clone()).collect(),
            headers,
            aligned: aligned.clone(),
            totals: totals.clone(),
            footers,
            chunk: self.means.chunk,
        };
        let outcome = bulk::read(&job, self.means.threads, relation, &mut self.builder);
        let constants = job.constants.iter().map(|constant| constant.as_ref().map(|(_, span)| *span)).collect();
        if let Some(row) = outcome.tally.wide {
            delimited::too_wide(file.name(), row, &mut self.report);
        }
        let summed = delimited::rows_at(file, dialect, extent, (&outcome.totals, &mut self.report));
        let places =
            bulk::LinePlaces { file: read.file, dialect, care, starts: outcome.starts, columns, constants, aligned };
        let summary = self.builder.end_with(relation, Some(Box::new(places)));
        let declared = &self.schema.relations[relation];
        notes::of_cells(spec, declared, mapping, &summary, &mut self.report);
        notes::headers_again(spec, (declared, self.sources), &summary, &mut self.report);
        notes::of_source(spec, declared, mapping, (&outcome.tally, summary.rows as usize, true), &mut self.report);
        match totals {
            Totals::Into(other) => self.totals_into(other, (read, spec), found, &summed.iter().collect::<Vec<_>>()),
            _ if outcome.tally.totals.count > 0 => {
                notes::totals_skipped(spec, &outcome.tally.totals, &mut self.report);
            }
            _ => {}
        }
        summary.rows as usize
    }

    /// Adds rows of a table with headers over `width` columns to the store, and says what is wrong with their cells.
    pub(super) fn push_rows(
        &mut self,
        relation: usize,
        (read, spec): (&ReadFile, &SourceSpec),
        (mapping, width): (&Mapping, usize),
        data: &[&RawRow],
    ) {
        // The sheets of a workbook are files of their own.
        let file = data.first().and_then(|row| self.sources.file_of(row.span)).unwrap_or(read.file);
        self.builder.begin(relation, SourceHead { file, ..source_head(read, spec, mapping) });
        let nothing = RawCell::default();
        let mut above: Vec<&RawCell> = vec![&nothing; mapping.columns.len()];
        let may_be_torn = matches!(read.format, Format::Csv | Format::Tsv);
        for row in data {
            // What a total is called stands behind the cells of its row.
            let name = mapping.columns.first().and_then(|column| column.index).filter(|index| *index >= width);
            let own = name.unwrap_or(row.cells.len()).min(row.cells.len());
            let cut = || rows::torn(own, width, |at| &row.cells[at].text);
            let torn = row.fit.torn().or_else(|| cut().filter(|_| may_be_torn));
            let mut cells = Vec::with_capacity(mapping.columns.len());
            for (column, above) in mapping.columns.iter().zip(&mut above) {
                let cell = input(row, column, above);
                let is_torn = column.index.is_some_and(|index| index < own && torn.is_some_and(|torn| index >= torn));
                cells.push(match cell.content {
                    Content::Text(text) if is_torn => {
                        CellInput { content: Content::Doubted(text, Reason::Torn), ..cell }
                    }
                    // What a row lacks of which no cell is known is not blank.
                    _ if column.index.is_some_and(|index| index >= own) && row.fit.torn().is_some() => {
                        CellInput { content: Content::Malformed(Reason::Torn), ..cell }
                    }
                    _ => cell,
                });
            }
            self.builder.push(relation, row.span, &cells);
        }
        let summary = self.builder.end(relation);
        let declared = &self.schema.relations[relation];
        notes::of_cells(spec, declared, mapping, &summary, &mut self.report);
        notes::headers_again(spec, (declared, self.sources), &summary, &mut self.report);
    }
}

fn source_head(read: &ReadFile, spec: &SourceSpec, mapping: &Mapping) -> SourceHead {
    SourceHead {
        table: spec.table.as_ref().map_or_else(|| spec.file.value.clone(), |table| table.value.clone()),
        file: read.file,
        headers: mapping.columns.iter().map(|column| column.header.clone()).collect(),
        kinds: mapping.columns.iter().map(|column| column.kind.clone()).collect(),
    }
}

/// Totals among the rows of a printed table are not data: they are held against the rows where a relation is declared for
/// them. Whoever wrote a record meant it.
fn default_totals(read: &ReadFile, relation: &Relation, schema: &Schema) -> Totals {
    match (read.format, &relation.totals) {
        (Format::Toml | Format::Json | Format::JsonLines | Format::Sqlite | Format::Parquet, _) => Totals::All,
        _ if rows::has_totals_as_rows(relation, schema) => Totals::Keep,
        (_, Some(other)) if schema.relation(other).is_some() => Totals::Into(other.clone()),
        _ => Totals::Skip,
    }
}

/// The cell of `row` that feeds `column`; `above` is the last cell of it with something in it.
fn input<'a>(row: &'a RawRow, column: &'a MappedColumn, above: &mut &'a RawCell) -> CellInput<'a> {
    if let Some((text, span)) = &column.constant {
        return CellInput { content: Content::Text(text), span: *span, ..CellInput::default() };
    }
    let start = crate::source::Span::new(row.span.start(), row.span.start());
    let Some(index) = column.index else { return CellInput { span: start, ..CellInput::default() } };
    let Some(cell) = row.cells.get(index) else {
        let end = crate::source::Span::new(row.span.end(), row.span.end());
        return CellInput { span: end, ..CellInput::default() };
    };
    let is_empty = cell.text.trim().is_empty();
    if column.fill && is_empty && !above.text.is_empty() {
        return of(above);
    }
    if !is_empty {
        *above = cell;
    }
    // What stands once over several rows is said of each of them, but an amount is there only once.
    if cell.absent && column.kind.ty != ColumnType::Symbol {
        return CellInput { span: cell.span, address: cell.address(), ..CellInput::default() };
    }
    of(cell)
}

fn of(cell: &RawCell) -> CellInput<'_> {
    CellInput { content: Content::Text(&cell.text), span: cell.span, shifts: cell.shifts(), address: cell.address() }
}
