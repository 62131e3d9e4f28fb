//! Files: one item after the other, each on lines of its own.

use std::ops::Range;

use crate::source::Span;

use super::super::ast::Item;
use super::super::token::Kind;
use super::doc::{Doc, Printer};
use super::layout;
use super::pieces::Pieces;
use super::spacing::Context;
use super::{STEP, WIDTH};

/// Writing items.
pub(super) struct Items<'a> {
    pieces: &'a Pieces<'a>,
    printer: Printer,
    /// The piece to write next.
    at: usize,
    indent: usize,
    /// The item before was a fact.
    after_fact: bool,
}

impl<'a> Items<'a> {
    pub(super) fn new(pieces: &'a Pieces<'a>) -> Self {
        Self { pieces, printer: Printer::new(WIDTH), at: 0, indent: 0, after_fact: false }
    }

    /// Writes `items` and what stands between them.
    pub(super) fn write(&mut self, items: &[Item]) {
        for item in items {
            let span = span_of(item);
            // The span of an override is its name; the word before it belongs to it.
            let word = usize::from(matches!(item, Item::Override(_)));
            self.between(self.pieces.at_offset(span.start()).saturating_sub(word));
            let end = self.pieces.at_offset(span.end());
            self.item(item, end);
            self.after_fact = matches!(item, Item::Clause(clause) if clause.body.alternatives.is_empty());
            self.at = end;
        }
    }

    pub(super) fn finish(mut self) -> String {
        self.between(self.pieces.all().end);
        let mut text = self.printer.finish();
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }

    /// Comments, annotations and lines of the preprocessor up to the piece `to`.
    fn between(&mut self, to: usize) {
        while self.at < to {
            let at = self.at;
            if self.pieces.is_comment(at) {
                self.comment(at);
                self.at += 1;
                continue;
            }
            self.line_before(at);
            let end = layout::annotation_end(self.pieces, at);
            self.printer.write(&[Doc::Text(self.pieces.verbatim(at, end))], self.indent);
            self.at = end + 1;
        }
    }

    /// A new line for the piece at `at`, with an empty line before it where there was one.
    fn line_before(&mut self, at: usize) {
        if self.pieces.breaks(at) > 1 {
            self.printer.blank_line();
        } else {
            self.printer.new_line();
        }
    }

    fn comment(&mut self, at: usize) {
        let same_line = at > 0 && self.pieces.breaks(at) == 0;
        if !same_line {
            self.line_before(at);
        }
        let text = self.pieces.text(at).into_owned();
        let doc = Doc::Comment { text, alone: !same_line, ends_line: true };
        self.printer.write(&[doc], self.indent);
    }

    fn item(&mut self, item: &Item, end: usize) {
        let range = self.at..end;
        if let Item::Clause(clause) = item
            && clause.body.alternatives.is_empty()
            && clause.subsumes.is_none()
        {
            self.fact(range);
            return;
        }
        self.line_before(self.at);
        let docs = match item {
            Item::Clause(_) => layout::clause(self.pieces, range),
            Item::Component(component) => {
                self.component(&component.items, end);
                return;
            }
            Item::Directive(_) => layout::declaration(self.pieces, range, Context::Options),
            Item::Init(_) => layout::declaration(self.pieces, range, Context::Component),
            _ => layout::declaration(self.pieces, range, Context::Declaration),
        };
        self.printer.write(&docs, self.indent);
    }

    /// A fact: on the line of the fact before it, where it was and fits.
    fn fact(&mut self, range: Range<usize>) {
        let docs = layout::clause(self.pieces, range.clone());
        let width = docs.iter().map(Doc::width).sum();
        let behind_fact = range.start > 0 && self.pieces.kind(range.start - 1) == Kind::Dot && self.after_fact;
        let together = behind_fact && self.pieces.breaks(range.start) == 0 && self.printer.has_room(width);
        if together && !docs.iter().any(Doc::must_break) {
            self.printer.space();
        } else {
            self.line_before(range.start);
        }
        self.printer.write(&docs, self.indent);
    }

    fn component(&mut self, items: &[Item], end: usize) {
        let open = (self.at..end).find(|at| self.pieces.kind(*at) == Kind::LeftBrace).unwrap_or(end);
        let mut head = layout::run(self.pieces, self.at..open, Context::Component);
        head.extend([Doc::Space, Doc::Text("{".to_owned())]);
        self.printer.write(&[Doc::group(head)], self.indent);
        self.at = open + 1;
        self.indent += STEP;
        self.write(items);
        self.between(end.saturating_sub(1));
        self.indent -= STEP;
        self.printer.new_line();
        self.printer.write(&[Doc::Text("}".to_owned())], self.indent);
    }
}

/// Where an item stands.
fn span_of(item: &Item) -> Span {
    match item {
        Item::Decl(decl) => decl.span,
        Item::Type(decl) => decl.span,
        Item::Directive(directive) => directive.span,
        Item::Clause(clause) => clause.span,
        Item::Component(component) => component.span,
        Item::Init(init) => init.span,
        Item::Override(over) => over.span,
        Item::Pragma(pragma) => pragma.span,
        Item::Functor(functor) => functor.span,
        Item::Include(include) => include.span,
        Item::Once(span) | Item::Lattice(span) => *span,
    }
}
