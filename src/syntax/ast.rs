//! The tree of a rule text: what was written, with places, before anything is resolved.
//!
//! One tree for plain Datalog files and for the `when` of cards. Every node knows its [`Span`]; names are as written,
//! without back quotes. Comments are kept beside the tree, for the formatter.

use std::collections::BTreeSet;

pub use super::comparison::CompareOp;
use crate::source::Span;
use crate::value::{Decimal, Unit};

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name, without back quotes; qualified names keep their dots (`graph.edge`).
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A whole file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// Its items in order.
    pub items: Vec<Item>,
    /// Every comment, in order, with its delimiters.
    pub comments: Vec<Span>,
    /// What its text may declare beside the items.
    pub lost: Lost,
}

/// What text that was not understood, or not read, may declare: that such a name is not known is no mistake of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Names that stood where declarations have theirs.
    pub names: BTreeSet<String>,
    /// Whether a part was not read at all, so that any name may be declared there.
    pub unread: bool,
}

impl Lost {
    /// Whether that name, or an instance of a component in it, may be declared there.
    #[must_use]
    pub fn may_declare(&self, name: &str) -> bool {
        // `.decl ab: type)` may declare `a`, the bracket behind it missing.
        let begins = |part: &str| self.names.range(part.to_owned()..).next().is_some_and(|lost| lost.starts_with(part));
        self.unread || name.split('.').any(begins)
    }
}

/// One item of a file or of a component's body.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// `.decl`
    Decl(Decl),
    /// `.type`
    Type(TypeDecl),
    /// `.input`, `.output`, `.printsize`, `.limitsize`
    Directive(Directive),
    /// A rule or a fact.
    Clause(Clause),
    /// `.comp`
    Component(Component),
    /// `.init x = Component<…>`
    Init(Init),
    /// `.override relation`, inside components
    Override(Name),
    /// `.pragma "key" "value"`
    Pragma(Pragma),
    /// `.functor name(…): type`
    Functor(FunctorDecl),
    /// `.include "path"`: only where a text is read for itself, not after [preprocessing](super::preprocess)
    Include(Include),
    /// `.once`
    Once(Span),
    /// `.lattice type<> { … }`: nothing can be said with it here, but a program may declare one.
    Lattice(Span),
}

/// `.decl a, b(x: type, …) qualifiers`
#[derive(Clone, Debug, PartialEq)]
pub struct Decl {
    /// The declared names; usually one.
    pub names: Vec<Name>,
    /// The columns.
    pub columns: Vec<ColumnDecl>,
    /// `inline`, `brie`, `eqrel`, `input`, `overridable`, … as written.
    pub qualifiers: Vec<Name>,
    /// Each `choice-domain` key: the columns named.
    pub choice: Vec<Vec<Name>>,
    /// The `///` lines above it, joined by line breaks.
    pub doc: String,
    /// `@[…]` annotations.
    pub annotations: Vec<Annotation>,
    /// From `.decl` to its end.
    pub span: Span,
    /// Whether its text was wrong, so that columns may be missing: what does not fit them is no further mistake.
    pub broken: bool,
    /// `.decl d = debug_delta(r)`: the relation of which `d` has the rows that are new in each round; then no columns are
    /// written.
    pub delta: Option<Name>,
}

/// `@[name]`, `@[name = value]`, `@[name(tokens)]`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    /// Its name.
    pub name: Name,
    /// What stands in its brackets or after `=`, as written; empty when there is nothing.
    pub value: String,
}

/// `name: type` in a declaration.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnDecl {
    /// The column.
    pub name: Name,
    /// Its type; an empty name where none is written, which has been complained about.
    pub ty: Name,
    /// The `///` lines above it, joined by line breaks.
    pub doc: String,
    /// `@[…]` annotations.
    pub annotations: Vec<Annotation>,
}

/// `.type name …`
#[derive(Clone, Debug, PartialEq)]
pub struct TypeDecl {
    /// The declared type.
    pub name: Name,
    /// What it is.
    pub kind: TypeKind,
    /// The `///` lines above it.
    pub doc: String,
    /// From `.type` to its end.
    pub span: Span,
}

/// The right side of a type declaration.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// `.type T <: S`
    Subtype(Name),
    /// `.type T = A | B` and, with one part, the alias `.type T = S`
    Union(Vec<Name>),
    /// `.type T = [x: A, y: B]`
    Record(Vec<ColumnDecl>),
    /// `.type T = Leaf {} | Node {l: T, r: T}`
    Algebraic(Vec<Branch>),
    /// `.type T`, `.number_type T`, `.symbol_type T`: the old spelling of a subtype; the base type's name.
    Legacy(&'static str),
}

