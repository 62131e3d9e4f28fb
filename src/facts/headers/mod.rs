//! Header rows: which rows they are, and what each column of a file is called.

mod hints;
mod levels;
mod numbering;
mod stems;
mod variants;

use std::ops::Range;

use rustc_hash::FxHashMap;

use self::levels::{at, has_lower_level, merged_levels, with_units};
use self::stems::{Stems, earlier};
pub(super) use self::variants::simplified;

use super::aside::Aside;
use super::cells::{self, CellKind, Reading};
use super::manifest::{CellUnit, HeaderRows, SourceSpec};
use super::names;
use super::read::raw::{RawRow, RawTable};
use crate::schema::ColumnType;
use crate::source::Span;

/// In how many forms a header may be named.
const FORMS: usize = 5;
/// The first of them that is not the whole of it, with all levels.
const WHOLE: usize = 2;
/// How many rows from the top may be searched for headers.
const SEARCHED: usize = 40;
/// How many are searched below a long preamble, where there are none near the top: those of the top of a large file.
pub const SEARCHED_BELOW: usize = 200;
/// So many rows below headers may number the columns or say how to fill them in.
const MOST_BELOW: usize = 4;
/// How many cells of them.
const SEARCHED_CELLS: usize = 200_000;

/// The headers of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    /// The rows that they fill; data begins behind them.
    pub rows: Range<usize>,
    /// One per column of the file.
    pub columns: Vec<Header>,
    /// What stands alone in a row above them, as [`names::title`] writes it; such a row may stand on each page.
    pub titles: Vec<String>,
    /// The rows straight below that number the columns, each as its texts; they may stand on each page.
    pub numbering: Vec<Vec<String>>,
    /// The rows straight below that say how the columns are to be filled in, each as its texts.
    pub hints: Vec<Vec<String>>,
}

/// The header of one column: from the upper level to the lower.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The levels as printed, those that repeat the level above left out.
    pub levels: Vec<String>,
    /// The unit that stands in a row of units below.
    pub below: Option<String>,
    /// The place of the lowest level.
    pub span: Span,
}

impl Headers {
    /// The first row that may be data.
    #[must_use]
    pub fn end(&self) -> usize {
        self.rows.end + self.numbering.len() + self.hints.len()
    }

    /// What a row of those texts is when it says the same as one that stands straight below the headers and is no data.
    pub fn below<'a>(&self, texts: impl Iterator<Item = &'a str> + Clone) -> Option<Aside> {
        let is_like = |row: &Vec<String>| {
            // An empty cell at the end of a row may not be written.
            let mut texts = texts.clone().map(str::trim);
            row.iter().all(|own| texts.next().unwrap_or("") == own) && texts.all(str::is_empty)
        };
        match () {
            () if self.numbering.iter().any(is_like) => Some(Aside::ColumnNumbers),
            () if self.hints.iter().any(is_like) => Some(Aside::Hint),
            () => None,
        }
    }

    /// The column of these names among the parts (`其中：…`) that stand right of the column at `whole`.
    #[must_use]
    pub fn part(&self, whole: usize, names: &[String]) -> Option<usize> {
        let last = |at: &usize| self.columns[*at].levels.last().map(|level| names::bare(level)).unwrap_or_default();
        let parts = (whole + 1..self.columns.len()).take_while(|at| last(at).starts_with("其中"));
        let wanted: Vec<String> = names.iter().map(|name| names::bare(name)).collect();
        parts.into_iter().find(|at| wanted.contains(&last(at)))
    }
}

impl Header {
    /// As people write it: `预算金额/指标总额`, with the unit that stands below.
    #[must_use]
    pub fn printed(&self) -> String {
        let levels = self.levels.iter().map(|level| in_one_line(level)).collect::<Vec<_>>().join("/");
        self.below.as_ref().map_or(levels.clone(), |unit| format!("{levels}（{unit}）"))
    }

    /// The unit that it states, the lowest level first.
    #[must_use]
    pub fn unit(&self) -> Option<CellUnit> {
        let below = self.below.as_deref().and_then(names::unit_alone);
        below.or_else(|| self.levels.iter().rev().find_map(|level| names::unit_of_header(level)))
    }

    /// What it states as its unit, where that is none that is known.
    #[must_use]
    pub fn unknown_unit(&self) -> Option<String> {
        if self.unit().is_some() { None } else { self.levels.iter().rev().find_map(|level| names::unknown_unit(level)) }
    }

    /// Every form under which it may be named, the strictest first.
    fn forms(&self) -> [String; FORMS] {
        let normal: Vec<String> = self.levels.iter().map(|level| names::normal(unquoted(level))).collect();
        let bare: Vec<String> = normal.iter().map(|level| names::bare_of_normal(level)).collect();
        let last = |levels: &[String]| levels.last().cloned().unwrap_or_default();
        // `预算金额/小计` is what is meant by `预算金额`.
        let group = match &bare[..] {
            [above @ .., sum] if !above.is_empty() && names::is_whole(sum) => above.join("/"),
            _ => String::new(),
        };
        [normal.join("/"), bare.join("/"), last(&normal), last(&bare), group]
    }
}

