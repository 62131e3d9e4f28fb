//! What could not be decided, found after a stratum is complete.
//!
//! An engine derives only what is certain. Once the certain rows of a stratum are known, this pass looks for the rest:
//! - an instance all of whose conditions hold or cannot be decided, at least one of the latter, is *undecided*, unless
//!   its head is a certain row anyway;
//! - the row that it would derive is a [possible](Possible) one: a negation or aggregate that meets it in a later
//!   stratum cannot be decided either, and a positive condition that it alone fulfils is in doubt;
//! - a join on a key that has no value is recorded once, from the row with that cell: any row might be its partner, so
//!   partners are not enumerated;
//! - an instance in which a computation has no value (overflow, division by zero) is an error, on the same terms: a
//!   condition that is false settles it, wherever in the body that condition stands.
//!
//! Rules that meet no unreadable cell, no possible row and no error are not looked at.

mod outlook;

use std::collections::BTreeSet;

use outlook::Outlook;

use super::cells::admits;
use super::doubt::{Doubt, Possible, PossibleRow};
use super::limits::{Limits, Stop};
use super::matcher::{Bindings, Candidate, Flow, Matcher, Mode, Slot, Start, others};
use super::{CellRef, Input, InstanceError, Rows, Undecided};
use crate::facts::store::{Cell, State};
use crate::ir::{Atom, Expr, Is, Literal, Origin, RelationId, Rule, RuleId, Stratum, Term, VarId};
use crate::syntax::ast::CompareOp;

/// About how many bytes an instance takes beside its bindings.
const INSTANCE: usize = 128;

/// What a stratum left open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open {
    /// Instances that need a cell without a value.
    pub undecided: BTreeSet<Undecided>,
    /// Instances whose evaluation has no value.
    pub errors: BTreeSet<InstanceError>,
}

impl Open {
    /// Adds what another stratum left open.
    pub fn add(&mut self, other: Self) {
        self.undecided.extend(other.undecided);
        self.errors.extend(other.errors);
    }
}

/// What an engine met while it ran the rules of a stratum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Met {
    /// Rules in which a computation had no value.
    pub erred: BTreeSet<RuleId>,
    /// Rules in which a negation or an aggregate could not be decided for a row that all else, as far as it was looked
    /// at, let through. An engine that takes no note of that names every rule.
    pub doubted: BTreeSet<RuleId>,
}

/// What is open after a stratum whose certain rows are all in `derived`. Rows that it leaves possible are added to
/// `possible`.
///
/// # Errors
/// The rule for which the search had to stop, and why.
pub fn settle(
    input: &Input,
    derived: &[Option<Box<dyn Rows>>],
    possible: &mut Possible,
    (stratum, met): (&Stratum, &Met),
    limits: Limits,
) -> Result<Open, (RuleId, Stop)> {
    let mut open = Open::default();
    loop {
        let matcher = Matcher::over(input, derived, possible).within(limits).recalling();
        let mut pass = Pass { matcher, limits, open: &mut open, found: Vec::new() };
        for id in &stratum.rules {
            let rule = &input.program.rules[id.index()];
            let everywhere = met.erred.contains(id) || met.doubted.contains(id);
            if everywhere || is_tainted(input, possible, &rule.body) {
                pass.rule(*id, rule, possible, everywhere).map_err(|stop| (*id, stop))?;
            }
        }
        // Which doubt a possible row is kept with must not depend on how an engine came to look for it.
        let mut found = pass.found;
        found.sort_by(|(a, x), (b, y)| (a, &x.values, &x.doubt).cmp(&(b, &y.values, &y.doubt)));
        let grew = found.into_iter().fold(false, |grew, (relation, row)| possible.insert(relation, row) || grew);
        if !(grew && stratum.recursive) {
            return Ok(open);
        }
    }
}

