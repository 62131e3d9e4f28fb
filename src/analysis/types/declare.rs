//! `.type`: declarations of types, and what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};

use super::{BUILT_IN, Class, Shape, Types};
use crate::analysis::Mode;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::ir::{TypeId, TypeKind};
use crate::source::Span;
use crate::syntax::ast::{self, Name};
use crate::text;

impl Types {
    /// The built-in types and those declared. A plain program may give the names of types that other Datalogs have not
    /// to types of its own.
    pub(in crate::analysis) fn declare(declarations: &[&ast::TypeDecl], mode: Mode, report: &mut Report) -> Self {
        let mut types = Self::default();
        for (name, kind) in BUILT_IN {
            types.add(name.to_owned(), None, kind);
        }
        let mut fresh = Vec::new();
        for declaration in declarations {
            let name = &declaration.name;
            let is_ours = types.names.get(&name.text).is_some_and(|id| (Self::DECIMAL..=Self::DATE).contains(id));
            if is_ours && mode == Mode::Plain {
                types.names.remove(&name.text);
            }
            if let Some(first) = types.names.get(&name.text) {
                report.push(declared_twice(name, types.defs[first.index()].span));
                continue;
            }
            fresh.push((types.add(name.text.clone(), Some(name.span), TypeKind::Number), *declaration));
        }
        let mut bases = Vec::new();
        for (id, declaration) in &fresh {
            types.shape(*id, declaration, (mode, &mut bases), report);
        }
        let cyclic = |(id, _): &&(TypeId, &ast::TypeDecl)| types.reaches(*id, &BTreeSet::from([*id]));
        let cyclic: Vec<_> = fresh.iter().filter(cyclic).copied().collect();
        let own: BTreeSet<TypeId> = cyclic.iter().map(|(id, _)| *id).collect();
        cyclic.iter().for_each(|(_, declaration)| report.push(endless(declaration)));
        // Nor does anybody know the values of what is made of types that there are not.
        let unknown =
            fresh.iter().filter(|(_, declaration)| parts(declaration).any(|part| types.get(&part.text).is_none()));
        let unknown: BTreeSet<TypeId> = unknown.map(|(id, _)| *id).collect();
        let ids = fresh.iter().map(|(id, _)| *id);
        types.endless =
            ids.filter(|id| unknown.contains(id) || types.reaches(*id, &own) || types.reaches(*id, &unknown)).collect();
        for id in own {
            types.defs[id.index()].shape = Shape::Own;
        }
        for (id, declaration) in fresh.iter().filter(|(id, _)| !types.is_endless(*id)).collect::<Vec<_>>() {
            types.check_union(*id, declaration, report);
        }
        for (id, base) in bases.into_iter().filter(|(id, _)| !types.is_endless(*id)).collect::<Vec<_>>() {
            types.check_base(id, &base, report);
        }
        for (id, _) in &fresh {
            types.defs[id.index()].kind = types.defs[types.root(*id).index()].kind.clone();
        }
        types
    }

    fn shape(
        &mut self,
        id: TypeId,
        declaration: &ast::TypeDecl,
        (mode, bases): (Mode, &mut Vec<(TypeId, Name)>),
        report: &mut Report,
    ) {
        match &declaration.kind {
            ast::TypeKind::Subtype(base) => {
                if let Some(found) = self.find(base, report) {
                    self.defs[id.index()].shape = Shape::Subtype(found);
                    bases.push((id, base.clone()));
                }
            }
            ast::TypeKind::Legacy(base) => {
                self.defs[id.index()].shape = Shape::Subtype(self.names[*base]);
            }
            ast::TypeKind::Union(parts) => {
                let parts: Vec<TypeId> = parts.iter().filter_map(|part| self.find(part, report)).collect();
                self.defs[id.index()].shape = match parts[..] {
                    [] => Shape::Own,
                    [one] => Shape::Alias(one),
                    _ => Shape::Union(parts),
                };
            }
            ast::TypeKind::Record(fields) => {
                names_once(fields, report);
                let fields = self.fields(fields, report);
                self.defs[id.index()].kind = TypeKind::Record(fields);
            }
            ast::TypeKind::Algebraic(branches) => {
                // Fields of branches are known by their place alone, and programs for Soufflé call two the same.
                if mode == Mode::Audit {
                    branches.iter().for_each(|branch| names_once(&branch.fields, report));
                }
                self.algebraic(id, branches, report);
            }
        }
    }

    fn fields(&self, fields: &[ast::ColumnDecl], report: &mut Report) -> Vec<(String, TypeId)> {
        let mut out = Vec::new();
        for field in fields {
            out.push((field.name.text.clone(), self.find(&field.ty, report).unwrap_or(Self::NUMBER)));
        }
        out
    }

    /// Branches are numbered by the order of their names.
    fn algebraic(&mut self, id: TypeId, branches: &[ast::Branch], report: &mut Report) {
        let mut sorted: Vec<&ast::Branch> = branches.iter().collect();
        sorted.sort_by(|a, b| a.name.text.cmp(&b.name.text));
        let mut out = Vec::new();
        for (number, branch) in sorted.into_iter().enumerate() {
            if let Some((_, _, first)) = self.branches.get(&branch.name.text) {
                report.push(declared_twice(&branch.name, Some(*first)));
            }
            self.branches.entry(branch.name.text.clone()).or_insert((id, number, branch.name.span));
            out.push((branch.name.text.clone(), self.fields(&branch.fields, report)));
        }
        self.defs[id.index()].kind = TypeKind::Algebraic(out);
    }

