//! Strings of a TOML file as they are written: which quotes they have, and what each character of them stands for.

use std::ops::Range;

/// The four kinds of TOML string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// `"…"`
    Basic,
    /// `'…'`
    Literal,
    /// `"""…"""`
    MultiBasic,
    /// `'''…'''`
    MultiLiteral,
}

/// A string token of a file.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) quotes: Quotes,
    /// The bytes between the quotes.
    pub(super) inner: Range<usize>,
}

impl Written {
    /// The string that stands at `token` (quotes included) of `text`; none when there is no string.
    pub(super) fn new(text: &str, token: Range<usize>) -> Option<Self> {
        let written = text.get(token.clone())?;
        let kinds = [
            ("'''", Quotes::MultiLiteral),
            ("\"\"\"", Quotes::MultiBasic),
            ("'", Quotes::Literal),
            ("\"", Quotes::Basic),
        ];
        let (quote, quotes) = kinds.into_iter().find(|(quote, _)| {
            written.len() >= 2 * quote.len() && written.starts_with(quote) && written.ends_with(quote)
        })?;
        Some(Self { quotes, inner: token.start + quote.len()..token.end - quote.len() })
    }

    /// Whether a backslash means anything in it.
    pub(super) fn has_escapes(&self) -> bool {
        matches!(self.quotes, Quotes::Basic | Quotes::MultiBasic)
    }

    /// What is written, escapes undone.
    pub(super) fn decoded(&self, text: &str) -> String {
        let body = self.body(text);
        if self.has_escapes() && body.contains('\\') {
            return self.characters(text).into_iter().map(|(_, c)| c).collect();
        }
        body.to_owned()
    }

    /// Each character with the byte at which it is written, escapes undone. The blanks after a backslash at the end of a
    /// line are not part of it.
    pub(super) fn characters(&self, text: &str) -> Vec<(usize, char)> {
        let mut rest = self.body(text);
        let mut characters = Vec::with_capacity(rest.chars().count());
        while let Some(c) = rest.chars().next() {
            let at = self.inner.end - rest.len();
            if c == '\\' && self.has_escapes() {
                let (decoded, length) = escape(rest);
                characters.extend(decoded.map(|decoded| (at, decoded)));
                rest = &rest[length..];
            } else {
                characters.push((at, c));
                rest = &rest[c.len_utf8()..];
            }
        }
        characters
    }

    /// What stands between the quotes, without a line break right after those of a multi-line string.
    fn body<'t>(&self, text: &'t str) -> &'t str {
        let body = &text[self.inner.clone()];
        if matches!(self.quotes, Quotes::MultiBasic | Quotes::MultiLiteral) {
            return body.strip_prefix("\r\n").or_else(|| body.strip_prefix('\n')).unwrap_or(body);
        }
        body
    }
}

/// What the escape at the start of `rest` stands for, and its length. TOML itself has already refused wrong ones.
fn escape(rest: &str) -> (Option<char>, usize) {
    let hex = |from: usize, digits: usize| {
        let code = rest.get(from..from + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        // What is no hexadecimal digit may be longer than a byte.
        let length = rest.chars().take(from + digits).map(char::len_utf8).sum();
        (code.and_then(char::from_u32), length)
    };
    match rest[1..].chars().next() {
        Some('n') => (Some('\n'), 2),
        Some('t') => (Some('\t'), 2),
        Some('r') => (Some('\r'), 2),
        Some('b') => (Some('\u{8}'), 2),
        Some('f') => (Some('\u{c}'), 2),
        Some('e') => (Some('\u{1b}'), 2),
        Some('x') => hex(2, 2),
        Some('u') => hex(2, 4),
        Some('U') => hex(2, 8),
        Some(blank) if blank.is_whitespace() => {
            let skipped: usize = rest[1..].chars().take_while(|c| c.is_whitespace()).map(char::len_utf8).sum();
            (None, 1 + skipped)
        }
        Some(other) => (Some(other), 1 + other.len_utf8()),
        None => (None, 1),
    }
}
