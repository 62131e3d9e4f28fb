//! Literals of the text: numbers, amounts, texts.

use std::str::FromStr;

use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::text;
use crate::value::{Decimal, Unit};

use super::super::ast::Const;
use super::super::lexer::unescape;
use super::super::token::{Kind, Token};
use super::Parser;

impl Parser<'_> {
    /// The constant that `token` writes; a wrong one is complained about and read as nearly as possible.
    pub(super) fn constant(&mut self, token: Token) -> Const {
        match token.kind {
            Kind::Text => Const::Text(self.text_of(token)),
            Kind::Percent => Const::Percent(self.percent(token)),
            Kind::Money => self.money(token),
            Kind::Decimal => self.decimal_constant(token),
            _ => self.whole(token),
        }
    }

    /// The text between the quotes of `token`.
    pub(super) fn text_of(&mut self, token: Token) -> String {
        let written = self.text(token);
        let (text, wrong) = unescape(&written);
        for range in wrong {
            let shown = written[range.clone()].to_owned();
            let offset = |at: usize| token.text.start() + u32::try_from(at).unwrap_or(0);
            let place =
                if token.span == token.text { Span::new(offset(range.start), offset(range.end)) } else { token.span };
            let message = text!("文字里的 `{shown}` 没有意义", "`{shown}` means nothing in a text");
            let help = text!(
                "要写反斜杠本身用 `\\\\`；换行 `\\n`，引号 `\\\"`，制表符 `\\t`",
                "a backslash itself is `\\\\`; a line break `\\n`, a quote `\\\"`, a tab `\\t`"
            );
            let fixed = format!("\\{shown}");
            self.complain(Diagnostic::error(Code::BadEscape, message).at(place).help(help).fix(place, fixed));
        }
        text
    }

    fn whole(&mut self, token: Token) -> Const {
        let written = ascii_digits(&self.text(token));
        let unsigned = written.ends_with('u');
        let digits = written.strip_suffix('u').unwrap_or(&written);
        let value = if let Some(hex) = digits.strip_prefix("0x") {
            i128::from_str_radix(hex, 16).ok()
        } else if let Some(binary) = digits.strip_prefix("0b") {
            i128::from_str_radix(binary, 2).ok()
        } else if digits.contains('.') {
            address(digits)
        } else {
            leading_digits(digits).parse().ok()
        };
        let Some(value) = value.filter(|value| u64::try_from(*value).is_ok()) else {
            self.complain_number(token);
            return Const::Number(0);
        };
        match u64::try_from(value) {
            Ok(value) if unsigned => Const::Unsigned(value),
            _ => Const::Number(value),
        }
    }

    fn complain_number(&mut self, token: Token) {
        let shown = self.shown(token);
        let message = text!("{shown} 不是能用的整数", "{shown} is not a whole number that can be used");
        let help = text!("整数不超过 18446744073709551615", "whole numbers are at most 18446744073709551615");
        self.complain(Diagnostic::error(Code::BadNumber, message).at(token.span).help(help));
    }

    fn decimal_constant(&mut self, token: Token) -> Const {
        let written = ascii_digits(&self.text(token));
        if written.contains(['e', 'E']) {
            return Const::Float(written);
        }
        if written.matches('.').count() > 1 {
            let shown = self.shown(token);
            let message = text!("{shown} 不是数：小数点多于一个", "{shown} is not a number: more than one point");
            self.complain(Diagnostic::error(Code::BadNumber, message).at(token.span));
            return Const::Decimal(Decimal::ZERO, written);
        }
        // More digits than a decimal keeps exactly: a binary float is what such a number is for.
        Decimal::from_str_exact(&written)
            .map_or_else(|_| Const::Float(written.clone()), |value| Const::Decimal(value, written.clone()))
    }

    fn percent(&mut self, token: Token) -> Decimal {
        let written = ascii_digits(&self.text(token));
        let number = written.trim_end_matches(['%', '％']);
        let share = Decimal::from_str(number).ok().and_then(|percent| {
            let mut share = percent;
            share.set_scale(percent.scale() + 2).ok().map(|()| share)
        });
        share.unwrap_or_else(|| {
            self.complain_digits(token);
            Decimal::ZERO
        })
    }

    fn money(&mut self, token: Token) -> Const {
        let written = ascii_digits(&self.text(token));
        let end = leading_digits(&written).len();
        let unit = Unit::from_name(written[end..].trim()).unwrap_or_default();
        let amount = Decimal::from_str_exact(&written[..end]).ok().filter(|amount| unit.to_yuan(*amount).is_some());
        let amount = amount.unwrap_or_else(|| {
            self.complain_digits(token);
            Decimal::ZERO
        });
        Const::Money(amount, unit)
    }

    fn complain_digits(&mut self, token: Token) {
        let shown = self.shown(token);
        let message = text!("{shown} 的位数太多", "{shown} has too many digits");
        let help = text!("最多精确到 28 位数字", "at most 28 digits are kept exactly");
        self.complain(Diagnostic::error(Code::BadNumber, message).at(token.span).help(help));
    }
}

/// `written` with ASCII digits for full-width ones.
fn ascii_digits(written: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    };
    written.chars().map(narrow).collect()
}

/// The digits and points at the start of `written`.
fn leading_digits(written: &str) -> &str {
    let end = written.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(written.len());
    &written[..end]
}

/// `a.b.c.d`, each below 256, as the 32 bits that it stands for.
fn address(written: &str) -> Option<i128> {
    let parts: Vec<u8> = written.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let bytes: [u8; 4] = parts.try_into().ok()?;
    Some(i128::from(u32::from_be_bytes(bytes)))
}
