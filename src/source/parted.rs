//! [`Parted`]: a large text that stays in its file, of which parts come into memory when somebody asks for them.

use std::ops::Range;
use std::sync::OnceLock;

use super::disk::{OnDisk, Stretch};

/// The text of a file, in parts that begin where lines begin. What is asked for is kept from then on: a whole part at a
/// time, so that looking at a few cells costs a few parts, and going through all of it as [`Self::stretch`]es costs none.
#[derive(Debug)]
pub(super) struct Parted {
    disk: OnDisk,
    /// Where the parts begin, ascending from 0.
    starts: Vec<u32>,
    parts: Vec<Part>,
    whole: OnceLock<Stretch<'static>>,
    /// How many lines end before each part.
    lines: OnceLock<Vec<u32>>,
}

/// What of a part is in memory.
#[derive(Debug, Default)]
struct Part {
    text: OnceLock<Stretch<'static>>,
    /// With the one behind it, for what crosses from one to the other.
    with_next: OnceLock<Stretch<'static>>,
    /// Where its lines begin, from its own beginning.
    lines: OnceLock<Vec<u32>>,
}

impl Parted {
    /// `starts` are where the parts begin, behind line breaks; that of the first is 0.
    pub fn new(disk: OnDisk, starts: Vec<u32>) -> Self {
        debug_assert!(starts.first() == Some(&0) && starts.is_sorted(), "parts in order, from the beginning");
        let parts = starts.iter().map(|_| Part::default()).collect();
        Self { disk, starts, parts, whole: OnceLock::new(), lines: OnceLock::new() }
    }

    pub fn len(&self) -> usize {
        self.disk.len()
    }

    /// Whether all of it is in memory.
    pub fn is_whole(&self) -> bool {
        self.whole.get().is_some()
    }

    pub fn has_changed(&self) -> bool {
        self.disk.has_changed()
    }

    /// Where the parts begin.
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// All of it.
    pub fn whole(&self) -> &str {
        self.whole.get_or_init(|| self.disk.stretch(0..self.len()))
    }

    /// What stands in `range`, of which nothing is kept.
    pub fn stretch(&self, range: Range<usize>) -> Stretch<'_> {
        match self.whole.get() {
            Some(whole) => Stretch::Held(cut(whole, range)),
            None => self.disk.stretch(range),
        }
    }

    /// What stands from `start` on to the end of its part, of which nothing is kept.
    pub fn passing(&self, start: usize) -> Stretch<'static> {
        self.disk.stretch(start..self.range(self.part_of(start)).end)
    }

    /// What stands in `range`; empty where its ends are no ends of characters.
    pub fn slice(&self, range: Range<usize>) -> &str {
        if let Some(whole) = self.whole.get() {
            return cut(whole, range);
        }
        let part = self.part_of(range.start);
        let start = self.range(part).start;
        let inside = range.start - start..range.end.saturating_sub(start);
        let ends_in = |part: usize| part < self.starts.len() && range.end <= self.range(part).end;
        match () {
            () if ends_in(part) => cut(self.part(part), inside),
            () if ends_in(part + 1) => {
                let both = || self.disk.stretch(start..self.range(part + 1).end);
                cut(self.parts[part].with_next.get_or_init(both), inside)
            }
            () => cut(self.whole(), range),
        }
    }

    /// The part that holds the byte `at`, or ends there, and where it begins.
    pub fn around(&self, at: usize) -> (&str, usize) {
        if let Some(whole) = self.whole.get() {
            return (whole, 0);
        }
        let part = self.part_of(at);
        (self.part(part), self.range(part).start)
    }

    /// The zero-based line of a byte, and where that line begins.
    pub fn line_at(&self, at: usize) -> (usize, usize) {
        let part = self.part_of(at);
        let (starts, begin) = (self.line_starts(part), self.range(part).start);
        let nth = starts.partition_point(|start| *start as usize <= at - begin).saturating_sub(1);
        (self.lines_before(part) + nth, begin + starts.get(nth).map_or(0, |start| *start as usize))
    }

    /// Where that line begins; none when there are fewer.
    pub fn line_start(&self, line: usize) -> Option<usize> {
        let before = self.lines.get_or_init(|| self.count_lines());
        let part = before.partition_point(|first| *first as usize <= line).saturating_sub(1);
        let start = self.line_starts(part).get(line - before[part] as usize)?;
        Some(self.range(part).start + *start as usize)
    }

    fn part_of(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start as usize <= at).saturating_sub(1)
    }

    fn range(&self, part: usize) -> Range<usize> {
        self.starts[part] as usize..self.starts.get(part + 1).map_or(self.len(), |next| *next as usize)
    }

    fn part(&self, part: usize) -> &str {
        self.parts[part].text.get_or_init(|| self.disk.stretch(self.range(part)))
    }

    fn lines_before(&self, part: usize) -> usize {
        self.lines.get_or_init(|| self.count_lines())[part] as usize
    }

    fn count_lines(&self) -> Vec<u32> {
        let breaks = |part: usize| memchr::memchr_iter(b'\n', self.stretch(self.range(part)).as_bytes()).count();
        let mut before = 0;
        let count = |part: usize| {
            let first = before;
            before += u32::try_from(breaks(part)).unwrap_or(0);
            first
        };
        (0..self.starts.len()).map(count).collect()
    }

    fn line_starts(&self, part: usize) -> &[u32] {
        self.parts[part].lines.get_or_init(|| {
            let text = match self.whole.get() {
                Some(whole) => cut(whole, self.range(part)),
                None => self.part(part),
            };
            let mut starts = super::map::line_starts(text);
            // Behind the last break of a part its next one begins.
            if part + 1 < self.starts.len() {
                starts.pop();
            }
            starts
        })
    }
}

