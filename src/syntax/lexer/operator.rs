//! Punctuation and operators, those of other languages included.

use crate::diagnostic::{Code, Diagnostic};
use crate::text;

use super::super::token::Kind;
use super::Lexer;
use super::foreign::narrow;

/// Every operator of the language, longer ones before their beginnings, and first those that are written most.
static OPERATORS: [(&str, Kind); 32] = [
    (".", Kind::Dot),
    (",", Kind::Comma),
    ("(", Kind::LeftParen),
    (")", Kind::RightParen),
    (":-", Kind::If),
    (":", Kind::Colon),
    ("{", Kind::LeftBrace),
    ("}", Kind::RightBrace),
    ("=", Kind::Equal),
    ("$", Kind::Dollar),
    ("!=", Kind::NotEqual),
    ("!~", Kind::Disagree),
    ("!", Kind::Not),
    ("~", Kind::Agree),
    ("<:", Kind::Subtype),
    ("<=", Kind::LessEqual),
    ("<", Kind::Less),
    (">=", Kind::GreaterEqual),
    (">", Kind::Greater),
    ("->", Kind::Arrow),
    ("-", Kind::Minus),
    ("+", Kind::Plus),
    ("**", Kind::Power),
    ("*", Kind::Star),
    ("/", Kind::Slash),
    ("%", Kind::Modulo),
    (";", Kind::Semicolon),
    ("[", Kind::LeftBracket),
    ("]", Kind::RightBracket),
    ("^", Kind::Power),
    ("|", Kind::Pipe),
    ("@", Kind::At),
];

/// What other languages write, what it means here, and how it is written here. Longer ones come first.
static FOREIGN: [(&str, Kind, &str); 22] = [
    ("===", Kind::Equal, "="),
    ("!==", Kind::NotEqual, "!="),
    ("==", Kind::Equal, "="),
    ("<>", Kind::NotEqual, "!="),
    ("~=", Kind::Agree, "~"),
    ("/=", Kind::NotEqual, "!="),
    ("=<", Kind::LessEqual, "<="),
    ("=>", Kind::GreaterEqual, ">="),
    (":=", Kind::Equal, "="),
    ("&&", Kind::Comma, ","),
    ("||", Kind::Semicolon, ";"),
    ("\\+", Kind::Not, "!"),
    ("&", Kind::Comma, ","),
    ("≠", Kind::NotEqual, "!="),
    ("≤", Kind::LessEqual, "<="),
    ("≥", Kind::GreaterEqual, ">="),
    ("⩽", Kind::LessEqual, "<="),
    ("⩾", Kind::GreaterEqual, ">="),
    ("≈", Kind::Agree, "~"),
    ("∧", Kind::Comma, ","),
    ("∨", Kind::Semicolon, ";"),
    ("¬", Kind::Not, "!"),
];

