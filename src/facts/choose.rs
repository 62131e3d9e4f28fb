//! Which of a file's tables a source means.

use super::headers;
use super::headers::Index;
use super::manifest::{Pick, SourceSpec};
use super::names::normal;
use super::read::Format;
use super::read::narrative;
use super::read::raw::RawTable;
use crate::diagnostic::{Code, Diagnostic, Report, nearest};
use crate::text;

/// The table that `spec` means for the relation `relation`, whose columns may be found under the names `wanted`.
pub fn choose<'a>(
    tables: &'a [RawTable],
    (spec, format): (&SourceSpec, Format),
    (relation, wanted): (&str, &[Vec<String>]),
    report: &mut Report,
) -> Option<&'a RawTable> {
    match spec.pick.as_ref().map(|pick| &pick.value) {
        Some(Pick::Name(name)) => by_name(tables, name).or_else(|| refuse(tables, spec, report)),
        Some(Pick::Number(number)) => tables.get(*number as usize - 1).or_else(|| refuse(tables, spec, report)),
        Some(Pick::Caption(caption)) => match &by_caption(tables, caption)[..] {
            [one] => Some(one),
            _ => refuse(tables, spec, report),
        },
        None => match tables {
            [] => refuse(tables, spec, report),
            // Running text is no table of amounts, even where there is nothing else.
            [one] if one.narrative && relation != narrative::NAME => only_text(spec, report),
            [one] => Some(one),
            _ if relation == narrative::NAME && by_name(tables, relation).is_some() => by_name(tables, relation),
            // The running text that a document has beside its one table.
            [one, text] if text.name == narrative::NAME && relation != narrative::NAME => Some(one),
            _ if format == Format::Toml => by_name(tables, relation).or_else(|| refuse(tables, spec, report)),
            _ => by_headers(tables, spec, wanted, report),
        },
    }
}

fn only_text<'a>(spec: &SourceSpec, report: &mut Report) -> Option<&'a RawTable> {
    let file = &spec.file.value;
    let message = text!("{file} 里只有正文，没有表", "there is no table in {file}, only text");
    report.push(Diagnostic::error(Code::UnknownTable, message).at(spec.file.span));
    None
}

/// By its name, or by the last part of it: `project` is `T1.project` where that is the only one.
fn by_name<'a>(tables: &'a [RawTable], name: &str) -> Option<&'a RawTable> {
    let exact = tables.iter().find(|table| table.name == name);
    let alike = || tables.iter().find(|table| !table.name.is_empty() && normal(&table.name) == normal(name));
    let last = || {
        let mut fits = tables.iter().filter(|table| table.name.rsplit('.').next() == Some(name));
        fits.next().filter(|_| fits.next().is_none())
    };
    exact.or_else(alike).or_else(last)
}

fn by_caption<'a>(tables: &'a [RawTable], caption: &str) -> Vec<&'a RawTable> {
    let wanted = normal(caption);
    let fits = |table: &RawTable| {
        let mut texts = table.captions.iter().chain([&table.name]);
        texts.any(|text| normal(text).contains(&wanted))
    };
    let nearest_fits = |table: &&RawTable| table.captions.first().is_some_and(|text| normal(text).contains(&wanted));
    let found: Vec<&RawTable> = tables.iter().filter(|table| fits(table)).collect();
    let near: Vec<&RawTable> = found.iter().copied().filter(|table| nearest_fits(table)).collect();
    if near.len() == 1 { near } else { found }
}

/// The only table whose headers name the most columns.
fn by_headers<'a>(
    tables: &'a [RawTable],
    spec: &SourceSpec,
    wanted: &[Vec<String>],
    report: &mut Report,
) -> Option<&'a RawTable> {
    let score = |table: &RawTable| {
        headers::find(table, spec, wanted).map_or(0, |headers| Index::new(&headers.columns).named(wanted).0)
    };
    let scores: Vec<usize> = tables.iter().map(score).collect();
    let most = scores.iter().copied().max().unwrap_or(0);
    let mut best = (0..tables.len()).filter(|at| scores[*at] == most && most > 0);
    match (best.next(), best.next()) {
        (Some(at), None) => {
            let (file, number, shown) = (&spec.file.value, at + 1, shown(tables, at));
            let count = tables.len();
            report.push(
                Diagnostic::note(
                    Code::UnknownTable,
                    text!(
                        "{file} 有 {count} 张表，按表头取了第 {number} 张（{shown}）",
                        "{file} has {count} tables; by its headers number {number} was taken ({shown})"
                    ),
                )
                .at(spec.file.span),
            );
            Some(&tables[at])
        }
        _ => refuse(tables, spec, report),
    }
}

/// What people call the table at `at`.
fn shown(tables: &[RawTable], at: usize) -> String {
    let table = &tables[at];
    let name = Some(&table.name).filter(|name| !name.is_empty()).or(table.captions.first());
    name.map_or_else(|| format!("#{}", at + 1), |name| name.trim().chars().take(30).collect())
}

fn refuse<'a>(tables: &[RawTable], spec: &SourceSpec, report: &mut Report) -> Option<&'a RawTable> {
    let file = &spec.file.value;
    if tables.is_empty() {
        let message = text!("{file} 里没有表", "there is no table in {file}");
        report.push(Diagnostic::error(Code::UnknownTable, message).at(spec.file.span));
        return None;
    }
    let names: Vec<String> = (0..tables.len().min(20)).map(|at| shown(tables, at)).collect();
    let (zh, en) = (names.join("、"), names.join(", "));
    let list = text!("文件里有：{zh}", "the file has: {en}");
    let (at, message) = match &spec.pick {
        None => (
            spec.file.span,
            text!("{file} 有几张表，没有写取哪一张", "{file} has several tables, and nothing says which one to take"),
        ),
        Some(pick) => (pick.span, not_there(&pick.value, file, tables.len())),
    };
    let mut diagnostic = Diagnostic::error(Code::UnknownTable, message).at(at);
    let near = match spec.pick.as_ref().map(|pick| &pick.value) {
        Some(Pick::Name(name)) => nearest(name, tables.iter().map(|table| table.name.as_str())),
        _ => None,
    };
    diagnostic = match near {
        Some(near) => diagnostic
            .help(crate::diagnostic::Text {
                zh: format!("是否“{near}”？{}", list.zh),
                en: format!("did you mean “{near}”? {}", list.en),
            })
            .fix(at, near),
        None => diagnostic.help(list),
    };
    report.push(diagnostic);
    None
}

fn not_there(pick: &Pick, file: &str, count: usize) -> crate::diagnostic::Text {
    match pick {
        Pick::Name(name) => text!("{file} 里没有名为“{name}”的表", "{file} has no table named “{name}”"),
        Pick::Number(number) => {
            text!("{file} 只有 {count} 张表，没有第 {number} 张", "{file} has {count} tables, no number {number}")
        }
        Pick::Caption(caption) => text!(
            "{file} 里没有唯一一张标题含“{caption}”的表",
            "{file} has not exactly one table whose caption contains “{caption}”"
        ),
    }
}
