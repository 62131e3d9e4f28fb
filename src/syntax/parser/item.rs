//! Items of a file or of a component's body.

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::text;

use super::super::ast::Item;
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
                    Ok(found) => items.extend(found),
                    Err(Skip) => self.skip_item(),
                },
                Kind::Hash => {
                    self.advance();
                }
                Kind::Dot if self.is_unknown_directive() => {
                    self.complain_unknown_directive();
                    self.skip_item();
                }
                _ => items.extend(self.clause().map(Item::Clause)),
            }
            if self.at == before {
                self.advance();
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
