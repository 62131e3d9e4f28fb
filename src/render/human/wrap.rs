//! Breaking text into lines of a terminal, 汉字 and Latin mixed.

use unicode_width::UnicodeWidthChar;

/// Characters that may not begin a line.
const NOT_FIRST: &str = "，。、；：？！）】》〉”’％%…,.;:?!)]}";
/// Characters that may not end a line.
const NOT_LAST: &str = "（【《〈“‘([{￥¥$";

/// How many columns `text` takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// `text` in lines of at most `columns` columns; a piece that cannot be broken may be longer. Breaks stand at blanks,
/// and before and after wide characters, but never before closing or after opening punctuation.
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    text.split('\n').flat_map(|line| wrap_line(line, columns.max(1))).collect()
}

fn wrap_line(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && width(&line) + width(piece.trim_end()) > columns {
            lines.push(line.trim_end().to_owned());
            line = String::new();
        }
        line.push_str(if line.is_empty() && !lines.is_empty() { piece.trim_start() } else { piece });
    }
    lines.push(line.trim_end().to_owned());
    lines
}

/// `text` cut at every place where a line may end.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        if before.is_some_and(|before| may_break(before, c)) {
            pieces.push(&text[start..at]);
            start = at;
        }
        before = Some(c);
    }
    pieces.push(&text[start..]);
    pieces
}

fn may_break(before: char, after: char) -> bool {
    if NOT_FIRST.contains(after) || NOT_LAST.contains(before) || after == ' ' {
        return false;
    }
    let wide = |c: char| c.width().unwrap_or(0) == 2;
    let number_and_unit = before.is_ascii_digit() && "元万亿千百年月日个条行项".contains(after)
        || after == '元' && "百千万亿".contains(before);
    before == ' ' || ((wide(before) || wide(after)) && !number_and_unit)
}

#[cfg(test)]
mod tests {
    use super::{width, wrap};

    #[test]
    fn lines_fit_and_punctuation_stays_with_its_word() {
        assert_eq!(wrap("支出超出预算，核对凭证。", 12), ["支出超出预", "算，核对凭", "证。"]);
        assert_eq!(wrap("预算 25.08万元的项目", 12), ["预算", "25.08万元的", "项目"]);
        assert_eq!(wrap("a word longer", 6), ["a word", "longer"]);
        assert_eq!(wrap("一\n二", 10), ["一", "二"]);
        assert_eq!(wrap("", 10), [""]);
    }

    #[test]
    fn columns_are_those_of_a_terminal() {
        assert_eq!(width("汉字ab"), 6);
    }
}
