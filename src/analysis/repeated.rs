//! One name that is not known, used in several places: one complaint that marks them all.

use std::collections::BTreeMap;

use super::broken::spans_of_card;
use super::input::{Input, Mode};
use crate::diagnostic::{Code, Diagnostic, Report, Severity};
use crate::source::Span;
use crate::syntax::ast::Item;
use crate::text;

/// How many further places one complaint marks.
const SHOWN: usize = 3;

/// `report` with one complaint for each variable that has no value in a clause or a card, and for each relation, type or
/// component that a plain program does not have.
pub(super) fn told_once(report: Report, input: &Input) -> Report {
    let owners = Owners::of(input);
    let mut first: BTreeMap<(usize, bool, String), usize> = BTreeMap::new();
    let mut kept: Vec<Diagnostic> = Vec::new();
    for complaint in report.sorted() {
        let Some((owner, is_variable, name)) = what_is_missing(&complaint, input, &owners) else {
            kept.push(complaint);
            continue;
        };
        let Some(before) = first.get(&(owner, is_variable, name.clone())) else {
            first.insert((owner, is_variable, name), kept.len());
            kept.push(complaint);
            continue;
        };
        let before = &mut kept[*before];
        before.fixes.extend(complaint.fixes);
        let places = complaint.labels.iter().filter(|label| label.primary).map(|label| label.span);
        for place in places.filter(|place| !stands_at(before, *place)).collect::<Vec<_>>() {
            if before.labels.iter().filter(|label| !label.primary).count() < SHOWN {
                *before = std::mem::replace(before, Diagnostic::error(complaint.code, complaint.message.clone()))
                    .secondary(place, text!("这里也是", "here, too"));
            }
        }
    }
    // That an alternative lacks a variable for the others follows from its having no value there.
    let places: Vec<Span> =
        kept.iter().filter(|complaint| complaint.code == Code::UnboundVariable).filter_map(Diagnostic::place).collect();
    let is_told = |complaint: &Diagnostic| {
        let around = complaint.place().filter(|_| complaint.code == Code::UnboundInHead);
        around.is_some_and(|around| places.iter().any(|at| around.start() <= at.start() && at.end() <= around.end()))
    };
    let mut report = Report::new();
    report.extend(kept.into_iter().filter(|complaint| !is_told(complaint)));
    report
}

/// The owner of the name that is not known, whether it is a variable, and the name.
fn what_is_missing(complaint: &Diagnostic, input: &Input, owners: &Owners) -> Option<(usize, bool, String)> {
    let place = complaint.place().filter(|_| complaint.severity == Severity::Error)?;
    let is_variable = match complaint.code {
        Code::UnboundVariable
        | Code::InnerVariableOutside
        | Code::AggregateTarget
        | Code::BadTemplate
        | Code::BadLabel => true,
        // What is no row; a column that a relation lacks marks the relation, too.
        Code::UnknownColumn if complaint.labels.len() == 1 => true,
        Code::UnknownRelation | Code::UnknownType | Code::UnknownComponent if input.mode == Mode::Plain => false,
        _ => return None,
    };
    let written = input.sources.text(place);
    if !is_variable {
        return Some((0, false, written.into_owned()));
    }
    let name = written.split('.').next().unwrap_or(&written).to_owned();
    Some((owners.at(place)?, true, name))
}

fn stands_at(complaint: &Diagnostic, place: Span) -> bool {
    complaint.labels.iter().any(|label| label.span == place)
}

/// Which text belongs to which clause or card.
struct Owners(Vec<(Span, usize)>);

impl Owners {
    fn of(input: &Input) -> Self {
        let mut owners = Vec::new();
        let mut open: Vec<&Item> = input.programs.iter().flat_map(|program| &program.items).collect();
        while let Some(item) = open.pop() {
            match item {
                Item::Clause(clause) => owners.push((clause.span, owners.len())),
                Item::Component(component) => open.extend(&component.items),
                _ => {}
            }
        }
        for card in input.cards {
            let owner = owners.len();
            owners.extend(spans_of_card(card).into_iter().map(|span| (span, owner)));
        }
        owners.sort_unstable();
        Self(owners)
    }

    /// The owner of that place.
    fn at(&self, place: Span) -> Option<usize> {
        let before = self.0.partition_point(|(span, _)| span.start() <= place.start());
        let around = self.0[..before].iter().rev().take(8).find(|(span, _)| place.end() <= span.end());
        around.map(|(_, owner)| *owner)
    }
}
