//! [`Gather`]: a text as a page shows it, and where each part of it stands.

use std::ops::Range;

use super::entities::reference;
use crate::facts::read::run::{Line, small};

/// A text in the making: white space collapsed, references replaced, breaks kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gather {
    text: String,
    shifts: Vec<(u32, u32)>,
    start: usize,
    end: usize,
    /// White space or a break since the last character, and where it begins.
    pending: Option<(char, usize)>,
}

/// A finished text: what it reads, where it stands, and where the two part company.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// What it reads.
    pub text: String,
    /// Where it stands.
    pub range: Range<usize>,
    /// Where the two part company.
    pub shifts: Vec<(u32, u32)>,
}

impl Gather {
    /// Adds the text of `page` in `range`.
    pub fn text(&mut self, page: &str, range: Range<usize>) {
        self.text_on(page, range, Line::On);
    }

    /// Adds the text of `page` in `range`, which stands on that line.
    pub fn text_on(&mut self, page: &str, range: Range<usize>, line: Line) {
        let mut at = range.start;
        while at < range.end {
            let rest = &page[at..range.end];
            let Some(first) = rest.chars().next() else { break };
            let (character, length) = reference(rest).unwrap_or((first, first.len_utf8()));
            self.character(small(character, line), at, length);
            at += length;
        }
    }

    /// Adds white space that stands at `at`.
    pub fn space(&mut self, at: usize) {
        if !self.text.is_empty() {
            self.pending.get_or_insert((' ', at));
        }
    }

    /// Adds a line break that stands at `at`.
    pub fn line_break(&mut self, at: usize) {
        if !self.text.is_empty() {
            let from = self.pending.map_or(at, |(_, from)| from);
            self.pending = Some(('\n', from));
        }
    }

    fn character(&mut self, character: char, at: usize, length: usize) {
        if character.is_whitespace() && (character != '\u{3000}' || self.text.is_empty()) {
            if !self.text.is_empty() {
                self.pending.get_or_insert((' ', at));
            }
            return;
        }
        if self.text.is_empty() {
            self.start = at;
        }
        if let Some((between, from)) = self.pending.take() {
            self.push(between, from);
        }
        self.push(character, at);
        self.end = at + length;
    }

    fn push(&mut self, character: char, at: usize) {
        let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let (text, source) = (narrow(self.text.len()), narrow(at.saturating_sub(self.start)));
        let (last_text, last_source) = self.shifts.last().copied().unwrap_or((0, 0));
        if source != last_source + (text - last_text) {
            if self.shifts.is_empty() {
                self.shifts.push((0, 0));
            }
            self.shifts.push((text, source));
        }
        self.text.push(character);
    }

    /// The text so far; `at` is where it would stand if there is none.
    pub fn finish(mut self, at: usize) -> Gathered {
        let kept = self.text.trim_end().len();
        self.text.truncate(kept);
        if self.text.is_empty() {
            return Gathered { text: String::new(), range: at..at, shifts: Vec::new() };
        }
        Gathered { text: self.text, range: self.start..self.end, shifts: self.shifts }
    }
}

#[cfg(test)]
mod tests {
    use super::Gather;

    #[test]
    fn text_reads_as_shown_and_knows_where_it_stands() {
        let page = "  关工委 \n &amp;&nbsp; 经费<br>二 ";
        let mut gather = Gather::default();
        let tag = page.find('<').unwrap();
        gather.text(page, 0..tag);
        gather.line_break(tag);
        gather.text(page, tag + 4..page.len());
        let gathered = gather.finish(0);
        assert_eq!(gathered.text, "关工委 & 经费\n二");
        assert_eq!(&page[gathered.range.clone()], "关工委 \n &amp;&nbsp; 经费<br>二");
        for (text, source) in &gathered.shifts {
            let (text, source) = (&gathered.text[*text as usize..], &page[gathered.range.start + *source as usize..]);
            let (shown, written) = (text.chars().next().unwrap(), source.chars().next().unwrap());
            assert!(shown == written || shown.is_whitespace() || written == '&', "{text} | {source}");
        }
    }
}
