//! `numbers`: the numbers of a text, with the unit that follows.

use super::place;
use super::written::{allowance, is_approximate, numbers};
use crate::value::{Decimal, Value};

/// Units of more than one character, longest first; any other Chinese character that follows is a unit by itself.
const UNITS: [&str; 16] = [
    "百万元",
    "万平方米",
    "平方米",
    "平方公里",
    "万元",
    "亿元",
    "千元",
    "万人次",
    "人次",
    "万平米",
    "公里",
    "公斤",
    "万人",
    "万份",
    "万个",
    "％",
];

/// One row per number: its place, its value, the unit after it (empty when there is none), and its allowance.
pub(super) fn rows(text: &str) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    for number in numbers(text) {
        let after = &text[number.range.end..];
        let more = after.starts_with(['余', '多']);
        let unit = unit(if more { &after['余'.len_utf8()..] } else { after });
        let end = number.range.end + if more { '余'.len_utf8() } else { 0 } + unit.len();
        let approximate = more || is_approximate(&text[..number.range.start], &text[end..]);
        let unit = if unit == "％" { "%" } else { unit };
        let mut row = place(rows.len() + 1, text, &(number.range.start..end)).to_vec();
        let allowed: Decimal = allowance(number.value, approximate);
        row.extend([Value::Decimal(number.value), Value::symbol(unit), Value::Decimal(allowed)]);
        rows.push(row);
    }
    rows
}

/// The unit that `after` starts with.
pub(super) fn unit(after: &str) -> &str {
    if let Some(unit) = UNITS.iter().find(|unit| after.starts_with(**unit)) {
        return &after[..unit.len()];
    }
    let single = |c: char| c == '%' || matches!(c, '\u{4e00}'..='\u{9fff}');
    after.chars().next().filter(|c| single(*c)).map_or("", |c| &after[..c.len_utf8()])
}

#[cfg(test)]
mod tests {
    use super::rows;

    #[test]
    fn values_units_and_places() {
        let rows = rows("提拔69人，占85.5%，培训11330余人次");
        let shown: Vec<String> =
            rows.iter().map(|row| format!("{} {} {} {}", row[1], row[4], row[5], row[6])).collect();
        assert_eq!(shown, ["69人 69 人 0", "85.5% 85.5 % 0.05", "11330余人次 11330 人次 5"]);
    }
}
