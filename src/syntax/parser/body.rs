//! Bodies: conditions with `,` and `;` between them, and what people write instead.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text;

use super::super::ast::{Body, Literal, Source};
use super::super::token::{Kind, Token};
use super::super::words::{AND, OR, aggregate_meant, begins_arg};
use super::{Parsed, Parser, Skip};
use crate::value::generators::Generator;

/// What comes after a condition.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Condition,
    Alternative,
    End,
}

impl Parser<'_> {
    /// Conditions up to a token of `end`, which is not taken. `Kind::Dot` stands for the end of a clause.
    pub(super) fn body(&mut self, end: Kind) -> Parsed<Body> {
        self.with_target(false, |parser| parser.deeper(|parser| Ok(parser.alternatives(end))))
    }

    fn alternatives(&mut self, end: Kind) -> Body {
        let start = self.token().span;
        let mut alternatives = Vec::new();
        let mut literals = Vec::new();
        let mut height = 0;
        // Where what `or` joins to more of it begins.
        let mut joined = None;
        loop {
            let before = self.at;
            let literal = self.literal();
            height = height.max(self.height);
            let kept = literal.is_ok();
            // `nto (a > b)`: what is apart from its bracket may be no relation.
            let name = before + usize::from(self.kind_at(before + 1) == Kind::Word);
            let is_apart = self.kind_at(name + 1) == Kind::LeftParen && !self.token_at(name + 1).joined;
            let is_told = self.told_at.is_some_and(|told| told == before || is_apart && told > before);
            let is_doubtful = is_told || self.was_mended_since(before);
            match literal {
                Ok(literal) => literals.push(literal),
                Err(Skip) => self.skip_element(before),
            }
            if kept && end == Kind::Dot && self.kind() == Kind::If && self.is_next_head(before) {
                // `a(x) :- b(x), c(y) :- d(y).`: what was read is the head of the next rule.
                literals.pop();
                self.at = before;
                alternatives.push(literals);
                break;
            }
            let behind = self.at;
            let group = joined.or((literals.len() > 1).then_some(before));
            let next = self.next_in_body(end, group);
            joined = group.filter(|_| next == Next::Alternative);
            if kept && (is_doubtful || self.told_at == Some(behind)) {
                self.drop_doubtful(&mut literals);
            }
            if next != Next::Condition {
                alternatives.push(std::mem::take(&mut literals));
            }
            // Nothing was read: what stands here ends the body, whatever it is.
            if next == Next::End || self.at == before {
                break;
            }
        }
        self.height = height;
        alternatives.retain(|literals: &Vec<Literal>| !literals.is_empty());
        Body { alternatives, broken: self.broken, span: self.since(start) }
    }

    /// Drops the condition read last, beside which something does not fit: it may be a part of something else.
    fn drop_doubtful(&mut self, literals: &mut Vec<Literal>) {
        match literals.last() {
            // `p in project` is whole.
            Some(Literal::In(row)) if matches!(&row.source, Source::Relation(name, _) if !is_sign(&name.text)) => {}
            Some(Literal::Atom(atom)) => {
                if self.kind() == Kind::If {
                    self.lost.insert(atom.relation.text.clone());
                }
                literals.pop();
            }
            _ => _ = literals.pop(),
        }
    }

    /// Takes what joins the condition just read to the next.
    /// Where other conditions stand before it, it begins at the token `group`.
    fn next_in_body(&mut self, end: Kind, group: Option<usize>) -> Next {
        let token = self.token();
        match token.kind {
            Kind::Comma => {
                self.advance();
                if self.ends_body(end) {
                    self.extra_comma();
                    return Next::End;
                }
                Next::Condition
            }
            Kind::Semicolon => {
                self.advance();
                Next::Alternative
            }
            _ if self.ends_body(end) => Next::End,
            Kind::If if matches!(end, Kind::RightBrace | Kind::RightParen) => self.no_separator(end),
            Kind::Directive | Kind::If => Next::End,
            kind if kind.closes() => Next::End,
            _ if end == Kind::Dot && token.starts_line && self.begins_clause(self.at) => Next::End,
            Kind::Word if self.complain_joining_word(group) => {
                if OR.contains(&self.text(token).as_ref()) {
                    Next::Alternative
                } else {
                    Next::Condition
                }
            }
            _ => self.no_separator(end),
        }
    }

    /// Whether the body ends here.
    fn ends_body(&self, end: Kind) -> bool {
        match self.kind() {
            Kind::End => true,
            Kind::Dot => end == Kind::Dot || end == Kind::End && self.is_final_dot(self.at),
            kind => kind == end,
        }
    }

    /// Nothing joins the condition just read to what follows.
    fn no_separator(&mut self, end: Kind) -> Next {
        let token = self.token();
        if begins_arg(token.kind) || token.kind == Kind::Not {
            self.complain_missing_comma();
            return Next::Condition;
        }
        if token.kind == Kind::Dot && self.is_lone && self.told_at.is_none_or(|told| told < self.at) {
            self.complain_dot(token);
            self.advance();
            return Next::Condition;
        }
        let wanted = match end {
            Kind::Dot => text!(
                " `,`（再加条件）、`;`（或者）或 `.`（规则结束）",
                "`,` (and), `;` (or) or `.` (the end of the rule)"
            ),
            Kind::RightBrace => text!(" `,`（再加条件）或 `}}`", "`,` (and) or `}}`"),
            Kind::RightParen => text!(" `,`（再加条件）、`;`（或者）或 `)`", "`,` (and), `;` (or) or `)`"),
            _ => text!(" `,`（再加条件）或 `;`（或者）", "`,` (and) or `;` (or)"),
        };
        self.expected(&wanted);
        self.skip_element(self.at);
        match self.kind() {
            Kind::Comma => {
                self.advance();
                if self.ends_body(end) { Next::End } else { Next::Condition }
            }
            Kind::Semicolon => {
                self.advance();
                Next::Alternative
            }
            _ => Next::End,
        }
    }

    /// Whether what began at `at` and is followed by `:-` is the head of the next rule, the dot before it missing.
    fn is_next_head(&self, at: usize) -> bool {
        self.begins_clause(at) && at > 0 && self.kind_at(at - 1) != Kind::If
    }

    /// A comma that nothing follows, already taken.
    pub(super) fn extra_comma(&mut self) {
        let comma = self.last_span();
        let message = text!("末尾多了一个 `,`", "there is nothing after this `,`");
        let help = text!("删去它，或补上后面的内容", "remove it, or write what should follow");
        let complaint = Diagnostic::error(Code::UnexpectedToken, message).at(comma).help(help).fix(comma, "");
        self.complain_structure(complaint);
    }

    /// `and`, `且`, `or`, `或` between conditions: says what to write, and takes it.
    pub(super) fn complain_foreign_word(&mut self) -> bool {
        self.complain_joining_word(None)
    }

    /// The same; what `or` joins is put in brackets from the token `group` on.
    fn complain_joining_word(&mut self, group: Option<usize>) -> bool {
        let token = self.token();
        let word = self.text(token).into_owned();
        let ours = if AND.contains(&word.as_str()) {
            ","
        } else if OR.contains(&word.as_str()) {
            ";"
        } else {
            return false;
        };
        if token.kind != Kind::Word {
            return false;
        }
        self.advance();
        let message = text!("`{word}` 在规则里写 `{ours}`", "`{word}` is written `{ours}` in rules");
        let complaint = Diagnostic::error(Code::ForeignOperator, message)
            .primary(token.span, text!("写 `{ours}`", "write `{ours}`"))
            .fix(token.span, ours);
        self.complain(match group.filter(|_| ours == ";") {
            Some(from) => {
                let (start, end) = (self.token_at(from).span.start(), self.end_of_condition());
                let help = text!(
                    "`;` 比 `,` 松：把两边的条件放进括号 `(… ; …)`",
                    "`;` binds less than `,`: put the conditions on both sides in brackets `(… ; …)`"
                );
                complaint.help(help).fix(Span::new(start, start), "(").fix(Span::new(end, end), ")")
            }
            None => complaint,
        });
        true
    }

    /// Where the condition that comes next seems to end.
    fn end_of_condition(&self) -> u32 {
        let mut at = self.at;
        loop {
            let token = self.token_at(at);
            let ends = match token.kind {
                Kind::End | Kind::Comma | Kind::Semicolon | Kind::If | Kind::Directive => true,
                Kind::Dot => self.is_final_dot(at),
                Kind::Word => [&AND[..], &OR[..]].concat().contains(&self.text(token).as_ref()),
                kind => kind.closes(),
            };
            if ends {
                return self.token_at(at.saturating_sub(1)).span.end();
            }
            at = if token.kind.opens() { self.beyond(at).max(at + 1) } else { at + 1 };
        }
    }

    /// Two elements of a list with nothing between them.
    pub(super) fn complain_missing_comma(&mut self) -> bool {
        let token = self.token();
        if !begins_arg(token.kind) && token.kind != Kind::Not {
            return false;
        }
        if self.complain_separator() {
            return true;
        }
        let shown = self.shown(token);
        let message = text!("{shown} 之前缺 `,`", "a `,` is missing before {shown}");
        let place = self.last_place();
        let end = self.last_end();
        let complaint = Diagnostic::error(Code::UnexpectedToken, message)
            .primary(place, text!("这里之后加 `,`", "write `,` after this"))
            .secondary(token.span, text!("", ""));
        // Between words of one line, or behind a sign, something else may be meant: `abs x`, `count(e in …)`.
        let before = self.at.checked_sub(1).map(|before| self.kind_at(before));
        let ends_value = before.is_some_and(|before| {
            is_number(before)
                || matches!(before, Kind::Text | Kind::RightParen | Kind::RightBrace | Kind::RightBracket)
                || before == Kind::Word && token.starts_line
        });
        self.complain_structure(if ends_value { complaint.fix(end, ",") } else { complaint });
        true
    }

    /// `1,000,000`: the group of three digits that comes next belongs to the number before the comma.
    pub(super) fn complain_separator(&mut self) -> bool {
        let (comma, group) = (self.at.checked_sub(1), self.token());
        // What is read as a comma may be written `&` or `，`.
        let is_comma = |at: &usize| *at > 0 && self.text(self.token_at(*at)) == ",";
        let Some(comma) = comma.filter(is_comma) else { return false };
        let number = self.token_at(comma - 1);
        let digits = self.text(group);
        let three = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()) == 3;
        let comma = self.token_at(comma);
        let touching = number.span.end() == comma.span.start() && comma.span.end() == group.span.start();
        let touching = touching && number.kind == Kind::Number;
        if !three || !touching || !is_number(group.kind) {
            return false;
        }
        let mut span = number.span.to(group.span);
        self.advance();
        while self.kind() == Kind::Comma && self.after().joined && is_number(self.after().kind) {
            self.advance();
            span = span.to(self.advance().span);
        }
        let written = self.sources.text(span).into_owned();
        let plain = written.replace(',', "");
        let message = text!("数字里不写千分位逗号", "numbers are written without thousands separators");
        let complaint = Diagnostic::error(Code::ThousandsSeparator, message)
            .primary(span, text!("写 `{plain}`", "write `{plain}`"))
            .fix(span, plain);
        self.complain(complaint);
        true
    }
}

