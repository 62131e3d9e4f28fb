//! Taking the values of a TOML tree by their types, with a complaint for each that is of another.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use super::Placed;
use crate::diagnostic::{Code, Diagnostic, Report, Text, nearest};
use crate::facts::toml_text::string_at;
use crate::source::{SourceFile, Span};
use crate::text;

/// A key as it stands.
pub(super) type Key<'i> = Spanned<DeString<'i>>;
/// A value as it stands.
pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// Takes values out of the tree of one file.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    /// The file.
    pub file: &'a SourceFile,
    /// What was wrong so far.
    pub report: Report,
}

impl Tree<'_> {
    /// The place of a value or key, quotes included.
    pub fn span<T>(&self, of: &Spanned<T>) -> Span {
        self.file.span_of(of.span())
    }

    /// The place of a string's content.
    pub fn inside<T>(&self, of: &Spanned<T>) -> Span {
        self.file.span_of(string_at(self.file.text(), of.span()).inside)
    }

    /// A key and its place.
    pub fn name(&self, key: &Key<'_>) -> Placed<String> {
        Placed { value: key.get_ref().to_string(), span: self.inside(key) }
    }

    /// A string.
    pub fn string(&mut self, key: &str, value: &Value<'_>) -> Option<Placed<String>> {
        let Some(text) = value.get_ref().as_str() else { return self.wrong(key, value, "\"…\"") };
        Some(Placed { value: text.to_owned(), span: self.inside(value) })
    }

    /// A string that is not empty.
    pub fn some_string(&mut self, key: &str, value: &Value<'_>) -> Option<Placed<String>> {
        let text = self.string(key, value)?;
        if text.value.trim().is_empty() {
            let message = text!("`{key}` 不能为空", "`{key}` is empty");
            self.report.push(Diagnostic::error(Code::BadValue, message).at(self.span(value)));
            return None;
        }
        Some(text)
    }

    /// One string or several.
    pub fn strings(&mut self, key: &str, value: &Value<'_>) -> Vec<Placed<String>> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| self.string(key, item)).collect(),
            DeValue::String(_) => self.string(key, value).into_iter().collect(),
            _ => self.wrong(key, value, "\"…\"、[\"…\", \"…\"]").unwrap_or_default(),
        }
    }

    /// A whole number from `least` on.
    pub fn count(&mut self, key: &str, value: &Value<'_>, least: u32) -> Option<Placed<u32>> {
        let number = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            _ => return self.wrong(key, value, "1"),
        };
        match number {
            Some(number) if number >= least => Some(Placed { value: number, span: self.span(value) }),
            _ => {
                let message = text!("`{key}` 要是不小于 {least} 的整数", "`{key}` is a whole number from {least} on");
                self.report.push(Diagnostic::error(Code::BadValue, message).at(self.span(value)));
                None
            }
        }
    }

    /// `true` or `false`.
    pub fn truth(&mut self, key: &str, value: &Value<'_>) -> Option<bool> {
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(*truth),
            _ => self.wrong(key, value, "true / false"),
        }
    }

    /// A table.
    pub fn table<'v, 'i>(&mut self, key: &str, value: &'v Value<'i>, example: &str) -> Option<&'v DeTable<'i>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => self.wrong(key, value, example),
        }
    }

    /// Refuses a value of another type than the key has.
    pub fn wrong<T>(&mut self, key: &str, value: &Value<'_>, example: &str) -> Option<T> {
        let zh = match value.get_ref() {
            DeValue::String(_) => ("文字", "a string"),
            DeValue::Integer(_) | DeValue::Float(_) => ("数", "a number"),
            DeValue::Boolean(_) => ("真假值", "a truth value"),
            DeValue::Datetime(_) => ("日期", "a date"),
            DeValue::Array(_) => ("列表", "a list"),
            DeValue::Table(_) => ("表", "a table"),
        };
        let message = Text { zh: format!("`{key}` 不能是{}", zh.0), en: format!("`{key}` cannot be {}", zh.1) };
        let help = text!("写成：{key} = {example}", "write: {key} = {example}");
        self.report.push(Diagnostic::error(Code::BadValue, message).at(self.span(value)).help(help));
        None
    }

    /// Refuses a value that is none of those that a key can have.
    pub fn not_one_of(&mut self, key: &str, at: &Placed<String>, known: &[&str]) {
        let value = &at.value;
        let (zh, en) = (known.join("、"), known.join(", "));
        let message = text!("`{key}` 不能是“{value}”", "`{key}` cannot be “{value}”");
        let mut diagnostic = Diagnostic::error(Code::BadValue, message).at(at.span);
        diagnostic = match nearest(value, known.iter().copied()) {
            Some(near) => diagnostic.help(text!("是否“{near}”？可用：{zh}", "did you mean “{near}”? possible: {en}")),
            None => diagnostic.help(text!("可用：{zh}", "possible: {en}")),
        };
        self.report.push(diagnostic);
    }

    /// Refuses a key that is not known.
    pub fn unknown(&mut self, key: &Key<'_>, known: &[&str]) {
        let Placed { value: name, span } = self.name(key);
        let (zh, en) = (known.join("、"), known.join(", "));
        let message = text!("这里没有名为 `{name}` 的键", "there is no key `{name}` here");
        let mut diagnostic = Diagnostic::error(Code::UnknownKey, message).at(span);
        diagnostic = match nearest(&name, known.iter().copied()) {
            Some(near) => diagnostic.meant(span, near),
            None => diagnostic.help(text!("可用的键：{zh}", "known keys: {en}")),
        };
        self.report.push(diagnostic);
    }

    /// Complains at a place.
    pub fn error(&mut self, code: Code, span: Span, message: Text, help: Text) {
        self.report.push(Diagnostic::error(code, message).at(span).help(help));
    }
}
