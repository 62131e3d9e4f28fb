//! Growth: `2019年支出100万元，2020年支出120万元，增长20%`, `比上年增加20万元，增长20%`.

use super::figures::{Figure, Group, MARKS, Measure};
use super::words::has_any;
use super::{Term, rounded};
use crate::value::Decimal;

const MORE: [&str; 9] = ["增长率", "增长", "增加", "增幅", "上升", "提高", "上涨", "增速", "增"];
const LESS: [&str; 11] = ["下降率", "下降", "减少", "降低", "压减", "降幅", "减幅", "压缩", "缩减", "回落", "降"];
/// Words of a comparison that do not say what is compared.
const COMPARED: [&str; 23] = [
    "同比",
    "相比",
    "与",
    "和",
    "比",
    "较",
    "上年度",
    "上年",
    "去年",
    "上一年度",
    "上一年",
    "同期",
    "年初",
    "决算数",
    "预算数",
    "的",
    "数",
    "年度",
    "年",
    "则",
    "了",
    "分别",
    "有所",
];
const BEFORE: [&str; 5] = ["上年", "去年", "上一年", "同期", "往年"];
const NOW: [&str; 4] = ["本年", "今年", "当年", "本期"];
/// Words of a clause that do not say what was spent or counted.
const IDLE: [&str; 17] =
    ["的", "相比", "较", "比", "与", "为", "是", "实际", "全年", "年度", "由", "从", "约", "度", "达到", "达", "则"];

/// Statistics whose growth is not that of their amounts, but at constant prices or in a new sample.
const DEFLATED: [&str; 6] = ["生产总值", "GDP", "增加值", "产值", "固定资产投资", "社会消费品"];

/// What a group says of growth.
pub(super) fn claims(group: &Group) -> Vec<Vec<Term>> {
    if group.texts.iter().any(|text| has_any(text, &DEFLATED)) {
        return Vec::new();
    }
    (1..group.figures.len()).filter_map(|at| claim(group, at)).collect()
}

/// What a growth is said of: a role, which figure, and whether its sign is that of a loss.
type Said = (&'static str, usize, Decimal);

/// The growth that the figure at `at` states, a percentage or an amount.
fn claim(group: &Group, at: usize) -> Option<Vec<Term>> {
    let growth = &group.figures[at];
    let (about, sign) = direction(group.before(at))?;
    let is_percent = growth.measure == Measure::Percent;
    let last = at - 1;
    let measure = if is_percent { &group.figures[last].measure } else { &growth.measure };
    if !growth.is_plain || group.texts[at].contains(['；', ';']) || *measure == Measure::Percent {
        return None;
    }
    // The figures of that kind in this part of the sentence.
    let from = (0..at).rev().find(|at| group.texts[*at].contains(['；', ';'])).unwrap_or(0);
    let same: Vec<usize> = (from..at).filter(|at| group.figures[*at].measure.fits(measure)).collect();
    let near = group.texts[at].matches(MARKS).count() <= 1;
    if !near || same.last() != Some(&last) || same.iter().any(|at| !group.figures[*at].is_plain) {
        return None;
    }
    let said = match direction(group.before(last)) {
        Some((of, also)) if is_percent => (also == sign && compared(about).is_empty())
            .then(|| of_change(group, &same, of, (growth, sign)))
            .flatten()?,
        _ => of_two(group, &same, about, is_percent)?,
    };
    let like = &group.figures[same[0]];
    let first = match growth.measure {
        Measure::Percent => Term::percent("growth", growth, sign),
        _ => signed(Term::new("growth", growth, like)?, sign),
    };
    let term = |(role, at, sign): Said| Term::new(role, &group.figures[at], like).map(|term| signed(term, sign));
    let terms: Vec<Term> = std::iter::once(Some(first)).chain(said.into_iter().map(term)).collect::<Option<_>>()?;
    Some(rounded(terms))
}

/// `比上年增加20万元，增长20%`: the last figure is the change, of which its clause says nothing but what it is compared with.
fn of_change(group: &Group, same: &[usize], of: &str, (growth, sign): (&Figure, Decimal)) -> Option<Vec<Said>> {
    let (change, others) = same.split_last()?;
    let said = ("change", *change, sign);
    let last = others.last()?;
    if is_base(group, *last, *change) {
        return (others.len() <= 2).then(|| vec![("before", *last, Decimal::ONE), said]);
    }
    if !compared(of).is_empty() {
        let base = named_base(group, others, of)?;
        return Some(vec![("before", base, Decimal::ONE), said]);
    }
    let after = match others {
        [one] => {
            let between = &group.texts[*change];
            let follows = between.matches(MARKS).count() == 1 && !between.contains(['、', '：']);
            let is_now = !BEFORE.iter().any(|word| group.before(*one).contains(word));
            (follows && is_now).then_some(*one)?
        }
        // `支出120万元，其中…，比上年增加20万元，增长20%`: of whichever it is said, it may hold of none.
        [whole, next, ..] if group.texts[*next].contains("其中") => {
            let grows = |at: &usize| grows(&group.figures[*at], &group.figures[*change], growth, sign);
            (grows(whole) || !others.iter().any(grows)).then_some(*whole)?
        }
        _ => return None,
    };
    Some(vec![("after", after, Decimal::ONE), said])
}

/// `合同价100万元，审定金额比合同价增加5万元，增长5%`: the one figure that is called what the change is compared with.
fn named_base(group: &Group, others: &[usize], of: &str) -> Option<usize> {
    let (_, base) = of.rsplit_once(['比', '较'])?;
    let base = base.trim_end_matches(['的', '有']);
    let is_name = base.chars().count() >= 2 && compared(base) == base;
    let mut named = others.iter().copied().filter(|at| group.before(*at).ends_with(base));
    let found = named.next().filter(|_| is_name)?;
    named.next().is_none().then_some(found)
}

/// `2019年100万元，2020年120万元，增长20%`: the last two figures are of two times.
fn of_two(group: &Group, same: &[usize], about: &str, is_percent: bool) -> Option<Vec<Said>> {
    let [others @ .., a, b] = same else { return None };
    if !(others.is_empty() || is_percent && next_year(group.before(*a), group.before(*b))) {
        return None;
    }
    let (before, after) = in_time(group, *a, *b, about)?;
    Some(vec![("before", before, Decimal::ONE), ("after", after, Decimal::ONE)])
}

/// Whether a change to what is there now is roughly that percentage.
fn grows(after: &Figure, change: &Figure, growth: &Figure, sign: Decimal) -> bool {
    let rate = change.value.checked_mul(Decimal::ONE_HUNDRED);
    let rate = rate.and_then(|rate| rate.checked_div(after.value - change.value * sign));
    rate.is_none_or(|rate| (rate - growth.value).abs() <= Decimal::ONE)
}

/// Whether two clauses speak of a year and the one after it.
fn next_year(a: &str, b: &str) -> bool {
    named_year(a).zip(named_year(b)).is_some_and(|(a, b)| a + 1 == b)
}

fn signed(term: Term, sign: Decimal) -> Term {
    Term { value: term.value * sign, ..term }
}

/// What a clause that ends in a word of growth says before it, and 1 or −1.
fn direction(before: &str) -> Option<(&str, Decimal)> {
    let words = before.trim_end_matches([' ', '为', '到', '达', '了', '约', '是']);
    // `增加到` is no growth but what it comes to.
    if before.ends_with('到') && !before.ends_with("达到") {
        return None;
    }
    let strip = |list: &[&str]| list.iter().find_map(|word| words.strip_suffix(word));
    strip(&MORE).map(|about| (about, Decimal::ONE)).or_else(|| strip(&LESS).map(|about| (about, -Decimal::ONE)))
}

/// What is left of a comparison without the words that only compare.
fn compared(about: &str) -> &str {
    let mut rest = about.trim();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        match COMPARED.iter().find_map(|word| rest.strip_prefix(word)) {
            Some(after) => rest = after,
            None => return rest,
        }
    }
}

