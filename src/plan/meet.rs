//! Cyclic bodies: atoms that bind the same new variable meet in one step.
//!
//! `edge(a, b), edge(b, c), edge(a, c)`: with `a` and `b` bound, both other atoms can say which `c` there are. Joined one after
//! the other, every partner of `b` is tried, however few `a` has. Here the atom with the fewest values proposes and the
//! others only check, so that no binding costs more than its least atom has: worst-case-optimal joins (Ngo, Porat, Ré, Rudra:
//! Worst-case Optimal Join Algorithms, PODS 2012; datafrog's `leapjoin`).

use super::lower::Builder;
use super::{Action, Meet, MeetAtom, Place};
use crate::ir::{Atom, Expr, Literal, Term, TypeKind, VarId};

/// With fewer partners per key than this, one atom after the other is as good, and needs fewer indexes.
const MANY_PARTNERS: f64 = 8.0;

impl Builder<'_> {
    /// Adds one step for the atom at `order[0]` and those behind it that bind the same variable, if there are any; they are
    /// added to `done`. Requires that the body is that of a rule, and that the literals before `order[0]` have run.
    pub(super) fn meet(&mut self, body: &[Literal], order: &[usize], done: &mut Vec<usize>) -> bool {
        let [first, rest @ ..] = order else { return false };
        let Literal::Atom(atom) = &body[*first] else { return false };
        let Some((var, one)) = self.meet_atom(atom, None) else { return false };
        let keys = || one.keys.iter().map(|(column, _)| *column);
        let partners = self.context.sizes.partners(atom.relation, keys());
        let is_many = self.context.sizes.eager || partners >= MANY_PARTNERS;
        if !is_many || !self.is_word(var) || body.iter().any(|literal| asks_for_cell(literal, var)) {
            return false;
        }
        let mut estimate = self.context.sizes.matches(atom.relation, keys());
        let mut atoms = vec![one];
        for at in rest {
            let Literal::Atom(atom) = &body[*at] else { continue };
            let Some((_, other)) = self.meet_atom(atom, Some(var)) else { continue };
            let columns = other.keys.iter().map(|(column, _)| *column).chain([other.column]);
            estimate *= self.context.sizes.matches(atom.relation, columns).min(1.0);
            atoms.push(other);
            done.push(*at);
        }
        if atoms.len() < 2 {
            return false;
        }
        done.push(*first);
        let slot = self.slot();
        self.places[var.index()] = Some(Place::Slot(slot));
        self.push(Action::Meet(Meet { var, slot, atoms, span: atom.span }), estimate);
        true
    }

    /// What an atom says of a variable that is not bound, `wanted` if given, when all else in it is bound, and something is.
    fn meet_atom(&self, atom: &Atom, wanted: Option<VarId>) -> Option<(VarId, MeetAtom)> {
        let (mut keys, mut own) = (Vec::<(usize, Term)>::new(), None);
        for (column, term) in &atom.args {
            if keys.iter().any(|(known, _)| known == column) {
                return None;
            }
            match term {
                Term::Var(var) if !self.is_bound(*var) => {
                    if own.replace((*var, *column)).is_some() {
                        return None;
                    }
                }
                term => keys.push((*column, term.clone())),
            }
        }
        let (var, column) = own.filter(|(var, _)| wanted.is_none_or(|wanted| wanted == *var))?;
        let is_apart = keys.iter().all(|(known, _)| *known != column);
        if atom.row.is_some() || keys.is_empty() || !is_apart {
            return None;
        }
        keys.sort_by_key(|(column, _)| *column);
        let (relation, table) = (atom.relation, self.table(atom.relation));
        Some((var, MeetAtom { relation, table, keys, column }))
    }

    /// Whether the values of a variable stand for themselves in an index, so that nothing is lost without the row.
    fn is_word(&self, var: VarId) -> bool {
        matches!(
            self.context.program.types[self.vars[var.index()].ty.index()].kind,
            TypeKind::Number | TypeKind::Unsigned | TypeKind::Symbol | TypeKind::Date | TypeKind::Row(_)
        )
    }
}

/// Whether a condition is about the cell of `var` rather than its value.
fn asks_for_cell(literal: &Literal, var: VarId) -> bool {
    match literal {
        Literal::Is(is) => is.var == var,
        Literal::Not(not) => not.body.iter().any(|literal| asks_for_cell(literal, var)),
        Literal::Aggregate(aggregate) => aggregate.body.iter().any(|literal| asks_for_cell(literal, var)),
        Literal::Compare(compare) => has_condition(&compare.left) || has_condition(&compare.right),
        Literal::Test(test) => test.args.iter().any(has_condition),
        Literal::Generate(generate) => generate.args.iter().any(has_condition),
        Literal::Bind(bind) => has_condition(&bind.expr),
        _ => false,
    }
}

/// Whether an expression may look at cells: conditions within, and what stands in for blank ones.
fn has_condition(expr: &Expr) -> bool {
    match expr {
        Expr::Var(_) | Expr::Const(_) => false,
        Expr::Call(_, args, _) | Expr::Record(args) => args.iter().any(has_condition),
        Expr::Field(record, _) => has_condition(record),
        Expr::If(..) | Expr::Else(..) | Expr::Precision(..) => true,
    }
}
