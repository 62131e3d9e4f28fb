//! [`Clause`]: a subsumptive clause, made ready for many pairs of rows.

use super::World;
use super::words::{Kind, Words};
use crate::exec::compare;
use crate::exec::dominance::Dominance;
use crate::exec::limits::Stop;
use crate::exec::matcher::Matcher;
use crate::ir::{Atom, Compare, Expr, Literal, Program, Term, VarId};
use crate::syntax::ast::CompareOp;
use crate::value::Value;

/// A subsumptive clause.
#[derive(Debug)]
pub(super) struct Clause {
    dominance: Dominance,
    /// Columns of the row that goes, and columns of the better row, in which the two have the same words.
    same: [Vec<usize>; 2],
    /// The groups of rows by the words of each.
    groups: [usize; 2],
    /// What must hold besides, where that is only comparisons.
    checks: Option<Vec<Check>>,
}

/// A comparison between two rows.
#[derive(Debug)]
struct Check {
    op: CompareOp,
    sides: [Side; 2],
}

/// A side of it.
#[derive(Clone, Debug, PartialEq)]
enum Side {
    /// The column of the row that goes (0) or of the better one (1).
    Column(usize, usize),
    Const(Value),
}

impl Clause {
    /// Makes a clause ready; `group` gives the number of the groups by some columns.
    pub(super) fn new(program: &Program, dominance: Dominance, group: &mut dyn FnMut(Vec<usize>) -> usize) -> Self {
        let mut reading = Reading { program, places: Vec::new(), same: [Vec::new(), Vec::new()], checks: Vec::new() };
        reading.atom(0, &dominance.worse);
        reading.atom(1, &dominance.better);
        let is_simple = dominance.conditions.iter().all(|literal| reading.condition(literal, &dominance));
        let same = reading.same;
        let groups = [group(same[0].clone()), group(same[1].clone())];
        Self { checks: is_simple.then_some(reading.checks), dominance, same, groups }
    }

    /// Where the rows are that may be better than a row: a group, and the columns of that row to look there with.
    pub(super) fn better(&self) -> (usize, &[usize]) {
        (self.groups[1], &self.same[0])
    }

    /// The same for the rows that may be worse.
    pub(super) fn worse(&self) -> (usize, &[usize]) {
        (self.groups[0], &self.same[1])
    }
}

/// A clause on its way.
struct Reading<'p> {
    program: &'p Program,
    /// Where each variable is found first.
    places: Vec<(VarId, Side)>,
    same: [Vec<usize>; 2],
    checks: Vec<Check>,
}

impl Reading<'_> {
    fn atom(&mut self, row: usize, atom: &Atom) {
        for (column, term) in &atom.args {
            let own = Side::Column(row, *column);
            match term {
                Term::Const(value) => self.equal(own, Side::Const(value.clone()), true),
                Term::Var(var) => match self.place(*var) {
                    Some(place) => self.equal(place, own, true),
                    None => self.places.push((*var, own)),
                },
            }
        }
    }

    fn place(&self, var: VarId) -> Option<Side> {
        self.places.iter().find(|(known, _)| *known == var).map(|(_, place)| place.clone())
    }

    /// The two are equal; rows are found by that where they have the same words then.
    fn equal(&mut self, left: Side, right: Side, same_words: bool) {
        match (&left, &right) {
            (Side::Column(0, worse), Side::Column(1, better)) | (Side::Column(1, better), Side::Column(0, worse))
                if same_words =>
            {
                self.same[0].push(*worse);
                self.same[1].push(*better);
            }
            _ => self.checks.push(Check { op: CompareOp::Eq, sides: [left, right] }),
        }
    }

    /// Takes in a condition; whether it is a comparison of columns and values.
    fn condition(&mut self, literal: &Literal, dominance: &Dominance) -> bool {
        let Literal::Compare(Compare { op, left, right, allowance: None, .. }) = literal else { return false };
        let (Some(one), Some(other)) = (self.side(left), self.side(right)) else { return false };
        if *op == CompareOp::Eq {
            let same_type = match (left, right) {
                (Expr::Var(a), Expr::Var(b)) => {
                    let kind = |var: &VarId| &self.program.types[dominance.type_of(*var).index()].kind;
                    kind(a) == kind(b)
                }
                _ => false,
            };
            self.equal(one, other, same_type);
        } else {
            self.checks.push(Check { op: *op, sides: [one, other] });
        }
        true
    }

    fn side(&self, expr: &Expr) -> Option<Side> {
        match expr {
            Expr::Var(var) => self.place(*var),
            Expr::Const(value) => Some(Side::Const(value.clone())),
            _ => None,
        }
    }
}

/// Answers whether a clause relates two rows.
pub(super) struct Asked<'w> {
    words: &'w Words<'w>,
    kinds: &'w [Kind],
    /// For clauses that are more than comparisons.
    matcher: Option<Matcher<'w>>,
}

impl<'w> Asked<'w> {
    /// Over rows of words of those kinds.
    pub(super) fn new(world: &'w World<'w>, kinds: &'w [Kind], clauses: &[Clause]) -> Self {
        let needs_more = clauses.iter().any(|clause| clause.checks.is_none());
        let matcher = needs_more.then(|| Matcher::over(world.input, world.rows(true), &world.possible));
        Self { words: &world.words, kinds, matcher }
    }

    /// Why it stopped, if it did.
    pub(super) fn stopped(&self) -> Option<Stop> {
        self.matcher.as_ref().and_then(Matcher::stopped)
    }

    /// Whether the first of two rows that agree where they must goes because of the second.
    pub(super) fn holds(&self, clause: &Clause, rows: [&[u32]; 2]) -> bool {
        match (&clause.checks, &self.matcher) {
            (Some(checks), _) => checks.iter().all(|check| self.check(check, rows)),
            (None, Some(matcher)) => {
                let [worse, better] = rows.map(|row| self.values(row));
                clause.dominance.holds(matcher, &worse, &better)
            }
            (None, None) => false,
        }
    }

    fn check(&self, check: &Check, rows: [&[u32]; 2]) -> bool {
        if let [Side::Column(a, left), Side::Column(b, right)] = check.sides {
            let whole = |kind: Kind| matches!(kind, Kind::Number | Kind::Unsigned);
            if self.kinds[left] == self.kinds[right]
                && whole(self.kinds[left])
                && let (Some(left), Some(right)) = (Words::whole(rows[a][left]), Words::whole(rows[b][right]))
            {
                return check.op.admits(left.cmp(&right));
            }
        }
        let [left, right] = [0, 1].map(|side| match &check.sides[side] {
            Side::Column(row, column) => self.words.decode(rows[*row][*column], self.kinds[*column]),
            Side::Const(value) => value.clone(),
        });
        compare::holds(check.op, &left, &right, None).unwrap_or(false)
    }

    fn values(&self, row: &[u32]) -> Vec<Value> {
        row.iter().zip(self.kinds).map(|(word, kind)| self.words.decode(*word, *kind)).collect()
    }
}
