//! [`Proof`]: why a row of a derived relation holds, down to facts.
//!
//! Nothing is recorded while rules run. For the row that is asked about, the rule's head is bound to it and its body is
//! solved again; each literal becomes a [`Step`] with the values it had. Rows of derived relations are proved in turn,
//! those of recursive relations by rows that have a lower proof ([`heights`](super::heights)), so that no row is ever
//! proved by itself.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use super::heights::{Heights, heights, premises};
use crate::exec::CellRef;
use crate::exec::cells::{cell_of, part_of_cell};
use crate::exec::matcher::{Bindings, Matcher, Member, Members, Mode, Slot};
use crate::ir::{Aggregate, Atom, Compare, Expr, Generate, Literal, Origin, RelationId, Rule, RuleId, Term, VarId};
use crate::value::Value;

/// Deeper proofs than this are cut off, and say so: as JSON each level is four deep, and readers commonly stop at 128.
const DEEPEST: usize = 24;

/// One rule with its bindings: if every step holds, so does the row.
#[derive(Clone, Debug)]
pub struct Proof<'p> {
    /// The rule.
    pub rule: RuleId,
    /// The row that it derives.
    pub row: Vec<Value>,
    /// Its conditions, in the order in which they were written.
    pub steps: Vec<Step<'p>>,
}

/// A condition that holds, and why.
#[derive(Clone, Debug)]
pub struct Step<'p> {
    /// The condition.
    pub literal: &'p Literal,
    /// Why it holds.
    pub because: Because<'p>,
}

/// Why a condition holds.
#[derive(Clone, Debug)]
pub enum Because<'p> {
    /// A row of facts is there.
    Fact {
        /// Position of the table in the store.
        table: usize,
        /// The row.
        row: u32,
        /// The cells that the rule reads.
        cells: Vec<Read>,
        /// Whether the row was known before, and only more of its cells are read.
        known: bool,
    },
    /// A derived row holds.
    Derived {
        /// The relation.
        relation: RelationId,
        /// The row.
        row: Vec<Value>,
        /// Its own proof; none where it is not expanded: facts of the program text, or beyond the depth asked for.
        proof: Option<Box<Proof<'p>>>,
        /// Whether it was not expanded because of the depth.
        cut: bool,
    },
    /// A comparison holds.
    Compared {
        /// Left side.
        left: Value,
        /// Right side.
        right: Value,
        /// How far apart they may lie, for `~` and `!~`.
        allowance: Option<Value>,
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
        /// What it came to.
        value: Value,
        /// What it was added from, in the order of rows.
        parts: Vec<Contributor>,
    },
    /// A function yielded a row.
    Generated {
        /// The row.
        row: Value,
        /// The cell that its first argument is a part of, and the byte of the cell's text at which that begins.
        cell: Option<(CellRef, u32)>,
    },
    /// Nothing was found that a negation looked for.
    Absent {
        /// What the variables that it was looked for with stand for.
        given: Vec<(VarId, Value)>,
    },
    /// A function of Boolean result says so.
    Tested {
        /// What it was applied to.
        args: Vec<Value>,
    },
    /// A condition of another kind holds.
    Holds,
}

/// A cell that a rule reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The cell.
    pub cell: CellRef,
    /// The variable that it is; none where the rule asks for a constant.
    pub var: Option<VarId>,
    /// What it holds; none for a cell without a value.
    pub value: Option<Value>,
}

/// One combination of rows that an aggregate added. Why it is one, [`Prover::part`] says: there may be a million.
#[derive(Clone, Debug)]
pub struct Contributor {
    member: Member,
    /// The cell whose value was added, when it was just a cell.
    pub cell: Option<CellRef>,
    /// What was added; `nil` for a count.
    pub value: Value,
}

impl Step<'_> {
    /// Whether it only reads more cells of a row that another condition found.
    #[must_use]
    pub fn is_reading(&self) -> bool {
        matches!(self.because, Because::Fact { known: true, .. })
    }
}

/// Proves rows over what a run came to.
#[derive(Debug)]
pub struct Prover<'m, 'a> {
    matcher: &'m Matcher<'a>,
    /// How deep derived rows are expanded.
    depth: usize,
}

/// Where in a proof a row is proved.
#[derive(Clone, Copy)]
struct Here<'h> {
    /// How many derived rows stand above.
    level: usize,
    /// Inside a recursion: its stratum, and how high the proofs of its rows are.
    within: Option<&'h (usize, Heights)>,
}

