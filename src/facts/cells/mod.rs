//! A cell's text to a value of its column's type, or the reason why it is none. Nothing is guessed.
//!
//! What people write is taken as they mean it only where it can mean one thing: full-width digits, thousands separators
//! in their places, brackets or △ for negatives, a unit behind the amount. `4,95` is neither 495 nor 4.95.

mod day;
mod decimal;
mod grouped;

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, is_nfkc_quick};

use super::manifest::CellUnit;
use crate::schema::ColumnType;
use crate::value::{Decimal, Float, Reason, Unit, Value, parse_decimal};

pub use day::{DayOrder, are_serials, order_of};
pub use decimal::{DecimalMark, has_decimal_commas, may_have_points_between_thousands};

/// What a column's cells are to be read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellKind {
    /// The type that the relation declares.
    pub ty: ColumnType,
    /// The unit in which cells without one are written, if anything says so.
    pub unit: Option<CellUnit>,
    /// Texts that mean “nothing here”.
    pub blank: Vec<String>,
    /// What `03/12/2020` means, if anything says so.
    pub days: Option<DayOrder>,
    /// What stands before decimals, if anything says so.
    pub decimal: Option<DecimalMark>,
}

/// What a cell turned out to be.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// A value, and for amounts how finely it is written.
    Present(Value, Written),
    /// Nothing is written there.
    Blank,
    /// What is written is not of the column's type.
    Malformed(Reason),
}

/// How an amount is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Decimal places below one 元 (or below one, where there is no unit): 25.08万元 has −2.
    pub places: i32,
    /// The unit behind the digits, if one is.
    pub unit: Option<Unit>,
    /// It is marked as of another currency.
    pub foreign: bool,
    /// It has commas between thousands and no point.
    pub grouped: bool,
}

impl CellKind {
    /// Cells of type `ty` with nothing more known of them.
    #[must_use]
    pub const fn plain(ty: ColumnType) -> Self {
        Self { ty, unit: None, blank: Vec::new(), days: None, decimal: None }
    }
}

/// The part of `text` without the blanks around it, and without `="…"`, by which programs keep Excel from taking a text for
/// a number.
#[must_use]
pub fn trimmed(text: &str) -> Range<usize> {
    let is_blank = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\0');
    let rest = text.trim_start_matches(is_blank);
    let start = text.len() - rest.len();
    let inside = start..start + rest.trim_end_matches(is_blank).len();
    let kept = text[inside.clone()].strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    match kept.filter(|kept| !kept.contains('"')) {
        Some(kept) => {
            let (from, within) = (inside.start + 2, trimmed(kept));
            from + within.start..from + within.end
        }
        None => inside,
    }
}

/// Reads the text of one cell.
#[must_use]
pub fn read(text: &str, kind: &CellKind) -> Reading {
    let text = &text[trimmed(text)];
    if text.is_empty() || kind.blank.iter().any(|blank| blank == text) {
        return Reading::Blank;
    }
    if kind.ty == ColumnType::Symbol {
        if text.len() > super::store::Symbols::LONGEST {
            return Reading::Malformed(Reason::NotOfType);
        }
        if lost_digits(text) {
            return Reading::Malformed(Reason::LostDigits);
        }
        return Reading::Present(Value::symbol(text), Written::default());
    }
    let plain: Cow<'_, str> =
        if is_plain(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfkc().collect::<String>()) };
    let plain = plain.trim();
    // `25.08①` and `25²` would become 25.081 and 252.
    if !text.is_ascii() && text.chars().any(is_mark) {
        return Reading::Malformed(if kind.ty == ColumnType::Date { Reason::NotADate } else { Reason::NotANumber });
    }
    if is_dash(plain) {
        return Reading::Blank;
    }
    let read = match kind.ty {
        ColumnType::Money => return money(plain, (kind.unit, kind.decimal)),
        ColumnType::Decimal => return share(plain, (kind.unit, kind.decimal)),
        ColumnType::Number => whole(plain, kind.decimal)
            .and_then(|number| i64::try_from(number.mantissa()).map(Value::Number).map_err(|_| Reason::OutOfRange)),
        ColumnType::Unsigned => whole(plain, kind.decimal).and_then(|number| {
            let number = if number < Decimal::ZERO { Err(Reason::Negative) } else { Ok(number) }?;
            u64::try_from(number.mantissa()).map(Value::Unsigned).map_err(|_| Reason::OutOfRange)
        }),
        ColumnType::Float => float(plain),
        ColumnType::Date => day::read(plain, kind.days).map(Value::Date),
        ColumnType::Symbol => Ok(Value::symbol(text)),
    };
    read.map_or_else(Reading::Malformed, |value| Reading::Present(value, Written::default()))
}

