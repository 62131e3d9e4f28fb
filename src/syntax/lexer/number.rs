//! Numbers, with the units and the percent sign that belong to them.

use crate::diagnostic::{Code, Diagnostic};
use crate::text;
use crate::value::Unit;

use super::super::token::Kind;
use super::super::words::{AND, OPERATOR_WORDS, OR};
use super::{Lexer, Text, continues_word, starts_word};

impl Lexer<'_> {
    pub(super) fn number(&mut self) -> Kind {
        let start = self.at;
        let based = ["0x", "0b"].into_iter().any(|prefix| self.rest().starts_with(prefix));
        if based && self.rest()[2..].starts_with(|c: char| c.is_ascii_hexdigit()) {
            self.at += 2;
            self.skip_while(continues_word);
            return Kind::Number;
        }
        self.digits();
        let mut kind = Kind::Number;
        while self.rest().starts_with('.') && self.rest()[1..].starts_with(|c: char| c.is_ascii_digit()) {
            self.at += 1;
            self.digits();
            // Four whole numbers with points are an address, which is a whole number.
            kind = if kind == Kind::Number { Kind::Decimal } else { Kind::Number };
        }
        let points = self.text[start..self.at].matches('.').count();
        kind = match points {
            0 | 3 => Kind::Number,
            _ => Kind::Decimal,
        };
        if points <= 1 && self.exponent() {
            return Kind::Decimal;
        }
        self.suffix(start, kind)
    }

    fn digits(&mut self) {
        let start = self.at;
        self.skip_while(|c| c.is_ascii_digit() || ('０'..='９').contains(&c));
        let wide: Vec<(usize, char)> =
            self.text[start..self.at].char_indices().filter(|(_, c)| !c.is_ascii()).collect();
        for (offset, c) in wide {
            let digit = char::from_u32(c as u32 - 0xFEE0).unwrap_or('0');
            self.mark_wide(start + offset, c, &digit.to_string());
        }
    }

    /// `e5`, `E-3` after digits.
    fn exponent(&mut self) -> bool {
        let rest = self.rest();
        let Some(after) = rest.strip_prefix(['e', 'E']) else { return false };
        let digits = after.strip_prefix(['+', '-']).unwrap_or(after);
        let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
        let ends = !digits[length..].starts_with(continues_word);
        if length == 0 || !ends {
            return false;
        }
        self.at += rest.len() - digits.len() + length;
        true
    }

    /// What may stand right behind a number: `u`, a unit of money, a percent sign.
    fn suffix(&mut self, start: usize, kind: Kind) -> Kind {
        let word_start = self.at;
        let kind = if std::mem::take(&mut self.is_money) { Kind::Money } else { kind };
        if self.rest().starts_with(starts_word) {
            self.skip_while(continues_word);
            let word = &self.text[word_start..self.at];
            if word == "u" && kind == Kind::Number {
                return kind;
            }
            if Unit::from_name(word).is_some() {
                return Kind::Money;
            }
            self.wrong_suffix(start, word_start);
            return kind;
        }
        let percent = self.peek().filter(|c| matches!(c, '%' | '％'));
        let Some(sign) = percent else { return kind };
        let after = &self.rest()[sign.len_utf8()..];
        // `10%3` is a remainder, `90%` before anything else a share of hundred; so is `10% 3` in a file of plain rules.
        let operand = |c: char| starts_word(c) || c.is_ascii_digit() || matches!(c, '(' | '$' | '"');
        let apart = after.trim_start_matches(' ');
        let is_apart = self.kind != Text::Piece && apart.starts_with(operand) && !goes_on(apart);
        if after.starts_with(operand) || is_apart {
            return kind;
        }
        if sign == '％' {
            self.mark_wide(self.at, sign, "%");
        }
        self.at += sign.len_utf8();
        Kind::Percent
    }

    fn wrong_suffix(&mut self, start: usize, word_start: usize) {
        let (number, word) = (&self.text[start..word_start], &self.text[word_start..self.at]);
        let place = self.span(start, self.at);
        let (zh, en) = (Unit::list("、"), Unit::list(", "));
        // `10w` is written for 10万.
        let meant = if matches!(word, "w" | "W") { "万" } else { word };
        let complaint = if let Some(unit) = Unit::from_name(&format!("{meant}元")) {
            let unit = unit.name();
            let message = text!(
                "`{number}{word}` 缺单位：金额写 `{number}{unit}`",
                "`{number}{word}` has no unit: amounts are `{number}{unit}`"
            );
            let help = text!("单位有 {zh}", "units are {en}");
            let fixed = format!("{number}{unit}");
            Diagnostic::error(Code::BadNumber, message).at(place).help(help).fix(place, fixed)
        } else {
            let message =
                text!("`{number}{word}` 不是数，也不是名字", "`{number}{word}` is neither a number nor a name");
            let help = if word.is_ascii() {
                text!(
                    "名字不能以数字开头；列名是这样时加反引号：`` `{number}{word}` ``。金额的单位有 {zh}",
                    "a name cannot begin with a digit; put a column that does in back quotes: `` `{number}{word}` ``. Units of money are {en}"
                )
            } else {
                text!(
                    "数后面只有金额写单位：{zh}；个数、月份只写 `{number}`。列名以数字开头的，加反引号：`` `{number}{word}` ``",
                    "only amounts of money have units behind them: {en}; of other things write `{number}`. Put a column whose name begins with a digit in back quotes: `` `{number}{word}` ``"
                )
            };
            Diagnostic::error(Code::BadNumber, message).at(place).help(help)
        };
        self.complain(complaint);
    }
}

/// Whether a text begins with a word that goes on behind a whole expression.
fn goes_on(text: &str) -> bool {
    let word = text.find(|c| !continues_word(c)).map_or(text, |end| &text[..end]);
    matches!(word, "else" | "then" | "is" | "in" | "not")
        || AND.iter().chain(&OR).any(|joins| *joins == word)
        || OPERATOR_WORDS.iter().any(|(operator, _)| *operator == word)
}
