use super::{CellInput, CellKind, Content, SourceHead, StoreBuilder};
use crate::facts::manifest::CellUnit;
use crate::facts::store::Cell;
use crate::schema::{Column, ColumnType, Precision, Relation, Schema};
use crate::source::{SourceMap, Span};
use crate::value::{Decimal, Reason, Unit, Value};

fn schema() -> Schema {
    let column = |name: &str, ty| Column {
        name: name.to_owned(),
        ty,
        doc: String::new(),
        headers: Vec::new(),
        part_of: None,
        is_share: false,
        span: Span::default(),
    };
    Schema {
        relations: vec![Relation {
            name: "project".to_owned(),
            columns: vec![column("name", ColumnType::Symbol), column("budget", ColumnType::Money)],
            key: vec![0],
            totals: None,
            doc: String::new(),
            span: Span::default(),
        }],
    }
}

fn cell(text: &str, start: u32) -> CellInput<'_> {
    let span = Span::new(start, start + u32::try_from(text.len()).unwrap());
    CellInput { content: Content::Text(text), span, ..CellInput::default() }
}

#[test]
fn cells_keep_state_place_and_precision() {
    let mut map = SourceMap::new();
    let file = map.add("a.csv", "甲 ,25.08\n乙,4,95\n丙,\n").unwrap();
    let mut builder = StoreBuilder::new(&schema());
    let unit = Some(CellUnit::Money(Unit::WanYuan));
    let kinds = vec![CellKind::plain(ColumnType::Symbol), CellKind { unit, ..CellKind::plain(ColumnType::Money) }];
    let headers = vec![Some("项目".to_owned()), Some("预算".to_owned())];
    builder.begin(0, SourceHead { table: "T1".to_owned(), file, headers, kinds });
    builder.push(0, Span::new(0, 10), &[cell("甲 ", 0), cell("25.08", 5)]);
    builder.push(0, Span::new(11, 19), &[cell("乙", 11), cell("4,95", 15)]);
    builder.push(0, Span::new(20, 24), &[cell("丙", 20)]);
    let summary = builder.end(0);
    assert_eq!((summary.rows, summary.columns[1].malformed), (3, 1));
    let store = builder.finish(|id| map.file(id).name().to_owned());
    let at = |row, column| store.cell(&map, 0, row, column);
    assert_eq!(at(0, 0), Cell::Present(Value::symbol("甲")));
    assert_eq!(at(0, 1), Cell::Present(Value::Money(Decimal::new(250_800, 0))));
    assert_eq!(at(1, 1), Cell::Malformed(Reason::MisplacedComma));
    assert_eq!(at(2, 1), Cell::Blank);
    assert_eq!(at(1, 2), Cell::Present(Value::symbol("T1")));
    assert_eq!(at(1, 3), Cell::Present(Value::symbol("a.csv")));
    assert_eq!(at(1, 4), Cell::Present(Value::Number(2)));
    let table = &store.tables[0];
    assert_eq!(table.precision(0, 1), Precision { scale: 2, unit: Unit::WanYuan });
    assert_eq!(table.cell_span(&map, 0, 0), Span::new(0, 3), "without the blank behind it");
    assert_eq!(map.text(table.cell_span(&map, 1, 1)), "4,95");
}