/// Words that are signs or functions of the language rather than relations.
fn is_sign(name: &str) -> bool {
    matches!(name, "in" | "not" | "is" | "else")
        || aggregate_meant(name).is_some()
        || Generator::from_name(name).is_some()
}

fn is_number(kind: Kind) -> bool {
    matches!(kind, Kind::Number | Kind::Decimal | Kind::Money | Kind::Percent)
}

impl Parser<'_> {
    /// A body that is the whole text; a final dot is allowed.
    pub(super) fn lone_body(&mut self) -> Body {
        let told = self.report.diagnostics().len();
        let start = self.token().span;
        if self.kind() == Kind::End {
            let message = text!("这里要写条件", "conditions are needed here");
            self.complain(Diagnostic::error(Code::UnexpectedToken, message).at(start));
            return Body { alternatives: Vec::new(), broken: true, span: start };
        }
        let mut body =
            self.body(Kind::End).unwrap_or_else(|Skip| Body { broken: true, span: start, ..Body::default() });
        self.take(Kind::Dot);
        if self.kind() != Kind::End {
            self.complain_after_body();
        }
        self.forgive_brackets(0, told);
        body.broken = self.broken || self.was_mended_since(0);
        body
    }

    fn complain_after_body(&mut self) {
        let token = self.token();
        if token.kind == Kind::If {
            let message = text!("这里只写条件，不写结论和 `:-`", "only conditions stand here, no head and no `:-`");
            let help = text!("结论的名字写在卡片的 `name` 里", "the name of the result is the card's `name`");
            let complaint = Diagnostic::error(Code::UnexpectedToken, message).at(token.span).help(help);
            self.complain_structure(complaint);
            return;
        }
        self.expected(&text!(" `,`（再加条件）或 `;`（或者）", "`,` (and) or `;` (or)"));
    }

    /// A dot between conditions.
    fn complain_dot(&mut self, dot: Token) {
        let message = text!("条件之间用 `,`，不用 `.`", "conditions are joined by `,`, not `.`");
        let complaint = Diagnostic::error(Code::UnexpectedToken, message).at(dot.span);
        // `p."列名"`, `.5` mean something else.
        self.complain_structure(if self.after().joined { complaint } else { complaint.fix(dot.span, ",") });
    }

    /// An argument that is the whole text.
    pub(super) fn lone_arg(&mut self) -> Option<super::super::ast::Arg> {
        let arg = self.arg().ok()?;
        if self.kind() != Kind::End {
            let shown = self.sources.text(arg.span).into_owned();
            self.expected(&text!(
                "这个值的结尾（`{shown}` 之后不能再有别的）",
                "the end of this value (nothing may follow `{shown}`)"
            ));
            return None;
        }
        (!self.broken).then_some(arg)
    }
}
