//! Texts in quotes.

use crate::diagnostic::{Code, Diagnostic};
use crate::text;

use super::super::token::Kind;
use super::Lexer;

/// On a longer line no guess is made where a text ends, since every further quote would look at the line again.
const LONGEST: usize = 4096;

impl Lexer<'_> {
    /// Reads a text that opens with `open`, which may be a quote that is only meant as `"`.
    pub(super) fn string(&mut self, open: char) -> Kind {
        let start = self.at;
        self.at += open.len_utf8();
        let close = self.find_close(open);
        let Some(close) = close else {
            self.unclosed(start, open);
            return Kind::Text;
        };
        self.at += close.len_utf8();
        if open == '"' {
            return Kind::Text;
        }
        let end = self.at - close.len_utf8();
        if matches!(open, '\'') {
            let message = text!("文字用双引号，不用单引号", "texts stand in double quotes, not single ones");
            let (first, last) = (self.span(start, start + 1), self.span(end, self.at));
            let complaint = Diagnostic::error(Code::ForeignOperator, message).at(self.span(start, self.at));
            self.complain(complaint.fix(first, "\"").fix(last, "\""));
        } else {
            self.mark_wide(start, open, "\"");
            if close != '"' {
                self.mark_wide(end, close, "\"");
            }
        }
        Kind::Text
    }

    /// Moves to the quote that closes a text opened by `open`; none when the line ends first.
    fn find_close(&mut self, open: char) -> Option<char> {
        while let Some(c) = self.peek() {
            match c {
                '\n' => return None,
                '\\' => {
                    self.at += 1;
                    let escaped = self.peek().filter(|c| *c != '\n');
                    self.at += escaped.map_or(0, char::len_utf8);
                }
                _ if closes(open, c) => return Some(c),
                _ => self.at += c.len_utf8(),
            }
        }
        None
    }

    fn unclosed(&mut self, start: usize, open: char) {
        // The text was probably meant to end before the next bracket that closes, or with the line.
        let (line, width) = (self.text[start..self.at].trim_end(), open.len_utf8());
        let line_end = start + line.len();
        let bracket = line.find([')', ']', '}', '）']).filter(|_| line.len() < LONGEST);
        let written = bracket.map_or(line, |bracket| &line[..bracket]);
        let end = start + written.trim_end_matches([',', '.', ';', ' ']).len().max(width);
        self.at = end;
        let torn = self.span(start, end);
        self.out.torn.push(torn);
        let message = text!("这个引号没有闭合", "this quote is never closed");
        let help =
            text!("在文字结束处写 `\"`；文字不能跨行", "write `\"` where the text ends; a text cannot span lines");
        let place = self.span(start, start + width);
        let line_end = self.span(line_end, line_end);
        let complaint = Diagnostic::error(Code::UnclosedString, message)
            .at(place)
            .secondary(line_end, text!("到行末也没有 `\"`", "no `\"` up to the end of the line"));
        self.complain(complaint.help(help));
    }
}

/// Whether `c` closes a text that `open` opened.
fn closes(open: char, c: char) -> bool {
    match open {
        '"' => c == '"',
        '“' | '”' | '„' | '＂' => matches!(c, '”' | '“' | '"' | '＂'),
        '‘' | '’' => matches!(c, '’' | '‘' | '\''),
        '「' => c == '」',
        '«' => c == '»',
        _ => c == open,
    }
}

/// The text that `written` (with its quotes) means, and the escapes in it that mean nothing, by their place in it.
#[must_use]
pub fn unescape(written: &str) -> (String, Vec<std::ops::Range<usize>>) {
    let open = written.chars().next().unwrap_or('"');
    let inside = &written[open.len_utf8().min(written.len())..];
    let closed = inside.chars().next_back().filter(|c| closes(open, *c));
    let inside = &inside[..inside.len() - closed.map_or(0, char::len_utf8)];
    let offset = open.len_utf8();
    let (mut text, mut wrong) = (String::with_capacity(inside.len()), Vec::new());
    let mut chars = inside.char_indices();
    while let Some((at, c)) = chars.next() {
        if c != '\\' {
            text.push(c);
            continue;
        }
        let Some((_, escaped)) = chars.next() else {
            wrong.push(offset + at..offset + at + 1);
            break;
        };
        match escaped {
            '"' | '\'' | '\\' => text.push(escaped),
            'a' => text.push('\u{7}'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            'v' => text.push('\u{b}'),
            _ => {
                text.extend(['\\', escaped]);
                wrong.push(offset + at..offset + at + 1 + escaped.len_utf8());
            }
        }
    }
    (text, wrong)
}