/// A header without quotes around it, or one that was left of these.
fn unquoted(level: &str) -> &str {
    level.trim().trim_matches('"')
}

/// A header without its line breaks and padding; blanks stay between words that need them.
fn in_one_line(level: &str) -> String {
    let mut line = String::new();
    for word in level.split_whitespace() {
        let parts = line.ends_with(|c: char| c.is_ascii_alphanumeric()) && word.starts_with(|c: char| c.is_ascii());
        line.push_str(if parts { " " } else { "" });
        line.push_str(word);
    }
    line
}

/// Headers by name.
#[derive(Clone, Debug, Default)]
pub struct Index {
    forms: [FxHashMap<String, Vec<usize>>; FORMS],
    /// By column: whether it is of an earlier year than others.
    earlier: Vec<bool>,
    stems: Stems,
}

impl Index {
    /// The headers `columns` by every form of their names.
    #[must_use]
    pub fn new(columns: &[Header]) -> Self {
        let earlier = earlier(columns);
        let stems = Stems::new(columns, &earlier);
        let mut index = Self { earlier, stems, ..Self::default() };
        for (at, header) in columns.iter().enumerate() {
            for (by_form, form) in index.forms.iter_mut().zip(header.forms()) {
                if !form.is_empty() {
                    by_form.entry(form).or_default().push(at);
                }
            }
        }
        index
    }

    /// The columns whose header is `name`, in the strictest form in which any is.
    #[must_use]
    pub fn find(&self, name: &str) -> &[usize] {
        self.in_form(name).map_or(&[], |(_, found)| found)
    }

    /// The columns whose header is `name`, as a declaration calls a column; one of an earlier year than others is not meant
    /// by what stands below the year.
    #[must_use]
    pub fn declared(&self, name: &str) -> Vec<usize> {
        match self.in_form(name) {
            Some((WHOLE.., found)) => found.iter().copied().filter(|at| !self.earlier[*at]).collect(),
            Some((_, found)) => found.to_vec(),
            None => Vec::new(),
        }
    }

    /// Whether a column is of an earlier year than others, and none of `names` is all that stands above it.
    #[must_use]
    pub fn is_of_earlier_year(&self, column: usize, names: &[String]) -> bool {
        self.earlier[column] && !names.iter().any(|name| self.declared(name).contains(&column))
    }

    /// The only column that is about the same as one of `names`.
    #[must_use]
    pub fn about(&self, names: &[String]) -> Option<usize> {
        names.iter().find_map(|name| self.stems.find(name))
    }

    /// How many of the columns `wanted` are among the headers: in all, then those that are called just so. None when only
    /// one is, and not just so.
    #[must_use]
    pub fn named(&self, wanted: &[Vec<String>]) -> (usize, usize) {
        let just_so = |names: &&Vec<String>| names.iter().any(|name| !self.declared(name).is_empty());
        let about = |names: &&Vec<String>| !just_so(names) && self.about(names).is_some();
        let certain = wanted.iter().filter(just_so).count();
        let all = certain + wanted.iter().filter(about).count();
        if all == 1 { (certain, certain) } else { (all, certain) }
    }

    /// The columns whose header is `name` in the strictest form in which any is, and which that is.
    fn in_form(&self, name: &str) -> Option<(usize, &[usize])> {
        let levels: Vec<String> = name.split(['/', '›', '>']).map(|level| names::normal(unquoted(level))).collect();
        let whole = if levels.len() == 1 { levels[0].clone() } else { names::normal(unquoted(name)) };
        let bare_levels: Vec<String> = levels.iter().map(|level| names::bare_of_normal(level)).collect();
        let (bare, bare_whole) = (bare_levels.join("/"), names::bare_of_normal(&whole));
        let wanted = [levels.join("/"), bare.clone(), whole, bare_whole, bare];
        let forms = self.forms.iter().zip(&wanted).enumerate();
        forms.into_iter().find_map(|(form, (by_form, name))| Some((form, by_form.get(name)?.as_slice())))
    }
}

/// The headers of `table`: where the manifest says, else where the reader says, else the rows near the top that name
/// the most of `wanted`; none when no row names any. A row of units below them is one of them.
#[must_use]
pub fn find(table: &RawTable, spec: &SourceSpec, wanted: &[Vec<String>]) -> Option<Headers> {
    without_units(table, spec, wanted).map(|headers| complete(table, headers))
}

/// The headers of `table` whose highest level is the row at `first`.
#[must_use]
pub fn starting(table: &RawTable, first: usize) -> Headers {
    let levels = merged_levels(table, first).max(1 + usize::from(has_lower_level(table, first)));
    complete(table, at(table, first..(first + levels).min(table.rows.len())))
}

/// `headers` with the units below them and the titles above.
fn complete(table: &RawTable, headers: Headers) -> Headers {
    let headers = with_units(table, headers);
    let titles = titles(&table.rows[..headers.rows.start.min(table.rows.len())]);
    let (numbering, hints) = match headers.rows.is_empty() {
        true => Default::default(),
        false => below(&table.rows[headers.rows.end.min(table.rows.len())..]),
    };
    Headers { titles, numbering, hints, ..headers }
}

