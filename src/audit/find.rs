//! Findings: the rows that a card's rule derived, with message, labels, severity and key.

use std::collections::{BTreeMap, BTreeSet};

use super::evidence::evidence;
use super::places::spot;
use super::rules::LoadedCard;
use super::verdict::Feeds;
use super::words::Words;
use crate::exec::Outcome;
use crate::exec::matcher::{Bindings, Flow, Matcher, Member, Members, Mode, Slot};
use crate::finding::format::show;
use crate::finding::{Finding, Label, Severity};
use crate::ir::card::{self, Alternative, Card};
use crate::ir::{Aggregate, AggregateOp, Expr, Literal, Program, RelationId, Rule, RuleId, TypeKind};
use crate::source::Span;
use crate::threads;
use crate::value::functions::{Function, call};
use crate::value::{Decimal, Value};

/// Contributors that are labelled when the card does not say how many.
const LIMIT: usize = 5;

/// A finding, and the instance of a rule that it is of.
pub(super) struct Found {
    pub(super) rule: RuleId,
    pub(super) row: Vec<Value>,
    pub(super) finding: Finding,
}

/// The findings of every card that applies, by the card's position, found on up to so many threads.
pub(super) fn findings(
    words: &Words,
    (outcome, threads): (&Outcome, usize),
    cards: &[LoadedCard],
) -> BTreeMap<usize, Vec<Found>> {
    let mut feeds = Feeds::new(words);
    let resolved = |at: usize| words.input.program.cards.get(at).and_then(Option::as_ref);
    let applies = (0..cards.len()).filter_map(|at| Some((at, resolved(at)?))).filter(|(at, _)| !feeds.lacks(*at));
    let applies: Vec<(usize, &Card)> = applies.collect();
    let Words { input, schema, lang, evidence, .. } = *words;
    let found = threads::map(&applies, threads, |(at, card)| {
        let matcher = &Matcher::new(&input, outcome);
        find(&Words { input, matcher, schema, lang, evidence }, outcome, &cards[*at].card.code.text, card)
    });
    applies.iter().map(|(at, _)| *at).zip(found).collect()
}

/// All findings by file, place and code, each once, with the rows they are of; those of one cause together, where the first
/// of them stands.
pub(super) fn sorted(
    program: &Program,
    found: BTreeMap<usize, Vec<Found>>,
) -> (Vec<Finding>, Vec<(RelationId, Vec<Value>)>) {
    let mut all: Vec<Found> = found.into_values().flatten().collect();
    let place = |finding: &Finding| finding.labels.first().map_or(Span::new(u32::MAX, u32::MAX), |label| label.span);
    all.sort_by(|Found { finding: a, .. }, Found { finding: b, .. }| {
        (place(a), &a.code, &a.message, &a.key).cmp(&(place(b), &b.code, &b.message, &b.key))
    });
    all.dedup_by(|later, earlier| later.finding == earlier.finding);
    let mut first: BTreeMap<usize, Span> = BTreeMap::new();
    for Found { finding, .. } in &all {
        if let Some(cause) = finding.cause {
            first.entry(cause).or_insert_with(|| place(finding));
        }
    }
    all.sort_by_key(|Found { finding, .. }| {
        finding.cause.map_or((place(finding), None), |cause| (first[&cause], Some(cause)))
    });
    all.into_iter().map(|found| (found.finding, (program.rules[found.rule.index()].head, found.row))).unzip()
}

/// The findings of a card.
pub(super) fn find(words: &Words, outcome: &Outcome, code: &str, card: &Card) -> Vec<Found> {
    let Some(rows) = &outcome.relations[card.relation.index()] else { return Vec::new() };
    let columns = words.input.program.relations[card.relation.index()].arity;
    let found = (0..rows.len()).filter_map(|row| {
        let values = rows.row(row, columns, &words.input.store.symbols);
        card.alternatives.iter().find_map(|alternative| {
            let finding = instance(words, code, alternative, &values)?;
            Some(Found { rule: alternative.rule, row: values.clone(), finding })
        })
    });
    found.collect()
}

/// The finding of one row, if this alternative derived it.
fn instance(words: &Words, code: &str, alternative: &Alternative, values: &[Value]) -> Option<Finding> {
    let rule = &words.input.program.rules[alternative.rule.index()];
    let bindings = solution(words, rule, values)?;
    let (labels, folded) = labels(words, rule, &alternative.labels, &bindings);
    Some(Finding {
        code: code.to_owned(),
        severity: severity(words, rule, alternative, &bindings),
        message: words.fill(rule, &alternative.message, &bindings),
        key: words.fill(rule, &alternative.key, &bindings),
        labels,
        folded: (!folded.is_empty()).then(|| folded.join("；")),
        help: alternative.help.as_ref().map(|help| words.fill(rule, help, &bindings)),
        notes: Vec::new(),
        cause: None,
        evidence: words.evidence.then(|| evidence(words, rule, &bindings)),
    })
}

