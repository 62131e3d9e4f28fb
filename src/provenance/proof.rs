//! [`Proof`]: why a row of a derived relation holds, down to facts.
//!
//! Nothing is recorded while rules run. For the row that is asked about, the rule's head is bound to it and its body is
//! solved again; each literal becomes a [`Step`] with the values it had. Rows of derived relations are proved in turn.
//! Proofs of recursive relations are sought by increasing depth, so that the first one found is among the lowest, and no
//! row is ever proved by itself.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use crate::exec::CellRef;
use crate::exec::cells::cell_of;
use crate::exec::matcher::{Bindings, Matcher, Mode, Slot};
use crate::ir::{
    Aggregate, Atom, Compare, Expr, Generate, Literal, Origin, RelationId, Rule, RuleId, Term, TypeId, VarId,
};
use crate::source::Span;
use crate::syntax::ast::CompareOp;
use crate::value::Value;

/// Deeper proofs than this are cut off, and say so.
const DEEPEST: usize = 64;

/// One rule with its bindings: if every step holds, so does the row.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// The rule.
    pub rule: RuleId,
    /// The row that it derives.
    pub row: Vec<Value>,
    /// Its conditions, in the order in which they were written.
    pub steps: Vec<Step>,
}

/// A condition that holds, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The condition's text.
    pub span: Span,
    /// Why it holds.
    pub because: Because,
}

/// Why a condition holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Because {
    /// A row of facts is there.
    Fact {
        /// Position of the table in the store.
        table: usize,
        /// The row.
        row: u32,
        /// The cells that the rule reads, with what they hold; none for a cell without a value.
        cells: Vec<(CellRef, Option<Value>)>,
    },
    /// A derived row holds.
    Derived {
        /// The relation.
        relation: RelationId,
        /// The row.
        row: Vec<Value>,
        /// Its own proof; none where it is not expanded: facts of the program text, or beyond the depth asked for.
        proof: Option<Box<Proof>>,
    },
    /// A comparison holds.
    Compared {
        /// Left side.
        left: Value,
        /// The comparison.
        op: CompareOp,
        /// Right side.
        right: Value,
        /// How far apart they may lie, for `~` and `!~`.
        allowance: Option<Value>,
        /// The type of the left side, for showing.
        ty: Option<TypeId>,
    },
    /// A variable stands for a value.
    Named {
        /// The variable.
        var: VarId,
        /// Its value; none for a cell without one.
        value: Option<Value>,
    },
    /// An aggregate came to its result.
    Added {
        /// The variable of the result.
        result: VarId,
        /// What it came to.
        value: Value,
        /// What it was added from, in the order of rows.
        parts: Vec<Contributor>,
    },
    /// A function yielded a row.
    Generated {
        /// The row's variable.
        var: VarId,
        /// The row.
        row: Value,
    },
    /// Nothing was found that a negation looked for.
    Absent {
        /// What the variables that it was looked for with stand for.
        given: Vec<(VarId, Value)>,
    },
    /// A condition of another kind holds.
    Holds,
}

/// One combination of rows that an aggregate added.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributor {
    /// The rows of facts that it stands on.
    pub rows: Vec<(usize, u32)>,
    /// The cell whose value was added, when it was just a cell.
    pub cell: Option<CellRef>,
    /// What was added; `nil` for a count.
    pub value: Value,
}

/// What is being proved on the way down.
struct Path {
    /// How much higher the proof may become.
    height: usize,
    /// How many derived rows stand above.
    level: usize,
    /// These rows.
    open: BTreeSet<(RelationId, Vec<Value>)>,
}

/// Proves rows over what a run came to.
#[derive(Debug)]
pub struct Prover<'m, 'a> {
    matcher: &'m Matcher<'a>,
    /// How deep derived rows are expanded.
    depth: usize,
}

impl<'m, 'a> Prover<'m, 'a> {
    /// A prover that expands derived rows `depth` deep.
    #[must_use]
    pub fn new(matcher: &'m Matcher<'a>, depth: usize) -> Self {
        Self { matcher, depth: depth.min(DEEPEST) }
    }

