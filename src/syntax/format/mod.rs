//! The one way in which rules are laid out. Only blanks and line breaks change: the tokens and comments of a formatted
//! text are those of the text, in their order, which is checked each time.

mod doc;
mod items;
mod layout;
mod pieces;
mod spacing;

use crate::diagnostic::Report;
use crate::source::{FileId, SourceMap, Span};

use super::lexer::{Lexed, Text, lex};
use super::parser;
use doc::Printer;
use items::Items;
use pieces::Pieces;

/// How wide a line may be.
const WIDTH: usize = 120;
/// How far inner lines are indented.
const STEP: usize = 2;

/// A rule file laid out.
///
/// # Errors
/// The complaints about its text, when there are errors: a text that cannot be read is not rearranged.
pub fn format_program(sources: &SourceMap, file: FileId) -> Result<String, Report> {
    let span = sources.file(file).span();
    let lexed = lex(sources, span, Text::File);
    let pieces = Pieces::new(sources, &lexed);
    let before = contents(sources, &lexed);
    let (program, report) = parser::program(sources, lexed);
    if report.has_errors() {
        return Err(report);
    }
    let mut items = Items::new(&pieces);
    items.write(&program.items);
    let text = items.finish();
    Ok(checked(&before, text, sources.file(file).text(), Text::File))
}

/// The conditions under `span` laid out, each line indented by `indent`; no line break at either end.
///
/// # Errors
/// The complaints about its text, when there are errors.
pub fn format_body(sources: &SourceMap, span: Span, indent: usize) -> Result<String, Report> {
    let lexed = lex(sources, span, Text::Piece);
    let pieces = Pieces::new(sources, &lexed);
    let before = contents(sources, &lexed);
    let (_, report) = parser::body(sources, lexed);
    if report.has_errors() {
        return Err(report);
    }
    let mut printer = Printer::new(WIDTH);
    printer.write(&layout::body(&pieces, pieces.all()), indent);
    Ok(checked(&before, printer.finish(), &sources.text(span), Text::Piece))
}

/// What a text says: its tokens and its comments, as written.
fn contents(sources: &SourceMap, lexed: &Lexed) -> Vec<String> {
    let tokens = lexed.tokens.iter().map(|token| sources.text(token.text).trim_end().to_owned());
    let comments = lexed.comments.iter().map(|comment| sources.text(*comment).trim_end().to_owned());
    tokens.chain(comments).collect()
}

/// `text` when it says what was said before, else the `original`: better a text laid out badly than another one.
fn checked(before: &[String], text: String, original: &str, kind: Text) -> String {
    let mut sources = SourceMap::new();
    let Ok(file) = sources.add("", text.as_str()) else { return original.to_owned() };
    let after = contents(&sources, &lex(&sources, sources.file(file).span(), kind));
    debug_assert_eq!(before, after.as_slice(), "the formatter changed what a text says");
    if before == after { text } else { original.to_owned() }
}

#[cfg(test)]
mod tests;