impl<'m, 'a> Prover<'m, 'a> {
    /// A prover that expands derived rows `depth` deep.
    #[must_use]
    pub fn new(matcher: &'m Matcher<'a>, depth: usize) -> Self {
        Self { matcher, depth: depth.clamp(1, DEEPEST) }
    }

    /// A proof of `row` of `relation`, as low as there is; none when no rule gives it.
    #[must_use]
    pub fn prove(&self, relation: RelationId, row: &[Value]) -> Option<Proof<'a>> {
        self.row(relation, row, Here { level: 0, within: None })
    }

    /// A proof of `row`, below which derived rows are expanded while they are less deep than asked for.
    fn row(&self, relation: RelationId, row: &[Value], here: Here) -> Option<Proof<'a>> {
        let program = self.matcher.input().program;
        let recursion =
            program.strata.iter().position(|stratum| stratum.recursive && stratum.relations.contains(&relation));
        let inside = here.within.filter(|(stratum, _)| Some(*stratum) == recursion);
        let entered = match (inside, recursion) {
            (None, Some(at)) => Some((at, heights(self.matcher, &program.strata[at], &(relation, row.to_vec())))),
            _ => None,
        };
        let here = Here { within: inside.or(entered.as_ref()), ..here };
        let ids = (0..).map(RuleId).zip(&program.rules);
        ids.filter(|(_, rule)| rule.head == relation).find_map(|(id, rule)| {
            let mut found = None;
            let start = head_bindings(rule, row)?;
            // The flow only says whether the search was cut short by finding one.
            let _ = self.matcher.solve(&rule.vars, &rule.body, (start, Mode::Certain), &mut |bindings, _| {
                let lower = || here.within.is_none_or(|within| self.is_lower(rule, (relation, row), bindings, within));
                if !derives(self.matcher, rule, row, bindings) || !lower() {
                    return ControlFlow::Continue(());
                }
                let steps = self.steps(rule, &rule.body, bindings, here);
                found = Some(Proof { rule: id, row: row.to_vec(), steps });
                ControlFlow::Break(())
            });
            found
        })
    }

    /// Whether every row of the same recursion that the solution stands on has a lower proof than `row`.
    fn is_lower(
        &self,
        rule: &Rule,
        (relation, row): (RelationId, &[Value]),
        bindings: &Bindings,
        (stratum, heights): &(usize, Heights),
    ) -> bool {
        let Some(height) = heights.get(&(relation, row.to_vec())) else { return false };
        let stratum = &self.matcher.input().program.strata[*stratum];
        let premises = premises(self.matcher, stratum, rule, bindings);
        premises.iter().all(|premise| heights.get(premise).is_some_and(|below| below < height))
    }

    /// Why each condition of a solved body holds, in the order in which they were written.
    fn steps(&self, rule: &'a Rule, body: &'a [Literal], bindings: &Bindings, here: Here) -> Vec<Step<'a>> {
        let step = |literal: &'a Literal| {
            let because = match literal {
                Literal::Atom(atom) => self.atom(rule, atom, (bindings, here)).unwrap_or(Because::Holds),
                Literal::Compare(compare) => self.compare(rule, compare, bindings),
                Literal::Bind(bind) => Because::Named { var: bind.var, value: bindings.value(bind.var).cloned() },
                Literal::Aggregate(aggregate) => self.aggregate(rule, aggregate, bindings).unwrap_or(Because::Holds),
                Literal::Generate(generate) => self.generated(rule, generate, bindings).unwrap_or(Because::Holds),
                Literal::Not(negation) => {
                    let mut used = BTreeSet::new();
                    negation.body.iter().for_each(|literal| variables(literal, &mut used));
                    let given = bindings.values().filter(|(var, _)| used.contains(var));
                    Because::Absent { given: given.map(|(var, value)| (var, value.clone())).collect() }
                }
                Literal::Test(test) => {
                    let args: Result<Vec<Value>, _> =
                        test.args.iter().map(|arg| self.matcher.value(&rule.vars, arg, bindings)).collect();
                    args.map_or(Because::Holds, |args| Because::Tested { args })
                }
                Literal::Unpack(_) | Literal::Is(_) => Because::Holds,
            };
            Step { literal, because }
        };
        let mut steps: Vec<Step> = body.iter().map(step).collect();
        mark_known(&mut steps);
        steps.sort_by_key(|step| step.literal.span());
        steps
    }

    fn atom(&self, rule: &Rule, atom: &'a Atom, (bindings, here): (&Bindings, Here)) -> Option<Because<'a>> {
        let rows = self.matcher.rows(&rule.vars, atom, bindings);
        let program = self.matcher.input().program;
        match program.relations[atom.relation.index()].origin {
            Origin::Facts(table) => {
                let row = *rows.first()?;
                let read = |(column, term): &(usize, Term)| {
                    let (var, value) = match term {
                        Term::Const(value) => (None, Some(value.clone())),
                        Term::Var(var) => (Some(*var), bindings.value(*var).cloned()),
                    };
                    Read { cell: CellRef { table, row, column: *column }, var, value }
                };
                Some(Because::Fact { table, row, cells: atom.args.iter().map(read).collect(), known: false })
            }
            Origin::Rules(_) => {
                let row = self.matcher.derived_row(atom.relation, *rows.first()?);
                let below = Here { level: here.level + 1, ..here };
                let cut = below.level >= self.depth && !self.matcher.is_given(atom.relation, &row);
                let proof = if cut { None } else { self.row(atom.relation, &row, below) };
                Some(Because::Derived { relation: atom.relation, row, proof: proof.map(Box::new), cut })
            }
        }
    }

    fn compare(&self, rule: &Rule, compare: &Compare, bindings: &Bindings) -> Because<'a> {
        let value = |expr: &Expr| self.matcher.value(&rule.vars, expr, bindings).ok();
        match (value(&compare.left), value(&compare.right)) {
            (Some(left), Some(right)) => {
                Because::Compared { left, right, allowance: compare.allowance.as_ref().and_then(value) }
            }
            _ => Because::Holds,
        }
    }

    fn aggregate(&self, rule: &Rule, aggregate: &Aggregate, bindings: &Bindings) -> Option<Because<'a>> {
        let value = bindings.value(aggregate.result)?.clone();
        let contributors = self.matcher.contributors(&rule.vars, aggregate, bindings);
        let mut members = Members::default();
        let parts = contributors.iter().filter_map(|(member, value)| {
            let cell = match &aggregate.target {
                Some(Expr::Var(var)) => cell_of(self.matcher.input(), rule, *var, members.bindings(member)),
                _ => None,
            };
            Some(Contributor { cell, value: value.as_ref().ok()?.clone(), member: member.clone() })
        });
        Some(Because::Added { value, parts: parts.collect() })
    }

    /// Why a combination of rows is one that an aggregate added: the conditions in the braces. Derived rows among them are
    /// not expanded.
    #[must_use]
    pub fn part(&self, rule: &'a Rule, aggregate: &'a Aggregate, part: &Contributor) -> Vec<Step<'a>> {
        self.steps(rule, &aggregate.body, &part.member.bindings(), Here { level: self.depth, within: None })
    }

    fn generated(&self, rule: &Rule, generate: &Generate, bindings: &Bindings) -> Option<Because<'a>> {
        let text = generate.args.first();
        let cell = text.and_then(|text| part_of_cell(self.matcher.input(), rule, text, bindings));
        Some(Because::Generated { row: bindings.value(generate.row)?.clone(), cell })
    }
}

