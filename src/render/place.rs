//! Places in words.

use crate::source::{SourceMap, Span};

/// Between a file that is no text and what is inside it.
const INSIDE: &str = " › ";

/// Where `span` is: `file:line:column`; in a file that is no text, the file and the cell's address there.
#[must_use]
pub fn whereabouts(sources: &SourceMap, span: Span, address: Option<&str>) -> String {
    let at = sources.location(span);
    let laid_out = sources.file_of(span).is_some_and(|file| sources.file(file).is_laid_out());
    match (laid_out, address) {
        (false, _) => format!("{}:{}:{}", at.file, at.line, at.column),
        (true, None) => format!("{}:{}", at.file, at.line),
        (true, Some(address)) => {
            let file = at.file.rsplit_once(INSIDE).map_or(at.file.as_str(), |(file, _)| file);
            format!("{file}{INSIDE}{address}")
        }
    }
}
