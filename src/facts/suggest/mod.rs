//! A manifest for files that nobody described yet: which tables they hold, which relations these look like, and what is
//! doubtful about it. Tables that look like no relation get one of their own.

mod checks;
mod files;
mod guess;
mod own;
mod write;

use std::path::{Path, PathBuf};

use self::files::Read;
use super::headers::{Header, Headers};
use super::map;
use super::names;
use super::read::Format;
use super::read::raw::RawTable;
use crate::diagnostic::{Code, Diagnostic, Lang, Report};
use crate::schema::{ColumnType, Relation, Schema};
use crate::source::{SourceMap, Span, display_path};

/// A manifest that was made up from files.
#[derive(Debug, Default)]
pub struct Suggestion {
    /// The text of `audit.toml`.
    pub manifest: String,
    /// The declarations of the tables that look like no relation; empty when there are none.
    pub declarations: String,
    /// Cards with what these tables keep to; empty when nothing was found.
    pub cards: String,
    /// How many cards there are.
    pub checks: usize,
    /// How many tables were taken for relations that were declared.
    pub fed: usize,
    /// How many tables have a declaration of their own.
    pub own: usize,
    /// How many are no tables: without headers or without rows.
    pub unknown: usize,
}

/// What a manifest is written for.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The folder from which files are named.
    pub dir: &'a Path,
    /// The language of notes.
    pub lang: Lang,
    /// The packs of rules, which are named besides a file of declarations.
    pub packs: &'a [&'a str],
    /// What that file is called.
    pub declarations: &'a str,
    /// What the file of cards is called.
    pub cards: &'a str,
}

/// A table of a file, and what it was taken for.
#[derive(Clone, Debug)]
struct Found {
    /// The file as the manifest is to write it.
    file: String,
    format: Format,
    /// Whether the manifest must name the format.
    say_format: bool,
    /// Its name or number, when the file has several.
    pick: Option<Pick>,
    /// What people may call it.
    shown: String,
    /// Only the top of it was looked at.
    top: bool,
    /// The encoding that it was taken to be in, where nothing says so.
    encoding: Option<&'static str>,
    /// The file hides all of it.
    hidden_sheet: bool,
    /// The file hides so many of its rows.
    hidden_rows: usize,
    /// The lines on which the first and the last header stand; none without headers.
    lines: Option<(usize, usize)>,
    /// What the headers say.
    printed: Vec<String>,
    /// The columns that hold something without a header.
    unheaded: Vec<usize>,
    guess: Option<guess::Guess>,
}

/// The running text of a file.
#[derive(Debug)]
struct Prose {
    /// The file as the manifest is to write it.
    file: String,
    /// There is no table beside it.
    alone: bool,
    /// How many sentences there are, and how many have a number.
    sentences: (usize, usize),
}

/// How the manifest is to pick a table.
#[derive(Clone, Debug)]
enum Pick {
    Name(String),
    Number(usize),
}

/// Writes a manifest for `files`, whose paths it gives as seen from `dir`.
pub fn suggest(sources: &mut SourceMap, schema: &Schema, files: &[PathBuf], asked: &Asked<'_>) -> (Suggestion, Report) {
    let mut report = Report::new();
    let (mut found, mut texts) = (Vec::new(), Vec::new());
    let mut all = schema.clone();
    let mut kept = Vec::new();
    for path in files {
        let mut complaints = Report::new();
        let read = files::read(sources, path, &mut complaints);
        let is_said =
            |one: &Diagnostic| one.code == Code::EncodingGuessed && read.as_ref().is_some_and(Read::says_encoding);
        report.extend(placeless(complaints).filter(|one| !is_said(one)));
        let Some(read) = read else { continue };
        let is_manifest = |table: &RawTable| read.format == Format::Toml && table.name.starts_with("relation.");
        if read.tables.iter().any(is_manifest) {
            continue;
        }
        let file = display_path(path.strip_prefix(asked.dir).unwrap_or(path));
        for at in 0..read.tables.len() {
            found.extend(look((&mut all, schema, &mut kept), &file, &read, at));
        }
        texts.push(Prose { file, alone: read.only_text, sentences: read.sentences });
    }
    let title = std::path::absolute(asked.dir).ok();
    let title = title.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let made = schema.relations.len();
    let own = found.iter().filter(|one| one.guess.as_ref().is_some_and(|guess| guess.relation >= made)).count();
    let unknown = found.iter().filter(|one| one.guess.is_none()).count();
    let cards = checks::cards(&all, &kept);
    let declarations = own::declarations(&all.relations[made..], asked.lang) + &cards.definitions;
    let files = [(own > 0, asked.declarations), (cards.count > 0, asked.cards)];
    let manifest = write::manifest(&all, &title.unwrap_or_default(), (&found, &texts), (asked, &files));
    let (checks, cards) = (cards.count, cards.cards);
    (Suggestion { manifest, declarations, cards, checks, fed: found.len() - own - unknown, own, unknown }, report)
}

/// Nothing names the files here yet, so what is said of one as a whole has no place.
fn placeless(complaints: Report) -> impl Iterator<Item = Diagnostic> {
    complaints.sorted().into_iter().map(|mut complaint| {
        complaint.labels.retain(|label| label.span != Span::default());
        complaint
    })
}

