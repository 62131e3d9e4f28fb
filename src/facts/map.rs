//! Which column of a file is which column of a relation, and in which unit its cells are written.

use regex::Regex;

use super::cells::{self, CellKind, DayOrder};
use super::headers::{Header, Headers, Index};
use super::manifest::{CellUnit, ColumnSpec, Feed, SourceSpec};
use super::names;
use super::read::raw::RawTable;
use crate::diagnostic::{Code, Diagnostic, Report, nearest};
use crate::schema::{Column, ColumnType, Relation};
use crate::source::Span;
use crate::text;

/// Rows from the top that may show how days are written.
const SHOWING: usize = 200;

/// How a file's table becomes rows of a relation.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// One per declared column.
    pub columns: Vec<MappedColumn>,
    /// Columns of the file that no column of the relation takes, as printed.
    pub unused: Vec<(String, Span)>,
}

/// Where a declared column's cells come from.
#[derive(Clone, Debug)]
pub struct MappedColumn {
    /// The column of the file, if it has one.
    pub index: Option<usize>,
    /// Its header as printed.
    pub header: Option<String>,
    /// The text that stands for every cell, and its place in the manifest.
    pub constant: Option<(String, Span)>,
    /// What its cells are to be read as.
    pub kind: CellKind,
    /// An empty cell means the same as the one above it.
    pub fill: bool,
    /// The header that the manifest asks for and this file has not.
    pub missing: Option<Span>,
}

impl MappedColumn {
    /// A column that the file has not.
    #[must_use]
    pub fn nowhere(ty: ColumnType) -> Self {
        Self { index: None, header: None, constant: None, kind: CellKind::plain(ty), fill: false, missing: None }
    }
}

/// The names by which each column of `relation` may be found in a file: what the manifest says, else its own name and
/// what its documentation calls it.
#[must_use]
pub fn wanted(relation: &Relation, feed: &Feed, spec: &SourceSpec) -> Vec<Vec<String>> {
    relation.columns.iter().map(|column| names_of(relation, column, column_spec(feed, spec, &column.name))).collect()
}

fn names_of(relation: &Relation, column: &Column, spec: Option<&ColumnSpec>) -> Vec<String> {
    match spec {
        Some(spec) if !spec.headers.is_empty() => spec.headers.iter().map(|header| header.value.clone()).collect(),
        Some(spec) if spec.pattern.is_some() || spec.position.is_some() || spec.value.is_some() => Vec::new(),
        _ => {
            let mut names = vec![column.name.clone()];
            let title = title(&column.doc);
            let shared = relation.columns.iter().filter(|other| self::title(&other.doc) == title).count() > 1;
            if !title.is_empty() && !shared {
                names.push(title.to_owned());
            }
            // Those of a part are looked for beside its whole only.
            names.extend(column.headers.iter().filter(|_| column.part_of.is_none()).cloned());
            names
        }
    }
}

/// What a column's documentation calls it: its first words.
fn title(doc: &str) -> &str {
    doc.trim().split(['，', '。', '；', '：', '（', '(', ',', ';', ':', '\n']).next().unwrap_or("").trim()
}

/// What the manifest says of a column: for this source, else for the relation.
#[must_use]
pub fn column_spec<'a>(feed: &'a Feed, spec: &'a SourceSpec, column: &str) -> Option<&'a ColumnSpec> {
    spec.columns.iter().chain(&feed.columns).find(|known| known.column.value == column)
}

