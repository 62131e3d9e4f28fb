//! Types of operators, functions, comparisons, fields and heads, from the types of their parts.

use super::super::context::Relations;
use super::super::functions::{Kind, Signature, signature};
use super::super::resolve::Place;
use super::super::types::{Class, Types};
use super::{Infer, Literal, Node, Origin, Step};
use crate::ir::TypeId;
use crate::source::Span;
use crate::syntax::ast::{CompareOp, Name};

impl Infer<'_> {
    pub(super) fn call(&mut self, name: &str, args: &[(Node, Span)], result: (Node, Span), force: bool) -> Step {
        if args.iter().any(|arg| self.is_poisoned(arg.0)) {
            self.spoil(result.0);
            return Step::Done;
        }
        match signature(name) {
            Some(Signature::Fixed { args: kinds, rest, result: gives }) => {
                for (at, (node, span)) in args.iter().enumerate() {
                    if let Some(kind) = kinds.get(at).or(rest.as_ref()) {
                        self.expect(*node, *kind, *span);
                    }
                }
                if let Some(ty) = gives.ty() {
                    self.know(result.0, ty, Origin { span: result.1, column: None });
                }
                Step::Done
            }
            Some(Signature::Shape) => {
                // round(x, n): of the type of x
                if let Some((node, span)) = args.get(1) {
                    self.know(*node, Types::NUMBER, Origin { span: *span, column: None });
                }
                if self.ty(args[0].0).is_none() && !force {
                    return Step::Wait;
                }
                self.unify(result.0, args[0].0, result.1);
                Step::Done
            }
            Some(Signature::Same) => self.arithmetic(name, args, result, force),
            Some(Signature::Product) => self.arithmetic(name, args, result, force),
            None => Step::Done,
        }
    }

    fn expect(&mut self, node: Node, kind: Kind, span: Span) {
        if let Some(ty) = kind.ty() {
            self.know(node, ty, Origin { span, column: None });
        }
    }

    fn arithmetic(&mut self, name: &str, args: &[(Node, Span)], result: (Node, Span), force: bool) -> Step {
        let open: Vec<(Node, Span)> = args.iter().copied().filter(|arg| self.ty(arg.0).is_none()).collect();
        let some_known = args.iter().find(|arg| self.ty(arg.0).is_some()).copied();
        let literals_only = open.iter().all(|arg| self.info(arg.0).literal.is_some());
        let known = match some_known {
            Some(known) if literals_only => known,
            Some(known) if force => {
                for arg in &open {
                    self.unify(arg.0, known.0, arg.1);
                }
                known
            }
            None if matches!(self.class(result.0), Some(Class::Number | Class::Unsigned | Class::Float)) => {
                for arg in &open {
                    self.unify(arg.0, result.0, arg.1);
                }
                return Step::Done;
            }
            None if force => {
                for arg in &open {
                    self.unify(arg.0, result.0, arg.1);
                }
                return Step::Done;
            }
            _ => return Step::Wait,
        };
        let mut ty = self.ty(known.0).unwrap_or(Types::NUMBER);
        let mut first = known;
        let order: Vec<(Node, Span)> = args.to_vec();
        for (at, arg) in order.iter().enumerate() {
            if arg.0 == known.0 && order.iter().position(|other| other.0 == known.0) == Some(at) {
                continue;
            }
            let reversed = args.iter().position(|other| other.0 == first.0).is_some_and(|place| place > at);
            let other = self.operand_type(name, ty, *arg);
            let pair = if reversed { (other, ty) } else { (ty, other) };
            let Some(combined) = self.combine(name, pair) else {
                let (left, right) = if reversed { (*arg, first) } else { (first, *arg) };
                self.cannot_calculate(name, left, right, result.1);
                self.spoil(result.0);
                return Step::Done;
            };
            ty = combined;
            first = *arg;
        }
        if args.len() == 1 {
            ty = self.combine(name, (ty, ty)).unwrap_or(ty);
        }
        self.know(result.0, ty, Origin { span: result.1, column: None });
        Step::Done
    }

    /// The type of an operand; a literal takes the one that suits the other operand.
    fn operand_type(&mut self, name: &str, other: TypeId, arg: (Node, Span)) -> TypeId {
        if let Some(ty) = self.ty(arg.0) {
            return ty;
        }
        let literal = self.info(arg.0).literal.unwrap_or(Literal::Whole);
        let factor = matches!(name, "*" | "/");
        let ty = match self.types.class(other) {
            Class::Money if factor => match literal {
                Literal::Point => Types::DECIMAL,
                _ => Types::NUMBER,
            },
            Class::Number | Class::Unsigned if literal == Literal::Point => self.point_type(),
            Class::Date if literal != Literal::Text => Types::NUMBER,
            Class::Percent if factor => Types::DECIMAL,
            _ if self.fits(literal, other) => other,
            _ => match literal {
                Literal::Text => Types::SYMBOL,
                Literal::Point => self.point_type(),
                _ => Types::NUMBER,
            },
        };
        self.know(arg.0, ty, Origin { span: arg.1, column: None });
        ty
    }

    /// The type of `left name right`.
    fn combine(&self, name: &str, (left, right): (TypeId, TypeId)) -> Option<TypeId> {
        use Class::{Date, Decimal, Float, Money, Number, Percent, Symbol, Unsigned};
        let (a, b) = (self.types.class(left), self.types.class(right));
        let whole = |class| matches!(class, Number | Unsigned);
        let share = |class| matches!(class, Decimal | Percent);
        let plain = |class| whole(class) || share(class);
        match (name, a, b) {
            ("cat", Symbol, Symbol) | ("min" | "max", Symbol, Symbol) => Some(Types::SYMBOL),
            ("min" | "max", Date, Date) => Some(Types::DATE),
            (_, Symbol, _) | (_, _, Symbol) => None,
            ("-", Date, Date) => Some(Types::NUMBER),
            ("+" | "-", Date, other) if whole(other) => Some(left),
            ("+", other, Date) if whole(other) => Some(right),
            ("/", Money, Money) => Some(Types::PERCENT),
            ("*", Money, Money) => None,
            ("*" | "/", Money, other) if plain(other) => Some(left),
            ("*", other, Money) if plain(other) => Some(right),
            ("+" | "-" | "min" | "max" | "%" | "neg" | "abs", Money, Money) => Some(left),
            (_, Money, _) | (_, _, Money) => None,
            (_, Float, Float) => Some(Types::FLOAT),
            (_, Float, _) | (_, _, Float) => None,
            (_, Number, Number) => Some(Types::NUMBER),
            (_, Unsigned, Unsigned) => Some(Types::UNSIGNED),
            ("*", Percent, Percent) => Some(Types::PERCENT),
            ("*" | "/", _, _) if plain(a) && plain(b) && (share(a) || share(b)) => Some(Types::DECIMAL),
            (_, Percent, Percent) => Some(Types::PERCENT),
            (_, _, _) if plain(a) && plain(b) && (share(a) || share(b)) => Some(Types::DECIMAL),
            _ => None,
        }
    }

    pub(super) fn compare(
        &mut self,
        op: CompareOp,
        left: (Node, Span),
        right: (Node, Span),
        span: Span,
        force: bool,
    ) -> Step {
        if self.is_poisoned(left.0) || self.is_poisoned(right.0) {
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
        if !self.comparable(a, b, op) {
            self.cannot_compare(left, right, span);
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

    fn comparable(&self, a: TypeId, b: TypeId, op: CompareOp) -> bool {
        use Class::{Decimal, Number, Percent, Unsigned};
        let (one, other) = (self.types.class(a), self.types.class(b));
        let _ = op;
        one == other
            || matches!((one, other), (Decimal | Percent, Decimal | Percent))
            || matches!((one, other), (Number | Unsigned, Decimal | Percent) | (Decimal | Percent, Number | Unsigned))
    }

    pub(super) fn assign(&mut self, value: (Node, Span), column: Place, relations: &Relations, force: bool) -> Step {
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
        column: &Name,
        result: Node,
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
                    relations.join(self, result, place, column.span);
                }
                None => {
                    let complaint = relations.unknown_column(relation, column);
                    self.report.push(complaint);
                    self.spoil(result);
                }
            },
            Class::Generated(generator) => self.generated_field(generator, column, result),
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
