//! Totals with their parts before them: `甲5万元、乙3万元，两项合计8万元`.

use super::Term;
use super::figures::{Group, MARKS, Measure};
use super::heads::opening;
use super::lists::{MOST_PARTS, Parts, adds_up, claim, has_numeral, is_joined, is_open, label, some_add_up, sum};
use super::words::{breaks_off, counted, has_any, has_frame, is_priced, without_idle};
use crate::value::Decimal;

/// `甲5万元、乙3万元，两项合计8万元`, when figure `at` is the total.
pub(super) fn trailing(sentence: &str, group: &Group, at: usize) -> Option<Vec<Term>> {
    let total = &group.figures[at];
    if total.measure == Measure::Percent || !total.is_plain {
        return None;
    }
    let said = said_number(sentence, group, at)?;
    let items = items(sentence, group, at)?;
    if opening(&group.texts[at + 1]).is_some() || items.len() > MOST_PARTS {
        return None;
    }
    if items.is_empty() {
        let (_, number) = said?;
        return Some(vec![Term::new("above", total, total)?, number]);
    }
    let all = adds_up(group, &items, total);
    match said {
        Some((number, _)) if number < items.len() && adds_up(group, &items[items.len() - number..], total) => {
            claim(total, group, &items[items.len() - number..])
        }
        Some((number, _))
            if number < items.len() && number > 1 && opening(&group.texts[items[items.len() - number]]).is_some() =>
        {
            let parts = &items[items.len() - number..];
            (!some_add_up(group, &items, total)).then(|| claim(total, group, parts)).flatten()
        }
        Some((number, term)) if number != items.len() => {
            let clear =
                all && !term.unit.is_empty() && items.len() > 1 && !items.iter().any(|at| is_joined(group, *at));
            clear.then(|| listed(group, &items, term)).flatten()
        }
        Some(_) if all || !some_add_up(group, &items, total) => claim(total, group, &items),
        None if items.len() > 1 && (all || is_plain_list(group, &items, at)) => claim(total, group, &items),
        _ => None,
    }
}

/// What a total's clause says of the number of its parts; none when it is no clause of a mere total.
#[expect(clippy::option_option, reason = "a total may leave the number open")]
pub(super) fn said_number(sentence: &str, group: &Group, at: usize) -> Option<Option<(usize, Term)>> {
    let total = &group.figures[at];
    let mut clauses = group.texts[at].rsplit(MARKS).filter(|clause| !clause.trim().is_empty());
    let last = clauses.next()?;
    let before = clauses.next().filter(|clause| clause.trim().starts_with("以上") || clause.trim().starts_with("上述"));
    let phrase = format!("{}{}", before.unwrap_or(""), last);
    let (mut rest, mut is_total) = without_idle(&phrase);
    let mut number = None;
    if let Some((count, length)) = counted(rest) {
        let word = &rest[..length];
        let start = sentence[..total.range.start].rfind(word)?;
        number = Some((count, word_term(count, start..start + length, if word.ends_with('年') { "" } else { "项" })));
        let (after, also) = without_idle(&rest[length..]);
        (rest, is_total) = (after, is_total || also);
    } else if let Some(figure) = at.checked_sub(1).map(|before| &group.figures[before])
        && ["项", "类", "笔"].contains(&figure.measure.name())
        && !figure.measure.fits(&total.measure)
        && without_idle(group.before(at - 1)).0.is_empty()
        && figure.is_whole
    {
        let count = usize::try_from(figure.value).ok()?;
        number = Some((count, word_term(count, figure.range.clone(), "项")));
    }
    let noun = group.after(at);
    let known = matches!(total.measure, Measure::Money(_))
        || ["", "项目", "任务"].contains(&noun)
        || group.texts[..at].iter().any(|text| text.contains(noun));
    let labels = || -> Vec<String> { (0..at).map(|at| label(group, at)).collect() };
    let is_year =
        rest.starts_with("全年") && without_idle(rest.trim_start_matches("全年")) == ("", true) && has_frame(&labels());
    (known && (is_year || rest.is_empty() && is_total)).then_some(number)
}

fn word_term(count: usize, range: std::ops::Range<usize>, unit: &str) -> Term {
    Term { role: "number", range, value: Decimal::from(count), unit: unit.to_owned(), allowance: Decimal::ZERO }
}

/// The figures before a total that may be its parts, since the total before it; none when they may count more than once.
fn items(sentence: &str, group: &Group, total: usize) -> Option<Parts> {
    let measure = &group.figures[total].measure;
    let mut items = Vec::new();
    let mut inside = false;
    for at in 0..total {
        let text = &group.texts[at];
        let head = (0..at).any(|at| group.figures[at].measure.fits(measure));
        inside = (inside && !text.contains(['；', ';'])) || head && text.contains("其中");
        let figure = &group.figures[at];
        if is_priced(text) || has_numeral(text, measure) {
            return None;
        }
        if !figure.measure.fits(measure) || inside {
            continue;
        }
        if !figure.is_plain {
            return None;
        }
        let is_total = items.len() > 1 && said_number(sentence, group, at).is_some();
        if is_total {
            items.clear();
        } else {
            items.push(at);
        }
    }
    let between = &group.texts[total];
    let only_totals = items.is_empty() && group.figures[..total].iter().any(|figure| figure.measure.fits(measure));
    (!is_priced(between) && !is_open(group, &items) && !only_totals).then_some(items)
}

/// Whether figures that do not add up are a list nevertheless, and nothing but a list.
fn is_plain_list(group: &Group, items: &[usize], at: usize) -> bool {
    let total = &group.figures[at];
    let before: Parts = (0..at).filter(|at| group.figures[*at].measure.fits(&total.measure)).collect();
    let labels: Vec<String> = items.iter().map(|at| label(group, *at)).collect();
    let Some((sum, _)) = sum(items.iter().map(|at| &group.figures[*at])) else { return false };
    let near = sum < total.value * Decimal::TWO && total.value < sum * Decimal::TWO;
    let bare = |at: usize| group.texts[at].trim() == "、";
    let short = |(label, at): (&String, &usize)| label.chars().count() <= 20 && (!label.is_empty() || bare(*at));
    let continues = labels.iter().skip(1).all(|label| !breaks_off(label, &labels[0]));
    let words = ["比", "增", "减", "余", "以上"];
    let mixes = |one: &str, other: &str| {
        let only = |this: &str, that: &str| labels.iter().any(|label| label.contains(this) && !label.contains(that));
        only(one, other) && only(other, one)
    };
    near && labels.iter().zip(items).all(short)
        && !mixes("收入", "支出")
        && !mixes("预算", "支出")
        && continues
        && !labels.iter().any(|label| has_any(label, &words))
        && before.len() <= MOST_PARTS
        && !some_add_up(group, &before, total)
}

/// A claim of a number of parts.
fn listed(group: &Group, items: &[usize], number: Term) -> Option<Vec<Term>> {
    let items = items.iter().map(|at| Term::new("listed", &group.figures[*at], &group.figures[*at]));
    std::iter::once(Some(number)).chain(items).collect()
}
