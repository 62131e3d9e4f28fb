//! The value of what stands after `#if`, as C reads it.

/// How deep brackets, signs and `?:` are read.
const DEEPEST: usize = 100;

/// A whole number of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Number {
    value: i128,
    /// Whether it has no sign: then so has what is computed with it.
    unsigned: bool,
}

impl Number {
    const fn new(value: i128, unsigned: bool) -> Self {
        let value = if unsigned { value.rem_euclid(1 << 64) } else { (value as i64) as i128 };
        Self { value, unsigned }
    }

    const fn truth(holds: bool) -> Self {
        Self { value: holds as i128, unsigned: false }
    }
}

/// Nothing for what has no value, as `1 / 0`: that matters only where the value does.
type Value = Option<Number>;

/// Whether the condition holds; nothing when it has no value.
pub(super) fn holds(text: &str) -> Option<bool> {
    let mut formula = Formula { rest: text, depth: 0 };
    let value = formula.choice()?;
    formula.blanks();
    (formula.rest.is_empty()).then_some(value?.value != 0)
}

/// Operators of two operands, the longest first; and how strongly each binds.
const OPERATORS: [(&str, u8); 18] = [
    ("<<", 8),
    (">>", 8),
    ("<=", 7),
    (">=", 7),
    ("==", 6),
    ("!=", 6),
    ("&&", 2),
    ("||", 1),
    ("<", 7),
    (">", 7),
    ("&", 5),
    ("^", 4),
    ("|", 3),
    ("+", 9),
    ("-", 9),
    ("*", 10),
    ("/", 10),
    ("%", 10),
];

struct Formula<'t> {
    rest: &'t str,
    depth: usize,
}

impl<'t> Formula<'t> {
    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\\');
    }

    fn takes(&mut self, mark: &str) -> bool {
        self.blanks();
        let found = self.rest.strip_prefix(mark);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    /// `a ? b : c`, or what stands without it.
    fn choice(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let condition = self.binary(1)?;
        let mut value = condition;
        if self.takes("?") {
            let yes = self.choice()?;
            let no = self.takes(":").then(|| self.choice())??;
            value = condition.and_then(|condition| if condition.value != 0 { yes } else { no });
        }
        self.depth -= 1;
        Some(value)
    }

    fn binary(&mut self, least: u8) -> Option<Value> {
        let mut left = self.unary()?;
        loop {
            self.blanks();
            let next = OPERATORS.iter().find(|(mark, _)| self.rest.starts_with(mark));
            let Some((mark, strength)) = next.filter(|(_, strength)| *strength >= least) else { return Some(left) };
            self.rest = &self.rest[mark.len()..];
            let right = self.binary(strength + 1)?;
            left = match (*mark, left.map(|left| left.value != 0)) {
                ("&&", Some(false)) => Some(Number::truth(false)),
                ("||", Some(true)) => Some(Number::truth(true)),
                _ => left.zip(right).and_then(|(left, right)| apply(mark, left, right)),
            };
        }
    }

    fn unary(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        self.blanks();
        let mark = self.rest.chars().next()?;
        let value = if "!~-+(".contains(mark) {
            self.rest = &self.rest[1..];
            if mark == '(' {
                let value = self.choice()?;
                self.takes(")").then_some(value)?
            } else {
                self.unary()?.map(|operand| match mark {
                    '!' => Number::truth(operand.value == 0),
                    '~' => Number::new(!operand.value, operand.unsigned),
                    '-' => Number::new(-operand.value, operand.unsigned),
                    _ => operand,
                })
            }
        } else {
            Some(self.atom(mark)?)
        };
        self.depth -= 1;
        Some(value)
    }

    /// A number, a character, or a name: one that stands for nothing is 0.
    fn atom(&mut self, first: char) -> Option<Number> {
        if first == '\'' {
            let (character, rest) = character(&self.rest[1..])?;
            self.rest = rest;
            return Some(Number::new(i128::from(u32::from(character)), false));
        }
        let word = self.word();
        if word.is_empty() {
            return None;
        }
        if first.is_ascii_digit() { number(word) } else { Some(Number::truth(word == "true")) }
    }

    fn word(&mut self) -> &'t str {
        let end = self.rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }
}

