//! From rules to [`Equation`]s: every equality that a rule checks, as a sum of cells; and of the rules that say that one
//! amount exceeds another, the findings.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::linear::Linear;
use super::{Cell, Equation, Sense};
use crate::exec::cells::cell_of;
use crate::exec::matcher::{Bindings, Matcher, Mode};
use crate::exec::{CellRef, Input};
use crate::facts::store::Cell as Content;
use crate::ir::{Aggregate, AggregateOp, Compare, Expr, Literal, Rule, RuleId, TypeKind, VarId};
use crate::provenance::proof::head_bindings;
use crate::syntax::ast::CompareOp;
use crate::value::functions::Function;
use crate::value::{Decimal, Value};

/// How much is looked at: so many terms, and so many instances of a rule, and more where there are many rows, so that the
/// search stays a small part of the run. A rule with more is asked about its findings only.
const TERMS: u64 = 100_000;
const INSTANCES: u64 = 200_000;

/// A rule that fails for more instances than this fails for another reason than slips of the pen.
pub const MOST_FAILED: usize = 100;

/// Instances of rules that failed, by rule.
pub type Failed = BTreeMap<RuleId, Vec<Vec<Value>>>;

/// Every equality that the rules of cards check, over all cells they speak of.
#[derive(Clone, Debug, Default)]
pub struct Equalities {
    /// The cells, each once.
    pub cells: Vec<Cell>,
    /// The equations, by position those of `instances`.
    pub equations: Vec<Equation>,
    /// Which instance of which rule each equation is: the head's values, none where they are not known.
    pub instances: Vec<(RuleId, Vec<Option<Value>>)>,
    /// Rules of which only the instances that failed were looked at.
    pub partial: Vec<RuleId>,
    /// Rules that failed so often that they were left out.
    pub systematic: Vec<RuleId>,
}

/// Collects the equalities of every rule of a card, over so many `rows` of facts.
#[must_use]
pub fn equalities(matcher: &Matcher<'_>, rows: u64, failed: &Failed) -> Equalities {
    let terms = TERMS + rows / 50;
    let mut found = Collector { matcher, ids: BTreeMap::new(), terms: 0, most: terms, found: Equalities::default() };
    let ids = (0..).map(RuleId);
    for (id, rule) in ids.zip(&matcher.input().program.rules) {
        if rule.card.is_some() {
            found.rule(id, rule, failed.get(&id).map_or(&[], Vec::as_slice));
        }
    }
    found.found
}

/// What a rule says to be wrong: that two amounts differ, or that the first exceeds the second.
struct Claim<'r> {
    /// Which literal of the body says it.
    at: usize,
    sense: Sense,
    above: &'r Expr,
    below: &'r Expr,
    allowance: Option<&'r Expr>,
}

struct Collector<'m, 'a> {
    matcher: &'m Matcher<'a>,
    ids: BTreeMap<CellRef, usize>,
    terms: u64,
    most: u64,
    found: Equalities,
}

impl Collector<'_, '_> {
    /// A rule that says that two numbers differ speaks of an equality that should hold for every solution of the rest. One
    /// that says that a number exceeds another is asked about its findings: what holds there would hold of many a number.
    fn rule(&mut self, id: RuleId, rule: &Rule, failed: &[Vec<Value>]) {
        let Some(claim) = self.claim(rule) else { return };
        if failed.len() > MOST_FAILED {
            if claim.sense == Sense::Zero {
                self.found.systematic.push(id);
            }
            return;
        }
        let rest: Vec<Literal> = [&rule.body[..claim.at], &rule.body[claim.at + 1..]].concat();
        if claim.sense == Sense::Zero {
            let known = self.found.equations.len();
            if self.instances_at_most(rule) <= INSTANCES && self.all((id, rule), &claim, &rest) {
                return;
            }
            self.found.equations.truncate(known);
            self.found.instances.truncate(known);
            self.found.partial.push(id);
        }
        for row in failed {
            let Some(start) = head_bindings(rule, row) else { continue };
            // One solution is the instance.
            let _ = self.matcher.solve(&rule.vars, &rest, (start, Mode::Certain), &mut |bindings, _| {
                self.instance((id, rule), &claim, bindings);
                ControlFlow::Break(())
            });
        }
    }

