//! One line per finding or complaint, for scripts and editors: `file:line:column: severity CODE message`.

use super::whereabouts;
use crate::diagnostic::{Diagnostic, Lang, Severity};
use crate::finding::{Audited, Cause};
use crate::source::{SourceMap, Span};

/// Every finding on one line with its number; those of one probable cause stand below a line that names it.
#[must_use]
pub fn findings(sources: &SourceMap, audited: &Audited, lang: Lang) -> String {
    let word = match lang {
        Lang::Zh => "疑点",
        Lang::En => "suspect",
    };
    let mut text = String::new();
    let mut said = None;
    for (number, finding) in (1..).zip(&audited.findings) {
        if let Some(cause) = finding.cause.filter(|cause| said.replace(*cause) != Some(*cause)) {
            text += &suspect(sources, &audited.causes[cause], word, lang);
        }
        let first = finding.labels.first();
        let place = place(sources, first.map(|label| label.span), first.and_then(|label| label.address.as_deref()));
        let (severity, code, message) = (finding.severity.name(), &finding.code, one_line(&finding.message));
        let root = finding.cause.map_or_else(String::new, |cause| format!(" {word}{}", cause + 1));
        text += &format!("{place}{severity} {code} {message} [#{number}{root}]\n");
    }
    text
}

/// A probable cause on one line, where its cell stands.
fn suspect(sources: &SourceMap, cause: &Cause, word: &str, lang: Lang) -> String {
    let first = cause.places.first();
    let place = place(sources, first.map(|(span, _)| *span), first.and_then(|(_, address)| address.as_deref()));
    format!("{place}{word} {}\n", one_line(cause.sentence().get(lang)))
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
