//! SQLite: every table of a database, or what a query of the manifest gives, rows with their rowid.
//!
//! The file is read into memory and opened there: nothing is locked, written or left beside it. What takes too long is
//! interrupted, so that a view that never ends does not hang an audit.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement};

use super::Request;
use super::layout::Layout;
use super::office::Trouble;
use super::open;
use super::raw::RawTable;
use super::sheet::plain_number;
use crate::diagnostic::Report;
use crate::source::SourceMap;
use crate::text;

/// Cells that are read of one database.
const MOST_CELLS: usize = 5_000_000;
/// Bytes of text that are read of one database.
const MOST_BYTES: usize = 1 << 30;
/// Steps of SQLite's machine between two looks at the clock that counts them, and how many looks there may be.
const STEPS: i32 = 10_000;
const MOST_LOOKS: u64 = 30_000;
/// First bytes of a database.
const MAGIC: &[u8] = b"SQLite format 3\0";

/// Reads every table of a database.
#[must_use]
pub fn read(sources: &mut SourceMap, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let mut tables = Vec::new();
    let Some(bytes) = open::bytes(request, &mut report) else { return (tables, report) };
    let connection = match connect(&bytes) {
        Ok(connection) => connection,
        Err(trouble) => {
            report.push(trouble.diagnostic(request.name, request.at));
            return (tables, report);
        }
    };
    let queries = match &request.options.query {
        Some(query) => Ok(vec![("query".to_owned(), query.clone(), query.clone())]),
        None => tables_of(&connection),
    };
    let mut budget = Budget { cells: MOST_CELLS, bytes: MOST_BYTES };
    for (name, with_rowid, without) in queries.unwrap_or_else(|error| {
        report.push(failed(&error).diagnostic(request.name, request.at));
        Vec::new()
    }) {
        match one(sources, request, &connection, (&name, &with_rowid, &without), &mut budget) {
            Ok(table) => tables.push(table),
            Err(trouble) => report.push(trouble.diagnostic(&format!("{} › {name}", request.name), request.at)),
        }
    }
    (tables, report)
}

struct Budget {
    cells: usize,
    bytes: usize,
}

fn failed(error: &rusqlite::Error) -> Trouble {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::OperationInterrupted) => {
            Trouble::limit(text!("查询太久，已中止", "the query took too long and was stopped"))
        }
        _ => Trouble::broken(text!("SQLite 说：{error}", "SQLite says: {error}")),
    }
}

