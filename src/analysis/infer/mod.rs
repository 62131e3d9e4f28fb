//! [`Infer`]: types of variables, expressions and undeclared columns, found together for the whole program.
//!
//! Every variable and expression has a [`Node`]. What must be one type is joined at once; what depends on the types of
//! its parts (operators, comparisons, fields) is kept as a [`Constraint`] until enough is known.

mod call;
mod clash;
mod pending;
mod positions;
mod solve;

use std::collections::BTreeSet;

use super::types::{Class, Types};
use super::{Mode, resolve::Place};
use crate::diagnostic::Report;
use crate::ir::{AggregateOp, TypeId};
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{CompareOp, Const, Name};
use crate::value::functions::Function;

/// The type of something, perhaps not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node(u32);

/// What is known of a node.
#[derive(Clone, Debug, Default)]
struct Info {
    ty: Option<TypeId>,
    literal: Option<Literal>,
    origin: Option<Origin>,
    /// Something is wrong with it and was said; it fits everything.
    poisoned: bool,
    /// Whether it fits everything as long as nothing else says its type.
    open: bool,
}

/// A literal of the text, before its context has given it a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Literal {
    Zero,
    Whole,
    Point,
    Text,
}

/// Where a node's type comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    /// The occurrence that says so.
    pub(super) span: Span,
    /// The column that it stands in, if any.
    pub(super) column: Option<Place>,
}

/// What cannot be decided at once.
#[derive(Clone, Debug)]
pub(super) enum Constraint {
    Call {
        function: Function,
        args: Vec<(Node, Span)>,
        result: Node,
    },
    Compare {
        op: CompareOp,
        left: (Node, Span),
        right: (Node, Span),
    },
    /// An argument of a head against its column.
    Assign {
        value: (Node, Span),
        column: Place,
    },
    Field {
        row: (Node, Span),
        column: Name,
        result: Node,
    },
    Record {
        result: Node,
        fields: Vec<(Node, Span)>,
    },
    Aggregate {
        op: AggregateOp,
        target: Option<(Node, Span)>,
        result: Node,
    },
}

/// The solver.
#[derive(Debug)]
pub(super) struct Infer<'a> {
    pub(super) mode: Mode,
    pub(super) sources: &'a SourceMap,
    pub(super) types: Types,
    parents: Vec<u32>,
    infos: Vec<Info>,
    /// For each node how many are joined in it.
    sizes: Vec<u32>,
    pending: Vec<(usize, Span, Constraint)>,
    /// For each node the constraints, by position, that what is known of it matters to.
    watchers: Vec<Vec<u32>>,
    /// Constraints of whose nodes more is known since they were tried.
    woken: Vec<u32>,
    /// The rule whose constraints are being added or solved.
    pub(super) rule: usize,
    /// Cards one of whose alternatives is wrong.
    pub(super) wrong_cards: BTreeSet<usize>,
    /// Rules about which there was a complaint.
    pub(super) broken: BTreeSet<usize>,
    pub(super) report: Report,
    /// The names of all relations and their columns, for complaints.
    pub(super) column_names: Vec<(String, Vec<String>)>,
    /// For each card, the parameters that it uses.
    pub(super) used_parameters: Vec<Vec<String>>,
}

/// What came of trying a constraint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Done,
    Wait,
}

impl<'a> Infer<'a> {
    pub(super) fn new(mode: Mode, sources: &'a SourceMap, types: Types) -> Self {
        Self {
            mode,
            sources,
            types,
            parents: Vec::new(),
            infos: Vec::new(),
            sizes: Vec::new(),
            pending: Vec::new(),
            watchers: Vec::new(),
            woken: Vec::new(),
            rule: 0,
            wrong_cards: BTreeSet::new(),
            broken: BTreeSet::new(),
            report: Report::new(),
            column_names: Vec::new(),
            used_parameters: Vec::new(),
        }
    }

