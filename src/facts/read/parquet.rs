//! Parquet: one table a file, rows by number.
//!
//! The crate that reads it trusts its files more than gouji does, so that a panic in there becomes a complaint here.

use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::basic::{LogicalType, TimeUnit};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};
use parquet::schema::types::Type;

use super::Request;
use super::layout::Layout;
use super::office::Trouble;
use super::open;
use super::raw::RawTable;
use super::sheet::plain_number;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{SourceMap, Span};
use crate::text;

/// Cells that are read of one file.
const MOST_CELLS: usize = 5_000_000;
/// Bytes of a decimal that is shown: 76 digits, as many as decimals of 256 bits have.
const LONGEST_DECIMAL: usize = 32;

/// Reads the table of a file.
#[must_use]
pub fn read(sources: &mut SourceMap, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let Some(bytes) = open::bytes(request, &mut report) else { return (Vec::new(), report) };
    let mut layout = Layout::new();
    let read = catch_unwind(AssertUnwindSafe(|| table(bytes, (request.name, request.at), &mut layout)));
    let read = read.unwrap_or_else(|_| Err(broken(&"the reader gave up")));
    let finished = read.and_then(|mut table| {
        let done = layout.finish(sources, request.name, std::slice::from_mut(&mut table));
        done.map(|_| table).map_err(|_| {
            Trouble::limit(text!("全部文件的文本合计超过 4 GiB", "the text of all files together exceeds 4 GiB"))
        })
    });
    match finished {
        Ok(table) => (vec![table], report),
        Err(trouble) => {
            report.push(trouble.diagnostic(request.name, request.at));
            (Vec::new(), report)
        }
    }
}

fn broken(error: &dyn std::fmt::Display) -> Trouble {
    Trouble::broken(text!("Parquet 文件有误（{error}）", "the Parquet file is wrong ({error})"))
}

fn table(bytes: Vec<u8>, (name, at): (&str, Span), layout: &mut Layout) -> Result<RawTable, Trouble> {
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).map_err(|error| broken(&error))?;
    let schema = reader.metadata().file_metadata().schema();
    let columns: Vec<String> = schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
    let clocks: Vec<Clock> = schema.get_fields().iter().map(|field| Clock::of(field)).collect();
    let header = layout.row(columns.iter().map(|column| (Some(column.clone()), None)));
    let mut table = RawTable { header_rows: Some(1), rows: vec![header], ..RawTable::default() };
    let mut cells = 0;
    for (number, row) in reader.get_row_iter(None).map_err(|error| broken(&error))?.enumerate() {
        let row: Row = row.map_err(|error| broken(&error))?;
        cells += columns.len();
        if cells > MOST_CELLS {
            return Err(Trouble::limit(text!("文件太大", "the file is too large")));
        }
        let fields = row.get_column_iter().zip(&clocks);
        let cells = fields.map(|((name, field), clock)| (clock.shown(field), Some(format!("[{}].{name}", number + 1))));
        table.rows.push(layout.row(cells));
    }
    let of_utc: Vec<&str> =
        columns.iter().zip(&clocks).filter(|(_, clock)| clock.utc).map(|(name, _)| name.as_str()).collect();
    if !of_utc.is_empty() {
        let (zh, en) = (of_utc.join("、"), of_utc.join(", "));
        let message = text!(
            "{name} 的这些列是世界时（UTC），没有换算成当地时间，日期可能差一天：{zh}",
            "these columns of {name} are in UTC and not converted, so that days may be off by one: {en}"
        );
        table.notes.push(Diagnostic::note(Code::Doubtful, message).at(at));
    }
    Ok(table)
}

/// What the type of a column says of moments that its values do not.
#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    /// Its whole numbers are nanoseconds since 1970.
    nanoseconds: bool,
    /// Its moments are those of UTC, whatever the clock on the wall said.
    utc: bool,
}

