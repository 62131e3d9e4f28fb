//! Parquet: one table a file, rows by number.
//!
//! The crate that reads it trusts its files more than gouji does, so that a panic in there becomes a complaint here.

use std::panic::{AssertUnwindSafe, catch_unwind};

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

use super::Request;
use super::layout::Layout;
use super::office::Trouble;
use super::open;
use super::raw::RawTable;
use super::sheet::plain_number;
use crate::diagnostic::Report;
use crate::source::SourceMap;
use crate::text;

/// Cells that are read of one file.
const MOST_CELLS: usize = 5_000_000;

/// Reads the table of a file.
#[must_use]
pub fn read(sources: &mut SourceMap, request: &Request<'_>) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    let Some(bytes) = open::bytes(request, &mut report) else { return (Vec::new(), report) };
    let mut layout = Layout::new();
    let read = catch_unwind(AssertUnwindSafe(|| table(bytes, &mut layout)));
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

fn table(bytes: Vec<u8>, layout: &mut Layout) -> Result<RawTable, Trouble> {
    let reader = SerializedFileReader::new(bytes::Bytes::from(bytes)).map_err(|error| broken(&error))?;
    let schema = reader.metadata().file_metadata().schema();
    let columns: Vec<String> = schema.get_fields().iter().map(|field| field.name().to_owned()).collect();
    let header = layout.row(columns.iter().map(|column| (Some(column.clone()), None)));
    let mut table = RawTable { header_rows: Some(1), rows: vec![header], ..RawTable::default() };
    let mut cells = 0;
    for (number, row) in reader.get_row_iter(None).map_err(|error| broken(&error))?.enumerate() {
        let row: Row = row.map_err(|error| broken(&error))?;
        cells += columns.len();
        if cells > MOST_CELLS {
            return Err(Trouble::limit(text!("文件太大", "the file is too large")));
        }
        let fields = row.get_column_iter();
        table
            .rows
            .push(layout.row(fields.map(|(name, field)| (shown(field), Some(format!("[{}].{name}", number + 1))))));
    }
    Ok(table)
}

/// What a value shows as; none for null.
fn shown(field: &Field) -> Option<String> {
    match field {
        Field::Null => None,
        Field::Str(text) => Some(text.clone()),
        Field::Double(number) => Some(plain_number(*number)),
        Field::Float(number) => Some(number.to_string()),
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
    if bytes.len() > 16 {
        return format!("（{} bytes）", bytes.len());
    }
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let fill = if negative { u128::MAX } else { 0 };
    let value = bytes.iter().fold(fill, |value, byte| value << 8 | u128::from(*byte)).cast_signed();
    let digits = value.unsigned_abs().to_string();
    let places = usize::try_from(scale).unwrap_or(0).min(40);
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    let point = if places > 0 { "." } else { "" };
    format!("{}{whole}{point}{fraction}", if value < 0 { "-" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(scaled(&[0x09, 0xCC], 2), "25.08");
        assert_eq!(scaled(&[0xFF], 2), "-0.01");
        assert_eq!(scaled(&[], 0), "0");
        assert_eq!(scaled(&[0x80, 0, 0, 0], 0), "-2147483648");
    }
}
