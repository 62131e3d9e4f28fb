//! One source line as it is shown: nothing that a terminal would act on, and no longer than the terminal is wide.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

/// Least number of columns kept at either side of a mark when a line is cut.
const LEAST_OUTSIDE: usize = 6;
/// Least number of columns kept at either end of a mark when it is cut itself.
const LEAST_INSIDE: usize = 4;

/// A character of a source line, as it is shown.
#[derive(Clone, Copy, Debug)]
struct Glyph {
    /// Byte in the source line.
    at: usize,
    shown: char,
    width: usize,
}

/// A source line as it is shown, with the way from its bytes to the shown ones.
#[derive(Debug)]
pub(super) struct ShownLine {
    glyphs: Vec<Glyph>,
    /// Length of the source line in bytes.
    len: usize,
    /// Ranges of glyphs that are shown, in order; `…` stands between them.
    kept: Vec<Range<usize>>,
}

impl ShownLine {
    /// `line` in at most `columns` columns where possible: what lies between `marks` goes first, then what lies inside.
    pub(super) fn new(line: &str, marks: &[Range<usize>], columns: usize) -> Self {
        let mut shown = Self { glyphs: glyphs(line), len: line.len(), kept: Vec::new() };
        shown.kept = shown.choose(marks, columns);
        shown
    }

    /// The text as shown.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (at, range) in self.kept.iter().enumerate() {
            if at > 0 || range.start > 0 {
                text.push('…');
            }
            text.extend(self.glyphs[range.clone()].iter().map(|glyph| glyph.shown));
        }
        if self.kept.last().map_or(0, |range| range.end) < self.glyphs.len() {
            text.push('…');
        }
        text
    }

    /// Where a byte of the source line stands in [`Self::text`]; for one that is cut away, the `…` in its place.
    pub(super) fn position(&self, byte: usize) -> usize {
        let glyph = self.glyph_at(byte);
        let mut shown = 0;
        for (at, range) in self.kept.iter().enumerate() {
            if glyph < range.start {
                return shown;
            }
            if at > 0 || range.start > 0 {
                shown += '…'.len_utf8();
            }
            let upto = glyph.min(range.end);
            shown += self.glyphs[range.start..upto].iter().map(|glyph| glyph.shown.len_utf8()).sum::<usize>();
            if glyph <= range.end {
                return shown;
            }
        }
        shown
    }

    /// The glyph that begins at or after `byte`; one past the last for the end of the line.
    fn glyph_at(&self, byte: usize) -> usize {
        if byte >= self.len { self.glyphs.len() } else { self.glyphs.partition_point(|glyph| glyph.at < byte) }
    }

    fn choose(&self, marks: &[Range<usize>], columns: usize) -> Vec<Range<usize>> {
        let all = 0..self.glyphs.len();
        if self.width(&all) <= columns {
            return vec![all];
        }
        let segments = self.segments(marks);
        let fits = |outside: usize, inside: usize| {
            let kept = self.keep(&segments, outside, inside);
            let dots = kept.len() + 1;
            kept.iter().map(|range| self.width(range)).sum::<usize>() + dots <= columns
        };
        // The widest that fits, found by halving: keeping more never takes fewer columns.
        let widest = |least: usize, fits: &dyn Fn(usize) -> bool| {
            let (mut low, mut high) = (least, columns.max(least) + 1);
            while high - low > 1 {
                let middle = low.midpoint(high);
                if fits(middle) { low = middle } else { high = middle }
            }
            low
        };
        if fits(LEAST_OUTSIDE, usize::MAX) {
            return self.keep(&segments, widest(LEAST_OUTSIDE, &|outside| fits(outside, usize::MAX)), usize::MAX);
        }
        self.keep(&segments, LEAST_OUTSIDE, widest(LEAST_INSIDE, &|inside| fits(LEAST_OUTSIDE, inside)))
    }

    /// The line cut at every start and end of a mark, each piece with whether it is marked.
    fn segments(&self, marks: &[Range<usize>]) -> Vec<(Range<usize>, bool)> {
        let marks: Vec<Range<usize>> =
            marks.iter().map(|mark| self.glyph_at(mark.start)..self.glyph_at(mark.end)).collect();
        let mut cuts: Vec<usize> = marks.iter().flat_map(|mark| [mark.start, mark.end]).collect();
        cuts.extend([0, self.glyphs.len()]);
        cuts.sort_unstable();
        cuts.dedup();
        let marked = |from: usize, to: usize| marks.iter().any(|mark| mark.start <= from && to <= mark.end);
        cuts.windows(2).map(|pair| (pair[0]..pair[1], marked(pair[0], pair[1]))).collect()
    }

    /// What is left of the segments when at most so many columns stay at each of their ends.
    fn keep(&self, segments: &[(Range<usize>, bool)], outside: usize, inside: usize) -> Vec<Range<usize>> {
        let mut kept: Vec<Range<usize>> = Vec::new();
        let mut push = |range: Range<usize>| match kept.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => kept.push(range),
        };
        for (segment, marked) in segments {
            let side = if *marked { inside } else { outside };
            if self.width(segment) <= side.saturating_mul(2).saturating_add(1) {
                push(segment.clone());
            } else {
                push(segment.start..self.walk(segment.clone(), side));
                push(self.walk_back(segment.clone(), side)..segment.end);
            }
        }
        kept
    }

    fn width(&self, range: &Range<usize>) -> usize {
        self.glyphs[range.clone()].iter().map(|glyph| glyph.width).sum()
    }

    fn walk(&self, range: Range<usize>, columns: usize) -> usize {
        let mut used = 0;
        range
            .clone()
            .find(|at| {
                used += self.glyphs[*at].width;
                used > columns
            })
            .unwrap_or(range.end)
    }

    fn walk_back(&self, range: Range<usize>, columns: usize) -> usize {
        let mut used = 0;
        range
            .clone()
            .rev()
            .find(|at| {
                used += self.glyphs[*at].width;
                used > columns
            })
            .map_or(range.start, |at| at + 1)
    }
}

