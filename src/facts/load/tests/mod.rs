//! Whole audits of two files in a folder.

mod alike;
mod desk;
mod polluted;
mod random;
mod repeats;
mod shapes;

use std::path::PathBuf;

use super::{Means, load, load_with};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::Manifest;
use crate::facts::store::{Cell, Store, Table};
use crate::schema::{Column, ColumnType, Precision, Relation, Schema};
use crate::source::{FileId, SourceMap, Span};
use crate::value::{Reason, Unit};

/// A folder that is gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &[u8])]) -> Self {
        let dir = std::env::temp_dir().join(format!("gouji-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        for (file, bytes) in files {
            std::fs::write(dir.join(file), bytes).unwrap();
        }
        Self(dir)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(super) fn schema() -> Schema {
    let column = |name: &str, ty, doc: &str| Column {
        name: name.to_owned(),
        ty,
        doc: doc.to_owned(),
        headers: Vec::new(),
        part_of: None,
        is_share: false,
        span: Span::default(),
    };
    let relation = |name: &str, columns| Relation {
        name: name.to_owned(),
        columns,
        key: vec![0],
        totals: None,
        doc: String::new(),
        span: Span::default(),
    };
    let project = vec![
        column("name", ColumnType::Symbol, "项目名称，照原表"),
        column("category", ColumnType::Symbol, "项目类型"),
        column("budget", ColumnType::Money, "预算金额（总额）"),
        column("spent", ColumnType::Money, "支出金额"),
    ];
    let total = vec![column("item", ColumnType::Symbol, "项目名称"), column("amount", ColumnType::Money, "预算金额")];
    Schema { relations: vec![relation("project", project), relation("total", total)] }
}

fn run(name: &str, manifest: &str, files: &[(&str, &[u8])]) -> (SourceMap, Store, Vec<Diagnostic>) {
    run_with(&schema(), name, manifest, files)
}

/// Loads the files, as small ones and as large ones, which must come to the same.
fn run_with(
    schema: &Schema,
    name: &str,
    manifest: &str,
    files: &[(&str, &[u8])],
) -> (SourceMap, Store, Vec<Diagnostic>) {
    let folder = Folder::new(name, files);
    let mut map = SourceMap::new();
    let file = map.add("audit.toml", manifest).unwrap();
    let (manifest, complaints) = Manifest::read(&map, file);
    assert!(complaints.is_empty(), "{complaints:?}");
    let (store, report) = load(&mut map, &manifest, schema, &folder.0);
    for (threads, chunk) in [(7, 1), (2, 40), (1, 1 << 20)] {
        let mut other = SourceMap::new();
        other.add("audit.toml", map.file(FileId(0)).text()).unwrap();
        let (mut bulk, bulk_report) =
            load_with(&mut other, &manifest, schema, (&folder.0, Means { threads, large: 0, chunk }));
        assert_same((&map, &store), (&other, &bulk));
        bulk.settle_all(threads);
        assert_same((&map, &store), (&other, &bulk));
        assert_eq!(said(&bulk_report), said(&report), "the same is said of it");
    }
    (map, store, report.sorted())
}

fn said(report: &crate::diagnostic::Report) -> Vec<String> {
    let place = |one: &Diagnostic| format!("{:?} {} {:?}", one.code, one.message.zh, one.labels);
    let mut said: Vec<String> = report.diagnostics().iter().map(place).collect();
    // A file whose headers are not found is not read to its end when it is large.
    let unread = said.iter().any(|one| one.starts_with("UnknownHeader 在") || one.starts_with("UnknownTable"));
    said.retain(|one| !one.starts_with("LimitReached") || !unread);
    said.sort();
    said
}

/// Small files and large ones go different ways to the same store.
fn assert_same((map, one): (&SourceMap, &Store), (other_map, other): (&SourceMap, &Store)) {
    for (table, (left, right)) in one.tables.iter().zip(&other.tables).enumerate() {
        assert_eq!(left.rows, right.rows);
        for row in 0..left.rows {
            assert_eq!(left.row_span(map, row), right.row_span(other_map, row), "row {row}");
            for column in 0..left.columns.len() {
                assert_eq!(one.cell(map, table, row, column), other.cell(other_map, table, row, column));
                let (here, there) = (left.cell_span(map, row, column), right.cell_span(other_map, row, column));
                assert_eq!(here, there, "row {row} column {column}");
                let part = |table: &Table, map| table.part_span(map, row, column, 1..3);
                assert_eq!(part(left, map), part(right, other_map), "part of row {row} column {column}");
            }
        }
        for (left, right) in left.sources.iter().zip(&right.sources) {
            assert_eq!(
                (left.first_row, &left.table, &left.precision),
                (right.first_row, &right.table, &right.precision)
            );
            assert_eq!(left.headers, right.headers);
        }
    }
}

fn cells(map: &SourceMap, store: &Store, relation: usize, column: usize) -> Vec<String> {
    let shown = |row| match store.cell(map, relation, row, column) {
        Cell::Present(value) => value.to_string(),
        Cell::Blank => String::new(),
        Cell::Malformed(_) => format!("!{}", map.text(store.tables[relation].cell_span(map, row, column))),
    };
    (0..store.tables[relation].rows).map(shown).collect()
}

fn codes(complaints: &[Diagnostic]) -> Vec<Code> {
    complaints.iter().map(|one| one.code).collect()
}

#[test]
fn toml_records_of_two_files_are_one_relation() {
    let detail =
        "[[project]]\nname = \"甲\"\nbudget = 25.08\nspent = \"4,95\"\n[[total]]\nitem = \"合计\"\namount = 25.1\n";
    let summary = "[[project]]\nname = \"乙\"\n\"预算金额\" = \"1,234.5\"\n\"口径\" = \"x\"\n";
    let manifest = "unit = \"万元\"\n[relation.project]\n\
                    source = [{ file = \"a.toml\", table = \"T1\" }, { file = 'b.toml' }]\n[relation.total]\nsource = \"a.toml\"\n";
    let files: [(&str, &[u8]); 2] = [("a.toml", detail.as_bytes()), ("b.toml", summary.as_bytes())];
    let (map, store, complaints) = run("toml", manifest, &files);
    assert_eq!(cells(&map, &store, 0, 0), ["甲", "乙"]);
    assert_eq!(cells(&map, &store, 0, 2), ["250800", "12345000"]);
    assert_eq!(cells(&map, &store, 0, 3), ["!4,95", ""]);
    assert_eq!(cells(&map, &store, 0, 4), ["T1", "b.toml"]);
    assert_eq!(cells(&map, &store, 0, 6), ["1", "1"]);
    assert_eq!(cells(&map, &store, 1, 0), ["合计"], "a record is meant, whatever it is called");
    assert_eq!(store.cell(&map, 0, 0, 3), Cell::Malformed(Reason::MisplacedComma));
    assert_eq!(store.tables[0].precision(0, 2), Precision { scale: 2, unit: Unit::WanYuan });
    assert_eq!(store.tables[0].precision(1, 2), Precision { scale: 1, unit: Unit::WanYuan });
    let mut found = codes(&complaints);
    found.sort();
    assert_eq!(found, [Code::UnknownHeader, Code::UnknownHeader, Code::UnusedColumn, Code::MalformedCell]);
    assert_eq!(map.files().len(), 3, "a file that two relations use is read once");
}

#[test]
fn what_the_manifest_names_and_is_not_there() {
    let manifest = "[relation.projct]\nsource = \"a.toml\"\n[relation.project]\nsource = [\"none.toml\", \"a.xyz\", \".\", { file = \"a.toml\", pick = \"projct\" }]\n\
                    columns = { nmae = \"x\" }\n";
    let (_, _, complaints) = run("absent", manifest, &[("a.toml", b"[[project]]\nname = 1\n")]);
    let errors: Vec<Code> = codes(&complaints);
    for code in [Code::UnknownRelation, Code::UnknownColumn, Code::UnreadableFile, Code::UnknownTable] {
        assert!(errors.contains(&code), "{code:?} of {errors:?}");
    }
    assert_eq!(errors.len(), 6, "{errors:?}");
}

#[test]
fn a_header_that_no_source_has() {
    let manifest = "[relation.project]\nsource = \"a.toml\"\nunit = \"元\"\ncolumns = { budget = \"预算金客\", spent = \"支出金额\" }\n";
    let (map, _, complaints) =
        run("header", manifest, &[("a.toml", "[[p]]\nname = 1\n\"预算金额\" = 1\n\"支出金额\" = 2\n".as_bytes())]);
    let missing = complaints.iter().find(|one| one.code == Code::UnknownHeader && !one.fixes.is_empty()).unwrap();
    assert_eq!(map.text(missing.place().unwrap()), "预算金客");
    assert_eq!(missing.fixes[0].replacement, "预算金额");
}

#[test]
fn a_printed_table_with_title_unit_totals_and_two_levels() {
    let csv = "某局 2020 年支出表,,,\n,,,金额单位：万元\n项目名称,项目类型,预算金额,支出金额\n\
               甲,公共,\"1,200.50\",(3)\n乙,,４.５,—\n小计,,1205,\n丙,专项,3万元,1元\n项目名称,项目类型,预算金额,支出金额\n,,,\n合 计,,1208,x\n";
    let manifest = "[relation.project]\nsource = { file = \"a.csv\", table = \"T\" }\n\
                    columns.category = { header = \"项目类型\", fill = true }\n";
    let (map, store, complaints) = run("printed", manifest, &[("a.csv", csv.as_bytes())]);
    assert_eq!(cells(&map, &store, 0, 0), ["甲", "乙", "丙"]);
    assert_eq!(cells(&map, &store, 0, 1), ["公共", "公共", "专项"]);
    assert_eq!(cells(&map, &store, 0, 2), ["12005000", "45000", "30000"]);
    assert_eq!(cells(&map, &store, 0, 3), ["-30000", "", "1"]);
    assert_eq!(store.tables[0].precision(0, 2), Precision { scale: 2, unit: Unit::WanYuan });
    assert_eq!(store.tables[0].precision(0, 3), Precision { scale: 4, unit: Unit::WanYuan }, "1元 is 0.0001万元");
    assert_eq!(codes(&complaints), [Code::RowsSkipped, Code::RowsSkipped], "{complaints:#?}");
    let profile = &crate::facts::profile(&store, &schema(), &map)[0];
    assert_eq!((profile.rows, profile.sources[0].rows), (3, 3));
    let spent = &profile.columns[3];
    assert_eq!((spent.present, spent.blank, spent.malformed), (2, 1, 0));
    assert_eq!(spent.least.as_ref().map(ToString::to_string), Some("-30000".to_owned()));
    assert_eq!(spent.headers, ["支出金额"]);
    assert_eq!(profile.columns[1].different, Some(2));
}

#[test]
fn totals_may_be_rows_of_another_relation() {
    let csv = "项目名称,预算金额（元）\n甲,1\n合计,1\n";
    let manifest = "[relation.project]\nsource = { file = \"a.csv\", totals = \"total\" }\n";
    let (map, store, _) = run("totals", manifest, &[("a.csv", csv.as_bytes())]);
    assert_eq!(cells(&map, &store, 0, 0), ["甲"]);
    assert_eq!(cells(&map, &store, 1, 0), ["合计"]);
    assert_eq!(cells(&map, &store, 1, 1), ["1"]);
}

#[test]
fn totals_go_where_the_declaration_says_with_the_word_for_what_they_are() {
    let csv = "序号,项目名称,预算金额,支出金额\n1,甲,1.5,1\n2,乙,2,\n合计,,3.5,1\n";
    let folder = Folder::new("declared-totals", &[("a.csv", csv.as_bytes())]);
    let mut schema = schema();
    schema.relations[0].totals = Some("sums".to_owned());
    let shared = |name: &str| schema.relations[0].columns.iter().find(|column| column.name == name).cloned();
    let word = Column { name: "what".to_owned(), ..shared("name").unwrap() };
    let columns = vec![word, shared("spent").unwrap(), shared("budget").unwrap()];
    let sums = Relation { name: "sums".to_owned(), columns, totals: None, ..schema.relations[1].clone() };
    schema.relations.push(sums);
    let manifest = "unit = \"元\"\n[relation.project]\nsource = { file = \"a.csv\", table = \"T\" }\n";
    let mut map = SourceMap::new();
    let file = map.add("audit.toml", manifest).unwrap();
    let (manifest, _) = Manifest::read(&map, file);
    let (store, report) = load(&mut map, &manifest, &schema, &folder.0);
    assert!(!codes(report.diagnostics()).contains(&Code::RowsSkipped), "{report:?}");
    assert_eq!(cells(&map, &store, 0, 0), ["甲", "乙"]);
    let sums: Vec<_> = (0..4).map(|column| cells(&map, &store, 2, column)).collect();
    assert_eq!(sums, [["合计"], ["1"], ["3.5"], ["T"]]);
    assert_eq!(map.text(store.tables[2].cell_span(&map, 0, 0)), "合计");
    assert_eq!(map.text(store.tables[2].cell_span(&map, 0, 2)), "3.5");
}

#[test]
fn two_columns_of_one_name_are_refused_and_the_unit_must_be_said() {
    let csv = "项目名称,预算金额,预算金额\n甲,1,2\n";
    let manifest = "[relation.project]\nsource = \"a.csv\"\ncolumns.budget = \"预算金额\"\n[relation.total]\nsource = \"a.csv\"\n\
                    columns.amount.position = \"C\"\n";
    let (map, store, complaints) = run("two", manifest, &[("a.csv", csv.as_bytes())]);
    assert_eq!(cells(&map, &store, 0, 2), [""]);
    assert_eq!(cells(&map, &store, 1, 1), ["2"]);
    assert!(codes(&complaints).contains(&Code::AmbiguousHeader));
    assert!(codes(&complaints).contains(&Code::Doubtful), "no unit: {complaints:#?}");
}

#[test]
fn gb18030_is_found_out_and_said() {
    let (bytes, _, _) = encoding_rs::GB18030.encode("项目名称\t预算金额(元)\r\n甲\t1\r\n乙\t2.50\r\n");
    let manifest = "[relation.project]\nsource = \"a.csv\"\n";
    let (map, store, complaints) = run("gb", manifest, &[("a.csv", &bytes)]);
    assert_eq!(cells(&map, &store, 0, 0), ["甲", "乙"]);
    assert_eq!(cells(&map, &store, 0, 2), ["1.00", "2.50"]);
    assert!(codes(&complaints).contains(&Code::EncodingGuessed));
}

#[test]
fn no_row_has_headers() {
    let manifest = "[relation.project]\nsource = \"a.csv\"\n[relation.total]\nsource = { file = \"a.csv\", header = false, unit = \"元\" }\n";
    let (map, store, complaints) = run("none", manifest, &[("a.csv", "x,1\ny,2\n".as_bytes())]);
    assert_eq!(codes(&complaints), [Code::UnknownHeader]);
    assert_eq!(cells(&map, &store, 1, 1), ["1", "2"], "without headers columns go by position");
}

#[test]
fn a_star_names_several_files() {
    let file = |name: &str| format!("项目名称,预算金额（元）\n{name},1\n");
    let (one, two) = (file("甲"), file("乙"));
    let files = [("1月.csv", one.as_bytes()), ("2月.csv", two.as_bytes()), ("2月.txt", b"x")];
    let manifest = "[relation.project]\nsource = \"*月.csv\"\n[relation.total]\nsource = \"*.ods\"\n";
    let (map, store, complaints) = run("star", manifest, &files);
    assert_eq!(cells(&map, &store, 0, 0), ["甲", "乙"]);
    assert_eq!(cells(&map, &store, 0, 4), ["1月.csv", "2月.csv"]);
    assert_eq!(complaints.iter().filter(|one| one.code == Code::UnreadableFile).count(), 1);
}

#[test]
fn absurd_files_are_bounded() {
    let wide: String =
        (0..20_000).map(|at| format!("列{at},")).collect::<String>() + "\n" + &"1,".repeat(20_000) + "\n";
    let commas = ",".repeat(200_000);
    let long = format!("项目名称,预算金额（元）\n{},5\n", "甲".repeat(400_000));
    let quotes = "项目名称,预算金额（元）\n".to_owned() + &"\"甲,5\n".repeat(300);
    let nul = "a\0b,c\n".repeat(10);
    let manifest = "[relation.project]\nsource = \"a.csv\"\n";
    for (text, rows, said) in [
        (wide.as_str(), 0, Code::UnknownHeader),
        (&commas, 0, Code::UnknownTable),
        (&long, 1, Code::UnknownHeader),
        (&quotes, 300, Code::UnclosedString),
        (&nul, 0, Code::UnknownHeader),
        ("", 0, Code::UnknownTable),
    ] {
        let (_, store, complaints) = run("absurd", manifest, &[("a.csv", text.as_bytes())]);
        assert_eq!(store.tables[0].rows, rows);
        assert!(codes(&complaints).contains(&said), "{complaints:?}");
    }
}

#[test]
fn absurd_records_and_manifests_are_bounded() {
    let deep = format!("a = {}", "[".repeat(50_000));
    let path = format!("[a{}]\nx = 1\n", ".a".repeat(50_000));
    for text in
        [deep.as_str(), &path, "\0", "\u{feff}[[project]]\nname = 1\n", "[[project]]\n[[project.project]]\nname = 1\n"]
    {
        let mut map = SourceMap::new();
        let file = map.add("audit.toml", text).unwrap();
        let (manifest, _) = Manifest::read(&map, file);
        assert!(manifest.relations.is_empty());
        run("records", "[relation.project]\nsource = \"a.toml\"\n", &[("a.toml", text.as_bytes())]);
    }
}

#[test]
fn a_file_without_a_single_column_of_the_relation_is_refused() {
    for (file, text) in [
        ("a.md", "| a | b |\n|---|---|\n| 1 | 2 |\n"),
        ("a.toml", "[[project]]\nfoo = 1\n"),
        ("a.html", "<p>项目名称</p>"),
    ] {
        let manifest = format!("[relation.project]\nsource = \"{file}\"\n");
        let (_, store, complaints) = run("no-column", &manifest, &[(file, text.as_bytes())]);
        assert_eq!(store.tables[0].rows, 0, "{file}");
        assert!(complaints.iter().any(|one| one.severity == crate::diagnostic::Severity::Error), "{complaints:?}");
    }
}

/// Files from 8 MiB on go another way; every test here, and those of `random`, compare the two.
#[test]
fn large_files_have_tables_totals_and_units_too() {
    let row = |at: usize| format!("项目{at},类,{at}.5,{at}\n");
    let rows: String = (1..=1500).map(row).collect();
    let csv = format!(
        "支出表\n项目名称,项目类型,预算金额,支出金额\n,,万元,元\n{rows}合计,,3,\n\n附表二\n项目名称,预算金额（元）,支出金额（元）,备注\n末,2,3,x\n\n末二,4,5,\n小计,6,8,\n"
    );
    let mut schema = schema();
    schema.relations[0].totals = Some("total".to_owned());
    let manifest = "[relation.project]\nsource = [{ file = \"a.csv\", pick = 1, table = \"T1\" }, { file = \"a.csv\", pick = 2, table = \"T2\" }]\n";
    let (map, store, complaints) = run_with(&schema, "large", manifest, &[("a.csv", csv.as_bytes())]);
    let budgets = cells(&map, &store, 0, 2);
    assert_eq!((budgets.len(), &*budgets[0], &*budgets[1499]), (1502, "15000", "15005000"));
    assert_eq!(&budgets[1500..], ["2", "4"]);
    assert_eq!((&*cells(&map, &store, 0, 3)[1499], &*cells(&map, &store, 0, 4)[1500]), ("1500", "T2"));
    assert_eq!(cells(&map, &store, 1, 0), ["合计", "小计"]);
    assert_eq!(cells(&map, &store, 1, 1), ["30000", "6"]);
    assert_eq!(map.text(store.tables[1].cell_span(&map, 1, 1)), "6");
    assert_eq!(store.tables[0].source(0).headers[3].as_deref(), Some("支出金额（元）"));
    let errors = complaints.iter().filter(|one| one.severity > crate::diagnostic::Severity::Note);
    assert_eq!(errors.count(), 0, "{complaints:#?}");
}

#[test]
fn headers_far_down_are_found_where_the_manifest_says() {
    let above = "说明,一,二\n".repeat(300);
    let csv = format!("{above}项目名称,预算金额（元）\n甲,1\n");
    let check = |source: &str, csv: &str| {
        let manifest = format!("[relation.project]\nsource = {{ file = \"a.csv\", {source} }}\n");
        let (map, store, _) = run("far", &manifest, &[("a.csv", csv.as_bytes())]);
        assert_eq!(cells(&map, &store, 0, 2), ["1"], "{source}");
    };
    for source in ["header = 301", "skip = 300", "skip = 200, header = 101"] {
        check(source, &csv);
    }
    // Empty lines count, as they do for whoever looks at the file.
    let apart = "\r\n表\r\n\r\n\r\n类别,b\r\n\r\n项目名称,预算金额（元）\r\n\r\n甲,1\r\n";
    for source in ["header = 7", "skip = 5", "skip = 6", "skip = 2, header = 5"] {
        check(source, apart);
    }
}

#[test]
fn a_large_file_that_changes_is_told_and_nothing_of_it_is_made_up() {
    let csv = "项目名称,预算金额（元）\n甲,1\n乙,2\n".as_bytes();
    let folder = Folder::new("changes", &[("p.csv", csv)]);
    let mut map = SourceMap::new();
    let file = map.add("audit.toml", "[relation.project]\nsource = \"p.csv\"\n").unwrap();
    let (manifest, _) = Manifest::read(&map, file);
    let means = Means { threads: 2, large: 0, chunk: 8 };
    let (store, report) = load_with(&mut map, &manifest, &schema(), (&folder.0, means));
    assert!(!report.has_errors() && super::changed(&map).is_empty(), "{report:?}");
    std::fs::write(folder.0.join("p.csv"), "项目名称,预算金额（元）\n丙,33\n").unwrap();
    let told = super::changed(&map);
    assert!(matches!(&told[..], [one] if one.code == Code::UnreadableFile), "{told:?}");
    for (row, was) in [(0, "甲,1"), (1, "乙,2")] {
        let shown = map.text(store.tables[0].row_span(&map, row)).into_owned();
        assert!(["", was].contains(&&*shown), "what was read, or nothing: {shown:?}");
    }
}
