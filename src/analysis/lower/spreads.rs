//! Allowances of derived amounts: what a rule computed from printed figures is as uncertain as they are.
//!
//! When `s` of `total(c, s)` meets `~`, a relation `total±s(c, s, allowance)` is derived by the same rules, and the
//! comparison takes the largest allowance of the rows that fit. Relations that no `~` asks about have none.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{
    Aggregate, AggregateOp, Atom, Column, Expr, Literal, Origin, Program, Relation, RelationId, Rule, Term, VarId,
};

/// What is known of the allowances of derived columns.
#[derive(Debug, Default)]
pub(in crate::analysis) struct Spreads {
    /// For a column: its rules, each with one more argument for the allowance. Only columns that are not exact.
    rules: BTreeMap<(RelationId, usize), Vec<Rule>>,
    inexact: BTreeSet<(RelationId, usize)>,
    /// Relations all of whose rules are known.
    complete: BTreeSet<RelationId>,
    /// The relations that were asked for, in that order.
    wanted: Vec<(RelationId, usize)>,
    /// How many relations the program has without those made here.
    relations: usize,
}

impl Spreads {
    /// For a program with so many relations.
    pub(in crate::analysis) fn of(relations: usize) -> Self {
        Self { relations, ..Self::default() }
    }

    /// A rule of `column`'s relation, with its allowance as the last argument.
    pub(in crate::analysis) fn add(&mut self, column: (RelationId, usize), rule: Rule, inexact: bool) {
        self.rules.entry(column).or_default().push(rule);
        if inexact {
            self.inexact.insert(column);
        }
    }

    /// No more rules of these relations will come.
    pub(in crate::analysis) fn complete(&mut self, relations: &[RelationId]) {
        self.complete.extend(relations);
    }

    /// The largest allowance of the rows of `atom` in `column`, as an aggregate that binds `result`; none when the
    /// column is exact. `inner` is the variable of the allowance within it.
    pub(in crate::analysis) fn aggregate(
        &mut self,
        atom: &Atom,
        column: usize,
        arity: usize,
        [result, inner]: [VarId; 2],
    ) -> Option<Literal> {
        let asked = (atom.relation, column);
        if !self.complete.contains(&atom.relation) || !self.inexact.contains(&asked) {
            return None;
        }
        let relation = self.relation(asked);
        let mut args = atom.args.clone();
        let outer = atom.column_vars().collect::<BTreeSet<VarId>>().into_iter().collect();
        args.push((arity, Term::Var(inner)));
        Some(Literal::Aggregate(Aggregate {
            result,
            op: AggregateOp::Max,
            target: Some(Expr::Var(inner)),
            distinct: false,
            body: vec![Literal::Atom(Atom { relation, row: None, args, span: atom.span })],
            outer,
            span: atom.span,
        }))
    }

    fn relation(&mut self, asked: (RelationId, usize)) -> RelationId {
        let at = self.wanted.iter().position(|known| *known == asked).unwrap_or_else(|| {
            self.wanted.push(asked);
            self.wanted.len() - 1
        });
        RelationId(u32::try_from(self.relations + at).expect("fewer than 2^32 relations"))
    }

    /// Adds the relations that were asked for, and the rules of those that a `~` of the program comes to; the others, asked for only by
    /// rules of allowances that nothing asks for, stay without rules.
    pub(in crate::analysis) fn finish(mut self, program: &mut Program) {
        let read = self.read(program);
        for (at, asked) in std::mem::take(&mut self.wanted).into_iter().enumerate() {
            let (of, column) = (&program.relations[asked.0.index()], asked.1);
            let id = RelationId(u32::try_from(self.relations + at).expect("fewer than 2^32 relations"));
            let mut columns: Vec<Column> = of.columns[..of.arity].to_vec();
            columns.push(Column { name: "±".to_owned(), ty: of.columns[column].ty });
            let relation = Relation {
                name: format!("{}±{}", of.name, of.columns[column].name),
                arity: columns.len(),
                columns,
                origin: Origin::Rules(None),
                closes: None,
                choice: Vec::new(),
                limit: None,
                subsumption: Vec::new(),
                span: of.span,
            };
            program.relations.push(relation);
            let rules = self.rules.remove(&asked).filter(|_| read.contains(&id));
            for rule in rules.unwrap_or_default() {
                program.rules.push(Rule { head: id, card: None, ..rule });
            }
        }
    }
    /// The relations made here that the rules of `program` read, directly or through one another.
    fn read(&self, program: &Program) -> BTreeSet<RelationId> {
        let mut found = BTreeSet::new();
        let mut waiting: Vec<RelationId> = Vec::new();
        program.rules.iter().for_each(|rule| add_read(rule, &mut waiting));
        while let Some(relation) = waiting.pop() {
            let made = relation.index().checked_sub(self.relations);
            let Some(asked) = made.and_then(|at| self.wanted.get(at)) else { continue };
            if found.insert(relation) {
                self.rules.get(asked).into_iter().flatten().for_each(|rule| add_read(rule, &mut waiting));
            }
        }
        found
    }
}

/// Adds the relations that a rule reads.
fn add_read(rule: &Rule, found: &mut Vec<RelationId>) {
    rule.body.iter().for_each(|literal| literal.atoms(&mut |atom| found.push(atom.relation)));
}
