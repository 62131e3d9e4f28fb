//! Parameters: the default of the card, the value of the manifest, the value of the command line; the last one counts.

use crate::analysis::Parameter;
use crate::cards::{PACKS, Param, Setting, Words, read as read_cards};
use crate::diagnostic::{Code, Diagnostic, Report, nearest};
use crate::facts::Manifest;
use crate::source::{SourceMap, Span};
use crate::syntax::{self, ast};
use crate::text;
use crate::value::Decimal;

use super::rules::LoadedCard;

/// A value that somebody set: in the manifest, on the command line, in a test.
#[derive(Clone, Debug)]
pub struct Set {
    /// The rule's code and where it is written.
    pub code: (String, Span),
    /// The parameter's name and where it is written.
    pub name: (String, Span),
    /// The value.
    pub value: Setting,
}

/// The settings of the manifest, then those of the command line, as written there.
pub(super) fn settings(sources: &mut SourceMap, manifest: &Manifest, written: &[String]) -> (Vec<Set>, Report) {
    let mut report = Report::new();
    let mut sets: Vec<Set> = manifest
        .params
        .iter()
        .map(|param| Set {
            code: (param.code.value.clone(), param.code.span),
            name: (param.name.value.clone(), param.name.span),
            value: Setting { words: Words { text: param.value.value.clone(), span: param.value.span }, quoted: true },
        })
        .collect();
    for written in written {
        let Ok(file) = sources.add("--set", written.as_str()) else { continue };
        let span = |range: std::ops::Range<usize>| sources.file(file).span_of(range);
        let parts = written.split_once('=').and_then(|(left, value)| Some((left.rsplit_once('.')?, value)));
        let Some(((code, name), value)) = parts else {
            let message = text!("`{written}` 不是参数的设置", "`{written}` does not set a parameter");
            let help = text!(
                "写 --set 规则编号.参数=值，如 --set YS-002.min_rate=80%",
                "write --set CODE.name=value, such as --set YS-002.min_rate=80%"
            );
            report.push(Diagnostic::error(Code::BadValue, message).at(span(0..written.len())).help(help));
            continue;
        };
        let (name_at, value_at) = (code.len() + 1, written.len() - value.len());
        sets.push(Set {
            code: (code.to_owned(), span(0..code.len())),
            name: (name.to_owned(), span(name_at..name_at + name.len())),
            value: Setting {
                words: Words { text: value.to_owned(), span: span(value_at..written.len()) },
                quoted: true,
            },
        });
    }
    (sets, report)
}

/// Complaints about settings of rules or parameters that do not exist. A setting for a shipped rule that is not loaded
/// is no mistake.
#[must_use]
pub(super) fn check_sets(cards: &[LoadedCard], sets: &[Set]) -> Report {
    let mut report = Report::new();
    let shipped = if sets.is_empty() { Vec::new() } else { shipped_codes() };
    for set in sets {
        let (code, name) = (&set.code.0, &set.name.0);
        let Some(loaded) = cards.iter().find(|loaded| loaded.card.code.text == *code) else {
            if shipped.contains(code) {
                continue;
            }
            let message = text!("没有规则 `{code}`", "there is no rule `{code}`");
            let mut wrong = Diagnostic::error(Code::UnknownKey, message).at(set.code.1);
            if let Some(near) = nearest(code, cards.iter().map(|loaded| loaded.card.code.text.as_str())) {
                wrong = wrong.help(text!("是否 `{near}`？", "did you mean `{near}`?"));
            }
            report.push(wrong);
            continue;
        };
        let names: Vec<&str> = loaded.card.params.iter().map(|param| param.name.text.as_str()).collect();
        if !names.contains(&name.as_str()) {
            let message = text!("规则 {code} 没有参数 `{name}`", "rule {code} has no parameter `{name}`");
            let all = names.join("、");
            let help = match nearest(name, names.iter().copied()) {
                Some(near) => text!("是否 `{near}`？", "did you mean `{near}`?"),
                None if names.is_empty() => text!("这条规则没有参数", "this rule has no parameters"),
                None => text!("它的参数：{all}", "its parameters: {all}"),
            };
            report.push(Diagnostic::error(Code::UnknownKey, message).at(set.name.1).help(help));
        }
    }
    report
}

/// The parameters of a card with the values of this run.
pub fn resolve<'a>(sources: &SourceMap, loaded: &'a LoadedCard, sets: &[Set]) -> (Vec<Parameter<'a>>, Report) {
    let mut report = Report::new();
    let mut parameters = Vec::new();
    for param in &loaded.card.params {
        let own = |set: &&Set| set.code.0 == loaded.card.code.text && set.name.0 == param.name.text;
        let Some(default) = constant(sources, &param.default, &mut report) else { continue };
        within(sources, param, &param.default, &default, &mut report);
        let mut value = default;
        if let Some(set) = sets.iter().rev().find(own)
            && let Some(chosen) = constant(sources, &set.value, &mut report)
        {
            if is_of_kind(&chosen, &value) {
                within(sources, param, &set.value, &chosen, &mut report);
                value = chosen;
            } else {
                report.push(other_kind((sources, param), &set.value));
            }
        }
        parameters.push(Parameter { name: &param.name.text, value, span: param.name.span });
    }
    (parameters, report)
}

