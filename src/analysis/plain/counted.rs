//! Of which relations a program counts, adds up or numbers the rows, so that equal rows must be one.

use std::collections::BTreeSet;

use super::uses::is_counter;
use crate::analysis::components::Flat;
use crate::syntax::ast::{Arg, ArgKind, Atom, Literal, Source};
use crate::syntax::walk::{self, Rewrite};

/// Their names.
pub(in crate::analysis) fn counted(flat: &Flat) -> BTreeSet<String> {
    let mut counted = Counted::default();
    for clause in &flat.clauses {
        let mut search = HasCounter(false);
        let mut clause = clause.clone();
        walk::clause(&mut search, &mut clause);
        counted.depth = usize::from(search.0);
        clause.heads.iter_mut().for_each(|head| walk::atom(&mut counted, head));
        counted.body(&mut clause.body);
    }
    counted.names
}

struct HasCounter(bool);

impl Rewrite for HasCounter {
    fn arg(&mut self, arg: &mut Arg) {
        self.0 |= is_counter(arg);
        walk::arg(self, arg);
    }
}

#[derive(Default)]
struct Counted {
    names: BTreeSet<String>,
    /// How many braces are around what is looked at; one more in a rule with a counter.
    depth: usize,
}

impl Rewrite for Counted {
    fn literal(&mut self, literal: &mut Literal) {
        if let Literal::In(row) = literal
            && let (Source::Relation(name, _), 1..) = (&row.source, self.depth)
        {
            self.names.insert(name.text.clone());
        }
        walk::literal(self, literal);
    }

    fn atom(&mut self, atom: &mut Atom) {
        if self.depth > 0 {
            self.names.insert(atom.relation.text.clone());
        }
        walk::atom(self, atom);
    }

    fn arg(&mut self, arg: &mut Arg) {
        let braces = usize::from(matches!(arg.kind, ArgKind::Aggregate(_)));
        self.depth += braces;
        walk::arg(self, arg);
        self.depth -= braces;
    }
}
