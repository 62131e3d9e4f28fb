//! Rule files laid out anew: a `.dl` file whole, a file of cards in the conditions of each card.

use std::path::Path;

use super::rules::unreadable;
use crate::cards;
use crate::diagnostic::Report;
use crate::source::SourceMap;
use crate::syntax;

/// Columns by which the conditions of a card are indented.
const INDENT: usize = 2;

/// The text of a rule file laid out; none when it cannot be read without errors.
pub fn formatted(sources: &mut SourceMap, path: &Path) -> (Option<String>, Report) {
    let mut report = Report::new();
    let file = match sources.load(path) {
        Ok(file) => file,
        Err(error) => {
            report.push(unreadable(&error));
            return (None, report);
        }
    };
    if path.extension().is_some_and(|extension| extension == "dl") {
        return match syntax::format_program(sources, file) {
            Ok(text) => (Some(text), report),
            Err(complaints) => (None, complaints),
        };
    }
    let (cards, complaints) = cards::read(sources, file);
    if complaints.has_errors() {
        return (None, complaints);
    }
    let source = sources.file(file);
    let mut text = source.text().to_owned();
    // From the last to the first, so that places before a change stay true.
    let mut whens: Vec<_> = cards.cards.iter().map(|card| card.when).collect();
    whens.sort_unstable();
    for when in whens.into_iter().rev() {
        let written = sources.text(when);
        // Conditions on the line of their quotes stay there.
        if !written.contains('\n') {
            continue;
        }
        match syntax::format_body(sources, when, INDENT) {
            Ok(body) => {
                let range = source.local(when.start())..source.local(when.end());
                text.replace_range(range, &format!("\n{body}\n"));
            }
            Err(complaints) => report.append(complaints),
        }
    }
    if report.has_errors() { (None, report) } else { (Some(text), report) }
}