/// What every variable outside braces is bound to in the first solution that gives the head these values.
pub(super) fn solution(words: &Words, rule: &Rule, values: &[Value]) -> Option<Bindings> {
    let mut given = Bindings::new(rule.vars.len());
    for (arg, value) in rule.args.iter().zip(values) {
        match arg {
            Expr::Var(var) => given.set(*var, Slot::Value(value.clone())),
            Expr::Const(constant) if constant != value => return None,
            _ => {}
        }
    }
    let mut solution = None;
    let _ = words.matcher.solve(&rule.vars, &rule.body, (given, Mode::Certain), &mut |found, _| {
        solution = Some(found.clone());
        Flow::Break(())
    });
    solution
}

fn severity(words: &Words, rule: &Rule, alternative: &Alternative, bindings: &Bindings) -> Severity {
    let holds = |conditions: &[Literal]| {
        words
            .matcher
            .solve(&rule.vars, conditions, (bindings.clone(), Mode::Certain), &mut |_, _| Flow::Break(()))
            .is_break()
    };
    let case = alternative.severity.iter().find(|(conditions, _)| holds(conditions));
    case.or(alternative.severity.last()).map_or(Severity::Error, |(_, severity)| *severity)
}

/// The labels of a finding, and what is said of those that are left out.
fn labels(words: &Words, rule: &Rule, wanted: &[card::Label], bindings: &Bindings) -> (Vec<Label>, Vec<String>) {
    let mut labels: Vec<Label> = Vec::new();
    let mut folded = Vec::new();
    let mut members = Members::default();
    for label in wanted {
        let scope = scope(words, rule, &label.scope, bindings);
        let limit = label.limit.unwrap_or(LIMIT);
        let before = labels.len();
        let mut left_out = Vec::new();
        let mut seen: BTreeSet<Span> = BTreeSet::new();
        for inner in &scope.solutions {
            let bindings = members.bindings(&inner.member);
            let Some((span, address)) = spot(&words.input, rule, &label.at, bindings) else {
                continue;
            };
            if !seen.insert(span) {
                continue;
            }
            if labels.len() - before < limit || label.scope.is_empty() {
                labels.push(Label { span, address, text: words.fill(rule, &label.text, bindings) });
            } else {
                left_out.push(inner);
            }
        }
        if !left_out.is_empty() {
            folded.push(rest(words, rule, &scope, &left_out));
        }
    }
    (labels, folded)
}

/// What a label ranges over.
struct Scope<'a> {
    body: &'a [Literal],
    /// The innermost aggregate; none outside braces.
    aggregate: Option<&'a Aggregate>,
    solutions: Vec<Inner>,
}

/// One contributor, or the finding itself.
struct Inner {
    member: Member,
    value: Option<Value>,
}

/// The solutions of the braces that `path` leads to, the largest value first.
fn scope<'a>(words: &Words, rule: &'a Rule, path: &[usize], bindings: &Bindings) -> Scope<'a> {
    let itself = Inner { member: Member::alone(bindings.clone()), value: None };
    let mut scope = Scope { body: &rule.body, aggregate: None, solutions: vec![itself] };
    for at in path {
        let Some(Literal::Aggregate(aggregate)) = scope.body.get(*at) else { return scope };
        let contributors = |outer: &Inner| words.matcher.contributors(&rule.vars, aggregate, &outer.member.bindings());
        let mut inner = Vec::new();
        for found in scope.solutions.iter().map(contributors) {
            let each = found
                .iter()
                .map(|(member, value)| Inner { member: member.clone(), value: value.as_ref().ok().cloned() });
            inner.extend(each);
        }
        scope.solutions = inner;
        scope.body = &aggregate.body;
        scope.aggregate = Some(aggregate);
    }
    // Stable: equal values stay in the order of rows. What has no value comes first, since it needs looking at.
    scope.solutions.sort_by(|a, b| match (&a.value, &b.value) {
        (Some(a), Some(b)) => magnitude(b).cmp(&magnitude(a)),
        (a, b) => a.is_some().cmp(&b.is_some()),
    });
    scope
}

fn magnitude(value: &Value) -> Decimal {
    match value {
        Value::Money(amount) | Value::Decimal(amount) => amount.abs(),
        Value::Number(number) => Decimal::from(number.unsigned_abs()),
        Value::Unsigned(number) => Decimal::from(*number),
        _ => Decimal::ZERO,
    }
}

/// How many contributors are not labelled, and what they come to.
fn rest(words: &Words, rule: &Rule, scope: &Scope, left_out: &[&Inner]) -> String {
    let count = left_out.len();
    let sum = scope.aggregate.filter(|aggregate| aggregate.op == AggregateOp::Sum).and_then(|aggregate| {
        let mut values = left_out.iter().map(|inner| inner.value.clone());
        let first = values.next()??;
        let sum = values.try_fold(first, |sum, value| call(Function::Add, &[sum, value?]).ok())?;
        let kind: &TypeKind = words.kind(rule.vars[aggregate.result.index()].ty);
        Some(show(&sum, kind, card::Format::default()))
    });
    use crate::diagnostic::Lang;
    match (sum, words.lang) {
        (Some(sum), Lang::Zh) => format!("另有 {count} 处，合计 {sum}"),
        (Some(sum), Lang::En) => format!("and {count} more, {sum} in total"),
        (None, Lang::Zh) => format!("另有 {count} 处"),
        (None, Lang::En) => format!("and {count} more"),
    }
}
