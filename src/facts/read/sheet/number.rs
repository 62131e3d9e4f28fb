//! Numbers of a sheet as exact decimal text.
//!
//! A workbook stores doubles, and writes 37.98 as `37.979999999999997` as often as not. Sheets show at most 15
//! significant digits of them, and so does this: the text is rounded, as text, to 15 digits. Nothing is computed with.

/// Digits that a sheet shows at most.
const DIGITS: usize = 15;
/// Longest plain number that is written out; longer ones stay in scientific notation.
const LONGEST: usize = 40;

/// A decimal number taken apart: `digits` × 10^`exponent`, no leading or trailing zeros in `digits`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Number {
    negative: bool,
    digits: Vec<u8>,
    exponent: i32,
}

/// The plain decimal text of a number as a workbook stores it, with at least `decimals` places, the point moved `up` places
/// to the right (as for a percentage) or, below 0, to the left. None when `stored` is no number.
#[must_use]
pub fn plain(stored: &str, decimals: usize, up: i32) -> Option<String> {
    if decimals == 0 && up == 0 && is_plain(stored) {
        return Some(stored.to_owned());
    }
    let mut number = parse(stored.trim())?;
    if !number.digits.is_empty() {
        number.exponent += up;
    }
    let number = rounded(number);
    let Number { negative, digits, exponent } = &number;
    let size = digits.len() + usize::try_from(exponent.abs()).ok()?;
    if size > LONGEST {
        return Some(stored.trim().to_owned());
    }
    let point = i32::try_from(digits.len()).ok()? + exponent;
    if usize::try_from(point).is_ok_and(|point| point > DIGITS) {
        return Some(scientific(&number));
    }
    let mut text = String::with_capacity(size + decimals + 4);
    if *negative {
        text.push('-');
    }
    let digit =
        |at: i32| usize::try_from(at).ok().and_then(|at| digits.get(at)).map_or('0', |digit| char::from(*digit));
    if point <= 0 {
        text.push('0');
    }
    text.extend((0..point).map(digit));
    let places = usize::try_from(-exponent).unwrap_or(0).max(decimals);
    if places > 0 {
        text.push('.');
        text.extend((point..).take(places).map(digit));
    }
    Some(text)
}

/// A whole number of more digits than are kept, as sheets show it: `6.22202020001235E+18`. Nobody knows its last digits.
fn scientific(Number { negative, digits, exponent }: &Number) -> String {
    let sign = if *negative { "-" } else { "" };
    let (first, rest) = digits.split_first().map_or(('0', &[][..]), |(first, rest)| (char::from(*first), rest));
    let rest: String = rest.iter().map(|digit| char::from(*digit)).collect();
    let point = if rest.is_empty() { "" } else { "." };
    let power = i32::try_from(digits.len()).unwrap_or(0) + exponent - 1;
    format!("{sign}{first}{point}{rest}E+{power:02}")
}

/// Whether a number is stored as it shows: no sign, few digits, no zeros too many.
fn is_plain(stored: &str) -> bool {
    let (whole, fraction) = stored.split_once('.').unwrap_or((stored, "1"));
    let are_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    stored.len() <= DIGITS
        && are_digits(whole)
        && are_digits(fraction)
        && (whole == "0" || !whole.starts_with('0'))
        && !fraction.ends_with('0')
}

/// The whole days and the seconds of the day that a stored date is; none when it is no number or out of range.
#[must_use]
pub fn days_and_seconds(stored: &str) -> Option<(i64, u32)> {
    let Number { negative, digits, exponent } = rounded(parse(stored.trim())?);
    if negative && !digits.is_empty() {
        return None;
    }
    let point = i32::try_from(digits.len()).ok()? + exponent;
    if point > 9 || digits.len() > DIGITS {
        return None;
    }
    let digit =
        |at: i32| usize::try_from(at).ok().and_then(|at| digits.get(at)).map_or(0, |digit| i64::from(digit - b'0'));
    let days = (0..point).fold(0_i64, |days, at| days * 10 + digit(at));
    let fraction = (point..).take(12).fold(0_i64, |fraction, at| fraction * 10 + digit(at));
    // Seconds, to the nearest: a twelfth decimal of a day is a tenth of a microsecond.
    let seconds = u32::try_from((fraction * 864 + 5_000_000_000) / 10_000_000_000).ok()?;
    Some(if seconds >= 86_400 { (days + 1, 0) } else { (days, seconds) })
}

