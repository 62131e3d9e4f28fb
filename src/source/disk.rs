//! [`OnDisk`]: a large file that is a text, read piece by piece.

use std::fs::{File, Metadata};
use std::io::{Error, Read, Result, Seek, SeekFrom};
use std::ops::{Deref, Range};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use yoke::Yoke;

use super::map::{LoadError, check_file};
use crate::threads;

/// A file that is plain UTF-8, of which nothing is in memory. Offsets are those of its text, which a byte order mark is no part of.
#[derive(Debug)]
pub struct OnDisk {
    path: PathBuf,
    /// What it was said to be when it was looked through.
    about: Metadata,
    /// Where the text begins.
    mark: usize,
    /// Whether it could not be read again as it was.
    changed: AtomicBool,
}

/// A stretch of a text, in memory for as long as it is looked at.
#[derive(Clone, Debug)]
pub enum Stretch<'a> {
    /// Of a text that is in memory.
    Held(&'a str),
    /// Of a file.
    Read(Yoke<&'static str, Arc<Vec<u8>>>),
}

impl Deref for Stretch<'_> {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        match self {
            Self::Held(text) => text,
            Self::Read(text) => text.get(),
        }
    }
}

/// How much of a file a thread looks at at a time: what a cache holds.
const PIECE: usize = 1 << 18;
const MARK: &[u8] = "\u{feff}".as_bytes();
/// The most bytes of a character behind its first.
const MOST_BEHIND: usize = 3;

impl OnDisk {
    /// The file at `path`, looked through on so many threads; none when it is not UTF-8, or has a zero or a carriage return
    /// that no line break follows.
    ///
    /// # Errors
    /// When it is no regular file of less than 4 GiB, or cannot be read.
    pub fn examine(path: &Path, threads: usize) -> std::result::Result<Option<Self>, LoadError> {
        check_file(path)?;
        let refused = |error| LoadError::Io(path.to_owned(), error);
        let about = std::fs::metadata(path).map_err(refused)?;
        let mut disk = Self { path: path.to_owned(), about, mark: 0, changed: AtomicBool::new(false) };
        let start = disk.bytes(0..MARK.len().min(disk.len())).map_err(refused)?;
        let mark = if start == MARK { MARK.len() } else { 0 };
        let pieces: Vec<usize> = (0..disk.len()).step_by(PIECE).collect();
        let odd = AtomicBool::new(false);
        let look = |start: &usize| {
            if !odd.load(Ordering::Relaxed) && !disk.is_plain(*start)? {
                odd.store(true, Ordering::Relaxed);
            }
            Ok(())
        };
        threads::map(&pieces, threads, look).into_iter().collect::<Result<()>>().map_err(refused)?;
        disk.mark = mark;
        Ok((!odd.into_inner()).then_some(disk))
    }

    /// Whether the characters that begin in the piece at `start` are plain.
    fn is_plain(&self, start: usize) -> Result<bool> {
        let end = start.saturating_add(PIECE).min(self.len());
        let bytes = self.bytes(start..end.saturating_add(MOST_BEHIND).min(self.len()))?;
        // A character belongs to the piece in which it begins.
        let behind = |bytes: &[u8]| bytes.iter().take(MOST_BEHIND).take_while(|byte| is_behind(byte)).count();
        let from = if start == 0 { 0 } else { behind(&bytes) };
        let own = end - start;
        let to = own + behind(&bytes[own..]);
        let is_odd = |at: usize| bytes[at] == 0 || bytes.get(at + 1) != Some(&b'\n');
        let has_odd = memchr::memchr2_iter(0, b'\r', &bytes[..own]).any(is_odd);
        Ok(!has_odd && simdutf8::basic::from_utf8(&bytes[from.min(to)..to]).is_ok())
    }

