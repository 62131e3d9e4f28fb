//! The shipped packs: each resolves by itself, and every card's own tests pass on both engines.

use gouji::audit::{Engine, Wish, load_rules, pack_name, test};
use gouji::cards::PACKS;
use gouji::diagnostic::{Lang, Report};
use gouji::render::human::{self, Style};
use gouji::source::SourceMap;

use crate::support::gouji;

#[test]
fn every_card_passes_its_own_tests_on_both_engines() {
    for engine in [Engine::Frog, Engine::Reference] {
        let mut sources = SourceMap::new();
        let (rules, report) = load_rules(&mut sources, None, 1);
        assert!(!report.has_errors(), "{}", drawn(&sources, report));
        let tested = test(&sources, &rules, engine);
        assert!(tested.run > 0, "no test was run");
        assert!(!tested.report.has_errors(), "{engine:?}\n{}", drawn(&sources, tested.report));
    }
}

#[test]
fn every_pack_can_be_loaded_by_itself() {
    for pack in PACKS {
        let wish = Wish { text: pack_name(pack).to_owned(), span: None, base: std::path::PathBuf::new() };
        let mut sources = SourceMap::new();
        let (rules, report) = load_rules(&mut sources, Some(&[wish]), 1);
        assert!(!report.has_errors(), "{}", drawn(&sources, report));
        let tested = test(&sources, &rules, Engine::Reference);
        assert!(!tested.report.has_errors(), "{}\n{}", pack.path, drawn(&sources, tested.report));
    }
}

fn drawn(sources: &SourceMap, report: Report) -> String {
    let style = Style { columns: 100, color: false, lang: Lang::Zh };
    report.sorted().iter().map(|diagnostic| human::diagnostic(sources, diagnostic, style)).collect()
}

#[test]
fn shipped_rules_are_laid_out_as_fmt_lays_them_out() {
    let out = gouji(&["fmt", "--check", concat!(env!("CARGO_MANIFEST_DIR"), "/rules")]);
    assert!(out.status.success(), "run `gouji fmt rules`: {}", String::from_utf8_lossy(&out.stdout));
}
