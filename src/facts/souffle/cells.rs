//! A line cut into cells, and the value that each writes.

use std::borrow::Cow;
use std::str::FromStr;

use super::Dialect;
use crate::schema::ColumnType;
use crate::text;
use crate::value::{Decimal, Float, Value, parse_date};

/// The value that a cell writes; texts are taken as they are.
pub(super) fn value(content: &str, ty: ColumnType) -> Option<Value> {
    let plain = content.trim();
    match ty {
        ColumnType::Symbol => Some(Value::symbol(content)),
        ColumnType::Number => integer(plain).and_then(|number| i64::try_from(number).ok()).map(Value::Number),
        ColumnType::Unsigned => {
            let digits = plain.strip_suffix('u').unwrap_or(plain);
            integer(digits).and_then(|number| u64::try_from(number).ok()).map(Value::Unsigned)
        }
        ColumnType::Float => f64::from_str(plain).ok().map(|float| Value::Float(Float(float))),
        ColumnType::Decimal => Decimal::from_str_exact(plain).ok().map(Value::Decimal),
        ColumnType::Money => Decimal::from_str_exact(plain).ok().map(Value::Money),
        ColumnType::Date => parse_date(plain).ok().map(Value::Date),
    }
}

/// A whole number: decimal, `0x…` or `0b…`.
fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match (digits.strip_prefix("0x"), digits.strip_prefix("0b")) {
        (Some(digits), _) => (16, digits),
        (_, Some(digits)) => (2, digits),
        _ => (10, digits),
    };
    let is_number = digits.starts_with(|c: char| c.is_ascii_hexdigit());
    let value = is_number.then(|| i128::from_str_radix(digits, radix).ok()).flatten()?;
    Some(if negative { -value } else { value })
}

/// A cell's text and the bytes of the file that it stands in.
pub(super) type CellText<'t> = (Cow<'t, str>, std::ops::Range<usize>);
/// Where a line is wrong, and why.
pub(super) type Fault = (std::ops::Range<usize>, crate::diagnostic::Text);

/// The cells of one line, in the order of columns.
pub(super) fn cells<'t>(
    text: &'t str,
    row: std::ops::Range<usize>,
    dialect: &Dialect,
) -> Result<Vec<CellText<'t>>, Fault> {
    let arity = dialect.columns.iter().flatten().count();
    let mut found: Vec<Option<CellText>> = vec![None; arity];
    let mut at = row.start;
    for (number, column) in dialect.columns.iter().enumerate() {
        if at > row.end {
            let message = text!(
                "这一行只有 {number} 项，需要 {arity} 项",
                "this line has {number} cells where {arity} are needed"
            );
            return Err((row, message));
        }
        let (content, place, next) = next_cell(text, at..row.end, dialect)?;
        if let Some(cell) = column.and_then(|column| found.get_mut(column)) {
            *cell = Some((content, place));
        }
        at = next;
    }
    let cells: Option<Vec<CellText>> = found.into_iter().collect();
    cells.ok_or_else(|| (row, text!("选项 columns 没有给出每一列", "the option columns does not fill every column")))
}

/// The cell that starts at `rest.start`: its text, its place, and where the next one starts.
fn next_cell<'t>(
    text: &'t str,
    rest: std::ops::Range<usize>,
    dialect: &Dialect,
) -> Result<(Cow<'t, str>, std::ops::Range<usize>, usize), Fault> {
    let line = &text[rest.clone()];
    if dialect.rfc4180 && line.starts_with('"') {
        return quoted(text, rest, dialect);
    }
    let end = end_of_plain(line, dialect).map_or(rest.end, |at| rest.start + at);
    // One past the end of the line when there is no further delimiter.
    let next = if end == rest.end { rest.end + 1 } else { end + dialect.delimiter.len() };
    Ok((Cow::Borrowed(&text[rest.start..end]), rest.start..end, next))
}

