//! What a table may be: its headers, its relation, and which column is which.

use std::cmp::Reverse;

use crate::facts::cells::{self, CellKind, DayOrder, DecimalMark, Reading};
use crate::facts::footer;
use crate::facts::headers::{self, Header, Headers, Index};
use crate::facts::manifest::{CellUnit, Feed, SourceSpec};
use crate::facts::map::{self, OfTable};
use crate::facts::names;
use crate::facts::read::raw::{RawRow, RawTable};
use crate::facts::rows;
use crate::schema::{Column, ColumnType, Relation, Schema};
use crate::value::Decimal;
use crate::value::functions::text::similarity;

/// Rows from the top that may be headers.
const SEARCHED: usize = 40;
/// Rows that show how wide a table is.
const SHOWING: usize = 400;
/// Columns whose headers are held against names that they are only like.
const LIKENED: usize = 500;
/// Cells that may say first what a row is.
const FIRST: usize = 16;
/// Cells of a column that are looked at.
const SAMPLE: usize = 60;

/// The relation that a table was taken for.
#[derive(Clone, Debug)]
pub(super) struct Guess {
    /// Its position in the schema.
    pub relation: usize,
    /// The columns that were found, in the order of the declaration.
    pub columns: Vec<Matched>,
    /// Rows of data, as far as they were read.
    pub rows: usize,
    /// Rows that look like totals.
    pub totals: usize,
}

/// A column of a relation and the column of the file that it is.
#[derive(Clone, Debug)]
pub(super) struct Matched {
    /// Its position in the relation.
    pub column: usize,
    /// The column of the file.
    pub index: usize,
    /// Its header as printed.
    pub header: String,
    /// Whether another column of the file has the same header.
    pub ambiguous: bool,
    /// Whether the header says just what the column is called.
    pub certain: bool,
    /// The unit of its amounts, if anything says so; `Some(None)` when nothing does.
    pub unit: Option<Option<CellUnit>>,
    /// What is said in place of a unit that is known.
    pub odd_unit: Option<String>,
    /// How its days are written, where cells show that: the manifest is to say it.
    pub days: Option<DayOrder>,
    /// Whether its numbers have commas for decimal points, which the manifest is to say.
    pub decimal_commas: bool,
    /// Whether they may have, as `1.234` may.
    pub maybe_commas: bool,
    /// Whether its numbers are percentages without a mark.
    pub percent: bool,
    /// Whether its texts are written once for several rows, as merged cells are.
    pub sparse: bool,
    /// Some of its sampled cells that are not of its type.
    pub wrong: Vec<String>,
}

/// The headers of a table: the rows that name columns of any relation, else the first that looks like headers.
pub(super) fn headers(schema: &Schema, table: &RawTable) -> Headers {
    let spec = SourceSpec::default();
    let named = schema.relations.iter().filter_map(|relation| {
        let wanted = map::wanted(relation, &Feed::default(), &spec);
        let headers = headers::find(table, &spec, &wanted).filter(|headers| !are_signed(table, headers))?;
        Some((Index::new(&headers.columns).named(&wanted).0, headers))
    });
    let best = named.fold(None, |best: Option<(usize, Headers)>, one| match best {
        Some(best) if best.0 >= one.0 => Some(best),
        _ => Some(one),
    });
    if let Some((_, headers)) = best.filter(|(score, _)| *score > 1 || table.header_rows.is_some()) {
        return headers;
    }
    match first(table) {
        Some(first) => headers::starting(table, first),
        None => Headers::default(),
    }
}

/// Whether what seem to be headers is a line for signatures: `审批：`, `复核：`, `制表：`.
fn are_signed(table: &RawTable, headers: &Headers) -> bool {
    let row = headers.rows.end.checked_sub(1).and_then(|last| table.rows.get(last));
    let texts =
        || row.into_iter().flat_map(|row| &row.cells).map(|cell| cell.text.trim()).filter(|text| !text.is_empty());
    texts().filter(|text| text.ends_with([':', '：'])).count() * 2 > texts().count()
}

/// The first row that looks like headers: near the top, unless all such rows there have half as many cells as the table below,
/// as lines of a preamble have.
fn first(table: &RawTable) -> Option<usize> {
    let written = |row: &RawRow| row.cells.iter().filter(|cell| !cell.text.trim().is_empty()).count();
    let candidates = || {
        let rows = table.rows.iter().enumerate().take(headers::SEARCHED_BELOW);
        rows.filter(|(_, row)| headers::looks_like_headers(row)).map(|(at, _)| at)
    };
    let first = candidates().next()?;
    let mut widths: Vec<usize> = table.rows[first..].iter().take(SHOWING).map(written).collect();
    widths.sort_unstable();
    // Few rows may be wider for other reasons.
    let wide = widths.get((widths.len() * 3 / 4).min(widths.len().saturating_sub(2))).copied().unwrap_or(0);
    candidates().find(|at| written(&table.rows[*at]) * 2 > wide).or(Some(first).filter(|first| *first < SEARCHED))
}

