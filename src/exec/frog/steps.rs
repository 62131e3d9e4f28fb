//! Running the steps of a plan, batch by batch.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::World;
use super::batch::{BATCH, Batch, Fault, Vector};
use super::by_word::{ByWord, only_words};
use super::datalog;
use super::eval::Scope;
use super::index::Index;
use super::likes::Likes;
use super::nested::Memos;
use super::notes::Notes;
use super::similar::Asked;
use super::words::{Kind, NO_TEXT, NONE, is_none};
use crate::exec::compare::same;
use crate::exec::limits::{Limits, Stop};
use crate::exec::matcher::Matcher;
use crate::ir::{RelationId, Rule, Term, VarId};
use crate::plan::{Action, Check, Compute, Exists, GenerateStep, Join, RulePlan, Scan, Similar, Step, UnpackStep};
use crate::value::Value;
use crate::value::functions::EvalError;
use crate::value::generators::generate;

/// How many pairs a join makes at a time, unless one row alone has more partners.
pub(super) const PAIRS: usize = 4 * BATCH;

/// One plan on its way.
#[derive(Debug)]
pub struct Runner<'r> {
    /// What is read.
    pub world: &'r World<'r>,
    /// The plan.
    pub plan: &'r RulePlan,
    /// Its rule.
    pub rule: &'r Rule,
    /// What could not be decided or computed.
    pub notes: Notes,
    /// Results of inner bodies, by their outer bindings.
    pub memos: Memos,
    /// What was computed by the words of one variable, by the slot that takes it.
    pub by_word: FxHashMap<usize, ByWord>,
    /// What it may use.
    pub limits: Limits,
    /// Why it was stopped.
    pub stop: Option<Stop>,
    /// How many rows came out of each step.
    pub counts: Vec<u64>,
    /// Decides what is in doubt; made when first needed.
    pub matcher: Option<Matcher<'r>>,
}

/// Takes the words of the head's columns and their number; says whether to stop.
pub type Head<'h> = &'h mut dyn FnMut(Vec<Vec<u32>>, usize) -> Option<Stop>;

/// How many partners a row has, and the pairs of some rows with theirs.
type Partners<'p> = (&'p dyn Fn(usize) -> usize, &'p dyn Fn(Vec<u32>) -> datalog::Pairs);

