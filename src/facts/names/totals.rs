//! Words that say that a row is a sum of other rows.

use super::{bare_of_normal, normal};
use crate::facts::glance::{first_ideograph, last_ideograph};
use crate::facts::headers::simplified;

/// Words for sums behind which the name of what they add up may stand before: `文旅局小计`.
const SUMS: [&str; 5] = ["合计", "小计", "总计", "共计", "累计"];
/// Rows that say nothing else.
const TOTALS: [&str; 29] = [
    "合计",
    "总计",
    "小计",
    "共计",
    "累计",
    "总合计",
    "合计数",
    "总计数",
    "小计数",
    "本页合计",
    "本页小计",
    "全部合计",
    "合计金额",
    "金额合计",
    "支出合计",
    "收入合计",
    "支出总计",
    "收入总计",
    "本月合计",
    "本年累计",
    "本期合计",
    "合计/total",
    "合计total",
    "total",
    "subtotal",
    "sub-total",
    "grandtotal",
    "sum",
    "totals",
];
/// Rows that say nothing else where a name is expected.
const TOTALS_AS_NAMES: [&str; 7] = ["总额", "总数", "总分", "总得分", "计", "汇总", "σ"];
/// What is counted behind a sum: `合计12笔`.
const COUNTED: &str = "笔项户家人个张条件份次本套台";
/// Names of sums are no longer than this, in bytes.
const LONGEST: usize = 120;

/// Whether the first character that says something may be the first of a word for a sum. Characters of which other forms
/// exist may be anything.
fn may_begin(text: &str) -> bool {
    let is_mark = |c: char| c.is_whitespace() || matches!(c, '-' | '—' | '*');
    let first = text.chars().find(|c| !is_mark(*c));
    first.is_some_and(|c| !('\u{4e00}'..='\u{9fff}').contains(&c) || begins_sum(c))
}

/// Whether words for sums in Chinese begin with that character.
#[inline]
const fn begins_sum(c: char) -> bool {
    matches!(c, '合' | '总' | '總' | '小' | '共' | '累' | '本' | '全' | '支' | '收' | '金')
}

/// Whether a text, whatever its column, says that its row is a sum of other rows.
#[must_use]
#[inline]
pub fn is_total(text: &str) -> bool {
    // Cheap first: hardly any cell may be one.
    first_ideograph(text).is_none_or(begins_sum)
        && last_ideograph(text).is_none_or(|c| matches!(c, '计' | '計' | '数' | '數' | '额' | '額'))
        && begins_and_says_total(text)
}

fn begins_and_says_total(text: &str) -> bool {
    let may_be = text.len() <= 60
        && match text.trim_start().as_bytes().first() {
            Some(byte) if byte.is_ascii_digit() => false,
            Some(byte) if text.is_ascii() => text.len() <= 24 && b"tTsSgG-*".contains(byte),
            Some(_) => may_begin(text) && text.contains(['计', '計']),
            None => false,
        };
    may_be && says_total(&normal(text))
}

/// Whether a name in its normal form is a word for a sum, what adorns it left out.
fn says_total(name: &str) -> bool {
    let name = simplified(name);
    let name = unadorned(&name);
    let is_one = |name: &str| TOTALS.contains(&name);
    is_one(name) || is_one(&bare_of_normal(name)) || is_one(&name.replace(['-', '—', '/'], ""))
}

/// A name without what stands around it: strokes, stars, closing colons, one pair of brackets.
fn unadorned(name: &str) -> &str {
    let name = name.trim_end_matches([':', ';', '.', '、', '-', '—', '*']).trim_start_matches(['-', '—', '*']);
    let inside = |open: char, close: char| name.strip_prefix(open)?.strip_suffix(close);
    let inside = [('(', ')'), ('[', ']'), ('【', '】')].into_iter().find_map(|(open, close)| inside(open, close));
    inside.filter(|inside| !inside.contains(['(', '[', '【'])).unwrap_or(name)
}

/// Whether a text that stands where a row says what it is — first of all, or in the column of names — says that it is a sum:
/// as [`is_total`], and also `文旅局小计`, `一、合计`, `合计（12笔）`, `文旅局 汇总`.
#[must_use]
pub fn names_total(text: &str) -> bool {
    is_total(text) || may_name(text) && names_sum(text)
}

/// Whether the ends of a text allow that it names a sum; those of hardly any text do.
#[inline]
fn may_name(text: &str) -> bool {
    let begins_so = || matches!(first_ideograph(text), Some('合' | '总' | '總' | '小' | '共'));
    let ends_so = match last_ideograph(text) {
        Some(last) => matches!(last, '计' | '計' | '总' | '總' | '额' | '額' | '数' | '數') || begins_so(),
        None if text.as_bytes().last().is_none_or(u8::is_ascii_alphanumeric) => begins_so(),
        None => text.ends_with([')', '）', ':', '：', '*']) || begins_so() || text.len() <= 8,
    };
    ends_so && text.len() <= LONGEST
}