/// The characters as shown: tabs to the next multiple of four, controls as their pictures, invisible ones visible.
fn glyphs(line: &str) -> Vec<Glyph> {
    let mut glyphs = Vec::with_capacity(line.len());
    let mut column = 0;
    for (at, c) in line.char_indices() {
        if c == '\t' {
            for _ in 0..4 - column % 4 {
                glyphs.push(Glyph { at, shown: ' ', width: 1 });
            }
            column += 4 - column % 4;
            continue;
        }
        let shown = visible(c);
        let width = shown.width().unwrap_or(0);
        column += width;
        glyphs.push(Glyph { at, shown, width });
    }
    glyphs
}

/// `c`, or what stands for it when it would not be seen or would steer the terminal.
fn visible(c: char) -> char {
    match c {
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' => '\u{fffd}',
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' => '\u{fffd}',
        _ => c,
    }
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)] // one mark is a list of one range
mod tests {
    use super::ShownLine;

    #[test]
    fn short_lines_stay_whole() {
        let line = ShownLine::new("budget = 25.08", &[9..14], 40);
        assert_eq!(line.text(), "budget = 25.08");
        assert_eq!((line.position(9), line.position(14)), (9, 14));
    }

    #[test]
    fn long_lines_lose_what_lies_between_the_marks_first() {
        let text = format!("purpose = \"{}十万元{}\"", "一".repeat(60), "二".repeat(60));
        let start = text.find("十万元").unwrap();
        let line = ShownLine::new(&text, &[start..start + 9], 50);
        assert_eq!(line.text(), "purpose = …一一一一一十万元二二二二二…二二二二\"");
        let shown = line.text();
        assert_eq!(&shown[line.position(start)..line.position(start + 9)], "十万元");
    }

    #[test]
    fn a_mark_that_is_too_long_is_cut_inside() {
        let text = format!("x = \"{}尾\"", "一".repeat(100));
        let line = ShownLine::new(&text, &[5..text.len() - 1], 30);
        assert!(line.text().contains("一…一"), "{}", line.text());
        assert!(super::super::wrap::width(&line.text()) <= 30, "{}", line.text());
        let shown = line.text();
        assert!(shown[line.position(5)..line.position(text.len() - 1)].ends_with('尾'));
    }

    #[test]
    fn nothing_steers_the_terminal_and_nothing_is_invisible() {
        let line = ShownLine::new("a\u{1b}[31m\u{200b}b\tc", &[], 40);
        assert_eq!(line.text(), "a␛[31m\u{fffd}b    c");
    }
}