    /// A proof of `row` of `relation`, as low as there is; none when the row does not hold.
    #[must_use]
    pub fn prove(&self, relation: RelationId, row: &[Value]) -> Option<Proof> {
        (1..=DEEPEST).find_map(|height| {
            let mut path = Path { height, level: 0, open: BTreeSet::new() };
            self.row(relation, row, &mut path)
        })
    }

    /// A proof of `row` no higher than the path allows, not through the rows that are being proved.
    fn row(&self, relation: RelationId, row: &[Value], path: &mut Path) -> Option<Proof> {
        let this = (relation, row.to_vec());
        if path.height == 0 || !path.open.insert(this.clone()) {
            return None;
        }
        let ids = (0..).map(RuleId).zip(&self.matcher.input().program.rules);
        let proof = ids.filter(|(_, rule)| rule.head == relation).find_map(|(id, rule)| {
            let mut found = None;
            let start = head_bindings(rule, row)?;
            // The flow only says whether the search was cut short by finding one.
            let _ = self.matcher.solve(&rule.vars, &rule.body, (start, Mode::Certain), &mut |bindings, _| {
                if !self.derives(rule, row, bindings) {
                    return ControlFlow::Continue(());
                }
                let steps = self.steps(rule, bindings, path);
                found = steps.map(|steps| Proof { rule: id, row: row.to_vec(), steps });
                if found.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            });
            found
        });
        path.open.remove(&this);
        proof
    }

    /// Whether the head gives `row` under `bindings`.
    fn derives(&self, rule: &Rule, row: &[Value], bindings: &Bindings) -> bool {
        rule.args
            .iter()
            .zip(row)
            .all(|(arg, value)| self.matcher.value(&rule.vars, arg, bindings).as_ref() == Ok(value))
    }

    fn steps(&self, rule: &Rule, bindings: &Bindings, path: &mut Path) -> Option<Vec<Step>> {
        let mut steps = Vec::with_capacity(rule.body.len());
        for literal in &rule.body {
            let (span, because) = match literal {
                Literal::Atom(atom) => (atom.span, self.atom(rule, atom, bindings, path)?),
                Literal::Compare(compare) => (compare.span, self.compare(rule, compare, bindings)),
                Literal::Bind(bind) => {
                    (bind.span, Because::Named { var: bind.var, value: bindings.value(bind.var).cloned() })
                }
                Literal::Aggregate(aggregate) => (aggregate.span, self.aggregate(rule, aggregate, bindings)?),
                Literal::Generate(generate) => (generate.span, generated(generate, bindings)?),
                Literal::Not(negation) => {
                    let mut used = BTreeSet::new();
                    negation.body.iter().for_each(|literal| variables(literal, &mut used));
                    let given = bindings.values().filter(|(var, _)| used.contains(var));
                    (negation.span, Because::Absent { given: given.map(|(var, value)| (var, value.clone())).collect() })
                }
                Literal::Unpack(unpack) => (unpack.span, Because::Holds),
                Literal::Is(is) => (is.span, Because::Holds),
                Literal::Test(test) => (test.span, Because::Holds),
            };
            steps.push(Step { span, because });
        }
        steps.sort_by_key(|step| step.span);
        Some(steps)
    }

    fn atom(&self, rule: &Rule, atom: &Atom, bindings: &Bindings, path: &mut Path) -> Option<Because> {
        let rows = self.matcher.rows(&rule.vars, atom, bindings);
        let program = self.matcher.input().program;
        match program.relations[atom.relation.index()].origin {
            Origin::Facts(table) => {
                let row = *rows.first()?;
                let cells = atom.args.iter().map(|(column, term)| {
                    let value = match term {
                        Term::Const(value) => Some(value.clone()),
                        Term::Var(var) => bindings.value(*var).cloned(),
                    };
                    (CellRef { table, row, column: *column }, value)
                });
                Some(Because::Fact { table, row, cells: cells.collect() })
            }
            Origin::Rules(_) => rows.into_iter().find_map(|at| {
                let row = self.matcher.derived_row(atom.relation, at);
                path.height -= 1;
                path.level += 1;
                let proof = self.row(atom.relation, &row, path);
                path.height += 1;
                path.level -= 1;
                let proved = proof.is_some() || self.matcher.is_given(atom.relation, &row);
                let shown = proof.filter(|_| path.level < self.depth);
                proved.then(|| Because::Derived { relation: atom.relation, row, proof: shown.map(Box::new) })
            }),
        }
    }

