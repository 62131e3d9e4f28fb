//! `.comp`, `.init`, `.override`: templates are expanded before anything is resolved.
//!
//! [`expand`] gives one flat list of declarations, types, directives and clauses; what an instance `x` declares is called
//! `x.name`, and so are its uses.

mod overrides;
mod rewrite;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use self::rewrite::rename;
use crate::diagnostic::{Code, Diagnostic, Report, nearest};
use crate::syntax::ast::{
    Clause, Component, ComponentType, Decl, Directive, DirectiveKind, FunctorDecl, Init, Item, Name, Program, TypeDecl,
};
use crate::syntax::walk::Role;
use crate::text;

/// Instances within instances beyond this are refused.
const DEEPEST: usize = 64;

/// So many components may be filled in: two instances in each of thirty components are more than memory holds.
const MOST_FILLED: u32 = 20_000;

/// A program without components.
#[derive(Clone, Debug, Default)]
pub(super) struct Flat {
    pub(super) decls: Vec<Decl>,
    pub(super) types: Vec<TypeDecl>,
    pub(super) directives: Vec<Directive>,
    pub(super) clauses: Vec<Clause>,
    pub(super) functors: Vec<FunctorDecl>,
}

/// The components that can be named at some place: those of the innermost component first.
struct Scope<'s, 'i> {
    components: BTreeMap<&'i str, &'i Component>,
    around: Option<&'s Scope<'s, 'i>>,
    /// How many components have been filled in.
    filled: &'s Cell<u32>,
}

/// All programs as one, with every component instantiated.
pub(super) fn expand(programs: &[&Program], report: &mut Report) -> Flat {
    expand_items(&programs.iter().flat_map(|program| &program.items).collect::<Vec<_>>(), report)
}

/// What declares anything, of all programs as one: clauses that stand in no component are left out. Complaints about
/// components are left to [`expand`].
pub(super) fn declarations(programs: &[&Program]) -> Flat {
    let items = programs.iter().flat_map(|program| &program.items);
    let items: Vec<&Item> = items.filter(|item| !matches!(item, Item::Clause(_))).collect();
    expand_items(&items, &mut Report::new())
}

fn expand_items(items: &[&Item], report: &mut Report) -> Flat {
    let filled = Cell::new(0);
    let scope = Scope::new(items, None, &filled, report);
    check_all_names(items, &scope, report);
    let mut flat = Flat::default();
    let mut instances = BTreeMap::new();
    for item in items {
        add_item(item, &mut flat);
        match item {
            Item::Init(init) => {
                if let Some(first) = instances.insert(init.name.text.clone(), init.name.span) {
                    report.push(super::types::declared_twice(&init.name, Some(first)));
                    continue;
                }
                if let Some(content) = instance(init, &scope, report, 0) {
                    flat.append(content);
                }
            }
            Item::Override(name) => report.push(overrides::stray(name)),
            _ => {}
        }
    }
    flat
}

impl Flat {
    fn append(&mut self, mut other: Self) {
        self.decls.append(&mut other.decls);
        self.types.append(&mut other.types);
        self.directives.append(&mut other.directives);
        self.clauses.append(&mut other.clauses);
        self.functors.append(&mut other.functors);
    }
}

impl<'s, 'i> Scope<'s, 'i> {
    fn new(items: &[&'i Item], around: Option<&'s Self>, filled: &'s Cell<u32>, report: &mut Report) -> Self {
        let mut components: BTreeMap<&str, &Component> = BTreeMap::new();
        for item in items {
            let Item::Component(component) = item else { continue };
            let name = &component.head.name;
            if let Some(first) = components.get(name.text.as_str()) {
                report.push(super::types::declared_twice(name, Some(first.head.name.span)));
                continue;
            }
            components.insert(&name.text, component);
        }
        Self { components, around, filled }
    }

    fn find(&self, name: &str) -> Option<&'i Component> {
        self.components.get(name).copied().or_else(|| self.around?.find(name))
    }

    fn names(&self) -> Vec<&'i str> {
        let mut names: Vec<&str> = self.components.keys().copied().collect();
        if let Some(around) = self.around {
            names.extend(around.names());
        }
        names
    }
}

