//! Whole audits of two files in a folder.

use std::path::PathBuf;

use super::load;
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::Manifest;
use crate::facts::store::{Cell, Store};
use crate::schema::{Column, ColumnType, Precision, Relation, Schema};
use crate::source::{SourceMap, Span};
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
    let column =
        |name: &str, ty, doc: &str| Column { name: name.to_owned(), ty, doc: doc.to_owned(), span: Span::default() };
    let relation = |name: &str, columns| Relation {
        name: name.to_owned(),
        columns,
        key: vec![0],
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
    let folder = Folder::new(name, files);
    let mut map = SourceMap::new();
    let file = map.add("audit.toml", manifest).unwrap();
    let (manifest, complaints) = Manifest::read(&map, file);
    assert!(complaints.is_empty(), "{complaints:?}");
    let (store, report) = load(&mut map, &manifest, &schema(), &folder.0);
    (map, store, report.sorted())
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
    let summary = "[[project]]\nname = \"乙\"\n\"预算金额\" = \"1,234.5\"\n\"类型\" = \"x\"\n";
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
