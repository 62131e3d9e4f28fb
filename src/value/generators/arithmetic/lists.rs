//! Runs of figures that are the parts of something.

use super::Figure;
use super::Term;
use super::figures::{Group, MARKS, Measure};
use super::words::has_any;
use crate::value::Decimal;

/// Longer lists are tables.
pub(super) const MOST_PARTS: usize = 24;

/// Figures of one group, by position.
pub(super) type Parts = Vec<usize>;

/// Their sum, with how far it may be off; none when it has too many digits.
pub(super) fn sum<'f>(figures: impl Iterator<Item = &'f Figure>) -> Option<(Decimal, Decimal)> {
    figures.into_iter().try_fold((Decimal::ZERO, Decimal::ZERO), |(sum, slack), figure| {
        Some((sum.checked_add(figure.value)?, slack.checked_add(figure.allowance)?))
    })
}

/// Whether `total` is the sum of `parts`.
pub(super) fn adds_up(group: &Group, parts: &[usize], total: &Figure) -> bool {
    sum(parts.iter().map(|at| &group.figures[*at]))
        .is_none_or(|(sum, slack)| (sum - total.value).abs() <= slack + total.allowance)
}

/// Whether `total` is the sum of any run of two or more.
pub(super) fn some_add_up(group: &Group, parts: &[usize], total: &Figure) -> bool {
    (0..parts.len()).any(|from| (from + 2..=parts.len()).any(|to| adds_up(group, &parts[from..to], total)))
}

/// What a part is called.
pub(super) fn label(group: &Group, at: usize) -> String {
    let clause = group.clause(at);
    let clause = clause.trim_start_matches("其中").trim_start_matches(['和', '及', '与', '有']);
    clause.strip_suffix(['为', '有']).unwrap_or(clause).trim().to_owned()
}

/// Whether a part may be several: `差旅、会议费5万元`, `甲和乙5万元`.
pub(super) fn is_joined(group: &Group, at: usize) -> bool {
    let text = &group.texts[at];
    // What stands before the first mark belongs to the figure before.
    let own = if at == 0 {
        text.as_str()
    } else {
        text.find(MARKS).map_or("", |mark| &text[mark..]).trim_start_matches(MARKS)
    };
    has_any(group.clause(at).trim_start_matches(['和', '及', '与']), &["和", "及", "与"]) || own.contains('、')
}

/// Whether a list ends in `等` or has more than it writes.
pub(super) fn is_open(group: &Group, parts: &[usize]) -> bool {
    parts.iter().any(|at| group.texts[at + 1].trim_start().starts_with('等') || group.before(*at).starts_with('等'))
        || parts.last().is_some_and(|at| {
            let after = group.after(*at);
            after.ends_with('等') || after.contains("等等")
        })
}

/// Whether a number of the same unit is written in numerals, which are not read here.
pub(super) fn has_numeral(text: &str, measure: &Measure) -> bool {
    text.char_indices().any(|(at, c)| {
        "一二三四五六七八九十两百千万".contains(c) && text[at + c.len_utf8()..].starts_with(measure.name())
    })
}

/// A claim of `total` and its parts.
pub(super) fn claim(total: &Figure, group: &Group, parts: &[usize]) -> Option<Vec<Term>> {
    let parts = parts.iter().map(|at| Term::new("part", &group.figures[*at], total));
    std::iter::once(Term::new("total", total, total)).chain(parts).collect()
}
