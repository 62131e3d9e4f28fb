//! [`WhyNot`]: why a rule has no finding about a row — the last condition that held, and the first that did not.
//!
//! Conditions are taken in the order in which the rule runs. The rule's row variable is bound to the row asked about;
//! then prefixes of the body are solved, each longer by one, until one has no solution. Among the solutions of the last
//! prefix that has some, the one that came nearest to the failing condition is told.

use std::ops::ControlFlow;

use crate::exec::CellRef;
use crate::exec::cells::cell_of;
use crate::exec::doubt::Doubt;
use crate::exec::matcher::{Bindings, Matcher, Mode, Slot};
use crate::facts::store::Cell;
use crate::ir::{Atom, Compare, Expr, Literal, Origin, RelationId, Rule, RuleId, Term, TypeKind, VarId};
use crate::provenance::proof::is_computed;
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
        /// The row that comes nearest.
        nearest: Option<Nearest>,
        /// Of a derived relation: why each of its rules gives no such row.
        rules: Vec<WhyNot>,
    },
    /// A cell of a row that another condition found holds something else than what was looked for.
    Other {
        /// The cell.
        cell: CellRef,
        /// What was looked for.
        wanted: Value,
        /// What it holds; none for a cell without a value.
        held: Option<Value>,
    },
    /// What a negation excludes is there: the first row that it found.
    Present(Option<Held>),
    /// A cell is not in the state that was asked for.
    State(CellRef),
    /// It cannot be decided without these cells.
    Undecided(Vec<CellRef>),
    /// It is false, with nothing more to say.
    False,
}

/// A row that is otherwise in one column only.
#[derive(Clone, Debug, PartialEq)]
pub struct Nearest {
    /// The cell that is otherwise.
    pub cell: CellRef,
    /// What was looked for.
    pub wanted: Value,
    /// What it holds.
    pub held: Value,
}

/// A row that is there.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// Of a table of facts, by its position in the store.
    Fact(usize, u32),
    /// Of a derived relation.
    Derived(RelationId, Vec<Value>),
}

/// A row about which a rule has no finding for one comparison alone, and that by little.
#[derive(Clone, Debug, PartialEq)]
pub struct Near {
    /// The row.
    pub row: u32,
    /// What stands in the way.
    pub why: WhyNot,
    /// How far the comparison is from being true, as a share of its right side.
    pub share: Decimal,
}

/// Rows of a table for which only one comparison of the rule fails, by no more than the share `within`; nearest first.
#[must_use]
pub fn near_misses(matcher: &Matcher<'_>, id: RuleId, (var, table): (VarId, usize), within: Decimal) -> Vec<Near> {
    let rule = &matcher.input().program.rules[id.index()];
    let mut found: Vec<Near> = Vec::new();
    for row in 0..matcher.input().store.tables[table].rows {
        let why = why_not(matcher, id, (var, row));
        let Some((span, Obstacle::Compared { right, distance: Some(distance), .. })) = &why.failed else { continue };
        let share = amount(right).zip(amount(distance)).and_then(|(right, far)| far.checked_div(right.abs()));
        let Some(share) = share.filter(|share| *share <= within) else { continue };
        let is_it = |literal: &&Literal| !matches!(literal, Literal::Compare(compare) if compare.span == *span);
        let rest: Vec<Literal> = rule.body.iter().filter(is_it).cloned().collect();
        let start = Bindings::new(rule.vars.len()).with(var, Value::Row(row));
        if !solve(matcher, rule, &rest, (&start, &|_| true)).is_empty() {
            found.push(Near { row, why, share });
        }
    }
    found.sort_by_key(|near| (near.share, near.row));
    found
}

/// Rules of derived relations are looked into so many levels deep.
const DEEPEST: usize = 4;

/// Why `rule` has no finding in which `var` is the row `row`.
#[must_use]
pub fn why_not(matcher: &Matcher<'_>, id: RuleId, (var, row): (VarId, u32)) -> WhyNot {
    let rule = &matcher.input().program.rules[id.index()];
    let start = Bindings::new(rule.vars.len()).with(var, Value::Row(row));
    let held = (0, vec![start.clone()]);
    failing(matcher, id, (&start, &|_| true), (held, 0))
}

