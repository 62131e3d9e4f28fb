//! [`World`]: what every rule reads while it runs: facts, derived rows, indexes, the dictionary.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::batch::{BATCH, Vector};
use super::derived::Derived;
use super::images::Images;
use super::index::{Index, Payload};
use super::likes::Likes;
use super::outcome::{self, Decoded};
use super::totals::{Totals, TotalsKey};
use super::words::{Kind, NO_TEXT, NONE, Words, pack};
use crate::exec::arrival::Arrival;
use crate::exec::doubt::Possible;
use crate::exec::{Input, Rows};
use crate::facts::store::{Cell, Column, Data, State};
use crate::ir::{Expr, RelationId};
use crate::plan::{Action, Equal, Join, Likeness, MeetAtom, RulePlan, Similar, Step};
use crate::value::Value;

/// With fewer rows, every pair is tried.
const WORTH_ALIKE: usize = 200;

/// A relation, its key columns and what is found by them.
pub type IndexKey = (RelationId, Vec<usize>, Payload);

/// A relation, expressions over its columns, and what is found by them: rows, or what they have in one column.
pub type ImagesKey = (RelationId, Vec<Expr>, Option<usize>);

/// Facts, derived rows, indexes, the dictionary. Nothing changes while a rule runs, except that words are added.
#[derive(Debug)]
pub struct World<'a> {
    /// Program and facts.
    pub input: &'a Input<'a>,
    /// The dictionary.
    pub words: Words<'a>,
    /// Rows of derived relations, by relation.
    pub derived: Vec<Option<Arc<Derived>>>,
    /// Which relations do not grow any more.
    pub finished: Vec<bool>,
    /// Their rows, for those who do not know words; made when first needed, renewed when more are finished.
    pub decoded: OnceLock<Vec<Option<Box<dyn Rows>>>>,
    /// Those of each relation, once somebody needed them in the order of their values.
    pub sorted: Vec<OnceLock<Arc<Decoded>>>,
    /// Rows that may be there.
    pub possible: Possible,
    /// Which rows of derived relations are new in this round, by relation.
    pub recent: Vec<std::ops::Range<usize>>,
    /// Texts by likeness, by relation, column and how alike; none where there is no index for that.
    pub similar: BTreeMap<(RelationId, usize, Likeness), Option<Likes>>,
    /// Rows by what expressions over their columns give, by [`ImagesKey`]; none where there is no such index.
    pub images: Vec<(ImagesKey, Option<Images>)>,
    /// Indexes that some rule needed so far.
    pub indexes: FxHashMap<IndexKey, Index>,
    /// Aggregates for every key, while their stratum runs.
    pub totals: FxHashMap<TotalsKey, Totals>,
    /// Whether what is worth it for many rows only is done for any number.
    pub eager: bool,
    /// The order of rows where it matters, once it does.
    pub arrival: OnceLock<Arrival>,
}

