//! Lines that begin with `#`, and what they define.

use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::text;

use super::super::lexer::{self, lex};
use super::super::token::{Kind, Token};
use super::Run;
use super::condition::Condition;

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) struct Macro {
    /// The parameters; none for a name without brackets.
    pub(super) params: Option<Vec<String>>,
    /// Whether the last parameter takes all arguments that are left.
    pub(super) variadic: bool,
    /// What it stands for.
    pub(super) body: Vec<Token>,
}

/// What may follow `#`.
const WORDS: [&str; 14] = [
    "define", "undef", "include", "if", "ifdef", "ifndef", "elif", "else", "endif", "error", "warning", "pragma",
    "line", "ident",
];

impl Run<'_, '_> {
    /// Reads a line that begins with `#`; whether the file goes on.
    pub(super) fn line(&mut self, line: Token, conditions: &mut Vec<Condition>) -> bool {
        let text = self.sources.text(line.text).into_owned();
        let after = text[1..].trim_start();
        let length = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
        let (word, rest) = after.split_at(length);
        let offset = u32::try_from(text.len() - rest.len()).unwrap_or(0);
        let rest_span = Span::new(line.text.start() + offset, line.text.end());
        let visible = conditions.last().is_none_or(|condition| condition.visible);
        if self.condition_line(word, line.span, rest_span, conditions) || !visible {
            return true;
        }
        match word {
            "define" => self.define(rest_span),
            "undef" => {
                self.macros.remove(rest.trim());
            }
            "include" => self.include_line(rest, rest_span),
            "pragma" if rest.trim() == "once" => return self.enter_once(),
            "error" | "warning" => self.say(word, rest.trim(), line.span),
            // Places of an earlier preprocessor: `# 12 "file"`.
            "" | "pragma" | "line" | "ident" => {}
            _ if word.bytes().all(|byte| byte.is_ascii_digit()) => {}
            _ => self.complain_unknown(word, line.span),
        }
        true
    }

    fn say(&mut self, word: &str, what: &str, place: Span) {
        let message = text!("#{word}：{what}", "#{word}: {what}");
        let complaint = if word == "error" {
            Diagnostic::error(Code::Unsupported, message)
        } else {
            Diagnostic::warning(Code::Doubtful, message)
        };
        self.complain(complaint.at(place));
    }

    fn complain_unknown(&mut self, word: &str, place: Span) {
        let place = place.part(0, 1);
        let message =
            text!("`#{word}` 不是预处理的命令，也不是注释", "`#{word}` is neither a preprocessor line nor a comment");
        let complaint = Diagnostic::error(Code::ForeignOperator, message).at(place);
        let complaint = match nearest(word, WORDS) {
            Some(near) => {
                complaint.help(text!("是否 `#{near}`？注释写 `// …`", "did you mean `#{near}`? Comments are `// …`"))
            }
            None => complaint.help(text!("注释写 `// …`", "write comments as `// …`")).fix(place, "//"),
        };
        self.complain(complaint);
    }

    /// `#include "path"`, `#include <path>`
    fn include_line(&mut self, rest: &str, place: Span) {
        let named = rest.trim();
        let quoted = named.strip_prefix('"').and_then(|path| path.split_once('"'));
        let angled = named.strip_prefix('<').and_then(|path| path.split_once('>'));
        match quoted.or(angled) {
            Some((path, _)) => self.include(path, place),
            None => {
                let message = text!("`#include` 后面要写引号里的路径", "`#include` needs a path in quotes");
                self.complain(Diagnostic::error(Code::BadInclude, message).at(place));
            }
        }
    }

    /// `#define NAME tokens`, `#define NAME(a, b) tokens`
    fn define(&mut self, rest: Span) {
        let lexed = lex(self.sources, rest, lexer::Text::Macro);
        self.out.report.append(lexed.report);
        let mut tokens = lexed.tokens;
        tokens.pop();
        let Some(name) = tokens.first().filter(|token| token.kind == Kind::Word) else {
            let message = text!("`#define` 后面要写名字", "`#define` needs a name");
            self.complain(Diagnostic::error(Code::UnexpectedToken, message).at(rest));
            return;
        };
        let name = self.sources.text(name.text).into_owned();
        let bracket = tokens.get(1).is_some_and(|token| token.kind == Kind::LeftParen && token.joined);
        let (params, variadic, body) = if bracket { self.params(&tokens) } else { (None, false, 1) };
        self.macros.insert(name, Macro { params, variadic, body: tokens.split_off(body.min(tokens.len())) });
    }

    /// The parameters of a macro, whether the last takes all that is left, and where the body begins.
    fn params(&mut self, tokens: &[Token]) -> (Option<Vec<String>>, bool, usize) {
        let close = tokens.iter().position(|token| token.kind == Kind::RightParen).unwrap_or(tokens.len());
        let mut params = Vec::new();
        let mut variadic = false;
        for token in &tokens[2..close.max(2)] {
            match token.kind {
                Kind::Word => params.push(self.sources.text(token.text).into_owned()),
                Kind::Dot => variadic = true,
                _ => {}
            }
        }
        // `...` alone goes by this name; `args...` by its own.
        let named = close >= 2 && tokens.get(close.saturating_sub(4)).is_some_and(|token| token.kind == Kind::Word);
        if variadic && !named {
            params.push("__VA_ARGS__".to_owned());
        }
        (Some(params), variadic, close + 1)
    }
}