/// Whether a setting is what the default is: a text, an amount of money, or a number, be it a percentage.
fn is_of_kind(chosen: &ast::Const, default: &ast::Const) -> bool {
    let kind = |constant: &ast::Const| match constant {
        ast::Const::Text(_) => 0,
        ast::Const::Money(..) => 1,
        _ => 2,
    };
    kind(chosen) == kind(default) || matches!((chosen, kind(default)), (ast::Const::Number(0), 1))
}

fn other_kind((sources, param): (&SourceMap, &Param), setting: &Setting) -> Diagnostic {
    let (name, written) = (&param.name.text, &setting.words.text);
    let default = sources.text(param.default.words.span);
    let default = default.trim_matches(['"', '\'']);
    let message = text!(
        "`{written}` 不是参数 `{name}` 能取的值：要像 `{default}` 那样写",
        "`{written}` is no value for the parameter `{name}`: write it like `{default}`"
    );
    Diagnostic::error(Code::BadValue, message)
        .at(setting.words.span)
        .secondary(param.default.words.span, text!("默认是这个", "this is the default"))
}

/// The constant that a setting writes. In quotes, what is no number, percentage or amount is a text.
fn constant(sources: &SourceMap, setting: &Setting, report: &mut Report) -> Option<ast::Const> {
    let (arg, complaints) = syntax::parse_arg(sources, setting.words.span);
    let value = arg.filter(|_| !complaints.has_errors()).and_then(|arg| constant_of(&arg));
    if value.is_none() && setting.quoted {
        return Some(ast::Const::Text(setting.words.text.clone()));
    }
    if value.is_none() {
        let written = &setting.words.text;
        let message = text!("`{written}` 不是参数能取的值", "`{written}` is not a value for a parameter");
        let help = text!(
            "写 `90%`、`10万元`、`3` 或文字，带单位的加引号",
            "write `90%`, `10万元`, `3` or a text; quote what has a unit"
        );
        report.push(Diagnostic::error(Code::BadValue, message).at(setting.words.span).help(help));
    }
    value
}

fn constant_of(arg: &ast::Arg) -> Option<ast::Const> {
    match &arg.kind {
        ast::ArgKind::Const(value) => Some(value.clone()),
        ast::ArgKind::Call(call) if call.name.text == "neg" || call.name.text == "-" && call.args.len() == 1 => {
            match constant_of(call.args.first()?)? {
                ast::Const::Number(number) => Some(ast::Const::Number(-number)),
                ast::Const::Decimal(value, written) => Some(ast::Const::Decimal(-value, format!("-{written}"))),
                ast::Const::Percent(value) => Some(ast::Const::Percent(-value)),
                ast::Const::Money(value, unit) => Some(ast::Const::Money(-value, unit)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Complains when `value` is outside the bounds of its parameter.
fn within(sources: &SourceMap, param: &Param, setting: &Setting, value: &ast::Const, report: &mut Report) {
    let mut ignored = Report::new();
    let bounds = [(&param.min, "不小于", "at least"), (&param.max, "不大于", "at most")];
    for (at, (bound, zh, en)) in bounds.into_iter().enumerate() {
        let Some(bound) = bound else { continue };
        let limit = constant(sources, bound, &mut ignored);
        let (Some(value), Some(limit)) = (amount(value), limit.as_ref().and_then(amount)) else { continue };
        let outside = if at == 0 { value < limit } else { value > limit };
        if outside {
            let (name, written, edge) = (&param.name.text, &setting.words.text, &bound.words.text);
            let message = text!(
                "参数 `{name}` 要{zh} {edge}，这里是 {written}",
                "parameter `{name}` must be {en} {edge}, this is {written}"
            );
            let wrong = Diagnostic::error(Code::ParameterOutOfRange, message)
                .primary(setting.words.span, text!("超出界限", "outside the bounds"))
                .secondary(bound.words.span, text!("界限在这里", "the bound is here"));
            report.push(wrong);
        }
    }
}

/// A constant as a number that can be compared with another of its kind.
fn amount(value: &ast::Const) -> Option<Decimal> {
    match value {
        ast::Const::Number(number) => Decimal::try_from_i128_with_scale(*number, 0).ok(),
        ast::Const::Unsigned(number) => Some(Decimal::from(*number)),
        ast::Const::Decimal(value, _) | ast::Const::Percent(value) => Some(*value),
        ast::Const::Money(value, unit) => unit.to_yuan(*value),
        ast::Const::Float(_) | ast::Const::Text(_) => None,
    }
}

/// The codes of all shipped cards, loaded or not.
fn shipped_codes() -> Vec<String> {
    let mut sources = SourceMap::new();
    let mut codes = Vec::new();
    for pack in PACKS {
        let Ok(file) = sources.add(pack.path, pack.text) else { continue };
        codes.extend(read_cards(&sources, file).0.cards.into_iter().map(|card| card.code.text));
    }
    codes
}
