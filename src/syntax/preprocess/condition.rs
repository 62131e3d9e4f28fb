//! `#if`, `#ifdef`, `#ifndef`, `#elif`, `#else`, `#endif`.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text;

use super::super::lexer::{self, lex};
use super::{MOST, Run, formula};

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
        if word != "if" {
            let tokens = lex(self.sources, rest, lexer::Text::Macro).tokens;
            let name = tokens.first().map(|token| self.sources.text(token.text).into_owned());
            let defined = name.is_some_and(|name| self.macros.contains_key(&name));
            return defined == (word == "ifdef");
        }
        let line = self.sources.location(rest).line.to_string();
        let text = self.sources.text(rest).replace("__LINE__", &line);
        let value = formula::holds(&self.meaning(&without_comments(&text), &mut Vec::new()));
        if value.is_none() {
            let message = text!("这个条件算不出来", "this condition has no value");
            self.complain(Diagnostic::error(Code::UnexpectedToken, message).at(rest));
        }
        value.unwrap_or(false)
    }

    /// A condition with what macros stand for, `defined(X)` and `defined X` as 1 or 0.
    fn meaning(&mut self, text: &str, within: &mut Vec<String>) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let length = if first == '\'' { quoted(rest) } else { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) };
            let (word, after) = rest.split_at(length.max(first.len_utf8()));
            rest = after;
            if word == "defined" {
                let name = rest.trim_start();
                let (name, bracket) = name.strip_prefix('(').map_or((name, false), |name| (name.trim_start(), true));
                let (name, after) = name.split_at(name.find(|c| !is_word(c)).unwrap_or(name.len()));
                out.push(if self.macros.contains_key(name) { '1' } else { '0' });
                rest = if bracket { after.trim_start().strip_prefix(')').unwrap_or(after) } else { after };
            } else if !is_word(first) || first.is_ascii_digit() || within.iter().any(|known| known == word) {
                out.push_str(word);
            } else {
                rest = self.stands_for(word, rest, (&mut out, within));
            }
        }
        out
    }

    /// Adds what a word stands for; gives what follows after its arguments.
    fn stands_for<'t>(&mut self, word: &str, rest: &'t str, (out, within): (&mut String, &mut Vec<String>)) -> &'t str {
        let definition = self.macros.get(word);
        let Some(params) = definition.map(|definition| &definition.params) else {
            // `__COUNTER__` and the like.
            out.push_str(&self.expanded(word));
            return rest;
        };
        if params.is_none() {
            let body =
                definition.and_then(|definition| Some(definition.body.first()?.text.to(definition.body.last()?.text)));
            let body = body.map(|span| self.sources.text(span).into_owned()).unwrap_or_default();
            within.push(word.to_owned());
            // Names within names: each of them once.
            let meaning = self.meaning(&without_comments(&body), within);
            within.pop();
            self.given += 1;
            if self.given <= MOST {
                out.push_str(&meaning);
            }
            return rest;
        }
        let length = bracketed(rest);
        out.push_str(&self.expanded(&format!("{word}{}", &rest[..length])));
        &rest[length..]
    }

    /// A piece of text with what macros stand for.
    fn expanded(&mut self, text: &str) -> String {
        let Some(span) = self.made(text) else { return String::new() };
        let mut tokens = lex(self.sources, span, lexer::Text::Macro).tokens;
        tokens.pop();
        let mut out = String::new();
        for token in self.expand_all(&tokens, &mut Vec::new()) {
            if !token.joined {
                out.push(' ');
            }
            out.push_str(&self.sources.text(token.text));
        }
        out
    }
}

/// How long the character in quotation marks is with which a text begins.
fn quoted(text: &str) -> usize {
    let mut before = None;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let escaped = before == Some('\\');
        before = if escaped { None } else { Some(*c) };
        *c == '\'' && !escaped
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// How long the arguments in brackets are with which a text begins.
fn bracketed(text: &str) -> usize {
    if !text.trim_start().starts_with('(') {
        return 0;
    }
    let mut depth = 0_usize;
    let end = text.char_indices().find(|(_, c)| {
        depth = if *c == '(' { depth + 1 } else { depth.saturating_sub(usize::from(*c == ')')) };
        *c == ')' && depth == 0
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// The same without `// …` and `/* … */`.
fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('/') {
        let (before, comment) = rest.split_at(at);
        out.push_str(before);
        rest = match comment.get(1..2) {
            Some("/") => comment.find('\n').map_or("", |end| &comment[end..]),
            Some("*") => comment.get(2..).and_then(|inner| Some(&inner[inner.find("*/")? + 2..])).unwrap_or(""),
            _ => {
                out.push('/');
                &comment[1..]
            }
        };
    }
    out + rest
}