/// Why `rule` has no finding under bindings that are `meant`; none when nothing that its conditions bind is.
#[must_use]
pub fn why_not_about(matcher: &Matcher<'_>, id: RuleId, meant: &dyn Fn(&Bindings) -> bool) -> Option<WhyNot> {
    let rule = &matcher.input().program.rules[id.index()];
    let start = Bindings::new(rule.vars.len());
    (1..=rule.body.len()).find_map(|prefix| {
        let solutions = solve(matcher, rule, &rule.body[..prefix], (&start, meant));
        (!solutions.is_empty()).then(|| failing(matcher, id, (&start, meant), ((prefix, solutions), 0)))
    })
}

/// Bindings to begin with, and which of those that they lead to are meant.
type From<'f> = (&'f Bindings, &'f dyn Fn(&Bindings) -> bool);

/// The first condition without a solution, beyond so many that have these.
fn failing(
    matcher: &Matcher<'_>,
    id: RuleId,
    (start, meant): From<'_>,
    ((mut prefix, mut solutions), depth): ((usize, Vec<Bindings>), usize),
) -> WhyNot {
    let rule = &matcher.input().program.rules[id.index()];
    while prefix < rule.body.len() {
        let longer = solve(matcher, rule, &rule.body[..=prefix], (start, meant));
        if longer.is_empty() {
            break;
        }
        solutions = longer;
        prefix += 1;
    }
    let held = told(&rule.body[..prefix]);
    let Some(literal) = rule.body.get(prefix) else {
        let bindings = solutions.first().map(bound).unwrap_or_default();
        return WhyNot { rule: id, held, failed: None, bindings };
    };
    let undecided = in_doubt(matcher, rule, &rule.body[..=prefix], (start, meant));
    let (mut obstacle, nearest) = match undecided {
        Some(doubt) => (Obstacle::Undecided(doubt.cells().iter().copied().collect()), solutions.first().cloned()),
        None => nearest(matcher, rule, literal, &solutions),
    };
    if let (Obstacle::NoRow { rules, .. }, Literal::Atom(atom), Some(bindings)) = (&mut obstacle, literal, &nearest) {
        *rules = underivable(matcher, atom, bindings, depth + 1);
    }
    let bindings = nearest.as_ref().map(bound).unwrap_or_default();
    WhyNot { rule: id, held, failed: Some((literal.span(), obstacle)), bindings }
}

/// Where conditions are written, without those that only read more cells of a row which an earlier one found.
fn told(body: &[Literal]) -> Vec<Span> {
    let mut found: Vec<VarId> = Vec::new();
    let mut spans = Vec::new();
    for literal in body {
        let Literal::Atom(atom) = literal else {
            spans.push(literal.span());
            continue;
        };
        let known = atom.row.is_some_and(|row| found.contains(&row));
        if !known || atom.args.is_empty() {
            spans.push(atom.span);
        }
        found.extend(atom.row.into_iter().chain(atom.args.iter().filter_map(|(_, term)| term.var())));
    }
    spans
}

/// Why each rule of the relation of `atom` gives no row that fits.
fn underivable(matcher: &Matcher<'_>, atom: &Atom, bindings: &Bindings, depth: usize) -> Vec<WhyNot> {
    let program = matcher.input().program;
    let recursive = program.strata.iter().any(|it| it.recursive && it.relations.contains(&atom.relation));
    if depth > DEEPEST || recursive {
        return Vec::new();
    }
    let of_relation = (0..).map(RuleId).zip(&program.rules).filter(|(_, rule)| rule.head == atom.relation);
    let explained = of_relation.filter_map(|(id, rule)| {
        let start = asked(rule, atom, bindings)?;
        let held = (0, vec![start.clone()]);
        let why = failing(matcher, id, (&start, &|_| true), (held, depth));
        why.failed.is_some().then_some(why)
    });
    explained.collect()
}

/// The bindings of a rule under which its head is what `atom` asks for; none when it cannot be that.
fn asked(rule: &Rule, atom: &Atom, bindings: &Bindings) -> Option<Bindings> {
    let mut start = Bindings::new(rule.vars.len());
    for (column, term) in &atom.args {
        let wanted = match term {
            Term::Const(value) => value,
            Term::Var(var) => match bindings.value(*var) {
                Some(value) => value,
                None => continue,
            },
        };
        match rule.args.get(*column) {
            Some(Expr::Const(constant)) if constant != wanted => return None,
            Some(Expr::Var(var)) if !is_computed(rule, *var) => match start.value(*var) {
                Some(other) if other != wanted => return None,
                Some(_) => {}
                None => start.set(*var, Slot::Value(wanted.clone())),
            },
            _ => {}
        }
    }
    Some(start)
}

