//! `inline`: relations whose rules cannot run by themselves are put in the place of their uses.
//!
//! A relation marked `inline` whose rules are safe is an ordinary relation: that changes no result. One such as
//! `le(a, b) :- a <= b.` has no rows of its own, and its body replaces the atom.

use std::collections::{BTreeMap, BTreeSet};

use super::components::Flat;
use super::rename::{MARK, Renamed};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::Span;
use crate::syntax::ast::{Arg, ArgKind, Args, Atom, Body, Clause, Compare, CompareOp, DirectiveKind, Literal, Source};
use crate::syntax::walk::{self, Rewrite};
use crate::text;

/// Copies of bodies beyond this are refused.
const MOST_COPIES: usize = 1_000;

/// Replaces uses of inline relations that are not safe; complains about those that cannot be.
pub(super) fn inline(flat: &mut Flat, report: &mut Report) {
    let marked: BTreeMap<String, Span> = flat
        .decls
        .iter()
        .filter(|decl| decl.qualifiers.iter().any(|word| word.text == "inline"))
        .flat_map(|decl| &decl.names)
        .map(|name| (name.text.clone(), name.span))
        .collect();
    if marked.is_empty() {
        return;
    }
    check_directives(flat, &marked, report);
    if check_cycles(flat, &marked, report) {
        return;
    }
    let unsafe_ones = find_unsafe(flat, &marked);
    if unsafe_ones.is_empty() {
        return;
    }
    let (definitions, mut rest): (Vec<Clause>, Vec<Clause>) = std::mem::take(&mut flat.clauses)
        .into_iter()
        .partition(|clause| clause.heads.iter().any(|head| unsafe_ones.contains(&head.relation.text)));
    let mut inliner = Inliner { definitions: &definitions, names: &unsafe_ones, fresh: 0 };
    for clause in &mut rest {
        inliner.fresh = 0;
        walk::clause(&mut inliner, clause);
        if inliner.fresh > MOST_COPIES {
            report.push(
                Diagnostic::error(
                    Code::LimitReached,
                    text!("inline 展开后超过 {MOST_COPIES} 份", "more than {MOST_COPIES} copies by inlining"),
                )
                .at(clause.span),
            );
            clause.body = Body { broken: true, ..Body::default() };
        }
    }
    flat.clauses = rest;
}

fn check_directives(flat: &Flat, marked: &BTreeMap<String, Span>, report: &mut Report) {
    for directive in flat.directives.iter().filter(|directive| directive.kind != DirectiveKind::LimitSize) {
        for name in &directive.relations {
            let Some(place) = marked.get(&name.text) else { continue };
            let text = &name.text;
            report.push(
                Diagnostic::error(
                    Code::BadDeclaration,
                    text!("`{text}` 要输入或输出，不能是 inline", "`{text}` is read or written and cannot be inline"),
                )
                .at(*place)
                .secondary(name.span, text!("在这里输入或输出", "read or written here")),
            );
        }
    }
}