/// Adds the rows of the table that feeds a derived relation and that have cells without a value: they may be any row.
pub fn seed(input: &Input, relation: RelationId, possible: &mut Possible) {
    let declared = &input.program.relations[relation.index()];
    let Origin::Rules(Some(table)) = declared.origin else { return };
    if input.store.tables[table].columns.iter().take(declared.arity).all(|column| column.states.is_none()) {
        return;
    }
    for row in 0..input.store.tables[table].rows {
        let mut doubt = Doubt::default();
        let mut values = Vec::with_capacity(declared.arity);
        for column in 0..declared.arity {
            match input.store.cell(input.sources, table, row, column) {
                Cell::Present(value) => values.push(Some(value)),
                Cell::Blank | Cell::Malformed(_) => {
                    doubt.merge(&Doubt::cell(CellRef { table, row, column }));
                    values.push(None);
                }
            }
        }
        if !doubt.is_empty() {
            possible.insert(relation, PossibleRow { values, doubt });
        }
    }
}

/// Whether a stratum may leave anything undecided: when neither this nor [`Met`] says so, there is nothing to settle.
#[must_use]
pub fn is_open(input: &Input, possible: &Possible, (stratum, met): (&Stratum, &Met)) -> bool {
    let is_open =
        |id: &RuleId| met.erred.contains(id) || is_tainted(input, possible, &input.program.rules[id.index()].body);
    stratum.rules.iter().any(is_open)
}

/// Whether a condition of the body may meet a cell without a value or a possible row.
#[must_use]
pub fn is_tainted(input: &Input, possible: &Possible, body: &[Literal]) -> bool {
    body.iter().any(|literal| match literal {
        Literal::Atom(atom) => match input.program.relations[atom.relation.index()].origin {
            Origin::Facts(table) => {
                let columns = &input.store.tables[table].columns;
                atom.args.iter().any(|(column, _)| columns[*column].states.is_some())
            }
            Origin::Rules(_) => !possible.of(atom.relation).is_empty(),
        },
        Literal::Not(negation) => is_tainted(input, possible, &negation.body),
        Literal::Aggregate(aggregate) => is_tainted(input, possible, &aggregate.body),
        Literal::Generate(_)
        | Literal::Compare(_)
        | Literal::Bind(_)
        | Literal::Unpack(_)
        | Literal::Is(_)
        | Literal::Test(_) => false,
    })
}

struct Pass<'a, 'o> {
    matcher: Matcher<'a>,
    limits: Limits,
    open: &'o mut Open,
    found: Vec<(RelationId, PossibleRow)>,
}

impl Pass<'_, '_> {
    /// A doubt that comes from nothing in braces, nor from a computation, comes from a row of an atom: those rows are
    /// enough to start from. For the others the search is `everywhere` as well; what it finds beside them is found from
    /// those rows too, so an engine may say that there are others where there are none.
    fn rule(&mut self, id: RuleId, rule: &Rule, possible: &Possible, everywhere: bool) -> Result<(), Stop> {
        let mut instances: Vec<(Bindings, Doubt)> = Vec::new();
        let (limits, mut too_much) = (self.limits, None);
        // A binding is a slot per variable, and its doubt names cells.
        let weight = rule.vars.len() * size_of::<Slot>() + INSTANCE;
        let matcher = &self.matcher;
        let mut keep = |bindings: &Bindings, doubt: &Doubt| {
            let open = || rule.args.iter().any(|arg| matcher.value(&rule.vars, arg, bindings).is_err());
            if !doubt.is_empty() || open() {
                instances.push((bindings.clone(), doubt.clone()));
                too_much = too_much.or_else(|| limits.memory(instances.len() * weight));
            }
            if too_much.is_some() { Flow::Break(()) } else { Flow::Continue(()) }
        };
        let input = matcher.input();
        if everywhere {
            let start = (Bindings::new(rule.vars.len()), Mode::Doubtful);
            let _ = matcher.solve(&rule.vars, &rule.body, start, &mut keep);
        }
        for (at, literal) in rule.body.iter().enumerate() {
            let Literal::Atom(atom) = literal else { continue };
            let keys = join_columns(atom, at, &rule.body);
            let mentioned: Vec<usize> = atom.args.iter().map(|(column, _)| *column).collect();
            let rows = rows_without(input, atom, &mentioned);
            let asked = states_asked(atom, &rule.body);
            // An engine that names every rule takes no shortcut, so that it can judge those that do.
            let equated = if everywhere { Vec::new() } else { equated(input, atom, at, &rule.body) };
            let rows = rows.into_iter().filter(|row| is_as_asked(input, atom, &asked, *row));
            let rows = rows.filter(|row| !is_blank(input, atom, &equated, *row));
            let rows = rows.map(|row| (Candidate::Row(row), has_all(input, atom, &keys, row)));
            let has_keys = |row: &PossibleRow| keys.iter().all(|column| row.values[*column].is_some());
            let may_be = possible.of(atom.relation).iter().map(|row| (Candidate::Possible(row), has_keys(row)));
            let mut rows = rows.chain(may_be).peekable();
            if rows.peek().is_none() {
                continue;
            }
            let others = others(&rule.body, at);
            let outlook = (!everywhere).then(|| Outlook::of(input, possible, (rule, &others)));
            let give_up =
                |at: usize, bindings: &Bindings| outlook.as_ref().is_some_and(|outlook| outlook.is_clear(at, bindings));
            for (row, has_key) in rows {
                let mode = if has_key { Mode::Doubtful } else { Mode::Started };
                let start = Start { atom, row, mode, others: &others, give_up: &give_up };
                let _ = matcher.solve_from(&rule.vars, &start, &mut keep);
            }
        }
        if let Some(stop) = too_much.or_else(|| self.matcher.stopped()) {
            return Err(stop);
        }
        for (bindings, doubt) in instances {
            self.instance(id, rule, &bindings, doubt);
        }
        self.matcher.stopped().map_or(Ok(()), Err)
    }

