//! A rule card as a page: what `gouji explain CODE` shows.

use super::human::{Style, wrap};
use crate::cards::{Card, Param, Piece, Template};
use crate::diagnostic::Lang;
use crate::source::SourceMap;

/// The page of a card.
#[must_use]
pub fn page(sources: &SourceMap, card: &Card, style: Style) -> String {
    let word = |zh: &'static str, en: &'static str| if style.lang == Lang::Zh { zh } else { en };
    let place = sources.location(card.code.span);
    let severities: Vec<&str> = card.severity.iter().map(|case| case.is.name()).collect();
    let mut text = format!("{}  {}\n", card.code.text, card.title);
    text += &format!("{}  {}:{}\n", severities.join(" / "), place.file, place.line);
    if !card.why.trim().is_empty() {
        text.push('\n');
        text += &paragraphs(&card.why, "", style);
    }
    section(&mut text, word("条件", "conditions"), &indented(&dedent(&sources.text(card.when))));
    section(&mut text, word("报告", "message"), &paragraphs(&template(sources, &card.message), "  ", style));
    if let Some(help) = &card.help {
        section(&mut text, word("处理", "help"), &paragraphs(&template(sources, help), "  ", style));
    }
    let params: String = card.params.iter().map(|parameter| param(card, parameter, style)).collect();
    section(&mut text, word("参数", "parameters"), &params);
    let basis: String = card.basis.iter().map(|basis| paragraphs(basis, "  ", style)).collect();
    section(&mut text, word("依据", "basis"), &basis);
    if !card.tags.is_empty() {
        section(&mut text, word("主题", "subjects"), &format!("  {}\n", card.tags.join("、")));
    }
    text
}

fn section(text: &mut String, title: &str, body: &str) {
    if !body.trim().is_empty() {
        *text += &format!("\n{title}\n{body}");
    }
}

fn param(card: &Card, param: &Param, style: Style) -> String {
    let (name, default, code) = (&param.name.text, &param.default.words.text, &card.code.text);
    let bound = |setting: &Option<crate::cards::Setting>, sign: &str| {
        setting.as_ref().map(|setting| format!("，{sign} {}", setting.words.text)).unwrap_or_default()
    };
    let bounds = format!("{}{}", bound(&param.min, "≥"), bound(&param.max, "≤"));
    let about = if param.about.is_empty() { String::new() } else { format!("：{}", param.about) };
    let line = format!("${name} = {default}{bounds}{about}");
    let how = match style.lang {
        Lang::Zh => format!("改法：audit.toml 的 [params] 下写 {code}.{name} = \"…\"，或 --set {code}.{name}=…"),
        Lang::En => {
            format!("to change it: {code}.{name} = \"…\" under [params] of audit.toml, or --set {code}.{name}=…")
        }
    };
    paragraphs(&line, "  ", style) + &paragraphs(&how, "    ", style)
}

fn template(sources: &SourceMap, template: &Template) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Hole(span, _) => format!("{{{}}}", sources.text(*span)),
    };
    template.pieces.iter().map(piece).collect()
}

fn paragraphs(text: &str, indent: &str, style: Style) -> String {
    let lines = wrap(text.trim(), style.columns.saturating_sub(indent.len()).max(20));
    lines.iter().map(|line| format!("{indent}{line}").trim_end().to_owned() + "\n").collect()
}

/// Without the blanks that all lines begin with.
fn dedent(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    let blanks = |line: &&str| line.len() - line.trim_start().len();
    let common = lines.iter().filter(|line| !line.trim().is_empty()).map(blanks).min().unwrap_or(0);
    let first = lines.iter().position(|line| !line.trim().is_empty()).unwrap_or(0);
    let last = lines.iter().rposition(|line| !line.trim().is_empty()).map_or(0, |last| last + 1);
    lines[first..last.max(first)].iter().map(|line| line.get(common..).unwrap_or("").trim_end()).collect()
}

fn indented(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("  {line}").trim_end().to_owned() + "\n").collect()
}
