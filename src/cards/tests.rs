use super::{Card, Format, PACKS, Piece, Severity, read, read_untested};
use crate::diagnostic::Code;
use crate::source::SourceMap;
use crate::value::Unit;

fn cards(text: &str) -> (SourceMap, Vec<Card>, Vec<Code>) {
    let mut sources = SourceMap::new();
    sources.add("first.toml", "x").unwrap();
    let file = sources.add("t.toml", text).unwrap();
    let (cards, report) = read(&sources, file);
    let codes = report.diagnostics().iter().map(|diagnostic| diagnostic.code).collect();
    (sources, cards.cards, codes)
}

const GOOD: &str = r#"language = 1
use = ["lib/budget.dl"]
[[rule]]
code = "YS-001"
name = "overspend"
title = "支出超预算"
severity = [{ when = "s > 1", is = "error" }, { is = "note" }]
when = '''
  p in project
'''
message = "“{p.name}”支出\t{ spent :.2万元}，{{原样}}，{sum e.x : { e in f } }，率 {r:.1%}"
labels = [{ at = "p.budget", text = '预算 {cat(p.name, "}")}', limit = 3 }]
key = ["p.name"]
params.min = { default = "90%", max = "100%", about = "低于它" }
params."上限" = 10
[[rule.test]]
name = "报"
facts = '''p{name: "甲"}.'''
expect = ['p.name = "甲"']
"#;

#[test]
fn a_card_is_read_with_the_places_of_its_logic() {
    let (sources, cards, codes) = cards(GOOD);
    assert_eq!(codes, []);
    let card = &cards[0];
    assert_eq!(sources.text(card.when), "\n  p in project\n");
    assert_eq!(sources.text(card.code.span), "YS-001");
    assert_eq!(card.severity.iter().map(|case| case.is).collect::<Vec<_>>(), [Severity::Error, Severity::Note]);
    assert_eq!(sources.text(card.labels[0].at), "p.budget");
    assert_eq!(card.labels[0].limit, Some(3));
    assert_eq!(sources.text(card.key[0]), "p.name");
    assert_eq!((card.params[0].default.words.text.as_str(), card.params[0].default.quoted), ("90%", true));
    assert_eq!((card.params[1].default.words.text.as_str(), card.params[1].default.quoted), ("10", false));
    assert_eq!(sources.text(card.tests[0].expect[0]), "p.name = \"甲\"");
}

#[test]
fn templates_are_cut_into_text_and_holes() {
    let (sources, cards, _) = cards(GOOD);
    let shown: Vec<String> = cards[0]
        .message
        .pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Hole(span, _) => format!("<{}>", sources.text(*span)),
        })
        .collect();
    assert_eq!(shown, ["“", "<p.name>", "”支出\t", "<spent>", "，{原样}，", "<sum e.x : { e in f }>", "，率 ", "<r>"]);
    let formats: Vec<Format> = cards[0]
        .message
        .pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Hole(_, format) => Some(*format),
            Piece::Text(_) => None,
        })
        .collect();
    assert_eq!(formats[1], Format { percent: false, places: Some(2), unit: Some(Unit::WanYuan) });
    assert_eq!(formats[3], Format { percent: true, places: Some(1), unit: None });
    assert!(
        matches!(&cards[0].labels[0].text.pieces[1], Piece::Hole(span, _) if sources.text(*span) == "cat(p.name, \"}\")")
    );
}

#[test]
fn every_mistake_of_a_file_is_reported_in_one_run() {
    let (_, cards, codes) = cards(
        r#"langage = 1
[[rule]]
code = "A 1"
titel = "t"
severity = "eror"
when = "p in project"
message = "{p.name"
labels = [{ text = "x" }, { at = "p.\"x\"" }, 3]
params.x = { min = 1 }
params.y = { default = true }
[[rule.test]]
facts = '''x'''
[[rule]]
"#,
    );
    assert_eq!(cards.len(), 0);
    for code in [Code::UnknownKey, Code::MissingKey, Code::BadValue, Code::WhenInBasicString, Code::BadTemplate] {
        assert!(codes.contains(&code), "{code:?} not in {codes:?}");
    }
    assert!(codes.len() >= 16, "{codes:?}");
}

#[test]
fn broken_toml_is_a_complaint_and_what_can_be_read_is_read() {
    let (_, cards, codes) = cards("language = 1\nx = = 1\n[[rule]]\ncode = \"A\"\nwhen = 'p in q'\n");
    assert!(codes.contains(&Code::BadToml));
    assert_eq!(cards.len(), 1);
}

#[test]
fn shipped_files_are_those_of_the_folder() {
    let listed = |shipped: &[super::Shipped]| shipped.iter().map(|file| file.path.to_owned()).collect::<Vec<_>>();
    let folder = |folder: &str, extension: &str| {
        let entries = std::fs::read_dir(format!("rules/{folder}")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> =
            names.filter(|name| name.ends_with(extension)).map(|name| format!("{folder}{name}")).collect();
        names.sort();
        names
    };
    let mut packs = listed(super::PACKS);
    packs.sort();
    assert_eq!(packs, folder("", ".toml"));
    assert_eq!(listed(super::SHARED), folder("lib/", ".dl"));
}

#[test]
fn a_wrong_escape_before_a_long_character_is_a_complaint() {
    for text in [
        r#"[[rule]]
code = "A\u{0}元""#,
        r#"[[rule]]
title = "\x元""#,
        r#"[[rule]]
title = "\U1元元元元""#,
    ] {
        let mut sources = SourceMap::new();
        let file = sources.add("a.toml", text).unwrap();
        assert!(super::read(&sources, file).1.has_errors(), "{text}");
    }
}

#[test]
fn shipped_cards_are_the_same_but_for_their_tests() {
    for pack in PACKS {
        let mut sources = SourceMap::new();
        let file = sources.add(pack.path, pack.text).unwrap();
        let (mut whole, report) = read(&sources, file);
        let (untested, complaints) = read_untested(&sources, file);
        assert!(report.diagnostics().is_empty() && complaints.diagnostics().is_empty(), "{}", pack.path);
        assert!(whole.cards.iter().all(|card| !card.tests.is_empty()), "{}", pack.path);
        whole.cards.iter_mut().for_each(|card| card.tests.clear());
        assert_eq!(format!("{untested:?}"), format!("{whole:?}"), "{}", pack.path);
    }
}
