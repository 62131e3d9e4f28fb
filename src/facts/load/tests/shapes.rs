//! Tables of odd shapes: beside one another, below long preambles, with hints below their headers, drawn or aligned in a text.

use super::{cells, run};
use crate::diagnostic::{Diagnostic, Severity};

/// What a manifest gives of that file: names, budgets, and what is said.
fn load(name: &str, source: &str, (file, text): (&str, &str)) -> (Vec<String>, Vec<String>, Vec<Diagnostic>) {
    let manifest = format!("[relation.project]\nsource = {source}\n");
    let (map, store, said) = run(&format!("shape-{name}"), &manifest, &[(file, text.as_bytes())]);
    (cells(&map, &store, 0, 0), cells(&map, &store, 0, 2), said)
}

fn csv(name: &str, text: &str) -> (Vec<String>, Vec<String>, Vec<Diagnostic>) {
    load(name, "\"a.csv\"", ("a.csv", text))
}

fn says(said: &[Diagnostic], words: &str) -> bool {
    said.iter().any(|one| one.message.zh.contains(words))
}

#[test]
fn what_says_how_to_fill_in_a_column_is_no_data_and_is_told() {
    let text = "项目名称,项目类型,预算金额（元）\n必填,选填,必填\n文本,文本,数值\n示例,公共,1000\n甲,公共,10\n";
    let (names, budgets, said) = csv("hints", text);
    assert_eq!((names, budgets), (vec!["甲".into()], vec!["10".into()]));
    assert!(says(&said, "有 3 行不当作数据：表头下的填写说明"), "{said:?}");
    let (names, budgets, _) = csv("hints-unit", "项目名称,项目类型,预算金额\n文本,选填,万元\n甲,公共,10\n");
    assert_eq!((names, budgets), (vec!["甲".into()], vec!["100000".into()]), "units among them are units");
    let (names, ..) = csv("hints-names", "项目名称,预算金额（元）\nProject Name,Budget Amount\n甲,10\n");
    assert_eq!(names, ["甲"]);
    let all = "{ file = \"a.csv\", totals = \"all\" }";
    assert_eq!(load("hints-all", all, ("a.csv", text)).0.len(), 4);
}

#[test]
fn headers_below_a_long_preamble_are_found() {
    let text = format!("{}项目名称,预算金额（元）\n甲,10\n", "填报须知：各单位按实填写\n".repeat(150));
    assert_eq!(csv("deep", &text).0, ["甲"]);
}

#[test]
fn a_table_that_follows_without_an_empty_row_is_another() {
    let text =
        "项目名称,预算金额（元）,支出金额（元）\n甲,10,8\n乙,20,9\n表2 合同,,\n合同编号,供应商,合同金额\nH,某公司,3\n";
    let (names, _, said) = csv("again", text);
    assert_eq!(names, ["甲", "乙"]);
    assert!(says(&said, "有 2 张表"), "{said:?}");
    let half = "项目名称,预算金额（元）,支出金额（元）\n甲,10,8\n项目名称,预算金额(元),支出金额 （元）\n乙,20,9\n";
    let (names, _, said) = csv("again-half", half);
    assert_eq!(names, ["甲", "乙"]);
    assert!(says(&said, "重复的表头 1"), "{said:?}");
}

/// Large files are not looked at for tables side by side, so this is asked of small ones alone.
#[test]
fn tables_side_by_side_are_taken_apart_or_doubted() {
    let beside = |text: &str| {
        let mut map = crate::source::SourceMap::new();
        let folder = super::Folder::new("shape-beside", &[("a.csv", text.as_bytes())]);
        let file = map.add("audit.toml", "[relation.project]\nsource = \"a.csv\"\n").unwrap();
        let (manifest, _) = crate::facts::Manifest::read(&map, file);
        let (store, report) = super::load(&mut map, &manifest, &super::schema(), &folder.0);
        (cells(&map, &store, 0, 0), cells(&map, &store, 0, 2), report.sorted())
    };
    let text = "项目名称,预算金额（元）,,姓名,工资\n甲,10,,张三,30\n乙,20,,李四,40\n丙,50,,,\n丁,60,,,\n";
    let (names, budgets, said) = beside(text);
    assert_eq!(names, ["甲", "乙", "丙", "丁"]);
    assert_eq!(budgets, ["10", "20", "50", "60"]);
    assert!(says(&said, "有 2 张表"), "{said:?}");
    let text = "项目名称,项目类型,预算金额（元）,,用途,户数,支出金额（元）\n甲,公共,10,,x,6,8\n乙,公共,20,,x,7,9\n";
    let (names, _, said) = beside(text);
    assert_eq!(names, ["甲", "乙"]);
    let doubt = said.iter().find(|one| one.message.zh.contains("像是并排的两张表"));
    assert_eq!(doubt.map(|one| one.severity), Some(Severity::Warning), "{said:?}");
}

#[test]
fn tables_in_a_text_are_read_whether_drawn_or_aligned() {
    let drawn = "支出表\n\n+------+--------+\n| 项目名称 | 预算金额（元） |\n+------+--------+\n| 甲 | 1,000 |\n| 乙 |  20 |\n+------+--------+\n";
    let boxed = "┌────┬────┐\n│项目名称│预算金额（元）│\n├────┼────┤\n│甲  │   1,000│\n│乙  │  20│\n└────┴────┘\n";
    let aligned = "某局支出表        \n项目名称      预算金额（元）\n甲                    1,000\n乙                       20\n合计                  1,020\n\n制表人：张三\n";
    let ruled = "项目名称 预算金额（元）\n-------- --------------\n甲                1,000\n乙                   20\n";
    for (name, text) in [("drawn", drawn), ("boxed", boxed), ("aligned", aligned), ("ruled", ruled)] {
        let (names, budgets, said) = load(name, "\"a.txt\"", ("a.txt", text));
        assert_eq!((names, budgets), (vec!["甲".into(), "乙".into()], vec!["1000".into(), "20".into()]), "{said:?}");
    }
}

#[test]
fn other_marks_between_thousands_are_read_where_they_mean_one_thing() {
    let (_, budgets, _) =
        csv("marks", "项目名称;预算金额（元）\n甲;1'234.50\n乙;1 234,50\n丙;1.234,50\n丁;12,34,567\n");
    assert_eq!(budgets, ["1234.50", "1234.50", "!1.234,50", "!12,34,567"]);
}