/// The columns of a table without headers: rows of one width, a column of which holds numbers, days or amounts only.
pub(super) fn unheaded(table: &RawTable) -> Option<Headers> {
    let rows: Vec<&RawRow> = table.rows.iter().take(SEARCHED).collect();
    let width = rows.first().map_or(0, |row| row.cells.len());
    let is_one_width = rows.iter().all(|row| row.cells.len() == width) && width >= 2;
    let holds = |index: usize| {
        let types = [ColumnType::Money, ColumnType::Date];
        sample(index, &rows).next().is_some() && types.into_iter().any(|ty| share(ty, index, &rows) == 10)
    };
    let columns = vec![Header::default(); width];
    (is_one_width && (0..width).any(holds)).then(|| Headers { columns, ..Headers::default() })
}

/// The relation whose columns the table has most of.
pub(super) fn relation(schema: &Schema, table: &RawTable, headers: &Headers) -> Option<Guess> {
    let data = data(table, headers);
    let mut best: Option<(Decimal, Guess)> = None;
    for (at, relation) in schema.relations.iter().enumerate() {
        let (score, columns) = columns(relation, table, headers, &data);
        let enough = columns.len() >= 2
            && columns.iter().any(|column| {
                // Numbers alone (`分值`, `得分`) are of many tables.
                column.certain && relation.columns[column.column].ty != ColumnType::Decimal
            });
        if enough && best.as_ref().is_none_or(|(most, _)| score > *most) {
            best = Some((score, whole(at, columns, &data)));
        }
    }
    best.map(|(_, guess)| match rows::has_totals_as_rows(&schema.relations[guess.relation], schema) {
        true => Guess { rows: guess.rows + guess.totals, totals: 0, ..guess },
        false => guess,
    })
}

/// The rows behind the headers that may be data.
pub(super) fn data<'a>(table: &'a RawTable, headers: &Headers) -> Vec<&'a RawRow> {
    let below = &table.rows[headers.rows.end.min(table.rows.len())..];
    let footers = footer::footers(below, headers);
    let is_row = |row: &RawRow| rows::aside(row, headers).is_none() && !rows::repeats_headers(row, headers);
    let rows = below.iter().enumerate().filter(|(at, row)| !footers.contains(at) && is_row(row));
    rows.map(|(_, row)| row).collect()
}

/// The guess that a table with those rows is the relation at that position.
pub(super) fn whole(relation: usize, columns: Vec<Matched>, data: &[&RawRow]) -> Guess {
    let mut columns = columns;
    // What one column of a table has for a decimal point, others have too.
    let has_commas = columns.iter().any(|column| column.decimal_commas);
    columns.iter_mut().for_each(|column| column.decimal_commas |= has_commas && column.maybe_commas);
    let is_empty = |row: &&&RawRow| row.cells.iter().all(|cell| cell.text.trim().is_empty());
    let totals = data.iter().filter(|row| is_total(row)).count();
    let rows = data.iter().filter(|row| !is_empty(row)).count() - totals;
    Guess { relation, columns, rows, totals }
}

/// [`rows::first_names_total`] of the first cells alone: this is asked for every column of tables that may be wide.
fn begins_as_total(row: &RawRow) -> bool {
    let first = row.cells.iter().take(FIRST).find(|cell| !cell.text.trim().is_empty());
    first.is_some_and(|cell| names::names_total(&cell.text))
}

/// Whether a row says that it is a sum, as far as that can be said before it is known which column has the names.
fn is_total(row: &RawRow) -> bool {
    rows::first_names_total(row) || row.cells.iter().any(|cell| names::is_total(&cell.text))
}

