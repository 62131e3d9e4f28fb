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
use crate::diagnostic::{Code, Diagnostic, Report};
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
/// Where it says how long its pages are; 1 stands for 64 KiB.
const PAGE_SIZE: std::ops::Range<usize> = 16..18;
/// Where it says how it is written and read: 2 with a write-ahead log, 1 without.
const FORMAT_VERSIONS: std::ops::Range<usize> = 18..20;

/// Reads every table of a database.
#[must_use]
pub fn read(sources: &mut SourceMap, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let mut tables = Vec::new();
    let Some(bytes) = open::bytes(request, &mut report) else { return (tables, report) };
    unfinished(request, &mut report);
    let connection = match connect(bytes) {
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

/// Says that a program has left changes beside the database that are not in it yet.
fn unfinished(request: &Request<'_>, report: &mut Report) {
    for ending in ["-wal", "-journal"] {
        let mut path = request.path.as_os_str().to_owned();
        path.push(ending);
        if std::fs::metadata(&path).is_ok_and(|file| file.len() > 0) {
            let name = request.name;
            let message = text!(
                "{name} 旁边有 {name}{ending}：还有改动没有写进数据库，没有读到",
                "{name}{ending} stands beside {name}: changes in it are not in the database yet and are not read"
            );
            let help = text!(
                "关掉正在用它的程序，再检查一遍；或者从那个程序里导出",
                "close the program that uses it and check again, or export from that program"
            );
            report.push(Diagnostic::warning(Code::StaleValue, message).at(request.at).help(help));
        }
    }
}

/// Opens a copy of the database in memory, which nothing can write to.
fn connect(mut bytes: Vec<u8>) -> Result<Connection, Trouble> {
    if !bytes.starts_with(MAGIC) {
        return Err(Trouble::broken(text!("它不是 SQLite 数据库", "it is no SQLite database")));
    }
    if is_cut_short(&bytes) {
        return Err(Trouble::broken(text!("数据库不完整，后面少了一截", "the database is cut short")));
    }
    // A database in memory has no write-ahead log, whatever its header says of the file.
    if let Some(versions) = bytes.get_mut(FORMAT_VERSIONS).filter(|versions| **versions == [2, 2]) {
        versions.fill(1);
    }
    let open = || -> rusqlite::Result<Connection> {
        let mut connection = Connection::open_in_memory()?;
        connection.deserialize_read_exact("main", &bytes[..], bytes.len(), true)?;
        connection.pragma_update(None, "trusted_schema", false)?;
        let looks = Arc::new(AtomicU64::new(0));
        let watch = move || looks.fetch_add(1, Ordering::Relaxed) > MOST_LOOKS;
        connection.progress_handler(STEPS, Some(watch))?;
        Ok(connection)
    };
    open().map_err(|error| failed(&error))
}

/// Whether the last page is not whole: SQLite itself reads such a file until it comes there.
fn is_cut_short(bytes: &[u8]) -> bool {
    let size = match bytes.get(PAGE_SIZE) {
        Some([0, 1]) => 1 << 16,
        Some([high, low]) => usize::from(u16::from_be_bytes([*high, *low])),
        _ => 0,
    };
    size == 0 || !bytes.len().is_multiple_of(size)
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
        assert_eq!(
            (sources.text(cell.span).as_ref(), cell.address().written().as_deref()),
            ("25", Some("支出[2].金额"))
        );
        assert_eq!(report.diagnostics()[0].code, Code::LimitReached, "the view that never ends");
        let (_, tables, _) = read_file(&path, Some("SELECT sum(笔数) AS 合计 FROM 支出 WHERE 金额 < 1"));
        assert_eq!(texts(&tables[0]), [["合计"], ["3"]]);
        assert!(read_file(&path, Some("DELETE FROM 支出")).2.has_errors());
        std::fs::write(&path, b"SQLite format 3\0 and nothing more").unwrap();
        assert!(read_file(&path, None).2.has_errors());
        std::fs::remove_file(&path).unwrap();
    }

    /// A database of one table in a file of its own.
    fn made(name: &str, sql: &str) -> std::path::PathBuf {
        let path = std::env::temp_dir().join(format!("gouji-{name}-{}.db", std::process::id()));
        let _ = std::fs::remove_file(&path);
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        path
    }

    #[test]
    fn every_type_is_read_as_it_is_kept() {
        let path = made(
            "types",
            "PRAGMA encoding = 'UTF-16le';
             CREATE TABLE \"表 \"\"一\"\"\"(i INTEGER, d DECIMAL(18,2), r REAL, t TEXT, day DATE, at DATETIME, b BLOB, n, yes BOOLEAN);
             INSERT INTO \"表 \"\"一\"\"\"(rowid, i, d, r, t, day, at, b, n, yes) VALUES
               (7, -9223372036854775808, 25.10, 1e20, '行一' || char(10) || '行二', '2020-03-05', 1583397015, x'0001', NULL, TRUE),
               (9, '3', '4,95', -0.0, '', '2020年3月5日', '08:30', zeroblob(3), 12345678.5, 0);",
        );
        let (_, tables, report) = read_file(&path, None);
        std::fs::remove_file(&path).unwrap();
        assert!(report.is_empty(), "{report:?}");
        assert_eq!(tables[0].name, "表 \"一\"");
        let first = "-9223372036854775808|25.1|100000000000000000000|行一\n行二|2020-03-05|1583397015|（2 bytes）||1";
        let second = "3|4,95|0||2020年3月5日|08:30|（3 bytes）|12345678.5|0";
        let read = texts(&tables[0]);
        assert_eq!([read[1].join("|"), read[2].join("|")], [first, second]);
        assert_eq!(tables[0].rows[2].cells[1].address().written().as_deref(), Some("表 \"一\"[9].d"), "by its rowid");
        assert!(tables[0].rows[1].cells[7].absent, "NULL is nothing");
        assert!(!tables[0].rows[2].cells[3].absent, "an empty text is one");
    }

    #[test]
    fn a_database_with_a_write_ahead_log_is_read_and_what_is_missing_said() {
        let path = made("wal", "PRAGMA journal_mode = WAL; CREATE TABLE a(x); INSERT INTO a VALUES (1);");
        let (_, tables, report) = read_file(&path, None);
        assert_eq!((texts(&tables[0])[1].clone(), report.is_empty()), (vec!["1"], true), "{report:?}");
        let open = Connection::open(&path).unwrap();
        open.execute_batch("INSERT INTO a VALUES (2)").unwrap();
        let (_, tables, report) = read_file(&path, None);
        drop(open);
        std::fs::remove_file(&path).unwrap();
        assert_eq!((tables[0].rows.len(), report.diagnostics()[0].code), (2, Code::StaleValue));
    }

    #[test]
    fn damaged_databases_end_with_a_complaint() {
        let path = made(
            "broken",
            "CREATE TABLE a(x, y); WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 900) INSERT INTO a SELECT i, hex(i) || '一' FROM n;",
        );
        let whole = std::fs::read(&path).unwrap();
        for end in [0, 15, 16, 99, 4096, whole.len() / 2, whole.len() - 1] {
            std::fs::write(&path, &whole[..end]).unwrap();
            assert!(read_file(&path, None).2.has_errors(), "{end} bytes");
        }
        let text = b"<html>not a database</html>";
        std::fs::write(&path, text).unwrap();
        assert!(read_file(&path, None).2.has_errors());
        // What a header may lie about: the size of pages, their number, where free ones are; then every page in turn.
        for at in (16..100).chain((100..whole.len()).step_by(509)) {
            for byte in [0, 1, 0x7F, 0xFF] {
                let mut lying = whole.clone();
                lying[at] = byte;
                std::fs::write(&path, &lying).unwrap();
                let (_, tables, report) = read_file(&path, None);
                assert!(tables.len() <= 1 && (report.has_errors() || !tables.is_empty()), "byte {at} = {byte}");
            }
        }
        std::fs::remove_file(&path).unwrap();
    }
}
