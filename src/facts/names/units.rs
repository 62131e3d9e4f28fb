//! Units that headers, captions and cells below headers state.

use super::{last_brackets, normal};
use crate::facts::headers::simplified;
use crate::facts::manifest::CellUnit;
use crate::value::Unit;

/// The unit that a header states: `预算金额（万元）`, `金额（单位：元）`, `执行率(%)`, `支出/万元`, `支出数万元`.
#[must_use]
pub fn unit_of_header(header: &str) -> Option<CellUnit> {
    let name = normal(header);
    if let Some(unit) = last_brackets(&name).and_then(|(start, end)| unit_in(&name[start + 1..end])) {
        return Some(unit);
    }
    if let Some(unit) = stated_unit(header) {
        return Some(CellUnit::Money(unit));
    }
    let behind_mark = name.rsplit_once(['/', ',']).and_then(|(_, last)| unit_in(last));
    behind_mark.or_else(|| unit_behind(&name).map(|(_, unit)| CellUnit::Money(unit)))
}

/// A unit that is all there is, but for `单位:`, `人民币` and what it is for: `万元/年`.
pub(super) fn unit_in(text: &str) -> Option<CellUnit> {
    let text = &*simplified(text);
    let text = text.rsplit_once("单位").map_or(text, |(_, unit)| unit).trim_start_matches([':', '为']);
    let text = without_currency(text);
    let text = text.split_once('/').map(|(unit, _)| unit).filter(|unit| unit.ends_with('元')).unwrap_or(text);
    match text {
        "%" => Some(CellUnit::Percent),
        name => unit_named(name).map(CellUnit::Money),
    }
}

/// The unit of that name, 元 left out or not.
fn unit_named(name: &str) -> Option<Unit> {
    match name {
        "百万" => Some(Unit::BaiWanYuan),
        "千万" => Some(Unit::QianWanYuan),
        "万" => Some(Unit::WanYuan),
        "亿" => Some(Unit::YiYuan),
        name => Unit::from_name(name),
    }
}

fn without_currency(text: &str) -> &str {
    text.strip_prefix("人民币").or_else(|| text.strip_prefix("rmb")).unwrap_or(text)
}

/// Where in a name in its normal form the unit begins that stands behind it without a mark, and which one: `预算数万元`.
pub(super) fn unit_behind(name: &str) -> Option<(usize, Unit)> {
    // Cheap first: hardly any name ends so.
    if !name.ends_with('元') {
        return None;
    }
    let simple = simplified(name);
    let unit = Unit::ALL.into_iter().find(|unit| simple.ends_with(unit.name()))?;
    let before = name.get(..name.len() - unit.name().len())?;
    let is_amount = before.ends_with(|c: char| "数數额額款费費价價金资資支出收入付算计計余餘".contains(c));
    is_amount.then_some((before.len(), unit))
}

fn is_currency(inside: &str) -> bool {
    matches!(
        inside,
        "£" | "$" | "€" | "gbp" | "usd" | "eur" | "us$" | "hk$" | "hkd" | "美元" | "港元" | "欧元" | "英镑"
    )
}

/// What a header or caption states as the unit of its amounts, where that is none that is known: `（k元）`, `单位：美元`.
#[must_use]
pub fn unknown_unit(text: &str) -> Option<String> {
    if unit_of_header(text).is_some() {
        return None;
    }
    let name = normal(text);
    let name = simplified(&name);
    let in_brackets = last_brackets(&name).filter(|(_, end)| end + 1 == name.len());
    let in_brackets = in_brackets.map(|(start, end)| &name[start + 1..end]);
    let said = name.rsplit_once("单位").and_then(|(_, rest)| rest.strip_prefix([':', '为']));
    let said = said.map(|rest| rest.split(['、', ',', ';', ')']).next().unwrap_or(rest));
    [in_brackets, said].into_iter().flatten().find(|unit| is_unknown(unit)).map(str::to_owned)
}

/// Whether a text in brackets is a unit of money by its look and none that is known.
pub(super) fn is_unknown(unit: &str) -> bool {
    const LONGEST: usize = 8;
    const WORDS: [&str; 4] = ["单元", "多元", "公元", "纪元"];
    let is_short = unit.chars().count() <= LONGEST && !unit.chars().any(|c| c.is_ascii_digit());
    let ends_so = unit.ends_with(['元', '万', '亿', '币']) && !WORDS.iter().any(|word| unit.ends_with(word));
    is_short && (is_currency(unit) || ends_so) && unit_in(unit).is_none()
}

/// Units of other things than money, as they stand below headers.
const OTHER_UNITS: [&str; 16] =
    ["个", "人", "家", "项", "次", "件", "户", "台", "套", "份", "天", "月", "年", "平方米", "人次", "‰"];

