//! What to say when types do not fit.

use super::{Infer, Literal, Node, Origin};
use crate::analysis::context::columns_list;
use crate::analysis::input::Mode;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::ir::{TypeId, TypeKind};
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::text;
use crate::value::functions::{Function, Kind};

impl Infer<'_> {
    fn words(&self, node: Node) -> (String, String) {
        match (self.ty(node), self.info(node).literal) {
            (Some(ty), _) => self.types.words(ty),
            (None, Some(Literal::Text)) => ("文字".to_owned(), "a text".to_owned()),
            (None, Some(Literal::Point)) => ("小数".to_owned(), "a number with a point".to_owned()),
            (None, Some(_)) => ("数".to_owned(), "a number".to_owned()),
            (None, None) => ("类型不明".to_owned(), "of unknown type".to_owned()),
        }
    }

    fn quoted(&self, span: Span) -> String {
        self.sources.text(span).trim().to_owned()
    }

    /// `project.budget`, when the type comes from a column.
    fn column_words(&self, origin: Option<Origin>, other: (&str, &str)) -> (String, String) {
        let place = origin.and_then(|origin| origin.column);
        let name = place.and_then(|place| {
            let (relation, columns) = self.column_names.get(place.relation.index())?;
            Some(format!("`{relation}.{}`", columns.get(place.column)?))
        });
        name.map_or_else(|| (other.0.to_owned(), other.1.to_owned()), |name| (format!(" {name} "), name.clone()))
    }

    fn complain(&mut self, complaint: Diagnostic) {
        self.broken.insert(self.rule);
        self.report.push(complaint);
    }

    /// `node` has a type (or is a literal) that is not `ty`.
    pub(super) fn clash_with_type(&mut self, node: Node, ty: TypeId, origin: Origin) {
        let (zh, en) = self.words(node);
        let (wanted_zh, wanted_en) = self.types.words(ty);
        let what = self.quoted(origin.span);
        let first = self.info(node).origin;
        let bare_money =
            matches!(self.info(node).literal, Some(Literal::Whole | Literal::Point)) && self.ty(node).is_none();
        if bare_money && matches!(self.types.kind(self.types.root(ty)), TypeKind::Money(_)) {
            self.money_without_unit(first.map_or(origin.span, |first| first.span), None);
        } else {
            let (here, here_en) = self.column_words(Some(origin), ("这里", "here"));
            let (there, there_en) = self.column_words(first, ("另一处", "elsewhere"));
            let complaint = Diagnostic::error(
                Code::ConflictingTypes,
                text!(
                    "`{what}` 在{here}要的是{wanted_zh}，在{there}是{zh}：两处不可能相等",
                    "`{what}` must be {wanted_en} ({here_en}) and is {en} ({there_en}): the two are never equal"
                ),
            )
            .primary(origin.span, text!("这里要{wanted_zh}", "{wanted_en} is needed here"));
            let complaint = match first {
                Some(first) if first.span != origin.span => {
                    complaint.secondary(first.span, text!("这里是{zh}", "{en} here"))
                }
                _ => complaint,
            };
            self.complain(if is_day(&what) {
                complaint.help(text!("日期写在引号里：`\"{what}\"`", "a day is written in quotes: `\"{what}\"`"))
            } else {
                complaint
            });
        }
        self.spoil(node);
    }

    /// Two literals, or a literal and a variable, that cannot be one.
    pub(super) fn clash(&mut self, a: Node, b: Node, span: Span) {
        let ((zh, en), (other_zh, other_en)) = (self.words(a), self.words(b));
        let complaint = Diagnostic::error(
            Code::TypeMismatch,
            text!("{zh}和{other_zh}不可能相等", "{en} and {other_en} are never equal"),
        )
        .at(span);
        self.complain(complaint);
        self.spoil(a);
        self.spoil(b);
    }

    /// `a op b` of two types.
    pub(super) fn cannot_compare(&mut self, left: (Node, Span), right: (Node, Span), span: Span) {
        let money = |infer: &Self, node| infer.ty(node).is_some_and(|ty| infer.is_money(ty));
        let bare = |infer: &Self, node: Node| infer.info(node).literal.is_some_and(|literal| literal != Literal::Text);
        if money(self, left.0) && bare(self, right.0) {
            self.money_without_unit(right.1, Some(left));
        } else if money(self, right.0) && bare(self, left.0) {
            self.money_without_unit(left.1, Some(right));
        } else {
            let ((zh, en), (other_zh, other_en)) = (self.words(left.0), self.words(right.0));
            let (a, b) = (self.quoted(left.1), self.quoted(right.1));
            let complaint = Diagnostic::error(
                Code::TypeMismatch,
                text!(
                    "`{a}` 是{zh}，不能与{other_zh} `{b}` 比较",
                    "`{a}` is {en} and cannot be compared with {other_en}, `{b}`"
                ),
            )
            .at(span);
            let complaint = self.with_origin(self.with_origin(complaint, left), right);
            self.complain(match (a.as_str(), b.as_str()) {
                (_, "\"\"") => complaint.help(is_blank(&a)),
                ("\"\"", _) => complaint.help(is_blank(&b)),
                (parameter, other) | (other, parameter)
                    if parameter.starts_with('$')
                        && (money(self, left.0) || money(self, right.0))
                        && other != parameter =>
                {
                    let name = &parameter[1..];
                    complaint.help(text!(
                        "在 params 里给 `{name}` 写上金额和单位，如 default = \"100万元\"",
                        "give `{name}` an amount with its unit in params, such as default = \"100万元\""
                    ))
                }
                _ => complaint,
            });
        }
        self.spoil(left.0);
        self.spoil(right.0);
    }

    /// `side` is a record or branch, before or after which nothing comes.
    pub(super) fn no_order(&mut self, side: (Node, Span)) {
        let (zh, en) = self.words(side.0);
        let what = self.quoted(side.1);
        let complaint = Diagnostic::error(
            Code::TypeMismatch,
            text!("`{what}` 是{zh}，没有先后", "`{what}` is {en}, which has no order"),
        )
        .at(side.1);
        let complaint = self.with_origin(complaint, side);
        self.complain(complaint);
        self.spoil(side.0);
    }

    fn with_origin(&self, complaint: Diagnostic, side: (Node, Span)) -> Diagnostic {
        let (zh, en) = self.words(side.0);
        match self.info(side.0).origin {
            Some(origin) if origin.span != side.1 => {
                complaint.secondary(origin.span, text!("因为这里它是{zh}", "because here it is {en}"))
            }
            _ => complaint,
        }
    }

    fn is_money(&self, ty: TypeId) -> bool {
        matches!(self.types.kind(self.types.root(ty)), TypeKind::Money(_))
    }

    fn money_without_unit(&mut self, literal: Span, money: Option<(Node, Span)>) {
        let number = self.quoted(literal);
        let is_literal = number.starts_with(|c: char| c.is_ascii_digit());
        if is_literal && number.ends_with(char::is_alphabetic) {
            // `10万`, `10w`: the reader has said already what is wrong with it.
            return;
        }
        let complaint = Diagnostic::error(
            Code::MoneyWithoutUnit,
            text!(
                "金额要写单位：`{number}` 是多少元？",
                "an amount of money needs its unit: how many 元 is `{number}`?"
            ),
        )
        .at(literal)
        .help(if let Some(name) = number.strip_prefix('$') {
            text!(
                "在 params 里给 `{name}` 写上单位，如 default = \"10万元\"",
                "give `{name}` a unit in params, such as default = \"10万元\""
            )
        } else {
            text!("写 `{number}元` 或 `{number}万元`", "write `{number}元` or `{number}万元`")
        });
        let complaint = match money {
            Some(side) => self.with_origin(complaint.secondary(side.1, text!("这是金额", "this is money")), side),
            None => complaint,
        };
        self.complain(complaint);
    }

    /// No way of calling `function` fits the types of its arguments.
    pub(super) fn no_overload(&mut self, function: Function, args: &[(Node, Span)], span: Span) {
        let name = function.name();
        if !function.overloads().iter().any(|overload| overload.takes(args.len())) {
            let count = args.len();
            let complaint = Diagnostic::error(
                Code::WrongArguments,
                text!("`{name}` 不能有 {count} 个参数", "`{name}` does not take {count} arguments"),
            )
            .at(span)
            .help(usage(function));
            self.complain(complaint);
            return;
        }
        let bare = args.iter().find(|arg| {
            self.info(arg.0).literal.is_some_and(|literal| matches!(literal, Literal::Whole | Literal::Point))
        });
        let money = args.iter().find(|arg| self.ty(arg.0).is_some_and(|ty| self.is_money(ty)));
        if let (Some(bare), Some(money), "+" | "-" | "max" | "min") = (bare, money, name) {
            self.money_without_unit(bare.1, Some(*money));
            return;
        }
        let percent = args
            .iter()
            .find(|arg| matches!(self.ty(arg.0).map(|ty| self.types.class(ty)), Some(super::Class::Percent)));
        let words: Vec<(String, String)> = args.iter().map(|arg| self.words(arg.0)).collect();
        let zh = words.iter().map(|(zh, _)| zh.as_str()).collect::<Vec<_>>().join("、");
        let en = words.iter().map(|(_, en)| en.as_str()).collect::<Vec<_>>().join(", ");
        let mut complaint =
            Diagnostic::error(Code::TypeMismatch, text!("`{name}` 不能用于{zh}", "`{name}` does not apply to {en}"))
                .at(span)
                .help(match (percent, money, name) {
                    (Some(percent), Some(money), "+" | "-") => {
                        let (share, whole) = (self.quoted(percent.1), self.quoted(money.1));
                        text!(
                            "按比例增减写 `{whole} * (100% {name} {share})`",
                            "a share more or less is written `{whole} * (100% {name} {share})`"
                        )
                    }
                    _ => usage(function),
                });
        for arg in args {
            complaint = self.with_origin(complaint, *arg);
        }
        self.complain(complaint);
    }

    /// Plain programs look for the least and the greatest among numbers only.
    pub(super) fn check_extreme(&mut self, ty: TypeId, span: Span, node: Node) {
        if self.mode == Mode::Plain && matches!(self.types.class(ty), super::Class::Symbol | super::Class::Structure(_))
        {
            let (zh, en) = self.types.words(ty);
            let what = self.quoted(span);
            let complaint = Diagnostic::error(
                Code::TypeMismatch,
                text!("`{what}` 是{zh}，没有最大、最小", "`{what}` is {en} and has no least or greatest"),
            )
            .at(span)
            .help(text!(
                "先写 `less(x) :- r(x), r(y), x < y.`，最大的是 `r(x), !less(x)`",
                "write `less(x) :- r(x), r(y), x < y.` first; the greatest is `r(x), !less(x)`"
            ));
            let complaint = self.with_origin(complaint, (node, span));
            self.complain(complaint);
            self.spoil(node);
        }
    }

    pub(super) fn check_summable(&mut self, ty: TypeId, span: Span, node: Node) {
        let summable = self.types.function_kind(ty).is_some_and(|kind| !matches!(kind, Kind::Symbol | Kind::Date));
        if !summable {
            let (zh, en) = self.types.words(ty);
            let what = self.quoted(span);
            let complaint = Diagnostic::error(
                Code::TypeMismatch,
                text!("`{what}` 是{zh}，不能合计", "`{what}` is {en} and cannot be summed"),
            )
            .at(span);
            let complaint = self.with_origin(complaint, (node, span));
            self.complain(complaint);
            self.spoil(node);
        }
    }

    pub(super) fn ambiguous_record(&mut self, span: Span) {
        self.complain(
            Diagnostic::error(
                Code::TypeMismatch,
                text!("不知道这个记录是哪一种类型", "there is nothing that says which type this record has"),
            )
            .at(span)
            .help(text!("写 `as([…], 类型)`", "write `as([…], type)`")),
        );
    }

    pub(super) fn not_a_record(&mut self, span: Span, ty: TypeId, node: Node) {
        let (zh, en) = self.types.words(ty);
        let complaint = Diagnostic::error(
            Code::TypeMismatch,
            text!("这里要的是{zh}，不是记录", "{en} is needed here, not a record"),
        )
        .at(span);
        let complaint = self.with_origin(complaint, (node, span));
        self.complain(complaint);
        self.spoil(node);
    }

    pub(super) fn wrong_field_count(&mut self, span: Span, ty: TypeId, declared: usize, given: usize) {
        let name = self.types.name(ty).to_owned();
        self.complain(
            Diagnostic::error(
                Code::WrongArguments,
                text!(
                    "记录 `{name}` 有 {declared} 个字段，这里给了 {given} 个",
                    "the record `{name}` has {declared} fields, {given} are given here"
                ),
            )
            .at(span),
        );
    }

    pub(super) fn not_a_row(&mut self, row: (Node, Span), column: &Name) {
        let (zh, en) = self.words(row.0);
        let (name, column_text) = (self.quoted(row.1), &column.text);
        let complaint = Diagnostic::error(
            Code::UnknownColumn,
            text!(
                "`{name}` 不是一行（{zh}），没有列 `{column_text}`",
                "`{name}` is not a row ({en}) and has no column `{column_text}`"
            ),
        )
        .at(row.1)
        .help(text!("先写 `{name} in 表名`", "write `{name} in relation` first"));
        self.complain(complaint);
    }

    pub(super) fn generated_field(&mut self, ty: TypeId, column: &Name, result: Node) {
        let TypeKind::Generated(generator) = self.types.kind(ty).clone() else { return };
        let columns = generator.columns();
        let found =
            columns.iter().find(|(name, _)| *name == column.text).and_then(|(_, kind)| super::Types::of_kind(*kind));
        match found {
            Some(ty) => self.know(result, ty, Origin { span: column.span, column: None }),
            None => {
                self.unknown_field(column, columns.iter().map(|(name, _)| name.as_str()).collect());
                self.spoil(result);
            }
        }
    }

    pub(super) fn unknown_field(&mut self, column: &Name, known: Vec<&str>) {
        let text = &column.text;
        let near = nearest(text, known.iter().copied());
        let list = columns_list(known.iter().copied());
        let complaint = Diagnostic::error(Code::UnknownColumn, text!("没有列 `{text}`", "there is no column `{text}`"))
            .at(column.span);
        let complaint = match near {
            Some(near) => complaint
                .help(text!("是否 `{near}`？有：{list}", "did you mean `{near}`? There are: {list}"))
                .fix(column.span, near),
            None => complaint.help(text!("有：{list}", "there are: {list}")),
        };
        self.complain(complaint);
    }
}

