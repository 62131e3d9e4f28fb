//! Expressions.

use super::{Binding, Builder, Conditions};
use crate::analysis::hir::{Cond, Expr, Kind, Role, Var};
use crate::analysis::infer::{Constraint, Node, Origin};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::ir::VarId;
use crate::source::Span;
use crate::syntax::ast::{Arg, ArgKind, Call, Const, Literal, Name};
use crate::text;
use crate::value::functions::Function;
use crate::value::generators::Generator;

impl Builder<'_, '_> {
    /// The value of `arg`. What must be computed by conditions of its own (aggregates, rows of functions) is added.
    pub(in crate::analysis) fn expr(&mut self, arg: &Arg, here: &mut Conditions) -> Expr {
        let span = arg.span;
        match &arg.kind {
            ArgKind::Var(name) => self.variable(name, span, here.scope),
            ArgKind::Unnamed => self.make(Kind::Unnamed, span),
            ArgKind::Field(row, column) => self.field(row, column, span, here.scope),
            ArgKind::Param(name) => self.parameter(name, span, here),
            ArgKind::Const(constant) => self.constant(constant.clone(), span),
            ArgKind::Nil => self.make(Kind::Nil, span),
            ArgKind::Call(call) => self.call(call, span, here),
            ArgKind::Record(args) => {
                let args = self.parts(args, here);
                let fields = args.iter().map(|arg| (arg.node, arg.span)).collect();
                let record = self.make(Kind::Record(args), span);
                self.infer.constrain(span, Constraint::Record { result: record.node, fields });
                record
            }
            ArgKind::Branch(name, args) => self.branch((name, args), span, here),
            ArgKind::Aggregate(aggregate) => self.aggregate(aggregate, here).unwrap_or_else(|| self.wrong(span)),
            ArgKind::Cast(inner, ty) => self.cast(inner, ty, span, here),
            ArgKind::If(cond, then, other) => self.choice(cond, (then, other), span, here),
            ArgKind::Else(first, second) => {
                let first = self.expr(first, here);
                let second = self.expr(second, here);
                self.infer.unify(first.node, second.node, second.span);
                let node = first.node;
                Expr { kind: Kind::Else(Box::new(first), Box::new(second)), span, node }
            }
        }
    }

    fn make(&mut self, kind: Kind, span: Span) -> Expr {
        let node = self.infer.fresh();
        Expr { kind, span, node }
    }

    /// Stands for an expression that is wrong and was complained about.
    fn wrong(&mut self, span: Span) -> Expr {
        self.broken = true;
        let node = self.infer.poison();
        Expr { kind: Kind::Nil, span, node }
    }

    fn constant(&mut self, constant: Const, span: Span) -> Expr {
        let node = self.infer.literal(&constant, span);
        Expr { kind: Kind::Const(constant), span, node }
    }

    /// Fields of records and arguments of branches: those that are not plain get a variable, so that a pattern can be
    /// read both ways.
    fn parts(&mut self, args: &[Arg], here: &mut Conditions) -> Vec<Expr> {
        args.iter()
            .map(|arg| {
                let value = self.expr(arg, here);
                match value.kind {
                    Kind::Var(_) | Kind::Const(_) | Kind::Unnamed | Kind::Nil => value,
                    _ => self.lift(value, here),
                }
            })
            .collect()
    }

    fn variable(&mut self, name: &str, span: Span, scope: usize) -> Expr {
        match self.lookup(name, scope).cloned() {
            Some(Binding::Var(var)) => {
                self.vars[var.index()].uses += 1;
                self.var_expr(var, span)
            }
            Some(Binding::Tuple(relation, _)) => {
                let relation = self.relations.get(relation).name.clone();
                self.complain(
                    Diagnostic::error(
                        Code::TypeMismatch,
                        text!(
                            "`{name}` 是 `{relation}` 的一行；`{relation}` 是规则得出的，它的行不能当作一个值",
                            "`{name}` is a row of `{relation}`, which rules derive: such a row is no value of its own"
                        ),
                    )
                    .at(span)
                    .help(text!("用它的列，如 `{name}.…`", "use its columns, as in `{name}.…`")),
                );
                self.wrong(span)
            }
            None if name == "allowance" && self.display.is_some() && self.agreeing.is_some() => {
                let node = self.agreeing.unwrap_or_else(|| self.infer.poison());
                Expr { kind: Kind::Allowance, span, node }
            }
            None => {
                self.unknown_variable(name, span, scope);
                self.wrong(span)
            }
        }
    }

