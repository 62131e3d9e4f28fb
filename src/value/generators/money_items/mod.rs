//! `money_items`: the amounts of money that a text writes, and what part each plays.
//!
//! An amount is a number with a unit of money. `4.2万` is one where nothing follows that 万 could count (`8万人` is none);
//! a number without a unit is never one. What an amount is for is its label; how it enters a sum is its [`Role`].

mod label;
mod roles;

use std::ops::Range;

use super::arithmetic::{Figure, Measure};
use super::numerals::numerals;
use super::place;
use super::written::{Written, allowance, is_approximate, numbers, unreadable};
use crate::value::{Decimal, Unit, Value};

/// How an amount enters a sum. `item` and `approx` are added; the others are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// An amount spent on something.
    Item,
    /// The same, marked as approximate.
    Approx,
    /// A price (`每人600元`) whose product the text does not write: the whole cannot be known.
    Rate,
    /// A price whose product the text writes: the product is the item.
    Factor,
    /// The sum of items before or after it.
    Subtotal,
    /// A part of an item (`其中…`, `（含…）`).
    Part,
    /// A range or a bound (`1000-2000元`, `不超过5万元`): no amount.
    Range,
}

impl Role {
    const fn name(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Approx => "approx",
            Self::Rate => "rate",
            Self::Factor => "factor",
            Self::Subtotal => "subtotal",
            Self::Part => "part",
            Self::Range => "range",
        }
    }
}

/// An amount in a text.
#[derive(Clone, Debug)]
struct Amount {
    /// The number, its unit included; of a range both numbers.
    range: Range<usize>,
    /// In 元.
    yuan: Decimal,
    /// As written.
    unit: Unit,
    /// Half a unit of the last place written, in 元.
    allowance: Decimal,
    /// Whether it is marked as approximate.
    approximate: bool,
    /// Whether it is the upper end of a range.
    is_range: bool,
    /// Whether its digits make no number (`4,95万元`), so that it is nothing that can be added, or its unit is only
    /// implied (`标准1400/人`).
    is_unclear: bool,
}

/// One row per amount: its place, what it is for, the amount, its unit, role and allowance.
pub(super) fn rows(text: &str) -> Vec<Vec<Value>> {
    let amounts = amounts(text);
    let roles = roles::assign(text, &amounts);
    let mut rows = Vec::new();
    for (at, (amount, role)) in amounts.iter().zip(roles).enumerate() {
        let floor = at.checked_sub(1).map_or(0, |before| amounts[before].range.end);
        let mut row = place(at + 1, text, &amount.range).to_vec();
        row.extend([
            Value::symbol(label::label(text, floor, &amount.range)),
            Value::Money(amount.yuan),
            Value::symbol(amount.unit.name()),
            Value::symbol(role.name()),
            Value::Money(amount.allowance),
        ]);
        rows.push(row);
    }
    rows
}

/// The amounts of a text as figures of its arithmetic.
pub(super) fn figures(text: &str) -> Vec<Figure> {
    let amounts = amounts(text);
    let roles = roles::assign(text, &amounts);
    let figure = |(amount, role): (Amount, Role)| Figure {
        range: amount.range,
        value: amount.yuan,
        measure: Measure::Money(amount.unit),
        allowance: amount.allowance,
        is_plain: !matches!(role, Role::Rate | Role::Factor | Role::Range),
        is_whole: amount.allowance.is_zero(),
    };
    amounts.into_iter().zip(roles).map(figure).collect()
}

/// The amount that the whole of `text` writes with its unit, exactly: `12.5万元`, `人民币壹万贰仟元整`.
pub(in crate::value) fn whole(text: &str) -> Option<Decimal> {
    let text = text.trim();
    let text = text.strip_prefix("人民币").unwrap_or(text).trim_start_matches(['￥', '¥', ' ']);
    match &amounts(text)[..] {
        [one] if one.range == (0..text.len()) && !one.approximate && !one.is_range => Some(one.yuan),
        _ => None,
    }
}

/// All amounts of a text, in order. More than this is no amount of money, and sums of what is less do not overflow.
fn amounts(text: &str) -> Vec<Amount> {
    const MOST: Decimal = Decimal::from_parts(0, 0, 1 << 8, false, 0);
    let numbers = all_numbers(text);
    let mut amounts: Vec<Amount> = Vec::new();
    // `1亿2000万元`: the part before the number that is looked at, when nothing stands between them.
    let mut larger: Option<(Range<usize>, Decimal)> = None;
    for (at, number) in numbers.iter().enumerate() {
        let after = &text[number.range.end..];
        let more = after.starts_with(['余', '多', '几']);
        let skipped = if more { '余'.len_utf8() } else { 0 };
        let spaces = after[skipped..].len() - after[skipped..].trim_start_matches([' ', '\u{3000}']).len();
        let unit_at = number.range.end + skipped + spaces;
        let before = larger.take().filter(|(range, _)| range.end == number.range.start);
        let Some((unit, length)) = unit_of(&text[unit_at..]) else {
            amounts.extend(implied(text, number));
            larger = part_of_compound(text, number);
            continue;
        };
        let end = unit_at + length;
        let approximate = more || is_approximate(&text[..number.range.start], &text[end..]);
        let precision = unit.to_yuan(allowance(number.value, approximate));
        let (Some(yuan), Some(allowance)) = (unit.to_yuan(number.value), precision) else { continue };
        let start = before.as_ref().map_or(number.range.start, |(range, _)| range.start);
        let yuan = before.map_or(Some(yuan), |(_, part)| part.checked_add(yuan)).unwrap_or(Decimal::MAX);
        if yuan > MOST {
            continue;
        }
        let lower = at.checked_sub(1).and_then(|before| range_start(text, &numbers[before], number.range.start));
        let range = lower.unwrap_or(start)..end;
        if amounts.last().is_some_and(|last| last.range.end > range.start) {
            amounts.pop();
        }
        amounts.push(Amount {
            range,
            yuan,
            unit,
            allowance,
            approximate,
            is_range: lower.is_some(),
            is_unclear: false,
        });
    }
    amounts.extend(unreadable(text).into_iter().filter_map(|range| {
        let (unit, length) = unit_of(&text[range.end..])?;
        let range = range.start..range.end + length;
        Some(Amount { range, yuan: Decimal::ZERO, unit, ..Amount::unclear() })
    }));
    amounts.sort_by_key(|amount| amount.range.start);
    amounts
}

