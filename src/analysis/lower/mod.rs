//! From [`hir`](super::hir) to the resolved program: types are known now; conditions are put into an order in which they
//! can be run, and what has no value is complained about.

mod agree;
mod complain;
mod copy;
mod fields;
mod order;
mod queue;
mod spreads;
mod value;
mod witness;

pub(super) use complain::field_meant;
pub(super) use spreads::Spreads;

use std::collections::{BTreeMap, BTreeSet};

use super::context::Relations;
use super::hir;
use super::infer::Infer;
use super::input::Mode;
use super::types::{Class, Types};
use crate::ir::{Expr, Rule, VarId};
use crate::source::Span;

/// Lowers one rule.
#[derive(Debug)]
pub(super) struct Lower<'l, 'a> {
    pub(super) infer: &'l mut Infer<'a>,
    pub(super) relations: &'l Relations,
    /// Allowances of derived columns.
    pub(super) spreads: &'l mut Spreads,
    pub(super) vars: Vec<hir::Var>,
    /// For each pair of braces: the scope around it and its position in the ordered body there.
    pub(super) positions: BTreeMap<usize, (usize, usize)>,
    /// The fields of rows that each scope has.
    fields: BTreeMap<usize, Vec<VarId>>,
    /// The scope around each scope.
    pub(super) parents: Vec<Option<usize>>,
    pub(super) broken: bool,
    /// The allowance of the rule's first `~`, which templates call `allowance`.
    pub(super) first_allowance: Option<Expr>,
    /// Variables of cells whose state is asked for: no equality may give them their value.
    pub(super) asked: BTreeSet<VarId>,
    /// Variables about which it was said that they have no value.
    reported: BTreeSet<VarId>,
    /// Of a plain program's rule: the variables of its head, where they stand there.
    in_head: BTreeMap<VarId, Span>,
}

impl<'l, 'a> Lower<'l, 'a> {
    /// For a rule with these variables and scopes.
    pub(super) fn new(
        infer: &'l mut Infer<'a>,
        relations: &'l Relations,
        spreads: &'l mut Spreads,
        (vars, parents): (Vec<hir::Var>, Vec<Option<usize>>),
    ) -> Self {
        let mut fields: BTreeMap<usize, Vec<VarId>> = BTreeMap::new();
        for (id, var) in (0_u32..).zip(&vars).filter(|(_, var)| var.field.is_some()) {
            fields.entry(var.scope).or_default().push(VarId(id));
        }
        Self {
            infer,
            relations,
            spreads,
            vars,
            positions: BTreeMap::new(),
            fields,
            parents,
            broken: false,
            first_allowance: None,
            asked: BTreeSet::new(),
            reported: BTreeSet::new(),
            in_head: BTreeMap::new(),
        }
    }

    /// The rule in runnable order; none when something has no value.
    pub(super) fn rule(&mut self, rule: &hir::Rule) -> Option<Rule> {
        if self.infer.mode == Mode::Plain {
            self.in_head = complain::vars_of(&rule.args);
        }
        let mut body = rule.body.clone();
        self.place_fields(&mut body, 0);
        self.asked = hir::asked(&body);
        let mut bound = BTreeSet::new();
        let ordered = self.order(body, &mut bound, 0);
        self.check_head(rule, &bound);
        let args: Vec<Expr> = rule
            .args
            .iter()
            .enumerate()
            .map(|(column, arg)| {
                let wanted = self.column_class(rule.head, column);
                let value = self.expr(arg);
                self.widen(value, self.infer.class(arg.node), wanted, arg.span)
            })
            .collect();
        (!self.broken).then(|| Rule {
            head: rule.head,
            args,
            body: ordered,
            vars: Vec::new(),
            card: rule.card,
            span: rule.span,
        })
    }

    /// The variables as the resolved program has them.
    pub(super) fn finish_vars(&self) -> Vec<crate::ir::Var> {
        self.vars
            .iter()
            .map(|var| crate::ir::Var {
                name: var.name.clone(),
                ty: self.infer.ty(var.node).unwrap_or(Types::NUMBER),
                field: var.field.as_ref().and_then(|(row, column)| {
                    let Some(Class::Row(relation)) = self.infer.class(self.vars[row.index()].node) else { return None };
                    Some((*row, self.relations.find_column(relation, &column.text)?))
                }),
                span: var.span,
            })
            .collect()
    }

    pub(super) fn column_class(&self, relation: crate::ir::RelationId, column: usize) -> Option<Class> {
        let place = super::resolve::Place { relation, column };
        self.relations
            .declared(place)
            .map(|ty| self.infer.types.class(ty))
            .or_else(|| self.infer.class(self.relations.column_node(place)))
    }

    /// Whether `inner` is `outer` or lies within it.
    pub(super) fn is_within(&self, inner: usize, outer: usize) -> bool {
        let mut at = Some(inner);
        while let Some(here) = at {
            if here == outer {
                return true;
            }
            at = self.parents.get(here).copied().flatten();
        }
        false
    }

    /// For the field of a row that a function yields, or of a record: the variable of the row and the position.
    pub(super) fn inner_field(&self, var: VarId) -> Option<(VarId, usize)> {
        let (row, column) = self.vars[var.index()].field.as_ref()?;
        let ty = self.infer.ty(self.vars[row.index()].node)?;
        let position = match self.infer.types.kind(self.infer.types.root(ty)) {
            crate::ir::TypeKind::Generated(generator) => {
                generator.columns().iter().position(|(name, _)| *name == column.text)
            }
            crate::ir::TypeKind::Record(fields) => fields.iter().position(|(name, _)| *name == column.text),
            _ => None,
        };
        position.map(|position| (*row, position))
    }

    /// The variables that must be bound before `expr` can be computed, each once, in order.
    pub(super) fn needs(&self, expr: &hir::Expr) -> Vec<VarId> {
        self.needs_of(std::slice::from_ref(expr))
    }

    /// The variables that must be bound before all of `exprs` can be computed, each once, in order.
    pub(super) fn needs_of(&self, exprs: &[hir::Expr]) -> Vec<VarId> {
        let mut out = Vec::new();
        exprs.iter().for_each(|expr| expr.variables(&mut |var| out.push(self.needed(var))));
        out.sort_unstable();
        out.dedup();
        out
    }

    /// The variable that must be bound for `var` to have a value: itself, or the row that it is a field of.
    pub(super) fn needed(&self, var: VarId) -> VarId {
        self.inner_field(var).map_or(var, |(row, _)| self.needed(row))
    }

    fn new_var(&mut self, like: &hir::Expr, scope: usize) -> VarId {
        let id = self.add_made(like.node, like.span);
        self.vars[id.index()].scope = scope;
        id
    }

    /// A variable that nobody wrote.
    pub(super) fn add_made(&mut self, node: super::infer::Node, span: Span) -> VarId {
        let id = VarId(u32::try_from(self.vars.len()).expect("fewer than 2^32 variables"));
        let name = format!("_{}", id.0);
        self.vars.push(hir::Var { name, node, field: None, span, role: hir::Role::Made, scope: 0, uses: 0 });
        id
    }

    /// Whether it is the `{allowance}` of a template.
    pub(super) fn is_allowance(&self, expr: &hir::Expr) -> bool {
        match &expr.kind {
            hir::Kind::Allowance => true,
            hir::Kind::Call(_, args) => args.iter().any(|arg| self.is_allowance(arg)),
            _ => false,
        }
    }

    /// Where `span` is written.
    pub(super) fn quoted(&self, span: Span) -> String {
        self.infer.sources.text(span).trim().to_owned()
    }
}
