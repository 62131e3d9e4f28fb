use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};

use super::{EvalError, Function, call, test, text};
use crate::value::{Decimal, Float, Value, parse_date, parse_decimal};

fn decimal(text: &str) -> Value {
    Value::Decimal(parse_decimal(text).unwrap())
}
fn money(text: &str) -> Value {
    Value::Money(parse_decimal(text).unwrap())
}
fn date(text: &str) -> Value {
    Value::Date(parse_date(text).unwrap())
}
fn number(number: i64) -> Value {
    Value::Number(number)
}
fn symbol(text: &str) -> Value {
    Value::symbol(text)
}

#[test]
fn whole_numbers_are_checked() {
    assert_eq!(call(Function::Add, &[number(i64::MAX), number(1)]), Err(EvalError::Overflow));
    assert_eq!(call(Function::Div, &[number(7), number(0)]), Err(EvalError::DivisionByZero));
    assert_eq!(call(Function::Div, &[number(i64::MIN), number(-1)]), Err(EvalError::Overflow));
    assert_eq!(call(Function::Rem, &[number(i64::MIN), number(-1)]), Ok(number(0)));
    assert_eq!(call(Function::Div, &[number(-7), number(2)]), Ok(number(-3)));
    assert_eq!(call(Function::Rem, &[number(-7), number(2)]), Ok(number(-1)));
    assert_eq!(call(Function::Pow, &[number(2), number(62)]), Ok(number(1 << 62)));
    assert_eq!(call(Function::Pow, &[number(2), number(64)]), Err(EvalError::Overflow));
    assert_eq!(call(Function::Neg, &[number(i64::MIN)]), Err(EvalError::Overflow));
}

#[test]
fn money_is_exact_and_keeps_its_kind() {
    assert_eq!(call(Function::Add, &[money("148800"), money("101000.5")]), Ok(money("249800.5")));
    assert_eq!(call(Function::Mul, &[money("1200"), number(124)]), Ok(money("148800")));
    assert_eq!(call(Function::Div, &[money("1"), money("4")]), Ok(decimal("0.25")));
    assert_eq!(call(Function::Div, &[money("1"), number(4)]), Ok(money("0.25")));
    assert_eq!(call(Function::Add, &[money("1"), number(1)]), Err(EvalError::NotDefined));
    assert_eq!(call(Function::Mul, &[money("1"), money("1")]), Err(EvalError::NotDefined));
    assert_eq!(call(Function::Rem, &[money("1234"), money("1000")]), Ok(money("234")));
    assert_eq!(call(Function::Max, &[money("1"), money("3"), money("2")]), Ok(money("3")));
}

#[test]
fn rounding_is_half_up_and_may_go_left_of_the_point() {
    let round = |function, value: &str, places| call(function, &[decimal(value), number(places)]).unwrap().to_string();
    assert_eq!(round(Function::Round, "2.345", 2), "2.35");
    assert_eq!(round(Function::Round, "-2.345", 2), "-2.35");
    assert_eq!(round(Function::RoundEven, "2.345", 2), "2.34");
    assert_eq!(round(Function::RoundEven, "2.335", 2), "2.34");
    assert_eq!(round(Function::Trunc, "2.349", 2), "2.34");
    assert_eq!(round(Function::Round, "148800", -4), "150000");
    assert_eq!(round(Function::Round, "2.3", 5), "2.3");
    assert_eq!(round(Function::Round, "7", -100), "0");
    assert_eq!(call(Function::Round, &[decimal("2.5")]), Ok(decimal("3")));
}

#[test]
fn texts_count_characters() {
    assert_eq!(call(Function::StrLen, &[symbol("长沙晚报")]), Ok(number(4)));
    assert_eq!(call(Function::SubStr, &[symbol("长沙晚报"), number(2), number(9)]), Ok(symbol("晚报")));
    assert_eq!(call(Function::SubStr, &[symbol("长沙"), number(7), number(1)]), Ok(symbol("")));
    assert_eq!(call(Function::Cat, &[symbol("a"), symbol("b"), symbol("c")]), Ok(symbol("abc")));
    assert_eq!(call(Function::Norm, &[symbol("  预 算（ＡＢ  c）\u{3000}")]), Ok(symbol("预算(AB c)")));
    assert_eq!(call(Function::Distance, &[symbol("运程教育"), symbol("远程教育")]), Ok(number(1)));
    assert_eq!(call(Function::ToNumber, &[symbol("12万")]), Err(EvalError::NotDefined));
    assert_eq!(test(Function::Match, &[symbol("a.*"), symbol("ba")]), Ok(false));
    assert_eq!(test(Function::Match, &[symbol("a|ab"), symbol("ab")]), Ok(true));
    assert_eq!(test(Function::Match, &[symbol("("), symbol("ab")]), Err(EvalError::NotDefined));
    assert_eq!(test(Function::Contains, &[symbol("经费"), symbol("工作经费")]), Ok(true));
}