    /// A node of which nothing is known.
    pub(super) fn fresh(&mut self) -> Node {
        let id = u32::try_from(self.parents.len()).expect("fewer than 2^32 nodes");
        self.parents.push(id);
        self.infos.push(Info::default());
        self.sizes.push(1);
        self.watchers.push(Vec::new());
        Node(id)
    }

    /// A node of that type.
    pub(super) fn known(&mut self, ty: TypeId, span: Span) -> Node {
        let node = self.fresh();
        self.know(node, ty, Origin { span, column: None });
        node
    }

    /// A node that fits everything, for what is wrong already.
    pub(super) fn poison(&mut self) -> Node {
        let node = self.fresh();
        self.infos[node.0 as usize].poisoned = true;
        node
    }

    /// A node of which nobody can know more than what stands around it says.
    pub(super) fn open(&mut self) -> Node {
        let node = self.fresh();
        self.infos[node.0 as usize].open = true;
        node
    }

    /// The node of a literal of the text.
    pub(super) fn literal(&mut self, constant: &Const, span: Span) -> Node {
        let literal = match constant {
            Const::Number(0) => Literal::Zero,
            Const::Number(_) => Literal::Whole,
            Const::Decimal(..) => Literal::Point,
            Const::Text(_) => Literal::Text,
            Const::Unsigned(_) => return self.known(Types::UNSIGNED, span),
            Const::Float(_) => return self.known(Types::FLOAT, span),
            Const::Percent(_) => return self.known(Types::PERCENT, span),
            Const::Money(_, unit) => {
                let money = self.types.money(*unit);
                return self.known(money, span);
            }
        };
        let node = self.fresh();
        let info = &mut self.infos[node.0 as usize];
        info.literal = Some(literal);
        info.origin = Some(Origin { span, column: None });
        node
    }

    fn find(&self, node: Node) -> usize {
        let mut at = node.0;
        while self.parents[at as usize] != at {
            at = self.parents[at as usize];
        }
        at as usize
    }

    fn info(&self, node: Node) -> &Info {
        &self.infos[self.find(node)]
    }

    /// The type, if known.
    pub(super) fn ty(&self, node: Node) -> Option<TypeId> {
        self.info(node).ty
    }

    /// What it can be compared with, if known.
    pub(super) fn class(&self, node: Node) -> Option<Class> {
        self.ty(node).map(|ty| self.types.class(ty))
    }

    fn is_poisoned(&self, node: Node) -> bool {
        let info = self.info(node);
        info.poisoned || info.open && info.ty.is_none()
    }

    fn spoil(&mut self, node: Node) {
        let at = self.find(node);
        self.poison_at(at);
        self.broken.insert(self.rule);
    }

    fn poison_at(&mut self, at: usize) {
        if !std::mem::replace(&mut self.infos[at].poisoned, true) {
            self.wake(at);
        }
    }

    /// More is known of the node than before.
    fn wake(&mut self, at: usize) {
        self.woken.extend_from_slice(&self.watchers[at]);
    }

    /// `node` is of that type.
    pub(super) fn know(&mut self, node: Node, ty: TypeId, origin: Origin) {
        let at = self.find(node);
        let info = &self.infos[at];
        if info.poisoned {
            return;
        }
        let fits = match (info.ty, info.literal) {
            (Some(known), _) => self.compatible(known, ty),
            (None, Some(literal)) => self.fits(literal, ty),
            (None, None) => true,
        };
        if !fits {
            self.clash_with_type(node, ty, origin);
            return;
        }
        let narrower = info.ty.is_none_or(|known| self.types.is_subtype(ty, known) && known != ty);
        if narrower {
            self.infos[at].ty = Some(ty);
            self.wake(at);
        }
        let info = &mut self.infos[at];
        if info.origin.is_none() || info.origin.is_some_and(|first| first.column.is_none()) && origin.column.is_some() {
            info.origin = Some(origin);
        }
    }

    /// As [`Self::know`], but keeps silent when it does not fit: a cast may change the type.
    pub(super) fn know_quietly(&mut self, node: Node, ty: TypeId) {
        let at = self.find(node);
        if self.infos[at].ty.is_none() && self.infos[at].literal.is_none_or(|literal| self.fits(literal, ty)) {
            self.infos[at].ty = Some(ty);
            self.wake(at);
        }
    }

