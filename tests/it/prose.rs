//! A document of text and one table, as `gouji init` describes it: what its sentences say is held against the table.

use serde_json::Value as Json;

use crate::support::{command, folder_with};

const DOCUMENT: &str = "\
# 某局2023年度项目支出自评情况

2023年，我局共安排项目6个，预算资金合计1258.60万元，实际支出1147.35万元，预算执行率91.16%。\
其中：公共文化服务类项目3个，预算资金735万元；旅游发展类项目3个，预算资金523.6万元。

全年新建旅游厕所12座，举办文化活动56场，覆盖群众约8.5万人次，涉及15个社区，每个社区补助2万元。

表1 项目支出情况表（单位：万元）

| 序号 | 项目名称 | 项目类型 | 2023年预算数 | 实际支出数 |
|---|---|---|---|---|
| 1 | 图书馆免费开放经费 | 公共文化服务 | 175.40 | 168.20 |
| 2 | 文化馆免费开放经费 | 公共文化服务 | 180 | 176.3 |
| 3 | 非遗保护经费 | 公共文化服务 | 379.6 | 330.15 |
| 4 | 旅游宣传营销经费 | 旅游发展 | 223.6 | 223.6 |
| 5 | 旅游厕所建设经费 | 旅游发展 | 180 | 150.6 |
| 6 | 乡村旅游扶持资金 | 旅游发展 | 120 | 98.5 |
| 合计 | | | 1258.60 | 1147.35 |
";

/// The findings of rules on sentences, by rule with the text under the first label, in the document with one change.
fn found(name: &str, from: &str, to: &str) -> Vec<(String, String)> {
    assert!(DOCUMENT.contains(from));
    let dir = folder_with(&format!("prose-{name}"), &[("说明.md", &DOCUMENT.replacen(from, to, 1))]);
    let run = |args: &[&str]| command(args).current_dir(&dir).output().unwrap();
    let described = run(&["init", "说明.md"]);
    assert!(described.status.success(), "{}", String::from_utf8_lossy(&described.stderr));
    let document: Json = serde_json::from_slice(&run(&["check", "--format", "json"]).stdout).unwrap();
    let rule = |code: &str| {
        let rules = document["rules"].as_array().unwrap();
        rules.iter().find(|rule| rule["code"] == code).unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    assert!(["fired", "clean"].contains(&&*rule("ZW-012")), "the sentences are loaded: {}", rule("ZW-012"));
    let text = |finding: &Json, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = document["findings"].as_array().unwrap().iter();
    let mut of_sentences: Vec<(String, String)> = findings
        .filter(|finding| text(finding, "rule").starts_with("ZW-"))
        .map(|finding| (text(finding, "rule"), text(&finding["labels"][0], "text")))
        .collect();
    of_sentences.sort();
    of_sentences
}

fn told(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(rule, text)| ((*rule).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn what_is_right_stays_silent() {
    assert_eq!(found("right", "", ""), []);
}

#[test]
fn one_wrong_figure_in_a_sentence_is_found_under_it() {
    for (name, from, to, expected) in [
        ("total", "合计1258.60万元", "合计1285.60万元", &[("ZW-012", "1285.60万元"), ("ZW-015", "91.16%")][..]),
        ("count", "共安排项目6个", "共安排项目7个", &[("ZW-011", "共安排项目7个")]),
        ("category", "预算资金735万元", "预算资金753万元", &[("ZW-014", "753万元")]),
        ("category-count", "旅游发展类项目3个", "旅游发展类项目4个", &[("ZW-016", "旅游发展类项目4个")]),
        ("spent", "支出1147.35万元", "支出1174.35万元", &[("ZW-013", "1174.35万元"), ("ZW-015", "91.16%")]),
        ("rate", "91.16%", "91.61%", &[("ZW-015", "91.61%")]),
    ] {
        assert_eq!(found(name, from, to), told(expected), "{name}");
    }
}

#[test]
fn figures_of_other_things_are_no_findings() {
    for (name, to) in [
        ("department", "部门预算总额为8258.60万元，其中项目支出预算1258.60万元，"),
        ("more", "我局共安排项目6个，预算资金合计1258.60万元，比上年增加120.5万元，"),
        ("others", "上级下达项目57个，我局共安排项目6个，预算资金合计1258.60万元，"),
    ] {
        assert_eq!(found(name, "我局共安排项目6个，预算资金合计1258.60万元，", to), [], "{name}");
    }
}

/// The rules on the arithmetic of sentences that find something in a document of these lines, by line.
fn arithmetic(name: &str, lines: &str) -> Vec<(u64, String)> {
    let manifest = "[relation.text]\nsource = [{ file = \"说明.txt\" }]\n";
    let dir = folder_with(&format!("prose-{name}"), &[("说明.txt", lines), ("audit.toml", manifest)]);
    let checked = command(&["check", "--format", "json"]).current_dir(&dir).output().unwrap();
    let document: Json = serde_json::from_slice(&checked.stdout).unwrap();
    let findings = document["findings"].as_array().unwrap().iter();
    let line = |finding: &Json| finding["labels"][0]["line"].as_u64().unwrap();
    let mut found: Vec<(u64, String)> =
        findings.map(|finding| (line(finding), finding["rule"].as_str().unwrap().to_owned())).collect();
    found.sort();
    found
}

#[test]
fn sentences_whose_arithmetic_is_right_stay_silent() {
    assert_eq!(arithmetic("sentences-right", include_str!("../files/prose/right.txt")), []);
}

#[test]
fn one_wrong_figure_in_the_arithmetic_of_a_sentence_is_found() {
    let wrong = include_str!("../files/prose/wrong.tsv").lines().map(|line| line.split_once('\t').unwrap());
    let (codes, sentences): (Vec<&str>, Vec<&str>) = wrong.unzip();
    let expected: Vec<(u64, String)> =
        (1..).zip(codes).flat_map(|(line, codes)| codes.split(' ').map(move |code| (line, code.to_owned()))).collect();
    assert_eq!(arithmetic("sentences-wrong", &sentences.join("\n")), expected);
}