impl World<'_> {
    /// The derived relation.
    ///
    /// # Panics
    /// For a relation of facts; the plan tells them apart.
    #[must_use]
    pub fn derived(&self, relation: RelationId) -> &Derived {
        self.derived[relation.index()].as_ref().expect("the plan tells derived relations from facts")
    }

    /// The order of rows where it matters which comes first.
    #[must_use]
    pub fn arrival(&self) -> &Arrival {
        self.arrival.get_or_init(|| Arrival::of(self.input))
    }

    /// About how many bytes derived rows and indexes take.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let rows: usize = self.derived.iter().flatten().map(|rows| rows.bytes()).sum();
        let images: usize =
            self.images.iter().filter_map(|(_, images)| images.as_ref()).map(|images| images.bytes).sum();
        rows + images + self.indexes.values().map(Index::bytes).sum::<usize>()
    }

    /// The rows of finished relations, for those who do not know words.
    /// `sorted` decides on their order when they are made.
    pub fn rows(&self, sorted: bool) -> &[Option<Box<dyn Rows>>] {
        self.decoded.get_or_init(|| {
            let decoded = |(at, rows): (usize, &Option<Arc<Derived>>)| {
                let rows = rows.as_ref().filter(|_| self.finished[at])?;
                let make = || Arc::new(outcome::decoded(rows, &self.words, sorted));
                let kept = &self.sorted[at];
                let decoded =
                    if sorted { kept.get_or_init(make).clone() } else { kept.get().cloned().unwrap_or_else(make) };
                Some(Box::new(decoded) as Box<dyn Rows>)
            };
            self.derived.iter().enumerate().map(decoded).collect()
        })
    }

    /// How many rows a relation has so far.
    #[must_use]
    pub fn len(&self, relation: RelationId, table: Option<usize>) -> usize {
        match table {
            Some(table) => self.input.store.tables[table].rows as usize,
            None => self.derived(relation).len,
        }
    }

    /// Makes the indexes that `steps` of a plan use, and brings them up to date.
    pub fn prepare(&mut self, plan: &RulePlan, steps: &[Step]) {
        for step in steps {
            match &step.action {
                Action::Not(not) => self.prepare(plan, &not.nested.steps),
                Action::Aggregate(aggregate) if self.totals(plan, aggregate).is_some() => {}
                Action::Aggregate(aggregate) => self.prepare(plan, &aggregate.nested.steps),
                action => {
                    if let Action::Join(join) = action {
                        self.prepare_similar(join);
                        self.prepare_images(plan, join);
                    }
                    for (key, table) in index_keys(action) {
                        self.refresh(key, table);
                    }
                }
            }
        }
    }

    fn prepare_similar(&mut self, join: &Join) {
        let Some(Similar { column, least, .. }) = join.similar else { return };
        let key = (join.relation, column, least);
        if self.is_worth_more(join) && !self.similar.contains_key(&key) {
            let likes = Likes::new(self, (join.relation, join.table), column, least);
            self.similar.insert(key, likes);
        }
    }

    fn prepare_images(&mut self, plan: &RulePlan, join: &Join) {
        let Some(equal) = &join.equal else { return };
        let key = images_key(join, equal);
        if self.is_worth_more(join) && !self.images.iter().any(|(known, _)| *known == key) {
            let images = Images::new(self, plan, join, &equal.own);
            self.images.push((key, images));
        }
    }

    /// Whether a relation grows no more and has so many rows that an index is worth it where trying all would do.
    fn is_worth_more(&self, join: &Join) -> bool {
        let is_whole = join.table.is_some() || self.finished[join.relation.index()];
        is_whole && (self.eager || self.len(join.relation, join.table) >= WORTH_ALIKE)
    }

    /// The rows by what expressions give that a join asks for, if they are worth it.
    #[must_use]
    pub fn images<'s>(&'s self, join: &'s Join) -> Option<(&'s Equal, &'s Images)> {
        let equal = join.equal.as_deref()?;
        let key = images_key(join, equal);
        let (_, images) = self.images.iter().find(|(known, _)| *known == key)?;
        Some((equal, images.as_ref()?))
    }

    /// The texts by likeness that a join asks for, if they are worth it.
    #[must_use]
    pub fn alike<'s>(&'s self, join: &'s Join) -> Option<(&'s Similar, &'s Likes)> {
        let similar = join.similar.as_ref()?;
        let has_gaps = |table: usize| self.input.store.tables[table].columns[similar.column].states.is_some();
        if similar.is_inner && join.table.is_some_and(has_gaps) {
            return None;
        }
        let alike = self.similar.get(&(join.relation, similar.column, similar.least))?.as_ref()?;
        Some((similar, alike))
    }

    fn refresh(&mut self, key: IndexKey, table: Option<usize>) {
        let index = self.indexes.remove(&key).unwrap_or_else(|| Index::new(key.1.len(), key.2));
        let index = self.brought_up_to_date(index, &key, table);
        self.indexes.insert(key, index);
    }

    /// The index of that key with the rows that it lacks.
    #[must_use]
    pub fn brought_up_to_date(&self, mut index: Index, key: &IndexKey, table: Option<usize>) -> Index {
        let (relation, columns, payload) = key;
        let from = index.covered();
        let rows = self.len(*relation, table);
        if let Some(reach) = self.words_as_groups((*relation, table), key).filter(|_| from == 0) {
            index = Index::by_word(reach, *payload);
        }
        let old = self.recent[relation.index()].start.clamp(from, rows);
        for part in [from..old, old..rows] {
            if part.is_empty() {
                continue;
            }
            index.next_round();
            let words = |column: &usize| self.column_words((*relation, table), *column, part.clone());
            let keys: Vec<Cow<'_, [u32]>> = columns.iter().map(words).collect();
            let keys: Vec<&[u32]> = keys.iter().map(AsRef::as_ref).collect();
            match payload {
                Payload::Column(column) => index.append(&keys, &words(column)),
                Payload::Nothing if !keys.is_empty() => index.append(&keys, &[]),
                Payload::Rows | Payload::Nothing => index.append(&keys, &numbers(part.clone())),
            }
        }
        if self.recent[relation.index()].is_empty() {
            index.next_round();
        }
        index
    }

    /// Below which the words of a key of one column are, when all rows are there and an array by word is not much larger than the
    /// relation.
    fn words_as_groups(
        &self,
        at: (RelationId, Option<usize>),
        (relation, columns, payload): &IndexKey,
    ) -> Option<usize> {
        let [column] = columns[..] else { return None };
        let is_complete = at.1.is_some() || self.finished[relation.index()];
        let lists = is_complete && *payload != Payload::Nothing;
        let reach = if lists { self.reach_of(at, column) } else { None };
        reach.filter(|reach| *reach <= 2 * self.len(*relation, at.1))
    }

    /// One more than the greatest word of a column that is kept as words.
    #[must_use]
    pub fn reach_of(&self, at: (RelationId, Option<usize>), column: usize) -> Option<usize> {
        let rows = self.len(at.0, at.1);
        let mut reach = 0;
        for from in (0..rows).step_by(BATCH) {
            let Cow::Borrowed(words) = self.column_words(at, column, from..(from + BATCH).min(rows)) else {
                return None;
            };
            reach = words.iter().fold(reach, |most, word| most.max(*word));
        }
        Some(reach as usize + 1)
    }

    /// The index that an action uses.
    ///
    /// # Panics
    /// Before [`Self::prepare`] saw that action.
    #[must_use]
    pub fn index_of(&self, action: &Action) -> &Index {
        self.find_index(action).expect("indexes are prepared before a plan runs")
    }

    /// The index of that key.
    ///
    /// # Panics
    /// Before [`Self::prepare`] saw an action that uses it.
    #[must_use]
    pub fn index_at(&self, key: &IndexKey) -> &Index {
        self.indexes.get(key).expect("indexes are prepared before a plan runs")
    }

    /// The index that an action would use, if it was needed before.
    #[must_use]
    pub fn find_index(&self, action: &Action) -> Option<&Index> {
        index_keys(action).first().and_then(|(key, _)| self.indexes.get(key))
    }

    /// The words of a relation's column in a run of rows, [`NONE`] or [`NO_TEXT`] where a cell has no value.
    #[must_use]
    pub fn column_words(
        &self,
        (relation, table): (RelationId, Option<usize>),
        column: usize,
        rows: std::ops::Range<usize>,
    ) -> Cow<'_, [u32]> {
        match table {
            Some(table) => match &self.input.store.tables[table].columns[column] {
                Column { data: Data::Symbol(words) | Data::Small(words), states: None, .. } => (&words[rows]).into(),
                _ => self.cell_words(table, column, &numbers(rows)).into(),
            },
            None => (&self.derived(relation).columns[column][rows]).into(),
        }
    }

    /// The words of a column of values.
    #[must_use]
    pub fn encode(&self, vector: &Vector) -> Vec<u32> {
        match vector {
            Vector::Words(_, words) => words.clone(),
            Vector::Ints(values) => values.iter().map(|value| self.number(*value)).collect(),
            Vector::Scaled { scale, money, values } => self.words.encode_multiples(values, (*scale, *money)),
            Vector::Values(values) => values.iter().map(|value| self.words.encode(value)).collect(),
            Vector::Partial(values) => {
                values.iter().map(|value| value.as_ref().map_or(NONE, |value| self.words.encode(value))).collect()
            }
        }
    }

    fn number(&self, value: i64) -> u32 {
        Words::small(value).unwrap_or_else(|| self.words.encode(&Value::Number(value)))
    }

    /// The words of a table's column at `rows`, [`NONE`] or [`NO_TEXT`] where a cell has no value.
    #[must_use]
    pub fn cell_words(&self, table: usize, column: usize, rows: &[u32]) -> Vec<u32> {
        let cells = &self.input.store.tables[table].columns[column];
        let at = rows.iter().map(|row| *row as usize);
        let mut words: Vec<u32> = match &cells.data {
            Data::Symbol(words) | Data::Small(words) => at.map(|row| words[row]).collect(),
            Data::Number(values) => at.map(|row| self.number(values[row])).collect(),
            Data::Date(values) => at.map(|row| pack(values[row])).collect(),
            Data::Scaled { scale, values, money } => {
                let multiples: Vec<i64> = at.map(|row| values[row]).collect();
                self.words.encode_multiples(&multiples, (*scale, *money))
            }
            _ => {
                let cell = |row| self.input.store.cell(self.input.sources, table, row, column);
                let encode = |row: &u32| match cell(*row) {
                    Cell::Present(value) => self.words.encode(&value),
                    Cell::Blank | Cell::Malformed(_) => NONE,
                };
                rows.iter().map(encode).collect()
            }
        };
        if let Some(states) = &cells.states {
            let blank = if cells.is_text() { NO_TEXT } else { NONE };
            for (word, row) in words.iter_mut().zip(rows) {
                match states[*row as usize] {
                    State::Present => {}
                    State::Blank => *word = blank,
                    State::Malformed(_) => *word = NONE,
                }
            }
        }
        words
    }

    /// What the words of a table's column are, where these are texts or days.
    #[must_use]
    pub fn cell_kind(&self, table: usize, column: usize) -> Option<Kind> {
        match &self.input.store.tables[table].columns[column].data {
            Data::Symbol(_) => Some(Kind::Symbol),
            Data::Date(_) => Some(Kind::Date),
            _ => None,
        }
    }
}

