//! The resolved program: ids instead of names, types known, spans kept.
//!
//! Promises of a [`Program`] that [`analysis`](crate::analysis) returns without errors:
//! - every id is in range; every rule's head has one expression per column of its relation;
//! - bodies are in an order in which they can be run: each literal's needed variables are bound by literals before it,
//!   a [`Literal::Bind`] or [`Literal::Unpack`] binds variables that were not bound before;
//! - no negation or aggregate reaches into its own stratum;
//! - all alternatives (`;`) are rules of their own; fields of rows are arguments of atoms; defaults of parameters and
//!   `--set` are constants.

pub mod card;
mod check;
mod vars;

pub use check::check;

use std::sync::Arc;

use crate::schema::Precision;
use crate::source::Span;
use crate::syntax::ast::{CellState, CompareOp, DirectiveKind};
use crate::value::functions::Function;
use crate::value::generators::Generator;
use crate::value::{Unit, Value};

macro_rules! ids {
    ($( $(#[$doc:meta])* $name:ident )*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(pub u32);
            impl $name {
                /// As an index.
                #[must_use]
                pub const fn index(self) -> usize {
                    self.0 as usize
                }
            }
        )*
    };
}

ids! {
    /// A relation of a [`Program`].
    RelationId
    /// A type of a [`Program`].
    TypeId
    /// A rule of a [`Program`].
    RuleId
    /// A variable of one [`Rule`].
    VarId
}

/// A resolved program.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// Types, by [`TypeId`].
    pub types: Vec<Type>,
    /// Relations, by [`RelationId`].
    pub relations: Vec<Relation>,
    /// Rules, by [`RuleId`].
    pub rules: Vec<Rule>,
    /// What to run, in order.
    pub strata: Vec<Stratum>,
    /// Input and output wishes of plain Datalog files.
    pub directives: Vec<Directive>,
    /// What each loaded card's rule became, by the card's position; none for a card that was wrong.
    pub cards: Vec<Option<card::Card>>,
}

impl Relation {
    /// Whether so many rows are as many as it needs.
    #[must_use]
    pub fn is_full(&self, rows: usize) -> bool {
        self.limit.is_some_and(|limit| rows as u64 >= limit)
    }
}

impl Program {
    /// Leaves of the strata those that these relations need.
    pub fn keep_needed(&mut self, wanted: impl IntoIterator<Item = RelationId>) {
        let mut rules: Vec<Vec<&Rule>> = vec![Vec::new(); self.relations.len()];
        self.rules.iter().for_each(|rule| rules[rule.head.index()].push(rule));
        let mut open: Vec<RelationId> = wanted.into_iter().collect();
        let mut needed = vec![false; self.relations.len()];
        while let Some(relation) = open.pop() {
            if std::mem::replace(&mut needed[relation.index()], true) {
                continue;
            }
            let subsumed = self.relations[relation.index()].subsumption.iter().map(|subsumption| &subsumption.rule);
            for literal in rules[relation.index()].iter().copied().chain(subsumed).flat_map(|rule| &rule.body) {
                literal.atoms(&mut |atom| open.push(atom.relation));
            }
        }
        self.strata.retain(|stratum| stratum.relations.iter().any(|relation| needed[relation.index()]));
    }
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// Its name, as declared or built in.
    pub name: String,
    /// What its values are.
    pub kind: TypeKind,
}

/// What the values of a type are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// [`Value::Number`]
    Number,
    /// [`Value::Unsigned`]
    Unsigned,
    /// [`Value::Float`]
    Float,
    /// [`Value::Symbol`]
    Symbol,
    /// [`Value::Decimal`]
    Decimal,
    /// [`Value::Decimal`] that is a share of one and shown as a percentage
    Percent,
    /// [`Value::Money`], shown in that unit
    Money(Unit),
    /// [`Value::Date`]
    Date,
    /// [`Value::Row`] of that relation
    Row(RelationId),
    /// [`Value::Record`] of the columns of a function that yields rows
    Generated(Generator),
    /// [`Value::Record`] of these fields, or [`Value::Nil`]
    Record(Vec<(String, TypeId)>),
    /// [`Value::Record`] whose first element is the number of the branch; branches by name, in order of their names
    Algebraic(Vec<(String, Vec<(String, TypeId)>)>),
}

/// A relation.
#[derive(Clone, Debug)]
pub struct Relation {
    /// Its name.
    pub name: String,
    /// Its columns; for a relation of facts those declared, then [`Table::BUILT_IN`](crate::facts::store::Table).
    pub columns: Vec<Column>,
    /// How many of the columns are declared, which is what positional atoms have.
    pub arity: usize,
    /// Where its rows come from.
    pub origin: Origin,
    /// `eqrel`: the relation of pairs whose closure this is, as its rules say.
    pub closes: Option<RelationId>,
    /// `choice-domain`: for each key (columns), the first row wins.
    pub choice: Vec<Vec<usize>>,
    /// `.limitsize`: stop the recursion once it holds so many rows.
    pub limit: Option<u64>,
    /// Subsumptive clauses of this relation: a row that such a rule relates to a better one is dropped.
    pub subsumption: Vec<Subsumption>,
    /// The name in its declaration, or in its first head.
    pub span: Span,
}