    fn unknown_variable(&mut self, name: &str, span: Span, scope: usize) {
        if let Some(complaint) = self.of_braces(name, span, scope) {
            self.complain(complaint);
            return;
        }
        let negated = self.scopes[scope].parent.is_some() && self.display.is_none();
        let code = if self.display.is_some() { Code::BadTemplate } else { Code::UnboundVariable };
        let complaint = if negated {
            Diagnostic::error(
                Code::UnboundInNegation,
                text!("`{name}` 只出现在否定里，没有取值", "`{name}` occurs only in the negation and has no value"),
            )
            .at(span)
            .help(text!(
                "不在乎它的值就写 `_`；指“没有这样的行”就写 `not (…)`，把条件都放进括号",
                "write `_` if any value will do; for “there is no such row” write `not (…)` with all its conditions inside"
            ))
        } else {
            let names = self.names_in_scope(scope);
            let complaint = Diagnostic::error(code, text!("`{name}` 没有取值", "`{name}` has no value")).at(span);
            match nearest(name, names.iter().map(String::as_str)) {
                Some(near) => complaint.help(text!("是否 `{near}`？", "did you mean `{near}`?")).fix(span, near),
                None => complaint,
            }
        };
        self.complain(complaint);
    }

    /// What to say when the braces explain it: the target of an aggregate, or a variable of braces used outside.
    fn of_braces(&self, name: &str, span: Span, scope: usize) -> Option<Diagnostic> {
        if self.all_braces.contains(&scope) && self.display.is_none() {
            let names: Vec<&String> = self.scopes[scope].names.keys().collect();
            let complaint = Diagnostic::error(
                Code::AggregateTarget,
                text!("汇总的 `{name}` 不在花括号里", "`{name}`, which is aggregated, is not in the braces"),
            )
            .at(span);
            return Some(
                match nearest(name, names.iter().map(|name| name.as_str())).or_else(|| Some(names.first()?)) {
                    Some(near) => complaint.help(text!("是否 `{near}`？", "did you mean `{near}`?")),
                    None => complaint.help(text!("在花括号里给出它", "give it inside the braces")),
                },
            );
        }
        let inner = self.all_braces.iter().find_map(|braces| match self.scopes[*braces].names.get(name) {
            Some(Binding::Var(var)) => Some(&self.vars[var.index()]),
            _ => None,
        })?;
        Some(
            Diagnostic::error(
                Code::InnerVariableOutside,
                text!(
                    "`{name}` 是花括号里的：汇总之后就没有“哪一个 `{name}`”了",
                    "`{name}` belongs to the braces: after the aggregate there is no one `{name}`"
                ),
            )
            .at(span)
            .secondary(inner.span, text!("只在花括号里有值", "it has a value only inside the braces"))
            .help(text!(
                "在外面再加一个给出 `{name}` 的条件，如 `{name} in …`",
                "add a condition outside that gives `{name}`, such as `{name} in …`"
            )),
        )
    }

    fn field(&mut self, row: &Name, column: &Name, span: Span, scope: usize) -> Expr {
        match self.lookup(&row.text, scope).cloned() {
            Some(Binding::Var(var)) => {
                self.vars[var.index()].uses += 1;
                let field = self.field_var(var, column, span);
                self.var_expr(field, span)
            }
            Some(Binding::Tuple(relation, vars)) => match self.column(relation, column) {
                Some(at) => {
                    self.vars[vars[at].index()].uses += 1;
                    self.var_expr(vars[at], span)
                }
                None => self.wrong(span),
            },
            None => {
                self.unknown_row(row, column, scope);
                self.wrong(span)
            }
        }
    }

