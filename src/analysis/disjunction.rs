//! “Or” inside braces: `sum x : { a(x) ; b(x) }` is a sum over a relation that either alternative derives.
//!
//! The relation has the variables that all alternatives have, so that what both alternatives give counts once, and those
//! of the rule around it that any of them uses. Where an alternative does not itself give such a variable its values,
//! the conditions of the rule that do are put before it. Rows of facts keep their identity in it.

use std::collections::BTreeSet;

use super::components::Flat;
use super::input::CardSource;
use super::rename::{self, Renamed};
use super::resolve::{alternatives, outer_names, own_target_names};
use crate::source::Span;
use crate::syntax::ast::{
    Aggregate, Arg, ArgKind, Args, Ask, Atom, Body, Clause, CompareOp, Literal, Name, NamedArg, Source,
};
use crate::syntax::walk::{self, Rewrite, Role};

/// What the names of relations made here have in them, and no user's name has.
pub(super) const MARK: char = '∨';

/// Gives each aggregate over alternatives a relation of its own.
pub(super) fn lift(flat: &mut Flat) {
    let mut lifter = Lifter::default();
    for clause in &mut flat.clauses {
        lifter.of = clause.heads.first().map(|head| head.relation.text.clone()).unwrap_or_default();
        lifter.clause(clause);
    }
    lifter.finish(flat);
}

/// The conditions of a card after the same, if that changes them; the relations go to `flat`.
pub(super) fn lift_card(card: &CardSource, flat: &mut Flat) -> Option<Body> {
    if card.idle {
        return None;
    }
    let mut lifter = Lifter { of: card.name.to_owned(), ..Lifter::default() };
    let mut when = card.when.clone();
    lifter.body(&mut when);
    lifter.finish(flat);
    (when != *card.when).then_some(when)
}

#[derive(Default)]
struct Lifter {
    clauses: Vec<Clause>,
    of: String,
    /// The bodies around what is looked at, each as its alternatives.
    around: Vec<Vec<Vec<Literal>>>,
}

impl Rewrite for Lifter {
    fn body(&mut self, body: &mut Body) {
        for conjunction in &mut body.alternatives {
            let lifts = conjunction.iter_mut().any(|literal| lifts(|search| search.literal(literal)));
            // most bodies have no aggregate over alternatives, and are not copied
            self.around.push(if lifts { multiplied(std::slice::from_ref(conjunction)) } else { Vec::new() });
            conjunction.iter_mut().for_each(|literal| self.literal(literal));
            self.around.pop();
        }
    }

    fn arg(&mut self, arg: &mut Arg) {
        walk::arg(self, arg);
        if let ArgKind::Aggregate(aggregate) = &mut arg.kind {
            self.aggregate(aggregate);
        }
    }
}

impl Lifter {
    /// Hands over the relations made, after those that their own conditions need: these were copied as they were written.
    /// It ends, for what is put before an aggregate never has the aggregate itself in it.
    fn finish(mut self, flat: &mut Flat) {
        let mut at = 0;
        while let Some(mut clause) = self.clauses.get(at).cloned() {
            self.body(&mut clause.body);
            self.clauses[at] = clause;
            at += 1;
        }
        flat.clauses.append(&mut self.clauses);
    }

    fn clause(&mut self, clause: &mut Clause) {
        if clause.heads.iter_mut().any(|head| lifts(|search| search.atom(head))) {
            self.around.push(multiplied(&clause.body.alternatives));
            clause.heads.iter_mut().for_each(|head| self.atom(head));
            self.around.pop();
        }
        self.body(&mut clause.body);
    }

    /// Gives an aggregate, inside which this was done, a relation if its braces need one.
    fn aggregate(&mut self, aggregate: &mut Aggregate) {
        if !needs_relation(&aggregate.body) {
            return;
        }
        let Some(all) = alternatives(&aggregate.body) else { return };
        let all: Vec<Vec<Literal>> = all.into_iter().map(|body| body.into_iter().cloned().collect()).collect();
        let outer = self.outer_names(aggregate, &all);
        let mut columns = common_names(&all);
        columns.extend(outer.iter().filter(|name| !columns.contains(name)).cloned().collect::<Vec<_>>());
        let (span, number) = (aggregate.body.span, self.clauses.len());
        let relation = Name { text: format!("{}{MARK}{number}", self.of), span };
        let args = columns.into_iter().map(|name| Arg { kind: ArgKind::Var(name), span }).collect();
        let atom = Atom { relation, args: Args::Positional(args), span };
        for conjunction in all {
            for mut body in self.givers(&outer, &conjunction, aggregate.span) {
                body.extend(conjunction.iter().cloned());
                self.clauses.push(Clause {
                    heads: vec![atom.clone()],
                    subsumes: None,
                    body: Body { alternatives: vec![body], span, broken: false },
                    plan: None,
                    span,
                });
            }
        }
        aggregate.body.alternatives = vec![vec![Literal::Atom(atom)]];
    }

