//! `gouji fmt`

use std::path::{Path, PathBuf};

use clap::Args;

use super::terminal::Terminal;
use super::{FOUND, REFUSED, Said, is_rule_file};
use crate::audit::tidy;
use crate::diagnostic::Lang;
use crate::source::SourceMap;

/// `gouji fmt`
#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// 规则文件或文件夹（.dl 和规则卡片 .toml）/ rule files or folders
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// 只看哪些要改，不改 / only say what would change
    #[arg(long)]
    check: bool,
    /// 一并改正有把握的笔误：全角标点、`==`、`and`、漏写的 `.` 等 / also mend what is certain
    #[arg(long)]
    fix: bool,
}

pub(super) fn fmt(args: &FmtArgs, terminal: &Terminal) -> Said {
    let mut said = Said::default();
    let mut files = Vec::new();
    for path in &args.paths {
        if let Err(error) = collect(path, true, &mut files) {
            refuse(&mut said, path, &error, terminal.lang());
        }
    }
    files.sort();
    files.dedup();
    for path in &files {
        one(path, args, terminal, &mut said);
    }
    said
}

/// Rule files at or under `path`: all `.dl`, and `.toml` with cards in it. A file that was `named` counts in any case.
fn collect(path: &Path, named: bool, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        if named || is_rule_file(path) {
            files.push(path.to_owned());
        }
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let hidden = name.to_string_lossy().starts_with('.');
        // A link may lead back up.
        if !hidden && name != "target" && !entry.file_type()?.is_symlink() {
            collect(&entry.path(), false, files)?;
        }
    }
    Ok(())
}

fn one(path: &Path, args: &FmtArgs, terminal: &Terminal, said: &mut Said) {
    let mut sources = SourceMap::new();
    let file = match sources.load(path) {
        Ok(file) => file,
        Err(error) => {
            refuse(said, path, &error, terminal.lang());
            return;
        }
    };
    let tidied = tidy(&mut sources, file, args.fix);
    let shown = sources.file(file).name().to_owned();
    if tidied.report.has_errors() {
        said.stderr += &terminal.complaints(&sources, &tidied.report.sorted());
        said.code = REFUSED;
    }
    if tidied.text == sources.file(file).text() {
        return;
    }
    if args.check {
        said.stdout += &match terminal.lang() {
            Lang::Zh => format!("要改：{shown}\n"),
            Lang::En => format!("would change: {shown}\n"),
        };
        said.code = said.code.max(FOUND);
        return;
    }
    if let Err(error) = std::fs::write(path, &tidied.text) {
        refuse(said, path, &error, terminal.lang());
        return;
    }
    said.stdout += &match (terminal.lang(), tidied.mended) {
        (Lang::Zh, 0) => format!("已改：{shown}\n"),
        (Lang::Zh, mended) => format!("已改：{shown}（改正 {mended} 处）\n"),
        (Lang::En, 0) => format!("changed: {shown}\n"),
        (Lang::En, mended) => format!("changed: {shown} ({mended} slips mended)\n"),
    };
}

fn refuse(said: &mut Said, path: &Path, error: &dyn std::fmt::Display, lang: Lang) {
    let shown = path.display().to_string().replace('\\', "/");
    said.code = REFUSED;
    said.stderr += &match lang {
        Lang::Zh => format!("{shown}：{error}\n"),
        Lang::En => format!("{shown}: {error}\n"),
    };
}
