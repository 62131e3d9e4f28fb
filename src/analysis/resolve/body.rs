//! Conditions.

use super::{Binding, Builder, Conditions, Place, alternatives, too_many};
use crate::analysis::Mode;
use crate::analysis::hir::{Cond, Expr, Kind, Role};
use crate::analysis::infer::Constraint;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::RelationId;
use crate::source::Span;
use crate::syntax::ast::{self, Args, Ask, Body, CompareOp, Literal, NamedArg, Source};
use crate::text;
use crate::value::functions::Function;

impl Builder<'_, '_> {
    pub(in crate::analysis) fn conjunction(&mut self, body: &[&Literal], here: &mut Conditions) {
        for literal in body {
            self.literal(literal, here);
        }
    }

    fn literal(&mut self, literal: &Literal, here: &mut Conditions) {
        match literal {
            Literal::Atom(atom) => self.atom(atom, here),
            Literal::In(source) => self.source(source, here),
            Literal::Not(body, span) => self.negation(body, *span, here),
            Literal::Group(body, span) => self.filter_group(body, *span, here),
            Literal::Compare(compare) => self.comparison(compare, here),
            Literal::Is(is) => {
                let arg = self.expr(&is.arg, here);
                here.list.push(Cond::Is { arg, state: is.state, negated: is.negated, span: is.span });
            }
            Literal::Test(call) => self.test(call, false, here),
            Literal::Bool(true, _) => {}
            Literal::Bool(false, span) => here.list.push(Cond::Bool(false, *span)),
        }
    }

    pub(super) fn atom(&mut self, atom: &ast::Atom, here: &mut Conditions) {
        let Some(relation) = self.relations.id(&atom.relation.text) else {
            self.complain(self.relations.unknown(&atom.relation));
            self.forget_args(&atom.args, here);
            return;
        };
        let mut resolved = Self::bare_atom(relation, None, atom.span);
        match &atom.args {
            Args::Positional(args) => {
                if args.len() != self.relations.get(relation).arity {
                    self.misfit(relation, |relations| relations.wrong_arity(relation, atom.span, args.len()));
                    self.forget_args(&atom.args, here);
                    return;
                }
                for (column, arg) in args.iter().enumerate() {
                    let value = self.expr(arg, here);
                    self.argument(Place { relation, column }, value, &mut resolved.args, here);
                }
            }
            Args::Named(pattern) => self.pattern(relation, pattern, &mut resolved.args, here),
        }
        here.list.push(Cond::Atom(resolved));
    }

    /// Nobody knows which columns these arguments stand in; what else is said of them is no news.
    fn forget_args(&mut self, args: &Args, here: &mut Conditions) {
        let values = match args {
            Args::Positional(args) => args.iter().collect::<Vec<_>>(),
            Args::Named(entries) => {
                let asks = entries.iter().map(|entry| &entry.ask);
                asks.filter_map(|ask| if let Ask::Equal(arg) | Ask::Compare(_, arg) = ask { Some(arg) } else { None })
                    .collect()
            }
        };
        for value in values {
            if let Kind::Var(var) = self.expr(value, here).kind {
                let node = self.vars[var.index()].node;
                let open = self.infer.open();
                self.infer.unify(node, open, Span::default());
            }
        }
    }

    /// What stands in a column: a variable or constant as it is, anything else as a variable that is equal to it.
    fn argument(&mut self, place: Place, value: Expr, args: &mut Vec<(usize, Expr)>, here: &mut Conditions) {
        let column = place.column;
        match value.kind {
            Kind::Unnamed => {}
            Kind::Var(_) | Kind::Const(_) | Kind::Nil => {
                self.relations.join(self.infer, value.node, place, value.span);
                args.push((column, value));
            }
            _ => {
                let span = value.span;
                let var = self.made("", here.scope, span);
                let stand_in = self.var_expr(var, span);
                self.relations.join(self.infer, stand_in.node, place, span);
                self.compare(CompareOp::Eq, (stand_in.clone(), value), span, here);
                args.push((column, stand_in));
            }
        }
    }

    fn pattern(
        &mut self,
        relation: RelationId,
        pattern: &[NamedArg],
        args: &mut Vec<(usize, Expr)>,
        here: &mut Conditions,
    ) {
        for entry in pattern {
            let Some(column) = self.column(relation, &entry.column) else { continue };
            match &entry.ask {
                Ask::Bind => {
                    let kind = ast::ArgKind::Var(entry.column.text.clone());
                    let value = self.expr(&ast::Arg { kind, span: entry.column.span }, here);
                    self.argument(Place { relation, column }, value, args, here);
                }
                Ask::Equal(arg) => {
                    let value = self.expr(arg, here);
                    self.argument(Place { relation, column }, value, args, here);
                }
                Ask::Compare(op, arg) => {
                    let var = self.made(&format!("{}_", entry.column.text), here.scope, entry.column.span);
                    let cell = self.var_expr(var, entry.column.span);
                    self.argument(Place { relation, column }, cell.clone(), args, here);
                    let value = self.expr(arg, here);
                    let span = entry.column.span.to(arg.span);
                    self.compare(*op, (cell, value), span, here);
                }
            }
        }
    }

