//! From the resolved program to steps on indexes, as data.
//!
//! A [`Plan`] says which relation is scanned, in which order the others are joined, by which columns, which columns
//! stay alive, where conditions are checked, and what negations and aggregates run inside. It knows nothing of the
//! engine that runs it, and prints itself.

mod atom;
mod equal;
mod estimate;
mod lower;
mod meet;
mod order;
mod print;
mod similar;

use rustc_hash::FxHashMap;

use crate::facts::store::Store;
use crate::ir::{
    Aggregate, Bind, Compare, Expr, Generate, Is, Literal, Negation, Program, RelationId, Rule, RuleId, Term, Test,
    Unpack, VarId,
};
use crate::source::Span;
use crate::value::Decimal;

pub use estimate::Sizes;

/// Plans for a whole program.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// In the order in which they run.
    pub strata: Vec<StratumPlan>,
}

/// Plans for the rules of one stratum.
#[derive(Clone, Debug)]
pub struct StratumPlan {
    /// The relations that this stratum completes.
    pub relations: Vec<RelationId>,
    /// Plans that run once, before the rounds: of rules that read no relation of this stratum.
    pub once: Vec<RulePlan>,
    /// Plans that run in every round, one per rule and atom that reads new rows of this stratum.
    pub rounds: Vec<RulePlan>,
}

/// How one rule is run.
#[derive(Clone, Debug)]
pub struct RulePlan {
    /// The rule.
    pub rule: RuleId,
    /// The position in the body of the atom that reads only new rows, if one does.
    pub delta: Option<usize>,
    /// The relation that it adds to.
    pub head: RelationId,
    /// One expression per column of the head.
    pub args: Vec<Expr>,
    /// What to do, in order.
    pub steps: Vec<Step>,
    /// Where each variable of the rule is found once it is bound, by [`VarId`].
    pub places: Vec<Option<Place>>,
}

/// Where a variable's value is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In that slot.
    Slot(usize),
    /// In that column of that table, at the row whose number is in the slot.
    Cell {
        /// The slot with the row's number.
        row: usize,
        /// The table.
        table: usize,
        /// Its column.
        column: usize,
    },
}

impl Place {
    /// The slot that must be alive for it.
    #[must_use]
    pub const fn slot(self) -> usize {
        match self {
            Self::Slot(slot) | Self::Cell { row: slot, .. } => slot,
        }
    }
}

/// A step and the slots that are alive after it.
#[derive(Clone, Debug)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// Slots that later steps or the head read.
    pub live: Vec<usize>,
    /// How many rows are expected after it, for each that comes to the first step.
    pub estimate: f64,
}

/// What a step does with the rows that reach it.
#[derive(Clone, Debug)]
pub enum Action {
    /// Only first: every row of a relation, or those that the last round added.
    Scan(Scan),
    /// For each row, every row of a relation with the same key.
    Join(Join),
    /// For each row, every value that several relations have for it.
    Meet(Meet),
    /// Keeps rows with, or without, a partner.
    Exists(Exists),
    /// Keeps rows for which the condition holds.
    Filter(Check),
    /// Fills a slot with the value of an expression.
    Compute(Compute),
    /// For each row, every row that a function yields.
    Generate(GenerateStep),
    /// Takes records apart.
    Unpack(UnpackStep),
    /// Keeps rows for which the steps yield nothing.
    Not(NotStep),
    /// Fills a slot with an aggregate over what the steps yield.
    Aggregate(AggregateStep),
}

/// Rows of a relation.
#[derive(Clone, Debug)]
pub struct Scan {
    /// The relation.
    pub relation: RelationId,
    /// Its table, for a relation of facts.
    pub table: Option<usize>,
    /// Only what the last round added.
    pub delta: bool,
    /// The slot for the row's number.
    pub row: Option<usize>,
    /// Columns of a derived relation and their slots.
    pub columns: Vec<(usize, usize)>,
}

/// Rows of a relation by key.
#[derive(Clone, Debug)]
pub struct Join {
    /// The relation.
    pub relation: RelationId,
    /// Its table, for a relation of facts.
    pub table: Option<usize>,
    /// Key columns, ascending, and what must be there. Without any: all rows.
    pub keys: Vec<(usize, Term)>,
    /// The slot for the row's number, for a relation of facts.
    pub row: Option<usize>,
    /// Columns of a derived relation and their slots.
    pub columns: Vec<(usize, usize)>,
    /// Without the rows that the last round added: those meet in the plan whose delta is this atom.
    pub old: bool,
    /// Only partners with a text like that of a variable; what follows checks it again.
    pub similar: Option<Similar>,
    /// Only partners for which equalities may hold; what follows checks them again.
    pub equal: Option<Box<Equal>>,
    /// Where it is written.
    pub span: Span,
}

/// Values of one variable that several atoms bind.
#[derive(Clone, Debug)]
pub struct Meet {
    /// The variable.
    pub var: VarId,
    /// The slot for its values.
    pub slot: usize,
    /// The atoms, two at least.
    pub atoms: Vec<MeetAtom>,
    /// Where the first is written.
    pub span: Span,
}

/// One of several atoms that bind a variable.
#[derive(Clone, Debug)]
pub struct MeetAtom {
    /// The relation.
    pub relation: RelationId,
    /// Its table, for a relation of facts.
    pub table: Option<usize>,
    /// Key columns, ascending, and what must be there; one at least.
    pub keys: Vec<(usize, Term)>,
    /// The column of the variable, which is no key.
    pub column: usize,
}

