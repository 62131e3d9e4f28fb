//! Values, read from what proofs claim and from the texts of cells: numbers are exact fractions.

use num_bigint::BigInt;
use num_rational::BigRational;
use serde_json::Value as Json;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Val {
    Amount(BigRational),
    Text(String),
    /// `2020-03-12`
    Day(String),
    /// The number of a row of its relation, from 1.
    Row(u64),
    Other(String),
    /// A cell without a value.
    None,
}

/// A value as it is claimed.
pub(super) fn value(json: &Json) -> Val {
    let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    if let Some(amount) = text("amount") {
        return plain_number(&amount).map_or(Val::Other(amount), Val::Amount);
    }
    if let Some(row) = text("row") {
        return row.parse().map_or(Val::Other(row), Val::Row);
    }
    text("text")
        .map(Val::Text)
        .or_else(|| text("day").map(Val::Day))
        .or_else(|| text("other").map(Val::Other))
        .unwrap_or(Val::None)
}

/// Equal; a quotient that does not end was cut after many places.
pub(super) fn same(one: &Val, two: &Val) -> bool {
    match (one, two) {
        (Val::Amount(one), Val::Amount(two)) => {
            let gap = one - two;
            let gap = if gap < zero() { -gap } else { gap };
            let cut = BigRational::new(1.into(), BigInt::from(10).pow(18));
            gap <= cut || one.to_integer() == two.to_integer() && two.is_integer() && !one.is_integer()
        }
        _ => one == two,
    }
}

/// What a cell writes: a number in the cell's unit, or with a unit of its own.
pub(super) fn amount(text: &str, unit_of_cell: &BigRational) -> Option<BigRational> {
    let text: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, '¥' | '￥')).collect();
    let text = grouped(&text);
    for name in ["万元", "亿元", "元"] {
        if let Some(number) = text.strip_suffix(name) {
            return Some(plain_number(number)? * unit(name));
        }
    }
    if let Some(number) = text.strip_suffix('%') {
        return Some(plain_number(number)? / BigRational::from_integer(100.into()));
    }
    Some(plain_number(&text)? * unit_of_cell)
}

/// Without the commas between groups of three digits.
fn grouped(text: &str) -> String {
    let whole = text.split('.').next().unwrap_or("").trim_end_matches(|c: char| !c.is_ascii_digit());
    let groups: Vec<&str> = whole.trim_start_matches('-').split(',').collect();
    let right =
        groups.len() > 1 && groups[1..].iter().all(|group| group.len() == 3) && (1..=3).contains(&groups[0].len());
    if right { text.replace(',', "") } else { text.to_owned() }
}

/// `-12.50` as a fraction.
pub(super) fn plain_number(text: &str) -> Option<BigRational> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    if whole.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = BigRational::new(all.parse().ok()?, BigInt::from(10).pow(u32::try_from(fraction.len()).ok()?));
    Some(if negative { -number } else { number })
}

/// How many decimal places a cell writes; none where it has a unit of its own or is no plain number.
pub(super) fn places(text: &str) -> Option<u32> {
    let plain = grouped(text);
    plain_number(&plain)?;
    u32::try_from(plain.split_once('.').map_or(0, |(_, fraction)| fraction.len())).ok()
}

pub(super) fn unit(name: &str) -> BigRational {
    let factor: u64 = match name {
        "百元" => 100,
        "千元" => 1000,
        "万元" => 10_000,
        "十万元" => 100_000,
        "百万元" => 1_000_000,
        "千万元" => 10_000_000,
        "亿元" => 100_000_000,
        _ => 1,
    };
    BigRational::from_integer(factor.into())
}

pub(super) fn unquoted(text: &str) -> String {
    let text = text.trim();
    let quoted = text.len() >= 2
        && (text.starts_with('"') && text.ends_with('"') || text.starts_with('\'') && text.ends_with('\''));
    if quoted { text[1..text.len() - 1].to_owned() } else { text.to_owned() }
}

pub(super) fn zero() -> BigRational {
    BigRational::from_integer(0.into())
}

pub(super) fn whole(number: usize) -> Val {
    Val::Amount(BigRational::from_integer(number.into()))
}
