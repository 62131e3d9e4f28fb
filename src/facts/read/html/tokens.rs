//! Tags and text of a page.

use std::ops::Range;

/// A piece of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// The start of an element: its name in lower case, and where its attributes stand.
    Open { name: String, attributes: Range<usize>, at: usize },
    /// The end of an element.
    Close { name: String, at: usize },
    /// Text, references not yet replaced.
    Text(Range<usize>),
}

/// Elements whose content is no text of the page.
const RAW: [&str; 7] = ["script", "style", "title", "textarea", "noscript", "template", "select"];
/// Names longer than this are no names.
const LONGEST_NAME: usize = 32;

/// The pieces of `page`, in order.
pub(super) struct Tokens<'a> {
    page: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(page: &'a str) -> Self {
        Self { page, at: 0 }
    }

    /// Moves behind the next `end`, or to the end of the page.
    fn skip_past(&mut self, end: &str) {
        self.at = self.page[self.at..].find(end).map_or(self.page.len(), |found| self.at + found + end.len());
    }

    /// The end of the tag that is open at `from`: the `>` outside quotes.
    fn tag_end(&self, from: usize) -> usize {
        let mut quote = None;
        for (at, byte) in self.page.as_bytes()[from..].iter().enumerate() {
            match (quote, byte) {
                (None, b'>') => return from + at,
                (None, b'"' | b'\'') => quote = Some(*byte),
                (Some(open), byte) if open == *byte => quote = None,
                // A quote that is never closed must not swallow the page.
                (Some(_), b'<') => return self.page[from..].find('>').map_or(self.page.len(), |end| from + end),
                _ => {}
            }
        }
        self.page.len()
    }

    fn tag(&mut self) -> Option<Token> {
        let at = self.at;
        let closing = self.page[at..].starts_with("</");
        let start = at + if closing { 2 } else { 1 };
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-');
        let length = self.page.as_bytes()[start..].iter().take_while(|byte| is_name(byte)).count();
        let name = self.page[start..start + length].to_ascii_lowercase();
        let end = self.tag_end(start + length);
        self.at = (end + 1).min(self.page.len());
        if length > LONGEST_NAME {
            return None;
        }
        if closing {
            return Some(Token::Close { name, at });
        }
        if RAW.contains(&name.as_str()) {
            self.skip_raw(&name);
            return None;
        }
        Some(Token::Open { name, attributes: start + length..end, at })
    }

    /// Moves behind the end of the element `name`.
    fn skip_raw(&mut self, name: &str) {
        let mut from = self.at;
        while let Some(found) = self.page[from..].find("</") {
            let start = from + found + 2;
            let is_end = self.page.get(start..start + name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name));
            if is_end {
                self.at = self.tag_end(start).saturating_add(1).min(self.page.len());
                return;
            }
            from = start;
        }
        self.at = self.page.len();
    }
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        while self.at < self.page.len() {
            let rest = &self.page[self.at..];
            if rest.starts_with("<!--") {
                self.at += 4;
                self.skip_past("-->");
            } else if rest.starts_with("<!") || rest.starts_with("<?") {
                self.skip_past(">");
            } else if starts_tag(rest) {
                if let Some(token) = self.tag() {
                    return Some(token);
                }
            } else {
                let start = self.at;
                let first = rest.chars().next().map_or(1, char::len_utf8);
                let more = rest[first..].find('<').map_or(rest.len(), |found| first + found);
                self.at += more;
                return Some(Token::Text(start..self.at));
            }
        }
        None
    }
}

/// Whether a tag begins here, rather than a lone `<`.
fn starts_tag(rest: &str) -> bool {
    let bytes = rest.as_bytes();
    let after = if bytes.get(1) == Some(&b'/') { bytes.get(2) } else { bytes.get(1) };
    bytes.first() == Some(&b'<') && after.is_some_and(u8::is_ascii_alphabetic)
}

/// The value of the attribute `name` as a number.
pub(super) fn number(attributes: &str, name: &str) -> Option<u32> {
    let lower = attributes.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = lower[from..].find(name) {
        let start = from + found;
        from = start + name.len();
        let alone =
            lower[..start].ends_with(|before: char| before.is_whitespace() || matches!(before, '"' | '\'' | '/'));
        let Some(value) = lower[from..].trim_start().strip_prefix('=').filter(|_| alone) else { continue };
        let value = value.trim_start().trim_start_matches(['"', '\'']).trim_start();
        let digits = value.bytes().take_while(u8::is_ascii_digit).count();
        return value[..digits].parse().ok();
    }
    None
}