/// What stands between single quotation marks, and what follows.
fn character(text: &str) -> Option<(char, &str)> {
    let mut chars = text.chars();
    let character = match chars.next()? {
        '\\' => match chars.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            '0' => '\0',
            other => other,
        },
        other => other,
    };
    chars.as_str().strip_prefix('\'').map(|rest| (character, rest))
}

fn number(text: &str) -> Option<Number> {
    let lower = text.to_lowercase();
    let digits = lower.trim_end_matches(['u', 'l']);
    let unsigned = lower[digits.len()..].contains('u');
    let (digits, radix) = match (digits.strip_prefix("0x"), digits.strip_prefix("0b")) {
        (Some(digits), _) => (digits, 16),
        (_, Some(digits)) => (digits, 2),
        _ if digits.len() > 1 && digits.starts_with('0') => (&digits[1..], 8),
        _ => (digits, 10),
    };
    let value = u64::from_str_radix(digits, radix).ok()?;
    let is_large = i64::try_from(value).is_err();
    Some(Number::new(i128::from(value), unsigned || is_large))
}

fn apply(mark: &str, left: Number, right: Number) -> Value {
    if matches!(mark, "<<" | ">>") {
        let by = u32::try_from(right.value).ok().filter(|by| *by < 64)?;
        let value = if mark == "<<" { left.value << by } else { left.value >> by };
        return Some(Number::new(value, left.unsigned));
    }
    let unsigned = left.unsigned || right.unsigned;
    let (a, b) = (Number::new(left.value, unsigned).value, Number::new(right.value, unsigned).value);
    let value = match mark {
        "&&" => return Some(Number::truth(a != 0 && b != 0)),
        "||" => return Some(Number::truth(a != 0 || b != 0)),
        "==" => return Some(Number::truth(a == b)),
        "!=" => return Some(Number::truth(a != b)),
        "<" => return Some(Number::truth(a < b)),
        "<=" => return Some(Number::truth(a <= b)),
        ">" => return Some(Number::truth(a > b)),
        ">=" => return Some(Number::truth(a >= b)),
        "&" => a & b,
        "^" => a ^ b,
        "|" => a | b,
        "+" => a + b,
        "-" => a - b,
        "*" => a.checked_mul(b)?,
        "/" => a.checked_div(b)?,
        _ => a.checked_rem(b)?,
    };
    Some(Number::new(value, unsigned))
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn conditions_have_the_value_that_c_gives_them() {
        for text in [
            "1 << 3 == 8",
            "256 >> 4 == 16",
            "1 ? 2 : 1 / 0",
            "0 ? 0 : 0 ? 0 : 5",
            "(6 & 3) == 2 && (6 | 3) == 7 && (6 ^ 3) == 5 && ~0 == -1",
            "1 | 2 == 2",
            "-1 > 0u",
            "0xFFul == 255 && 010 == 8 && 0b11 == 3",
            "'a' == 97 && '\\n' == 10",
            "!X && !0 || 1 / 0",
            "2 + 3 * 4 - 10 / 5 % 2 == 14",
            "18446744073709551615u == -1",
            "- -1 == +1",
        ] {
            assert_eq!(holds(text), Some(true), "{text}");
        }
        for text in ["1 >> 1", "1 && X", "3 & 4", "'\\0'"] {
            assert_eq!(holds(text), Some(false), "{text}");
        }
        for text in ["", "1 +", "1 / 0", "(1", "1 ? 2", "1 2", "1 << 64", "'ab'", "\"a\"", "1, 2", "0b2"] {
            assert_eq!(holds(text), None, "{text}");
        }
        assert_eq!(holds(&"(".repeat(100_000)), None);
        assert_eq!(holds(&"-".repeat(100_000)), None);
    }
}
