//! Eight bytes of a text looked at together, as one word whose lowest byte is the first of them.

const LOW: u64 = 0x0101_0101_0101_0101;

/// The high bit of the first byte of `word` that is `byte`, and bits behind that; nothing when none is.
#[inline]
#[must_use]
pub const fn equal(word: u64, byte: u8) -> u64 {
    let differing = word ^ (LOW * byte as u64);
    differing.wrapping_sub(LOW) & !differing & (LOW << 7)
}

#[cfg(test)]
mod tests {
    use super::equal;

    #[test]
    fn the_first_byte_that_is_equal_is_found() {
        for byte in [0, 1, b',', 0x7f, 0x80, 0xff] {
            for at in 0..8 {
                for other in [byte ^ 1, byte ^ 0x80, byte.wrapping_add(1), byte.wrapping_sub(1), !byte] {
                    let mut bytes = [other; 8];
                    assert_eq!(equal(u64::from_le_bytes(bytes), byte), 0, "{byte} {other}");
                    bytes[at..].fill(byte);
                    let found = equal(u64::from_le_bytes(bytes), byte);
                    assert_eq!(found.trailing_zeros() as usize / 8, at);
                }
            }
        }
    }
}
