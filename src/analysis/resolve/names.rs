//! Which names a body has, before any of its conditions is resolved: the order of conditions says nothing.

use rustc_hash::FxHashMap;

use super::{Builder, Scope};
use crate::analysis::context::Relations;
use crate::analysis::hir::{Role, Var};
use crate::ir::{RelationId, VarId};
use crate::source::Span;
use crate::syntax::ast::{Arg, ArgKind, Args, Ask, Atom, Literal, Name, NamedArg, Source};

/// What a name stands for.
#[derive(Clone, Debug)]
pub(in crate::analysis) enum Binding {
    /// A variable.
    Var(VarId),
    /// A row of a derived relation: one variable per column, since such a row has no identity.
    Tuple(RelationId, Vec<VarId>),
}

/// A name that a body has, in the order of first occurrence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::analysis) struct OuterName {
    pub(in crate::analysis) name: String,
    pub(in crate::analysis) span: Span,
    /// For `p in relation`: the relation.
    pub(in crate::analysis) row_of: Option<String>,
    /// For `p in …`, also of functions.
    pub(in crate::analysis) is_row: bool,
}

/// The names of a conjunction outside negations and braces.
pub(in crate::analysis) fn outer_names(body: &[&Literal]) -> Vec<OuterName> {
    let mut names = Names::default();
    body.iter().for_each(|literal| names.literal(literal));
    names.list
}

#[derive(Default)]
struct Names {
    list: Vec<OuterName>,
    /// Where each stands in the list.
    places: FxHashMap<String, usize>,
}

impl Names {
    /// Adds a name unless it is there; gives its place.
    fn add(&mut self, name: &str, span: Span) -> usize {
        if let Some(known) = self.places.get(name) {
            return *known;
        }
        let place = self.list.len();
        self.places.insert(name.to_owned(), place);
        self.list.push(OuterName { name: name.to_owned(), span, row_of: None, is_row: false });
        place
    }

    fn add_row(&mut self, name: &Name, relation: Option<&str>) {
        let place = self.add(&name.text, name.span);
        let known = &mut self.list[place];
        known.is_row = true;
        known.row_of = known.row_of.take().or_else(|| relation.map(str::to_owned));
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Atom(atom) => self.atom(atom),
            Literal::In(source) => match &source.source {
                Source::Relation(relation, pattern) => {
                    self.add_row(&source.row, Some(&relation.text));
                    self.pattern(pattern);
                }
                Source::Function(call) => {
                    self.add_row(&source.row, None);
                    call.args.iter().for_each(|arg| self.arg(arg));
                }
            },
            Literal::Compare(compare) => {
                self.arg(&compare.first);
                compare.rest.iter().for_each(|(_, _, arg)| self.arg(arg));
            }
            Literal::Is(is) => self.arg(&is.arg),
            Literal::Test(call) => call.args.iter().for_each(|arg| self.arg(arg)),
            Literal::Not(..) | Literal::Group(..) | Literal::Bool(..) => {}
        }
    }

    fn atom(&mut self, atom: &Atom) {
        match &atom.args {
            Args::Positional(args) => args.iter().for_each(|arg| self.arg(arg)),
            Args::Named(args) => self.pattern(args),
        }
    }

    fn pattern(&mut self, pattern: &[NamedArg]) {
        for entry in pattern {
            match &entry.ask {
                Ask::Bind => _ = self.add(&entry.column.text, entry.column.span),
                Ask::Equal(arg) | Ask::Compare(_, arg) => self.arg(arg),
            }
        }
    }

    fn arg(&mut self, arg: &Arg) {
        match &arg.kind {
            ArgKind::Var(name) => _ = self.add(name, arg.span),
            ArgKind::Call(call) => call.args.iter().for_each(|arg| self.arg(arg)),
            ArgKind::Record(args) | ArgKind::Branch(_, args) => args.iter().for_each(|arg| self.arg(arg)),
            ArgKind::Cast(inner, _) => self.arg(inner),
            ArgKind::If(cond, then, other) => {
                self.literal(cond);
                self.arg(then);
                self.arg(other);
            }
            ArgKind::Else(first, second) => {
                self.arg(first);
                self.arg(second);
            }
            // p.budget alone does not make p: some `p in …` must
            ArgKind::Field(..)
            | ArgKind::Unnamed
            | ArgKind::Param(_)
            | ArgKind::Const(_)
            | ArgKind::Nil
            | ArgKind::Aggregate(_) => {}
        }
    }
}

/// The plain variables of a target that the braces' own atoms bind: they are the braces' own, whatever is outside.
pub(in crate::analysis) fn own_target_names(target: &Arg, body: &[&Literal]) -> Vec<String> {
    let mut wanted = Names::default();
    wanted.arg(target);
    fields_of(target, &mut wanted);
    let mut bound = Names::default();
    for literal in body {
        if matches!(literal, Literal::Atom(_) | Literal::In(_)) {
            bound.literal(literal);
        }
    }
    wanted.list.into_iter().map(|name| name.name).filter(|name| bound.places.contains_key(name)).collect()
}

