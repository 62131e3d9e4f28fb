//! Rows that stand in a table without being of it: notes below it, lines for signatures, headings of its parts, numbers
//! of its columns, their units, its title on the next page, sums carried over, parts of the row above.

use super::cells::{self, CellKind, Reading};
use super::glance::{first_ideograph, last_ideograph};
use super::names::{self, are_units, normal, unit_alone};
use crate::schema::ColumnType;

/// What such a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aside {
    /// `注：本表……`, `数据来源：……`, a line beside a table of several columns.
    Note,
    /// `填表人：张三　审核人：李四`
    Signatures,
    /// `一、基本支出` and nothing else.
    Heading,
    /// `栏次 1 2 3`
    ColumnNumbers,
    /// `必填 选填`, `文本 数值`, `示例 …`: how the columns are to be filled in.
    Hint,
    /// `第 2 页`, or the table's title once more.
    Page,
    /// `承前页`: a sum that is carried over from page to page.
    Carried,
    /// `元 万元 %`: the units of the columns, again.
    Units,
    /// `其中：……`: part of what the row above says already.
    OfWhich,
}

/// Words that begin a note.
const NOTES: [&str; 14] = [
    "注",
    "备注",
    "附注",
    "说明",
    "填表说明",
    "填报说明",
    "编制说明",
    "数据来源",
    "资料来源",
    "来源",
    "note",
    "notes",
    "source",
    "sources",
];
/// Sums that are carried over.
const CARRIED: [&str; 7] = ["承前页", "承上页", "接上页", "接前页", "过次页", "过下页", "转下页"];
/// Where forms say what a year was to bring and brought, in words.
const GOALS: [&str; 5] = ["年度总体目标", "年度绩效目标", "总体目标", "绩效目标", "年度目标"];
/// What people sign as.
const SIGNED: [&str; 60] = [
    "填表人",
    "填报人",
    "制表人",
    "制表",
    "填表",
    "审核人",
    "复核人",
    "审核",
    "复核",
    "负责人",
    "单位负责人",
    "经办人",
    "联系人",
    "联系电话",
    "填表日期",
    "填报日期",
    "填报单位",
    "编制单位",
    "单位",
    "主管",
    "会计",
    "财务负责人",
    "填制人",
    "编制人",
    "编制",
    "填报",
    "制单人",
    "制单",
    "经办",
    "核对人",
    "核对",
    "审定",
    "审批人",
    "审批",
    "批准人",
    "出纳",
    "会计主管",
    "财务主管",
    "主管会计",
    "主管领导",
    "分管领导",
    "主要负责人",
    "领导",
    "审计组长",
    "审计人员",
    "被审计单位",
    "被审计单位盖章",
    "盖章",
    "公章",
    "签字",
    "日期",
    "编制日期",
    "报送日期",
    "打印日期",
    "打印时间",
    "导出时间",
    "打印人",
    "导出人",
    "记录数",
    "电话",
];
/// What may stand in brackets behind that.
const SIGNING: [&str; 5] = ["签字", "签章", "签名", "盖章", "公章"];

/// Whether [`of`] says nothing of a row for certain, whose first filled cell this is and which has another one.
#[must_use]
pub fn begins_data(first: &str) -> bool {
    let bytes = first.as_bytes();
    let ends_as_unit = match last_ideograph(first) {
        Some(last) => matches!(last, '元' | '万' | '亿'),
        None => !bytes.last().is_some_and(u8::is_ascii_alphanumeric),
    };
    if ends_as_unit {
        return false;
    }
    // All bytes are looked at, so that they are looked at together.
    let is_labelled = |bytes: &[u8]| bytes.iter().fold(false, |is, byte| is | matches!(byte, b':' | b';' | 0xef));
    match first_ideograph(first) {
        Some('注' | '栏' | '行' | '承' | '过' | '转' | '接' | '其' | '年' | '总' | '绩') => false,
        Some(_) => !is_labelled(&bytes[..bytes.len().min(48)]),
        None => bytes[0].is_ascii_graphic() && !is_labelled(bytes),
    }
}

