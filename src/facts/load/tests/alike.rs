//! Headers that no declaration lists, but that are about the same.

use super::{Code, run};

/// What is loaded from a file of these lines: the budgets, what is spent, and what is said of headers.
fn loaded(name: &str, csv: &str) -> (Vec<String>, Vec<String>, Vec<(Code, String)>) {
    let manifest = "unit = \"元\"\n[relation.project]\nsource = [{ file = \"f.csv\" }]\n";
    let (sources, store, said) = run(name, manifest, &[("f.csv", csv.as_bytes())]);
    let table = &store.tables[0];
    let cells = |column: usize| {
        let cell = |row| sources.text(table.cell_span(&sources, row, column)).into_owned();
        (0..table.rows).map(cell).collect::<Vec<_>>()
    };
    let of_headers = [Code::Doubtful, Code::UnusedColumn, Code::UnknownHeader, Code::AmbiguousHeader];
    let said = said.into_iter().filter(|one| of_headers.contains(&one.code));
    (cells(2), cells(3), said.map(|one| (one.code, one.message.zh)).collect())
}

#[test]
fn a_header_about_the_same_is_taken_and_said() {
    let (budgets, spent, said) = loaded("alike", "项目,2024年度预算数/万元,本年支出额\n甲,12,7元\n乙,30,8元\n");
    assert_eq!((budgets, spent), (vec!["12".to_owned(), "30".to_owned()], vec!["7元".to_owned(), "8元".to_owned()]));
    let told = "f.csv 有的表头不是声明里的叫法，按意思对上：“2024年度预算数/万元” → budget、“本年支出额” → spent";
    assert!(said.contains(&(Code::Doubtful, told.to_owned())), "{said:?}");
}

#[test]
fn a_header_that_is_listed_comes_before_one_that_is_only_alike() {
    let (budgets, _, said) = loaded("listed", "项目名称,项目预算,预算金额\n甲,12,7\n");
    assert_eq!(budgets, ["7"]);
    assert!(said.iter().any(|(code, message)| *code == Code::UnusedColumn && message.contains("项目预算")), "{said:?}");
}

#[test]
fn of_two_that_are_alike_none_is_taken() {
    let (budgets, _, said) = loaded("two", "项目名称,项目预算,预算安排数\n甲,12,7\n");
    assert_eq!(budgets, [""]);
    assert!(said.iter().any(|(code, message)| *code == Code::UnusedColumn && message.contains("项目预算、预算安排数")));
}

#[test]
fn texts_are_no_amounts_and_numbers_no_texts() {
    let (_, spent, said) = loaded("texts", "项目名称,预算金额,项目支出\n甲,12,会议\n乙,13,培训\n");
    assert_eq!(spent, ["", ""]);
    assert!(said.iter().any(|(code, _)| *code == Code::UnusedColumn), "{said:?}");
}

#[test]
fn a_column_of_last_year_is_not_this_year_s() {
    let (budgets, spent, _) = loaded("years", "项目名称,2023年支出金额,2024年预算金额\n甲,12,7\n");
    assert_eq!((budgets, spent), (vec!["7".to_owned()], vec![String::new()]));
    let levels = "项目名称,上年,,本年\n,人数,支出金额,预算金额\n甲,3,12,7\n";
    let (budgets, spent, _) = loaded("levels", levels);
    assert_eq!((budgets, spent), (vec!["7".to_owned()], vec![String::new()]));
}

#[test]
fn traditional_headers_are_read_and_said() {
    let (budgets, spent, said) = loaded("traditional", "項目名稱,預算（萬元）,支出數\n甲,12,7\n乙,30,8\n");
    assert_eq!((budgets, spent), (vec!["12".to_owned(), "30".to_owned()], vec!["7".to_owned(), "8".to_owned()]));
    let told =
        "f.csv 有的表头不是声明里的叫法，按意思对上：“項目名稱” → name、“預算（萬元）” → budget、“支出數” → spent";
    assert!(said.contains(&(Code::Doubtful, told.to_owned())), "{said:?}");
}