fn parse(stored: &str) -> Option<Number> {
    let (negative, unsigned) = match stored.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, stored.strip_prefix('+').unwrap_or(stored)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i16>().ok()?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    if !all_digits || whole.is_empty() && fraction.is_empty() || mantissa.len() > 400 {
        return None;
    }
    let exponent = i32::from(exponent) - i32::try_from(fraction.len()).ok()?;
    Some(trimmed(Number { negative, digits: whole.bytes().chain(fraction.bytes()).collect(), exponent }))
}

/// Without leading and trailing zeros; zero has no digits, no sign and no exponent.
fn trimmed(mut number: Number) -> Number {
    while number.digits.last() == Some(&b'0') {
        number.digits.pop();
        number.exponent += 1;
    }
    let leading = number.digits.iter().take_while(|digit| **digit == b'0').count();
    number.digits.drain(..leading);
    if number.digits.is_empty() {
        number = Number { negative: false, digits: Vec::new(), exponent: 0 };
    }
    number
}

/// To [`DIGITS`] significant digits, half away from zero as sheets do.
fn rounded(mut number: Number) -> Number {
    let Some(next) = number.digits.get(DIGITS).copied() else { return number };
    let dropped = number.digits.len() - DIGITS;
    number.digits.truncate(DIGITS);
    number.exponent += i32::try_from(dropped).unwrap_or(0);
    if next >= b'5' {
        let mut at = DIGITS;
        loop {
            if at == 0 {
                number.digits.insert(0, b'1');
                break;
            }
            at -= 1;
            if number.digits[at] == b'9' {
                number.digits[at] = b'0';
            } else {
                number.digits[at] += 1;
                break;
            }
        }
    }
    trimmed(number)
}

#[cfg(test)]
mod tests {
    use super::{days_and_seconds, plain};

    #[test]
    fn what_a_sheet_shows_is_what_is_read() {
        for (stored, shown) in [
            ("37.979999999999997", "37.98"),
            ("25.080000000000002", "25.08"),
            ("0.1", "0.1"),
            ("6384.8159999999998", "6384.816"),
            ("30000", "30000"),
            ("3E4", "30000"),
            ("1.5e-3", "0.0015"),
            ("-0", "0"),
            ("-2.50", "-2.5"),
            ("99999999999999.94", "99999999999999.9"),
            ("999999999999999.9", "1E+15"),
            ("4.30102199001011E+17", "4.30102199001011E+17"),
            ("6222020200012345678", "6.22202020001235E+18"),
            ("-123456789012345678", "-1.23456789012346E+17"),
            ("123456789012345", "123456789012345"),
            ("0", "0"),
            ("07", "7"),
            ("10", "10"),
            ("1.10", "1.1"),
            ("1.", "1"),
            ("00.5", "0.5"),
            ("0.05", "0.05"),
            (".5", "0.5"),
        ] {
            assert_eq!(plain(stored, 0, 0).as_deref(), Some(shown), "{stored}");
        }
        assert_eq!(plain("1e300", 0, 0).as_deref(), Some("1e300"), "stays scientific, and so malformed");
        for wrong in ["", "-", "1,2", "1e", "NaN", "١", "1e99999999"] {
            assert_eq!(plain(wrong, 0, 0), None, "{wrong}");
        }
    }

    #[test]
    fn the_format_adds_places_and_moves_the_point_but_never_rounds() {
        assert_eq!(plain("12345", 0, -4).as_deref(), Some("1.2345"));
        assert_eq!(plain("0", 0, -4).as_deref(), Some("0"));
        assert_eq!(plain("25", 2, 0).as_deref(), Some("25.00"));
        assert_eq!(plain("6384.8159999999998", 2, 0).as_deref(), Some("6384.816"));
        assert_eq!(plain("0.85499999999999998", 0, 2).as_deref(), Some("85.5"));
        assert_eq!(plain("1", 2, 2).as_deref(), Some("100.00"));
        assert_eq!(plain("0", 2, 0).as_deref(), Some("0.00"));
        assert_eq!(plain("-5.0000000000000001E-3", 0, 2).as_deref(), Some("-0.5"));
    }

    #[test]
    fn days_come_with_their_seconds() {
        assert_eq!(days_and_seconds("43831"), Some((43831, 0)));
        assert_eq!(days_and_seconds("43831.354166666664"), Some((43831, 8 * 3600 + 30 * 60)));
        assert_eq!(days_and_seconds("43831.999999999"), Some((43832, 0)));
        assert_eq!(days_and_seconds("0.5"), Some((0, 43200)));
        assert_eq!(days_and_seconds("-1"), None);
        assert_eq!(days_and_seconds("1e12"), None);
    }
}
