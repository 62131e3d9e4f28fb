//! [`WhyNot`]: why a rule has no finding about a row — the last condition that held, and the first that did not.
//!
//! Conditions are taken in the order in which the rule runs. The rule's row variable is bound to the row asked about;
//! then prefixes of the body are solved, each longer by one, until one has no solution. Among the solutions of the last
//! prefix that has some, the one that came nearest to the failing condition is told.

use std::ops::ControlFlow;

use crate::exec::CellRef;
use crate::exec::doubt::Doubt;
use crate::exec::matcher::{Bindings, Matcher, Mode};
use crate::facts::store::Cell;
use crate::ir::{Atom, Compare, Expr, Literal, Origin, Rule, RuleId, Term, TypeKind, VarId};
use crate::source::Span;
use crate::syntax::ast::CompareOp;
use crate::value::functions::{self, Function};
use crate::value::{Decimal, Value};

/// At most so many solutions of a prefix are looked at for the nearest.
const MOST_SOLUTIONS: usize = 1000;

/// What became of one alternative of a rule for one row.
#[derive(Clone, Debug, PartialEq)]
pub struct WhyNot {
    /// The alternative's rule.
    pub rule: RuleId,
    /// Conditions that held, in the order in which the rule runs.
    pub held: Vec<Span>,
    /// The first that did not, and why; none when all held: the rule has a finding.
    pub failed: Option<(Span, Obstacle)>,
    /// What was bound when it failed.
    pub bindings: Vec<(VarId, Value)>,
}

/// Why a condition did not hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Obstacle {
    /// A comparison is false.
    Compared {
        /// Left side.
        left: Value,
        /// The comparison.
        op: CompareOp,
        /// Right side.
        right: Value,
        /// How far apart they may lie, for `~` and `!~`.
        allowance: Option<Value>,
        /// How far the left side is from making it true; none where that is no amount.
        distance: Option<Value>,
    },
    /// No row has what was looked for.
    NoRow {
        /// The atom's columns that were given, with what they should be.
        wanted: Vec<(usize, Value)>,
        /// The row that comes nearest: the cell that is otherwise, and what it holds.
        nearest: Option<(CellRef, Value)>,
    },
    /// What a negation excludes is there: the first row of facts that it found, if it found one.
    Present(Option<(usize, u32)>),
    /// It cannot be decided without these cells.
    Undecided(Vec<CellRef>),
    /// It is false, with nothing more to say.
    False,
}

/// Why `rule` has no finding in which `var` is the row `row`.
#[must_use]
pub fn why_not(matcher: &Matcher<'_>, id: RuleId, (var, row): (VarId, u32)) -> WhyNot {
    let rule = &matcher.input().program.rules[id.index()];
    let start = Bindings::new(rule.vars.len()).with(var, Value::Row(row));
    let mut prefix = 0;
    let mut solutions = vec![start.clone()];
    while prefix < rule.body.len() {
        let longer = solve(matcher, rule, &rule.body[..=prefix], &start);
        if longer.is_empty() {
            break;
        }
        solutions = longer;
        prefix += 1;
    }
    let held = rule.body[..prefix].iter().map(Literal::span).collect();
    let Some(literal) = rule.body.get(prefix) else {
        let bindings = solutions.first().map(bound).unwrap_or_default();
        return WhyNot { rule: id, held, failed: None, bindings };
    };
    let undecided = in_doubt(matcher, rule, &rule.body[..=prefix], &start);
    let (obstacle, nearest) = match undecided {
        Some(doubt) => (Obstacle::Undecided(doubt.cells.into_iter().collect()), solutions.first().cloned()),
        None => nearest(matcher, rule, literal, &solutions),
    };
    let bindings = nearest.as_ref().map(bound).unwrap_or_default();
    WhyNot { rule: id, held, failed: Some((literal.span(), obstacle)), bindings }
}

