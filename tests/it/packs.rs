//! The shipped packs: each resolves by itself, and every card's own tests pass on both engines.

use gouji::audit::{Engine, Reach, Request, Wish, check, load_rules, pack_name, test};
use gouji::cards::PACKS;
use gouji::diagnostic::{Lang, Report};
use gouji::finding::{RuleVerdict, Verdict};
use gouji::render::human::{self, Style};
use gouji::source::SourceMap;

use crate::support::{folder_with, gouji};

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

#[test]
fn rules_that_do_not_apply_are_told_the_same_whether_they_are_resolved_or_not() {
    let schema = check(&Request { start: "facts/wenlv-2024".into(), ..Request::default() }).schema;
    assert!(schema.relations.len() > 5, "there are relations to leave out");
    let mut left_alone = 0;
    for fed in 0..schema.relations.len() {
        // One relation or two with a row each, all others without a file.
        let fed = [&schema.relations[fed], &schema.relations[fed / 2]];
        let mut files = vec![("audit.toml".to_owned(), "unit = \"元\"\n".to_owned())];
        for relation in fed.iter().take(if fed[0] == fed[1] { 1 } else { 2 }) {
            let names: Vec<&str> = relation.columns.iter().map(|column| column.name.as_str()).collect();
            let file = format!("{}.csv", relation.name);
            files[0].1 += &format!("relation.{}.source = \"{file}\"\n", relation.name);
            files.push((file, format!("{}\n{}\n", names.join(","), vec!["1"; names.len()].join(","))));
        }
        let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let dir = folder_with("packs-idle", &files);
        let told = |whole| {
            let audit = check(&Request { start: dir.clone(), whole, ..Request::default() });
            assert_eq!(audit.reach, Reach::Complete, "{}: {:?}", fed[0].name, audit.diagnostics);
            let left_alone = audit.rules.cards.iter().filter(|loaded| loaded.idle.is_some()).count();
            (audit.audited, audit.diagnostics, left_alone)
        };
        let (audited, diagnostics, some) = told(false);
        let (whole, whole_diagnostics, none) = told(true);
        assert_eq!(none, 0);
        left_alone += some;
        for (one, other) in audited.verdicts.iter().zip(&whole.verdicts) {
            // A rule may lack several relations: which is named is no matter.
            let lacks = [one, other].map(|told| matches!(told.verdict, Verdict::NotApplicable(_)));
            let verdict = if lacks == [true; 2] { other.verdict.clone() } else { one.verdict.clone() };
            assert_eq!(&RuleVerdict { verdict, ..one.clone() }, other, "{} and {}", fed[0].name, fed[1].name);
        }
        assert_eq!((audited.findings, diagnostics), (whole.findings, whole_diagnostics));
    }
    assert!(left_alone > 100, "only {left_alone} were left alone");
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
