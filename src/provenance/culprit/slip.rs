//! [`slip`]: whether one slip of the pen turns a number into another.
//!
//! Works on the digits as written, in whole numbers; nothing is tried by parsing texts. The cost is a few hundred
//! integer operations per cell, whatever the amounts are.

use crate::value::Decimal;

/// How a number may have been written wrongly, smallest slip first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slip {
    /// A comma where none belongs: `4,95` for 495.
    StrayComma,
    /// A comma for the decimal point: `4,95` for 4.95.
    CommaForPoint,
    /// Two neighbouring digits in the wrong order.
    DigitsSwapped,
    /// A digit written twice: `30000` for 3000.
    DigitDoubled,
    /// A digit too many.
    DigitAdded,
    /// A digit too few.
    DigitLost,
    /// The sign left out or put in.
    Sign,
    /// A row that stands there twice.
    RowTwice,
    /// A row among those added up that is itself the sum of the rows beside it.
    Subtotal,
    /// A total without one of its parts, or without a subtotal of them.
    LeftOut,
    /// A total in which one of its parts, a subtotal of them, or all of them are added twice.
    CountedTwice,
    /// A row that stands in another table is missing in this one.
    RowMissing,
    /// The decimal point so many places too far to the right (negative: to the left).
    PointMoved(i8),
    /// Written in a smaller unit than stated, by so many places (negative: in a larger one): 元 for 万元 is 4.
    WrongUnit(i8),
    /// One wrong digit.
    DigitMistyped,
    /// The value of another cell that was at hand.
    Copied(Whence),
}

/// Where a value may have been copied from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whence {
    /// The row above or below.
    Beside,
    /// The same row in another table.
    OtherTable,
    /// Last year's column of the same row.
    LastYear,
}

impl Slip {
    /// Whether a whole row is one too many or missing, rather than a cell written wrongly.
    #[must_use]
    pub const fn is_row(self) -> bool {
        matches!(self, Self::RowTwice | Self::Subtotal | Self::RowMissing)
    }

    /// Whether it only says that some other number is the same, which may be by chance.
    pub(super) const fn is_coincidence(self) -> bool {
        matches!(self, Self::LeftOut | Self::CountedTwice | Self::RowMissing | Self::Copied(_))
    }
}

/// A closed range of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The least.
    pub low: Decimal,
    /// The greatest.
    pub high: Decimal,
}

impl Range {
    /// Whether `value` lies in it.
    #[must_use]
    pub fn contains(self, value: Decimal) -> bool {
        self.low <= value && value <= self.high
    }

    /// The value in it with the fewest decimal places.
    #[must_use]
    pub fn roundest(self) -> Option<Decimal> {
        let middle = self.low.checked_add(self.high)?.checked_div(Decimal::TWO)?;
        let rounded = (0..=middle.scale()).map(|places| middle.round_dp(places));
        rounded.into_iter().find(|value| self.contains(*value)).map(|value| value.normalize())
    }
}

/// The smallest slip that explains `written` where a value of `wanted` was meant, and that value.
///
/// `written` is the text of the cell; texts that are no plain number are tried for misplaced commas only.
#[must_use]
pub fn slip(written: &str, wanted: Range) -> Option<(Slip, Decimal)> {
    if written.contains([',', '，']) {
        return comma(written, wanted);
    }
    let number = Digits::read(written)?;
    let sign = if number.negative { -1 } else { 1 };
    let mut search = Search { sign, multiples: Multiples::of(wanted), best: None };
    number.slips(&mut search);
    search.best.map(|(slip, value)| (slip, value.normalize()))
}

/// The smallest slip found so far that leads to what is written from a value that would do.
struct Search {
    /// -1 for a number with a minus: digits are told without it.
    sign: i128,
    multiples: Multiples,
    best: Option<(Slip, Decimal)>,
}

impl Search {
    /// If `digits` × 10^-`scale` was meant, `slip` was made.
    fn tell(&mut self, slip: Slip, digits: i128, scale: u32) {
        let digits = self.sign * digits;
        let better = self.best.is_none_or(|(least, _)| slip < least);
        if better && self.multiples.contain(digits, scale) && !self.vanishes(slip) {
            self.best = Digits::value(digits, scale).map(|value| (slip, value)).or(self.best);
        }
    }

    /// Whether digits between these two may do; when none does, there is no need to try each.
    fn may(&mut self, (least, greatest): (i128, i128), scale: u32) -> bool {
        let (one, other) = (self.sign * least, self.sign * greatest);
        self.multiples.bounds(scale).is_none_or(|(low, high)| one.min(other) <= high && low <= one.max(other))
    }

    /// Where nothing at all would do, everything does that is small enough: that says nothing of the point.
    fn vanishes(&self, slip: Slip) -> bool {
        match slip {
            Slip::PointMoved(places) | Slip::WrongUnit(places) => {
                places > 0 && self.multiples.range.contains(Decimal::ZERO)
            }
            _ => false,
        }
    }
}

