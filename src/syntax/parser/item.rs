//! Items of a file or of a component's body.

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::text;

use super::super::ast::{Decl, Item};
use super::super::token::{DIRECTIVES, Kind};
use super::{Parsed, Parser, Skip};

impl Parser<'_> {
    /// Items up to the end of the text.
    pub(super) fn items(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        self.items_into(&mut items);
        items
    }

    /// Items up to the end of the text or of the component.
    pub(super) fn items_into(&mut self, items: &mut Vec<Item>) {
        loop {
            let last = self.last_span();
            let annotations = self.annotations();
            if self.kind() == Kind::End || self.component_end == Some(self.at) {
                return;
            }
            let before = self.at;
            self.broken = false;
            self.given_up = false;
            match self.kind() {
                Kind::Directive => match self.directive(annotations, last) {
                    Ok(found) => self.keep(found, before, items),
                    Err(Skip) => {
                        self.skip_item();
                        self.lose(before);
                        self.forgive_closers(before);
                    }
                },
                Kind::Hash => {
                    self.advance();
                }
                Kind::Dot if self.is_unknown_directive() => {
                    self.complain_unknown_directive();
                    self.skip_item();
                    self.lose(before);
                }
                _ => match self.clause() {
                    Some(clause) => items.push(Item::Clause(clause)),
                    None => {
                        self.lose(before);
                        self.forgive_closers(before);
                    }
                },
            }
            if self.at == before {
                self.advance();
            }
        }
    }

    /// Adds what a directive whose first token is that at `from` declares. Of a type that was wrong nothing can be said.
    fn keep(&mut self, found: Vec<Item>, from: usize, items: &mut Vec<Item>) {
        let is_broken = self.broken || self.was_mended_since(from);
        let declares = found.iter().any(|item| matches!(item, Item::Decl(_) | Item::Type(_)));
        if is_broken && declares {
            // An annotation that is never closed has taken in what follows.
            self.lose(from);
        }
        for item in found {
            match item {
                Item::Decl(decl) => items.push(Item::Decl(Decl { broken: is_broken, ..decl })),
                Item::Type(_) if is_broken => {}
                other => items.push(other),
            }
        }
    }

    /// Drops complaints that brackets close nothing in what was skipped, from the token at `from` on, when something else
    /// there was complained about, such as that a bracket is missing: that is why it could not be read.
    pub(super) fn forgive_closers(&mut self, from: usize) {
        let (start, end, sources) = (self.token_at(from).span.start(), self.token().span.start(), self.sources);
        let is_closer = |wrong: &Diagnostic, place: Span| {
            wrong.code == Code::UnclosedBracket && [")", "]", "}"].contains(&sources.text(place).as_ref())
        };
        let within = |wrong: &Diagnostic| wrong.place().filter(|place| start <= place.start() && place.end() <= end);
        let is_explained = |wrong: &Diagnostic| within(wrong).is_some_and(|place| !is_closer(wrong, place));
        if self.report.diagnostics().iter().any(is_explained) {
            self.report.retain(|wrong| !within(wrong).is_some_and(|place| is_closer(wrong, place)));
        }
    }

    /// Notes the names that what was skipped, from the token at `from` on, may declare: every word of a directive, and
    /// what begins a line or follows such a word as heads do.
    fn lose(&mut self, from: usize) {
        let is_directive = matches!(self.kind_at(from), Kind::Directive | Kind::Dot);
        let mut in_head = true;
        for at in from..self.at {
            let token = self.token_at(at);
            in_head = token.starts_line || in_head && token.kind != Kind::If;
            let opens = matches!(self.kind_at(at + 1), Kind::LeftParen | Kind::LeftBrace);
            if token.kind == Kind::Word && (is_directive || in_head && (opens || token.starts_line)) {
                let name = self.name_of(token).text;
                self.lost.insert(name);
            }
        }
    }

    /// Moves to where the next item seems to begin: a directive, or a line that begins with the head of a clause.
    fn skip_item(&mut self) {
        loop {
            let token = self.token();
            match token.kind {
                Kind::Directive | Kind::End => return,
                _ if self.component_end == Some(self.at) => return,
                Kind::Dot if self.token_at(self.at + 1).starts_line => {
                    self.advance();
                    return;
                }
                kind if kind.opens() => self.at = self.beyond(self.at).max(self.at + 1),
                Kind::Word if token.starts_line && self.begins_clause(self.at) => return,
                _ => self.at += 1,
            }
        }
    }

    fn is_unknown_directive(&self) -> bool {
        self.after().joined && self.after().kind == Kind::Word
    }

    fn complain_unknown_directive(&mut self) {
        let dot = self.advance();
        let word = self.advance();
        let name = self.text(word).into_owned();
        let place = dot.span.to(word.span);
        let message = text!("没有 `.{name}` 这种声明", "there is no declaration `.{name}`");
        let mut complaint = Diagnostic::error(Code::UnexpectedToken, message).at(place);
        let beginning = DIRECTIVES.into_iter().find(|word| name.starts_with(word) || word.starts_with(&name));
        if let Some(near) = beginning.or_else(|| nearest(&name, DIRECTIVES)) {
            complaint = complaint.help(text!("是否 `.{near}`？", "did you mean `.{near}`?"));
        }
        self.complain_structure(complaint);
    }

    /// Refuses something of Soufflé that is not supported, saying why.
    pub(super) fn refuse(&mut self, place: Span, what: crate::diagnostic::Text) -> Parsed<Vec<Item>> {
        self.complain(Diagnostic::error(Code::Unsupported, what).at(place));
        Err(Skip)
    }
}
