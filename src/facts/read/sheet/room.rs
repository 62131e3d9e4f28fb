//! [`Room`]: how many cells of a workbook are read.

use super::weight;
use crate::facts::read::office::Trouble;
use crate::text;

/// Cells that are read of one sheet, those with long texts counted as several.
pub(super) const MOST_CELLS: usize = 6_000_000;
/// And of all sheets of a workbook together: a small archive can hold a hundred full sheets.
const MOST_IN_ALL: usize = 2 * MOST_CELLS;

/// How many more cells are read.
#[derive(Debug)]
pub(super) struct Room {
    sheet: usize,
    all: usize,
}

impl Room {
    /// Before the first sheet.
    pub(super) const fn new() -> Self {
        Self { sheet: MOST_CELLS, all: MOST_IN_ALL }
    }

    /// Begins the next sheet.
    pub(super) const fn begin(&mut self) {
        self.sheet = MOST_CELLS;
    }

    /// Takes the room of a cell that shows `text`. Once there is none, nothing more of the sheet has any.
    pub(super) fn take(&mut self, text: &str) -> Result<(), Trouble> {
        let weight = weight(text);
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

#[cfg(test)]
mod tests {
    use super::{MOST_CELLS, Room};

    #[test]
    fn a_sheet_has_room_and_all_of_them_have() {
        let mut room = Room::new();
        let fill = |room: &mut Room| {
            room.begin();
            (0..=MOST_CELLS).take_while(|_| room.take("1").is_ok()).count()
        };
        assert_eq!([fill(&mut room), fill(&mut room), fill(&mut room)], [MOST_CELLS, MOST_CELLS, 0]);
    }

    #[test]
    fn long_texts_count_as_several() {
        let mut room = Room::new();
        let long = "字".repeat(64 * MOST_CELLS / 3);
        assert!(room.take(&long).is_err() && room.take("1").is_err());
    }
}
