//! Which columns of which relations a program asks for: the texts of the others need not be told apart.

use std::collections::{BTreeMap, BTreeSet};

use super::components::Flat;
use crate::syntax::ast::{Arg, ArgKind, Args, Atom, DirectiveKind, Literal, Source};
use crate::syntax::walk::{self, Rewrite};

/// What a program asks of each relation that it names.
#[derive(Debug, Default)]
pub(super) struct Reads {
    /// Relations of which every column counts.
    whole: BTreeSet<String>,
    /// For each other relation, the positions that are asked for.
    columns: BTreeMap<String, BTreeSet<usize>>,
}

impl Reads {
    /// What `flat` asks for. Relations that it derives, prints or declares anything special of count as a whole.
    pub(super) fn of(flat: &Flat) -> Self {
        let mut reads = Self::default();
        let directives = flat.directives.iter().filter(|directive| directive.kind != DirectiveKind::Input);
        let special = flat.decls.iter().filter(|decl| !decl.choice.is_empty() || !decl.qualifiers.is_empty());
        let named = directives.flat_map(|directive| &directive.relations).chain(special.flat_map(|decl| &decl.names));
        reads.whole.extend(named.map(|name| name.text.clone()));
        for mut clause in flat.clauses.iter().cloned() {
            let heads = clause.heads.iter().chain(&clause.subsumes);
            reads.whole.extend(heads.map(|head| head.relation.text.clone()));
            walk::clause(&mut reads, &mut clause);
        }
        reads
    }

    /// Whether the values of that column of the relation make any difference.
    pub(super) fn asks(&self, relation: &str, column: usize) -> bool {
        self.whole.contains(relation) || self.columns.get(relation).is_some_and(|columns| columns.contains(&column))
    }
}

impl Rewrite for Reads {
    fn literal(&mut self, inner: &mut Literal) {
        if let Literal::In(row) = inner
            && let Source::Relation(name, _) = &row.source
        {
            self.whole.insert(name.text.clone());
        }
        walk::literal(self, inner);
    }

    fn atom(&mut self, inner: &mut Atom) {
        match &inner.args {
            Args::Named(_) => {
                self.whole.insert(inner.relation.text.clone());
            }
            Args::Positional(args) => {
                let is_asked = |(_, arg): &(usize, &Arg)| !matches!(arg.kind, ArgKind::Unnamed);
                let asked = args.iter().enumerate().filter(is_asked).map(|(at, _)| at);
                self.columns.entry(inner.relation.text.clone()).or_default().extend(asked);
            }
        }
        walk::atom(self, inner);
    }
}

#[cfg(test)]
mod tests {
    use super::Reads;
    use crate::analysis::components;
    use crate::diagnostic::Report;
    use crate::source::SourceMap;
    use crate::syntax;

    #[test]
    fn columns_that_are_only_passed_over_are_not_asked_for() {
        let text = ".decl e(a: symbol, b: symbol, c: symbol)\n.decl f(a: symbol, b: symbol)\n.decl g(a: symbol)\n\
                    .decl h(a: symbol, b: symbol)\n.input e, f, g, h\n.decl r(a: symbol, n: number)\n.output r\n\
                    r(x, n) :- e(x, _, _), n = count : { e(_, _, y), !f(y, _) }, !g(_), h{a: x}.\n";
        let mut map = SourceMap::new();
        let file = map.add("p.dl", text).unwrap();
        let (tree, report) = syntax::parse_program(&map, file);
        assert!(report.is_empty(), "{report:?}");
        let reads = Reads::of(&components::expand(&[&tree], &mut Report::new()));
        let asked = |name: &str| (0..3).filter(|at| reads.asks(name, *at)).collect::<Vec<_>>();
        assert_eq!(asked("e"), [0, 2]);
        assert_eq!(asked("f"), [0]);
        assert!(asked("g").is_empty());
        assert_eq!(asked("h"), [0, 1, 2], "braces may ask for any");
        assert_eq!(asked("r"), [0, 1, 2], "what is printed and derived");
    }
}