/// A `declared` column of a relation as the column of the file that it was found to be.
pub(super) fn matched(
    declared: &Column,
    (column, index): (usize, usize),
    (headers, by_name, data): (&Headers, &Index, &[&RawRow]),
    (of_table, certain): (&OfTable, bool),
) -> Matched {
    let ty = declared.ty;
    let header = &headers.columns[index];
    let printed = header.printed();
    let unknown = header.unknown_unit();
    let unit = header.unit().or_else(|| of_table.unit().filter(|_| unknown.is_none()));
    let unit = unit.filter(|unit| matches!(unit, CellUnit::Money(_)));
    let odd_unit = unknown.or_else(|| of_table.instead().map(str::to_owned)).filter(|_| unit.is_none());
    Matched {
        column,
        index,
        ambiguous: by_name.find(&printed).len() > 1,
        header: printed,
        certain,
        unit: (ty == ColumnType::Money && !all_have_units(index, data)).then_some(unit),
        odd_unit,
        days: kind(ty, index, data).days,
        decimal_commas: kind(ty, index, data).decimal.is_some(),
        maybe_commas: !matches!(ty, ColumnType::Symbol | ColumnType::Date)
            && cells::may_have_points_between_thousands(sample(index, data).collect::<Vec<_>>().into_iter()),
        percent: declared.is_share && header.unit().is_none() && cells::are_percents(sample(index, data)),
        sparse: ty == ColumnType::Symbol && is_sparse(index, data),
        wrong: wrong(ty, index, data),
    }
}

/// Which columns of `relation` the table has, the likeliest pairs first, and how likely all of it is.
fn columns(relation: &Relation, table: &RawTable, headers: &Headers, data: &[&RawRow]) -> (Decimal, Vec<Matched>) {
    let spec = SourceSpec::default();
    let feed = Feed::default();
    let wanted = map::wanted(relation, &feed, &spec);
    let mut pairs = Vec::new();
    let by_name = Index::new(&headers.columns);
    // What goes down beside all rows is no column, but says what the one beside it is.
    let goes_down = |at: usize| map::goes_down(table, headers, at);
    let of = |(at, header): (usize, &Header)| match header.levels.is_empty() {
        _ if goes_down(at) => Vec::new(),
        true if at > 0 && goes_down(at - 1) => forms(&headers.columns[at - 1]),
        _ => forms(header),
    };
    let forms: Vec<Vec<String>> = headers.columns.iter().enumerate().map(of).collect();
    for (column, names) in wanted.iter().enumerate() {
        let is_meant = |index: usize| !by_name.is_of_earlier_year(index, names);
        let names: Vec<String> = names.iter().map(|name| names::bare(name)).collect();
        for (index, header) in headers.columns.iter().enumerate().filter(|(index, _)| is_meant(*index)) {
            let is_near = index < LIKENED;
            let (likeness, name) = likeness(&forms[index], &names, is_near);
            let certain = name.is_some();
            let ty = relation.columns[column].ty;
            // What the header says just so holds, whatever can be read of the cells.
            let readable = fits(ty, index, data);
            let fits = certain || readable && !are_bare_numbers(ty, index, data);
            // The upper level alone makes all columns below it somewhat alike.
            let least = if header.levels.len() > 1 { Decimal::new(55, 2) } else { Decimal::new(40, 2) };
            if likeness >= least && fits {
                pairs.push((likeness, !readable, name, column, index));
            }
        }
    }
    // Of the headers that a column may have, one whose cells can be read, then the one that its declaration names first; what
    // is left is for later columns.
    pairs.sort_by_key(|(likeness, unread, name, column, index)| (Reverse(*likeness), *column, *unread, *name, *index));
    let (mut taken_columns, mut taken, mut total) = (Vec::new(), Vec::new(), Decimal::ZERO);
    let mut found = Vec::new();
    let of_table = map::unit_of_table(table, headers);
    for (likeness, _, name, column, index) in pairs {
        if taken_columns.contains(&column) || taken.contains(&index) {
            continue;
        }
        taken_columns.push(column);
        taken.push(index);
        total += likeness;
        let declared = &relation.columns[column];
        found.push(matched(declared, (column, index), (headers, &by_name, data), (&of_table, name.is_some())));
    }
    for (column, part) in relation.columns.iter().enumerate().filter(|(column, _)| !taken_columns.contains(column)) {
        let whole = part.part_of.as_ref().and_then(|whole| {
            found.iter().find(|one: &&Matched| relation.columns[one.column].name == *whole).map(|one| one.index)
        });
        let Some(whole) = whole else { continue };
        let index = headers.part(whole, &part.headers).filter(|index| !taken.contains(index));
        if let Some(index) = index.filter(|index| fits(part.ty, *index, data)) {
            let of_whole = headers.columns[whole].unit().map_or_else(|| of_table.clone(), OfTable::Unit);
            found.push(matched(part, (column, index), (headers, &by_name, data), (&of_whole, true)));
        }
    }
    found.sort_by_key(|one| one.column);
    (total, found)
}