/// `比上年100万元增加20万元`: whether a figure is what the next one is compared with.
fn is_base(group: &Group, at: usize, change: usize) -> bool {
    let before = group.before(at);
    at + 1 == change && before.starts_with(['比', '较']) && !group.texts[change].contains(MARKS)
}

/// Which of two figures is the earlier, where both are said to be of the same thing, which is what has grown.
fn in_time(group: &Group, a: usize, b: usize, about: &str) -> Option<(usize, usize)> {
    let rise = &group.texts[b];
    let moved = ["到", "至", "为"].iter().find_map(|to| {
        let end = rise.rfind(to)?;
        MORE.iter().chain(&LESS).any(|word| rise[..end].ends_with(word)).then_some(end)
    });
    if !rise.contains(MARKS) && moved.is_some() && group.before(a).contains(['由', '从']) {
        return compared(about).is_empty().then_some((a, b));
    }
    let (early, late) = (when(group.before(a))?, when(group.before(b))?);
    let (of, also) = (subject(group.before(a)), subject(group.before(b)));
    let same = of == also || also.is_empty() || of.is_empty();
    let rest = compared(about);
    let grown = rest.is_empty() || rest == of || rest == also;
    let named = named_year(about).is_none_or(|year| year == early.min(late));
    if !same || !grown || !named || early == late {
        return None;
    }
    Some(if early < late { (a, b) } else { (b, a) })
}

/// The year of which a clause speaks; that before counts as 0, this one as 1.
fn when(clause: &str) -> Option<u32> {
    let of = |words: &[&str]| words.iter().any(|word| clause.contains(word));
    if of(&BEFORE) {
        return Some(0);
    }
    if of(&NOW) {
        return Some(9999);
    }
    named_year(clause)
}

fn named_year(clause: &str) -> Option<u32> {
    let end = clause.find('年')?;
    clause.get(end.checked_sub(4)?..end)?.parse().ok()
}

/// What a clause says without its year.
fn subject(clause: &str) -> String {
    let mut text: String = clause.chars().filter(|c| !c.is_ascii_digit()).collect();
    for word in BEFORE.iter().chain(&NOW).chain(&IDLE).chain(&["年", " "]) {
        text = text.replace(word, "");
    }
    text
}
