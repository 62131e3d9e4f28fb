//! Numbers and days that are written in the plainest way, as most are.

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
#[must_use]
pub fn plain_number(bytes: &[u8]) -> Option<(i64, u32, usize)> {
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
    let values = word ^ u64::from_le_bytes([b'0'; 8]);
    // The high bit of every byte that is more than 9.
    let other = ((values & (!0 / 255 * 0x7f)).wrapping_add(!0 / 255 * 0x76) | values) & (!0 / 255 * 0x80);
    let count = (other.trailing_zeros() / 8) as usize;
    if count == 0 {
        return (0, 0);
    }
    // What is no digit is shifted out, and zeros come in before the first one.
    let digits = values << (64 - 8 * count);
    let pairs = (digits & (!0 / 255 * 0x0f)).wrapping_mul(10 << 8 | 1) >> 8;
    let fours = (pairs & (!0 / 0xffff * 0xff)).wrapping_mul(100 << 16 | 1) >> 16;
    let eight = (fours & (!0 / 0xffff_ffff * 0xffff)).wrapping_mul(10_000 << 32 | 1) >> 32;
    (eight.cast_signed(), count)
}

#[cfg(test)]
mod tests {
    use super::{leading_digits, plain_number};

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
        for text in ["", "-", ".5", "5.", "x", "--1", "1234567890123456789"] {
            assert_eq!(plain_number(text.as_bytes()), None, "{text}");
        }
    }
}