impl Clock {
    fn of(field: &Type) -> Self {
        let logical = field.get_basic_info().logical_type_ref();
        let Some(LogicalType::Timestamp(moment)) = logical else { return Self::default() };
        Self { nanoseconds: moment.unit == TimeUnit::NANOS, utc: moment.is_adjusted_to_u_t_c }
    }

    fn shown(self, field: &Field) -> Option<String> {
        match field {
            Field::Long(since) if self.nanoseconds => Some(moment(i128::from(*since))),
            field => shown(field),
        }
    }
}

/// What a value shows as; none for null.
fn shown(field: &Field) -> Option<String> {
    match field {
        Field::Null => None,
        Field::Str(text) => Some(text.clone()),
        Field::Double(number) => Some(plain_number(*number)),
        Field::Float(number) => Some(number.to_string()),
        Field::Bytes(bytes) => Some(format!("（{} bytes）", bytes.len())),
        Field::Decimal(decimal) => Some(scaled(decimal.data(), decimal.scale())),
        Field::Date(days) => {
            let day = jiff::civil::date(1970, 1, 1).checked_add(jiff::Span::new().try_days(*days).ok()?);
            Some(day.map_or_else(|_| days.to_string(), |day| day.to_string()))
        }
        Field::TimestampMillis(since) => Some(moment(i128::from(*since) * 1_000_000)),
        Field::TimestampMicros(since) => Some(moment(i128::from(*since) * 1_000)),
        other => Some(other.to_string()),
    }
}

/// The day and the time of day so many nanoseconds after the beginning of 1970, or before it.
fn moment(nanoseconds: i128) -> String {
    let whole = jiff::SignedDuration::from_nanos_i128(nanoseconds);
    let start = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);
    start.checked_add(whole).map_or_else(|_| nanoseconds.to_string(), |moment| moment.to_string())
}

/// The number that big-endian bytes in two's complement are, with so many decimal places.
fn scaled(bytes: &[u8], scale: i32) -> String {
    if bytes.len() > LONGEST_DECIMAL {
        return format!("（{} bytes）", bytes.len());
    }
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let digits = digits(bytes, negative);
    let places = usize::try_from(scale).unwrap_or(0).min(80);
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    let point = if places > 0 { "." } else { "" };
    format!("{}{whole}{point}{fraction}", if negative { "-" } else { "" })
}

