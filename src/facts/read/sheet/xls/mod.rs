//! xls: the binary records of Excel 5 to 2003, within the older container.
//!
//! calamine reads them too, but makes room for whatever rectangle a file claims, which one wrong record turns into more
//! memory than there is, and it does not tell hidden rows, columns and number formats.

mod compound;
mod records;
mod strings;

use super::super::office::Trouble;
use super::room::Room;
use super::style::NumberFormat;
use super::{MOST_HIDDEN, Merge, Sheet, shown, some};
use crate::facts::address::MOST_COLUMNS;
use crate::text;
use compound::Compound;
use records::{Record, Records, double, word};
use strings::{Encoding, Pieces};

/// Every sheet of the workbook that `bytes` are.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, Trouble> {
    let compound = Compound::open(bytes)?;
    if compound.has("EncryptedPackage") {
        return Err(locked());
    }
    let Some(stream) = compound.stream("Workbook").or_else(|| compound.stream("Book")) else {
        return Err(if compound.has("WordDocument") {
            let help = text!("用 Word 或 WPS 另存为 .docx", "save it as .docx in Word or WPS");
            Trouble::broken(text!("这是旧格式的 Word 文档", "it is a Word document of the older format"))
                .with_help(help)
        } else {
            Trouble::broken(text!("里面没有工作簿", "there is no workbook in it"))
        });
    };
    let book = Book::read(&stream)?;
    let mut room = Room::default();
    let sheets: Vec<Sheet> = book.tabs.iter().map(|tab| book.sheet(&stream, tab, &mut room)).collect();
    some(sheets)
}

fn locked() -> Trouble {
    let help = text!("在 Excel 或 WPS 里去掉密码后另存", "remove the password in Excel or WPS and save it");
    Trouble::broken(text!("文件加了密码", "it is under a password")).with_help(help)
}

/// What the sheets have in common.
#[derive(Default)]
struct Book {
    encoding: Encoding,
    since_1904: bool,
    codes: Vec<(u16, NumberFormat)>,
    /// The format number of every cell style.
    styles: Vec<u16>,
    shared: Vec<String>,
    tabs: Vec<Tab>,
}

struct Tab {
    name: String,
    hidden: bool,
    at: usize,
}

impl Book {
    /// Reads the part before the sheets.
    fn read(stream: &[u8]) -> Result<Self, Trouble> {
        let mut book = Self::default();
        for record in Records::new(stream, 0) {
            let data = record.data();
            match record.kind {
                0x0809 => book.encoding.wide = word(data, 0) == Some(0x0600),
                0x002F => return Err(locked()),
                0x0042 => book.encoding.page = word(data, 0).unwrap_or(0),
                0x0022 => book.since_1904 = word(data, 0) == Some(1),
                0x041E => {
                    let mut pieces = Pieces::new(&record, 2);
                    let code = pieces.long_string(book.encoding);
                    if let (Some(id), Some(code)) = (word(data, 0), code) {
                        book.codes.push((id, NumberFormat::of_code(&code)));
                    }
                }
                0x00E0 => book.styles.push(word(data, 2).unwrap_or(0)),
                0x0085 => book.tab(&record),
                0x00FC => {
                    let mut pieces = Pieces::new(&record, 8);
                    while let Some(text) = pieces.rich_string() {
                        book.shared.push(text);
                    }
                }
                0x000A => break,
                _ => {}
            }
        }
        Ok(book)
    }

    fn tab(&mut self, record: &Record<'_>) {
        let data = record.data();
        let (Some(low), Some(high), Some(kind)) = (word(data, 0), word(data, 2), data.get(5)) else { return };
        let name = Pieces::new(record, 6).short_string(self.encoding);
        // Charts and macro sheets hold no cells.
        if let (Some(name), 0) = (name, kind) {
            let at = usize::from(low) | usize::from(high) << 16;
            self.tabs.push(Tab { name, hidden: data.get(4).is_some_and(|state| state & 3 != 0), at });
        }
    }

    fn format(&self, style: u16) -> NumberFormat {
        let id = self.styles.get(usize::from(style)).copied().unwrap_or(0);
        let own = self.codes.iter().find(|(known, _)| *known == id).map(|(_, format)| *format);
        own.unwrap_or_else(|| NumberFormat::built_in(u32::from(id)))
    }

    fn sheet(&self, stream: &[u8], tab: &Tab, room: &mut Room) -> Sheet {
        room.begin();
        let mut walk = Walk { book: self, sheet: Sheet::default(), pending: None, room };
        let mut depth = 0_u32;
        for record in Records::new(stream, tab.at) {
            match record.kind {
                0x0809 => depth += 1,
                0x000A if depth <= 1 => break,
                0x000A => depth -= 1,
                // What is nested deeper is a chart.
                _ if depth <= 1 => walk.record(&record),
                _ => {}
            }
        }
        if depth == 0 {
            let why = text!("工作表的内容不在文件里", "the content of the sheet is not in the file");
            walk.sheet.cut = Some(Trouble::broken(why));
        }
        walk.sheet.tidy();
        Sheet { name: tab.name.clone(), hidden: tab.hidden, ..walk.sheet }
    }
}

struct Walk<'a> {
    book: &'a Book,
    sheet: Sheet,
    /// The formula whose text follows.
    pending: Option<(u16, u16)>,
    room: &'a mut Room,
}