/// A part of a text; nothing where it has none such, as one that could not be read again.
fn cut(text: &str, range: Range<usize>) -> &str {
    text.get(range.start..range.end.min(text.len())).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use tempfile::{NamedTempFile, TempPath};

    use super::{OnDisk, Parted};

    /// The text in a file of its own, which is gone with the other part of what is given.
    fn parted(text: &str, starts: &[u32]) -> (Parted, TempPath) {
        let path = NamedTempFile::new().unwrap().into_temp_path();
        std::fs::write(&path, text).unwrap();
        (Parted::new(OnDisk::open(&path).unwrap(), starts.to_vec()), path)
    }

    #[test]
    fn whatever_is_asked_for_is_as_if_all_were_in_memory() {
        for text in ["甲,1\r\n乙\n\n丙,2\n丁", "a\n\n\n", "x"] {
            let breaks: Vec<u32> = text.match_indices('\n').map(|(at, _)| u32::try_from(at + 1).unwrap()).collect();
            let line_starts: Vec<usize> = std::iter::once(0).chain(breaks.iter().map(|at| *at as usize)).collect();
            let inner: Vec<u32> = breaks.iter().copied().filter(|at| (*at as usize) < text.len()).collect();
            for chosen in 0..1_usize << inner.len() {
                let some = inner.iter().enumerate().filter(|(nth, _)| chosen >> nth & 1 == 1).map(|(_, at)| *at);
                let starts: Vec<u32> = std::iter::once(0).chain(some).collect();
                let ends = || (0..=text.len()).filter(|at| text.is_char_boundary(*at));
                for (from, to) in ends().flat_map(|from| ends().filter(move |to| *to >= from).map(move |to| (from, to)))
                {
                    let (parted, _file) = parted(text, &starts);
                    assert_eq!(parted.slice(from..to), &text[from..to], "{text:?} {starts:?} {from}..{to}");
                    assert_eq!(&*parted.stretch(from..to), &text[from..to]);
                    let (around, base) = parted.around(from);
                    assert!(text[base..].starts_with(around) && (base..=base + around.len()).contains(&from));
                    let line = line_starts.partition_point(|start| *start <= from) - 1;
                    assert_eq!(parted.line_at(from), (line, line_starts[line]), "{text:?} {starts:?} {from}");
                    assert_eq!((parted.whole(), parted.is_whole()), (text, true));
                    assert_eq!(parted.line_at(from), (line, line_starts[line]), "as a whole");
                    assert_eq!(parted.slice(from..to), &text[from..to], "as a whole");
                }
                let (parted, _file) = parted(text, &starts);
                let found: Vec<Option<usize>> = (0..=line_starts.len()).map(|line| parted.line_start(line)).collect();
                let expected: Vec<Option<usize>> = line_starts.iter().map(|start| Some(*start)).chain([None]).collect();
                assert_eq!(found, expected, "{text:?} {starts:?}");
            }
        }
    }
}
