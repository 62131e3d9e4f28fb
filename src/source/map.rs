//! [`SourceMap`]: all sources of a run in one offset space.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Span, Stretch, Text, gzip};

/// A file of a [`SourceMap`], by the order in which it was added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// One source: its name as shown, and its text.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: String,
    base: u32,
    text: Text,
    line_starts: OnceLock<Vec<u32>>,
    laid_out: bool,
}

/// Where an offset lies, for people: one-based line and column, the column counted in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Name of the file as shown.
    pub file: String,
    /// One-based line.
    pub line: u32,
    /// One-based column, in characters.
    pub column: u32,
}

/// Why a file could not become a source.
#[derive(Debug)]
pub enum LoadError {
    /// The operating system refused; the path is in the error.
    Io(PathBuf, std::io::Error),
    /// It is a folder, a device or the like.
    NotAFile(PathBuf),
    /// The bytes are not UTF-8; the offset of the first wrong byte.
    NotUtf8(PathBuf, usize),
    /// The sources together exceed the offset space of 4 GiB.
    TooLarge(PathBuf),
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
            Self::NotAFile(path) => write!(f, "{}: not a regular file", path.display()),
            Self::NotUtf8(path, offset) => write!(f, "{}: not UTF-8 at byte {offset}", path.display()),
            Self::TooLarge(path) => write!(f, "{}: sources exceed 4 GiB", path.display()),
        }
    }
}

impl std::error::Error for LoadError {}

/// All sources of one run, in one offset space, so that a diagnostic can label several files. A copy shares the texts.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `text` under the `name` that people are to see.
    ///
    /// # Errors
    /// [`LoadError::TooLarge`] when the offset space is used up.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<Text>) -> Result<FileId, LoadError> {
        let (name, text): (String, Text) = (name.into(), text.into());
        // One byte between files, so that a position at the end of one is not the start of the next.
        let base = self.files.last().map_or(Some(0), |last| last.span().end().checked_add(1));
        let fits = base.and_then(|base| u32::try_from(text.len()).ok()?.checked_add(base)?.checked_add(1)).is_some();
        let (Some(base), true) = (base, fits) else { return Err(LoadError::TooLarge(PathBuf::from(name))) };
        let line_starts = OnceLock::new();
        self.files.push(SourceFile { name, base, text, line_starts, laid_out: false });
        Ok(FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX)))
    }

    /// As [`Self::add`], for a text that was laid out for a file that is no text: its lines and columns are not those of
    /// the file, where cells have addresses instead.
    ///
    /// # Errors
    /// [`LoadError::TooLarge`] when the offset space is used up.
    pub fn add_laid_out(&mut self, name: impl Into<String>, text: impl Into<Text>) -> Result<FileId, LoadError> {
        let id = self.add(name, text)?;
        self.files[id.0 as usize].laid_out = true;
        Ok(id)
    }

    /// Reads `path` as UTF-8 (a byte order mark is skipped) and adds it under its path as given, with `/` separators.
    ///
    /// # Errors
    /// When the file cannot be read, is not UTF-8, or does not fit.
    pub fn load(&mut self, path: &Path) -> Result<FileId, LoadError> {
        self.add_bytes(path, read_bytes(path)?)
    }

    /// As [`Self::load`], of a file that may be packed with gzip.
    ///
    /// # Errors
    /// When the file cannot be read or unpacked, is not UTF-8, or does not fit.
    pub fn load_unpacked(&mut self, path: &Path) -> Result<FileId, LoadError> {
        let bytes = gzip::unpack(read_bytes(path)?).map_err(|error| LoadError::Io(path.to_owned(), error))?;
        self.add_bytes(path, bytes)
    }

    fn add_bytes(&mut self, path: &Path, bytes: Vec<u8>) -> Result<FileId, LoadError> {
        let text = String::from_utf8(bytes)
            .map_err(|error| LoadError::NotUtf8(path.to_owned(), error.utf8_error().valid_up_to()))?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        self.add(display_path(path), text).map_err(|_| LoadError::TooLarge(path.to_owned()))
    }

    /// The file `id`.
    ///
    /// # Panics
    /// When `id` is of another map.
    #[must_use]
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files, in the order they were added.
    #[must_use]
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// The file in which `span` starts; the first file for spans of no file.
    #[must_use]
    pub fn file_of(&self, span: Span) -> Option<FileId> {
        let after = self.files.partition_point(|file| file.base <= span.start());
        let index = after.checked_sub(1)?;
        self.files[index].span().touches(span.start()).then(|| FileId(u32::try_from(index).unwrap_or(u32::MAX)))
    }

    /// The text under `span`, cut to the file in which it starts; empty for a span of no file.
    #[must_use]
    pub fn text(&self, span: Span) -> Cow<'_, str> {
        let Some(id) = self.file_of(span) else { return Cow::Borrowed("") };
        let file = self.file(id);
        let (start, end) = ((span.start() - file.base) as usize, (span.end() - file.base) as usize);
        Cow::Borrowed(file.slice(file.floor_char(start)..file.floor_char(end).max(start)))
    }

    /// Line and column of the start of `span`.
    #[must_use]
    pub fn location(&self, span: Span) -> Location {
        let Some(id) = self.file_of(span) else {
            return Location { file: String::new(), line: 1, column: 1 };
        };
        let file = self.file(id);
        let (line, line_start) = file.line_at(span.start() - file.base);
        let end = file.floor_char((span.start() - file.base) as usize);
        let column = file.slice(line_start..end.max(line_start)).chars().count() + 1;
        Location { file: file.name.clone(), line: line + 1, column: u32::try_from(column).unwrap_or(u32::MAX) }
    }
}

