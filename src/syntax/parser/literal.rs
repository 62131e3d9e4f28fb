//! Conditions.

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::source::Span;
use crate::text;

use super::super::ast::{Arg, ArgKind, Body, Call, Compare, CompareOp, In, Is, Literal, Name, Source};
use super::super::token::Kind;
use super::super::words::{OTHER_COMPARISONS, OTHER_STATES, STATES, TESTS, aggregate_meant, begins_arg, comparison};
use super::{Parsed, Parser, Skip};

/// What people say behind a value, as it is written here; words that compare are read elsewhere.
fn said(word: &str) -> Option<&'static str> {
    Some(match word {
        "为空" | "是空" | "空着" | "没填" | "未填" => "is blank",
        "不为空" | "非空" | "不空" => "is not blank",
        "是" => "= …",
        _ => return None,
    })
}

impl Parser<'_> {
    /// One condition.
    pub(super) fn literal(&mut self) -> Parsed<Literal> {
        self.deeper(|parser| {
            let literal = parser.bare_literal()?;
            parser.grow(parser.height, parser.last_span())?;
            Ok(literal)
        })
    }

    fn bare_literal(&mut self) -> Parsed<Literal> {
        self.height = 0;
        match self.kind() {
            Kind::Not => self.negation(),
            Kind::Word => self.word_literal(),
            Kind::LeftParen if self.is_group() => {
                let open = self.token().span;
                let body = self.grouped_body()?;
                Ok(Literal::Group(Box::new(body), self.since(open)))
            }
            Kind::Number | Kind::Decimal | Kind::Percent | Kind::Money
                if !self.is_operand_of_more(self.at + 1) && self.complain_separator() =>
            {
                Err(Skip)
            }
            kind if begins_arg(kind) => self.comparison(),
            _ => {
                let wanted = text!("一个条件", "a condition");
                Err(self.expected(&wanted))
            }
        }
    }

    fn word_literal(&mut self) -> Parsed<Literal> {
        let token = self.token();
        let word = self.text(token);
        let next = self.after();
        match word.as_ref() {
            "not" if self.begins_negation() => return self.negation(),
            "true" | "false" if !self.is_operand_of_more(self.at + 1) => {
                self.advance();
                return Ok(Literal::Bool(word == "true", token.span));
            }
            _ => {}
        }
        if next.kind == Kind::Word && self.is_word_at(self.at + 1, "in") && self.kind_at(self.at + 2) == Kind::Word {
            return self.row_of();
        }
        if self.is_word_at(self.at + 1, "not") && self.is_word_at(self.at + 2, "in") {
            return Err(self.complain_not_in());
        }
        let beyond = self.beyond_name(self.at);
        match self.kind_at(beyond) {
            Kind::LeftBrace => {
                let wanted = text!("一个条件", "a condition");
                Ok(Literal::Atom(self.atom(&wanted)?))
            }
            Kind::LeftParen if !self.is_operand_of_more(self.beyond(beyond)) && !self.begins_special_call() => {
                self.atom_or_test()
            }
            _ => self.comparison(),
        }
    }

    /// Whether what the token at `at` follows is an operand of an operator or a comparison.
    fn is_operand_of_more(&self, at: usize) -> bool {
        let kind = self.kind_at(at);
        let operator = matches!(
            kind,
            Kind::Plus | Kind::Minus | Kind::Star | Kind::Slash | Kind::Modulo | Kind::Power | Kind::LeftParen
        );
        let word = kind == Kind::Word && {
            let token = self.token_at(at);
            let word = self.text(token);
            ["is", "else"].contains(&word.as_ref())
                || super::super::words::OPERATOR_WORDS.into_iter().any(|(name, _)| name == word)
        };
        operator || word || comparison(kind).is_some()
    }

    /// Words before a bracket that are no relation: casts, aggregates, conditionals.
    fn begins_special_call(&self) -> bool {
        let word = self.text(self.token());
        let colon = self.kind_at(self.beyond(self.at + 1)) == Kind::Colon;
        word == "if" && self.is_conditional()
            || word == "as"
            || (colon && super::super::words::AGGREGATES.contains(&word.as_ref()))
    }

    fn begins_negation(&self) -> bool {
        let next = self.after();
        if next.kind == Kind::LeftParen && next.joined && self.holds_plain_args(self.at + 1) {
            return false;
        }
        matches!(next.kind, Kind::Word | Kind::LeftParen | Kind::Not) && !self.is_operator_word(self.at + 1)
            || begins_arg(next.kind) && next.kind != Kind::Minus
    }

    /// Whether the bracket at `open` holds single names and constants, which are no conditions.
    fn holds_plain_args(&self, open: usize) -> bool {
        let closing = self.beyond(open).saturating_sub(1);
        let inside = open + 1..closing;
        !inside.is_empty()
            && inside.enumerate().all(|(offset, at)| {
                let kind = self.kind_at(at);
                if offset % 2 == 1 { kind == Kind::Comma } else { kind != Kind::LeftParen && begins_arg(kind) }
            })
            && !self.is_word_at(open + 1, "true")
            && !self.is_word_at(open + 1, "false")
    }

    fn is_operator_word(&self, at: usize) -> bool {
        self.kind_at(at) == Kind::Word && self.is_operand_of_more(at)
    }

    /// `!literal`, `not literal`, `not (body)`
    fn negation(&mut self) -> Parsed<Literal> {
        let start = self.advance().span;
        if self.kind() == Kind::LeftParen && self.is_group() {
            let body = self.grouped_body()?;
            return Ok(Literal::Not(Box::new(body), self.since(start)));
        }
        let from = self.token().span;
        let literal = self.literal()?;
        let span = self.since(from);
        let body = match literal {
            Literal::Group(body, _) => *body,
            literal => Body { alternatives: vec![vec![literal]], broken: false, span },
        };
        Ok(Literal::Not(Box::new(body), self.since(start)))
    }

    /// Whether the bracket here holds conditions rather than an argument: no operator or comparison follows it.
    fn is_group(&self) -> bool {
        let beyond = self.beyond(self.at);
        beyond == self.at || !self.is_operand_of_more(beyond) || self.kind_at(beyond) == Kind::LeftParen
    }

    /// `(body)`
    fn grouped_body(&mut self) -> Parsed<Body> {
        let opened = self.at;
        let open = self.advance();
        let mut body = self.body(Kind::RightParen)?;
        self.leave(opened);
        body.span = self.since(open.span);
        Ok(body)
    }

    /// `p in relation{…}`, `i in function(…)`
    fn row_of(&mut self) -> Parsed<Literal> {
        let token = self.advance();
        let row = self.name_of(token);
        self.advance();
        let name = self.qualified_name(&text!("表名", "the name of a relation"))?;
        let source = match self.kind() {
            Kind::LeftBrace => Source::Relation(name, self.pattern()?),
            Kind::LeftParen => {
                let args = self.args(Kind::LeftParen)?;
                Source::Function(Call { name, args, user: false })
            }
            _ => Source::Relation(name, Vec::new()),
        };
        Ok(Literal::In(In { row, source, span: self.since(token.span) }))
    }

    fn complain_not_in(&mut self) -> Skip {
        let row = self.text(self.token()).into_owned();
        let source = self.shown_source();
        let place = self.token_at(self.at + 1).span.to(self.token_at(self.at + 2).span);
        let message = text!("“不在”要写成 `not ({row} in {source})`", "“not in” is written `not ({row} in {source})`");
        let complaint = Diagnostic::error(Code::ForeignOperator, message).at(place);
        let start = self.token().span.start();
        let behind = self.beyond(self.beyond_name(self.at + 3));
        let end = self.token_at(behind.saturating_sub(1)).span.end();
        let complaint = complaint.fix(Span::new(start, start), "not (").fix(place, "in").fix(Span::new(end, end), ")");
        self.complain(complaint);
        Skip
    }

    fn shown_source(&self) -> String {
        let token = self.token_at(self.at + 3);
        if token.kind == Kind::Word { self.text(token).into_owned() } else { "…".to_owned() }
    }

    /// `relation(…)`, or a function that is a condition.
    fn atom_or_test(&mut self) -> Parsed<Literal> {
        let name = self.qualified_name(&text!("一个条件", "a condition"))?;
        let start = name.span;
        self.complain_conditions_as_args(&name)?;
        let args = self.args(Kind::LeftParen)?;
        if TESTS.contains(&name.text.as_str()) {
            return Ok(Literal::Test(Call { name, args, user: false }));
        }
        Ok(Literal::Atom(Self::atom_of_call(name, args, self.since(start))))
    }

    /// `a < b`, `0 < a < 100`, `a is blank`
    fn comparison(&mut self) -> Parsed<Literal> {
        let first = self.arg()?;
        let mut height = self.height;
        if self.is_word("is") {
            return self.state_of(first);
        }
        let start = first.span;
        let mut rest: Vec<(CompareOp, Span, Arg)> = Vec::new();
        while let Some((op, operator)) = self.comparison_operator() {
            let arg = self.arg()?;
            height = height.max(self.height);
            rest.push((op, operator, arg));
        }
        self.height = height;
        if rest.is_empty() {
            return Err(self.complain_lone_value(&first));
        }
        Ok(Literal::Compare(Compare { first, rest, span: self.since(start) }))
    }

    /// Takes a comparison, also one that is written in words.
    fn comparison_operator(&mut self) -> Option<(CompareOp, Span)> {
        let token = self.token();
        if let Some(op) = comparison(token.kind) {
            self.advance();
            return Some((op, token.span));
        }
        if token.kind != Kind::Word {
            return None;
        }
        let word = self.text(token);
        let (word, op, ours) = OTHER_COMPARISONS.into_iter().find(|(known, ..)| *known == word)?;
        self.advance();
        let message = text!("`{word}` 在规则里写 `{ours}`", "`{word}` is written `{ours}` in rules");
        let complaint = Diagnostic::error(Code::ForeignOperator, message)
            .primary(token.span, text!("写 `{ours}`", "write `{ours}`"))
            .fix(token.span, ours);
        self.complain(complaint);
        Some((op, token.span))
    }

    /// `x is blank`, `x is not blank`, `x` being read.
    fn state_of(&mut self, arg: Arg) -> Parsed<Literal> {
        self.advance();
        let negated = self.is_word("not");
        if negated {
            self.advance();
        }
        let token = self.token();
        let word = self.text(token);
        let known = STATES.into_iter().find(|(name, _)| token.kind == Kind::Word && *name == word);
        let Some((_, state)) = known else {
            let wanted =
                text!(" `blank`（空）、`malformed`（写错）或 `present`（有值）", "`blank`, `malformed` or `present`");
            let mut complaint = self.unexpected(&wanted);
            if let Some((_, ours)) = OTHER_STATES.into_iter().find(|(other, _)| *other == word) {
                complaint = complaint.fix(token.span, ours).help(text!("写 `{ours}`", "write `{ours}`"));
            }
            self.complain_structure(complaint);
            return Err(Skip);
        };
        self.advance();
        let span = self.since(arg.span);
        Ok(Literal::Is(Is { arg, state, negated, span }))
    }

    /// Whether the last complaint is about what stands right before `span`: that a comma is missing there, or that it is no
    /// condition either, as after a bracket that is missing.
    fn was_told_before(&self, span: Span) -> bool {
        let last = self.report.diagnostics().last().filter(|last| last.code == Code::UnexpectedToken);
        last.and_then(Diagnostic::place).filter(|last| last.end() <= span.start()).is_some_and(|last| {
            let between = Span::new(last.end(), span.start());
            matches!(self.sources.text(between).trim(), "" | ",")
        })
    }

    /// A value where a condition should be.
    fn complain_lone_value(&mut self, arg: &Arg) -> Skip {
        let shown = self.sources.text(arg.span).into_owned();
        let next = self.text(self.token());
        let words = Self::help_for_words(arg, (&shown, &next));
        // Values are left over where something else of the clause did not fit.
        let is_left_over = words.is_none() && self.told_at.is_some_and(|told| told >= self.first);
        if is_left_over || self.was_told_before(arg.span) || self.complain_word_for_rows(arg) {
            self.broken = true;
            return Skip;
        }
        let message = text!("`{shown}` 只是一个值，还不是条件", "`{shown}` is only a value, not a condition");
        let help = words.unwrap_or_else(|| match &arg.kind {
            _ if next == "like" || next == "matches" => text!(
                "文字合模式写 `match(\"正则\", {shown})`，含某段文字写 `contains(\"文字\", {shown})`",
                "a pattern is `match(\"regex\", {shown})`, a part of the text `contains(\"text\", {shown})`"
            ),
            _ if next == "contains" || next == "包含" => {
                text!("含某段文字写 `contains(\"文字\", {shown})`", "write `contains(\"text\", {shown})`")
            }
            _ if next == "between" || next == "介于" => {
                text!("在两数之间写 `下限 <= {shown} <= 上限`", "write `low <= {shown} <= high`")
            }
            ArgKind::Var(name) if ["for", "each", "select", "exists", "存在"].contains(&name.as_str()) => text!(
                "去掉 `{name}`，直接写条件，如 `p in project, p.spent > p.budget`",
                "leave `{name}` out and write the conditions alone, such as `p in project, p.spent > p.budget`"
            ),
            // `项目 p`, `project p`
            ArgKind::Var(name) if self.kind() == Kind::Word && next.chars().count() < name.chars().count() => {
                text!("取一行写 `{next} in {name}`", "a row is taken with `{next} in {name}`")
            }
            ArgKind::Var(name) if self.kind() == Kind::Word => {
                text!("取一行写 `{name} in {next}`", "a row is taken with `{name} in {next}`")
            }
            _ if next == "not" && self.is_word_at(self.at + 1, "in") => text!(
                "不在表里写 `not 表名({shown})`；不是几个值之一，写 `{shown} != \"甲\", {shown} != \"乙\"`",
                "that a relation lacks it is written `not relation({shown})`; none of several values, `{shown} != \"a\", {shown} != \"b\"`"
            ),
            _ if next == "in" => text!(
                "是几个值之一，用 `;` 写：`({shown} = \"甲\" ; {shown} = \"乙\")`",
                "one of several values is written with `;`: `({shown} = \"a\" ; {shown} = \"b\")`"
            ),
            ArgKind::Const(_) => {
                text!("每个条件都要写全，如 `x = {shown}`", "every condition is written in full, as in `x = {shown}`")
            }
            ArgKind::Var(name) => text!(
                "要比较就写 `{name} > 0` 之类；要查表就写 `{name}(…)` 或 `p in {name}`",
                "compare it, as in `{name} > 0`, or look into a relation: `{name}(…)`, `p in {name}`"
            ),
            _ => text!("把它与另一个值比较，如 `{shown} > 0`", "compare it with another value, as in `{shown} > 0`"),
        });
        let complaint = Diagnostic::error(Code::UnexpectedToken, message).at(arg.span);
        self.complain_structure(complaint.help(help));
        Skip
    }

    /// `count(e in …)`, `IF(a > b, …)`, `exists(e in …)`: conditions in the brackets of what is no relation.
    pub(super) fn complain_conditions_as_args(&mut self, name: &Name) -> Parsed<()> {
        let help = match (name.text.to_lowercase().as_str(), aggregate_meant(&name.text)) {
            (_, Some(ours)) => text!(
                "汇总这样写：`{ours} : {{ e in expenditure }}`，花括号里是参加计算的行的条件",
                "an aggregate is written `{ours} : {{ e in expenditure }}`, with the conditions on its rows in braces"
            ),
            ("if", _) => text!(
                "两种情形各取一个值写 `if 条件 then 值 else 值`",
                "one value or another is `if condition then value else value`"
            ),
            ("exists" | "存在" | "有", _) => text!(
                "“有这样的行”直接写条件：`e in expenditure, e.project = p.name`；“没有”写 `not (…)`",
                "that there is such a row is written as conditions: `e in expenditure, e.project = p.name`; that there is none, `not (…)`"
            ),
            _ => return Ok(()),
        };
        if !self.holds_conditions(self.at) {
            return Ok(());
        }
        let written = &name.text;
        let message = text!("`{written}` 的括号里不能写条件", "no conditions stand in the brackets of `{written}`");
        self.complain_structure(Diagnostic::error(Code::UnexpectedToken, message).at(name.span).help(help));
        Err(Skip)
    }

    /// What to write for words that people use where operators and aggregates stand.
    fn help_for_words(arg: &Arg, (shown, next): (&str, &str)) -> Option<Text> {
        if let Some(ours) = said(next) {
            return Some(text!("“{next}”写作 `{shown} {ours}`", "“{next}” is written `{shown} {ours}`"));
        }
        let ArgKind::Var(name) = &arg.kind else { return None };
        let ours = aggregate_meant(name)?;
        Some(text!(
            "这样写：`t = {ours} : {{ e in expenditure }}`，花括号里是参加计算的行的条件",
            "write `t = {ours} : {{ e in expenditure }}`, with the conditions on its rows in braces"
        ))
    }

    /// `p 属于 project`, `p ∈ project`, `p of project`: two names with a word between.
    fn complain_word_for_rows(&mut self, arg: &Arg) -> bool {
        let (word, source) = (self.token(), self.after());
        let ArgKind::Var(row) = &arg.kind else { return false };
        let written = self.text(word).into_owned();
        let meant = ["of", "from", "属于", "在", "∈", "IN", "In"].contains(&written.as_str());
        if word.kind != Kind::Word || source.kind != Kind::Word || !meant {
            return false;
        }
        let table = self.text(source).into_owned();
        let message = text!("取一行写 `{row} in {table}`", "a row is taken with `{row} in {table}`");
        let complaint = Diagnostic::error(Code::ForeignOperator, message);
        self.complain(complaint.primary(word.span, text!("写 `in`", "write `in`")).fix(word.span, "in"));
        true
    }
}