/// What a row of a table of `width` columns below `titles` is, when it is no data: from its filled cells in their order,
/// none of them twice, and from how many cells it is written as.
#[must_use]
pub fn of<'a>(
    mut filled: impl Iterator<Item = &'a str>,
    (cells, width): (usize, usize),
    titles: &[String],
) -> Option<Aside> {
    let first = filled.next()?.trim();
    let second = filled.next();
    if unit_alone(first).is_some() && width > 2 {
        return are_units(std::iter::once(first).chain(second).chain(filled)).then_some(Aside::Units);
    }
    let Some(second) = second else { return alone(first, (cells, width), titles) };
    // Hardly any row has such a beginning: no more is looked at.
    let start = first.chars().next()?;
    if start.is_ascii() && !first.contains(':') || first.len() > 400 {
        return None;
    }
    // A note with a comma in it is two cells, and the row ends there.
    if cells * 2 <= width && is_labelled(first, &NOTES) {
        return Some(Aside::Note);
    }
    let rest = || std::iter::once(first).chain([second]);
    // The block of a self-evaluation form between its money and its indicators.
    if "年总绩".contains(start) && first.len() <= 40 && GOALS.contains(&&*normal(first)) {
        return Some(Aside::Heading);
    }
    if "栏行".contains(start) && first.len() <= 30 && matches!(&*normal(first), "栏次" | "行次" | "栏目次") {
        return Some(Aside::ColumnNumbers);
    }
    if "承过转接".contains(start) && first.len() <= 30 && CARRIED.contains(&&*normal(first)) {
        return Some(Aside::Carried);
    }
    if start == '其' && normal(first).starts_with("其中") && is_labelled(first, &["其中"]) {
        return Some(Aside::OfWhich);
    }
    if !is_signature(first) {
        return None;
    }
    let texts: Vec<&str> = rest().chain(filled).map(str::trim).collect();
    // In a table of two columns a name beside `负责人：` is its value.
    let are_all = if width > 2 { are_signatures(&texts) } else { texts.iter().all(|text| is_signature(text)) };
    are_all.then_some(Aside::Signatures)
}

/// Whether texts, of which the first one is what people sign as with a colon, are such, or stand behind one that is left
/// open, or are days.
fn are_signatures(texts: &[&str]) -> bool {
    let is_open = |text: &str| text.ends_with([':', '：']);
    let mut before = "";
    texts.iter().all(|text| {
        let is_day = || matches!(cells::read(text, &CellKind::plain(ColumnType::Date)), Reading::Present(..));
        let fits = is_signature(text) || !is_number(text) && (is_open(before) || is_day());
        before = text;
        fits
    })
}

/// Whether texts are what people sign as with their names beside: `制单 王五`, or a cell for each, two at least.
#[must_use]
pub fn are_signed(texts: &[&str]) -> bool {
    let word = |text: &str| {
        let (head, name) = text.split_once([' ', '　']).map_or((text, ""), |(head, name)| (head, name.trim()));
        SIGNED.contains(&&*normal(head)).then_some(!name.is_empty())
    };
    let (mut signed, mut open) = (0, false);
    for text in texts {
        match word(text).or_else(|| is_signature(text).then_some(true)) {
            Some(has_name) => (signed, open) = (signed + 1, !has_name),
            None if open && !is_number(text) => open = false,
            None => return false,
        }
    }
    signed >= 2
}

fn is_number(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit()) && !text.chars().any(|c| c.is_alphabetic() || matches!(c, '-' | '/' | ':'))
}

/// What the only filled cell of a row says.
fn alone(text: &str, (cells, width): (usize, usize), titles: &[String]) -> Option<Aside> {
    if is_page(text) || !titles.is_empty() && titles.contains(&names::title(text)) {
        return Some(Aside::Page);
    }
    if width < 3 {
        return None;
    }
    if is_labelled(text, &NOTES) || text.starts_with(['※', '★', '*']) {
        return Some(Aside::Note);
    }
    if is_signature(text) {
        return Some(Aside::Signatures);
    }
    if is_numbered(text) {
        return Some(Aside::Heading);
    }
    // A line without a single delimiter, of this kind or another: it cannot be a row of three columns.
    let has_others = [';', '|', '\t', ','].iter().any(|other| text.matches(*other).count() + 1 >= width);
    (cells == 1 && !has_others).then_some(Aside::Note)
}

fn is_signature(text: &str) -> bool {
    is_labelled(text, &SIGNED)
}

