//! One walk over the tree, for everything that changes it in place.
//!
//! A pass says in a [`Rewrite`] what it does to the parts it cares about, and leaves the way to them to the functions of
//! the same names here.

use super::ast::{
    Aggregate, Arg, ArgKind, Args, Ask, Atom, Body, Clause, Compare, Decl, Directive, In, Literal, Name, NamedArg,
    Source, TypeDecl, TypeKind,
};

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A relation, where it is declared or used.
    Relation,
    /// A type, where it is declared or used.
    Type,
    /// A branch of an algebraic type.
    Branch,
    /// The row variable of `p in …`, and of `p.column`.
    Row,
}

/// A pass over the tree. Each method is given every part of its kind, and goes on into that part unless it says otherwise.
pub trait Rewrite {
    /// A name of a relation, type, branch or row.
    fn name(&mut self, _role: Role, _name: &mut Name) {}

    /// The alternatives of a clause, negation, group or aggregate.
    fn body(&mut self, inner: &mut Body) {
        body(self, inner);
    }

    /// A condition.
    fn literal(&mut self, inner: &mut Literal) {
        literal(self, inner);
    }

    /// An atom, of a body or a head.
    fn atom(&mut self, inner: &mut Atom) {
        atom(self, inner);
    }

    /// An entry of a brace pattern.
    fn entry(&mut self, inner: &mut NamedArg) {
        entry(self, inner);
    }

    /// An argument.
    fn arg(&mut self, inner: &mut Arg) {
        arg(self, inner);
    }
}

/// Walks a declaration.
pub fn decl<R: Rewrite + ?Sized>(pass: &mut R, decl: &mut Decl) {
    decl.names.iter_mut().chain(&mut decl.delta).for_each(|name| pass.name(Role::Relation, name));
    decl.columns.iter_mut().for_each(|column| pass.name(Role::Type, &mut column.ty));
}

/// Walks the declaration of a type.
pub fn type_decl<R: Rewrite + ?Sized>(pass: &mut R, declaration: &mut TypeDecl) {
    pass.name(Role::Type, &mut declaration.name);
    match &mut declaration.kind {
        TypeKind::Subtype(base) => pass.name(Role::Type, base),
        TypeKind::Union(parts) => parts.iter_mut().for_each(|part| pass.name(Role::Type, part)),
        TypeKind::Record(fields) => fields.iter_mut().for_each(|field| pass.name(Role::Type, &mut field.ty)),
        TypeKind::Algebraic(branches) => {
            for branch in branches {
                pass.name(Role::Branch, &mut branch.name);
                branch.fields.iter_mut().for_each(|field| pass.name(Role::Type, &mut field.ty));
            }
        }
        TypeKind::Legacy(_) => {}
    }
}

/// Walks a directive.
pub fn directive<R: Rewrite + ?Sized>(pass: &mut R, directive: &mut Directive) {
    directive.relations.iter_mut().for_each(|name| pass.name(Role::Relation, name));
}

/// Walks a clause.
pub fn clause<R: Rewrite + ?Sized>(pass: &mut R, clause: &mut Clause) {
    clause.heads.iter_mut().chain(&mut clause.subsumes).for_each(|head| pass.atom(head));
    pass.body(&mut clause.body);
}

/// Walks every condition of a body.
pub fn body<R: Rewrite + ?Sized>(pass: &mut R, body: &mut Body) {
    body.alternatives.iter_mut().flatten().for_each(|condition| pass.literal(condition));
}

/// Walks a condition.
pub fn literal<R: Rewrite + ?Sized>(pass: &mut R, literal: &mut Literal) {
    match literal {
        Literal::Atom(inner) => pass.atom(inner),
        Literal::In(In { row, source, .. }) => {
            pass.name(Role::Row, row);
            match source {
                Source::Relation(name, pattern) => {
                    pass.name(Role::Relation, name);
                    pattern.iter_mut().for_each(|entry| pass.entry(entry));
                }
                Source::Function(call) => args(pass, &mut call.args),
            }
        }
        Literal::Not(inner, _) | Literal::Group(inner, _) => pass.body(inner),
        Literal::Compare(Compare { first, rest, .. }) => {
            pass.arg(first);
            rest.iter_mut().for_each(|(_, _, operand)| pass.arg(operand));
        }
        Literal::Is(is) => pass.arg(&mut is.arg),
        Literal::Test(call) => args(pass, &mut call.args),
        Literal::Bool(..) => {}
    }
}

/// Walks an atom, of a body or a head.
pub fn atom<R: Rewrite + ?Sized>(pass: &mut R, atom: &mut Atom) {
    pass.name(Role::Relation, &mut atom.relation);
    match &mut atom.args {
        Args::Positional(given) => args(pass, given),
        Args::Named(pattern) => pattern.iter_mut().for_each(|entry| pass.entry(entry)),
    }
}

/// Walks an entry of a brace pattern.
pub fn entry<R: Rewrite + ?Sized>(pass: &mut R, entry: &mut NamedArg) {
    match &mut entry.ask {
        Ask::Bind => {}
        Ask::Equal(asked) | Ask::Compare(_, asked) => pass.arg(asked),
    }
}

/// Walks an argument.
pub fn arg<R: Rewrite + ?Sized>(pass: &mut R, arg: &mut Arg) {
    match &mut arg.kind {
        ArgKind::Field(row, _) => pass.name(Role::Row, row),
        ArgKind::Call(call) => args(pass, &mut call.args),
        ArgKind::Record(fields) => args(pass, fields),
        ArgKind::Branch(name, fields) => {
            pass.name(Role::Branch, name);
            args(pass, fields);
        }
        ArgKind::Aggregate(inner) => {
            let Aggregate { target, body, .. } = &mut **inner;
            target.iter_mut().for_each(|target| pass.arg(target));
            pass.body(body);
        }
        ArgKind::Cast(inner, ty) => {
            pass.arg(inner);
            pass.name(Role::Type, ty);
        }
        ArgKind::If(condition, then, other) => {
            pass.literal(condition);
            pass.arg(then);
            pass.arg(other);
        }
        ArgKind::Else(first, second) => {
            pass.arg(first);
            pass.arg(second);
        }
        // `$A` may be a branch without fields.
        ArgKind::Param(text) if !text.is_empty() => {
            let mut name = Name { text: std::mem::take(text), span: arg.span };
            pass.name(Role::Branch, &mut name);
            *text = name.text;
        }
        ArgKind::Var(_) | ArgKind::Unnamed | ArgKind::Param(_) | ArgKind::Const(_) | ArgKind::Nil => {}
    }
}

fn args<R: Rewrite + ?Sized>(pass: &mut R, list: &mut [Arg]) {
    list.iter_mut().for_each(|each| pass.arg(each));
}