impl Amount {
    /// An amount of which nothing is known yet.
    fn unclear() -> Self {
        Self {
            range: 0..0,
            yuan: Decimal::ZERO,
            unit: Unit::Yuan,
            allowance: Decimal::ZERO,
            approximate: false,
            is_range: false,
            is_unclear: true,
        }
    }
}

/// `标准1400/人`: a price whose unit is left out.
fn implied(text: &str, number: &Written) -> Option<Amount> {
    const ONE_OF: &str = "人名户个月天次家期场台套件份亩村班";
    let rest = text[number.range.end..].strip_prefix(['/', '／'])?;
    let said = ["标准", "补助", "补贴", "单价"]
        .iter()
        .any(|word| text[..number.range.start].trim_end_matches(['为', '是', ':', '：', ' ']).ends_with(word));
    (said && rest.starts_with(|c| ONE_OF.contains(c))).then(|| Amount {
        range: number.range.clone(),
        yuan: number.value,
        ..Amount::unclear()
    })
}

/// The numbers of a text in digits, and in numerals where a unit of money follows at once, in order.
fn all_numbers(text: &str) -> Vec<Written> {
    let mut all = numbers(text);
    let digits = all.len();
    all.extend(numerals(text).into_iter().filter(|number| text[number.range.end..].starts_with(['元', '圆'])));
    if all.len() > digits {
        all.sort_by_key(|number| number.range.start);
    }
    all
}

/// The `1亿` or `3万` that a smaller amount follows at once, and its 元.
fn part_of_compound(text: &str, number: &Written) -> Option<(Range<usize>, Decimal)> {
    let (short, unit) = [("亿", Unit::YiYuan), ("万", Unit::WanYuan)]
        .into_iter()
        .find(|(short, _)| text[number.range.end..].starts_with(short))?;
    let end = number.range.end + short.len();
    let followed = text[end..].starts_with(|c: char| c.is_numeric());
    followed.then(|| Some((number.range.start..end, unit.to_yuan(number.value)?))).flatten()
}

/// Where a range (`1000-2000元`) starts, when `before` is its lower end.
fn range_start(text: &str, before: &Written, number: usize) -> Option<usize> {
    let between = text[before.range.end..number].trim();
    let between = ["万元", "亿元", "万", "元"].iter().find_map(|unit| between.strip_prefix(unit)).unwrap_or(between);
    let joined = ["-", "－", "–", "—", "——", "~", "～", "至", "到"].contains(&between.trim());
    joined.then_some(before.range.start)
}

/// The unit of money that `after` starts with, and how many bytes it takes.
fn unit_of(after: &str) -> Option<(Unit, usize)> {
    /// 元 that is no money.
    const OTHER_YUAN: [&str; 9] = ["元旦", "元月", "元宵", "元素", "元件", "元器件", "元化", "元里", "元店"];
    let found = Unit::ALL.into_iter().find(|unit| after.starts_with(unit.name()));
    if let Some(unit) = found {
        let other = unit == Unit::Yuan && OTHER_YUAN.iter().any(|word| after.starts_with(word));
        return (!other).then_some((unit, with_whole(after, unit.name().len())));
    }
    if after.starts_with('圆') {
        return Some((Unit::Yuan, with_whole(after, '圆'.len_utf8())));
    }
    for (short, unit) in [("万", Unit::WanYuan), ("亿", Unit::YiYuan)] {
        if let Some(rest) = after.strip_prefix(short) {
            return counts_money(rest).then_some((unit, short.len()));
        }
    }
    None
}

/// The length of a unit with the 整 that may follow it.
fn with_whole(after: &str, length: usize) -> usize {
    length + if after[length..].starts_with(['整', '正']) { '整'.len_utf8() } else { 0 }
}

/// Whether 万 before `rest` counts money: nothing that could be counted follows.
fn counts_money(rest: &str) -> bool {
    let plain = !rest.starts_with(|c: char| c.is_alphanumeric());
    plain || ["左右", "上下", "以上", "以下", "以内", "用于", "用以"].iter().any(|word| rest.starts_with(word))
}

#[cfg(test)]
mod tests;
