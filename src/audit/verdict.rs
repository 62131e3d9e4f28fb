//! What became of every rule: fired, clean, undecided, not applicable, failed.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::Text;
use crate::exec::cells::table_of;
use crate::exec::{CellRef, Outcome};
use crate::facts::store::State;
use crate::finding::{RuleVerdict, Undecided, Verdict};
use crate::ir::{Expr, Literal, Origin, RelationId, RuleId, VarId};
use crate::syntax::ast::CellState;
use crate::text;
use crate::value::functions::EvalError;
use crate::value::{Record, Value};

use super::find::Found;
use super::idle::not_fed;
use super::places::{cell_spot, written};
use super::rules::LoadedCard;
use super::words::Words;

/// The verdict of every card, in the order of the cards.
pub(super) fn verdicts(
    words: &Words,
    outcome: &Outcome,
    cards: &[LoadedCard],
    findings: &BTreeMap<usize, Vec<Found>>,
) -> Vec<RuleVerdict> {
    let mut feeds = Feeds::new(words);
    let judge = |(at, loaded): (usize, &LoadedCard)| {
        if let Some(idle) = &loaded.idle {
            let verdict = Verdict::NotApplicable(idle.reason.clone());
            return RuleVerdict { rows: idle.rows, ..untouched(loaded, verdict) };
        }
        let rules: Vec<RuleId> = feeds.of_card(at);
        let count = findings.get(&at).map_or(0, Vec::len);
        let (undecided, without_value) = open_instances(words, outcome, &rules);
        let failure = feeds.failure(outcome, &rules);
        let missing = rules.iter().map(|rule| Some(feeds.lacking(*rule)?.reason)).collect::<Option<Vec<_>>>();
        let verdict = match (failure, missing.and_then(|missing| missing.into_iter().next())) {
            (Some(reason), _) => Verdict::Failed(reason),
            _ if count > 0 => Verdict::Fired,
            (None, Some(reason)) => Verdict::NotApplicable(reason),
            _ if !undecided.is_empty() || !without_value.is_empty() => Verdict::Undecided,
            _ => Verdict::Clean,
        };
        let applies = !matches!(verdict, Verdict::NotApplicable(_));
        let (undecided, without_value) = if applies { (undecided, without_value) } else { (Vec::new(), Vec::new()) };
        let rows = feeds.rows(&rules);
        RuleVerdict { rows, findings: count, undecided, without_value, ..untouched(loaded, verdict) }
    };
    cards.iter().enumerate().map(judge).collect()
}

/// A verdict about a card of which nothing came.
fn untouched(loaded: &LoadedCard, verdict: Verdict) -> RuleVerdict {
    RuleVerdict {
        code: loaded.card.code.text.clone(),
        title: loaded.card.title.clone(),
        rows: 0,
        verdict,
        findings: 0,
        undecided: Vec::new(),
        without_value: Vec::new(),
    }
}

/// Instances of these rules that could not be decided, and those whose evaluation has no value. An instance that needs a
/// column which the file of its row does not have at all is neither: the rule does not apply to that file.
fn open_instances(words: &Words, outcome: &Outcome, rules: &[RuleId]) -> (Vec<Undecided>, Vec<Undecided>) {
    let absent = |cell: &CellRef| {
        let table = &words.input.store.tables[cell.table];
        let headers = &table.source(cell.row).headers;
        cell.column < table.arity() && headers.get(cell.column).is_some_and(Option::is_none)
    };
    let mut undecided: Vec<Undecided> = Vec::new();
    let instances = outcome.undecided.iter().filter(|open| rules.contains(&open.rule));
    for open in instances.filter(|open| !open.cells.iter().any(absent)) {
        let texts: BTreeSet<String> = open.cells.iter().map(|cell| unreadable(words, *cell)).collect();
        let texts = texts.into_iter().collect::<Vec<_>>().join("、");
        undecided.push(Undecided {
            instance: instance(words, open.rule, &open.bindings),
            reason: text!("缺少可用的值：{texts}", "no usable value: {texts}"),
            cells: open.cells.iter().map(|cell| cell_spot(&words.input, *cell)).collect(),
        });
    }
    undecided.sort();
    undecided.dedup();
    let errors = outcome.errors.iter().filter(|error| rules.contains(&error.rule));
    let mut without_value: Vec<Undecided> = errors
        .map(|error| Undecided {
            instance: instance(words, error.rule, &error.bindings),
            reason: eval_error(error.error),
            cells: vec![(error.span, None)],
        })
        .collect();
    without_value.sort();
    without_value.dedup();
    (undecided, without_value)
}

/// A cell without a value, in words: its column and what is written there.
fn unreadable(words: &Words, cell: CellRef) -> String {
    let table = &words.input.store.tables[cell.table];
    let column = &table.columns[cell.column].name;
    let written = written(&words.input, cell);
    let written = written.trim_matches(['"', '\'']);
    if written.is_empty() { format!("{column}（空）") } else { format!("{column}“{written}”") }
}

