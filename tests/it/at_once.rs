//! All errors of a run are told at once: each slip of a folder exactly once, whatever stands in other cards and files, and
//! nothing that only follows from one of them.

use std::fs;

use crate::support::{folder_with, gouji};

/// What one run says of the errors in `files`: `FILE:LINE CODE` each.
fn errors(name: &str, files: &[(&str, &str)]) -> Vec<String> {
    let manifest =
        "rules = [\"./rules/*.toml\", \"./rules/*.dl\"]\nunit = \"元\"\n[relation.project]\nsource = [\"p.csv\"]\n";
    let dir = folder_with(name, &[("audit.toml", manifest), ("p.csv", "项目名称,预算金额,执行数\n甲,1,2\n")]);
    fs::create_dir(dir.join("rules")).unwrap();
    for (path, text) in files {
        fs::write(dir.join("rules").join(path), text).unwrap();
    }
    let output = gouji(&["check", dir.to_str().unwrap(), "--format", "concise", "--lang", "en"]);
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let error = |line: &str| {
        let (place, said) = line.split_once(": error ")?;
        let mut place = place.rsplit('/').next()?.split(':');
        Some(format!("{}:{} {}", place.next()?, place.next()?, said.split(' ').next()?))
    };
    told.lines().filter_map(error).collect()
}

