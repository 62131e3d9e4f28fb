//! From clauses to [`hir`](super::hir): names to ids, sugar to atoms and conditions.

mod aggregate;
mod alternatives;
mod body;
mod expr;
mod generator;
mod names;
mod variable;

use std::collections::BTreeMap;

pub(super) use alternatives::{alternatives, too_many};
pub(super) use names::{Binding, card_columns, outer_names, own_target_names};
pub(super) use variable::inner_outside;

use super::context::Relations;
use super::hir::{Atom, Cond, Expr, Kind, Role, Rule, Var};
use super::infer::{Constraint, Infer, Node};
use super::input::Parameter;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{RelationId, VarId};
use crate::source::Span;
use crate::syntax::ast::{self, Name};
use crate::text;

/// A column of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) relation: RelationId,
    pub(super) column: usize,
}

/// A resolved rule and, for each of its scopes, the scope around it.
pub(super) type Draft = (Rule, Vec<Option<usize>>);

/// Resolves one alternative of one rule.
#[derive(Debug)]
pub(super) struct Builder<'b, 'a> {
    pub(super) infer: &'b mut Infer<'a>,
    pub(super) relations: &'b Relations,
    params: &'b [Parameter<'b>],
    card: Option<usize>,
    pub(super) vars: Vec<Var>,
    pub(super) scopes: Vec<Scope>,
    /// Something was wrong and was said.
    broken: bool,
    /// While a template is resolved: its scope, in which fields of rows are read anew.
    pub(super) display: Option<usize>,
    /// The scopes of braces, in order.
    pub(super) braces: Vec<usize>,
    /// The same, with those of templates.
    all_braces: Vec<usize>,
    /// The operand of the first `~`.
    agreeing: Option<Node>,
}

/// A rule body, a negation or the braces of an aggregate.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) parent: Option<usize>,
    pub(super) names: BTreeMap<String, Binding>,
    fields: BTreeMap<VarId, BTreeMap<String, VarId>>,
}

/// The conditions of one scope, as far as they are resolved.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    pub(super) scope: usize,
    pub(super) list: Vec<Cond>,
}

impl Conditions {
    /// Those of `scope`: none yet.
    pub(super) const fn of(scope: usize) -> Self {
        Self { scope, list: Vec::new() }
    }
}

