//! Rules between the tree and the resolved program: names are resolved and sugar is gone, types are nodes of
//! [`infer`](super::infer) that are not known yet, and conditions still stand in the order in which they were written.

use std::collections::BTreeSet;

use super::infer::Node;
use crate::ir::{AggregateOp, RelationId, TypeId, VarId};
use crate::source::Span;
use crate::syntax::ast::{CellState, CompareOp, Const, Name};
use crate::value::functions::Function;
use crate::value::generators::Generator;

/// One rule: one head, one alternative of the body.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) head: RelationId,
    pub(super) args: Vec<Expr>,
    pub(super) body: Vec<Cond>,
    pub(super) vars: Vec<Var>,
    pub(super) card: Option<usize>,
    pub(super) span: Span,
    /// For a subsumptive clause: the body starts with the two heads as atoms.
    pub(super) subsumption: bool,
    /// Complaints about it were made already; it is left out of the program.
    pub(super) broken: bool,
}

/// A variable of a rule.
#[derive(Clone, Debug)]
pub(super) struct Var {
    pub(super) name: String,
    pub(super) node: Node,
    /// For a field of a row: the row's variable and the name of the column.
    pub(super) field: Option<(VarId, Name)>,
    pub(super) span: Span,
    pub(super) role: Role,
    /// The scope that it belongs to.
    pub(super) scope: usize,
    /// Where it is written, apart from its first occurrence.
    pub(super) uses: usize,
}

/// How a variable came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Written by the user.
    Plain,
    /// The row of `p in relation`.
    Row,
    /// `p.budget`.
    Field,
    /// Made here.
    Made,
    /// Made here for the result of an aggregate, which alone gives it its value.
    Result,
}

/// An expression.
#[derive(Clone, Debug)]
pub(super) struct Expr {
    pub(super) kind: Kind,
    pub(super) span: Span,
    pub(super) node: Node,
}

/// The kinds of expression.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Var(VarId),
    Unnamed,
    Const(Const),
    Nil,
    Call(Function, Vec<Expr>),
    Record(Vec<Expr>),
    Branch(Name, Vec<Expr>),
    If(Box<Cond>, Box<Expr>, Box<Expr>),
    Else(Box<Expr>, Box<Expr>),
    /// `as(x, type)`, with the type; the node of the expression may know more.
    Cast(Box<Expr>, TypeId),
    /// In templates: how far the two sides of the rule's `~` may lie apart.
    Allowance,
}

/// A condition.
#[derive(Clone, Debug)]
pub(super) enum Cond {
    Atom(Atom),
    Not(Vec<Self>, usize, Span),
    Generate {
        row: VarId,
        function: Generator,
        args: Vec<Expr>,
        span: Span,
    },
    Compare {
        op: CompareOp,
        left: Expr,
        right: Expr,
        span: Span,
    },
    Aggregate(Box<Aggregate>),
    Is {
        arg: Expr,
        state: CellState,
        negated: bool,
        span: Span,
    },
    Test {
        function: Function,
        args: Vec<Expr>,
        negated: bool,
        span: Span,
    },
    /// `true`, `false`
    Bool(bool, Span),
}

/// An atom; its arguments are variables, constants or unnamed.
#[derive(Clone, Debug)]
pub(super) struct Atom {
    pub(super) relation: RelationId,
    pub(super) row: Option<VarId>,
    pub(super) args: Vec<(usize, Expr)>,
    pub(super) span: Span,
}

/// An aggregate.
#[derive(Clone, Debug)]
pub(super) struct Aggregate {
    pub(super) result: VarId,
    pub(super) op: AggregateOp,
    pub(super) op_name: Name,
    pub(super) target: Option<Expr>,
    pub(super) distinct: bool,
    pub(super) body: Vec<Cond>,
    /// The scope of its braces.
    pub(super) scope: usize,
    pub(super) span: Span,
}

impl Cond {
    /// Where it is written.
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Atom(atom) => atom.span,
            Self::Aggregate(aggregate) => aggregate.span,
            Self::Not(_, _, span)
            | Self::Generate { span, .. }
            | Self::Compare { span, .. }
            | Self::Is { span, .. }
            | Self::Test { span, .. }
            | Self::Bool(_, span) => *span,
        }
    }

    /// Calls `see` for each variable in it, also those inside braces and negations.
    pub(super) fn variables(&self, see: &mut dyn FnMut(VarId)) {
        match self {
            Self::Atom(atom) => {
                atom.row.into_iter().for_each(&mut *see);
                atom.args.iter().for_each(|(_, arg)| arg.variables(see));
            }
            Self::Not(body, ..) => body.iter().for_each(|cond| cond.variables(see)),
            Self::Generate { row, args, .. } => {
                see(*row);
                args.iter().for_each(|arg| arg.variables(see));
            }
            Self::Compare { left, right, .. } => {
                left.variables(see);
                right.variables(see);
            }
            Self::Aggregate(aggregate) => {
                see(aggregate.result);
                aggregate.target.iter().for_each(|target| target.variables(see));
                aggregate.body.iter().for_each(|cond| cond.variables(see));
            }
            Self::Is { arg, .. } => arg.variables(see),
            Self::Test { args, .. } => args.iter().for_each(|arg| arg.variables(see)),
            Self::Bool(..) => {}
        }
    }
}

