//! Values to tables: objects become rows, keys columns, objects within objects `outer.inner`.

use rustc_hash::FxHashMap;

use super::super::raw::{RawCell, RawRow, RawTable};
use super::parse::{Kind, Str, Value};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{SourceFile, Span};
use crate::text;

/// Cells that are kept of one file.
const MOST_CELLS: usize = 5_000_000;
/// Tables with more cells than this are not filled up to a full rectangle.
const FILL_LIMIT: usize = 8_000_000;
/// Columns that one table may have.
const MOST_COLUMNS: usize = 16_384;

/// The tables of a file in the making, in the order in which they begin.
pub(super) struct Tables<'a> {
    file: &'a SourceFile,
    tables: Vec<Growing>,
    by_name: FxHashMap<String, usize>,
    cells: usize,
    full: Option<Span>,
    /// Keys that a record has twice, and the place of the first of them.
    twice: (usize, Span),
}

#[derive(Default)]
struct Growing {
    name: String,
    header: Vec<RawCell>,
    columns: FxHashMap<String, usize>,
    rows: Vec<RawRow>,
    /// Its rows are arrays, without keys.
    keyless: bool,
}

impl<'a> Tables<'a> {
    pub(super) fn new(file: &'a SourceFile) -> Self {
        Self {
            file,
            tables: Vec::new(),
            by_name: FxHashMap::default(),
            cells: 0,
            full: None,
            twice: (0, Span::default()),
        }
    }

    /// The tables of a whole document.
    pub(super) fn document(&mut self, value: &Value) {
        self.collect(value, "", "$");
        if self.tables.is_empty() && matches!(&value.kind, Kind::Object(members) if !members.is_empty()) {
            self.row("", value, "$");
        }
    }

    /// One line of JSON lines.
    pub(super) fn line(&mut self, value: &Value) {
        self.row("", value, "$");
    }

    /// Every array of objects or arrays within `value`, which is called `name` and stands at `path`.
    fn collect(&mut self, value: &Value, name: &str, path: &str) {
        match &value.kind {
            Kind::Array(items) if items.iter().any(|item| matches!(item.kind, Kind::Object(_) | Kind::Array(_))) => {
                for (at, item) in items.iter().enumerate() {
                    self.row(name, item, &format!("{path}[{at}]"));
                }
            }
            Kind::Object(members) => {
                for (key, member) in members {
                    self.collect(member, &joined(name, &key.text), &step(path, &key.text));
                }
            }
            _ => {}
        }
    }

    /// Adds `value`, an element of the table `name`, as a row.
    fn row(&mut self, name: &str, value: &Value, path: &str) {
        if self.cells > MOST_CELLS {
            let span = self.file.span_of(value.range.clone());
            self.full.get_or_insert(Span::new(span.start(), span.start()));
            return;
        }
        let at = self.table(name);
        let span = self.file.span_of(value.range.clone());
        let mut cells = match &value.kind {
            Kind::Array(items) => {
                self.tables[at].keyless = true;
                items.iter().enumerate().map(|(n, item)| self.cell(item, format!("{path}[{n}]"))).collect()
            }
            Kind::Object(members) => self.members(at, members, path),
            _ => vec![self.cell(value, path.to_owned())],
        };
        let start = Span::new(span.start(), span.start());
        for cell in &mut cells {
            if cell.absent && cell.span == Span::default() {
                cell.span = start;
            }
        }
        self.cells += cells.len().max(1);
        self.tables[at].rows.push(RawRow { cells, span, ..RawRow::default() }.packed());
        if let Kind::Object(members) = &value.kind {
            for (key, member) in members {
                self.collect(member, &joined(name, &key.text), &step(path, &key.text));
            }
        }
    }

    /// The members of a row as cells at the positions of their keys.
    fn members(&mut self, at: usize, members: &[(Str, Value)], path: &str) -> Vec<RawCell> {
        let mut flat = Vec::new();
        flatten(members, "", path, &mut flat);
        let mut cells = Vec::new();
        for member in flat {
            let Some(column) = self.column(at, member.name, member.key) else { continue };
            if column >= cells.len() {
                cells.resize_with(column + 1, || RawCell::absent(Span::default()));
            }
            let cell = self.cell(member.value, member.path);
            if cells[column].span != Span::default() {
                self.twice.0 += 1;
                self.twice.1 = if self.twice.0 == 1 { cell.span } else { self.twice.1 };
            }
            cells[column] = cell;
        }
        cells
    }

    fn table(&mut self, name: &str) -> usize {
        if let Some(at) = self.by_name.get(name) {
            return *at;
        }
        self.tables.push(Growing { name: name.to_owned(), ..Growing::default() });
        self.by_name.insert(name.to_owned(), self.tables.len() - 1);
        self.tables.len() - 1
    }

    /// The column of a key, new if need be; none when there are too many.
    fn column(&mut self, table: usize, name: String, key: &Str) -> Option<usize> {
        let span = self.file.span_of(key.inside.clone());
        let table = &mut self.tables[table];
        if let Some(at) = table.columns.get(&name) {
            return Some(*at);
        }
        if table.header.len() == MOST_COLUMNS {
            self.full.get_or_insert(span);
            return None;
        }
        table.header.push(RawCell::new(name.clone(), span));
        table.columns.insert(name, table.header.len() - 1);
        Some(table.header.len() - 1)
    }

