//! What to say about variables without a value.

use std::collections::{BTreeMap, BTreeSet};

use super::Lower;
use super::witness::given_by;
use crate::analysis::context::Relations;
use crate::analysis::hir::{self, Cond, Kind, Role};
use crate::analysis::infer::Infer;
use crate::analysis::resolve::inner_outside;
use crate::analysis::types::Class;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::ir::VarId;
use crate::source::Span;
use crate::syntax::ast::{CompareOp, Name};
use crate::text;

impl Lower<'_, '_> {
    pub(in crate::analysis) fn complain(&mut self, complaint: Diagnostic) {
        self.broken = true;
        self.infer.report.push(complaint);
    }

    /// Nothing can be run any more: complains about the variables that nothing binds, or if there are none about one of
    /// those that wait for each other, and goes on as if they were bound. Gives these.
    pub(super) fn give_up(&mut self, waiting: &[&Cond], bound: &mut BTreeSet<VarId>) -> Vec<VarId> {
        let mut open: Vec<(VarId, Span, &Cond)> = Vec::new();
        for cond in waiting {
            open.extend(self.open_vars(cond, bound).into_iter().map(|(var, span)| (var, span, *cond)));
        }
        let defined: BTreeSet<VarId> = waiting.iter().filter_map(|cond| self.defines(cond)).collect();
        let mut lost: Vec<_> = open.iter().filter(|(var, ..)| !defined.contains(var)).copied().collect();
        if lost.is_empty() {
            lost.extend(open.first().copied());
        }
        let mut given_up = Vec::new();
        for (var, span, cond) in lost {
            if bound.insert(var) {
                self.unbound(var, span, cond);
                given_up.push(var);
            }
        }
        given_up
    }

    /// `x = …`, `x in f(…)`: the variable that it would bind.
    fn defines(&self, cond: &Cond) -> Option<VarId> {
        match cond {
            Cond::Compare { op: CompareOp::Eq, left, right, .. } => match (&left.kind, &right.kind) {
                (Kind::Var(var), _) | (_, Kind::Var(var)) if self.inner_field(*var).is_none() => Some(*var),
                _ => None,
            },
            Cond::Aggregate(aggregate) => Some(aggregate.result),
            Cond::Generate { row, .. } => Some(*row),
            _ => None,
        }
    }

    fn open_vars(&self, cond: &Cond, bound: &BTreeSet<VarId>) -> Vec<(VarId, Span)> {
        match cond {
            Cond::Not(..) | Cond::Aggregate(_) => {
                let outer = self.outer_vars(cond);
                outer
                    .into_iter()
                    .filter(|var| !bound.contains(var))
                    .map(|var| (var, self.place_in(cond, var)))
                    .collect()
            }
            Cond::Compare { left, right, .. } => self.open_in([left, right], bound),
            Cond::Generate { args, .. } | Cond::Test { args, .. } => self.open_in(args, bound),
            Cond::Is { arg, .. } => self.open_in([arg], bound),
            Cond::Atom(_) | Cond::Bool(..) => Vec::new(),
        }
    }