/// Finds every column of `relation` among `headers`.
pub fn map(
    relation: &Relation,
    (feed, spec): (&Feed, &SourceSpec),
    table: &RawTable,
    headers: &Headers,
    report: &mut Report,
) -> Mapping {
    let index = Index::new(&headers.columns);
    let captions = caption_unit(table, headers);
    let mut taken = vec![false; headers.columns.len()];
    let mut columns = Vec::new();
    for (at, column) in relation.columns.iter().enumerate() {
        let said = column_spec(feed, spec, &column.name);
        let by_position = headers.rows.is_empty() && said.is_none();
        let complaints = report.diagnostics().len();
        let finder = Finder { relation, column, headers, index: &index };
        let whole = column.part_of.as_ref().and_then(|whole| {
            let at = relation.columns.iter().position(|column| column.name == *whole)?;
            columns.get(at).and_then(|whole: &MappedColumn| whole.index)
        });
        let found = if by_position { (at < headers.columns.len()).then_some(at) } else { finder.find(said, report) };
        let found = found.or_else(|| headers.part(whole.filter(|_| said.is_none())?, &column.headers));
        // A header that an earlier column has is its own, unless the manifest says otherwise.
        let found = found.filter(|found| !taken[*found] || said.is_some_and(ColumnSpec::names_one));
        let refused = report.diagnostics().len() > complaints;
        if let Some(found) = found {
            taken[found] = true;
        }
        let header = found.map(|found| &headers.columns[found]);
        // A part is in the unit of its whole.
        let printed = header.map(|header| (header, whole.map(|whole| &headers.columns[whole])));
        let unit = unit(column, (said, spec), printed, captions, report);
        let days = days(column, (said, spec), (table, headers), found, report);
        if let Some(at) = found.filter(|_| column.is_share && unit.is_none()) {
            doubt_shares(column, spec, (table, headers, at), report);
        }
        let asked = said.and_then(|said| said.headers.first().or(said.pattern.as_ref())).map(|asked| asked.span);
        columns.push(MappedColumn {
            index: found,
            header: header.map(Header::printed).filter(|printed| !printed.is_empty()),
            constant: said.and_then(|said| said.value.as_ref()).map(|text| (text.value.clone(), text.span)),
            kind: CellKind { ty: column.ty, unit, blank: blanks(said, spec), days },
            fill: said.is_some_and(|said| said.fill),
            missing: asked.filter(|_| found.is_none() && !refused),
        });
    }
    let unused = headers.columns.iter().zip(&taken).filter(|(header, taken)| !**taken && !header.levels.is_empty());
    Mapping { columns, unused: unused.map(|(header, _)| (header.printed(), header.span)).collect() }
}

/// What `03/12/2020` means in a column: what the manifest says, else what its first rows show.
fn days(
    column: &Column,
    (said, spec): (Option<&ColumnSpec>, &SourceSpec),
    (table, headers): (&RawTable, &Headers),
    found: Option<usize>,
    report: &mut Report,
) -> Option<DayOrder> {
    if column.ty != ColumnType::Date {
        return None;
    }
    if let Some(told) = said.and_then(|said| said.days.as_ref()) {
        return Some(told.value);
    }
    let rows = || table.rows.iter().take(SHOWING).skip(headers.rows.end);
    let texts = || rows().filter_map(|row| row.cells.get(found?)).map(|cell| cell.text.as_str());
    let (file, name) = (&spec.file.value, &column.name);
    if cells::are_serials(texts()) {
        let message = text!(
            "{file} 的 {name} 是五位数，像是 Excel 存日期的序号；没有写明，不当作日期",
            "{name} of {file} has numbers of five digits, as Excel keeps days; nothing says so, and they are not read as days"
        );
        let help = text!(
            "确是日期的，写明：{name} = {{ …, days = \"excel\" }}",
            "if they are days, say it: {name} = {{ …, days = \"excel\" }}"
        );
        report.push(Diagnostic::warning(Code::Doubtful, message).at(spec.file.span).help(help));
    }
    let order = cells::order_of(texts())?;
    let (zh, en, word) = match order {
        DayOrder::DayFirst => ("日/月/年", "day/month/year", "dmy"),
        DayOrder::MonthFirst | DayOrder::Serial => ("月/日/年", "month/day/year", "mdy"),
    };
    let message = text!(
        "{file} 的 {name} 按 {zh} 读：有的日期只能这样读",
        "{name} of {file} is read as {en}: some of its days can mean nothing else"
    );
    let help = text!("写明：{name} = {{ …, days = \"{word}\" }}", "say it: {name} = {{ …, days = \"{word}\" }}");
    report.push(Diagnostic::note(Code::Doubtful, message).at(spec.file.span).help(help));
    Some(order)
}

