use proptest::prelude::*;

use super::part::{Job, Lines};
use super::plain::Plain;
use super::{Dialect, Wanted, parts, read, read_pieces};
use crate::diagnostic::Report;
use crate::facts::store::builder::StoreBuilder;
use crate::facts::store::{Cell, Data, Store};
use crate::schema::{Column, ColumnType, Relation, Schema};
use crate::source::{FileId, Pieces, SourceMap, Span};
use crate::value::Value;

fn schema(types: &[ColumnType]) -> Schema {
    let column = |(at, ty): (usize, &ColumnType)| Column {
        name: format!("c{at}"),
        ty: *ty,
        doc: String::new(),
        headers: Vec::new(),
        part_of: None,
        is_share: false,
        span: Span::default(),
    };
    let relation = Relation {
        name: "r".to_owned(),
        columns: types.iter().enumerate().map(column).collect(),
        key: Vec::new(),
        totals: None,
        doc: String::new(),
        span: Span::default(),
    };
    Schema { relations: vec![relation] }
}

fn load(text: &str, types: &[ColumnType], options: &[(&str, &str)]) -> (SourceMap, Store, Report) {
    let schema = schema(types);
    let mut map = SourceMap::new();
    let file = map.add("r.facts", text).unwrap();
    let options: Vec<_> = options.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let dialect = Dialect::new(&options, types.len());
    let mut builder = StoreBuilder::new(&schema);
    let wanted = Wanted { relation: &schema.relations[0], at: 0, dialect: &dialect, asked: &[], threads: 2 };
    let report = read(&map, file, &wanted, &mut builder);
    let store = builder.finish(|_| "r.facts".to_owned());
    (map, store, report)
}

fn row(map: &SourceMap, store: &Store, row: u32, width: usize) -> Vec<Value> {
    let value = |column| match store.cell(map, 0, row, column) {
        Cell::Present(value) => value,
        other => panic!("{other:?}"),
    };
    (0..width).map(value).collect()
}

#[test]
fn cells_have_values_and_places() {
    use ColumnType::{Decimal, Number, Symbol};
    let (map, store, report) = load("a \t-12\t0.50\r\n\t0x1f\t3\n", &[Symbol, Number, Decimal], &[]);
    assert!(report.is_empty(), "{report:?}");
    let decimal = |text: &str| Value::Decimal(crate::value::Decimal::from_str_exact(text).unwrap());
    assert_eq!(row(&map, &store, 0, 3), [Value::symbol("a "), Value::Number(-12), decimal("0.50")]);
    assert_eq!(row(&map, &store, 1, 3), [Value::symbol(""), Value::Number(31), decimal("3")]);
    assert_eq!(store.tables[0].precision(0, 2).scale, 2);
    let shown = |row, column| map.text(store.tables[0].cell_span(&map, row, column)).into_owned();
    assert_eq!([shown(0, 0), shown(0, 2), shown(1, 1)], ["a ", "0.50", "0x1f"]);
    assert_eq!(map.text(store.tables[0].row_span(&map, 0)), "a \t-12\t0.50");
}

#[test]
fn options_say_how_lines_are_cut() {
    use ColumnType::{Number, Symbol};
    let options = [("delimiter", ","), ("headers", "true"), ("rfc4180", "true"), ("columns", "2:0")];
    let (map, store, report) = load("x,y,z\n7,b,\"c,\"\"d\"\n", &[Symbol, Number], &options);
    assert!(report.is_empty(), "{report:?}");
    assert_eq!(row(&map, &store, 0, 2), [Value::symbol("c,\"d"), Value::Number(7)]);
    assert_eq!(map.text(store.tables[0].cell_span(&map, 0, 1)), "7");
}

#[test]
fn every_wrong_line_is_counted_and_the_first_are_shown() {
    let text: String = (0..30).map(|at| if at % 2 == 0 { format!("{at}\n") } else { format!("x{at}\n") }).collect();
    let (map, _, report) = load(&text, &[ColumnType::Number], &[]);
    assert_eq!(report.diagnostics().len(), 15);
    let places = report.diagnostics().iter().map(|one| map.text(one.labels[0].span).into_owned());
    assert_eq!(places.take(2).collect::<Vec<_>>(), ["x1", "x3"]);
    let (_, _, report) = load(&"x\n".repeat(50), &[ColumnType::Number], &[]);
    assert_eq!(report.diagnostics().len(), super::SHOWN + 1, "the rest in one sentence");
    let (_, _, report) = load("1\t2\n3\n", &[ColumnType::Number, ColumnType::Number], &[]);
    assert_eq!(report.diagnostics().len(), 1, "a line that is too short");
}

