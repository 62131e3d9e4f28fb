use std::path::Path;

use super::super::raw::RawTable;
use super::super::{Options, Request};
use super::read_bytes;
use crate::diagnostic::{Code, Report};
use crate::source::{SourceMap, Span};

fn read(text: &str) -> (SourceMap, Vec<RawTable>, Report) {
    let mut sources = SourceMap::new();
    let options = Options::default();
    let request = Request { path: Path::new("a.txt"), name: "a.txt", at: Span::default(), options: &options };
    let (tables, report) = read_bytes(&mut sources, &request, text.as_bytes());
    (sources, tables, report)
}

fn texts(table: &RawTable) -> Vec<Vec<&str>> {
    table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect()
}

/// The statement of 2020: two tables, headers of two levels, a cell of two paragraphs, text between.
#[test]
fn the_statement_of_2020_is_read_as_printed() {
    let document = include_str!("../../../../facts/kaifu-2020/document.txt");
    let (sources, tables, report) = read(document);
    assert!(report.is_empty(), "{report:?}");
    let [first, second, text] = &tables[..] else { panic!("two tables and the running text: {}", tables.len()) };
    assert_eq!((first.rows.len(), first.header_rows), (1 + 23, None));
    assert!(first.rows.iter().all(|row| row.cells.len() == 4));
    assert_eq!(texts(first)[0], ["项目名称", "项目类型", "资金用途、使用方向", "预算金额    （单位：万元）"]);
    assert_eq!(texts(first)[21][3], "4,95");
    assert_eq!(texts(first)[22][3], "30000");
    assert_eq!((second.rows.len(), second.header_rows), (2 + 23, Some(2)));
    assert!(second.rows.iter().all(|row| row.cells.len() == 7));
    assert_eq!(
        texts(second)[0],
        ["项目名称", "项目类型", "资金用途、使用方向", "预算金额", "预算金额", "支出金额", "支出金额"]
    );
    assert_eq!(texts(second)[1][3..], ["指标\n\n总额", "其中：区级资金", "支出总额", "其中：区级资金"]);
    assert!(second.rows[1].cells[..3].iter().all(|cell| cell.absent), "covered from above");
    assert_eq!(second.captions[0], "金额单位：万元");
    assert!(texts(second).iter().skip(2).all(|row| row[6].is_empty()), "nobody filled in the last column");
    for table in [first, second] {
        for cell in table.rows.iter().flat_map(|row| &row.cells) {
            assert_eq!(cell.text, *sources.text(cell.span), "the place of a cell is the cell");
        }
    }
    let long = &first.rows[19].cells[2];
    assert!(long.text.contains("招考工作经费：\n\n100000元。湖南才智"), "a cell of two paragraphs");
    assert_eq!(sources.location(long.span).line, 106);
    assert!(text.narrative && text.rows.len() > 60);
    let claim = text.rows.iter().find(|row| row.cells[4].text.contains("6462.78")).unwrap();
    assert_eq!(sources.location(claim.span).line, 5);
    let later = text.rows.iter().find(|row| row.cells[4].text.contains("占比达50.1%")).unwrap();
    assert_eq!(later.cells[1].text, "二、绩效目标完成情况");
}

#[test]
fn tables_with_tabs_between_their_cells_are_read_too() {
    let (sources, tables, _) = read("表1 预算\n单位：元\n名称\t金额\r\n甲\t1,000 \n\t5\n\n正文\t只有一行\n");
    assert_eq!(texts(&tables[0]), [["名称", "金额"], ["甲", "1,000"], ["", "5"]]);
    assert_eq!(tables[0].captions, ["单位：元", "表1 预算"]);
    assert_eq!(tables[0].name, "表1 预算");
    assert_eq!(sources.text(tables[0].rows[1].cells[1].span), "1,000");
    assert!(tables[1].narrative);
}

#[test]
fn a_last_cell_of_several_paragraphs_stays_in_its_table() {
    let text = "\t名称\n\t金额\n\t说明\n\n\t甲\n\t1\n\t第一段\n\n第二段\n\n\t乙\n\t2\n\t好\n\n结束\n";
    let (_, tables, _) = read(text);
    assert_eq!(texts(&tables[0]), [vec!["名称", "金额", "说明"], vec!["甲", "1", "第一段"]]);
    let text =
        "\t名称\n\t金额\n\t说明\n\n\t丙\n\t3\n\t无\n\n\t甲\n\t1\n\t第一段\n\n第二段\n\n\t乙\n\t2\n\t好\n\n结束\n";
    let (_, tables, _) = read(text);
    assert_eq!(tables[0].rows.len(), 4);
    assert_eq!(texts(&tables[0])[2][2], "第一段\n\n第二段");
    assert_eq!(tables.len(), 2);
}

#[test]
fn tab_indents_are_no_table_and_uneven_headers_are_said() {
    let (_, tables, report) = read("\t一、总体情况\n\n\t共3个。\n");
    assert!(report.is_empty());
    assert_eq!(tables.len(), 1);
    assert!(tables[0].narrative);
    let (_, _, report) = read("\t名称\n\t预算\n\t支出\n\n\t\n\ta\n\tb\n\tc\n\n\t甲\n\t1\n\t2\n\t3\n");
    assert_eq!(report.diagnostics()[0].code, Code::AmbiguousHeader);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_a_panic_and_in_place(text in "[\t\n\r 甲1。a]{0,80}") {
        let (sources, tables, _) = read(&text);
        for table in tables.iter().filter(|table| !table.narrative) {
            for cell in table.rows.iter().flat_map(|row| &row.cells) {
                assert_eq!(cell.text, *sources.text(cell.span));
            }
        }
    }
}

#[test]
fn drawn_tables_are_read_with_cells_of_several_lines() {
    let text = "+----+------+\n| 名称 | 金额 |\n+----+------+\n| 甲 | 1 |\n| 公司 |  |\n+----+------+\n| 乙 | 2 |\n+----+------+\n| 丙 | 3 |\n+----+------+\n";
    let (sources, tables, _) = read(text);
    assert_eq!(texts(&tables[0]), [["名称", "金额"], ["甲公司", "1"], ["乙", "2"], ["丙", "3"]]);
    let cell = &tables[0].rows[1].cells[0];
    assert!(sources.text(cell.span).starts_with("甲") && sources.text(cell.span).ends_with("公司"));
    let (_, tables, _) = read(" 名称 | 金额 \n------+------\n 甲 | 1\n 乙 | \n");
    assert_eq!(texts(&tables[0]), [["名称", "金额"], ["甲", "1"], ["乙", ""]]);
    let (_, tables, _) = read("甲方|乙方\n没有线的不是表\n");
    assert!(tables.iter().all(|table| table.narrative));
}

#[test]
fn columns_aligned_with_blanks_are_told_apart() {
    let text = "收款人          摘要        金额\n某某公司        办公 用品   1,000.00\n甲                                20\n乙              差旅               3\n";
    let (sources, tables, _) = read(text);
    assert_eq!(texts(&tables[0])[1..], [["某某公司", "办公 用品", "1,000.00"], ["甲", "", "20"], ["乙", "差旅", "3"]]);
    assert!(tables[0].rows.iter().flat_map(|row| &row.cells).all(|cell| cell.text == *sources.text(cell.span)));
    let prose = "甲方：某局        乙方：某公司\n地址：东街        地址：西街\n电话：无        电话：无\n";
    assert!(read(prose).1.iter().all(|table| table.narrative), "no column of numbers");
}
