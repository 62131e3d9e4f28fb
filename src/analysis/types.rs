//! [`Types`]: what declared type names mean.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Report, nearest};
use crate::ir::{RelationId, Type, TypeId, TypeKind};
use crate::schema::ColumnType;
use crate::source::Span;
use crate::syntax::ast::{self, Name};
use crate::text;
use crate::value::Unit;
use crate::value::functions::Kind;
use crate::value::generators::Generator;

/// Every type of a program, by [`TypeId`].
#[derive(Debug, Default)]
pub(super) struct Types {
    defs: Vec<Def>,
    names: BTreeMap<String, TypeId>,
    /// Branches of algebraic types by name: the type and the branch's number.
    branches: BTreeMap<String, (TypeId, usize, Span)>,
}

#[derive(Debug)]
struct Def {
    name: String,
    span: Option<Span>,
    shape: Shape,
    kind: TypeKind,
}

/// The fields of a record or branch.
type Fields = [(String, TypeId)];

/// How a type was declared.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    Own,
    Subtype(TypeId),
    Alias(TypeId),
    Union(Vec<TypeId>),
}

/// What two types must share for their values to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Number,
    Unsigned,
    Float,
    Symbol,
    Decimal,
    Percent,
    Money,
    Date,
    Row(RelationId),
    Generated(TypeId),
    /// A record or algebraic type.
    Structure(TypeId),
}

const BUILT_IN: [(&str, TypeKind); 8] = [
    ("number", TypeKind::Number),
    ("unsigned", TypeKind::Unsigned),
    ("float", TypeKind::Float),
    ("symbol", TypeKind::Symbol),
    ("decimal", TypeKind::Decimal),
    ("percent", TypeKind::Percent),
    ("money", TypeKind::Money(Unit::Yuan)),
    ("date", TypeKind::Date),
];

impl Types {
    pub(super) const NUMBER: TypeId = TypeId(0);
    pub(super) const UNSIGNED: TypeId = TypeId(1);
    pub(super) const FLOAT: TypeId = TypeId(2);
    pub(super) const SYMBOL: TypeId = TypeId(3);
    pub(super) const DECIMAL: TypeId = TypeId(4);
    pub(super) const PERCENT: TypeId = TypeId(5);
    pub(super) const MONEY: TypeId = TypeId(6);
    pub(super) const DATE: TypeId = TypeId(7);

    /// The built-in types and those declared.
    pub(super) fn declare(declarations: &[&ast::TypeDecl], report: &mut Report) -> Self {
        let mut types = Self::default();
        for (name, kind) in BUILT_IN {
            types.add(name.to_owned(), None, kind);
        }
        let mut fresh = Vec::new();
        for declaration in declarations {
            let name = &declaration.name;
            if let Some(first) = types.names.get(&name.text) {
                report.push(declared_twice(name, types.defs[first.index()].span));
                continue;
            }
            fresh.push((types.add(name.text.clone(), Some(name.span), TypeKind::Number), *declaration));
        }
        let mut bases = Vec::new();
        for (id, declaration) in &fresh {
            types.shape(*id, declaration, &mut bases, report);
        }
        let mut cyclic = Vec::new();
        for (id, declaration) in &fresh {
            if types.is_cyclic(*id) {
                cyclic.push(*id);
                report.push(endless(declaration));
            }
        }
        for id in cyclic {
            types.defs[id.index()].shape = Shape::Own;
        }
        for (id, declaration) in &fresh {
            types.check_union(*id, declaration, report);
        }
        for (id, base) in bases {
            types.check_base(id, &base, report);
        }
        for (id, _) in &fresh {
            types.defs[id.index()].kind = types.defs[types.root(*id).index()].kind.clone();
        }
        types
    }

    fn add(&mut self, name: String, span: Option<Span>, kind: TypeKind) -> TypeId {
        let id = TypeId(u32::try_from(self.defs.len()).expect("fewer than 2^32 types"));
        self.names.entry(name.clone()).or_insert(id);
        self.defs.push(Def { name, span, shape: Shape::Own, kind });
        id
    }

