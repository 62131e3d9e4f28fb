//! Numbers as running text writes them: where, how finely, and whether they are marked as approximate.

use std::ops::Range;

use crate::value::{Decimal, parse_decimal};

/// A number in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// Its digits, in bytes of the text.
    pub range: Range<usize>,
    /// Its value as written.
    pub value: Decimal,
}

/// Words before a number that make it approximate.
const ABOUT: [&str; 9] = ["约为", "大约", "约", "近", "将近", "接近", "超过", "逾", "达到近"];
/// Words after a number or its unit that make it approximate.
const ROUGHLY: [&str; 3] = ["左右", "上下", "余"];

/// The numbers that `text` writes in Arabic digits, half or full width, in order. Digits that belong to a Latin word
/// (`A4`, `v2`) are none.
pub(super) fn numbers(text: &str) -> Vec<Written> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(|c| digit(c).is_some()) {
        let start = at + offset;
        let end = end_of_number(text, start);
        let after_letter = text[..start].chars().next_back().is_some_and(|c| c.is_ascii_alphabetic());
        if !after_letter && let Some(value) = value_of(&text[start..end]) {
            found.push(Written { range: start..end, value });
        }
        at = end;
    }
    found
}

/// The runs of digits, points and commas that look like a number and are none: `4,95`, `1.2.3`.
pub(super) fn unreadable(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(|c| digit(c).is_some()) {
        let start = at + offset;
        at = end_of_number(text, start);
        if value_of(&text[start..at]).is_none() {
            found.push(start..at);
        }
    }
    found
}

/// Where the run of digits, points and thousands separators that starts at `start` ends.
fn end_of_number(text: &str, start: usize) -> usize {
    let mut end = start;
    let mut characters = text[start..].char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let next_is_digit = characters.peek().is_some_and(|(_, next)| digit(*next).is_some());
        let inside = digit(c).is_some() || matches!(c, '.' | '．' | ',') && next_is_digit;
        if !inside {
            break;
        }
        end = start + at + c.len_utf8();
    }
    end
}

/// The value of a run of digits; none when its points or separators make no number.
fn value_of(run: &str) -> Option<Decimal> {
    let ascii: String = run.chars().map(|c| if c == '．' { '.' } else { digit(c).unwrap_or(c) }).collect();
    parse_decimal(&ascii).ok()
}

/// The ASCII digit of a digit of either width.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_u32(u32::from(c) - u32::from('０') + u32::from('0')),
        _ => None,
    }
}

/// Whether the words around a number mark it as approximate. `before` ends where the number starts, `after` starts where
/// its unit ends.
pub(super) fn is_approximate(before: &str, after: &str) -> bool {
    let before = before.trim_end();
    ABOUT.iter().any(|word| before.ends_with(word)) || ROUGHLY.iter().any(|word| after.trim_start().starts_with(word))
}

/// Half a unit of the last place that the number is written to: of its last decimal, nothing for whole numbers, and for
/// approximate whole numbers of their last digit that is not zero.
pub(super) fn allowance(value: Decimal, approximate: bool) -> Decimal {
    if value.scale() > 0 {
        return Decimal::new(5, value.scale() + 1);
    }
    if !approximate {
        return Decimal::ZERO;
    }
    let mut unit = Decimal::ONE;
    let mut rest = value;
    while !rest.is_zero() && (rest % Decimal::TEN).is_zero() {
        rest /= Decimal::TEN;
        unit *= Decimal::TEN;
    }
    unit / Decimal::TWO
}

#[cfg(test)]
mod tests {
    use super::{allowance, numbers};
    use crate::value::Decimal;

    fn values(text: &str) -> Vec<String> {
        numbers(text).iter().map(|number| number.value.to_string()).collect()
    }

    #[test]
    fn numbers_of_either_width_and_with_separators() {
        assert_eq!(values("共1,234.50元，２．５万，A4纸3包"), ["1234.50", "2.5", "3"]);
        assert_eq!(values("1.2.3与4,95与8."), ["8"], "what is no number is none");
    }

    #[test]
    fn precision_is_that_of_the_last_place_written() {
        let number = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(allowance(number("14.88"), false), number("0.005"));
        assert_eq!(allowance(number("25"), false), number("0"));
        assert_eq!(allowance(number("800"), true), number("50"));
        assert_eq!(allowance(number("0"), true), number("0.5"));
    }
}
