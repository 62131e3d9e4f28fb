//! “Or”: a body as its alternatives, with groups multiplied out.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Body, Literal};
use crate::text;

/// Alternatives beyond this are refused.
const MOST_ALTERNATIVES: usize = 256;

/// The alternatives of a body with groups multiplied out; none when there are too many.
pub(in crate::analysis) fn alternatives(body: &Body) -> Option<Vec<Vec<&Literal>>> {
    let mut all = Vec::new();
    for conjunction in &body.alternatives {
        let mut heads: Vec<Vec<&Literal>> = vec![Vec::new()];
        for literal in conjunction {
            let Literal::Group(group, _) = literal else {
                heads.iter_mut().for_each(|head| head.push(literal));
                continue;
            };
            let tails = alternatives(group)?;
            if heads.len() * tails.len() > MOST_ALTERNATIVES {
                return None;
            }
            heads = heads
                .iter()
                .flat_map(|head| tails.iter().map(|tail| head.iter().chain(tail).copied().collect()))
                .collect();
        }
        all.extend(heads);
        if all.len() > MOST_ALTERNATIVES {
            return None;
        }
    }
    Some(all)
}

/// Too many alternatives.
pub(in crate::analysis) fn too_many(span: Span) -> Diagnostic {
    Diagnostic::error(
        Code::LimitReached,
        text!(
            "“或者”展开后超过 {MOST_ALTERNATIVES} 种情形",
            "more than {MOST_ALTERNATIVES} alternatives when multiplied out"
        ),
    )
    .at(span)
    .help(text!("把一部分条件写成单独的规则", "make a rule of its own of a part"))
}