/// The texts of the first of `rows`, those straight below the headers, that number the columns; and of those among them that
/// say how these are to be filled in.
fn below(rows: &[RawRow]) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let texts = |row: &RawRow| row.cells.iter().map(|cell| cell.text.trim().to_owned()).collect();
    let (mut numbering, mut hints) = (Vec::new(), Vec::new());
    for (at, row) in rows.iter().enumerate().take(MOST_BELOW) {
        match () {
            () if hints::is_hint(row, &rows[at + 1..]) => hints.push(texts(row)),
            () if numbering::numbers(row, &rows[at + 1..]) => numbering.push(texts(row)),
            () => break,
        }
    }
    (numbering, hints)
}

/// The titles among the last of `rows`.
fn titles(rows: &[RawRow]) -> Vec<String> {
    let only = |row: &RawRow| {
        let mut written = row.cells.iter().filter(|cell| !cell.absent && !cell.text.trim().is_empty());
        let first = written.next().filter(|_| written.next().is_none())?;
        Some(names::title(&first.text)).filter(|title| !title.is_empty())
    };
    rows.iter().rev().take(SEARCHED).filter_map(only).collect()
}

fn without_units(table: &RawTable, spec: &SourceSpec, wanted: &[Vec<String>]) -> Option<Headers> {
    let skipped = spec.skip.as_ref().map_or(0, |skip| skip.value as usize);
    let skip = table.row_on(skipped + 1);
    if let Some(header) = &spec.header {
        return Some(match header.value {
            HeaderRows::Absent => at(table, skip..skip),
            HeaderRows::Rows(first, last) => {
                let row = |number: u32| table.row_on(skipped.saturating_add(number as usize));
                at(table, row(first)..row(last.saturating_add(1)))
            }
        });
    }
    if let Some(rows) = table.header_rows {
        return Some(at(table, skip..(skip + rows).min(table.rows.len())));
    }
    let best = best(table, skip..skip.saturating_add(SEARCHED), wanted);
    let (_, headers) = best.or_else(|| best_below(table, skip, wanted))?;
    let (first, last) = (headers.rows.start, headers.rows.end);
    if headers.rows.len() == 1 && has_lower_level(table, first) {
        return Some(at(table, first..first + 2));
    }
    if headers.rows.len() == 1 && first > skip && has_lower_level(table, first - 1) {
        return Some(at(table, first - 1..last));
    }
    Some(headers)
}

/// How many names headers have, in all and just so, and they.
type Named = ((usize, usize), Headers);

/// The headers that begin in `rows` and have most of the names `wanted`: among equals one level before two, and what stands
/// higher.
fn best(table: &RawTable, rows: Range<usize>, wanted: &[Vec<String>]) -> Option<Named> {
    let mut best: Option<Named> = None;
    let has_paths = wanted.iter().flatten().any(|name| name.contains('/'));
    for levels in 1..=2 {
        let mut cells = 0;
        for first in rows.start..table.rows.len().min(rows.end) {
            let merged = merged_levels(table, first);
            let levels = if merged > 1 && levels == 1 { merged } else { levels };
            let worthwhile = levels == 1 || levels == merged || has_paths || has_lower_level(table, first);
            if first + levels > table.rows.len() || !worthwhile {
                continue;
            }
            cells += table.rows[first].cells.len();
            if cells > SEARCHED_CELLS && cells > table.rows[first].cells.len() {
                break;
            }
            let headers = at(table, first..first + levels);
            let named = Index::new(&headers.columns).named(wanted);
            if named.0 > 0 && best.as_ref().is_none_or(|(most, _)| named > *most) {
                best = Some((named, headers));
            }
        }
    }
    best
}

/// The same below a long preamble: the first row that looks like headers and has two of the names at least.
fn best_below(table: &RawTable, skip: usize, wanted: &[Vec<String>]) -> Option<Named> {
    let last = table.rows.len().min(skip.saturating_add(SEARCHED_BELOW));
    let mut candidates = (skip + SEARCHED..last).filter(|row| looks_like_headers(&table.rows[*row]));
    candidates.find_map(|row| best(table, row..row + 1, wanted).filter(|(named, _)| named.0 > 1))
}

/// Two texts at least, no number, and nothing longer than headers are.
#[must_use]
pub fn looks_like_headers(row: &RawRow) -> bool {
    const LONGEST: usize = 40;
    let written: Vec<&str> = row.cells.iter().map(|cell| cell.text.trim()).filter(|text| !text.is_empty()).collect();
    let leading = row.cells.iter().take_while(|cell| cell.text.trim().is_empty()).count();
    let is_number = |text: &&str| {
        let read = cells::read(text, &CellKind::plain(ColumnType::Decimal));
        matches!(read, Reading::Present(..))
    };
    written.len() >= 2
        && written.len() * 2 > row.cells.len() - leading
        && !written.iter().any(is_number)
        && written.iter().all(|text| text.chars().count() <= LONGEST)
}

#[cfg(test)]
mod tests;