impl Walk<'_> {
    fn record(&mut self, record: &Record<'_>) {
        let data = record.data();
        let (Some(row), Some(column)) = (word(data, 0), word(data, 2)) else { return };
        let style = word(data, 4).unwrap_or(0);
        match record.kind {
            0x0208 => {
                let hidden = word(data, 12).is_some_and(|flags| flags & 0x20 != 0);
                self.sheet.begin_row(u32::from(row), hidden);
            }
            0x007D if word(data, 8).is_some_and(|flags| flags & 1 != 0) => {
                let last = u32::from(column).min(MOST_COLUMNS - 1);
                if u32::from(row) <= last && self.sheet.hidden_columns.len() < MOST_HIDDEN {
                    self.sheet.hidden_columns.push((u32::from(row), last));
                }
            }
            0x00FD => {
                let index =
                    word(data, 6).zip(word(data, 8)).map(|(low, high)| usize::from(low) | usize::from(high) << 16);
                match index.and_then(|index| self.book.shared.get(index)) {
                    Some(text) => self.put(row, column, text.clone()),
                    None => self.sheet.stray += 1,
                }
            }
            0x0204 | 0x00D6 => {
                let text = Pieces::new(record, 6).long_string(self.book.encoding);
                self.put(row, column, text.unwrap_or_default());
            }
            0x0203 => self.number(row, column, style, double(data, 6).map(|number| format!("{number:e}"))),
            0x027E => self.number(row, column, style, packed(data, 6)),
            0x00BD => {
                for (at, place) in (4..data.len().saturating_sub(2)).step_by(6).zip(column..) {
                    self.number(row, place, word(data, at).unwrap_or(0), packed(data, at + 2));
                }
            }
            0x0205 => {
                let value = data.get(6).copied().unwrap_or(0);
                self.put(row, column, if data.get(7) == Some(&1) { error(value) } else { boolean(value) });
            }
            0x0006 => self.formula(data, (row, column), style),
            0x00E5 => self.merges(data),
            _ => {}
        }
        if record.kind == 0x0207
            && let Some((row, column)) = self.pending.take()
        {
            let text = Pieces::new(record, 0).long_string(self.book.encoding);
            self.put(row, column, text.unwrap_or_default());
        }
    }

    fn formula(&mut self, data: &[u8], (row, column): (u16, u16), style: u16) {
        let value = data.get(6..14).unwrap_or(&[]);
        match value {
            [0, .., 0xFF, 0xFF] => self.pending = Some((row, column)),
            [1, _, flag, .., 0xFF, 0xFF] => self.put(row, column, boolean(*flag)),
            [2, _, code, .., 0xFF, 0xFF] => self.put(row, column, error(*code)),
            [.., 0xFF, 0xFF] => {}
            _ => self.number(row, column, style, double(data, 6).map(|number| format!("{number:e}"))),
        }
    }

    fn number(&mut self, row: u16, column: u16, style: u16, stored: Option<String>) {
        let Some(stored) = stored else {
            self.sheet.stray += 1;
            return;
        };
        self.put(row, column, shown(&stored, self.book.format(style), self.book.since_1904));
    }

    fn put(&mut self, row: u16, column: u16, text: String) {
        if u32::from(column) >= MOST_COLUMNS {
            self.sheet.stray += 1;
            return;
        }
        if text.is_empty() || !self.room.has(&mut self.sheet, 1, text.len()) {
            return;
        }
        let (number, column) = (u32::from(row), u32::from(column));
        let cell = self.sheet.cell(column, &text, false);
        if self.sheet.rows.last().is_none_or(|last| last.number != number) {
            self.sheet.begin_row(number, false);
        }
        if let Some(row) = self.sheet.rows.last_mut() {
            row.cells.push(cell);
        }
    }

    fn merges(&mut self, data: &[u8]) {
        let count = usize::from(word(data, 0).unwrap_or(0));
        for at in (2..).step_by(8).take(count) {
            let corner = |offset: usize| word(data, at + offset).map(u32::from);
            let (Some(top), Some(bottom), Some(left), Some(right)) = (corner(0), corner(2), corner(4), corner(6))
            else {
                return;
            };
            if top <= bottom && left <= right {
                self.sheet.merges.push(Merge { top, left, bottom, right });
            }
        }
    }
}

/// A number packed into 30 bits: a whole one or the upper half of a double, perhaps in hundredths.
fn packed(data: &[u8], at: usize) -> Option<String> {
    let bits = u32::from(word(data, at)?) | u32::from(word(data, at + 2)?) << 16;
    let hundredths = bits & 1 != 0;
    let (digits, exponent) = if bits & 2 != 0 {
        ((i64::from(bits.cast_signed()) >> 2).to_string(), 0)
    } else {
        let number = format!("{:e}", f64::from_bits(u64::from(bits & !3) << 32));
        let (digits, exponent) = number.split_once('e')?;
        (digits.to_owned(), exponent.parse::<i32>().ok()?)
    };
    Some(format!("{digits}e{}", if hundredths { exponent - 2 } else { exponent }))
}

fn boolean(value: u8) -> String {
    (if value == 0 { "FALSE" } else { "TRUE" }).to_owned()
}

fn error(code: u8) -> String {
    let name = match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        _ => "#N/A",
    };
    name.to_owned()
}

#[cfg(test)]
mod tests;