/// Where a relation's rows come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Only from facts: a bag of rows with identity, a [`Table`](crate::facts::store::Table) of the store by this index.
    Facts(usize),
    /// From rules: a set. Rows of the store's table of that index, where there is one, are in it from the start.
    Rules(Option<usize>),
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name; derived relations without a declaration name them after the variables.
    pub name: String,
    /// Its type.
    pub ty: TypeId,
}

/// Relations that depend on one another, and their rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stratum {
    /// The relations that this stratum completes.
    pub relations: Vec<RelationId>,
    /// Their rules.
    pub rules: Vec<RuleId>,
    /// Whether any of the rules reads a relation of this stratum.
    pub recursive: bool,
}

/// `dominated <= dominating :- body`
#[derive(Clone, Debug)]
pub struct Subsumption {
    /// A rule without a head of its own: both rows are bound as atoms, the dominated one by the first atom of the
    /// relation in the body, the dominating one by the second.
    pub rule: Rule,
}

impl Subsumption {
    /// Positions in the body of the atoms for the dominated and for the dominating row of `relation`.
    #[must_use]
    pub fn atoms(&self, relation: RelationId) -> Option<[usize; 2]> {
        let is_own = |literal: &Literal| matches!(literal, Literal::Atom(atom) if atom.relation == relation);
        let mut own = self.rule.body.iter().enumerate().filter(|(_, literal)| is_own(literal)).map(|(at, _)| at);
        Some([own.next()?, own.next()?])
    }
}

/// An input or output wish.
#[derive(Clone, Debug)]
pub struct Directive {
    /// Which.
    pub kind: DirectiveKind,
    /// Of which relation.
    pub relation: RelationId,
    /// Options as written, names without case changes.
    pub options: Vec<(String, String)>,
    /// Where it is written.
    pub span: Span,
}

/// One rule: if the body holds, the head does.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The relation of the head.
    pub head: RelationId,
    /// One expression per column of it.
    pub args: Vec<Expr>,
    /// The conditions, in an order in which they can be run. Empty for a fact.
    pub body: Vec<Literal>,
    /// Every variable of the rule, also those inside aggregates and negations, by [`VarId`].
    pub vars: Vec<Var>,
    /// Position of its card among the loaded cards, for a card's rule.
    pub card: Option<usize>,
    /// The text of the rule.
    pub span: Span,
}

impl Rule {
    /// Whether a value of its head, or one bound in its body, is a count of instances: `autoinc()`.
    #[must_use]
    pub fn counts(&self) -> bool {
        let bound = |literal: &Literal| matches!(literal, Literal::Bind(bind) if bind.expr.counts());
        self.args.iter().any(Expr::counts) || self.body.iter().any(bound)
    }
}

/// A variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Var {
    /// As written; fields of rows are `p.budget`, variables nobody wrote start with `_`.
    pub name: String,
    /// Its type.
    pub ty: TypeId,
    /// For the field of a row: the row's variable and the column.
    pub field: Option<(VarId, usize)>,
    /// Its first occurrence.
    pub span: Span,
}

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// Holds for each row of a relation that fits.
    Atom(Atom),
    /// Holds when the body has no solution. Variables that occur outside are bound before.
    Not(Negation),
    /// Holds for each row that a function yields.
    Generate(Generate),
    /// Holds when the comparison does.
    Compare(Compare),
    /// Binds a variable that was not bound before.
    Bind(Bind),
    /// Takes a record or branch apart; does not hold for `nil` or another branch.
    Unpack(Unpack),
    /// Binds the result of an aggregate.
    Aggregate(Aggregate),
    /// Holds when the cell is in that state.
    Is(Is),
    /// Holds when the function (of Boolean result) says so.
    Test(Test),
}

impl Literal {
    /// Where it is written.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Atom(atom) => atom.span,
            Self::Not(negation) => negation.span,
            Self::Generate(generate) => generate.span,
            Self::Compare(compare) => compare.span,
            Self::Bind(bind) => bind.span,
            Self::Unpack(unpack) => unpack.span,
            Self::Aggregate(aggregate) => aggregate.span,
            Self::Is(is) => is.span,
            Self::Test(test) => test.span,
        }
    }
}

/// `relation(…)`
#[derive(Clone, Debug, PartialEq)]
pub struct Atom {
    /// The relation.
    pub relation: RelationId,
    /// The variable that stands for the row itself (bound by this atom, or before); only on relations of facts.
    pub row: Option<VarId>,
    /// Only the columns that matter: position and what must be there. A variable not bound before is bound by this; a
    /// variable may occur twice. A variable bound to a cell without a value is bound to that cell.
    pub args: Vec<(usize, Term)>,
    /// Where it is written.
    pub span: Span,
}