    /// How many bytes the text has.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.about.len()).unwrap_or(usize::MAX) - self.mark
    }

    /// Whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The text in `range`, whose ends are ends of characters. When the file is not as it was, an empty one, and
    /// [`Self::has_changed`] from then on.
    #[must_use]
    pub fn stretch(&self, range: Range<usize>) -> Stretch<'static> {
        let text = self.piece(range).ok().and_then(|bytes| {
            Yoke::try_attach_to_cart(Arc::new(bytes), |bytes| simdutf8::basic::from_utf8(bytes)).ok()
        });
        text.map_or_else(
            || {
                self.changed.store(true, Ordering::Relaxed);
                Stretch::Held("")
            },
            Stretch::Read,
        )
    }

    /// As much of the beginning of the text as so many bytes hold.
    #[must_use]
    pub fn head(&self, most: usize) -> Stretch<'static> {
        let most = most.min(self.len());
        let is_end =
            |at: &usize| self.piece(*at..(at + 1).min(self.len())).is_ok_and(|next| !next.iter().any(is_behind));
        self.stretch(0..(0..=most).rev().take(MOST_BEHIND + 1).find(is_end).unwrap_or(0))
    }

    /// The bytes of the text in `range`, wherever that cuts characters.
    ///
    /// # Errors
    /// When the file is not as it was.
    pub fn piece(&self, range: Range<usize>) -> Result<Vec<u8>> {
        self.bytes(range.start + self.mark..range.end + self.mark)
    }

    /// Whether the file is not what it was when it was looked through.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        self.changed.load(Ordering::Relaxed) || std::fs::metadata(&self.path).map_or(true, |now| !self.is_as(&now))
    }

    fn is_as(&self, now: &Metadata) -> bool {
        now.len() == self.about.len() && now.modified().ok() == self.about.modified().ok()
    }

    /// The bytes of the file in `range`.
    fn bytes(&self, range: Range<usize>) -> Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        if !self.is_as(&file.metadata()?) {
            return Err(Error::other("it changed while it was read"));
        }
        file.seek(SeekFrom::Start(range.start as u64))?;
        let mut bytes = Vec::with_capacity(range.len());
        file.take(range.len() as u64).read_to_end(&mut bytes)?;
        if bytes.len() == range.len() { Ok(bytes) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) }
    }
}

/// Whether a byte stands behind the first of a character.
const fn is_behind(byte: &u8) -> bool {
    *byte & 0xC0 == 0x80
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{OnDisk, PIECE};

    fn written(name: &str, bytes: &[u8]) -> PathBuf {
        let path = std::env::temp_dir().join(format!("gouji-disk-{name}-{}", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        path
    }

    #[test]
    fn plain_utf_8_is_found_whatever_the_pieces_cut() {
        for shift in 0..4 {
            let long = format!("{}{}", "x".repeat(shift), "甲é😀\r\n".repeat(PIECE / 5));
            let path = written("plain", long.as_bytes());
            let disk = OnDisk::examine(&path, 2).unwrap().expect("plain");
            assert_eq!((disk.len(), disk.has_changed()), (long.len(), false));
            assert!(*disk.stretch(0..long.len()) == *long);
            let cut = (0..PIECE).rev().find(|at| long.is_char_boundary(*at)).unwrap();
            for wrong in [&b"\xe7"[..], b"\x80", b"\xe7\x94", b"\0", b"\r"] {
                let mutated = [&long.as_bytes()[..cut], wrong, &long.as_bytes()[cut..]].concat();
                assert!(OnDisk::examine(&written("odd", &mutated), 2).unwrap().is_none(), "{wrong:?} before {cut}");
            }
            for wrong in [&b"\xe7"[..], b"\xf0\x9f\x98", b"\r"] {
                let mutated = [long.as_bytes(), wrong].concat();
                assert!(OnDisk::examine(&written("end", &mutated), 2).unwrap().is_none(), "{wrong:?} at the end");
            }
        }
        let boundary = |next: &str| format!("{}\r{next}", "x".repeat(PIECE - 1));
        assert!(OnDisk::examine(&written("cr", boundary("\n").as_bytes()), 2).unwrap().is_some());
        assert!(OnDisk::examine(&written("cr", boundary("x").as_bytes()), 2).unwrap().is_none());
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text_and_an_empty_file_is_one() {
        let disk = OnDisk::examine(&written("mark", "\u{feff}甲\n".as_bytes()), 1).unwrap().unwrap();
        assert_eq!((disk.len(), &*disk.stretch(0..4), &*disk.stretch(3..4)), (4, "甲\n", "\n"));
        assert_eq!((&*disk.head(2), &*disk.head(3), &*disk.head(9)), ("", "甲", "甲\n"));
        assert!(OnDisk::examine(&written("empty", b""), 1).unwrap().unwrap().is_empty());
        assert!(OnDisk::examine(&std::env::temp_dir(), 1).is_err());
    }

    #[test]
    fn a_file_that_changes_is_noticed() {
        let path = written("changes", "甲,1\n".as_bytes());
        let disk = OnDisk::examine(&path, 1).unwrap().unwrap();
        std::fs::write(&path, "乙,22\n").unwrap();
        assert_eq!((&*disk.stretch(0..6), disk.has_changed()), ("", true));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(&*disk.stretch(0..6), "");
    }
}
