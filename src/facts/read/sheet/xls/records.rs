//! [`Records`]: the records of a workbook stream, each with the parts that continue it.

/// A record and what continues it.
pub(super) struct Record<'a> {
    pub(super) kind: u16,
    /// Its own bytes first.
    pub(super) parts: Vec<&'a [u8]>,
}

impl<'a> Record<'a> {
    /// The bytes of the record itself.
    pub(super) fn data(&self) -> &'a [u8] {
        self.parts.first().copied().unwrap_or(&[])
    }
}

/// The records from some place on.
pub(super) struct Records<'a> {
    rest: &'a [u8],
}

/// The kind of a record that continues the one before.
const CONTINUE: u16 = 0x003C;

impl<'a> Records<'a> {
    pub(super) fn new(stream: &'a [u8], at: usize) -> Self {
        Self { rest: stream.get(at..).unwrap_or(&[]) }
    }

    /// Takes one record off the front.
    fn take(&mut self) -> Option<(u16, &'a [u8])> {
        let (kind, length) = (word(self.rest, 0)?, usize::from(word(self.rest, 2)?));
        let end = (4 + length).min(self.rest.len());
        let data = &self.rest[4..end];
        self.rest = &self.rest[end..];
        Some((kind, data))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (kind, data) = self.take()?;
        let mut parts = vec![data];
        while word(self.rest, 0) == Some(CONTINUE) {
            let Some((_, more)) = self.take() else { break };
            parts.push(more);
        }
        Some(Record { kind, parts })
    }
}

/// The number in the two bytes at `at`.
pub(super) fn word(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at + 2).map(|two| u16::from_le_bytes([two[0], two[1]]))
}

/// The double at `at`, if it is a number.
pub(super) fn double(data: &[u8], at: usize) -> Option<f64> {
    let eight: [u8; 8] = data.get(at..at + 8)?.try_into().ok()?;
    Some(f64::from_le_bytes(eight)).filter(|number| number.is_finite())
}
