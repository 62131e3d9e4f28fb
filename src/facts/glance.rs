//! What the first and the last character of a text say of it, as bytes: most cells are told apart by these.

/// The ideograph that a text begins with, if it does with one that has no other form.
#[inline]
#[must_use]
pub fn first_ideograph(text: &str) -> Option<char> {
    ideograph(text.as_bytes().first_chunk()?)
}

/// The ideograph that a text ends with, if it does with one that has no other form.
#[inline]
#[must_use]
pub fn last_ideograph(text: &str) -> Option<char> {
    ideograph(text.as_bytes().last_chunk()?)
}

/// Whether a text begins with something that is no blank for certain. Every blank beyond ASCII begins with a lower byte.
#[inline]
#[must_use]
pub fn begins_visibly(text: &str) -> bool {
    text.as_bytes().first().is_some_and(|byte| byte.is_ascii_graphic() || (0xe4..=0xe9).contains(byte))
}

/// Whether two texts differ for certain at their beginnings, blanks and marks before them left out.
#[inline]
#[must_use]
pub fn begin_differently(one: &str, other: &str) -> bool {
    let differ =
        || one.as_bytes().first() != other.as_bytes().first() || first_ideograph(one) != first_ideograph(other);
    begins_visibly(one) && begins_visibly(other) && differ()
}

/// Whether neither blanks nor what programs put around texts can stand at either end of a text.
#[inline]
#[must_use]
pub fn is_trim(text: &str) -> bool {
    let plain = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_graphic() && *byte != b'=');
    let bytes = text.as_bytes();
    (plain(bytes.first()) || first_ideograph(text).is_some()) && (plain(bytes.last()) || last_ideograph(text).is_some())
}

/// The character U+4E00 to U+9FFF that three bytes of a text are.
#[inline]
fn ideograph(bytes: &[u8; 3]) -> Option<char> {
    let [first, second, third] = *bytes;
    let is_one = matches!((first, second), (0xe4, 0xb8..) | (0xe5..=0xe9, _));
    let code = u32::from(first & 15) << 12 | u32::from(second & 63) << 6 | u32::from(third & 63);
    if is_one { char::from_u32(code) } else { None }
}

#[cfg(test)]
mod tests {
    use super::{begin_differently, begins_visibly, first_ideograph, is_trim, last_ideograph};

    #[test]
    fn ideographs_are_told_from_all_other_characters() {
        for c in '\0'..=char::MAX {
            let text = c.to_string();
            let expected = ('\u{4e00}'..='\u{9fff}').contains(&c).then_some(c);
            assert_eq!((first_ideograph(&text), last_ideograph(&text)), (expected, expected));
            assert!(!begins_visibly(&text) || !text.trim().is_empty(), "{c:?}");
            assert!(!is_trim(&text) || crate::facts::cells::trimmed(&text) == (0..text.len()), "{c:?}");
        }
        assert_eq!((first_ideograph("甲a"), last_ideograph("甲a")), (Some('甲'), None));
        assert_eq!((first_ideograph(""), last_ideograph("a乙")), (None, Some('乙')));
        assert!(begin_differently("甲", "乙") && begin_differently("a", "甲") && begin_differently("a", "b"));
        let alike = [("甲a", "甲"), ("a", "a "), (" 甲", "乙"), ("", "a"), ("\u{feff}a", "b")];
        assert!(alike.into_iter().all(|(one, other)| !begin_differently(one, other)));
        assert!(is_trim("甲 乙") && is_trim("a") && !is_trim("甲 ") && !is_trim("=\"1\"") && !is_trim(""));
    }
}