/// `4,95` as 495 or as 4.95.
fn comma(written: &str, wanted: Range) -> Option<(Slip, Decimal)> {
    let plain = written.replace('，', ",");
    let without = Decimal::from_str_exact(&plain.replace(',', "")).ok();
    let point = Decimal::from_str_exact(&plain.replacen(',', ".", 1)).ok();
    let fits = |value: Option<Decimal>| value.filter(|value| wanted.contains(*value));
    fits(without)
        .map(|value| (Slip::StrayComma, value))
        .or_else(|| fits(point).map(|value| (Slip::CommaForPoint, value)))
}

/// A number as written: its digits as one whole number, how many there are and how many follow the point.
struct Digits {
    negative: bool,
    digits: i128,
    count: u32,
    scale: u32,
}

/// Powers of ten that fit; digits beyond these are not looked at.
const MOST_DIGITS: u32 = 24;

impl Digits {
    fn read(written: &str) -> Option<Self> {
        let text = written.trim();
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        let count = u32::try_from(whole.len() + fraction.len()).ok()?;
        if count == 0 || count > MOST_DIGITS || !all().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = all().fold(0_i128, |number, byte| number * 10 + i128::from(byte - b'0'));
        Some(Self { negative, digits, count, scale: u32::try_from(fraction.len()).ok()? })
    }

    /// `digits` × 10^-`scale`, with their sign.
    fn value(digits: i128, scale: u32) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(digits, scale).ok()
    }

    /// The digits left of place `at`, and those right of it (place 0 is right of the last digit).
    fn split(&self, at: u32) -> (i128, i128) {
        let power = 10_i128.pow(at);
        (self.digits / power, self.digits % power)
    }

    /// Tells every value that one slip leads from, with that slip: its digits and its scale.
    fn slips(&self, search: &mut Search) {
        for place in 0..self.count {
            self.at_digit(place, search);
        }
        for gap in 0..=self.count {
            self.lost_digit(gap, search);
        }
        self.whole_number(search);
    }

    /// Slips that concern the digit with `place` digits to its right.
    fn at_digit(&self, place: u32, search: &mut Search) {
        let power = 10_i128.pow(place);
        let (high, low) = (self.digits / (power * 10), self.digits % power);
        let digit = self.digits / power % 10;
        let left = high % 10;
        // Nobody writes a leading zero before another whole digit: 30000 is not 03000 with its digits swapped.
        let leads = |place: u32| place + 1 == self.count && self.count > self.scale + 1;
        if place + 1 < self.count && left != digit && !(leads(place + 1) && digit == 0) {
            let swapped = self.digits + (left - digit) * power - (left - digit) * power * 10;
            search.tell(Slip::DigitsSwapped, swapped, self.scale);
        }
        if self.count > 1 {
            let scale = if place < self.scale { self.scale - 1 } else { self.scale };
            let doubled = place + 1 < self.count && left == digit;
            // Nor is 3000 a 000 with a digit too many.
            let zeros = leads(place) && place > self.scale + 1 && low < power / 10;
            if !zeros {
                let slip = if doubled { Slip::DigitDoubled } else { Slip::DigitAdded };
                search.tell(slip, high * power + low, scale);
            }
        }
        if !search.may((self.digits - digit * power, self.digits + (9 - digit) * power), self.scale) {
            return;
        }
        for other in (0..10).filter(|other| *other != digit && !(leads(place) && *other == 0)) {
            search.tell(Slip::DigitMistyped, self.digits + (other - digit) * power, self.scale);
        }
    }

    /// A digit that is missing in the gap with `gap` digits to its right.
    fn lost_digit(&self, gap: u32, search: &mut Search) {
        let (high, low) = self.split(gap);
        let power = 10_i128.pow(gap);
        let least = high * power * 10 + low;
        // Where no point is written, a lost fraction would be two slips.
        let in_fraction = (self.scale > 0 && gap <= self.scale).then_some(self.scale + 1);
        let in_whole = (gap >= self.scale).then_some(self.scale);
        let mut may = |scale: &u32| search.may((least, least + 9 * power), *scale);
        let scales = [in_whole.filter(&mut may), in_fraction.filter(&mut may)];
        if scales == [None, None] {
            return;
        }
        for digits in (0..10).map(|digit| least + digit * power) {
            for scale in scales.into_iter().flatten() {
                search.tell(Slip::DigitLost, digits, scale);
            }
        }
    }

    /// Slips of the whole number: sign, point, unit.
    fn whole_number(&self, search: &mut Search) {
        if self.digits != 0 {
            search.tell(Slip::Sign, -self.digits, self.scale);
        }
        for places in [1_i8, 2, 3, 4, 8] {
            let kind = |places: i8| if places.abs() <= 2 { Slip::PointMoved(places) } else { Slip::WrongUnit(places) };
            let more = u32::from(places.unsigned_abs());
            search.tell(kind(places), self.digits, self.scale + more);
            search.tell(kind(-places), self.digits * 10_i128.pow(more), self.scale);
        }
    }
}

/// A range in whole multiples of powers of ten, each counted out once: hundreds of values are held against it.
struct Multiples {
    range: Range,
    /// By scale: the least and the greatest multiple; none where they do not fit.
    at: Vec<(u32, Option<(i128, i128)>)>,
}