    /// A type without a declaration, once.
    fn implied(&mut self, name: String, kind: TypeKind) -> TypeId {
        let known = self.defs.iter().position(|def| def.kind == kind && def.shape == Shape::Own);
        known.map_or_else(
            || {
                let id = TypeId(u32::try_from(self.defs.len()).expect("fewer than 2^32 types"));
                self.defs.push(Def { name, span: None, shape: Shape::Own, kind });
                id
            },
            |at| TypeId(u32::try_from(at).expect("fewer than 2^32 types")),
        )
    }

    /// Money shown in `unit`.
    pub(super) fn money(&mut self, unit: Unit) -> TypeId {
        self.implied(format!("money({})", unit.name()), TypeKind::Money(unit))
    }

    /// A row of a relation of facts.
    pub(super) fn row(&mut self, relation: RelationId, name: &str) -> TypeId {
        self.implied(name.to_owned(), TypeKind::Row(relation))
    }

    /// A row that a function yields.
    pub(super) fn generated(&mut self, generator: Generator, name: &str) -> TypeId {
        self.implied(name.to_owned(), TypeKind::Generated(generator))
    }

    /// The type of that name, or a complaint that names the nearest.
    pub(super) fn find(&self, name: &Name, report: &mut Report) -> Option<TypeId> {
        let found = self.get(&name.text);
        // An empty name stands where no type is written, which has been said.
        if found.is_none() && !name.text.is_empty() {
            report.push(self.unknown(name));
        }
        found
    }

    /// The type of that name.
    pub(super) fn get(&self, name: &str) -> Option<TypeId> {
        self.names.get(name).copied()
    }

    fn unknown(&self, name: &Name) -> Diagnostic {
        let text = &name.text;
        let complaint =
            Diagnostic::error(Code::UnknownType, text!("没有名为 `{text}` 的类型", "there is no type `{text}`"))
                .at(name.span);
        match nearest(text, self.names.keys().map(String::as_str)) {
            Some(near) => {
                complaint.help(text!("最接近的是 `{near}`", "the nearest is `{near}`")).fix(name.span, near)
            }
            None => complaint.help(text!(
                "先声明它：`.type {text} <: symbol`；内建类型有 number、unsigned、float、symbol、decimal、percent、money、date",
                "declare it first: `.type {text} <: symbol`; built in are number, unsigned, float, symbol, decimal, percent, money, date"
            )),
        }
    }

