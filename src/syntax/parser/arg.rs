//! Arguments: expressions, by operator precedence.

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text;
use crate::value::Unit;

use super::super::ast::{Arg, ArgKind, Call, Const, Name};
use super::super::token::{Kind, Token};
use super::super::words::{ELSE, OPERATOR_WORDS, POWER, PRODUCT, SIGN, SUM, begins_arg};
use super::{Parsed, Parser};

/// An operator that stands between two arguments.
struct Infix {
    /// The functor that it names; none for `else`.
    functor: Option<&'static str>,
    /// How strongly it binds to the left.
    left: u8,
    /// How strongly an operator on its right must bind to be part of its right side.
    right: u8,
}

impl Parser<'_> {
    /// Reads a whole argument.
    pub(super) fn arg(&mut self) -> Parsed<Arg> {
        self.arg_above(ELSE)
    }

    /// Reads an argument whose operators bind at least as strongly as `least`.
    pub(super) fn arg_above(&mut self, least: u8) -> Parsed<Arg> {
        self.deeper(|parser| {
            let mut left = parser.prefixed()?;
            let mut height = parser.height;
            while let Some(infix) = parser.infix().filter(|infix| infix.left >= least) {
                let operator = parser.advance();
                let right = parser.arg_above(infix.right)?;
                parser.grow(height.max(parser.height), operator.span)?;
                height = parser.height;
                left = joined(&infix, operator, left, right);
            }
            Ok(left)
        })
    }

    fn infix(&self) -> Option<Infix> {
        let token = self.token();
        let left = |functor, strength| Some(Infix { functor: Some(functor), left: strength, right: strength + 1 });
        match token.kind {
            Kind::Plus => left("+", SUM),
            Kind::Minus => left("-", SUM),
            Kind::Star => left("*", PRODUCT),
            Kind::Slash => left("/", PRODUCT),
            Kind::Modulo => left("%", PRODUCT),
            Kind::Power => Some(Infix { functor: Some("^"), left: POWER, right: SIGN }),
            Kind::Word => {
                let word = self.text(token);
                if word == "else" {
                    return Some(Infix { functor: None, left: ELSE, right: ELSE });
                }
                let (name, strength) = OPERATOR_WORDS.into_iter().find(|(name, _)| *name == word)?;
                left(name, strength)
            }
            _ => None,
        }
    }

    /// An argument with the signs before it.
    fn prefixed(&mut self) -> Parsed<Arg> {
        let token = self.token();
        let functor = match token.kind {
            Kind::Minus => "neg",
            Kind::Word if begins_arg(self.after().kind) && !self.after_is_infix_word() => {
                let word = self.text(token);
                match ["bnot", "lnot"].into_iter().find(|name| *name == word) {
                    Some(name) => name,
                    None => return self.primary(),
                }
            }
            _ => return self.primary(),
        };
        self.advance();
        let bare = matches!(self.kind(), Kind::Number | Kind::Decimal | Kind::Percent | Kind::Money);
        let arg = self.arg_above(SIGN)?;
        let span = token.span.to(arg.span);
        let negated = if bare && functor == "neg" { negative(&arg.kind) } else { None };
        if let Some(constant) = negated {
            return Ok(Arg { kind: ArgKind::Const(constant), span });
        }
        self.grow(self.height, token.span)?;
        let name = Name { text: functor.to_owned(), span: token.span };
        Ok(Arg { kind: ArgKind::Call(Call { name, args: vec![arg], user: false }), span })
    }

    /// An argument without operators around it.
    fn primary(&mut self) -> Parsed<Arg> {
        let token = self.token();
        self.height = 1;
        match token.kind {
            Kind::Number | Kind::Decimal | Kind::Percent | Kind::Money | Kind::Text => Ok(self.literal_constant()),
            Kind::Word => self.word_arg(),
            Kind::LeftParen => self.parenthesised(),
            Kind::LeftBracket => {
                let args = self.args(Kind::LeftBracket)?;
                self.grow(self.height, token.span)?;
                Ok(Arg { kind: ArgKind::Record(args), span: self.since(token.span) })
            }
            Kind::Dollar => self.dollar(),
            Kind::At => self.user_functor(),
            _ => Err(self.expected_value()),
        }
    }

    fn expected_value(&mut self) -> super::Skip {
        let wanted = text!("一个值（变量、数、文字或算式）", "a value (a variable, a number, a text or a formula)");
        self.expected(&wanted)
    }

    fn literal_constant(&mut self) -> Arg {
        let token = self.advance();
        let mut span = token.span;
        let mut constant = self.constant(token);
        let next = self.token();
        if next.kind == Kind::Word && matches!(token.kind, Kind::Number | Kind::Decimal) {
            let word = self.text(next);
            if let Some(unit) = Unit::from_name(&word)
                && let Some(amount) = amount(&constant)
            {
                self.advance();
                constant = Const::Money(amount, unit);
                span = span.to(next.span);
            } else if Unit::from_name(&format!("{word}元")).is_some() {
                self.advance();
                span = span.to(next.span);
                self.complain_half_unit(span);
            }
        }
        Arg { kind: ArgKind::Const(constant), span }
    }

    /// `5 万`, where 万元 is meant.
    fn complain_half_unit(&mut self, place: Span) {
        let written = self.sources.text(place).replace(' ', "");
        let message =
            text!("`{written}` 缺单位：金额写 `{written}元`", "`{written}` has no unit: amounts are `{written}元`");
        let complaint = Diagnostic::error(Code::BadNumber, message).at(place);
        let (zh, en) = (Unit::list("、"), Unit::list(", "));
        let help = text!("单位有 {zh}", "units are {en}");
        self.complain(complaint.help(help).fix(place, format!("{written}元")));
    }

    fn parenthesised(&mut self) -> Parsed<Arg> {
        let open = self.advance();
        let arg = self.with_target(false, Self::arg)?;
        if self.kind() == Kind::Comma {
            let help = text!("记录写在方括号里：`[a, b]`", "records stand in square brackets: `[a, b]`");
            return Err(self.expected_with(&text!(" `)`", "`)`"), help));
        }
        self.need(Kind::RightParen, &text!(" `)` 或一个运算符", "`)` or an operator"))?;
        Ok(Arg { kind: arg.kind, span: self.since(open.span) })
    }

    /// An argument that begins with a word.
    fn word_arg(&mut self) -> Parsed<Arg> {
        let token = self.token();
        let word = self.text(token);
        let next = self.after();
        match word.as_ref() {
            "_" => {
                self.advance();
                return Ok(Arg { kind: ArgKind::Unnamed, span: token.span });
            }
            "nil" if next.kind != Kind::LeftParen => {
                self.advance();
                return Ok(Arg { kind: ArgKind::Nil, span: token.span });
            }
            "if" if self.is_conditional() => return self.conditional(),
            "as" if next.kind == Kind::LeftParen => return self.cast(),
            _ => {}
        }
        if self.begins_aggregate() || self.begins_foreign_aggregate() {
            return self.aggregate();
        }
        if next.kind == Kind::Dot && next.joined && self.names_field(self.at + 2) {
            return self.field_or_qualified();
        }
        self.advance();
        let name = self.name_of(token);
        if self.kind() == Kind::LeftParen {
            return self.call(name, false);
        }
        Ok(Arg { kind: ArgKind::Var(name.text), span: token.span })
    }

    /// `p.budget`, or the name of a relation with dots, which is an argument only by mistake.
    fn field_or_qualified(&mut self) -> Parsed<Arg> {
        let start = self.token().span;
        let mut names = Vec::with_capacity(2);
        names.push(self.next_name());
        while self.kind() == Kind::Dot && self.token().joined && self.names_field(self.at + 1) {
            self.advance();
            names.push(self.next_name());
        }
        if self.kind() == Kind::LeftParen {
            let name = qualified(&names);
            return self.call(name, false);
        }
        let span = self.since(start);
        if names.len() > 2 {
            let shown = self.sources.text(span);
            let message = text!(
                "`{shown}` 有不止一个点：取列写 `行.列`",
                "`{shown}` has more than one dot: a column is `row.column`"
            );
            let complaint = Diagnostic::error(Code::UnexpectedToken, message).at(span);
            let (last, before) = (&names[names.len() - 1].text, qualified(&names[..names.len() - 1]).text);
            self.complain(if ["year", "month"].contains(&last.as_str()) {
                complaint.help(text!("写 `{last}({before})`", "write `{last}({before})`"))
            } else {
                complaint
            });
        }
        let mut names = names.into_iter();
        match (names.next(), names.next()) {
            (Some(row), Some(column)) => Ok(Arg { kind: ArgKind::Field(row, column), span }),
            _ => Err(self.expected_value()),
        }
    }

    fn next_name(&mut self) -> Name {
        let token = self.advance();
        self.name_of(token)
    }

    /// `name(args)`, the name being read.
    pub(super) fn call(&mut self, name: Name, user: bool) -> Parsed<Arg> {
        let start = name.span;
        if !user {
            self.complain_conditions_as_args(&name)?;
        }
        let args = self.args(Kind::LeftParen)?;
        self.grow(self.height, start)?;
        let span = self.since(start);
        if name.text == "autoinc" && args.is_empty() && !user {
            return Ok(Arg { kind: ArgKind::Param(String::new()), span });
        }
        Ok(Arg { kind: ArgKind::Call(Call { name, args, user }), span })
    }

    /// `$name`, `$Branch(…)`, `$`
    fn dollar(&mut self) -> Parsed<Arg> {
        let dollar = self.advance();
        let next = self.token();
        if next.kind != Kind::Word || !next.joined {
            return Ok(Arg { kind: ArgKind::Param(String::new()), span: dollar.span });
        }
        let mut names = Vec::with_capacity(2);
        names.push(self.next_name());
        while self.kind() == Kind::Dot && self.token().joined && self.names_field(self.at + 1) {
            self.advance();
            names.push(self.next_name());
        }
        let name = qualified(&names);
        if self.kind() == Kind::LeftParen {
            let args = self.args(Kind::LeftParen)?;
            self.grow(self.height, dollar.span)?;
            return Ok(Arg { kind: ArgKind::Branch(name, args), span: self.since(dollar.span) });
        }
        Ok(Arg { kind: ArgKind::Param(name.text), span: self.since(dollar.span) })
    }

    /// `@name(…)`
    fn user_functor(&mut self) -> Parsed<Arg> {
        let at = self.advance();
        if self.kind() == Kind::At {
            let message = text!("不支持自定义的聚合 `@@`", "user-defined aggregates `@@` are not supported");
            self.complain(Diagnostic::error(Code::Unsupported, message).at(at.span.to(self.token().span)));
            return Err(super::Skip);
        }
        let name = self.need(Kind::Word, &text!("函数名", "the name of a function"))?;
        let name = self.name_of(name);
        if self.kind() != Kind::LeftParen {
            return Err(self.expected(&text!(" `(`", "`(`")));
        }
        let mut arg = self.call(name, true)?;
        arg.span = at.span.to(arg.span);
        Ok(arg)
    }

    /// `as(x, type)`
    fn cast(&mut self) -> Parsed<Arg> {
        let start = self.advance().span;
        self.advance();
        let arg = self.arg()?;
        self.need(Kind::Comma, &text!(" `,` 和类型名", "`,` and the name of a type"))?;
        let ty = self.qualified_name(&text!("类型名", "the name of a type"))?;
        self.need(Kind::RightParen, &text!(" `)`", "`)`"))?;
        self.grow(self.height, start)?;
        Ok(Arg { kind: ArgKind::Cast(Box::new(arg), ty), span: self.since(start) })
    }

    /// `if condition then a else b`
    fn conditional(&mut self) -> Parsed<Arg> {
        let start = self.advance().span;
        let condition = self.literal()?;
        let mut height = self.height;
        let help = text!("写成 `if 条件 then 值 else 值`", "it is written `if condition then value else value`");
        if !self.is_word("then") {
            return Err(self.expected_with(&text!(" `then`", "`then`"), help));
        }
        self.advance();
        let yes = self.arg_above(ELSE + 1)?;
        height = height.max(self.height);
        if !self.is_word("else") {
            return Err(self.expected_with(&text!(" `else`", "`else`"), help));
        }
        self.advance();
        let no = self.arg_above(ELSE)?;
        self.grow(height.max(self.height), start)?;
        let kind = ArgKind::If(Box::new(condition), Box::new(yes), Box::new(no));
        Ok(Arg { kind, span: self.since(start) })
    }

    /// Arguments in the brackets that open here, with commas between them. The highest of them is the height.
    pub(super) fn args(&mut self, open: Kind) -> Parsed<Vec<Arg>> {
        let opened = self.at;
        self.advance();
        let closer = open.closer().unwrap_or(Kind::RightParen);
        let mut args = Vec::new();
        let mut height = 0;
        while self.kind() != closer {
            let from = self.at;
            match self.with_target(false, |parser| parser.element(closer)) {
                Ok(arg) => args.push(arg),
                Err(super::Skip) => {
                    self.skip_element(from);
                    self.told_within(opened);
                    args.push(Arg { kind: ArgKind::Unnamed, span: self.last_end() });
                }
            }
            height = height.max(self.height);
            if self.take(Kind::Comma).is_none() {
                break;
            }
            if self.kind() == closer {
                self.extra_comma();
            }
        }
        self.height = height;
        self.leave(opened);
        Ok(args)
    }

    fn element(&mut self, closer: Kind) -> Parsed<Arg> {
        // `f(1,000)`: a group that begins with a zero is no number of its own.
        let group = self.kind() == Kind::Number && self.text(self.token()).starts_with('0');
        if group && self.complain_separator() {
            return Err(super::Skip);
        }
        let arg = self.arg()?;
        self.after_element(closer)?;
        Ok(arg)
    }

    /// After an element of a list there is a comma or the end of the list.
    fn after_element(&mut self, closer: Kind) -> Parsed<()> {
        if self.kind() == Kind::Comma || self.kind() == closer {
            return Ok(());
        }
        let close = if closer == Kind::RightBracket { "]" } else { ")" };
        if self.complain_foreign_word() || self.complain_missing_comma() {
            return Err(super::Skip);
        }
        Err(self.expected(&text!(" `,`、`{close}` 或一个运算符", "`,`, `{close}` or an operator")))
    }
}

