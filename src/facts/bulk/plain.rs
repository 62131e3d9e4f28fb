//! Numbers and days that are written in the plainest way, as most are.

use std::ops::Range;

use crate::value::Date;

/// `2024-03-05`, of these centuries.
pub(super) fn plain_day(bytes: &[u8]) -> Option<Date> {
    let [a, b, c, d, b'-', e, f, b'-', g, h] = bytes else { return None };
    let digit = |byte: &u8| i16::from(byte.wrapping_sub(b'0'));
    if ![a, b, c, d, e, f, g, h].into_iter().all(u8::is_ascii_digit) {
        return None;
    }
    let year = digit(a) * 1000 + digit(b) * 100 + digit(c) * 10 + digit(d);
    let (month, day) = (digit(e) * 10 + digit(f), digit(g) * 10 + digit(h));
    let parts = (1900..2200).contains(&year).then_some((i8::try_from(month).ok()?, i8::try_from(day).ok()?))?;
    jiff::civil::Date::new(year, parts.0, parts.1).ok().map(Date)
}

/// The number that `bytes` begin with, as digits and scale (`-25.08` is −2508 at 2), and its length. None when there is none,
/// or one of more than 18 digits.
#[inline]
#[must_use]
pub fn plain_number(bytes: &[u8]) -> Option<(i64, u32, usize)> {
    let short = bytes.first_chunk().and_then(|eight| short_number(u64::from_le_bytes(*eight)));
    short.or_else(|| long_number(bytes))
}

/// [`plain_number`] of eight bytes, the first being the lowest, when what ends it is among them; none as well where more must be
/// looked at.
#[inline]
const fn short_number(word: u64) -> Option<(i64, u32, usize)> {
    let values = word ^ ZEROS;
    let others = no_digits(values);
    let whole = others.trailing_zeros() / 8;
    if whole == 0 || whole == 8 {
        return None;
    }
    if (word >> (8 * whole)) as u8 != b'.' {
        return Some((number_of(values << (64 - 8 * whole)), 0, whole as usize));
    }
    let behind_point = others & (others - 1);
    let len = behind_point.trailing_zeros() / 8;
    if len == 8 || len == whole + 1 {
        return None;
    }
    // The digits behind the point move to where it stands.
    let before = (1 << (8 * whole)) - 1;
    let digits = (values & before) | ((values >> 8) & !before);
    Some((number_of(digits << (64 - 8 * (len - 1))), len - whole - 1, len as usize))
}

/// The number that a cell holds and nothing else, as digits and scale; none as in [`plain_number`].
///
/// The last sixteen bytes are looked at together, whatever they are: of a column of such cells the processor has nothing to guess.
#[inline]
#[must_use]
pub fn number_of_cell(bytes: &[u8], cell: Range<usize>) -> Option<(i64, u8)> {
    let sign = usize::from(bytes.get(cell.start) == Some(&b'-'));
    let len = cell.end.wrapping_sub(cell.start + sign);
    if let Some(words) = words_before(bytes, cell.end)
        && let Some([low, high]) = MASKS.get(len)
        && let Some((digits, scale)) = sixteen_digits((words[0] ^ ZEROS) & low, (words[1] ^ ZEROS) & high, len)
    {
        return Some((if sign == 1 { -digits } else { digits }, scale));
    }
    long_cell(&bytes[cell])
}

/// As [`number_of_cell`], for cells that are mostly whole numbers below 10^8.
#[inline]
#[must_use]
pub fn whole_of_cell(bytes: &[u8], cell: Range<usize>) -> Option<(i64, u8)> {
    let len = cell.end.wrapping_sub(cell.start);
    let eight = cell.end.checked_sub(8).and_then(|start| bytes.get(start..)?.first_chunk());
    if let Some(eight) = eight.filter(|_| len.wrapping_sub(1) < 8) {
        let values = (u64::from_le_bytes(*eight) ^ ZEROS) & MASKS[len][1];
        if no_digits(values) == 0 {
            return Some((number_of(values), 0));
        }
    }
    number_of_cell(bytes, cell)
}

/// The sixteen bytes before `end` as two words.
#[inline]
fn words_before(bytes: &[u8], end: usize) -> Option<[u64; 2]> {
    let sixteen: &[u8; 16] = bytes.get(end.checked_sub(16)?..)?.first_chunk()?;
    let (words, _) = sixteen.as_chunks::<8>();
    Some([u64::from_le_bytes(words[0]), u64::from_le_bytes(words[1])])
}

