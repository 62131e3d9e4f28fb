//! Expressions.

use super::{Builder, Conditions};
use crate::analysis::hir::{Cond, Expr, Kind};
use crate::analysis::infer::{Constraint, Node, Origin};
use crate::analysis::input::Mode;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::syntax::ast::{Arg, ArgKind, Call, Const, Literal, Name};
use crate::syntax::{aggregate_meant, function_meant};
use crate::text;
use crate::value::functions::Function;
use crate::value::generators::Generator;
use regex_syntax::hir::{Class, Hir, HirKind};

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
    pub(super) fn wrong(&mut self, span: Span) -> Expr {
        self.broken = true;
        let node = self.infer.poison();
        Expr { kind: Kind::Nil, span, node }
    }

    pub(super) fn constant(&mut self, constant: Const, span: Span) -> Expr {
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
        let args = self.computed_args(call, here);
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

    /// The arguments of a function, each of which must have a value.
    pub(super) fn computed_args(&mut self, call: &Call, here: &mut Conditions) -> Vec<Expr> {
        let args: Vec<Expr> = call.args.iter().map(|arg| self.expr(arg, here)).collect();
        for arg in args.iter().filter(|arg| matches!(arg.kind, Kind::Unnamed)) {
            self.complain(
                Diagnostic::error(
                    Code::UnboundVariable,
                    text!("`_` 没有值，不能拿来算", "`_` has no value and cannot be computed with"),
                )
                .at(arg.span)
                .help(text!("给它一个名字，在别的条件里取值", "give it a name, and a value by another condition")),
            );
        }
        args
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
            if let Some(ours) = aggregate_meant(name) {
                self.complain(complaint.help(text!(
                    "汇总这样写：`{ours} : {{ e in expenditure }}`，花括号里是参加计算的行的条件",
                    "an aggregate is written `{ours} : {{ e in expenditure }}`, with the conditions on its rows in braces"
                )));
                return self.wrong(span);
            }
            let complaint = match (function_meant(name), nearest(name, words.chain(Generator::NAMES))) {
                _ if name.eq_ignore_ascii_case("if") => complaint.help(text!(
                    "两种情形各取一个值写 `if 条件 then 值 else 值`",
                    "one value or another is `if condition then value else value`"
                )),
                (Some(ours), _) => complaint.help(text!("这里写 `{ours}`", "it is written `{ours}` here")),
                (None, Some(near)) => complaint.meant(call.name.span, near),
                (None, None) => complaint,
            };
            self.complain(complaint);
            return self.wrong(span);
        }
        let Some(function) = self.find_generator(call) else { return self.wrong(span) };
        let column = if matches!(function, Generator::Range(_) | Generator::Numbers) { "value" } else { "text" };
        let args: Vec<Expr> = call.args.iter().map(|arg| self.expr(arg, here)).collect();
        let row = self.made("row", here.scope, span);
        let of_range: Vec<(Node, Span)> = match function {
            Generator::Range(_) => args.iter().map(|arg| (arg.node, arg.span)).collect(),
            _ => Vec::new(),
        };
        self.generate(row, (function, args), span, here);
        let column = Name { text: column.to_owned(), span };
        if of_range.is_empty() {
            let field = self.field_var(row, &column, span);
            return self.var_expr(field, span);
        }
        // whole numbers or doubles, as its bounds are
        let field = self.field_var_of(row, &column, span);
        let value = self.var_expr(field, span);
        of_range.into_iter().for_each(|(node, span)| self.infer.unify(value.node, node, span));
        value
    }

    pub(super) fn branch(&mut self, (name, args): (&Name, &[Arg]), span: Span, here: &mut Conditions) -> Expr {
        let args = self.parts(args, here);
        let Some((ty, fields)) = self.infer.types.branch(&name.text).map(|(ty, _, fields)| (ty, fields.to_vec()))
        else {
            let text = &name.text;
            let near = nearest(text, self.infer.types.branch_names()).map(str::to_owned);
            let complaint =
                Diagnostic::error(Code::UnknownType, text!("没有名为 `{text}` 的分支", "there is no branch `{text}`"))
                    .at(name.span);
            self.complain(match near {
                Some(near) => complaint.meant(name.span, &near),
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
        if matches!(inner.kind, Kind::Const(_)) && self.infer.types.is_structure(ty) {
            let name = self.infer.types.name(ty).to_owned();
            let message = text!("写出的值不是 `{name}`", "a value that is written out is no `{name}`");
            self.complain(Diagnostic::error(Code::TypeMismatch, message).at(inner.span));
        } else if matches!(inner.kind, Kind::Const(_) | Kind::Nil | Kind::Record(_))
            && self.infer.ty(inner.node).is_none()
        {
            self.infer.know_quietly(inner.node, ty);
        }
        let node = self.infer.known(ty, span);
        Expr { kind: Kind::Cast(Box::new(inner), ty), span, node }
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

    /// The names of a regular expression's groups, or a complaint about it. It is compiled where it is used, if it is: that takes
    /// many times as long as reading it.
    pub(super) fn regex(&mut self, pattern: &str, span: Span) -> Option<Vec<String>> {
        let parsed = regex_syntax::parse(pattern).map_err(|error| error.to_string());
        // What is repeated a given number of times may be too large to compile; that shows only by doing it.
        let parsed = parsed.and_then(|parsed| {
            let counted = pattern.as_bytes().windows(2).any(|pair| pair[0] == b'{' && pair[1].is_ascii_digit());
            let compiled = if counted && size(&parsed) > LARGE { regex::Regex::new(pattern).map(drop) } else { Ok(()) };
            compiled.map(|()| parsed).map_err(|error| error.to_string())
        });
        match parsed {
            Ok(parsed) => Some(group_names(&parsed)),
            Err(error) => {
                let reason = error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
                let message = text!("正则表达式不对：{reason}", "the regular expression is wrong: {reason}");
                if self.infer.mode == Mode::Plain {
                    // as one in a column, which is seen only when the program runs: it matches nothing
                    self.infer.report.push(Diagnostic::warning(Code::BadRegex, message).at(span));
                } else {
                    self.complain(Diagnostic::error(Code::BadRegex, message).at(span));
                }
                None
            }
        }
    }
}

/// A regular expression of this [`size`] and above may exceed the 10 MiB that one may take when it is compiled.
const LARGE: u64 = 50_000;

/// A bound on how large a regular expression becomes when it is compiled, in steps of 200 bytes: what is repeated a given
/// number of times is there as often, and a range of characters takes some sequences of bytes.
fn size(regex: &Hir) -> u64 {
    const OF_RANGE: u64 = 32;
    let all = |parts: &[Hir]| parts.iter().map(|part| size(part).saturating_add(1)).fold(0, u64::saturating_add);
    match regex.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Class(Class::Unicode(class)) => class.ranges().len() as u64 * OF_RANGE,
        HirKind::Class(Class::Bytes(class)) => class.ranges().len() as u64,
        HirKind::Repetition(repeated) => {
            let times = repeated.max.unwrap_or(repeated.min.saturating_add(1)).max(1);
            size(&repeated.sub).saturating_add(2).saturating_mul(u64::from(times))
        }
        HirKind::Capture(group) => size(&group.sub).saturating_add(2),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => all(parts),
    }
}

/// The names of the groups of a regular expression, in the order in which they open.
fn group_names(regex: &Hir) -> Vec<String> {
    match regex.kind() {
        HirKind::Capture(group) => {
            let name = group.name.iter().map(ToString::to_string);
            name.chain(group_names(&group.sub)).collect()
        }
        HirKind::Repetition(repeated) => group_names(&repeated.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().flat_map(group_names).collect(),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => Vec::new(),
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

#[cfg(test)]
mod tests {
    use super::{LARGE, size};

    #[test]
    fn what_is_not_large_can_be_compiled() {
        let size = |pattern: &str| size(&regex_syntax::parse(pattern).unwrap());
        let small = [
            "(?<what>[^，,。；;：:、0-9（）()]{2,24}?)(?<num>[0-9]+)个",
            r"\p{Han}{60}",
            r"\w",
            ".{700}",
            "(?s).{1400}",
            "[\u{4e00}-\u{9fff}]{1400}",
            "(?:[零一二三四]{10}){20}",
            "a{16000}",
            "(?:ab|cd|ef){4,}",
        ];
        for pattern in small {
            assert!(size(pattern) <= LARGE, "{pattern}: {}", size(pattern));
            assert!(regex::Regex::new(pattern).is_ok(), "{pattern}");
        }
        for pattern in [r"\w{100}", r"(?:\pL{20}){20}", "(?:(?:a{100}){100}){100}"] {
            assert!(size(pattern) > LARGE, "{pattern}: {}", size(pattern));
        }
    }
}
