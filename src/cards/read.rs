//! A file of cards, key by key.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::strings::Quotes;
use super::table::{Reader, Table};
use super::template::Template;
use super::torn;
use super::{Card, CardFile, Label, Param, Severity, SeverityCase, Test, Words};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{FileId, SourceFile, SourceMap, Span};
use crate::text;

const FILE_KEYS: [&str; 3] = ["language", "use", "rule"];
const CARD_KEYS: [&str; 14] = [
    "code", "name", "title", "severity", "when", "message", "labels", "help", "key", "basis", "why", "tags", "params",
    "test",
];

/// The cards of a file, and every complaint about it. Cards without a code or conditions are left out.
#[must_use]
pub fn read(sources: &SourceMap, id: FileId) -> (CardFile, Report) {
    read_text(sources.file(id), sources.file(id).text())
}

/// As [`read`], for a shipped file of which only the rules are wanted: without the cards' own tests, half of its text.
#[must_use]
pub fn read_untested(sources: &SourceMap, id: FileId) -> (CardFile, Report) {
    let file = sources.file(id);
    read_text(file, &without_tests(file.text()))
}

/// The text with blanks where tests stand: from the head of each to the next rule. Shipped files are written so.
fn without_tests(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((rules, tests)) = rest.find("[[rule.test]]").map(|at| rest.split_at(at)) {
        let (tests, next) = tests.split_at(tests.find("[[rule]]").unwrap_or(tests.len()));
        kept.push_str(rules);
        kept.push_str(&" ".repeat(tests.len()));
        rest = next;
    }
    kept.push_str(rest);
    kept
}

fn read_text(file: &SourceFile, text: &str) -> (CardFile, Report) {
    let mut reader = Reader { file, report: Report::new() };
    let (root, errors) = DeTable::parse_recoverable(text);
    // All that is wrong behind it follows from it.
    if !errors.is_empty()
        && let Some(wrong) = torn::find(file, text, &CARD_KEYS)
    {
        reader.report.push(wrong);
        return (CardFile { lost: true, ..CardFile::default() }, reader.report);
    }
    for error in &errors {
        let wrong = Diagnostic::error(Code::BadToml, super::words::toml_message(error.message()));
        let span = error.span().map_or(file.span(), |range| file.span_of(range));
        reader.report.push(wrong.at(span));
    }
    let start = file.span().part(0, 0);
    let root = Table { entries: root.get_ref(), span: start };
    let mut cards = CardFile { lost: !errors.is_empty(), ..CardFile::default() };
    if let Some(wrong) = headless(file, root) {
        reader.report.push(wrong);
        return (CardFile { lost: true, ..cards }, reader.report);
    }
    reader.only(root, &FILE_KEYS);
    // `uses = […]`
    cards.lost |= root.get("use").is_none() && reader.report.has_errors();
    // What a broken file lacks may well stand behind the break.
    if errors.is_empty() {
        reader.language(root);
    }
    let before = reader.report.diagnostics().len();
    cards.uses = reader.list(root, "use");
    cards.lost |= reader.report.diagnostics().len() > before;
    match root.get("rule") {
        Some(rule) if rule.get_ref().is_table() => {
            let span = reader.span(rule.span());
            let message =
                text!("一个文件里可以有几条规则，写两层方括号", "a file has several rules: two brackets each");
            let help = text!("写 `[[rule]]`", "write `[[rule]]`");
            let wrong = Diagnostic::error(Code::BadValue, message).at(span).help(help);
            let is_header = file.text()[rule.span()].trim() == "[rule]";
            reader.report.push(if is_header { wrong.fix(span, "[[rule]]") } else { wrong });
            cards.lost = true;
        }
        Some(rules) => {
            let tables = reader.tables("rule", rules);
            let written = tables.len();
            cards.cards = tables.into_iter().filter_map(|table| reader.card(table)).collect();
            cards.lost |= cards.cards.len() < written;
        }
        None if errors.is_empty() => {
            let help = text!("一条规则以 `[[rule]]` 开头", "a rule begins with `[[rule]]`");
            reader.missing(root, "[[rule]]", help);
        }
        None => {}
    }
    (cards, without_unquoted(reader.report))
}