    /// The variables of the bodies around an aggregate that some alternative in its braces uses.
    fn outer_names(&self, aggregate: &Aggregate, all: &[Vec<Literal>]) -> Vec<String> {
        let mut known = BTreeSet::new();
        for conjunction in self.around.iter().flatten() {
            known.extend(outer_names(&conjunction.iter().collect::<Vec<_>>()).into_iter().map(|name| name.name));
        }
        for conjunction in all {
            let body: Vec<&Literal> = conjunction.iter().collect();
            let own = aggregate.target.as_ref().map(|target| own_target_names(target, &body)).unwrap_or_default();
            own.iter().for_each(|name| _ = known.remove(name));
        }
        let used: BTreeSet<String> = all.iter().flat_map(|conjunction| mentions(conjunction)).collect();
        known.intersection(&used).cloned().collect()
    }

    /// What must stand before an alternative so that the variables of `outer` have values in it: conditions of the bodies
    /// around it, once for each way to choose among their own alternatives. Names that the alternative has for itself mean
    /// something else there.
    fn givers(&self, outer: &[String], conjunction: &[Literal], aggregate: Span) -> Vec<Vec<Literal>> {
        let bound: BTreeSet<String> = conjunction.iter().flat_map(binds).collect();
        let lacking: BTreeSet<String> = outer.iter().filter(|name| !bound.contains(*name)).cloned().collect();
        let mut all: Vec<Vec<Literal>> = vec![Vec::new()];
        for level in self.around.iter().filter(|level| !level.is_empty() && !lacking.is_empty()) {
            all = all
                .iter()
                .flat_map(|before| level.iter().map(move |body| before.iter().chain(body).cloned().collect()))
                .collect();
        }
        let names = mentions(conjunction);
        let is_own = |name: &str| names.contains(name) && !outer.iter().any(|outer| outer == name);
        let mut renamed = Renamed(|name: &str| is_own(name).then(|| format!("{name}{}", rename::MARK)));
        let mut all: Vec<Vec<Literal>> = all.iter().map(|body| giving(body, lacking.clone(), aggregate)).collect();
        all.iter_mut().flatten().for_each(|literal| renamed.literal(literal));
        all
    }
}

/// Those conditions of a body that give `wanted` its values, and what they need in turn.
fn giving(body: &[Literal], mut wanted: BTreeSet<String>, aggregate: Span) -> Vec<Literal> {
    let by_atoms: BTreeSet<String> = body.iter().flat_map(binds).collect();
    let gives = |literal: &Literal, wanted: &BTreeSet<String>| match literal {
        Literal::Atom(_) | Literal::In(_) => binds(literal).iter().any(|name| wanted.contains(name)),
        Literal::Compare(compare) => {
            compare.rest.iter().any(|(op, ..)| *op == CompareOp::Eq)
                && outer_names(&[literal])
                    .iter()
                    .any(|outer| wanted.contains(&outer.name) && !by_atoms.contains(&outer.name))
        }
        _ => false,
    };
    let around = |literal: &Literal| literal.span().to(aggregate) == literal.span();
    let mut chosen = vec![false; body.len()];
    loop {
        let next = body.iter().zip(&chosen).position(|(literal, chosen)| {
            !chosen && gives(literal, &wanted) && !(around(literal) && matches!(literal, Literal::Compare(_)))
        });
        let Some(next) = next else { break };
        chosen[next] = true;
        let own = binds(&body[next]);
        wanted.extend(mentions(&body[next..=next]).into_iter().filter(|name| !own.contains(name)));
    }
    let chosen = body.iter().zip(chosen).filter(|(_, chosen)| *chosen);
    chosen.map(|(literal, _)| without_braces(literal.clone())).collect()
}