    fn source(&mut self, source: &ast::In, here: &mut Conditions) {
        match &source.source {
            Source::Relation(name, pattern) => {
                let Some(relation) = self.relations.id(&name.text) else {
                    self.complain(self.relations.unknown(name));
                    self.forget_row(&source.row.text, here.scope);
                    return;
                };
                self.row_atom(source, (relation, pattern), here);
            }
            Source::Function(call) => self.generator(source, call, here),
        }
    }

    /// `p` has no rows to speak of; what is said of its fields is no news.
    pub(super) fn forget_row(&mut self, row: &str, scope: usize) {
        if let Some(Binding::Var(var)) = self.lookup(row, scope) {
            let node = self.vars[var.index()].node;
            let poison = self.infer.poison();
            self.infer.unify(node, poison, Span::default());
        }
    }

    fn row_atom(&mut self, source: &ast::In, (relation, pattern): (RelationId, &[NamedArg]), here: &mut Conditions) {
        let Some(binding) = self.lookup(&source.row.text, here.scope).cloned() else { return };
        if self.relations.get(relation).doubtful {
            self.broken = true;
            self.forget_row(&source.row.text, here.scope);
            return;
        }
        let mut atom = Self::bare_atom(relation, None, source.span);
        match binding {
            Binding::Var(var) => {
                let name = self.relations.get(relation).name.clone();
                let node = self.vars[var.index()].node;
                if self.relations.has_rows(relation) {
                    let ty = self.infer.types.row(relation, &name);
                    let known = self.infer.known(ty, source.row.span);
                    self.infer.unify(node, known, source.row.span);
                    self.vars[var.index()].uses += 1;
                    atom.row = Some(var);
                } else {
                    self.complain(no_rows(&name, source.row.span, &source.row.text));
                }
            }
            Binding::Tuple(of, vars) => {
                if of != relation {
                    self.complain(two_relations(&source.row.text, source.row.span));
                    return;
                }
                for (column, var) in vars.iter().enumerate() {
                    let value = self.var_expr(*var, source.row.span);
                    self.argument(Place { relation, column }, value, &mut atom.args, here);
                }
            }
        }
        self.pattern(relation, pattern, &mut atom.args, here);
        here.list.push(Cond::Atom(atom));
    }

    fn test(&mut self, call: &ast::Call, negated: bool, here: &mut Conditions) {
        let name = &call.name.text;
        let Some(function) = Function::from_name(name).filter(|function| function.is_test()) else {
            self.complain(
                Diagnostic::error(Code::UnknownFunction, text!("`{name}` 不是条件", "`{name}` is no condition"))
                    .at(call.name.span)
                    .help(text!("有：contains、match", "there are: contains, match")),
            );
            return;
        };
        if function == Function::Match
            && let Some(ast::Arg { kind: ast::ArgKind::Const(ast::Const::Text(text)), span }) = call.args.first()
        {
            let _ = self.regex(text, *span);
        }
        let args = self.computed_args(call, here);
        let span = args.iter().fold(call.name.span, |span, arg| span.to(arg.span));
        let result = self.infer.fresh();
        let nodes = args.iter().map(|arg| (arg.node, arg.span)).collect();
        self.infer.constrain(span, Constraint::Call { function, args: nodes, result });
        here.list.push(Cond::Test { function, args, negated, span });
    }

    fn comparison(&mut self, compare: &ast::Compare, here: &mut Conditions) {
        let mut left = self.expr(&compare.first, here);
        let last = compare.rest.len();
        for (at, (op, _, right)) in compare.rest.iter().enumerate() {
            let mut right = self.expr(right, here);
            if at + 1 < last && !matches!(right.kind, Kind::Var(_) | Kind::Const(_)) {
                right = self.lift(right, here);
            }
            if let (true, Kind::Var(var)) = (at + 1 < last, &right.kind) {
                self.vars[var.index()].uses += 1;
            }
            let span = if last == 1 { compare.span } else { left.span.to(right.span) };
            self.compare(*op, (left, right.clone()), span, here);
            left = right;
        }
    }

    /// A variable that is equal to `value`.
    pub(super) fn lift(&mut self, value: Expr, here: &mut Conditions) -> Expr {
        let var = self.made("", here.scope, value.span);
        let stand_in = self.var_expr(var, value.span);
        self.compare(CompareOp::Eq, (stand_in.clone(), value), stand_in.span, here);
        stand_in
    }