/// [`number_of_cell`], byte after byte.
#[cold]
fn long_cell(cell: &[u8]) -> Option<(i64, u8)> {
    let (digits, scale, len) = plain_number(cell)?;
    (len == cell.len()).then_some((digits, u8::try_from(scale).ok()?))
}

/// For each length, what leaves the last so many of sixteen bytes.
const MASKS: [[u64; 2]; 17] = {
    let mut masks = [[0, 0]; 17];
    let mut len = 1;
    while len <= 16 {
        masks[len] = if len <= 8 { [0, !0 << (64 - 8 * len)] } else { [!0 << (128 - 8 * len), !0] };
        len += 1;
    }
    masks
};

/// The number that the last `len` of sixteen bytes write, from each of which the digit zero was taken; the others are zero. A point
/// stands among the last eight, or nowhere.
#[inline]
const fn sixteen_digits(low: u64, high: u64, len: usize) -> Option<(i64, u8)> {
    let others = no_digits(high);
    if no_digits(low) != 0 || len == 0 {
        return None;
    }
    if others == 0 {
        return Some((number_of(low) * 100_000_000 + number_of(high), 0));
    }
    let point = others.trailing_zeros() & 56;
    let scale = 7 - point / 8;
    let is_point = (high >> point) as u8 == b'.' ^ b'0' && others & (others - 1) == 0;
    if !is_point || scale == 0 || scale as usize + 1 >= len {
        return None;
    }
    // The digits before the point move to where it stands.
    let behind = !0xff << point;
    let before = high & !(!0 << point);
    let moved = (high & behind) | (before << 8) | (low >> 56);
    Some((number_of(low << 8) * 100_000_000 + number_of(moved), scale as u8))
}

fn long_number(bytes: &[u8]) -> Option<(i64, u32, usize)> {
    let sign = usize::from(bytes.first() == Some(&b'-'));
    let (mut value, mut len) = digits(bytes, sign, 0);
    let whole = len - sign;
    let mut scale = 0;
    if bytes.get(len) == Some(&b'.') {
        let end;
        (value, end) = digits(bytes, len + 1, value);
        scale = end - len - 1;
        len = end;
        if scale == 0 {
            return None;
        }
    }
    if whole == 0 || whole + scale > 18 {
        return None;
    }
    Some((if sign == 1 { -value } else { value }, u32::try_from(scale).ok()?, len))
}

/// The digits from `at` on behind those of `value`, and where they end; of more than 18, the last count.
#[inline]
fn digits(bytes: &[u8], at: usize, value: i64) -> (i64, usize) {
    let (mut value, mut at) = (value, at);
    while let Some(eight) = bytes.get(at..at + 8).and_then(|eight| <[u8; 8]>::try_from(eight).ok()) {
        let (more, count) = leading_digits(u64::from_le_bytes(eight));
        value = value.wrapping_mul(POWERS[count]).wrapping_add(more);
        at += count;
        if count < 8 {
            return (value, at);
        }
    }
    while let Some(byte) = bytes.get(at) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            break;
        }
        value = value.wrapping_mul(10).wrapping_add(i64::from(digit));
        at += 1;
    }
    (value, at)
}

const POWERS: [i64; 9] = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The number that the digits write with which eight bytes begin, the first being the lowest, and how many digits there are.
///
/// All eight are looked at together: how long numbers are cannot be foretold, and a wrong guess costs more than this.
#[inline]
const fn leading_digits(word: u64) -> (i64, usize) {
    let values = word ^ ZEROS;
    let count = (no_digits(values).trailing_zeros() / 8) as usize;
    if count == 0 {
        return (0, 0);
    }
    // What is no digit is shifted out, and zeros come in before the first one.
    (number_of(values << (64 - 8 * count)), count)
}

/// Eight digits.
const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// The high bit of every byte that is more than 9.
#[inline]
const fn no_digits(values: u64) -> u64 {
    ((values & (!0 / 255 * 0x7f)).wrapping_add(!0 / 255 * 0x76) | values) & (!0 / 255 * 0x80)
}

