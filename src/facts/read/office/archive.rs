//! [`Archive`]: the parts of a zip, inflated within bounds.

use std::io::{BufRead, BufReader, Cursor, Read};

use zip::ZipArchive;

use super::Trouble;
use crate::text;

/// First bytes of a zip, and so of xlsx, docx and ods.
pub const ZIP_MAGIC: &[u8] = b"PK";
/// First bytes of the older container: xls, doc, and office files under a password.
pub const OLE_MAGIC: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

/// Most bytes that one part may inflate to.
const PART_LIMIT: u64 = 1 << 30;
/// A part this large must not have inflated more than [`RATIO_LIMIT`] fold: what people write never does.
const RATIO_FROM: u64 = 32 << 20;
const RATIO_LIMIT: u64 = 600;

/// A zip in memory.
pub struct Archive<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
}

impl<'a> Archive<'a> {
    /// Opens the zip that `bytes` are.
    ///
    /// # Errors
    /// When they are none, with what they are instead where that is known.
    pub fn open(bytes: &'a [u8]) -> Result<Self, Trouble> {
        if bytes.starts_with(OLE_MAGIC) {
            let why = text!(
                "这是加密的或旧格式（.xls、.doc）的文件，只是扩展名不同",
                "it is a file under a password, or of the older format (.xls, .doc) under another extension"
            );
            let help = text!("去掉密码，或另存为 .xlsx、.docx", "remove the password, or save it as .xlsx or .docx");
            return Err(Trouble::broken(why).with_help(help));
        }
        if bytes.is_empty() {
            let why = text!("它是空的，一个字节也没有", "it is empty, without a single byte");
            let help = text!(
                "多半没有下载完或没有存好；重新取一份",
                "perhaps it was not saved or not loaded in full; get it anew"
            );
            return Err(Trouble::broken(why).with_help(help));
        }
        if !bytes.starts_with(ZIP_MAGIC) {
            let why = text!("它不是这种格式的文件", "it is not a file of this format");
            let help = text!(
                "看看它其实是什么：网页或文本常被存成 .xls、.doc；在清单里用 format 写明",
                "see what it really is: web pages and text are often saved as .xls or .doc; say so with `format` in the manifest"
            );
            return Err(Trouble::broken(why).with_help(help));
        }
        ZipArchive::new(Cursor::new(bytes)).map(|zip| Self { zip }).map_err(|error| {
            Trouble::broken(text!("压缩包不完整或已损坏（{error}）", "the archive is cut short or damaged ({error})"))
        })
    }

    /// Whether there is a part of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.zip.index_for_name(name.trim_start_matches('/')).is_some()
    }

    /// The part of that name, as a bounded stream; none when there is none.
    ///
    /// # Errors
    /// When the part is there and cannot be read.
    pub fn part(&mut self, name: &str) -> Result<Option<impl BufRead + use<'_, 'a>>, Trouble> {
        let Some(index) = self.zip.index_for_name(name.trim_start_matches('/')) else { return Ok(None) };
        let file = self.zip.by_index(index).map_err(|error| {
            Trouble::broken(text!("其中的 {name} 打不开（{error}）", "its part {name} does not open ({error})"))
        })?;
        let packed = file.compressed_size();
        Ok(Some(BufReader::with_capacity(1 << 16, Bounded { inner: file, packed, read: 0 })))
    }
}

/// A reader that stops with an error rather than inflate without end.
struct Bounded<R> {
    inner: R,
    packed: u64,
    read: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read += count as u64;
        let blown_up = self.read > RATIO_FROM && self.read / RATIO_LIMIT > self.packed;
        if self.read > PART_LIMIT || blown_up {
            return Err(std::io::Error::from(std::io::ErrorKind::FileTooLarge));
        }
        Ok(count)
    }
}
