//! A table that another one follows without a blank row between: rows that can only be the headers of that one.

use super::raw::RawRow;

/// So many rows without any digit are no headers but what the rows of a table are like: none is looked at.
pub const MOST_BARE: usize = 256;
/// Rows straight above headers that may be their titles.
pub const MOST_TITLES: usize = 3;
/// How headers end, brackets and units left out.
const ENDS: [&str; 45] = [
    "名称", "名", "编号", "号", "码", "日期", "时间", "金额", "数额", "数", "额", "单位", "类型", "类别", "备注",
    "说明", "摘要", "状况", "状态", "情况", "方式", "人", "余额", "原因", "用途", "地址", "部门", "科目", "项目",
    "内容", "指标", "值", "分值", "得分", "措施", "价", "率", "款", "费", "支出", "收入", "原值", "净值", "户名",
    "姓名",
];
/// The last words of English headers.
const WORDS: [&str; 27] = [
    "date",
    "amount",
    "name",
    "supplier",
    "number",
    "no",
    "type",
    "description",
    "vendor",
    "entity",
    "program",
    "programme",
    "department",
    "family",
    "total",
    "code",
    "category",
    "id",
    "reference",
    "ref",
    "payee",
    "area",
    "value",
    "price",
    "cost",
    "quantity",
    "status",
];

/// Whether a row of those texts, none empty, has no digit in it.
#[must_use]
pub fn is_bare<'a>(mut texts: impl Iterator<Item = &'a str>) -> bool {
    !texts.any(|text| text.bytes().any(|byte| byte.is_ascii_digit()))
}

/// How many of the texts of a row, none empty and each another, end as headers do; none when a text is there twice.
#[must_use]
pub fn named<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> usize {
    let is_twice = texts.clone().enumerate().any(|(at, text)| texts.clone().skip(at + 1).any(|other| other == text));
    if is_twice { 0 } else { texts.filter(|text| ends_as_header(text)).count() }
}

fn ends_as_header(text: &str) -> bool {
    let text = text.trim_end_matches(['*', ':', '：', ' ']);
    let bare = match text.ends_with([')', '）']) {
        true => text.rfind(['(', '（']).map_or(text, |at| &text[..at]),
        false => text,
    };
    let bare = bare.trim();
    let last = bare.rsplit([' ', '_']).next().unwrap_or(bare).to_ascii_lowercase();
    ENDS.iter().any(|end| bare.ends_with(end)) || WORDS.contains(&last.trim_end_matches('.'))
}

/// How many of the `above` rows, the nearest first, each given as its texts that are not empty, are titles of the headers below.
pub fn titles<'a, R: Iterator<Item = &'a str>>(above: impl Iterator<Item = R>) -> usize {
    let is_title = |mut texts: R| texts.next().is_some_and(is_title) && texts.next().is_none();
    above.take(MOST_TITLES).map(is_title).take_while(|is| *is).count()
}

fn is_title(text: &str) -> bool {
    const SAID: [&str; 7] = ["表", "附件", "单位", "明细", "清单", "情况", "目录"];
    const BEGUN: [&str; 6] = ["一、", "二、", "三、", "四、", "五、", "六、"];
    let is_short = text.chars().count() <= 60;
    let lower = || text.to_ascii_lowercase();
    is_short
        && (SAID.iter().any(|word| text.contains(word))
            || BEGUN.iter().any(|word| text.starts_with(word))
            || text.is_ascii() && lower().starts_with("table"))
}

/// The texts of a row that are not empty.
pub fn texts(row: &RawRow) -> impl Iterator<Item = &str> + Clone {
    let cells = row.cells.iter().filter(|cell| !cell.absent);
    cells.map(|cell| cell.text.trim()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{is_bare, named, titles};

    #[test]
    fn headers_are_told_from_rows_of_words() {
        assert_eq!(named(["合同编号", "供应商", "合同金额（元）"].into_iter()), 2);
        assert_eq!(named(["Payment Date", "Vendor Name", "Program", "Payment Amount"].into_iter()), 4);
        assert_eq!(named(["乙", "待定", "未报"].into_iter()), 0);
        assert_eq!(named(["金额", "金额"].into_iter()), 0, "headers are each another");
        assert!(is_bare(["合同", "金额"].into_iter()) && !is_bare(["合同", "2024"].into_iter()));
    }

    #[test]
    fn titles_stand_straight_above() {
        let above = |rows: &'static [&'static [&'static str]]| titles(rows.iter().map(|row| row.iter().copied()));
        assert_eq!(above(&[&["单位：万元"], &["附表2 合同"], &["甲", "1"]]), 2);
        assert_eq!(above(&[&["非遗展演"]]), 0, "a name whose amounts are blank");
        assert_eq!(above(&[&["表1", "3"]]), 0);
    }
}
