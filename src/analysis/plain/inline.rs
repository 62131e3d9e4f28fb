//! Where an inline relation cannot stand.

use std::collections::{BTreeMap, BTreeSet};

use super::uses::{Parts, Use, is_counter, variable};
use crate::analysis::components::Flat;
use crate::diagnostic::{Code, Diagnostic, Report, Text};
use crate::source::Span;
use crate::syntax::ast::{ArgKind, Clause, Item, Program};
use crate::text;

/// Takes back the `inline` of relations that are `no_inline` too, or that `.pragma "inline-exclude"` names.
pub(in crate::analysis) fn exclude(flat: &mut Flat, programs: &[&Program]) {
    let pragmas = programs.iter().flat_map(|program| &program.items).filter_map(|item| match item {
        Item::Pragma(pragma) if pragma.key == "inline-exclude" => pragma.value.as_deref(),
        _ => None,
    });
    let excluded: BTreeSet<&str> = pragmas.flat_map(|names| names.split(',')).map(str::trim).collect();
    for decl in &mut flat.decls {
        let is_word = |text: &str| decl.qualifiers.iter().any(|word| word.text == text);
        if is_word("no_inline") || decl.names.iter().any(|name| excluded.contains(name.text.as_str())) {
            decl.qualifiers.retain(|word| word.text != "inline");
        }
    }
}

pub(super) fn check(flat: &Flat, report: &mut Report) {
    let inline = flat.decls.iter().filter(|decl| decl.qualifiers.iter().any(|word| word.text == "inline"));
    let marked: BTreeMap<&str, Span> =
        inline.flat_map(|decl| &decl.names).map(|name| (name.text.as_str(), name.span)).collect();
    if marked.is_empty() {
        return;
    }
    let with_variables: BTreeSet<&str> =
        flat.clauses.iter().filter(|clause| has_own_variables(clause)).flat_map(heads).collect();
    for clause in &flat.clauses {
        for used in Parts::of(clause).uses {
            let Some(declared) = marked.get(used.atom.relation.text.as_str()) else { continue };
            let own_variables = with_variables.contains(used.atom.relation.text.as_str());
            for (place, message) in faults(&used, own_variables) {
                let declared_here = text!("声明为 inline", "declared inline");
                let complaint = Diagnostic::error(Code::BadDeclaration, message).at(place);
                let help = text!("去掉声明里的 `inline`", "leave `inline` out of its declaration");
                report.push(complaint.secondary(*declared, declared_here).help(help));
            }
        }
        if heads(clause).any(|head| marked.contains_key(head)) {
            for (arg, _) in Parts::of(clause).args.into_iter().filter(|(arg, _)| is_counter(arg)) {
                report.push(Diagnostic::error(Code::BadDeclaration, counter()).at(arg.span));
            }
        }
    }
}

fn heads(clause: &Clause) -> impl Iterator<Item = &str> {
    clause.heads.iter().map(|head| head.relation.text.as_str())
}

/// Whether the body has variables that the head has not.
fn has_own_variables(clause: &Clause) -> bool {
    let head: BTreeSet<&str> =
        clause.heads.iter().flat_map(|head| Parts::of_atom(head).args).filter_map(|(arg, _)| variable(arg)).collect();
    Parts::variables_of(&clause.body).iter().any(|name| !head.contains(name))
}

/// What is wrong with one use of an inline relation.
fn faults(used: &Use, own_variables: bool) -> Vec<(Span, Text)> {
    let name = &used.atom.relation.text;
    let mut faults = Vec::new();
    if used.aggregated {
        let message =
            text!("inline 的 `{name}` 不能在汇总里用", "the inline relation `{name}` cannot stand in an aggregate");
        faults.push((used.atom.span, message));
    }
    let args = Parts::of_atom(used.atom).args;
    if let Some(negation) = used.negated {
        if own_variables {
            let message = text!(
                "inline 的 `{name}` 的条件里另有变量，不能否定它",
                "the inline relation `{name}` has variables of its own and cannot be negated"
            );
            faults.push((negation, message));
        }
        if let Some((unnamed, _)) = args.iter().find(|(arg, inner)| !inner && matches!(arg.kind, ArgKind::Unnamed)) {
            let message = text!(
                "否定 inline 的 `{name}` 时不能用 `_`",
                "`_` cannot stand in a negation of the inline relation `{name}`"
            );
            faults.push((unnamed.span, message));
        }
    }
    faults.extend(args.iter().filter(|(arg, _)| is_counter(arg)).map(|(arg, _)| (arg.span, counter())));
    faults
}

fn counter() -> Text {
    text!("inline 的规则里不能用计数器", "a counter cannot stand in what is inlined")
}
