use super::{CellKind, CellUnit, Reading, read, trimmed};
use crate::schema::ColumnType;
use crate::value::Unit;

fn shown(text: &str, ty: ColumnType, unit: Option<CellUnit>) -> String {
    match read(text, &CellKind { unit, ..CellKind::plain(ty) }) {
        Reading::Present(value, written) => format!("{value} @{}", written.places),
        Reading::Blank => "blank".to_owned(),
        Reading::Malformed(reason) => format!("{reason:?}"),
    }
}

#[test]
fn amounts_are_exact_in_yuan_whatever_their_unit() {
    let wan = |text| shown(text, ColumnType::Money, Some(CellUnit::Money(Unit::WanYuan)));
    assert_eq!(wan("25.08"), "250800 @-2");
    assert_eq!(wan("179.6699"), "1796699 @0");
    assert_eq!(wan("4.123456"), "41234.56 @2");
    assert_eq!(wan("252000元"), "252000 @0");
    assert_eq!(wan("3亿元"), "300000000 @-8");
    assert_eq!(wan("１２．５"), "125000 @-3");
    assert_eq!(wan("1,234.5"), "12345000 @-3");
    assert_eq!(wan("(3.00)"), "-30000 @-2");
    assert_eq!(wan("△3"), "-30000 @-4");
    assert_eq!(wan("－3"), "-30000 @-4");
    assert_eq!(wan("￥ 3 万元"), "30000 @-4");
    assert_eq!(wan("5万"), "50000 @-4");
}

#[test]
fn nothing_is_guessed() {
    let money = |text| shown(text, ColumnType::Money, None);
    assert_eq!(money("4,95"), "MisplacedComma");
    assert_eq!(money("1 234"), "NotANumber");
    assert_eq!(money("约3万元"), "NotANumber");
    assert_eq!(money("12%"), "NotANumber");
    assert_eq!(money("--3"), "NotANumber");
    assert_eq!(money("(-3)"), "NotANumber");
    assert_eq!(money("1e3"), "NotANumber");
    assert_eq!(money("12345678901234567890123456789012"), "TooManyDigits");
    assert_eq!(money("元"), "NotANumber");
}

#[test]
fn what_is_plainly_empty_is_blank() {
    let money = |text| shown(text, ColumnType::Money, None);
    for text in ["", "  ", "\u{3000}", "\u{a0}", "-", "—", "——", "/", "\u{feff}"] {
        assert_eq!(money(text), "blank", "{text:?}");
    }
    assert_eq!(money("无"), "NotANumber", "only when the manifest says so");
    assert_eq!(shown("-", ColumnType::Symbol, None), "- @0", "a text is a text");
    let kind = CellKind { blank: vec!["无".to_owned()], ..CellKind::plain(ColumnType::Money) };
    assert_eq!(read(" 无 ", &kind), Reading::Blank);
}

#[test]
fn shares_and_whole_numbers() {
    assert_eq!(shown("85.5%", ColumnType::Decimal, None), "0.855 @3");
    assert_eq!(shown("85.5", ColumnType::Decimal, Some(CellUnit::Percent)), "0.855 @3");
    assert_eq!(shown("85.5", ColumnType::Decimal, None), "85.5 @1");
    assert_eq!(shown("1,234", ColumnType::Number, None), "1234 @0");
    assert_eq!(shown("12.0", ColumnType::Number, None), "12 @0");
    assert_eq!(shown("12.5", ColumnType::Number, None), "NotWhole");
    assert_eq!(shown("99999999999999999999", ColumnType::Number, None), "OutOfRange");
    assert_eq!(shown("-1", ColumnType::Unsigned, None), "Negative");
    assert_eq!(shown("18446744073709551615", ColumnType::Unsigned, None), "18446744073709551615 @0");
    assert_eq!(shown("infinity", ColumnType::Float, None), "NotANumber");
}

#[test]
fn days_in_every_plain_form() {
    let day = |text| shown(text, ColumnType::Date, None);
    for text in [
        "2020-03-12",
        "2020/3/12",
        "2020.3.12",
        "2020年3月12日",
        "20200312",
        "２０２０－０３－１２",
        "2020-03-12 00:00:00",
        "2020-03-12T08:30",
        "二〇二〇年三月十二日",
        "二零二零年三月十二日",
    ] {
        assert_eq!(day(text), "2020-03-12 @0", "{text}");
    }
    for text in ["0000-01-01", "2020-02-30", "03/12/2020", "20-3-12", "2020年3月", "明天", "2020-03-12 noon"] {
        assert_eq!(day(text), "NotADate", "{text}");
    }
}

#[test]
fn blanks_around_are_not_part() {
    assert_eq!(trimmed("\u{3000} a b \n"), 4..7);
    assert_eq!(trimmed("   "), 3..3);
    assert_eq!(trimmed(" =\"007 \" "), 3..6, "a text, as programs write it for Excel");
    assert_eq!(trimmed("=\"a\"&\"b\""), 0..8);
    assert_eq!(trimmed("=\""), 0..2);
}

#[test]
fn days_may_have_blanks_between_their_parts() {
    let kind = CellKind::plain(ColumnType::Date);
    for text in ["2024 年 3 月 8 日", "2024年 3月8 日 10:30", "２０２４ 年３月８日"] {
        let Reading::Present(value, _) = read(text, &kind) else { panic!("{text}") };
        assert_eq!(value.to_string(), "2024-03-08", "{text}");
    }
    assert!(matches!(read("2024 年 3 月", &kind), Reading::Malformed(_)));
}

#[test]
fn numbers_that_lost_their_digits_are_known() {
    for text in ["6.22202E+18", "1E+11", "4.3e+17"] {
        assert!(super::lost_digits(text), "{text}");
    }
    for text in ["5E+02", "1.5E+7", "E+18", "6.2.2E+18", "12E+18", "6222021234567890123", "AE+18", ""] {
        assert!(!super::lost_digits(text), "{text}");
    }
}

#[test]
fn columns_that_mix_percentages_and_shares_are_known() {
    let mixed = |texts: &[&str], unit| super::mixed_shares(texts.iter().copied(), unit);
    let percent = Some(CellUnit::Percent);
    assert_eq!(mixed(&["95%", "95", "90%"], None), Some(super::Mixed::Large));
    assert_eq!(mixed(&["95%", "0.95"], None), None, "both are 95%");
    assert_eq!(mixed(&["95%", "95", "0.95"], percent), Some(super::Mixed::Small));
    assert_eq!(mixed(&["95", "0", "100"], percent), None);
    assert_eq!(mixed(&["0.95", "0.5"], percent), None, "all below 1");
}
