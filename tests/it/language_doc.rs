//! Every example of `docs/language.md` is a right rule, and the cards among them pass their own tests; every program of
//! `docs/datalog.md` prints what stands behind it.

use std::path::Path;

use gouji::audit::{self, Engine, Request};
use gouji::source::SourceMap;

use crate::support::{folder, gouji};

const USES: &str = r#"use = ["lib/budget.dl", "lib/items.dl", "lib/statement.dl", "lib/pairs.dl", "examples.dl"]"#;

/// The fenced blocks of a page in that language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let page = std::fs::read_to_string(page).unwrap();
    let fence = format!("```{language}\n");
    page.split(&fence).skip(1).map(|rest| rest.split("```").next().unwrap().to_owned()).collect()
}

/// Checks a rule file; its cards' own tests are run when it has any.
fn right(file: &Path) -> usize {
    let request = Request { rules: vec![file.display().to_string()], ..Request::default() };
    let (_, _, report) = audit::lint(&request);
    assert!(!report.has_errors(), "{}: {:#?}", file.display(), report.diagnostics());
    let mut sources = SourceMap::new();
    let (rules, report) = audit::rules_of(&mut sources, &request);
    assert!(!report.has_errors(), "{}: {:#?}", file.display(), report.diagnostics());
    let tested = audit::test(&sources, &rules, Engine::default());
    assert_eq!(tested.failed, 0, "{}: {:#?}", file.display(), tested.report.diagnostics());
    tested.run
}

#[test]
fn cards_pass_their_own_tests() {
    let dir = folder("language_doc/cards");
    let cards = blocks("docs/language.md", "toml");
    assert!(cards.len() >= 2);
    for (at, card) in cards.iter().enumerate() {
        let file = dir.join(format!("{at}.toml"));
        std::fs::write(&file, card).unwrap();
        assert!(right(&file) >= 2, "{card}");
    }
}

#[test]
fn conditions_and_definitions_resolve() {
    let dir = folder("language_doc/conditions");
    std::fs::write(dir.join("examples.dl"), blocks("docs/language.md", "dl").join("\n")).unwrap();
    let conditions = blocks("docs/language.md", "prolog");
    assert!(conditions.len() >= 15);
    let mut text = format!("language = 1\n{USES}\n");
    for (at, when) in conditions.iter().enumerate() {
        text += &format!(
            "[[rule]]\ncode = \"LX-{at:03}\"\ntitle = \"例\"\nseverity = \"note\"\nwhen = '''\n{when}'''\nmessage = \"例\"\n"
        );
    }
    let file = dir.join("conditions.toml");
    std::fs::write(&file, text).unwrap();
    right(&file);
}

#[test]
fn plain_programs_print_what_the_page_says() {
    let dir = folder("language_doc/programs");
    let (programs, printed) = (blocks("docs/datalog.md", "datalog"), blocks("docs/datalog.md", "text"));
    assert!(programs.len() == printed.len() && programs.len() >= 3);
    for (at, (program, printed)) in programs.iter().zip(&printed).enumerate() {
        let file = dir.join(format!("{at}.dl"));
        std::fs::write(&file, program).unwrap();
        let output = gouji(&["run", file.to_str().unwrap(), "-D", "-"]);
        assert_eq!(String::from_utf8_lossy(&output.stdout), *printed, "{}", String::from_utf8_lossy(&output.stderr));
    }
}
