//! Types of operators, functions, comparisons, fields and heads, from the types of their parts.

use super::super::Mode;
use super::super::context::Relations;
use super::super::resolve::Place;
use super::super::types::{Class, Types};
use super::{Infer, Literal, Node, Origin, Step};
use crate::ir::{TypeId, TypeKind};
use crate::source::Span;
use crate::syntax::ast::{CompareOp, Name};
use crate::value::Unit;
use crate::value::functions::{Function, Kind, Overload};

/// Whether a parameter of the first type takes an argument of the second.
type Accepts = fn(Kind, Kind) -> bool;

impl Infer<'_> {
    pub(super) fn call(
        &mut self,
        function: Function,
        args: &[(Node, Span)],
        result: (Node, Span),
        force: bool,
    ) -> Step {
        if args.iter().any(|arg| self.is_poisoned(arg.0)) {
            self.spoil(result.0);
            return Step::Done;
        }
        let open = args.iter().any(|arg| self.ty(arg.0).is_none() && self.info(arg.0).literal.is_none());
        let candidates = self.candidates(function, args, result.0);
        let same =
            |overload: &&Overload| overload.params == candidates[0].params && overload.result == candidates[0].result;
        let decided = match candidates[..] {
            [] => {
                self.no_overload(function, args, result.1);
                self.spoil(result.0);
                return Step::Done;
            }
            // Soufflé's operators have operands of the type of their result.
            _ if open && self.mode == Mode::Plain && self.ty(result.0).is_some() => candidates.iter().all(same),
            _ if open => self.fitting(function, args, (Kind::accepts, false)).iter().all(same),
            _ if candidates.iter().all(same) => true,
            _ => args.iter().any(|arg| self.ty(arg.0).is_some()) || self.ty(result.0).is_some(),
        };
        if !decided && !force {
            return Step::Wait;
        }
        let chosen = candidates[0];
        // Amounts in 元, as all of a text are, are shown in the unit of those beside them, which may be known later.
        let mut units = args.iter().filter_map(|arg| self.ty(arg.0)).filter(|ty| self.types.class(*ty) == Class::Money);
        let first = units.clone().next();
        let larger = units.find(|ty| *self.types.kind(self.types.root(*ty)) != TypeKind::Money(Unit::Yuan));
        let is_money = (0..args.len()).any(|at| chosen.param(at) == Some(Kind::Money));
        if is_money && open && !force && larger.is_none() {
            return Step::Wait;
        }
        let money = larger.or(first);
        let of = |kind: Kind| if kind == Kind::Money { money.or(Some(Types::MONEY)) } else { Types::of_kind(kind) };
        for (at, (node, span)) in args.iter().enumerate() {
            // what may be wider than what will stand there is not settled by it
            let wide = matches!(chosen.param(at), Some(Kind::Decimal | Kind::Percent));
            if self.ty(*node).is_none()
                && (force || !wide || self.info(*node).literal.is_some())
                && let Some(ty) = chosen.param(at).and_then(of)
            {
                self.know(*node, ty, Origin { span: *span, column: None });
            }
        }
        if let Some(ty) = chosen.result.and_then(of) {
            self.know(result.0, ty, Origin { span: result.1, column: None });
        }
        Step::Done
    }

    /// The ways of calling it that fit what is known, the best first.
    fn candidates(&self, function: Function, args: &[(Node, Span)], result: Node) -> Vec<&'static Overload> {
        let exact: Accepts = |param, given| param == given || param == Kind::Any;
        let mut found = Vec::new();
        for how in [(exact, false), (Kind::accepts, true), (Kind::accepts, false)] {
            if found.is_empty() {
                found = self.fitting(function, args, how);
            }
        }
        let wanted = self.ty(result).and_then(|ty| self.types.function_kind(ty));
        let by_result: Vec<&'static Overload> =
            found.iter().copied().filter(|overload| overload.result.is_some() && overload.result == wanted).collect();
        if !by_result.is_empty() {
            return by_result;
        }
        let natural = if args.iter().any(|arg| self.info(arg.0).literal == Some(Literal::Point)) {
            self.types.function_kind(self.point_type())
        } else {
            None
        };
        if natural.is_some() && args.iter().all(|arg| self.ty(arg.0).is_none()) {
            found.sort_by_key(|overload| !overload.params.iter().any(|param| Some(*param) == natural));
        }
        found
    }

    fn fitting(
        &self,
        function: Function,
        args: &[(Node, Span)],
        (accepts, natural): (Accepts, bool),
    ) -> Vec<&'static Overload> {
        let fits = |overload: &&Overload| {
            overload.takes(args.len())
                && args.iter().enumerate().all(|(at, arg)| {
                    overload.param(at).is_some_and(|param| self.takes_argument(param, arg.0, accepts, natural))
                })
        };
        function.overloads().iter().filter(fits).collect()
    }

    fn takes_argument(&self, param: Kind, node: Node, accepts: Accepts, natural: bool) -> bool {
        if let Some(ty) = self.ty(node) {
            return self.types.function_kind(ty).map_or(param == Kind::Any, |given| accepts(param, given));
        }
        let Some(literal) = self.info(node).literal else { return true };
        if natural {
            let given = match literal {
                Literal::Zero | Literal::Whole => Kind::Number,
                Literal::Point => self.types.function_kind(self.point_type()).unwrap_or(Kind::Decimal),
                Literal::Text => Kind::Symbol,
            };
            return accepts(param, given);
        }
        Types::of_kind(param).is_none_or(|ty| self.fits(literal, ty))
    }

    pub(super) fn compare(
        &mut self,
        op: CompareOp,
        (left, right): ((Node, Span), (Node, Span)),
        span: Span,
        force: bool,
    ) -> Step {
        if self.is_poisoned(left.0) || self.is_poisoned(right.0) {
            // What nothing else says the type of is as unknown as what it equals.
            let is_open = |side: (Node, Span)| self.ty(side.0).is_none() && self.info(side.0).literal.is_none();
            if op == CompareOp::Eq && (is_open(left) || is_open(right)) {
                self.unify(left.0, right.0, span);
            }
            return Step::Done;
        }
        let (Some(a), Some(b)) = (self.ty(left.0), self.ty(right.0)) else {
            let literal = |infer: &Self, side: (Node, Span)| infer.info(side.0).literal;
            let (one, other) = (literal(self, left), literal(self, right));
            let decided = self.ty(left.0).is_some() && other.is_some() || self.ty(right.0).is_some() && one.is_some();
            if decided {
                self.compare_with_literal(left, right, span);
                return Step::Done;
            }
            if force {
                self.unify(left.0, right.0, span);
                return Step::Done;
            }
            return Step::Wait;
        };
        if !self.comparable(a, b) {
            self.cannot_compare(left, right, span);
        } else if self.mode == Mode::Plain
            && matches!(op, CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge)
            && matches!(self.types.class(a), Class::Structure(_))
        {
            self.no_order(left);
        }
        Step::Done
    }

    fn compare_with_literal(&mut self, left: (Node, Span), right: (Node, Span), span: Span) {
        let (known, literal) = if self.ty(left.0).is_some() { (left, right) } else { (right, left) };
        let ty = self.ty(known.0).unwrap_or(Types::NUMBER);
        let written = self.info(literal.0).literal.unwrap_or(Literal::Whole);
        let exact = matches!(self.types.class(ty), Class::Number | Class::Unsigned)
            && written == Literal::Point
            && self.point_type() == Types::DECIMAL;
        if exact {
            self.know(literal.0, Types::DECIMAL, Origin { span: literal.1, column: None });
        } else if self.fits(written, ty) {
            self.unify(literal.0, known.0, span);
        } else {
            self.cannot_compare(left, right, span);
        }
    }

    fn comparable(&self, a: TypeId, b: TypeId) -> bool {
        use Class::{Decimal, Number, Percent, Unsigned};
        let (one, other) = (self.types.class(a), self.types.class(b));
        one == other
            || matches!((one, other), (Decimal | Percent, Decimal | Percent))
            || matches!((one, other), (Number | Unsigned, Decimal | Percent) | (Decimal | Percent, Number | Unsigned))
    }

    pub(super) fn assign(&mut self, value: (Node, Span), column: Place, relations: &Relations, force: bool) -> Step {
        if relations.get(column.relation).doubtful {
            return Step::Done;
        }
        let target = relations.column_node(column);
        let declared = relations.declared(column);
        let Some(ty) = declared else {
            if self.ty(value.0).is_none() && self.ty(target).is_none() && !force {
                return Step::Wait;
            }
            let origin = self.info(value.0).origin;
            self.unify(target, value.0, value.1);
            let _ = origin;
            return Step::Done;
        };
        if self.is_poisoned(value.0) {
            return Step::Done;
        }
        match self.class(value.0) {
            Some(class) => {
                let wanted = self.types.class(ty);
                let widened = matches!(class, Class::Number | Class::Unsigned)
                    && matches!(wanted, Class::Decimal | Class::Percent);
                if !widened {
                    self.know(value.0, ty, Origin { span: value.1, column: Some(column) });
                }
                Step::Done
            }
            None if force || self.info(value.0).literal.is_some() => {
                self.know(value.0, ty, Origin { span: value.1, column: Some(column) });
                Step::Done
            }
            None => Step::Wait,
        }
    }

    pub(super) fn field(
        &mut self,
        row: (Node, Span),
        (column, result, span): (&Name, Node, Span),
        relations: &Relations,
        force: bool,
    ) -> Step {
        if self.is_poisoned(row.0) {
            self.spoil(result);
            return Step::Done;
        }
        let Some(ty) = self.ty(row.0) else {
            if force {
                self.not_a_row(row, column);
                self.spoil(result);
                return Step::Done;
            }
            return Step::Wait;
        };
        match self.types.class(ty) {
            Class::Row(relation) => match relations.find_column(relation, &column.text) {
                Some(at) => {
                    let place = Place { relation, column: at };
                    relations.join(self, result, place, span);
                }
                None => {
                    if !relations.get(relation).doubtful {
                        self.report.push(relations.unknown_column(relation, column));
                    }
                    self.spoil(result);
                }
            },
            Class::Generated(_) => self.generated_field(ty, column, result),
            Class::Structure(_) if self.types.record(ty).is_some() => self.record_field(ty, column, result),
            _ => {
                self.not_a_row(row, column);
                self.spoil(result);
            }
        }
        Step::Done
    }

    fn record_field(&mut self, ty: TypeId, column: &Name, result: Node) {
        let fields = self.types.record(ty).map(<[_]>::to_vec).unwrap_or_default();
        match fields.iter().find(|(name, _)| *name == column.text) {
            Some((_, ty)) => self.know(result, *ty, Origin { span: column.span, column: None }),
            None => {
                self.unknown_field(column, fields.iter().map(|(name, _)| name.as_str()).collect());
                self.spoil(result);
            }
        }
    }
}
