//! Percentages of two figures: `25个项目中20个完成，完成率80%`, `占总数的80%`.

use std::ops::Range;

use super::figures::{Figure, Group, Measure};
use super::words::has_any;
use super::{Term, rounded};
use crate::value::Decimal;

/// Words that make a count or an amount the whole of something.
const WHOLE: [&str; 33] = [
    "共", "总", "合计", "应", "计划", "预算", "安排", "下达", "发放", "发出", "设置", "设定", "纳入", "发现", "申报",
    "参评", "抽查", "抽取", "检查", "目标", "任务", "到位", "拨付", "立项", "列入", "批复", "调查", "指标", "全部",
    "资金", "收到", "受理", "反馈",
];
/// Words that make it something else.
const OTHER: [&str; 12] = ["其中", "上年", "去年", "往年", "新增", "另", "还", "结转", "增加", "减少", "追加", "未"];
/// Words for money spent.
const SPENT: [&str; 5] = ["支出", "执行", "使用", "支付", "列支"];
/// Rates that are no share of what is counted.
const NO_SHARE: [&str; 20] = [
    "增长", "下降", "增幅", "降幅", "利", "税", "汇", "效", "频", "概", "比", "节约", "结余", "结转", "偏差", "变动",
    "控制", "满意", "年化", "费",
];
/// Words before a rate that do not say of what.
const FILLING: [&str; 22] = [
    "预算", "资金", "项目", "总体", "整体", "全年", "年度", "综合", "实际", "累计", "财政", "专项", "经费", "总",
    "支出", "的", "其", "本年", "年末", "则", "计划", "任务",
];

/// The percentages of a group.
pub(super) fn claims(group: &Group) -> Vec<Vec<Term>> {
    let percents = (1..group.figures.len()).filter(|at| group.figures[*at].measure == Measure::Percent);
    percents.filter_map(|at| share(group, at)).collect()
}

/// What a percentage is called.
enum Called<'t> {
    /// `占…的80%`, `占比80%`: of what, which may be left out.
    Of(&'t str),
    /// `完成占比80%`: what the part is.
    Part(&'t str),
    /// `预算执行率80%`: `预算`, `执行`.
    Rate(&'t str, &'t str),
}

fn called(before: &str) -> Option<Called<'_>> {
    let words = before.trim_end_matches([' ', '为', '到', '达', '是', '约', '仅', '了', '的']);
    if let Some(of) = before.trim_start_matches(['约', '分', '别']).strip_prefix('占') {
        let of = of.trim_end_matches([' ', '为', '是', '约', '的', '到', '达']);
        let of = ["比例", "比重", "比"].iter().find_map(|word| of.strip_suffix(word)).unwrap_or(of);
        return Some(Called::Of(of.trim_end_matches('的')));
    }
    let part = ["占比", "比例", "比重"].iter().find_map(|word| words.strip_suffix(word));
    if let Some(part) = part.filter(|part| !part.ends_with('率')) {
        return Some(Called::Part(part.trim_end_matches('的')));
    }
    let words = words.strip_suffix("比例").filter(|rest| rest.ends_with('率')).unwrap_or(words);
    let stem = words.strip_suffix('率').or_else(|| words.strip_suffix("进度"))?;
    let cut = stem.char_indices().rev().nth(1).map_or(0, |(at, _)| at);
    let (of, stem) = stem.split_at(cut);
    (stem.chars().count() == 2 && !has_any(stem, &NO_SHARE)).then_some(Called::Rate(of, stem))
}