impl Expr {
    /// Calls `see` for each variable in it.
    pub(super) fn variables(&self, see: &mut dyn FnMut(VarId)) {
        match &self.kind {
            Kind::Var(var) => see(*var),
            Kind::Unnamed | Kind::Const(_) | Kind::Nil | Kind::Allowance => {}
            Kind::Call(_, args) | Kind::Record(args) | Kind::Branch(_, args) => {
                args.iter().for_each(|arg| arg.variables(see));
            }
            Kind::If(cond, then, other) => {
                cond.variables(see);
                then.variables(see);
                other.variables(see);
            }
            Kind::Else(first, second) => {
                first.variables(see);
                second.variables(see);
            }
            Kind::Cast(inner, _) => inner.variables(see),
        }
    }
}

impl Cond {
    /// Calls `change` on each variable in it, also those inside braces and negations.
    pub(super) fn rename(&mut self, change: &mut dyn FnMut(&mut VarId)) {
        match self {
            Self::Atom(atom) => {
                atom.row.iter_mut().for_each(&mut *change);
                atom.args.iter_mut().for_each(|(_, arg)| arg.rename(change));
            }
            Self::Not(body, ..) => body.iter_mut().for_each(|cond| cond.rename(change)),
            Self::Generate { row, args, .. } => {
                change(row);
                args.iter_mut().for_each(|arg| arg.rename(change));
            }
            Self::Compare { left, right, .. } => {
                left.rename(change);
                right.rename(change);
            }
            Self::Aggregate(aggregate) => {
                change(&mut aggregate.result);
                aggregate.target.iter_mut().for_each(|target| target.rename(change));
                aggregate.body.iter_mut().for_each(|cond| cond.rename(change));
            }
            Self::Is { arg, .. } => arg.rename(change),
            Self::Test { args, .. } => args.iter_mut().for_each(|arg| arg.rename(change)),
            Self::Bool(..) => {}
        }
    }
}

impl Expr {
    /// Calls `change` on each variable in it.
    pub(super) fn rename(&mut self, change: &mut dyn FnMut(&mut VarId)) {
        match &mut self.kind {
            Kind::Var(var) => change(var),
            Kind::Unnamed | Kind::Const(_) | Kind::Nil | Kind::Allowance => {}
            Kind::Call(_, args) | Kind::Record(args) | Kind::Branch(_, args) => {
                args.iter_mut().for_each(|arg| arg.rename(change));
            }
            Kind::If(cond, then, other) => {
                cond.rename(change);
                then.rename(change);
                other.rename(change);
            }
            Kind::Else(first, second) => {
                first.rename(change);
                second.rename(change);
            }
            Kind::Cast(inner, _) => inner.rename(change),
        }
    }
}

/// The variables that no equality may give their value: those of atoms' columns whose cells a condition asks the state
/// of (`x is blank`, `x else …`).
pub(super) fn asked(body: &[Cond]) -> BTreeSet<VarId> {
    let (mut asked, mut columns) = (BTreeSet::new(), BTreeSet::new());
    body.iter().for_each(|cond| cond.asked(&mut asked, &mut columns));
    asked.intersection(&columns).copied().collect()
}

impl Cond {
    fn asked(&self, asked: &mut BTreeSet<VarId>, columns: &mut BTreeSet<VarId>) {
        match self {
            Self::Atom(atom) => atom.args.iter().for_each(|(_, arg)| {
                arg.variables(&mut |var| {
                    columns.insert(var);
                })
            }),
            Self::Not(body, ..) => body.iter().for_each(|cond| cond.asked(asked, columns)),
            Self::Aggregate(aggregate) => {
                aggregate.target.iter().for_each(|target| target.asked(asked));
                aggregate.body.iter().for_each(|cond| cond.asked(asked, columns));
            }
            Self::Compare { left, right, .. } => {
                left.asked(asked);
                right.asked(asked);
            }
            Self::Is { arg, .. } => arg.variables(&mut |var| {
                asked.insert(var);
            }),
            Self::Generate { args, .. } | Self::Test { args, .. } => args.iter().for_each(|arg| arg.asked(asked)),
            Self::Bool(..) => {}
        }
    }
}

impl Expr {
    fn asked(&self, asked: &mut BTreeSet<VarId>) {
        match &self.kind {
            Kind::Else(first, second) => {
                first.variables(&mut |var| {
                    asked.insert(var);
                });
                second.asked(asked);
            }
            Kind::Call(_, args) | Kind::Record(args) | Kind::Branch(_, args) => {
                args.iter().for_each(|arg| arg.asked(asked));
            }
            Kind::If(cond, then, other) => {
                cond.asked(asked, &mut BTreeSet::new());
                then.asked(asked);
                other.asked(asked);
            }
            Kind::Cast(inner, _) => inner.asked(asked),
            Kind::Var(_) | Kind::Unnamed | Kind::Const(_) | Kind::Nil | Kind::Allowance => {}
        }
    }
}
