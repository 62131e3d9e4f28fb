//! What was and was not checked: the summary line and the verdict of every rule.

use super::human::{Style, width, wrap};
use super::whereabouts;
use crate::diagnostic::Lang;
use crate::finding::{Audited, RuleVerdict, Severity, Undecided, Verdict};
use crate::source::SourceMap;

/// Undecided instances that are listed for a rule before the rest is folded.
const LISTED: usize = 5;

/// One line: rules by verdict, findings by severity, what was read.
#[must_use]
pub fn line(audited: &Audited, lang: Lang) -> String {
    let kinds: [(usize, &str, &str, bool); 5] = [
        (audited.rules(|verdict| matches!(verdict, Verdict::Fired)), "触发", "fired", true),
        (audited.rules(|verdict| matches!(verdict, Verdict::Clean)), "通过", "clean", true),
        (audited.rules(|verdict| matches!(verdict, Verdict::NotApplicable(_))), "不适用", "not applicable", true),
        (audited.rules(|verdict| matches!(verdict, Verdict::Undecided)), "无法判定", "undecided", true),
        (audited.rules(|verdict| matches!(verdict, Verdict::Failed(_))), "失败", "failed", false),
    ];
    let severities = [
        (audited.count(Severity::Error), "错误", "errors"),
        (audited.count(Severity::Warning), "警告", "warnings"),
        (audited.count(Severity::Note), "提示", "notes"),
    ];
    let chosen = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
    let separator = chosen("，", ", ");
    let rules: Vec<String> = kinds
        .iter()
        .filter(|(count, _, _, always)| *always || *count > 0)
        .map(|(count, zh, en, _)| {
            let more = if *en == "undecided" { in_part(audited, lang) } else { String::new() };
            format!("{count} {}{more}", chosen(zh, en))
        })
        .collect();
    let found: Vec<String> = severities.iter().map(|(count, zh, en)| format!("{count} {}", chosen(zh, en))).collect();
    let (rules, found) = (rules.join(separator), found.join(separator));
    let (all, findings, files, rows) = (audited.verdicts.len(), audited.findings.len(), audited.files, audited.rows);
    let roots = roots(audited, lang);
    match lang {
        Lang::Zh => {
            format!("规则 {all} 条：{rules} · 问题 {findings} 个（{found}）{roots} · {files} 个文件，{rows} 行\n")
        }
        Lang::En => {
            format!("{all} rules: {rules} · {findings} findings ({found}){roots} · {files} files, {rows} rows\n")
        }
    }
}

/// How many probable causes there are, and how many findings stand under them.
fn roots(audited: &Audited, lang: Lang) -> String {
    let (roots, consequences) = (audited.causes.len(), audited.consequences());
    match (roots, lang) {
        (0, _) => String::new(),
        (_, Lang::Zh) => format!("，{consequences} 个归于 {roots} 处疑点"),
        (_, Lang::En) => format!(", {consequences} of them under {roots} suspects"),
    }
}

/// How many rules more have no answer for some of their instances.
fn in_part(audited: &Audited, lang: Lang) -> String {
    let count = audited.verdicts.iter().filter(|rule| is_undecided_in_part(rule)).count();
    match (count, lang) {
        (0, _) => String::new(),
        (_, Lang::Zh) => format!("（另 {count} 条部分无法判定）"),
        (_, Lang::En) => format!(" ({count} more in part)"),
    }
}

/// Whether a rule has an answer for some instances and none for others.
fn is_undecided_in_part(rule: &RuleVerdict) -> bool {
    let open = !rule.undecided.is_empty() || !rule.without_value.is_empty();
    open && matches!(rule.verdict, Verdict::Fired | Verdict::Clean)
}

/// The verdicts that are not findings, each with its reason: nothing that was not checked stays unsaid.
#[must_use]
pub fn verdicts(sources: &SourceMap, audited: &Audited, style: Style) -> String {
    let lang = style.lang;
    let word = |zh: &'static str, en: &'static str| if lang == Lang::Zh { zh } else { en };
    let mut text = String::new();
    let mut idle: Vec<(&str, Vec<&str>)> = Vec::new();
    for rule in &audited.verdicts {
        match &rule.verdict {
            Verdict::NotApplicable(reason) => {
                let reason = reason.get(lang);
                match idle.iter_mut().find(|(known, _)| *known == reason) {
                    Some((_, codes)) => codes.push(&rule.code),
                    None => idle.push((reason, vec![&rule.code])),
                }
            }
            Verdict::Failed(reason) => text += &entry(word("失败", "failed"), rule, reason.get(lang), style),
            Verdict::Undecided => text += &entry(word("无法判定", "undecided"), rule, "", style),
            Verdict::Fired | Verdict::Clean => {
                if is_undecided_in_part(rule) {
                    text += &entry(word("部分无法判定", "partly undecided"), rule, "", style);
                }
            }
        }
        text += &instances(sources, rule, style);
    }
    for said in &audited.unsought {
        text += &paragraph(&format!("{}  ", word("未找疑点", "no suspects")), said.get(lang), style);
    }
    for (reason, codes) in idle {
        let lead = format!("{}  ", word("不适用", "not applicable"));
        text += &paragraph(&lead, &format!("{reason}{}{}", word("：", ": "), codes.join(" ")), style);
    }
    let clean: Vec<&str> = audited
        .verdicts
        .iter()
        .filter(|rule| matches!(rule.verdict, Verdict::Clean))
        .map(|rule| rule.code.as_str())
        .collect();
    if !clean.is_empty() {
        text += &paragraph(&format!("{}  ", word("通过", "clean")), &clean.join(" "), style);
    }
    text
}

fn entry(kind: &str, rule: &RuleVerdict, reason: &str, style: Style) -> String {
    let reason = if reason.is_empty() { String::new() } else { format!("  {reason}") };
    paragraph(&format!("{kind}  "), &format!("{} {}{reason}", rule.code, rule.title), style)
}

fn instances(sources: &SourceMap, rule: &RuleVerdict, style: Style) -> String {
    let all: Vec<&Undecided> = rule.undecided.iter().chain(&rule.without_value).collect();
    let mut text = String::new();
    for instance in all.iter().take(LISTED) {
        let places = instance.cells.iter().map(|(span, address)| whereabouts(sources, *span, address.as_deref()));
        let places: Vec<String> = places.collect();
        let reason = instance.reason.get(style.lang);
        text += &paragraph("    ", &format!("{} {} {reason}", places.join(" "), instance.instance), style);
    }
    if all.len() > LISTED {
        let more = all.len() - LISTED;
        text += &match style.lang {
            Lang::Zh => format!("    … 另有 {more} 处\n"),
            Lang::En => format!("    … and {more} more\n"),
        };
    }
    text
}

fn paragraph(lead: &str, text: &str, style: Style) -> String {
    let indent = width(lead);
    let mut drawn = String::new();
    for (at, line) in wrap(text, style.columns.saturating_sub(indent).max(20)).iter().enumerate() {
        let lead = if at == 0 { lead.to_owned() } else { " ".repeat(indent) };
        drawn.push_str(format!("{lead}{line}").trim_end());
        drawn.push('\n');
    }
    drawn
}
