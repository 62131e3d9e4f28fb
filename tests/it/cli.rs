//! The command line as a user meets it: what it prints, where, and how it ends.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use crate::support::{command, folder, folder_with, gouji};

const KAIFU: &str = "facts/kaifu-2020";

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn code(args: &[&str]) -> i32 {
    gouji(args).status.code().unwrap()
}

/// A fresh folder with an audit in it: the manifest, and files beside it.
fn audit(name: &str, manifest: &str, files: &[(&str, &str)]) -> PathBuf {
    let dir = folder_with(&format!("cli/{name}"), files);
    fs::write(dir.join("audit.toml"), manifest).unwrap();
    dir
}

const PROJECTS: &str = "name,budget,spent\n甲,100,90\n乙,100,120\n";
const MANIFEST: &str =
    "title = \"例\"\nrules = [\"budget\"]\n[relation.project]\nsource = [{ file = \"p.csv\", unit = \"元\" }]\n";

#[test]
fn exit_codes_are_those_of_the_promise() {
    assert_eq!(code(&["check", KAIFU]), 1, "errors were found");
    assert_eq!(code(&["check", KAIFU, "--fail-level", "never"]), 0);
    assert_eq!(code(&["check", KAIFU, "--rules", "totals", "--format", "json"]), 1);
    assert_eq!(code(&["check", "no/such/folder"]), 2);
    assert_eq!(code(&["check", KAIFU, "--rules", "nonesuch"]), 2);
    assert_eq!(code(&["check", KAIFU, "--set", "YS-002.min_rat=80%"]), 2);
    assert_eq!(code(&["check", KAIFU, "--set", "nonsense"]), 2);
    assert_eq!(code(&["check", KAIFU, "--no-such-flag"]), 2);
    assert_eq!(code(&["frobnicate"]), 2);
    assert_eq!(code(&["explain", "YS-002"]), 0);
    assert_eq!(code(&["explain", "unknown-column"]), 0);
    assert_eq!(code(&["explain", "YS-9999"]), 2);
    assert_eq!(code(&["facts", KAIFU]), 0);
    assert_eq!(code(&["rules", "list"]), 0);
    assert_eq!(code(&["rules", "lint"]), 0);
    assert_eq!(code(&["--help"]), 0);
}