/// The numbers of a run of rows.
pub fn numbers(rows: std::ops::Range<usize>) -> Vec<u32> {
    rows.map(|row| u32::try_from(row).unwrap_or(NONE)).collect()
}

fn images_key(join: &Join, equal: &Equal) -> ImagesKey {
    let column = match join.columns[..] {
        [(column, _)] if join.table.is_none() => Some(column),
        _ => None,
    };
    (join.relation, equal.by.clone(), column)
}

/// The indexes that an action uses, each with the table of its relation.
pub fn index_keys(action: &Action) -> Vec<(IndexKey, Option<usize>)> {
    let columns = |keys: &[(usize, crate::ir::Term)]| keys.iter().map(|(column, _)| *column).collect::<Vec<_>>();
    match action {
        Action::Join(join) => {
            let payload = match join.columns[..] {
                [(column, _)] if join.table.is_none() => Payload::Column(column),
                _ => Payload::Rows,
            };
            vec![((join.relation, columns(&join.keys), payload), join.table)]
        }
        Action::Exists(exists) => vec![((exists.relation, columns(&exists.keys), Payload::Nothing), exists.table)],
        Action::Meet(meet) => {
            meet.atoms.iter().flat_map(|atom| [(atom.list(), atom.table), (atom.set(), atom.table)]).collect()
        }
        _ => Vec::new(),
    }
}

impl MeetAtom {
    /// The index from its key to the values of the variable.
    pub(super) fn list(&self) -> IndexKey {
        (self.relation, self.keys.iter().map(|(column, _)| *column).collect(), Payload::Column(self.column))
    }

    /// The index that says whether a key has a value.
    pub(super) fn set(&self) -> IndexKey {
        let mut columns: Vec<usize> = self.keys.iter().map(|(column, _)| *column).chain([self.column]).collect();
        columns.sort_unstable();
        (self.relation, columns, Payload::Nothing)
    }
}
