//! `captures` and `split`: parts of a text by a pattern.

use super::place;
use crate::value::Value;
use crate::value::functions::EvalError;
use crate::value::functions::text::with_regex;

/// One row per match: its place, then the named groups; a group that took no part is the empty text.
pub(super) fn captures(text: &str, pattern: &str, groups: &[String]) -> Result<Vec<Vec<Value>>, EvalError> {
    let rows = with_regex(pattern, |regex| {
        let mut rows = Vec::new();
        for found in regex.captures_iter(text) {
            let whole = found.get_match().range();
            let mut row = place(rows.len() + 1, text, &whole).to_vec();
            row.extend(groups.iter().map(|group| Value::symbol(found.name(group).map_or("", |part| part.as_str()))));
            rows.push(row);
        }
        rows
    });
    rows.ok_or(EvalError::NotDefined)
}

/// The parts between separators; all of the text when the separator is empty.
pub(super) fn split(text: &str, separator: &str) -> Vec<Vec<Value>> {
    let mut ranges = Vec::new();
    let mut start = 0;
    if !separator.is_empty() {
        for (at, found) in text.match_indices(separator) {
            ranges.push(start..at);
            start = at + found.len();
        }
    }
    ranges.push(start..text.len());
    ranges.iter().enumerate().map(|(at, range)| place(at + 1, text, range).to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use super::{captures, split};
    use crate::value::Value;

    fn texts(rows: &[Vec<Value>], column: usize) -> Vec<String> {
        rows.iter().map(|row| row[column].to_string()).collect()
    }

    #[test]
    fn captures_are_named_groups_in_order() {
        let rows = captures("本科20人，专科10人", "(?<kind>..)(?<heads>[0-9]+)人", &["kind".into(), "heads".into()]);
        let rows = rows.unwrap();
        assert_eq!(texts(&rows, 4), ["本科", "专科"]);
        assert_eq!(texts(&rows, 5), ["20", "10"]);
        assert_eq!(texts(&rows, 2), ["0", "14"], "byte offsets");
        assert!(captures("a", "(", &[]).is_err());
    }

    #[test]
    fn a_split_text_has_one_part_more_than_separators() {
        assert_eq!(texts(&split("甲、乙、", "、"), 1), ["甲", "乙", ""]);
        assert_eq!(texts(&split("甲", ""), 1), ["甲"]);
    }
}