/// Whether inline relations use one another in a circle.
fn check_cycles(flat: &Flat, marked: &BTreeMap<String, Span>, report: &mut Report) -> bool {
    let mut uses: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for clause in &flat.clauses {
        for head in &clause.heads {
            if marked.contains_key(&head.relation.text) {
                let mut used = BTreeSet::new();
                relations_of(&clause.body, &mut used);
                uses.entry(&head.relation.text).or_default().extend(used);
            }
        }
    }
    for (name, span) in marked {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = vec![name];
        while let Some(at) = open.pop() {
            for next in uses.get(at).into_iter().flatten() {
                if next == name {
                    report.push(
                        Diagnostic::error(
                            Code::BadDeclaration,
                            text!(
                                "inline 的 `{name}` 绕回了它自己",
                                "the inline relation `{name}` leads back to itself"
                            ),
                        )
                        .at(*span)
                        .help(text!("去掉 `inline`", "leave `inline` out")),
                    );
                    return true;
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
    }
    false
}

fn relations_of(body: &Body, out: &mut BTreeSet<String>) {
    for literal in body.alternatives.iter().flatten() {
        match literal {
            Literal::Atom(atom) => {
                out.insert(atom.relation.text.clone());
            }
            Literal::In(source) => {
                if let Source::Relation(name, _) = &source.source {
                    out.insert(name.text.clone());
                }
            }
            Literal::Not(body, _) | Literal::Group(body, _) => relations_of(body, out),
            Literal::Compare(_) | Literal::Is(_) | Literal::Test(_) | Literal::Bool(..) => {}
        }
    }
}

/// The inline relations that have no rows of their own: some rule of theirs is not safe, or needs one that is not.
fn find_unsafe(flat: &Flat, marked: &BTreeMap<String, Span>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    loop {
        let more: Vec<String> = flat
            .clauses
            .iter()
            .flat_map(|clause| clause.heads.iter().map(move |head| (head, &clause.body)))
            .filter(|(head, _)| marked.contains_key(&head.relation.text) && !found.contains(&head.relation.text))
            .filter(|(head, body)| !is_safe(head, body, &found))
            .map(|(head, _)| head.relation.text.clone())
            .collect();
        if more.is_empty() {
            return found;
        }
        found.extend(more);
    }
}

/// Whether every variable of the head stands in a positive atom of every alternative, those without rows left out.
fn is_safe(head: &Atom, body: &Body, without_rows: &BTreeSet<String>) -> bool {
    let Args::Positional(args) = &head.args else { return true };
    let wanted: Vec<&str> = args
        .iter()
        .filter_map(|arg| match &arg.kind {
            ArgKind::Var(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    body.alternatives.iter().all(|conjunction| {
        let mut bound = BTreeSet::new();
        for literal in conjunction {
            if let Literal::Atom(Atom { relation, args: Args::Positional(args), .. }) = literal
                && !without_rows.contains(&relation.text)
            {
                bound.extend(args.iter().filter_map(|arg| match &arg.kind {
                    ArgKind::Var(name) => Some(name.as_str()),
                    _ => None,
                }));
            }
        }
        wanted.iter().all(|name| bound.contains(name))
    })
}

struct Inliner<'d> {
    definitions: &'d [Clause],
    names: &'d BTreeSet<String>,
    fresh: usize,
}

impl Rewrite for Inliner<'_> {
    fn body(&mut self, body: &mut Body) {
        for conjunction in &mut body.alternatives {
            for literal in std::mem::take(conjunction) {
                self.literal(literal, conjunction);
            }
        }
    }
}

impl Inliner<'_> {
    /// Adds to `out` what takes the place of a condition.
    fn literal(&mut self, mut literal: Literal, out: &mut Vec<Literal>) {
        match &mut literal {
            Literal::Atom(atom) if self.is_replaced(atom) => {
                let mut group = self.expand(atom);
                if let [only] = &mut group.alternatives[..] {
                    out.append(only);
                } else {
                    out.push(Literal::Group(Box::new(group), atom.span));
                }
                return;
            }
            Literal::Not(body, span) => {
                // one atom that becomes several conditions must stay one negation
                if let [conjunction] = &body.alternatives[..]
                    && let [Literal::Atom(atom)] = &conjunction[..]
                    && self.is_replaced(atom)
                {
                    let group = self.expand(atom);
                    out.push(Literal::Not(Box::new(group), *span));
                    return;
                }
            }
            _ => {}
        }
        walk::literal(self, &mut literal);
        out.push(literal);
    }

    /// Whether an atom's relation has no rows of its own; not any more once there are too many copies.
    fn is_replaced(&self, atom: &Atom) -> bool {
        self.fresh <= MOST_COPIES && self.names.contains(&atom.relation.text)
    }

    /// The bodies of the relation's rules with the atom's arguments in the place of the heads'.
    fn expand(&mut self, atom: &Atom) -> Body {
        let mut alternatives = Vec::new();
        for clause in self.definitions {
            for head in clause.heads.iter().filter(|head| head.relation.text == atom.relation.text) {
                self.fresh += 1;
                let (Args::Positional(given), Args::Positional(wanted)) = (&atom.args, &head.args) else { continue };
                let mut bodies = clause.body.clone();
                if bodies.alternatives.is_empty() {
                    bodies.alternatives.push(Vec::new());
                }
                let mut wanted = wanted.clone();
                let mut renamed = Renamed(|name: &str| Some(fresh_name(name, self.fresh)));
                renamed.body(&mut bodies);
                wanted.iter_mut().for_each(|arg| renamed.arg(arg));
                self.body(&mut bodies);
                for body in bodies.alternatives {
                    let mut conjunction: Vec<Literal> = given
                        .iter()
                        .zip(&wanted)
                        .filter(|(given, _)| !matches!(given.kind, ArgKind::Unnamed))
                        .map(|(given, wanted)| equal(wanted.clone(), given.clone()))
                        .collect();
                    conjunction.extend(body);
                    alternatives.push(conjunction);
                }
            }
        }
        if alternatives.is_empty() {
            alternatives.push(vec![Literal::Bool(false, atom.span)]);
        }
        Body { alternatives, span: atom.span, broken: false }
    }
}

/// `left = right`, complained about at the use.
fn equal(mut left: Arg, right: Arg) -> Literal {
    left.span = right.span;
    let span = right.span;
    Literal::Compare(Compare { first: left, rest: vec![(CompareOp::Eq, span, right)], span })
}

/// A name that no user can write.
fn fresh_name(name: &str, number: usize) -> String {
    format!("{name}{MARK}{number}")
}
