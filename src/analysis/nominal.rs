//! Declared subtypes: a variable that stands in columns of two unrelated ones has no value, and a head takes only what
//! its columns declare.

use std::collections::BTreeMap;

use super::context::Relations;
use super::hir::{Cond, Expr, Kind, Rule};
use super::infer::Infer;
use super::input::Mode;
use super::resolve::Place;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{TypeId, VarId};
use crate::source::Span;
use crate::syntax::ast::CompareOp;
use crate::text;

/// What is known of one variable: the types that it can have, and where that was said.
#[derive(Clone, Debug)]
struct Known {
    types: Vec<TypeId>,
    span: Span,
}

/// Checks one rule; true when nothing is wrong.
pub(super) fn check(rule: &Rule, relations: &Relations, infer: &mut Infer) -> bool {
    let before = infer.report.diagnostics().len();
    let mut checker = Checker { relations, infer, same: BTreeMap::new(), known: BTreeMap::new() };
    rule.body.iter().for_each(|cond| checker.equalities(cond));
    rule.body.iter().for_each(|cond| checker.atoms(cond));
    rule.body.iter().for_each(|cond| checker.comparisons(cond));
    if !rule.subsumption {
        checker.head(rule);
    }
    infer.report.diagnostics().len() == before
}

struct Checker<'c, 'a> {
    relations: &'c Relations,
    infer: &'c mut Infer<'a>,
    /// Variables that are equal to another.
    same: BTreeMap<VarId, VarId>,
    /// None once it was complained about.
    known: BTreeMap<VarId, Option<Known>>,
}

impl Checker<'_, '_> {
    fn root(&self, var: VarId) -> VarId {
        let mut at = var;
        while let Some(next) = self.same.get(&at) {
            at = *next;
        }
        at
    }

    fn equalities(&mut self, cond: &Cond) {
        match cond {
            Cond::Compare { op: CompareOp::Eq, left, right, .. } => {
                if let (Kind::Var(a), Kind::Var(b)) = (&left.kind, &right.kind) {
                    let (a, b) = (self.root(*a), self.root(*b));
                    if a != b {
                        self.same.insert(b, a);
                    }
                }
            }
            Cond::Aggregate(aggregate) => aggregate.body.iter().for_each(|cond| self.equalities(cond)),
            _ => {}
        }
    }

    fn atoms(&mut self, cond: &Cond) {
        match cond {
            Cond::Atom(atom) => {
                for (column, arg) in &atom.args {
                    let place = Place { relation: atom.relation, column: *column };
                    if let (Kind::Var(var), Some(ty)) = (&arg.kind, self.relations.declared(place)) {
                        self.stands_in(*var, ty, arg.span);
                    }
                }
            }
            Cond::Aggregate(aggregate) => aggregate.body.iter().for_each(|cond| self.atoms(cond)),
            Cond::Compare { op: CompareOp::Eq, left, right, .. } => {
                for (var, cast) in [(left, right), (right, left)] {
                    if let (Kind::Var(var), Kind::Cast(_, ty)) = (&var.kind, &cast.kind) {
                        self.stands_in(*var, *ty, cast.span);
                    }
                }
            }
            _ => {}
        }
    }

    fn stands_in(&mut self, var: VarId, ty: TypeId, span: Span) {
        let var = self.root(var);
        match self.known.get(&var) {
            None => {
                self.known.insert(var, Some(Known { types: vec![ty], span }));
            }
            Some(None) => {}
            Some(Some(known)) => {
                let common: Vec<TypeId> =
                    known.types.iter().flat_map(|known| self.infer.types.common(*known, ty)).collect();
                if common.is_empty() {
                    self.unrelated(&known.clone(), ty, span);
                    self.known.insert(var, None);
                } else {
                    let span = known.span;
                    self.known.insert(var, Some(Known { types: common, span }));
                }
            }
        }
    }

    /// Values of unrelated subtypes have no order between them; in a plain program they are not asked to differ either.
    fn comparisons(&mut self, cond: &Cond) {
        let is_plain = self.infer.mode == Mode::Plain;
        let compares = |op: &CompareOp| match op {
            CompareOp::Lt | CompareOp::Le | CompareOp::Gt | CompareOp::Ge => true,
            CompareOp::Ne => is_plain,
            _ => false,
        };
        match cond {
            Cond::Compare { op, left, right, span } if compares(op) => {
                let (a, b) = (self.given(left), self.given(right));
                let (Some(first), Some(second)) = (a.first(), b.first()) else { return };
                let types = &self.infer.types;
                if a.iter().any(|a| b.iter().any(|b| !types.common(*a, *b).is_empty())) {
                    return;
                }
                let (first, second) = (types.name(*first).to_owned(), types.name(*second).to_owned());
                self.infer.report.push(
                    Diagnostic::error(
                        Code::TypeMismatch,
                        text!("`{first}` 和 `{second}` 不能比大小", "`{first}` and `{second}` cannot be ordered"),
                    )
                    .at(*span),
                );
            }
            Cond::Aggregate(aggregate) => aggregate.body.iter().for_each(|cond| self.comparisons(cond)),
            _ => {}
        }
    }

    fn unrelated(&mut self, known: &Known, ty: TypeId, span: Span) {
        let types = &self.infer.types;
        let (first, second) = (types.name(known.types[0]).to_owned(), types.name(ty).to_owned());
        let name = self.infer.sources.text(span).trim().to_owned();
        self.infer.report.push(
            Diagnostic::error(
                Code::ConflictingTypes,
                text!(
                    "`{name}` 在一处是 `{first}`，在另一处是 `{second}`：两处不可能相等",
                    "`{name}` is a `{first}` in one place and a `{second}` in another: the two are never equal"
                ),
            )
            .primary(span, text!("这里是 `{second}`", "`{second}` here"))
            .secondary(known.span, text!("这里是 `{first}`", "`{first}` here")),
        );
    }

    fn head(&mut self, rule: &Rule) {
        for (column, arg) in rule.args.iter().enumerate() {
            let place = Place { relation: rule.head, column };
            let Some(wanted) = self.relations.declared(place) else { continue };
            let given = self.given(arg);
            let Some(wrong) = given.into_iter().find(|given| !self.infer.types.takes(wanted, *given)) else { continue };
            let (wanted_name, given_name) =
                (self.infer.types.name(wanted).to_owned(), self.infer.types.name(wrong).to_owned());
            let what = self.infer.sources.text(arg.span).trim().to_owned();
            let declared = self.relations.get(rule.head).columns[column].span;
            self.infer.report.push(
                Diagnostic::error(
                    Code::TypeMismatch,
                    text!(
                        "`{what}` 是 `{given_name}`，这一列要的是 `{wanted_name}`",
                        "`{what}` is a `{given_name}`, this column takes `{wanted_name}`"
                    ),
                )
                .at(arg.span)
                .secondary(declared, text!("声明为 `{wanted_name}`", "declared as `{wanted_name}`"))
                .help(text!(
                    "确实要转换就写 `as({what}, {wanted_name})`",
                    "if that is meant, write `as({what}, {wanted_name})`"
                )),
            );
        }
    }

    fn given(&self, arg: &Expr) -> Vec<TypeId> {
        match &arg.kind {
            Kind::Var(var) => match self.known.get(&self.root(*var)) {
                Some(Some(known)) => known.types.clone(),
                _ => Vec::new(),
            },
            Kind::Cast(_, ty) => vec![*ty],
            _ => Vec::new(),
        }
    }
}