/// What to write instead of a comparison with an empty text.
fn is_blank(what: &str) -> crate::diagnostic::Text {
    text!("空着的写 `{what} is blank`", "that it is blank is written `{what} is blank`")
}

/// Whether `2020-12-01` is written there, which would be a difference.
fn is_day(written: &str) -> bool {
    let parts: Vec<&str> = written.split('-').collect();
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    matches!(parts.as_slice(), [year, ..] if parts.len() == 3 && year.len() == 4 && parts.iter().all(is_number))
}

/// Which types a function takes.
fn usage(function: Function) -> crate::diagnostic::Text {
    let name = function.name();
    let ways: Vec<String> = function
        .overloads()
        .iter()
        .map(|overload| {
            let mut kinds: Vec<&str> = overload.params.iter().map(|kind| kind_name(*kind)).collect();
            if overload.rest.is_some() {
                kinds.push("…");
            }
            format!("{name}({})", kinds.join(", "))
        })
        .collect();
    let ways = ways.join("; ");
    text!("可以是：{ways}", "it can be: {ways}")
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Number => "number",
        Kind::Unsigned => "unsigned",
        Kind::Float => "float",
        Kind::Decimal => "decimal",
        Kind::Percent => "percent",
        Kind::Money => "money",
        Kind::Date => "date",
        Kind::Symbol => "symbol",
        Kind::Any => "any",
    }
}
