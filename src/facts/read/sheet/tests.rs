use std::path::Path;

use super::super::office::testing::zip_of;
use super::super::raw::RawTable;
use super::super::{Options, Request};
use super::read_bytes;
use crate::diagnostic::{Code, Report};
use crate::source::{SourceMap, Span};

const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="http://x/relationships/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="http://x/relationships/styles" Target="styles.xml"/>
<Relationship Id="rId3" Type="http://x/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;
const WORKBOOK: &str =
    r#"<workbook xmlns:r="r"><sheets><sheet name="附表1" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const STYLES: &str = r#"<styleSheet><numFmts count="1"><numFmt numFmtId="170" formatCode="0.00&quot;万元&quot;"/></numFmts>
<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/><xf numFmtId="170"/></cellXfs></styleSheet>"#;
const SHARED: &str = r#"<sst><si><t>项目名称</t></si><si><r><t>预算</t></r><r><t xml:space="preserve">金额 </t></r><rPh><t>yu</t></rPh></si></sst>"#;

fn workbook(sheet: &str) -> Vec<u8> {
    zip_of(&[
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/styles.xml", STYLES),
        ("xl/sharedStrings.xml", SHARED),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

fn read(bytes: &[u8]) -> (SourceMap, Vec<RawTable>, Report) {
    let mut sources = SourceMap::new();
    let options = Options::default();
    let request = Request { path: Path::new("a.xlsx"), name: "a.xlsx", at: Span::default(), options: &options };
    let (tables, mut report) = read_bytes(&mut sources, &request, bytes);
    report.extend(tables.iter().flat_map(|table| table.notes.iter().cloned()));
    (sources, tables, report)
}

fn texts(table: &RawTable) -> Vec<Vec<&str>> {
    table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect()
}

fn codes(report: &Report) -> Vec<Code> {
    report.diagnostics().iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn cells_are_read_as_they_show_each_with_its_place_and_address() {
    let sheet = r#"<worksheet><dimension ref="A1:XFD1048576"/><sheetData>
        <row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c></row>
        <row r="3"><c r="A3" t="inlineStr"><is><t>关工委&amp;经费</t></is></c><c r="B3"><v>37.979999999999997</v></c>
          <c r="C3" s="1"><v>43831</v></c><c r="D3" s="2"><v>0.85499999999999998</v></c><c r="E3" s="3"><v>25</v></c></row>
        <row r="5"><c r="A5" t="str"><f>A1&amp;"x"</f><v>甲
乙</v></c><c r="B5" t="e"><v>#REF!</v></c><c r="C5" t="b"><v>1</v></c><c r="D5"><v>4E-1</v></c></row>
        </sheetData></worksheet>"#;
    let (sources, tables, report) = read(&workbook(sheet));
    assert!(report.is_empty(), "{report:?}");
    let [table] = &tables[..] else { panic!("one sheet") };
    assert_eq!(table.name, "附表1");
    assert_eq!(
        texts(table),
        [
            vec!["", "", "", "", ""],
            vec!["项目名称", "预算金额 ", "", "", ""],
            vec!["关工委&经费", "37.98", "2020-01-01", "85.50%", "25.00万元"],
            vec!["", "", "", "", ""],
            vec!["甲\n乙", "#REF!", "TRUE", "0.4", ""],
        ]
    );
    let budget = &table.rows[2].cells[1];
    assert_eq!(budget.address().written().as_deref(), Some("附表1!B3"));
    assert_eq!(sources.text(budget.span), "37.98");
    let location = sources.location(budget.span);
    assert_eq!((location.file.as_str(), location.line), ("a.xlsx › 附表1", 3), "line numbers are row numbers");
    assert_eq!(sources.text(table.rows[4].span), "甲 乙 │ #REF! │ TRUE │ 0.4 │ ");
    assert_eq!(sources.text(table.rows[4].cells[0].span).len(), "甲\n乙".len(), "byte for byte as long as the text");
}

#[test]
fn merged_ranges_show_their_corner_and_hidden_things_are_known() {
    let sheet = r#"<worksheet><cols><col min="3" max="3" hidden="1"/></cols><sheetData>
        <row r="1"><c r="A1" t="inlineStr"><is><t>预算金额</t></is></c><c r="C1"><v>7</v></c></row>
        <row r="2" hidden="1"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row></sheetData>
        <mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="C1:C2"/><mergeCell ref="A2:B2"/></mergeCells></worksheet>"#;
    let (_, tables, report) = read(&workbook(sheet));
    let table = &tables[0];
    let covered = &table.rows[0].cells[1];
    assert!(covered.absent && covered.text == "预算金额" && covered.span == table.rows[0].cells[0].span);
    assert_eq!(covered.address().written().as_deref(), Some("附表1!A1"));
    assert_eq!(table.rows[1].cells[2].text, "7", "covered from above");
    assert!(table.rows[1].hidden && !table.rows[0].hidden);
    assert_eq!(table.hidden_columns, [2]);
    assert_eq!(codes(&report), [Code::HiddenCells, Code::HiddenCells], "the covered 2 in B2, and what is hidden");
}

#[test]
fn parts_of_texts_that_are_small_or_crossed_out_are_not_what_they_seem() {
    let rich = |t: &str| {
        format!(
            r#"<r><t>25</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>{t}</t></r><r><rPr><strike/></rPr><t>9</t></r><r><rPr><b/></rPr><t>元</t></r>"#
        )
    };
    let sheet = format!(
        r#"<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is>{}</is></c><c r="B1" t="s"><v>0</v></c><c r="C1"><v>1</v></c></row>
        </sheetData></worksheet>"#,
        rich("2")
    );
    let shared = format!("<sst><si>{}</si></sst>", rich("0"));
    let archive = zip_of(&[
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/sharedStrings.xml", &shared),
        ("xl/worksheets/sheet1.xml", &sheet),
    ]);
    let (_, tables, report) = read(&archive);
    assert!(report.is_empty());
    assert_eq!(texts(&tables[0]), [["25²元", "25⁰元", "1"]]);
}

#[test]
fn small_digits_are_none_in_the_other_formats_either() {
    let content = r#"<o><style name="T1"><text-properties text-position="super 58%"/></style><style name="T2"><text-properties text-line-through-style="solid"/></style>
        <table name="a"><table-row><table-cell value-type="string"><p>25<span style-name="T1">2</span><span style-name="T2">9<span>8</span></span>元</p></table-cell>
        <table-cell value-type="string"><p><span>3</span></p></table-cell></table-row></table></o>"#;
    let (_, tables, _) = read(&zip_of(&[("content.xml", content)]));
    assert_eq!(texts(&tables[0]), [["25²元", "3"]]);
    let content = r#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook><Worksheet Name="a"><Table><Row>
        <Cell><Data Type="String">25<Sup>2</Sup><S>9</S>元</Data></Cell><Cell><Data Type="String">H<Sub>2</Sub>O</Data></Cell></Row>
        </Table></Worksheet></Workbook>"#;
    let (_, tables, _) = read(content.as_bytes());
    assert_eq!(texts(&tables[0]), [["25²元", "H₂O"]]);
}

#[test]
fn a_unit_that_the_format_shows_is_read() {
    let styles = r#"<styleSheet><numFmts><numFmt numFmtId="170" formatCode="0.00&quot;万元&quot;"/><numFmt numFmtId="171" formatCode="0!.0,&quot;万&quot;"/>
        </numFmts><cellXfs><xf numFmtId="170"/><xf numFmtId="171"/></cellXfs></styleSheet>"#;
    let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1" s="0"><v>25.080000000000002</v></c><c r="B1" s="1"><v>12345</v></c>
        <c r="C1" s="0"><f>A1+1</f><v>26.08</v></c></row></sheetData></worksheet>"#;
    let archive = zip_of(&[
        ("xl/workbook.xml", WORKBOOK),
        ("xl/_rels/workbook.xml.rels", RELATIONS),
        ("xl/styles.xml", styles),
        ("xl/worksheets/sheet1.xml", sheet),
    ]);
    let (_, tables, report) = read(&archive);
    assert!(report.is_empty(), "a formula over them is left alone: {report:?}");
    assert_eq!(texts(&tables[0]), [["25.08万元", "1.2345万", "26.08万元"]]);
}

#[test]
fn a_formula_without_a_result_is_not_a_blank() {
    let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1"><f>SUM(B1:B9)</f></c><c r="B1"><f>1+1</f><v>2</v></c></row>
        </sheetData></worksheet>"#;
    let (_, tables, report) = read(&workbook(sheet));
    assert_eq!(texts(&tables[0]), [["=SUM(B1:B9)", "2"]]);
    assert_eq!(codes(&report), [Code::StaleValue]);
}

#[test]
fn lies_are_bounded_and_said() {
    let far = r#"<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>"#;
    let (_, tables, report) = read(&workbook(far));
    assert_eq!(tables[0].rows.len(), 1 << 20);
    assert!(report.is_empty());
    let wrong = r#"<worksheet><sheetData><row r="0"><c r="A0"><v>1</v></c></row><row r="9999999"><c r="A9999999"><v>1</v></c></row>
        <row r="3"><c r="ZZZ3"><v>1</v></c><c r="A3" t="s"><v>99</v></c><c><v>5</v></c></row>
        <row r="2"><c r="A2"><v>6</v></c></row></sheetData>
        <mergeCells><mergeCell ref="B9:A1"/><mergeCell ref="A1:XFD1048576"/><mergeCell ref="?"/></mergeCells></worksheet>"#;
    let (_, tables, report) = read(&workbook(wrong));
    assert_eq!(texts(&tables[0]).len(), 3, "rows are brought into order");
    assert!(codes(&report).contains(&Code::BrokenFile));
    for bytes in [&b""[..], b"PK", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"a b\n1 2", &zip_of(&[("a", "b")])] {
        let (_, tables, report) = read(bytes);
        assert!(tables.is_empty() && codes(&report) == [Code::BrokenFile], "{bytes:?}");
        assert!(report.diagnostics()[0].help.is_some());
    }
    let (_, tables, report) = read("项目\t预算\n甲\t1\n".as_bytes());
    assert_eq!(
        (texts(&tables[0]), codes(&report)),
        (vec![vec!["项目", "预算"], vec!["甲", "1"]], vec![Code::Doubtful]),
        "a text"
    );
}

#[test]
fn bombs_do_not_go_off() {
    let zeros = "0".repeat(200 << 20);
    let (_, tables, report) = read(&workbook(&format!("<worksheet><c><v>{zeros}</v></c></worksheet>")));
    assert_eq!(codes(&report), [Code::LimitReached]);
    assert!(tables[0].rows.is_empty());
    let entities = r#"<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
        <worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"#;
    let (_, tables, _) = read(&workbook(entities));
    assert_eq!(texts(&tables[0]), [["&b;"]], "kept as written");
    let deep = "<a>".repeat(100_000);
    let (_, _, report) = read(&workbook(&format!("<worksheet>{deep}")));
    assert_eq!(codes(&report), [Code::LimitReached]);
}

#[test]
fn ods_is_read_like_xlsx() {
    let content = r#"<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x" xmlns:style="s"><office:automatic-styles>
        <style:style style:name="ta2"><style:table-properties table:display="false"/></style:style></office:automatic-styles>
        <office:body><office:spreadsheet><table:table table:name="附表1"><table:table-column table:number-columns-repeated="2"/>
        <table:table-column table:visibility="collapse"/>
        <table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
        <table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>预算<text:s text:c="2"/>金额</text:p><text:p>（万元）</text:p>
          <office:annotation><text:p>批注</text:p></office:annotation></table:table-cell><table:covered-table-cell/></table:table-row>
        <table:table-row table:visibility="collapse"><table:table-cell office:value-type="float" office:value="37.979999999999997"><text:p>37.98</text:p></table:table-cell>
          <table:table-cell office:value-type="percentage" office:value="0.855"><text:p>85.50%</text:p></table:table-cell>
          <table:table-cell office:value-type="date" office:date-value="2020-01-31"><text:p>31.01.20</text:p></table:table-cell></table:table-row>
        <table:table-row table:number-rows-repeated="2"><table:table-cell office:value-type="currency" office:value="1234.5"><text:p>¥1,234.50</text:p></table:table-cell>
          <table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0"><text:p>#DIV/0!</text:p></table:table-cell>
          <table:table-cell table:formula="of:=SUM(A1)"/></table:table-row>
        <table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
        </table:table><table:table table:name="暗" table:style-name="ta2"><table:table-row><table:table-cell office:value-type="boolean" office:boolean-value="true"/></table:table-row></table:table>
        </office:spreadsheet></office:body></office:document-content>"#;
    let (_, tables, report) = read(&zip_of(&[("mimetype", "x"), ("content.xml", content)]));
    assert_eq!(
        texts(&tables[0]),
        [
            ["", "", ""],
            ["", "", ""],
            ["预算  金额\n（万元）", "预算  金额\n（万元）", ""],
            ["37.98", "85.50%", "2020-01-31"],
            ["1234.50", "#DIV/0!", "=of:=SUM(A1)"],
            ["1234.50", "#DIV/0!", "=of:=SUM(A1)"],
        ]
    );
    assert_eq!((tables[0].hidden_columns.as_slice(), tables[0].rows[3].hidden), (&[2][..], true));
    assert_eq!((texts(&tables[1]), tables[1].hidden), (vec![vec!["TRUE"]], true));
    assert_eq!(codes(&report), [Code::StaleValue, Code::HiddenCells, Code::HiddenCells]);
    let long = "长".repeat(2000);
    let bomb = format!(
        r#"<s><table name="a"><table-row number-rows-repeated="1048576"><table-cell number-columns-repeated="100" value-type="string"><p>{long}</p></table-cell></table-row></table></s>"#
    );
    let (_, _, report) = read(&zip_of(&[("content.xml", &bomb)]));
    assert_eq!(codes(&report), [Code::LimitReached]);
}

/// A workbook with something of everything, for damage.
fn sample() -> Vec<u8> {
    workbook(
        r#"<worksheet><cols><col min="2" max="3" hidden="1"/></cols><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c>
        <c r="B1" s="1"><v>43831.5</v></c><c r="C1" s="2"><f>A1</f><v>1e-3</v></c></row><row r="9" hidden="1"><c r="XFD9"><f>x</f></c></row>
        </sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>"#,
    )
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_workbooks_are_read_without_a_panic(
        cut in 0..4000_usize,
        changes in proptest::collection::vec((0..4000_usize, proptest::num::u8::ANY), 0..12),
    ) {
        let mut bytes = sample();
        let length = bytes.len();
        for (at, byte) in changes {
            bytes[at % length] = byte;
        }
        read(&bytes);
        bytes.truncate(cut % length);
        read(&bytes);
    }

    #[test]
    fn strange_xml_is_read_without_a_panic(
        sheet in "(<row r=\"[0-9]{0,8}\">|</row>|<c r=\"[A-Z]{0,4}[0-9]{0,8}\" t=\"(s|e|b|d|str|n)?\" s=\"[0-9]\">|</c>|<v>|</v>|[-0-9.eE]{0,9}|<f>|&#x[0-9a-f]{0,6};|<mergeCell ref=\"[A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,4}\"/>|甲){0,30}",
    ) {
        read(&workbook(&sheet));
        read(&zip_of(&[("content.xml", &sheet.replace("row", "table-row").replace("<c ", "<table-cell "))]));
    }
}

#[test]
fn a_result_that_was_never_recalculated_is_told() {
    let sheet = r#"<worksheet><sheetData><row r="1"><c r="A1"><v>37.979999999999997</v></c></row><row r="2"><c r="A2"><v>4.95</v></c></row>
        <row r="3"><c r="A3"><f>SUM(A1:A2)</f><v>42.93</v></c><c r="B3"><f>SUM(A1:A2)</f><v>0</v></c></row></sheetData></worksheet>"#;
    let (sources, _, report) = read(&workbook(sheet));
    let [diagnostic] = report.diagnostics() else { panic!("{report:?}") };
    assert_eq!(diagnostic.code, Code::StaleValue);
    assert_eq!(sources.text(diagnostic.labels[0].span), "0");
    assert_eq!(diagnostic.labels[0].text.zh, "=SUM(A1:A2) 应得 42.93");
}