/// Meant solutions of a prefix of the body without doubt.
fn solve(matcher: &Matcher<'_>, rule: &Rule, body: &[Literal], (start, meant): From<'_>) -> Vec<Bindings> {
    let mut solutions = Vec::new();
    // Cut short when there are enough to choose from.
    let _ = matcher.solve(&rule.vars, body, (start.clone(), Mode::Certain), &mut |bindings, _| {
        if meant(bindings) {
            solutions.push(bindings.clone());
        }
        if solutions.len() < MOST_SOLUTIONS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    solutions
}

/// The doubt under which the body has a solution, when it has one only under a doubt.
fn in_doubt(matcher: &Matcher<'_>, rule: &Rule, body: &[Literal], (start, meant): From<'_>) -> Option<Doubt> {
    let mut found = None;
    let _ = matcher.solve(&rule.vars, body, (start.clone(), Mode::Possible), &mut |bindings, doubt| {
        if !meant(bindings) {
            return ControlFlow::Continue(());
        }
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
        Obstacle::Compared { left: left @ Value::Symbol(_), op: CompareOp::Eq, right, .. } => {
            (true, Decimal::from(apart(left, right)))
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
        Literal::Is(is) => cell_of(matcher.input(), rule, is.var, bindings).map_or(Obstacle::False, Obstacle::State),
        _ => Obstacle::False,
    }
}

fn first_row(matcher: &Matcher<'_>, rule: &Rule, literal: &Literal, bindings: &Bindings) -> Option<Held> {
    let Literal::Atom(atom) = literal else { return None };
    let row = *matcher.rows(&rule.vars, atom, bindings).first()?;
    Some(match matcher.input().program.relations[atom.relation.index()].origin {
        Origin::Facts(table) => Held::Fact(table, row),
        Origin::Rules(_) => Held::Derived(atom.relation, matcher.derived_row(atom.relation, row)),
    })
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
        return Obstacle::NoRow { wanted, nearest: None, rules: Vec::new() };
    };
    let differing = |row: u32| {
        let cell = move |column: usize| match input.store.cell(input.sources, table, row, column) {
            Cell::Present(value) => Some(value),
            Cell::Blank | Cell::Malformed(_) => None,
        };
        wanted.iter().filter_map(move |(column, value)| match cell(*column) {
            Some(held) if held == *value => None,
            held => Some((*column, value, held)),
        })
    };
    if let Some(Value::Row(row)) = atom.row.and_then(|row| bindings.value(row)) {
        let other = |(column, wanted, held): (usize, &Value, Option<Value>)| Obstacle::Other {
            cell: CellRef { table, row: *row, column },
            wanted: wanted.clone(),
            held,
        };
        return differing(*row).next().map_or(Obstacle::False, other);
    }
    let mut best: Option<(u64, Nearest)> = None;
    for row in 0..input.store.tables[table].rows {
        let mut otherwise = differing(row);
        let (Some((column, value, Some(held))), None) = (otherwise.next(), otherwise.next()) else { continue };
        let distance = apart(value, &held);
        if best.as_ref().is_none_or(|(least, _)| distance < *least) {
            let nearest = Nearest { cell: CellRef { table, row, column }, wanted: value.clone(), held };
            best = Some((distance, nearest));
        }
    }
    let nearest = best.map(|(_, nearest)| nearest);
    Obstacle::NoRow { wanted, nearest, rules: Vec::new() }
}

/// How unlike two values are: edits between texts, steps between numbers.
fn apart(one: &Value, two: &Value) -> u64 {
    match (one, two) {
        (Value::Symbol(_), Value::Symbol(_)) => {
            let norm = |text: &Value| functions::call(Function::Norm, std::slice::from_ref(text)).ok();
            match functions::call(Function::Distance, &[one.clone(), two.clone()]) {
                // Blanks and widths are no difference at all to a reader.
                _ if norm(one) == norm(two) => 0,
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
