//! Aggregates: `sum x : { body }`.

use crate::diagnostic::{Code, Diagnostic};
use crate::text;

use super::super::ast::{Aggregate, Arg, ArgKind, Body, Literal, Name};
use super::super::token::Kind;
use super::super::words::{AGGREGATES, ELSE, aggregate_meant, begins_arg};
use super::{Parsed, Parser, Skip};

impl Parser<'_> {
    pub(super) fn aggregate(&mut self) -> Parsed<Arg> {
        let token = self.advance();
        let mut op = self.name_of(token);
        if !AGGREGATES.contains(&op.text.as_str())
            && let Some(ours) = aggregate_meant(&op.text).and_then(|ours| ours.split(' ').next())
        {
            let written = &op.text;
            let message = text!("`{written}` 在规则里写 `{ours}`", "`{written}` is written `{ours}` in rules");
            let complaint = Diagnostic::error(Code::ForeignOperator, message);
            self.complain(complaint.primary(op.span, text!("写 `{ours}`", "write `{ours}`")).fix(op.span, ours));
            ours.clone_into(&mut op.text);
        }
        let distinct = self.is_word("distinct") && begins_arg(self.after().kind);
        if distinct {
            self.advance();
        }
        let mut height = 0;
        let target = if self.kind() == Kind::Colon {
            if op.text != "count" {
                self.complain_no_target(&op);
            }
            None
        } else {
            let target = self.with_target(true, |parser| parser.arg_above(ELSE))?;
            height = self.height;
            Some(target)
        };
        let shown = op.text.clone();
        let help = if shown == "count" {
            text!("写成 `count : {{ 条件 }}`", "it is written `count : {{ conditions }}`")
        } else {
            text!("写成 `{shown} 值 : {{ 条件 }}`", "it is written `{shown} value : {{ conditions }}`")
        };
        if self.kind() == Kind::LeftBrace {
            let message = text!("花括号前缺 `:`", "a `:` is missing before the braces");
            let (place, end) = (self.token().span, self.last_end());
            let complaint = Diagnostic::error(Code::UnexpectedToken, message).at(place);
            self.complain_structure(complaint.help(help.clone()).fix(end, " :"));
        } else if self.take(Kind::Colon).is_none() {
            return Err(self.expected_with(&text!(" `:` 和花括号里的条件", "`:` and conditions in braces"), help));
        }
        let body = match self.kind() {
            Kind::LeftBrace => self.braced_body()?,
            Kind::Word if self.is_word_at(self.at + 1, "in") => {
                return Err(self.expected_with(&text!(" `{{`", "`{{`"), help));
            }
            Kind::Word => self.single_atom_body()?,
            _ => return Err(self.expected_with(&text!(" `{{`", "`{{`"), help)),
        };
        self.grow(height.max(self.height), token.span)?;
        let span = self.since(token.span);
        let aggregate = Aggregate { op, distinct, target, body, span };
        Ok(Arg { kind: ArgKind::Aggregate(Box::new(aggregate)), span })
    }

    fn complain_no_target(&mut self, op: &Name) {
        let name = &op.text;
        let message = text!("`{name}` 后面缺要算的值", "`{name}` lacks the value to work on");
        let help = text!("写成 `{name} 值 : {{ 条件 }}`", "it is written `{name} value : {{ conditions }}`");
        self.complain_structure(Diagnostic::error(Code::UnexpectedToken, message).at(op.span).help(help));
    }

    /// `{ body }`
    pub(super) fn braced_body(&mut self) -> Parsed<Body> {
        let opened = self.at;
        let open = self.advance();
        let mut body = self.body(Kind::RightBrace)?;
        self.leave(opened);
        body.span = self.since(open.span);
        Ok(body)
    }

    /// `count : a(x)`: an atom without braces.
    fn single_atom_body(&mut self) -> Parsed<Body> {
        let from = self.at;
        let atom = self.atom(&text!("一个条件，或花括号里的几个条件", "a condition, or several in braces"))?;
        if self.told_at.is_some_and(|told| told >= from) {
            return Err(Skip);
        }
        let span = atom.span;
        Ok(Body { alternatives: vec![vec![Literal::Atom(atom)]], broken: false, span })
    }
}
