//! Text to values, with the reason when it is not one. Nothing is guessed: `4,95` is neither 495 nor 4.95.

use std::str::FromStr;

use super::{Date, Decimal};

/// Why a text is not a value of the type asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Not a number at all.
    NotANumber,
    /// Commas where thousands separators cannot stand.
    MisplacedComma,
    /// More digits than are kept exactly.
    TooManyDigits,
    /// Beyond the range of the type.
    OutOfRange,
    /// A fraction where a whole number is needed.
    NotWhole,
    /// Negative where that is not possible.
    Negative,
    /// Not a day.
    NotADate,
    /// Not text of a form that the type has.
    NotOfType,
    /// A number of a code or an account as a sheet shows it, whose last digits are lost: `6.22202E+18`.
    LostDigits,
    /// Of a row that has more cells than there are headers, from where a comma between thousands cut one in two.
    Torn,
}

/// The decimal that `text` writes: ASCII digits with one point, an optional sign, thousands separators only where they
/// belong. The scale is kept as written.
///
/// # Errors
/// The reason why it is none.
pub fn parse_decimal(text: &str) -> Result<Decimal, Reason> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && fraction.is_empty() || !digits(fraction) {
        return Err(Reason::NotANumber);
    }
    let plain = if whole.contains(',') { without_separators(whole)? } else { whole.to_owned() };
    if !digits(&plain) {
        return Err(Reason::NotANumber);
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    let written = format!("{sign}{}{point}{fraction}", if plain.is_empty() { "0" } else { &plain });
    Decimal::from_str_exact(&written).map_err(|_| Reason::TooManyDigits)
}

/// `1,234,567` without its commas.
fn without_separators(whole: &str) -> Result<String, Reason> {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or("");
    if !whole.bytes().all(|byte| byte.is_ascii_digit() || byte == b',') {
        return Err(Reason::NotANumber);
    }
    let right = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    if right { Ok(whole.replace(',', "")) } else { Err(Reason::MisplacedComma) }
}

/// The whole number that `text` writes.
///
/// # Errors
/// The reason why it is none.
pub fn parse_number(text: &str) -> Result<i64, Reason> {
    i64::from_str(text).map_err(|_| match parse_decimal(text) {
        Ok(decimal) if decimal.fract().is_zero() => Reason::OutOfRange,
        Ok(_) => Reason::NotWhole,
        Err(reason) => reason,
    })
}

/// The day that `text` writes: `2020-03-01`, `2020/3/1`, `2020.3.1`, `2020年3月1日`, `20200301`.
///
/// # Errors
/// [`Reason::NotADate`].
pub fn parse_date(text: &str) -> Result<Date, Reason> {
    let parts: Vec<&str> = if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        vec![&text[..4], &text[4..6], &text[6..]]
    } else {
        text.strip_suffix('日').unwrap_or(text).split(['-', '/', '.', '年', '月']).collect()
    };
    let [year, month, day] = parts[..] else { return Err(Reason::NotADate) };
    let part = |text: &str, most: usize| {
        let digits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<i16>().ok()).flatten()
    };
    let (Some(year), Some(month), Some(day)) = (part(year, 4), part(month, 2), part(day, 2)) else {
        return Err(Reason::NotADate);
    };
    if year < 1000 {
        return Err(Reason::NotADate);
    }
    let narrow = |part: i16| i8::try_from(part).map_err(|_| Reason::NotADate);
    jiff::civil::Date::new(year, narrow(month)?, narrow(day)?).map(Date).map_err(|_| Reason::NotADate)
}
