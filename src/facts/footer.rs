//! Rows at the very end of a table that are no data: who made it, notes, `以下空白`, lines. In the middle of a table the same
//! words may be anything, and at the end too where an amount stands beside them.

use super::aside;
use super::cells::{self, CellKind, Reading};
use super::headers::Headers;
use super::names::normal;
use super::read::raw::RawRow;
use super::rows;
use crate::schema::ColumnType;

/// Rows from the end that may be no data.
pub const MOST: usize = 30;
/// Rows above that show what a column holds.
const SHOWING: usize = 5;
/// Texts in such rows that say something are no longer than this, in bytes.
const LONGEST: usize = 400;
/// What is written below a table so that nothing can be added.
const ENDS: [&str; 6] = ["以下空白", "以下无正文", "以下无内容", "此页无正文", "本页无正文", "下接空白"];
/// Words that begin a note or a sum in words, with a blank or a cell behind them.
const NOTES: [&str; 6] = ["备注", "说明", "注", "附注", "人民币大写", "大写"];
/// How names of those end who sign with a date.
const BODIES: &str = "局院厅委办心司校处站所部府会室队馆社厂行";

/// Which of `rows`, those behind the headers, are such rows at the end; positions, the last first.
#[must_use]
pub fn footers(rows: &[RawRow], headers: &Headers) -> Vec<usize> {
    let mut found = Vec::new();
    for at in (0..rows.len()).rev().take(MOST) {
        let row = &rows[at];
        let is_no_data = rows::filled(row).next().is_none()
            || rows::aside(row, headers).is_some()
            || rows::first_names_total(row)
            || rows::repeats_headers(row, headers);
        if is_no_data {
            continue;
        }
        if !is_footer(row, &rows[..at], headers.columns.len()) {
            break;
        }
        found.push(at);
    }
    found
}

/// Whether the last of the rows of data, below `above`, is none.
fn is_footer(row: &RawRow, above: &[RawRow], width: usize) -> bool {
    let texts: Vec<&str> = rows::filled(row).map(str::trim).collect();
    let has_amount = texts.iter().any(|text| reads_as(text, ColumnType::Money));
    if width < 3 || has_amount || texts.iter().any(|text| text.len() > LONGEST) {
        return false;
    }
    let Some((first, rest)) = texts.split_first() else { return false };
    let name = normal(first);
    let name = name.trim_matches(['(', ')', '【', '】', '-', '—', '。', '*']);
    let is_note = rest.len() <= 1 && (NOTES.contains(&name) || name.starts_with("人民币大写"));
    ENDS.contains(&name) && rest.is_empty()
        || texts.iter().all(|text| is_line(text))
        || is_note
        || aside::are_signed(&texts)
        || rest.is_empty() && is_numbered_note(first) && !above_is(above, row, is_numbered_note)
        || is_dated(&texts) && !above_is(above, row, |text| reads_as(text, ColumnType::Date))
}

fn reads_as(text: &str, ty: ColumnType) -> bool {
    matches!(cells::read(text, &CellKind::plain(ty)), Reading::Present(..))
}

/// `----`, `═══`
fn is_line(text: &str) -> bool {
    let is_stroke = |c: char| matches!(c, '-' | '—' | '─' | '═' | '=' | '_' | '＿' | '…' | '*' | '━');
    text.chars().all(is_stroke) && text.chars().nth(2).is_some()
}

/// `1.本表按批复数填列`, `2、支出数不含结转`
fn is_numbered_note(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - rest.len();
    let words = rest.strip_prefix(['.', '、', '．', ')', '）']).map(str::trim_start);
    (1..=2).contains(&digits) && words.is_some_and(|words| words.starts_with(char::is_alphabetic))
}

/// The name of a body and a day, or a day alone.
fn is_dated(texts: &[&str]) -> bool {
    let (day, who) = match texts {
        [day] => (day, None),
        [who, day] => (day, Some(who)),
        _ => return false,
    };
    let signs = |who: &&str| who.ends_with(|c: char| BODIES.contains(c)) && who.chars().count() >= 3;
    reads_as(day, ColumnType::Date) && who.is_none_or(signs)
}

/// Whether something `is` said in one of the rows above, in a column where `row` says the like.
fn above_is(above: &[RawRow], row: &RawRow, is: impl Fn(&str) -> bool) -> bool {
    let columns = row.cells.iter().enumerate().filter(|(_, cell)| is(cell.text.trim()));
    let filled = above.iter().rev().filter(|row| rows::filled(row).nth(1).is_some()).take(SHOWING);
    let says = |at: usize| filled.clone().any(|row| row.cells.get(at).is_some_and(|cell| is(cell.text.trim())));
    columns.into_iter().any(|(at, _)| says(at))
}

#[cfg(test)]
mod tests {
    use super::{Headers, RawRow, footers};
    use crate::facts::headers::Header;
    use crate::facts::read::raw::RawCell;
    use crate::source::Span;

    fn found(rows: &[&str]) -> Vec<usize> {
        let cell = |text: &str| RawCell::new(text, Span::default());
        let row = |row: &&str| RawRow { cells: row.split(',').map(cell).collect(), ..RawRow::default() };
        let headers = Headers { rows: 0..1, columns: vec![Header::default(); 4], ..Headers::default() };
        footers(&rows.iter().map(row).collect::<Vec<_>>(), &headers)
    }

    #[test]
    fn what_ends_a_table_is_no_data() {
        for row in [
            "1.本表按批复数填列,,,",
            "2、支出数不含结转,,,",
            "（此页无正文）,,,",
            "----,----,----,----",
            "以下空白,,,",
            "甲县财政局,,,2024年12月31日",
            ",,,2024-12-31",
            "备注,以上均含税,,",
            "人民币大写：壹佰万元整,,,",
            "制单 王五,,复核 赵六,",
            "经办人,王五,审批人,赵六",
        ] {
            assert_eq!(found(&["1,非遗,10,8", row]), [1], "{row}");
            assert_eq!(found(&["1,非遗,10,8", row, "2,古籍,20,9"]).len(), 0, "{row} in the middle");
        }
        assert_eq!(found(&["1,非遗,10,8", ",合计,10,8", "1.本表含税,,,", "2.略,,,"]), [3, 2]);
    }

    #[test]
    fn rows_that_may_be_data_are_data() {
        for row in ["备注,以上,3,", "2,古籍,,", "2.古籍,10,,", "经办人,王五,3,赵六", "古籍,,,", "-,-,-,-"]
        {
            assert!(found(&["1,非遗,10,8", row]).is_empty(), "{row}");
        }
        assert!(found(&["1.非遗,,10,8", "2.古籍,,,"]).is_empty(), "numbered as the row above");
        assert!(found(&["非遗局,,10,2024-1-3", "古籍局,,,2024-1-5"]).is_empty(), "a column of days");
    }
}