/// The share that the percentage at `at` states of the figures before it.
fn share(group: &Group, at: usize) -> Option<Vec<Term>> {
    let percent = &group.figures[at];
    let part = at - 1;
    let figure = &group.figures[part];
    if !percent.is_plain || !figure.is_plain || figure.measure == Measure::Percent {
        return None;
    }
    // Nothing else is told between the part and its percentage.
    let between = group.texts[at].trim();
    if between.contains(['；', ';', '：', ':', '、']) || between.matches(['，', ',']).count() > 1 {
        return None;
    }
    if let Some(whole) = named_whole(group, at) {
        let part = (0..whole).rev().find(|part| group.figures[*part].measure.fits(&group.figures[whole].measure))?;
        let near = part + 1 == whole
            && group.texts[whole].matches(['，', ',']).count() <= 1
            && !group.texts[whole].contains(['；', ';', '、']);
        return near.then(|| terms(group, percent, (part, whole), 0..at)).flatten();
    }
    let same: Vec<usize> = (0..part).filter(|other| group.figures[*other].measure.fits(&figure.measure)).collect();
    let mut from = 0;
    let (part, whole) = match called(group.before(at))? {
        Called::Of(of) => (part, whole_of(group, part, &same, of)?),
        Called::Part(name) if group.clause(part).contains(&name.replace("项目", "")) => {
            (part, whole_of(group, part, &same, "")?)
        }
        Called::Part(_) => return None,
        Called::Rate(of, stem) => {
            from = (0..at).rev().find(|at| group.texts[*at].contains(['；', ';'])).unwrap_or(0);
            let same: Vec<usize> = same.into_iter().filter(|other| *other >= from).collect();
            pair_of_rate(group, part, &same, (of, stem))?
        }
    };
    terms(group, percent, (part, whole), from..at)
}

/// `完成预算12万元的69.58%`: the whole stands right before its percentage. What is done in a month is no share of a year's.
fn named_whole(group: &Group, at: usize) -> Option<usize> {
    let whole = at - 1;
    let before = group.before(whole);
    let planned = before.starts_with("完成") && has_any(before, &["预算", "计划", "任务", "目标", "指标"]);
    let said = group.texts[at].trim() == "的" && (before.starts_with('占') || planned);
    let is_some =
        whole.checked_sub(1).is_some_and(|part| has_any(&group.clause(part), &["月", "季", "日", "旬", "本次"]));
    (said && !is_some).then_some(whole)
}

/// The claim, unless the percentage is one of another pair of the figures `among` which it may be meant.
fn terms(group: &Group, percent: &Figure, (part, whole): (usize, usize), among: Range<usize>) -> Option<Vec<Term>> {
    let (part, whole) = (&group.figures[part], &group.figures[whole]);
    if !part.is_plain || !whole.is_plain || whole.value <= Decimal::ZERO {
        return None;
    }
    let others: Vec<&Figure> = group.figures[among].iter().filter(|other| other.measure.fits(&part.measure)).collect();
    let other_pair = |a: &Figure| others.iter().any(|b| a.range != b.range && fits(a, b, percent));
    if !fits(part, whole, percent) && others.iter().any(|a| other_pair(a)) {
        return None;
    }
    Some(rounded(vec![
        Term::percent("share", percent, Decimal::ONE),
        Term::new("numerator", part, whole)?,
        Term::new("denominator", whole, whole)?,
    ]))
}

/// Whether the one is that percentage of the other, roughly.
fn fits(part: &Figure, whole: &Figure, percent: &Figure) -> bool {
    let share = part.value.checked_div(whole.value).and_then(|share| share.checked_mul(Decimal::ONE_HUNDRED));
    share.is_some_and(|share| (share - percent.value).abs() <= Decimal::new(51, percent.value.scale() + 2))
}

/// The whole of which the figure `part` is said to be a share.
fn whole_of(group: &Group, part: usize, same: &[usize], of: &str) -> Option<usize> {
    let own_name = of.chars().count() >= 2 && !["支出", "资金", "项目", "预算", "经费", "收入"].contains(&of);
    let followed = |at: usize| {
        (at + 1..=part).any(|next| group.texts[next].contains("其中")) || at + 1 == part && group.is_inside(at)
    };
    let whole = same.iter().rev().copied().find(|at| {
        let clause = group.clause(*at);
        let named = own_name && is_called(&clause, of);
        let said = named || followed(*at) || has_any(&clause.replace("公共", ""), &["共", "总", "合计", "全部"]);
        said && !has_any(&clause, &OTHER)
    })?;
    let clause = group.clause(whole);
    let short = followed(whole) && clause.chars().count() >= 2 && of.contains(clause.as_str());
    ((is_called(&clause, of) || short) && !group.clause(part).contains("合计")).then_some(whole)
}

