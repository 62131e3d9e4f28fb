//! The map as miette reads it: whole lines around a span, of the file in which the span lies.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::{SourceMap, Span};

impl SourceCode for SourceMap {
    /// Whole lines: those that `span` touches, and so many before and after it, all of one file. With no line before,
    /// the column is that of the span's start, in characters.
    ///
    /// A span of no file, or one that leaves its file, is out of bounds. An empty span, also at the end of a file, is the
    /// line it stands on.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let start = u32::try_from(span.offset()).map_err(|_| MietteError::OutOfBounds)?;
        let end = u32::try_from(span.offset() + span.len()).map_err(|_| MietteError::OutOfBounds)?;
        let file = self.file(self.file_of(Span::new(start, start)).ok_or(MietteError::OutOfBounds)?);
        if end > file.span().end() {
            return Err(MietteError::OutOfBounds);
        }
        let local = |offset: u32| u32::try_from(file.local(offset)).unwrap_or(u32::MAX);
        let line = |offset: u32| file.line_at(local(offset)).0 as usize;
        let first = line(start).saturating_sub(lines_before);
        let asked = line(end.saturating_sub(1).max(start)) + lines_after;
        let lines: Vec<_> = (first..=asked).map_while(|line| file.line(line)).collect();
        let (from, to) = (lines.first().map_or(0, |line| line.start), lines.last().map_or(0, |line| line.end));
        let column = if lines_before == 0 { self.location(Span::new(start, end)).column as usize - 1 } else { 0 };
        let base = file.span().start() as usize;
        Ok(Box::new(MietteSpanContents::new_named(
            file.name().to_owned(),
            file.slice(from..to).as_bytes(),
            (base + from, to - from).into(),
            first,
            column,
            lines.len(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use miette::SourceCode;

    use super::SourceMap;

    fn map() -> SourceMap {
        let mut map = SourceMap::new();
        map.add("甲.toml", "一二三\nfour\r\n\n五").unwrap();
        map.add("b.toml", "x\ny\n").unwrap();
        map.add("empty.toml", "").unwrap();
        map
    }

    fn read(offset: usize, len: usize, context: usize) -> Option<(String, usize, usize, String)> {
        let map = map();
        let contents = map.read_span(&(offset, len).into(), context, context).ok()?;
        let text = String::from_utf8(contents.data().to_vec()).unwrap();
        Some((text, contents.line() + 1, contents.column() + 1, contents.name()?.to_owned()))
    }

    #[test]
    fn whole_lines_with_columns_in_characters() {
        let line = |text: &str, line, column| Some((text.to_owned(), line, column, "甲.toml".to_owned()));
        assert_eq!(read(3, 3, 0), line("一二三\n", 1, 2));
        assert_eq!(read(12, 1, 0), line("four\r\n", 2, 3));
        assert_eq!(read(12, 1, 1), line("一二三\nfour\r\n\n", 1, 1));
    }

    #[test]
    fn empty_spans_and_ends_of_files_have_a_line() {
        let end = map().files()[0].span().end() as usize;
        assert_eq!(read(end, 0, 0).unwrap().0, "五");
        assert_eq!(read(16, 0, 0).unwrap().0, "\n");
        let second = map().files()[1].span();
        assert_eq!(read(second.end() as usize, 0, 0), Some((String::new(), 3, 1, "b.toml".to_owned())));
        let empty = map().files()[2].span();
        assert_eq!(read(empty.start() as usize, 0, 5), Some((String::new(), 1, 1, "empty.toml".to_owned())));
    }

    #[test]
    fn what_lies_outside_is_out_of_bounds() {
        assert_eq!(read(0, 1000, 0), None, "a span across two files");
        assert_eq!(read(100_000, 1, 0), None);
        assert_eq!(read(usize::MAX / 2, 1, 0), None);
    }

    #[test]
    fn every_span_of_every_length_is_read_or_refused() {
        let map = map();
        for offset in 0..60 {
            for len in 0..60 {
                let _ = map.read_span(&(offset, len).into(), len % 3, offset % 3);
            }
        }
    }
}
