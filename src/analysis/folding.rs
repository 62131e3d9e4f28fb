//! Records that are compared field by field: `[a, b] = [c, d]` is `a = c, b = d`, so that nobody need know their type.

use crate::syntax::ast::{ArgKind, Body, Compare, CompareOp, Literal};
use crate::syntax::walk::{self, Rewrite};

use super::components::Flat;

/// Takes apart the comparisons of two records that are written out.
pub(super) fn fold(flat: &mut Flat) {
    flat.clauses.iter_mut().for_each(|clause| walk::clause(&mut Folder, clause));
}

struct Folder;

impl Rewrite for Folder {
    fn body(&mut self, body: &mut Body) {
        for conjunction in &mut body.alternatives {
            if conjunction.iter().any(|literal| folded(literal).is_some()) {
                let mut open: Vec<Literal> = conjunction.drain(..).rev().collect();
                while let Some(literal) = open.pop() {
                    match folded(&literal) {
                        Some(parts) => open.extend(parts.into_iter().rev()),
                        None => conjunction.push(literal),
                    }
                }
            }
        }
        walk::body(self, body);
    }
}

/// What a comparison of two records of one length says of their fields.
fn folded(literal: &Literal) -> Option<Vec<Literal>> {
    let Literal::Compare(compare) = literal else { return None };
    let [(op, place, second)] = &compare.rest[..] else { return None };
    let (ArgKind::Record(left), ArgKind::Record(right)) = (&compare.first.kind, &second.kind) else { return None };
    if left.len() != right.len() {
        return None;
    }
    let pairs = left.iter().zip(right).map(|(left, right)| {
        let rest = vec![(*op, *place, right.clone())];
        Literal::Compare(Compare { first: left.clone(), rest, span: compare.span })
    });
    match op {
        CompareOp::Eq if left.is_empty() => Some(vec![Literal::Bool(true, compare.span)]),
        CompareOp::Eq => Some(pairs.collect()),
        CompareOp::Ne if left.is_empty() => Some(vec![Literal::Bool(false, compare.span)]),
        CompareOp::Ne => {
            let alternatives = pairs.map(|pair| vec![pair]).collect();
            let body = Body { alternatives, span: compare.span, broken: false };
            Some(vec![Literal::Group(Box::new(body), compare.span)])
        }
        _ => None,
    }
}