/// Where the next delimiter stands. One with a comma in it does not end a cell within the brackets of a record.
fn end_of_plain(line: &str, dialect: &Dialect) -> Option<usize> {
    if dialect.delimiter.is_empty() {
        return None;
    }
    if !dialect.delimiter.contains(',') || dialect.rfc4180 {
        return line.find(&dialect.delimiter);
    }
    let mut depth = 0_i64;
    for (at, c) in line.char_indices() {
        if depth <= 0 && line[at..].starts_with(&dialect.delimiter) {
            return Some(at);
        }
        depth += match c {
            '[' => 1,
            ']' => -1,
            _ => 0,
        };
    }
    None
}

fn quoted<'t>(
    text: &'t str,
    rest: std::ops::Range<usize>,
    dialect: &Dialect,
) -> Result<(Cow<'t, str>, std::ops::Range<usize>, usize), Fault> {
    let mut content = String::new();
    let mut at = rest.start + 1;
    loop {
        let Some(quote) = text[at..rest.end].find('"') else {
            return Err((rest, text!("引号没有闭合", "the quotation mark is not closed")));
        };
        content.push_str(&text[at..at + quote]);
        at += quote + 1;
        if !text[at..rest.end].starts_with('"') {
            break;
        }
        content.push('"');
        at += 1;
    }
    if at < rest.end && !text[at..rest.end].starts_with(&dialect.delimiter) {
        return Err((at..rest.end, text!("引号之后应当是分隔符", "a delimiter must follow the quotation mark")));
    }
    let next = if at == rest.end { rest.end + 1 } else { at + dialect.delimiter.len() };
    Ok((Cow::Owned(content), rest.start + 1..at - 1, next))
}

#[cfg(test)]
mod tests {
    use super::super::Dialect;
    use super::{cells, value};
    use crate::schema::ColumnType;
    use crate::value::Value;

    fn split(line: &str, options: &[(&str, &str)], arity: usize) -> Result<Vec<String>, String> {
        let options: Vec<_> = options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let found = cells(line, 0..line.len(), &Dialect::new(&options, arity));
        found.map(|cells| cells.into_iter().map(|(text, _)| text.into_owned()).collect()).map_err(|(_, text)| text.en)
    }

    #[test]
    fn lines_are_cut_at_delimiters() {
        assert_eq!(split("a\tb c", &[], 2).unwrap(), ["a", "b c"]);
        assert_eq!(split("a\tb\textra", &[], 2).unwrap(), ["a", "b"]);
        assert_eq!(split("", &[], 1).unwrap(), [""]);
        assert!(split("a", &[], 2).is_err());
        assert_eq!(split("a::b", &[("delimiter", "::")], 2).unwrap(), ["a", "b"]);
        assert_eq!(split("[1, 2],b", &[("delimiter", ",")], 2).unwrap(), ["[1, 2]", "b"]);
        assert_eq!(split("a\tb\tc", &[("columns", "2:0")], 2).unwrap(), ["c", "a"]);
        assert_eq!(split("\"a,\"\"b\",c", &[("rfc4180", "true")], 2).unwrap(), ["a,\"b", "c"]);
        assert!(split("\"a", &[("rfc4180", "true")], 1).is_err());
        assert!(split("\"a\"b,c", &[("rfc4180", "true")], 2).is_err());
    }

    #[test]
    fn cells_are_of_their_types() {
        assert_eq!(value("-12", ColumnType::Number), Some(Value::Number(-12)));
        assert_eq!(value("0x1f", ColumnType::Unsigned), Some(Value::Unsigned(31)));
        assert_eq!(value("-1", ColumnType::Unsigned), None);
        assert_eq!(value("9223372036854775808", ColumnType::Number), None);
        assert_eq!(value("1a", ColumnType::Number), None);
        assert_eq!(value(" a ", ColumnType::Symbol), Some(Value::symbol(" a ")));
    }
}