impl Lexer<'_> {
    /// Reads punctuation; none when the character means nothing and was reported.
    pub(super) fn operator(&mut self, first: char) -> Option<Kind> {
        if matches!(first, '￥' | '¥') && self.rest()[first.len_utf8()..].starts_with(|c: char| c.is_ascii_digit()) {
            self.currency(first);
            return None;
        }
        if let Some(&(foreign, kind, ours)) = self.means_foreign(first) {
            let length = self.length_of(foreign);
            self.foreign(foreign, length, ours);
            return Some(kind);
        }
        let Some(&(operator, kind)) = OPERATORS.iter().find(|(operator, _)| self.means(operator)) else {
            self.unknown(first);
            return None;
        };
        for narrow in operator.chars() {
            let written = self.peek().unwrap_or(narrow);
            if written != narrow {
                self.mark_wide(self.at, written, &narrow.to_string());
            }
            self.at += written.len_utf8();
        }
        Some(kind)
    }

    /// What of other languages stands here.
    fn means_foreign(&self, first: char) -> Option<&'static (&'static str, Kind, &'static str)> {
        // No other ASCII character begins any of them.
        if first.is_ascii() && !matches!(first, '=' | '!' | '<' | '~' | '/' | ':' | '&' | '|' | '\\') {
            return None;
        }
        FOREIGN.iter().find(|(foreign, ..)| self.means(foreign)).filter(|(foreign, ..)| {
            // `a<>` is a lattice, where nothing is compared.
            *foreign != "<>" || !self.rest()[2..].trim_start().starts_with(['{', ')', ','])
        })
    }

    /// Whether the next characters are `operator`, or its full-width twin.
    #[inline]
    fn means(&self, operator: &str) -> bool {
        // Nearly all of them are ruled out by their first byte: of punctuation, ASCII is written as it is.
        let (rest, first) = (&self.text.as_bytes()[self.at..], operator.as_bytes()[0]);
        rest.first().is_some_and(|written| *written == first || !written.is_ascii()) && self.spells(operator)
    }

    fn spells(&self, operator: &str) -> bool {
        let mut written = self.rest().chars();
        operator.chars().all(|c| written.next().is_some_and(|written| written == c || narrow(written) == Some(c)))
    }

    /// How many bytes the characters that are meant as `operator` take.
    fn length_of(&self, operator: &str) -> usize {
        self.rest().chars().take(operator.chars().count()).map(char::len_utf8).sum()
    }

    fn foreign(&mut self, foreign: &str, length: usize, ours: &str) {
        let place = self.span(self.at, self.at + length);
        self.at += length;
        if foreign == "~=" {
            // Some mean one of the two by it, some the other.
            let message = text!("`~=` 有两种意思，要写明是哪一种", "`~=` may mean two things: say which");
            let help = text!(
                "在写出的精度内相符写 `~`，不等写 `!=`",
                "`~` is agreement within the written precision, `!=` inequality"
            );
            return self.complain(Diagnostic::error(Code::ForeignOperator, message).at(place).help(help));
        }
        let message = match ours {
            "=" => text!("相等写一个 `=`", "equality is written with one `=`"),
            "," => text!("“并且”写 `,`，不写 `{foreign}`", "“and” is written `,`, not `{foreign}`"),
            ";" => text!("“或者”写 `;`，不写 `{foreign}`", "“or” is written `;`, not `{foreign}`"),
            "!" => text!("“不”写 `!` 或 `not`，不写 `{foreign}`", "“not” is written `!` or `not`, not `{foreign}`"),
            _ => text!("`{foreign}` 在这里写 `{ours}`", "`{foreign}` is written `{ours}` here"),
        };
        let complaint = Diagnostic::error(Code::ForeignOperator, message)
            .primary(place, text!("写 `{ours}`", "write `{ours}`"))
            .fix(place, ours);
        self.complain(complaint);
    }

    /// `￥10000`
    fn currency(&mut self, sign: char) {
        let start = self.at;
        self.at += sign.len_utf8();
        let length = self.rest().find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(self.rest().len());
        let number = &self.rest()[..length];
        let place = self.span(start, self.at + length);
        let message = text!("金额不写 `{sign}`，写 `{number}元`", "amounts are written `{number}元`, without `{sign}`");
        let complaint =
            Diagnostic::error(Code::UnexpectedCharacter, message).at(place).fix(place, format!("{number}元"));
        self.is_money = true;
        self.complain(complaint);
    }

    fn unknown(&mut self, first: char) {
        let start = self.at;
        // The same again and again is said once: a file that is none of rules has thousands of them.
        self.skip_while(|next| next == first);
        let place = self.span(start, self.at);
        let shown = if first.is_control() { first.escape_unicode().to_string() } else { first.to_string() };
        let message = text!("规则里不能出现字符 `{shown}`", "the character `{shown}` has no meaning in a rule");
        let help = text!(
            "删去它；它若是列名的一部分，列名加反引号；若是文字，加双引号",
            "remove it; put a name that contains it in back quotes, a text in double quotes"
        );
        self.complain(Diagnostic::error(Code::UnexpectedCharacter, message).at(place).help(help));
    }
}

#[cfg(test)]
mod tests {
    use super::{FOREIGN, OPERATORS};

    #[test]
    fn no_operator_hides_behind_its_beginning() {
        let operators: Vec<&str> = OPERATORS.iter().map(|(operator, _)| *operator).collect();
        let foreign: Vec<&str> = FOREIGN.iter().map(|(foreign, ..)| *foreign).collect();
        for list in [operators, foreign] {
            for (at, longer) in list.iter().enumerate() {
                let hides = list[..at].iter().find(|before| longer.starts_with(**before));
                assert_eq!(hides, None, "{longer}");
            }
        }
    }

    #[test]
    fn what_other_languages_write_begins_as_the_lexer_expects() {
        let begins = |foreign: &&str| !foreign.starts_with(['=', '!', '<', '~', '/', ':', '&', '|', '\\']);
        let others: Vec<&str> = FOREIGN.iter().map(|(foreign, ..)| *foreign).filter(begins).collect();
        assert!(others.iter().all(|foreign| !foreign.is_ascii()), "{others:?}");
    }
}
