//! Diagnostics and findings as pictures of the places they speak of. All of miette is in this folder.

mod crop;
mod excerpt;
mod wrap;

use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity as Weight, SourceCode};

use self::excerpt::{Excerpt, Mark};
pub(crate) use self::wrap::{width, wrap};
use super::whereabouts;
use crate::diagnostic::{Diagnostic, Lang, Severity as DiagnosticSeverity};
use crate::finding::{Cause, Finding, Severity};
use crate::source::{SourceMap, Span};

/// How pictures are drawn.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns of the terminal.
    pub columns: usize,
    /// Whether to use colours.
    pub color: bool,
    /// The language of diagnostics; findings are in that of their card.
    pub lang: Lang,
}

/// A complaint about our inputs, drawn.
#[must_use]
pub fn diagnostic(sources: &SourceMap, diagnostic: &Diagnostic, style: Style) -> String {
    let mark = |label: &crate::diagnostic::Label| Mark {
        span: label.span,
        text: label.text.get(style.lang).to_owned(),
        address: None,
        primary: label.primary,
    };
    let marks: Vec<Mark> = diagnostic.labels.iter().map(mark).collect();
    let (word, weight) = match diagnostic.severity {
        DiagnosticSeverity::Error => ("error", Weight::Error),
        DiagnosticSeverity::Warning => ("warning", Weight::Warning),
        DiagnosticSeverity::Note => ("note", Weight::Advice),
    };
    let help = diagnostic.help.as_ref().map(|help| help.get(style.lang).to_owned());
    let picture = Picture {
        code: format!("{} ({word})", diagnostic.code.name()),
        weight,
        message: diagnostic.message.get(style.lang).to_owned(),
        excerpt: Excerpt::new(sources, &marks, style.columns),
        after: help.into_iter().map(|help| ("help", help)).collect(),
    };
    picture.draw(style)
}

/// A finding, drawn, with its number.
#[must_use]
pub fn finding(sources: &SourceMap, (number, finding): (usize, &Finding), style: Style) -> String {
    let mark = |(at, label): (usize, &crate::finding::Label)| Mark {
        span: label.span,
        text: label.text.clone(),
        address: label.address.clone(),
        primary: at == 0,
    };
    let marks: Vec<Mark> = finding.labels.iter().enumerate().map(mark).collect();
    let (word, weight) = match finding.severity {
        Severity::Error => ("error", Weight::Error),
        Severity::Warning => ("warning", Weight::Warning),
        Severity::Note => ("note", Weight::Advice),
    };
    let mut after: Vec<(&'static str, String)> = Vec::new();
    after.extend(finding.folded.iter().map(|folded| ("…", folded.clone())));
    after.extend(finding.notes.iter().map(|note| ("note", note.clone())));
    after.extend(finding.help.iter().map(|help| ("help", help.clone())));
    let picture = Picture {
        code: format!("#{number} {} ({word})", finding.code),
        weight,
        message: finding.message.clone(),
        excerpt: Excerpt::new(sources, &marks, style.columns),
        after,
    };
    picture.draw(style)
}

/// The heading above the findings of one probable cause: where the cell is, and what is suspected.
#[must_use]
pub fn cause(sources: &SourceMap, cause: &Cause, style: Style) -> String {
    let word = match style.lang {
        Lang::Zh => "疑点",
        Lang::En => "suspect",
    };
    let place = |(span, address): &(Span, Option<String>)| whereabouts(sources, *span, address.as_deref());
    let places: Vec<String> = cause.places.iter().map(place).collect();
    let sentence = cause.sentence();
    let indent = " ".repeat(width(word) + 4);
    let lines = wrap(sentence.get(style.lang), style.columns.saturating_sub(indent.len()));
    let mut drawn = format!("━━ {word} {}\n", places.join("、"));
    for line in lines {
        drawn += &format!("{indent}{line}\n");
    }
    drawn
}

/// What miette draws, and what stands below it.
#[derive(Debug)]
struct Picture {
    code: String,
    weight: Weight,
    message: String,
    excerpt: Excerpt,
    /// Paragraphs after the snippets, each with the word that introduces it.
    after: Vec<(&'static str, String)>,
}

impl Picture {
    fn draw(&self, style: Style) -> String {
        let theme = if style.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let handler = GraphicalReportHandler::new_themed(self.highlighted(theme))
            .with_width(style.columns)
            .with_context_lines(1)
            .with_links(false)
            .without_syntax_highlighting();
        let mut drawn = String::new();
        handler.render_report(&mut drawn, self).expect("writing to a string does not fail");
        // miette puts line and column behind every name; where they mean nothing, they go.
        for (numbered, heading) in self.excerpt.headings() {
            drawn = drawn.replace(&numbered, &heading);
        }
        for (word, text) in &self.after {
            let indent = width(word) + 4;
            let separator = if *word == "…" { " " } else { ": " };
            for (at, line) in wrap(text, style.columns.saturating_sub(indent + 1).max(20)).iter().enumerate() {
                let lead = if at == 0 { format!("  {}{separator}", cyan(word, style)) } else { " ".repeat(indent) };
                drawn.push_str(format!("{lead}{line}").trim_end());
                drawn.push('\n');
            }
        }
        let lines: Vec<&str> = drawn.lines().map(str::trim_end).collect();
        lines.join("\n") + "\n"
    }

    /// `theme` with the colour of the severity for primary marks and a quiet one for the others.
    fn highlighted(&self, mut theme: GraphicalTheme) -> GraphicalTheme {
        let primary = match self.weight {
            Weight::Error => theme.styles.error,
            Weight::Warning => theme.styles.warning,
            Weight::Advice => theme.styles.advice,
        };
        let secondary = theme.styles.help;
        let colours = self.excerpt.labels().into_iter().map(|(_, is)| if is { primary } else { secondary });
        let colours: Vec<_> = colours.collect();
        if !colours.is_empty() {
            theme.styles.highlights = colours;
        }
        theme
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Picture {}

impl miette::Diagnostic for Picture {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<Weight> {
        Some(self.weight)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let labels = self.excerpt.labels();
        (!labels.is_empty()).then(|| Box::new(labels.into_iter().map(|(label, _)| label)) as Box<_>)
    }
}

/// `text` in the colour of asides.
fn cyan(text: &str, style: Style) -> String {
    if style.color { format!("\u{1b}[36m{text}\u{1b}[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests;
