//! Rows straight below the headers that say how the columns are to be filled in: `必填 选填`, `文本 数值`, a row of examples.

use crate::facts::names::{self, normal};
use crate::facts::read::interrupt;
use crate::facts::read::raw::RawRow;

/// Rows below that show whether a hint is a value after all.
const SHOWING: usize = 20;
/// Hints are no longer than this, in bytes.
const LONGEST: usize = 90;
/// What must be filled in.
const DUTIES: [&str; 22] = [
    "必填",
    "选填",
    "可选",
    "必选",
    "非必填",
    "非必选",
    "必填项",
    "选填项",
    "非必填项",
    "必录",
    "选录",
    "不填",
    "免填",
    "可不填",
    "可空",
    "不可空",
    "自动",
    "自动生成",
    "自动计算",
    "required",
    "optional",
    "mandatory",
];
/// What is to be filled in.
const TYPES: [&str; 35] = [
    "文本",
    "文本型",
    "文字",
    "字符",
    "字符型",
    "字符串",
    "数值",
    "数值型",
    "数字",
    "数字型",
    "整数",
    "整数型",
    "整型",
    "小数",
    "浮点",
    "浮点型",
    "日期型",
    "金额型",
    "布尔",
    "布尔型",
    "下拉",
    "下拉选择",
    "下拉框",
    "text",
    "string",
    "numeric",
    "decimal",
    "integer",
    "int",
    "float",
    "double",
    "datetime",
    "boolean",
    "varchar",
    "char",
];
/// Types that are names of columns too: hints only beside others.
const NAMES: [&str; 5] = ["日期", "时间", "金额", "date", "number"];
/// How a day is to be written.
const DAYS: [&str; 6] = ["yyyy-mm-dd", "yyyy/mm/dd", "yyyymmdd", "yyyy.mm.dd", "yyyy年mm月dd日", "dd/mm/yyyy"];
/// What stands first in a row of examples.
const EXAMPLES: [&str; 12] =
    ["示例", "例", "样例", "范例", "例如", "举例", "示例行", "填写示例", "填报示例", "填表示例", "example", "e.g."];
/// What stands first in a row that says how to fill in the others.
const LABELS: [&str; 16] = [
    "填写说明",
    "填报说明",
    "填表说明",
    "填写要求",
    "填报要求",
    "格式要求",
    "数据格式",
    "数据类型",
    "字段类型",
    "字段说明",
    "是否必填",
    "填写方式",
    "格式",
    "类型",
    "要求",
    "取值说明",
];

/// Whether `row`, straight below the headers, says how they are to be filled in; `below` are the rows behind it.
pub(super) fn is_hint(row: &RawRow, below: &[RawRow]) -> bool {
    let texts: Vec<&str> = filled(row).map(|(_, text)| text).collect();
    let Some((first, rest)) = texts.split_first() else { return false };
    let first_name = plain(first);
    let is_example =
        || EXAMPLES.contains(&&*first_name) && !rest.is_empty() || texts.iter().all(|text| is_example(text));
    let is_labelled = || LABELS.contains(&&*first_name) && !rest.is_empty() && !rest.iter().any(|text| is_number(text));
    let is_other = || (are_hints(texts.iter().copied()) || are_names_again(row, below)) && !is_said_again(row, below);
    has_rows(below) && (is_labelled() || is_example() || is_other())
}

/// Whether a row says what the columns are called once more, perhaps in another language: words that end as headers do, above
/// numbers.
fn are_names_again(row: &RawRow, below: &[RawRow]) -> bool {
    let texts = || filled(row).map(|(_, text)| text);
    let Some(next) = below.iter().find(|row| filled(row).nth(1).is_some()) else { return false };
    let stands_above = |at: usize| filled(next).any(|(other, text)| other == at && is_number(text));
    let numbers = filled(row).filter(|(at, _)| stands_above(*at)).count();
    let named = interrupt::named(texts());
    interrupt::is_bare(texts()) && numbers > 0 && named >= 2 && named * 2 >= texts().count()
}

/// Whether the texts of a row are hints, units among them or not: two at least, or one that something must be filled in.
pub(super) fn are_hints<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> bool {
    let (mut hints, mut certain) = (0, false);
    for text in texts.clone() {
        let is_unit = names::unit_alone(text).is_some();
        if !is_unit && !is_one(text) {
            return false;
        }
        hints += usize::from(!is_unit);
        certain |= !is_unit && !NAMES.contains(&&*plain(text));
    }
    certain && (hints >= 2 || texts.clone().any(is_duty))
}

/// Whether a text is a hint and no unit.
pub(super) fn is_one(text: &str) -> bool {
    if text.len() > LONGEST {
        return false;
    }
    let name = plain(text);
    let parts = || name.split([',', '、', ';', '/', '+']);
    let is_part =
        |part: &str| DUTIES.contains(&part) || TYPES.contains(&part) || NAMES.contains(&part) || is_format(part);
    !name.is_empty() && (is_part(&name) || parts().all(is_part))
}

fn is_duty(text: &str) -> bool {
    text.len() <= LONGEST && DUTIES.contains(&&*plain(text))
}

