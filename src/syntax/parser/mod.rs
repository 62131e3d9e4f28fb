//! Tokens to tree, by recursive descent. A function that fails has complained already and returns [`Skip`]; the
//! nearest list (of arguments, of conditions, of clauses) goes on with its next element.

mod aggregate;
mod ahead;
mod annotation;
mod arg;
mod atom;
mod body;
mod clause;
mod component;
mod constant;
mod declaration;
mod directive;
mod item;
mod literal;
mod message;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{SourceMap, Span};
use crate::text;

use super::ast::{Arg, Body, Clause, Lost, Name, Program};
use super::brackets::{Balanced, balance};
use super::lexer::Lexed;
use super::token::{Kind, Token};

/// How deep brackets, and the operations of one argument, may be nested.
pub const DEEPEST: usize = 256;

/// How many tokens behind one that does not fit others may not fit because of it.
const BEHIND: usize = 2;

/// A part was wrong, the complaint is made, and the caller goes on after it.
#[derive(Clone, Copy, Debug)]
struct Skip;

/// A part of the tree, when it was right.
type Parsed<T> = Result<T, Skip>;

/// Reads a whole file.
#[must_use]
pub fn program(sources: &SourceMap, lexed: Lexed) -> (Program, Report) {
    let mut parser = Parser::new(sources, lexed);
    let items = parser.items();
    let comments = std::mem::take(&mut parser.comments);
    let unread = |wrong: &Diagnostic| matches!(wrong.code, Code::BadInclude | Code::UnclosedComment);
    parser.drop_forgiven();
    let unread = parser.lost_any || parser.report.diagnostics().iter().any(unread);
    let lost = Lost { names: std::mem::take(&mut parser.lost), unread };
    (Program { items, comments, lost }, parser.report)
}

/// Reads a body that stands alone.
#[must_use]
pub fn body(sources: &SourceMap, lexed: Lexed) -> (Body, Report) {
    let mut parser = Parser { is_lone: true, ..Parser::new(sources, lexed) };
    let body = parser.lone_body();
    parser.drop_forgiven();
    (body, parser.report)
}

/// Reads an argument that stands alone.
#[must_use]
pub fn arg(sources: &SourceMap, lexed: Lexed) -> (Option<Arg>, Report) {
    let mut parser = Parser::new(sources, lexed);
    let arg = parser.lone_arg();
    parser.drop_forgiven();
    (arg, parser.report)
}

/// Reads facts that stand alone.
#[must_use]
pub fn facts(sources: &SourceMap, lexed: Lexed) -> (Vec<Clause>, Report) {
    let mut parser = Parser::new(sources, lexed);
    let facts = parser.lone_facts();
    parser.drop_forgiven();
    (facts, parser.report)
}

/// Reading tokens.
struct Parser<'a> {
    sources: &'a SourceMap,
    tokens: Vec<Token>,
    closing: Vec<u32>,
    mended: Vec<(usize, usize)>,
    comments: Vec<Span>,
    report: Report,
    /// The token to read next.
    at: usize,
    /// How many parts of the tree are being read inside one another.
    depth: usize,
    /// How high the tree of the argument read last is.
    height: usize,
    /// Whether something of the clause being read was wrong.
    broken: bool,
    /// Whether the rest of the clause being read is left out, which has been said.
    given_up: bool,
    /// The first token of the clause being read.
    first: usize,
    /// The token at which something was last said not to fit.
    told_at: Option<usize>,
    /// Where it was said before parsing that brackets, and that other tokens, are wrong: in order.
    wrong_brackets: Vec<Span>,
    wrong_tokens: Vec<Span>,
    /// Brackets of which nothing is to be said after all.
    forgiven: BTreeSet<Span>,
    /// Whether the text is a body or an argument, in which no dot ends a clause.
    is_lone: bool,
    /// Whether the target of an aggregate is being read, so that a colon ends it.
    in_target: bool,
    /// The token that ends the component being read.
    component_end: Option<usize>,
    /// The column in which the clause being read begins.
    margin: u32,
    /// Names that stand where what was skipped may declare them.
    lost: BTreeSet<String>,
    /// Whether a declaration was skipped of which nobody knows what it declares.
    lost_any: bool,
}

