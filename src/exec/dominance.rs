//! [`Dominance`]: what a subsumptive clause says about two rows of its relation.

use super::matcher::{Bindings, Flow, Matcher, Mode, Slot};
use crate::ir::{Atom, Literal, Relation, RelationId, Rule, Subsumption, Term, TypeId, Var, VarId};
use crate::value::Value;

/// `worse <= better :- conditions`, ready to be asked about pairs of rows.
#[derive(Debug)]
pub struct Dominance {
    vars: Vec<Var>,
    /// What it says about the row that goes.
    pub worse: Atom,
    /// What it says about the row because of which that one goes.
    pub better: Atom,
    /// What must hold besides.
    pub conditions: Vec<Literal>,
}

impl Dominance {
    /// The clauses of a relation.
    #[must_use]
    pub fn of(relation: &Relation, id: RelationId) -> Vec<Self> {
        let clause = |subsumption: &Subsumption| {
            let [worse, better] = subsumption.atoms(id)?;
            let Rule { body, vars, .. } = &subsumption.rule;
            let conditions = body.iter().enumerate().filter(|(at, _)| ![worse, better].contains(at));
            let conditions = conditions.map(|(_, literal)| literal.clone()).collect();
            let [Literal::Atom(worse), Literal::Atom(better)] = [&body[worse], &body[better]] else { return None };
            Some(Self { vars: vars.clone(), worse: worse.clone(), better: better.clone(), conditions })
        };
        relation.subsumption.iter().filter_map(clause).collect()
    }

    /// The type of one of its variables.
    #[must_use]
    pub fn type_of(&self, var: VarId) -> TypeId {
        self.vars[var.index()].ty
    }

    /// Whether a row certainly goes because of another.
    #[must_use]
    pub fn holds(&self, matcher: &Matcher, worse: &[Value], better: &[Value]) -> bool {
        let mut bindings = Bindings::new(self.vars.len());
        if !(bind(&self.worse, worse, &mut bindings) && bind(&self.better, better, &mut bindings)) {
            return false;
        }
        let found = matcher.solve(&self.vars, &self.conditions, (bindings, Mode::Certain), &mut |_, doubt| {
            if doubt.is_empty() { Flow::Break(()) } else { Flow::Continue(()) }
        });
        found.is_break()
    }

    /// Whether its conditions read one of these relations.
    #[must_use]
    pub fn reads(&self, relations: &[RelationId]) -> bool {
        let mut reads = false;
        self.conditions
            .iter()
            .for_each(|literal| literal.atoms(&mut |atom| reads |= relations.contains(&atom.relation)));
        reads
    }
}

/// Binds what an atom says about a row; whether the row is one of which it speaks.
fn bind(atom: &Atom, row: &[Value], bindings: &mut Bindings) -> bool {
    atom.args.iter().all(|(column, term)| match term {
        Term::Const(value) => *value == row[*column],
        Term::Var(var) => match bindings.value(*var) {
            Some(value) => *value == row[*column],
            None => {
                bindings.set(*var, Slot::Value(row[*column].clone()));
                true
            }
        },
    })
}