    fn instance(&mut self, id: RuleId, rule: &Rule, bindings: &Bindings, mut doubt: Doubt) {
        let mut values = Vec::with_capacity(rule.args.len());
        for arg in &rule.args {
            match self.matcher.value(&rule.vars, arg, bindings) {
                Ok(value) => values.push(Some(value)),
                Err(why) => {
                    doubt.merge(&why);
                    values.push(None);
                }
            }
        }
        if doubt.is_empty() || self.is_certain(rule, &values) {
            return;
        }
        let named = |var: VarId| {
            let var = &rule.vars[var.index()];
            var.field.is_none() && !var.name.starts_with('_')
        };
        let shown: Vec<_> =
            bindings.values().filter(|(var, _)| named(*var)).map(|(var, value)| (var, value.clone())).collect();
        let span = doubt.span().unwrap_or(rule.span);
        for (place, error) in doubt.errors() {
            let error = InstanceError { rule: id, error: *error, bindings: shown.clone(), span: *place };
            self.open.errors.insert(error);
        }
        if !doubt.cells().is_empty() {
            let cells = doubt.cells().iter().copied().collect();
            self.open.undecided.insert(Undecided { rule: id, cells, bindings: shown, span });
        }
        self.found.push((rule.head, PossibleRow { values, doubt }));
    }

    /// Whether the row is derived without doubt elsewhere.
    fn is_certain(&self, rule: &Rule, values: &[Option<crate::value::Value>]) -> bool {
        let terms: Option<Vec<(usize, Term)>> =
            values.iter().enumerate().map(|(at, value)| Some((at, Term::Const(value.clone()?)))).collect();
        terms.is_some_and(|args| {
            let atom = Atom { relation: rule.head, row: None, args, span: rule.span };
            !self.matcher.rows(&[], &atom, &Bindings::new(0)).is_empty()
        })
    }
}

/// Rows of facts in which one of the columns has no value.
fn rows_without(input: &Input, atom: &Atom, columns: &[usize]) -> Vec<u32> {
    let Origin::Facts(table) = input.program.relations[atom.relation.index()].origin else { return Vec::new() };
    let rows = input.store.tables[table].rows;
    let columns: Vec<usize> =
        columns.iter().copied().filter(|column| input.store.tables[table].columns[*column].states.is_some()).collect();
    if columns.is_empty() {
        return Vec::new();
    }
    (0..rows).filter(|row| !has_all(input, atom, &columns, *row)).collect()
}

