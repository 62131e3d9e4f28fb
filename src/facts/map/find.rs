//! Which column of a file each column of a relation is: as the manifest says, else by what declarations call it, else by what
//! its header is about, which is said.

use regex::Regex;

use super::{SHOWING, column_spec};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::facts::cells::{self, CellKind};
use crate::facts::headers::{Header, Headers, Index};
use crate::facts::manifest::{ColumnSpec, Feed, SourceSpec};
use crate::facts::read::raw::RawTable;
use crate::schema::{Column, ColumnType, Relation};
use crate::source::Span;
use crate::text;

/// Where one column of a relation stands in a file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// The column of the file, if it has one.
    pub(super) index: Option<usize>,
    /// The column that it is a part of.
    pub(super) whole: Option<usize>,
    /// Whether a complaint says why it was not found.
    pub(super) refused: bool,
}

/// Finds every column of `relation`, by position.
pub(super) fn places(
    relation: &Relation,
    (feed, spec): (&Feed, &SourceSpec),
    (table, headers): (&RawTable, &Headers),
    report: &mut Report,
) -> Vec<Place> {
    let index = Index::new(&headers.columns);
    let mut taken = vec![false; headers.columns.len()];
    let mut places = Vec::new();
    let said = |column: &Column| column_spec(feed, spec, &column.name);
    for (at, column) in relation.columns.iter().enumerate() {
        let said = said(column);
        let by_position = headers.rows.is_empty() && said.is_none();
        let complaints = report.diagnostics().len();
        let finder = Finder { relation, column, headers, index: &index };
        let found = if by_position { (at < headers.columns.len()).then_some(at) } else { finder.find(said, report) };
        // A header that an earlier column has is its own, unless the manifest says otherwise.
        let found = found.filter(|found| !taken[*found] || said.is_some_and(ColumnSpec::names_one));
        let refused = report.diagnostics().len() > complaints;
        found.into_iter().for_each(|found| taken[found] = true);
        places.push(Place { index: found, whole: None, refused });
    }
    let mut alike = Vec::new();
    for (at, column) in relation.columns.iter().enumerate() {
        let open =
            places[at].index.is_none() && !places[at].refused && said(column).is_none() && column.part_of.is_none();
        let about = || index.about(&names_of(relation, column, None)).filter(|found| !taken[*found]);
        let fits = |found: &usize| is_of_type(column.ty, *found, (table, headers));
        if let Some(found) = Some(()).filter(|()| open).and_then(|()| about()).filter(fits) {
            taken[found] = true;
            places[at].index = Some(found);
            alike.push(format!("“{}” → {}", headers.columns[found].printed(), column.name));
        }
    }
    for (at, column) in relation.columns.iter().enumerate() {
        let Some(whole) = &column.part_of else { continue };
        let of = relation.columns.iter().position(|column| column.name == *whole);
        places[at].whole = of.and_then(|of| places[of].index);
        let part = || headers.part(places[at].whole.filter(|_| said(column).is_none())?, &column.headers);
        if let Some(found) = places[at].index.or_else(part).filter(|found| places[at].index.is_some() || !taken[*found])
        {
            taken[found] = true;
            places[at].index = Some(found);
        }
    }
    if !alike.is_empty() {
        let (file, pairs) = (&spec.file.value, alike.join("、"));
        let message = text!(
            "{file} 有的表头不是声明里的叫法，按意思对上：{pairs}",
            "some headers of {file} are not called as declared, and were taken by what they are about: {pairs}"
        );
        let help = text!(
            "对错了的，在 columns 里写明那一列的表头",
            "where that is wrong, write the header of the column under columns"
        );
        report.push(Diagnostic::note(Code::Doubtful, message).at(spec.file.span).help(help));
    }
    places
}

/// Whether cells of a column are of a type, as far as the first rows show: half of what is written, and of texts not
/// all numbers.
fn is_of_type(ty: ColumnType, at: usize, (table, headers): (&RawTable, &Headers)) -> bool {
    let rows = table.rows.iter().take(SHOWING).skip(headers.end());
    let written = rows.filter_map(|row| row.cells.get(at)).map(|cell| cell.text.trim()).filter(|text| !text.is_empty());
    let share = |ty| cells::tenths_of_kind(written.clone(), &CellKind::plain(ty));
    match ty {
        ColumnType::Symbol => written.clone().next().is_none() || share(ColumnType::Money) < 10,
        ty => share(ty) >= 5,
    }
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
            return names.iter().find_map(|name| self.only(&self.index.declared(name), name, None, report));
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

pub(super) fn names_of(relation: &Relation, column: &Column, spec: Option<&ColumnSpec>) -> Vec<String> {
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
