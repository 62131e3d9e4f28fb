//! Atoms: rows that fit, found through indexes.

use super::{Candidate, Doubt, Flow, Matcher, Mode, Slot, State};
use crate::exec::CellRef;
use crate::facts::store::Cell;
use crate::ir::{Atom, Origin, RelationId, Term, VarId};
use crate::source::Span;
use crate::value::Value;

/// What comes after a condition.
pub(super) type Then<'t> = dyn FnMut(&mut State) -> Flow + 't;

/// Positions of rows, in order.
#[derive(Debug)]
pub(super) enum Places {
    /// All of these.
    All(std::ops::Range<u32>),
    /// Some of them.
    Some(std::vec::IntoIter<u32>),
}

impl Iterator for Places {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        match self {
            Self::All(rows) => rows.next(),
            Self::Some(rows) => rows.next(),
        }
    }
}

/// What a row has in a column.
pub(super) enum Content {
    Value(Value),
    Cell(CellRef),
    /// A cell of texts in which nothing is written: it equals no text.
    NoText(CellRef),
    Unknown(Doubt),
}

impl Matcher<'_> {
    /// Every row of the atom's relation that fits, each with the variables it binds.
    pub(super) fn atom(&self, atom: &Atom, state: &mut State, then: &mut Then) -> Flow {
        let unknown = self.unknown_keys(atom, state);
        if unknown.iter().any(|var| self.is_no_text(*var, state)) {
            return Flow::Continue(());
        }
        if !unknown.is_empty() {
            return self.unknown_join(atom, &unknown, state, then);
        }
        let rows = self.narrow(atom, state).map(Candidate::Row);
        let possible = self.may_be(atom, state).map(Candidate::Possible);
        self.each(atom, &mut rows.chain(possible), state, then)
    }

    /// Those of the rows that fit; at once, where the mode says so, those that may be partners.
    pub(super) fn each<'c>(
        &self,
        atom: &Atom,
        rows: &mut dyn Iterator<Item = Candidate<'c>>,
        state: &mut State,
        then: &mut Then,
    ) -> Flow {
        let (mut others, mut is_enough) = (Doubt::default(), false);
        for row in rows {
            if state.mode == Mode::Certain && matches!(row, Candidate::Possible(_)) {
                break;
            }
            self.candidate(atom, row, state, then)?;
            if state.mode == Mode::Started && !is_enough {
                is_enough = others.merge_until_enough(&self.doubtful_partner(atom, row, state));
            }
        }
        if others.is_empty() { Flow::Continue(()) } else { self.unknown_partner(atom, &others, state, then) }
    }

    /// Whether the row may be a partner by a key that has no value; why that is not known.
    fn doubtful_partner(&self, atom: &Atom, row: Candidate, state: &mut State) -> Doubt {
        let mut tried = |mode: Mode| {
            let before = std::mem::replace(&mut state.mode, mode);
            let length = state.trail.len();
            let fit = self.fit(atom, row, state);
            state.unbind(length);
            state.mode = before;
            fit
        };
        if tried(Mode::Started).is_some() { Doubt::default() } else { tried(Mode::Possible).unwrap_or_default() }
    }

    /// A join on a key that has no value: if anything could be the partner, goes on once, with what the partner would
    /// have bound unknown.
    fn unknown_join(&self, atom: &Atom, unknown: &[VarId], state: &mut State, then: &mut Then) -> Flow {
        if state.mode == Mode::Certain {
            return Flow::Continue(());
        }
        let rest = |term: &Term| !matches!(term, Term::Var(var) if unknown.contains(var));
        let known = Atom {
            row: atom.row.filter(|row| !unknown.contains(row)),
            args: atom.args.iter().filter(|(_, term)| rest(term)).cloned().collect(),
            ..atom.clone()
        };
        if state.apart(|state| self.atom(&known, state, &mut |_| Flow::Break(()))).is_continue() {
            return Flow::Continue(());
        }
        let mut why = Doubt::default();
        for var in unknown {
            why.merge(&state.bindings.doubt(*var));
        }
        self.unknown_partner(atom, &why, state, then)
    }

    /// Goes on once with a partner of which nothing is known.
    fn unknown_partner(&self, atom: &Atom, why: &Doubt, state: &mut State, then: &mut Then) -> Flow {
        let vars = atom.column_vars().chain(atom.row);
        let free: Vec<VarId> = vars.filter(|var| !state.bindings.is_bound(*var)).collect();
        for var in &free {
            state.bindings.set(*var, Slot::Unknown(why.clone()));
        }
        let flow = doubting(why, atom.span, state, then);
        for var in &free {
            state.bindings.set(*var, Slot::Unbound);
        }
        flow
    }

    /// Whether a cell of texts holds that value, without a copy of its text; none when that is not said so simply.
    fn is_text(&self, relation: RelationId, candidate: Candidate, column: usize, value: &Value) -> Option<bool> {
        let Candidate::Row(row) = candidate else { return None };
        let Origin::Facts(table) = self.input.program.relations[relation.index()].origin else { return None };
        let Value::Symbol(wanted) = value else { return None };
        self.input.store.text(table, row, column).map(|text| text == &**wanted)
    }

    /// The variables of the atom that are bound, but have no value. A cell that is the row's own is no key.
    fn unknown_keys(&self, atom: &Atom, state: &State) -> Vec<VarId> {
        let table = match self.input.program.relations[atom.relation.index()].origin {
            Origin::Facts(table) | Origin::Rules(Some(table)) => Some(table),
            Origin::Rules(None) => None,
        };
        let own = |var: VarId, column: usize| {
            let row = atom.row.and_then(|row| state.bindings.value(row));
            let (Slot::Cell(cell), Some(Value::Row(row))) = (state.bindings.get(var), row) else { return false };
            Some(cell.table) == table && cell.row == *row && cell.column == column
        };
        let unknown = |var: VarId| matches!(state.bindings.get(var), Slot::Cell(_) | Slot::Unknown(_));
        let args = atom.args.iter().filter_map(|(column, term)| term.var().map(|var| (var, *column)));
        let mut vars: Vec<VarId> =
            args.filter(|(var, column)| unknown(*var) && !own(*var, *column)).map(|(var, _)| var).collect();
        vars.extend(atom.row.filter(|row| unknown(*row)));
        vars.sort_unstable();
        vars.dedup();
        vars
    }

    /// Whether a variable stands for a cell of texts in which nothing is written.
    pub(super) fn is_no_text(&self, var: VarId, state: &State) -> bool {
        let Slot::Cell(cell) = state.bindings.get(var) else { return false };
        let column = &self.input.store.tables[cell.table].columns[cell.column];
        column.is_text() && column.state(cell.row) == crate::facts::store::State::Blank
    }

    /// How many rows a relation has.
    #[must_use]
    pub fn row_count(&self, relation: RelationId) -> u32 {
        match self.input.program.relations[relation.index()].origin {
            Origin::Facts(table) => self.input.store.tables[table].rows,
            Origin::Rules(_) => {
                let rows = self.derived.get(relation.index()).and_then(Option::as_ref);
                rows.map_or(0, |rows| u32::try_from(rows.len()).unwrap_or(u32::MAX))
            }
        }
    }

    pub(super) fn content(&self, relation: RelationId, candidate: Candidate, column: usize) -> Content {
        let row = match candidate {
            Candidate::Possible(row) => {
                return match row.values.get(column).cloned().flatten() {
                    Some(value) => Content::Value(value),
                    None => Content::Unknown(row.doubt.clone()),
                };
            }
            Candidate::Row(row) => row,
        };
        match self.input.program.relations[relation.index()].origin {
            Origin::Facts(table) => match self.input.store.cell(self.input.sources, table, row, column) {
                Cell::Present(value) => Content::Value(value),
                Cell::Blank if self.input.store.tables[table].columns[column].is_text() => {
                    Content::NoText(CellRef { table, row, column })
                }
                Cell::Blank | Cell::Malformed(_) => Content::Cell(CellRef { table, row, column }),
            },
            Origin::Rules(_) => {
                let rows = self.derived.get(relation.index()).and_then(Option::as_ref);
                rows.map_or_else(
                    || Content::Unknown(Doubt::default()),
                    |rows| Content::Value(rows.value(row as usize, column, &self.input.store.symbols)),
                )
            }
        }
    }

    /// Goes on with one row, if it fits.
    pub(super) fn candidate(&self, atom: &Atom, candidate: Candidate, state: &mut State, then: &mut Then) -> Flow {
        self.goes_on()?;
        let length = state.trail.len();
        let fit = self.fit(atom, candidate, state);
        let flow = match fit {
            None => Flow::Continue(()),
            Some(why) if why.is_empty() => then(state),
            Some(why) => doubting(&why, atom.span, state, then),
        };
        state.unbind(length);
        flow
    }

    /// Binds what the row binds. None when it does not fit, or not in this mode; else the doubt whether it does.
    pub(super) fn fit(&self, atom: &Atom, candidate: Candidate, state: &mut State) -> Option<Doubt> {
        let mut why = match candidate {
            Candidate::Possible(row) => row.doubt.clone(),
            Candidate::Row(_) => Doubt::default(),
        };
        if let (Some(var), Candidate::Row(row)) = (atom.row, candidate) {
            match state.bindings.get(var) {
                Slot::Unbound => {
                    state.bind(var, Slot::Value(Value::Row(row)));
                }
                Slot::Value(value) if *value == Value::Row(row) => {}
                _ => return None,
            }
        }
        for (column, term) in &atom.args {
            let known = match term {
                Term::Const(value) => Some(value),
                Term::Var(var) => state.bindings.value(*var),
            };
            match known.and_then(|value| self.is_text(atom.relation, candidate, *column, value)) {
                Some(true) => continue,
                Some(false) => return None,
                None => {}
            }
            let content = self.content(atom.relation, candidate, *column);
            let wanted = match term {
                Term::Const(value) => value,
                Term::Var(var) => match state.bindings.get(*var) {
                    Slot::Unbound => {
                        state.bind(*var, content.into());
                        continue;
                    }
                    Slot::Value(value) => value,
                    Slot::Cell(cell) if matches!(&content, Content::Cell(own) | Content::NoText(own) if own == cell) => {
                        continue;
                    }
                    Slot::Cell(_) | Slot::Unknown(_) => {
                        why.merge(&state.bindings.doubt(*var));
                        continue;
                    }
                },
            };
            let missing = match content {
                Content::Value(value) if crate::exec::compare::same(&value, wanted) => continue,
                Content::Value(_) | Content::NoText(_) => return None,
                Content::Cell(cell) => Doubt::cell(cell),
                Content::Unknown(doubt) => doubt,
            };
            let is_join = matches!(term, Term::Var(_));
            let skips_joins = matches!(state.mode, Mode::Doubtful | Mode::Started);
            if state.mode == Mode::Certain || skips_joins && is_join {
                return None;
            }
            why.merge(&missing);
        }
        (why.is_empty() || state.mode != Mode::Certain).then_some(why)
    }
}

/// The columns of an atom whose values are known, ascending, each once.
pub(super) fn key<'k>(atom: &'k Atom, state: &'k State) -> Vec<(usize, &'k Value)> {
    let mut key: Vec<(usize, &Value)> = Vec::new();
    for (column, term) in &atom.args {
        let value = match term {
            Term::Const(value) => Some(value),
            Term::Var(var) => state.bindings.value(*var),
        };
        if let Some(value) = value
            && key.iter().all(|(other, _)| other != column)
        {
            key.push((*column, value));
        }
    }
    key.sort_unstable_by_key(|(column, _)| *column);
    key
}

impl From<Content> for Slot {
    fn from(content: Content) -> Self {
        match content {
            Content::Value(value) => Self::Value(value),
            Content::Cell(cell) | Content::NoText(cell) => Self::Cell(cell),
            Content::Unknown(doubt) => Self::Unknown(doubt),
        }
    }
}

/// Goes on under one more doubt, that about a condition at `span`.
pub(super) fn doubting(why: &Doubt, span: Span, state: &mut State, then: &mut Then) -> Flow {
    let more = state.doubt.and(why, span);
    let before = std::mem::replace(&mut state.doubt, more);
    let flow = then(state);
    state.doubt = before;
    flow
}