impl SourceFile {
    /// Whether the text was laid out for a file that is no text, so that its lines and columns mean nothing there.
    #[must_use]
    pub fn is_laid_out(&self) -> bool {
        self.laid_out
    }

    /// The name that people see: the path as given, with `/` separators.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text. That of a large file may have to be read for it: [`Self::slice`] reads less.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many bytes the text has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether the text is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The bytes `range` of the text, as [`Text::slice`].
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> &str {
        self.text.slice(range)
    }

    /// The bytes `range` of the text, as [`Text::stretch`].
    #[must_use]
    pub fn stretch(&self, range: std::ops::Range<usize>) -> Stretch<'_> {
        self.text.stretch(range)
    }

    /// The part of the text that holds the byte `at`, and where it begins, as [`Text::around`].
    #[must_use]
    pub fn around(&self, at: usize) -> (&str, usize) {
        self.text.around(at)
    }

    /// Where the parts of a text begin that stays on disk.
    #[must_use]
    pub fn parts(&self) -> Option<&[u32]> {
        self.text.parts()
    }

    /// Whether the file is on disk no more as it was read.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        self.text.has_changed()
    }

    /// The text, shared.
    #[must_use]
    pub fn shared_text(&self) -> Text {
        self.text.clone()
    }

    /// The span of the whole file.
    #[must_use]
    pub fn span(&self) -> Span {
        Span::new(self.base, self.base + u32::try_from(self.text.len()).unwrap_or(u32::MAX))
    }

    /// The span of the bytes `range` of this file's text.
    #[must_use]
    pub fn span_of(&self, range: std::ops::Range<usize>) -> Span {
        let offset = |at: usize| self.base + u32::try_from(at.min(self.text.len())).unwrap_or(u32::MAX);
        Span::new(offset(range.start), offset(range.end))
    }

    /// Where the byte `at` of this file's text stands among all sources.
    #[must_use]
    pub fn offset(&self, at: usize) -> u32 {
        self.base + u32::try_from(at).unwrap_or(u32::MAX - self.base)
    }

    /// Offset of `span`'s start within this file's text.
    #[must_use]
    pub fn local(&self, offset: u32) -> usize {
        (offset.saturating_sub(self.base) as usize).min(self.text.len())
    }

    /// Zero-based line that holds the local `offset`, and the local offset at which that line begins.
    #[must_use]
    pub fn line_at(&self, offset: u32) -> (u32, usize) {
        let (line, start) = match self.text.on_disk() {
            Some(text) => text.line_at(offset as usize),
            None => {
                let starts = self.line_starts();
                let line = starts.partition_point(|start| *start <= offset).saturating_sub(1);
                (line, starts[line] as usize)
            }
        };
        (u32::try_from(line).unwrap_or(u32::MAX), start)
    }

    /// The bytes of a zero-based line, with what ends it; none when there are fewer.
    #[must_use]
    pub fn line(&self, line: usize) -> Option<std::ops::Range<usize>> {
        let start = |line: usize| match self.text.on_disk() {
            Some(text) => text.line_start(line),
            None => self.line_starts().get(line).map(|start| *start as usize),
        };
        Some(start(line)?..start(line + 1).unwrap_or(self.text.len()))
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| line_starts(&self.text))
    }

    /// `at`, or the nearest character boundary before it.
    #[must_use]
    pub fn floor_char(&self, at: usize) -> usize {
        let (mut at, (text, start)) = (at.min(self.text.len()), self.text.around(at));
        // At the start of a part a character begins, whatever the part is now.
        while at > start && !text.is_char_boundary(at - start) {
            at -= 1;
        }
        at
    }
}

/// Whether `path` is a regular file of at most 4 GiB: no device that never ends, no pipe that never begins.
///
/// # Errors
/// When it is not.
pub fn check_file(path: &Path) -> Result<(), LoadError> {
    let about = std::fs::metadata(path).map_err(|error| LoadError::Io(path.to_owned(), error))?;
    if !about.is_file() {
        return Err(LoadError::NotAFile(path.to_owned()));
    }
    if about.len() > u64::from(u32::MAX) {
        return Err(LoadError::TooLarge(path.to_owned()));
    }
    Ok(())
}

/// The bytes of a regular file of at most 4 GiB.
///
/// # Errors
/// When it is no such file or cannot be read.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, LoadError> {
    check_file(path)?;
    let refused = |error| LoadError::Io(path.to_owned(), error);
    // What says that it is empty is: files that systems make up as they are read may never end.
    if std::fs::metadata(path).map_err(refused)?.len() == 0 {
        return Ok(Vec::new());
    }
    std::fs::read(path).map_err(refused)
}

/// Byte offsets at which lines begin.
pub(super) fn line_starts(text: &str) -> Vec<u32> {
    let after = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| u32::try_from(at + 1).unwrap_or(u32::MAX));
    std::iter::once(0).chain(after).collect()
}

/// `path` as people see it: `/` separators on every system, no leading `./`.
#[must_use]
pub fn display_path(path: &Path) -> String {
    let shown = path.to_string_lossy().replace('\\', "/");
    shown.strip_prefix("./").map(str::to_owned).unwrap_or(shown)
}