/// Marks conditions that read a row which an earlier one, in the order in which the rule runs, has found.
fn mark_known(steps: &mut [Step]) {
    let mut found: BTreeSet<VarId> = BTreeSet::new();
    for step in steps {
        let Literal::Atom(atom) = step.literal else { continue };
        if let (Because::Fact { known, .. }, Some(row)) = (&mut step.because, atom.row) {
            *known = !found.insert(row);
        } else {
            found.extend(atom.args.iter().filter_map(|(_, term)| match term {
                Term::Var(var) => Some(*var),
                Term::Const(_) => None,
            }));
        }
    }
}

/// Whether the head gives `row` under `bindings`.
pub(super) fn derives(matcher: &Matcher<'_>, rule: &Rule, row: &[Value], bindings: &Bindings) -> bool {
    let values = rule.args.iter().zip(row);
    values.into_iter().all(|(arg, value)| matcher.value(&rule.vars, arg, bindings).as_ref() == Ok(value))
}

/// The bindings under which the head is `row`, as far as they can be read off it; none when it cannot be that row.
pub(super) fn head_bindings(rule: &Rule, row: &[Value]) -> Option<Bindings> {
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
pub(super) fn is_computed(rule: &Rule, var: VarId) -> bool {
    rule.body.iter().any(|literal| match literal {
        Literal::Bind(bind) => bind.var == var,
        Literal::Aggregate(aggregate) => aggregate.result == var,
        Literal::Generate(generate) => generate.row == var,
        Literal::Unpack(unpack) => unpack.fields.contains(&Some(Term::Var(var))),
        _ => false,
    })
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
