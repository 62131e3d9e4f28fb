//! Totals with their parts behind them: `共25个，其中甲5个、乙20个`.

use super::Term;
use super::figures::{Figure, Group, MARKS, Measure};
use super::lists::{MOST_PARTS, Parts, adds_up, claim, has_numeral, is_open, label, some_add_up, sum};
use super::tails::said_number;
use super::words::{are_places, breaks_off, has_frame, is_kind, is_priced, is_rest, without_idle};
use crate::value::Decimal;

/// How a list begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    /// `其中`: the parts may be some of all.
    Some,
    /// `分别为`, `：`: the parts are all.
    All,
}

/// Whether a list begins in the words between two figures.
pub(super) fn opening(text: &str) -> Option<Opening> {
    if let Some(at) = text.rfind("其中") {
        return (!text[..at].contains('；')).then_some(Opening::Some);
    }
    let at = text.find(MARKS)?;
    let (noun, rest) = text.split_at(at);
    if noun.chars().count() > 10 {
        return None;
    }
    let words = rest.trim_start_matches(['，', ',', ' ']);
    if words.starts_with(['：', ':'])
        || ["分为", "分别为", "分别是", "即", "具体为", "具体是"].iter().any(|word| words.starts_with(word))
    {
        return Some(Opening::All);
    }
    ["包括", "包含", "含"].iter().any(|word| words.starts_with(word)).then_some(Opening::Some)
}

/// `共25个，其中甲5个、乙20个`, when its list begins with figure `from`.
pub(super) fn headed(sentence: &str, groups: &[Group], at: usize, from: usize) -> Vec<Vec<Term>> {
    let group = &groups[at];
    let (heads, opening) = match (from, group.parent) {
        (0, Some((parent, before))) => (&groups[parent].figures[before.saturating_sub(1)..before], Opening::Some),
        (0, None) => return Vec::new(),
        _ => match opening(&group.texts[from]) {
            Some(opening) => (&group.figures[..from], opening),
            None => return Vec::new(),
        },
    };
    let mut lists: Vec<(&Figure, Parts, Parts)> = Vec::new();
    let mut tried: Vec<&Measure> = vec![&Measure::Percent];
    for last in heads.iter().rev() {
        if !tried.iter().any(|measure| measure.fits(&last.measure)) {
            tried.push(&last.measure);
            lists.extend(parts(group, from, &last.measure).map(|(parts, further)| (last, parts, further)));
        }
    }
    let fitting =
        |last: &Figure| heads.iter().rev().filter(|head| head.measure.fits(&last.measure)).collect::<Vec<_>>();
    let total_of = |last: &Figure, parts: &Parts| fitting(last).into_iter().find(|head| adds_up(group, parts, head));
    // Where the counts of a list add up, its amounts are all there too.
    let complete: Vec<usize> = lists
        .iter()
        .filter(|(last, parts, _)| total_of(last, parts).is_some())
        .map(|(_, parts, _)| parts.len())
        .collect();
    let mut claims = Vec::new();
    for (last, parts, further) in lists {
        if let Some(head) = total_of(last, &parts) {
            claims.extend(claim(head, group, &parts));
            continue;
        }
        let is_other = fitting(last).into_iter().any(|head| some_add_up(group, &further, head));
        let numbered = (0..from)
            .filter(|at| group.figures[*at].range == last.range)
            .any(|at| said_number(sentence, group, at).flatten().is_some_and(|(number, _)| number == parts.len()));
        let is_whole = || numbered || complete.contains(&parts.len()) || is_whole(group, &parts, last, opening);
        if !is_other && last.is_plain && is_whole() {
            claims.extend(claim(last, group, &parts));
        }
    }
    claims
}

/// Whether the parts are all parts.
fn is_whole(group: &Group, parts: &Parts, total: &Figure, opening: Opening) -> bool {
    let labels: Vec<String> = parts.iter().map(|at| name(group, *at)).collect();
    if is_open(group, parts) || opening == Opening::All && labels.iter().any(String::is_empty) {
        return false;
    }
    // Of a score, what the execution of the budget gives is often left out.
    if total.measure.name() == "分" && labels.len() < 4 {
        return false;
    }
    let exclusive = || has_frame(&labels) || labels.iter().all(|label| is_kind(label));
    opening == Opening::All
        || is_rest(&labels)
        || exclusive() && leaves_little(group, parts, total)
        || are_places(&labels) && exceed(group, parts, total)
        || is_slip(group, parts, total)
}

