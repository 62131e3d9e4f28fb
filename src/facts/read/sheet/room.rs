//! [`Room`]: how many cells of a workbook are read.

use super::Sheet;
use crate::facts::read::office::Trouble;
use crate::text;

/// Cells that are read of one sheet, those with long texts counted as several.
const MOST_CELLS: usize = 6_000_000;
/// And of all sheets of a workbook together: a small archive can hold a hundred full sheets.
const MOST_IN_ALL: usize = 2 * MOST_CELLS;

/// How many more cells are read.
#[derive(Debug)]
pub(super) struct Room {
    sheet: usize,
    all: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self { sheet: MOST_CELLS, all: MOST_IN_ALL }
    }
}

impl Room {
    /// Begins the next sheet.
    pub(super) const fn begin(&mut self) {
        self.sheet = MOST_CELLS;
    }

    /// Whether there is room for so many more cells of `sheet`, each with a text of `len` bytes; the sheet is cut off where
    /// there is none.
    pub(super) fn has(&mut self, sheet: &mut Sheet, count: usize, len: usize) -> bool {
        if sheet.cut.is_some() {
            return false;
        }
        let taken = self.take(count.saturating_mul(weight(len)));
        taken.map_err(|full| sheet.cut.get_or_insert(full)).is_ok()
    }

    /// Takes so much room. Once there is none, nothing more of the sheet has any.
    fn take(&mut self, weight: usize) -> Result<(), Trouble> {
        match (self.sheet.checked_sub(weight), self.all.checked_sub(weight)) {
            (Some(sheet), Some(all)) => (self.sheet, self.all) = (sheet, all),
            (None, _) => {
                self.sheet = 0;
                return Err(Trouble::limit(text!(
                    "超过 {MOST_CELLS} 个单元格，其余没有读入",
                    "it has more than {MOST_CELLS} cells; the rest was not read"
                )));
            }
            (_, None) => {
                self.all = 0;
                return Err(Trouble::limit(text!(
                    "各页合计超过 {MOST_IN_ALL} 个单元格，其余没有读入",
                    "all sheets together have more than {MOST_IN_ALL} cells; the rest was not read"
                )));
            }
        }
        Ok(())
    }
}

/// What a cell with a text of `len` bytes counts for: one text may be shown by a million cells.
const fn weight(len: usize) -> usize {
    1 + len / 64
}

#[cfg(test)]
mod tests {
    use super::{MOST_CELLS, Room, Sheet};

    #[test]
    fn a_sheet_has_room_and_all_of_them_have() {
        let mut room = Room::default();
        let mut fill = || {
            room.begin();
            let mut sheet = Sheet::default();
            let count = (0..=MOST_CELLS).take_while(|_| room.has(&mut sheet, 1, 1)).count();
            (count, sheet.cut.is_some())
        };
        assert_eq!([fill(), fill(), fill()], [(MOST_CELLS, true), (MOST_CELLS, true), (0, true)]);
    }

    #[test]
    fn long_texts_count_as_several() {
        let (mut room, mut sheet) = (Room::default(), Sheet::default());
        assert!(room.has(&mut sheet, 1, 64 * (MOST_CELLS - 1)) && sheet.cut.is_none());
        assert!(!room.has(&mut sheet, 1, 1) && sheet.cut.is_some());
        room.begin();
        let mut sheet = Sheet::default();
        assert!(!room.has(&mut sheet, MOST_CELLS, 64) && !room.has(&mut sheet, 1, 1), "repeated ones as well");
    }
}
