//! Complaints that several parts of the grammar share. They name what stands there and what would be right, in the
//! words of people who write rules, never the names of token classes.

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::source::Span;
use crate::text;

use super::super::token::{Kind, Token};
use super::{DEEPEST, Parsed, Parser, Skip};

impl Parser<'_> {
    /// Complains that `wanted` should stand where the next token is.
    pub(super) fn expected(&mut self, wanted: &Text) -> Skip {
        let complaint = self.unexpected(wanted);
        self.complain_structure(complaint);
        Skip
    }

    /// The same, with a help.
    pub(super) fn expected_with(&mut self, wanted: &Text, help: Text) -> Skip {
        let complaint = self.unexpected(wanted).help(help);
        self.complain_structure(complaint);
        Skip
    }

    /// The complaint that `wanted` should stand where the next token is.
    pub(super) fn unexpected(&self, wanted: &Text) -> Diagnostic {
        let token = self.token();
        let Text { zh, en } = wanted;
        if token.kind == Kind::End {
            let message = text!("到这里就结束了，缺{zh}", "the text ends here, without {en}");
            return Diagnostic::error(Code::UnexpectedToken, message).at(self.last_place());
        }
        let shown = self.shown(token);
        let message = text!("这里应当是{zh}，却写着 {shown}", "here should be {en}, not {shown}");
        Diagnostic::error(Code::UnexpectedToken, message).at(token.span)
    }

    /// Where to point at when something is missing after the token read last: that token's last character.
    pub(super) fn last_place(&self) -> Span {
        let last = self.last_span();
        let width = self.sources.text(last).chars().next_back().map_or(0, char::len_utf8);
        Span::new(last.end().saturating_sub(u32::try_from(width).unwrap_or(0)), last.end())
    }

    /// A token as shown in a sentence.
    pub(super) fn shown(&self, token: Token) -> String {
        let text = self.text(token);
        if token.kind == Kind::Text || text.chars().count() > 30 {
            let short: String = text.chars().take(30).collect();
            let dots = if short.len() < text.len() { "…" } else { "" };
            return format!("`{short}{dots}`");
        }
        format!("`{text}`")
    }

    /// Takes a token of `kind`, or complains that `wanted` is needed.
    pub(super) fn need(&mut self, kind: Kind, wanted: &Text) -> Parsed<Token> {
        self.take(kind).ok_or_else(|| self.expected(wanted))
    }

    /// One part of the tree deeper, unless that is too deep.
    pub(super) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return Err(self.too_deep(self.token().span));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// The tree of the argument being read becomes one higher than `below`.
    pub(super) fn grow(&mut self, below: usize, place: Span) -> Parsed<()> {
        self.height = below + 1;
        if self.height >= DEEPEST { Err(self.too_deep(place)) } else { Ok(()) }
    }

    /// Complains once, and goes to the end of the clause: nothing inside can be read.
    fn too_deep(&mut self, place: Span) -> Skip {
        let message = text!("嵌套太深，超过 {DEEPEST} 层", "nested deeper than {DEEPEST} levels");
        let help = text!("拆成几条规则，或用中间变量", "split it into several rules, or use variables for its parts");
        if !self.given_up {
            self.complain(Diagnostic::error(Code::TooDeep, message).at(place).help(help));
        }
        self.given_up = true;
        let ends = |parser: &Self| match parser.kind() {
            Kind::End | Kind::Directive => true,
            Kind::Dot => parser.is_final_dot(parser.at),
            _ => false,
        };
        while !ends(self) {
            self.at += 1;
        }
        Skip
    }
}