/// One branch of an algebraic type.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// Its name.
    pub name: Name,
    /// Its fields.
    pub fields: Vec<ColumnDecl>,
}

/// Which directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectiveKind {
    /// `.input`
    Input,
    /// `.output`
    Output,
    /// `.printsize`
    PrintSize,
    /// `.limitsize`
    LimitSize,
}

/// `.input a, b(key=value, …)`
#[derive(Clone, Debug, PartialEq)]
pub struct Directive {
    /// Which one.
    pub kind: DirectiveKind,
    /// The relations.
    pub relations: Vec<Name>,
    /// Its options, values without quotes.
    pub options: Vec<(Name, String)>,
    /// From the dot to its end.
    pub span: Span,
}

/// A rule with its heads and alternatives, or a fact.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// The heads, at least one.
    pub heads: Vec<Atom>,
    /// `head1 <= head2`: the second head of a subsumptive clause.
    pub subsumes: Option<Atom>,
    /// The body; empty for a fact.
    pub body: Body,
    /// `.plan` of the rule, where one is written (it has no effect).
    pub plan: Option<Plan>,
    /// From the first head to the final dot.
    pub span: Span,
}

/// `.plan 0: (2, 1), 1: (1, 2)` behind a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Each order that it gives.
    pub orders: Vec<PlanOrder>,
    /// From `.plan` to its end.
    pub span: Span,
}

/// In which order the atoms of a rule are to be joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanOrder {
    /// Which of the recursive atoms stands for the new rows, from 0.
    pub version: u64,
    /// The atoms, from 1.
    pub atoms: Vec<u64>,
    /// The brackets with the atoms.
    pub span: Span,
}

/// Alternatives (`;`) of conjunctions (`,`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Body {
    /// Each alternative is a conjunction. A fact has none.
    pub alternatives: Vec<Vec<Literal>>,
    /// Whether its text, or for a clause's body the clause's, was wrong, so that parts of it may be missing: the
    /// complaint is made, and what does not fit the rest is no further mistake.
    pub broken: bool,
    /// The whole of it.
    pub span: Span,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `relation(a, b)` or `relation{x: a, y}`
    Atom(Atom),
    /// `p in relation{…}` or `p in function(…)`
    In(In),
    /// `!literal`, `not literal`, `not (body)`
    Not(Box<Body>, Span),
    /// `(a ; b)` used as a condition
    Group(Box<Body>, Span),
    /// `a < b`, `0 < a < 100`: operands one more than operators
    Compare(Compare),
    /// `x is blank`
    Is(Is),
    /// `match(pattern, text)`, `contains(part, text)`, `f(…)` in the place of a condition when `f` is a known test
    Test(Call),
    /// `true`, `false`
    Bool(bool, Span),
}

/// `relation(…)` or `relation{…}`
#[derive(Clone, Debug, PartialEq)]
pub struct Atom {
    /// The relation.
    pub relation: Name,
    /// What stands in its brackets.
    pub args: Args,
    /// The whole of it.
    pub span: Span,
}

/// The arguments of an atom.
#[derive(Clone, Debug, PartialEq)]
pub enum Args {
    /// `(a, _, b)`
    Positional(Vec<Arg>),
    /// `{name: a, budget > 0, amount}`
    Named(Vec<NamedArg>),
}

/// One entry of a brace pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedArg {
    /// The column.
    pub column: Name,
    /// What is asked of it.
    pub ask: Ask,
}

/// What a brace pattern asks of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Ask {
    /// `amount`: binds a variable of the column's name
    Bind,
    /// `amount: x`
    Equal(Arg),
    /// `amount > 0`
    Compare(CompareOp, Arg),
}

/// `p in source`
#[derive(Clone, Debug, PartialEq)]
pub struct In {
    /// The row variable.
    pub row: Name,
    /// Where the rows come from.
    pub source: Source,
    /// The whole of it.
    pub span: Span,
}

/// What yields rows.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// A relation, with or without a pattern.
    Relation(Name, Vec<NamedArg>),
    /// A function that yields rows.
    Function(Call),
}

/// A chain of comparisons.
#[derive(Clone, Debug, PartialEq)]
pub struct Compare {
    /// The first operand.
    pub first: Arg,
    /// Each operator with the operand after it; the span is the operator's.
    pub rest: Vec<(CompareOp, Span, Arg)>,
    /// The whole of it.
    pub span: Span,
}

/// State of a cell that `is` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CellState {
    /// Nothing is written there.
    Blank,
    /// What is written is not of the column's type.
    Malformed,
    /// It has a value.
    Present,
}

