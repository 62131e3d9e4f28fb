use std::path::Path;

use super::super::raw::RawTable;
use super::super::{Options, Request};
use super::{looks_like, read_bytes};
use crate::diagnostic::{Code, Report};
use crate::source::{SourceMap, Span};

fn read(bytes: &[u8]) -> (SourceMap, Vec<RawTable>, Report) {
    let mut sources = SourceMap::new();
    let options = Options::default();
    let request = Request { path: Path::new("a.html"), name: "a.html", at: Span::default(), options: &options };
    let (tables, report) = read_bytes(&mut sources, &request, bytes);
    (sources, tables, report)
}

fn texts(table: &RawTable) -> Vec<Vec<&str>> {
    table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect()
}

const PAGE: &str = r#"<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312">
<title>公告</title><style>td { color: red }</style><script>if (1 < 2) document.write("<table><tr><td>假</td></tr></table>")</script></head>
<body><h2>一、支出</h2><p>共2个项目。单位&#65306;万元</p>
<table border=1><caption>表1 项目支出</caption>
<thead><tr><th rowspan="2">项目<br>名称<th colspan=2>预算</tr><tr><th>总额</th><th>其中</th></tr></thead>
<tr><td>关工委&nbsp;&amp; <b>经费</b></td><td align="right"> 25.08 <td></tr>
<tr><td rowspan=2>合并</td><td>1</td><td>2</td></tr><tr><td>3<td>4</table>
<p>完</p></body></html>"#;

#[test]
fn small_digits_are_no_digits_and_what_is_crossed_out_is_not_read() {
    let page = "<table><tr><th>项目</th><th>金额</th></tr><tr><td>甲<sup>1)</sup></td><td>25<sup>2</sup></td></tr>
        <tr><td>乙<td>H<sub>2</sub>O<tr><td>丙</td><td><del>9</del><ins>1</ins></td></tr><tr><td><s>旧</s>丁<td><del>7<tr><td>戊<td>8</table>";
    let (_, tables, report) = read(page.as_bytes());
    assert!(report.is_empty());
    assert_eq!(
        texts(&tables[0]),
        [["项目", "金额"], ["甲¹)", "25²"], ["乙", "H₂O"], ["丙", "1"], ["丁", ""], ["戊", "8"]]
    );
}

#[test]
fn tables_with_spans_entities_and_missing_end_tags() {
    let (gb, ..) = encoding_rs::GB18030.encode(PAGE);
    let (sources, tables, report) = read(&gb);
    assert!(report.is_empty(), "the page declares its encoding: {report:?}");
    let [table, text] = &tables[..] else { panic!("{} tables", tables.len()) };
    assert_eq!(
        texts(table),
        [
            ["项目\n名称", "预算", "预算"],
            ["项目\n名称", "总额", "其中"],
            ["关工委 & 经费", "25.08", ""],
            ["合并", "1", "2"],
            ["合并", "3", "4"],
        ]
    );
    assert_eq!(table.header_rows, Some(2));
    assert_eq!(
        (table.name.as_str(), &table.captions[..2]),
        ("表1 项目支出", &["表1 项目支出".into(), "共2个项目。单位：万元".into()][..])
    );
    assert_eq!(sources.text(table.rows[2].cells[0].span), "关工委&nbsp;&amp; <b>经费");
    assert_eq!(sources.text(table.rows[2].cells[1].span), "25.08");
    assert!(table.rows[4].cells[0].absent);
    let sentences: Vec<&str> = text.rows.iter().skip(1).map(|row| row.cells[4].text.as_str()).collect();
    assert_eq!(sentences, ["一、支出", "共2个项目。", "单位：万元", "完"]);
    assert_eq!(text.rows[2].cells[1].text, "一、支出");
    assert_eq!(sources.text(text.rows[3].cells[4].span), "单位&#65306;万元");
}

#[test]
fn tables_that_arrange_the_page_are_text_and_inner_tables_are_read() {
    let page = "<table><tr><td>导航<table><tr><td>甲<td>1</table>尾</td></tr></table>";
    let (_, tables, _) = read(page.as_bytes());
    assert_eq!(texts(&tables[0]), [["甲", "1"]]);
    let sentences: Vec<&str> = tables[1].rows.iter().skip(1).map(|row| row.cells[4].text.as_str()).collect();
    assert_eq!(sentences, ["导航", "尾"]);
}

#[test]
fn hostile_pages_are_bounded() {
    let wide = format!("<table>{}</table>", "<tr><td colspan=1000 rowspan=65534>x</td></tr>".repeat(5000));
    let (_, tables, report) = read(wide.as_bytes());
    assert_eq!(report.diagnostics()[0].code, Code::LimitReached);
    assert!(tables[0].rows.iter().map(|row| row.cells.len()).sum::<usize>() < 10_000_000);
    read("<table><tr><td>".repeat(50_000).as_bytes());
    read("<".repeat(1_000_000).as_bytes());
    read("<a \"".repeat(100_000).as_bytes());
    read("<!--".repeat(300_000).as_bytes());
    read("<script>".repeat(100_000).as_bytes());
    read("&#".repeat(300_000).as_bytes());
}

#[test]
fn pages_are_known_under_any_name() {
    assert!(looks_like(b"\xEF\xBB\xBF\n<HTML xmlns:x=\"urn:x\"><body>"));
    assert!(looks_like(b"<table><tr>"));
    assert!(!looks_like(b"a,b\n1,2\n"));
    assert!(!looks_like(b"PK\x03\x04"));
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(page in "(<|>|</|table|tr|td|th| rowspan=3| colspan=2|\"|'|&amp;|&#|甲|1| |\n|<!--|-->|caption|p|br){0,40}") {
        read(page.as_bytes());
    }
}

#[test]
fn the_headers_of_another_table_within_one_begin_it() {
    let row = |cells: &[&str]| {
        format!("<tr>{}</tr>", cells.iter().map(|cell| format!("<td>{cell}</td>")).collect::<String>())
    };
    let rows = [
        &["项目名称", "预算金额"][..],
        &["甲", "1"],
        &["乙", "2"],
        &["合同编号", "合同名称"],
        &["H1", "3"],
        &["H2", "4"],
    ];
    let page = format!("<p>单位：万元</p><table>{}</table>", rows.map(row).concat());
    let mut sources = SourceMap::new();
    let options = Options::default();
    let path = std::env::temp_dir().join(format!("gouji-parts-{}.html", std::process::id()));
    std::fs::write(&path, page).unwrap();
    let request = Request { path: &path, name: "a.html", at: Span::default(), options: &options };
    let (tables, _) = super::super::read(&mut sources, super::super::Format::Html, &request);
    let _ = std::fs::remove_file(&path);
    let found: Vec<_> = tables.iter().filter(|table| !table.narrative).collect();
    assert_eq!(found.iter().map(|table| table.rows.len()).collect::<Vec<_>>(), [3, 3]);
    assert!(found.iter().all(|table| table.captions.iter().any(|caption| caption.contains("万元"))), "{found:?}");
}
