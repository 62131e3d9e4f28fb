//! JSON with the place of every value. What stands before a fault is kept.

use std::ops::Range;

use crate::diagnostic::{Code, Text};
use crate::text;

/// Values nested deeper than this are refused.
const DEPTH_LIMIT: u32 = 100;

/// A value and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    /// A number, `true` or `false`: as written.
    Plain,
    String(Str),
    Array(Vec<Value>),
    Object(Vec<(Str, Value)>),
}

/// A string: its content, unescaped, and where that stands between the quotes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Str {
    pub(super) text: String,
    pub(super) inside: Range<usize>,
    /// Where text and source part company.
    pub(super) shifts: Vec<(u32, u32)>,
}

/// The first fault of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) code: Code,
    pub(super) message: Text,
    pub(super) at: Range<usize>,
}

/// The value that stands in the bytes `range` of `text`, as far as it goes, and its first fault.
pub(super) fn parse(text: &str, range: Range<usize>) -> (Option<Value>, Option<Problem>) {
    let mut parser = Parser { text, at: range.start, end: range.end, problem: None };
    let value = parser.value(0);
    parser.blanks();
    if parser.at < parser.end {
        let at = parser.at;
        parser.fail(text!("JSON 到此已经结束，后面还有内容", "the JSON is over here, and more follows"), at..at + 1);
    }
    (value, parser.problem)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    end: usize,
    problem: Option<Problem>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied().filter(|_| self.at < self.end)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Notes the fault, if it is the first, and goes to the end.
    fn fail(&mut self, message: Text, at: Range<usize>) {
        let at = at.start.min(self.end)..at.end.min(self.end);
        self.problem.get_or_insert(Problem { code: Code::BrokenFile, message, at });
        self.at = self.end;
    }

    fn value(&mut self, depth: u32) -> Option<Value> {
        self.blanks();
        let start = self.at;
        if depth > DEPTH_LIMIT {
            let message = text!("嵌套超过 {DEPTH_LIMIT} 层", "values are nested more than {DEPTH_LIMIT} deep");
            self.fail(message, start..start + 1);
            if let Some(problem) = &mut self.problem {
                problem.code = Code::LimitReached;
            }
            return None;
        }
        let kind = match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Kind::String(self.string()?),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(byte) if byte.is_ascii_alphabetic() => self.word()?,
            Some(_) => {
                let length = self.text[start..].chars().next().map_or(1, char::len_utf8);
                self.fail(text!("这里应当是一个值", "a value is needed here"), start..start + length);
                return None;
            }
            None => {
                self.fail(text!("文件在这里断了", "the file breaks off here"), start..start);
                return None;
            }
        };
        Some(Value { kind, range: start..self.at })
    }

    fn object(&mut self, depth: u32) -> Kind {
        let mut members = Vec::new();
        self.at += 1;
        loop {
            self.blanks();
            match self.peek() {
                Some(b'}') if members.is_empty() => {
                    self.at += 1;
                    break;
                }
                Some(b'"') => {}
                Some(b'}') => {
                    self.fail_here(text!("前一项后面多了一个逗号", "there is a comma too many before this"));
                    break;
                }
                _ => {
                    self.fail_here(text!("这里应当是带引号的键", "a key in quotes is needed here"));
                    break;
                }
            }
            let Some(key) = self.string() else { break };
            self.blanks();
            if self.peek() != Some(b':') {
                self.fail_here(text!("键后面缺冒号", "a colon is missing after the key"));
                break;
            }
            self.at += 1;
            let Some(value) = self.value(depth + 1) else { break };
            members.push((key, value));
            if !self.more(b'}') {
                break;
            }
        }
        Kind::Object(members)
    }

    fn array(&mut self, depth: u32) -> Kind {
        let mut items = Vec::new();
        self.at += 1;
        self.blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Kind::Array(items);
        }
        while let Some(item) = self.value(depth + 1) {
            items.push(item);
            if !self.more(b']') {
                break;
            }
            self.blanks();
            if self.peek() == Some(b']') {
                self.fail_here(text!("前一项后面多了一个逗号", "there is a comma too many before this"));
                break;
            }
        }
        Kind::Array(items)
    }

    /// Takes a comma, or the bracket that closes; whether another element follows.
    fn more(&mut self, close: u8) -> bool {
        self.blanks();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                true
            }
            Some(byte) if byte == close => {
                self.at += 1;
                false
            }
            _ => {
                let close = char::from(close);
                self.fail_here(text!("这里应当是逗号或 {close}", "a comma or {close} is needed here"));
                false
            }
        }
    }

    fn fail_here(&mut self, message: Text) {
        let length = self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        self.fail(message, self.at..self.at + length);
    }

    fn number(&mut self) -> Option<Kind> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let written = &self.text[start..self.at];
        let unsigned = written.strip_prefix('-').unwrap_or(written);
        let (mantissa, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if digits(whole) && digits(fraction) && digits(exponent) {
            return Some(Kind::Plain);
        }
        let end = self.at;
        self.fail(text!("这不是 JSON 的数", "this is no number of JSON"), start..end);
        None
    }

    fn word(&mut self) -> Option<Kind> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            self.at += 1;
        }
        match &self.text[start..self.at] {
            "null" => Some(Kind::Null),
            "true" | "false" => Some(Kind::Plain),
            word => {
                let message = text!("JSON 里没有“{word}”这样的值", "JSON has no value “{word}”");
                let end = self.at;
                self.fail(message, start..end);
                None
            }
        }
    }

    fn string(&mut self) -> Option<Str> {
        let quote = self.at;
        self.at += 1;
        let start = self.at;
        let mut string = Str::default();
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        loop {
            let rest = &self.text[self.at..self.end];
            let Some(next) = rest.find(['"', '\\']) else {
                self.fail(text!("字符串没有结束", "the string is never closed"), quote..quote + 1);
                return None;
            };
            string.text.push_str(&rest[..next]);
            self.at += next;
            if self.peek() == Some(b'"') {
                string.inside = start..self.at;
                self.at += 1;
                return Some(string);
            }
            let (character, length) = escape(&self.text[self.at..self.end]);
            let Some(character) = character else {
                let at = self.at;
                self.fail(text!("不认识的转义", "an escape that JSON has not"), at..at + 1);
                return None;
            };
            if string.shifts.is_empty() {
                string.shifts.push((0, 0));
            }
            string.text.push(character);
            self.at += length;
            string.shifts.push((narrow(string.text.len()), narrow(self.at - start)));
        }
    }
}

/// The character that the escape at the start of `text` means, and the escape's length.
fn escape(text: &str) -> (Option<char>, usize) {
    let simple = match text.as_bytes().get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text),
        _ => return (None, 0),
    };
    (Some(simple), 2)
}

/// `\u4e2d`, or a pair of surrogates; half a pair becomes `U+FFFD`.
fn unicode(text: &str) -> (Option<char>, usize) {
    let unit = |from: usize| {
        let digits = text.get(from..from + 4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        digits.and_then(|digits| u32::from_str_radix(digits, 16).ok())
    };
    match unit(2) {
        None => (None, 0),
        Some(high @ 0xD800..=0xDBFF) => {
            let low = unit(8).filter(|low| text.get(6..8) == Some("\\u") && (0xDC00..=0xDFFF).contains(low));
            match low {
                Some(low) => (char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), 12),
                None => (Some('\u{fffd}'), 6),
            }
        }
        Some(unit) => (Some(char::from_u32(unit).unwrap_or('\u{fffd}')), 6),
    }
}
