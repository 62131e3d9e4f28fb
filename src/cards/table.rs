//! Reading TOML tables key by key, with a complaint for every key that is unknown, missing or of the wrong kind.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::strings::{Quotes, Written};
use super::template::{self, Template};
use super::{Setting, Words};
use crate::diagnostic::{Code, Diagnostic, Report, Text, nearest};
use crate::source::{SourceFile, Span};
use crate::text;

/// A file being read, and what was wrong so far.
pub(super) struct Reader<'a> {
    pub(super) file: &'a SourceFile,
    pub(super) report: Report,
}

/// A table of the file.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    pub(super) entries: &'a DeTable<'a>,
    /// Its header or braces.
    pub(super) span: Span,
}

impl<'a> Table<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.entries.get(key)
    }
}

impl<'a> Reader<'a> {
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        self.file.span_of(range)
    }

    /// Complains of keys that are not `known`.
    pub(super) fn only(&mut self, table: Table, known: &[&str]) {
        for key in table.entries.keys() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let help = match nearest(name, known.iter().copied()) {
                Some(near) => text!("是否 `{near}`？", "did you mean `{near}`?"),
                None => {
                    let all = known.join(" · ");
                    text!("这里可以写：{all}", "known here: {all}")
                }
            };
            let message = text!("这里没有 `{name}` 这一项", "there is no key `{name}` here");
            let span = self.span(key.span());
            self.report.push(Diagnostic::error(Code::UnknownKey, message).at(span).help(help));
        }
    }

    /// Complains that `key` is missing.
    pub(super) fn missing(&mut self, table: Table, key: &str, help: Text) {
        let message = text!("缺少 `{key}`", "`{key}` is missing");
        self.report.push(Diagnostic::error(Code::MissingKey, message).at(table.span).help(help));
    }

    /// Complains that a value is not what it should be.
    pub(super) fn unfit(&mut self, key: &str, value: &Spanned<DeValue>, wanted: &Text) {
        let (zh, en) = (kind(value.get_ref()), value.get_ref().type_str());
        let (wanted_zh, wanted_en) = (&wanted.zh, &wanted.en);
        let message = text!("`{key}` 要写{wanted_zh}，这里是{zh}", "`{key}` must be {wanted_en}, this is a {en}");
        let span = self.span(value.span());
        self.report.push(Diagnostic::error(Code::BadValue, message).at(span));
    }

    /// A string.
    pub(super) fn words(&mut self, table: Table, key: &str) -> Option<Words> {
        let value = table.get(key)?;
        self.string(key, value).map(|written| self.decode(&written))
    }

    /// A string, or several.
    pub(super) fn list(&mut self, table: Table, key: &str) -> Vec<Words> {
        let Some(value) = table.get(key) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.unfit(key, value, &text!("列表 [\"…\", \"…\"]", "a list [\"…\", \"…\"]"));
            return Vec::new();
        };
        let written: Vec<Written> = items.iter().filter_map(|item| self.string(key, item)).collect();
        written.iter().map(|written| self.decode(written)).collect()
    }

    /// An array of tables, `[[key]]` or `[{ … }]`.
    pub(super) fn tables(&mut self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Vec<Table<'a>> {
        let Some(items) = value.get_ref().as_array() else {
            self.unfit(key, value, &text!("列表 [{{ … }}]", "a list [{{ … }}]"));
            return Vec::new();
        };
        self.tables_of(key, items)
    }

    pub(super) fn tables_of(&mut self, key: &str, items: &'a DeArray<'a>) -> Vec<Table<'a>> {
        let mut tables = Vec::new();
        for item in items.iter() {
            match item.get_ref().as_table() {
                Some(entries) => tables.push(Table { entries, span: self.span(item.span()) }),
                None => self.unfit(key, item, &text!("{{ … }}", "a table {{ … }}")),
            }
        }
        tables
    }

    /// Rule language in a string: where it stands. Escapes would shift its places and are refused.
    pub(super) fn logic(&mut self, key: &str, value: &Spanned<DeValue>) -> Option<Span> {
        let written = self.string(key, value)?;
        let span = self.span(written.inner.clone());
        if written.has_escapes() && self.file.text()[written.inner.clone()].contains('\\') {
            let quote = if written.quotes == Quotes::Basic { "'" } else { "'''" };
            let message = text!("`{key}` 里不能用反斜杠转义", "no escapes inside `{key}`");
            let help = text!(
                "改用单引号 {quote}…{quote}，里面可以直接写双引号",
                "use single quotes {quote}…{quote}, inside which double quotes need no escape"
            );
            self.report.push(Diagnostic::error(Code::BadValue, message).at(span).help(help));
            return None;
        }
        Some(span)
    }

    /// A template.
    pub(super) fn template(&mut self, table: Table, key: &str) -> Option<Template> {
        let value = table.get(key)?;
        let written = self.string(key, value)?;
        let (template, report) = template::read(self.file, &written);
        self.report.append(report);
        Some(template)
    }

    /// A whole number that is not negative.
    pub(super) fn count(&mut self, table: Table, key: &str) -> Option<usize> {
        let value = table.get(key)?;
        let number = value.get_ref().as_integer();
        let count = number.and_then(|number| usize::from_str_radix(number.as_str(), number.radix()).ok());
        if count.is_none() {
            self.unfit(key, value, &text!("不小于 0 的整数", "a whole number, not negative"));
        }
        count
    }

    /// The value of a parameter: a number or a string.
    pub(super) fn setting(&mut self, key: &str, value: &Spanned<DeValue>) -> Option<Setting> {
        match value.get_ref() {
            DeValue::String(_) => {
                let words = self.string(key, value).map(|written| self.decode(&written))?;
                Some(Setting { words, quoted: true })
            }
            DeValue::Integer(_) | DeValue::Float(_) => {
                let text = self.file.text()[value.span()].to_owned();
                Some(Setting { words: Words { text, span: self.span(value.span()) }, quoted: false })
            }
            _ => {
                self.unfit(key, value, &text!("数字或文字", "a number or a text"));
                None
            }
        }
    }

    pub(super) fn string(&mut self, key: &str, value: &Spanned<DeValue>) -> Option<Written> {
        if value.get_ref().is_str() {
            return Written::new(self.file.text(), value.span());
        }
        self.unfit(key, value, &text!("文字", "a string"));
        None
    }

    pub(super) fn decode(&self, written: &Written) -> Words {
        Words { text: written.decoded(self.file.text()), span: self.span(written.inner.clone()) }
    }
}

/// What a value is, in Chinese.
fn kind(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "文字",
        DeValue::Integer(_) => "整数",
        DeValue::Float(_) => "小数",
        DeValue::Boolean(_) => "真假值",
        DeValue::Datetime(_) => "日期",
        DeValue::Array(_) => "列表",
        DeValue::Table(_) => "表",
    }
}