    /// The comparison of a rule that says that two amounts differ. Of several `!~` the first: the others say what else would
    /// do, such as twice the total. Else the only `!=`; else the only `>` or `<`. That something is not, or is more than, a
    /// certain number is a condition, not a claim.
    fn claim<'r>(&self, rule: &'r Rule) -> Option<Claim<'r>> {
        let amounts = rule.body.iter().enumerate().filter_map(|(at, literal)| match literal {
            Literal::Compare(compare) if self.is_amount(rule, compare) => Some((at, compare)),
            _ => None,
        });
        let amounts: Vec<(usize, &Compare)> = amounts.collect();
        let of = |ops: &'static [CompareOp]| amounts.iter().filter(move |(_, compare)| ops.contains(&compare.op));
        let claim = |(at, compare): &(usize, &'r Compare), sense| {
            let (above, below) = match compare.op {
                CompareOp::Lt => (&compare.right, &compare.left),
                _ => (&compare.left, &compare.right),
            };
            Claim { at: *at, sense, above, below, allowance: compare.allowance.as_ref() }
        };
        if let Some(first) = of(&[CompareOp::Disagree]).next() {
            return Some(claim(first, Sense::Zero));
        }
        let is_const = |expr: &Expr| matches!(expr, Expr::Const(_));
        let free = |(_, compare): &&(usize, &Compare)| !is_const(&compare.left) && !is_const(&compare.right);
        let mut differ = of(&[CompareOp::Ne]).filter(free);
        if let Some(only) = differ.next() {
            return differ.next().is_none().then(|| claim(only, Sense::Zero));
        }
        let mut exceed = of(&[CompareOp::Lt, CompareOp::Gt]).filter(free);
        let only = exceed.next().filter(|_| exceed.next().is_none())?;
        Some(claim(only, Sense::AtMostZero))
    }

    /// Adds every instance of a rule; whether there was room for them.
    fn all(&mut self, (id, rule): (RuleId, &Rule), claim: &Claim<'_>, rest: &[Literal]) -> bool {
        let unbound = Bindings::new(rule.vars.len());
        let flow = self.matcher.solve(&rule.vars, rest, (unbound, Mode::Doubtful), &mut |bindings, _| {
            if self.terms > self.most {
                return ControlFlow::Break(());
            }
            self.instance((id, rule), claim, bindings);
            ControlFlow::Continue(())
        });
        flow.is_continue()
    }

    /// A bound on how many instances a rule has: the rows of its atoms, multiplied.
    fn instances_at_most(&self, rule: &Rule) -> u64 {
        let atoms = rule.body.iter().filter_map(|literal| match literal {
            Literal::Atom(atom) => Some(atom),
            _ => None,
        });
        // A second atom about a row that is bound already finds that row only.
        let mut rows: Vec<VarId> = Vec::new();
        let fresh = atoms.filter(|atom| match atom.row {
            Some(row) if rows.contains(&row) => false,
            Some(row) => {
                rows.push(row);
                true
            }
            None => true,
        });
        fresh.map(|atom| u64::from(self.matcher.row_count(atom.relation)).max(1)).fold(1, u64::saturating_mul)
    }

    /// Whether both sides are amounts: exact numbers rather than texts, days or rows.
    fn is_amount(&self, rule: &Rule, compare: &Compare) -> bool {
        let amount = |expr: &Expr| match expr {
            Expr::Var(var) => {
                let kind = &self.matcher.input().program.types[rule.vars[var.index()].ty.index()].kind;
                matches!(kind, TypeKind::Money(_) | TypeKind::Decimal | TypeKind::Number | TypeKind::Percent)
            }
            Expr::Const(value) => decimal(value).is_some(),
            Expr::Call(function, ..) => {
                matches!(function, Function::Add | Function::Sub | Function::Mul | Function::Div | Function::Neg)
            }
            _ => false,
        };
        amount(&compare.left) && amount(&compare.right)
    }

    fn instance(&mut self, (id, rule): (RuleId, &Rule), claim: &Claim<'_>, bindings: &Bindings) {
        let scope = Scope { rule, bodies: vec![&rule.body] };
        let side = |expr| self.linear(&scope, expr, bindings);
        let (Some(left), Some(right)) = (side(claim.above), side(claim.below)) else { return };
        let Some(difference) = left.plus(&right, -Decimal::ONE) else { return };
        let allowance = match claim.allowance {
            Some(expr) => self.matcher.value(&rule.vars, expr, bindings).ok().as_ref().and_then(decimal),
            None => Some(Decimal::ZERO),
        };
        let Some(allowance) = allowance else { return };
        let mut terms: Vec<(usize, Decimal)> = Vec::with_capacity(difference.terms.len());
        for (cell, factor) in difference.terms {
            if !factor.is_zero() {
                terms.push((self.cell(cell), factor));
            }
        }
        let found = &mut self.found;
        // A limit that is a share or a number of the rule's is no figure that an amount is written like.
        let is_plain = |(cell, factor): &(usize, Decimal)| factor.abs() == found.cells[*cell].worth;
        let of_cells = difference.constant.is_zero() && terms.iter().all(is_plain);
        if claim.sense == Sense::AtMostZero && !of_cells {
            return;
        }
        self.terms += 1 + terms.len() as u64;
        let head = rule.args.iter().map(|arg| self.matcher.value(&rule.vars, arg, bindings).ok()).collect();
        found.instances.push((id, head));
        found.equations.push(Equation { sense: claim.sense, terms, constant: difference.constant, allowance });
    }

    /// An expression as a sum of cells; none when it is not one.
    fn linear(&self, scope: &Scope<'_>, expr: &Expr, bindings: &Bindings) -> Option<Linear> {
        match expr {
            Expr::Var(var) => self.variable(scope, *var, bindings),
            Expr::Call(Function::Add, args, _) => self.both(scope, args, bindings, Decimal::ONE),
            Expr::Call(Function::Sub, args, _) => self.both(scope, args, bindings, -Decimal::ONE),
            Expr::Call(Function::Neg, args, _) => self.linear(scope, args.first()?, bindings)?.scaled(-Decimal::ONE),
            Expr::Call(Function::Mul, args, _) => {
                let [one, two] = &args[..] else { return None };
                self.linear(scope, one, bindings)?.times(self.linear(scope, two, bindings)?)
            }
            Expr::Call(Function::Div, args, _) => {
                let [one, two] = &args[..] else { return None };
                let divisor = decimal(&self.matcher.value(&scope.rule.vars, two, bindings).ok()?)?;
                self.linear(scope, one, bindings)?.scaled(Decimal::ONE.checked_div(divisor)?)
            }
            Expr::Else(value, default) => {
                let known = self.matcher.value(&scope.rule.vars, value, bindings).is_ok();
                self.linear(scope, if known { value } else { default }, bindings)
            }
            other => {
                let value = self.matcher.value(&scope.rule.vars, other, bindings).ok()?;
                Some(Linear::constant(decimal(&value)?))
            }
        }
    }

    fn both(&self, scope: &Scope<'_>, args: &[Expr], bindings: &Bindings, sign: Decimal) -> Option<Linear> {
        let [one, two] = args else { return None };
        self.linear(scope, one, bindings)?.plus(&self.linear(scope, two, bindings)?, sign)
    }

    /// A variable: a cell, a sum, something computed, or a value that comes from elsewhere.
    fn variable(&self, scope: &Scope<'_>, var: VarId, bindings: &Bindings) -> Option<Linear> {
        if let Some(cell) = cell_of(self.matcher.input(), scope.rule, var, bindings) {
            return self.read(cell);
        }
        match scope.definition(var) {
            Some(Literal::Bind(bind)) => self.linear(scope, &bind.expr, bindings),
            Some(Literal::Aggregate(aggregate)) if aggregate.op == AggregateOp::Sum && !aggregate.distinct => {
                self.sum(scope, aggregate, bindings)
            }
            _ => Some(Linear::constant(decimal(bindings.value(var)?)?)),
        }
    }

    /// The sum of an aggregate as the sum of its contributors; none when it is not certain who they are.
    fn sum(&self, scope: &Scope<'_>, aggregate: &Aggregate, bindings: &Bindings) -> Option<Linear> {
        let target = aggregate.target.as_ref()?;
        let mut outer = Bindings::new(scope.rule.vars.len());
        for var in &aggregate.outer {
            outer.set(*var, bindings.get(*var).clone());
        }
        let inner = Scope { rule: scope.rule, bodies: [&scope.bodies[..], &[&aggregate.body]].concat() };
        let mut sum = Some(Linear::constant(Decimal::ZERO));
        let vars = &scope.rule.vars;
        let flow = self.matcher.solve(vars, &aggregate.body, (outer, Mode::Doubtful), &mut |bindings, doubt| {
            let part = if doubt.is_empty() { self.linear(&inner, target, bindings) } else { None };
            sum = sum.take().zip(part).and_then(|(sum, part)| sum.plus(&part, Decimal::ONE));
            if sum.is_some() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        if flow.is_break() { None } else { sum }
    }

    /// A cell as a term: its value in the unit it is written in, and what one such unit is worth.
    fn read(&self, cell: CellRef) -> Option<Linear> {
        let (value, factor) = self.content(cell)?;
        Linear::cell(cell, value, factor)
    }

    /// Value and factor of a cell; none for a blank cell, which no slip made.
    fn content(&self, cell: CellRef) -> Option<(Option<Decimal>, Decimal)> {
        content(self.matcher.input(), cell)
    }

    /// The position of a cell among the cells, new if need be.
    fn cell(&mut self, cell: CellRef) -> usize {
        if let Some(id) = self.ids.get(&cell) {
            return *id;
        }
        let input = self.matcher.input();
        let span = input.store.tables[cell.table].cell_span(input.sources, cell.row, cell.column);
        let written = input.sources.text(span).trim().trim_end_matches(['%', '％']).to_owned();
        let (value, worth) = self.content(cell).unwrap_or((None, Decimal::ONE));
        let id = self.found.cells.len();
        self.ids.insert(cell, id);
        self.found.cells.push(Cell { at: cell, written, value, worth });
        id
    }
}

/// Where a variable may be defined: the bodies that enclose it, outermost first.
struct Scope<'r> {
    rule: &'r Rule,
    bodies: Vec<&'r [Literal]>,
}

