//! Which part each amount of a text plays.
//!
//! Amounts are read in order. A total (`共计`, `合计`, `＝`) after prices makes these [`Role::Factor`]s and is itself the
//! item; a total after items is their [`Role::Subtotal`]. Where two readings are possible a price stays
//! [`Role::Rate`], so that nobody adds up what cannot be added.

use super::{Amount, Role};
use crate::value::Decimal;

/// Marks that end a sentence, as far as prices and 其中 go.
const SENTENCE: [char; 6] = ['；', ';', '。', '！', '？', '\n'];
/// Marks that end a clause.
const CLAUSE: [char; 9] = ['，', ',', '：', ':', '（', '(', '）', ')', '、'];
/// Words that make the amount after them a price.
const PER: [&str; 8] = ["每", "人均", "户均", "均价", "单价", "标准", "单位成本", "@"];
/// Words right before an amount that make it a total.
const TOTAL: [&str; 10] = ["共计", "合计", "总计", "小计", "总额", "总共", "共需", "合共", "共", "计"];
/// Words that end in 计 and are no total.
const NO_TOTAL: [&str; 8] = ["预计", "设计", "统计", "会计", "审计", "估计", "累计", "公共"];
/// Words that bound an amount rather than give it.
const BOUND: [&str; 6] = ["不超过", "不低于", "不少于", "最高", "最低", "至少"];

/// How many bytes before an amount are looked at.
const LOOK_BACK: usize = 1200;
/// How many items before a total may be its parts.
const MOST_PARTS: usize = 64;

/// What stands around an amount.
struct Context<'a> {
    /// The clause up to the amount.
    clause: &'a str,
    /// The sentence up to the amount.
    sentence: &'a str,
    /// What follows.
    after: &'a str,
}

/// The role of every amount.
pub(super) fn assign(text: &str, amounts: &[Amount]) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    for (at, amount) in amounts.iter().enumerate() {
        let context = context(text, amount, amounts.get(at.wrapping_sub(1)));
        let sentence_start = amount.range.start - context.sentence.len();
        let first = amounts[..at].partition_point(|other| other.range.start < sentence_start);
        let role = if amount.is_unclear {
            Role::Rate
        } else if says_again(&context, amounts.get(at.wrapping_sub(1)), amount) {
            Role::Part
        } else if is_product(context.clause) {
            settle_prices(&mut roles[first..]);
            added(amount)
        } else if is_total(context.clause) {
            total(amount, &amounts[..at], &mut roles, first, &context)
        } else {
            plain(amount, &context)
        };
        roles.push(role);
    }
    leading_total(amounts, &mut roles);
    roles
}

/// The text around `amount`, no further back than the amount `before` it.
fn context<'a>(text: &'a str, amount: &Amount, before: Option<&Amount>) -> Context<'a> {
    let mut floor = amount.range.start.saturating_sub(LOOK_BACK);
    while !text.is_char_boundary(floor) {
        floor += 1;
    }
    let head = &text[floor..amount.range.start];
    let since =
        |marks: &[char]| head.rfind(marks).map_or(0, |at| at + head[at..].chars().next().map_or(0, char::len_utf8));
    let sentence = since(&SENTENCE);
    // `共计：` and `单价：` belong to what follows the colon.
    let trimmed = head.trim_end_matches(['：', ':', ' ', '为', '约']);
    let clause = trimmed.rfind(CLAUSE).map_or(0, |at| at + trimmed[at..].chars().next().map_or(0, char::len_utf8));
    let clause =
        clause.max(sentence).max(before.map_or(0, |before| before.range.end.saturating_sub(floor))).min(head.len());
    Context { clause: &head[clause..], sentence: &head[sentence..], after: &text[amount.range.end..] }
}

/// The role of an amount that is no total.
fn plain(amount: &Amount, context: &Context<'_>) -> Role {
    let after = context.after.trim_start();
    let bounded = BOUND.iter().any(|word| context.clause.contains(word));
    if is_price(context.clause, after) {
        return Role::Rate;
    }
    if context.clause.trim_end().ends_with(['*', '×']) {
        return Role::Rate;
    }
    if amount.is_range || bounded || ["以上", "以下", "以内", "起"].iter().any(|word| after.starts_with(word)) {
        return Role::Range;
    }
    if is_part(context.sentence) { Role::Part } else { added(amount) }
}

/// Whether an amount is for one of something. A year is not that: what is given each year is what the year's budget holds.
fn is_price(clause: &str, after: &str) -> bool {
    let yearly = ["/年", "／年", "每年"].iter().any(|word| after.starts_with(word));
    let said = PER.iter().any(|word| match word {
        &"每" => clause.match_indices("每").any(|(at, _)| !clause[at..].starts_with("每年")),
        word => clause.contains(word),
    });
    said || !yearly && after.starts_with(['/', '／', '*', '×', '每'])
}

