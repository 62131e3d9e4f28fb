//! What several tests need: folders of their own, and the binary as a user runs it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// An empty folder that no other test has: `name` is that of the test's file and of the case.
pub(crate) fn folder(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).unwrap();
    dir
}

/// Such a folder with these files in it.
pub(crate) fn folder_with(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let dir = folder(name);
    for (path, text) in files {
        fs::write(dir.join(path), text).unwrap();
    }
    dir
}

/// Runs the binary; nothing of the machine's language is left to it.
pub(crate) fn gouji(args: &[&str]) -> Output {
    command(args).output().unwrap()
}

/// The binary, about to be run.
pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gouji"));
    command.args(args);
    for variable in ["LANG", "LC_ALL", "LC_MESSAGES", "COLUMNS", "NO_COLOR"] {
        command.env_remove(variable);
    }
    command
}
