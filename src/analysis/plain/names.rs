//! Names of types, relations, components and instances are disjoint; words and directives are written once.

use std::collections::BTreeMap;

use crate::analysis::components::Flat;
use crate::analysis::types::declared_twice;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::Span;
use crate::syntax::ast::{Decl, DirectiveKind, Item, Name, Program};
use crate::text;

/// Words that say how rows are kept: a relation has one of them at most.
const REPRESENTATIONS: [&str; 4] = ["brie", "btree", "btree_delete", "eqrel"];

pub(super) fn check(flat: &Flat, programs: &[Program], report: &mut Report) {
    clashes(flat, programs, report);
    flat.decls.iter().for_each(|decl| words(decl, report));
    directives(flat, report);
}

/// One name for a type and a relation, or for either and a component or an instance. Two types, two relations and two
/// instances of one name are complained about where they are declared.
fn clashes(flat: &Flat, programs: &[Program], report: &mut Report) {
    let items = || programs.iter().flat_map(|program| &program.items);
    fn component(item: &Item) -> Option<&Name> {
        if let Item::Component(component) = item { Some(&component.head.name) } else { None }
    }
    fn instance(item: &Item) -> Option<&Name> {
        if let Item::Init(init) = item { Some(&init.name) } else { None }
    }
    let kinds: [Vec<&Name>; 4] = [
        flat.types.iter().map(|declaration| &declaration.name).collect(),
        flat.decls.iter().flat_map(|decl| &decl.names).collect(),
        items().filter_map(component).collect(),
        items().filter_map(instance).collect(),
    ];
    let mut known: BTreeMap<&str, Span> = BTreeMap::new();
    for names in kinds {
        for name in &names {
            if let Some(first) = known.get(name.text.as_str()) {
                report.push(declared_twice(name, Some(*first)));
            }
        }
        for name in names {
            known.entry(&name.text).or_insert(name.span);
        }
    }
}

/// A word that stands twice behind a declaration, or a second word for how rows are kept.
fn words(decl: &Decl, report: &mut Report) {
    for (at, word) in decl.qualifiers.iter().enumerate() {
        let text = word.text.as_str();
        let excludes = |before: &&Name| {
            before.text == text || REPRESENTATIONS.contains(&text) && REPRESENTATIONS.contains(&before.text.as_str())
        };
        let Some(first) = decl.qualifiers[..at].iter().find(excludes) else { continue };
        let other = &first.text;
        let message = if other == text {
            text!("`{text}` 写了两次", "`{text}` is written twice")
        } else {
            text!("`{text}` 和 `{other}` 不能都写", "`{text}` and `{other}` exclude each other")
        };
        let complaint = Diagnostic::error(Code::BadDeclaration, message).at(word.span);
        report.push(complaint.secondary(first.span, text!("先在这里写了", "written here first")));
    }
}

/// A second `.printsize` or `.limitsize` of one relation.
fn directives(flat: &Flat, report: &mut Report) {
    let mut known: BTreeMap<(&str, &str), Span> = BTreeMap::new();
    for directive in &flat.directives {
        let word = match directive.kind {
            DirectiveKind::PrintSize => ".printsize",
            DirectiveKind::LimitSize => ".limitsize",
            DirectiveKind::Input | DirectiveKind::Output => continue,
        };
        for name in &directive.relations {
            let Some(first) = known.insert((word, &name.text), name.span) else { continue };
            let relation = &name.text;
            let message = text!("`{relation}` 的 `{word}` 写了两次", "`{word}` of `{relation}` is written twice");
            let complaint = Diagnostic::error(Code::BadDirective, message).at(name.span);
            report.push(complaint.secondary(first, text!("先在这里写了", "written here first")));
        }
    }
}