/// What a component stands on must be there, whether anything is made of it or not.
fn check_names(component: &Component, around: &Scope, report: &mut Report) {
    let items: Vec<&Item> = component.items.iter().collect();
    let inside = Scope::new(&items, Some(around), around.filled, &mut Report::new());
    let is_parameter = |name: &Name| component.head.params.iter().any(|param| param.text == name.text);
    overrides::check_all(component, &inside, report);
    let inits = items.iter().filter_map(|item| match item {
        Item::Init(init) => Some(&init.component),
        _ => None,
    });
    for wanted in component.bases.iter().chain(inits).filter(|wanted| !is_parameter(&wanted.name)) {
        match inside.find(&wanted.name.text) {
            None => report.push(unknown_component(&wanted.name, &inside.names())),
            Some(found) if found.head.params.len() != wanted.params.len() => {
                report.push(wrong_parameters(wanted, found));
            }
            Some(_) => {}
        }
    }
    if leads_back(component, &inside) {
        report.push(too_deep(&component.head.name));
    }
    check_all_names(&items, &inside, report);
}

/// Whether the bases of a component, and theirs, come back to it.
fn leads_back(component: &Component, inside: &Scope) -> bool {
    let mut seen: Vec<&Component> = Vec::new();
    let mut open: Vec<&Component> = vec![component];
    while let Some(next) = open.pop() {
        for base in next.bases.iter().filter_map(|base| inside.find(&base.name.text)) {
            if std::ptr::eq(base, component) {
                return true;
            }
            if !seen.iter().any(|seen| std::ptr::eq(*seen, base)) {
                seen.push(base);
                open.push(base);
            }
        }
    }
    false
}

/// Checks every component among `items`, also one whose name another has.
fn check_all_names(items: &[&Item], scope: &Scope, report: &mut Report) {
    for item in items {
        if let Item::Component(component) = item {
            check_names(component, scope, report);
        }
    }
}

fn add_item(item: &Item, flat: &mut Flat) {
    match item {
        Item::Decl(decl) => {
            flat.directives.extend(by_words(decl));
            flat.decls.push(decl.clone());
        }
        Item::Type(declaration) => flat.types.push(declaration.clone()),
        Item::Directive(directive) => flat.directives.push(directive.clone()),
        Item::Clause(clause) => flat.clauses.push(clause.clone()),
        Item::Functor(functor) => flat.functors.push(functor.clone()),
        Item::Component(_) | Item::Init(_) | Item::Override(_) | Item::Pragma(_) | Item::Include(_) => {}
        Item::Once(_) | Item::Lattice(_) => {}
    }
}

/// The directives that the old way of writing them, `.decl edge(…) input output`, stands for.
fn by_words(decl: &Decl) -> impl Iterator<Item = Directive> {
    let kind = |word: &Name| match word.text.as_str() {
        "input" => Some(DirectiveKind::Input),
        "output" => Some(DirectiveKind::Output),
        "printsize" => Some(DirectiveKind::PrintSize),
        _ => None,
    };
    let kinds = decl.qualifiers.iter().filter_map(kind);
    let one = move |(kind, name): (_, &Name)| Directive {
        kind,
        relations: vec![name.clone()],
        options: Vec::new(),
        span: name.span,
    };
    kinds.flat_map(move |kind| decl.names.iter().map(move |name| (kind, name))).map(one)
}

/// What `.init x = C<…>` adds, under the names that it has outside.
fn instance(init: &Init, scope: &Scope, report: &mut Report, depth: usize) -> Option<Flat> {
    if depth > DEEPEST {
        report.push(too_deep(&init.name));
        return None;
    }
    let mut flat = content(&init.component, scope, &BTreeSet::new(), report, depth)?;
    qualify(&mut flat, &init.name.text);
    Some(flat)
}

/// Everything in a component with its parameters filled in and its bases' content, under the names it has inside.
fn content(
    wanted: &ComponentType,
    scope: &Scope,
    overridden: &BTreeSet<String>,
    report: &mut Report,
    depth: usize,
) -> Option<Flat> {
    if depth > DEEPEST {
        report.push(too_deep(&wanted.name));
        return None;
    }
    scope.filled.set(scope.filled.get().saturating_add(1));
    if scope.filled.get() > MOST_FILLED {
        if scope.filled.get() == MOST_FILLED + 1 {
            report.push(too_many(&wanted.name));
        }
        return None;
    }
    let Some(component) = scope.find(&wanted.name.text) else {
        report.push(unknown_component(&wanted.name, &scope.names()));
        return None;
    };
    if component.head.params.len() != wanted.params.len() {
        report.push(wrong_parameters(wanted, component));
        return None;
    }
    let values: BTreeMap<&str, &str> = component
        .head
        .params
        .iter()
        .zip(&wanted.params)
        .map(|(param, value)| (param.text.as_str(), value.text.as_str()))
        .collect();
    let items: Vec<&Item> = component.items.iter().collect();
    let inside = Scope::new(&items, Some(scope), scope.filled, report);
    let mut own = Flat::default();
    let mut inits = Vec::new();
    let mut all_overridden = overridden.clone();
    let mut overrides = Vec::new();
    for item in &items {
        add_item(item, &mut own);
        match item {
            Item::Init(init) => inits.push(init),
            Item::Override(name) => {
                all_overridden.insert(name.text.clone());
                overrides.push(name);
            }
            _ => {}
        }
    }
    own.clauses.retain(|clause| !clause.heads.iter().any(|head| overridden.contains(&head.relation.text)));
    substitute(&mut own, &values);
    let mut bases = Flat::default();
    for base in &component.bases {
        let base = with_values(base, &values);
        if let Some(content) = content(&base, &inside, &all_overridden, report, depth + 1) {
            bases.append(content);
        }
    }
    for name in overrides {
        overrides::check((component, name), [&bases.decls, &own.decls], report);
    }
    bases.append(own);
    for init in inits {
        let init = Init { component: with_values(&init.component, &values), ..init.clone() };
        if let Some(mut content) = instance(&init, &inside, report, depth + 1) {
            // a component within this one may name this one's parameters too
            substitute(&mut content, &values);
            bases.append(content);
        }
    }
    Some(bases)
}

