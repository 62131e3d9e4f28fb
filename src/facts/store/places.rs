//! [`CellPlaces`]: where rows and cells stand, kept one by one.

use rustc_hash::FxHashMap;

use super::Places;
use crate::facts::address::{Address, Position};
use crate::facts::cells;
use crate::source::{SourceMap, Span};

/// The places of a source whose cells were read one by one.
#[derive(Debug, Default)]
pub struct CellPlaces {
    columns: usize,
    rows: Vec<Span>,
    cells: Vec<Span>,
    shifts: FxHashMap<usize, Box<[(u32, u32)]>>,
    /// The sheet whose cells they are, and which of its cells, as far as any is one: [`NOWHERE`] for others.
    sheet: Box<str>,
    positions: Vec<Position>,
    /// The addresses of others.
    addresses: FxHashMap<usize, Box<str>>,
}

/// The position of what is no cell of a sheet.
const NOWHERE: Position = (u32::MAX, u32::MAX);

impl CellPlaces {
    /// No rows yet, of so many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self { columns, ..Self::default() }
    }

    /// Begins the next row; [`Self::push_cell`] must follow for each column.
    pub fn push_row(&mut self, span: Span) {
        self.rows.push(span);
    }

    /// Adds the next cell of the row begun last.
    pub fn push_cell(&mut self, span: Span, shifts: &[(u32, u32)], address: Address<'_>) {
        let at = self.cells.len();
        self.cells.push(span);
        if !shifts.is_empty() {
            self.shifts.insert(at, shifts.into());
        }
        match address {
            Address::On(sheet, position) if self.positions.is_empty() || *self.sheet == *sheet => {
                if self.positions.is_empty() {
                    self.sheet = sheet.into();
                }
                self.positions.resize(at, NOWHERE);
                self.positions.push(position);
            }
            address => self.addresses.extend(address.written().map(|address| (at, address.into()))),
        }
    }

    fn index(&self, row: u32, column: usize) -> usize {
        row as usize * self.columns + column
    }
}

impl Places for CellPlaces {
    fn row(&self, _sources: &SourceMap, row: u32) -> Span {
        self.rows.get(row as usize).copied().unwrap_or_default()
    }

    fn cell(&self, _sources: &SourceMap, row: u32, column: usize) -> Span {
        self.cells.get(self.index(row, column)).copied().unwrap_or_default()
    }

    fn part(&self, sources: &SourceMap, row: u32, column: usize, part: std::ops::Range<u32>) -> Span {
        let cell = self.cell(sources, row, column);
        let shifts = self.shifts.get(&self.index(row, column)).map_or(&[][..], |shifts| shifts);
        shifted(cell, shifts, &part)
    }

    fn address(&self, row: u32, column: usize) -> Option<String> {
        let at = self.index(row, column);
        match self.positions.get(at).filter(|position| **position != NOWHERE) {
            Some(position) => Address::On(&self.sheet, *position).written(),
            None => self.addresses.get(&at).map(|address| String::from(&**address)),
        }
    }
}

/// Where in `cell` the bytes `part` of its text stand.
pub(in crate::facts) fn shifted(cell: Span, shifts: &[(u32, u32)], part: &std::ops::Range<u32>) -> Span {
    if shifts.is_empty() {
        return cell.part(part.start, part.end.saturating_sub(part.start));
    }
    let place = |offset: u32| {
        let run = shifts.partition_point(|(text, _)| *text <= offset).checked_sub(1).map(|at| shifts[at]);
        let (text, source) = run.unwrap_or_default();
        cell.start() + (source + (offset - text)).min(cell.len())
    };
    let start = place(part.start);
    // The end is that of the last byte inside, so that a break behind it is not part of it.
    let end = if part.end > part.start { place(part.end - 1) + 1 } else { start };
    Span::new(start, end)
}

/// The place of a cell without the blanks around its text, with where text and source part company from there on.
pub(in crate::facts) fn without_blanks(cell: Span, text: &str, shifts: &[(u32, u32)]) -> (Span, Vec<(u32, u32)>) {
    let inside = cells::trimmed(text);
    if inside.len() == text.len() || inside.is_empty() {
        return (cell, shifts.to_vec());
    }
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let (start, end) = (offset(inside.start), offset(inside.end));
    let span = shifted(cell, shifts, &(start..end));
    if shifts.is_empty() {
        return (span, Vec::new());
    }
    let moved = span.start() - cell.start();
    let later = shifts.iter().filter(|(text, _)| *text > start).map(|(text, at)| (text - start, at - moved));
    (span, std::iter::once((0, 0)).chain(later).collect())
}

#[cfg(test)]
mod tests {
    use super::{Address, CellPlaces, Places, SourceMap, Span, shifted, without_blanks};

    #[test]
    fn blanks_around_the_text_of_an_escaped_cell_are_not_part_of_it() {
        // source: ""<break>    text: "<break>
        assert_eq!(
            without_blanks(Span::new(10, 13), "\"\r", &[(0, 0), (1, 2)]).0,
            Span::new(10, 11),
            "as the shifts say"
        );
        // source: <blank>\"x<blank>    text: <blank>"x<blank>
        let (span, shifts) = without_blanks(Span::new(10, 15), " \"x ", &[(0, 0), (1, 2)]);
        assert_eq!(span, Span::new(12, 14));
        assert_eq!(shifted(span, &shifts, &(1..2)), Span::new(13, 14), "places within count from the new start");
        assert_eq!(without_blanks(Span::new(10, 13), " x ", &[]), (Span::new(11, 12), Vec::new()));
        assert_eq!(without_blanks(Span::new(10, 12), "  ", &[]).0, Span::new(10, 12), "a blank cell keeps its place");
    }

    #[test]
    fn parts_skip_escapes_and_breaks() {
        // source: a\"b<gap>cd    text: a"bcd
        let mut places = CellPlaces::new(1);
        places.push_row(Span::new(0, 100));
        places.push_cell(Span::new(10, 19), &[(0, 0), (1, 2), (3, 8)], Address::None);
        let map = SourceMap::new();
        assert_eq!(places.part(&map, 0, 0, 0..1), Span::new(10, 11));
        assert_eq!(places.part(&map, 0, 0, 1..3), Span::new(12, 14), "up to the break, not across it");
        assert_eq!(places.part(&map, 0, 0, 3..4), Span::new(18, 19));
        assert_eq!(places.part(&map, 0, 0, 3..99), Span::new(18, 20), "kept within the cell, or empty");
    }
}