/// Takes the batches that come out of the last step.
pub type Out<'o> = &'o mut dyn FnMut(&mut Runner<'_>, Batch);

impl<'r> Runner<'r> {
    /// A runner for `plan`.
    #[must_use]
    pub fn new(world: &'r World<'r>, plan: &'r RulePlan, limits: Limits) -> Self {
        let rule = &world.input.program.rules[plan.rule.index()];
        Self {
            world,
            plan,
            rule,
            notes: Notes::default(),
            memos: Memos::default(),
            by_word: FxHashMap::default(),
            limits,
            stop: None,
            counts: vec![0; plan.steps.len()],
            matcher: None,
        }
    }

    /// The rows of its relation that the plan scans, when it begins with a scan.
    #[must_use]
    pub fn scanned(&self) -> Option<std::ops::Range<usize>> {
        let Some(Step { action: Action::Scan(scan), .. }) = self.plan.steps.first() else { return None };
        Some(match (scan.delta, scan.table) {
            (true, _) => self.world.recent[scan.relation.index()].clone(),
            (false, Some(table)) => 0..self.world.input.store.tables[table].rows as usize,
            (false, None) => 0..self.world.derived(scan.relation).len,
        })
    }

    /// Runs the plan over some of the rows that it scans; calls `head` with the words of the head's columns and their
    /// number, which says whether to stop.
    pub fn run(&mut self, rows: Option<std::ops::Range<usize>>, head: Head<'_>) {
        let plan = self.plan;
        let mut out = |runner: &mut Runner<'_>, batch: Batch| {
            let (columns, len) = runner.head(&batch);
            let stop = head(columns, len);
            runner.stop = runner.stop.or(stop);
        };
        let (Some(Step { action: Action::Scan(scan), live, .. }), Some(rows)) = (plan.steps.first(), rows) else {
            return self.steps(&plan.steps, Batch::bare(1), &mut out);
        };
        let mut from = rows.start;
        while from < rows.end && self.stop.is_none() {
            let to = (from + BATCH).min(rows.end);
            let batch = self.scan(scan, live, from..to);
            self.counts[0] += batch.len as u64;
            self.steps(&plan.steps[1..], batch, &mut out);
            from = to;
        }
    }

    /// Rows of a relation.
    pub fn scan(&self, scan: &Scan, live: &[usize], rows: std::ops::Range<usize>) -> Batch {
        let mut batch = Batch::bare(rows.len());
        if let Some(slot) = scan.row
            && live.contains(&slot)
        {
            let numbers = rows.clone().map(|row| u32::try_from(row).unwrap_or(NONE)).collect();
            batch.set(slot, Vector::Words(Kind::Row, numbers));
        }
        for (column, slot) in scan.columns.iter().filter(|(_, slot)| live.contains(slot)) {
            let derived = self.world.derived(scan.relation);
            let words = derived.columns[*column][rows.clone()].to_vec();
            batch.set(*slot, Vector::Words(derived.kinds[*column], words));
        }
        batch
    }

    /// Hands `batch` through `steps` to `out`. Of what a join makes, all but the last piece goes through the rest of the
    /// steps by itself, so that a rule of many joins needs no deep stack.
    pub fn steps(&mut self, steps: &[Step], mut batch: Batch, out: Out<'_>) {
        if self.is_stopped() {
            return;
        }
        for (at, step) in steps.iter().enumerate() {
            if batch.len == 0 {
                return;
            }
            let rest = &steps[at + 1..];
            batch = match &step.action {
                Action::Scan(_) => return,
                Action::Join(join) => self.join(join, (step, rest), &batch, &mut *out),
                Action::Meet(meet) => self.meet(meet, (step, rest), &batch, &mut *out),
                Action::Generate(generate) => self.generate(generate, &step.live, &batch),
                Action::Exists(exists) => self.exists(exists, step, batch),
                Action::Filter(check) => self.filter(check, &step.live, batch),
                Action::Compute(compute) => self.compute(compute, &step.live, batch),
                Action::Unpack(unpack) => self.unpack(unpack, &step.live, &batch),
                Action::Not(not) => self.not(not, &step.live, batch),
                Action::Aggregate(aggregate) => self.aggregate(aggregate, &step.live, batch),
            };
            self.count(rest, batch.len);
            if matches!(step.action, Action::Join(_) | Action::Meet(_) | Action::Generate(_)) && self.is_stopped() {
                return;
            }
        }
        if batch.len > 0 {
            out(self, batch);
        }
    }

    /// Whether it was stopped, or must stop now.
    fn is_stopped(&mut self) -> bool {
        self.stop = self.stop.or_else(|| self.limits.time());
        self.stop.is_some()
    }

    /// Counts the rows that came out of the step before `rest`, unless it is one of an inner body.
    pub(super) fn count(&mut self, rest: &[Step], rows: usize) {
        let plan = self.plan;
        if std::ptr::eq(rest.as_ptr_range().end, plan.steps.as_ptr_range().end) {
            self.counts[plan.steps.len() - rest.len() - 1] += rows as u64;
        }
    }

    /// The batch seen as bindings.
    #[must_use]
    pub fn scope<'s>(&'s self, batch: &'s Batch) -> Scope<'s> {
        Scope { world: self.world, rule: self.rule, places: &self.plan.places, batch }
    }

    /// The last piece of the join; those before it have gone through `rest`.
    fn join(&mut self, join: &Join, (step, rest): (&Step, &[Step]), batch: &Batch, out: Out<'_>) -> Batch {
        let world = self.world;
        let index = world.index_of(&step.action);
        let groups = self.groups(&join.keys, index, join.relation, batch);
        if let Some((similar, alike)) = world.alike(join).filter(|(similar, _)| self.can_be_asked(similar, batch)) {
            let lists = self.alike(similar, alike, (index, &groups), batch);
            return self.listed(join, (step, rest), &lists, (batch, out));
        }
        if let Some(images) = world.images(join) {
            let lists = self.by_image(images, (index, &groups), batch);
            return self.listed(join, (step, rest), &lists, (batch, out));
        }
        let partners = |row: usize| match groups[row] {
            NONE => 0,
            group if join.old => index.old(group).len(),
            group => index.list(group).len(),
        };
        let pairs = |rows| datalog::join(rows, &groups, index, join.old);
        self.pieces(join, (step, rest), (&partners, &pairs), (batch, out))
    }

    /// Joins each row with the partners on its own list.
    fn listed(
        &mut self,
        join: &Join,
        steps: (&Step, &[Step]),
        lists: &[impl AsRef<[u32]>],
        (batch, out): (&Batch, Out<'_>),
    ) -> Batch {
        let lists: Vec<&[u32]> = lists.iter().map(AsRef::as_ref).collect();
        let pairs = |rows| datalog::listed(rows, &lists);
        self.pieces(join, steps, (&|row: usize| lists[row].len(), &pairs), (batch, out))
    }

    /// Joins rows with their partners, a piece at a time.
    fn pieces(
        &mut self,
        join: &Join,
        (step, rest): (&Step, &[Step]),
        (partners, pairs): Partners<'_>,
        (batch, out): (&Batch, Out<'_>),
    ) -> Batch {
        let kept: Vec<usize> = step.live.iter().copied().filter(|slot| batch.get(*slot).is_some()).collect();
        let (mut rows, mut found, mut last) = (Vec::new(), 0, Batch::bare(0));
        for row in 0..batch.len {
            let more = partners(row);
            if more > 0 {
                rows.extend(u32::try_from(row));
                found += more;
            }
            if found >= PAIRS || (row + 1 == batch.len && found > 0) {
                let piece = self.joined(join, &kept, batch, pairs(std::mem::take(&mut rows)));
                found = 0;
                let before = std::mem::replace(&mut last, piece);
                if before.len > 0 {
                    self.count(rest, before.len);
                    self.steps(rest, before, &mut *out);
                }
            }
        }
        last
    }

    /// Whether the texts that an index is asked about are all known, where it matters that some are not.
    fn can_be_asked(&self, similar: &Similar, batch: &Batch) -> bool {
        let scope = self.scope(batch);
        !similar.is_inner || (0..batch.len).all(|row| scope.at(scope.place(similar.probe), row).is_ok())
    }

    /// For each row, the rows in its group whose text is like its own.
    fn alike(
        &self,
        similar: &Similar,
        alike: &Likes,
        (index, groups): (&Index, &[u32]),
        batch: &Batch,
    ) -> Vec<Rc<[u32]>> {
        let scope = self.scope(batch);
        let mut known: FxHashMap<Arc<str>, Rc<[u32]>> = FxHashMap::default();
        let mut asked = Asked::default();
        let none: Rc<[u32]> = Rc::default();
        let partners = |(row, group): (usize, &u32)| {
            let (false, Ok(Value::Symbol(text))) = (*group == NONE, scope.at(scope.place(similar.probe), row)) else {
                return Rc::clone(&none);
            };
            if !known.contains_key(&text) && self.limits.time().is_some() {
                return Rc::clone(&none); // whoever runs the steps sees it too
            }
            let rows = known.entry(Arc::clone(&text)).or_insert_with(|| alike.rows(&text, &mut asked).into());
            let group = index.list(*group);
            if group.len() == index.covered() {
                return Rc::clone(rows);
            }
            rows.iter().copied().filter(|row| group.binary_search(row).is_ok()).collect()
        };
        groups.iter().enumerate().map(partners).collect()
    }

    pub(super) fn joined(&self, join: &Join, kept: &[usize], batch: &Batch, pairs: datalog::Pairs) -> Batch {
        let mut joined = batch.gather(&pairs.rows, kept);
        if let Some(slot) = join.row {
            joined.set(slot, Vector::Words(Kind::Row, pairs.partners));
        } else if let [(column, slot)] = join.columns[..] {
            let kind = self.world.derived(join.relation).kinds[column];
            joined.set(slot, Vector::Words(kind, pairs.partners));
        } else {
            let derived = self.world.derived(join.relation);
            for (column, slot) in &join.columns {
                let words = pairs.partners.iter().map(|row| derived.columns[*column][*row as usize]).collect();
                joined.set(*slot, Vector::Words(derived.kinds[*column], words));
            }
        }
        joined
    }

    /// The group of each row's key; faults are noted where a partner, or the key, is not certain.
    pub(super) fn groups(
        &mut self,
        keys: &[(usize, Term)],
        index: &Index,
        relation: RelationId,
        batch: &Batch,
    ) -> Vec<u32> {
        let keys: Vec<Vec<u32>> = keys.iter().map(|(_, term)| self.scope(batch).words(term)).collect();
        let keys: Vec<&[u32]> = keys.iter().map(Vec::as_slice).collect();
        let groups = index.groups(&keys, batch.len);
        if index.has_wild() || !self.world.possible.of(relation).is_empty() {
            self.notes.all(batch);
        } else if keys.iter().any(|key| key.contains(&NONE)) {
            let any = |row: usize, word: u32| keys.iter().any(|key| key[row] == word);
            let unknown = rows(batch.len, |row| any(row, NONE) && !any(row, NO_TEXT));
            unknown.into_iter().for_each(|row| self.notes.fault(batch, row as usize, Fault::Unknown));
        }
        groups
    }

    fn exists(&mut self, exists: &Exists, step: &Step, batch: Batch) -> Batch {
        let index = self.world.index_of(&step.action);
        let groups = self.groups(&exists.keys, index, exists.relation, &batch);
        let Some(negation) = &exists.negated else {
            return keep(batch, &step.live, |row| groups[row] != NONE);
        };
        let sure = !index.has_wild() && self.world.possible.of(exists.relation).is_empty();
        let keys: Vec<Vec<u32>> = exists.keys.iter().map(|(_, term)| self.scope(&batch).words(term)).collect();
        if sure && keys.iter().all(|key| !key.contains(&NONE)) {
            return keep(batch, &step.live, |row| groups[row] == NONE);
        }
        self.not_in_doubt(negation, &step.live, batch, &groups)
    }

    fn filter(&mut self, check: &Check, live: &[usize], batch: Batch) -> Batch {
        let mut notes = std::mem::take(&mut self.notes);
        let scope = self.scope(&batch);
        let kept = match check {
            Check::Compare(compare) => {
                scope.select(compare).unwrap_or_else(|| notes.rows(&batch, |row| scope.compares(compare, row)))
            }
            Check::Is(is) => scope.select_is(is).unwrap_or_else(|| notes.rows(&batch, |row| scope.is(is, row))),
            Check::Test(test) => notes.rows(&batch, |row| scope.tests(test, row)),
            Check::Same(place, term, _) => scope.select_same(*place, term).unwrap_or_else(|| {
                let (left, right) = (scope.words_at(*place), scope.words(term));
                notes.rows(&batch, |row| match (left[row], right[row]) {
                    (NO_TEXT, _) | (_, NO_TEXT) => Ok(false),
                    (NONE, _) | (_, NONE) => Err(Fault::Unknown),
                    (left, right) => Ok(left == right),
                })
            }),
        };
        self.notes = notes;
        if kept.len() == batch.len { batch } else { batch.gather(&kept, live) }
    }

    fn compute(&mut self, compute: &Compute, live: &[usize], mut batch: Batch) -> Batch {
        let scope = self.scope(&batch);
        let expr = &compute.bind.expr;
        let vector = if let Some(vector) = scope.vector_of(expr) {
            vector
        } else if let Some((of, words)) = only_words(&scope, expr) {
            let mut known = self.by_word.remove(&compute.slot).unwrap_or_default();
            let kind = self.kind(compute.bind.var);
            let made = known.make(&self.scope(&batch), expr, (of, &words), kind);
            self.by_word.insert(compute.slot, known);
            self.note_failures(&batch, made.iter().map(|made| &made.value));
            if made.iter().all(|made| made.word != NONE) {
                Vector::Words(kind, made.into_iter().map(|made| made.word).collect())
            } else {
                self.native(compute.bind.var, made.into_iter().map(|made| made.value).collect())
            }
        } else {
            let values: Vec<Result<Value, Fault>> = (0..batch.len).map(|row| scope.value(expr, row)).collect();
            self.note_failures(&batch, values.iter());
            self.native(compute.bind.var, values)
        };
        batch.set(compute.slot, vector);
        batch.keep(live);
        batch
    }

    /// Notes what failed among the values of a batch: whoever reads a value that is not there may take it for no match.
    fn note_failures<'v>(&mut self, batch: &Batch, values: impl Iterator<Item = &'v Result<Value, Fault>>) {
        for (row, value) in values.enumerate() {
            if let Err(fault @ Fault::Error(error)) = value {
                self.notes.fault(batch, row, *fault);
                self.stop = self.stop.or((*error == EvalError::TooDeep).then_some(Stop::Deep));
            }
        }
    }

    /// The kind of the words of a variable.
    fn kind(&self, var: VarId) -> Kind {
        Kind::of(&self.world.input.program.types[self.rule.vars[var.index()].ty.index()].kind)
    }

    /// Values of a variable as words where its type has direct ones: rows are looked up by their slot.
    pub fn native(&self, var: VarId, values: Vec<Result<Value, Fault>>) -> Vector {
        if values.iter().any(Result::is_err) {
            return Vector::Partial(values);
        }
        let kind = self.kind(var);
        let values = values.into_iter().flatten();
        match kind {
            Kind::Row | Kind::Symbol | Kind::Date => {
                Vector::Words(kind, values.map(|value| self.world.words.encode(&value)).collect())
            }
            Kind::Number | Kind::Unsigned | Kind::Boxed => Vector::Values(values.collect()),
        }
    }

    fn generate(&mut self, step: &GenerateStep, live: &[usize], batch: &Batch) -> Batch {
        let mut notes = std::mem::take(&mut self.notes);
        let scope = self.scope(batch);
        let (lists, kept) = notes.each(batch, |row| {
            generate(&step.generate.function, &scope.values(&step.generate.args, row)?).map_err(Fault::from)
        });
        let mut rows = Vec::new();
        let mut records = Vec::new();
        for (row, list) in kept.into_iter().zip(lists) {
            rows.extend(list.iter().map(|_| row));
            records.extend_from_slice(&list);
        }
        let mut made = batch.gather(&rows, live);
        made.set(step.slot, Vector::Values(records));
        self.notes = notes;
        made
    }

    fn unpack(&mut self, step: &UnpackStep, live: &[usize], batch: &Batch) -> Batch {
        let mut notes = std::mem::take(&mut self.notes);
        let scope = self.scope(batch);
        let branch = step.unpack.branch;
        let (lists, kept) = notes.each(batch, |row| {
            let Value::Record(fields) = scope.value(&step.unpack.record, row)? else { return Ok(Vec::new()) };
            let fields = match branch {
                Some(branch) if fields.first() != Some(&Value::Number(branch)) => return Ok(Vec::new()),
                Some(_) => &fields[1..],
                None => &fields[..],
            };
            if fields.len() != step.unpack.fields.len() {
                return Ok(Vec::new());
            }
            for (at, term) in &step.checks {
                if !same(&fields[*at], &scope.term(term, row)?) {
                    return Ok(Vec::new());
                }
            }
            Ok(vec![step.slots.iter().map(|(at, _)| fields[*at].clone()).collect::<Vec<Value>>()])
        });
        let found: Vec<(u32, Vec<Value>)> =
            kept.into_iter().zip(lists).filter_map(|(row, list)| Some((row, list.into_iter().next()?))).collect();
        let rows: Vec<u32> = found.iter().map(|(row, _)| *row).collect();
        let mut made = batch.gather(&rows, live);
        for (nth, (at, slot)) in step.slots.iter().enumerate() {
            let values = found.iter().map(|(_, fields)| Ok(fields[nth].clone())).collect();
            let vector = match &step.unpack.fields[*at] {
                Some(Term::Var(var)) => self.native(*var, values),
                _ => Vector::Partial(values),
            };
            made.set(*slot, vector);
        }
        self.notes = notes;
        made
    }

    /// The words of the head's columns, for the rows where all of them have a value.
    fn head(&mut self, batch: &Batch) -> (Vec<Vec<u32>>, usize) {
        let mut notes = std::mem::take(&mut self.notes);
        let scope = self.scope(batch);
        let mut kept: Option<Vec<u32>> = None;
        let mut columns = Vec::with_capacity(self.plan.args.len());
        for arg in &self.plan.args {
            columns.push(scope.words_of(arg, &mut notes));
        }
        if columns.iter().any(|column: &Vec<u32>| column.iter().any(|word| is_none(*word))) {
            kept = Some(rows(batch.len, |row| columns.iter().all(|column| !is_none(column[row]))));
        }
        self.notes = notes;
        match kept {
            None => (columns, batch.len),
            Some(kept) => {
                let pick = |column: &Vec<u32>| kept.iter().map(|row| column[*row as usize]).collect();
                (columns.iter().map(pick).collect(), kept.len())
            }
        }
    }
}

/// The rows below `len` for which `test` holds.
pub fn rows(len: usize, test: impl Fn(usize) -> bool) -> Vec<u32> {
    (0_u32..).take(len).filter(|row| test(*row as usize)).collect()
}

/// The rows of a batch for which `test` holds.
pub fn keep(batch: Batch, live: &[usize], test: impl Fn(usize) -> bool) -> Batch {
    let kept = rows(batch.len, test);
    if kept.len() == batch.len { batch } else { batch.gather(&kept, live) }
}