impl<'a> Parser<'a> {
    fn new(sources: &'a SourceMap, lexed: Lexed) -> Self {
        let Lexed { tokens, comments, torn, mut report } = lexed;
        let Balanced { tokens, closing, mended } = balance(sources, &tokens, &torn, &mut report);
        let places = |are_brackets: bool| {
            let wrong = report.diagnostics().iter();
            let wrong = wrong.filter(|wrong| (wrong.code == Code::UnclosedBracket) == are_brackets);
            let mut places: Vec<Span> = wrong.filter_map(Diagnostic::place).collect();
            places.sort_unstable();
            places
        };
        let (wrong_brackets, wrong_tokens) = (places(true), places(false));
        Self {
            sources,
            tokens,
            closing,
            mended,
            comments,
            report,
            at: 0,
            depth: 0,
            height: 0,
            broken: false,
            given_up: false,
            first: 0,
            told_at: None,
            is_lone: false,
            wrong_brackets,
            wrong_tokens,
            forgiven: BTreeSet::new(),
            in_target: false,
            component_end: None,
            margin: 1,
            lost: BTreeSet::new(),
            lost_any: false,
        }
    }

    /// The token to read next; the end, for ever, after the last.
    fn token(&self) -> Token {
        self.token_at(self.at)
    }

    fn token_at(&self, at: usize) -> Token {
        let end =
            Token { kind: Kind::End, span: Span::default(), text: Span::default(), starts_line: true, joined: false };
        self.tokens.get(at).or(self.tokens.last()).copied().unwrap_or(end)
    }

    fn kind(&self) -> Kind {
        self.token().kind
    }

    fn kind_at(&self, at: usize) -> Kind {
        self.token_at(at).kind
    }

    /// The token after the next.
    fn after(&self) -> Token {
        self.token_at(self.at + 1)
    }

    fn advance(&mut self) -> Token {
        let token = self.token();
        if token.kind != Kind::End {
            self.at += 1;
        }
        token
    }

