//! `query`: conditions asked once, over the facts and shared definitions of an audit.

use super::find::solution;
use super::words::Words;
use super::{Audit, Reach, Request, execute, load, resolve, settle};
use crate::cards::{Card, Severity as Weight, SeverityCase, Words as Written};
use crate::diagnostic::{Code, Diagnostic, Report, Severity};
use crate::exec;
use crate::exec::matcher::Matcher;
use crate::finding::Answers;
use crate::finding::format::show;
use crate::ir::card::Format;
use crate::ir::{Program, Rule, TypeKind, VarId};
use crate::source::SourceMap;
use crate::value::Value;

use super::card::parse_card;
use super::rules::LoadedCard;

/// Asks `text`, a body of conditions such as `p in project, p.spent > 100万元`, of an audit.
#[must_use]
pub fn query(request: &Request, text: &str) -> (SourceMap, Report, Option<Answers>) {
    let mut audit = Audit::default();
    let mut report = Report::new();
    let mut loading = Report::new();
    let sets = load(&mut audit, request, &mut loading);
    // `facts` and `check` say what is doubtful about the facts; a question is answered or refused.
    report.extend(loading.diagnostics().iter().filter(|wrong| wrong.severity == Severity::Error).cloned());
    let Ok(file) = audit.sources.add("query", text) else { return (audit.sources, report, None) };
    let span = audit.sources.file(file).span();
    let card = Card {
        code: Written { text: "query".into(), span },
        when: span,
        severity: vec![SeverityCase { when: None, is: Weight::Note }],
        ..Card::default()
    };
    let (tree, complaints) = parse_card(&audit.sources, &card);
    let refused = complaints.has_errors() || audit.reach == Reach::Refused;
    report.append(complaints);
    let (false, Some(sets)) = (refused, sets) else { return (audit.sources, report, None) };
    audit.rules.cards = vec![LoadedCard { card, tree, file, shipped: false, idle: None }];
    let (program, complaints) = resolve(&audit.sources, &audit.rules, &audit.store, &sets);
    let refused = complaints.has_errors();
    // Doubts about shared definitions that the question does not use are not about the question.
    // A variable that stands once in a question is what is asked.
    let doubts = complaints.diagnostics().iter().filter(|wrong| about(wrong, span) && wrong.code != Code::SingleUse);
    report.extend(doubts.cloned());
    if refused {
        report.append(complaints);
        return (audit.sources, report, None);
    }
    audit.program = program;
    keep_needed(&mut audit.program);
    settle(&mut audit, Vec::new());
    let answers = answers(&audit, request, &mut report);
    (audit.sources, report, answers)
}

/// Leaves of the strata those that the question needs: other rules of an audit say nothing about it, and may take long.
fn keep_needed(program: &mut Program) {
    if let Some(Some(card)) = program.cards.first() {
        program.keep_needed([card.relation]);
    }
}

fn about(diagnostic: &crate::diagnostic::Diagnostic, span: crate::source::Span) -> bool {
    diagnostic.place().is_some_and(|place| span.touches(place.start()))
}

fn answers(audit: &Audit, request: &Request, report: &mut Report) -> Option<Answers> {
    let Some(Some(card)) = audit.program.cards.first() else { return None };
    let input = exec::Input { program: &audit.program, store: &audit.store, sources: &audit.sources };
    let outcome = execute(&input, request.engine);
    report.extend(outcome.failures.iter().map(|failure| {
        let rule = &audit.program.rules[failure.rule.index()];
        Diagnostic::error(Code::RuleFailed, failure.reason.clone()).at(rule.span)
    }));
    let matcher = Matcher::new(&input, &outcome);
    let words = Words { input, matcher: &matcher, schema: &audit.schema, lang: request.lang, evidence: false };
    let relation = &audit.program.relations[card.relation.index()];
    let rows = outcome.relations[card.relation.index()].as_ref()?;
    let rules: Vec<&Rule> =
        card.alternatives.iter().map(|alternative| &audit.program.rules[alternative.rule.index()]).collect();
    let mut answers = Answers {
        columns: relation.columns.iter().map(|column| column.name.clone()).collect(),
        undecided: outcome
            .undecided
            .iter()
            .filter(|open| audit.program.rules[open.rule.index()].card.is_some())
            .count(),
        ..Answers::default()
    };
    let fields: Vec<VarId> = rules.first().map(|rule| fields(rule)).unwrap_or_default();
    answers.columns.extend(fields.iter().map(|var| rules[0].vars[var.index()].name.clone()));
    let row = |row| rows.row(row, relation.columns.len(), &audit.store.symbols);
    let mut found: Vec<Vec<Value>> = (0..rows.len()).map(row).collect();
    found.sort();
    for values in found {
        let shown = values.iter().zip(&relation.columns);
        let mut line: Vec<String> = shown.map(|(value, column)| cell(&words, value, words.kind(column.ty))).collect();
        // Conditions are solved again only for what the row itself does not say.
        if fields.is_empty() {
            answers.rows.push(line);
            continue;
        }
        let Some((rule, bindings)) = rules.iter().find_map(|rule| Some((*rule, solution(&words, rule, &values)?)))
        else {
            continue;
        };
        for var in &fields {
            let value = bindings.value(*var);
            let kind = words.kind(rule.vars[var.index()].ty);
            line.push(value.map_or_else(String::new, |value| cell(&words, value, kind)));
        }
        answers.rows.push(line);
    }
    Some(answers)
}

/// The fields of rows that are mentioned outside braces.
fn fields(rule: &Rule) -> Vec<VarId> {
    let outside = rule.body.iter().filter_map(|literal| match literal {
        crate::ir::Literal::Atom(atom) => Some(atom),
        _ => None,
    });
    let vars = outside.flat_map(crate::ir::Atom::column_vars);
    let mut fields: Vec<VarId> = vars.filter(|var| rule.vars[var.index()].field.is_some()).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

fn cell(words: &Words<'_>, value: &Value, kind: &TypeKind) -> String {
    match (value, kind) {
        (Value::Row(row), TypeKind::Row(relation)) => match words.input.program.relations[relation.index()].origin {
            crate::ir::Origin::Facts(table) | crate::ir::Origin::Rules(Some(table)) => words.row(table, *row),
            crate::ir::Origin::Rules(None) => value.to_string(),
        },
        _ => show(value, kind, Format::default()),
    }
}
