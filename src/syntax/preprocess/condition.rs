//! `#if`, `#ifdef`, `#ifndef`, `#elif`, `#else`, `#endif`.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text;

use super::super::lexer::{self, lex};
use super::super::token::{Kind, Token};
use super::Run;

/// A condition that is open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Condition {
    /// Where it begins.
    pub(super) place: Span,
    /// Whether what stands here is read.
    pub(super) visible: bool,
    /// Whether a part of it was read.
    taken: bool,
    /// Whether what stands around it is read.
    outer: bool,
}

/// How deep the brackets of a condition are read.
const DEEPEST: usize = 100;

impl Run<'_, '_> {
    /// Reads a line of a condition; whether it was one.
    pub(super) fn condition_line(
        &mut self,
        word: &str,
        place: Span,
        rest: Span,
        conditions: &mut Vec<Condition>,
    ) -> bool {
        let outer = conditions.last().is_none_or(|condition| condition.visible);
        match word {
            "if" | "ifdef" | "ifndef" => {
                let holds = outer && self.holds(word, rest);
                conditions.push(Condition { place, visible: holds, taken: holds, outer });
            }
            "elif" => {
                let open = conditions.last().is_some_and(|condition| condition.outer && !condition.taken);
                let holds = open && self.holds("if", rest);
                self.turn(conditions, place, holds);
            }
            "else" => self.turn(conditions, place, true),
            "endif" => {
                if conditions.pop().is_none() {
                    self.complain_no_if(word, place);
                }
            }
            _ => return false,
        }
        true
    }

    fn turn(&mut self, conditions: &mut [Condition], place: Span, holds: bool) {
        match conditions.last_mut() {
            Some(condition) => {
                condition.visible = condition.outer && !condition.taken && holds;
                condition.taken |= holds;
            }
            None => self.complain_no_if("else", place),
        }
    }

    fn complain_no_if(&mut self, word: &str, place: Span) {
        let message = text!("`#{word}` 之前没有 `#if`", "there is no `#if` before this `#{word}`");
        self.complain(Diagnostic::error(Code::UnclosedBracket, message).at(place));
    }

    fn holds(&mut self, word: &str, rest: Span) -> bool {
        let mut tokens = lex(self.sources, rest, lexer::Text::Macro).tokens;
        tokens.pop();
        if word != "if" {
            let name = tokens.first().map(|token| self.sources.text(token.text).into_owned());
            let defined = name.is_some_and(|name| self.macros.contains_key(&name));
            return defined == (word == "ifdef");
        }
        let tokens = self.without_defined(&tokens);
        let tokens = self.expand_all(&tokens, &mut Vec::new());
        let texts: Vec<(Kind, String)> =
            tokens.iter().map(|token| (token.kind, self.sources.text(token.text).into_owned())).collect();
        let mut formula = Formula { tokens: &texts, at: 0, depth: 0 };
        let value = formula.value(0).filter(|_| formula.at == texts.len());
        if value.is_none() {
            let message = text!("这个条件算不出来", "this condition has no value");
            self.complain(Diagnostic::error(Code::UnexpectedToken, message).at(rest));
        }
        value.is_some_and(|value| value != 0)
    }

    /// `defined(X)` and `defined X` as 1 or 0.
    fn without_defined(&mut self, tokens: &[Token]) -> Vec<Token> {
        let mut out = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if self.sources.text(token.text) != "defined" {
                out.push(*token);
                at += 1;
                continue;
            }
            let bracket = usize::from(tokens.get(at + 1).is_some_and(|token| token.kind == Kind::LeftParen));
            let name = tokens.get(at + 1 + bracket).map(|token| self.sources.text(token.text).into_owned());
            let defined = name.is_some_and(|name| self.macros.contains_key(&name));
            if let Some(text) = self.made(if defined { "1" } else { "0" }) {
                out.push(Token { kind: Kind::Number, text, ..*token });
            }
            at += 2 + 2 * bracket;
        }
        out
    }
}

/// Reading the value of a condition. What the rule lexer reads as `,`, `;` and `=` is written `&&`, `||` and `==`.
struct Formula<'a> {
    tokens: &'a [(Kind, String)],
    at: usize,
    depth: usize,
}

impl Formula<'_> {
    fn value(&mut self, least: u8) -> Option<i128> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut left = self.primary()?;
        while let Some((kind, _)) = self.tokens.get(self.at) {
            let strength = match kind {
                Kind::Semicolon => 1,
                Kind::Comma => 2,
                Kind::Equal | Kind::NotEqual => 3,
                Kind::Less | Kind::LessEqual | Kind::Greater | Kind::GreaterEqual => 4,
                Kind::Plus | Kind::Minus => 5,
                Kind::Star | Kind::Slash | Kind::Modulo => 6,
                _ => break,
            };
            if strength < least {
                break;
            }
            self.at += 1;
            let right = self.value(strength + 1)?;
            left = apply(*kind, left, right)?;
        }
        self.depth -= 1;
        Some(left)
    }

    fn primary(&mut self) -> Option<i128> {
        let (kind, text) = self.tokens.get(self.at)?;
        self.at += 1;
        match kind {
            Kind::Number => number(text),
            Kind::Word => Some(0),
            Kind::Not => Some(i128::from(self.operand()? == 0)),
            Kind::Minus => self.operand()?.checked_neg(),
            Kind::LeftParen => {
                let value = self.value(0)?;
                let closed = self.tokens.get(self.at).is_some_and(|(kind, _)| *kind == Kind::RightParen);
                self.at += 1;
                closed.then_some(value)
            }
            _ => None,
        }
    }

    fn operand(&mut self) -> Option<i128> {
        self.value(7)
    }
}

fn number(text: &str) -> Option<i128> {
    let digits = text.trim_end_matches(['u', 'U', 'l', 'L']);
    digits.strip_prefix("0x").map_or_else(|| digits.parse().ok(), |hex| i128::from_str_radix(hex, 16).ok())
}

fn apply(kind: Kind, left: i128, right: i128) -> Option<i128> {
    match kind {
        Kind::Semicolon => Some(i128::from(left != 0 || right != 0)),
        Kind::Comma => Some(i128::from(left != 0 && right != 0)),
        Kind::Equal => Some(i128::from(left == right)),
        Kind::NotEqual => Some(i128::from(left != right)),
        Kind::Less => Some(i128::from(left < right)),
        Kind::LessEqual => Some(i128::from(left <= right)),
        Kind::Greater => Some(i128::from(left > right)),
        Kind::GreaterEqual => Some(i128::from(left >= right)),
        Kind::Plus => left.checked_add(right),
        Kind::Minus => left.checked_sub(right),
        Kind::Star => left.checked_mul(right),
        Kind::Slash => left.checked_div(right),
        _ => left.checked_rem(right),
    }
}
