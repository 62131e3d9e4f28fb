//! Every proof that is printed is checked again, by a checker that knows nothing of the engine.

use std::path::Path;

use gouji::audit::{self, Reach, Request, Wanted, Which, prove_tests};
use gouji::exec::Input;
use gouji::finding::proof::Node;
use gouji::render::proof::json;
use gouji::source::SourceMap;
use serde_json::Value as Json;

use crate::checker::{Checker, Ground, Tally, check};

/// `gouji why all --json` over an audit, and all rows that it stands on.
fn proofs(dir: &str) -> (Json, Json) {
    let request = Request { start: Path::new(dir).to_owned(), ..Request::default() };
    let audit = audit::check(&request);
    assert_eq!(audit.reach, Reach::Complete, "{:#?}", audit.diagnostics);
    let wanted = Wanted { which: Which::Every, all: false, every: true, depth: 64 };
    let proved = audit::why(&audit, &request, &wanted).unwrap();
    assert_eq!(proved.len(), audit.audited.findings.len(), "{dir}: every finding has a proof");
    let shown: Vec<_> =
        proved.iter().map(|one| (one.number, [one.finding.code.as_str(), &one.finding.key, ""], &one.proof)).collect();
    let input = Input { program: &audit.program, store: &audit.store, sources: &audit.sources };
    let ground = audit::ground(&input, audit.outcome.as_ref().unwrap());
    (serde_json::from_str(&json(&audit.sources, &shown)).unwrap(), serde_json::to_value(ground).unwrap())
}

fn holds(tally: &Tally, of: &str) {
    assert!(tally.wrong.is_empty(), "{of}: {} claims are wrong:\n{}", tally.wrong.len(), tally.wrong.join("\n"));
    let trusted: usize = tally.trusted.values().sum();
    assert!(tally.checked > 20 * trusted, "{of}: nearly all claims are computed again: {tally:?}");
}

#[test]
fn the_proofs_of_every_finding_of_the_sample_audits_hold() {
    for dir in ["facts/kaifu-2020", "facts/wenlv-2024"] {
        let (document, ground) = proofs(dir);
        holds(&check(&document, &ground), dir);
    }
}

#[test]
fn the_proofs_of_every_finding_in_the_tests_of_the_packs_hold() {
    let mut sources = SourceMap::new();
    let (rules, report) = audit::load_rules(&mut sources, None, 1);
    assert!(!report.has_errors());
    let proved = prove_tests(&sources, &rules);
    let mut tally = Tally::default();
    for (code, node, ground) in &proved {
        let shown: [(usize, [&str; 3], &Node); 1] = [(0, [code.as_str(), "", ""], node)];
        let document: Json = serde_json::from_str(&json(&sources, &shown)).unwrap();
        let own = check(&document, &serde_json::to_value(ground).unwrap());
        assert_eq!(own.wrong, Vec::<String>::new(), "{code}");
        tally.checked += own.checked;
        tally.given += own.given;
        own.trusted.into_iter().for_each(|(kind, count)| *tally.trusted.entry(kind).or_default() += count);
    }
    holds(&tally, "the packs' tests");
    for card in &rules.cards {
        let code = &card.card.code.text;
        let fires = card.card.tests.iter().any(|test| !test.expect.is_empty());
        assert!(!fires || proved.iter().any(|(other, ..)| other == code), "{code} has a proof");
    }
}