/// What an atom asks of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// A variable.
    Var(VarId),
    /// A value.
    Const(Value),
}

/// `not (body)`
#[derive(Clone, Debug, PartialEq)]
pub struct Negation {
    /// What must have no solution.
    pub body: Vec<Literal>,
    /// Where it is written.
    pub span: Span,
}

/// `i in money_items(text)`
#[derive(Clone, Debug, PartialEq)]
pub struct Generate {
    /// The row variable, bound to a record of the function's columns.
    pub row: VarId,
    /// The function.
    pub function: Generator,
    /// Its arguments.
    pub args: Vec<Expr>,
    /// Where it is written.
    pub span: Span,
}

/// `a < b`
#[derive(Clone, Debug, PartialEq)]
pub struct Compare {
    /// The comparison.
    pub op: CompareOp,
    /// Left operand.
    pub left: Expr,
    /// Right operand.
    pub right: Expr,
    /// For `~` and `!~`: how far apart the two may lie, in the operands' type.
    pub allowance: Option<Expr>,
    /// Where it is written.
    pub span: Span,
}

/// `x = expression`
#[derive(Clone, Debug, PartialEq)]
pub struct Bind {
    /// The variable.
    pub var: VarId,
    /// Its value.
    pub expr: Expr,
    /// Where it is written.
    pub span: Span,
}

/// `record = [a, b]`
#[derive(Clone, Debug, PartialEq)]
pub struct Unpack {
    /// What is taken apart.
    pub record: Expr,
    /// For a branch of an algebraic type: its number.
    pub branch: Option<i64>,
    /// For each field, what must be there; a variable not bound before is bound by this.
    pub fields: Vec<Option<Term>>,
    /// Where it is written.
    pub span: Span,
}

/// `result = sum target : { body }`
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// The variable for the result; if it was bound before, the two must be the same.
    pub result: VarId,
    /// What is computed.
    pub op: AggregateOp,
    /// What is aggregated; none for `count`.
    pub target: Option<Expr>,
    /// Count equal targets once.
    pub distinct: bool,
    /// The condition in braces. It ranges over the rows of its atoms: two rows with equal columns count twice.
    pub body: Vec<Literal>,
    /// Variables of the enclosing body that occur in it, bound before.
    pub outer: Vec<VarId>,
    /// Where it is written.
    pub span: Span,
}

/// What an aggregate computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AggregateOp {
    /// Of nothing 0.
    Count,
    /// Of nothing 0.
    Sum,
    /// Of nothing: does not hold.
    Min,
    /// Of nothing: does not hold.
    Max,
    /// Of nothing: does not hold.
    Mean,
}

impl AggregateOp {
    /// As rules write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Sum => "sum",
            Self::Min => "min",
            Self::Max => "max",
            Self::Mean => "mean",
        }
    }
}

/// `x is blank`
#[derive(Clone, Debug, PartialEq)]
pub struct Is {
    /// A variable bound to a cell.
    pub var: VarId,
    /// The state asked for.
    pub state: CellState,
    /// `is not`
    pub negated: bool,
    /// Where it is written.
    pub span: Span,
}

/// `contains(a, b)`
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// A function of Boolean result.
    pub function: Function,
    /// Its arguments.
    pub args: Vec<Expr>,
    /// Whether it must not hold.
    pub negated: bool,
    /// Where it is written.
    pub span: Span,
}

/// An expression over bound variables.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// A variable.
    Var(VarId),
    /// A value.
    Const(Value),
    /// A function or operator.
    Call(Function, Vec<Expr>, Span),
    /// A record of these fields; for a branch the first is its number.
    Record(Vec<Expr>),
    /// A field of a record, by position.
    Field(Box<Expr>, usize),
    /// `if c then a else b`; the condition binds nothing.
    If(Arc<Literal>, Box<Expr>, Box<Expr>),
    /// `a else b`: b when a is, or needs, a blank cell.
    Else(Box<Expr>, Box<Expr>),
    /// Half a unit of the finest scale written in that column of the table that the row came from, in 元 for money.
    Precision(VarId, usize),
}

impl Expr {
    /// Whether it is, or has in it, `autoinc()`.
    #[must_use]
    pub fn counts(&self) -> bool {
        match self {
            Self::Call(function, args, _) => *function == Function::Counter || args.iter().any(Self::counts),
            Self::Record(args) => args.iter().any(Self::counts),
            Self::Field(inner, _) => inner.counts(),
            Self::If(_, yes, no) | Self::Else(yes, no) => yes.counts() || no.counts(),
            Self::Var(_) | Self::Const(_) | Self::Precision(..) => false,
        }
    }
}

/// How far a printed amount may lie from the true one: half a unit of its last place.
#[must_use]
pub fn allowance(precision: Precision) -> crate::value::Decimal {
    use crate::value::Decimal;
    let half = Decimal::new(5, (precision.scale + 1).min(28));
    precision.unit.to_yuan(half).unwrap_or(Decimal::ZERO)
}