    /// The variable of `row.column`, which lives where the row's variable lives.
    pub(in crate::analysis) fn field_var(&mut self, row: VarId, column: &Name, span: Span) -> VarId {
        // a template reads the fields of the finding's rows anew; those of rows in its own braces stay there
        let home = self.vars[row.index()].scope;
        let scope = self.display.filter(|display| !self.is_inside(home, *display)).unwrap_or(home);
        let key = (row, column.text.clone());
        if let Some(known) = self.scopes[scope].fields.get(&key) {
            self.vars[known.index()].uses += 1;
            return *known;
        }
        let (name, row_node) =
            (format!("{}.{}", self.vars[row.index()].name, column.text), self.vars[row.index()].node);
        let node = self.infer.fresh();
        let row_span = Span::new(span.start(), column.span.start().max(span.start() + 1) - 1);
        self.infer
            .constrain(span, Constraint::Field { row: (row_node, row_span), column: column.clone(), result: node });
        let field = self.add_var(Var {
            name,
            node,
            field: Some((row, column.clone())),
            span,
            role: Role::Field,
            scope,
            uses: 1,
        });
        self.scopes[scope].fields.insert(key, field);
        field
    }

    /// Whether the scope `inner` lies within `outer`.
    fn is_inside(&self, inner: usize, outer: usize) -> bool {
        std::iter::successors(Some(inner), |at| self.scopes[*at].parent).any(|at| at == outer)
    }

    fn unknown_row(&mut self, row: &Name, column: &Name, scope: usize) {
        if let Some(complaint) = self.of_braces(&row.text, row.span, scope) {
            self.complain(complaint);
            return;
        }
        let (name, column) = (&row.text, &column.text);
        let names = self.names_in_scope(scope);
        let complaint = Diagnostic::error(
            Code::UnboundVariable,
            text!("`{name}` 没有取值，不知道是哪一行", "`{name}` has no value: which row is meant?"),
        )
        .at(row.span);
        let complaint = if self.relations.id(name).is_some() {
            let first: String = name.chars().take(1).collect();
            complaint.help(text!(
                "`{name}` 是表名；先写 `{first} in {name}`，再用 `{first}.{column}`",
                "`{name}` is a relation: write `{first} in {name}` first, then `{first}.{column}`"
            ))
        } else if let Some(near) = nearest(name, names.iter().map(String::as_str)) {
            complaint.help(text!("是否 `{near}`？", "did you mean `{near}`?")).fix(row.span, near)
        } else {
            complaint.help(text!("先写 `{name} in 表名`", "write `{name} in relation` first"))
        };
        self.complain(complaint);
    }

    fn parameter(&mut self, name: &str, span: Span, here: &mut Conditions) -> Expr {
        if name.is_empty() {
            let number = self.infer.known(crate::analysis::types::Types::NUMBER, span);
            return Expr { kind: Kind::Call(Function::Counter, Vec::new()), span, node: number };
        }
        if let Some(card) = self.card {
            self.infer.used_parameters[card].push(name.to_owned());
        }
        if let Some(parameter) = self.params.iter().find(|parameter| parameter.name == name) {
            return self.constant(parameter.value.clone(), span);
        }
        // `$Zero`: a branch without fields; one of a component has the instance before its name.
        let is_named = |full: &&str| *full == name || full.rsplit('.').next() == Some(name);
        let branch = self.infer.types.branch_names().find(is_named).map(str::to_owned);
        if let Some(full) = branch {
            return self.branch((&Name { text: full, span }, &[]), span, here);
        }
        let known: Vec<&str> = self.params.iter().map(|parameter| parameter.name).collect();
        if let Some(card) = self.card {
            // one of them is probably meant
            self.infer.used_parameters[card].extend(known.iter().map(|name| (*name).to_owned()));
        }
        let complaint = Diagnostic::error(
            Code::UnknownParameter,
            text!("没有声明参数 `${name}`", "the parameter `${name}` is not declared"),
        )
        .at(span);
        let complaint = match nearest(name, known.iter().copied()) {
            Some(near) => {
                complaint.help(text!("是否 `${near}`？", "did you mean `${near}`?")).fix(span, format!("${near}"))
            }
            None => complaint.help(text!(
                "在这条规则里声明：`params.{name} = {{ default = … }}`",
                "declare it in this rule: `params.{name} = {{ default = … }}`"
            )),
        };
        self.complain(complaint);
        self.wrong(span)
    }

