//! Printed headers and captions as people mean them: the name without spaces and brackets, and the unit stated in it.

use unicode_normalization::UnicodeNormalization;

use super::glance::{first_ideograph, last_ideograph};
use super::headers::simplified;
use super::manifest::CellUnit;
use crate::value::Unit;

/// Words in headers of what the year before brought, and in names of columns.
pub const LAST_YEAR: [&str; 10] =
    ["上年", "去年", "上一年", "上期", "前一年", "以前年度", "last", "prior", "previous", "prev"];
/// Titles are no longer than this, in bytes.
const LONGEST_TITLE: usize = 300;

/// `text` in the one form in which names are compared: NFKC, no blanks, lower case.
#[must_use]
pub fn normal(text: &str) -> String {
    if text.is_ascii() {
        return text
            .bytes()
            .filter(|byte| !byte.is_ascii_whitespace())
            .map(|b| char::from(b.to_ascii_lowercase()))
            .collect();
    }
    let is_normal = |c: char| c.is_ascii() || ('\u{4e00}'..='\u{9fff}').contains(&c);
    if text.chars().all(is_normal) {
        return text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
    }
    let visible = |c: &char| !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{2060}');
    text.nfkc().filter(visible).flat_map(char::to_lowercase).collect()
}

/// A table's title in its normal form, without the word that it goes on from the page before: `（续）`, `续表`.
#[must_use]
pub fn title(text: &str) -> String {
    if text.len() > LONGEST_TITLE {
        return String::new();
    }
    let title = normal(text);
    let ends = ["(续)", "(续表)", "续表", "(continued)"];
    ends.iter().find_map(|end| title.strip_suffix(end)).map(str::to_owned).unwrap_or(title)
}

/// A header in its normal form without what is not its name: a unit in brackets or behind a stroke, a closing colon, a star.
#[must_use]
pub fn bare(header: &str) -> String {
    bare_of_normal(&normal(header))
}

/// [`bare`] of a header that is in its normal form already.
#[must_use]
pub fn bare_of_normal(normal: &str) -> String {
    let mut name = normal.trim_matches([':', '*', ';']).to_owned();
    while let Some((start, end)) = last_brackets(&name) {
        let inside = &name[start + 1..end];
        if end + 1 == name.len() && (unit_in(inside).is_some() || inside.contains("单位") || is_currency(inside)) {
            name.truncate(start);
        } else {
            break;
        }
    }
    // `支出/万元`
    if let Some((before, _)) =
        name.rsplit_once(['/', ',']).filter(|(before, unit)| !before.is_empty() && unit_in(unit).is_some())
    {
        name.truncate(before.len());
    }
    name
}

fn is_currency(inside: &str) -> bool {
    matches!(
        inside,
        "£" | "$" | "€" | "gbp" | "usd" | "eur" | "us$" | "hk$" | "hkd" | "美元" | "港元" | "欧元" | "英镑"
    )
}

/// The bytes at which the last pair of brackets begins and ends.
fn last_brackets(text: &str) -> Option<(usize, usize)> {
    let end = text.rfind([')', ']', '】'])?;
    let start = text[..end].rfind(['(', '[', '【'])?;
    // `【` is wider than one byte; names with it keep their brackets.
    (text[start..].starts_with(['(', '[']) && text[end..].starts_with([')', ']'])).then_some((start, end))
}

/// The unit that a header states: `预算金额（万元）`, `金额（单位：元）`, `执行率(%)`, `支出/万元`.
#[must_use]
pub fn unit_of_header(header: &str) -> Option<CellUnit> {
    let name = normal(header);
    if let Some(unit) = last_brackets(&name).and_then(|(start, end)| unit_in(&name[start + 1..end])) {
        return Some(unit);
    }
    if let Some(unit) = stated_unit(header) {
        return Some(CellUnit::Money(unit));
    }
    name.rsplit_once(['/', ',']).and_then(|(_, last)| unit_in(last))
}

/// A unit that is all there is, but for `单位:` and `人民币`.
fn unit_in(text: &str) -> Option<CellUnit> {
    let text = &*simplified(text);
    let text = text.rsplit_once("单位").map_or(text, |(_, unit)| unit).trim_start_matches([':', '为']);
    let text = text.strip_prefix("人民币").or_else(|| text.strip_prefix("rmb")).unwrap_or(text);
    match text {
        "%" => Some(CellUnit::Percent),
        "万" => Some(CellUnit::Money(Unit::WanYuan)),
        "亿" => Some(CellUnit::Money(Unit::YiYuan)),
        name => Unit::from_name(name).map(CellUnit::Money),
    }
}

