//! Items of a file or of a component's body.

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::text;

use super::super::ast::{Annotation, Decl, Item};
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
            // The documentation of the first item begins the text.
            let last = if self.at == 0 { Span::default() } else { self.last_span() };
            let annotations = self.annotations();
            if self.kind() == Kind::End || self.component_end == Some(self.at) {
                return;
            }
            let before = self.at;
            let told = self.report.diagnostics().len();
            self.broken = false;
            self.given_up = false;
            match self.kind() {
                Kind::Directive => match self.directive(annotations, last) {
                    Ok(found) => self.keep(found, before, items),
                    Err(Skip) => {
                        self.skip_item();
                        self.lose(before);
                        self.forgive_brackets(before, told);
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
                Kind::Word if self.is_declaration() => match self.undirected(annotations, last) {
                    Ok(found) => self.keep(vec![found], before, items),
                    Err(Skip) => self.skip_item(),
                },
                _ => match self.clause() {
                    Some(clause) => items.push(Item::Clause(clause)),
                    None => {
                        self.lose(before);
                        self.forgive_brackets(before, told);
                    }
                },
            }
            if self.at == before {
                self.advance();
            }
        }
    }

    /// Whether `name(column: type` stands here.
    fn is_declaration(&self) -> bool {
        let inside = [Kind::LeftParen, Kind::Word, Kind::Colon, Kind::Word];
        let behind = self.kind_at(self.beyond(self.at + 1));
        self.token().starts_line
            && !matches!(behind, Kind::Dot | Kind::If)
            && (1..).zip(inside).all(|(behind, kind)| self.kind_at(self.at + behind) == kind)
    }

    /// A declaration without `.decl`: says so, and reads it.
    fn undirected(&mut self, annotations: Vec<Annotation>, before: Span) -> Parsed<Item> {
        let name = self.token();
        let shown = self.text(name).into_owned();
        let message = text!("声明表 `{shown}` 要写 `.decl`", "the relation `{shown}` is declared with `.decl`");
        let start = Span::new(name.span.start(), name.span.start());
        let complaint = Diagnostic::error(Code::UnexpectedToken, message)
            .primary(name.span, text!("写 `.decl {shown}(…)`", "write `.decl {shown}(…)`"))
            .fix(start, ".decl ");
        self.report.push(complaint);
        let doc = self.doc_before(name.span, before);
        self.decl(start, doc, annotations).map(Item::Decl)
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

    /// Keeps one complaint about the brackets from the token at `from` on, up to the next to be read: brackets behind one that
    /// is wrong do not match because of it. None that one closes nothing where something else has been said, since the report
    /// had `told` complaints.
    pub(super) fn forgive_brackets(&mut self, from: usize, told: usize) {
        let (start, end) = (self.token_at(from).span.start(), self.token().span.start());
        let within = |wrong: &[Span]| {
            let first = wrong.partition_point(|place| place.start() < start);
            first..first + wrong[first..].partition_point(|place| place.end() <= end)
        };
        let is_said = self.report.diagnostics().len() > told || !within(&self.wrong_tokens).is_empty();
        let mut is_kept = false;
        for place in &self.wrong_brackets[within(&self.wrong_brackets)] {
            let closes = [")", "]", "}"].contains(&self.sources.text(*place).as_ref());
            if is_kept || is_said && closes {
                self.forgiven.insert(*place);
            }
            is_kept |= !(is_said && closes);
        }
    }

    /// Notes the names that what was skipped, from the token at `from` on, may declare: every word of a directive, and
    /// what begins a line or follows such a word as heads do.
    fn lose(&mut self, from: usize) {
        let is_directive = matches!(self.kind_at(from), Kind::Directive | Kind::Dot);
        let mut in_head = true;
        let is_declaration = [".decl", ".type", ".comp", ".init"].contains(&self.text(self.token_at(from)).as_ref());
        if is_declaration && self.kind_at(from + 1) != Kind::Word {
            // It may be any name.
            self.lost_any = true;
        }
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