    fn open_in<'e>(
        &self,
        exprs: impl IntoIterator<Item = &'e hir::Expr>,
        bound: &BTreeSet<VarId>,
    ) -> Vec<(VarId, Span)> {
        let mut out = Vec::new();
        for expr in exprs {
            for var in self.needs(expr) {
                if !bound.contains(&var) {
                    out.push((var, find_var(expr, var).unwrap_or(self.vars[var.index()].span)));
                }
            }
        }
        out
    }

    fn place_in(&self, cond: &Cond, var: VarId) -> Span {
        let mut found = None;
        place_in_cond(cond, var, &mut found);
        found.unwrap_or(self.vars[var.index()].span)
    }

    fn unbound(&mut self, var: VarId, span: Span, cond: &Cond) {
        self.broken = true;
        if !self.reported.insert(var) {
            return;
        }
        let name = self.vars[var.index()].name.clone();
        if matches!(self.vars[var.index()].role, Role::Made | Role::Result) {
            let written = self.quoted(span);
            self.complain(
                Diagnostic::error(Code::UnboundVariable, text!("`{written}` 没有取值", "`{written}` has no value"))
                    .at(span),
            );
            return;
        }
        let complaint = match cond {
            Cond::Not(..) => only_negated(&name, span),
            Cond::Aggregate(_) => Diagnostic::error(
                Code::UnboundVariable,
                text!("`{name}` 在花括号外没有取值", "`{name}` has no value outside the braces"),
            )
            .at(span)
            .help(text!(
                "在外面加一个条件给出 `{name}`，或者在花括号里换一个名字",
                "add a condition outside that gives `{name}`, or use another name inside the braces"
            )),
            _ => self.without_value(&name, span),
        };
        let is_from_braces = matches!(cond, Cond::Aggregate(aggregate) if given_by(&aggregate.body).contains(&var));
        self.complain(match self.in_head.get(&var) {
            // What would leave the braces is at fault there.
            Some(head) if is_from_braces => complaint.secondary(*head, text!("结论用到它", "the head uses it")),
            // Soufflé names the first place, which is the head.
            Some(head) => {
                let mut complaint = complaint;
                complaint.labels.iter_mut().for_each(|label| label.primary = false);
                complaint.primary(*head, text!("结论用到它", "the head uses it"))
            }
            None => complaint,
        });
    }

    fn without_value(&self, name: &str, span: Span) -> Diagnostic {
        let complaint =
            Diagnostic::error(Code::UnboundVariable, text!("`{name}` 没有取值", "`{name}` has no value")).at(span);
        let others: Vec<&str> = self
            .vars
            .iter()
            .filter(|var| !matches!(var.role, Role::Made | Role::Result) && var.name != name)
            .map(|var| var.name.as_str())
            .collect();
        if let Some(field) = field_meant(name, &self.vars, self.infer, self.relations) {
            return complaint.meant(span, &field);
        }
        match nearest(name, others) {
            Some(near) => complaint.help(text!("是否 `{near}`？", "did you mean `{near}`?")),
            None if !name.is_ascii() => complaint.help(text!(
                "若是文字，加双引号：`\"{name}\"`；否则某个条件要给出 `{name}`",
                "if it is a text, put it in double quotes: `\"{name}\"`; else some condition must give `{name}`"
            )),
            None => complaint.help(text!(
                "某个条件要给出 `{name}`；若是参数，写 `${name}` 并在 params 里声明",
                "some condition must give `{name}`; if it is a parameter, write `${name}` and declare it in params"
            )),
        }
    }

    /// Every variable of the head is bound by the body.
    pub(super) fn check_head(&mut self, rule: &hir::Rule, bound: &BTreeSet<VarId>) {
        for arg in &rule.args {
            for var in self.needs(arg) {
                if bound.contains(&var) || !self.reported.insert(var) {
                    continue;
                }
                let name = self.vars[var.index()].name.clone();
                let span = find_var(arg, var).unwrap_or(arg.span);
                let inner = self.inner_namesake(&name, rule);
                let complaint = match inner {
                    Some(place) => inner_outside(&name, span, place),
                    None => self.not_in_body(&name, span, bound, rule.body.is_empty()),
                };
                self.complain(complaint);
            }
        }
    }

    /// A variable of the same name inside braces.
    fn inner_namesake(&self, name: &str, rule: &hir::Rule) -> Option<Span> {
        let mut found = None;
        for cond in &rule.body {
            let (Cond::Aggregate(_), None) = (cond, found) else { continue };
            cond.variables(&mut |var| {
                if self.vars[var.index()].name == *name && found.is_none() {
                    found = Some(self.place_in(cond, var));
                }
            });
        }
        found
    }

    fn not_in_body(&self, name: &str, span: Span, bound: &BTreeSet<VarId>, fact: bool) -> Diagnostic {
        if fact {
            return Diagnostic::error(
                Code::UnboundInHead,
                text!("事实里不能有变量 `{name}`", "a fact cannot have a variable: `{name}`"),
            )
            .at(span)
            .help(text!("若指文字，写 `\"{name}\"`", "if a text is meant, write `\"{name}\"`"));
        }
        let names: Vec<&str> = bound
            .iter()
            .map(|var| &self.vars[var.index()])
            .filter(|var| !matches!(var.role, Role::Made | Role::Result))
            .map(|var| var.name.as_str())
            .collect();
        let list = super::super::context::columns_list(names.iter().copied());
        let complaint = Diagnostic::error(
            Code::UnboundInHead,
            text!(
                "结论用了 `{name}`，但条件里没有给出它的值",
                "the head uses `{name}`, but no condition gives it a value"
            ),
        )
        .at(span);
        match nearest(name, names) {
            Some(near) => complaint.meant(span, near),
            None if list.is_empty() => complaint,
            None => complaint.help(text!("可用：{list}", "there are: {list}")),
        }
    }

    /// Every variable of a template's expression is bound.
    pub(in crate::analysis) fn check_bound(&mut self, expr: &hir::Expr, bound: &BTreeSet<VarId>) {
        for var in self.needs(expr) {
            if bound.contains(&var) || !self.reported.insert(var) {
                continue;
            }
            let name = self.vars[var.index()].name.clone();
            let span = find_var(expr, var).unwrap_or(expr.span);
            self.complain(
                Diagnostic::error(
                    Code::BadTemplate,
                    text!(
                        "`{name}` 在花括号里，这里没有它的值",
                        "`{name}` belongs to the braces and has no value here"
                    ),
                )
                .at(span),
            );
        }
    }

    /// The target of an aggregate must be in its braces.
    pub(super) fn check_target(&mut self, target: &hir::Expr, within: &BTreeSet<VarId>, op: &Name) {
        for var in self.needs(target) {
            if within.contains(&var) || !self.reported.insert(var) {
                continue;
            }
            let name = self.vars[var.index()].name.clone();
            let op = &op.text;
            let span = find_var(target, var).unwrap_or(target.span);
            self.complain(
                Diagnostic::error(
                    Code::AggregateTarget,
                    text!("`{op}` 的 `{name}` 不在花括号里", "`{name}` of this `{op}` is not in its braces"),
                )
                .at(span),
            );
        }
    }
}

