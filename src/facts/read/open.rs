//! Opening a file that a manifest names, with a complaint where it names it when that fails.

use std::io::ErrorKind;

use super::Request;
use super::raw::RawTable;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::source::{self, FileId, LoadError, SourceMap};
use crate::text;

/// The bytes of the file that is asked for.
pub fn bytes(request: &Request<'_>, report: &mut Report) -> Option<Vec<u8>> {
    match source::read_bytes(request.path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            report.push(complaint(request, &error));
            None
        }
    }
}

/// Reads the file that is asked for as `read_bytes` reads what is in it.
pub fn whole(
    sources: &mut SourceMap,
    request: &Request<'_>,
    read_bytes: impl FnOnce(&mut SourceMap, &Request<'_>, &[u8]) -> (Vec<RawTable>, Report),
) -> (Vec<RawTable>, Report) {
    let mut report = Report::new();
    match bytes(request, &mut report) {
        Some(bytes) => read_bytes(sources, request, &bytes),
        None => (Vec::new(), report),
    }
}

/// Adds a text to the map under the name that is asked for.
pub fn add(
    sources: &mut SourceMap,
    request: &Request<'_>,
    text: impl Into<source::Text>,
    report: &mut Report,
) -> Option<FileId> {
    match sources.add(request.name, text) {
        Ok(file) => Some(file),
        Err(error) => {
            report.push(complaint(request, &error));
            None
        }
    }
}

/// Adds the file that is asked for, which must be UTF-8; a byte order mark is left out.
pub fn utf8(sources: &mut SourceMap, request: &Request<'_>, report: &mut Report) -> Option<FileId> {
    let bytes = bytes(request, report)?;
    match String::from_utf8(bytes) {
        Ok(text) => add(sources, request, text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text), report),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            report.push(complaint(request, &LoadError::NotUtf8(request.path.to_owned(), at)));
            None
        }
    }
}

/// What went wrong with a file, in the user's words.
#[must_use]
pub fn complaint(request: &Request<'_>, error: &LoadError) -> Diagnostic {
    let name = request.name;
    match error {
        LoadError::Io(_, error) if error.kind() == ErrorKind::NotFound => {
            let message = text!("没有文件 {name}", "there is no file {name}");
            Diagnostic::error(Code::UnreadableFile, message).at(request.at).help(text!(
                "路径从 audit.toml 所在的文件夹算起；核对文件名和后缀",
                "paths start at the folder of audit.toml; check the name and its ending"
            ))
        }
        LoadError::Io(_, error) => {
            let message = text!("文件 {name} 读不了：{error}", "cannot read {name}: {error}");
            Diagnostic::error(Code::UnreadableFile, message).at(request.at)
        }
        LoadError::NotAFile(_) => {
            let message = text!("{name} 不是普通文件", "{name} is not a regular file");
            Diagnostic::error(Code::UnreadableFile, message).at(request.at)
        }
        LoadError::NotUtf8(_, offset) => {
            let message =
                text!("{name} 不是 UTF-8 编码（第 {offset} 字节起）", "{name} is not UTF-8 (from byte {offset})");
            Diagnostic::error(Code::BadEncoding, message)
                .at(request.at)
                .help(text!("用编辑器另存为 UTF-8", "save it as UTF-8"))
        }
        LoadError::TooLarge(_) => {
            let message = text!(
                "{name} 太大：全部文件合计不能超过 4 GiB",
                "{name} is too large: all files together are limited to 4 GiB"
            );
            Diagnostic::error(Code::LimitReached, message).at(request.at)
        }
    }
}