    fn shape(&mut self, id: TypeId, declaration: &ast::TypeDecl, bases: &mut Vec<(TypeId, Name)>, report: &mut Report) {
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
                let fields = self.fields(fields, report);
                self.defs[id.index()].kind = TypeKind::Record(fields);
            }
            ast::TypeKind::Algebraic(branches) => self.algebraic(id, branches, report),
        }
    }

    fn fields(&self, fields: &[ast::ColumnDecl], report: &mut Report) -> Vec<(String, TypeId)> {
        let mut seen: BTreeMap<&str, Span> = BTreeMap::new();
        let mut out = Vec::new();
        for field in fields {
            if let Some(first) = seen.insert(&field.name.text, field.name.span) {
                report.push(declared_twice(&field.name, Some(first)));
            }
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

    /// Whether following subtypes, aliases and unions from `id` comes back to it.
    fn is_cyclic(&self, id: TypeId) -> bool {
        let mut seen = vec![false; self.defs.len()];
        let mut open = self.parents(id);
        while let Some(next) = open.pop() {
            if next == id {
                return true;
            }
            if !std::mem::replace(&mut seen[next.index()], true) {
                open.extend(self.parents(next));
            }
        }
        false
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

    /// The built-in, record or algebraic type below subtypes, aliases and unions.
    pub(super) fn root(&self, id: TypeId) -> TypeId {
        let mut at = id;
        for _ in 0..=self.defs.len() {
            match &self.defs[at.index()].shape {
                Shape::Own => return at,
                Shape::Subtype(base) | Shape::Alias(base) => at = *base,
                Shape::Union(parts) => at = parts[0],
            }
        }
        at
    }

    /// Whether every value of `sub` is one of `sup` by declaration.
    pub(super) fn is_subtype(&self, sub: TypeId, sup: TypeId) -> bool {
        let (sub, sup) = (self.unalias(sub), self.unalias(sup));
        if sub == sup {
            return true;
        }
        let below = match &self.defs[sub.index()].shape {
            Shape::Subtype(base) | Shape::Alias(base) => self.is_subtype(*base, sup),
            Shape::Union(parts) => parts.iter().all(|part| self.is_subtype(*part, sup)),
            Shape::Own => false,
        };
        below
            || matches!(&self.defs[sup.index()].shape, Shape::Union(parts) if parts.iter().any(|part| self.is_subtype(sub, *part)))
    }

    /// The greatest types that both contain; those of other kinds are no concern of subtypes and count as one.
    pub(super) fn common(&self, a: TypeId, b: TypeId) -> Vec<TypeId> {
        if self.is_subtype(a, b) || self.root(a) != self.root(b) || self.is_plain(a) && self.is_plain(b) {
            return vec![a];
        }
        if self.is_subtype(b, a) {
            return vec![b];
        }
        let parts = |id: TypeId| match &self.defs[self.unalias(id).index()].shape {
            Shape::Union(parts) => Some(parts.clone()),
            _ => None,
        };
        match (parts(a), parts(b)) {
            (Some(parts), _) => parts.into_iter().flat_map(|part| self.common(part, b)).collect(),
            (None, Some(parts)) => parts.into_iter().flat_map(|part| self.common(a, part)).collect(),
            (None, None) => Vec::new(),
        }
    }

    /// Whether a column of type `wanted` takes values of type `given`.
    pub(super) fn takes(&self, wanted: TypeId, given: TypeId) -> bool {
        self.root(wanted) != self.root(given) || self.is_plain(wanted) || self.is_subtype(given, wanted)
    }

    /// Whether it is no subtype and no union.
    fn is_plain(&self, id: TypeId) -> bool {
        self.defs[self.unalias(id).index()].shape == Shape::Own
    }

    fn unalias(&self, id: TypeId) -> TypeId {
        let mut at = id;
        for _ in 0..=self.defs.len() {
            match &self.defs[at.index()].shape {
                Shape::Alias(base) => at = *base,
                _ => return at,
            }
        }
        at
    }

    /// What it can be compared with.
    pub(super) fn class(&self, id: TypeId) -> Class {
        let root = self.root(id);
        match &self.defs[root.index()].kind {
            TypeKind::Number => Class::Number,
            TypeKind::Unsigned => Class::Unsigned,
            TypeKind::Float => Class::Float,
            TypeKind::Symbol => Class::Symbol,
            TypeKind::Decimal => Class::Decimal,
            TypeKind::Percent => Class::Percent,
            TypeKind::Money(_) => Class::Money,
            TypeKind::Date => Class::Date,
            TypeKind::Row(relation) => Class::Row(*relation),
            TypeKind::Generated(_) => Class::Generated(root),
            TypeKind::Record(_) | TypeKind::Algebraic(_) => Class::Structure(root),
        }
    }

    /// The fields of a record type.
    pub(super) fn record(&self, id: TypeId) -> Option<&[(String, TypeId)]> {
        match &self.defs[self.root(id).index()].kind {
            TypeKind::Record(fields) => Some(fields),
            _ => None,
        }
    }

    /// The algebraic type, number and fields of the branch of that name.
    pub(super) fn branch(&self, name: &str) -> Option<(TypeId, usize, &Fields)> {
        let (id, number, _) = self.branches.get(name)?;
        match &self.defs[id.index()].kind {
            TypeKind::Algebraic(branches) => Some((*id, *number, &branches[*number].1)),
            _ => None,
        }
    }

    /// The names of all branches.
    pub(super) fn branch_names(&self) -> impl Iterator<Item = &str> {
        self.branches.keys().map(String::as_str)
    }

    /// What it holds.
    pub(super) fn kind(&self, id: TypeId) -> &TypeKind {
        &self.defs[id.index()].kind
    }

    /// Its name.
    pub(super) fn name(&self, id: TypeId) -> &str {
        &self.defs[id.index()].name
    }

    /// Its name as a user would say it, in the two languages.
    pub(super) fn words(&self, id: TypeId) -> (String, String) {
        let name = self.name(id);
        let (zh, en) = match self.class(id) {
            Class::Number => ("整数", "a whole number"),
            Class::Unsigned => ("非负整数", "an unsigned number"),
            Class::Float => ("浮点数", "a float"),
            Class::Symbol => ("文字", "a text"),
            Class::Decimal => ("小数", "a decimal"),
            Class::Percent => ("百分比", "a percentage"),
            Class::Money => ("金额", "an amount of money"),
            Class::Date => ("日期", "a date"),
            Class::Row(_) => return (format!("`{name}` 的一行"), format!("a row of `{name}`")),
            Class::Generated(_) => return (format!("`{name}` 给出的一行"), format!("a row that `{name}` yields")),
            Class::Structure(_) => return (format!("记录 `{name}`"), format!("a record `{name}`")),
        };
        if self.defs[id.index()].span.is_some() {
            return (format!("{zh}（`{name}`）"), format!("{en} (`{name}`)"));
        }
        (zh.to_owned(), en.to_owned())
    }

    /// What a fact column of this type holds, if facts can be loaded into it.
    pub(super) fn column(&self, id: TypeId) -> Option<ColumnType> {
        Some(match self.class(id) {
            Class::Number => ColumnType::Number,
            Class::Unsigned => ColumnType::Unsigned,
            Class::Float => ColumnType::Float,
            Class::Symbol => ColumnType::Symbol,
            Class::Decimal | Class::Percent => ColumnType::Decimal,
            Class::Money => ColumnType::Money,
            Class::Date => ColumnType::Date,
            Class::Row(_) | Class::Generated(_) | Class::Structure(_) => return None,
        })
    }

    /// How functions see it; none for rows and records.
    pub(super) fn function_kind(&self, id: TypeId) -> Option<Kind> {
        Some(match self.class(id) {
            Class::Number => Kind::Number,
            Class::Unsigned => Kind::Unsigned,
            Class::Float => Kind::Float,
            Class::Symbol => Kind::Symbol,
            Class::Decimal => Kind::Decimal,
            Class::Percent => Kind::Percent,
            Class::Money => Kind::Money,
            Class::Date => Kind::Date,
            Class::Row(_) | Class::Generated(_) | Class::Structure(_) => return None,
        })
    }

    /// The built-in type that a function names.
    pub(super) fn of_kind(kind: Kind) -> Option<TypeId> {
        Some(match kind {
            Kind::Number => Self::NUMBER,
            Kind::Unsigned => Self::UNSIGNED,
            Kind::Float => Self::FLOAT,
            Kind::Symbol => Self::SYMBOL,
            Kind::Decimal => Self::DECIMAL,
            Kind::Percent => Self::PERCENT,
            Kind::Money => Self::MONEY,
            Kind::Date => Self::DATE,
            Kind::Any => return None,
        })
    }

    /// As part of a resolved program.
    pub(super) fn finish(self) -> Vec<Type> {
        self.defs.into_iter().map(|def| Type { name: def.name, kind: def.kind }).collect()
    }
}

/// `name` is declared a second time.
pub(super) fn declared_twice(name: &Name, first: Option<Span>) -> Diagnostic {
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

fn endless(declaration: &ast::TypeDecl) -> Diagnostic {
    let name = &declaration.name.text;
    Diagnostic::error(
        Code::BadDeclaration,
        text!("类型 `{name}` 的定义绕回了它自己", "the definition of type `{name}` leads back to itself"),
    )
    .at(declaration.span)
}