/// `文本格式`, `保留两位小数`, `yyyy-mm-dd`, `varchar(50)`, `不超过50字`.
fn is_format(part: &str) -> bool {
    let sized = part.strip_suffix(')').and_then(|part| part.split_once('('));
    let is_sized = sized.is_some_and(|(ty, size)| {
        TYPES.contains(&ty) && size.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '，'))
    });
    let of_type = part.strip_suffix("格式").is_some_and(|ty| TYPES.contains(&ty) || NAMES.contains(&ty));
    let is_limit = (part.starts_with("不超过") || part.starts_with('限')) && part.ends_with('字');
    let is_places = part.starts_with("保留") && part.ends_with("小数") || part.ends_with("位小数");
    is_sized || of_type || is_limit || is_places || DAYS.contains(&part)
}

/// `例：2024`, `示例：某某`, `（示例）某某`
fn is_example(text: &str) -> bool {
    let name = normal(text);
    let behind = |word: &&str| {
        let bare = name.strip_prefix(*word).is_some_and(|rest| rest.starts_with(':'));
        let bracketed = name.strip_prefix('(').and_then(|rest| rest.strip_prefix(*word));
        bare || bracketed.is_some_and(|rest| rest.starts_with([')', ':']))
    };
    text.len() <= 200 && EXAMPLES.iter().any(behind)
}

/// A hint without brackets, stars and colons.
fn plain(text: &str) -> String {
    let name = normal(text);
    let name = name.trim_matches(['*', ':', '【', '】', '[', ']', '<', '>']);
    let inside = name.strip_prefix('(').and_then(|name| name.strip_suffix(')'));
    inside.unwrap_or(name).trim_matches('*').to_owned()
}

fn is_number(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit()) && !text.chars().any(char::is_alphabetic)
}

/// Whether there is anything below that may be data.
fn has_rows(below: &[RawRow]) -> bool {
    below.iter().take(SHOWING).any(|row| filled(row).nth(1).is_some() && !are_hints(filled(row).map(|(_, text)| text)))
}

/// Whether a row below says in one of the columns what `row` says there, as values do.
fn is_said_again(row: &RawRow, below: &[RawRow]) -> bool {
    let says = |other: &RawRow| {
        let same = filled(row).filter(|(at, text)| other.cells.get(*at).is_some_and(|cell| cell.text.trim() == *text));
        same.count() > 0 && !are_hints(filled(other).map(|(_, text)| text))
    };
    below.iter().take(SHOWING).any(says)
}

/// The cells in which something is written, with their columns.
fn filled(row: &RawRow) -> impl Iterator<Item = (usize, &str)> + Clone {
    let cells = row.cells.iter().enumerate().filter(|(_, cell)| !cell.absent);
    cells.map(|(at, cell)| (at, cell.text.trim())).filter(|(_, text)| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::is_hint;
    use crate::facts::read::raw::{RawCell, RawRow};
    use crate::source::Span;

    fn is(rows: &[&str]) -> bool {
        let cell = |text: &str| RawCell::new(text, Span::default());
        let row = |row: &&str| RawRow { cells: row.split('|').map(cell).collect(), ..RawRow::default() };
        let rows: Vec<RawRow> = rows.iter().map(row).collect();
        is_hint(&rows[0], &rows[1..])
    }

    #[test]
    fn rows_that_say_how_to_fill_in_are_no_data() {
        for row in [
            "必填|选填|必填",
            "（必填）|(选填)|*必填",
            "*必填||",
            "文本|文本|数值",
            "varchar(50)|Text|decimal(18,2)",
            "文本格式|文本，不超过50字|保留两位小数",
            "日期|必填/文本|万元",
            "示例|某局|1000.00",
            "例：非遗|例：某局|例：1000",
            "（示例）非遗|（示例）某局|（示例）3",
            "填写说明|按全称填写|保留两位",
            "yyyy-mm-dd|必填|数字",
        ] {
            assert!(is(&[row, "非遗|某局|10", "古籍|某局|20"]), "{row}");
        }
        assert!(is(&["Name|Department|Amount", "非遗|某局|10"]) && !is(&["Acme|TBC|TBC", "非遗|某局|10"]));
        assert!(is(&["必填|选填|必填", "文本|文本|数值", "非遗|某局|10"]));
    }

    #[test]
    fn rows_of_data_are_told_from_them() {
        assert!(!is(&["必填|文本|数值", "非遗|文本|数值"]), "what is said again is a value");
        assert!(!is(&["必填|文本|数值"]), "nothing else is data");
        assert!(!is(&["文本||", "非遗|某局|10"]), "a name whose amount is blank");
        assert!(!is(&["类型|某局|10", "非遗|某局|10"]) && !is(&["格式|甲|3", "非遗|某局|10"]));
        assert!(!is(&["例会经费|某局|10", "非遗|某局|10"]) && !is(&["示例工程|某局|10", "非遗|某局|10"]));
        assert!(!is(&["||", "非遗|某局|10"]) && !is(&["日期|金额|日期", "2024-01-02|3|2024-01-02"]));
    }
}