/// An instance in a few words: the keys of the rows it is about.
fn instance(words: &Words, rule: RuleId, bindings: &[(VarId, Value)]) -> String {
    let rule = &words.input.program.rules[rule.index()];
    let rows = bindings.iter().filter_map(|(var, value)| match value {
        Value::Row(row) => Some(words.row(table_of(&words.input, rule, *var)?, *row)),
        _ => None,
    });
    let mut names: Vec<String> = Vec::new();
    for row in rows {
        if !names.contains(&row) {
            names.push(row);
        }
    }
    names.join("、")
}

fn eval_error(error: EvalError) -> Text {
    match error {
        EvalError::Overflow => text!("数太大，算不下", "the exact result does not fit"),
        EvalError::DivisionByZero => text!("除数为 0", "division by zero"),
        EvalError::NotDefined => text!("对这里的值没有定义", "not defined for these values"),
        EvalError::TooDeep => {
            let most = Record::DEEPEST;
            text!("记录嵌套超过 {most} 层", "records nested deeper than {most} levels")
        }
    }
}

/// Every relation that a body asks about, and whether it must have rows for the body to hold.
fn relations(body: &[Literal], needed: bool, found: &mut Vec<(RelationId, bool)>) {
    for literal in body {
        match literal {
            Literal::Atom(atom) => found.push((atom.relation, needed)),
            Literal::Not(negation) => relations(&negation.body, false, found),
            Literal::Aggregate(aggregate) => relations(&aggregate.body, false, found),
            _ => {}
        }
    }
}

/// Whether a condition holds only where `var` has a value.
fn needs_value(literal: &Literal, var: VarId) -> bool {
    match literal {
        Literal::Is(is) => is.var == var && is.negated == (is.state == CellState::Blank),
        Literal::Compare(compare) => [&compare.left, &compare.right].into_iter().any(|side| computes_with(side, var)),
        Literal::Bind(bind) => computes_with(&bind.expr, var),
        Literal::Test(test) => test.args.iter().any(|arg| computes_with(arg, var)),
        Literal::Generate(generate) => generate.args.iter().any(|arg| computes_with(arg, var)),
        Literal::Atom(_) | Literal::Not(_) | Literal::Unpack(_) | Literal::Aggregate(_) => false,
    }
}

/// Whether an expression has no value where `var` has none.
fn computes_with(expr: &Expr, var: VarId) -> bool {
    match expr {
        Expr::Var(other) => *other == var,
        Expr::Call(_, args, _) | Expr::Record(args) => args.iter().any(|arg| computes_with(arg, var)),
        Expr::Field(record, _) => computes_with(record, var),
        Expr::If(..) | Expr::Else(..) | Expr::Const(_) | Expr::Precision(..) => false,
    }
}

/// Which relations are fed, and what rules depend on.
pub(super) struct Feeds<'a> {
    words: &'a Words<'a>,
    /// By card: its rules.
    of_card: Vec<Vec<RuleId>>,
    /// By relation: the rules that derive it.
    derived_by: Vec<Vec<RuleId>>,
    memo: BTreeMap<(RelationId, bool), Option<Lack>>,
}

/// Why a relation or a rule can give no rows.
#[derive(Clone)]
struct Lack {
    reason: Text,
    /// Whether a relation was not loaded at all: then that a row is missing from it says nothing. Of one that was loaded, rows or
    /// columns may be empty for good.
    unfed: bool,
}

impl<'a> Feeds<'a> {
    pub(super) fn new(words: &'a Words<'a>) -> Self {
        let program = words.input.program;
        let mut derived_by = vec![Vec::new(); program.relations.len()];
        let mut of_card = vec![Vec::new(); program.cards.len()];
        for (id, rule) in (0..).map(RuleId).zip(&program.rules) {
            derived_by[rule.head.index()].push(id);
            if let Some(of_card) = rule.card.and_then(|card| of_card.get_mut(card)) {
                of_card.push(id);
            }
        }
        Self { words, of_card, derived_by, memo: BTreeMap::new() }
    }

    /// The rules of a card.
    fn of_card(&self, card: usize) -> Vec<RuleId> {
        self.of_card.get(card).cloned().unwrap_or_default()
    }

    /// Whether a card cannot be applied because a relation that it asks about is not fed at all, so that its findings, if
    /// any, would only say that nothing was loaded.
    pub(super) fn lacks(&mut self, card: usize) -> bool {
        let rules = self.of_card(card);
        !rules.is_empty() && rules.iter().all(|rule| self.lacking(*rule).is_some())
    }

