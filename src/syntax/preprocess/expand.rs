//! Putting what a macro stands for in its place.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text;

use super::super::lexer::{self, lex};
use super::super::token::{Kind, Token};
use super::macros::Macro;
use super::{DEEPEST, MOST, Run};

/// The arguments of a use of a macro, and how many tokens the use takes.
struct Use {
    args: Vec<Vec<Token>>,
    length: usize,
}

impl Run<'_, '_> {
    /// Passes on the token at `at`, or what the macro that it names stands for; how many tokens were used up.
    pub(super) fn expand_at(&mut self, tokens: &[Token], at: usize) -> usize {
        let mut out = std::mem::take(&mut self.out.tokens);
        let length = self.expand_one(tokens, at, &mut Vec::new(), &mut out);
        self.out.tokens = out;
        length
    }

    /// `tokens` with every macro replaced, except those named in `within`, which are being replaced already.
    pub(super) fn expand_all(&mut self, tokens: &[Token], within: &mut Vec<String>) -> Vec<Token> {
        let mut out = Vec::new();
        let mut at = 0;
        while at < tokens.len() {
            at += self.expand_one(tokens, at, within, &mut out);
        }
        out
    }

    fn expand_one(&mut self, tokens: &[Token], at: usize, within: &mut Vec<String>, out: &mut Vec<Token>) -> usize {
        let token = tokens[at];
        let used = self.used_macro(token, within);
        let Some((name, definition)) = used else {
            out.push(self.built_in(token));
            return 1;
        };
        if self.depth >= DEEPEST {
            self.complain_too_much(token.span);
            out.push(token);
            return 1;
        }
        let Some(using) = self.arguments(tokens, at, &definition) else {
            out.push(token);
            return 1;
        };
        let last = tokens[at + using.length - 1];
        let place = token.span.to(last.span);
        self.depth += 1;
        let body = self.substitute(&definition, &using, place, within);
        within.push(name);
        let first = out.len();
        let given = self.expand_all(&body, within);
        within.pop();
        self.depth -= 1;
        self.given += given.len();
        if self.given > MOST {
            self.complain_too_much(place);
            return using.length;
        }
        out.extend(given);
        if let Some(first) = out.get_mut(first) {
            first.joined = token.joined;
            first.starts_line = token.starts_line;
        }
        using.length
    }

    /// The macro that `token` names, if it may be replaced here.
    fn used_macro(&self, token: Token, within: &[String]) -> Option<(String, Macro)> {
        if token.kind != Kind::Word || self.macros.is_empty() || self.given > MOST {
            return None;
        }
        let name = self.sources.text(token.text);
        let definition = self.macros.get(name.as_ref())?;
        (!within.iter().any(|within| *within == name)).then(|| (name.into_owned(), definition.clone()))
    }

    /// `__LINE__`, `__FILE__` and `__COUNTER__`, which is one more each time.
    fn built_in(&mut self, token: Token) -> Token {
        if token.kind != Kind::Word || !self.sources.text(token.text).starts_with("__") {
            return token;
        }
        let location = self.sources.location(token.span);
        let (kind, text) = match self.sources.text(token.text).as_ref() {
            "__LINE__" => (Kind::Number, location.line.to_string()),
            "__COUNTER__" => {
                self.counted += 1;
                (Kind::Number, (self.counted - 1).to_string())
            }
            "__FILE__" => (Kind::Text, quoted(&location.file)),
            _ => return token,
        };
        self.made(&text).map_or(token, |text| Token { kind, text, ..token })
    }

    /// The arguments that follow the name at `at`; none when the macro needs brackets and none follow.
    fn arguments(&mut self, tokens: &[Token], at: usize, definition: &Macro) -> Option<Use> {
        let Some(params) = &definition.params else { return Some(Use { args: Vec::new(), length: 1 }) };
        tokens.get(at + 1).filter(|token| token.kind == Kind::LeftParen)?;
        let mut args = vec![Vec::new()];
        let mut depth = 0_usize;
        for (offset, token) in tokens[at + 2..].iter().enumerate() {
            let full = definition.variadic && args.len() >= params.len();
            match token.kind {
                Kind::RightParen if depth == 0 => {
                    if params.is_empty() && args.len() == 1 && args[0].is_empty() {
                        args.clear();
                    }
                    self.check_count(params.len(), args.len(), definition.variadic, tokens[at].span.to(token.span));
                    return Some(Use { args, length: offset + 3 });
                }
                Kind::Comma if depth == 0 && !full => args.push(Vec::new()),
                Kind::Hash | Kind::End => break,
                kind => {
                    depth = if kind.opens() { depth + 1 } else { depth.saturating_sub(usize::from(kind.closes())) };
                    if let Some(arg) = args.last_mut() {
                        arg.push(*token);
                    }
                }
            }
        }
        let message = text!("宏的括号没有闭合", "the bracket of this macro is never closed");
        self.complain(Diagnostic::error(Code::UnclosedBracket, message).at(tokens[at + 1].span));
        // Looking for the end of every macro behind it would take as long as the text is long, each time.
        self.given = MOST + 1;
        self.exhausted = true;
        None
    }

