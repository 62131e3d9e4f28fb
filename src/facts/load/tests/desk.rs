//! Tables as they come from desks: rows and units that are not what a list of columns has.

use super::{cells, run};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::facts::store::Cell;
use crate::value::Reason;

const MANIFEST: &str = "[relation.project]\nsource = \"a.csv\"\n";

fn load(name: &str, text: &str) -> (Vec<String>, Vec<String>, Vec<Diagnostic>) {
    let (map, store, said) = run(name, MANIFEST, &[("a.csv", text.as_bytes())]);
    (cells(&map, &store, 0, 0), cells(&map, &store, 0, 2), said)
}

fn says(said: &[Diagnostic], words: &str) -> bool {
    said.iter().any(|one| one.message.zh.contains(words))
}

#[test]
fn rows_that_number_the_columns_are_no_data() {
    let text = "序号,项目名称,预算金额（元）,支出金额（元）\n甲,乙,1,2\n,(1),(2),(3)\n1,非遗,10,8\n2,古籍,20,9\n\
                序号,项目名称,预算金额（元）,支出金额（元）\n甲,乙,1,2\n3,展演,30,7\n";
    let (names, budgets, said) = load("desk-numbering", text);
    assert_eq!(
        (names, budgets),
        (vec!["非遗".into(), "古籍".into(), "展演".into()], vec!["10".into(), "20".into(), "30".into()])
    );
    assert!(says(&said, "有 3 行不当作数据"), "{said:?}");
}

#[test]
fn units_that_are_written_are_taken_or_told() {
    for (name, text, amount, told) in [
        ("desk-unit1", "项目名称,预算金额（百元）\n甲,1.5\n", "150", None),
        ("desk-unit2", "项目名称,预算金额千万元\n甲,1.5\n", "15000000", None),
        ("desk-unit3", "金额单位,万元\n项目名称,预算金额\n甲,1.5\n", "15000", None),
        ("desk-unit4", "项目名称,预算金额,金额单位\n甲,1.5,万元\n合计,1.5,\n", "15000", Some("一栏都写着万元")),
        ("desk-unit5", "项目名称,预算金额（k元）\n甲,1.5\n", "1.5", Some("不认得")),
        ("desk-unit6", "单位：美元\n项目名称,预算金额\n甲,1.5\n", "1.5", Some("不认得")),
        ("desk-unit7", "项目名称,预算金额,单位\n甲,1.5,万元\n乙,3,元\n", "1.5", Some("各行的单位不同")),
    ] {
        let (_, budgets, said) = load(name, text);
        assert_eq!(budgets[0], amount, "{text}");
        assert!(told.is_none_or(|told| says(&said, told)), "{text}: {said:?}");
        assert!(!says(&said, "没有写明单位"), "{text}");
    }
}

#[test]
fn a_sum_without_a_word_for_it_is_doubted() {
    let head = "项目名称,预算金额（元）,支出金额（元）\n";
    for (name, rows, doubted) in [
        ("desk-sum1", "甲,10,8\n乙,20,9\n,30,17\n", true),
        ("desk-sum2", "甲,10,8\n乙,20,9\n文旅,30,17\n丙,1,1\n", true),
        ("desk-sum3", "甲,10,\n小计,10,\n乙,20,\n丙,5,\n丁,25,\n戊,1,\n", false),
        ("desk-sum4", "甲,1,\n乙,2,\n丙,3,\n", false),
        ("desk-sum5", "甲,0,0\n乙,0,0\n丙,0,0\n", false),
        ("desk-sum6", "甲,10,8\n乙,20,\"4,95\"\n丙,30,17\n", false),
    ] {
        let (_, _, said) = load(name, &format!("{head}{rows}"));
        assert_eq!(says(&said, "之和"), doubted, "{rows}: {said:?}");
    }
    let keep = "[relation.project]\nsource = { file = \"a.csv\", totals = \"keep\" }\n";
    let text = format!("{head}甲,10,8\n乙,20,9\n,30,17\n");
    let (_, _, said) = run("desk-sum7", keep, &[("a.csv", text.as_bytes())]);
    assert!(!says(&said, "之和"), "whoever keeps totals knows of them");
}