    /// Whether following subtypes, aliases and unions from `id` comes to one of `these`.
    fn reaches(&self, id: TypeId, these: &BTreeSet<TypeId>) -> bool {
        let mut seen = vec![false; self.defs.len()];
        let mut open = self.parents(id);
        while let Some(next) = open.pop() {
            if these.contains(&next) {
                return true;
            }
            if !std::mem::replace(&mut seen[next.index()], true) {
                open.extend(self.parents(next));
            }
        }
        false
    }

    /// Whether nobody knows its values, because its declaration leads back to itself, to one that does, or to a type that
    /// there is not.
    pub(in crate::analysis) fn is_endless(&self, id: TypeId) -> bool {
        self.endless.contains(&id)
    }

    fn parents(&self, id: TypeId) -> Vec<TypeId> {
        match &self.defs[id.index()].shape {
            Shape::Own => Vec::new(),
            Shape::Subtype(base) | Shape::Alias(base) => vec![*base],
            Shape::Union(parts) => parts.clone(),
        }
    }

    /// A subtype is one of a built-in type or of a subtype.
    fn check_base(&self, id: TypeId, base: &Name, report: &mut Report) {
        let Shape::Subtype(of) = self.defs[id.index()].shape else { return };
        let union = matches!(self.defs[self.unalias(of).index()].shape, Shape::Union(_));
        if !union && !matches!(self.class(of), Class::Structure(_)) {
            return;
        }
        let (name, base_name) = (self.name(id), &base.text);
        report.push(
            Diagnostic::error(
                Code::BadDeclaration,
                text!(
                    "`{base_name}` 是联合或记录，`{name}` 不能是它的子类型",
                    "`{base_name}` is a union or a record, and `{name}` cannot be a subtype of it"
                ),
            )
            .at(base.span)
            .help(text!(
                "起一个别名：`.type {name} = {base_name}`",
                "give it another name: `.type {name} = {base_name}`"
            )),
        );
    }

    /// A union is over types of one built-in type.
    fn check_union(&mut self, id: TypeId, declaration: &ast::TypeDecl, report: &mut Report) {
        let name = &declaration.name.text;
        let Shape::Union(parts) = &self.defs[id.index()].shape else { return };
        let roots: Vec<TypeId> = parts.iter().map(|part| self.root(*part)).collect();
        let list = || roots.iter().map(|root| self.name(*root)).collect::<Vec<_>>().join(", ");
        if let Some(structure) = roots.iter().find(|root| matches!(self.class(**root), Class::Structure(_))) {
            let structure = self.name(*structure);
            report.push(
                Diagnostic::error(
                    Code::BadDeclaration,
                    text!(
                        "联合类型 `{name}` 不能包含记录类型 `{structure}`",
                        "the union `{name}` cannot contain the record type `{structure}`"
                    ),
                )
                .at(declaration.span),
            );
        } else if roots.iter().any(|root| *root != roots[0]) {
            let list = list();
            report.push(
                Diagnostic::error(
                    Code::BadDeclaration,
                    text!(
                        "联合类型 `{name}` 混合了不同的基本类型：{list}",
                        "the union `{name}` mixes different built-in types: {list}"
                    ),
                )
                .at(declaration.span),
            );
        } else {
            return;
        }
        self.defs[id.index()].shape = Shape::Alias(roots[0]);
    }
}

/// `name` is declared a second time.
pub(in crate::analysis) fn declared_twice(name: &Name, first: Option<Span>) -> Diagnostic {
    let text = &name.text;
    let complaint = match first {
        Some(_) => Diagnostic::error(Code::DeclaredTwice, text!("`{text}` 声明了两次", "`{text}` is declared twice")),
        None => Diagnostic::error(
            Code::DeclaredTwice,
            text!("`{text}` 是内建类型，不能重新声明", "`{text}` is built in and cannot be declared again"),
        ),
    }
    .at(name.span);
    match first {
        Some(first) => complaint.secondary(first, text!("已在这里声明", "declared here already")),
        None => complaint,
    }
}

/// Complains about fields of one name.
fn names_once(fields: &[ast::ColumnDecl], report: &mut Report) {
    let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
    for field in fields {
        if let Some(first) = seen.insert(&field.name.text, field.name.span) {
            report.push(declared_twice(&field.name, Some(first)));
        }
    }
}

/// The types that a declaration names.
fn parts(declaration: &ast::TypeDecl) -> Box<dyn Iterator<Item = &Name> + '_> {
    match &declaration.kind {
        ast::TypeKind::Subtype(base) => Box::new(std::iter::once(base)),
        ast::TypeKind::Union(parts) => Box::new(parts.iter()),
        ast::TypeKind::Record(fields) => Box::new(fields.iter().map(|field| &field.ty)),
        ast::TypeKind::Algebraic(branches) => {
            Box::new(branches.iter().flat_map(|branch| branch.fields.iter().map(|field| &field.ty)))
        }
        ast::TypeKind::Legacy(_) => Box::new(std::iter::empty()),
    }
}

fn endless(declaration: &ast::TypeDecl) -> Diagnostic {
    let name = &declaration.name.text;
    Diagnostic::error(
        Code::BadDeclaration,
        text!("类型 `{name}` 的定义绕回了它自己", "the definition of type `{name}` leads back to itself"),
    )
    .at(declaration.span)
}
