//! The order in which the literals of a body run: what is bound first, connected atoms, most selective first.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::lower::Context;
use crate::ir::{Atom, Literal, Term, VarId};

/// Beyond so many atoms, only one start is tried.
const MANY: usize = 7;

/// Which variables are bound before a body runs.
#[derive(Clone, Copy)]
pub(super) struct Before<'b> {
    /// Whether a variable is.
    pub(super) is_bound: &'b dyn Fn(VarId) -> bool,
    /// Whether none is.
    pub(super) nothing: bool,
}

/// Positions of `body` in the order in which to run them. `first`, if given, runs first.
///
/// Requires that the body can be run in the order in which it stands, with what is bound `before`.
pub(super) fn order(context: &Context<'_>, body: &[Literal], before: Before<'_>, first: Option<usize>) -> Vec<usize> {
    let wants = Wants::of(body, before);
    let start = Greedy::new(context, body, before, &wants);
    let greedy = |first| start.clone().run(first);
    if first.is_some() || !before.nothing {
        return greedy(first).0;
    }
    let atoms: Vec<usize> = (0..body.len()).filter(|at| matches!(body[*at], Literal::Atom(_))).collect();
    if atoms.len() < 2 || atoms.len() > MANY {
        return greedy(None).0;
    }
    let mut best: Option<(Vec<usize>, f64)> = None;
    for start in atoms {
        let (order, cost) = greedy(Some(start));
        if order.len() == body.len() && best.as_ref().is_none_or(|(_, least)| cost < *least) {
            best = Some((order, cost));
        }
    }
    best.map_or_else(|| (0..body.len()).collect(), |(order, _)| order)
}

/// How many rows are expected: never negative, so that its bits are ordered as it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rows(u64);

/// What to run next: lower is better.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Check,
    Exists,
    Join(Rows),
    Nested,
    Product(Rows),
}

/// What the variables of a body matter to, in whatever order it runs.
struct Wants {
    /// For each literal, how many of the variables that it needs are not bound before the body runs.
    lacking: Vec<usize>,
    /// The literals that a variable matters to.
    mentions: FxHashMap<VarId, Vec<usize>>,
}

impl Wants {
    fn of(body: &[Literal], before: Before<'_>) -> Self {
        let own = binds(body);
        let scope = |var: VarId| (before.is_bound)(var) || own.contains(&var);
        let mut wants = Self { lacking: Vec::with_capacity(body.len()), mentions: FxHashMap::default() };
        for (at, literal) in body.iter().enumerate() {
            let mut needs = literal.needs(&scope);
            needs.retain(|var| !(before.is_bound)(*var));
            wants.lacking.push(needs.len());
            // An atom needs none; the more of its variables are bound, the fewer rows it finds.
            if let Literal::Atom(atom) = literal {
                needs.extend(atom.row.into_iter().chain(atom.column_vars()));
                needs.sort_unstable();
                needs.dedup();
            }
            for var in needs {
                wants.mentions.entry(var).or_default().push(at);
            }
        }
        wants
    }
}

/// Takes the best of the literals that are ready, one after the other. A literal is looked at again only when one of its
/// variables has been bound, so that a body of ten thousand literals is no trouble.
#[derive(Clone)]
struct Greedy<'a> {
    context: &'a Context<'a>,
    body: &'a [Literal],
    before: Before<'a>,
    wants: &'a Wants,
    bound: FxHashSet<VarId>,
    /// For each literal, how many of the variables that it needs are not bound, and its rank once it is ready.
    lacking: Vec<usize>,
    ranks: Vec<Option<Rank>>,
    waiting: BTreeSet<usize>,
    ready: BTreeSet<(Rank, usize)>,
    order: Vec<usize>,
    rows: f64,
    cost: f64,
}

