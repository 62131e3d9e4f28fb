//! One line per finding or complaint, for scripts and editors: `file:line:column: severity CODE message`.

use super::whereabouts;
use crate::diagnostic::{Diagnostic, Lang, Severity};
use crate::finding::Finding;
use crate::source::{SourceMap, Span};

/// A finding on one line.
#[must_use]
pub fn finding(sources: &SourceMap, finding: &Finding) -> String {
    let first = finding.labels.first();
    let place = place(sources, first.map(|label| label.span), first.and_then(|label| label.address.as_deref()));
    format!("{place}{} {} {}\n", finding.severity.name(), finding.code, one_line(&finding.message))
}

/// A complaint on one line.
#[must_use]
pub fn diagnostic(sources: &SourceMap, diagnostic: &Diagnostic, lang: Lang) -> String {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let place = place(sources, diagnostic.place(), None);
    format!("{place}{severity} {} {}\n", diagnostic.code.name(), one_line(diagnostic.message.get(lang)))
}

fn place(sources: &SourceMap, span: Option<Span>, address: Option<&str>) -> String {
    let Some(span) = span.filter(|span| sources.file_of(*span).is_some()) else { return String::new() };
    format!("{}: ", whereabouts(sources, span, address))
}

/// `text` without line breaks and other controls.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
