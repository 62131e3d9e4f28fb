//! What stands for a value by its name: variables, fields of rows, parameters.

use super::{Binding, Builder, Conditions};
use crate::analysis::hir::{Expr, Kind, Role, Var};
use crate::analysis::infer::Constraint;
use crate::analysis::lower::field_meant;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::ir::VarId;
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::text;
use crate::value::functions::Function;

impl Builder<'_, '_> {
    pub(super) fn variable(&mut self, name: &str, span: Span, scope: usize) -> Expr {
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
                Some(near) => complaint.meant(span, near),
                None => match field_meant(name, &self.vars, self.infer, self.relations) {
                    Some(field) => complaint.meant(span, &field),
                    None => complaint,
                },
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
        Some(inner_outside(name, span, inner.span))
    }

    pub(super) fn field(&mut self, row: &Name, column: &Name, span: Span, scope: usize) -> Expr {
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
        let known = self.scopes[scope].fields.get(&row).and_then(|fields| fields.get(&column.text));
        if let Some(known) = known {
            self.vars[known.index()].uses += 1;
            return *known;
        }
        let field = self.field_var_of(row, column, span);
        let row_span = Span::new(span.start(), column.span.start().max(span.start() + 1) - 1);
        let (row_node, result) = (self.vars[row.index()].node, self.vars[field.index()].node);
        self.infer.constrain(span, Constraint::Field { row: (row_node, row_span), column: column.clone(), result });
        self.scopes[scope].fields.entry(row).or_default().insert(column.text.clone(), field);
        field
    }

    /// A variable for `row.column`, of which nothing else is known yet.
    pub(super) fn field_var_of(&mut self, row: VarId, column: &Name, span: Span) -> VarId {
        let home = self.vars[row.index()].scope;
        let scope = self.display.filter(|display| !self.is_inside(home, *display)).unwrap_or(home);
        let name = format!("{}.{}", self.vars[row.index()].name, column.text);
        let node = self.infer.fresh();
        self.add_var(Var { name, node, field: Some((row, column.clone())), span, role: Role::Field, scope, uses: 1 })
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
            complaint.meant(row.span, near)
        } else if self.scopes.iter().any(|scope| scope.names.contains_key(name)) {
            complaint.help(text!(
                "否定里的 `{name}` 到外面就没有了：把关于它的条件都放进 `not (…)`",
                "`{name}` is gone outside its negation: put all conditions on it into `not (…)`"
            ))
        } else {
            complaint.help(text!("先写 `{name} in 表名`", "write `{name} in relation` first"))
        };
        self.complain(complaint);
    }

    pub(super) fn parameter(&mut self, name: &str, span: Span, here: &mut Conditions) -> Expr {
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
}

/// A variable of braces, which stand at `inner`, that is used outside of them at `span`.
pub(in crate::analysis) fn inner_outside(name: &str, span: Span, inner: Span) -> Diagnostic {
    let message = text!(
        "`{name}` 是花括号里的：汇总之后就没有“哪一个 `{name}`”了",
        "`{name}` belongs to the braces: after the aggregate there is no one `{name}`"
    );
    Diagnostic::error(Code::InnerVariableOutside, message)
        .at(span)
        .secondary(inner, text!("只在花括号里有值", "it has a value only inside the braces"))
        .help(text!(
            "在外面再加一个给出 `{name}` 的条件，如 `{name} in …`",
            "add a condition outside that gives `{name}`, such as `{name} in …`"
        ))
}
