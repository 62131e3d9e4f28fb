//! Characters to tokens. Every character is used once, nothing stops the lexer: what it cannot read it reports, and it
//! goes on with what was probably meant.

mod foreign;
mod number;
mod operator;
mod string;

pub use string::unescape;

use unicode_ident::{is_xid_continue, is_xid_start};

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{SourceMap, Span};
use crate::text;

use super::token::{DIRECTIVES, Kind, Token};

/// The tokens of a text, with what lies between them.
#[derive(Debug, Default)]
pub struct Lexed {
    /// The tokens in order, the last of them [`Kind::End`].
    pub tokens: Vec<Token>,
    /// Every comment, in order, with its delimiters.
    pub comments: Vec<Span>,
    /// Texts that are never closed, in order: where they end is a guess.
    pub torn: Vec<Span>,
    /// What was wrong.
    pub report: Report,
}

/// What text is read, as far as the lexer must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// A rule file, where lines with `#` are the preprocessor's.
    File,
    /// A piece of a card.
    Piece,
    /// What a macro stands for, where `#` and `##` are operators.
    Macro,
}

/// Reads the text under `span`.
#[must_use]
pub fn lex(sources: &SourceMap, span: Span, kind: Text) -> Lexed {
    let text = sources.text(span);
    let mut lexer = Lexer {
        text: &text,
        base: span.start(),
        at: 0,
        kind,
        starts_line: true,
        // A token for each four bytes is more than most texts have.
        out: Lexed { tokens: Vec::with_capacity(text.len() / 4 + 1), ..Lexed::default() },
        wide: foreign::Wide::default(),
        is_money: false,
    };
    lexer.run();
    lexer.out
}

/// Reading a text.
struct Lexer<'a> {
    text: &'a str,
    base: u32,
    at: usize,
    kind: Text,
    starts_line: bool,
    out: Lexed,
    wide: foreign::Wide,
    /// Whether the number that comes next is money, a sign of currency standing before it.
    is_money: bool,
}