/// Says so when numbers that are to be shares of one are as large as percentages.
fn doubt_shares(
    column: &Column,
    spec: &SourceSpec,
    (table, headers, at): (&RawTable, &Headers, usize),
    report: &mut Report,
) {
    let rows = table.rows.iter().take(SHOWING).skip(headers.rows.end);
    if !cells::are_percents(rows.filter_map(|row| row.cells.get(at)).map(|cell| cell.text.as_str())) {
        return;
    }
    let (file, name) = (&spec.file.value, &column.name);
    let message = text!(
        "{file} 的 {name} 没有写 %，按原数读：90 是 9000%，不是 90%",
        "{name} of {file} states no %, and is read as it stands: 90 is 9000%, not 90%"
    );
    let help = text!(
        "是百分数的，写明：{name} = {{ …, unit = \"%\" }}",
        "if these are percentages, say it: {name} = {{ …, unit = \"%\" }}"
    );
    report.push(Diagnostic::warning(Code::Doubtful, message).at(spec.file.span).help(help));
}

fn blanks(said: Option<&ColumnSpec>, spec: &SourceSpec) -> Vec<String> {
    let own = said.map_or(&[][..], |said| &said.blank);
    own.iter().chain(&spec.blank).map(|blank| blank.value.clone()).collect()
}

/// Looks for one column of a relation.
struct Finder<'a> {
    relation: &'a Relation,
    column: &'a Column,
    headers: &'a Headers,
    index: &'a Index,
}

impl Finder<'_> {
    fn find(&self, said: Option<&ColumnSpec>, report: &mut Report) -> Option<usize> {
        let empty = ColumnSpec::default();
        let said = said.unwrap_or(&empty);
        if let Some(position) = &said.position {
            let at = position.value as usize - 1;
            if at < self.headers.columns.len() {
                return Some(at);
            }
            let (asked, width) = (position.value, self.headers.columns.len());
            let message = text!("没有第 {asked} 列：表只有 {width} 列", "no column {asked}: the table has {width}");
            report.push(Diagnostic::error(Code::UnknownHeader, message).at(position.span));
            return None;
        }
        if let Some(pattern) = &said.pattern {
            let regex = Regex::new(&pattern.value).ok()?;
            let fits = |header: &Header| !header.levels.is_empty() && regex.is_match(&header.printed());
            let found: Vec<usize> =
                (0..self.headers.columns.len()).filter(|at| fits(&self.headers.columns[*at])).collect();
            return self.only(&found, &pattern.value, Some(pattern.span), report);
        }
        if said.headers.is_empty() {
            let names = names_of(self.relation, self.column, Some(said));
            return names.iter().find_map(|name| self.only(self.index.find(name), name, None, report));
        }
        said.headers
            .iter()
            .find_map(|name| self.only(self.index.find(&name.value), &name.value, Some(name.span), report))
    }

    /// The one column of the file that was found; several are refused.
    fn only(&self, found: &[usize], name: &str, at: Option<Span>, report: &mut Report) -> Option<usize> {
        if found.len() < 2 {
            return found.first().copied();
        }
        let (count, column) = (found.len(), &self.column.name);
        let message = text!(
            "“{name}”对得上 {count} 列，不知道哪一列是 {column}",
            "“{name}” fits {count} columns; which of them is {column}?"
        );
        let mut diagnostic = Diagnostic::error(Code::AmbiguousHeader, message);
        if let Some(at) = at {
            diagnostic = diagnostic.at(at);
        }
        for header in found.iter().take(4).map(|at| &self.headers.columns[*at]) {
            let printed = header.printed();
            diagnostic.labels.push(crate::diagnostic::Label {
                span: header.span,
                text: text!("“{printed}”", "“{printed}”"),
                primary: at.is_none(),
            });
        }
        let first = self.headers.columns[found[0]].printed();
        let position = found[0] + 1;
        report.push(diagnostic.help(text!(
            "写全两级表头（如 \"{first}\"），或写位置：{column} = {{ position = {position} }}",
            "write all levels (such as \"{first}\"), or the position: {column} = {{ position = {position} }}"
        )));
        None
    }
}

