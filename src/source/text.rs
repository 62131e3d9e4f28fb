//! [`Text`]: the text of a source, shared.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Deref;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use yoke::Yoke;

use crate::threads;

/// A text that does not change. A copy of it is the same text.
#[derive(Clone, Debug)]
pub struct Text(Kept);

#[derive(Clone, Debug)]
enum Kept {
    String(Arc<String>),
    /// The bytes of a large file and what of them is text.
    Bytes(Yoke<&'static str, Arc<Vec<u8>>>),
}

/// The bytes of a large file.
#[derive(Debug)]
pub struct Bytes {
    bytes: Vec<u8>,
    /// Whether none of them is zero or a carriage return without a line break behind it.
    plain: bool,
}

/// How much of a file a thread reads at a time: no more than a cache holds, as it is looked at at once.
const PIECE: usize = 1 << 20;

impl Bytes {
    /// The bytes of a file of that size, read on so many threads.
    ///
    /// # Errors
    /// When it cannot be read, or is shorter than that.
    pub fn read(path: &Path, size: usize, threads: usize) -> std::io::Result<Self> {
        // Not in large pages: each is written once and read in order, and they come slower than small ones where they are rare.
        let mut bytes = vec![0; size];
        let plain = AtomicBool::new(true);
        let pieces: Vec<(usize, Mutex<&mut [u8]>)> =
            (0..).step_by(PIECE).zip(bytes.chunks_mut(PIECE).map(Mutex::new)).collect();
        let read = |(start, piece): &(usize, Mutex<&mut [u8]>)| {
            let mut piece = piece.lock().unwrap_or_else(PoisonError::into_inner);
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(*start as u64))?;
            file.read_exact(&mut piece)?;
            // Whether a break stands behind a carriage return at the end of a piece is seen below.
            let is_odd = |at: usize| piece[at] == 0 || piece.get(at + 1).is_some_and(|next| *next != b'\n');
            if memchr::memchr2_iter(0, b'\r', &piece).any(is_odd) {
                plain.store(false, Ordering::Relaxed);
            }
            Ok(())
        };
        threads::map(&pieces, threads, read).into_iter().collect::<std::io::Result<()>>()?;
        drop(pieces);
        let is_alone = |end: usize| bytes[end - 1] == b'\r' && bytes.get(end) != Some(&b'\n');
        let ends = (PIECE..size).step_by(PIECE).chain([size]).filter(|end| *end > 0);
        let plain = plain.into_inner() && !ends.into_iter().any(is_alone);
        Ok(Self { bytes, plain })
    }

    /// Whether none of them is zero or a carriage return without a line break behind it.
    #[must_use]
    pub const fn are_plain(&self) -> bool {
        self.plain
    }

    /// The bytes alone.
    #[must_use]
    pub fn into_vec(self) -> Vec<u8> {
        self.bytes
    }

    /// As a text, a byte order mark at its beginning left out.
    ///
    /// # Errors
    /// The same bytes, when they are not UTF-8.
    pub fn into_text(self) -> Result<Text, Self> {
        let bytes = Arc::new(self.bytes);
        let text = Yoke::try_attach_to_cart(Arc::clone(&bytes), |bytes| {
            simdutf8::basic::from_utf8(bytes).map(|text| text.strip_prefix('\u{feff}').unwrap_or(text))
        });
        match text {
            Ok(text) => Ok(Text(Kept::Bytes(text))),
            Err(_) => Err(Self { bytes: Arc::into_inner(bytes).unwrap_or_default(), plain: self.plain }),
        }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Deref for Text {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        match &self.0 {
            Kept::String(text) => text,
            Kept::Bytes(text) => text.get(),
        }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(Kept::String(Arc::new(text)))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<&String> for Text {
    fn from(text: &String) -> Self {
        text.to_owned().into()
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, PIECE};

    #[test]
    fn large_files_are_read_whole_and_are_texts_when_they_are_utf_8() {
        let path = std::env::temp_dir().join(format!("gouji-bytes-{}", std::process::id()));
        let read = |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            Bytes::read(&path, content.len(), 2).unwrap()
        };
        let long = "甲乙丙,1\n".repeat(PIECE / 3);
        for (content, plain) in [(long.clone(), true), (format!("{long}\0"), false)] {
            let bytes = read(content.as_bytes());
            assert_eq!((bytes.are_plain(), &*bytes), (plain, content.as_bytes()));
            let text = bytes.into_text().unwrap();
            assert!(*text == *content && *text.clone() == *content);
        }
        for (content, plain) in
            [("a\r\nb\r\n", true), ("a\rb\n", false), ("a\r", false), ("a\r\r\n", false), ("", true)]
        {
            assert_eq!(read(content.as_bytes()).are_plain(), plain, "{content:?}");
        }
        let boundary = |next: &str| format!("{}\r{next}", "x".repeat(PIECE - 1));
        assert!(read(boundary("\n").as_bytes()).are_plain() && !read(boundary("x").as_bytes()).are_plain());
        assert_eq!(&*read("\u{feff}甲".as_bytes()).into_text().unwrap(), "甲");
        let wrong = [long.as_bytes(), &[0xe7]].concat();
        let bytes = read(&wrong).into_text().unwrap_err();
        assert!(*bytes == *wrong);
        assert!(Bytes::read(&path, wrong.len() + 1, 2).is_err(), "shorter than it was");
        std::fs::remove_file(&path).unwrap();
    }
}
