//! The functions of the language, written anew from `docs/language.md`.

use std::collections::BTreeSet;

use num_bigint::BigInt;
use num_rational::BigRational;
use unicode_normalization::UnicodeNormalization;

use super::values::{Val, plain_number, whole, zero};

/// What a function gives; none where it is not computed here.
pub(super) fn call(function: &str, args: &[Val]) -> Option<Val> {
    let amounts: Option<Vec<BigRational>> = args.iter().map(amount).collect();
    if let Some(amounts) = amounts.filter(|amounts| !amounts.is_empty()) {
        return compute(function, &amounts).map(Val::Amount);
    }
    match (function, args) {
        ("norm", [Val::Text(text)]) => Some(Val::Text(norm(text))),
        ("strlen", [Val::Text(text)]) => Some(whole(text.chars().count())),
        ("cat" | "+", [Val::Text(_), ..]) => args.iter().map(text).collect::<Option<String>>().map(Val::Text),
        ("substr", [Val::Text(text), start, length]) => {
            let [start, length] =
                [start, length].map(|it| amount(it).and_then(|it| usize::try_from(it.to_integer()).ok()));
            Some(Val::Text(text.chars().skip(start?).take(length?).collect()))
        }
        ("similarity", [Val::Text(one), Val::Text(two)]) => Some(Val::Amount(similarity(one, two))),
        ("distance", [Val::Text(one), Val::Text(two)]) => Some(whole(distance(one, two))),
        ("to_number" | "to_decimal", [Val::Text(text)]) => plain_number(text).map(Val::Amount),
        ("year" | "month" | "day", [Val::Day(day)]) => {
            let part = day.split('-').nth(["year", "month", "day"].iter().position(|name| *name == function)?)?;
            plain_number(part).map(Val::Amount)
        }
        _ => None,
    }
}

/// Whether a function says so; none where it is not computed here.
pub(super) fn test(function: &str, args: &[Val]) -> Option<bool> {
    match (function, args) {
        ("contains", [Val::Text(part), Val::Text(all)]) => Some(all.contains(part.as_str())),
        ("match", [Val::Text(pattern), Val::Text(text)]) => {
            regex::Regex::new(&format!("^(?:{pattern})$")).ok().map(|regex| regex.is_match(text))
        }
        _ => None,
    }
}

fn amount(value: &Val) -> Option<BigRational> {
    match value {
        Val::Amount(amount) => Some(amount.clone()),
        _ => None,
    }
}

fn text(value: &Val) -> Option<String> {
    match value {
        Val::Text(text) => Some(text.clone()),
        _ => None,
    }
}

fn compute(function: &str, args: &[BigRational]) -> Option<BigRational> {
    let absolute = |amount: &BigRational| if *amount < zero() { -amount } else { amount.clone() };
    Some(match (function, args) {
        ("+", [a, b]) => a + b,
        ("-", [a, b]) => a - b,
        ("*", [a, b]) => a * b,
        ("/", [a, b]) if *b != zero() => a / b,
        ("neg", [a]) => -a,
        ("to_number" | "to_money" | "to_decimal", [a]) => a.clone(),
        ("abs", [a]) => absolute(a),
        ("max", [_, ..]) => args.iter().max()?.clone(),
        ("min", [_, ..]) => args.iter().min()?.clone(),
        ("round", [a, places]) => {
            let places = i32::try_from(places.to_integer()).ok()?;
            let scale = BigRational::from_integer(BigInt::from(10)).pow(places);
            let half = BigRational::new(1.into(), 2.into());
            let rounded = (absolute(a) * &scale + half).floor() / scale;
            if *a < zero() { -rounded } else { rounded }
        }
        _ => return None,
    })
}

/// One width for all, and no blanks beside Chinese characters.
fn norm(text: &str) -> String {
    let wide = |c: char| matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{20000}'..='\u{3ffff}');
    let unseen = |c: &char| {
        c.is_control() && !c.is_whitespace()
            || ('\u{200b}'..='\u{200f}').contains(c)
            || "\u{2060}\u{feff}\u{ad}".contains(*c)
    };
    let all: String = text.nfkc().filter(|c| !unseen(c)).collect();
    let words: Vec<&str> = all.split_whitespace().collect();
    words.into_iter().fold(String::new(), |mut joined, word| {
        let apart = joined.chars().last().is_some_and(|c| !wide(c)) && !word.starts_with(wide);
        joined.extend(apart.then_some(' '));
        joined + word
    })
}

/// Twice the pairs of neighbouring characters that both have, by the pairs of each.
fn similarity(one: &str, two: &str) -> BigRational {
    let pairs = |text: &str| -> BTreeSet<(char, char)> {
        let text: Vec<char> = norm(text).chars().collect();
        text.windows(2).map(|pair| (pair[0], pair[1])).collect()
    };
    let (a, b) = (pairs(one), pairs(two));
    if a.is_empty() || b.is_empty() {
        return BigRational::from_integer(u8::from(norm(one) == norm(two)).into());
    }
    BigRational::new((2 * a.intersection(&b).count()).into(), (a.len() + b.len()).into())
}

/// How many characters must be put in, taken out or changed: the whole table, cell by cell.
fn distance(one: &str, two: &str) -> usize {
    let (one, two): (Vec<char>, Vec<char>) = (one.chars().collect(), two.chars().collect());
    let mut table = vec![vec![0; two.len() + 1]; one.len() + 1];
    for at in 0..=one.len() {
        for to in 0..=two.len() {
            table[at][to] = match (at, to) {
                (0, edits) | (edits, 0) => edits,
                _ => {
                    let kept = table[at - 1][to - 1] + usize::from(one[at - 1] != two[to - 1]);
                    kept.min(table[at - 1][to] + 1).min(table[at][to - 1] + 1)
                }
            };
        }
    }
    table[one.len()][two.len()]
}
