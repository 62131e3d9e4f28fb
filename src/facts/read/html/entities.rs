//! Character references: `&amp;`, `&#20803;`.

/// References by name that documents and spreadsheets write.
const NAMED: [(&str, char); 42] = [
    ("amp", '&'),
    ("apos", '\''),
    ("bull", '•'),
    ("cent", '¢'),
    ("copy", '©'),
    ("deg", '°'),
    ("divide", '÷'),
    ("emsp", '\u{2003}'),
    ("ensp", '\u{2002}'),
    ("euro", '€'),
    ("frac12", '½'),
    ("ge", '≥'),
    ("gt", '>'),
    ("hellip", '…'),
    ("laquo", '«'),
    ("ldquo", '“'),
    ("le", '≤'),
    ("lsquo", '‘'),
    ("lt", '<'),
    ("mdash", '—'),
    ("middot", '·'),
    ("minus", '−'),
    ("nbsp", '\u{a0}'),
    ("ndash", '–'),
    ("ne", '≠'),
    ("para", '¶'),
    ("permil", '‰'),
    ("plusmn", '±'),
    ("pound", '£'),
    ("quot", '"'),
    ("raquo", '»'),
    ("rdquo", '”'),
    ("reg", '®'),
    ("rsquo", '’'),
    ("sect", '§'),
    ("shy", '\u{ad}'),
    ("sup2", '²'),
    ("sup3", '³'),
    ("thinsp", '\u{2009}'),
    ("times", '×'),
    ("trade", '™'),
    ("yen", '¥'),
];

/// The character that the reference at the start of `text` means, and the reference's length; none when it is no
/// reference, and then the `&` is itself.
pub(super) fn reference(text: &str) -> Option<(char, usize)> {
    let body = text.strip_prefix('&')?;
    let length = body.bytes().take(10).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
    let name = &body[..length];
    let closed = usize::from(body[length..].starts_with(';'));
    let character = match name.strip_prefix('#') {
        Some(number) => {
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code).filter(|character| *character != '\0').unwrap_or('\u{fffd}')
        }
        None if closed == 1 => NAMED.iter().find(|(known, _)| *known == name).map(|(_, character)| *character)?,
        None => return None,
    };
    Some((character, 1 + length + closed))
}

#[cfg(test)]
mod tests {
    use super::reference;

    #[test]
    fn references_are_known_by_name_and_number() {
        assert_eq!(reference("&amp;x"), Some(('&', 5)));
        assert_eq!(reference("&#20803;"), Some(('元', 8)));
        assert_eq!(reference("&#x5143"), Some(('元', 7)));
        for text in ["&", "&;", "&amp", "&foo;", "& b", "&#;", "x"] {
            assert_eq!(reference(text), None, "{text}");
        }
    }
}