    fn call(&mut self, call: &Call, span: Span, here: &mut Conditions) -> Expr {
        let name = &call.name.text;
        if call.user {
            self.complain(
                Diagnostic::error(
                    Code::Unsupported,
                    text!("不支持自定义函数 `@{name}`", "user-defined functors are not supported: `@{name}`"),
                )
                .at(span)
                .help(text!("用内建函数或规则来写", "write it with built-in functions or rules")),
            );
            return self.wrong(span);
        }
        if name == "neg"
            && let Some(negative) = call.args.first().and_then(negated_constant)
        {
            return self.constant(negative, span);
        }
        let Some(function) = Function::from_name(name) else {
            return self.other_call(call, span, here);
        };
        let args: Vec<Expr> = call.args.iter().map(|arg| self.expr(arg, here)).collect();
        let nodes: Vec<(Node, Span)> = args.iter().map(|arg| (arg.node, arg.span)).collect();
        if function.is_test() {
            self.complain(
                Diagnostic::error(
                    Code::TypeMismatch,
                    text!("`{name}` 是条件，没有值", "`{name}` is a condition and has no value"),
                )
                .at(span),
            );
            return self.wrong(span);
        }
        let value = self.make(Kind::Call(function, args), span);
        self.infer.constrain(span, Constraint::Call { function, args: nodes, result: value.node });
        value
    }

    /// A function that yields rows, in the place of a value: each row's value in turn.
    fn other_call(&mut self, call: &Call, span: Span, here: &mut Conditions) -> Expr {
        let name = &call.name.text;
        if Generator::from_name(name).is_none() {
            let mut names: Vec<&str> = Function::ALL.iter().flat_map(|function| function.names()).copied().collect();
            names.extend(["sum", "count", "mean"]);
            let words = names.into_iter().filter(|name| name.chars().next().is_some_and(char::is_alphabetic));
            let complaint = Diagnostic::error(
                Code::UnknownFunction,
                text!("没有名为 `{name}` 的函数", "there is no function `{name}`"),
            )
            .at(call.name.span);
            let complaint = match nearest(name, words.chain(Generator::NAMES)) {
                Some(near) => {
                    complaint.help(text!("是否 `{near}`？", "did you mean `{near}`?")).fix(call.name.span, near)
                }
                None => complaint,
            };
            self.complain(complaint);
            return self.wrong(span);
        }
        let Some(function) = self.find_generator(call) else { return self.wrong(span) };
        let column = if matches!(function, Generator::Range(_) | Generator::Numbers) { "value" } else { "text" };
        let args: Vec<Expr> = call.args.iter().map(|arg| self.expr(arg, here)).collect();
        let row = self.made("row", here.scope, span);
        self.generate(row, (function, args), span, here);
        let field = self.field_var(row, &Name { text: column.to_owned(), span }, span);
        self.var_expr(field, span)
    }

