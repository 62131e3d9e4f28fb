//! The rule author's day: one character wrong anywhere in a card. Nothing panics, every complaint has a place in the card
//! or in what it uses, and what is no longer a card is said to be none.

use gouji::audit::{self, LoadedCard, Rules, parse_card, resolve};
use gouji::cards::{self, SHARED};
use gouji::diagnostic::{Lang, Report};
use gouji::facts::StoreBuilder;
use gouji::render::human::{self, Style};
use gouji::source::SourceMap;
use gouji::syntax;

const CARD: &str = r#"language = 1
use = ["lib/budget.dl"]
[[rule]]
code     = "YS-901"
name     = "overspend_901"
title    = "支出超预算"
severity = [{ when = "p.spent > 10万元", is = "error" }, { is = "warning" }]
when = '''
  p in project, p.budget > 0,
  s = sum e.amount : { e in expenditure, e.project = p.name },
  s !~ p.spent, s / p.budget >= $rate
'''
message = "“{p.name}”支出 {s:.2万元}，{s - p.budget}"
labels  = [{ at = "p.budget", text = "预算" }, { at = "e.amount", text = "{e.voucher}", limit = 5 }]
params.rate = { default = "90%", min = "0%", max = "100%" }
  [[rule.test]]
  name   = "报"
  facts  = '''project{name: "甲", budget: 1, spent: 2}. expenditure{project: "甲", amount: 5}.'''
  expect = ['p.name = "甲", s = 5']
"#;

#[test]
fn the_card_is_right_to_begin_with() {
    let (_, report) = complaints(CARD);
    assert!(!report.has_errors(), "{:#?}", report.diagnostics());
}

#[test]
fn one_character_less_anywhere() {
    for (at, c) in CARD.char_indices() {
        look(&format!("{}{}", &CARD[..at], &CARD[at + c.len_utf8()..]));
    }
}

#[test]
fn one_character_more_anywhere() {
    let typos = ['"', '\'', '{', '}', '\\', '，', '(', '.', '\n', '𠮷'];
    for (at, _) in CARD.char_indices() {
        let typo = typos[at % typos.len()];
        look(&format!("{}{typo}{}", &CARD[..at], &CARD[at..]));
    }
}

#[test]
fn cut_off_anywhere() {
    for (at, _) in CARD.char_indices().step_by(3) {
        look(&CARD[..at]);
    }
}

fn look(text: &str) {
    let (sources, report) = complaints(text);
    let style = Style { columns: 80, color: false, lang: Lang::Zh };
    for diagnostic in report.sorted() {
        let drawn = human::diagnostic(&sources, &diagnostic, style);
        assert!(!drawn.contains("Failed to read"), "{drawn}");
        let placed = diagnostic.labels.iter().all(|label| sources.file_of(label.span).is_some());
        assert!(placed, "a label of no file: {drawn}");
    }
}

/// Everything that is wrong with a file of cards.
fn complaints(text: &str) -> (SourceMap, Report) {
    let mut sources = SourceMap::new();
    let shared = SHARED.iter().find(|shared| shared.path == "lib/budget.dl").unwrap();
    let library = sources.add(shared.path, shared.text).unwrap();
    let file = sources.add("card.toml", text).unwrap();
    let (program, _) = syntax::parse_program(&sources, library);
    let (cards, mut report) = cards::read(&sources, file);
    let mut rules = Rules { programs: vec![program], ..Rules::default() };
    for card in cards.cards {
        let (tree, complaints) = parse_card(&sources, &card);
        report.append(complaints);
        rules.cards.push(LoadedCard { card, tree, file, shipped: false, idle: None });
    }
    let (schema, _) = gouji::analysis::schema(&rules.programs.iter().collect::<Vec<_>>());
    let store = StoreBuilder::new(&schema).finish(|_| String::new());
    let (_, complaints) = resolve(&sources, &rules, &store, &[]);
    report.append(complaints);
    report.append(audit::test(&sources, &rules, audit::Engine::Reference).report);
    (sources, report)
}
