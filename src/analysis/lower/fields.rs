//! Fields of rows become arguments of the atom that binds the row.

use super::Lower;
use crate::analysis::hir::{Atom, Cond, Expr, Kind};
use crate::analysis::types::Class;
use crate::ir::{RelationId, VarId};
use crate::syntax::ast::CompareOp;

impl Lower<'_, '_> {
    /// Puts the fields of rows into `body`, the conditions of `scope`, and into the bodies within it.
    pub(in crate::analysis) fn place_fields(&mut self, body: &mut Vec<Cond>, scope: usize) {
        for field in self.fields.get(&scope).into_iter().flatten() {
            let Some((row, column)) = &self.vars[field.index()].field else { continue };
            let Some(Class::Row(relation)) = self.infer.class(self.vars[row.index()].node) else { continue };
            let Some(column) = self.relations.find_column(relation, &column.text) else { continue };
            self.place_field(body, (relation, *row), column, *field);
        }
        let mut extra = Vec::new();
        for cond in body.iter_mut() {
            match cond {
                Cond::Not(inner, inner_scope, _) => self.place_fields(inner, *inner_scope),
                Cond::Aggregate(aggregate) => {
                    let inner_scope = aggregate.scope;
                    self.place_fields(&mut aggregate.body, inner_scope);
                }
                Cond::Atom(atom) => self.take_out_inner_fields(atom, scope, &mut extra),
                Cond::Compare { left, right, .. } => {
                    for side in [left, right] {
                        if let Kind::Record(args) | Kind::Branch(_, args) = &mut side.kind {
                            args.iter_mut().for_each(|arg| self.take_out(arg, scope, &mut extra));
                        }
                    }
                }
                Cond::Generate { .. } | Cond::Is { .. } | Cond::Test { .. } | Cond::Bool(..) => {}
            }
        }
        body.append(&mut extra);
    }

    fn place_field(&self, body: &mut Vec<Cond>, (relation, row): (RelationId, VarId), column: usize, field: VarId) {
        let var = &self.vars[field.index()];
        let argument = (column, Expr { kind: Kind::Var(field), span: var.span, node: var.node });
        let home = body.iter_mut().find_map(|cond| match cond {
            Cond::Atom(atom) if atom.row == Some(row) && atom.relation == relation => Some(atom),
            _ => None,
        });
        match home {
            Some(atom) => atom.args.push(argument),
            None => body.push(Cond::Atom(Atom { relation, row: Some(row), args: vec![argument], span: var.span })),
        }
    }

    fn take_out_inner_fields(&mut self, atom: &mut Atom, scope: usize, extra: &mut Vec<Cond>) {
        for (_, arg) in &mut atom.args {
            self.take_out(arg, scope, extra);
        }
    }

    /// A field of a function's row cannot stand in an atom or pattern: a variable that is equal to it can.
    fn take_out(&mut self, arg: &mut Expr, scope: usize, extra: &mut Vec<Cond>) {
        let Kind::Var(var) = arg.kind else { return };
        if self.inner_field(var).is_none() {
            return;
        }
        let fresh = self.new_var(arg, scope);
        let stand_in = Expr { kind: Kind::Var(fresh), span: arg.span, node: arg.node };
        let field = std::mem::replace(arg, stand_in.clone());
        extra.push(Cond::Compare { op: CompareOp::Eq, left: stand_in, span: field.span, right: field });
    }
}
