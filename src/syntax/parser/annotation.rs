//! Annotations `@[…]`, and the `///` lines above things.

use crate::source::Span;
use crate::text;

use super::super::ast::Annotation;
use super::super::token::Kind;
use super::{Parser, Skip};

impl Parser<'_> {
    /// The annotations that stand here: `@[name, name = value, name(tokens)]`, `@![…]`.
    pub(super) fn annotations(&mut self) -> Vec<Annotation> {
        let mut annotations = Vec::new();
        while self.kind() == Kind::At {
            let open = match self.after().kind {
                Kind::LeftBracket => self.at + 1,
                Kind::Not if self.kind_at(self.at + 2) == Kind::LeftBracket => self.at + 2,
                _ => break,
            };
            self.at = open + 1;
            let end = self.beyond(open).saturating_sub(1);
            while self.at < end {
                match self.annotation(end) {
                    Ok(annotation) => annotations.push(annotation),
                    Err(Skip) => break,
                }
            }
            self.at = self.at.max(end + 1);
        }
        annotations
    }

    /// Passes over the annotations of the whole that stand first in its body: `@![…]`.
    pub(super) fn inner_annotations(&mut self) {
        let stands = |parser: &Self| {
            let kinds = [parser.kind(), parser.after().kind, parser.kind_at(parser.at + 2)];
            kinds == [Kind::At, Kind::Not, Kind::LeftBracket]
        };
        while stands(self) {
            self.annotations();
        }
    }

    fn annotation(&mut self, end: usize) -> Result<Annotation, Skip> {
        let name = self.need(Kind::Word, &text!("注记的名字", "the name of an annotation"))?;
        let mut name = self.name_of(name);
        while self.at < end && self.kind() == Kind::Colon && self.after().kind == Kind::Colon {
            self.at += 2;
            let part = self.advance();
            name.text = format!("{}::{}", name.text, self.text(part));
            name.span = name.span.to(part.span);
        }
        let value = match self.kind() {
            kind if kind.opens() => {
                let open = self.at;
                self.at = self.beyond(open).max(open + 1);
                self.between(open + 1, self.at.saturating_sub(1))
            }
            Kind::Equal => {
                self.advance();
                let from = self.at;
                while self.at < end && self.kind() != Kind::Comma {
                    self.at = if self.kind().opens() { self.beyond(self.at).max(self.at + 1) } else { self.at + 1 };
                }
                self.between(from, self.at)
            }
            _ => String::new(),
        };
        if self.at < end {
            self.need(Kind::Comma, &text!(" `,` 或 `]`", "`,` or `]`"))?;
        }
        Ok(Annotation { name, value })
    }

    /// The text of the tokens from `from` up to, not including, `to`.
    fn between(&self, from: usize, to: usize) -> String {
        if from >= to {
            return String::new();
        }
        let span = self.token_at(from).span.to(self.token_at(to - 1).span);
        self.sources.text(span).into_owned()
    }

    /// The `///` lines (and `/** … */`) that end before `item` and begin after the token before it.
    pub(super) fn doc_before(&self, item: Span, after: Span) -> String {
        let first = self.comments.partition_point(|comment| comment.start() < after.end());
        let last = self.comments.partition_point(|comment| comment.end() <= item.start());
        let comments = self.comments.get(first..last).unwrap_or_default();
        let lines: Vec<String> = comments.iter().filter_map(|comment| doc_text(&self.sources.text(*comment))).collect();
        lines.join("\n")
    }
}

/// What a documentation comment says; none for other comments.
fn doc_text(comment: &str) -> Option<String> {
    if let Some(line) = comment.strip_prefix("///") {
        return (!line.starts_with('/')).then(|| line.trim().to_owned());
    }
    let block = comment.strip_prefix("/**")?.strip_suffix("*/")?;
    let lines: Vec<&str> = block.lines().map(|line| line.trim().trim_start_matches('*').trim()).collect();
    let text = lines.join("\n");
    Some(text.trim().to_owned())
}
