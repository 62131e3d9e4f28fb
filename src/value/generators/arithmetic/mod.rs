//! `arithmetic`: what a text says of its own figures: sums, shares and growth.
//!
//! A claim is a few figures of one sentence that must fit each other: a total with its parts, a percentage with what it is
//! a percentage of, a growth with what grew. It is yielded whether it is right or wrong; rules compute. What can be read in
//! two ways, or may leave something out, is no claim, so that nobody is told of an error that is none.

mod figures;
mod growth;
mod heads;
mod lists;
mod shares;
mod tails;
mod words;

use std::ops::Range;

use super::place;
use crate::value::{Decimal, Value};
use figures::groups;
pub(super) use figures::{Figure, Measure};

/// A figure's part in a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    /// `total`, `part`; `number`, `listed`; `above`; `share`, `numerator`, `denominator`; `growth`, `before`, `after`,
    /// `change`.
    role: &'static str,
    /// Its place in the text.
    range: Range<usize>,
    /// In `unit`.
    value: Decimal,
    /// The same for all amounts of a claim.
    unit: String,
    /// How far it may be off.
    allowance: Decimal,
}

impl Term {
    /// A figure as it counts in a claim whose amounts are in the unit of `like`; none when it has too many digits.
    fn new(role: &'static str, figure: &Figure, like: &Figure) -> Option<Self> {
        let (value, allowance, unit) = match (&figure.measure, &like.measure) {
            (Measure::Money(_), Measure::Money(unit)) => {
                (unit.from_yuan(figure.value)?, unit.from_yuan(figure.allowance)?, unit.name().to_owned())
            }
            (measure, _) => (figure.value, figure.allowance, measure.name().to_owned()),
        };
        Some(Self {
            role,
            range: figure.range.clone(),
            value: value.normalize(),
            unit,
            allowance: allowance.normalize(),
        })
    }

    /// A percentage: half a unit of its last place, also where it is a whole number.
    fn percent(role: &'static str, figure: &Figure, sign: Decimal) -> Self {
        let half = Decimal::new(51, figure.value.scale() + 2);
        let value = figure.value * sign;
        Self { role, range: figure.range.clone(), value, unit: "%".to_owned(), allowance: figure.allowance.max(half) }
    }
}

/// The terms of a share or a growth. Where one of their amounts is a whole number of some size, such whole numbers may be rounded,
/// and what is computed from them be computed from what was not.
fn rounded(terms: Vec<Term>) -> Vec<Term> {
    let is_whole = |term: &Term| term.unit.ends_with('元') && term.unit != "元" && term.allowance.is_zero();
    if !terms.iter().any(|term| is_whole(term) && term.value.abs() >= Decimal::ONE_HUNDRED) {
        return terms;
    }
    let half = Decimal::ONE / Decimal::TWO;
    let loose = |term: Term| if is_whole(&term) { Term { allowance: half, ..term } } else { term };
    terms.into_iter().map(loose).collect()
}

/// One row per figure of a claim: its place, the claim's number, its role, value, unit and allowance.
pub(super) fn rows(text: &str) -> Vec<Vec<Value>> {
    let mut rows = Vec::new();
    let mut number = 0;
    let mut start = 0;
    for sentence in text.split_inclusive(['。', '！', '？', '\n']) {
        for claim in claims(sentence) {
            number += 1;
            for term in claim {
                let range = term.range.start + start..term.range.end + start;
                let mut row = place(rows.len() + 1, text, &range).to_vec();
                row.extend([
                    Value::Number(number),
                    Value::symbol(term.role),
                    Value::Decimal(term.value),
                    Value::symbol(term.unit),
                    Value::Decimal(term.allowance),
                ]);
                rows.push(row);
            }
        }
        start += sentence.len();
    }
    rows
}

/// The claims of a sentence. What is longer, or has more figures, is a table that has lost its lines.
fn claims(sentence: &str) -> Vec<Vec<Term>> {
    const LONGEST: usize = 12_000;
    const MOST_FIGURES: usize = 100;
    if sentence.len() > LONGEST {
        return Vec::new();
    }
    let groups = groups(sentence);
    if groups.iter().map(|group| group.figures.len()).sum::<usize>() > MOST_FIGURES {
        return Vec::new();
    }
    let mut claims = Vec::new();
    for at in 0..groups.len() {
        for from in 0..groups[at].figures.len() {
            claims.extend(heads::headed(sentence, &groups, at, from));
            claims.extend(tails::trailing(sentence, &groups[at], from));
        }
        claims.extend(shares::claims(&groups[at]));
        claims.extend(growth::claims(&groups[at]));
    }
    claims
}

#[cfg(test)]
mod tests;
