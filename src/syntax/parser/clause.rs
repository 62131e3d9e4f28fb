//! Clauses: rules and facts.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text;

use super::super::ast::{Atom, Body, Clause, Literal, Plan, PlanOrder};
use super::super::token::Kind;
use super::{Parsed, Parser, Skip};

impl Parser<'_> {
    /// A clause with its dot. When it is too wrong to be kept, what is left of it is skipped.
    pub(super) fn clause(&mut self) -> Option<Clause> {
        let start = self.token().span;
        let first = self.at;
        self.first = first;
        let told = self.report.diagnostics().len();
        self.broken = false;
        self.given_up = false;
        if self.token().starts_line {
            self.margin = self.sources.location(start).column;
        }
        let Ok(heads) = self.heads() else {
            self.skip_clause();
            return None;
        };
        let subsumes = match self.subsumed() {
            Ok(subsumes) => subsumes,
            Err(Skip) => {
                self.skip_clause();
                return None;
            }
        };
        let mut body = Body { span: self.last_end(), ..Body::default() };
        if self.takes_if() {
            self.inner_annotations();
            match self.body(Kind::Dot) {
                Ok(read) => body = read,
                Err(Skip) => body.broken = true,
            }
        }
        self.final_dot(start, &body);
        if self.was_mended_since(first) {
            self.forgive_brackets(first, told);
        }
        body.broken = self.broken || self.was_mended_since(first);
        let fact = (body.alternatives.is_empty() && !body.broken).then(|| self.since(start));
        let plan = self.plan();
        if let (Some(fact), Some(plan)) = (fact, &plan) {
            let message = text!("`.plan` 要跟在规则后面，前面这条是事实", "`.plan` follows a rule, not a fact");
            let complaint = Diagnostic::error(Code::BadDirective, message).at(plan.span);
            self.complain(complaint.secondary(fact, text!("这是事实", "this is a fact")));
        }
        Some(Clause { heads, subsumes, body, plan, span: self.since(start) })
    }

    fn heads(&mut self) -> Parsed<Vec<Atom>> {
        let wanted =
            text!("一条规则、一个事实或 `.decl` 之类的声明", "a rule, a fact or a declaration such as `.decl`");
        let mut heads = vec![self.head(&wanted)?];
        while self.take(Kind::Comma).is_some() {
            heads.push(self.head(&text!("又一个结论", "one more head"))?);
        }
        Ok(heads)
    }

    fn head(&mut self, wanted: &crate::diagnostic::Text) -> Parsed<Atom> {
        self.annotations();
        if self.kind() == Kind::Word && self.after().kind == Kind::Word {
            let help = text!(
                "规则写成 `结论(…) :- 条件, 条件.`，事实写成 `表(…).`",
                "a rule is `head(…) :- condition, condition.`, a fact `relation(…).`"
            );
            let complaint = self.unexpected(wanted).help(help);
            self.complain_structure(complaint);
            return Err(Skip);
        }
        if self.kind() == Kind::Word {
            let name = self.text(self.token()).into_owned();
            let beyond = self.beyond_name(self.at);
            if matches!(self.kind_at(beyond), Kind::If | Kind::Dot) {
                let place = self.token().span.to(self.token_at(beyond - 1).span);
                let message = text!("结论 `{name}` 后面缺括号", "the head `{name}` lacks its brackets");
                let end = Span::new(place.end(), place.end());
                let help = text!("没有列时写 `{name}()`", "without columns write `{name}()`");
                let complaint = Diagnostic::error(Code::UnexpectedToken, message).at(place).help(help).fix(end, "()");
                self.complain_structure(complaint);
                return Err(Skip);
            }
        }
        self.atom(wanted)
    }

    /// `<= head2`
    fn subsumed(&mut self) -> Parsed<Option<Atom>> {
        if self.kind() != Kind::LessEqual {
            return Ok(None);
        }
        self.advance();
        self.atom(&text!("被取代时留下的结论", "the head that stays")).map(Some)
    }

    /// Takes `:-`, or what other languages write for it.
    fn takes_if(&mut self) -> bool {
        if self.take(Kind::If).is_some() {
            return true;
        }
        let (token, next) = (self.token(), self.after());
        let foreign = match token.kind {
            Kind::Less if next.kind == Kind::Minus && next.joined => 2,
            Kind::Colon | Kind::Arrow | Kind::Equal | Kind::GreaterEqual => 1,
            Kind::Word if ["if", "IF", "where", "当", "如果", "若"].contains(&self.text(token).as_ref()) => 1,
            _ => return false,
        };
        for _ in 0..foreign {
            self.advance();
        }
        let place = self.since(token.span);
        // `:=` has been taken for an equality.
        self.report.retain(|wrong| wrong.place() != Some(place));
        let shown = self.sources.text(place).into_owned();
        let message = text!("结论和条件之间写 `:-`，不写 `{shown}`", "head and body are joined by `:-`, not `{shown}`");
        let complaint = Diagnostic::error(Code::ForeignOperator, message)
            .primary(place, text!("写 `:-`", "write `:-`"))
            .fix(place, ":-");
        self.complain(complaint);
        true
    }

    /// Takes the dot that ends a clause, or says where it is missing.
    fn final_dot(&mut self, start: Span, body: &Body) {
        if self.take(Kind::Dot).is_some() {
            return;
        }
        let token = self.token();
        let fresh = token.kind == Kind::End
            || token.kind == Kind::Directive
            || self.begins_clause(self.at)
            || token.starts_line && token.kind == Kind::Word;
        if fresh {
            self.complain_missing_dot(start);
            return;
        }
        if token.kind == Kind::If && !body.alternatives.is_empty() {
            // What stands before it is the head of another rule.
            if let Some(Literal::Atom(head)) = body.alternatives.last().and_then(|last| last.last()) {
                self.lost.insert(head.relation.text.clone());
            }
            let message = text!("一条规则只有一个 `:-`", "a rule has only one `:-`");
            let help = text!(
                "若前面是另一条规则，在它末尾写 `.`；若是条件，用 `,` 连接",
                "end the rule before it with `.`, or join conditions with `,`"
            );
            let complaint = Diagnostic::error(Code::UnexpectedToken, message).at(token.span).help(help);
            self.complain_structure(complaint);
        } else if !(body.broken || self.broken) {
            let wanted = if body.alternatives.is_empty() {
                text!(" `:-`（后面写条件）或 `.`（事实结束）", "`:-` (conditions follow) or `.` (the end of the fact)")
            } else {
                text!(" `.`（规则结束）", "`.` (the end of the rule)")
            };
            self.expected(&wanted);
        }
        self.skip_clause();
    }

    fn complain_missing_dot(&mut self, start: Span) {
        let line = self.line_of(start);
        let comma = self.at > 0 && self.kind_at(self.at - 1) == Kind::Comma;
        let message =
            text!("上一条（第 {line} 行开始）末尾缺 `.`", "the clause that begins on line {line} lacks its final `.`");
        let mut complaint = Diagnostic::error(Code::MissingDot, message);
        complaint = if comma {
            let place = self.last_span();
            complaint.primary(place, text!("写 `.`", "write `.`")).fix(place, ".")
        } else {
            let (place, end) = (self.last_place(), self.last_end());
            complaint.primary(place, text!("这里之后写 `.`", "write `.` after this")).fix(end, ".")
        };
        if self.kind() != Kind::End {
            complaint = complaint.secondary(self.token().span, text!("下一条从这里开始", "the next one begins here"));
        }
        self.complain_structure(complaint);
    }

    /// The line, counted from one, on which `place` begins.
    fn line_of(&self, place: Span) -> u32 {
        let file = self.sources.file_of(place).map(|file| self.sources.file(file));
        file.map_or(1, |file| file.line_at(place.start().saturating_sub(file.span().start())).0 + 1)
    }

    /// `.plan` after a rule: accepted, with what belongs to it.
    fn plan(&mut self) -> Option<Plan> {
        if self.kind() != Kind::Directive || self.text(self.token()) != ".plan" {
            return None;
        }
        let start = self.advance().span;
        let mut orders = Vec::new();
        // `0: (1, 2), 1: (2, 1)`
        while self.kind() == Kind::Number && self.after().kind == Kind::Colon {
            let version = self.plan_number();
            self.advance();
            if self.kind() != Kind::LeftParen {
                break;
            }
            orders.push(self.plan_order(version));
            if self.take(Kind::Comma).is_none() {
                break;
            }
        }
        if orders.is_empty() {
            let message = text!("`.plan` 写成 `.plan 0: (2, 1)`", "a plan is written `.plan 0: (2, 1)`");
            self.complain(Diagnostic::error(Code::UnexpectedToken, message).at(self.since(start)));
        }
        Some(Plan { orders, span: self.since(start) })
    }

    /// `(1, 2)`
    fn plan_order(&mut self, version: u64) -> PlanOrder {
        let start = self.token().span;
        let end = self.beyond(self.at).max(self.at + 1);
        let mut atoms = Vec::new();
        while self.at < end {
            if self.kind() == Kind::Number {
                atoms.push(self.plan_number());
            } else {
                self.advance();
            }
        }
        PlanOrder { version, atoms, span: self.since(start) }
    }

    fn plan_number(&mut self) -> u64 {
        let token = self.advance();
        self.text(token).parse().unwrap_or(u64::MAX)
    }

    /// Whether a clause begins at `at`: a head with brackets, and `:-` or a final dot behind it.
    pub(super) fn begins_clause(&self, at: usize) -> bool {
        if self.kind_at(at) != Kind::Word {
            return false;
        }
        let open = self.beyond_name(at);
        if !matches!(self.kind_at(open), Kind::LeftParen | Kind::LeftBrace) {
            return false;
        }
        let beyond = self.beyond(open);
        match self.kind_at(beyond) {
            Kind::If => beyond > open,
            Kind::Dot => beyond > open && self.is_at_margin(at),
            _ => false,
        }
    }

    /// Whether the token at `at` is not indented more than the clause, as its conditions are.
    fn is_at_margin(&self, at: usize) -> bool {
        let token = self.token_at(at);
        token.starts_line && self.sources.location(token.span).column <= self.margin
    }

    /// Moves behind the dot that ends this clause, or to where the next begins.
    pub(super) fn skip_clause(&mut self) {
        loop {
            let token = self.token();
            match token.kind {
                Kind::Directive | Kind::End => return,
                Kind::Dot if self.is_final_dot(self.at) => {
                    self.advance();
                    return;
                }
                _ if self.component_end == Some(self.at) => return,
                kind if kind.opens() => self.at = self.beyond(self.at).max(self.at + 1),
                _ if token.starts_line && self.begins_clause(self.at) => return,
                _ => self.at += 1,
            }
        }
    }

    /// Facts that are the whole text.
    pub(super) fn lone_facts(&mut self) -> Vec<Clause> {
        let mut facts = Vec::new();
        while self.kind() != Kind::End {
            let before = self.at;
            if self.kind() == Kind::Directive {
                let message = text!("这里只写事实", "only facts stand here");
                self.complain(Diagnostic::error(Code::UnexpectedToken, message).at(self.token().span));
                self.advance();
                self.skip_clause();
                continue;
            }
            if let Some(clause) = self.clause() {
                if !clause.body.alternatives.is_empty() {
                    let message = text!("这里只写事实，不写规则", "only facts stand here, no rules");
                    let help = text!("写成 `表{{列: 值}}.`", "write `relation{{column: value}}.`");
                    self.complain(Diagnostic::error(Code::UnexpectedToken, message).at(clause.body.span).help(help));
                }
                facts.push(clause);
            }
            if self.at == before {
                self.advance();
            }
        }
        facts
    }
}
