//! One rule's body to steps.

use rustc_hash::FxHashSet;

use super::atom::Reads;
use super::{
    Action, AggregateStep, Check, Compute, Exists, GenerateStep, Nested, NotStep, Place, RulePlan, Sizes, Step,
    UnpackStep,
};
use super::{equal, order, similar};
use crate::ir::{
    Aggregate, AggregateOp, Bind, Compare, Expr, Generate, Literal, Negation, Origin, Program, RelationId, RuleId,
    Term, Unpack, Var, VarId,
};
use crate::source::Span;
use crate::syntax::ast::CompareOp;

/// What lowering needs to know.
pub(super) struct Context<'a> {
    pub(super) program: &'a Program,
    pub(super) sizes: &'a Sizes,
    /// Relations of the stratum.
    pub(super) growing: &'a [RelationId],
}

/// A body on its way to steps. Every variable gets one place.
pub(super) struct Builder<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) places: Vec<Option<Place>>,
    pub(super) slots: usize,
    pub(super) steps: Vec<Step>,
    /// The variables of the rule.
    pub(super) vars: &'a [Var],
    /// Whether what is lowered is an inner body.
    is_inner: bool,
    /// Only whether a body has a solution matters, not how many.
    as_set: bool,
}

/// The plan of a rule; with `delta`, that literal reads only the rows that the last round added.
pub(super) fn rule(context: &Context<'_>, id: RuleId, delta: Option<usize>) -> RulePlan {
    let rule = &context.program.rules[id.index()];
    let mut builder = Builder {
        context,
        places: vec![None; rule.vars.len()],
        slots: 0,
        steps: Vec::new(),
        vars: &rule.vars,
        is_inner: false,
        as_set: true,
    };
    let before = order::Before { is_bound: &|_| false, nothing: true };
    let order = order::order(context, &rule.body, before, delta);
    builder.body(&rule.body, &order, delta);
    let mut heads = Vec::new();
    rule.args.iter().for_each(|arg| arg.variables(&mut |var| heads.push(var)));
    let needed = builder.slots_of(heads);
    let mut steps = std::mem::take(&mut builder.steps);
    builder.liveness(&mut steps, needed);
    let mut plan =
        RulePlan { rule: id, delta, head: rule.head, args: rule.args.clone(), steps, places: builder.places };
    similar::mark(&mut plan);
    equal::mark(&mut plan, context.sizes.eager);
    plan
}

