//! The logic of a card, parsed: trees in the places where the card has text.

use super::rules::LoadedCard;
use crate::analysis::{CardSource, LabelSource, Parameter, Piece, SeveritySource, TemplateSource};
use crate::cards::{self, Card};
use crate::diagnostic::Report;
use crate::source::{SourceMap, Span};
use crate::syntax::walk::{self, Rewrite};
use crate::syntax::{self, ast};

/// The parsed parts of a card.
#[derive(Clone, Debug, Default)]
pub struct CardTree {
    /// The conditions.
    pub when: ast::Body,
    /// What identifies a finding.
    pub key: Vec<ast::Arg>,
    /// What a finding says.
    pub message: TemplateSource,
    /// What to do about it.
    pub help: Option<TemplateSource>,
    /// What it marks.
    pub labels: Vec<LabelSource>,
    /// How much it weighs.
    pub severity: Vec<SeveritySource>,
}

impl CardTree {
    /// Shows `pass` all but the conditions: what decides the severity, and what messages, labels and help say.
    pub(super) fn walk_words(&mut self, pass: &mut impl Rewrite) {
        self.severity.iter_mut().filter_map(|case| case.when.as_mut()).for_each(|when| pass.body(when));
        let labels = self.labels.iter_mut().map(|label| &mut label.text);
        let templates = labels.chain(&mut self.help).chain([&mut self.message]);
        for piece in templates.flat_map(|template| &mut template.pieces) {
            if let Piece::Hole(arg, _) = piece {
                walk::arg(pass, arg);
            }
        }
    }
}

/// Parses every text of rule language in `card`.
#[must_use]
pub fn parse_card(sources: &SourceMap, card: &Card) -> (CardTree, Report) {
    let mut parser = Parser { sources, report: Report::new() };
    let label = |parser: &mut Parser, label: &cards::Label| {
        let text = parser.template(&label.text);
        Some(LabelSource { at: parser.arg(label.at)?, text, limit: label.limit })
    };
    let severity = |parser: &mut Parser, case: &cards::SeverityCase| SeveritySource {
        when: case.when.map(|when| parser.body(when)),
        is: case.is,
    };
    let tree = CardTree {
        when: parser.body(card.when),
        key: card.key.iter().filter_map(|key| parser.arg(*key)).collect(),
        message: parser.template(&card.message),
        help: card.help.as_ref().map(|help| parser.template(help)),
        labels: card.labels.iter().filter_map(|written| label(&mut parser, written)).collect(),
        severity: card.severity.iter().map(|case| severity(&mut parser, case)).collect(),
    };
    (tree, parser.report)
}

/// What the analysis takes of a card, with the values of its parameters.
pub(super) fn source<'a>(loaded: &'a LoadedCard, params: Vec<Parameter<'a>>) -> CardSource<'a> {
    let LoadedCard { card, tree, .. } = loaded;
    let name = card.relation();
    CardSource {
        code: &card.code.text,
        name: &name.text,
        span: name.span,
        when: &tree.when,
        params,
        message: &tree.message,
        help: tree.help.as_ref(),
        labels: &tree.labels,
        severity: &tree.severity,
        key: &tree.key,
        idle: loaded.idle.is_some(),
    }
}

struct Parser<'a> {
    sources: &'a SourceMap,
    report: Report,
}

impl Parser<'_> {
    fn body(&mut self, span: Span) -> ast::Body {
        let (body, report) = syntax::parse_body(self.sources, span);
        self.report.append(report);
        body
    }

    fn arg(&mut self, span: Span) -> Option<ast::Arg> {
        let (arg, report) = syntax::parse_arg(self.sources, span);
        self.report.append(report);
        arg
    }

    fn template(&mut self, template: &cards::Template) -> TemplateSource {
        let piece = |piece: &cards::Piece| match piece {
            cards::Piece::Text(text) => Some(Piece::Text(text.clone())),
            cards::Piece::Hole(span, format) => self.arg(*span).map(|arg| Piece::Hole(arg, *format)),
        };
        TemplateSource { pieces: template.pieces.iter().filter_map(piece).collect() }
    }
}