/// Whether a clause is of what a share is said to be of. `总支出` and `项目总数` are of no 项目支出 and no 市级项目.
fn is_called(clause: &str, of: &str) -> bool {
    const SCOPE: [&str; 24] = [
        "年度",
        "全年",
        "本年",
        "年",
        "我局",
        "我单位",
        "本单位",
        "本部门",
        "全区",
        "全县",
        "全市",
        "共有",
        "共计",
        "合计",
        "总计",
        "总数",
        "总额",
        "总量",
        "安排",
        "实施",
        "共",
        "总",
        "为",
        "有",
    ];
    let whole = ["总数", "总量", "总额"].iter().find_map(|word| of.strip_suffix(word));
    let whole = whole.or_else(|| ["全部", "所有", "总"].iter().find_map(|word| of.strip_prefix(word)));
    let Some(whole) = whole else {
        return clause.contains(of.strip_suffix("数量").or_else(|| of.strip_suffix('数')).unwrap_or(of));
    };
    let mut bare: String = clause.chars().filter(|c| !c.is_ascii_digit()).collect();
    for word in SCOPE {
        bare = bare.replace(word, "");
    }
    clause.contains(of) || whole.is_empty() || bare == whole
}

/// The two figures of which a rate is one of the other.
fn pair_of_rate(group: &Group, part: usize, same: &[usize], (of, stem): (&str, &str)) -> Option<(usize, usize)> {
    // `送审100万元，审定95万元，核减5万元，核减率5%`: what was cut, of what was asked for.
    if ["核减", "审减"].contains(&stem) {
        let asked = same.iter().copied().find(|at| has_any(&group.clause(*at), &["送审", "报审", "申报"]))?;
        return group.clause(part).contains(stem).then_some((part, asked));
    }
    // `年初预算…，调整后预算100万元，执行90万元，执行率90%`
    let adjusted = |at: usize| has_any(&group.clause(at), &["调整后预算", "全年预算", "预算数", "调整预算"]);
    if let [_, _, .., before] = same
        && *before + 1 == part
        && SPENT.contains(&stem)
        && adjusted(*before)
        && has_any(&group.clause(part), &SPENT)
        && !has_any(&group.clause(*before), &OTHER)
    {
        return Some((part, *before));
    }
    // `发现35个，已整改30个，正在整改5个，整改率…`: what is done, of the first.
    let (other, part) = match same {
        [.., before] if before + 1 == part && group.is_inside(*before) => (*before, part),
        [other] => (*other, part),
        [whole, done]
            if group.clause(part).contains(stem)
                && (group.clause(part).contains('未') || group.clause(part).contains("正在")) =>
        {
            (*whole, *done)
        }
        _ => return None,
    };
    let is_money = matches!(group.figures[part].measure, Measure::Money(_));
    let is_spending = is_money && SPENT.contains(&stem);
    let done = |at: usize| {
        let clause = group.clause(at);
        let negated = ["未", "不", "没有"].iter().any(|not| clause.contains(&format!("{not}{stem}")));
        let said = clause.contains(stem)
            || is_spending && has_any(&clause, &SPENT)
            || stem == "回收" && clause.contains("收回")
            || stem == "到会" && clause.contains("实到")
            || stem == "完成" && clause.contains("实际");
        said && !negated && !clause.contains('未')
    };
    let is_whole = |at: usize| {
        let clause = group.clause(at);
        (group.is_inside(at) || has_any(&clause, &WHOLE)) && !has_any(&clause, &OTHER)
    };
    let planned = |at: usize| has_any(&group.clause(at), &["计划", "目标", "任务", "应", "预算", "指标"]);
    let (part, whole) = if done(part) && is_whole(other) && (!done(other) || is_spending || planned(other)) {
        (part, other)
    } else if done(other) && is_whole(part) && !done(part) {
        (other, part)
    } else {
        return None;
    };
    let clauses = format!("{}{}", group.clause(part), group.clause(whole));
    let exceeds = group.figures[part].value > group.figures[whole].value;
    let mut rest = of;
    while let Some(after) = FILLING.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = after;
    }
    let about_them = rest.is_empty() || clauses.contains(rest);
    let filled = of.is_empty() || clauses.contains(of) || is_spending || !of.contains("项目");
    let same_year = years(&group.clause(part), &group.clause(whole));
    (about_them && filled && same_year && (!exceeds || planned(whole))).then_some((part, whole))
}

/// Whether two clauses do not speak of different years.
fn years(a: &str, b: &str) -> bool {
    let year = |text: &str| text.find('年').and_then(|at| text.get(at.saturating_sub(4)..at).map(str::to_owned));
    year(a).zip(year(b)).is_none_or(|(a, b)| a == b)
}