#[test]
fn similarity_is_dice_over_sets_of_bigrams() {
    let plain = "捐资助学；拨付社区工作经费；关工委办公经费";
    let priced = "捐资助学10万元；拨付社区工作经费3万元；关工委办公经费12万元";
    assert_eq!(text::similarity(plain, priced).round_dp(4).to_string(), "0.7391");
    assert_eq!(text::similarity("甲", "甲 "), Decimal::ONE);
    assert_eq!(text::similarity("甲", "甲乙"), Decimal::ZERO);
    assert_eq!(text::similarity("", ""), Decimal::ONE);
}

#[test]
fn days_are_counted_and_added() {
    assert_eq!(call(Function::Days, &[date("2020-02-28"), date("2020-03-01")]), Ok(number(2)));
    assert_eq!(call(Function::Add, &[date("2020-02-28"), number(2)]), Ok(date("2020-03-01")));
    assert_eq!(call(Function::Add, &[date("9999-12-31"), number(1)]), Err(EvalError::Overflow));
    assert_eq!(call(Function::Weekday, &[date("2020-03-01")]), Ok(number(7)));
}

#[test]
fn ord_separates_texts_and_follows_short_ones() {
    let ord = |text: &str| call(Function::Ord, &[symbol(text)]).unwrap();
    assert!(ord("") < ord("a") && ord("a") < ord("ab") && ord("ab") < ord("b"));
    assert_ne!(ord("a longer text"), ord("a longer texu"));
}

fn any_value() -> impl Strategy<Value = Value> {
    let decimal = (any::<i64>(), 0_u32..=28).prop_map(|(mantissa, scale)| Decimal::new(mantissa, scale));
    prop_oneof![
        Just(Value::Nil),
        any::<i64>().prop_map(Value::Number),
        (-3_i64..70).prop_map(Value::Number),
        any::<u64>().prop_map(Value::Unsigned),
        any::<f64>().prop_map(|float| Value::Float(Float(float))),
        decimal.clone().prop_map(Value::Decimal),
        Just(Value::Decimal(Decimal::MAX)),
        decimal.prop_map(Value::Money),
        (-9999_i16..=9999, 1_i8..=12, 1_i8..=28)
            .prop_map(|(y, m, d)| { Value::Date(crate::value::Date(jiff::civil::date(y, m, d))) }),
        ".{0,12}".prop_map(Value::symbol),
        "[0-9.,万元（(-]{0,12}".prop_map(Value::symbol),
    ]
}

proptest! {
    #[test]
    fn no_function_panics(at in 0..Function::ALL.len(), args in proptest::collection::vec(any_value(), 0..4)) {
        let function = Function::ALL[at];
        let _ = call(function, &args);
        let _ = test(function, &args);
    }

    #[test]
    fn results_are_of_the_kind_that_the_overload_promises(at in 0..Function::ALL.len(), args in proptest::collection::vec(any_value(), 0..4)) {
        let function = Function::ALL[at];
        let kinds: Vec<_> = args.iter().map(kind).collect();
        let Some(overload) = function.resolve(&kinds) else { return Ok(()) };
        let (Some(promised), Ok(value)) = (overload.result, call(function, &args)) else { return Ok(()) };
        // A percentage is held as the decimal that it is a way of showing.
        let shown = matches!((promised, &value), (super::Kind::Percent, Value::Decimal(_)));
        prop_assert!(shown || promised.accepts(kind(&value).unwrap()), "{function:?} {args:?} gave {value:?}, not {promised:?}");
    }

    #[test]
    fn days_between_are_what_is_added(year in -9000_i16..9000, month in 1_i8..=12, day in 1_i8..=28, days in -200_000_i64..200_000) {
        let from = Value::Date(crate::value::Date(jiff::civil::date(year, month, day)));
        let to = call(Function::Add, &[from.clone(), Value::Number(days)]).unwrap();
        prop_assert_eq!(call(Function::Days, &[from, to]), Ok(Value::Number(days)));
    }

    #[test]
    fn similarity_is_symmetric_and_a_share(a in "[甲乙丙丁a]{0,8}", b in "[甲乙丙丁a]{0,8}") {
        let share = text::similarity(&a, &b);
        prop_assert!(share >= Decimal::ZERO && share <= Decimal::ONE);
        prop_assert_eq!(share, text::similarity(&b, &a));
        prop_assert_eq!(text::similarity(&a, &a), Decimal::ONE);
    }

    #[test]
    fn norm_is_done_once(text in ".{0,20}") {
        let once = text::norm(&text);
        prop_assert_eq!(text::norm(&once), once);
    }
}

fn kind(value: &Value) -> Option<super::Kind> {
    use super::Kind;
    Some(match value {
        Value::Number(_) => Kind::Number,
        Value::Unsigned(_) => Kind::Unsigned,
        Value::Float(_) => Kind::Float,
        Value::Decimal(_) => Kind::Decimal,
        Value::Money(_) => Kind::Money,
        Value::Date(_) => Kind::Date,
        Value::Symbol(_) => Kind::Symbol,
        _ => Kind::Any,
    })
}