/// What the table at that position of a file is: one of the relations of `schema`, else one of its own, added to `all`; or
/// both, where its own columns keep to something that the relation knows nothing of.
fn look(
    (all, schema, kept): (&mut Schema, &Schema, &mut Vec<checks::Checks>),
    file: &str,
    read: &Read,
    at: usize,
) -> Vec<Found> {
    let table = &read.tables[at];
    let headers = guess::headers(schema, table);
    let unique = !table.name.is_empty() && read.tables.iter().filter(|other| other.name == table.name).count() == 1;
    let pick = match unique {
        _ if read.tables.len() < 2 => None,
        true => Some(Pick::Name(table.name.clone())),
        false => Some(Pick::Number(at + 1)),
    };
    let caption = table.captions.first().map(|caption| caption.trim().chars().take(30).collect());
    let shown = Some(table.name.clone()).filter(|name| !name.is_empty()).or(caption).unwrap_or_default();
    let headers =
        match headers.rows.is_empty() && read.tables.len() == 1 && matches!(read.format, Format::Csv | Format::Tsv) {
            true => guess::unheaded(table).unwrap_or(headers),
            false => headers,
        };
    let place = if shown.is_empty() { file.to_owned() } else { format!("{file} › {shown}") };
    let called = called(file, table, &pick);
    let own =
        Own { made: schema.relations.len(), table, headers: &headers, called: (&called, &place), tops: read.tops };
    let guesses = own.guesses(guess::relation(schema, table, &headers), all, kept);
    let printed = headers.columns.iter().map(Header::printed).filter(|one| !one.is_empty()).collect();
    let rows = headers.rows.clone();
    let unheaded = if rows.is_empty() { Vec::new() } else { map::unheaded(table, &headers).collect() };
    let lines = (!rows.is_empty()).then(|| (table.line_of(rows.start), table.line_of(rows.end - 1)));
    let Read { format, say_format, tops, encoding, .. } = *read;
    let found = Found {
        file: file.to_owned(),
        format,
        say_format,
        pick,
        shown,
        top: tops,
        encoding,
        hidden_sheet: table.hidden,
        hidden_rows: guess::data(table, &headers).iter().filter(|row| row.hidden).count(),
        lines,
        printed,
        unheaded,
        guess: None,
    };
    guesses.into_iter().map(|guess| Found { guess, ..found.clone() }).collect()
}

/// A table that may get a relation of its own.
struct Own<'a> {
    /// How many relations there are that it need not have.
    made: usize,
    table: &'a RawTable,
    headers: &'a Headers,
    /// What its relation is called, and where it stands.
    called: (&'a str, &'a str),
    /// Only the top of it is known.
    tops: bool,
}

impl Own<'_> {
    /// What the table is taken for, `fed` being the declared relation that it looks like.
    fn guesses(
        &self,
        fed: Option<guess::Guess>,
        all: &mut Schema,
        kept: &mut Vec<checks::Checks>,
    ) -> Vec<Option<guess::Guess>> {
        let (before, schema) = (all.relations.len(), all.clone());
        let own = own::relation(all, self.made, (self.table, self.headers), self.called);
        let data = guess::data(self.table, self.headers);
        let is_new = own.as_ref().is_some_and(|own| own.relation >= before);
        let checks = own.as_ref().filter(|_| is_new);
        let checks = checks.and_then(|own| checks::of_table(all, own, (self.table, self.headers), &data, !self.tops));
        let (Some(fed), Some(own)) = (&fed, &own) else {
            if fed.is_some() {
                *all = schema;
                return vec![fed];
            }
            kept.extend(checks);
            return vec![own];
        };
        let is_ledger = checks.as_ref().is_some_and(checks::Checks::are_of_a_ledger);
        if is_ledger || self.is_twofold() || self.leaves_all_amounts(&all.relations[own.relation], own, fed) {
            kept.extend(checks);
            return vec![Some(own.clone())];
        }
        let has = |column: usize| fed.columns.iter().any(|other| other.index == own.columns[column].index);
        let has_totals = schema.relations[fed.relation].totals.is_some();
        match checks.filter(|_| !self.tops).map(|checks| checks.beyond(has, has_totals)) {
            Some(checks) if checks.is_some() => {
                kept.push(checks);
                vec![Some(fed.clone()), Some(own.clone())]
            }
            _ => {
                *all = schema;
                vec![Some(fed.clone())]
            }
        }
    }

    /// Whether the lower headers are the same ones twice: `项目 行次 金额 项目 行次 金额`, as what comes and what goes
    /// stand beside each other.
    fn is_twofold(&self) -> bool {
        let last = |header: &Header| header.levels.last().map(|level| names::bare(level)).unwrap_or_default();
        let all: Vec<String> = self.headers.columns.iter().map(last).filter(|one| !one.is_empty()).collect();
        let (left, right) = all.split_at(all.len() / 2);
        left.len() >= 2 && left == right
    }

    /// Whether the table has amounts, as its `own` relation says, and `fed` takes none of them.
    fn leaves_all_amounts(&self, relation: &Relation, own: &guess::Guess, fed: &guess::Guess) -> bool {
        let amounts: Vec<usize> = (own.columns.iter())
            .filter(|column| relation.columns[column.column].ty == ColumnType::Money)
            .map(|column| column.index)
            .collect();
        !amounts.is_empty() && !fed.columns.iter().any(|column| amounts.contains(&column.index))
    }
}

/// What a relation of a table's own is to be called: what tells it apart within its file, else the file.
fn called(file: &str, table: &RawTable, pick: &Option<Pick>) -> String {
    let own = names::bare(&table.name);
    let says_nothing = own.starts_with("sheet") || own.is_empty() || names::stated_unit(&own).is_some();
    let stem = Path::new(file).file_stem().map_or(file.to_owned(), |stem| stem.to_string_lossy().into_owned());
    if pick.is_some() && !says_nothing { own } else { stem }
}

#[cfg(test)]
mod tests;
