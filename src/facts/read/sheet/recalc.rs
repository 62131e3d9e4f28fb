//! Whether stored results still are what their formulas come to.
//!
//! Only what is certain is computed: sums, the four operations and brackets over numbers of the same sheet, exactly.
//! A formula with anything else in it is left alone.

use rustc_hash::FxHashMap;

use super::Sheet;
use crate::facts::address::{Position, position};
use crate::value::{Decimal, parse_decimal};

/// Cells that all sums of one sheet may visit.
const MOST_VISITS: usize = 5_000_000;
/// Brackets nested deeper than this are left alone.
const DEEPEST: u32 = 30;

/// A formula whose stored result is another than it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stale<'a> {
    pub(super) place: Position,
    pub(super) formula: &'a str,
    pub(super) computed: Decimal,
}

/// Every formula of the sheet whose stored result is certainly wrong.
pub(super) fn stale(sheet: &Sheet) -> Vec<Stale<'_>> {
    if sheet.formulas.is_empty() {
        return Vec::new();
    }
    let cells = contents(sheet);
    let mut visits = 0;
    let mut stale = Vec::new();
    for (place, formula) in &sheet.formulas {
        let Some(Content::Number(stored)) = cells.get(place) else { continue };
        let mut reader = Reader { text: formula.as_bytes(), at: 0, cells: &cells, visits: &mut visits };
        let Some(computed) = reader.whole() else { continue };
        // Doubles carry 15 digits; what differs by more than their noise differs.
        let noise = computed.abs().max(Decimal::ONE).checked_mul(Decimal::new(1, 9));
        let differs = computed.checked_sub(*stored).zip(noise).is_some_and(|(gap, noise)| gap.abs() > noise);
        if differs {
            stale.push(Stale { place: *place, formula, computed: computed.round_dp(9).normalize() });
        }
    }
    stale
}

/// What a cell is to a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Number(Decimal),
    /// Sums pass over it, operations refuse it.
    Text,
    /// A number whose value is not known here: a day, a formula that was never computed.
    Unknown,
}

fn contents(sheet: &Sheet) -> FxHashMap<Position, Content> {
    let mut cells = FxHashMap::default();
    for row in &sheet.rows {
        for cell in &row.cells {
            let text = sheet.text(*cell);
            let content = match value(text).filter(|_| cell.numeric) {
                Some(value) => Content::Number(value),
                None if cell.numeric || text.starts_with('=') => Content::Unknown,
                None => Content::Text,
            };
            cells.insert((row.number, cell.column()), content);
        }
    }
    cells
}

fn value(text: &str) -> Option<Decimal> {
    match text.strip_suffix('%') {
        Some(percent) => parse_decimal(percent).ok()?.checked_div(Decimal::ONE_HUNDRED),
        None => parse_decimal(text).ok(),
    }
}

struct Reader<'a> {
    text: &'a [u8],
    at: usize,
    cells: &'a FxHashMap<Position, Content>,
    visits: &'a mut usize,
}