fn only_negated(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        Code::UnboundInNegation,
        text!("`{name}` 没有取值：否定不能给出值", "`{name}` has no value: a negation gives none"),
    )
    .at(span)
    .help(text!(
        "不在乎它的值就写 `_`；指“没有这样的行”就写 `not (…)`，把有关 `{name}` 的条件都放进括号",
        "write `_` if any value will do; for “there is no such row” write `not (…)` with all conditions on `{name}` inside"
    ))
}

/// `is` asks about cells.
pub(super) fn not_a_cell(span: Span) -> Diagnostic {
    Diagnostic::error(
        Code::TypeMismatch,
        text!("`is` 只能问一个单元格，如 `p.budget is blank`", "`is` asks about a cell, as in `p.budget is blank`"),
    )
    .at(span)
}

/// The variables of the arguments of a head, each where it stands first.
pub(super) fn vars_of(args: &[hir::Expr]) -> BTreeMap<VarId, Span> {
    let mut found = BTreeMap::new();
    for arg in args {
        arg.variables(&mut |var| _ = found.entry(var).or_insert_with(|| find_var(arg, var).unwrap_or(arg.span)));
    }
    found
}

fn find_var(expr: &hir::Expr, wanted: VarId) -> Option<Span> {
    match &expr.kind {
        Kind::Var(var) => (*var == wanted).then_some(expr.span),
        Kind::Unnamed | Kind::Const(_) | Kind::Nil | Kind::Allowance => None,
        Kind::Call(_, args) | Kind::Record(args) | Kind::Branch(_, args) => {
            args.iter().find_map(|arg| find_var(arg, wanted))
        }
        Kind::If(_, a, b) | Kind::Else(a, b) => find_var(a, wanted).or_else(|| find_var(b, wanted)),
        Kind::Cast(inner, _) => find_var(inner, wanted),
    }
}

fn place_in_cond(cond: &Cond, wanted: VarId, found: &mut Option<Span>) {
    let mut see = |expr: &hir::Expr| {
        if found.is_none() {
            *found = find_var(expr, wanted);
        }
    };
    match cond {
        Cond::Atom(atom) => atom.args.iter().for_each(|(_, arg)| see(arg)),
        Cond::Compare { left, right, .. } => {
            see(left);
            see(right);
        }
        Cond::Generate { args, .. } | Cond::Test { args, .. } => args.iter().for_each(see),
        Cond::Is { arg, .. } => see(arg),
        Cond::Not(body, ..) => body.iter().for_each(|cond| place_in_cond(cond, wanted, found)),
        Cond::Aggregate(aggregate) => {
            aggregate.target.iter().for_each(&mut see);
            aggregate.body.iter().for_each(|cond| place_in_cond(cond, wanted, found));
        }
        Cond::Bool(..) => {}
    }
}

/// `p.budget` for `budget`: the column of that name, or called so, of the first row that has one.
pub(in crate::analysis) fn field_meant(
    name: &str,
    vars: &[hir::Var],
    infer: &Infer,
    relations: &Relations,
) -> Option<String> {
    vars.iter().filter(|var| var.role == Role::Row).find_map(|row| {
        let Class::Row(relation) = infer.types.class(infer.ty(row.node)?) else { return None };
        Some(format!("{}.{}", row.name, relations.column_meant(relation, name)?))
    })
}