fn names_sum(text: &str) -> bool {
    let blank_before = |rest: &str| rest.ends_with(char::is_whitespace) && !rest.trim().is_empty();
    if text.trim().strip_suffix("汇总").is_some_and(blank_before) {
        return true;
    }
    let name = normal(text);
    let name = simplified(&name);
    let name = unadorned(unnumbered(unadorned(&name)));
    if says_total(name) || TOTALS_AS_NAMES.contains(&name) {
        return true;
    }
    if name.strip_prefix('共').is_some_and(is_count) {
        return true;
    }
    let last = SUMS.iter().filter_map(|sum| Some((name.rfind(sum)?, sum.len()))).max();
    last.is_some_and(|(at, length)| {
        let (before, behind) = (&name[..at], &name[at + length..]);
        matches!(behind, "" | "金额" | "数" | "额")
            || is_in_brackets(behind)
            || before.is_empty() && may_stand_behind(behind)
    })
}

/// `1.合计` without its number; `一、`, `(二)`.
fn unnumbered(name: &str) -> &str {
    let is_number = |c: char| c.is_ascii_digit() || "一二三四五六七八九十ivx".contains(c);
    let rest = name.trim_start_matches('(').trim_start_matches(is_number);
    let rest = if rest.len() < name.len() { rest.strip_prefix(['.', '、', ')', ',']) } else { None };
    rest.map(|rest| rest.trim_start_matches('、')).unwrap_or(name)
}

/// What may stand behind 合计 and the like alone: `12笔`, `(大写):捌佰元整`, `人民币捌佰元整`.
fn may_stand_behind(rest: &str) -> bool {
    let rest = rest.trim_start_matches(':');
    let is_in_words = |rest: &str| rest.ends_with(['元', '圆', '整', '角', '分']) && !rest.contains(char::is_numeric);
    let behind_brackets = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(_, rest)| rest);
    is_count(rest)
        || rest.strip_prefix("人民币").is_some_and(|rest| rest.is_empty() || is_in_words(rest))
        || behind_brackets.map(|rest| rest.trim_start_matches(':')).is_some_and(is_in_words)
}

fn is_in_brackets(rest: &str) -> bool {
    let inside = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    inside.is_some_and(|inside| !inside.contains(['(', ')']))
}

/// `12笔`, `12个项目`
fn is_count(rest: &str) -> bool {
    let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let counted = behind.strip_prefix(|c: char| COUNTED.contains(c)).filter(|_| behind.len() < rest.len());
    counted.is_some_and(|rest| matches!(rest, "" | "项目"))
}

#[cfg(test)]
mod tests {
    use super::{is_total, names_total};

    #[test]
    fn totals_are_told_from_names() {
        assert!(["— 合计", "*小计", "本页小计", "金额合计", "\u{200b}总计"].into_iter().all(is_total));
        assert!(["合計", "總計：", "小 計", "本頁合計"].into_iter().all(is_total), "in traditional characters");
        assert!(["合 计", "总计：", "小计", "　合　计　", "Total"].into_iter().all(is_total));
        assert!(["（合计）", "【合计】", "合计（万元）", "**合计**", "合计/Total"].into_iter().all(is_total));
        assert!(["合计局", "小计算机", "合计算", ""].into_iter().all(|text| !is_total(text)));
        assert!(
            ["共12笔", "1月工资合计", "总额", "计"].into_iter().all(|text| !is_total(text)),
            "a purpose may say so"
        );
    }

    #[test]
    fn where_a_name_is_expected_totals_say_more() {
        for text in [
            "合计（12笔）",
            "合计12笔",
            "共12笔",
            "共计12笔",
            "合计：12笔",
            "合计人民币",
            "总计金额",
            "合--计",
            "合计(大写)：捌佰元整",
            "以上合计",
            "1.合计",
            "1、小计",
            "一、合计",
            "（一）小计",
            "1月小计",
            "一季度合计",
            "全年合计",
            "2024年合计",
            "当月合计",
            "支付合计",
            "文旅局小计",
            "小计（文旅）",
            "项目支出合计",
            "本级合计",
            "10个项目合计",
            "文旅局 汇总",
            "总额",
            "总数",
            "总分",
            "计",
            "Σ",
            "A小计",
            "文旅局小计（万元）",
            "Ⅰ 合计",
        ] {
            assert!(names_total(text), "{text}");
        }
    }

    #[test]
    fn names_that_only_begin_or_end_alike_are_names() {
        for text in [
            "小计算机采购",
            "会计核算",
            "合计水电费",
            "会计电算化",
            "总计生协会经费",
            "统计调查",
            "审计",
            "小计划生育补助",
            "工程设计",
            "合计入预备费",
            "累计奖励金",
            "总额包干经费",
            "共计民生工程",
            "汇总平台建设",
            "数据汇总",
            "合计划拨款",
            "培训累计12人次",
            "其中村级运转",
            "共青团活动",
            "小学（一期）",
            "总站（含税）",
            "共12期培训",
            "会计",
            "额",
            "1.5",
            "(3)",
        ] {
            assert!(!names_total(text), "{text}");
        }
    }
}