/// `report` without complaints about how a key is written that is no key.
fn without_unquoted(mut report: Report) -> Report {
    let keys = report.diagnostics().iter().filter(|wrong| wrong.code == Code::UnknownKey);
    let keys: Vec<_> = keys.filter_map(Diagnostic::place).collect();
    report.retain(|wrong| wrong.code != Code::BadToml || !wrong.place().is_some_and(|place| keys.contains(&place)));
    report
}

/// What to say of a file that begins with the keys of a card, before any `[[rule]]`.
fn headless(file: &SourceFile, root: Table) -> Option<Diagnostic> {
    let keys = root.entries.keys().filter(|key| CARD_KEYS.contains(&key.get_ref().as_ref()));
    let first = keys.map(|key| key.span().start).min()?;
    let line = file.text()[..first].rfind('\n').map_or(0, |at| at + 1);
    let message = text!("规则的前面缺 `[[rule]]`", "`[[rule]]` is missing before the rule");
    let help = text!("每条规则以一行 `[[rule]]` 开头", "each rule begins with a line `[[rule]]`");
    let wrong = Diagnostic::error(Code::MissingKey, message).at(file.span_of(first..first)).help(help);
    Some(wrong.fix(file.span_of(line..line), "[[rule]]\n"))
}

impl<'a> Reader<'a> {
    fn language(&mut self, root: Table<'a>) {
        let help = text!("在文件开头写 `language = 1`", "write `language = 1` at the top of the file");
        let Some(value) = root.get("language") else {
            return self.missing(root, "language", help);
        };
        if value.get_ref().as_integer().is_none_or(|number| number.as_str() != "1") {
            let message = text!("这个版本只认识 `language = 1`", "this version knows only `language = 1`");
            let span = self.span(value.span());
            self.report.push(Diagnostic::error(Code::BadValue, message).at(span).help(help));
        }
    }

    fn card(&mut self, table: Table<'a>) -> Option<Card> {
        self.only(table, &CARD_KEYS);
        let code = self.code(table);
        let name = self.words(table, "name");
        let title = self.words(table, "title");
        if title.is_none() && table.get("title").is_none() {
            self.missing(
                table,
                "title",
                text!("用几个字说它查什么：`title = \"…\"`", "say what it is about: `title = \"…\"`"),
            );
        }
        let severity = self.severity(table);
        let when = self.when(table);
        let message = self.template(table, "message");
        if table.get("message").is_none() {
            let help = text!(
                "写明查出了什么：`message = \"“{{p.name}}”…\"`",
                "say what was found: `message = \"{{p.name}} …\"`"
            );
            self.missing(table, "message", help);
        }
        let labels = self.labels(table);
        let help = self.template(table, "help");
        let texts = |words: Vec<Words>| words.into_iter().map(|words| words.text).collect::<Vec<_>>();
        let key = self.key(table);
        let basis = texts(self.list(table, "basis"));
        let tags = texts(self.list(table, "tags"));
        let why = self.words(table, "why").unwrap_or_default().text;
        let params = self.params(table);
        let tests = self.tests(table);
        Some(Card {
            code: code?,
            name,
            title: title.unwrap_or_default().text,
            severity,
            when: when?,
            message: message.unwrap_or_default(),
            labels,
            help,
            key,
            basis,
            why,
            tags,
            params,
            tests,
        })
    }

    fn code(&mut self, table: Table<'a>) -> Option<Words> {
        let Some(code) = self.words(table, "code") else {
            if table.get("code").is_none() {
                self.missing(
                    table,
                    "code",
                    text!("给规则一个不变的编号：`code = \"YS-001\"`", "give the rule a code: `code = \"YS-001\"`"),
                );
            }
            return None;
        };
        let fit = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if code.text.is_empty() || !code.text.chars().all(fit) {
            let message =
                text!("规则编号只能用字母、数字、`-` 和 `_`", "a rule code has letters, digits, `-` and `_` only");
            self.report.push(Diagnostic::error(Code::BadValue, message).at(code.span));
            return None;
        }
        Some(code)
    }

