//! Values as people read them: money in the unit of its column, shares as percentages, no trailing noise.

use rust_decimal::RoundingStrategy;

use crate::cards::Format;
use crate::ir::TypeKind;
use crate::value::{Decimal, Unit, Value};

/// Decimal places that are shown when nobody says how many.
const PLACES: u32 = 6;
/// Decimal places of a percentage when nobody says how many.
const PERCENT_PLACES: u32 = 2;

/// A value of type `kind`, as `format` wishes.
#[must_use]
pub fn show(value: &Value, kind: &TypeKind, format: Format) -> String {
    match value {
        Value::Money(yuan) => {
            let unit = format.unit.unwrap_or(match kind {
                TypeKind::Money(unit) => *unit,
                _ => Unit::Yuan,
            });
            money(*yuan, unit, format.places)
        }
        Value::Decimal(share) if format.percent || matches!(kind, TypeKind::Percent) => percent(*share, format.places),
        Value::Decimal(decimal) => number(*decimal, format.places, PLACES),
        Value::Number(whole) if format.percent => percent(Decimal::from(*whole), format.places),
        Value::Number(whole) if format.places.is_some() => number(Decimal::from(*whole), format.places, PLACES),
        other => other.to_string(),
    }
}

/// Decimal places that are shown of an amount in a unit: down to 分, so that 1.23456789亿元 loses nothing.
fn places_of(unit: Unit) -> u32 {
    PLACES.max(unit.power() + 2)
}

/// An amount in `unit`, followed by it.
#[must_use]
pub fn money(yuan: Decimal, unit: Unit, places: Option<u32>) -> String {
    match unit.from_yuan(yuan) {
        Some(amount) => format!("{}{}", number(amount, places, places_of(unit)), unit.name()),
        None => format!("{}{}", number(yuan, places, PLACES), Unit::Yuan.name()),
    }
}

/// A share of one as a percentage.
fn percent(share: Decimal, places: Option<u32>) -> String {
    match share.checked_mul(Decimal::ONE_HUNDRED) {
        Some(hundredths) => format!("{}%", number(hundredths, places, PERCENT_PLACES)),
        None => share.to_string(),
    }
}

/// With exactly `places` decimal places; without a wish, at most `most`, and no zeros at the end.
fn number(value: Decimal, places: Option<u32>, most: u32) -> String {
    let round = |places| value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    match places {
        Some(places) => {
            let rounded = round(places);
            let rounded = if rounded.is_zero() { Decimal::ZERO } else { rounded };
            format!("{rounded:.*}", places as usize)
        }
        None => {
            let rounded = round(most);
            let shown = if rounded.is_zero() && !value.is_zero() { value } else { rounded };
            shown.normalize().to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::show;
    use crate::cards::Format;
    use crate::ir::TypeKind;
    use crate::value::{Decimal, Unit, Value};

    fn decimal(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    fn shown(value: Value, kind: &TypeKind, format: &str) -> String {
        let format = Format {
            percent: format.ends_with('%'),
            places: format.strip_prefix('.').and_then(|rest| rest.trim_end_matches('%').parse().ok()),
            unit: Unit::from_name(format),
        };
        show(&value, kind, format)
    }

    #[test]
    fn money_is_in_the_unit_of_its_column() {
        let wan = TypeKind::Money(Unit::WanYuan);
        assert_eq!(shown(Value::Money(decimal("250800")), &wan, ""), "25.08万元");
        assert_eq!(shown(Value::Money(decimal("250800.00")), &wan, "元"), "250800元");
        assert_eq!(shown(Value::Money(decimal("123456789.01")), &wan, "亿元"), "1.2345678901亿元");
        assert_eq!(shown(Value::Money(decimal("-30000")), &wan, ""), "-3万元");
        assert_eq!(shown(Value::Money(decimal("0.00")), &wan, ""), "0万元");
        assert_eq!(shown(Value::Money(decimal("105")), &TypeKind::Money(Unit::Yuan), ""), "105元");
    }

    #[test]
    fn shares_are_percentages_and_nothing_trails() {
        assert_eq!(shown(Value::Decimal(decimal("0.8999")), &TypeKind::Percent, ""), "89.99%");
        assert_eq!(shown(Value::Decimal(decimal("0.7407407407407407")), &TypeKind::Percent, ".0%"), "74%");
        assert_eq!(shown(Value::Decimal(decimal("0.66666666666666")), &TypeKind::Decimal, ""), "0.666667");
        assert_eq!(shown(Value::Decimal(decimal("0.125")), &TypeKind::Decimal, ".2"), "0.13");
        assert_eq!(shown(Value::Decimal(decimal("2.5")), &TypeKind::Decimal, ".3"), "2.500");
        assert_eq!(shown(Value::Decimal(decimal("-0.001")), &TypeKind::Decimal, ".1"), "0.0");
        assert_eq!(shown(Value::Decimal(decimal("0.0000001")), &TypeKind::Decimal, ""), "0.0000001");
    }
}