/// Whether the sentence so far says that what follows is a part of what came before: `其中`, or an open bracket with `含`.
fn is_part(sentence: &str) -> bool {
    let open = sentence.rfind(['（', '(']).filter(|at| !sentence[*at..].contains(['）', ')']));
    let inside =
        open.is_some_and(|at| ["含", "包括", "包含", "另", "其中"].iter().any(|word| sentence[at..].contains(word)));
    inside || sentence.contains("其中")
}

const fn added(amount: &Amount) -> Role {
    if amount.approximate { Role::Approx } else { Role::Item }
}

/// Whether the amount says the one before it again: `1.2万元（12000元）`, `12000元，即1.2万元`.
fn says_again(context: &Context<'_>, before: Option<&Amount>, amount: &Amount) -> bool {
    let between = context.clause.trim_matches([' ', '为', '合', '折']);
    before.is_some_and(|before| before.yuan == amount.yuan)
        && (["（", "("].contains(&between)
            || between.ends_with("即")
            || context.sentence.trim_end().ends_with(['（', '(']))
}

/// Whether the clause ends in `＝`.
fn is_product(clause: &str) -> bool {
    clause.trim_end().ends_with(['=', '＝'])
}

/// Whether the clause says that a total follows.
fn is_total(clause: &str) -> bool {
    let words = clause.trim_end_matches(['：', ':', ' ', '为', '约', '是']);
    let named = TOTAL.iter().any(|word| words.ends_with(word));
    named && !NO_TOTAL.iter().any(|word| words.ends_with(word))
}

/// The role of a total. `first` is where its sentence starts among the amounts.
fn total(amount: &Amount, before: &[Amount], roles: &mut [Role], first: usize, context: &Context<'_>) -> Role {
    let prices: Vec<Decimal> = pick(&before[first..], &roles[first..], &[Role::Rate]);
    let items: Vec<Decimal> = pick(&before[first..], &roles[first..], &[Role::Item, Role::Approx]);
    if let Some(price) = prices.last() {
        let sum: Decimal = items.iter().sum();
        let product = items.is_empty() || prices.len() > 1 || multiple(amount.yuan, *price);
        let both = !items.is_empty() && multiple(amount.yuan - sum, *price);
        if product && !both {
            settle_prices(&mut roles[first..]);
            return added(amount);
        }
        return Role::Subtotal;
    }
    let recent = before.len().saturating_sub(MOST_PARTS);
    let all: Vec<Decimal> = pick(&before[recent..], &roles[recent..], &[Role::Item, Role::Approx]);
    let run = (2..=all.len()).any(|count| {
        let sum: Decimal = all[all.len() - count..].iter().sum();
        (sum - amount.yuan).abs() <= slack(&before[recent..]) + amount.allowance
    });
    let nameless = is_nameless(context.clause);
    let repeats = nameless && all.last() == Some(&amount.yuan);
    let adds_all = nameless && all.len() > 1;
    if run || repeats || adds_all { Role::Subtotal } else { added(amount) }
}

/// Whether a total's clause says nothing of what it is for.
fn is_nameless(clause: &str) -> bool {
    let words = clause.trim_end_matches(['：', ':', ' ', '为', '约', '是']);
    let rest = TOTAL.iter().find_map(|word| words.strip_suffix(word)).unwrap_or(words).trim();
    ["", "全年", "以上", "以上各项", "各项", "三项", "两项", "总", "费用", "经费", "资金"].contains(&rest)
}

/// Prices whose product is written are factors of it.
fn settle_prices(roles: &mut [Role]) {
    for role in roles.iter_mut().filter(|role| **role == Role::Rate) {
        *role = Role::Factor;
    }
}

fn pick(amounts: &[Amount], roles: &[Role], wanted: &[Role]) -> Vec<Decimal> {
    amounts.iter().zip(roles).filter(|(_, role)| wanted.contains(role)).map(|(amount, _)| amount.yuan).collect()
}

/// Whether `amount` is `price` times a whole number above nothing.
fn multiple(amount: Decimal, price: Decimal) -> bool {
    amount > Decimal::ZERO && price > Decimal::ZERO && amount.checked_rem(price).is_some_and(|rest| rest.is_zero())
}

/// What rounding of the amounts may come to together.
fn slack(amounts: &[Amount]) -> Decimal {
    amounts.iter().map(|amount| amount.allowance).sum()
}

/// One amount that equals all others together (`共25万元：甲10万元，乙15万元`) is their total.
fn leading_total(amounts: &[Amount], roles: &mut [Role]) {
    let counted: Vec<usize> = (0..amounts.len()).filter(|at| matches!(roles[*at], Role::Item | Role::Approx)).collect();
    if counted.len() < 3 || roles.contains(&Role::Rate) {
        return;
    }
    let Some(sum) = counted.iter().try_fold(Decimal::ZERO, |sum, at| sum.checked_add(amounts[*at].yuan)) else {
        return;
    };
    let first = counted[0];
    if amounts[first].yuan.checked_add(amounts[first].yuan) == Some(sum) {
        roles[first] = Role::Subtotal;
    }
}