/// Whether parts that exclude each other come to more than the total or nearly to it: some may be left out, but seldom
/// small ones.
fn leaves_little(group: &Group, parts: &[usize], total: &Figure) -> bool {
    let sum = sum(parts.iter().map(|at| &group.figures[*at]));
    sum.is_some_and(|(sum, _)| (total.value - sum) * Decimal::from(4) <= total.value)
}

/// Whether amounts that exclude each other come to more than their total.
fn exceed(group: &Group, parts: &[usize], total: &Figure) -> bool {
    sum(parts.iter().map(|at| &group.figures[*at])).is_some_and(|(sum, _)| sum > total.value)
}

/// The name of a part; where its clause says only that it is an amount, that of the count before it.
fn name(group: &Group, at: usize) -> String {
    let own = label(group, at);
    let (rest, _) = without_idle(&own);
    let other = at.checked_sub(1).filter(|before| !group.figures[*before].measure.fits(&group.figures[at].measure));
    match other {
        Some(before) if rest.is_empty() => label(group, before),
        _ => own,
    }
}

/// Whether parts that nearly add up differ from their total by one digit or two that changed places, and are written so
/// finely that this is no chance.
fn is_slip(group: &Group, parts: &[usize], total: &Figure) -> bool {
    let Some((sum, _)) = sum(parts.iter().map(|at| &group.figures[*at])) else { return false };
    let digits = |value: Decimal| {
        let mut digits = value.normalize().mantissa().unsigned_abs();
        while digits > 0 && digits.is_multiple_of(10) {
            digits /= 10;
        }
        digits
    };
    let off = (sum - total.value).abs();
    let (written, bare) = (digits(total.value), digits(off));
    let fine = written >= if total.is_whole { 100_000 } else { 1000 };
    let one = (1..10).contains(&bare) || bare.is_multiple_of(9) && bare < 90;
    fine && one && off * Decimal::TEN < total.value
}

/// The figures of that measure which a list that begins with figure `from` names; and with those behind them which are
/// taken for something else, but may be parts.
fn parts(group: &Group, from: usize, measure: &Measure) -> Option<(Parts, Parts)> {
    let (mut parts, mut further) = (Vec::new(), Vec::new());
    let mut ended = false;
    // How many parts stand before each semicolon.
    let mut elements = vec![0_usize];
    let mut first = String::new();
    for at in from..group.figures.len() {
        let text = &group.texts[at];
        if at > from {
            if text.contains("其中") {
                return None;
            }
            if ended && text.contains(['；', ';']) {
                break;
            }
            if text.contains(['；', ';']) {
                if elements.last().is_some_and(|parts| *parts > 1) {
                    break;
                }
                elements.push(0);
            }
        }
        let own = if at == from { text.rsplit("其中").next().unwrap_or("") } else { text };
        let figure = &group.figures[at];
        if !figure.measure.fits(measure) {
            continue;
        }
        let label = label(group, at);
        if parts.is_empty() {
            first.clone_from(&label);
        }
        further.push(at);
        ended = ended || !parts.is_empty() && (breaks_off(&label, &first) || group.is_inside(at));
        if ended {
            continue;
        }
        if !figure.is_plain || is_priced(own) || has_numeral(own, measure) {
            return None;
        }
        parts.push(at);
        *elements.last_mut()? += 1;
    }
    let single = elements.len() == 1 || elements.iter().all(|parts| *parts <= 1);
    let all: Vec<String> = further.iter().map(|at| name(group, *at)).collect();
    if single && further.len() > parts.len() && has_frame(&all) {
        parts.clone_from(&further);
    }
    (single && (2..=MOST_PARTS).contains(&parts.len()) && further.len() <= MOST_PARTS).then_some((parts, further))
}
