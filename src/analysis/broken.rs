//! Clauses whose text was wrong: what is missing there is no second mistake.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::Span;
use crate::syntax::ast::{Arg, Item, Lost};

use super::input::{CardSource, Input, Piece, TemplateSource};

/// `report` without complaints that may follow from text that was wrong: about clauses and cards whose own text it was, and
/// about names that may be declared in what was skipped. That another name is not known is never a consequence.
pub(super) fn without_consequences(report: Report, input: &Input) -> Report {
    let report = without_lost(report, input);
    let mut places = Vec::new();
    for program in input.programs {
        broken_clauses(&program.items, &mut places);
    }
    for card in input.cards.iter().filter(|card| card.when.broken) {
        places.extend(spans_of_card(card));
    }
    if places.is_empty() {
        return report;
    }
    places.sort_unstable();
    let relations = relations_of(input);
    // Conditions behind a bracket that is not closed are read as values.
    let is_condition = |complaint: &Diagnostic| {
        let name = complaint.place().map(|place| input.sources.text(place));
        name.is_some_and(|name| name == "not" || relations.contains(name.as_ref()))
    };
    let follows = |complaint: &&Diagnostic| {
        let of_name = match complaint.code {
            // What is no row may be bound to one where the text is missing; a column that a relation lacks points there.
            Code::UnknownColumn => complaint.labels.len() > 1,
            Code::UnknownFunction => !is_condition(complaint),
            code => is_of_name(code),
        };
        !of_name && stands_in(complaint, &places)
    };
    let mut kept = Report::new();
    kept.extend(report.diagnostics().iter().filter(|complaint| !follows(complaint)).cloned());
    kept
}

/// The names of relations, those of components as they are written.
fn relations_of<'i>(input: &Input<'i>) -> BTreeSet<&'i str> {
    let mut names: BTreeSet<&str> = input.cards.iter().map(|card| card.name).collect();
    let mut open: Vec<&Item> = input.programs.iter().flat_map(|program| &program.items).collect();
    while let Some(item) = open.pop() {
        match item {
            Item::Decl(decl) => names.extend(decl.names.iter().map(|name| name.text.as_str())),
            Item::Clause(clause) => names.extend(clause.heads.iter().map(|head| head.relation.text.as_str())),
            Item::Component(component) => open.extend(&component.items),
            _ => {}
        }
    }
    names
}

/// `report` without complaints that a name is not known which may be declared where the text was not understood.
fn without_lost(report: Report, input: &Input) -> Report {
    let lost: Vec<&Lost> = input.programs.iter().map(|program| &program.lost).collect();
    if !input.unread && lost.iter().all(|lost| **lost == Lost::default()) {
        return report;
    }
    let may_be_lost = |complaint: &&Diagnostic| {
        let declared = is_of_name(complaint.code) && complaint.code != Code::UnknownColumn;
        // A parameter may stand in TOML that could not be read.
        let declared = declared || complaint.code == Code::UnknownParameter;
        // Nothing says the type of a record where that may have been lost.
        let is_record = |place: Span| input.sources.text(place).starts_with('[');
        if complaint.code == Code::TypeMismatch
            && complaint.labels.len() == 1
            && complaint.place().is_some_and(is_record)
        {
            return true;
        }
        let named = complaint.place().filter(|_| declared).map(|place| input.sources.text(place));
        named.is_some_and(|name| {
            input.unread || lost.iter().any(|lost| lost.may_declare(name.trim_matches(['`', '$', '@'])))
        })
    };
    let mut kept = Report::new();
    kept.extend(report.diagnostics().iter().filter(|complaint| !may_be_lost(complaint)).cloned());
    kept
}

/// Whether a complaint with that code says that a name is not known.
fn is_of_name(code: Code) -> bool {
    matches!(
        code,
        Code::UnknownRelation
            | Code::UnknownColumn
            | Code::UnknownFunction
            | Code::UnknownType
            | Code::UnknownComponent
    )
}

fn broken_clauses(items: &[Item], places: &mut Vec<Span>) {
    for item in items {
        match item {
            Item::Clause(clause) if clause.body.broken => places.push(clause.span),
            Item::Component(component) => broken_clauses(&component.items, places),
            _ => {}
        }
    }
}

/// Where the text of a card stands, as far as it is resolved.
pub(super) fn spans_of_card(card: &CardSource) -> Vec<Span> {
    let templates = [Some(card.message), card.help].into_iter().flatten();
    let of_labels = card.labels.iter().flat_map(|label| holes(&label.text).chain([&label.at]));
    let of_severity = card.severity.iter().filter_map(|severity| severity.when.as_ref()).map(|when| when.span);
    let args = templates.flat_map(holes).chain(of_labels).chain(card.key).map(|arg| arg.span);
    args.chain(of_severity).chain([card.when.span, card.span]).collect()
}

fn holes(template: &TemplateSource) -> impl Iterator<Item = &Arg> {
    template.pieces.iter().filter_map(|piece| match piece {
        Piece::Hole(arg, _) => Some(arg),
        Piece::Text(_) => None,
    })
}

/// Whether the complaint is made inside one of `places`, which are sorted.
fn stands_in(complaint: &Diagnostic, places: &[Span]) -> bool {
    let Some(at) = complaint.place() else { return false };
    let before = places.partition_point(|place| place.start() <= at.start());
    places[..before].iter().rev().take(8).any(|place| at.end() <= place.end())
}
