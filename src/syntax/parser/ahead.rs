//! Looking ahead: what a word or a bracket begins is decided by what stands behind it.

use super::super::token::Kind;
use super::super::words::{AGGREGATES, OPERATOR_WORDS, aggregate_meant, begins_arg, comparison};
use super::Parser;

impl Parser<'_> {
    /// Whether the token after the next is a word that joins two arguments, so that the next is one.
    pub(super) fn after_is_infix_word(&self) -> bool {
        let after = self.after();
        let word = self.text(after);
        after.kind == Kind::Word
            && (OPERATOR_WORDS.into_iter().any(|(name, _)| name == word)
                || ["else", "then", "is", "in"].contains(&word.as_ref()))
    }

    /// Whether the word `if` here begins a conditional rather than being a name.
    pub(super) fn is_conditional(&self) -> bool {
        let next = self.after();
        match next.kind {
            Kind::LeftParen | Kind::LeftBracket | Kind::Minus => self.then_follows(self.at + 1),
            Kind::Not => true,
            kind => begins_arg(kind) && !self.after_is_infix_word(),
        }
    }

    /// Whether the word `then` comes before anything that ends a condition.
    fn then_follows(&self, from: usize) -> bool {
        let mut at = from;
        loop {
            match self.kind_at(at) {
                Kind::Word if self.is_word_at(at, "then") => return true,
                Kind::Comma | Kind::Semicolon | Kind::End | Kind::If | Kind::Directive => return false,
                Kind::Dot if self.is_final_dot(at) => return false,
                kind if kind.closes() => return false,
                kind if kind.opens() => at = self.beyond(at).max(at + 1),
                _ => at += 1,
            }
        }
    }

    /// Whether an aggregate begins here rather than a variable or a function of its name.
    pub(super) fn begins_aggregate(&self) -> bool {
        let next = self.after();
        let word = self.text(self.token());
        let known = AGGREGATES.contains(&word.as_ref());
        match next.kind {
            Kind::Colon => known && (!self.in_target || self.colon_follows(self.beyond_body(self.at + 2))),
            Kind::LeftParen => known && self.is_aggregate_target(self.at + 1),
            Kind::Word if self.after_is_infix_word() => false,
            kind if begins_arg(kind) && kind != Kind::Minus && kind != Kind::LeftBracket => {
                known && (!next.starts_line || self.colon_follows(self.at + 1))
            }
            Kind::LeftBracket | Kind::Minus => known && self.colon_follows(self.at + 1),
            _ => false,
        }
    }

    /// Whether an aggregate begins here that has its name from elsewhere: `SUM(x) : {`, `合计 x : {`.
    pub(super) fn begins_foreign_aggregate(&self) -> bool {
        let word = self.text(self.token());
        !AGGREGATES.contains(&word.as_ref())
            && aggregate_meant(&word).is_some()
            && self.after().kind != Kind::LeftBrace
            && self.kind_at(self.colon_after(self.at + 1) + 1) == Kind::LeftBrace
    }

    /// The first colon from `from` on, outside brackets; the end of what is looked over where there is none.
    fn colon_after(&self, from: usize) -> usize {
        let mut at = from;
        while self.colon_follows(at) && self.kind_at(at) != Kind::Colon {
            at = if self.kind_at(at).opens() { self.beyond(at).max(at + 1) } else { at + 1 };
        }
        at
    }

    /// Whether conditions rather than arguments stand in the bracket at `open`: one compares, or takes a row.
    pub(super) fn holds_conditions(&self, open: usize) -> bool {
        let inside = open + 1..self.beyond(open).saturating_sub(1);
        inside.clone().any(|at| comparison(self.kind_at(at)).is_some() || self.is_word_at(at, "in"))
            && !inside.into_iter().any(|at| self.kind_at(at) == Kind::LeftBrace)
    }

    /// The token after the body of an aggregate, braces or an atom, that begins at `at`.
    fn beyond_body(&self, at: usize) -> usize {
        let open = if self.kind_at(at) == Kind::Word { self.beyond_name(at) } else { at };
        self.beyond(open)
    }

    /// Whether the bracket at `open` holds the target of an aggregate: a colon or an operator follows it, and there is
    /// no comma in it.
    fn is_aggregate_target(&self, open: usize) -> bool {
        let beyond = self.beyond(open);
        if beyond == open || self.has_comma(open + 1, beyond - 1) {
            return false;
        }
        if self.in_target && self.kind_at(beyond) == Kind::Colon {
            return self.colon_follows(self.beyond_body(beyond + 1));
        }
        self.colon_follows(open)
    }

    /// Whether a colon comes before anything that ends an argument.
    fn colon_follows(&self, from: usize) -> bool {
        let mut at = from;
        loop {
            match self.kind_at(at) {
                Kind::Colon => return true,
                Kind::Comma | Kind::Semicolon | Kind::End | Kind::If | Kind::Directive => return false,
                Kind::Dot if self.is_final_dot(at) => return false,
                kind if kind.closes() || comparison(kind).is_some() => return false,
                kind if kind.opens() => at = self.beyond(at).max(at + 1),
                _ => at += 1,
            }
        }
    }

    /// Whether a comma stands between `from` and `to`, not inside other brackets.
    fn has_comma(&self, from: usize, to: usize) -> bool {
        let mut at = from;
        while at < to {
            match self.kind_at(at) {
                Kind::Comma => return true,
                kind if kind.opens() => at = self.beyond(at).max(at + 1),
                _ => at += 1,
            }
        }
        false
    }

    /// Whether the token at `at` touches the dot before it and is a name.
    pub(super) fn names_field(&self, at: usize) -> bool {
        let token = self.token_at(at);
        token.kind == Kind::Word && token.joined
    }
}