    fn severity(&mut self, table: Table<'a>) -> Vec<SeverityCase> {
        let help = text!(
            "写 `severity = \"error\"`、`\"warning\"` 或 `\"note\"`",
            "write `severity = \"error\"`, `\"warning\"` or `\"note\"`"
        );
        let Some(value) = table.get("severity") else {
            self.missing(table, "severity", help);
            return Vec::new();
        };
        if value.get_ref().is_str() {
            return self.level("severity", value).map(|is| SeverityCase { when: None, is }).into_iter().collect();
        }
        let mut cases = Vec::new();
        for case in self.tables("severity", value) {
            self.only(case, &["when", "is"]);
            let when = case.get("when").map(|when| self.logic("when", when));
            match case.get("is") {
                Some(is) => {
                    let level = self.level("is", is);
                    if let (Some(is), None | Some(Some(_))) = (level, &when) {
                        cases.push(SeverityCase { when: when.flatten(), is });
                    }
                }
                None => self.missing(case, "is", text!("写 `is = \"warning\"`", "write `is = \"warning\"`")),
            }
        }
        if cases.last().is_some_and(|last| last.when.is_some()) {
            let message = text!(
                "最后一种轻重也带了条件，都不成立时就没有轻重",
                "no severity applies when none of the conditions holds"
            );
            let help = text!("在末尾加一项 `{{ is = \"note\" }}`", "add `{{ is = \"note\" }}` at the end");
            let span = self.span(value.span());
            self.report.push(Diagnostic::error(Code::BadValue, message).at(span).help(help));
        }
        cases
    }

    fn level(&mut self, key: &str, value: &Spanned<DeValue>) -> Option<Severity> {
        let words = self.string(key, value).map(|written| self.decode(&written))?;
        let level = Severity::from_name(&words.text);
        if level.is_none() {
            let written = &words.text;
            let message = text!("没有 `{written}` 这种轻重", "there is no severity `{written}`");
            let help =
                text!("写 `error`（错误）、`warning`（警告）或 `note`（提示）", "write `error`, `warning` or `note`");
            self.report.push(Diagnostic::error(Code::BadValue, message).at(words.span).help(help));
        }
        level
    }

    fn when(&mut self, table: Table<'a>) -> Option<Span> {
        let Some(value) = table.get("when") else {
            let help = text!("条件写在 `when = '''…'''` 里", "write the conditions in `when = '''…'''`");
            self.missing(table, "when", help);
            return None;
        };
        let written = self.string("when", value)?;
        if written.has_escapes() {
            let message = text!("`when` 要写在单引号里", "`when` must stand in single quotes");
            let help = text!(
                "写 when = '''…'''：双引号里的反斜杠会改变条件里的文字和位置",
                "write when = '''…''': in double quotes, backslashes change what stands inside and where"
            );
            let span = self.span(value.span());
            let mut wrong = Diagnostic::error(Code::WhenInBasicString, message).at(span).help(help);
            let inner = &self.file.text()[written.inner.clone()];
            if !inner.contains('\\') && !inner.contains("'''") {
                wrong = wrong.fix(span, format!("'''{inner}'''"));
            }
            self.report.push(wrong);
            return None;
        }
        debug_assert!(matches!(written.quotes, Quotes::Literal | Quotes::MultiLiteral));
        let span = self.span(written.inner.clone());
        if self.file.text()[written.inner].trim().is_empty() {
            let message = text!("`when` 是空的", "`when` is empty");
            self.report.push(Diagnostic::error(Code::BadValue, message).at(span));
            return None;
        }
        Some(span)
    }

    fn labels(&mut self, table: Table<'a>) -> Vec<Label> {
        let Some(value) = table.get("labels") else { return Vec::new() };
        let mut labels = Vec::new();
        for label in self.tables("labels", value) {
            self.only(label, &["at", "text", "limit"]);
            let text =
                self.template(label, "text").unwrap_or_else(|| Template { pieces: Vec::new(), span: label.span });
            let limit = self.count(label, "limit");
            match label.get("at") {
                Some(at) => labels.extend(self.logic("at", at).map(|at| Label { at, text, limit })),
                None => {
                    let help = text!("写明标在哪一格：`at = \"p.budget\"`", "say which cell: `at = \"p.budget\"`");
                    self.missing(label, "at", help);
                }
            }
        }
        labels
    }