impl<'b, 'a> Builder<'b, 'a> {
    pub(super) fn new(
        infer: &'b mut Infer<'a>,
        relations: &'b Relations,
        params: &'b [Parameter<'b>],
        card: Option<usize>,
    ) -> Self {
        Self {
            infer,
            relations,
            params,
            card,
            vars: Vec::new(),
            scopes: vec![Scope::default()],
            broken: false,
            display: None,
            braces: Vec::new(),
            all_braces: Vec::new(),
            agreeing: None,
        }
    }

    /// A rule of a clause: one head, one alternative.
    pub(super) fn clause(mut self, head: &ast::Atom, body: &[&ast::Literal], span: Span) -> Option<Draft> {
        let relation = self.relations.id(&head.relation.text);
        self.declare_atom(head, 0);
        self.declare(body, 0);
        let mut out = Conditions::of(0);
        let args = self.head(head, relation, &mut out);
        self.conjunction(body, &mut out);
        let head = relation?;
        Some(self.finish(head, args?, out.list, span))
    }

    /// `dominated <= dominating :- body`
    pub(super) fn subsumption(mut self, heads: [&ast::Atom; 2], body: &[&ast::Literal], span: Span) -> Option<Draft> {
        heads.iter().for_each(|head| self.declare_atom(head, 0));
        self.declare(body, 0);
        let mut out = Conditions::of(0);
        for head in heads {
            self.atom(head, &mut out);
        }
        self.conjunction(body, &mut out);
        let head = self.relations.id(&heads[0].relation.text)?;
        let (mut rule, parents) = self.finish(head, Vec::new(), out.list, span);
        rule.subsumption = true;
        Some((rule, parents))
    }

    /// The head and the conditions of a card's rule: its head is made of the variables outside braces.
    pub(super) fn card_body(
        &mut self,
        relation: RelationId,
        body: &[&ast::Literal],
        span: Span,
    ) -> (Vec<Expr>, Vec<Cond>) {
        self.declare(body, 0);
        let mut out = Conditions::of(0);
        self.conjunction(body, &mut out);
        let columns: Vec<(String, Span)> =
            self.relations.get(relation).columns.iter().map(|column| (column.name.clone(), column.span)).collect();
        let mut args = Vec::new();
        for (at, (column, place)) in columns.iter().enumerate() {
            let Some(var) = self.variable_of_column(column) else {
                self.broken = true;
                self.infer.report.push(missing_in_alternative(column, *place, span));
                continue;
            };
            let value = self.var_expr(var, self.vars[var.index()].span);
            self.assign(&value, Place { relation, column: at });
            args.push(value);
        }
        (args, out.list)
    }

    /// `p`, `spent`, or `q.name` for the column of a derived relation's row.
    fn variable_of_column(&self, column: &str) -> Option<VarId> {
        if let Some(Binding::Var(var)) = self.scopes[0].names.get(column) {
            return Some(*var);
        }
        let (row, field) = column.split_once('.')?;
        let Some(Binding::Tuple(relation, vars)) = self.scopes[0].names.get(row) else { return None };
        vars.get(self.relations.find_column(*relation, field)?).copied()
    }

    pub(super) fn finish(self, head: RelationId, args: Vec<Expr>, body: Vec<Cond>, span: Span) -> Draft {
        let parents = self.scopes.iter().map(|scope| scope.parent).collect();
        let rule =
            Rule { head, args, body, vars: self.vars, card: self.card, span, subsumption: false, broken: self.broken };
        (rule, parents)
    }

    /// The arguments of a head, one per column.
    fn head(&mut self, head: &ast::Atom, relation: Option<RelationId>, here: &mut Conditions) -> Option<Vec<Expr>> {
        let Some(id) = relation else {
            self.complain(self.relations.unknown(&head.relation));
            return None;
        };
        let given = match &head.args {
            ast::Args::Positional(args) => {
                if args.len() != self.relations.get(id).arity {
                    self.misfit(id, |relations| relations.wrong_arity(id, head.span, args.len()));
                    return None;
                }
                args.iter().map(|arg| self.head_argument(arg, here)).collect()
            }
            ast::Args::Named(args) => self.named_head(id, head, args, here)?,
        };
        for (column, value) in given.iter().enumerate() {
            self.assign(value, Place { relation: id, column });
        }
        Some(given)
    }

    fn head_argument(&mut self, arg: &ast::Arg, here: &mut Conditions) -> Expr {
        let value = self.expr(arg, here);
        let mut unnamed = Vec::new();
        find_unnamed(&value, &mut unnamed);
        for span in unnamed {
            self.complain(
                Diagnostic::error(
                    Code::UnboundInHead,
                    text!("结论里不能写 `_`：每一列都要有值", "`_` cannot stand in a head: every column needs a value"),
                )
                .at(span),
            );
        }
        value
    }

    fn named_head(
        &mut self,
        id: RelationId,
        head: &ast::Atom,
        args: &[ast::NamedArg],
        here: &mut Conditions,
    ) -> Option<Vec<Expr>> {
        let arity = self.relations.get(id).arity;
        let mut values: Vec<Option<Expr>> = vec![None; arity];
        for arg in args {
            let Some(column) = self.column(id, &arg.column) else { continue };
            let value = match &arg.ask {
                ast::Ask::Equal(value) => self.head_argument(value, here),
                ast::Ask::Bind => {
                    let value = ast::Arg { kind: ast::ArgKind::Var(arg.column.text.clone()), span: arg.column.span };
                    self.head_argument(&value, here)
                }
                ast::Ask::Compare(..) => {
                    self.complain(
                        Diagnostic::error(
                            Code::UnexpectedToken,
                            text!("结论里只能写 `列: 值`", "in a head write `column: value`"),
                        )
                        .at(arg.column.span),
                    );
                    continue;
                }
            };
            if let Some(slot) = values.get_mut(column) {
                *slot = Some(value);
            }
        }
        if let Some(missing) = values.iter().position(Option::is_none) {
            let column = self.relations.get(id).columns[missing].name.clone();
            let name = &head.relation.text;
            self.complain(
                Diagnostic::error(
                    Code::UnboundInHead,
                    text!("`{name}` 的列 `{column}` 没有给出", "column `{column}` of `{name}` is not given"),
                )
                .at(head.span),
            );
            return None;
        }
        values.into_iter().collect()
    }

    fn assign(&mut self, value: &Expr, column: Place) {
        let constraint = Constraint::Assign { value: (value.node, value.span), column };
        self.infer.constrain(value.span, constraint);
    }

    pub(super) fn complain(&mut self, complaint: Diagnostic) {
        self.broken = true;
        self.infer.report.push(complaint);
    }

    /// Complains about what does not fit the columns of a relation, unless nobody knows which it has.
    fn misfit(&mut self, relation: RelationId, complaint: impl FnOnce(&Relations) -> Diagnostic) {
        self.broken = true;
        if !self.relations.get(relation).doubtful {
            self.infer.report.push(complaint(self.relations));
        }
    }

    /// The position of a column, or a complaint.
    fn column(&mut self, relation: RelationId, name: &Name) -> Option<usize> {
        let found = self.relations.find_column(relation, &name.text);
        if found.is_none() {
            self.misfit(relation, |relations| relations.unknown_column(relation, name));
        }
        found
    }

    /// A variable that nobody wrote.
    pub(super) fn made(&mut self, hint: &str, scope: usize, span: Span) -> VarId {
        let node = self.infer.fresh();
        let name = format!("_{hint}{}", self.vars.len());
        self.add_var(Var { name, node, field: None, span, role: Role::Made, scope, uses: 0 })
    }

    fn add_var(&mut self, var: Var) -> VarId {
        let id = VarId(u32::try_from(self.vars.len()).expect("fewer than 2^32 variables"));
        self.vars.push(var);
        id
    }

    pub(super) fn var_expr(&self, var: VarId, span: Span) -> Expr {
        Expr { kind: Kind::Var(var), span, node: self.node(var) }
    }

    fn node(&self, var: VarId) -> Node {
        self.vars[var.index()].node
    }

    /// An atom of `relation` with nothing asked yet.
    fn bare_atom(relation: RelationId, row: Option<VarId>, span: Span) -> Atom {
        Atom { relation, row, args: Vec::new(), span }
    }
}

fn find_unnamed(expr: &Expr, out: &mut Vec<Span>) {
    match &expr.kind {
        Kind::Unnamed => out.push(expr.span),
        Kind::Record(args) | Kind::Branch(_, args) => args.iter().for_each(|arg| find_unnamed(arg, out)),
        Kind::Cast(inner, _) => find_unnamed(inner, out),
        Kind::If(_, a, b) | Kind::Else(a, b) => {
            find_unnamed(a, out);
            find_unnamed(b, out);
        }
        // Those of a function were complained about there.
        Kind::Var(_) | Kind::Const(_) | Kind::Nil | Kind::Allowance | Kind::Call(..) => {}
    }
}

fn missing_in_alternative(column: &str, first: Span, alternative: Span) -> Diagnostic {
    Diagnostic::error(
        Code::UnboundInHead,
        text!(
            "这个“或者”分支里没有 `{column}`，别的分支里有：各分支要给出相同的变量",
            "this alternative does not have `{column}`, another one does: all must give the same variables"
        ),
    )
    .at(alternative)
    .secondary(first, text!("这里有 `{column}`", "`{column}` is here"))
}