    fn compare(&self, rule: &Rule, compare: &Compare, bindings: &Bindings) -> Because {
        let value = |expr: &Expr| self.matcher.value(&rule.vars, expr, bindings).ok();
        let ty = match &compare.left {
            Expr::Var(var) => Some(rule.vars[var.index()].ty),
            _ => None,
        };
        match (value(&compare.left), value(&compare.right)) {
            (Some(left), Some(right)) => {
                let allowance = compare.allowance.as_ref().and_then(value);
                Because::Compared { left, op: compare.op, right, allowance, ty }
            }
            _ => Because::Holds,
        }
    }

    fn aggregate(&self, rule: &Rule, aggregate: &Aggregate, bindings: &Bindings) -> Option<Because> {
        let mut outer = Bindings::new(rule.vars.len());
        for var in &aggregate.outer {
            outer.set(*var, bindings.get(*var).clone());
        }
        let value = bindings.value(aggregate.result)?.clone();
        let parts = self.matcher.contributors(&rule.vars, aggregate, &outer).into_iter();
        let parts = parts.filter_map(|(inner, value)| {
            let cell = match &aggregate.target {
                Some(Expr::Var(var)) => cell_of(self.matcher.input(), rule, *var, &inner),
                _ => None,
            };
            Some(Contributor { rows: self.rows(rule, &aggregate.body, &inner), cell, value: value.ok()? })
        });
        Some(Because::Added { result: aggregate.result, value, parts: parts.collect() })
    }

    /// The rows of facts that the atoms of a solved body stand on.
    fn rows(&self, rule: &Rule, body: &[Literal], bindings: &Bindings) -> Vec<(usize, u32)> {
        let relations = &self.matcher.input().program.relations;
        let atoms = body.iter().filter_map(|literal| if let Literal::Atom(atom) = literal { Some(atom) } else { None });
        let of = |atom: &Atom| match relations[atom.relation.index()].origin {
            Origin::Facts(table) => Some((table, self.matcher.rows(&rule.vars, atom, bindings).first().copied()?)),
            Origin::Rules(_) => None,
        };
        atoms.filter_map(of).collect()
    }
}

/// The bindings under which the head is `row`, as far as they can be read off it; none when it cannot be that row.
fn head_bindings(rule: &Rule, row: &[Value]) -> Option<Bindings> {
    let mut bindings = Bindings::new(rule.vars.len());
    for (arg, value) in rule.args.iter().zip(row) {
        match arg {
            Expr::Const(constant) if constant != value => return None,
            Expr::Var(var) => match bindings.value(*var) {
                Some(bound) if bound != value => return None,
                Some(_) => {}
                // A variable that a later literal computes is bound by it: binding it now would bind it twice.
                None if is_computed(rule, *var) => {}
                None => bindings.set(*var, Slot::Value(value.clone())),
            },
            _ => {}
        }
    }
    Some(bindings)
}

/// Whether a literal of the body computes `var`, rather than an atom finding it.
fn is_computed(rule: &Rule, var: VarId) -> bool {
    rule.body.iter().any(|literal| match literal {
        Literal::Bind(bind) => bind.var == var,
        Literal::Aggregate(aggregate) => aggregate.result == var,
        Literal::Generate(generate) => generate.row == var,
        Literal::Unpack(unpack) => unpack.fields.contains(&Some(Term::Var(var))),
        _ => false,
    })
}

fn generated(generate: &Generate, bindings: &Bindings) -> Option<Because> {
    Some(Because::Generated { var: generate.row, row: bindings.value(generate.row)?.clone() })
}

/// Variables that the atoms of a literal mention.
fn variables(literal: &Literal, used: &mut BTreeSet<VarId>) {
    match literal {
        Literal::Atom(atom) => {
            used.extend(atom.row);
            used.extend(atom.column_vars());
        }
        Literal::Not(negation) => negation.body.iter().for_each(|literal| variables(literal, used)),
        Literal::Aggregate(aggregate) => aggregate.body.iter().for_each(|literal| variables(literal, used)),
        _ => {}
    }
}