/// Every amount that a document claims, by its pointer.
fn amounts(json: &Json, at: &str, found: &mut Vec<String>) {
    match json {
        Json::Object(fields) => {
            for (name, inner) in fields {
                let inner_at = format!("{at}/{name}");
                if name == "amount" && inner.is_string() {
                    found.push(inner_at);
                } else {
                    amounts(inner, &inner_at, found);
                }
            }
        }
        Json::Array(items) => {
            items.iter().enumerate().for_each(|(index, inner)| amounts(inner, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

#[test]
fn a_proof_with_one_amount_altered_does_not_hold() {
    let (document, ground) = proofs("facts/kaifu-2020");
    let ground = Ground::of(&ground);
    let (mut altered, mut noticed) = (0, 0);
    for proof in document["proofs"].as_array().unwrap() {
        let is_sum = |code: &&str| proof["rule"] == **code;
        if !["HJ-002", "HJ-003", "FJ-001", "YS-002"].iter().any(is_sum) {
            continue;
        }
        let mut found = Vec::new();
        amounts(&proof["proof"], "", &mut found);
        for pointer in found {
            let mut copy = proof["proof"].clone();
            let amount = copy.pointer_mut(&pointer).unwrap();
            let text = amount.as_str().unwrap();
            let last = text.chars().last().unwrap();
            *amount = Json::String(format!("{}{}", &text[..text.len() - 1], if last == '1' { '2' } else { '1' }));
            let mut checker = Checker::new(&ground);
            checker.proof(&copy);
            altered += 1;
            noticed += usize::from(!checker.tally.wrong.is_empty());
        }
    }
    assert!(altered > 300, "{altered}");
    // An altered constant of a rule is a rule of another kind.
    assert!(noticed * 10 >= altered * 9, "{noticed} of {altered} alterations were noticed");
}

/// An audit of who owns whom, through any number of hands, over `links` (`owner,owned`).
fn ownership(name: &str, links: &str, step: &str) -> (Json, Json) {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("proofs").join(name);
    std::fs::create_dir_all(&dir).unwrap();
    let manifest = "rules = [\"./own.toml\"]\n[relation.owns]\nsource = [{ file = \"owns.csv\" }]\n";
    let lib = format!(
        ".decl owns(owner: symbol, owned: symbol)\n.input owns\n.decl controls(owner: symbol, owned: symbol)\n\
         controls(a, b) :- owns(a, b).\ncontrols(a, c) :- {step}, controls(b, c).\n"
    );
    let card = "language = 1\nuse = [\"own.dl\"]\n[[rule]]\ncode = \"GQ-001\"\ntitle = \"实际控制\"\nseverity = \"note\"\n\
                when = '''controls(\"甲\", b), b = \"末\"'''\nmessage = \"甲控制 {b}\"\n";
    let files = [("audit.toml", manifest), ("own.dl", &lib), ("own.toml", card)];
    for (file, text) in files {
        std::fs::write(dir.join(file), text).unwrap();
    }
    std::fs::write(dir.join("owns.csv"), format!("owner,owned\n{links}")).unwrap();
    proofs(dir.to_str().unwrap())
}

/// One controls what those control whom one controls.
const JOINED: &str = "controls(a, b)";

/// How many steps of recursion stand above one another in a proof.
fn height(node: &Json) -> usize {
    let below = node["because"].as_array().map_or(&[][..], Vec::as_slice).iter().map(height).max().unwrap_or(0);
    below + usize::from(node["claim"]["kind"] == "derived")
}

/// How many facts a proof stands on.
fn facts(node: &Json) -> usize {
    let below: usize = node["because"].as_array().into_iter().flatten().map(facts).sum();
    below + usize::from(node["claim"]["kind"] == "row")
}

#[test]
fn a_recursive_proof_is_the_lowest_there_is_and_turns_in_no_circle() {
    // A chain of sixteen hands, a circle in it, and a way of three hands that the rules find later.
    let chain: String = (0..15).map(|at| format!("h{at},h{}\n", at + 1)).collect();
    let links = format!("甲,h0\n{chain}h15,末\nh3,h1\nh0,甲\n甲,捷\n捷,径\n径,末\n");
    let (document, ground) = ownership("short", &links, JOINED);
    holds(&check(&document, &ground), "short");
    let proof = &document["proofs"][0]["proof"];
    assert_eq!((height(proof), facts(proof)), (3, 3), "two joins, three links: {proof:#}");
}

#[test]
fn a_chain_is_proved_by_halves() {
    let chain: String = (0..38).map(|at| format!("h{at},h{}\n", at + 1)).collect();
    let (document, ground) = ownership("halves", &format!("甲,h0\n{chain}h38,末\n"), JOINED);
    holds(&check(&document, &ground), "halves");
    let proof = &document["proofs"][0]["proof"];
    assert_eq!((height(proof), facts(proof)), (7, 40), "40 links need six joins above one another");
}

#[test]
fn a_chain_too_long_to_be_shown_is_shown_as_far_as_was_asked() {
    let chain: String = (0..300).map(|at| format!("h{at},h{}\n", at + 1)).collect();
    let (document, ground) = ownership("long", &format!("甲,h0\n{chain}h300,末\n"), "owns(a, b)");
    let tally = check(&document, &ground);
    assert!(tally.wrong.is_empty(), "{:?}", tally.wrong);
    assert_eq!(height(&document["proofs"][0]["proof"]), 24);
}

#[test]
fn a_row_that_a_negation_did_not_see_is_noticed() {
    let (document, mut ground) = proofs("facts/wenlv-2024");
    let of_rule = |proof: &&Json| proof["rule"] == "YS-006";
    let proof = document["proofs"].as_array().unwrap().iter().find(of_rule).unwrap();
    let text = |checker: &Checker| checker.tally.wrong.join("\n");
    let before = Ground::of(&ground);
    let mut checker = Checker::new(&before);
    checker.proof(&proof["proof"]);
    assert_eq!(text(&checker), "");
    // A project of the very name that the voucher gives.
    let name = &mut ground["facts"]["project"][0]["cells"]["name"]["value"];
    *name = serde_json::json!({ "text": "送戏下乡下乡" });
    let after = Ground::of(&ground);
    let mut checker = Checker::new(&after);
    checker.proof(&proof["proof"]);
    assert!(text(&checker).contains("not (p in project, p.name = e.project)"), "{}", text(&checker));
}

#[test]
fn a_part_that_a_sum_did_not_take_is_noticed() {
    let (document, mut ground) = proofs("facts/kaifu-2020");
    let of_rule = |proof: &&Json| proof["rule"] == "HJ-002";
    let proof = document["proofs"].as_array().unwrap().iter().find(of_rule).unwrap();
    let rows = ground["facts"]["project"].as_array_mut().unwrap();
    // The table has one row more than the proof counted.
    rows.push(rows.iter().find(|row| row["about"]["table"]["text"] == "T2").unwrap().clone());
    let more = Ground::of(&ground);
    let mut checker = Checker::new(&more);
    checker.proof(&proof["proof"]);
    let wrong = checker.tally.wrong.join("\n");
    assert!(wrong.contains("sum p.budget"), "{wrong}");
}

/// An audit of vouchers that name their projects in several spellings, some of them nowhere.
fn spelled(name: &str) -> (Json, Json) {
    let names = ["舞台", " 舞 台 ", "Ａ馆", "a馆", "", "书屋"];
    let vouchers: String = (0..120).map(|at| format!("{},{}\n", names[at % names.len()], at + 1)).collect();
    let lib = ".decl budgeted(name: symbol, amount: number)\n.input budgeted\n\
               .decl paid(project: symbol, amount: number)\n.input paid\n";
    let card = "language = 1\nuse = [\"own.dl\"]\n[[rule]]\ncode = \"CS-001\"\ntitle = \"超支\"\nseverity = \"note\"\n\
                when = '''p in budgeted, s = sum v.amount : { v in paid, v.project is present, v.amount > 2, norm(v.project) = norm(p.name) }, \
                s > p.amount'''\nmessage = \"{p.name} 付了 {s}\"\nlabels = [{ at = \"v.amount\", text = \"其中\" }]\n";
    let manifest = "rules = [\"./own.toml\"]\n[relation.budgeted]\nsource = [{ file = \"budgeted.csv\" }]\n\
                    [relation.paid]\nsource = [{ file = \"paid.csv\" }]\n";
    let paid = format!("project,amount\n{vouchers}");
    let files = [
        ("audit.toml", manifest),
        ("own.dl", lib),
        ("own.toml", card),
        ("budgeted.csv", "name,amount\n舞台,5\nA馆,5\n书屋,99999\n夜校,0\n"),
        ("paid.csv", &paid),
    ];
    proofs(crate::support::folder_with(&format!("proofs-{name}"), &files).to_str().unwrap())
}

#[test]
fn the_parts_of_a_sum_are_found_by_what_is_computed_from_them() {
    let (document, ground) = spelled("spelled");
    assert!(check(&document, &ground).wrong.is_empty());
    let proofs = document["proofs"].as_array().unwrap();
    // Of every six vouchers two spell the one project, and one the other; the first two of all are too small.
    let parts: Vec<usize> = proofs.iter().map(|proof| facts(&proof["proof"]) - 1).collect();
    assert_eq!(parts, [38, 20], "{document:#}");
}
