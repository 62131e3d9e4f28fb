//! [`Types`]: what declared type names mean.

mod declare;
mod subtypes;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic, Report, nearest};
use crate::ir::{RelationId, Type, TypeId, TypeKind};
use crate::schema::ColumnType;
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::text;
use crate::value::Unit;
use crate::value::functions::Kind;
use crate::value::generators::Generator;

pub(super) use declare::declared_twice;

/// Every type of a program, by [`TypeId`].
#[derive(Debug, Default)]
pub(super) struct Types {
    defs: Vec<Def>,
    names: BTreeMap<String, TypeId>,
    /// Branches of algebraic types by name: the type and the branch's number.
    branches: BTreeMap<String, (TypeId, usize, Span)>,
    /// Those whose declarations lead back to themselves, or to one that does: they have no values.
    endless: BTreeSet<TypeId>,
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

    /// Whether it is a record or has branches.
    pub(super) fn is_structure(&self, id: TypeId) -> bool {
        matches!(self.class(id), Class::Structure(_))
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

    /// Whether it is a record or an algebraic type.
    pub(super) fn is_structured(&self, id: TypeId) -> bool {
        matches!(self.class(id), Class::Structure(_))
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

    /// Whether its values are shares of one: `percent` and what is derived from it.
    pub(super) fn is_share(&self, id: TypeId) -> bool {
        matches!(self.class(id), Class::Percent)
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