/// Whether `text` begins with one of `words` and a colon, or with it and a number: `注1.`, `注：`.
fn is_labelled(text: &str, words: &[&str]) -> bool {
    let text = text.trim();
    // Hardly any text has a colon where it must stand, which is an ASCII one or begins with this byte: no more is looked at.
    let start = &text.as_bytes()[..text.len().min(48)];
    if !start.iter().any(|byte| matches!(byte, b':' | b';' | 0xEF)) && !text.starts_with('注') {
        return false;
    }
    let head: String = text.chars().take(18).collect();
    if !head.contains([':', '：', ';', '；', '﹕', '︰']) && !head.starts_with('注') {
        return false;
    }
    let head = normal(&head);
    words.iter().any(|word| {
        let Some(rest) = head.strip_prefix(word) else { return false };
        let in_brackets = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let rest = in_brackets.filter(|(inside, _)| SIGNING.contains(inside)).map_or(rest, |(_, rest)| rest);
        rest.starts_with([':', ';']) || *word == "注" && rest.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// `第 2 页`, `第2页，共3页`
fn is_page(text: &str) -> bool {
    if text.len() > 60 || !text.starts_with('第') {
        return false;
    }
    let text = normal(text);
    let rest = text['第'.len_utf8()..].trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() + '第'.len_utf8() < text.len() && rest.starts_with('页')
}

/// `一、`, `（二）`, `第三部分`: how parts of a table are numbered.
fn is_numbered(text: &str) -> bool {
    let is_digit = |c: char| "一二三四五六七八九十".contains(c);
    let text = text.trim_start_matches(['(', '（', '第']);
    let rest = text.trim_start_matches(is_digit);
    rest.len() < text.len() && rest.starts_with(['、', ')', '）', '部'])
}

#[cfg(test)]
mod tests {
    use super::{Aside, of};

    fn row(cells: &[&str], width: usize) -> Option<Aside> {
        let titles = ["支出表".to_owned()];
        of(cells.iter().copied().filter(|cell| !cell.is_empty()), (cells.len(), width), &titles)
    }

    #[test]
    fn what_stands_below_a_table_is_no_row_of_it() {
        assert_eq!(row(&["注：1.本表数据来自系统。", "", "", ""], 4), Some(Aside::Note));
        assert_eq!(row(&["注1：含上年结转", "", "", ""], 4), Some(Aside::Note));
        assert_eq!(row(&["Source: HM Treasury"], 4), Some(Aside::Note));
        assert_eq!(row(&["Note: without VAT", " and postage"], 4), Some(Aside::Note));
        assert_eq!(row(&["填表人：张三", "", "审核人：李四", "填表日期：2024年1月5日"], 4), Some(Aside::Signatures));
        for cells in [
            ["制表人：王五", "审核人：赵六", "", "2024年12月31日"],
            ["制表：", "复核：", "审核：", "日期：2024年12月31日"],
            ["", "", "审计组长（签字）：", "王五"],
            ["审计人员：王五", "", "被审计单位盖章：", ""],
            ["编制单位（盖章）：甲县财政局", "", "编制日期：", "2024-12-31"],
            ["导出人：admin", "", "记录数：10", ""],
            ["打印时间：2024-12-31 10:00", "", "", ""],
        ] {
            assert_eq!(row(&cells, 4), Some(Aside::Signatures), "{cells:?}");
        }
        assert_eq!(row(&["审核：", "甲", "100", "80"], 4), None, "an amount stands beside it");
        assert_eq!(row(&["负责人：", "张三"], 2), None, "its value");
        assert_eq!(row(&["（一）基本支出", "", "", ""], 4), Some(Aside::Heading));
        assert_eq!(row(&["栏次", "1", "2", "3"], 4), Some(Aside::ColumnNumbers));
        assert_eq!(row(&["支 出 表（续）", "", "", ""], 4), Some(Aside::Page));
        assert_eq!(row(&["第 2 页，共 3 页", ""], 2), Some(Aside::Page));
        assert_eq!(row(&["承前页", "", "3", "4"], 4), Some(Aside::Carried));
        assert_eq!(row(&["年度总体目标", "预期目标", "", "实际完成情况"], 4), Some(Aside::Heading));
        assert_eq!(row(&["", "万元", "（元）", ""], 4), Some(Aside::Units));
        assert_eq!(row(&["其中：人员经费", "3", "", ""], 4), Some(Aside::OfWhich));
    }

    #[test]
    fn what_begins_data_is_no_other_row() {
        let firsts = [
            "记-00000001",
            "江城市",
            "a1",
            "2024年",
            "注1：含",
            "注",
            "栏次",
            "承前页",
            "其中：人员",
            "a:b",
            "万元",
            "（元）",
            "%",
        ];
        let others =
            ["填表人：张三", "制表：李", "来源：x", " 甲", "甲 ", "", "单位", "元", "①", "Note: x", "é", "审核人:王"];
        for first in firsts.into_iter().chain(others) {
            for second in ["1", "审核人：李四", "万元", "甲"] {
                let says = row(&[first, second, "", ""], 4);
                assert!(!super::begins_data(first) || says.is_none(), "{first} {second}");
            }
        }
        assert!(["记-00000001", "江城市", "a1", "2024年"].into_iter().all(super::begins_data));
    }

    #[test]
    fn rows_with_a_name_alone_or_with_amounts_are_data() {
        assert_eq!(row(&["非遗展演", "", "", ""], 4), None, "its amounts are blank");
        assert_eq!(row(&["注册费", "3", "2", ""], 4), None);
        assert_eq!(row(&["注册费", "", "", ""], 4), None);
        assert_eq!(row(&["一、基本支出", "3", "2", ""], 4), None);
        assert_eq!(row(&["说明", "x"], 2), None);
        assert_eq!(row(&["a;b;c"], 3), None, "a row with another delimiter is for people to look at");
        assert_eq!(row(&["a"], 2), None, "two columns: a name whose value is missing");
        assert_eq!(row(&["第一页设计费", "", ""], 3), None);
        assert_eq!(row(&["其中一个项目", "3", "", ""], 4), None);
    }
}