/// Solutions of a prefix of the body without doubt.
fn solve(matcher: &Matcher<'_>, rule: &Rule, body: &[Literal], start: &Bindings) -> Vec<Bindings> {
    let mut solutions = Vec::new();
    // Cut short when there are enough to choose from.
    let _ = matcher.solve(&rule.vars, body, (start.clone(), Mode::Certain), &mut |bindings, _| {
        solutions.push(bindings.clone());
        if solutions.len() < MOST_SOLUTIONS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    solutions
}

/// The doubt under which the body has a solution, when it has one only under a doubt.
fn in_doubt(matcher: &Matcher<'_>, rule: &Rule, body: &[Literal], start: &Bindings) -> Option<Doubt> {
    let mut found = None;
    let _ = matcher.solve(&rule.vars, body, (start.clone(), Mode::Possible), &mut |_, doubt| {
        found = Some(doubt.clone());
        ControlFlow::Break(())
    });
    found.filter(|doubt| !doubt.is_empty())
}

/// The obstacle under the solution that comes nearest to overcoming it.
fn nearest(
    matcher: &Matcher<'_>,
    rule: &Rule,
    literal: &Literal,
    solutions: &[Bindings],
) -> (Obstacle, Option<Bindings>) {
    let each = solutions.iter().map(|bindings| (obstacle(matcher, rule, literal, bindings), bindings));
    let best = each.min_by(|(one, _), (two, _)| far(one).cmp(&far(two)));
    best.map_or((Obstacle::False, None), |(obstacle, bindings)| (obstacle, Some(bindings.clone())))
}

/// How far an obstacle is from being overcome; those that are no amount come last.
fn far(obstacle: &Obstacle) -> (bool, Decimal) {
    match obstacle {
        Obstacle::Compared { distance: Some(distance), .. } => {
            amount(distance).map_or((true, Decimal::ZERO), |distance| (false, distance))
        }
        _ => (true, Decimal::ZERO),
    }
}

fn obstacle(matcher: &Matcher<'_>, rule: &Rule, literal: &Literal, bindings: &Bindings) -> Obstacle {
    match literal {
        Literal::Compare(compare) => compared(matcher, rule, compare, bindings),
        Literal::Atom(atom) => missing_row(matcher, atom, bindings),
        Literal::Not(negation) => {
            let mut row = None;
            let _ = matcher.solve(&rule.vars, &negation.body, (bindings.clone(), Mode::Certain), &mut |inner, _| {
                row = negation.body.iter().find_map(|literal| first_row(matcher, rule, literal, inner));
                ControlFlow::Break(())
            });
            Obstacle::Present(row)
        }
        _ => Obstacle::False,
    }
}

fn first_row(matcher: &Matcher<'_>, rule: &Rule, literal: &Literal, bindings: &Bindings) -> Option<(usize, u32)> {
    let Literal::Atom(atom) = literal else { return None };
    let Origin::Facts(table) = matcher.input().program.relations[atom.relation.index()].origin else { return None };
    Some((table, *matcher.rows(&rule.vars, atom, bindings).first()?))
}

fn compared(matcher: &Matcher<'_>, rule: &Rule, compare: &Compare, bindings: &Bindings) -> Obstacle {
    let value = |expr: &Expr| matcher.value(&rule.vars, expr, bindings).ok();
    let (Some(left), Some(right)) = (value(&compare.left), value(&compare.right)) else { return Obstacle::False };
    let allowance = compare.allowance.as_ref().and_then(value);
    let difference = functions::call(Function::Sub, &[left.clone(), right.clone()]);
    let gap = difference.and_then(|difference| functions::call(Function::Abs, &[difference])).ok();
    let distance = match (compare.op, &allowance, gap) {
        // It disagrees once it is further apart than allowed; it agrees once it is no further.
        (CompareOp::Disagree, Some(allowance), Some(gap)) => {
            functions::call(Function::Sub, &[allowance.clone(), gap]).ok()
        }
        (CompareOp::Agree, Some(allowance), Some(gap)) => {
            functions::call(Function::Sub, &[gap, allowance.clone()]).ok()
        }
        (_, _, gap) => gap,
    };
    Obstacle::Compared { left, op: compare.op, right, allowance, distance }
}

/// What the atom looked for, and the row that differs in one column only, by the least.
fn missing_row(matcher: &Matcher<'_>, atom: &Atom, bindings: &Bindings) -> Obstacle {
    let wanted: Vec<(usize, Value)> = atom
        .args
        .iter()
        .filter_map(|(column, term)| match term {
            Term::Const(value) => Some((*column, value.clone())),
            Term::Var(var) => Some((*column, bindings.value(*var)?.clone())),
        })
        .collect();
    let input = matcher.input();
    let Origin::Facts(table) = input.program.relations[atom.relation.index()].origin else {
        return Obstacle::NoRow { wanted, nearest: None };
    };
    let known = atom.row.and_then(|row| bindings.value(row));
    let rows = match known {
        Some(Value::Row(row)) => *row..row + 1,
        _ => 0..input.store.tables[table].rows,
    };
    let mut best: Option<(u64, CellRef, Value)> = None;
    for row in rows {
        let cell = |column: usize| match input.store.cell(input.sources, table, row, column) {
            Cell::Present(value) => Some(value),
            Cell::Blank | Cell::Malformed(_) => None,
        };
        let mut otherwise = wanted.iter().filter_map(|(column, value)| match cell(*column) {
            Some(held) if held == *value => None,
            held => Some((*column, value, held)),
        });
        let (Some((column, value, Some(held))), None) = (otherwise.next(), otherwise.next()) else { continue };
        let distance = apart(value, &held);
        if best.as_ref().is_none_or(|(least, ..)| distance < *least) {
            best = Some((distance, CellRef { table, row, column }, held));
        }
    }
    Obstacle::NoRow { wanted, nearest: best.map(|(_, cell, held)| (cell, held)) }
}

/// How unlike two values are: edits between texts, steps between numbers.
fn apart(one: &Value, two: &Value) -> u64 {
    match (one, two) {
        (Value::Symbol(_), Value::Symbol(_)) => {
            match functions::call(Function::Distance, &[one.clone(), two.clone()]) {
                Ok(Value::Number(edits)) => edits.unsigned_abs(),
                _ => u64::MAX,
            }
        }
        _ => match (amount(one), amount(two)) {
            (Some(one), Some(two)) => {
                let gap = one.checked_sub(two).map(|gap| gap.abs().ceil());
                gap.and_then(|gap| u64::try_from(gap.mantissa()).ok()).unwrap_or(u64::MAX)
            }
            _ => u64::MAX,
        },
    }
}

fn amount(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Some(Decimal::from(*number)),
        Value::Unsigned(number) => Some(Decimal::from(*number)),
        Value::Decimal(decimal) | Value::Money(decimal) => Some(*decimal),
        _ => None,
    }
}

fn bound(bindings: &Bindings) -> Vec<(VarId, Value)> {
    bindings.values().map(|(var, value)| (var, value.clone())).collect()
}

/// The variables of a rule that stand for rows of a table of facts, outside braces, in the order of the body.
#[must_use]
pub fn row_variables(matcher: &Matcher<'_>, id: RuleId) -> Vec<(VarId, usize)> {
    let program = matcher.input().program;
    let rule = &program.rules[id.index()];
    let rows = rule.body.iter().filter_map(|literal| match literal {
        Literal::Atom(atom) => atom.row,
        _ => None,
    });
    let mut found: Vec<(VarId, usize)> = Vec::new();
    for var in rows {
        let TypeKind::Row(relation) = program.types[rule.vars[var.index()].ty.index()].kind else { continue };
        let Origin::Facts(table) = program.relations[relation.index()].origin else { continue };
        if !found.contains(&(var, table)) {
            found.push((var, table));
        }
    }
    found
}
