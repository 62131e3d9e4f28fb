//! What the strings of a TOML file hold, byte for byte, and its parser's complaints as diagnostics.

use std::ops::Range;

use toml::de::DeTable;
use toml::{Spanned, de::Error};

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::SourceFile;
use crate::text;

/// A string of a TOML file: where its content stands between the quotes, and where content and source part company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TomlString {
    /// The content's place within the file.
    pub inside: Range<usize>,
    /// See [`RawCell::shifts`](super::raw::RawCell::shifts).
    pub shifts: Vec<(u32, u32)>,
}

/// Looks at the string literal (or bare key) that stands in `source` at `range`.
#[must_use]
pub fn string_at(source: &str, range: Range<usize>) -> TomlString {
    let whole = source.get(range.clone()).unwrap_or("");
    let fence = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|fence| whole.starts_with(fence)).unwrap_or("");
    let mut start = fence.len();
    let closed = whole.len() >= 2 * fence.len() && whole.ends_with(fence);
    let end = if closed { whole.len() - fence.len() } else { whole.len() };
    if fence.len() == 3 {
        let rest = &whole[start..end];
        start += if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
    }
    let inside = &whole[start..end];
    let escaped = fence.starts_with('"') && inside.contains('\\');
    let shifts = if escaped { runs(inside) } else { Vec::new() };
    TomlString { inside: range.start + start..range.start + end, shifts }
}

/// The runs of `inside` that stand in the content as they are.
fn runs(inside: &str) -> Vec<(u32, u32)> {
    let mut runs = vec![(0, 0)];
    let (mut text, mut at) = (0, 0);
    let mut push = |text: usize, at: usize| {
        if let (Ok(text), Ok(at)) = (u32::try_from(text), u32::try_from(at)) {
            runs.push((text, at));
        }
    };
    while let Some(c) = inside[at..].chars().next() {
        let (read, written) = match c {
            '\\' => escape(&inside[at..]),
            _ => (c.len_utf8(), c.len_utf8()),
        };
        at += read;
        text += written;
        if read != written {
            push(text, at);
        }
    }
    runs
}

/// How long the escape at the start of `text` is, and how long what it stands for.
fn escape(text: &str) -> (usize, usize) {
    let code = |digits: usize| {
        let hex = text.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let length = hex.and_then(char::from_u32).map_or(0, char::len_utf8);
        (if hex.is_some() { 2 + digits } else { 2 }, length)
    };
    match text[1..].chars().next() {
        Some('u') => code(4),
        Some('U') => code(8),
        Some('x') => code(2),
        Some(c) if c.is_whitespace() => (text.len() - text[1..].trim_start().len(), 0),
        Some(c) => (1 + c.len_utf8(), 1),
        None => (1, 0),
    }
}

/// Parses `file`, as far as it goes.
pub fn parse<'a>(file: &'a SourceFile, report: &mut Report) -> DeTable<'a> {
    let (table, errors) = DeTable::parse_recoverable(file.text());
    let mut errors: Vec<(Range<usize>, &Error)> =
        errors.iter().map(|error| (error.span().unwrap_or_default(), error)).collect();
    errors.sort_by_key(|(span, _)| span.start);
    let mut last_line: Option<u32> = None;
    for (span, error) in errors {
        let line = line_of(file, span.start);
        // One slip makes the parser stumble over what follows; its first complaint is the one that helps.
        if last_line.replace(line).is_none_or(|last| line > last + 1) {
            report.push(complaint(file, error, span));
        }
    }
    Spanned::into_inner(table)
}

/// `meaning`, complaints about what a broken file means, without those of lines that are broken according to `syntax`.
#[must_use]
pub fn without_followers(file: &SourceFile, syntax: &Report, meaning: Report) -> Report {
    let line = |one: &Diagnostic| one.place().map(|span| line_of(file, file.local(span.start())));
    let broken: Vec<Option<u32>> = syntax.diagnostics().iter().map(line).collect();
    let near = |one: &Diagnostic| {
        line(one).is_some_and(|line| broken.iter().flatten().any(|broken| (*broken..=broken + 2).contains(&line)))
    };
    let mut kept = Report::new();
    kept.extend(meaning.sorted().into_iter().filter(|one| !near(one)));
    kept
}

