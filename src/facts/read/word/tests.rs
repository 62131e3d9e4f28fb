use std::path::Path;

use super::super::office::testing::zip_of;
use super::super::raw::RawTable;
use super::super::{Options, Request};
use super::read_bytes;
use crate::diagnostic::{Code, Report};
use crate::source::{SourceMap, Span};

fn read(body: &str) -> (SourceMap, Vec<RawTable>, Report) {
    let styles = r#"<w:styles xmlns:w="w"><w:style w:styleId="2"><w:name w:val="heading 1"/></w:style></w:styles>"#;
    let document = format!(r#"<?xml version="1.0"?><w:document xmlns:w="w"><w:body>{body}</w:body></w:document>"#);
    read_zip(&zip_of(&[("word/document.xml", &document), ("word/styles.xml", styles)]))
}

fn read_zip(bytes: &[u8]) -> (SourceMap, Vec<RawTable>, Report) {
    let mut sources = SourceMap::new();
    let options = Options::default();
    let request = Request { path: Path::new("a.docx"), name: "a.docx", at: Span::default(), options: &options };
    let (tables, report) = read_bytes(&mut sources, &request, bytes);
    (sources, tables, report)
}

fn texts(table: &RawTable) -> Vec<Vec<&str>> {
    table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect()
}

fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn cell(properties: &str, text: &str) -> String {
    format!("<w:tc><w:tcPr>{properties}</w:tcPr>{}</w:tc>", paragraph(text))
}

#[test]
fn small_digits_are_no_digits_and_what_is_hidden_or_crossed_out_is_not_read() {
    let run = |properties: &str, text: &str| format!("<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>");
    let cell = |runs: &[String]| format!("<w:tc><w:p>{}</w:p></w:tc>", runs.concat());
    let body = [
        "<w:tbl><w:tr>".to_owned(),
        cell(&[run("", "25"), run(r#"<w:vertAlign w:val="superscript"/>"#, "2")]),
        cell(&[run("<w:vanish/>", "9"), run("", "1")]),
        cell(&[run("<w:strike/>", "9"), run(r#"<w:strike w:val="0"/>"#, "3")]),
        cell(&["<w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>".to_owned(), run("", "4")]),
        "<w:tc><w:tcPr><w:cellDel/></w:tcPr><w:p><w:r><w:t>旧</w:t></w:r></w:p></w:tc>".to_owned(),
        cell(&[run(r#"<w:vertAlign w:val="subscript"/>"#, "0"), run("", "5")]),
        "</w:tr></w:tbl>".to_owned(),
    ];
    let (_, tables, report) = read(&body.concat());
    assert!(report.is_empty());
    assert_eq!(texts(&tables[0]), [["25²", "1", "3", "4", "₀5"]]);
}

#[test]
fn tables_paragraphs_and_captions() {
    let body = [
        r#"<w:p><w:pPr><w:pStyle w:val="2"/><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>支出情况</w:t></w:r></w:p>"#,
        &paragraph("金额单位：万元"),
        "<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>",
        &cell(r#"<w:vMerge w:val="restart"/>"#, "项目"),
        &cell(r#"<w:gridSpan w:val="2"/>"#, "预算金额"),
        "</w:tr><w:tr><w:trPr><w:tblHeader/></w:trPr>",
        &cell("<w:vMerge/>", ""),
        &cell("", "总额"),
        &cell("", "其中"),
        "</w:tr><w:tr>",
        &cell("", "关工委&amp;经费"),
        &format!("<w:tc>{}{}</w:tc>", paragraph("一"), paragraph("二")),
        &cell("", ""),
        "</w:tr></w:tbl>",
        &paragraph("共1个。完"),
    ]
    .concat();
    let (sources, tables, report) = read(&body);
    assert!(report.is_empty());
    let [table, text] = &tables[..] else { panic!("a table and the running text") };
    assert_eq!(
        texts(table),
        [["项目", "预算金额", "预算金额"], ["项目", "总额", "其中"], ["关工委&经费", "一\n\n二", ""]]
    );
    assert_eq!((table.header_rows, &table.captions[0][..]), (Some(2), "金额单位：万元"));
    assert!(table.rows[1].cells[0].absent && table.rows[0].cells[2].absent);
    assert_eq!(table.rows[2].cells[1].address().written().as_deref(), Some("表1!B3"));
    assert_eq!(sources.text(table.rows[2].span), "关工委&经费 │ 一  二 │ ");
    assert_eq!(text.rows[3].cells[1].text, "支出情况", "the section");
    assert_eq!(sources.text(text.rows[3].cells[4].span), "共1个。");
}

#[test]
fn what_was_deleted_is_not_read_and_what_was_inserted_is() {
    let body = r#"<w:p><w:ins><w:r><w:t>新</w:t></w:r></w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del>
        <w:moveFrom><w:r><w:t>移走</w:t></w:r></w:moveFrom><w:r><w:instrText>PAGE</w:instrText><w:tab/><w:t>文</w:t></w:r></w:p>
        <w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc><w:p/></w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>留</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"#;
    let (_, tables, _) = read(body);
    assert_eq!(texts(&tables[0]), [["留"]]);
    assert_eq!(tables[1].rows[1].cells[4].text, "新\t文");
}

#[test]
fn a_table_within_a_cell_follows_its_table() {
    let inner = format!("<w:tbl><w:tr>{}{}</w:tr></w:tbl>", cell("", "内1"), cell("", "内2"));
    let body = format!(
        "<w:tbl><w:tr><w:tc>{}{inner}{}</w:tc>{}</w:tr></w:tbl>",
        paragraph("外"),
        paragraph("后"),
        cell("", "右")
    );
    let (_, tables, _) = read(&body);
    assert_eq!(texts(&tables[0]), [["外\n\n后", "右"]]);
    assert_eq!(texts(&tables[1]), [["内1", "内2"]]);
}

#[test]
fn broken_documents_give_what_they_have_and_a_complaint() {
    let (_, tables, report) = read_zip(&zip_of(&[(
        "word/document.xml",
        "<document><body><tbl><tr><tc><p><r><t>甲</t></r></p></tc><tc><p><r><t>乙</t></r></q>",
    )]));
    assert_eq!(texts(&tables[0]), [["甲", ""]]);
    assert_eq!(report.diagnostics()[0].code, Code::BrokenFile);
    for bytes in [&b""[..], b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1....", &zip_of(&[("x", "y")])] {
        let (_, tables, report) = read_zip(bytes);
        assert!(tables.is_empty());
        assert_eq!(report.diagnostics()[0].code, Code::BrokenFile);
    }
    let wide = format!("<w:tbl><w:tr>{}</w:tr></w:tbl>", cell(r#"<w:gridSpan w:val="4000000000"/>"#, "宽").repeat(9));
    assert!(read(&wide).1[0].rows[0].cells.len() <= 2000);
    let deep = "<w:tbl><w:tr><w:tc>".repeat(5000);
    assert_eq!(read(&deep).2.diagnostics()[0].code, Code::LimitReached);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_documents_are_read_without_a_panic(
        cut in 0..4000_usize,
        changes in proptest::collection::vec((0..4000_usize, proptest::num::u8::ANY), 0..12),
        body in "(<w:tbl>|</w:tbl>|<w:tr>|</w:tr>|<w:tc>|</w:tc>|<w:p>|</w:p>|<w:t>|</w:t>|<w:vMerge/>|<w:gridSpan w:val=\"[0-9]{1,9}\"/>|<w:hMerge/>|<w:del>|</w:del>|甲|<w:br/>){0,40}",
    ) {
        let document = format!(r#"<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>"#);
        let mut bytes = zip_of(&[("word/document.xml", &document)]);
        read_zip(&bytes);
        let length = bytes.len();
        for (at, byte) in changes {
            bytes[at % length] = byte;
        }
        read_zip(&bytes);
        bytes.truncate(cut % length);
        read_zip(&bytes);
    }
}