impl Lexer<'_> {
    fn run(&mut self) {
        loop {
            let before = self.at;
            self.skip_blank();
            let joined = self.at == before && !self.out.tokens.is_empty();
            let start = self.at;
            let Some(first) = self.peek() else { break };
            if let Some(kind) = self.token(first) {
                self.push(kind, start, joined);
            }
        }
        self.flush_wide();
        let end = self.text.len();
        self.push(Kind::End, end, false);
    }

    fn push(&mut self, kind: Kind, start: usize, joined: bool) {
        let span = self.span(start, self.at);
        self.out.tokens.push(Token { kind, span, text: span, starts_line: self.starts_line, joined });
        self.starts_line = false;
    }

    /// Reads one token; none when what stood there was reported and left out.
    fn token(&mut self, first: char) -> Option<Kind> {
        match first {
            '0'..='9' | '０'..='９' => Some(self.number()),
            '"' | '“' | '”' | '＂' | '„' | '«' | '「' | '\'' | '‘' | '’' => Some(self.string(first)),
            '`' => Some(self.quoted_word()),
            '#' => self.hash(),
            _ if starts_word(first) => Some(self.word()),
            '.' if self.directive_word().is_some() => {
                self.at += 1 + self.directive_word().unwrap_or(0);
                Some(Kind::Directive)
            }
            _ => self.operator(first),
        }
    }

    fn word(&mut self) -> Kind {
        let start = self.at;
        self.skip_while(continues_word);
        // The one word with a hyphen.
        if &self.text[start..self.at] == "choice" && self.rest().starts_with("-domain") {
            self.at += "-domain".len();
        }
        Kind::Word
    }

    /// `` `any text` ``, on one line.
    fn quoted_word(&mut self) -> Kind {
        let start = self.at;
        self.at += 1;
        self.skip_while(|c| c != '`' && c != '\n');
        if self.peek() == Some('`') {
            self.at += 1;
            if self.at - start == 2 {
                let message = text!("反引号里没有名字", "there is no name between the back quotes");
                self.complain(Diagnostic::error(Code::UnexpectedCharacter, message).at(self.span(start, self.at)));
            }
        } else {
            let message = text!("这个反引号没有闭合", "this back quote is never closed");
            let help = text!("列名前后各写一个反引号", "write one back quote before and one after the name");
            let place = self.span(start, start + 1);
            self.complain(Diagnostic::error(Code::UnclosedString, message).at(place).help(help));
        }
        Kind::Word
    }

    /// A line of the preprocessor, with the lines that a final `\` joins to it.
    fn hash(&mut self) -> Option<Kind> {
        let start = self.at;
        if self.kind == Text::Macro {
            self.at += if self.rest().starts_with("##") { 2 } else { 1 };
            return Some(Kind::Hash);
        }
        if self.kind == Text::File && self.starts_line {
            while let Some(c) = self.peek() {
                let rest = self.rest();
                let joined = ["\\\n", "\\\r\n"].into_iter().find(|mark| rest.starts_with(mark));
                match joined {
                    Some(mark) => self.at += mark.len(),
                    None if c == '\n' => break,
                    None => self.at += c.len_utf8(),
                }
            }
            return Some(Kind::Hash);
        }
        self.skip_while(|c| c != '\n');
        let message = text!("注释不用 `#` 开头", "a comment does not begin with `#`");
        let help = text!("注释写 `// …`", "write comments as `// …`");
        let place = self.span(start, start + 1);
        self.complain(Diagnostic::error(Code::ForeignOperator, message).at(place).help(help).fix(place, "//"));
        let comment = self.span(start, self.at);
        self.out.comments.push(comment);
        None
    }

    /// The length of the known word after a dot that begins an item: something other than a name stands before the dot.
    fn directive_word(&self) -> Option<usize> {
        let rest = &self.rest()[1..];
        let length = rest.find(|c: char| !continues_word(c)).unwrap_or(rest.len());
        let before = self.text[..self.at].chars().next_back();
        let apart = before.is_none_or(|c| c.is_whitespace() || c == '/' || c == '\u{feff}');
        let after_bracket = matches!(before, Some(')' | '}' | ']' | '.' | '"'));
        let blank_follows = rest[length..].starts_with(char::is_whitespace);
        (DIRECTIVES.contains(&&rest[..length]) && (apart || after_bracket && blank_follows)).then_some(length)
    }

    fn skip_blank(&mut self) {
        while let Some(c) = self.peek() {
            let rest = self.rest();
            if c == '\n' {
                self.starts_line = true;
                self.flush_wide();
                self.at += 1;
            } else if c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}' {
                self.at += c.len_utf8();
            } else if rest.starts_with("\\\n") || rest.starts_with("\\\r\n") {
                self.at += 1;
            } else if rest.starts_with("//") {
                let start = self.at;
                self.skip_while(|c| c != '\n');
                let length = self.text[start..self.at].trim_end().len();
                self.out.comments.push(self.span(start, start + length));
            } else if rest.starts_with("/*") {
                self.block_comment();
            } else {
                return;
            }
        }
    }

    fn block_comment(&mut self) {
        let start = self.at;
        if let Some(length) = self.rest()[2..].find("*/") {
            self.at += length + 4;
        } else {
            self.at = self.text.len();
            let message = text!(
                "注释 `/*` 没有闭合，后面的内容都没有读",
                "the comment `/*` is never closed; nothing after it was read"
            );
            let help = text!("在注释结束处写 `*/`", "write `*/` where the comment ends");
            let place = self.span(start, start + 2);
            self.complain(Diagnostic::error(Code::UnclosedComment, message).at(place).help(help));
        }
        self.starts_line |= self.text[start..self.at].contains('\n');
        let comment = self.span(start, self.at);
        self.out.comments.push(comment);
    }

    fn complain(&mut self, diagnostic: Diagnostic) {
        self.out.report.push(diagnostic);
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_while(&mut self, keep: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !keep(c)).unwrap_or(rest.len());
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let offset = |at: usize| self.base.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
        Span::new(offset(start), offset(end))
    }
}

/// Whether a word can begin with `c`.
#[must_use]
pub fn starts_word(c: char) -> bool {
    c == '_' || c == '?' || is_xid_start(c)
}

/// Whether a word can go on with `c`.
#[must_use]
pub fn continues_word(c: char) -> bool {
    c == '?' || is_xid_continue(c)
}
