//! Printed headers and captions as people mean them: the name without spaces and brackets, and the unit stated in it.

mod totals;
mod units;

use unicode_normalization::UnicodeNormalization;

pub use self::totals::{is_total, names_total};
pub use self::units::{
    are_units, says_unit_follows, stated_unit, unit_alone, unit_of_header, unit_of_title, unknown_unit,
};
use self::units::{is_unknown, unit_behind, unit_in};

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
        if end + 1 == name.len() && (unit_in(inside).is_some() || inside.contains("单位") || is_unknown(inside)) {
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
    // `支出数万元`
    if let Some((before, _)) = unit_behind(&name) {
        name.truncate(before);
    }
    name
}

/// The bytes at which the last pair of brackets begins and ends.
fn last_brackets(text: &str) -> Option<(usize, usize)> {
    let end = text.rfind([')', ']', '】'])?;
    let start = text[..end].rfind(['(', '[', '【'])?;
    // `【` is wider than one byte; names with it keep their brackets.
    (text[start..].starts_with(['(', '[']) && text[end..].starts_with([')', ']'])).then_some((start, end))
}

/// Whether a lower header, bare, stands for the whole of what the header above it names: `预算金额/小计`.
#[must_use]
pub fn is_whole(bare: &str) -> bool {
    matches!(
        bare,
        "小计" | "合计" | "总计" | "共计" | "总额" | "总数" | "总金额" | "金额" | "指标总额" | "合计数" | "total"
    )
}

#[cfg(test)]
mod tests {
    use unicode_normalization::UnicodeNormalization;

    use super::{bare, normal, unit_of_header};
    use crate::facts::manifest::CellUnit;
    use crate::value::Unit;

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
}