#[test]
fn columns_without_a_header_and_rows_with_a_cell_too_many_are_told() {
    let text = "项目名称,预算金额（元）,,支出金额（元）\n甲,1,x,2\n";
    assert!(says(&load("desk-unheaded", text).2, "第 C 列"));
    let text = "项目名称,预算金额（元）,支出金额（元）\n甲,100,95\n乙,231,22,\n丙,5,5\n";
    let (_, _, said) = load("desk-wider", text);
    let told: Vec<_> = said.iter().filter(|one| one.code == Code::RaggedRow).map(|one| one.severity).collect();
    assert_eq!(told, [Severity::Warning]);
    let text = "项目名称,预算金额（元）\n甲,100,\n乙,231,\n丙,5,\n";
    assert!(!says(&load("desk-all-wider", text).2, "多出的是空格"), "every row ends so");
}

#[test]
fn what_stands_at_the_end_is_no_data() {
    let text = "项目名称,预算金额（元）,支出金额（元）\n甲,1,2\n合计,1,2\n以下空白\n1.本表按批复数填列\n制表 王五,复核 赵六,\n文旅局,,2024年1月3日\n";
    let (names, _, said) = load("desk-end", text);
    assert_eq!(names, ["甲"]);
    assert!(says(&said, "有 4 行不当作数据"), "{said:?}");
    let all = "[relation.project]\nsource = { file = \"a.csv\", totals = \"all\" }\n";
    let (map, store, _) = run("desk-end-all", all, &[("a.csv", text.as_bytes())]);
    assert_eq!(cells(&map, &store, 0, 0).len(), 6);
}

#[test]
fn accounts_whose_digits_are_lost_are_no_texts() {
    let text = "项目名称,项目类型,预算金额（元）\n甲,6.22202E+18,1\n乙,6222021234567890123,2\n丙,5E+02,3\n";
    let (map, store, said) = run("desk-lost", MANIFEST, &[("a.csv", text.as_bytes())]);
    assert_eq!(store.cell(&map, 0, 0, 1), Cell::Malformed(Reason::LostDigits));
    assert_eq!(cells(&map, &store, 0, 1)[1..], ["6222021234567890123", "5E+02"]);
    assert!(says(&said, "后面的位数已经丢了") && !says(&said, "不是文字"), "{said:?}");
}

#[test]
fn headers_of_another_table_without_an_empty_row_between_are_doubted() {
    let head = "项目名称,预算金额（元）,支出金额（元）\n甲,10,8\n";
    let other = format!("{head}表2 合同,,\n合同编号,供应商,合同金额\nH1,某公司,3\n");
    assert!(says(&load("desk-again1", &other).2, "像是表头"));
    let undecided = format!("{head}乙,待定,待定\n丙,未报,3\n");
    assert!(!says(&load("desk-again2", &undecided).2, "像是表头"));
}

#[test]
fn a_byte_order_mark_before_headers_said_again_is_none_of_them() {
    let part = "项目名称,预算金额（元）\n甲,10\n";
    let (names, _, said) = load("desk-mark", &format!("\u{feff}{part}\u{feff}{part}"));
    assert_eq!(names, ["甲", "甲"]);
    assert!(says(&said, "重复的表头 1"), "{said:?}");
}

#[test]
fn headers_beyond_the_last_row_are_refused_with_how_many_rows_there_are() {
    let manifest = "[relation.project]\nsource = { file = \"a.csv\", header = 99 }\n";
    let (_, _, said) = run("desk-beyond", manifest, &[("a.csv", "项目名称,预算金额（元）\n甲,1\n".as_bytes())]);
    assert!(says(&said, "只有 2 行，没有第 99 行"), "{said:?}");
}

#[test]
fn a_web_page_or_json_that_is_called_csv_is_said() {
    for (name, text, kind) in [
        ("desk-html", "<!DOCTYPE html>\n<table><tr><td>项目名称</td></tr></table>", "网页"),
        ("desk-json", "[\n {\"项目名称\": \"甲\"}]", "JSON"),
    ] {
        assert!(says(&load_said(name, text), kind), "{text}");
    }
}

fn load_said(name: &str, text: &str) -> Vec<Diagnostic> {
    run(name, MANIFEST, &[("a.csv", text.as_bytes())]).2
}

#[test]
fn rows_of_a_table_of_totals_are_its_data() {
    let mut schema = super::schema();
    schema.relations[1].columns[0].doc = "这个合计叫什么".to_owned();
    let text = "这个合计叫什么,预算金额（元）\n公共合计,10\n合计,30\n";
    let manifest = "[relation.total]\nsource = \"a.csv\"\n";
    let (map, store, _) = super::run_with(&schema, "desk-totals", manifest, &[("a.csv", text.as_bytes())]);
    assert_eq!(cells(&map, &store, 1, 0), ["公共合计", "合计"]);
}