/// What a header may be called; nothing of one that says nothing.
fn forms(header: &Header) -> Vec<String> {
    let whole = names::bare(&header.printed());
    let last = header.levels.last().map(|last| names::bare(last)).unwrap_or_default();
    let mut forms = vec![last, whole.replace('/', ""), whole];
    forms.dedup();
    forms.retain(|form| !form.is_empty());
    forms
}

/// How much a header, in its forms, is like one of the names of a column, and which one it is, if it is one.
fn likeness(forms: &[String], names: &[String], near: bool) -> (Decimal, Option<usize>) {
    let mut best = Decimal::ZERO;
    for (at, name) in names.iter().enumerate() {
        for form in forms {
            if form == name {
                return (Decimal::ONE, Some(at));
            }
            if !near {
                continue;
            }
            let long_enough = form.chars().count() >= 2 && name.chars().count() >= 2;
            let within = long_enough && (form.contains(name) || name.contains(form.as_str()));
            let like = if within { Decimal::new(75, 2) } else { similarity(form, name) };
            best = best.max(like);
        }
    }
    (best, None)
}

/// The first filled cells of a column.
pub(super) fn sample<'a>(index: usize, data: &'a [&RawRow]) -> impl Iterator<Item = &'a str> {
    let rows = data.iter().filter(|row| !begins_as_total(row));
    let cells = rows.filter_map(move |row| row.cells.get(index)).map(|cell| cell.text.trim());
    cells.filter(|text| !text.is_empty() && !names::is_total(text)).take(SAMPLE)
}

/// What the cells of a column are to be read as, should it be of the type.
fn kind(ty: ColumnType, index: usize, data: &[&RawRow]) -> CellKind {
    let serial = || cells::are_serials(sample(index, data)).then_some(DayOrder::Serial);
    let shown = || cells::order_of(sample(index, data)).or_else(serial);
    let days = (ty == ColumnType::Date).then(shown).flatten();
    let has_commas = || cells::has_decimal_commas(sample(index, data)).then_some(DecimalMark::Comma);
    let is_number = !matches!(ty, ColumnType::Date | ColumnType::Symbol);
    let decimal = is_number.then(has_commas).flatten();
    CellKind { days, decimal, ..CellKind::plain(ty) }
}

/// Whether most cells are of the type.
fn fits(ty: ColumnType, index: usize, data: &[&RawRow]) -> bool {
    ty == ColumnType::Symbol || share(ty, index, data) >= 6
}

/// How many tenths of the cells are of the type; all, when there are none.
pub(super) fn share(ty: ColumnType, index: usize, data: &[&RawRow]) -> usize {
    cells::tenths_of_kind(sample(index, data), &kind(ty, index, data))
}

/// Whether a column of texts or days would be one of numbers, which hardly anything but its own header makes likely.
fn are_bare_numbers(ty: ColumnType, index: usize, data: &[&RawRow]) -> bool {
    match ty {
        ColumnType::Symbol => sample(index, data).next().is_some() && fits(ColumnType::Decimal, index, data),
        ColumnType::Date => cells::are_serials(sample(index, data)),
        _ => false,
    }
}

/// Whether texts stand in the first row and then in a part of the rows only, some of them with gaps below: what a text says
/// may be meant of the rows below it too.
fn is_sparse(index: usize, data: &[&RawRow]) -> bool {
    let is_row = |row: &&&RawRow| {
        let filled = row.cells.iter().filter(|cell| !cell.text.trim().is_empty());
        filled.count() > 1 && !is_total(row)
    };
    let has_text = |row: &&RawRow| row.cells.get(index).is_some_and(|cell| !cell.text.trim().is_empty());
    let filled: Vec<bool> = data.iter().filter(is_row).take(SAMPLE).map(has_text).collect();
    let count = filled.iter().filter(|filled| **filled).count();
    filled.first() == Some(&true) && count > 1 && count * 2 <= filled.len()
}

/// Some cells that are not of the type.
fn wrong(ty: ColumnType, index: usize, data: &[&RawRow]) -> Vec<String> {
    let kind = kind(ty, index, data);
    let is_wrong = |text: &&str| matches!(cells::read(text, &kind), Reading::Malformed(_));
    sample(index, data).filter(is_wrong).take(3).map(str::to_owned).collect()
}

/// Whether every amount has a unit behind it.
pub(super) fn all_have_units(index: usize, data: &[&RawRow]) -> bool {
    let kind = CellKind::plain(ColumnType::Money);
    let mut amounts = sample(index, data).filter_map(|text| match cells::read(text, &kind) {
        Reading::Present(_, written) => Some(written.unit.is_some()),
        _ => None,
    });
    let first = amounts.next();
    first == Some(true) && amounts.all(|has| has)
}
