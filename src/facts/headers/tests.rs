//! Headers of tables as people lay them out.

use super::{Header, Index, SourceSpec, find};
use crate::facts::read::raw::{RawCell, RawRow, RawTable};
use crate::source::Span;

fn table(rows: &[&[&str]]) -> RawTable {
    let cell = |text: &&str| RawCell::new(*text, Span::default());
    let row = |row: &&[&str]| RawRow { cells: row.iter().map(cell).collect(), ..RawRow::default() };
    RawTable { rows: rows.iter().map(row).collect(), ..RawTable::default() }
}

fn wanted(names: &[&str]) -> Vec<Vec<String>> {
    names.iter().map(|name| vec![(*name).to_owned()]).collect()
}

#[test]
fn headers_are_found_below_a_title() {
    let table = table(&[
        &["某局预算表", "", ""],
        &["单位：万元"],
        &["项目名称", "类别", "预算 金额（万元）"],
        &["甲", "乙", "3"],
    ]);
    let headers = find(&table, &SourceSpec::default(), &wanted(&["项目名称", "预算金额"])).unwrap();
    assert_eq!(headers.rows, 2..3);
    assert_eq!(Index::new(&headers.columns).find("预算金额"), [2]);
}

#[test]
fn two_levels_are_one_path() {
    let table = table(&[
        &["项目名称", "预算金额", "", "支出金额", ""],
        &["", "指标总额", "其中：区级资金", "支出总额", "其中：区级资金"],
        &["甲", "1", "2", "3", "4"],
    ]);
    let wanted = wanted(&["项目名称", "预算金额/指标总额", "支出金额/其中:区级资金"]);
    let headers = find(&table, &SourceSpec::default(), &wanted).unwrap();
    assert_eq!(headers.rows, 0..2);
    let printed: Vec<String> = headers.columns.iter().map(Header::printed).collect();
    assert_eq!(
        printed,
        ["项目名称", "预算金额/指标总额", "预算金额/其中：区级资金", "支出金额/支出总额", "支出金额/其中：区级资金"]
    );
    let index = Index::new(&headers.columns);
    assert_eq!(index.find("支出金额/其中:区级资金"), [4]);
    assert_eq!(index.find("支出总额"), [3]);
    assert_eq!(index.find("其中：区级资金"), [2, 4], "both, for the caller to refuse");
}

#[test]
fn a_part_stands_right_of_its_whole() {
    let header = |text: &str| Header { levels: vec![text.to_owned()], ..Header::default() };
    let columns = ["名称", "预算数", "其中：中央", "其中：区级（万元）", "支出数", "其中：区级", "说明"].map(header);
    let headers = super::Headers { columns: columns.to_vec(), ..super::Headers::default() };
    let names = ["其中：县级".to_owned(), "其中:区级".to_owned()];
    assert_eq!(
        [0, 1, 2, 4, 5, 6].map(|whole| headers.part(whole, &names)),
        [None, Some(3), Some(3), Some(5), None, None]
    );
}