    fn branch(&mut self, (name, args): (&Name, &[Arg]), span: Span, here: &mut Conditions) -> Expr {
        let args = self.parts(args, here);
        let Some((ty, fields)) = self.infer.types.branch(&name.text).map(|(ty, _, fields)| (ty, fields.to_vec()))
        else {
            let text = &name.text;
            let near = nearest(text, self.infer.types.branch_names()).map(str::to_owned);
            let complaint =
                Diagnostic::error(Code::UnknownType, text!("没有名为 `{text}` 的分支", "there is no branch `{text}`"))
                    .at(name.span);
            self.complain(match near {
                Some(near) => complaint.help(text!("是否 `{near}`？", "did you mean `{near}`?")).fix(name.span, near),
                None => complaint,
            });
            return self.wrong(span);
        };
        if fields.len() != args.len() {
            let (text, wanted, given) = (&name.text, fields.len(), args.len());
            self.complain(
                Diagnostic::error(
                    Code::WrongArguments,
                    text!(
                        "分支 `{text}` 有 {wanted} 个字段，这里给了 {given} 个",
                        "the branch `{text}` has {wanted} fields, {given} are given"
                    ),
                )
                .at(span),
            );
            return self.wrong(span);
        }
        for (arg, (_, ty)) in args.iter().zip(&fields) {
            self.infer.know(arg.node, *ty, Origin { span: arg.span, column: None });
        }
        let node = self.infer.known(ty, span);
        Expr { kind: Kind::Branch(name.clone(), args), span, node }
    }

    fn cast(&mut self, inner: &Arg, ty: &Name, span: Span, here: &mut Conditions) -> Expr {
        let mut report = crate::diagnostic::Report::new();
        let found = self.infer.types.find(ty, &mut report);
        for complaint in report.sorted() {
            self.complain(complaint);
        }
        let Some(ty) = found else { return self.wrong(span) };
        let inner = self.expr(inner, here);
        if matches!(inner.kind, Kind::Const(_) | Kind::Nil | Kind::Record(_)) && self.infer.ty(inner.node).is_none() {
            self.infer.know_quietly(inner.node, ty);
        }
        let node = self.infer.known(ty, span);
        Expr { kind: Kind::Cast(Box::new(inner)), span, node }
    }

    fn choice(&mut self, cond: &Literal, (then, other): (&Arg, &Arg), span: Span, here: &mut Conditions) -> Expr {
        let mut conds = Conditions::of(here.scope);
        self.conjunction(&[cond], &mut conds);
        // what the condition must compute first stands before it
        let last = conds.list.pop();
        here.list.append(&mut conds.list);
        let then = self.expr(then, here);
        let other = self.expr(other, here);
        self.infer.unify(then.node, other.node, other.span);
        let node = then.node;
        let cond = last.unwrap_or(Cond::Bool(true, span));
        if matches!(cond, Cond::Atom(_) | Cond::Generate { .. }) {
            self.complain(
                Diagnostic::error(
                    Code::Unsupported,
                    text!(
                        "`if` 的条件要是比较，不能是表",
                        "the condition of `if` must be a comparison, not a relation"
                    ),
                )
                .at(cond.span()),
            );
        }
        Expr { kind: Kind::If(Box::new(cond), Box::new(then), Box::new(other)), span, node }
    }

    /// The regular expression, or a complaint at the very character.
    pub(super) fn regex(&mut self, pattern: &str, span: Span) -> Option<regex::Regex> {
        match regex::Regex::new(pattern) {
            Ok(regex) => Some(regex),
            Err(error) => {
                let reason = error.to_string();
                let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                self.complain(
                    Diagnostic::error(
                        Code::BadRegex,
                        text!("正则表达式不对：{reason}", "the regular expression is wrong: {reason}"),
                    )
                    .at(span),
                );
                None
            }
        }
    }
}

/// `-5` as a constant.
fn negated_constant(arg: &Arg) -> Option<Const> {
    let ArgKind::Const(constant) = &arg.kind else { return None };
    Some(match constant {
        Const::Number(number) => Const::Number(number.checked_neg()?),
        Const::Decimal(value, written) => Const::Decimal(-*value, format!("-{written}")),
        Const::Float(written) => Const::Float(format!("-{written}")),
        Const::Percent(value) => Const::Percent(-*value),
        Const::Money(value, unit) => Const::Money(-*value, *unit),
        Const::Unsigned(_) | Const::Text(_) => return None,
    })
}
