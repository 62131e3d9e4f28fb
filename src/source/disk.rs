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

const MARK: &[u8] = "\u{feff}".as_bytes();
/// The most bytes of a character behind its first.
const MOST_BEHIND: usize = 3;

impl OnDisk {
    /// The file at `path`, which is a text if [`Self::examine`] says so.
    ///
    /// # Errors
    /// When it is no regular file of less than 4 GiB, or cannot be read.
    pub fn open(path: &Path) -> std::result::Result<Self, LoadError> {
        check_file(path)?;
        let refused = |error| LoadError::Io(path.to_owned(), error);
        let about = std::fs::metadata(path).map_err(refused)?;
        let mut disk = Self { path: path.to_owned(), about, mark: 0, changed: AtomicBool::new(false) };
        let start = disk.bytes(0..MARK.len().min(disk.len())).map_err(refused)?;
        disk.mark = if start == MARK { MARK.len() } else { 0 };
        Ok(disk)
    }

    /// What `look` makes of each piece of `size` bytes, told where it begins, on so many threads; nothing when the text is not
    /// UTF-8, or has a zero or a carriage return that no line break follows.
    ///
    /// # Errors
    /// When the file cannot be read as it was.
    pub fn examine<T: Send>(
        &self,
        (size, threads): (usize, usize),
        look: impl Fn(usize, &[u8]) -> T + Sync,
    ) -> Result<Option<Vec<T>>> {
        let pieces: Vec<usize> = (0..self.len()).step_by(size.max(1)).collect();
        let odd = AtomicBool::new(false);
        let made = threads::map(&pieces, threads, |start| {
            if odd.load(Ordering::Relaxed) {
                return Ok(None);
            }
            let end = start.saturating_add(size.max(1)).min(self.len());
            let bytes = self.piece(*start..end.saturating_add(MOST_BEHIND).min(self.len()))?;
            if is_plain(&bytes, (*start == 0, end - start)) {
                return Ok(Some(look(*start, &bytes[..end - start])));
            }
            odd.store(true, Ordering::Relaxed);
            Ok(None)
        });
        made.into_iter().collect()
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

/// Whether the characters that begin in the first `own` of some bytes are plain, of which the first may begin before these.
fn is_plain(bytes: &[u8], (is_first, own): (bool, usize)) -> bool {
    let behind = |bytes: &[u8]| bytes.iter().take(MOST_BEHIND).take_while(|byte| is_behind(byte)).count();
    let from = if is_first { 0 } else { behind(bytes) };
    let to = own + behind(&bytes[own..]);
    let is_odd = |at: usize| bytes[at] == 0 || bytes.get(at + 1) != Some(&b'\n');
    let has_odd = memchr::memchr2_iter(0, b'\r', &bytes[..own]).any(is_odd);
    !has_odd && simdutf8::basic::from_utf8(&bytes[from.min(to)..to]).is_ok()
}

/// Whether a byte stands behind the first of a character.
const fn is_behind(byte: &u8) -> bool {
    *byte & 0xC0 == 0x80
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tempfile::{NamedTempFile, TempPath};

    use super::OnDisk;

    fn written(bytes: &[u8]) -> TempPath {
        let path = NamedTempFile::new().unwrap().into_temp_path();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The text of a file in pieces; none when it is not plain.
    fn pieces(path: &Path, size: usize) -> Option<Vec<(usize, Vec<u8>)>> {
        OnDisk::open(path).unwrap().examine((size, 2), |start, bytes| (start, bytes.to_vec())).unwrap()
    }

    #[test]
    fn plain_utf_8_is_found_whatever_the_pieces_cut() {
        let text = "x甲é😀\r\n乙,1\r\n";
        for size in 1..=text.len() + 1 {
            let path = written(text.as_bytes());
            let pieces_of = pieces(&path, size).expect("plain");
            let starts: Vec<usize> = pieces_of.iter().map(|(start, _)| *start).collect();
            assert_eq!(starts, (0..text.len()).step_by(size).collect::<Vec<_>>());
            assert_eq!(pieces_of.into_iter().flat_map(|(_, bytes)| bytes).collect::<Vec<_>>(), text.as_bytes());
            for cut in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
                for wrong in [&b"\xe7"[..], b"\x80", b"\xe7\x94", b"\xf0\x9f\x98", b"\0", b"\rx"] {
                    let mutated = [&text.as_bytes()[..cut], wrong, &text.as_bytes()[cut..]].concat();
                    assert_eq!(pieces(&written(&mutated), size), None, "{wrong:?} at {cut} by {size}");
                }
            }
            assert_eq!(pieces(&written(b"a\n\r"), size), None);
        }
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text_and_an_empty_file_is_one() {
        let path = written("\u{feff}甲\n".as_bytes());
        let disk = OnDisk::open(&path).unwrap();
        assert_eq!((disk.len(), &*disk.stretch(0..4), &*disk.stretch(3..4)), (4, "甲\n", "\n"));
        assert_eq!((&*disk.head(2), &*disk.head(3), &*disk.head(9)), ("", "甲", "甲\n"));
        assert_eq!(pieces(&path, 2), Some(vec![(0, b"\xe7\x94".to_vec()), (2, b"\xb2\n".to_vec())]));
        assert_eq!(pieces(&written(b""), 2), Some(Vec::new()));
        assert!(OnDisk::open(&std::env::temp_dir()).is_err());
    }

    #[test]
    fn a_file_that_changes_is_noticed() {
        let path = written("甲,1\n".as_bytes());
        let disk = OnDisk::open(&path).unwrap();
        assert!(!disk.has_changed());
        std::fs::write(&path, "乙,22\n").unwrap();
        assert_eq!((&*disk.stretch(0..6), disk.has_changed()), ("", true));
        assert!(disk.examine((2, 1), |_, _| ()).is_err());
        std::fs::remove_file(&path).unwrap();
        assert_eq!(&*disk.stretch(0..6), "");
    }
}