/// The unit of a column's cells: what the manifest says of the column, else the header, else that of the column that it is a
/// part of, else what the manifest says of
/// the source, else the caption.
fn unit(
    column: &Column,
    (said, spec): (Option<&ColumnSpec>, &SourceSpec),
    header: Option<(&Header, Option<&Header>)>,
    caption: Option<CellUnit>,
    report: &mut Report,
) -> Option<CellUnit> {
    let fits = |unit: &CellUnit| match unit {
        CellUnit::Money(_) => column.ty == ColumnType::Money,
        CellUnit::Percent => column.ty == ColumnType::Decimal,
    };
    let own = |(header, whole): (&Header, Option<&Header>)| header.unit().or_else(|| whole.and_then(Header::unit));
    let printed = header.and_then(own).filter(fits);
    if let Some(told) = said.and_then(|said| said.unit.as_ref()) {
        if let (Some(printed), Some((header, _))) = (printed.filter(|printed| *printed != told.value), header) {
            let (told_name, printed_name) = (unit_name(told.value), unit_name(printed));
            let message = text!(
                "表头写的单位是{printed_name}，audit.toml 写的是{told_name}；按 audit.toml 读",
                "the header says {printed_name}, audit.toml says {told_name}; read as audit.toml says"
            );
            let reason = text!("这里写的是{printed_name}", "{printed_name} here");
            report.push(Diagnostic::warning(Code::Doubtful, message).at(told.span).secondary(header.span, reason));
        }
        if fits(&told.value) {
            return Some(told.value);
        }
        let (name, unit) = (&column.name, unit_name(told.value));
        let message = text!("{name} 的类型用不上单位“{unit}”", "the type of {name} has no unit “{unit}”");
        report.push(Diagnostic::error(Code::BadValue, message).at(told.span));
    }
    let source = spec.unit.as_ref().map(|unit| CellUnit::Money(unit.value)).filter(fits);
    printed.or(source).or(caption.filter(fits))
}

const fn unit_name(unit: CellUnit) -> &'static str {
    match unit {
        CellUnit::Money(unit) => unit.name(),
        CellUnit::Percent => "%",
    }
}

/// The unit that the table's caption states, or the rows above its headers.
#[must_use]
pub fn caption_unit(table: &RawTable, headers: &Headers) -> Option<CellUnit> {
    let above = table.rows[..headers.rows.start.min(table.rows.len())].iter().rev();
    let cells = above.flat_map(|row| &row.cells).map(|cell| cell.text.as_str());
    let texts = cells.chain(table.captions.iter().map(String::as_str)).chain([table.name.as_str()]);
    texts.into_iter().find_map(names::unit_of_title).map(CellUnit::Money)
}

/// Complains of headers that the manifest asks for and none of the relation's sources has.
pub fn missing_everywhere(feed: &Feed, relation: &Relation, mappings: &[Mapping], report: &mut Report) {
    for (at, column) in relation.columns.iter().enumerate() {
        let missing = |mapping: &Mapping| mapping.columns.get(at).and_then(|column| column.missing);
        let Some(span) = mappings.first().and_then(missing) else { continue };
        if !mappings.iter().all(|mapping| missing(mapping).is_some()) {
            continue;
        }
        let spec = feed.columns.iter().chain(feed.sources.iter().flat_map(|source| &source.columns));
        let asked = spec.filter(|spec| spec.column.value == column.name).flat_map(|spec| &spec.headers).next();
        let asked = asked.map_or("", |header| header.value.as_str());
        let mut unused: Vec<String> =
            mappings.iter().flat_map(|mapping| &mapping.unused).map(|(printed, _)| names::bare(printed)).collect();
        unused.dedup();
        let message = text!("没有表头为“{asked}”的列", "no column has the header “{asked}”");
        let mut diagnostic = Diagnostic::error(Code::UnknownHeader, message).at(span);
        if let Some(near) = nearest(asked, unused.iter().map(String::as_str)) {
            diagnostic = diagnostic.help(text!("是否“{near}”？", "did you mean “{near}”?")).fix(span, near);
        } else if !unused.is_empty() {
            let (zh, en) = (unused.join("、"), unused.join(", "));
            diagnostic = diagnostic.help(text!("还没有用上的表头：{zh}", "headers not yet used: {en}"));
        }
        report.push(diagnostic);
    }
}