#[test]
fn a_file_that_cannot_be_read_makes_the_run_incomplete() {
    let two = "rules = [\"budget\"]\n[relation.project]\nsource = [{ file = \"p.csv\", unit = \"元\" }, { file = \"gone.csv\" }]\n";
    let dir = audit("incomplete", two, &[("p.csv", PROJECTS)]);
    let output = gouji(&["check", dir.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("gone.csv"), "the path is named: {}", stderr(&output));
    assert!(stdout(&output).contains("YS-003"), "what could be read was checked: {}", stdout(&output));
}

#[test]
fn nothing_checked_is_an_error() {
    let dir = audit("nothing", "rules = [\"budget\"]\n", &[]);
    let output = gouji(&["check", dir.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("nothing-checked"), "{}", stderr(&output));
}

#[test]
fn the_nearest_manifest_upward_is_used_and_named() {
    let dir = audit("upward", MANIFEST, &[("p.csv", PROJECTS)]);
    let below = dir.join("a/b");
    fs::create_dir_all(&below).unwrap();
    let output = gouji(&["check", below.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).starts_with("例 · "), "{}", stdout(&output));
    assert!(stdout(&output).lines().next().unwrap().ends_with("upward/audit.toml"));
}

#[test]
fn parameters_come_from_the_card_the_manifest_and_the_command_line_in_that_order() {
    let fires = |dir: &Path, set: &[&str]| {
        let args = [&["check", dir.to_str().unwrap(), "--format", "concise"], set].concat();
        stdout(&gouji(&args)).contains("YS-002")
    };
    let spent = "name,budget,spent\n甲,100,85\n";
    let plain = audit("params-card", MANIFEST, &[("p.csv", spent)]);
    assert!(fires(&plain, &[]), "85 % is below the card's 90 %");
    let lower = format!("{MANIFEST}[params]\nYS-002.min_rate = \"80%\"\n");
    let set = audit("params-manifest", &lower, &[("p.csv", spent)]);
    assert!(!fires(&set, &[]), "85 % is not below the manifest's 80 %");
    assert!(fires(&set, &["--set", "YS-002.min_rate=95%"]), "the command line counts last");
    let outside = gouji(&["check", plain.to_str().unwrap(), "--set", "YS-002.min_rate=150%"]);
    assert_eq!(outside.status.code(), Some(2));
    assert!(stderr(&outside).contains("parameter-out-of-range"), "{}", stderr(&outside));
}

#[test]
fn two_runs_and_both_engines_give_the_same_bytes() {
    for format in ["full", "concise", "json"] {
        let run = |engine: &str| stdout(&gouji(&["check", KAIFU, "--format", format, "--engine", engine]));
        let first = run("frog");
        assert!(!first.is_empty());
        assert_eq!(first, run("frog"), "{format}");
        assert_eq!(first, run("reference"), "{format}");
    }
}

#[test]
fn json_is_json_and_has_a_place_for_every_label() {
    let output = gouji(&["check", KAIFU, "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["version"], 1);
    let findings = document["findings"].as_array().unwrap();
    assert_eq!(document["summary"]["findings"], findings.len());
    for finding in findings {
        let labels = finding["labels"].as_array().unwrap();
        assert!(!labels.is_empty(), "{finding}");
        assert!(labels.iter().all(|label| label["line"].as_u64().unwrap() > 0 && label["file"] != ""), "{finding}");
    }
}

#[test]
fn sarif_has_a_result_with_a_place_and_a_fingerprint_for_every_finding() {
    let json: serde_json::Value = serde_json::from_slice(&gouji(&["check", KAIFU, "--format", "json"]).stdout).unwrap();
    let log: serde_json::Value = serde_json::from_slice(&gouji(&["check", KAIFU, "--format", "sarif"]).stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let (open, results): (Vec<_>, Vec<_>) =
        run["results"].as_array().unwrap().iter().partition(|result| result["kind"] == "open");
    assert_eq!(results.len(), json["findings"].as_array().unwrap().len());
    let undecided = json["rules"].as_array().unwrap().iter().filter(|rule| rule["verdict"] != "not_applicable");
    let undecided = undecided.map(|rule| rule["undecided"].as_array().unwrap().len()).sum::<usize>();
    assert_eq!((open.len(), undecided), (3, 3), "what could not be decided is told as such");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results.into_iter().chain(open) {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert!(region["startLine"].as_u64().unwrap() > 0 && region["endColumn"].as_u64().unwrap() > 0, "{result}");
        assert!(result["partialFingerprints"]["ruleAndKey/v1"].as_str().unwrap().len() > 3, "{result}");
    }
}

#[test]
fn a_finding_has_one_number_in_every_format_and_why_takes_it() {
    let json: serde_json::Value = serde_json::from_slice(&gouji(&["check", KAIFU, "--format", "json"]).stdout).unwrap();
    let log: serde_json::Value = serde_json::from_slice(&gouji(&["check", KAIFU, "--format", "sarif"]).stdout).unwrap();
    let (full, concise) = (stdout(&gouji(&["check", KAIFU])), stdout(&gouji(&["check", KAIFU, "--format", "concise"])));
    let findings = json["findings"].as_array().unwrap();
    for (at, finding) in findings.iter().enumerate() {
        let (number, rule) = (at + 1, finding["rule"].as_str().unwrap());
        assert_eq!(finding["number"], number);
        assert_eq!(log["runs"][0]["results"][at]["properties"]["number"], number);
        assert!(full.contains(&format!("#{number} {rule} (")), "{rule}");
        let ends = |line: &&str| line.contains(&format!(" {rule} ")) && line.contains(&format!("[#{number}"));
        assert_eq!(concise.lines().filter(ends).count(), 1, "{rule}");
    }
    let last = findings.last().unwrap();
    let told = stdout(&gouji(&["why", &findings.len().to_string(), KAIFU]));
    assert!(told.starts_with(&format!("#{} {} ", findings.len(), last["rule"].as_str().unwrap())), "{told}");
    assert_eq!(code(&["why", "999", KAIFU]), 1);
    assert_eq!(code(&["why", "0", KAIFU]), 1);
}

#[test]
fn what_one_cell_explains_stands_under_it_in_every_format() {
    let json: serde_json::Value = serde_json::from_slice(&gouji(&["check", KAIFU, "--format", "json"]).stdout).unwrap();
    let log: serde_json::Value = serde_json::from_slice(&gouji(&["check", KAIFU, "--format", "sarif"]).stdout).unwrap();
    let (full, concise) = (stdout(&gouji(&["check", KAIFU])), stdout(&gouji(&["check", KAIFU, "--format", "concise"])));
    let culprits = json["culprits"].as_array().unwrap();
    let at = culprits.iter().position(|culprit| culprit["change"].as_str().unwrap().contains("30000 → 3000")).unwrap();
    let under: Vec<&serde_json::Value> =
        json["findings"].as_array().unwrap().iter().filter(|finding| finding["culprit"] == at).collect();
    assert!(under.len() >= 4, "the totals, the slip, the rate: {under:#?}");
    for finding in &under {
        assert_eq!(finding["group"], under[0]["number"]);
        let index = usize::try_from(finding["number"].as_u64().unwrap() - 1).unwrap();
        let result = &log["runs"][0]["results"][index];
        assert!(result["properties"]["culprit"].as_str().unwrap().contains("30000 → 3000"), "{result}");
        assert_eq!(result["properties"]["group"], under[0]["number"]);
        let number = finding["number"].as_u64().unwrap();
        assert!(concise.contains(&format!("[#{number} 疑点{}]", at + 1)), "{concise}");
    }
    let roots = concise.lines().filter(|line| line.contains(": 疑点 ")).count();
    assert_eq!(roots, culprits.len(), "each is named once");
    let consequences = json["summary"]["consequences"].as_u64().unwrap();
    assert!(full.contains(&format!("，{consequences} 个归于 {} 处疑点 ·", culprits.len())), "{full}");
}

#[test]
fn concise_is_a_line_per_finding_with_its_place() {
    let output = gouji(&["check", KAIFU, "--format", "concise"]);
    for line in stdout(&output).lines() {
        let mut parts = line.splitn(4, ':');
        assert!(parts.next().unwrap().starts_with(KAIFU), "{line}");
        assert!(parts.next().unwrap().parse::<u32>().is_ok() && parts.next().unwrap().parse::<u32>().is_ok(), "{line}");
    }
}

#[test]
fn colour_only_where_it_is_wanted() {
    let plain = gouji(&["check", KAIFU]);
    assert!(!stdout(&plain).contains('\u{1b}'), "not on a pipe");
    let wanted = gouji(&["check", KAIFU, "--color", "always"]);
    assert!(stdout(&wanted).contains('\u{1b}'));
    let decoloured = stdout(&wanted);
    let without: String = decoloured
        .split('\u{1b}')
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { &part[part.find('m').unwrap() + 1..] })
        .collect();
    assert_eq!(without, stdout(&plain), "colour changes nothing else");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = command(&["check", KAIFU]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(!stderr(&output).contains("gouji 自身"), "{}", stderr(&output));
}

#[test]
fn english_is_english() {
    let output = gouji(&["check", KAIFU, "--lang", "en"]);
    assert!(stdout(&output).lines().last().unwrap().contains("rules: "), "{}", stdout(&output));
    let usage = stderr(&gouji(&["check", "no/such/folder", "--lang", "en"]));
    assert!(usage.contains("there is no folder"), "{usage}");
}

#[test]
fn exported_rules_are_the_shipped_ones_and_nothing_is_overwritten() {
    let dir = folder("cli/export");
    let shown = dir.to_str().unwrap();
    assert_eq!(code(&["rules", "--export", shown]), 0);
    assert_eq!(fs::read("rules/budget.toml").unwrap(), fs::read(dir.join("budget.toml")).unwrap());
    fs::write(dir.join("budget.toml"), "mine").unwrap();
    assert_eq!(code(&["rules", "--export", shown]), 2);
    assert_eq!(fs::read_to_string(dir.join("budget.toml")).unwrap(), "mine");
}

#[test]
fn rules_without_a_test_to_run_fail_gouji_test() {
    let dir = audit(
        "untested",
        "",
        &[(
            "own.toml",
            "language = 1\nuse = [\"lib/budget.dl\"]\n[[rule]]\ncode = \"X-1\"\ntitle = \"t\"\nseverity = \"note\"\nwhen = 'p in project, p.budget > 0'\nmessage = \"{p.name}\"\n",
        )],
    );
    let own = dir.join("own.toml");
    assert_eq!(code(&["test", "--rules", own.to_str().unwrap()]), 2);
    assert_eq!(code(&["test"]), 0);
}

#[test]
fn fmt_says_what_it_changes_and_then_nothing() {
    let dir = audit("fmt", "", &[("a.dl", ".decl a(x:number)\na( 1 ).\n")]);
    let shown = dir.join("a.dl");
    let shown = shown.to_str().unwrap();
    assert_eq!(code(&["fmt", "--check", shown]), 1);
    assert_eq!(fs::read_to_string(shown).unwrap(), ".decl a(x:number)\na( 1 ).\n", "--check writes nothing");
    assert_eq!(code(&["fmt", shown]), 0);
    assert_eq!(code(&["fmt", "--check", shown]), 0);
}

#[test]
fn why_not_says_how_far_and_which_parameter_would_do() {
    let told = stdout(&gouji(&["why-not", "YS-002", "--row", "T2/机构改革经费", KAIFU]));
    assert!(told.contains("99.97% < 90% 不成立") && told.contains("还差 9.97%"), "{told}");
    assert!(told.contains("参数 min_rate 大于 99.97% 时才报（现为 90%）；试一试：--set YS-002.min_rate=…"), "{told}");
    let fires = stdout(&gouji(&["check", KAIFU, "--set", "YS-002.min_rate=99.98%", "--format", "concise"]));
    assert!(fires.contains("“机构改革经费”预算"), "what was said is so");
    let blank = stdout(&gouji(&["why-not", "YS-002", "--row", "T1/机构改革经费", KAIFU]));
    assert!(blank.contains("这一格：spent（空）"), "{blank}");
}

#[test]
fn near_misses_are_rows_for_which_one_comparison_fails_by_little() {
    let files = [("p.csv", "name,budget,spent\n甲,100,90\n乙,100,91\n丙,100,99\n丁,100,80\n戊,100,120\n")];
    let dir = audit("near", MANIFEST, &files);
    let near = |share: &str| stdout(&gouji(&["why-not", "YS-002", "--near", share, dir.to_str().unwrap()]));
    let named = |told: &str| {
        ["甲", "乙", "丙", "丁", "戊"]
            .map(|name| told.contains(&format!("p = {name}\n")) || told.contains(&format!("/{name}\n")))
    };
    assert_eq!(named(&near("5%")), [true, true, false, false, false], "{}", near("5%"));
    assert_eq!(named(&near("0.12")), [true, true, true, false, false], "{}", near("0.12"));
    let all = near("12%");
    assert!(all.find('甲') < all.find('乙') && all.find('乙') < all.find('丙'), "nearest first: {all}");
    assert_eq!(near("0%").matches("两边正好相等").count(), 1, "{}", near("0%"));
    assert_eq!(code(&["why-not", "YS-002", "--near", "viel", dir.to_str().unwrap()]), 2);
    assert_eq!(code(&["why-not", "YS-002", dir.to_str().unwrap()]), 2, "neither row nor share");
}

#[test]
fn a_failed_join_names_the_nearest_key_and_what_is_different() {
    let manifest = "rules = [\"./j.toml\"]\n[relation.project]\nsource = [{ file = \"p.csv\", unit = \"元\" }]\n\
                    [relation.expenditure]\nsource = [{ file = \"e.csv\", unit = \"元\" }]\n";
    let card = "language = 1\nuse = [\"lib/budget.dl\"]\n[[rule]]\ncode = \"J-1\"\ntitle = \"t\"\nseverity = \"note\"\n\
                when = '''p in project, e in expenditure, e.project = p.name'''\nmessage = \"{p.name}\"\n\
                [[rule]]\ncode = \"J-2\"\ntitle = \"t\"\nseverity = \"note\"\n\
                when = '''p in project, not (e in expenditure, e.project = p.name)'''\nmessage = \"{p.name}\"\n";
    let files = [
        ("j.toml", card),
        ("p.csv", "name,budget\nAB 工程,100\n学习培训,100\n甲,100\n"),
        ("e.csv", "voucher,project,amount\nv1,AB  工程,10\nv2,学校培训,20\nv3,甲,30\n"),
    ];
    let dir = audit("nearest", manifest, &files);
    let told = |rule: &str, row: &str| stdout(&gouji(&["why-not", rule, "--row", row, dir.to_str().unwrap()]));
    assert!(told("J-1", "学习培训").contains("写作“学校培训”，差 1 个字"), "{}", told("J-1", "学习培训"));
    assert!(told("J-1", "AB").contains("写作“AB  工程”，只差一个空格"), "{}", told("J-1", "AB"));
    let broken = told("J-2", "甲");
    assert!(broken.contains("找到了 v3") && broken.contains("e.csv:4"), "the row that broke the negation: {broken}");
}

#[test]
fn why_not_looks_into_derived_relations() {
    let told = |rule: &str, row: &str| stdout(&gouji(&["why-not", rule, "--row", row, KAIFU]));
    // It is on the list letter for letter, so that no similar name was looked for.
    let exact = told("MC-001", "15/关工委经费");
    assert!(exact.contains("✗ listed_as(l, p, sim)") && exact.contains("✗ unmatched_listed(l, tb)"), "{exact}");
    assert!(exact.contains("找到了 listed_exactly(15/关工委经费，T2/关工委经费)"), "{exact}");
    let named = told("CK-004", "T2/关工委经费");
    assert!(named.contains("没有一行是 “T2/关工委经费”、“T1”") && !named.contains('#'), "{named}");
    assert!(named.contains("✗ not named_in(key, tb)"), "{named}");
    // A condition that only reads another cell of a row is not told as one by itself.
    let other = told("CF-001", "T2/关工委经费");
    assert!(other.contains("✗ times >= 2") && !other.contains("✓ a.table  "), "{other}");
    assert!(other.contains("没有一行是 “关工委经费”、“T2”"), "{other}");
    // A rule that asks about no row by itself.
    let table = told("MC-004", "T2");
    assert!(table.contains("tb = T2，n = 24，rows = 23") && table.contains("条件都成立"), "{table}");
    let mark = told("MC-005", "农村党员干部远程教育经费");
    assert!(mark.contains("✗ contains(\"、\", l.name)"), "{mark}");
    let long = told("FJ-001", "detail.toml:98");
    assert!(long.contains("✓ not match("), "{long}");
}

const SLIPS: &str = "language = 1\n[[rule]]\ncode = \"Z-1\"\ntitle = \"超\"\nseverity = \"error\"\n";

/// A card with slips that have a certain remedy.
fn with_slips(when: &str) -> String {
    format!(
        "{SLIPS}when = '''{when}'''\nmessage = \"{{p.name}}\"\nlabels = [{{ at = \"p.spent\", text = \"\" }}]\n\
         [[rule.test]]\nname = \"超了要报\"\nfacts = '''project{{name: \"甲\", budget: 1, spent: 2}}.'''\nexpect = ['p.name = \"甲\"']\n\
         [[rule.test]]\nname = \"没超不报\"\nfacts = '''project{{name: \"甲\", budget: 2, spent: 2}}.'''\nexpect = []\n"
    )
}

#[test]
fn check_fix_mends_the_rules_of_the_audit_and_then_audits() {
    let manifest = MANIFEST.replace("\"budget\"", "\"./mine.toml\"");
    let card = with_slips(" p in project， p.spent > p.budget and p.name == p.name ")
        .replace("language = 1\n", "language = 1\nuse = [\"lib/budget.dl\"]\n");
    let dir = audit("check-fix", &manifest, &[("p.csv", PROJECTS), ("mine.toml", &card)]);
    let shown = dir.to_str().unwrap();
    assert_eq!(code(&["check", shown]), 2, "the slips are errors");
    let fixed = gouji(&["check", "--fix", "--format", "concise", shown]);
    assert_eq!(fixed.status.code(), Some(1), "{}", stderr(&fixed));
    assert!(stderr(&fixed).contains("mine.toml（改正 3 处）"), "{}", stderr(&fixed));
    assert!(stdout(&fixed).contains("乙"), "{}", stdout(&fixed));
    let text = fs::read_to_string(dir.join("mine.toml")).unwrap();
    assert!(text.contains(" p in project, p.spent > p.budget , p.name = p.name "), "{text}");
    let again = gouji(&["check", "--fix", "--format", "concise", shown]);
    assert!(!stderr(&again).contains("改正"), "{}", stderr(&again));
    // A rule file in the place of a folder: its rules, its tests.
    let rules = dir.join("mine.toml");
    let tested = gouji(&["test", rules.to_str().unwrap()]);
    assert_eq!(tested.status.code(), Some(0), "{}{}", stdout(&tested), stderr(&tested));
    assert!(stdout(&tested).contains("测试 2 项：2 通过"), "{}", stdout(&tested));
    let only = command(&["check", "mine.toml", "--format", "concise"]).current_dir(&dir).output().unwrap();
    assert_eq!(only.status.code(), Some(1), "{}", stderr(&only));
    assert!(stdout(&only).contains("Z-1") && stderr(&only).contains("规则 1 条"), "{}{}", stdout(&only), stderr(&only));
}

#[cfg(unix)]
#[test]
fn ctrl_c_leaves_what_was_found_and_says_where_it_stopped() {
    let program = ".decl small(x: number)\nsmall(1).\n.output small\n.decl n(x: number)\nn(0).\n\
                   n(x + 1) :- n(x), x < 1000000000000.\n.output n\n";
    let dir = audit("ctrl-c", "", &[("endless.dl", program)]);
    let running = command(&["run", "endless.dl", "-D", "."]).current_dir(&dir).stderr(Stdio::piped()).spawn().unwrap();
    // The first thing that the process does is to listen for the signal.
    std::thread::sleep(std::time::Duration::from_secs(2));
    let killed = std::process::Command::new("kill").args(["-INT", &running.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let ended = running.wait_with_output().unwrap();
    let said = stderr(&ended);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    assert!(said.contains("被中断（Ctrl-C）；此时 `n` 已有"), "{said}");
    assert_eq!(fs::read_to_string(dir.join("small.csv")).unwrap(), "1\n");
}

/// An audit with a rule whose conditions fit any two rows, and one that is soon done.
const PRODUCT: &str = ".decl pair(a: symbol, b: symbol)\npair(x.name, y.name) :- x in project, y in project.\n";
const CARDS: &str = "language = 1\nuse = [\"lib/budget.dl\", \"./pair.dl\"]\n\
                     [[rule]]\ncode = \"Z-1\"\nseverity = \"error\"\ntitle = \"两两\"\nmessage = \"{a}\"\n\
                     when = 'p in project, pair(a, _), a = p.name, p.budget > 100000元'\n\
                     [[rule]]\ncode = \"Z-2\"\nseverity = \"error\"\ntitle = \"超支\"\nmessage = \"{p.name}\"\n\
                     when = 'p in project, p.spent > p.budget'\n";

#[test]
fn a_rule_that_takes_too_much_memory_fails_and_the_others_report() {
    let rows = (0..1500).map(|at| format!("项目{at},100,{}\n", if at == 7 { 120 } else { 90 }));
    let table = format!("name,budget,spent\n{}", rows.collect::<String>());
    let manifest = MANIFEST.replace("\"budget\"", "\"./cards.toml\"");
    let dir = audit("too-much", &manifest, &[("p.csv", &table), ("pair.dl", PRODUCT), ("cards.toml", CARDS)]);
    let dir = dir.to_str().unwrap();
    assert_eq!(code(&["check", dir]), 1, "half of what is free is enough");
    for threads in ["1", "2"] {
        let found = gouji(&["check", dir, "--max-memory", "1", "--threads", threads, "--format", "concise"]);
        assert_eq!(found.status.code(), Some(3), "{}", stderr(&found));
        assert!(stdout(&found).contains("Z-2") && !stdout(&found).contains("Z-1"), "{}", stdout(&found));
        let full = gouji(&["check", dir, "--max-memory", "1", "--threads", threads]);
        let said = format!("{}{}", stdout(&full), stderr(&full));
        assert!(said.contains("`pair`"), "{said}");
        assert!(said.contains("问题 1 个"), "{said}");
    }
}

#[test]
fn a_program_that_takes_too_much_memory_says_which_rule_and_what_to_do() {
    let program = ".decl small(x: number)\nsmall(1).\n.output small\n.decl n(x: number)\nn(0).\n\
                   n(x + 1) :- n(x), x < 1000000000000.\n.output n\n";
    let dir = audit("program-too-much", "", &[("endless.dl", program)]);
    let ended = command(&["run", "endless.dl", "-D", ".", "--max-memory", "1"]).current_dir(&dir).output().unwrap();
    let said = stderr(&ended);
    assert_eq!(ended.status.code(), Some(3), "{said}");
    assert!(said.contains("超过内存上限（1 MB）而停止；此时 `n` 已有"), "{said}");
    assert!(said.contains("endless.dl:6") && said.contains("--max-memory"), "{said}");
    assert_eq!(fs::read_to_string(dir.join("small.csv")).unwrap(), "1\n");
}

#[test]
fn complaints_are_known_before_rules_run_and_stay_among_those_of_the_end() {
    let table = format!("name,budget,spent\n{}", (0..1500).map(|at| format!("项目{at},100,90\n")).collect::<String>());
    let manifest = MANIFEST.replace("\"budget\"", "\"./cards.toml\"");
    let dir = audit("forewarned", &manifest, &[("p.csv", &table), ("pair.dl", PRODUCT), ("cards.toml", CARDS)]);
    let options = gouji::exec::frog::Options { max_memory: Some(1 << 20), ..Default::default() };
    let engine = gouji::audit::Engine::FrogWith(options);
    let request = gouji::audit::Request { start: dir, engine, ..Default::default() };
    let mut heard = Vec::new();
    let audit = gouji::audit::check_forewarning(&request, &mut |_, complaints| heard.push(complaints.to_vec()));
    assert_eq!(heard.len(), 1);
    assert!(heard[0].iter().any(|complaint| complaint.code == gouji::diagnostic::Code::CrossProduct), "{heard:?}");
    assert!(heard[0].iter().all(|complaint| audit.diagnostics.contains(complaint)), "{heard:?}");

    // What cannot be run is not forewarned of.
    let request = gouji::audit::Request { start: "no/such/folder".into(), ..Default::default() };
    let refused = gouji::audit::check_forewarning(&request, &mut |_, _| panic!("nothing runs"));
    assert_eq!(refused.reach, gouji::audit::Reach::Refused);
}

#[test]
fn a_column_that_is_blank_throughout_costs_no_more_than_its_rows() {
    // The shared definitions look at `purpose` of every pair of projects of one name, if it is there at all.
    let projects = (0..20_000).map(|at| format!("项目{at},100,{}\n", if at == 7 { 120 } else { 90 }));
    let table = format!("name,budget,spent\n{}", projects.collect::<String>());
    let dir =
        audit("blank-column", &MANIFEST.replace("\"budget\"", "\"budget\", \"duplicates\""), &[("p.csv", &table)]);
    let found = gouji(&["check", "--format", "concise", dir.to_str().unwrap()]);
    assert_eq!(stdout(&found).lines().filter(|line| line.contains("YS-003")).count(), 1, "{}", stdout(&found));
    assert!(stderr(&found).contains("问题 1 个"), "{}", stderr(&found));
}

#[test]
fn of_many_cells_that_would_all_do_none_is_named() {
    let rows: String = (1..=40).map(|row| format!("项目{row},公共,100\n")).collect();
    let dir = folder_with(
        "cli-many-suspects",
        &[
            (
                "audit.toml",
                "unit = \"元\"\n[relation.project]\nsource = [{ file = \"p.csv\", table = \"T\" }]\n[relation.stated_total]\nsource = \"s.csv\"\n",
            ),
            ("p.csv", &format!("name,category,budget\n{rows}")),
            ("s.csv", "item,category,amount\n公共合计,公共,3910\n"),
        ],
    );
    let out = gouji(&["check", dir.to_str().unwrap(), "--rules", "totals"]);
    let text = String::from_utf8(out.stdout).unwrap();
    assert!(text.contains("有 40 格各自改一处笔误都能使它相符"), "{text}");
    assert!(!text.contains("疑点 "), "{text}");
}

#[test]
fn a_question_runs_only_what_it_asks_about_and_says_what_failed() {
    let own = ".type L = [h: number, t: L]\n.decl deep(l: L, n: number)\ndeep(nil, 0).\n\
               deep([n, l], n + 1) :- deep(l, n), n < 2000.\n\
               .decl rich(p: project)\nrich(p) :- p in project, p.budget > 99元.\n\
               .decl near(p: project)\nnear(p) :- rich(p), n = count : { deep(_, m), m < 5 }, n > 0.\n";
    let declared = ".decl project(name: symbol, budget: money, spent: money)\n.input project\n";
    let manifest = "rules = [\"./own.dl\"]\n[relation.project]\nsource = [{ file = \"p.csv\", unit = \"元\" }]\n";
    let dir = audit("question", manifest, &[("p.csv", PROJECTS), ("own.dl", &format!("{declared}{own}"))]);
    let ask = |question: &str| gouji(&["query", question, dir.to_str().unwrap()]);
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let rich = ask("rich(p)");
    assert_eq!(rich.status.code(), Some(0), "{}", said(&rich));
    assert!(stdout(&rich).contains('甲') && !said(&rich).contains("rule-failed"), "{}", said(&rich));
    let near = ask("near(p)");
    assert_eq!(near.status.code(), Some(3), "{}{}", stdout(&near), said(&near));
    assert!(said(&near).contains("rule-failed"), "{}", said(&near));
}