    pub(super) fn compare(&mut self, op: CompareOp, (left, right): (Expr, Expr), span: Span, here: &mut Conditions) {
        let is_result =
            |side: &Expr| matches!(side.kind, Kind::Var(var) if self.vars[var.index()].role == Role::Result);
        if self.infer.mode == Mode::Plain && op == CompareOp::Eq && (is_result(&left) || is_result(&right)) {
            // `_ = min x : { … }` asks for the rows at the minimum only.
            if matches!(left.kind, Kind::Unnamed) || matches!(right.kind, Kind::Unnamed) {
                return;
            }
        }
        for side in [&left, &right] {
            if matches!(side.kind, Kind::Unnamed) {
                self.complain(
                    Diagnostic::error(
                        Code::UnboundVariable,
                        text!("比较里不能写 `_`", "`_` cannot stand in a comparison"),
                    )
                    .at(side.span),
                );
            }
        }
        if matches!(op, CompareOp::Agree | CompareOp::Disagree) && self.agreeing.is_none() {
            self.agreeing = Some(left.node);
        }
        let constraint = Constraint::Compare { op, left: (left.node, left.span), right: (right.node, right.span) };
        self.infer.constrain(span, constraint);
        here.list.push(Cond::Compare { op, left, right, span });
    }

    fn negation(&mut self, body: &Body, span: Span, here: &mut Conditions) {
        if let [conjunction] = &body.alternatives[..]
            && let [single] = &conjunction[..]
            && self.negated_filter(single, here)
        {
            return;
        }
        let Some(all) = alternatives(body) else {
            self.complain(too_many(span));
            return;
        };
        for conjunction in &all {
            let inner = self.enter(here.scope);
            let strict = matches!(conjunction[..], [Literal::Atom(ast::Atom { args: Args::Positional(_), .. })]);
            if !strict || self.is_parenthesised(span, conjunction[0]) {
                self.declare(conjunction, inner);
            }
            let mut negated = Conditions::of(inner);
            self.conjunction(conjunction, &mut negated);
            here.list.push(Cond::Not(negated.list, inner, span));
        }
    }

    /// `not (relation(…))`: its own variables are its own. `!relation(…)`: they must be bound outside, as everywhere in
    /// Datalog.
    fn is_parenthesised(&self, span: Span, first: &Literal) -> bool {
        let Literal::Atom(atom) = first else { return true };
        let before = Span::new(span.start(), atom.span.start().max(span.start()));
        self.infer.sources.text(before).contains('(')
    }

    /// Negations that need no search are turned into the opposite condition.
    fn negated_filter(&mut self, literal: &Literal, here: &mut Conditions) -> bool {
        match literal {
            Literal::Test(call) => self.test(call, true, here),
            Literal::Is(is) => {
                let arg = self.expr(&is.arg, here);
                here.list.push(Cond::Is { arg, state: is.state, negated: !is.negated, span: is.span });
            }
            Literal::Compare(compare) if compare.rest.len() == 1 => {
                let mut turned = compare.clone();
                turned.rest[0].0 = opposite(turned.rest[0].0);
                self.comparison(&turned, here);
            }
            Literal::Bool(value, span) => {
                if *value {
                    here.list.push(Cond::Bool(false, *span));
                }
            }
            _ => return false,
        }
        true
    }

    /// `(a ; b)` that binds nothing, where alternatives cannot become rules: `not (not a, not b)`.
    pub(in crate::analysis) fn filter_group(&mut self, body: &Body, span: Span, here: &mut Conditions) {
        let Some(all) = alternatives(body) else {
            self.complain(too_many(span));
            return;
        };
        let outer = self.enter(here.scope);
        let mut neither = Vec::new();
        for conjunction in &all {
            let inner = self.enter(outer);
            self.declare(conjunction, inner);
            let mut conds = Conditions::of(inner);
            self.conjunction(conjunction, &mut conds);
            neither.push(Cond::Not(conds.list, inner, span));
        }
        here.list.push(Cond::Not(neither, outer, span));
    }
}

const fn opposite(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Eq => CompareOp::Ne,
        CompareOp::Ne => CompareOp::Eq,
        CompareOp::Lt => CompareOp::Ge,
        CompareOp::Ge => CompareOp::Lt,
        CompareOp::Gt => CompareOp::Le,
        CompareOp::Le => CompareOp::Gt,
        CompareOp::Agree => CompareOp::Disagree,
        CompareOp::Disagree => CompareOp::Agree,
    }
}

fn no_rows(relation: &str, span: Span, row: &str) -> Diagnostic {
    Diagnostic::error(
        Code::TypeMismatch,
        text!(
            "`{relation}` 是规则得出的，它的行没有身份，`{row}` 不能既在这里又在别处",
            "`{relation}` is derived, its rows have no identity, and `{row}` is used elsewhere too"
        ),
    )
    .at(span)
}

fn two_relations(row: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        Code::ConflictingTypes,
        text!("`{row}` 在两处是不同表的行", "`{row}` is a row of two different relations"),
    )
    .at(span)
}
