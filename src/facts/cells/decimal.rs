//! Commas for decimal points, and points between thousands: `1.234,56`.

use crate::value::parse_decimal;

/// So many cells that can mean nothing else prove what a column means; or so many that mean the same, if they are half.
const PROOFS: usize = 2;
const HINTS: usize = 5;

/// What stands before decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecimalMark {
    /// `1,234.56`.
    Point,
    /// `1.234,56`.
    Comma,
}

/// `digits` with commas for points and points for commas.
pub(super) fn swapped(digits: &str) -> String {
    let swap = |c| match c {
        ',' => '.',
        '.' => ',',
        c => c,
    };
    digits.chars().map(swap).collect()
}

/// `1.234,56`, `1.234.567`: a number that has points between thousands.
pub(super) fn is_proof(digits: &str) -> bool {
    let points = digits.matches('.').count();
    let has_both = points > 0 && digits.contains(',');
    (has_both || points > 1) && parse_decimal(digits).is_err() && parse_decimal(&swapped(digits)).is_ok()
}

/// Whether some of `texts` are like `1.234`, which is 1234 where commas are decimal points, and all can be read so.
#[must_use]
pub fn may_have_points_between_thousands<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> bool {
    let is_grouped = |text: &str| {
        text.contains('.') && parse_decimal(&swapped(text.trim())).is_ok_and(|read| read.fract().is_zero())
    };
    let can_be = |text: &str| parse_decimal(text.trim()).is_err() || parse_decimal(&swapped(text.trim())).is_ok();
    texts.clone().any(is_grouped) && texts.clone().all(can_be)
}

/// Whether the numbers among `texts` have commas for decimal points: some can mean nothing else, and all can mean that.
#[must_use]
pub fn has_decimal_commas<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let (mut proofs, mut hints, mut all) = (0, 0, 0);
    for text in texts {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let is_mark = |c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',');
        let digits = text.trim_matches(is_mark);
        let is_number = digits.bytes().any(|byte| byte.is_ascii_digit()) && !digits.contains(is_mark);
        if !is_number {
            continue;
        }
        if parse_decimal(&swapped(digits)).is_err() {
            return false;
        }
        all += 1;
        proofs += usize::from(is_proof(digits));
        hints += usize::from(parse_decimal(digits).is_err());
    }
    proofs >= PROOFS || proofs > 0 && hints > PROOFS || hints >= HINTS && hints * 2 >= all
}

#[cfg(test)]
mod tests {
    use super::{has_decimal_commas, is_proof, may_have_points_between_thousands};

    #[test]
    fn a_number_that_has_points_between_thousands() {
        for digits in ["1.234,56", "1.234.567", "1.234.567,8"] {
            assert!(is_proof(digits), "{digits}");
        }
        for digits in ["1.234", "4,95", "1,234.56", "1.23,4", "12.34.567", "1,234,567", "1.2.3"] {
            assert!(!is_proof(digits), "{digits}");
        }
    }

    #[test]
    fn points_between_thousands_beside_decimal_commas() {
        let may = |texts: &[&str]| may_have_points_between_thousands(texts.iter().copied());
        assert!(may(&["1.000", "2"]) && !may(&["1.5", "1.000"]) && !may(&["1", "2"]) && !may(&[]));
    }

    #[test]
    fn a_column_says_what_its_commas_are() {
        let says = |texts: &[&str]| has_decimal_commas(texts.iter().copied());
        assert!(says(&["1.234,56", "4,95", "1.234", "€ 12.000,00", "-7"]));
        assert!(says(&["4,95", "12,50", "7,00", "1,5", "0,25"]), "none means anything else");
        assert!(!says(&["4,95", "12,50", "7", "8", "9"]), "slips, perhaps");
        assert!(!says(&["1.234,56", "2.345,00", "25.08"]), "25.08 means something else");
        assert!(!says(&["1,234", "2,345"]) && !says(&["1.234"]) && !says(&["4,95"]) && !says(&[]));
    }
}
