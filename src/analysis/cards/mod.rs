//! Cards: their conditions as rules, and their message, labels, severity and key in the scope of each alternative.

mod draft;
mod finish;

pub(super) use draft::{CardDraft, CardScope, draft_alternative};
pub(super) use finish::finish_alternative;

use super::infer::Infer;
use super::input::CardSource;
use super::resolve::{alternatives, too_many};
use crate::source::Span;
use crate::syntax::ast::Literal;

/// The alternatives of a card's `when`, each with its place.
pub(super) fn bodies<'c>(card: &'c CardSource, infer: &mut Infer) -> Vec<(Vec<&'c Literal>, Span)> {
    let Some(all) = alternatives(card.when) else {
        infer.report.push(too_many(card.when.span));
        return Vec::new();
    };
    all.into_iter()
        .map(|body| {
            let span = match (body.first(), body.last()) {
                (Some(first), Some(last)) => first.span().to(last.span()),
                _ => card.when.span,
            };
            (body, span)
        })
        .collect()
}
