//! TOML facts: `[[project]]`, one record a row, keys are columns or printed headers.

use rustc_hash::FxHashMap;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::Request;
use super::open;
use super::raw::{RawCell, RawRow, RawTable};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::facts::toml_text::{self, string_at};
use crate::source::{SourceFile, SourceMap, Span};
use crate::text;

/// Reads every array of tables of the file; one within another table is called `outer.inner`.
pub fn read(sources: &mut SourceMap, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let Some(file) = open::utf8(sources, request, &mut report) else { return (Vec::new(), report) };
    let file = sources.file(file);
    let document = toml_text::parse(file, &mut report);
    let mut tables = Vec::new();
    let mut reader = Reader { file, report };
    reader.collect(&document, "", &mut tables);
    (tables, reader.report)
}

struct Reader<'a> {
    file: &'a SourceFile,
    report: Report,
}

impl Reader<'_> {
    /// Every array of tables in `table`, which is called `name`.
    fn collect(&mut self, table: &DeTable<'_>, name: &str, tables: &mut Vec<RawTable>) {
        for (key, value) in table {
            let key = key.get_ref();
            let path = if name.is_empty() { key.to_string() } else { format!("{name}.{key}") };
            match value.get_ref() {
                DeValue::Array(items) if items.iter().any(|item| item.get_ref().is_table()) => {
                    tables.push(self.table(path, items));
                }
                DeValue::Table(inner) => self.collect(inner, &path, tables),
                _ => {}
            }
        }
    }

    /// An array of tables: the first row has its keys, in order of first appearance, then one row a record.
    fn table(&mut self, name: String, items: &DeArray<'_>) -> RawTable {
        let mut header = Vec::new();
        let mut columns = FxHashMap::default();
        let mut rows = Vec::new();
        for item in items {
            let DeValue::Table(record) = item.get_ref() else {
                self.refuse(item, &name);
                continue;
            };
            rows.push(self.row(item, record, &mut header, &mut columns));
        }
        let width = header.len();
        for row in &mut rows {
            let nothing = Span::new(row.span.start(), row.span.start());
            row.cells.resize_with(width, || RawCell::absent(nothing));
        }
        let span = header.first().map_or_else(Span::default, |cell: &RawCell| cell.span);
        rows.insert(0, RawRow { cells: header, span, ..RawRow::default() });
        RawTable { name, rows, header_rows: Some(1), ..RawTable::default() }
    }

    /// One record, its cells at the positions of their keys; keys not seen before become columns.
    fn row<'i>(
        &mut self,
        item: &Spanned<DeValue<'i>>,
        record: &DeTable<'i>,
        header: &mut Vec<RawCell>,
        columns: &mut FxHashMap<String, usize>,
    ) -> RawRow {
        let start = self.file.span_of(item.span());
        let start = Span::new(start.start(), start.start());
        let mut whole = self.file.span_of(item.span());
        let mut cells: Vec<RawCell> = Vec::with_capacity(header.len());
        for (key, value) in record {
            let at = *columns.entry(key.get_ref().to_string()).or_insert_with(|| {
                let span = self.file.span_of(string_at(self.file.text(), key.span()).inside);
                header.push(RawCell::new(key.get_ref().to_string(), span));
                header.len() - 1
            });
            if at >= cells.len() {
                cells.resize_with(at + 1, || RawCell::absent(start));
            }
            cells[at] = self.cell(value);
            whole = whole.to(self.file.span_of(value.span()));
        }
        RawRow { cells, span: whole, ..RawRow::default() }
    }

    /// One value, as written.
    fn cell(&mut self, value: &Spanned<DeValue<'_>>) -> RawCell {
        let written = || self.file.text().get(value.span()).unwrap_or("").to_owned();
        let (text, range, shifts) = match value.get_ref() {
            DeValue::String(text) => {
                let string = string_at(self.file.text(), value.span());
                (text.to_string(), string.inside, string.shifts)
            }
            // `1_000` is how TOML writes 1000; other bases keep their text and are malformed where a number is needed.
            DeValue::Integer(number) if number.radix() == 10 => (number.as_str().to_owned(), value.span(), Vec::new()),
            DeValue::Float(number) => (number.as_str().to_owned(), value.span(), Vec::new()),
            DeValue::Integer(_) | DeValue::Boolean(_) | DeValue::Datetime(_) => (written(), value.span(), Vec::new()),
            DeValue::Array(_) | DeValue::Table(_) => {
                let message = text!("一格只能是一个值，这里是一串", "a cell is one value, this is several");
                let help = text!("一行写一条记录：[[…]]", "write one record a row: [[…]]");
                let span = self.file.span_of(value.span());
                let text = written();
                self.report.push(Diagnostic::error(Code::BadValue, message).at(span).help(help));
                (text, value.span(), Vec::new())
            }
        };
        RawCell::new(text, self.file.span_of(range)).shifted(shifts)
    }

    fn refuse(&mut self, item: &Spanned<DeValue<'_>>, name: &str) {
        let message = text!("“{name}”里的这一项不是记录", "this item of “{name}” is no record");
        let help = text!(
            "每条记录写成 [[{name}]] 和若干行 列 = 值",
            "write each record as [[{name}]] and lines of column = value"
        );
        self.report.push(Diagnostic::error(Code::BadValue, message).at(self.file.span_of(item.span())).help(help));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Reader, Report, SourceMap, toml_text};
    use crate::facts::read::raw::RawTable;

    fn tables(map: &mut SourceMap, text: &str) -> (Vec<RawTable>, usize) {
        let file = map.add(Path::new("a.toml").display().to_string(), text).unwrap();
        let mut report = Report::new();
        let document = toml_text::parse(map.file(file), &mut report);
        let mut reader = Reader { file: map.file(file), report };
        let mut tables = Vec::new();
        reader.collect(&document, "", &mut tables);
        (tables, reader.report.diagnostics().len())
    }

    #[test]
    fn every_cell_is_as_written_and_knows_its_place() {
        let text = "title = \"x\"\n[[project]]\nname = \"甲\\\"乙\"\nbudget = 25.080\n\n[[project]]\n\
                    \"预算金额\" = \"4,95\"\nname = '丙'\nday = 2020-03-01\nbudget = 1_000\n";
        let mut map = SourceMap::new();
        let (tables, complaints) = tables(&mut map, text);
        assert_eq!((tables.len(), complaints), (1, 0));
        let table = &tables[0];
        let texts: Vec<Vec<&str>> =
            table.rows.iter().map(|row| row.cells.iter().map(|cell| cell.text.as_str()).collect()).collect();
        assert_eq!(
            texts,
            [
                vec!["name", "budget", "预算金额", "day"],
                vec!["甲\"乙", "25.080", "", ""],
                vec!["丙", "1000", "4,95", "2020-03-01"]
            ]
        );
        assert!(table.rows[1].cells[2].absent);
        assert_eq!(map.text(table.rows[1].cells[1].span), "25.080");
        assert_eq!(map.text(table.rows[1].cells[0].span), "甲\\\"乙");
        assert_eq!(table.rows[1].cells[0].shifts(), [(0, 0), (4, 5)]);
        assert_eq!(map.text(table.rows[2].cells[2].span), "4,95");
        assert_eq!(map.location(table.rows[1].span).line, 2, "a record begins at its [[…]]");
    }

    #[test]
    fn tables_within_tables_have_both_names_and_lists_are_no_cells() {
        let mut map = SourceMap::new();
        let (tables, complaints) =
            tables(&mut map, "[[T1.project]]\na = [1, 2]\nb = { c = 1 }\n[[T2.project]]\na = 1\n");
        assert_eq!(tables.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["T1.project", "T2.project"]);
        assert_eq!(complaints, 2);
    }
}