proptest! {
    /// However a text is cut into parts, the same lines are read, with the same complaints.
    #[test]
    fn parts_leave_no_trace(
        text in "([a-c0-9.\\-]{0,3}[,\\[\\]\r]?[0-9]{0,3}\"?\n?){0,12}",
        size in 1_usize..20,
        quoted: bool,
    ) {
        let schema = schema(&[ColumnType::Symbol, ColumnType::Number]);
        let mut map = SourceMap::new();
        let file: FileId = map.add("r.facts", text.as_str()).unwrap();
        let options = [("delimiter".to_owned(), ",".to_owned()), ("rfc4180".to_owned(), quoted.to_string())];
        let dialect = Dialect::new(&options, 2);
        let lines = |range| Lines { text: &text, range, file: Some(map.file(file)) };
        let job = Job::new(&schema.relations[0], &dialect, &[]);
        let parts = parts(&text, &dialect, size);
        prop_assert_eq!(parts.iter().map(|part| &text[part.clone()]).collect::<String>(), text.clone());
        let whole = job.read(&lines(0..text.len()));
        let read: Vec<_> = parts.iter().map(|part| job.read(&lines(part.clone()))).collect();
        let starts: Vec<u32> = read.iter().flat_map(|part| part.rows.starts().to_vec()).collect();
        prop_assert_eq!(starts.as_slice(), whole.rows.starts());
        prop_assert_eq!(read.iter().map(|part| part.wrong).sum::<usize>(), whole.wrong);
    }

    /// Lines that are cut together and read column by column are read as lines are one by one.
    #[test]
    fn plain_lines_are_read_as_others_are(
        cells in proptest::collection::vec(("-?[0-9]{0,20}", ".{0}|[.][0-9]{1,6}|[a甲.\\-]", "[,\n]|,|\n|\r\n|\r"), 0..60),
        number in 0_usize..3,
        width in 1_usize..4,
    ) {
        let types = [ColumnType::Symbol, ColumnType::Number, ColumnType::Decimal];
        let types: Vec<ColumnType> = (number..number + width).map(|at| types[at % 3]).collect();
        let text: String = cells.into_iter().map(|(a, b, c)| a + &b + &c).collect();
        let comma = ("delimiter", ",");
        let dialect = Dialect::new(&[("delimiter".to_owned(), ",".to_owned())], width);
        prop_assert!(Plain::new(&dialect, types.iter().copied(), &[]).is_some());
        // Where cells may be quoted no line is taken for a plain one, and these have no quotes.
        let (map, plain, report) = load(&text, &types, &[comma]);
        let (careful_map, careful, expected) = load(&text, &types, &[comma, ("rfc4180", "true")]);
        prop_assert_eq!(report, expected);
        prop_assert_eq!(plain.tables[0].rows, careful.tables[0].rows);
        for at in 0..plain.tables[0].rows {
            for column in 0..width {
                prop_assert_eq!(plain.cell(&map, 0, at, column), careful.cell(&careful_map, 0, at, column));
                let place = |store: &Store, map| store.tables[0].cell_span(map, at, column);
                prop_assert_eq!(place(&plain, &map), place(&careful, &careful_map));
            }
        }
        let scale = |store: &Store| (0..width).map(|column| store.tables[0].precision(0, column)).collect::<Vec<_>>();
        if plain.tables[0].rows > 0 {
            prop_assert_eq!(scale(&plain), scale(&careful));
        }
    }
}

#[test]
fn quoted_cells_go_on_after_line_breaks() {
    use ColumnType::{Number, Symbol};
    let text = "\"a\n\n\"\"b\"\",\",1\r\nc\"d,2\n\"\",3\n\"e\r\n\",\"4\"";
    let (map, store, report) = load(text, &[Symbol, Number], &[("rfc4180", "true")]);
    assert!(report.is_empty(), "{report:?}");
    let expected = [("a\n\n\"b\",", 1), ("c\"d", 2), ("", 3), ("e\r\n", 4)];
    assert_eq!(store.tables[0].rows, 4);
    for (at, (text, number)) in (0..).zip(expected) {
        assert_eq!(row(&map, &store, at, 2), [Value::symbol(text), Value::Number(number)]);
    }
    assert_eq!(map.text(store.tables[0].cell_span(&map, 0, 1)), "1");
    let (_, _, report) = load("a,1\n\"b,2\nc,3\n", &[Symbol, Number], &[("rfc4180", "true")]);
    assert_eq!(report.diagnostics().len(), 1);
}