/// Whether a text is a number as sheets show one of more digits than they keep: `6.22202E+18`. Of an account or a code the last
/// digits are gone then.
#[inline]
#[must_use]
pub fn lost_digits(text: &str) -> bool {
    // Cheap first: hardly any text ends so.
    let Some((mantissa, [b'E' | b'e', b'+', tens, ones])) = text.as_bytes().split_last_chunk::<4>() else {
        return false;
    };
    let is_large = matches!((tens, ones), (b'1', b'1'..=b'9') | (b'2'..=b'9', b'0'..=b'9'));
    let digits = match mantissa {
        [b'0'..=b'9'] => &[],
        [b'0'..=b'9', b'.', digits @ ..] => digits,
        _ => return false,
    };
    is_large && digits.iter().all(u8::is_ascii_digit)
}

/// Whether a character is a number that is no digit of a number: marks of footnotes, small digits above and below the line.
fn is_mark(c: char) -> bool {
    !c.is_ascii() && c.is_numeric() && !matches!(c, '０'..='９' | '〇')
}

/// Whether NFKC would change nothing.
fn is_plain(text: &str) -> bool {
    text.is_ascii() || is_nfkc_quick(text.chars()) == unicode_normalization::IsNormalized::Yes
}

/// `-`, `—`, `――`, `/` and the like: how tables say that a number is not there.
fn is_dash(text: &str) -> bool {
    text == "/" || text.chars().all(|c| matches!(c, '-' | '–' | '—' | '―' | '−' | '─' | '‐' | '‑' | '‒' | '－'))
}

/// An amount of money, with its own unit or the column's.
fn money(text: &str, (unit, decimal): (Option<CellUnit>, Option<DecimalMark>)) -> Reading {
    let (negative, foreign, text) = amount(text);
    let (digits, own) = split_unit(text.trim());
    let column = match unit {
        Some(CellUnit::Money(unit)) if !foreign => unit,
        _ => Unit::Yuan,
    };
    let of_unit = own.unwrap_or(column);
    let amount = match signed(negative, digits, decimal) {
        Ok(amount) => amount,
        Err(reason) => return Reading::Malformed(reason),
    };
    let places = i32::try_from(amount.scale()).unwrap_or(0) - i32::try_from(of_unit.power()).unwrap_or(0);
    match of_unit.to_yuan(amount) {
        Some(yuan) => {
            let grouped = decimal.is_none() && is_grouped(digits);
            Reading::Present(Value::Money(yuan), Written { places, unit: own, foreign, grouped })
        }
        None => Reading::Malformed(Reason::TooManyDigits),
    }
}

/// Whether the only marks in a number are commas.
fn is_grouped(digits: &str) -> bool {
    digits.contains(',') && !digits.contains('.')
}

/// A decimal, or a percentage as a share of one.
fn share(text: &str, (unit, decimal): (Option<CellUnit>, Option<DecimalMark>)) -> Reading {
    let (negative, foreign, text) = amount(text);
    let (digits, down) = match (text.strip_suffix('%'), text.strip_suffix('‰')) {
        (Some(digits), _) => (digits, 2),
        (_, Some(digits)) => (digits, 3),
        _ if unit == Some(CellUnit::Percent) => (text, 2),
        _ => (text, 0),
    };
    let mut amount = match signed(negative, digits.trim_end(), decimal) {
        Ok(amount) => amount,
        Err(reason) => return Reading::Malformed(reason),
    };
    let scale = amount.scale() + down;
    if amount.set_scale(scale).is_err() {
        return Reading::Malformed(Reason::TooManyDigits);
    }
    let places = i32::try_from(scale).unwrap_or(0);
    let grouped = decimal.is_none() && is_grouped(digits);
    Reading::Present(Value::Decimal(amount), Written { places, unit: None, foreign, grouped })
}

/// How many tenths of `texts` are what `kind` says; all, when there are none.
#[must_use]
pub fn tenths_of_kind<'a>(texts: impl Iterator<Item = &'a str>, kind: &CellKind) -> usize {
    let (mut right, mut all) = (0_usize, 0_usize);
    for text in texts {
        all += 1;
        right += usize::from(!matches!(read(text, kind), Reading::Malformed(_)));
    }
    (right * 10).checked_div(all).unwrap_or(10)
}

/// Whether numbers without a mark among `texts` are percentages rather than shares of one, by their size: most are above one
/// and a half, which hardly any share is.
pub fn are_percents<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let limit = Decimal::new(15, 1);
    let (mut large, mut all) = (0_usize, 0_usize);
    for text in texts.filter(|text| !text.contains(['%', '％', '‰'])) {
        if let Reading::Present(Value::Decimal(number), _) = read(text, &CellKind::plain(ColumnType::Decimal)) {
            large += usize::from(number.abs() > limit);
            all += usize::from(!number.is_zero());
        }
    }
    large > 0 && large * 2 > all
}

/// How shares of one column are written in more than one way, if they are: some as percentages with their mark, others as
/// percentages without one, or as numbers below one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mixed {
    /// Some of those without a mark are as large as percentages.
    Large,
    /// Some of those without a mark are as small as shares, among percentages without one.
    Small,
}