/// Units of other things than money, as they stand below headers.
const OTHER_UNITS: [&str; 16] =
    ["个", "人", "家", "项", "次", "件", "户", "台", "套", "份", "天", "月", "年", "平方米", "人次", "‰"];

/// Whether the filled cells of a row say in which units the columns are, and nothing else: `元`, `（万元）`, `%`, at least
/// one of these; the first may say that they do.
#[must_use]
pub fn are_units<'a>(mut filled: impl Iterator<Item = &'a str>) -> bool {
    let Some(first) = filled.next() else { return false };
    let label = matches!(&*normal(first), "单位" | "计量单位" | "金额单位" | "单位:");
    let mut known = unit_alone(first).is_some();
    if !label && !known && !is_other_unit(first) {
        return false;
    }
    for cell in filled {
        let is_known = unit_alone(cell).is_some();
        if !is_known && !is_other_unit(cell) {
            return false;
        }
        known |= is_known;
    }
    known
}

fn is_other_unit(text: &str) -> bool {
    text.len() <= 20 && OTHER_UNITS.contains(&normal(text).trim_matches(['(', ')']))
}

/// The unit that is all that a cell says: `元`, `（万元）`, `%`.
#[must_use]
pub fn unit_alone(text: &str) -> Option<CellUnit> {
    // Cheap first: hardly any cell is one.
    let ends_so = text.len() <= 40 && text.trim_end().ends_with(['元', '万', '萬', '亿', '億', '%', '％', ')', '）']);
    if !ends_so {
        return None;
    }
    let name = normal(text);
    let inside = name.strip_prefix('(').and_then(|name| name.strip_suffix(')')).unwrap_or(&name);
    if inside.starts_with(|c: char| c.is_numeric()) { None } else { unit_in(inside) }
}

/// The unit of money that a caption states: `（单位：万元）`, `金额单位:人民币元`.
#[must_use]
pub fn stated_unit(caption: &str) -> Option<Unit> {
    let text = normal(caption);
    let text = simplified(&text);
    text.match_indices("单位").find_map(|(at, word)| {
        let rest = text[at + word.len()..].trim_start_matches([':', '为', ';']);
        let rest = rest.strip_prefix("人民币").unwrap_or(rest);
        Unit::ALL.into_iter().find(|unit| rest.starts_with(unit.name()))
    })
}

/// The unit of money that a line above a table states: as a caption does, or in brackets at its end, `支出明细（万元）`.
#[must_use]
pub fn unit_of_title(text: &str) -> Option<Unit> {
    let in_brackets = || {
        let title = normal(text).trim_end_matches([':', '。']).to_owned();
        let (start, end) = last_brackets(&title).filter(|(_, end)| end + 1 == title.len())?;
        match unit_in(&title[start + 1..end])? {
            CellUnit::Money(unit) => Some(unit),
            CellUnit::Percent => None,
        }
    };
    stated_unit(text).or_else(in_brackets)
}

/// Whether a lower header, bare, stands for the whole of what the header above it names: `预算金额/小计`.
#[must_use]
pub fn is_whole(bare: &str) -> bool {
    matches!(
        bare,
        "小计" | "合计" | "总计" | "共计" | "总额" | "总数" | "总金额" | "金额" | "指标总额" | "合计数" | "total"
    )
}

/// What words for sums in Chinese begin with.
const TOTALS_BEGIN: &str = "合总總小共累本全支收金";

/// Whether the first character that says something may be the first of a word for a sum. Characters of which other forms
/// exist may be anything.
fn may_begin_total(text: &str) -> bool {
    let is_mark = |c: char| c.is_whitespace() || matches!(c, '-' | '—' | '*');
    let first = text.chars().find(|c| !is_mark(*c));
    first.is_some_and(|c| !('\u{4e00}'..='\u{9fff}').contains(&c) || TOTALS_BEGIN.contains(c))
}