/// What `gouji run` says of the errors in a program: `LINE CODE` each.
fn errors_of_program(name: &str, program: &str) -> Vec<String> {
    let dir = folder_with(name, &[("p.dl", program)]);
    let output = gouji(&["run", dir.join("p.dl").to_str().unwrap(), "--lang", "en"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    let (mut code, mut found) = ("", Vec::new());
    for line in told.lines() {
        if let Some(name) = line.strip_suffix(" (error)") {
            code = name;
        } else if let Some((_, place)) = line.split_once("p.dl:").filter(|_| !code.is_empty()) {
            found.push(format!("{} {code}", place.split(':').next().unwrap()));
            code = "";
        }
    }
    found
}

fn card(code: &str, name: &str, when: &str, rest: &str) -> String {
    format!(
        "[[rule]]\ncode = \"{code}\"\n{name}title = \"x\"\nseverity = \"note\"\nwhen = '''\n  {when}\n'''\n{rest}\n"
    )
}

#[test]
fn slips_in_many_cards_and_files_are_told_in_one_run() {
    let head = "language = 1\nuse = [\"lib/budget.dl\"]\n";
    let a = [
        head.to_owned(),
        card("A-1", "name = \"first\"\n", "p in project, p.budget >> 5元, q = p.budgt", "message = \"{q}\""),
        card("A-2", "", "p in project, p.spnt > p.budget", "message = \"{p.name}\""),
        // nobody knows the columns of `first`, `half` and `torn`
        card("A-3", "", "first(p, q), p.budget > 5元, half(p, p, q), torn(p)", "message = \"{p.name}\""),
    ];
    let labels = "message = \"{p.nme}\"\nlabels = [{ at = \"p.budgte\", text = \"x\" }]";
    let b = [
        head.to_owned(),
        card("B-1", "", "p in projct, p.spent > p.budget", "message = \"{p.name}\""),
        card("B-2", "", "p in project, p.budget > \"text\", p.name = 5, half(p)", labels),
        card("B-3", "", "p in project, p.budget ! 5元", "message = \"{p.spnt}\""),
    ];
    let c = "half(p) :- p in project, p.budget > > 4元.\ntorn(p :- p in project.\n\
             late(p, x) :- p in project, x = p.budget 1.\nother(p) :- p in project, x > 1.\n";
    let told = errors("at-once-folder", &[("a.toml", &a.concat()), ("b.toml", &b.concat()), ("c.dl", c)]);
    let wanted = [
        "a.toml:9 unexpected-token",
        "a.toml:9 unknown-column",
        "a.toml:17 unknown-column",
        "b.toml:8 unknown-relation",
        "b.toml:16 type-mismatch",
        "b.toml:16 type-mismatch",
        "b.toml:18 unknown-column",
        "b.toml:19 unknown-column",
        "b.toml:25 unexpected-token",
        "b.toml:27 unknown-column",
        "c.dl:1 unexpected-token",
        "c.dl:2 unclosed-bracket",
        "c.dl:3 unexpected-token",
        "c.dl:4 unbound-variable",
    ];
    assert_eq!(told, wanted);
}

#[test]
fn what_missing_files_and_cards_would_declare_is_not_asked_for() {
    let a = format!(
        "language = 1\nuse = [\"lib/bugdet.dl\"]\n{}",
        card("A-1", "", "p in project, p.budget > 1元", "message = \"\"")
    );
    let later = card("B-1", "name = \"later\"\n", "p in project", "message = \"{p.name}\"");
    let torn = format!("language = 1\nuse = [\"lib/budget.dl\"]\n{}", later.replace("\"x\"", "\"x"));
    let c = "a(x) :- later(x).\nb(x) :- x = 1, x = \"one\".\n";
    let told = errors("at-once-missing", &[("a.toml", &a), ("b.toml", &torn), ("c.dl", c)]);
    assert_eq!(told, ["a.toml:2 unknown-pack", "b.toml:6 bad-toml", "c.dl:2 type-mismatch"]);
}

#[test]
fn slips_in_declarations_hide_no_others_and_have_no_consequences() {
    let declarations = ".decl a(x: number)\n.decl b(x: number y: number)\n.type T = [a: number b: symbol]\n.decl t(x: T)\n\
                        .decl c(x: number)\n.output c\na(1).\nt([1, \"x\"]).\nc(x) :- t([x, _]).\nc(x) :- b(x, _).\n\
                        c(x) :- a(x) >> 3.\nc(y) :- aa(y).\nc(x) :- a(\"t\"), a(x).\nc(z) :- a(x).\n";
    let wanted = [
        "2 unexpected-token",
        "3 unexpected-token",
        "11 unexpected-token",
        "12 unknown-relation",
        "13 conflicting-types",
        "14 unbound-in-head",
    ];
    assert_eq!(errors_of_program("at-once-declarations", declarations), wanted);
    let components = ".comp C< {\n  .decl r(x: number)\n  r(1).\n}\n.init i = C\n.init j =\n.decl c(x: number)\n.output c\n\
                      .decl d a: symbol, x: number)\nc(x) :- i.r(x).\nc(x) :- j.r(x), d(_, x).\nc(x) :- nope(x).\n";
    let wanted = ["1 unexpected-token", "7 unexpected-token", "9 unexpected-token", "12 unknown-relation"];
    assert_eq!(errors_of_program("at-once-components", components), wanted);
    let clauses = ".decl a(x: number)\n.decl c(x: number)\n.output c\nc(x) := a(x).\nc(x) :- a(x), , zz(x).\nc(x :- a(x).\na(1)\n\
                   c(x) :- a(x) a(x).\nc(q) :- a(x).\nc(x) :- a(x), x = 1 2.\n";
    let wanted = [
        "4 foreign-operator",
        "5 unexpected-token",
        "5 unknown-relation",
        "6 unclosed-bracket",
        "7 missing-dot",
        "8 unexpected-token",
        "9 unbound-in-head",
        "10 unexpected-token",
    ];
    assert_eq!(errors_of_program("at-once-clauses", clauses), wanted);
    // Nobody knows what a file that is not there, or what stands behind a comment without its end, declares.
    let unread = ".decl c(x: number)\n.output c\n.include \"none.dl\"\nc(x) :- elsewhere(x).\nc(\"one\").\n/* c(x) :- nope(x).\n";
    let wanted = ["3 bad-include", "5 conflicting-types", "6 unclosed-comment"];
    assert_eq!(errors_of_program("at-once-unread", unread), wanted);
}

#[test]
fn one_slip_gives_one_complaint() {
    let program = ".decl a(x: number)\n.decl c(x: number)\n.output c\na\"one\").\nc(x) :- a(x) ).\n\
                   c(n) :- n = count : { a(_) ) }.\nc(x) :- a(x. ).\nc(n) :- n = sum x : { a(x) :- , x > 1 }.\n\
                   c(x) :- a(x, ) x > 1.\nc(x) :- ( a x, y ), x > 1.\nc(x) :- a(x) a = (x).\nd(x: number)\nd(1).\n";
    let wanted = [
        "4 unclosed-bracket",
        "5 unclosed-bracket",
        "6 unclosed-bracket",
        "7 unexpected-token",
        "8 unexpected-token",
        "9 unexpected-token",
        "10 unexpected-token",
        "11 unexpected-token",
        "12 unexpected-token",
    ];
    assert_eq!(errors_of_program("at-once-slips", program), wanted);
    // A declaration whose name is wrong, and what uses it.
    let misspelt =
        ".decl a(x: number)\n.decl bb(x: number)\n.output a\na(x) :- b(x).\na(x) :- b(x), x > 1.\n.input b\n";
    assert_eq!(errors_of_program("at-once-misspelt", misspelt), ["4 unknown-relation"]);
    for nameless in [".decl (x: number)", ".decl bx: number)", ".type = number", ".comp {}"] {
        let program = format!(".decl a(x: number)\n.output a\n{nameless}\na(x) :- b(x).\n");
        assert_eq!(errors_of_program("at-once-nameless", &program), ["3 unexpected-token"], "{nameless}");
    }
}

#[test]
fn a_row_that_no_condition_takes_is_told_once() {
    let labels = "message = \"{p.name}: {p.spent}\"\nlabels = [{ at = \"p.budget\", text = \"{p.name}\" }]";
    let cards = [
        "language = 1\nuse = [\"lib/budget.dl\"]\n".to_owned(),
        card("A-1", "", "q in project, p.budget > 5元, p.spent > p.budget, q.spent > 1元", labels),
        card("A-2", "", "q in project, q.budget > 5元. q.spent > (q.budget", "message = \"{q.name}\""),
        card("A-3", "", "p in project, nto (p.budget is blank, p.spent ~ p.budget)", "message = \"{p.nme}\""),
    ];
    let told = errors("at-once-rows", &[("a.toml", &cards.concat()), ("b.dl", "")]);
    let wanted = [
        "a.toml:8 unbound-variable",
        "a.toml:17 unexpected-token",
        "a.toml:17 unclosed-bracket",
        "a.toml:25 unexpected-token",
        "a.toml:27 unknown-column",
    ];
    assert_eq!(told, wanted);
}
