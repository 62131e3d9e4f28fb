//! Texts and lists of a card that are never closed: all that a TOML reader says of what stands behind follows from that.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::SourceFile;
use crate::text;

/// What to say of the first `'''`, `"""` or `[` that is still open where one of the `keys`, or the next rule, begins a line.
pub(super) fn find(file: &SourceFile, text: &str, keys: &[&str]) -> Option<Diagnostic> {
    let mut scan = Scan { text, at: 0, open: Vec::new() };
    while scan.at < text.len() {
        let starts_line = scan.at == 0 || text.as_bytes()[scan.at - 1] == b'\n';
        if let Some((at, opener)) = scan.open.first().filter(|_| starts_line)
            && begins_next(&text[scan.at..], keys)
        {
            return Some(unclosed(file, (*at, opener), text, scan.at));
        }
        scan.step();
    }
    None
}

/// A walk over a file of cards.
struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// What is open, with its place.
    open: Vec<(usize, &'static str)>,
}

impl Scan<'_> {
    /// Goes on by a character, or by what belongs together.
    fn step(&mut self) {
        let rest = &self.text[self.at..];
        let long = ["'''", "\"\"\""].into_iter().find(|quote| rest.starts_with(quote));
        match (self.open.last().map(|(_, opener)| *opener), rest.chars().next(), long) {
            (Some("["), Some(']'), _) => {
                self.open.pop();
                self.at += 1;
            }
            (Some("[") | None, _, Some(quote)) => {
                self.open.push((self.at, quote));
                self.at += quote.len();
            }
            (Some("[") | None, Some('['), _) => {
                self.open.push((self.at, "["));
                self.at += 1;
            }
            (Some("[") | None, Some('#'), _) => self.at += rest.find('\n').unwrap_or(rest.len()),
            (Some("[") | None, Some(quote @ ('"' | '\'')), _) => self.at += length(rest, quote),
            (Some(opener), _, Some(quote)) if opener == quote => {
                self.open.pop();
                self.at += quote.len();
            }
            (_, Some(c), _) => self.at += c.len_utf8(),
            (_, None, _) => self.at = self.text.len(),
        }
    }
}

/// How long the string is that `text` begins with; at most to the end of the line.
fn length(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\n' => return at,
            _ if escaped => escaped = false,
            '\\' if quote == '"' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether a line gives one of the keys its value, or begins a rule.
fn begins_next(text: &str, keys: &[&str]) -> bool {
    let line = text.lines().next().unwrap_or_default().trim_start();
    let value = keys.iter().find_map(|key| line.strip_prefix(key)?.trim_start().strip_prefix('='));
    line.starts_with("[[rule") || value.is_some_and(|value| value.trim_start().starts_with(['"', '[', '\'']))
}

/// What to say of what is opened at `at`, when the line at `start` is the next key's.
fn unclosed(file: &SourceFile, (at, opener): (usize, &str), text: &str, start: usize) -> Diagnostic {
    let closer = if opener == "[" { "]" } else { opener };
    let next = text[start..].lines().next().unwrap_or_default().trim_end();
    let code = if opener == "[" { Code::UnclosedBracket } else { Code::UnclosedString };
    let message = text!("这里开始的 `{opener}` 没有结束", "the `{opener}` that begins here is never closed");
    let help = text!("在下一项前面加一行 `{closer}`", "put a line `{closer}` before the next key");
    Diagnostic::error(code, message)
        .at(file.span_of(at..at + opener.len()))
        .secondary(file.span_of(start..start + next.len()), text!("已经是下一项了", "this is the next key already"))
        .help(help)
        .fix(file.span_of(start..start), format!("{closer}\n"))
}