    /// Why one of the rules, or one that it depends on, could not be finished.
    fn failure(&self, outcome: &Outcome, rules: &[RuleId]) -> Option<Text> {
        if outcome.failures.is_empty() {
            return None;
        }
        let (reached, _) = self.reached(rules);
        outcome.failures.iter().find(|failure| reached.contains(&failure.rule)).map(|failure| failure.reason.clone())
    }

    /// How many rows of facts these rules look at: those of every loaded relation that they ask about, each once.
    fn rows(&self, rules: &[RuleId]) -> u64 {
        let input = &self.words.input;
        let tables = self.reached(rules).1.into_iter().filter_map(|relation| {
            match input.program.relations[relation.index()].origin {
                Origin::Facts(table) | Origin::Rules(Some(table)) => Some(table),
                Origin::Rules(None) => None,
            }
        });
        tables.map(|table| u64::from(input.store.tables[table].rows)).sum()
    }

    /// These rules and those that they depend on; and every relation that one of them asks about.
    fn reached(&self, rules: &[RuleId]) -> (BTreeSet<RuleId>, BTreeSet<RelationId>) {
        let mut reached: BTreeSet<RuleId> = rules.iter().copied().collect();
        let mut asked = BTreeSet::new();
        let mut open: Vec<RuleId> = rules.to_vec();
        while let Some(rule) = open.pop() {
            let mut used = Vec::new();
            relations(&self.words.input.program.rules[rule.index()].body, true, &mut used);
            for (relation, _) in used {
                if asked.insert(relation) {
                    open.extend(self.derived_by[relation.index()].iter().filter(|rule| reached.insert(**rule)));
                }
            }
        }
        (reached, asked)
    }

    /// Why a rule cannot be applied: a relation that it asks about is not fed, or one that it needs has no row, or none with a value
    /// in a column that it asks about.
    fn lacking(&mut self, rule: RuleId) -> Option<Lack> {
        let mut used = Vec::new();
        let body = &self.words.input.program.rules[rule.index()].body;
        relations(body, true, &mut used);
        let lacks = used.into_iter().filter_map(|(relation, needed)| self.empty(relation, needed)).collect();
        let blank = || body.iter().find_map(|literal| self.blank_column(literal, body));
        weightiest(lacks).or_else(|| Some(Lack { reason: blank()?, unfed: false }))
    }

    /// Why a condition on rows can never hold: it asks for the value of a column in which no row has anything.
    fn blank_column(&self, literal: &Literal, body: &[Literal]) -> Option<Text> {
        let Literal::Atom(atom) = literal else { return None };
        let relation = &self.words.input.program.relations[atom.relation.index()];
        let Origin::Facts(table) = relation.origin else { return None };
        let columns = &self.words.input.store.tables[table].columns;
        let is_blank = |column: usize| {
            let states = columns[column].states.as_ref();
            states.is_some_and(|states| states.iter().all(|state| *state == State::Blank))
        };
        let asked = atom.args.iter().filter_map(|(column, term)| Some((*column, term.var()?)));
        let name = &relation.name;
        asked
            .filter(|(column, var)| is_blank(*column) && body.iter().any(|other| needs_value(other, *var)))
            .map(|(column, _)| {
                let column = &columns[column].name;
                text!("{name} 的“{column}”一栏没有填", "column “{column}” of {name} is blank")
            })
            .next()
    }

    fn empty(&mut self, relation: RelationId, needed: bool) -> Option<Lack> {
        if let Some(known) = self.memo.get(&(relation, needed)) {
            return known.clone();
        }
        // A recursive relation is not lacking on its own account.
        self.memo.insert((relation, needed), None);
        let program = self.words.input.program;
        let name = &program.relations[relation.index()].name;
        let lack = match program.relations[relation.index()].origin {
            Origin::Facts(table) | Origin::Rules(Some(table)) => {
                let table = &self.words.input.store.tables[table];
                if table.sources.is_empty() {
                    Some(Lack { reason: not_fed(name), unfed: true })
                } else if needed && table.rows == 0 {
                    Some(Lack { reason: text!("{name} 没有一行", "{name} has no rows"), unfed: false })
                } else {
                    None
                }
            }
            Origin::Rules(None) => {
                let rules = self.derived_by[relation.index()].clone();
                let of = rules.len();
                let lacks: Vec<Lack> = rules.into_iter().filter_map(|rule| self.lacking(rule)).collect();
                // One rule that can give rows is enough; where their absence counts, nothing may be left unloaded, but a column
                // that nobody filled says that there is none.
                let all = lacks.len() == of;
                weightiest(lacks).filter(|lack| if needed { all } else { lack.unfed })
            }
        };
        self.memo.insert((relation, needed), lack.clone());
        lack
    }
}

/// The first of them that says that something was not loaded; else the first.
fn weightiest(mut lacks: Vec<Lack>) -> Option<Lack> {
    let at = lacks.iter().position(|lack| lack.unfed).unwrap_or(0);
    (at < lacks.len()).then(|| lacks.swap_remove(at))
}