#[test]
fn a_file_in_pieces_is_read_as_a_whole_one() {
    use ColumnType::{Decimal, Number, Symbol};
    let folder = tempfile::tempdir().unwrap();
    let line = |at: i32| format!("text {}\t{at}\t{}.{}\n", at % 7, at % 50, if at % 9 == 0 { "125" } else { "5" });
    let right: String = (0..300).map(line).collect::<String>() + "0x\t0x10\t12345678901234567890.5";
    for (text, is_right) in [(right.clone(), true), (right.replace("\t77\t", "\tx\t"), false)] {
        let path = folder.path().join("r.facts");
        std::fs::write(&path, &text).unwrap();
        let types = [Symbol, Number, Decimal];
        let (whole_map, whole, _) = load(&text, &types, &[]);
        for size in [1, 50, 1000] {
            let (schema, dialect) = (schema(&types), Dialect::new(&[], 3));
            let mut map = SourceMap::new();
            let file = map.add("r.facts", "").unwrap();
            let pieces = Pieces::of(&path, size).unwrap().unwrap();
            let wanted = Wanted { relation: &schema.relations[0], at: 0, dialect: &dialect, asked: &[], threads: 2 };
            let mut builder = StoreBuilder::new(&schema);
            assert_eq!(read_pieces(&map, (file, &pieces), &wanted, &mut builder), is_right);
            if is_right {
                let store = builder.finish(|_| "r.facts".to_owned());
                assert_eq!(store.tables[0].rows, 301);
                for at in 0..301 {
                    assert_eq!(row(&map, &store, at, 3), row(&whole_map, &whole, at, 3));
                }
            }
        }
    }
}

#[test]
fn texts_that_hardly_repeat_are_told_apart_once_all_are_there() {
    use ColumnType::{Number, Symbol};
    let folder = tempfile::tempdir().unwrap();
    // Nine hundred texts of their own, then some again in either column.
    let text = |at: u32| if at < 900 { format!("text {at}") } else { format!("text {}", at * 7 % 1100) };
    let line = |at: u32| {
        format!(
            "{}\t{at}\t{}\n",
            text(at),
            if at.is_multiple_of(3) { text(at / 3) } else { format!("kind {}", at % 3) }
        )
    };
    let whole: String = (0..1500).map(line).collect();
    let path = folder.path().join("r.facts");
    std::fs::write(&path, &whole).unwrap();
    let types = [Symbol, Number, Symbol];
    let (schema, dialect) = (schema(&types), Dialect::new(&[], 3));
    let mut numberings = Vec::new();
    for (size, threads) in [(12_000, 1), (12_000, 3), (30_000, 2)] {
        let mut map = SourceMap::new();
        let file = map.add("r.facts", "").unwrap();
        let pieces = Pieces::of(&path, size).unwrap().unwrap();
        let wanted = Wanted { relation: &schema.relations[0], at: 0, dialect: &dialect, asked: &[], threads };
        let mut builder = StoreBuilder::new(&schema);
        assert!(read_pieces(&map, (file, &pieces), &wanted, &mut builder));
        let mut store = builder.finish(|_| "r.facts".to_owned());
        assert!(matches!(store.tables[0].columns[0].data, Data::Listed(_)), "not told apart yet");
        store.settle_all(threads);
        let mut numbers = std::collections::HashMap::new();
        for column in [0, 2] {
            let Data::Symbol(ids) = &store.tables[0].columns[column].data else { panic!("settled") };
            for (at, id) in (0..).zip(ids) {
                let expected = row(&map, &store, at, 3).swap_remove(column);
                assert_eq!(*numbers.entry(expected.to_string()).or_insert(*id), *id, "one number for {expected}");
                assert_eq!(expected, Value::symbol(line(at).trim_end().split('\t').nth(column).unwrap()));
                assert_eq!(store.symbols.get(&expected.to_string()), Some(*id));
            }
        }
        numberings.push(numbers);
    }
    assert_eq!(numberings[0], numberings[1], "threads leave no trace");
}