/// `x is blank`
#[derive(Clone, Debug, PartialEq)]
pub struct Is {
    /// The cell.
    pub arg: Arg,
    /// The state asked for.
    pub state: CellState,
    /// `is not blank`
    pub negated: bool,
    /// The whole of it.
    pub span: Span,
}

/// An argument: an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// What it is.
    pub kind: ArgKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of argument.
#[derive(Clone, Debug, PartialEq)]
pub enum ArgKind {
    /// `x`
    Var(String),
    /// `_`
    Unnamed,
    /// `p.budget`
    Field(Name, Name),
    /// `$min_rate` (also the old counter `$` as an empty name)
    Param(String),
    /// A literal.
    Const(Const),
    /// `nil`
    Nil,
    /// `f(a, b)`, `@f(a)`, `-a`, `a + b`: operators are calls of the functor they name (`+`, `-`, `neg`, `band`, …)
    Call(Call),
    /// `[a, b]`
    Record(Vec<Arg>),
    /// `$Branch(a, b)`
    Branch(Name, Vec<Arg>),
    /// `sum x : { … }`
    Aggregate(Box<Aggregate>),
    /// `as(x, type)`
    Cast(Box<Arg>, Name),
    /// `if c then a else b`
    If(Box<Literal>, Box<Arg>, Box<Arg>),
    /// `a else b`
    Else(Box<Arg>, Box<Arg>),
}

/// A literal of the text.
#[derive(Clone, Debug, PartialEq)]
pub enum Const {
    /// A whole number: decimal, `0x…` or `0b…`, within i64 or (up to u64) as written.
    Number(i128),
    /// `12u`
    Unsigned(u64),
    /// A number with a point; `float` in typed contexts, `decimal` elsewhere. The value exactly, and as written.
    Decimal(Decimal, String),
    /// A number with an exponent, as written.
    Float(String),
    /// `90%`: the decimal 0.90
    Percent(Decimal),
    /// `10万元`: the amount as written and its unit
    Money(Decimal, Unit),
    /// `"text"`, unescaped
    Text(String),
}

/// `name(args)`
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function or operator.
    pub name: Name,
    /// Its arguments.
    pub args: Vec<Arg>,
    /// Written as `@name(…)`: a user-defined functor.
    pub user: bool,
}

/// `op target : { body }`
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// `sum`, `count`, `min`, `max`, `mean`, … as written.
    pub op: Name,
    /// `distinct` after the operator.
    pub distinct: bool,
    /// What is aggregated; none for `count`.
    pub target: Option<Arg>,
    /// The condition in braces.
    pub body: Body,
    /// The whole of it.
    pub span: Span,
}

/// `.comp Name<T> : Base<T> { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Its name and type parameters.
    pub head: ComponentType,
    /// What it extends.
    pub bases: Vec<ComponentType>,
    /// Its body.
    pub items: Vec<Item>,
    /// From `.comp` to the closing brace.
    pub span: Span,
}

/// `Name<A, B>`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentType {
    /// The component.
    pub name: Name,
    /// Type arguments.
    pub params: Vec<Name>,
}

/// `.init name = Component<A>`
#[derive(Clone, Debug, PartialEq)]
pub struct Init {
    /// The instance.
    pub name: Name,
    /// The component.
    pub component: ComponentType,
    /// From `.init` to its end.
    pub span: Span,
}

/// `.pragma "key" "value"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pragma {
    /// Its key.
    pub key: String,
    /// Its value, when given.
    pub value: Option<String>,
    /// From `.pragma` to its end.
    pub span: Span,
}

/// `.include "path"`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The path as written.
    pub path: String,
    /// From `.include` to its end.
    pub span: Span,
}

/// `.functor name(x: type, …): type stateful`
#[derive(Clone, Debug, PartialEq)]
pub struct FunctorDecl {
    /// Its name.
    pub name: Name,
    /// The types of its arguments and of its value.
    pub types: Vec<Name>,
    /// Whether it sees the tables of texts and records.
    pub is_stateful: bool,
    /// From `.functor` to its end.
    pub span: Span,
}

impl Literal {
    /// Where it stands.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Atom(atom) => atom.span,
            Self::In(source) => source.span,
            Self::Compare(compare) => compare.span,
            Self::Is(is) => is.span,
            Self::Test(call) => call.args.last().map_or(call.name.span, |last| call.name.span.to(last.span)),
            Self::Not(_, span) | Self::Group(_, span) | Self::Bool(_, span) => *span,
        }
    }
}