/// The columns of an atom of which a condition of the body asks whether they are blank, present or malformed.
fn states_asked<'r>(atom: &Atom, body: &'r [Literal]) -> Vec<(usize, &'r Is)> {
    let asked = body.iter().filter_map(|literal| match literal {
        Literal::Is(is) => Some((atom.args.iter().find(|(_, term)| *term == Term::Var(is.var))?.0, is)),
        _ => None,
    });
    asked.collect()
}

/// Whether the cells of a row are in the states asked for: a row of which they are not is no start, however many there
/// are in a column that nobody filled in.
fn is_as_asked(input: &Input, atom: &Atom, asked: &[(usize, &Is)], row: u32) -> bool {
    let Origin::Facts(table) = input.program.relations[atom.relation.index()].origin else { return true };
    let columns = &input.store.tables[table].columns;
    asked.iter().all(|(column, is)| admits(is, columns[*column].state(row)))
}

/// The columns of texts of an atom that must equal something else: a row in which nothing is written there is no start, for
/// nothing written equals no text.
fn equated(input: &Input, atom: &Atom, at: usize, body: &[Literal]) -> Vec<usize> {
    let Origin::Facts(table) = input.program.relations[atom.relation.index()].origin else { return Vec::new() };
    let is_same_row = |other: &Atom| other.row.is_some() && other.row == atom.row;
    let has = |other: &Atom, var: VarId| other.column_vars().any(|own| own == var);
    let is_bound = |var: VarId| body.iter().any(|literal| matches!(literal, Literal::Atom(other) if has(other, var)));
    let is_equated = |var: VarId| {
        let is_var = |expr: &Expr| matches!(expr, Expr::Var(own) if *own == var);
        body.iter().enumerate().filter(|(other, _)| *other != at).any(|(_, literal)| match literal {
            Literal::Atom(other) => has(other, var) && !is_same_row(other),
            // `n = p.name` alone only gives the cell another name.
            Literal::Bind(bind) => bind.var == var || is_var(&bind.expr) && is_bound(bind.var),
            Literal::Compare(compare) => {
                compare.op == CompareOp::Eq && (is_var(&compare.left) || is_var(&compare.right))
            }
            _ => false,
        })
    };
    let columns = &input.store.tables[table].columns;
    let texts = atom.args.iter().filter(|(column, _)| columns[*column].is_text());
    texts.filter_map(|(column, term)| is_equated(term.var()?).then_some(*column)).collect()
}

/// Whether nothing is written in one of these columns of a row of facts.
fn is_blank(input: &Input, atom: &Atom, columns: &[usize], row: u32) -> bool {
    let Origin::Facts(table) = input.program.relations[atom.relation.index()].origin else { return false };
    columns.iter().any(|column| input.store.tables[table].columns[*column].state(row) == State::Blank)
}

/// Whether a row of facts has a value in each of the columns.
fn has_all(input: &Input, atom: &Atom, columns: &[usize], row: u32) -> bool {
    let Origin::Facts(table) = input.program.relations[atom.relation.index()].origin else { return true };
    columns.iter().all(|column| input.store.tables[table].columns[*column].state(row) == State::Present)
}

/// The columns of an atom whose variable another condition, or another of its columns, binds as well.
fn join_columns(atom: &Atom, at: usize, body: &[Literal]) -> Vec<usize> {
    let elsewhere = |var: VarId| {
        body.iter().enumerate().any(|(other, literal)| {
            other != at
                && match literal {
                    Literal::Atom(atom) => atom.args.iter().any(|(_, term)| *term == Term::Var(var)),
                    Literal::Bind(bind) => bind.var == var,
                    Literal::Unpack(unpack) => unpack.fields.contains(&Some(Term::Var(var))),
                    Literal::Aggregate(aggregate) => aggregate.result == var,
                    Literal::Generate(generate) => generate.row == var,
                    Literal::Not(_) | Literal::Compare(_) | Literal::Is(_) | Literal::Test(_) => false,
                }
        })
    };
    let twice = |var: VarId| atom.args.iter().filter(|(_, term)| *term == Term::Var(var)).count() > 1;
    let joined = |term: &Term| matches!(term, Term::Var(var) if twice(*var) || elsewhere(*var));
    atom.args.iter().filter(|(_, term)| joined(term)).map(|(column, _)| *column).collect()
}