/// The digits of such a number without its sign.
fn digits(bytes: &[u8], negative: bool) -> String {
    let mut magnitude: Vec<u8> = bytes.iter().map(|byte| if negative { !byte } else { *byte }).collect();
    if negative {
        for byte in magnitude.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                break;
            }
        }
    }
    let mut digits = Vec::new();
    while magnitude.iter().any(|byte| *byte != 0) {
        let mut rest = 0;
        for byte in &mut magnitude {
            let value = rest * 256 + u16::from(*byte);
            *byte = u8::try_from(value / 10).unwrap_or(0);
            rest = value % 10;
        }
        digits.push(char::from(b'0' + u8::try_from(rest).unwrap_or(0)));
    }
    if digits.is_empty() { "0".to_owned() } else { digits.into_iter().rev().collect() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::{any, prop, proptest};

    use super::{Layout, RawTable, Request, SourceMap, read, scaled, table};
    use crate::diagnostic::Code;
    use crate::facts::read::Options;
    use crate::source::Span;

    /// Made by `tests/files/make_databases.py`.
    const FILE: &str = "tests/files/各种类型.parquet";

    fn read_file(path: &Path) -> (SourceMap, Vec<RawTable>, Vec<Code>) {
        let mut sources = SourceMap::new();
        let options = Options::default();
        let request = Request { path, name: "表.parquet", at: Span::default(), options: &options };
        let (tables, report) = read(&mut sources, &request);
        (sources, tables, report.diagnostics().iter().map(|one| one.code).collect())
    }

    #[test]
    fn every_type_is_read_exactly() {
        let (sources, tables, complaints) = read_file(Path::new(FILE));
        assert_eq!(complaints, []);
        let notes: Vec<&str> = tables[0].notes.iter().map(|note| note.message.zh.as_str()).collect();
        assert!(notes.len() == 1 && notes[0].ends_with("：毫秒"), "{notes:?}");
        let rows = &tables[0].rows;
        let column = |name: &str| {
            let at = rows[0].cells.iter().position(|cell| cell.text == name).unwrap();
            [1, 2, 3].map(|row| rows[row].cells[at].text.as_str())
        };
        for (name, values) in [
            ("项目名称", ["关工委经费", "绩效'考核,\n二期"]),
            ("预算金额", ["25.08", "-0.01"]),
            ("大额", ["1234567890123456789012345678.0123456789", "0.0000000000"]),
            ("小额", ["1.230", "-9999.999"]),
            ("超长", ["11111111111111111111111111111111111111111111111111.25", "-0.01"]),
            ("支出金额", ["0.3", "100000000000000000000"]),
            ("单精度", ["0.1", "16777216"]),
            ("笔数", ["9007199254740993", "-9223372036854775808"]),
            ("小整数", ["-128", "127"]),
            ("无符号", ["18446744073709551615", "0"]),
            ("日期", ["2020-03-05", "1949-10-01"]),
            ("时刻", ["2020-03-05T08:30:15.25", "1969-12-31T23:59:59"]),
            ("毫秒", ["2020-03-05T08:30:15.25", "1969-12-31T23:59:59"]),
            ("纳秒", ["2020-03-05T08:30:15.25", "1969-12-31T23:59:59"]),
            ("时间", ["08:30:15.000000", "00:00:00.000000"]),
            ("是否", ["true", "false"]),
            ("字节", ["（2 bytes）", "（0 bytes）"]),
            ("字典", ["公共", "公共"]),
            ("列表", ["[1, 2]", "[]"]),
            ("结构", ["{甲: 1, 乙: \"x\"}", ""]),
            ("映射", ["{\"a\" -> 1.50}", "{}"]),
            ("空", ["", ""]),
        ] {
            let read = column(name);
            assert_eq!(&read[..2], values, "{name}");
            assert_eq!(read[2], "", "{name} of the last row is null");
        }
        assert!(rows[3].cells.iter().all(|cell| cell.absent));
        let cell = &rows[2].cells[1];
        assert_eq!(
            (sources.text(cell.span).as_ref(), cell.address().written().as_deref()),
            ("-0.01", Some("[2].预算金额"))
        );
    }

    #[test]
    fn files_that_are_cut_short_or_none_are_refused() {
        let whole = std::fs::read(FILE).unwrap();
        let path = std::env::temp_dir().join(format!("gouji-{}.parquet", std::process::id()));
        for end in [0, 3, 4, 11, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
            std::fs::write(&path, &whole[..end]).unwrap();
            let (_, tables, complaints) = read_file(&path);
            assert_eq!((tables.len(), complaints), (0, vec![Code::BrokenFile]), "{end} bytes");
        }
        // A footer that says it is longer than the file.
        let mut lying = whole.clone();
        let at = lying.len() - 8;
        lying[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        std::fs::write(&path, &lying).unwrap();
        assert_eq!(read_file(&path).2, [Code::BrokenFile]);
        std::fs::remove_file(&path).unwrap();
    }

    proptest! {
        /// Bytes that say something else than they should, in the data or in the footer: an error or other rows.
        #[test]
        fn damaged_files_end_with_a_complaint(damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
            let mut bytes = std::fs::read(FILE).unwrap();
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            let _ = std::panic::catch_unwind(move || table(bytes, ("", Span::default()), &mut Layout::new()).is_ok());
        }
    }

    #[test]
    fn decimals_are_exact() {
        assert_eq!(scaled(&[0x09, 0xCC], 2), "25.08");
        assert_eq!(scaled(&[0xFF], 2), "-0.01");
        assert_eq!(scaled(&[], 0), "0");
        assert_eq!(scaled(&[0x80, 0, 0, 0], 0), "-2147483648");
        assert_eq!(scaled(&[0x7F; 20], 2), "7278851291804889043602665637449723274364840508.15");
    }
}