fn fields_of(arg: &Arg, names: &mut Names) {
    match &arg.kind {
        ArgKind::Field(row, _) => _ = names.add(&row.text, row.span),
        ArgKind::Call(call) => call.args.iter().for_each(|arg| fields_of(arg, names)),
        ArgKind::Else(a, b) => {
            fields_of(a, names);
            fields_of(b, names);
        }
        ArgKind::Cast(inner, _) => fields_of(inner, names),
        _ => {}
    }
}

impl Builder<'_, '_> {
    /// A scope inside `parent`.
    pub(in crate::analysis) fn enter(&mut self, parent: usize) -> usize {
        self.scopes.push(Scope { parent: Some(parent), ..Scope::default() });
        self.scopes.len() - 1
    }

    /// Declares the names that `body` has and no scope around it has.
    pub(super) fn declare(&mut self, body: &[&Literal], scope: usize) {
        for name in outer_names(body) {
            if self.lookup(&name.name, scope).is_none() {
                self.declare_name(&name, scope);
            }
        }
    }

    /// Declares what the braces of an aggregate have of their own.
    pub(super) fn declare_aggregate(&mut self, target: Option<&Arg>, body: &[&Literal], scope: usize) {
        let own = target.map(|target| own_target_names(target, body)).unwrap_or_default();
        for name in outer_names(body) {
            if own.contains(&name.name) || self.lookup(&name.name, scope).is_none() {
                self.declare_name(&name, scope);
            }
        }
    }

    /// Declares the names of a head.
    pub(super) fn declare_atom(&mut self, atom: &Atom, scope: usize) {
        let mut names = Names::default();
        names.atom(atom);
        for name in names.list {
            if self.lookup(&name.name, scope).is_none() {
                self.declare_name(&name, scope);
            }
        }
    }

    fn declare_name(&mut self, name: &OuterName, scope: usize) {
        let derived = name.row_of.as_ref().and_then(|relation| self.relations.id(relation));
        let binding = match derived {
            Some(relation) if !self.relations.has_rows(relation) && !self.relations.get(relation).doubtful => {
                let columns: Vec<String> =
                    self.relations.get(relation).columns.iter().map(|column| column.name.clone()).collect();
                let row = &name.name;
                let vars = columns
                    .iter()
                    .map(|column| self.declare_var(&format!("{row}.{column}"), name.span, Role::Made, scope))
                    .collect();
                Binding::Tuple(relation, vars)
            }
            _ => {
                let role = if name.is_row { Role::Row } else { Role::Plain };
                Binding::Var(self.declare_var(&name.name, name.span, role, scope))
            }
        };
        self.scopes[scope].names.insert(name.name.clone(), binding);
    }

    fn declare_var(&mut self, name: &str, span: Span, role: Role, scope: usize) -> VarId {
        let node = self.infer.fresh();
        self.add_var(Var { name: name.to_owned(), node, field: None, span, role, scope, uses: 0 })
    }

    /// What a name stands for in `scope`.
    pub(in crate::analysis) fn lookup(&self, name: &str, scope: usize) -> Option<&Binding> {
        let mut at = Some(scope);
        while let Some(here) = at {
            if let Some(found) = self.scopes[here].names.get(name) {
                return Some(found);
            }
            at = self.scopes[here].parent;
        }
        None
    }

    /// Every name that can be used in `scope`, the nearest first.
    pub(super) fn names_in_scope(&self, scope: usize) -> Vec<String> {
        let mut names = Vec::new();
        let mut at = Some(scope);
        while let Some(here) = at {
            names.extend(self.scopes[here].names.keys().cloned());
            at = self.scopes[here].parent;
        }
        names
    }
}

/// The columns of a card's relation: row variables first, then the others, in the order of first occurrence. A row of a
/// derived relation is its columns.
pub(in crate::analysis) fn card_columns(body: &[&Literal], relations: &Relations) -> Vec<(String, Span)> {
    let names = outer_names(body);
    let expand = |name: &OuterName| {
        let derived = name.row_of.as_ref().and_then(|relation| relations.id(relation));
        match derived {
            Some(relation) if !relations.has_rows(relation) && !relations.get(relation).doubtful => relations
                .get(relation)
                .columns
                .iter()
                .map(|column| (format!("{}.{}", name.name, column.name), name.span))
                .collect(),
            _ => vec![(name.name.clone(), name.span)],
        }
    };
    let rows = names.iter().filter(|name| name.is_row);
    let plain = names.iter().filter(|name| !name.is_row);
    rows.chain(plain).flat_map(expand).collect()
}