fn line_of(file: &SourceFile, at: usize) -> u32 {
    file.line_at(u32::try_from(at).unwrap_or(u32::MAX)).0
}

fn complaint(file: &SourceFile, error: &Error, span: Range<usize>) -> Diagnostic {
    let message = error.message().replace('\n', "；");
    let zh = chinese(&message);
    let place = file.span_of(span.start..span.end.max(span.start));
    let diagnostic = Diagnostic::error(
        Code::BadToml,
        crate::diagnostic::Text { zh: format!("TOML 写法有误：{zh}"), en: format!("not TOML: {message}") },
    )
    .at(place);
    let line = file.text().get(..span.start).unwrap_or("").rsplit('\n').next().unwrap_or("").trim();
    let wrong = file.text().get(span.start..).unwrap_or("");
    if !line.contains('=') && wrong.starts_with(|c: char| !c.is_ascii()) {
        return diagnostic
            .help(text!("中文的键要加引号：\"预算金额\" = …", "quote keys that are not ASCII: \"预算金额\" = …"));
    }
    if message.contains("escape") {
        return diagnostic.help(text!(
            "双引号里的 `\\` 有特殊含义；路径等照写的内容用单引号：'附表\\1.csv'",
            "`\\` is special within double quotes; use single quotes: 'data\\1.csv'"
        ));
    }
    if message.contains("duplicate key") {
        return diagnostic.help(text!("同一张表里一个键只能写一次", "a key can stand only once in a table"));
    }
    if message.contains("string") || message.contains("quote") {
        return diagnostic.help(text!(
            "文字要用一对英文引号括起来：\"…\" 或 '…'",
            "texts stand between a pair of straight quotes: \"…\" or '…'"
        ));
    }
    diagnostic
}

/// The parser's commonest complaints in Chinese.
fn chinese(message: &str) -> String {
    const KNOWN: [(&str, &str); 14] = [
        ("duplicate key", "键重复"),
        ("invalid unquoted key", "键只能用英文字母、数字、- 和 _，其他要加引号"),
        ("escape", "反斜杠转义不对"),
        ("between array elements", "列表里缺逗号，或方括号没有闭合"),
        ("unclosed array", "方括号没有闭合"),
        ("unclosed inline table", "花括号没有闭合"),
        ("missing assignment", "键后面缺 `=`"),
        ("key with no value", "键后面缺 `= 值`"),
        ("string values must be quoted", "文字要加引号"),
        ("unclosed", "括号没有闭合"),
        ("invalid basic string", "引号没有闭合"),
        ("invalid literal string", "引号没有闭合"),
        ("missing value", "`=` 后面缺值"),
        ("recursion", "嵌套太深"),
    ];
    KNOWN
        .iter()
        .find(|(known, _)| message.contains(known))
        .map_or_else(|| message.to_owned(), |(_, zh)| (*zh).to_owned())
}

#[cfg(test)]
mod tests {
    use super::string_at;

    fn check(literal: &str) {
        let document = format!("key = {literal}\n");
        let parsed: toml::Table = document.parse().unwrap();
        let text = parsed["key"].as_str().unwrap();
        let string = string_at(&document, 6..6 + literal.len());
        let inside = &document[string.inside.clone()];
        if string.shifts.is_empty() {
            assert_eq!(inside, text);
            return;
        }
        for (at, (start, source)) in string.shifts.iter().enumerate() {
            let end = string.shifts.get(at + 1).map_or(text.len(), |next| next.0 as usize);
            let run = &text[*start as usize..end];
            let from = *source as usize;
            let same = inside[from..].chars().zip(run.chars()).take_while(|(a, b)| a == b).count();
            assert!(same + 1 >= run.chars().count(), "{literal}: run {run:?} against {:?}", &inside[from..]);
        }
    }

    #[test]
    fn contents_of_every_kind_of_string() {
        for literal in [
            "\"预算 10万元\"",
            "'a\\b'",
            "\"\"\"\nfirst\nsecond\"\"\"",
            "'''\n原文'''",
            "\"a\\\"b\\tc\"",
            "\"\\u9884算\\U0001F600x\"",
            "\"\"\"one \\\n   two\"\"\"",
            "\"\"\"a\r\nb\"\"\"",
            "\"\"",
            "\"\\\\\"",
        ] {
            check(literal);
        }
    }
}
