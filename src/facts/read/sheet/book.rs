//! [`Book`]: sheets that stand one after another in one text, as they are read.

use super::room::Room;
use super::{MOST_MERGES, Merge, Sheet};
use crate::facts::address::{MOST_COLUMNS, MOST_ROWS, Position};
use crate::facts::read::office::Trouble;

/// The sheets that are finished, and the one that is being read.
#[derive(Debug, Default)]
pub(super) struct Book {
    sheets: Vec<Sheet>,
    pub(super) sheet: Option<Sheet>,
    /// The next column of the sheet whose visibility is told.
    told: u32,
    room: Room,
}

impl Book {
    /// Begins a sheet, unless one is being read.
    pub(super) fn begin(&mut self, name: String, hidden: bool) {
        if self.sheet.is_none() {
            self.sheet = Some(Sheet { name, hidden, ..Sheet::default() });
            self.told = 0;
            self.room.begin();
        }
    }

    /// Ends the sheet.
    pub(super) fn end(&mut self) {
        self.sheets.extend(self.sheet.take());
    }

    /// All sheets; the last is cut off where the text stopped, if it did.
    ///
    /// # Errors
    /// When there is none.
    pub(super) fn finish(mut self, cut: Option<Trouble>) -> Result<Vec<Sheet>, Trouble> {
        self.end();
        if let Some(last) = self.sheets.last_mut() {
            last.cut = last.cut.take().or(cut);
        }
        self.sheets.iter_mut().for_each(Sheet::tidy);
        super::some(self.sheets)
    }

    /// The column that is told of next.
    pub(super) const fn told(&self) -> u32 {
        self.told
    }

    /// Is told of `count` columns from `first` on.
    pub(super) fn columns(&mut self, first: u32, count: u32, hidden: bool) {
        self.told = first.saturating_add(count).min(MOST_COLUMNS);
        let sheet = self.sheet.as_mut().filter(|sheet| sheet.hidden_columns.len() < super::MOST_HIDDEN);
        if let (Some(sheet), true, Some(last)) = (sheet, hidden && first < self.told, self.told.checked_sub(1)) {
            sheet.hidden_columns.push((first, last));
        }
    }

    /// Begins a row, if a sheet can have it.
    pub(super) fn begin_row(&mut self, number: u32, hidden: bool) {
        if let Some(sheet) = self.sheet.as_mut().filter(|_| number < MOST_ROWS) {
            sheet.begin_row(number, hidden);
        }
    }

    /// Merges so many columns and rows from a cell on.
    pub(super) fn merge(&mut self, (top, left): Position, (columns, rows): (u32, u32)) {
        let Some(sheet) = self.sheet.as_mut().filter(|_| columns > 1 || rows > 1) else { return };
        if sheet.merges.len() < MOST_MERGES {
            let bottom = top.saturating_add(rows.max(1) - 1).min(MOST_ROWS - 1);
            let right = left.saturating_add(columns.max(1) - 1).min(MOST_COLUMNS - 1);
            sheet.merges.push(Merge { top, left, bottom, right });
        }
    }

    /// Adds the cell that stands in `columns` of the row `number`, which was begun last, and shows `text` in each.
    pub(super) fn add(&mut self, number: u32, columns: std::ops::Range<u32>, (text, numeric): (&str, bool)) {
        let Some(sheet) = &mut self.sheet else { return };
        if text.is_empty() || !self.room.has(sheet, columns.len(), text.len()) {
            return;
        }
        let cell = sheet.cell(columns.start, text, numeric);
        if let Some(row) = sheet.rows.last_mut().filter(|row| row.number == number) {
            let narrow = |column| u16::try_from(column).unwrap_or(u16::MAX);
            row.cells.extend(columns.map(|column| super::SheetCell { column: narrow(column), ..cell }));
        }
    }

    /// Repeats the row `first`, if it was begun last, up to the row `end`, without that one.
    pub(super) fn repeat_row(&mut self, first: u32, end: u32) {
        let Some(sheet) = &mut self.sheet else { return };
        let Some(row) = sheet.rows.last().filter(|row| row.number == first) else { return };
        let (hidden, cells) = (row.hidden, row.cells.clone());
        if cells.is_empty() && !hidden {
            return;
        }
        let average = cells.iter().map(|cell| cell.len as usize).sum::<usize>() / cells.len().max(1);
        for number in first + 1..end.min(MOST_ROWS) {
            if !self.room.has(sheet, cells.len().max(1), average) {
                return;
            }
            sheet.rows.push(super::SheetRow { number, hidden, cells: cells.clone() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Book;
    use crate::diagnostic::Code;

    #[test]
    fn a_full_sheet_ends_there_and_all_sheets_together_have_an_end() {
        // As much as 371 cells, in each of 16,000 columns: 5.9 million.
        let (long, mut book) = ("x".repeat(64 * 370), Book::default());
        for name in ["一", "二", "三"] {
            book.begin(name.to_owned(), false);
            for row in 0..3 {
                book.begin_row(row, false);
                book.add(row, 0..16_000, (&long, false));
                book.add(row, 16_000..16_001, ("x", false));
            }
            book.end();
        }
        let sheets = book.finish(None).unwrap();
        let read: Vec<Vec<usize>> =
            sheets.iter().map(|sheet| sheet.rows.iter().map(|row| row.cells.len()).collect()).collect();
        assert_eq!(read, [[16_001, 0, 0], [16_001, 0, 0], [0, 0, 0]]);
        let why: Vec<String> = sheets.into_iter().filter_map(|sheet| sheet.cut).map(|cut| cut.why.zh).collect();
        assert_eq!(why.len(), 3);
        assert!(why[0].starts_with("超过") && why[2].starts_with("各页合计"), "{why:?}");
    }

    #[test]
    fn rows_are_repeated_while_there_is_room() {
        let mut book = Book::default();
        book.begin("一".to_owned(), false);
        book.begin_row(0, true);
        book.add(0, 0..100, (&"x".repeat(64 * 99), false));
        book.repeat_row(0, 1 << 20);
        book.end();
        book.begin("二".to_owned(), false);
        book.begin_row(0, false);
        book.add(0, 0..2, ("x", false));
        book.repeat_row(0, 3);
        let sheets = book.finish(None).unwrap();
        let [full, next] = &sheets[..] else { panic!("{} sheets", sheets.len()) };
        assert_eq!((full.rows.len(), full.cut.as_ref().map(|cut| cut.code)), (600, Some(Code::LimitReached)));
        assert!(full.rows[599].hidden && full.text(full.rows[599].cells[99]).len() == 64 * 99);
        assert_eq!((next.rows.len(), next.rows[2].cells.len(), next.cut.is_some()), (3, 2, false));
    }
}