    fn check_count(&mut self, wanted: usize, given: usize, variadic: bool, place: Span) {
        if given == wanted || variadic && given + 1 >= wanted {
            return;
        }
        let message = text!(
            "这个宏要 {wanted} 个参数，给了 {given} 个",
            "this macro takes {wanted} arguments, {given} are given"
        );
        self.complain(Diagnostic::error(Code::WrongArguments, message).at(place));
    }

    /// The body of `definition` with the arguments in place of the parameters, shown at `place`.
    fn substitute(&mut self, definition: &Macro, using: &Use, place: Span, within: &mut Vec<String>) -> Vec<Token> {
        let params = definition.params.as_deref().unwrap_or_default();
        let param_of = |run: &Self, token: &Token| {
            let text = run.sources.text(token.text);
            (token.kind == Kind::Word).then(|| params.iter().position(|param| *param == text)).flatten()
        };
        let mut out: Vec<Token> = Vec::new();
        let mut tokens = definition.body.iter().peekable();
        let mut pasting = false;
        while let Some(token) = tokens.next() {
            if token.kind == Kind::Hash {
                let paste = self.sources.text(token.text) == "##";
                let param = tokens.peek().and_then(|next| param_of(self, next));
                if paste {
                    pasting = true;
                } else if let Some(param) = param {
                    tokens.next();
                    let text = self.written(using.args.get(param).map_or(&[], Vec::as_slice));
                    out.extend(self.text_token(&quoted(&text), place, token.joined));
                }
                continue;
            }
            let param = param_of(self, token);
            let pastes_next = tokens.peek().is_some_and(|next| self.sources.text(next.text) == "##");
            let mut given = match param {
                Some(param) => using.args.get(param).cloned().unwrap_or_default(),
                None => vec![Token { span: place, starts_line: false, ..*token }],
            };
            if param.is_some() && !pasting && !pastes_next {
                given = self.expand_all(&given, within);
            }
            if let Some(first) = given.first_mut() {
                first.joined = token.joined;
                first.starts_line = false;
            }
            if std::mem::take(&mut pasting) {
                self.paste(&mut out, given, place);
            } else {
                out.extend(given);
            }
        }
        out
    }

    /// Makes one token of the last of `out` and the first of `given`.
    fn paste(&mut self, out: &mut Vec<Token>, given: Vec<Token>, place: Span) {
        let mut given = given.into_iter();
        let (left, right) = (out.pop(), given.next());
        let text: String = [left, right].into_iter().flatten().map(|token| self.sources.text(token.text)).collect();
        if let Some(span) = self.made(&text) {
            let mut lexed = lex(self.sources, span, lexer::Text::Macro);
            lexed.tokens.pop();
            let joined = left.is_some_and(|left| left.joined);
            out.extend(lexed.tokens.iter().enumerate().map(|(at, token)| Token {
                span: place,
                starts_line: false,
                joined: if at == 0 { joined } else { token.joined },
                ..*token
            }));
        }
        out.extend(given);
    }

    /// `tokens` as they are written, with single spaces.
    fn written(&self, tokens: &[Token]) -> String {
        let mut text = String::new();
        for token in tokens {
            if !text.is_empty() && !token.joined {
                text.push(' ');
            }
            text.push_str(&self.sources.text(token.text));
        }
        text
    }

    fn text_token(&mut self, text: &str, place: Span, joined: bool) -> Option<Token> {
        let text = self.made(text)?;
        Some(Token { kind: Kind::Text, span: place, text, starts_line: false, joined })
    }

    /// Complains once; no macro is replaced after that.
    fn complain_too_much(&mut self, place: Span) {
        self.given = MOST + 1;
        if std::mem::replace(&mut self.exhausted, true) {
            return;
        }
        let message = text!(
            "宏嵌套超过 {DEEPEST} 层，或展开后超过 {MOST} 个词；余下的没有展开",
            "macros are nested deeper than {DEEPEST} levels or stand for more than {MOST} words; the rest was left as it is"
        );
        self.complain(Diagnostic::error(Code::LimitReached, message).at(place));
    }
}

/// `text` in quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
