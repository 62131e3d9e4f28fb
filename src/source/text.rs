//! [`Text`]: the text of a source, shared.

use std::ops::{Deref, Range};
use std::sync::Arc;

use super::disk::{OnDisk, Stretch};
use super::parted::Parted;

/// A text that does not change. A copy of it is the same text.
///
/// That of a large file may stay on disk: then [`Self::slice`] and [`Self::around`] read what they are asked for, and only
/// taking it as a `str` reads all of it.
#[derive(Clone, Debug)]
pub struct Text(Kept);

#[derive(Clone, Debug)]
enum Kept {
    Whole(Arc<String>),
    Parted(Arc<Parted>),
}

impl Text {
    /// The text of a file that stays on disk, in parts that begin at `starts`, the first at 0, others behind line breaks.
    #[must_use]
    pub fn parted(disk: OnDisk, starts: Vec<u32>) -> Self {
        Self(Kept::Parted(Arc::new(Parted::new(disk, starts))))
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Kept::Whole(text) => text.len(),
            Kept::Parted(text) => text.len(),
        }
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether all of it is in memory.
    #[must_use]
    pub fn is_held(&self) -> bool {
        match &self.0 {
            Kept::Whole(_) => true,
            Kept::Parted(text) => text.is_whole(),
        }
    }

    /// Whether it was found to be on disk no more as it was.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        match &self.0 {
            Kept::Whole(_) => false,
            Kept::Parted(text) => text.has_changed(),
        }
    }

    /// Where the parts of a text on disk begin; none of one that is in memory.
    #[must_use]
    pub fn parts(&self) -> Option<&[u32]> {
        match &self.0 {
            Kept::Parted(text) if !text.is_whole() => Some(text.starts()),
            _ => None,
        }
    }

    /// What stands in `range`, kept from now on; empty where its ends are no ends of characters.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> &str {
        match &self.0 {
            Kept::Whole(text) => text.get(range.start..range.end.min(text.len())).unwrap_or(""),
            Kept::Parted(text) => text.slice(range),
        }
    }

    /// What stands in `range`, for as long as it is looked at.
    #[must_use]
    pub fn stretch(&self, range: Range<usize>) -> Stretch<'_> {
        match &self.0 {
            Kept::Whole(_) => Stretch::Held(self.slice(range)),
            Kept::Parted(text) => text.stretch(range),
        }
    }

    /// What stands from `start` on to the end of its part, for as long as it is looked at; none of a text in memory.
    #[must_use]
    pub fn passing(&self, start: usize) -> Option<Stretch<'static>> {
        match &self.0 {
            Kept::Parted(text) if !text.is_whole() => Some(text.passing(start)),
            _ => None,
        }
    }

    /// The part that holds the byte `at`, or ends there, kept from now on, and where it begins: all of a text in memory.
    #[must_use]
    pub fn around(&self, at: usize) -> (&str, usize) {
        match &self.0 {
            Kept::Whole(text) => (text, 0),
            Kept::Parted(text) => text.around(at),
        }
    }

    /// The text on disk, which knows its lines.
    pub(super) fn on_disk(&self) -> Option<&Parted> {
        match &self.0 {
            Kept::Whole(_) => None,
            Kept::Parted(text) => Some(text),
        }
    }
}

impl Deref for Text {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        match &self.0 {
            Kept::Whole(text) => text,
            Kept::Parted(text) => text.whole(),
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Kept::Whole(Arc::new(text)))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        text.to_owned().into()
    }
}
