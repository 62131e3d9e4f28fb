//! SQLite and Parquet: read with the cargo features of these names, refused with a word on how without.

use std::fs;

use crate::support::{folder, gouji};

const RELATION: &str = "
.decl project(
  /// 项目名称
  name: symbol,
  /// 预算金额
  budget: money,
  /// 支出金额
  spent: money
)
.input project
";
const CARD: &str = r#"
language = 1
[[rule]]
code = "SJ-1"
title = "超预算"
severity = "error"
when = 'p in project, p.spent > p.budget'
message = "“{p.name}”支出 {p.spent}，预算 {p.budget}"
labels = [{ at = "p.spent", text = "支出" }]
"#;

/// What the binary says of a folder with that file in it; the relation takes its first table, in 元.
fn check(file: &str, source: &str, bytes: Option<&[u8]>) -> (String, Option<i32>) {
    let dir = folder(&format!("databases-{file}"));
    let manifest =
        format!("rules = [\"./own.toml\", \"./own.dl\"]\n[relation.project]\nunit = \"元\"\nsource = {source}\n");
    for (name, text) in [("audit.toml", manifest.as_str()), ("own.dl", RELATION), ("own.toml", CARD)] {
        fs::write(dir.join(name), text).unwrap();
    }
    if let Some(bytes) = bytes {
        fs::write(dir.join(file), bytes).unwrap();
    }
    #[cfg(feature = "sqlite")]
    if bytes.is_none() {
        let made = rusqlite::Connection::open(dir.join(file)).unwrap();
        let sql = "CREATE TABLE 别的(x); CREATE TABLE 支出(项目名称 TEXT, 预算金额 NUMERIC, 支出金额 REAL);
                   INSERT INTO 支出(rowid, 项目名称, 预算金额, 支出金额) VALUES (5, '甲', 25.08, 25.08), (7, '乙', 3, 3.01), (8, '丙', 1, NULL);";
        made.execute_batch(sql).unwrap();
    }
    let output = gouji(&["check", dir.to_str().unwrap(), "--lang", "zh"]);
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (said, output.status.code())
}

#[cfg(feature = "sqlite")]
#[test]
fn a_finding_in_a_database_says_its_table_rowid_and_column() {
    let (said, code) = check("账.db", "{ file = \"账.db\", sheet = \"支出\" }", None);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("“乙”支出 3.01元，预算 3元") && said.contains("支出[7].支出金额"), "{said}");
    assert!(!said.contains("“甲”") && !said.contains("“丙”"), "{said}");
    let (said, _) = check(
        "账.db",
        "{ file = \"账.db\", query = \"SELECT 项目名称, 预算金额, 支出金额 * 2 AS 支出金额 FROM 支出\" }",
        None,
    );
    assert!(said.contains("“甲”支出 50.16元") && said.contains("“乙”支出 6.02元"), "{said}");
}

#[cfg(feature = "parquet")]
#[test]
fn a_finding_in_parquet_says_its_row_and_column() {
    let bytes = fs::read("tests/files/各种类型.parquet").unwrap();
    let (said, code) = check("表.parquet", "\"表.parquet\"", Some(&bytes));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("支出 100000000000000000000元，预算 -0.01元") && said.contains("[2].支出金额"), "{said}");
}

#[cfg(not(feature = "sqlite"))]
#[test]
fn a_build_without_sqlite_says_what_to_do() {
    let (said, code) = check("账.db", "\"账.db\"", Some(b"SQLite format 3\0"));
    assert_eq!(code, Some(2), "nothing was checked: {said}");
    assert!(said.contains("not-built-in") && said.contains("账.db") && said.contains("--features sqlite"), "{said}");
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_parquet_says_what_to_do() {
    let (said, code) = check("表.parquet", "\"表.parquet\"", Some(b"PAR1"));
    assert_eq!(code, Some(2), "nothing was checked: {said}");
    assert!(
        said.contains("not-built-in") && said.contains("表.parquet") && said.contains("--features parquet"),
        "{said}"
    );
}