impl Builder<'_> {
    pub(super) fn slot(&mut self) -> usize {
        self.slots += 1;
        self.slots - 1
    }

    pub(super) fn is_bound(&self, var: VarId) -> bool {
        self.places[var.index()].is_some()
    }

    pub(super) fn term_is_bound(&self, term: &Term) -> bool {
        term.var().is_none_or(|var| self.is_bound(var))
    }

    pub(super) fn push(&mut self, action: Action, estimate: f64) {
        self.steps.push(Step { action, live: Vec::new(), estimate });
    }

    pub(super) fn check(&mut self, check: Check) {
        self.push(Action::Filter(check), 0.5);
    }

    /// Whether `var` comes from outside when a negation or aggregate of the body that binds `own` mentions it. What has a
    /// place by then is that body's or comes from further outside: braces have variables of their own.
    pub(super) fn is_outer(&self, var: VarId, own: &FxHashSet<VarId>) -> bool {
        self.is_bound(var) || own.contains(&var)
    }

    fn body(&mut self, body: &[Literal], order: &[usize], delta: Option<usize>) {
        let own = order::binds(body);
        let mut done = Vec::new();
        for (nth, at) in order.iter().enumerate() {
            if done.contains(at) || !self.is_inner && nth > 0 && self.meet(body, &order[nth..], &mut done) {
                continue;
            }
            match &body[*at] {
                Literal::Atom(atom) => {
                    let reads = match delta {
                        Some(delta) if delta == *at => Reads::Delta,
                        Some(delta) if delta < *at && self.context.growing.contains(&atom.relation) => Reads::Old,
                        _ => Reads::All,
                    };
                    self.atom(atom, reads);
                }
                Literal::Not(not) => self.negation(not, &own),
                Literal::Generate(generate) => self.generate(generate),
                Literal::Compare(compare) => self.check(Check::Compare(compare.clone())),
                Literal::Bind(bind) => self.bind(bind),
                Literal::Unpack(unpack) => self.unpack(unpack),
                Literal::Aggregate(aggregate) => self.aggregate(aggregate, &own),
                Literal::Is(is) => self.check(Check::Is(is.clone())),
                Literal::Test(test) => self.check(Check::Test(test.clone())),
            }
        }
    }

    fn bind(&mut self, bind: &Bind) {
        if self.is_bound(bind.var) {
            let (left, right) = (Expr::Var(bind.var), bind.expr.clone());
            let compare = Compare { op: CompareOp::Eq, left, right, allowance: None, span: bind.span };
            return self.check(Check::Compare(compare));
        }
        let slot = self.slot();
        self.push(Action::Compute(Compute { bind: bind.clone(), slot }), 1.0);
        self.places[bind.var.index()] = Some(Place::Slot(slot));
    }

    /// Makes `slot` the place of `var`, or compares the two where it has one.
    fn settle(&mut self, var: VarId, slot: usize, span: Span) {
        if self.is_bound(var) {
            self.check(Check::Same(Place::Slot(slot), Term::Var(var), span));
        } else {
            self.places[var.index()] = Some(Place::Slot(slot));
        }
    }

    fn generate(&mut self, generate: &Generate) {
        let slot = self.slot();
        self.push(Action::Generate(GenerateStep { generate: generate.clone(), slot }), 3.0);
        self.settle(generate.row, slot, generate.span);
    }

    fn unpack(&mut self, unpack: &Unpack) {
        let (mut slots, mut checks, mut fresh) = (Vec::new(), Vec::new(), Vec::new());
        for (at, field) in unpack.fields.iter().enumerate() {
            match field {
                None => {}
                Some(Term::Var(var)) if !self.is_bound(*var) => {
                    let slot = self.slot();
                    slots.push((at, slot));
                    fresh.push((*var, slot));
                }
                Some(term) => checks.push((at, term.clone())),
            }
        }
        self.push(Action::Unpack(UnpackStep { unpack: unpack.clone(), slots, checks }), 0.7);
        for (var, slot) in fresh {
            self.settle(var, slot, unpack.span);
        }
    }

    fn negation(&mut self, not: &Negation, own: &FxHashSet<VarId>) {
        if let [Literal::Atom(atom)] = &not.body[..]
            && let Some(keys) = self.only_keys(atom, own)
        {
            let table = self.table(atom.relation);
            let exists = Exists { relation: atom.relation, table, keys, negated: Some(not.clone()), span: not.span };
            return self.push(Action::Exists(exists), 0.5);
        }
        let outer = Literal::Not(not.clone()).needs(&|var| self.is_outer(var, own));
        let nested = self.nested(&not.body, outer, (&[], true));
        self.push(Action::Not(NotStep { negation: not.clone(), nested }), 0.5);
    }

    fn aggregate(&mut self, aggregate: &Aggregate, own: &FxHashSet<VarId>) {
        let outer = Literal::Aggregate(aggregate.clone()).needs(&|var| self.is_outer(var, own));
        let mut targets = Vec::new();
        aggregate.target.iter().for_each(|target| target.variables(&mut |var| targets.push(var)));
        let nested = self.nested(&aggregate.body, outer, (&targets, false));
        let slot = self.slot();
        self.push(Action::Aggregate(AggregateStep { aggregate: aggregate.clone(), nested, slot }), 1.0);
        self.settle(aggregate.result, slot, aggregate.span);
    }

    /// Steps for an inner body; `wanted` are variables that must be alive at its end, and whether it is a set.
    fn nested(&mut self, body: &[Literal], outer: Vec<VarId>, wanted: (&[VarId], bool)) -> Nested {
        let nothing = self.slots == 0;
        let ordinal = self.slot();
        let steps = std::mem::take(&mut self.steps);
        let as_set = std::mem::replace(&mut self.as_set, wanted.1);
        let is_inner = std::mem::replace(&mut self.is_inner, true);
        let before = order::Before { is_bound: &|var| self.is_bound(var), nothing };
        let order = order::order(self.context, body, before, None);
        self.body(body, &order, None);
        let mut inner = std::mem::replace(&mut self.steps, steps);
        let mut needed = self.slots_of(wanted.0.iter().copied());
        needed.insert(ordinal);
        let mut slots: Vec<usize> = self.liveness(&mut inner, needed).into_iter().collect();
        slots.retain(|slot| *slot != ordinal);
        slots.sort_unstable();
        (self.as_set, self.is_inner) = (as_set, is_inner);
        // Slots of the enclosing body were numbered before.
        let keyed = inner.first().is_some_and(|first| {
            matches!(first.action, Action::Join(_)) && first.live.iter().all(|slot| *slot >= ordinal)
        });
        Nested { steps: inner, outer, ordinal, slots, keyed }
    }

    /// Fills in which slots are alive after each step; gives those alive before the first.
    fn liveness(&self, steps: &mut Vec<Step>, mut needed: FxHashSet<usize>) -> FxHashSet<usize> {
        let mut kept = Vec::with_capacity(steps.len());
        while let Some(mut step) = steps.pop() {
            if is_idle(&step.action, &needed) {
                continue;
            }
            if self.as_set {
                weaken(&mut step.action, &needed);
            }
            step.live = needed.iter().copied().collect();
            step.live.sort_unstable();
            for slot in writes(&step.action) {
                needed.remove(&slot);
            }
            needed.extend(self.reads(&step.action));
            kept.push(step);
        }
        kept.reverse();
        *steps = kept;
        needed
    }

    fn reads(&self, action: &Action) -> FxHashSet<usize> {
        let mut seen = Vec::new();
        let mut see = |var| seen.push(var);
        let mut slots = FxHashSet::default();
        match action {
            Action::Scan(_) => {}
            Action::Join(join) => join.keys.iter().filter_map(|(_, term)| term.var()).for_each(see),
            Action::Exists(exists) => exists.keys.iter().filter_map(|(_, term)| term.var()).for_each(see),
            Action::Meet(meet) => {
                meet.atoms.iter().flat_map(|atom| &atom.keys).filter_map(|(_, term)| term.var()).for_each(see);
            }
            Action::Filter(Check::Compare(compare)) => compare.variables(&mut see),
            Action::Filter(Check::Is(is)) => see(is.var),
            Action::Filter(Check::Test(test)) => test.args.iter().for_each(|arg| arg.variables(&mut see)),
            Action::Filter(Check::Same(place, term, _)) => {
                slots.insert(place.slot());
                term.var().into_iter().for_each(see);
            }
            Action::Compute(compute) => compute.bind.expr.variables(&mut see),
            Action::Generate(step) => step.generate.args.iter().for_each(|arg| arg.variables(&mut see)),
            Action::Unpack(step) => {
                step.unpack.record.variables(&mut see);
                step.checks.iter().filter_map(|(_, term)| term.var()).for_each(see);
            }
            // Rows are grouped by all variables from outside, also by those that no inner step reads any more.
            Action::Not(NotStep { nested, .. }) | Action::Aggregate(AggregateStep { nested, .. }) => {
                slots.extend(&nested.slots);
                nested.outer.iter().copied().for_each(see);
            }
        }
        slots.extend(self.slots_of(seen));
        slots
    }

    fn slots_of(&self, vars: impl IntoIterator<Item = VarId>) -> FxHashSet<usize> {
        vars.into_iter().filter_map(|var| self.places[var.index()]).map(Place::slot).collect()
    }

    pub(super) fn table(&self, relation: RelationId) -> Option<usize> {
        match self.context.program.relations[relation.index()].origin {
            Origin::Facts(table) => Some(table),
            Origin::Rules(_) => None,
        }
    }
}