impl<'a> Greedy<'a> {
    fn new(context: &'a Context<'a>, body: &'a [Literal], before: Before<'a>, wants: &'a Wants) -> Self {
        let mut greedy = Self {
            context,
            body,
            before,
            wants,
            bound: FxHashSet::default(),
            lacking: wants.lacking.clone(),
            ranks: vec![None; body.len()],
            waiting: (0..body.len()).collect(),
            ready: BTreeSet::new(),
            order: Vec::with_capacity(body.len()),
            rows: 1.0,
            cost: 0.0,
        };
        (0..body.len()).for_each(|at| greedy.look(at));
        greedy
    }

    /// The order, and about how many rows are touched in it.
    fn run(mut self, first: Option<usize>) -> (Vec<usize>, f64) {
        if let Some(at) = first {
            self.take(at);
        }
        // A body that can run in its own order always has a ready literal; the fallback keeps this total.
        while let Some(at) = self.ready.first().map(|(_, at)| *at).or_else(|| self.waiting.first().copied()) {
            self.take(at);
        }
        (self.order, self.cost)
    }

    fn take(&mut self, at: usize) {
        self.waiting.remove(&at);
        if let Some(rank) = self.ranks[at].take() {
            self.ready.remove(&(rank, at));
        }
        if let Literal::Atom(atom) = &self.body[at] {
            let found = self.matches(atom);
            self.cost += self.rows + self.rows * found;
            self.rows *= found.max(1e-3);
        } else if matches!(self.body[at], Literal::Compare(_) | Literal::Test(_)) {
            self.rows *= 0.5;
        }
        self.order.push(at);
        // Each literal once, however many of its variables are bound at a time.
        let mut touched = BTreeSet::new();
        for var in self.body[at].binds() {
            if !(self.before.is_bound)(var) && self.bound.insert(var) {
                for other in self.wants.mentions.get(&var).into_iter().flatten() {
                    self.lacking[*other] = self.lacking[*other].saturating_sub(1);
                    touched.insert(*other);
                }
            }
        }
        touched.into_iter().for_each(|other| self.look(other));
    }

    /// Puts a literal that has not run where it belongs now.
    fn look(&mut self, at: usize) {
        if !self.waiting.contains(&at) || self.lacking[at] > 0 {
            return;
        }
        let rank = self.rank(&self.body[at]);
        if let Some(before) = self.ranks[at].replace(rank) {
            self.ready.remove(&(before, at));
        }
        self.ready.insert((rank, at));
    }

    fn rank(&self, literal: &Literal) -> Rank {
        match literal {
            Literal::Compare(_) | Literal::Is(_) | Literal::Test(_) | Literal::Bind(_) | Literal::Unpack(_) => {
                Rank::Check
            }
            Literal::Atom(atom) => {
                if atom.row.is_some_and(|row| self.is_bound(row)) {
                    return Rank::Check;
                }
                let found = Rows(self.matches(atom).to_bits());
                let keyed = atom.args.iter().any(|(_, term)| self.term_is_bound(term));
                if keyed { Rank::Join(found) } else { Rank::Product(found) }
            }
            Literal::Not(not) => match &not.body[..] {
                [Literal::Atom(_)] => Rank::Exists,
                _ => Rank::Nested,
            },
            Literal::Generate(_) | Literal::Aggregate(_) => Rank::Nested,
        }
    }

    fn matches(&self, atom: &Atom) -> f64 {
        if atom.row.is_some_and(|row| self.is_bound(row)) {
            return 1.0;
        }
        let keys = atom.args.iter().filter(|(_, term)| self.term_is_bound(term)).map(|(column, _)| *column);
        self.context.sizes.matches(atom.relation, keys)
    }

    fn is_bound(&self, var: VarId) -> bool {
        self.bound.contains(&var) || (self.before.is_bound)(var)
    }

    fn term_is_bound(&self, term: &Term) -> bool {
        term.var().is_none_or(|var| self.is_bound(var))
    }
}

/// What the literals of a body bind: these variables come from outside when a negation or aggregate of it mentions them.
pub(super) fn binds(body: &[Literal]) -> FxHashSet<VarId> {
    body.iter().flat_map(Literal::binds).collect()
}
