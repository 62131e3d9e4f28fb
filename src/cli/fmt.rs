//! `gouji fmt`

use std::path::{Path, PathBuf};

use clap::Args;

use super::terminal::Terminal;
use super::{CLEAN, FOUND, INCOMPLETE, REFUSED, Said};
use crate::audit::formatted;
use crate::diagnostic::Lang;
use crate::source::SourceMap;

/// `gouji fmt`
#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// 规则文件（.toml、.dl）或文件夹 / rule files or folders
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// 只检查，不改写 / only say what would change
    #[arg(long)]
    check: bool,
}

pub(super) fn fmt(args: &FmtArgs, terminal: &Terminal) -> Said {
    let mut said = Said { code: CLEAN, ..Said::default() };
    for path in args.files.iter().flat_map(|path| rule_files(path)) {
        one(&path, args.check, terminal, &mut said);
    }
    said
}

fn one(path: &Path, check: bool, terminal: &Terminal, said: &mut Said) {
    let mut sources = SourceMap::new();
    let (text, report) = formatted(&mut sources, path);
    said.stderr += &terminal.complaints(&sources, &report.clone().sorted());
    let Some(text) = text else {
        said.code = said.code.max(REFUSED);
        return;
    };
    let unchanged = std::fs::read_to_string(path).is_ok_and(|before| before == text);
    if unchanged {
        return;
    }
    let shown = path.display().to_string().replace('\\', "/");
    said.stdout += &format!("{shown}\n");
    if check {
        said.code = said.code.max(FOUND);
    } else if let Err(error) = std::fs::write(path, text) {
        said.code = INCOMPLETE;
        said.stderr += &match terminal.lang() {
            Lang::Zh => format!("写不了 {shown}：{error}\n"),
            Lang::En => format!("cannot write {shown}: {error}\n"),
        };
    }
}

/// The rule files that a path means: itself, or those in the folder and below, by name.
fn rule_files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let Ok(entries) = std::fs::read_dir(path) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    // Among the TOML files of a folder there are also manifests and facts.
    let has_cards = |path: &PathBuf| std::fs::read_to_string(path).is_ok_and(|text| text.contains("[[rule]]"));
    let is_rule = |path: &PathBuf| match path.extension().and_then(|extension| extension.to_str()) {
        Some("dl") => true,
        Some("toml") => has_cards(path),
        _ => false,
    };
    paths.into_iter().flat_map(|path| rule_files(&path)).filter(is_rule).collect()
}