/// The number that eight bytes of a digit each are, the first being the lowest byte.
#[inline]
const fn number_of(digits: u64) -> i64 {
    let pairs = (digits & (!0 / 255 * 0x0f)).wrapping_mul(10 << 8 | 1) >> 8;
    let fours = (pairs & (!0 / 0xffff * 0xff)).wrapping_mul(100 << 16 | 1) >> 16;
    let eight = (fours & (!0 / 0xffff_ffff * 0xffff)).wrapping_mul(10_000 << 32 | 1) >> 32;
    eight.cast_signed()
}

#[cfg(test)]
mod tests {
    use super::{leading_digits, number_of_cell, plain_number, whole_of_cell};

    #[test]
    fn a_cell_is_a_number_as_a_text_is() {
        let pieces = ["", "-", "0", "7", "12", "9081726354", "123456789", "00", ".", "x", "\u{b5}"];
        for (one, other) in pieces.iter().flat_map(|one| pieces.map(|other| (one, other))) {
            for last in pieces {
                for (before, behind) in
                    [("", ""), ("1", "2"), ("1.", ".2345678901234567890"), ("x,y,12345678901,", ",123\n")]
                {
                    let (cell, text) = (format!("{one}{other}{last}"), format!("{before}{one}{other}{last}{behind}"));
                    let expected = plain_number(cell.as_bytes()).filter(|(.., len)| *len == cell.len());
                    let expected = expected.map(|(digits, scale, _)| (digits, u8::try_from(scale).unwrap()));
                    let found = number_of_cell(text.as_bytes(), before.len()..before.len() + cell.len());
                    assert_eq!(found, expected, "{cell} in {text}");
                    let whole = whole_of_cell(text.as_bytes(), before.len()..before.len() + cell.len());
                    assert_eq!(whole, expected, "{cell} in {text}");
                }
            }
        }
    }

    #[test]
    fn digits_are_the_same_eight_at_a_time() {
        let others = [b'/', b':', b'.', b'-', b',', b'\n', 0, 0x7f, 0x80, 0xb5, 0xff];
        for count in 0..=8 {
            for other in others {
                for behind in [b'7', other, 0xff] {
                    let mut bytes = [behind; 8];
                    bytes[..count].copy_from_slice(&b"90817263"[..count]);
                    bytes.iter_mut().skip(count).take(1).for_each(|byte| *byte = other);
                    let expected = "90817263"[..count].parse().unwrap_or(0);
                    assert_eq!(leading_digits(u64::from_le_bytes(bytes)), (expected, count));
                }
            }
        }
        assert_eq!(plain_number(b"12345678901234.5678,0123456789"), Some((123_456_789_012_345_678, 4, 19)));
        assert_eq!(plain_number(b"1234567890123456789.,0123456789"), None);
    }

    #[test]
    fn numbers_end_where_their_digits_end() {
        assert_eq!(plain_number(b"-25.08,7"), Some((-2508, 2, 6)));
        assert_eq!(plain_number(b"007"), Some((7, 0, 3)));
        assert_eq!(plain_number(b"1.2.3"), Some((12, 1, 3)));
        assert_eq!(plain_number(b"999999999999999999\n"), Some((999_999_999_999_999_999, 0, 18)));
        for (number, expected) in [
            ("7", (7, 0)),
            ("1234567", (1_234_567, 0)),
            ("1.5", (15, 1)),
            ("12.3456", (123_456, 4)),
            ("12345.6", (123_456, 1)),
        ] {
            for behind in [",", "\n", ",7", ".8.9", "-,12345678", "\u{b5}12345678", "x.1.2.3.4"] {
                let text = format!("{number}{behind}");
                let expected = match number.contains('.') || !behind.starts_with('.') {
                    true => (expected.0, expected.1, number.len()),
                    false => (expected.0 * 10 + 8, 1, number.len() + 2),
                };
                assert_eq!(plain_number(text.as_bytes()), Some(expected), "{text:?}");
            }
        }
        for text in ["1.,2345678", "1.x2345678", "1..2345678", ".5,2345678", "-.,2345678", "x1234567"] {
            assert_eq!(plain_number(text.as_bytes()), None, "{text}");
        }
        for text in ["", "-", ".5", "5.", "x", "--1", "1234567890123456789"] {
            assert_eq!(plain_number(text.as_bytes()), None, "{text}");
        }
    }
}
