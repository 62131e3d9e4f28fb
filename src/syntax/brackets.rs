//! Brackets that do not match: reported at the bracket, and mended in the token stream, so that the parser always sees
//! balanced brackets and one slip gives one complaint.

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{SourceMap, Span};
use crate::text;

use super::token::{Kind, Token};

/// Tokens whose brackets match.
#[derive(Debug, Default)]
pub struct Balanced {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// For each token that opens a bracket, where it is closed; 0 for the others.
    pub closing: Vec<u32>,
    /// Ranges of tokens around what was mended, in order: the parser complains about nothing else there.
    pub mended: Vec<(usize, usize)>,
}

/// How many unclosed brackets one complaint marks.
const SHOWN: usize = 4;

/// How many open brackets, and how many tokens, are looked over ahead: what more there is says little of one slip.
const DEEPEST_AHEAD: usize = 32;
const FURTHEST_AHEAD: usize = 1000;

/// A bracket not yet closed.
#[derive(Clone, Copy, Debug)]
struct Open {
    at: usize,
    closer: Kind,
    /// A component's brace: the ends of clauses inside do not end it.
    component: bool,
}

/// Mends the brackets of `tokens`, of which those in `torn` are texts that are never closed.
#[must_use]
pub fn balance(sources: &SourceMap, tokens: &[Token], torn: &[Span], report: &mut Report) -> Balanced {
    let closing = Vec::with_capacity(tokens.len());
    let out = Balanced { tokens: Vec::with_capacity(tokens.len()), closing, mended: Vec::new() };
    let mut balance =
        Balance { sources, report, out, open: Vec::new(), component: false, torn: None, annotation: None };
    let mut torn = torn.iter().peekable();
    for (at, token) in tokens.iter().enumerate() {
        if torn.next_if(|torn| torn.start() <= token.text.start()).is_some() {
            balance.torn.get_or_insert(balance.out.tokens.len());
        }
        balance.step(*token, &tokens[at + 1..]);
    }
    balance.out.mended.sort_unstable();
    balance.out
}

struct Balance<'a> {
    sources: &'a SourceMap,
    report: &'a mut Report,
    out: Balanced,
    open: Vec<Open>,
    /// Whether the next brace begins the body of a component.
    component: bool,
    /// The first text of this clause that is never closed: what is wrong behind it has been said.
    torn: Option<usize>,
    /// How many brackets are open around the annotation that is being read.
    annotation: Option<usize>,
}

