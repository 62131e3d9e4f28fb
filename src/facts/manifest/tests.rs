use super::{CellUnit, HeaderRows, Manifest, Pick, Totals};
use crate::diagnostic::Code;
use crate::source::SourceMap;
use crate::value::Unit;

fn read(text: &str) -> (SourceMap, Manifest, Vec<(Code, String)>) {
    let mut map = SourceMap::new();
    let file = map.add("audit.toml", text).unwrap();
    let (manifest, report) = Manifest::read(&map, file);
    let complaints =
        report.sorted().iter().map(|one| (one.code, map.text(one.place().unwrap()).into_owned())).collect();
    (map, manifest, complaints)
}

#[test]
fn a_manifest_of_every_kind_of_thing() {
    let (map, manifest, complaints) = read(
        r#"
title = "某局 2020 年"
rules = ["budget", './my\*.toml']
unit = "万元"
[params]
YS-002.min_rate = "80%"
"SJ-1.top" = 3
[relation.project]
source = ["a.csv", { file = "附表1.xlsx", sheet = 2, header = [3, 4], table = "T1", unit = "元" }]
totals = "skip"
[relation.project.columns]
name = "项目名称"
category = ["类别", "项目类型"]
budget = { header = "预算金额", unit = "万元" }
rate = { match = "执行.*率", unit = "%" }
spent = { position = "F", blank = "无", fill = true }
[relation.total]
file = "b.txt"
caption = "支出表"
header = false
totals = "keep"
"#,
    );
    assert_eq!(complaints, []);
    assert_eq!(manifest.title, "某局 2020 年");
    assert_eq!(manifest.rules.as_ref().unwrap()[1].value, "./my\\*.toml");
    let params: Vec<_> = manifest
        .params
        .iter()
        .map(|p| (p.code.value.as_str(), p.name.value.as_str(), p.value.value.as_str()))
        .collect();
    assert_eq!(params, [("YS-002", "min_rate", "80%"), ("SJ-1", "top", "3")]);
    assert_eq!(map.text(manifest.params[1].code.span), "SJ-1");
    assert_eq!(map.text(manifest.params[1].name.span), "top");
    let project = &manifest.relations[0];
    assert_eq!(project.sources[0].unit.as_ref().unwrap().value, Unit::WanYuan, "from the top");
    assert_eq!(project.sources[1].unit.as_ref().unwrap().value, Unit::Yuan);
    assert_eq!(project.sources[1].header.as_ref().unwrap().value, HeaderRows::Rows(3, 4));
    assert_eq!(project.sources[1].pick.as_ref().unwrap().value, Pick::Number(2));
    assert!(project.sources.iter().all(|source| source.totals.as_ref().unwrap().value == Totals::Skip));
    assert_eq!(project.columns[1].headers.len(), 2);
    assert_eq!(project.columns[3].unit.as_ref().unwrap().value, CellUnit::Percent);
    assert_eq!(project.columns[4].position.as_ref().unwrap().value, 6);
    assert!(project.columns[4].fill);
    let total = &manifest.relations[1].sources[0];
    assert_eq!(map.text(total.file.span), "b.txt");
    assert_eq!(total.pick.as_ref().unwrap().value, Pick::Caption("支出表".to_owned()));
    assert_eq!(total.header.as_ref().unwrap().value, HeaderRows::Absent);
}

#[test]
fn all_that_is_wrong_in_one_go() {
    let (_, _, complaints) = read(
        r#"
titel = "x"
unit = "万圆"
rules = 3
params = { min = "1" }
[relation.project]
source = { flie = "a.csv" }
columns = { a = { headr = "x", match = "(" }, b = 3 }
[relation.other]
"#,
    );
    let expected = [
        (Code::UnknownKey, "titel"),
        (Code::BadValue, "万圆"),
        (Code::BadValue, "3"),
        (Code::BadValue, "min"),
        (Code::MissingKey, r#"{ flie = "a.csv" }"#),
        (Code::UnknownKey, "flie"),
        (Code::UnknownKey, "headr"),
        (Code::BadRegex, "("),
        (Code::BadValue, "3"),
        (Code::MissingKey, "other"),
    ];
    let complaints: Vec<_> = complaints.iter().map(|(code, text)| (*code, text.as_str())).collect();
    assert_eq!(complaints, expected);
}

#[test]
fn windows_line_ends_and_a_byte_order_mark_are_fine() {
    let (map, manifest, complaints) = read("title = \"甲\"\r\n[relation.p]\r\nsource = 'a\\b.csv'\r\n");
    assert_eq!(complaints, []);
    assert_eq!(map.text(manifest.relations[0].sources[0].file.span), "a\\b.csv");
}

#[test]
fn what_is_not_toml_is_said_where_it_stands() {
    let (_, _, complaints) = read("title = 某局\nrules = [\"a\"\n");
    assert!(complaints.iter().all(|(code, _)| *code == Code::BadToml), "{complaints:?}");
    assert!(!complaints.is_empty());
}

#[test]
fn the_manual_names_every_key() {
    let manual = include_str!("../../../docs/audit-toml.md");
    for key in super::source::KEYS.iter().chain(&super::read::COLUMN_KEYS).chain(&super::read::TOP_KEYS) {
        let named = [format!("`{key}`"), format!("{key} "), format!("[{key}")];
        assert!(named.iter().any(|form| manual.contains(form.as_str())), "`{key}` is not in docs/audit-toml.md");
    }
    let example = manual.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let (_, manifest, complaints) = read(example);
    assert_eq!(complaints, []);
    assert_eq!(manifest.relations[0].sources.len(), 3);
}