/// Whether the filled cells of a row say in which units the columns are, and nothing else: `元`, `（万元）`, `%`, at least
/// one of these; the first may say that they do.
#[must_use]
pub fn are_units<'a>(mut filled: impl Iterator<Item = &'a str>) -> bool {
    let Some(first) = filled.next() else { return false };
    let mut known = unit_alone(first).is_some();
    if !says_unit_follows(first) && !known && !is_other_unit(first) {
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

/// Whether a cell says that units stand beside or below it: `金额单位`.
#[must_use]
pub fn says_unit_follows(text: &str) -> bool {
    text.len() <= 40 && matches!(normal(text).trim_end_matches(':'), "单位" | "计量单位" | "金额单位" | "货币单位")
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

/// The unit of money that a caption states: `（单位：万元）`, `金额单位:人民币元`, `单位：人、万元`.
#[must_use]
pub fn stated_unit(caption: &str) -> Option<Unit> {
    let text = normal(caption);
    let text = simplified(&text);
    text.match_indices("单位").find_map(|(at, word)| {
        let rest = text[at + word.len()..].trim_start_matches([':', '为', ';']);
        listed_unit(rest)
    })
}

/// The first unit of money among those that `list` begins with.
fn listed_unit(list: &str) -> Option<Unit> {
    let mut units = list.split(['、', ',', '/', '和']).map(without_currency);
    let others = units.clone().take_while(|unit| OTHER_UNITS.contains(unit)).count();
    let unit = units.nth(others)?;
    let begins_so = Unit::ALL.into_iter().find(|known| unit.starts_with(known.name()));
    begins_so.or_else(|| unit_named(unit.trim_end_matches([')', '。', ';'])))
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

#[cfg(test)]
mod tests {
    use super::{are_units, stated_unit, unit_of_header, unit_of_title, unknown_unit};
    use crate::facts::manifest::CellUnit;
    use crate::facts::names::bare;
    use crate::value::Unit;

    #[test]
    fn rows_of_units_are_told_from_data() {
        let are = |cells: &[&str]| are_units(cells.iter().copied());
        assert!(are(&["万元", "（元）", "%"]) && are(&["单位", "人", "万元"]) && are(&["（单位：万元）"]));
        assert!(!are(&["人", "个"]) && !are(&["甲", "万元"]) && !are(&["万元", "3万元"]) && !are(&["单位", "人"]));
        assert!(!are(&[]) && !are(&["(3)", "元"]));
    }

    #[test]
    fn captions_state_units() {
        for (caption, unit) in [
            ("金额单位：人民币万元", Some(Unit::WanYuan)),
            ("单位名称：某局　　单位： 元", Some(Unit::Yuan)),
            ("金額單位：億元", Some(Unit::YiYuan)),
            ("单位：人、万元", Some(Unit::WanYuan)),
            ("（单位：个，千万元）", Some(Unit::QianWanYuan)),
            ("单位：万", Some(Unit::WanYuan)),
            ("单位：万达公司", None),
            ("编制单位：某局", None),
            ("编制单位：某局，元旦前填", None),
        ] {
            assert_eq!(stated_unit(caption), unit, "{caption}");
        }
        assert_eq!(unit_of_title("表一　支出明细（万元）"), Some(Unit::WanYuan));
        assert_eq!(unit_of_title("付款明细（5万元以上）"), None);
        assert_eq!(unit_of_title("支出明细（万元）及说明"), None);
    }

    #[test]
    fn units_stand_behind_names_too() {
        for (header, name, unit) in [
            ("预算数万元", "预算数", Unit::WanYuan),
            ("支出数\n百元", "支出数", Unit::BaiYuan),
            ("金额（万元/年）", "金额", Unit::WanYuan),
            ("预算（十万元）", "预算", Unit::ShiWanYuan),
            ("預算數萬元", "預算數", Unit::WanYuan),
        ] {
            assert_eq!(unit_of_header(header), Some(CellUnit::Money(unit)), "{header}");
            assert_eq!(bare(header), name);
        }
        for header in ["单元", "美元", "不超过10万元", "状元"] {
            assert_eq!((unit_of_header(header), bare(header).as_str()), (None, header));
        }
    }

    #[test]
    fn what_is_written_and_not_known_is_seen() {
        for (text, unit) in [("预算（k元）", "k元"), ("金额（美元）", "美元"), ("单位：韩元", "韩元")]
        {
            assert_eq!(unknown_unit(text).as_deref(), Some(unit));
        }
        for text in ["预算（万元）", "项目（二期）", "编制单位：某局", "楼号（单元）", "（5万元）", "数量（个）"]
        {
            assert_eq!(unknown_unit(text), None, "{text}");
        }
    }
}