/// How `texts` mix percentages and shares, read as `unit` says.
#[must_use]
pub fn mixed_shares<'a>(texts: impl Iterator<Item = &'a str>, unit: Option<CellUnit>) -> Option<Mixed> {
    let limit = Decimal::new(15, 1);
    let (mut marked, mut large, mut small) = (false, false, false);
    for text in texts {
        let is_marked = text.contains(['%', '％', '‰']);
        marked |= is_marked && text.chars().any(char::is_numeric);
        if let (false, Reading::Present(Value::Decimal(number), _)) =
            (is_marked, read(text, &CellKind::plain(ColumnType::Decimal)))
        {
            large |= number.abs() > limit;
            small |= number.abs() <= Decimal::ONE && !number.fract().is_zero();
        }
    }
    match unit {
        Some(CellUnit::Percent) => (small && marked).then_some(Mixed::Small),
        _ => (marked && large).then_some(Mixed::Large),
    }
}

/// A whole number, at scale 0; `12.0` is one.
fn whole(text: &str, decimal: Option<DecimalMark>) -> Result<Decimal, Reason> {
    let (negative, digits) = sign(text);
    let number = signed(negative, digits, decimal)?;
    if number.fract().is_zero() { Ok(number.trunc()) } else { Err(Reason::NotWhole) }
}

/// A double, for programs that ask for the type `float`.
fn float(text: &str) -> Result<Value, Reason> {
    let plausible = text.bytes().any(|byte| byte.is_ascii_digit()) || matches!(text, "inf" | "-inf" | "nan" | "-nan");
    let read = if plausible { text.parse() } else { return Err(Reason::NotANumber) };
    read.map(|value| Value::Float(Float(value))).map_err(|_| Reason::NotANumber)
}

/// Marks of other currencies than ours, which are read at their face and said to be.
const FOREIGN: [&str; 10] = ["£", "$", "€", "US$", "HK$", "GBP", "USD", "EUR", "HKD", "JPY"];
/// Marks of ours.
const OURS: [&str; 5] = ["¥", "￥", "人民币", "RMB", "CNY"];

/// The number without a currency's mark before it, and whether that is a foreign one.
fn currency(text: &str) -> (bool, &str) {
    if text.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return (false, text);
    }
    let without = |marks: &[&str]| marks.iter().find_map(|mark| text.strip_prefix(mark)).map(str::trim_start);
    without(&OURS)
        .map(|rest| (false, rest))
        .or_else(|| without(&FOREIGN).map(|rest| (true, rest)))
        .unwrap_or((false, text))
}

/// Whether an amount is negative, whether it is of a foreign currency, and its digits with the unit behind them.
fn amount(text: &str) -> (bool, bool, &str) {
    let (foreign, text) = currency(text);
    let (negative, text) = sign(text);
    let (foreign, text) = if foreign { (true, text) } else { currency(text) };
    (negative, foreign, text)
}

/// Whether the number is negative, and it without the mark of that: `-` before or behind it, `△`, `▲`, `CR` behind it, or
/// brackets around it.
fn sign(text: &str) -> (bool, &str) {
    if let Some(inside) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) {
        let has_sign = inside.starts_with(['-', '+', '△', '▲', '−', '–']) || inside.ends_with(['-', 'R', 'r']);
        return if has_sign { (false, text) } else { (true, inside.trim()) };
    }
    if let Some(rest) = text.strip_prefix(['-', '△', '▲', '−', '–']) {
        return (true, rest.trim_start());
    }
    let behind = |marks: &[&str]| marks.iter().find_map(|mark| text.strip_suffix(mark)).map(str::trim_end);
    if let Some(digits) = behind(&["-", "CR", "Cr", "cr"]).filter(|digits| !digits.starts_with('+')) {
        return (true, digits);
    }
    (false, behind(&["DR", "Dr", "dr"]).unwrap_or_else(|| text.strip_prefix('+').unwrap_or(text)))
}

/// The decimal of `digits`, which has no sign of its own any more.
fn signed(negative: bool, digits: &str, decimal: Option<DecimalMark>) -> Result<Decimal, Reason> {
    let swapped = (decimal == Some(DecimalMark::Comma)).then(|| decimal::swapped(digits));
    let digits = swapped.as_deref().unwrap_or(digits);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return Err(Reason::NotANumber);
    }
    let number = match parse_decimal(digits) {
        Ok(number) => number,
        Err(_) if decimal.is_none() && decimal::is_proof(digits) => return Err(Reason::MisplacedComma),
        Err(reason) => parse_decimal(&grouped::ungrouped(digits).ok_or(reason)?)?,
    };
    Ok(if negative { -number } else { number })
}

/// An amount's digits and the unit behind them.
fn split_unit(text: &str) -> (&str, Option<Unit>) {
    let bare = text.strip_suffix('整').unwrap_or(text);
    for unit in Unit::ALL {
        if let Some(digits) = bare.strip_suffix(unit.name()) {
            return (digits.trim_end(), Some(unit));
        }
    }
    for (name, unit) in [("万", Unit::WanYuan), ("亿", Unit::YiYuan), ("圆", Unit::Yuan)] {
        if let Some(digits) = text.strip_suffix(name) {
            return (digits.trim_end(), Some(unit));
        }
    }
    (text, None)
}

#[cfg(test)]
mod tests;