    fn cell(&self, value: &Value, path: String) -> RawCell {
        let written = || &self.file.text()[value.range.clone()];
        let span = self.file.span_of(value.range.clone());
        let cell = match &value.kind {
            Kind::Null => RawCell::absent(span),
            Kind::String(string) => {
                let span = self.file.span_of(string.inside.clone());
                RawCell::new(string.text.clone(), span).shifted(string.shifts.clone())
            }
            Kind::Plain => match written_out(written()) {
                Some(number) => RawCell::new(number, span),
                None => RawCell::new(written(), span),
            },
            Kind::Array(_) | Kind::Object(_) => RawCell::new(written(), span),
        };
        cell.addressed(path)
    }

    /// The tables, header rows first; what did not fit is said.
    pub(super) fn finish(self, report: &mut Report) -> Vec<RawTable> {
        if let Some(span) = self.full {
            let message = text!(
                "文件里的格子太多，从这里起没有读全",
                "the file has too many cells; from here on not all were read"
            );
            let help = text!("分成几个文件，或导出为 CSV", "split it, or export it as CSV");
            report.push(Diagnostic::error(Code::LimitReached, message).at(span).help(help));
        }
        if let (count @ 1.., span) = self.twice {
            let message = text!(
                "有 {count} 处同一条记录里一个键写了两次，取了后一个",
                "{count} times a record has a key twice; the latter was taken"
            );
            report.push(Diagnostic::warning(Code::Doubtful, message).at(span));
        }
        self.tables.into_iter().map(Growing::finish).collect()
    }
}

impl Growing {
    fn finish(mut self) -> RawTable {
        if self.keyless {
            return RawTable { name: self.name, rows: self.rows, ..RawTable::default() };
        }
        let width = self.header.len();
        let fill = width.saturating_mul(self.rows.len()) <= FILL_LIMIT;
        for row in self.rows.iter_mut().filter(|_| fill) {
            let start = Span::new(row.span.start(), row.span.start());
            row.cells.resize_with(width, || RawCell::absent(start));
        }
        let span = self.header.first().map_or_else(Span::default, |cell| cell.span);
        self.rows.insert(0, RawRow { cells: self.header, span, ..RawRow::default() });
        RawTable { name: self.name, rows: self.rows, header_rows: Some(1), ..RawTable::default() }
    }
}

/// A member of a row, or of an object within it.
struct Member<'v> {
    name: String,
    key: &'v Str,
    value: &'v Value,
    path: String,
}

/// The members that are cells, those of inner objects under `outer.inner`. Arrays of objects are tables of their own.
fn flatten<'v>(members: &'v [(Str, Value)], prefix: &str, path: &str, flat: &mut Vec<Member<'v>>) {
    for (key, value) in members {
        let (name, path) = (joined(prefix, &key.text), step(path, &key.text));
        match &value.kind {
            Kind::Object(inner) => flatten(inner, &name, &path, flat),
            Kind::Array(items) if items.iter().any(|item| matches!(item.kind, Kind::Object(_))) => {}
            _ => flat.push(Member { name, key, value, path }),
        }
    }
}

/// A number with an exponent as the digits that it is, exactly: `1.5E+7` is 15000000. None of any other text, and where the
/// digits would be very many. (`Decimal::from_scientific` rounds what has more digits than it keeps.)
fn written_out(number: &str) -> Option<String> {
    const LONGEST: usize = 40;
    let (mantissa, exponent) = number.split_once(['e', 'E'])?;
    let exponent: i64 = exponent.parse().ok()?;
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let point = i64::try_from(whole.len()).ok()?.checked_add(exponent)?;
    let size = usize::try_from(point.unsigned_abs()).ok()?;
    if size.max(digits.len()) > LONGEST || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if point <= 0 {
        return Some(format!("{sign}0.{}{digits}", "0".repeat(size)));
    }
    let padded = format!("{digits:0<size$}");
    let (whole, fraction) = padded.split_at(size);
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

fn joined(outer: &str, inner: &str) -> String {
    if outer.is_empty() { inner.to_owned() } else { format!("{outer}.{inner}") }
}

/// The path of a member.
fn step(path: &str, key: &str) -> String {
    let plain = key.chars().all(|character| character.is_alphanumeric() || character == '_');
    if plain && !key.is_empty() { format!("{path}.{key}") } else { format!("{path}[{key:?}]") }
}

#[cfg(test)]
mod tests {
    use super::written_out;

    #[test]
    fn exponents_are_written_out_exactly() {
        for (number, digits) in [
            ("1.5E+7", "15000000"),
            ("1e2", "100"),
            ("-1.25e1", "-12.5"),
            ("12e-3", "0.012"),
            ("1.5e-1", "0.15"),
            ("0e5", "0"),
            ("1.2345678901234567890123E+3", "1234.5678901234567890123"),
        ] {
            assert_eq!(written_out(number).as_deref(), Some(digits), "{number}");
        }
        for other in ["1.5", "true", "false", "1e400", "-1e-400", "e", "1e"] {
            assert_eq!(written_out(other), None, "{other}");
        }
    }
}
