//! What is said of slips that concern more than the digits of one cell.

use std::fs;

use gouji::audit::{self, Reach, Request};

use crate::support::{folder, folder_with};

const RULES: &str = "language = 1\nuse = [\"lines.dl\"]\n[[rule]]\ncode = \"S-1\"\ntitle = \"合计\"\nseverity = \"error\"\n\
                     when = '''t in stated, tb = t.item, s = sum l.a : { l in line, l.table = tb }, s !~ t.a'''\nmessage = \"不符\"\n";
const DECLARED: &str = "@[key(name)]\n.decl line(name: symbol, a: money, a_last: money)\n.input line\n\
                        @[key(item)]\n.decl stated(item: symbol, a: money)\n.input stated\n";

/// What is said of the probable causes of an audit of two tables, `今年` and `去年`, with a stated total of the first.
fn told(name: &str, (this, last): (&str, &str), total: &str) -> Vec<String> {
    let dir = folder(&format!("told/{name}"));
    let source = |file: &str, table: &str| format!("{{ file = \"{file}\", table = \"{table}\", unit = \"元\" }}");
    let manifest = format!(
        "rules = [\"./rules.toml\"]\n[relation.line]\nsource = [{}, {}]\n[relation.stated]\nsource = [{}]\n",
        source("this.csv", "今年"),
        source("last.csv", "去年"),
        source("stated.csv", "合计"),
    );
    let files = [
        ("audit.toml", manifest.as_str()),
        ("rules.toml", RULES),
        ("lines.dl", DECLARED),
        ("this.csv", this),
        ("last.csv", last),
    ];
    for (file, text) in files {
        fs::write(dir.join(file), text).unwrap();
    }
    fs::write(dir.join("stated.csv"), format!("item,a\n今年,{total}\n")).unwrap();
    let audit = audit::check(&Request { start: dir, ..Request::default() });
    assert_eq!(audit.reach, Reach::Complete, "{:#?}", audit.diagnostics);
    audit.audited.causes.iter().map(|cause| cause.sentence().zh).collect()
}

const LAST: &str = "name,a\n甲,300.5\n乙,41.25\n丁,77.31\n";

#[test]
fn a_part_left_out_is_named() {
    let said = told("left-out", ("name,a\n甲,120.5\n乙,62.25\n丙,18\n", LAST), "138.5");
    assert_eq!(said, ["今年 a：138.5 → 200.75（漏加了 乙 a 的 62.25），可消除 1 个问题"]);
}

#[test]
fn parts_that_are_alike_are_counted() {
    let said = told("alike", ("name,a\n甲,62.25\n乙,62.25\n丙,120.5\n", LAST), "182.75");
    assert_eq!(said, ["今年 a：182.75 → 245（漏加了一个 62.25，或者多录了一行：有 2 格都是这个数），可消除 1 个问题"]);
}

#[test]
fn a_part_added_twice_is_named() {
    let said = told("twice", ("name,a\n甲,120.5\n乙,62.25\n丙,18.4\n", LAST), "263.4");
    assert_eq!(said, ["今年 a：263.4 → 201.15（乙 a 的 62.25 加了两遍），可消除 1 个问题"]);
}

#[test]
fn a_subtotal_among_the_rows_is_shown() {
    let said = told("subtotal", ("name,a\n甲,120.5\n乙,62.25\n两项,182.75\n丙,18.4\n", LAST), "201.15");
    assert!(said[0].starts_with("两项 a：182.75：旁边几行的小计，又当作一行加了一遍，可消除 1 个问题"), "{said:?}");
}

#[test]
fn a_row_that_only_the_other_table_has_is_shown() {
    let said = told("missing", ("name,a\n甲,120.5\n乙,62.25\n", LAST), "260.06");
    assert_eq!(said, ["丁 a：77.31：另一张表有这一行，少加的正是它，可消除 1 个问题"]);
    let there = told("there", ("name,a\n甲,120.5\n丁,62.25\n", LAST), "260.06");
    assert_eq!(there, Vec::<String>::new(), "the row is there, with another amount");
}

#[test]
fn a_value_of_the_other_table_or_of_last_year_is_recognised() {
    let other = told("other", ("name,a\n甲,120.5\n乙,41.25\n丙,18.4\n", LAST), "201.15");
    assert_eq!(other, ["乙 a：41.25 → 62.25（与另一张表的那一格同数，像是抄错了表），可消除 1 个问题"]);
    let lines = "name,a,a_last\n甲,120.5,99\n戊,47.35,47.35\n丙,18.4,20\n";
    let last = told("last", (lines, LAST), "201.15");
    assert_eq!(last, ["戊 a：47.35 → 62.25（与上年的数相同，像是抄了上年的），可消除 1 个问题"]);
}

#[test]
fn a_percentage_is_mended_as_it_is_written_and_what_else_adds_up_is_kept() {
    let manifest = "title = \"t\"\nunit = \"万元\"\nrelation.project.source = [{ file = \"p.csv\" }]\n";
    let told = |name: &str, header: &str, rates: [&str; 2]| {
        let dir = folder(&format!("told/{name}"));
        fs::write(dir.join("audit.toml"), manifest).unwrap();
        let rows = format!("甲,40.00,39.60,{}\n乙,30.00,29.10,{}\n合计,70.00,68.70,\n", rates[0], rates[1]);
        fs::write(dir.join("p.csv"), format!("项目名称,预算数,支出数,{header}\n{rows}")).unwrap();
        let audit = audit::check(&Request { start: dir, ..Request::default() });
        audit.audited.causes.iter().map(|cause| cause.sentence().zh).collect::<Vec<_>>()
    };
    // 35.6 for 39.6 would do as well, but the total of the column would be wrong then.
    let signed = told("percent-sign", "执行率", ["89%", "97%"]);
    assert_eq!(signed, ["p.csv/甲 rate：89% → 99%（写错一个数字），可消除 1 个问题"]);
    let headed = told("percent-header", "执行率（%）", ["89", "97"]);
    assert_eq!(headed, ["p.csv/甲 rate：89 → 99（写错一个数字），可消除 1 个问题"]);
}

#[test]
fn the_printed_total_of_a_table_is_searched_too() {
    let files = [
        ("audit.toml", "rules = [\"totals\"]\n[relation.project]\nsource = [{ file = \"p.csv\", unit = \"元\" }]\n"),
        ("p.csv", "项目名称,预算数\n甲,120.5\n乙,62.25\n丙,18.4\n合计,138.9\n"),
    ];
    let dir = folder_with("told/printed", &files);
    let audit = audit::check(&Request { start: dir, ..Request::default() });
    let said: Vec<String> = audit.audited.causes.iter().map(|cause| cause.sentence().zh).collect();
    assert_eq!(said, ["p.csv/合计 budget：138.9 → 201.15（漏加了 p.csv/乙 budget 的 62.25），可消除 1 个问题"]);
}
