//! Rules by themselves, without an audit's facts.

use std::path::Path;

use super::{Request, Rules, load_rules, manifest_path, resolve, rules};
use crate::analysis;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::facts::{Manifest, StoreBuilder};
use crate::source::SourceMap;
use crate::syntax;
use crate::text;
use crate::threads;

/// The rules that `request` means: those it names, else those of the nearest manifest, else all shipped packs.
pub fn rules_of(sources: &mut SourceMap, request: &Request) -> (Rules, Report) {
    let mut report = Report::new();
    let mut missing = Report::new();
    let path = if request.rules.is_empty() { manifest_path(&request.start, &mut missing) } else { None };
    // Without a manifest all shipped rules are meant, but not by the name of a folder that is not there.
    if !request.start.exists() {
        report.append(missing);
    }
    let manifest = path.as_ref().and_then(|path| sources.load(path).ok()).map(|file| {
        let (manifest, complaints) = Manifest::read(sources, file);
        report.append(complaints);
        manifest
    });
    let dir = path.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
    let wishes = rules::wishes(request, &manifest.unwrap_or_default(), &dir);
    let (rules, complaints) = load_rules(sources, wishes.as_deref(), threads::available());
    report.append(complaints);
    (rules, report)
}

/// Everything that is wrong or doubtful about rules, and how many cards there are.
#[must_use]
pub fn lint(request: &Request) -> (SourceMap, usize, Report) {
    let mut sources = SourceMap::new();
    let (rules, mut report) = rules_of(&mut sources, request);
    let (schema, complaints) = analysis::schema(&rules.programs.iter().collect::<Vec<_>>());
    report.append(complaints);
    let store = StoreBuilder::new(&schema).finish(|file| sources.file(file).name().to_owned());
    let (_, complaints) = resolve(&sources, &rules, &store, &[]);
    report.append(complaints);
    for loaded in &rules.cards {
        report.extend(untested(&sources, loaded));
    }
    (sources, rules.cards.len(), report)
}

/// A card without a test that fires, or without one that stays clean.
fn untested(sources: &SourceMap, loaded: &super::LoadedCard) -> Option<Diagnostic> {
    let card = &loaded.card;
    let fires = card.tests.iter().any(|test| !test.expect.is_empty());
    let clean = card.tests.iter().any(|test| test.expect.is_empty());
    let facts = |test: &crate::cards::Test| syntax::parse_facts(sources, test.facts).0.len();
    let code = &card.code.text;
    let message = match (fires, clean) {
        (true, true) => return None,
        (false, false) => text!("{code} 没有测试", "{code} has no tests"),
        (false, true) => text!("{code} 没有一项会查出问题的测试", "{code} has no test that fires"),
        // One test may show both: what fires and, among the same facts, what does not.
        (true, false) if card.tests.iter().any(|test| facts(test) > test.expect.len()) => return None,
        (true, false) => text!("{code} 没有一项不应查出问题的测试", "{code} has no test that stays clean"),
    };
    let help = text!(
        "加一段 [[rule.test]]：facts 给数据，expect 写应查出的；不应查出写 expect = []",
        "add a [[rule.test]] with facts and expect; expect = [] for none"
    );
    Some(Diagnostic::warning(Code::CardWithoutTest, message).at(card.code.span).help(help))
}