/// Whether a step only fills a slot that nobody reads.
fn is_idle(action: &Action, needed: &FxHashSet<usize>) -> bool {
    match action {
        Action::Compute(compute) => !needed.contains(&compute.slot),
        // The least of nothing is a condition as well.
        Action::Aggregate(step) => {
            matches!(step.aggregate.op, AggregateOp::Sum | AggregateOp::Count) && !needed.contains(&step.slot)
        }
        _ => false,
    }
}

/// A join that nobody reads only asks whether there is a partner.
fn weaken(action: &mut Action, needed: &FxHashSet<usize>) {
    let Action::Join(join) = action else { return };
    let read = join.row.iter().chain(join.columns.iter().map(|(_, slot)| slot)).any(|slot| needed.contains(slot));
    if read {
        join.columns.retain(|(_, slot)| needed.contains(slot));
        return;
    }
    let keys = std::mem::take(&mut join.keys);
    *action =
        Action::Exists(Exists { relation: join.relation, table: join.table, keys, negated: None, span: join.span });
}

fn writes(action: &Action) -> Vec<usize> {
    match action {
        Action::Scan(scan) => scan.row.into_iter().chain(scan.columns.iter().map(|(_, slot)| *slot)).collect(),
        Action::Join(join) => join.row.into_iter().chain(join.columns.iter().map(|(_, slot)| *slot)).collect(),
        Action::Meet(meet) => vec![meet.slot],
        Action::Compute(compute) => vec![compute.slot],
        Action::Generate(step) => vec![step.slot],
        Action::Unpack(step) => step.slots.iter().map(|(_, slot)| *slot).collect(),
        Action::Aggregate(step) => vec![step.slot],
        Action::Exists(_) | Action::Filter(_) | Action::Not(_) => Vec::new(),
    }
}