    /// Both are of one type.
    pub(super) fn unify(&mut self, a: Node, b: Node, span: Span) {
        let (at, other) = (self.find(a), self.find(b));
        if at == other {
            return;
        }
        let (first, second) = (self.infos[at].clone(), self.infos[other].clone());
        if first.poisoned || second.poisoned {
            self.poison_at(at);
            self.poison_at(other);
            return;
        }
        match (first.ty, second.ty) {
            (_, Some(ty)) => {
                let origin = second.origin.unwrap_or(Origin { span, column: None });
                self.know(a, ty, Origin { span: if first.ty.is_some() { span } else { origin.span }, ..origin });
            }
            (Some(ty), None) => {
                let origin = first.origin.unwrap_or(Origin { span, column: None });
                self.know(b, ty, origin);
            }
            (None, None) => self.unify_literals(a, b, span),
        }
        let (at, other) = (self.find(a), self.find(b));
        if !self.infos[at].poisoned && !self.infos[other].poisoned {
            let (keep, gone) = if self.infos[at].ty.is_some() { (at, other) } else { (other, at) };
            let literal = self.infos[keep].literal.or(self.infos[gone].literal);
            let origin = self.infos[keep].origin.or(self.infos[gone].origin);
            let open = self.infos[keep].open || self.infos[gone].open;
            let info = Info { literal, origin, open, ..self.infos[keep].clone() };
            for (place, before) in [(at, first), (other, second)] {
                if (before.ty, before.literal) != (info.ty, info.literal) {
                    self.wake(place);
                }
            }
            self.join(at, other, info);
        }
    }

    /// Makes one node of two. The larger takes the smaller in, so that ways to the root stay short.
    fn join(&mut self, at: usize, other: usize, info: Info) {
        let (root, child) = if self.sizes[at] < self.sizes[other] { (other, at) } else { (at, other) };
        self.infos[root] = info;
        self.parents[child] = u32::try_from(root).expect("fewer than 2^32 nodes");
        self.sizes[root] += self.sizes[child];
        let watchers = std::mem::take(&mut self.watchers[child]);
        self.watchers[root].extend(watchers);
    }

    fn unify_literals(&mut self, a: Node, b: Node, span: Span) {
        let merged = match (self.info(a).literal, self.info(b).literal) {
            (None, other) | (other, None) => other,
            (Some(one), Some(other)) if one == other => Some(one),
            (Some(Literal::Text), Some(_)) | (Some(_), Some(Literal::Text)) => {
                self.clash(a, b, span);
                return;
            }
            (Some(Literal::Point), _) | (_, Some(Literal::Point)) => Some(Literal::Point),
            _ => Some(Literal::Whole),
        };
        let (at, other) = (self.find(a), self.find(b));
        self.infos[at].literal = merged;
        self.infos[other].literal = merged;
    }

    /// Whether values of the two can be one value.
    fn compatible(&self, a: TypeId, b: TypeId) -> bool {
        let (a, b) = (self.types.class(a), self.types.class(b));
        a == b || matches!((a, b), (Class::Decimal, Class::Percent) | (Class::Percent, Class::Decimal))
    }

    fn fits(&self, literal: Literal, ty: TypeId) -> bool {
        let class = self.types.class(ty);
        match literal {
            Literal::Zero if class == Class::Money => true,
            Literal::Zero | Literal::Whole => {
                matches!(class, Class::Number | Class::Unsigned | Class::Float | Class::Decimal | Class::Percent)
            }
            Literal::Point => matches!(class, Class::Float | Class::Decimal | Class::Percent),
            Literal::Text => matches!(class, Class::Symbol | Class::Date),
        }
    }

    /// What a number with a point is where nothing says otherwise.
    fn point_type(&self) -> TypeId {
        match self.mode {
            Mode::Audit => Types::DECIMAL,
            Mode::Plain => Types::FLOAT,
        }
    }
}
