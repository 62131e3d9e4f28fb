//! The order in which the literals of a body run: what is bound first, connected atoms, most selective first.

use rustc_hash::FxHashSet;

use super::lower::Context;
use crate::ir::{Atom, Literal, Term, VarId};

/// Beyond so many atoms, only one start is tried.
const MANY: usize = 7;

/// Positions of `body` in the order in which to run them. `first`, if given, runs first.
///
/// Requires that the body can be run in the order in which it stands, with `bound` bound before.
pub(super) fn order(
    context: &Context<'_>,
    body: &[Literal],
    bound: &FxHashSet<VarId>,
    first: Option<usize>,
) -> Vec<usize> {
    if first.is_some() || !bound.is_empty() {
        return greedy(context, body, bound, first).0;
    }
    let atoms: Vec<usize> = (0..body.len()).filter(|at| matches!(body[*at], Literal::Atom(_))).collect();
    if atoms.len() < 2 || atoms.len() > MANY {
        return greedy(context, body, bound, None).0;
    }
    let mut best: Option<(Vec<usize>, f64)> = None;
    for start in atoms {
        let (order, cost) = greedy(context, body, bound, Some(start));
        if order.len() == body.len() && best.as_ref().is_none_or(|(_, least)| cost < *least) {
            best = Some((order, cost));
        }
    }
    best.map_or_else(|| (0..body.len()).collect(), |(order, _)| order)
}

/// What to run next: lower is better.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Rank {
    Check,
    Exists(f64),
    Join(f64),
    Nested,
    Product(f64),
}

fn greedy(
    context: &Context<'_>,
    body: &[Literal],
    bound: &FxHashSet<VarId>,
    first: Option<usize>,
) -> (Vec<usize>, f64) {
    let mut bound = bound.clone();
    let mut rest: Vec<usize> = (0..body.len()).filter(|at| Some(*at) != first).collect();
    let mut order = Vec::with_capacity(body.len());
    let (mut rows, mut cost) = (1.0_f64, 0.0_f64);
    let mut run = |at: usize, bound: &mut FxHashSet<VarId>, order: &mut Vec<usize>| {
        if let Literal::Atom(atom) = &body[at] {
            let found = matches(context, atom, bound);
            cost += rows + rows * found;
            rows *= found.max(1e-3);
        } else if matches!(body[at], Literal::Compare(_) | Literal::Test(_)) {
            rows *= 0.5;
        }
        bound.extend(body[at].binds());
        order.push(at);
    };
    if let Some(at) = first {
        run(at, &mut bound, &mut order);
    }
    while !rest.is_empty() {
        let scope = scope(body, &bound);
        let ready =
            |literal: &Literal| literal.needs(&|var| scope.contains(&var)).iter().all(|var| bound.contains(var));
        let ranked = rest.iter().enumerate().filter(|(_, at)| ready(&body[**at]));
        let ranked = ranked.map(|(slot, at)| (slot, rank(context, &body[*at], &bound)));
        // A body that can run in its own order always has a ready literal; the fallback keeps this total.
        let next = ranked
            .min_by(|a, b| a.1.partial_cmp(&b.1).unwrap_or(std::cmp::Ordering::Equal))
            .map_or(0, |(slot, _)| slot);
        let at = rest.remove(next);
        run(at, &mut bound, &mut order);
    }
    (order, cost)
}

/// Variables that come from outside when a negation or aggregate of `body` mentions them.
pub(super) fn scope(body: &[Literal], bound: &FxHashSet<VarId>) -> FxHashSet<VarId> {
    let mut scope = bound.clone();
    body.iter().for_each(|literal| scope.extend(literal.binds()));
    scope
}

fn rank(context: &Context<'_>, literal: &Literal, bound: &FxHashSet<VarId>) -> Rank {
    match literal {
        Literal::Compare(_) | Literal::Is(_) | Literal::Test(_) | Literal::Bind(_) | Literal::Unpack(_) => Rank::Check,
        Literal::Atom(atom) => {
            if atom.row.is_some_and(|row| bound.contains(&row)) {
                return Rank::Check;
            }
            let found = matches(context, atom, bound);
            let keyed = atom.args.iter().any(|(_, term)| is_bound(term, bound));
            if keyed { Rank::Join(found) } else { Rank::Product(found) }
        }
        Literal::Not(not) => match &not.body[..] {
            [Literal::Atom(_)] => Rank::Exists(0.0),
            _ => Rank::Nested,
        },
        Literal::Generate(_) | Literal::Aggregate(_) => Rank::Nested,
    }
}

fn matches(context: &Context<'_>, atom: &Atom, bound: &FxHashSet<VarId>) -> f64 {
    if atom.row.is_some_and(|row| bound.contains(&row)) {
        return 1.0;
    }
    let keys = atom.args.iter().filter(|(_, term)| is_bound(term, bound)).map(|(column, _)| *column);
    context.sizes.matches(atom.relation, keys)
}

fn is_bound(term: &Term, bound: &FxHashSet<VarId>) -> bool {
    term.var().is_none_or(|var| bound.contains(&var))
}
