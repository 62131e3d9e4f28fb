//! The text of rules: tokens, tree, formatter. Knows no relation, no file, no card.

pub mod ast;
mod brackets;
mod comparison;
mod format;
mod lexer;
mod parser;
pub mod preprocess;
mod token;
pub mod walk;
mod words;

use crate::diagnostic::Report;
use crate::source::{FileId, SourceMap, Span};

pub use format::{format_body, format_program};
pub use words::{aggregate_meant, function_meant};

use ast::{Arg, Body, Clause, Program};
use lexer::{Text, lex};

/// The tree of a rule file, and everything wrong with its text. Includes and macros are not followed.
#[must_use]
pub fn parse_program(sources: &SourceMap, file: FileId) -> (Program, Report) {
    parser::program(sources, lex(sources, sources.file(file).span(), Text::File))
}

/// The tree of a rule file with its includes and macros followed. Included files are found by `loader`, such as
/// [`preprocess::beside`].
#[must_use]
pub fn load_program(sources: &mut SourceMap, file: FileId, loader: &mut preprocess::Loader) -> (Program, Report) {
    let lexed = preprocess::preprocess(sources, file, loader);
    parser::program(sources, lexed)
}

/// The tree of the conditions under `span`, such as the `when` of a card.
#[must_use]
pub fn parse_body(sources: &SourceMap, span: Span) -> (Body, Report) {
    parser::body(sources, lex(sources, span, Text::Piece))
}

/// The tree of the one value under `span`, such as a hole of a message; none when its text is wrong.
#[must_use]
pub fn parse_arg(sources: &SourceMap, span: Span) -> (Option<Arg>, Report) {
    parser::arg(sources, lex(sources, span, Text::Piece))
}

/// The facts under `span`, such as those of a card's test.
#[must_use]
pub fn parse_facts(sources: &SourceMap, span: Span) -> (Vec<Clause>, Report) {
    parser::facts(sources, lex(sources, span, Text::Piece))
}

#[cfg(test)]
mod tests;