/// Names joined by dots.
pub(super) fn qualified(names: &[Name]) -> Name {
    let parts: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
    let first = names.first().map_or(Span::default(), |name| name.span);
    let last = names.last().map_or(first, |name| name.span);
    Name { text: parts.join("."), span: first.to(last) }
}

fn joined(infix: &Infix, operator: Token, left: Arg, right: Arg) -> Arg {
    let span = left.span.to(right.span);
    let Some(functor) = infix.functor else {
        return Arg { kind: ArgKind::Else(Box::new(left), Box::new(right)), span };
    };
    let name = Name { text: functor.to_owned(), span: operator.span };
    Arg { kind: ArgKind::Call(Call { name, args: vec![left, right], user: false }), span }
}

/// The amount that a number writes.
fn amount(constant: &Const) -> Option<crate::value::Decimal> {
    match constant {
        Const::Number(number) => crate::value::Decimal::try_from_i128_with_scale(*number, 0).ok(),
        Const::Decimal(decimal, _) => Some(*decimal),
        _ => None,
    }
}

/// A constant with its sign changed; none for what has no sign or is not a bare constant.
fn negative(kind: &ArgKind) -> Option<Const> {
    let ArgKind::Const(constant) = kind else { return None };
    Some(match constant {
        Const::Number(number) if *number >= 0 => Const::Number(-number),
        Const::Decimal(value, written) if !written.starts_with('-') => Const::Decimal(-*value, format!("-{written}")),
        Const::Float(written) if !written.starts_with('-') => Const::Float(format!("-{written}")),
        Const::Percent(share) => Const::Percent(-*share),
        Const::Money(amount, unit) => Const::Money(-*amount, *unit),
        _ => return None,
    })
}