    /// Reads a part in brackets, or the target of an aggregate.
    fn with_target<T>(&mut self, in_target: bool, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.in_target, in_target);
        let result = read(self);
        self.in_target = outer;
        result
    }

    /// Takes the next token when it is of `kind`.
    fn take(&mut self, kind: Kind) -> Option<Token> {
        (self.kind() == kind).then(|| self.advance())
    }

    /// The characters of a token.
    fn text(&self, token: Token) -> Cow<'a, str> {
        self.sources.text(token.text)
    }

    /// Whether the token at `at` is the word `word`.
    fn is_word_at(&self, at: usize, word: &str) -> bool {
        let token = self.token_at(at);
        token.kind == Kind::Word && self.text(token) == word
    }

    fn is_word(&self, word: &str) -> bool {
        self.is_word_at(self.at, word)
    }

    /// The end of the token before the next, as an empty span.
    fn last_end(&self) -> Span {
        let last = self.last_span();
        Span::new(last.end(), last.end())
    }

    /// The token before the next.
    fn last_span(&self) -> Span {
        self.at.checked_sub(1).map_or(Span::new(self.token().span.start(), 0), |at| self.token_at(at).span)
    }

    /// From `start` up to what was read last.
    fn since(&self, start: Span) -> Span {
        start.to(self.last_span())
    }

    /// The token after the bracket that opens at `at`; where it opens, if it does not.
    fn beyond(&self, at: usize) -> usize {
        match self.closing.get(at) {
            Some(closing) if *closing > 0 => *closing as usize + 1,
            _ => at,
        }
    }

    /// The name of a word, without back quotes.
    fn name_of(&self, token: Token) -> Name {
        let text = self.text(token);
        let bare = text.strip_prefix('`').map_or(text.as_ref(), |text| text.strip_suffix('`').unwrap_or(text));
        Name { text: bare.to_owned(), span: token.span }
    }

    /// Complains about something that does not depend on what stands around it.
    fn complain(&mut self, complaint: Diagnostic) {
        self.broken = true;
        self.report.push(complaint);
    }

    /// Complains that the next token does not fit; kept to itself around brackets that were mended, and right behind such a
    /// complaint, where it would be a second one for the same slip.
    fn complain_structure(&mut self, complaint: Diagnostic) {
        self.broken = true;
        let follows = self.told_at.is_some_and(|told| self.at <= told + BEHIND);
        self.told_at = Some(self.at);
        if follows {
            return;
        }
        let mended = self.mended.partition_point(|(start, _)| *start <= self.at);
        // Ranges overlap only by nesting: a few back is enough.
        let quiet = self.mended[mended.saturating_sub(8)..mended].iter().any(|(_, end)| self.at <= end + 1);
        if !quiet && !self.given_up {
            self.report.push(complaint);
        }
    }

    /// Takes back what was said of brackets that were forgiven.
    fn drop_forgiven(&mut self) {
        let is_forgiven = |wrong: &Diagnostic| {
            wrong.code == Code::UnclosedBracket && wrong.place().is_some_and(|place| self.forgiven.contains(&place))
        };
        if !self.forgiven.is_empty() {
            self.report.retain(|wrong| !is_forgiven(wrong));
        }
    }

    /// Whether brackets among the tokens from `start` up to the next were mended.
    fn was_mended_since(&self, start: usize) -> bool {
        let first = self.mended.partition_point(|(_, end)| *end < start);
        self.mended[first.min(self.mended.len())..].iter().take(8).any(|(from, _)| *from < self.at)
    }

    /// Moves to the end of the element of a list that began at `from`: a comma or the like, a bracket that closes, the
    /// end of the clause; never back.
    fn skip_element(&mut self, from: usize) {
        let mut at = from;
        loop {
            let token = self.token_at(at);
            let ends = match token.kind {
                Kind::End => break,
                Kind::Comma | Kind::Semicolon | Kind::Directive | Kind::If => true,
                Kind::Dot => self.is_final_dot(at),
                kind => kind.closes() || at > from && token.starts_line && self.begins_clause(at),
            };
            if ends && at >= self.at {
                break;
            }
            at = if token.kind.opens() { self.beyond(at).max(at + 1) } else { at + 1 };
        }
        self.at = at;
    }

    /// Leaves the bracket that opens at `open`; what is left in it is complained about.
    fn leave(&mut self, open: usize) {
        let beyond = self.beyond(open);
        if self.at + 1 < beyond && !self.broken {
            let closer = self.shown(self.token_at(beyond - 1));
            self.expected(&text!(" {closer}", "{closer}"));
        }
        self.at = self.at.max(beyond);
    }

    /// Notes that a list in the bracket that opens at `open` is no list of what it should be, which has been said.
    fn told_within(&mut self, open: usize) {
        let told = self.told_at.filter(|told| *told >= open);
        self.told_at = told.map(|told| told.max(self.beyond(open).saturating_sub(1 + BEHIND))).or(self.told_at);
    }

    /// Whether the dot at `at` ends a clause rather than joining two names.
    fn is_final_dot(&self, at: usize) -> bool {
        if self.is_lone {
            return self.kind_at(at + 1) == Kind::End;
        }
        let (dot, next) = (self.token_at(at), self.token_at(at + 1));
        let after_word = at > 0 && self.kind_at(at - 1) == Kind::Word;
        !(after_word && dot.joined && next.joined && next.kind == Kind::Word)
    }
}

#[cfg(test)]
mod tests;