impl Reader<'_> {
    fn whole(&mut self) -> Option<Decimal> {
        let value = self.sum_of_terms(0)?;
        (self.peek().is_none()).then_some(value)
    }

    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn takes(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn sum_of_terms(&mut self, depth: u32) -> Option<Decimal> {
        let mut value = self.product(depth)?;
        loop {
            if self.takes(b'+') {
                value = value.checked_add(self.product(depth)?)?;
            } else if self.takes(b'-') {
                value = value.checked_sub(self.product(depth)?)?;
            } else {
                return Some(value);
            }
        }
    }

    fn product(&mut self, depth: u32) -> Option<Decimal> {
        let mut value = self.factor(depth)?;
        loop {
            if self.takes(b'*') {
                value = value.checked_mul(self.factor(depth)?)?;
            } else if self.takes(b'/') {
                value = value.checked_div(self.factor(depth)?)?;
            } else {
                return Some(value);
            }
        }
    }

    fn factor(&mut self, depth: u32) -> Option<Decimal> {
        if depth > DEEPEST {
            return None;
        }
        match self.peek()? {
            b'-' => {
                self.at += 1;
                Some(-self.factor(depth + 1)?)
            }
            b'(' => {
                self.at += 1;
                let value = self.sum_of_terms(depth + 1)?;
                self.takes(b')').then_some(value)
            }
            b'0'..=b'9' | b'.' => {
                let number = self.word(|byte| byte.is_ascii_digit() || byte == b'.');
                parse_decimal(&number).ok()
            }
            _ => {
                let word = self.word(|byte| byte.is_ascii_alphanumeric() || byte == b'$');
                if word.eq_ignore_ascii_case("SUM") && self.takes(b'(') {
                    return self.sum(depth + 1);
                }
                // An empty cell is 0 to the four operations; a text is an error.
                let place = position(&word.replace('$', ""))?;
                match self.cells.get(&place) {
                    None => Some(Decimal::ZERO),
                    Some(Content::Number(value)) => Some(*value),
                    Some(Content::Text | Content::Unknown) => None,
                }
            }
        }
    }

    /// The arguments of `SUM`, whose bracket is open: ranges, in which texts do not count, and values.
    fn sum(&mut self, depth: u32) -> Option<Decimal> {
        let mut total = Decimal::ZERO;
        loop {
            let start = self.at;
            let first = self.word(|byte| byte.is_ascii_alphanumeric() || byte == b'$');
            let part = if self.takes(b':') {
                let last = self.word(|byte| byte.is_ascii_alphanumeric() || byte == b'$');
                self.range(position(&first.replace('$', ""))?, position(&last.replace('$', ""))?)?
            } else {
                self.at = start;
                self.sum_of_terms(depth)?
            };
            total = total.checked_add(part)?;
            if self.takes(b')') {
                return Some(total);
            }
            if !self.takes(b',') {
                return None;
            }
        }
    }

    fn range(&mut self, (top, left): Position, (bottom, right): Position) -> Option<Decimal> {
        let area = (bottom.checked_sub(top)? as usize + 1).checked_mul(right.checked_sub(left)? as usize + 1)?;
        *self.visits = self.visits.saturating_add(area);
        if *self.visits > MOST_VISITS {
            return None;
        }
        let mut total = Decimal::ZERO;
        for row in top..=bottom {
            for column in left..=right {
                match self.cells.get(&(row, column)) {
                    Some(Content::Number(value)) => total = total.checked_add(*value)?,
                    Some(Content::Unknown) => return None,
                    Some(Content::Text) | None => {}
                }
            }
        }
        Some(total)
    }

    fn word(&mut self, belongs: impl Fn(u8) -> bool) -> String {
        self.peek();
        let start = self.at;
        while self.text.get(self.at).is_some_and(|byte| belongs(*byte)) {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.text[start..self.at]).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Sheet, SheetRow};
    use super::stale;

    /// A column of numbers from A1 down, `x` for a text, and a formula beside them with its stored result.
    fn check(column: &[&str], formula: &str, stored: &str) -> Option<String> {
        let mut sheet = Sheet { formulas: vec![((0, 1), formula.to_owned())], ..Sheet::default() };
        for (number, text) in (0..).zip(column) {
            let cell = sheet.cell(0, text, *text != "x");
            sheet.rows.push(SheetRow { number, hidden: false, cells: vec![cell] });
        }
        let result = sheet.cell(1, stored, true);
        sheet.rows[0].cells.push(result);
        stale(&sheet).first().map(|stale| stale.computed.to_string())
    }

    #[test]
    fn only_certain_differences_are_told() {
        let column = ["37.98", "4.95", "x", "0.1", "50%"];
        assert_eq!(check(&column, "SUM(A1:A2)", "42.93"), None);
        assert_eq!(check(&column, "SUM(A1:A2)", "0").as_deref(), Some("42.93"), "written by a program, never computed");
        assert_eq!(check(&column, "SUM($A$1:A3,A4) - 1", "42.03"), None, "sums pass over texts");
        assert_eq!(check(&column, "A1+A3", "37.98"), None, "an operation on a text is not ours to judge");
        assert_eq!(check(&column, "(A1-A2)*2/A5", "132.12"), None);
        assert_eq!(check(&column, "-A1+A9", "-38").as_deref(), Some("-37.98"));
        assert_eq!(check(&column, "A1/3", "12.66"), None);
        assert_eq!(check(&column, "A2/3", "1.65000000000000"), None);
        for other in
            ["VLOOKUP(A1,B:C,2)", "Sheet2!A1", "A1&A2", "SUM(A:A)", "A1^2", "ROUND(A1,1)", "", "SUM(A2:A1)", "1/0"]
        {
            assert_eq!(check(&column, other, "7"), None, "{other}");
        }
        assert_eq!(check(&column, &"(".repeat(400), "7"), None);
    }
}