/// Opens a copy of the database in memory, which nothing can write to.
fn connect(bytes: &[u8]) -> Result<Connection, Trouble> {
    if !bytes.starts_with(MAGIC) {
        return Err(Trouble::broken(text!("它不是 SQLite 数据库", "it is no SQLite database")));
    }
    let open = || -> rusqlite::Result<Connection> {
        let mut connection = Connection::open_in_memory()?;
        connection.deserialize_read_exact("main", bytes, bytes.len(), true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        let looks = Arc::new(AtomicU64::new(0));
        let watch = move || looks.fetch_add(1, Ordering::Relaxed) > MOST_LOOKS;
        connection.progress_handler(STEPS, Some(watch))?;
        Ok(connection)
    };
    open().map_err(|error| failed(&error))
}

/// Every table and view, with the queries that read it: with rowids, and without where it has none.
fn tables_of(connection: &Connection) -> rusqlite::Result<Vec<(String, String, String)>> {
    let list =
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let mut statement = connection.prepare(list)?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let queries = names.into_iter().map(|name| {
        let table = quoted(&name);
        (name, format!("SELECT rowid AS \"\u{1}rowid\", * FROM {table}"), format!("SELECT * FROM {table}"))
    });
    Ok(queries.collect())
}

fn one(
    sources: &mut SourceMap,
    request: &Request<'_>,
    connection: &Connection,
    (name, with_rowid, without): (&str, &str, &str),
    budget: &mut Budget,
) -> Result<RawTable, Trouble> {
    let statement = connection.prepare(with_rowid).or_else(|_| connection.prepare(without));
    let mut statement = statement.map_err(|error| failed(&error))?;
    if !statement.readonly() {
        return Err(Trouble::broken(text!("查询只能读，不能改", "a query may read only")));
    }
    let columns: Vec<String> = statement.column_names().iter().map(|name| (*name).to_owned()).collect();
    let has_rowid = columns.first().is_some_and(|column| column == "\u{1}rowid");
    let columns = &columns[usize::from(has_rowid)..];
    let mut layout = Layout::new();
    let header = layout.row(columns.iter().map(|column| (Some(column.clone()), None)));
    let mut table = RawTable { name: name.to_owned(), header_rows: Some(1), rows: vec![header], ..RawTable::default() };
    let read = rows(&mut statement, columns, has_rowid, &mut layout, (&mut table, budget));
    let shown = format!("{} › {name}", request.name);
    layout.finish(sources, &shown, std::slice::from_mut(&mut table)).map_err(|_| {
        Trouble::limit(text!("全部文件的文本合计超过 4 GiB", "the text of all files together exceeds 4 GiB"))
    })?;
    read.map(|()| table)
}

fn rows(
    statement: &mut Statement<'_>,
    columns: &[String],
    has_rowid: bool,
    layout: &mut Layout,
    (table, budget): (&mut RawTable, &mut Budget),
) -> Result<(), Trouble> {
    let name = table.name.clone();
    let mut rows = statement.query([]).map_err(|error| failed(&error))?;
    while let Some(row) = rows.next().map_err(|error| failed(&error))? {
        let rowid = if has_rowid { row.get_ref(0).ok().and_then(shown) } else { None };
        let number = rowid.unwrap_or_else(|| table.rows.len().to_string());
        let mut cells = Vec::with_capacity(columns.len());
        for (at, column) in columns.iter().enumerate() {
            let text = row.get_ref(at + usize::from(has_rowid)).ok().and_then(shown);
            budget.bytes = budget.bytes.saturating_sub(text.as_ref().map_or(0, String::len));
            cells.push((text, Some(format!("{name}[{number}].{column}"))));
        }
        budget.cells = budget.cells.saturating_sub(cells.len());
        if budget.cells == 0 || budget.bytes == 0 {
            return Err(Trouble::limit(text!("数据库太大", "the database is too large")));
        }
        table.rows.push(layout.row(cells));
    }
    Ok(())
}

/// What a value shows as; none for NULL.
fn shown(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        // SQLite itself shows 15 digits of a double.
        ValueRef::Real(number) => Some(plain_number(number)),
        ValueRef::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Some(format!("（{} bytes）", bytes.len())),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rusqlite::Connection;

    use super::{RawTable, Request, SourceMap, read};
    use crate::diagnostic::{Code, Report};
    use crate::facts::read::Options;
    use crate::source::Span;

    fn read_file(path: &Path, query: Option<&str>) -> (SourceMap, Vec<RawTable>, Report) {
        let mut sources = SourceMap::new();
        let options = Options { query: query.map(str::to_owned), ..Options::default() };
        let request = Request { path, name: "账.db", at: Span::default(), options: &options };
        let (tables, report) = read(&mut sources, &request);
        (sources, tables, report)
    }

    fn texts(table: &RawTable) -> Vec<Vec<&str>> {
        table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect()
    }

    #[test]
    fn tables_queries_and_what_never_ends() {
        let path = std::env::temp_dir().join(format!("gouji-sqlite-{}.db", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let made = Connection::open(&path).unwrap();
        made.execute_batch(
            "CREATE TABLE 支出(名称 TEXT, 金额 REAL, 笔数 INTEGER, 备注);
             INSERT INTO 支出 VALUES ('关工委经费', 0.1 + 0.2, 3, NULL), ('绩效''考核', 25, 9007199254740993, x'00');
             CREATE TABLE k(a PRIMARY KEY) WITHOUT ROWID; INSERT INTO k VALUES (7);
             CREATE VIEW 无尽 AS WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n;",
        )
        .unwrap();
        drop(made);
        let (sources, tables, report) = read_file(&path, None);
        assert_eq!(tables[0].name, "k");
        assert_eq!(texts(&tables[0]), [["a"], ["7"]]);
        assert_eq!(
            texts(&tables[1]),
            [
                ["名称", "金额", "笔数", "备注"],
                ["关工委经费", "0.3", "3", ""],
                ["绩效'考核", "25", "9007199254740993", "（1 bytes）"],
            ]
        );
        let cell = &tables[1].rows[2].cells[1];
        assert_eq!((sources.text(cell.span).as_ref(), cell.address.as_deref()), ("25", Some("支出[2].金额")));
        assert_eq!(report.diagnostics()[0].code, Code::LimitReached, "the view that never ends");
        let (_, tables, _) = read_file(&path, Some("SELECT sum(笔数) AS 合计 FROM 支出 WHERE 金额 < 1"));
        assert_eq!(texts(&tables[0]), [["合计"], ["3"]]);
        assert!(read_file(&path, Some("DELETE FROM 支出")).2.has_errors());
        std::fs::write(&path, b"SQLite format 3\0 and nothing more").unwrap();
        assert!(read_file(&path, None).2.has_errors());
        std::fs::remove_file(&path).unwrap();
    }
}
