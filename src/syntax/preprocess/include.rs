//! Following includes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::source::{FileId, LoadError, SourceMap, Span};
use crate::text;

use super::{DEEPEST, Run};

impl Run<'_, '_> {
    /// Reads the file that `path` names, in the place where `place` names it.
    pub(super) fn include(&mut self, path: &str, place: Span) {
        let Some(from) = self.files.last().copied() else { return };
        if self.files.len() >= DEEPEST {
            let message = text!("包含超过 {DEEPEST} 层", "includes nested deeper than {DEEPEST} levels");
            self.complain(Diagnostic::error(Code::BadInclude, message).at(place));
            return;
        }
        let file = match (self.loader)(self.sources, path, from) {
            Ok(file) => file,
            Err(Text { zh, en }) => {
                let message = text!("不能包含 `{path}`：{zh}", "cannot include `{path}`: {en}");
                let help = text!(
                    "路径从写着它的文件所在的目录算起",
                    "paths begin at the folder of the file in which they are written"
                );
                self.complain(Diagnostic::error(Code::BadInclude, message).at(place).help(help));
                return;
            }
        };
        let name = self.sources.file(file).name().to_owned();
        if self.files.iter().any(|open| self.sources.file(*open).name() == name) {
            let chain: Vec<&str> = self.files.iter().map(|open| self.sources.file(*open).name()).collect();
            let chain = format!("{} → {name}", chain.join(" → "));
            let message = text!("`{name}` 包含了自己：{chain}", "`{name}` includes itself: {chain}");
            let help =
                text!("在被多次包含的文件开头写 `.once`", "begin a file that is included more than once with `.once`");
            let already = self.once.contains(&name);
            if !already {
                self.complain(Diagnostic::error(Code::BadInclude, message).at(place).help(help));
            }
            return;
        }
        self.file(file);
    }

    /// Whether the file being read, which is to be read once, is read for the first time.
    pub(super) fn enter_once(&mut self) -> bool {
        let name = self.files.last().map(|file| self.sources.file(*file).name().to_owned());
        name.is_none_or(|name| self.once.insert(name))
    }
}

/// A loader that looks beside the including file, then in `folders`. Each file is loaded once.
pub fn beside(folders: &[PathBuf]) -> impl FnMut(&mut SourceMap, &str, FileId) -> Result<FileId, Text> {
    let mut loaded: BTreeMap<PathBuf, FileId> = BTreeMap::new();
    move |sources, path, from| {
        let here = Path::new(sources.file(from).name()).parent().unwrap_or(Path::new("")).to_owned();
        let places = std::iter::once(&here).chain(folders).map(|folder| plain(&folder.join(path)));
        let found = places.into_iter().find(|path| path.is_file());
        let Some(found) = found else { return Err(text!("没有这个文件", "there is no such file")) };
        if let Some(file) = loaded.get(&found) {
            return Ok(*file);
        }
        let file = sources.load(&found).map_err(|error| reason(&error))?;
        loaded.insert(found, file);
        Ok(file)
    }
}

/// `path` without `.` and with `x/..` left out, so that one file has one name.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::CurDir => {}
            std::path::Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

fn reason(error: &LoadError) -> Text {
    match error {
        LoadError::Io(_, error) => text!("读不出（{error}）", "it cannot be read ({error})"),
        LoadError::NotAFile(_) => text!("不是普通文件", "it is not an ordinary file"),
        LoadError::NotUtf8(_, offset) => {
            text!("第 {offset} 个字节起不是 UTF-8", "it is not UTF-8 from byte {offset} on")
        }
        LoadError::TooLarge(_) => text!("所有文件合起来超过 4 GiB", "all files together exceed 4 GiB"),
    }
}
