//! [`Reader`]: instances of a rule, read as sums of cells.

use std::ops::ControlFlow;

use super::Sense;
use super::claim::Claim;
use super::linear::Linear;
use crate::exec::cells::cell_of;
use crate::exec::matcher::{Bindings, Matcher, Mode};
use crate::exec::{CellRef, Input, Outcome};
use crate::facts::store::Cell as Content;
use crate::ir::{Aggregate, AggregateOp, Expr, Literal, Rule, VarId};
use crate::provenance::proof::head_bindings;
use crate::value::functions::Function;
use crate::value::{Decimal, Value};

/// An instance of a rule.
pub(super) struct Instance {
    /// The values of the head, none where they are not known.
    pub(super) head: Vec<Option<Value>>,
    pub(super) terms: Vec<(CellRef, Decimal)>,
    pub(super) constant: Decimal,
    pub(super) allowance: Decimal,
}

/// Finds instances, and reads them.
pub(super) struct Reader<'a> {
    matcher: Matcher<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(input: &Input<'a>, outcome: &'a Outcome) -> Self {
        Self { matcher: Matcher::new(input, outcome) }
    }

    /// Every instance of a rule; none when they have more than so many terms.
    pub(super) fn all(&self, claim: &Claim<'_>, most: u64) -> Option<Vec<Instance>> {
        let (mut found, mut terms) = (Vec::new(), 0);
        let unbound = Bindings::new(claim.rule.vars.len());
        let flow = self.matcher.solve(&claim.rule.vars, &claim.rest, (unbound, Mode::Doubtful), &mut |bindings, _| {
            if terms > most {
                return ControlFlow::Break(());
            }
            if let Some(instance) = self.instance(claim, bindings) {
                terms += 1 + instance.terms.len() as u64;
                found.push(instance);
            }
            ControlFlow::Continue(())
        });
        flow.is_continue().then_some(found)
    }

    /// The instances of a rule whose heads have these values.
    pub(super) fn of_failed(&self, claim: &Claim<'_>, failed: &[Vec<Value>]) -> Vec<Instance> {
        let mut found = Vec::new();
        for start in failed.iter().filter_map(|row| head_bindings(claim.rule, row)) {
            let vars = &claim.rule.vars;
            // One solution is the instance.
            let _ = self.matcher.solve(vars, &claim.rest, (start, Mode::Certain), &mut |bindings, _| {
                found.extend(self.instance(claim, bindings));
                ControlFlow::Break(())
            });
        }
        found
    }

    /// A bound on how many instances a rule has: the rows of its atoms, multiplied.
    pub(super) fn instances_at_most(&self, rule: &Rule) -> u64 {
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

    fn instance(&self, claim: &Claim<'_>, bindings: &Bindings) -> Option<Instance> {
        let rule = claim.rule;
        let scope = Scope { rule, bodies: vec![&rule.body] };
        let side = |expr| self.linear(&scope, expr, bindings);
        let difference = side(claim.above)?.plus(&side(claim.below)?, -Decimal::ONE)?;
        let allowance = match claim.allowance {
            Some(expr) => self.matcher.value(&rule.vars, expr, bindings).ok().as_ref().and_then(decimal)?,
            None => Decimal::ZERO,
        };
        let terms = difference.terms.into_iter().filter(|(_, factor)| !factor.is_zero()).collect::<Vec<_>>();
        // A limit that is a share or a number of the rule's is no figure that an amount is written like.
        let is_plain = |(cell, factor): &(CellRef, Decimal)| factor.abs() == self.worth(*cell);
        let of_cells = || difference.constant.is_zero() && terms.iter().all(is_plain);
        if claim.sense == Sense::AtMostZero && !of_cells() {
            return None;
        }
        let head = rule.args.iter().map(|arg| self.matcher.value(&rule.vars, arg, bindings).ok()).collect();
        Some(Instance { head, terms, constant: difference.constant, allowance })
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

    fn worth(&self, cell: CellRef) -> Decimal {
        self.content(cell).map_or(Decimal::ONE, |(_, worth)| worth)
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

/// An exact number.
pub(super) fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) => Some(Decimal::from(*number)),
        Value::Unsigned(number) => Some(Decimal::from(*number)),
        Value::Decimal(decimal) | Value::Money(decimal) => Some(*decimal),
        _ => None,
    }
}
