//! [`Pieces`]: a large file of lines, read piece by piece and never held whole.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};

use memchr::memchr;

use super::{LoadError, check_file, display_path, gzip};

/// A file in pieces of about the same size. A line belongs to the piece in which it begins.
#[derive(Debug)]
pub struct Pieces {
    path: PathBuf,
    len: u64,
    size: u64,
}

/// The lines of one piece.
#[derive(Debug, Default)]
pub struct Piece {
    bytes: Vec<u8>,
    lines: Range<usize>,
}

/// How much is read beyond a piece at first, for the rest of its last line.
const BEYOND: u64 = 1 << 12;

impl Pieces {
    /// A file in pieces of `size` bytes; none when it is not longer than one, or packed.
    ///
    /// # Errors
    /// When it is no regular file.
    pub fn of(path: &Path, size: usize) -> Result<Option<Self>, LoadError> {
        check_file(path)?;
        let about = std::fs::metadata(path).map_err(|error| LoadError::Io(path.to_owned(), error))?;
        let (len, size) = (about.len(), size.max(1) as u64);
        let is_packed = || {
            let mut start = [0; gzip::MARK.len()];
            File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == gzip::MARK
        };
        Ok((len > size && !is_packed()).then(|| Self { path: path.to_owned(), len, size }))
    }

    /// The file's name as people see it.
    #[must_use]
    pub fn name(&self) -> String {
        display_path(&self.path)
    }

    /// How many bytes the file has.
    #[must_use]
    pub const fn len(&self) -> u64 {
        self.len
    }

    /// Whether the file is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many pieces there are.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.len.div_ceil(self.size)
    }

    /// The whole lines that begin in the piece `nth`, without a byte order mark.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn read(&self, nth: u64) -> std::io::Result<Piece> {
        let (start, end) = (nth * self.size, ((nth + 1) * self.size).min(self.len));
        // The byte before tells whether a line begins with the piece.
        let from = start.saturating_sub(1);
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(from))?;
        let room = usize::try_from(end - from + BEYOND).unwrap_or(0);
        let mut bytes = Vec::with_capacity(room);
        Read::by_ref(&mut file).take(end - from).read_to_end(&mut bytes)?;
        let mut first = 0;
        if start > 0 {
            let Some(found) = memchr(b'\n', &bytes[..bytes.len().saturating_sub(1)]) else {
                return Ok(Piece::default());
            };
            first = found + 1;
        }
        let mut seen = bytes.len().saturating_sub(1);
        let mut more = BEYOND;
        let last = loop {
            if let Some(found) = memchr(b'\n', &bytes[seen..]) {
                break seen + found + 1;
            }
            seen = bytes.len();
            if Read::by_ref(&mut file).take(more).read_to_end(&mut bytes)? == 0 {
                break seen;
            }
            more *= 2;
        };
        if start == 0 && bytes.starts_with("\u{feff}".as_bytes()) {
            first = "\u{feff}".len();
        }
        Ok(Piece { lines: first.min(last)..last, bytes })
    }
}

impl Piece {
    /// The lines; none when they are not UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes[self.lines.clone()]).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Pieces;

    #[test]
    fn every_line_is_in_the_piece_in_which_it_begins() {
        let folder = tempfile::tempdir().unwrap();
        let long = "x".repeat(9000);
        for (at, text) in
            ["\u{feff}a\n\nbc\r\n甲乙\nd", "\n\n\n\n", "abc", &format!("a\n{long}\nb\n")].iter().enumerate()
        {
            let path = folder.path().join(at.to_string());
            std::fs::write(&path, text).unwrap();
            let expected: Vec<&str> = text.trim_start_matches('\u{feff}').split_inclusive('\n').collect();
            for size in [1, 2, 3, 5, 8, 4096] {
                let Some(pieces) = Pieces::of(&path, size).unwrap() else {
                    assert!(text.len() <= size);
                    continue;
                };
                let read: Vec<_> = (0..pieces.count()).map(|nth| pieces.read(nth).unwrap()).collect();
                let lines: Vec<&str> =
                    read.iter().flat_map(|piece| piece.text().unwrap().split_inclusive('\n')).collect();
                assert_eq!(lines, expected, "{text:?} in pieces of {size}");
            }
        }
    }
}
