//! [`Span`]: a range of the offset space of a [`SourceMap`](super::SourceMap).

/// A half-open range of bytes, in the offset space that all files of one [`SourceMap`](super::SourceMap) share.
///
/// Spans order by place: first by start, then by length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: u32,
    len: u32,
}

impl Span {
    /// The span from `start` up to, not including, `end`. An `end` before `start` gives an empty span at `start`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, len: end.saturating_sub(start) }
    }

    /// Offset of the first byte.
    #[must_use]
    pub const fn start(self) -> u32 {
        self.start
    }

    /// Offset one past the last byte.
    #[must_use]
    pub const fn end(self) -> u32 {
        self.start + self.len
    }

    /// Length in bytes.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.len
    }

    /// Whether the span covers no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end().max(other.end()))
    }

    /// The part that begins `offset` bytes into this span and is `len` bytes long, kept within this span.
    #[must_use]
    pub fn part(self, offset: u32, len: u32) -> Self {
        let start = self.start + offset.min(self.len);
        Self::new(start, start.saturating_add(len).min(self.end()))
    }

    /// Whether `offset` lies inside, or at the end of, this span.
    #[must_use]
    pub const fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end()
    }
}