fn with_values(component: &ComponentType, values: &BTreeMap<&str, &str>) -> ComponentType {
    let fill = |name: &Name| Name {
        text: values.get(name.text.as_str()).map_or_else(|| name.text.clone(), |value| (*value).to_owned()),
        span: name.span,
    };
    ComponentType { name: fill(&component.name), params: component.params.iter().map(fill).collect() }
}

/// Fills in type parameters.
fn substitute(flat: &mut Flat, values: &BTreeMap<&str, &str>) {
    if values.is_empty() {
        return;
    }
    rename(flat, &mut |role, name| match role {
        Role::Type => {
            if let Some(value) = values.get(name.text.as_str()) {
                (*value).clone_into(&mut name.text);
            }
        }
        Role::Relation => {
            if let Some((first, rest)) = name.text.split_once('.')
                && let Some(value) = values.get(first)
            {
                name.text = format!("{value}.{rest}");
            }
        }
        Role::Branch | Role::Row => {}
    });
}

/// Puts `instance.` before everything that `flat` declares.
fn qualify(flat: &mut Flat, instance: &str) {
    let relations: BTreeSet<String> =
        flat.decls.iter().flat_map(|decl| &decl.names).map(|name| name.text.clone()).collect();
    let types: BTreeSet<String> = flat.types.iter().map(|declaration| declaration.name.text.clone()).collect();
    let branches: BTreeSet<String> = flat
        .types
        .iter()
        .filter_map(|declaration| match &declaration.kind {
            crate::syntax::ast::TypeKind::Algebraic(branches) => Some(branches),
            _ => None,
        })
        .flatten()
        .map(|branch| branch.name.text.clone())
        .collect();
    rename(flat, &mut |role, name| {
        let known = match role {
            Role::Relation => relations.contains(&name.text),
            Role::Type => types.contains(&name.text),
            Role::Branch => branches.contains(&name.text),
            Role::Row => false,
        };
        if known {
            name.text = format!("{instance}.{}", name.text);
        }
    });
}

fn unknown_component(name: &Name, known: &[&str]) -> Diagnostic {
    let text = &name.text;
    let complaint =
        Diagnostic::error(Code::UnknownComponent, text!("没有名为 `{text}` 的组件", "there is no component `{text}`"))
            .at(name.span);
    match nearest(text, known.iter().copied()) {
        Some(near) => complaint.meant(name.span, near),
        None => complaint,
    }
}

fn wrong_parameters(wanted: &ComponentType, component: &Component) -> Diagnostic {
    let (name, needs, given) = (&wanted.name.text, component.head.params.len(), wanted.params.len());
    Diagnostic::error(
        Code::WrongArguments,
        text!(
            "组件 `{name}` 有 {needs} 个参数，这里给了 {given} 个",
            "the component `{name}` has {needs} parameters, {given} are given"
        ),
    )
    .at(wanted.name.span)
    .secondary(component.head.name.span, text!("声明在这里", "declared here"))
}

fn too_deep(name: &Name) -> Diagnostic {
    let text = &name.text;
    Diagnostic::error(
        Code::BadDeclaration,
        text!("组件 `{text}` 绕回了它自己", "the component `{text}` leads back to itself"),
    )
    .at(name.span)
}

fn too_many(name: &Name) -> Diagnostic {
    Diagnostic::error(
        Code::LimitReached,
        text!("组件展开超过 {MOST_FILLED} 次", "more than {MOST_FILLED} components to fill in"),
    )
    .at(name.span)
}