impl Balance<'_> {
    fn step(&mut self, token: Token, rest: &[Token]) {
        if token.kind == Kind::LeftBracket && self.follows_at() {
            self.annotation.get_or_insert(self.open.len());
        }
        if self.torn.is_some() && token.starts_line && self.annotation.is_none() {
            // A text that was never closed took the brackets of its line along.
            self.close_brackets(token);
        }
        match token.kind {
            // Whatever stands in an annotation ends no clause.
            _ if self.annotation.is_some() && token.kind != Kind::End => {}
            Kind::End => {
                self.unclosed(0, token);
                self.end_torn();
                self.annotation = None;
            }
            Kind::Directive => {
                self.close_clause(token);
                self.component = self.sources.text(token.text) == ".comp";
            }
            Kind::If if !self.closes_all(rest) => self.close_clause(token),
            Kind::Dot if ends_clause(rest) && !self.closes_all(rest) => self.close_clause(token),
            _ => {}
        }
        if let Some(closer) = token.kind.closer() {
            let component = self.component && token.kind == Kind::LeftBrace;
            self.component &= !component;
            self.open.push(Open { at: self.out.tokens.len(), closer, component });
            self.push(token);
        } else if token.kind.closes() {
            self.close(token, rest);
            self.annotation = self.annotation.filter(|outside| self.open.len() > *outside);
        } else {
            self.push(token);
        }
    }

    /// Whether the tokens before are `@` or `@!`.
    fn follows_at(&self) -> bool {
        let mut before = self.out.tokens.iter().rev().map(|token| token.kind);
        match before.next() {
            Some(Kind::At) => true,
            Some(Kind::Not) => before.next() == Some(Kind::At),
            _ => false,
        }
    }

    fn push(&mut self, token: Token) {
        self.out.tokens.push(token);
        self.out.closing.push(0);
    }

    /// Closes what is still open where a clause ends.
    fn close_clause(&mut self, token: Token) {
        self.close_brackets(token);
        self.end_torn();
    }

    fn close_brackets(&mut self, token: Token) {
        let kept = self.open.iter().rposition(|open| open.component).map_or(0, |component| component + 1);
        self.unclosed(kept, token);
    }

    fn end_torn(&mut self) {
        if let Some(torn) = self.torn.take() {
            self.out.mended.push((torn, self.out.tokens.len().saturating_sub(1)));
        }
    }

    /// Whether what follows in this clause closes all that is open, and nothing else.
    fn closes_all(&self, rest: &[Token]) -> bool {
        let outside = self.open.iter().rposition(|open| open.component).map_or(0, |component| component + 1);
        let mut open: Vec<Kind> = self.open[outside..].iter().map(|open| open.closer).collect();
        if open.is_empty() || open.len() > DEEPEST_AHEAD {
            return false;
        }
        for (at, token) in rest.iter().enumerate().take(FURTHEST_AHEAD) {
            match token.kind {
                Kind::End | Kind::Directive | Kind::If => return false,
                Kind::Dot if ends_clause(&rest[at + 1..]) => return false,
                kind if kind.closes() && open.pop() != Some(kind) => return false,
                kind => open.extend(kind.closer()),
            }
            if open.is_empty() {
                return true;
            }
        }
        false
    }

    fn close(&mut self, token: Token, rest: &[Token]) {
        let Some(open) = self.open.iter().rposition(|open| open.closer == token.kind) else {
            self.stray(token, rest);
            return;
        };
        let crossed_component = self.open[open + 1..].iter().any(|open| open.component);
        if crossed_component || open + 1 < self.open.len() && self.closes_all(rest) {
            self.stray(token, rest);
            return;
        }
        self.unclosed(open + 1, token);
        self.finish(token);
    }

    /// The innermost open bracket ends with `token`.
    fn finish(&mut self, token: Token) {
        if let Some(open) = self.open.pop() {
            self.out.closing[open.at] = u32::try_from(self.out.tokens.len()).unwrap_or(u32::MAX);
        }
        self.push(token);
    }

    /// All brackets but the first `kept` are never closed: they are, before `found`.
    fn unclosed(&mut self, kept: usize, found: Token) {
        if self.open.len() <= kept {
            return;
        }
        if self.torn.is_none() {
            self.complain_unclosed(kept, found);
        }
        self.out.mended.push((self.open[kept].at, self.out.tokens.len() + self.open.len() - kept - 1));
        let end = self.out.tokens.last().map_or(found.span, |last| last.span).end();
        let place = Span::new(end, end);
        while let Some(open) = self.open.get(kept..).and_then(<[Open]>::last).copied() {
            self.finish(Token { kind: open.closer, span: place, text: place, starts_line: false, joined: true });
        }
    }

    /// One complaint for all brackets that are unclosed at one place.
    fn complain_unclosed(&mut self, kept: usize, found: Token) {
        let unclosed = &self.open[kept..];
        let written: String = unclosed.iter().rev().take(SHOWN).map(|open| bracket(open.closer)).collect();
        let openers: Vec<Token> = unclosed.iter().rev().take(SHOWN).map(|open| self.out.tokens[open.at]).collect();
        let count = unclosed.len();
        let message = if count == 1 {
            let opener = self.sources.text(openers[0].text);
            text!("括号 `{opener}` 没有闭合", "the bracket `{opener}` is never closed")
        } else {
            text!("有 {count} 个括号没有闭合", "{count} brackets are never closed")
        };
        let mut complaint = Diagnostic::error(Code::UnclosedBracket, message);
        for opener in openers {
            complaint = complaint.at(opener.span);
        }
        if found.kind != Kind::End {
            let shown = self.sources.text(found.text);
            complaint = complaint.secondary(
                found.span,
                text!("到 `{shown}` 之前应当有 `{written}`", "`{written}` is needed before this `{shown}`"),
            );
        }
        self.report.push(complaint.help(text!("补上 `{written}`", "write the missing `{written}`")));
    }

    /// A closing bracket that closes nothing of its kind.
    fn stray(&mut self, token: Token, rest: &[Token]) {
        let written = self.sources.text(token.text);
        let at = self.out.tokens.len();
        // Where all that is open is closed later, this bracket is one too many.
        let enclosing = self.open.last().copied().filter(|open| !open.component && !self.closes_all(rest));
        if let Some(open) = enclosing {
            let opener = self.out.tokens[open.at];
            let (opened, closer) = (self.sources.text(opener.text), bracket(open.closer));
            let message = text!(
                "`{opened}` 要用 `{closer}` 闭合，这里写着 `{written}`",
                "`{opened}` is closed by `{closer}`, here stands `{written}`"
            );
            let complaint = Diagnostic::error(Code::UnclosedBracket, message)
                .at(token.span)
                .secondary(opener.span, text!("开括号在这里", "opened here"))
                .fix(token.span, closer);
            if self.torn.is_none() {
                self.report.push(complaint);
            }
            self.out.mended.push((open.at, at));
            self.finish(Token { kind: open.closer, ..token });
            return;
        }
        let message = text!("多了一个 `{written}`，没有与它对应的开括号", "this `{written}` closes nothing");
        let help = text!("删去它，或补上开括号", "remove it, or write the opening bracket");
        if self.torn.is_none() {
            self.report.push(Diagnostic::error(Code::UnclosedBracket, message).at(token.span).help(help));
        }
        self.out.mended.push((at.saturating_sub(1), at));
    }
}

/// Whether the dot before `rest` ends a clause.
fn ends_clause(rest: &[Token]) -> bool {
    rest.first().is_none_or(|next| !next.joined)
}

/// How a closing bracket is written.
const fn bracket(closer: Kind) -> &'static str {
    match closer {
        Kind::RightParen => ")",
        Kind::RightBracket => "]",
        _ => "}",
    }
}
