//! Templates: texts with `{expression:format}` in them, cut into pieces.

use super::strings::Written;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{SourceFile, Span};
use crate::text;
use crate::value::Unit;

/// A text with expressions in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// Its parts in order.
    pub pieces: Vec<Piece>,
    /// Where it stands.
    pub span: Span,
}

/// A part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Literal text, `{{` and `}}` undone.
    Text(String),
    /// An expression (rule language), and how to write its value.
    Hole(Span, Format),
}

/// How a value is written: what stands after the last `:` in `{rate:.1%}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Format {
    /// As a percentage.
    pub percent: bool,
    /// Decimal places.
    pub places: Option<u32>,
    /// The unit for money.
    pub unit: Option<Unit>,
}

/// The pieces of a string, and every complaint about them.
pub(super) fn read(file: &SourceFile, written: &Written) -> (Template, Report) {
    let characters = written.characters(file.text());
    let mut reader = Reader { file, written, characters, at: 0, pieces: Vec::new(), report: Report::new() };
    reader.run();
    (Template { pieces: reader.pieces, span: file.span_of(written.inner.clone()) }, reader.report)
}

struct Reader<'a> {
    file: &'a SourceFile,
    written: &'a Written,
    characters: Vec<(usize, char)>,
    at: usize,
    pieces: Vec<Piece>,
    report: Report,
}

impl Reader<'_> {
    fn run(&mut self) {
        let mut literal = String::new();
        while let Some((place, c)) = self.characters.get(self.at).copied() {
            let doubled = self.characters.get(self.at + 1).is_some_and(|next| next.1 == c);
            match c {
                '{' | '}' if doubled => {
                    literal.push(c);
                    self.at += 2;
                }
                '{' => {
                    if !literal.is_empty() {
                        self.pieces.push(Piece::Text(std::mem::take(&mut literal)));
                    }
                    self.hole();
                }
                '}' => {
                    self.complain(place..place + 1, text!("多了一个 `}}`", "a `}}` too many"));
                    self.at += 1;
                }
                _ => {
                    literal.push(c);
                    self.at += 1;
                }
            }
        }
        if !literal.is_empty() {
            self.pieces.push(Piece::Text(literal));
        }
    }

    /// Reads `{…}`; [`Self::at`] is on the opening brace.
    fn hole(&mut self) {
        let open = self.characters[self.at].0;
        let Some(close) = self.closing() else {
            self.complain(open..open + 1, text!("`{{` 没有闭合", "`{{` is never closed"));
            // What follows may well be right: go on after the brace.
            self.at += 1;
            return;
        };
        let inside = &self.characters[self.at + 1..close];
        self.at = close + 1;
        let end = self.characters[close].0;
        let start = open + 1;
        let raw = &self.file.text()[start..end];
        if self.written.has_escapes() && raw.contains('\\') {
            let message = text!("`{{…}}` 里不能用反斜杠", "no backslash inside `{{…}}`");
            let help = text!("整句改用单引号 '…'，里面可以直接写双引号", "write the whole text in single quotes '…'");
            let wrong = Diagnostic::error(Code::BadTemplate, message).at(self.file.span_of(start..end)).help(help);
            self.report.push(wrong);
            return;
        }
        if raw.trim().is_empty() {
            self.complain(open..end + 1, text!("`{{}}` 里没有写要显示什么", "nothing inside `{{}}`"));
            return;
        }
        let (length, format) = match split_format(inside) {
            Ok(split) => split,
            Err(colon) => {
                let message = text!("`:` 之后不是一种写法", "what follows `:` is not a format");
                let help = text!(
                    "可写小数位数 `.2`、百分比 `%` 或 `.1%`、单位 `万元` 或 `.2万元`",
                    "write decimal places `.2`, a percentage `%` or `.1%`, a unit `万元` or `.2万元`"
                );
                let span = self.file.span_of(inside[colon].0 + 1..end);
                self.report.push(Diagnostic::error(Code::BadTemplate, message).at(span).help(help));
                return;
            }
        };
        let to = inside.get(length).map_or(end, |after| after.0);
        let trimmed = self.file.text()[start..to].trim();
        let from = start + (self.file.text()[start..to].len() - self.file.text()[start..to].trim_start().len());
        self.pieces.push(Piece::Hole(self.file.span_of(from..from + trimmed.len()), format));
    }

    /// Position of the brace that closes the one at [`Self::at`]. Braces inside quotes do not count, and one that is
    /// not an aggregate's (after `:`) or inside one is the start of another hole: this one was never closed.
    fn closing(&self) -> Option<usize> {
        let mut depth = 0_usize;
        let mut quoted = false;
        let mut before = ' ';
        for (at, (_, c)) in self.characters.iter().enumerate().skip(self.at) {
            match c {
                '"' => quoted = !quoted,
                '{' if !quoted && depth == 1 && before != ':' => return None,
                '{' if !quoted => depth += 1,
                '}' if !quoted => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
            if !c.is_whitespace() {
                before = *c;
            }
        }
        None
    }

    fn complain(&mut self, place: std::ops::Range<usize>, message: crate::diagnostic::Text) {
        let help = text!(
            "显示一个值写 `{{p.name}}`；要显示花括号本身，写两个",
            "write `{{p.name}}` to show a value, and braces twice to show braces"
        );
        let span = self.file.span_of(place);
        self.report.push(Diagnostic::error(Code::BadTemplate, message).at(span).help(help));
    }
}

/// How many characters the expression has, and the format after it.
///
/// # Errors
/// The position of a `:` after which no format stands.
fn split_format(inside: &[(usize, char)]) -> Result<(usize, Format), usize> {
    let mut depth = 0_usize;
    let mut quoted = false;
    let mut colon = None;
    for (at, (_, c)) in inside.iter().enumerate() {
        match c {
            '"' => quoted = !quoted,
            '{' | '(' | '[' if !quoted => depth += 1,
            '}' | ')' | ']' if !quoted => depth = depth.saturating_sub(1),
            ':' | '：' if !quoted && depth == 0 => colon = Some(at),
            _ => {}
        }
    }
    let Some(colon) = colon else { return Ok((inside.len(), Format::default())) };
    let after: String = inside[colon + 1..].iter().map(|(_, c)| *c).collect();
    if after.trim_start().starts_with('{') {
        // The braces of an aggregate, not a format.
        return Ok((inside.len(), Format::default()));
    }
    parse_format(after.trim()).map(|format| (colon, format)).ok_or(colon)
}

fn parse_format(written: &str) -> Option<Format> {
    let mut format = Format::default();
    let mut rest = written;
    if let Some(places) = rest.strip_prefix('.') {
        let digits = places.len() - places.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let count: u32 = places[..digits].parse().ok().filter(|count| *count <= 28)?;
        format.places = Some(count);
        rest = &places[digits..];
    }
    match rest {
        "" if format.places.is_some() => {}
        "%" => format.percent = true,
        unit => format.unit = Some(Unit::from_name(unit)?),
    }
    Some(format)
}