    fn key(&mut self, table: Table<'a>) -> Vec<Span> {
        let Some(value) = table.get("key") else { return Vec::new() };
        match value.get_ref().as_array() {
            Some(items) => items.iter().filter_map(|item| self.logic("key", item)).collect(),
            None => {
                self.unfit("key", value, &text!("列表 [\"p.name\"]", "a list [\"p.name\"]"));
                Vec::new()
            }
        }
    }

    fn params(&mut self, table: Table<'a>) -> Vec<Param> {
        let Some(value) = table.get("params") else { return Vec::new() };
        let Some(entries) = value.get_ref().as_table() else {
            self.unfit("params", value, &text!("params.名称 = {{ default = … }}", "params.name = {{ default = … }}"));
            return Vec::new();
        };
        let mut params = Vec::new();
        for (key, value) in entries.iter() {
            let name = Words { text: key.get_ref().to_string(), span: self.span(key.span()) };
            let Some(entries) = value.get_ref().as_table() else {
                // `params.x = "90%"` is the short form of a default without bounds.
                let default = self.setting(&name.text, value);
                params.extend(default.map(|default| Param {
                    name,
                    default,
                    min: None,
                    max: None,
                    about: String::new(),
                }));
                continue;
            };
            let table = Table { entries, span: name.span };
            self.only(table, &["default", "min", "max", "about"]);
            let about = self.words(table, "about").unwrap_or_default().text;
            let mut bound = |key: &str| table.get(key).and_then(|value| self.setting(key, value));
            let (default, min, max) = (bound("default"), bound("min"), bound("max"));
            match default {
                Some(default) => params.push(Param { name, default, min, max, about }),
                None if table.get("default").is_none() => {
                    let help = text!("写 `default = …`", "write `default = …`");
                    self.missing(table, "default", help);
                }
                None => {}
            }
        }
        params
    }

    fn tests(&mut self, table: Table<'a>) -> Vec<Test> {
        let Some(value) = table.get("test") else { return Vec::new() };
        let mut tests = Vec::new();
        for table in self.tables("test", value) {
            self.only(table, &["name", "facts", "expect", "params"]);
            let name = self.words(table, "name").unwrap_or(Words { text: String::new(), span: table.span });
            let facts = table.get("facts").map(|facts| self.logic("facts", facts));
            let expect = self.expectations(table);
            let params = self.test_params(table);
            match (facts, expect) {
                (Some(Some(facts)), Some(expect)) => tests.push(Test { name, facts, expect, params }),
                (None, _) => {
                    let help =
                        text!("给出这项测试的数据：`facts = '''…'''`", "give the facts of the test: `facts = '''…'''`");
                    self.missing(table, "facts", help);
                }
                _ => {}
            }
        }
        tests
    }

    fn expectations(&mut self, table: Table<'a>) -> Option<Vec<Span>> {
        let Some(value) = table.get("expect") else {
            let help = text!(
                "应查出的写成 `expect = ['…']`；不应查出，写 `expect = []`",
                "write `expect = ['…']`, or `expect = []` for none"
            );
            self.missing(table, "expect", help);
            return None;
        };
        let Some(items) = value.get_ref().as_array() else {
            self.unfit("expect", value, &text!("列表 ['…']", "a list ['…']"));
            return None;
        };
        items.iter().map(|item| self.logic("expect", item)).collect()
    }

    fn test_params(&mut self, table: Table<'a>) -> Vec<(Words, super::Setting)> {
        let Some(value) = table.get("params") else { return Vec::new() };
        let Some(entries) = value.get_ref().as_table() else {
            self.unfit("params", value, &text!("{{ 名称 = 值 }}", "{{ name = value }}"));
            return Vec::new();
        };
        let mut params = Vec::new();
        for (key, value) in entries.iter() {
            let name = Words { text: key.get_ref().to_string(), span: self.span(key.span()) };
            params.extend(self.setting(&name.text, value).map(|setting| (name, setting)));
        }
        params
    }
}