impl<'r> Scope<'r> {
    /// The literal that binds `var` to what it computes.
    fn definition(&self, var: VarId) -> Option<&'r Literal> {
        let defines = |literal: &&Literal| match literal {
            Literal::Bind(bind) => bind.var == var,
            Literal::Aggregate(aggregate) => aggregate.result == var,
            _ => false,
        };
        self.bodies.iter().rev().find_map(|body| body.iter().find(defines))
    }
}

/// Value of a cell in the unit it is written in, none where that is malformed, and what one such unit is worth; none for a
/// blank cell and one that is no amount.
pub(super) fn content(input: &Input<'_>, cell: CellRef) -> Option<(Option<Decimal>, Decimal)> {
    let table = &input.store.tables[cell.table];
    let unit = table.precision(cell.row, cell.column).unit;
    let factor = unit.to_yuan(Decimal::ONE)?;
    match input.store.cell(input.sources, cell.table, cell.row, cell.column) {
        Content::Present(Value::Money(yuan)) => Some((Some(unit.from_yuan(yuan)?), factor)),
        Content::Present(value) => {
            let value = decimal(&value)?;
            let text = input.sources.text(table.cell_span(input.sources, cell.row, cell.column));
            Some(if is_in_hundredths(&text, value) {
                (Some(value * Decimal::ONE_HUNDRED), Decimal::new(1, 2))
            } else {
                (Some(value), Decimal::ONE)
            })
        }
        Content::Malformed(_) => Some((None, factor)),
        Content::Blank => None,
    }
}

/// Whether a number is written as a percentage, `89%`, or `89` below a header that says so.
fn is_in_hundredths(text: &str, value: Decimal) -> bool {
    let written = text.trim().trim_end_matches(['%', '％']).parse::<Decimal>();
    !value.is_zero() && written.is_ok_and(|written| written == value * Decimal::ONE_HUNDRED)
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Some(Decimal::from(*number)),
        Value::Unsigned(number) => Some(Decimal::from(*number)),
        Value::Decimal(decimal) | Value::Money(decimal) => Some(*decimal),
        _ => None,
    }
}
