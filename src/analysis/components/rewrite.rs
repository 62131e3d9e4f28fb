//! Changing names everywhere in a tree.

use super::Flat;
use crate::syntax::ast::{
    Aggregate, Arg, ArgKind, Args, Ask, Atom, Body, Clause, Decl, Literal, Name, NamedArg, Source, TypeDecl, TypeKind,
};

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Relation,
    Type,
    Branch,
}

/// Calls a function on every name of relations, types and branches.
pub(super) struct Rewrite<'f>(pub(super) &'f mut dyn FnMut(Role, &mut Name));

impl Rewrite<'_> {
    pub(super) fn flat(&mut self, flat: &mut Flat) {
        flat.decls.iter_mut().for_each(|decl| self.decl(decl));
        flat.types.iter_mut().for_each(|declaration| self.type_decl(declaration));
        for directive in &mut flat.directives {
            directive.relations.iter_mut().for_each(|name| (self.0)(Role::Relation, name));
        }
        flat.clauses.iter_mut().for_each(|clause| self.clause(clause));
    }

    fn decl(&mut self, decl: &mut Decl) {
        decl.names.iter_mut().for_each(|name| (self.0)(Role::Relation, name));
        decl.columns.iter_mut().for_each(|column| (self.0)(Role::Type, &mut column.ty));
    }

    fn type_decl(&mut self, declaration: &mut TypeDecl) {
        (self.0)(Role::Type, &mut declaration.name);
        match &mut declaration.kind {
            TypeKind::Subtype(base) => (self.0)(Role::Type, base),
            TypeKind::Union(parts) => parts.iter_mut().for_each(|part| (self.0)(Role::Type, part)),
            TypeKind::Record(fields) => fields.iter_mut().for_each(|field| (self.0)(Role::Type, &mut field.ty)),
            TypeKind::Algebraic(branches) => {
                for branch in branches {
                    (self.0)(Role::Branch, &mut branch.name);
                    branch.fields.iter_mut().for_each(|field| (self.0)(Role::Type, &mut field.ty));
                }
            }
            TypeKind::Legacy(_) => {}
        }
    }

    fn clause(&mut self, clause: &mut Clause) {
        clause.heads.iter_mut().chain(&mut clause.subsumes).for_each(|head| self.atom(head));
        self.body(&mut clause.body);
    }

    fn body(&mut self, body: &mut Body) {
        body.alternatives.iter_mut().flatten().for_each(|literal| self.literal(literal));
    }

    fn literal(&mut self, literal: &mut Literal) {
        match literal {
            Literal::Atom(atom) => self.atom(atom),
            Literal::In(source) => match &mut source.source {
                Source::Relation(name, pattern) => {
                    (self.0)(Role::Relation, name);
                    self.pattern(pattern);
                }
                Source::Function(call) => call.args.iter_mut().for_each(|arg| self.arg(arg)),
            },
            Literal::Not(body, _) | Literal::Group(body, _) => self.body(body),
            Literal::Compare(compare) => {
                self.arg(&mut compare.first);
                compare.rest.iter_mut().for_each(|(_, _, arg)| self.arg(arg));
            }
            Literal::Is(is) => self.arg(&mut is.arg),
            Literal::Test(call) => call.args.iter_mut().for_each(|arg| self.arg(arg)),
            Literal::Bool(..) => {}
        }
    }

    fn atom(&mut self, atom: &mut Atom) {
        (self.0)(Role::Relation, &mut atom.relation);
        match &mut atom.args {
            Args::Positional(args) => args.iter_mut().for_each(|arg| self.arg(arg)),
            Args::Named(pattern) => self.pattern(pattern),
        }
    }

    fn pattern(&mut self, pattern: &mut [NamedArg]) {
        for entry in pattern {
            match &mut entry.ask {
                Ask::Bind => {}
                Ask::Equal(arg) | Ask::Compare(_, arg) => self.arg(arg),
            }
        }
    }

    fn arg(&mut self, arg: &mut Arg) {
        match &mut arg.kind {
            ArgKind::Call(call) => call.args.iter_mut().for_each(|arg| self.arg(arg)),
            ArgKind::Record(args) => args.iter_mut().for_each(|arg| self.arg(arg)),
            ArgKind::Branch(name, args) => {
                (self.0)(Role::Branch, name);
                args.iter_mut().for_each(|arg| self.arg(arg));
            }
            ArgKind::Aggregate(aggregate) => self.aggregate(aggregate),
            ArgKind::Cast(inner, ty) => {
                self.arg(inner);
                (self.0)(Role::Type, ty);
            }
            ArgKind::If(cond, then, other) => {
                self.literal(cond);
                self.arg(then);
                self.arg(other);
            }
            ArgKind::Else(first, second) => {
                self.arg(first);
                self.arg(second);
            }
            ArgKind::Var(_)
            | ArgKind::Unnamed
            | ArgKind::Field(..)
            | ArgKind::Param(_)
            | ArgKind::Const(_)
            | ArgKind::Nil => {}
        }
    }

    fn aggregate(&mut self, aggregate: &mut Aggregate) {
        aggregate.target.iter_mut().for_each(|target| self.arg(target));
        self.body(&mut aggregate.body);
    }
}
