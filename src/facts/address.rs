//! Cells by letter and number, as people address them: `F12`.

/// Rows that a sheet can have.
pub const MOST_ROWS: u32 = 1 << 20;
/// Columns that a sheet can have.
pub const MOST_COLUMNS: u32 = 1 << 14;

/// A row and a column, counted from 0.
pub type Position = (u32, u32);

/// How people address a cell beyond file and line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Address<'a> {
    /// Not at all.
    #[default]
    None,
    /// By this: `$.items[3].amount`.
    As(&'a str),
    /// By its position on the sheet of that name: `Sheet1!F12`.
    On(&'a str, Position),
}

impl Address<'_> {
    /// As people write it; none when there is none.
    #[must_use]
    pub fn written(self) -> Option<String> {
        match self {
            Self::None => None,
            Self::As(address) => Some(address.to_owned()),
            Self::On(sheet, (row, column)) => Some(format!("{sheet}!{}{}", letters(column), u64::from(row) + 1)),
        }
    }
}

/// The letters of a column: `A`, `Z`, `AA`.
#[must_use]
pub fn letters(column: u32) -> String {
    let mut left = column + 1;
    let mut letters = Vec::new();
    while left > 0 {
        let digit = u8::try_from((left - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// The position that `F12` names; none when it names none that a sheet can have.
#[must_use]
pub fn position(reference: &str) -> Option<Position> {
    let reference = reference.trim();
    let split = reference.find(|character: char| character.is_ascii_digit())?;
    let (letters, digits) = reference.split_at(split);
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let column = letters.bytes().try_fold(0_u32, |column, byte| {
        byte.is_ascii_alphabetic().then(|| column * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1)
    })?;
    let row: u32 = digits.parse().ok()?;
    let inside = (1..=MOST_ROWS).contains(&row) && (1..=MOST_COLUMNS).contains(&column);
    inside.then(|| (row - 1, column - 1))
}

#[cfg(test)]
mod tests {
    use super::{letters, position};

    #[test]
    fn letters_and_positions_are_each_others_inverse() {
        for (column, name) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")] {
            assert_eq!(letters(column), name);
            assert_eq!(position(&format!("{name}7")), Some((6, column)));
        }
        for wrong in ["", "A", "7", "A0", "XFE1", "A1048577", "AAAA1", "$A$1", "A-1", "A99999999999"] {
            assert_eq!(position(wrong), None, "{wrong}");
        }
    }
}
