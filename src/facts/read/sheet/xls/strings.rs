//! [`Pieces`]: strings of a record, which may run on in the records that continue it.

use super::records::Record;

/// How a workbook writes its strings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Encoding {
    /// As UTF-16 with a flag, since Excel 97; before, as bytes of a code page.
    pub(super) wide: bool,
    /// The code page.
    pub(super) page: u16,
}

/// A place in a record and its continuations.
pub(super) struct Pieces<'r, 'a> {
    parts: &'r [&'a [u8]],
    part: usize,
    at: usize,
}

impl<'r, 'a> Pieces<'r, 'a> {
    pub(super) fn new(record: &'r Record<'a>, at: usize) -> Self {
        Self { parts: &record.parts, part: 0, at }
    }

    fn byte(&mut self) -> Option<u8> {
        while self.at >= self.parts.get(self.part)?.len() {
            self.part += 1;
            self.at = 0;
        }
        let byte = self.parts[self.part][self.at];
        self.at += 1;
        Some(byte)
    }

    fn word(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, mut count: usize) {
        while let Some(part) = self.parts.get(self.part).filter(|_| count > 0) {
            let here = part.len().saturating_sub(self.at).min(count);
            (self.at, count) = (self.at + here, count - here);
            if count > 0 {
                (self.part, self.at) = (self.part + 1, 0);
            }
        }
    }

    /// Characters of one or two bytes. Where they run on in the next record, that one says anew how wide they are.
    fn characters(&mut self, count: usize, mut two: bool) -> String {
        let mut units = Vec::with_capacity(count.min(4096));
        while units.len() < count {
            let Some(part) = self.parts.get(self.part) else { break };
            if self.at >= part.len() {
                (self.part, self.at) = (self.part + 1, 0);
                match self.byte() {
                    Some(flags) => two = flags & 1 != 0,
                    None => break,
                }
                continue;
            }
            let low = u16::from(part[self.at]);
            self.at += 1;
            if two {
                let high = u16::from(part.get(self.at).copied().unwrap_or(0));
                self.at += 1;
                units.push(low | high << 8);
            } else {
                units.push(low);
            }
        }
        String::from_utf16_lossy(&units)
    }

    /// A string of the shared table; none at its end.
    pub(super) fn rich_string(&mut self) -> Option<String> {
        let count = usize::from(self.word()?);
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { usize::from(self.word()?) } else { 0 };
        let guide = if flags & 4 != 0 { usize::from(self.word()?) | usize::from(self.word()?) << 16 } else { 0 };
        let text = self.characters(count, flags & 1 != 0);
        self.skip((runs * 4).saturating_add(guide));
        Some(text)
    }

    /// A string with its length in two bytes.
    pub(super) fn long_string(&mut self, encoding: Encoding) -> Option<String> {
        let count = usize::from(self.word()?);
        self.string(count, encoding)
    }

    /// A string with its length in one byte.
    pub(super) fn short_string(&mut self, encoding: Encoding) -> Option<String> {
        let count = usize::from(self.byte()?);
        self.string(count, encoding)
    }

    fn string(&mut self, count: usize, encoding: Encoding) -> Option<String> {
        if encoding.wide {
            let flags = self.byte()?;
            return Some(self.characters(count, flags & 1 != 0));
        }
        let bytes: Vec<u8> = std::iter::from_fn(|| self.byte()).take(count).collect();
        let page = match encoding.page {
            932 => encoding_rs::SHIFT_JIS,
            949 => encoding_rs::EUC_KR,
            950 => encoding_rs::BIG5,
            // What else Chinese offices wrote then.
            936 | 0 => encoding_rs::GB18030,
            _ => encoding_rs::WINDOWS_1252,
        };
        Some(page.decode_without_bom_handling(&bytes).0.into_owned())
    }
}