/// An atom asks nothing of a column for which the aggregate itself is a value.
fn without_braces(mut literal: Literal) -> Literal {
    if let Literal::Atom(Atom { args: Args::Positional(args), .. }) = &mut literal {
        for arg in args {
            if lifts(|search| search.arg(arg)) {
                arg.kind = ArgKind::Unnamed;
            }
        }
    }
    literal
}

/// The variables to which a condition gives values by itself.
fn binds(literal: &Literal) -> Vec<String> {
    let variable = |arg: &Arg| if let ArgKind::Var(name) = &arg.kind { Some(name.clone()) } else { None };
    let entry = |entry: &NamedArg| match &entry.ask {
        Ask::Bind => Some(entry.column.text.clone()),
        Ask::Equal(arg) => variable(arg),
        Ask::Compare(..) => None,
    };
    match literal {
        Literal::Atom(Atom { args: Args::Positional(args), .. }) => args.iter().filter_map(variable).collect(),
        Literal::Atom(Atom { args: Args::Named(args), .. }) => args.iter().filter_map(entry).collect(),
        Literal::In(source) => {
            let pattern = if let Source::Relation(_, pattern) = &source.source { pattern.as_slice() } else { &[] };
            std::iter::once(source.row.text.clone()).chain(pattern.iter().filter_map(entry)).collect()
        }
        _ => Vec::new(),
    }
}

/// Every variable in conditions, wherever it stands.
fn mentions(body: &[Literal]) -> BTreeSet<String> {
    struct Mentions(BTreeSet<String>);
    impl Rewrite for Mentions {
        fn name(&mut self, role: Role, name: &mut Name) {
            if role == Role::Row {
                self.0.insert(name.text.clone());
            }
        }
        fn entry(&mut self, entry: &mut NamedArg) {
            if matches!(entry.ask, Ask::Bind) {
                self.0.insert(entry.column.text.clone());
            }
            walk::entry(self, entry);
        }
        fn arg(&mut self, arg: &mut Arg) {
            if let ArgKind::Var(name) = &arg.kind {
                self.0.insert(name.clone());
            }
            walk::arg(self, arg);
        }
    }
    let mut found = Mentions(BTreeSet::new());
    body.iter().cloned().for_each(|mut literal| found.literal(&mut literal));
    found.0
}

/// Whether some aggregate in what is searched, or in braces within it, is over alternatives.
fn lifts(search: impl FnOnce(&mut Search)) -> bool {
    let mut found = Search(false);
    search(&mut found);
    found.0
}

struct Search(bool);

impl Rewrite for Search {
    fn arg(&mut self, arg: &mut Arg) {
        if let ArgKind::Aggregate(aggregate) = &arg.kind {
            self.0 |= needs_relation(&aggregate.body);
        }
        walk::arg(self, arg);
    }
}

/// Alternatives with the groups in them multiplied out.
fn multiplied(of: &[Vec<Literal>]) -> Vec<Vec<Literal>> {
    let body = Body { alternatives: of.to_vec(), ..Body::default() };
    let all = alternatives(&body).unwrap_or_default();
    all.into_iter().map(|body| body.into_iter().cloned().collect()).collect()
}

/// Whether alternatives bind variables, rather than only test them.
fn needs_relation(body: &Body) -> bool {
    let binds = |literal: &Literal| matches!(literal, Literal::Atom(_) | Literal::In(_));
    let group_binds = |literal: &Literal| match literal {
        Literal::Group(group, _) => group
            .alternatives
            .iter()
            .flatten()
            .any(|literal| binds(literal) || matches!(literal, Literal::Group(inner, _) if needs_relation(inner))),
        _ => false,
    };
    body.alternatives.len() > 1 || body.alternatives.iter().flatten().any(group_binds)
}

/// The variables that every alternative has, in the order of the first.
fn common_names(all: &[Vec<Literal>]) -> Vec<String> {
    let names: Vec<Vec<String>> = all
        .iter()
        .map(|body| outer_names(&body.iter().collect::<Vec<_>>()).into_iter().map(|name| name.name).collect())
        .collect();
    let Some((first, rest)) = names.split_first() else { return Vec::new() };
    let rest: Vec<BTreeSet<&String>> = rest.iter().map(|names| names.iter().collect()).collect();
    first.iter().filter(|name| rest.iter().all(|names| names.contains(name))).cloned().collect()
}
