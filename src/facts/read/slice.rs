//! [`Slice`]: a part of a text that many share.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// A part of a shared text, 16 bytes of its own: the cells of a sheet are parts of one text.
#[derive(Clone, Default)]
pub struct Slice {
    /// None when the part is empty.
    whole: Option<Arc<String>>,
    start: u32,
    len: u32,
}

impl Slice {
    /// The bytes `range` of `whole`; nothing where they are no text of it, or begin beyond 4 GiB.
    #[must_use]
    pub fn of(whole: &Arc<String>, range: Range<usize>) -> Self {
        let (start, len) = (u32::try_from(range.start), u32::try_from(range.len()));
        match (start, len) {
            (Ok(start), Ok(len)) if len > 0 && whole.get(range).is_some() => {
                Self { whole: Some(Arc::clone(whole)), start, len }
            }
            _ => Self::default(),
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let range = self.start as usize..self.start as usize + self.len as usize;
        self.whole.as_ref().and_then(|whole| whole.get(range)).unwrap_or_default()
    }
}

impl Deref for Slice {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl From<String> for Slice {
    fn from(text: String) -> Self {
        let whole = 0..text.len();
        if text.is_empty() { Self::default() } else { Self::of(&Arc::new(text), whole) }
    }
}

impl From<&str> for Slice {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl fmt::Debug for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl PartialEq for Slice {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Slice {}

impl PartialEq<str> for Slice {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Slice {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Slice;

    #[test]
    fn a_part_is_its_text_and_nothing_where_there_is_none() {
        let whole = Arc::new("甲乙1".to_owned());
        assert_eq!(Slice::of(&whole, 3..7), "乙1");
        for (start, end) in [(0, 0), (1, 3), (6, 8)] {
            assert_eq!(Slice::of(&whole, start..end), "");
        }
        assert_eq!((Slice::from(String::new()), Slice::from("甲")), (Slice::default(), Slice::of(&whole, 0..3)));
        assert!(size_of::<Slice>() <= 16);
    }
}