/// Whether a text says that its row is a sum of other rows.
#[must_use]
pub fn is_total(text: &str) -> bool {
    // Cheap first: hardly any cell may be one.
    let begins_otherwise = first_ideograph(text).is_some_and(|c| !TOTALS_BEGIN.contains(c));
    if begins_otherwise || last_ideograph(text).is_some_and(|c| !"计計数數额額".contains(c)) {
        return false;
    }
    let may_be = text.len() <= 60
        && match text.trim_start().as_bytes().first() {
            Some(byte) if byte.is_ascii_digit() => false,
            Some(byte) if text.is_ascii() => text.len() <= 24 && b"tTsSgG-*".contains(byte),
            Some(_) => may_begin_total(text) && text.contains(['计', '計']),
            None => false,
        };
    if !may_be {
        return false;
    }
    let name = normal(text);
    let name = simplified(&name);
    let name = name.trim_end_matches([':', ';', '.', '、']).trim_start_matches(['-', '—', '*']);
    matches!(
        name,
        "合计"
            | "总计"
            | "小计"
            | "共计"
            | "累计"
            | "总合计"
            | "合计数"
            | "总计数"
            | "小计数"
            | "本页合计"
            | "本页小计"
            | "全部合计"
            | "合计金额"
            | "金额合计"
            | "支出合计"
            | "收入合计"
            | "支出总计"
            | "收入总计"
            | "本月合计"
            | "本年累计"
            | "本期合计"
            | "total"
            | "subtotal"
            | "sub-total"
            | "grandtotal"
            | "sum"
            | "totals"
    )
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::{CellUnit, Unit, bare, is_total, normal, stated_unit, unit_of_header, unit_of_title};

    #[test]
    fn headers_are_their_names_and_their_units() {
        assert_eq!(bare("预算金额    （单位：万元）"), "预算金额");
        assert_eq!(bare("预算 金额（万元）："), "预算金额");
        assert_eq!(bare("项目（名称）"), "项目(名称)", "brackets that state no unit belong to the name");
        assert_eq!(bare("【项目】"), "【项目】");
        assert_eq!(unit_of_header("预算金额    （单位：万元）"), Some(CellUnit::Money(Unit::WanYuan)));
        assert_eq!(unit_of_header("执行率（％）"), Some(CellUnit::Percent));
        assert_eq!(unit_of_header("支出/亿元"), Some(CellUnit::Money(Unit::YiYuan)));
        assert_eq!(unit_of_header("預算（單位：萬元）"), Some(CellUnit::Money(Unit::WanYuan)));
        assert_eq!(unit_of_header("支出（个）"), None);
        assert_eq!(unit_of_header("单位名称"), None);
    }

    #[test]
    fn what_is_taken_as_normal_is() {
        let plain = ('\0'..='\u{7f}').chain('\u{4e00}'..='\u{9fff}').filter(|c| !c.is_whitespace());
        for c in plain {
            let whole: String = std::iter::once(c).nfkc().flat_map(char::to_lowercase).collect();
            assert_eq!(normal(&c.to_string()), whole, "{c:?}");
        }
        assert_eq!(normal("预算 金额\tA1"), "预算金额a1");
        assert_eq!(normal("预算（Ａ）"), "预算(a)");
    }

    #[test]
    fn rows_of_units_are_told_from_data() {
        let are = |cells: &[&str]| super::are_units(cells.iter().copied());
        assert!(are(&["万元", "（元）", "%"]) && are(&["单位", "人", "万元"]) && are(&["（单位：万元）"]));
        assert!(!are(&["人", "个"]) && !are(&["甲", "万元"]) && !are(&["万元", "3万元"]) && !are(&["单位", "人"]));
        assert!(!are(&[]) && !are(&["(3)", "元"]));
    }

    #[test]
    fn captions_state_units() {
        assert_eq!(stated_unit("金额单位：人民币万元"), Some(Unit::WanYuan));
        assert_eq!(stated_unit("单位名称：某局　　单位： 元"), Some(Unit::Yuan));
        assert_eq!(stated_unit("金額單位：億元"), Some(Unit::YiYuan));
        assert_eq!(stated_unit("编制单位：某局"), None);
        assert_eq!(unit_of_title("表一　支出明细（万元）"), Some(Unit::WanYuan));
        assert_eq!(unit_of_title("付款明细（5万元以上）"), None);
        assert_eq!(unit_of_title("支出明细（万元）及说明"), None);
    }

    #[test]
    fn totals_are_told_from_names() {
        assert!(["— 合计", "*小计", "本页小计", "金额合计", "\u{200b}总计"].into_iter().all(is_total));
        assert!(["合計", "總計：", "小 計", "本頁合計"].into_iter().all(is_total), "in traditional characters");
        assert!(["合 计", "总计：", "小计", "　合　计　", "Total"].into_iter().all(is_total));
        assert!(["合计局", "小计算机", "合计算", ""].into_iter().all(|text| !is_total(text)));
    }
}
