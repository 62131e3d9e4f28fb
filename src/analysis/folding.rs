//! Records that are compared field by field: `[a, b] = [c, d]` is `a = c, b = d`, so that nobody need know their type. Nor is it
//! needed where a variable only stands for such a record: `r = [a, b], r = [1, 2]`.

use crate::syntax::ast::{Arg, ArgKind, Body, Clause, Compare, CompareOp, Literal};
use crate::syntax::walk::{self, Rewrite};

use super::components::Flat;

/// Takes apart the comparisons of two records that are written out.
pub(super) fn fold(flat: &mut Flat) {
    for clause in &mut flat.clauses {
        walk::clause(&mut Folder, clause);
        for at in 0..clause.body.alternatives.len() {
            while let Some((literal, name, record)) = stand_in(clause, at) {
                let conjunction = &mut clause.body.alternatives[at];
                conjunction.remove(literal);
                let mut put = Put { name, record };
                conjunction.iter_mut().filter(|literal| equates(literal)).for_each(|literal| put.literal(literal));
                Folder.body(&mut clause.body);
            }
        }
    }
}

/// Records with more parts are not put in the place of variables: copies of copies would fill memory.
const MOST_PARTS: usize = 200;

/// A variable that an alternative of a clause equates with a record and that stands nowhere but in such comparisons; with the
/// position of the equality. `_ = [1, 2]` is one too.
fn stand_in(clause: &Clause, at: usize) -> Option<(usize, String, Arg)> {
    let conjunction = &clause.body.alternatives[at];
    conjunction.iter().enumerate().find_map(|(position, literal)| {
        let Literal::Compare(compare) = literal else { return None };
        let [(CompareOp::Eq, _, second)] = &compare.rest[..] else { return None };
        let (side, record) = match (&compare.first.kind, &second.kind) {
            (_, ArgKind::Record(_)) => (&compare.first, second),
            (ArgKind::Record(_), _) => (second, &compare.first),
            _ => return None,
        };
        let mut parts = Count::default();
        parts.arg(&mut record.clone());
        match &side.kind {
            ArgKind::Unnamed if parts.names.is_empty() => Some((position, String::new(), record.clone())),
            ArgKind::Var(name) if !parts.names.contains(name) && parts.args <= MOST_PARTS => {
                let (mut all, mut here) = (Count::default(), Count::default());
                walk::clause(&mut all, &mut clause.clone());
                let compared = conjunction.iter().filter(|literal| equates(literal));
                compared.for_each(|literal| here.sides(literal));
                let times = |count: &Count| count.names.iter().filter(|other| *other == name).count();
                (times(&all) == times(&here)).then(|| (position, name.clone(), record.clone()))
            }
            _ => None,
        }
    })
}

/// Whether it only says what is equal, or different.
fn equates(literal: &Literal) -> bool {
    let Literal::Compare(compare) = literal else { return false };
    compare.rest.iter().all(|(op, ..)| matches!(op, CompareOp::Eq | CompareOp::Ne))
}

/// Every variable of a part of the tree, each time it stands there, and how many arguments there are.
#[derive(Default)]
struct Count {
    names: Vec<String>,
    args: usize,
}

impl Count {
    /// Counts what stands in a comparison as a side, or as a field of a record.
    fn sides(&mut self, literal: &Literal) {
        let Literal::Compare(compare) = literal else { return };
        let mut open: Vec<&Arg> = compare.rest.iter().map(|(_, _, arg)| arg).chain([&compare.first]).collect();
        while let Some(arg) = open.pop() {
            match &arg.kind {
                ArgKind::Var(name) => self.names.push(name.clone()),
                ArgKind::Record(fields) => open.extend(fields),
                _ => {}
            }
        }
    }
}

impl Rewrite for Count {
    fn arg(&mut self, arg: &mut Arg) {
        self.args += 1;
        if let ArgKind::Var(name) = &arg.kind {
            self.names.push(name.clone());
        }
        walk::arg(self, arg);
    }
}

/// Puts a record in the place of a variable.
struct Put {
    name: String,
    record: Arg,
}

impl Rewrite for Put {
    fn arg(&mut self, arg: &mut Arg) {
        match &arg.kind {
            ArgKind::Var(name) if *name == self.name => arg.kind = self.record.kind.clone(),
            _ => walk::arg(self, arg),
        }
    }
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
    let is_asked = |(left, right): &(&Arg, &Arg)| {
        // `[_, a] = [1, 2]` asks nothing of its first field.
        *op == CompareOp::Ne || ![left, right].iter().any(|side| matches!(side.kind, ArgKind::Unnamed))
    };
    let pairs = left.iter().zip(right).filter(is_asked).map(|(left, right)| {
        let rest = vec![(*op, *place, right.clone())];
        Literal::Compare(Compare { first: left.clone(), rest, span: compare.span })
    });
    match op {
        CompareOp::Eq => {
            let pairs: Vec<Literal> = pairs.collect();
            Some(if pairs.is_empty() { vec![Literal::Bool(true, compare.span)] } else { pairs })
        }
        CompareOp::Ne if left.is_empty() => Some(vec![Literal::Bool(false, compare.span)]),
        CompareOp::Ne => {
            let alternatives = pairs.map(|pair| vec![pair]).collect();
            let body = Body { alternatives, span: compare.span, broken: false };
            Some(vec![Literal::Group(Box::new(body), compare.span)])
        }
        _ => None,
    }
}