/// Texts that are alike.
#[derive(Clone, Debug)]
pub struct Similar {
    /// The column of texts of the join's relation.
    pub column: usize,
    /// The variable with the other text.
    pub probe: VarId,
    /// How alike.
    pub least: Likeness,
    /// Whether the join is in a negation or an aggregate, where a pair that cannot be compared matters.
    pub is_inner: bool,
}

/// What some expressions over the columns of the partner give equals what others give.
#[derive(Clone, Debug, Default)]
pub struct Equal {
    /// Over what the join binds.
    pub own: Vec<Expr>,
    /// The same, with the number of a column in place of its variable: equal for joins that can share an index.
    pub by: Vec<Expr>,
    /// Over what is bound before, one for each.
    pub probe: Vec<Expr>,
    /// Whether the join is in a negation or an aggregate, where a pair that cannot be compared matters.
    pub is_inner: bool,
}

/// How alike two texts are at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// Such a similarity, as a share of one.
    Share(Decimal),
    /// That many edits apart at most.
    Edits(usize),
}

/// Whether a relation has a row with that key.
#[derive(Clone, Debug)]
pub struct Exists {
    /// The relation.
    pub relation: RelationId,
    /// Its table, for a relation of facts.
    pub table: Option<usize>,
    /// Key columns, ascending, and what must be there.
    pub keys: Vec<(usize, Term)>,
    /// For a negation, what is negated: rows without a partner are kept.
    pub negated: Option<Negation>,
    /// Where it is written.
    pub span: Span,
}

/// A condition over what is bound.
#[derive(Clone, Debug)]
pub enum Check {
    /// A comparison.
    Compare(Compare),
    /// A cell's state.
    Is(Is),
    /// A function of Boolean result.
    Test(Test),
    /// What is at the place equals the term.
    Same(Place, Term, Span),
}

/// `variable = expression`
#[derive(Clone, Debug)]
pub struct Compute {
    /// The variable, the expression, where it is written.
    pub bind: Bind,
    /// The slot.
    pub slot: usize,
}

/// Rows of a function.
#[derive(Clone, Debug)]
pub struct GenerateStep {
    /// The function and its arguments.
    pub generate: Generate,
    /// The slot for its rows, as records.
    pub slot: usize,
}

/// A record taken apart.
#[derive(Clone, Debug)]
pub struct UnpackStep {
    /// The record and what must be in its fields.
    pub unpack: Unpack,
    /// Fields whose value goes to a slot.
    pub slots: Vec<(usize, usize)>,
    /// Fields that are compared.
    pub checks: Vec<(usize, Term)>,
}

/// Steps that run for rows of the enclosing body.
#[derive(Clone, Debug)]
pub struct Nested {
    /// The steps. They never begin with a scan.
    pub steps: Vec<Step>,
    /// Variables of the enclosing body that they read.
    pub outer: Vec<VarId>,
    /// The slot that says to which outer row an inner one belongs.
    pub ordinal: usize,
    /// Slots of the enclosing body that the steps read.
    pub slots: Vec<usize>,
    /// Whether the first step is a join whose key, which may be nothing, is all of the enclosing body that the steps read: what
    /// they yield for every key can then be found in one pass over the joined relation.
    pub keyed: bool,
}

/// A negation.
#[derive(Clone, Debug)]
pub struct NotStep {
    /// What is negated.
    pub negation: Negation,
    /// Its steps.
    pub nested: Nested,
}

/// An aggregate.
#[derive(Clone, Debug)]
pub struct AggregateStep {
    /// Operator, target and result.
    pub aggregate: Aggregate,
    /// What it ranges over.
    pub nested: Nested,
    /// The slot for the result.
    pub slot: usize,
}

/// Plans for a program over the facts, sizes of derived relations being guessed.
#[must_use]
pub fn plan(program: &Program, store: &Store) -> Plan {
    let mut sizes = Sizes::of_facts(program, store);
    let mut strata = Vec::new();
    for at in 0..program.strata.len() {
        let plan = stratum(program, &sizes, at);
        sizes.guess(program, at, &plan);
        strata.push(plan);
    }
    Plan { strata }
}

/// Plans for one stratum.
#[must_use]
pub fn stratum(program: &Program, sizes: &Sizes, at: usize) -> StratumPlan {
    let stratum = &program.strata[at];
    let mut plan = StratumPlan { relations: stratum.relations.clone(), once: Vec::new(), rounds: Vec::new() };
    let sizes = &sizes.with_growing(program, stratum);
    let context = lower::Context { program, sizes, growing: &stratum.relations };
    for id in &stratum.rules {
        let rule = &program.rules[id.index()];
        let deltas = delta_atoms(rule, &stratum.relations);
        if deltas.is_empty() {
            plan.once.push(lower::rule(&context, *id, None));
        }
        plan.rounds.extend(deltas.into_iter().map(|at| lower::rule(&context, *id, Some(at))));
    }
    plan
}

/// Positions of the atoms in the body of `rule` that read one of `relations`.
fn delta_atoms(rule: &Rule, relations: &[RelationId]) -> Vec<usize> {
    let reads = |literal: &Literal| matches!(literal, Literal::Atom(atom) if relations.contains(&atom.relation));
    (0..rule.body.len()).filter(|at| reads(&rule.body[*at])).collect()
}

/// What steps compute, by the variable that they bind.
fn computed(steps: &[Step]) -> FxHashMap<VarId, &Expr> {
    let computes = steps.iter().filter_map(|step| match &step.action {
        Action::Compute(Compute { bind, .. }) => Some((bind.var, &bind.expr)),
        _ => None,
    });
    computes.collect()
}
