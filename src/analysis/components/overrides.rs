//! `.override`: which relations a component may take over from its bases.

use super::Scope;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::syntax::ast::{Component, Decl, Item, Name};
use crate::text;

/// How far bases of bases are followed.
const DEEPEST: usize = 50;

/// Checks what a component overrides, whether anything is made of it or not. What bases that are its parameters declare is
/// not known.
pub(super) fn check_all(component: &Component, inside: &Scope, report: &mut Report) {
    let mut inherited = Vec::new();
    if !inherit(component, inside, &mut inherited, 0) {
        return;
    }
    let own = decls(component);
    for item in &component.items {
        if let Item::Override(name) = item {
            check((component, name), [&inherited, &own], report);
        }
    }
}

/// Collects what the bases of a component declare; whether all of them are known.
fn inherit(component: &Component, inside: &Scope, out: &mut Vec<Decl>, depth: usize) -> bool {
    depth < DEEPEST
        && component.bases.iter().all(|base| {
            inside.find(&base.name.text).is_some_and(|found| {
                out.extend(decls(found));
                inherit(found, inside, out, depth + 1)
            })
        })
}

fn decls(component: &Component) -> Vec<Decl> {
    let decls = component.items.iter().filter_map(|item| match item {
        Item::Decl(decl) => Some(decl.clone()),
        _ => None,
    });
    decls.collect()
}

/// Whether `component` may override a relation; with nothing there to override, that only does nothing.
pub(super) fn check((component, name): (&Component, &Name), [base, own]: [&[Decl]; 2], report: &mut Report) {
    let text = &name.text;
    let find = |decls: &[Decl]| {
        decls
            .iter()
            .find(|decl| decl.names.iter().any(|declared| declared.text == *text))
            .map(|decl| (decl.span, decl.qualifiers.iter().any(|word| word.text == "overridable")))
    };
    let complaint = match find(base) {
        None if find(own).is_some() => Diagnostic::error(
            Code::BadDeclaration,
            text!("`{text}` 是这个组件自己的，不是从父组件来的", "`{text}` is the component's own, not inherited"),
        )
        .primary(component.head.name.span, text!("这个组件", "of this component"))
        .secondary(name.span, text!("在这里说要覆盖", "said here to be overridden")),
        None => Diagnostic::warning(
            Code::UnknownRelation,
            text!("父组件里没有 `{text}`，无从覆盖", "no base component has `{text}` to override"),
        )
        .at(name.span),
        Some((declared, false)) => Diagnostic::error(
            Code::BadDeclaration,
            text!("`{text}` 没有声明为 overridable，不能覆盖", "`{text}` is not declared overridable"),
        )
        .primary(component.head.name.span, text!("这个组件要覆盖它", "this component overrides it"))
        .secondary(name.span, text!("在这里说要覆盖", "said here"))
        .secondary(declared, text!("声明在这里", "declared here"))
        .help(text!("在声明后加 `overridable`", "add `overridable` after the declaration")),
        Some(_) => return,
    };
    // said of the component already, whatever is made of it
    if !report.diagnostics().contains(&complaint) {
        report.push(complaint);
    }
}

/// An `.override` outside components.
pub(super) fn stray(name: &Name) -> Diagnostic {
    Diagnostic::error(
        Code::BadDeclaration,
        text!("`.override` 只能写在组件里", "`.override` stands in components only"),
    )
    .at(name.span)
}
