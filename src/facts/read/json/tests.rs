use super::super::raw::RawTable;
use super::{document, lines};
use crate::diagnostic::{Code, Report};
use crate::source::SourceMap;

fn read(text: &str) -> (SourceMap, Vec<RawTable>, Report) {
    with(text, document)
}

fn with(
    text: &str,
    reader: fn(&crate::source::SourceFile, &mut Report) -> Vec<RawTable>,
) -> (SourceMap, Vec<RawTable>, Report) {
    let mut sources = SourceMap::new();
    let file = sources.add("a.json", text).unwrap();
    let mut report = Report::new();
    let tables = reader(sources.file(file), &mut report);
    (sources, tables, report)
}

fn texts(table: &RawTable) -> Vec<Vec<&str>> {
    table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect()
}

#[test]
fn arrays_of_objects_are_tables_with_paths() {
    let text = r#"{"title": "甲", "data": {"items": [
        {"name": "关工委\n\"经费\"", "amount": 25.0800, "org": {"code": 1e3}},
        {"amount": null, "名 称": true, "lines": [{"n": 1}, {"n": 2}], "tags": [1, 2]}]}}"#;
    let (sources, tables, report) = read(text);
    assert!(report.is_empty(), "{report:?}");
    assert_eq!(tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["data.items", "data.items.lines"]);
    assert_eq!(
        texts(&tables[0]),
        [
            ["name", "amount", "org.code", "名 称", "tags"],
            ["关工委\n\"经费\"", "25.0800", "1000", "", ""],
            ["", "", "", "true", "[1, 2]"],
        ]
    );
    assert_eq!(texts(&tables[1]), [["n"], ["1"], ["2"]]);
    let cell = &tables[0].rows[1].cells[0];
    assert_eq!(cell.address().written().as_deref(), Some("$.data.items[0].name"));
    assert_eq!(sources.text(cell.span), r#"关工委\n\"经费\""#);
    assert_eq!(cell.shifts(), [(0, 0), (10, 11), (11, 13), (18, 21)]);
    assert_eq!(tables[0].rows[2].cells[3].address().written().as_deref(), Some("$.data.items[1][\"名 称\"]"));
    assert!(tables[0].rows[2].cells[1].absent, "null");
    assert_eq!(tables[1].rows[2].cells[0].address().written().as_deref(), Some("$.data.items[1].lines[1].n"));
}

#[test]
fn other_shapes() {
    assert_eq!(texts(&read(r#"[{"a": 1}, {"b": 2}]"#).1[0]), [["a", "b"], ["1", ""], ["", "2"]]);
    let (_, tables, _) = read(r#"[["名称", "金额"], ["甲", 1]]"#);
    assert_eq!((texts(&tables[0]), tables[0].header_rows), (vec![vec!["名称", "金额"], vec!["甲", "1"]], None));
    assert_eq!(texts(&read(r#"{"name": "甲", "amount": 3}"#).1[0]), [["name", "amount"], ["甲", "3"]]);
    let (sources, tables, report) = read(r#"[{"a": 1, "b": null, "a": 2, "b": 3}]"#);
    assert_eq!(texts(&tables[0])[1], ["2", "3"]);
    let [twice] = report.diagnostics() else { panic!("{report:?}") };
    assert_eq!((twice.code, &*sources.text(twice.labels[0].span)), (Code::Doubtful, "2"));
    assert!(twice.message.zh.starts_with("有 2 处"));
    assert!(read("[]").1.is_empty());
    assert!(read("3").1.is_empty());
}

#[test]
fn a_fault_is_said_and_what_stands_before_it_is_kept() {
    for (text, at) in [
        (r#"[{"a": 1}, {"a": }]"#, "}]"),
        (r#"[{"a": 1}, {"a": 01x}]"#, "x"),
        (r#"[{"a": 1}, {'a': 1}]"#, "'"),
        (r#"[{"a": 1}, {"a": NaN}]"#, "NaN"),
        (r#"[{"a": 1}, {"a": 1.}]"#, "1.}"),
        (r#"[{"a": 1}, {"a": "\q"}]"#, "\\q"),
        (r#"[{"a": 1}, {"a": "}]"#, "\"}]"),
        (r#"[{"a": 1}, "#, ""),
        (r#"[{"a": 1}] x"#, "x"),
    ] {
        let (sources, tables, report) = read(text);
        assert_eq!(texts(&tables[0])[1][0], "1", "{text}");
        let [diagnostic] = report.diagnostics() else { panic!("{text}: {report:?}") };
        let place = diagnostic.place().unwrap();
        assert!(
            text[place.start() as usize..].starts_with(at) && diagnostic.code == Code::BrokenFile,
            "{text}: {place:?}"
        );
        let _ = sources;
    }
    let (_, _, report) = read(&"[".repeat(1_000_000));
    assert_eq!(report.diagnostics()[0].code, Code::LimitReached);
    assert!(!read("").2.is_empty());
}

#[test]
fn lines_are_rows_and_wrong_ones_are_counted() {
    let text = "{\"name\":\"甲\",\"amount\":1}\n\n{\"name\":\n{\"amount\":2}\n";
    let (sources, tables, report) = with(text, lines);
    assert_eq!(texts(&tables[0]), [["name", "amount"], ["甲", "1"], ["", "2"]]);
    assert_eq!(sources.location(tables[0].rows[2].span).line, 4);
    let codes: Vec<Code> = report.diagnostics().iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, [Code::BrokenFile, Code::RowsSkipped]);
}

proptest::proptest! {
    #[test]
    fn any_text_is_read_without_a_panic(text in "[\\[\\]{}:,\" \\\\un甲1e.-]{0,60}") {
        read(&text);
        with(&text, lines);
    }

    #[test]
    fn what_serde_writes_is_read_back(strings in proptest::collection::vec(".*", 1..5)) {
        let rows: Vec<serde_json::Value> = strings.iter().map(|text| serde_json::json!({ "a": text })).collect();
        let (_, tables, report) = read(&serde_json::to_string(&rows).unwrap());
        proptest::prop_assert!(report.is_empty());
        let read: Vec<&str> = tables[0].rows[1..].iter().map(|row| row.cells[0].text.as_str()).collect();
        proptest::prop_assert_eq!(read, strings);
    }
}