impl Multiples {
    const fn of(range: Range) -> Self {
        Self { range, at: Vec::new() }
    }

    /// The least and the greatest multiple of 10^-`scale`; none where they do not fit.
    fn bounds(&mut self, scale: u32) -> Option<(i128, i128)> {
        if let Some((_, bounds)) = self.at.iter().find(|(known, _)| *known == scale) {
            return *bounds;
        }
        let bounds = || Some((-Self::floor(-self.range.low, scale)?, Self::floor(self.range.high, scale)?));
        let bounds = bounds();
        self.at.push((scale, bounds));
        bounds
    }

    /// Whether `digits` × 10^-`scale` lies in the range.
    fn contain(&mut self, digits: i128, scale: u32) -> bool {
        match self.bounds(scale) {
            Some((low, high)) => low <= digits && digits <= high,
            None => Digits::value(digits, scale).is_some_and(|value| self.range.contains(value)),
        }
    }

    /// The greatest multiple of 10^-`scale` that is not greater than `value`.
    fn floor(value: Decimal, scale: u32) -> Option<i128> {
        let power = |places: u32| 10_i128.checked_pow(places);
        match scale.checked_sub(value.scale()) {
            Some(finer) => value.mantissa().checked_mul(power(finer)?),
            None => Some(value.mantissa().div_euclid(power(value.scale() - scale)?)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Multiples, Range, Slip, slip};
    use crate::value::Decimal;

    fn exactly(text: &str) -> Range {
        let value = Decimal::from_str_exact(text).unwrap();
        Range { low: value, high: value }
    }

    #[test]
    fn each_slip_is_named() {
        let cases = [
            ("30000", "3000", Slip::DigitDoubled),
            ("1250", "125", Slip::DigitAdded),
            ("2", "25", Slip::DigitLost),
            ("1.5", "1.25", Slip::DigitLost),
            ("12.5", "125.5", Slip::DigitLost),
            ("2034.2", "2304.2", Slip::DigitsSwapped),
            ("2034.2", "2074.2", Slip::DigitMistyped),
            ("37.98", "379.8", Slip::PointMoved(-1)),
            ("379800", "37.98", Slip::WrongUnit(4)),
            ("80", "-80", Slip::Sign),
            ("4,95", "495", Slip::StrayComma),
            ("4,95", "4.95", Slip::CommaForPoint),
            ("4，95", "4.95", Slip::CommaForPoint),
            ("-30000", "-3000", Slip::DigitDoubled),
            ("1.255", "1.25", Slip::DigitDoubled),
            ("9", "1", Slip::DigitMistyped),
            ("0.5", "50", Slip::PointMoved(-2)),
            ("37.98", "379800", Slip::WrongUnit(-4)),
        ];
        for (written, meant, expected) in cases {
            let found = slip(written, exactly(meant));
            let value = Decimal::from_str_exact(meant).unwrap();
            assert_eq!(found, Some((expected, value)), "{written} for {meant}");
        }
    }

    #[test]
    fn what_no_single_slip_explains_is_not_explained() {
        assert_eq!(slip("100", exactly("177.964")), None);
        assert_eq!(slip("4,95", exactly("500")), None);
        assert_eq!(slip("无", exactly("5")), None);
        assert_eq!(slip("", exactly("5")), None);
        assert_eq!(slip("1.2.3", exactly("12.3")), None);
        assert_eq!(slip("3000", exactly("0")), None, "nobody meant 000");
        let nothing = Range { low: Decimal::new(-5, 2), high: Decimal::new(5, 2) };
        assert_eq!(slip("62.25", nothing), None, "0.06225 would do, as would nothing");
        assert_eq!(slip(&"1".repeat(25), exactly(&"1".repeat(24))), None, "more digits than are looked at");
    }

    #[test]
    fn multiples_hold_what_the_range_holds() {
        let texts = ["-12.345", "0", "3000", "0.0005", "79228162514264337593543950335"];
        let decimals = texts.map(|text| Decimal::from_str_exact(text).unwrap());
        for range in decimals.iter().flat_map(|low| decimals.map(|high| Range { low: *low, high })) {
            let mut multiples = Multiples::of(range);
            for (digits, scale) in
                (0..12).flat_map(|scale| [-12346, -12345, -1, 0, 3, 3000, 30001].map(|digits| (digits, scale)))
            {
                let value = Decimal::from_i128_with_scale(digits, scale);
                assert_eq!(multiples.contain(digits, scale), range.contains(value), "{value} {range:?}");
            }
        }
    }

    #[test]
    fn a_range_takes_the_value_that_lies_in_it() {
        let wanted = Range { low: Decimal::new(2999_9875, 4), high: Decimal::new(3000_0205, 4) };
        assert_eq!(slip("30000", wanted), Some((Slip::DigitDoubled, Decimal::from(3000))));
        let edges = Range { low: Decimal::from(3000), high: Decimal::from(3001) };
        let inside = [2999, 3000, 3001, 3002].map(|value| edges.contains(Decimal::from(value)));
        assert_eq!(inside, [false, true, true, false]);
    }
}
