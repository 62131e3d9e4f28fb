//! `gouji init`

use std::path::{Path, PathBuf};

use clap::Args;

use super::terminal::Terminal;
use super::{CLEAN, REFUSED, Said};
use crate::analysis;
use crate::audit::load_rules;
use crate::diagnostic::{Lang, Text};
use crate::facts::manifest::FILE_NAME;
use crate::facts::read::Format;
use crate::facts::suggest::suggest;
use crate::source::{SourceMap, display_path};
use crate::text;
use crate::threads;

/// `gouji init`
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// 资料文件，或放着它们的文件夹 / files with the facts, or the folder that holds them
    #[arg(default_value = ".")]
    files: Vec<PathBuf>,
    /// 只显示，不写文件 / show it, write nothing
    #[arg(long)]
    print: bool,
}

pub(super) fn init(args: &InitArgs, terminal: &Terminal) -> Said {
    let lang = terminal.lang();
    let refuse = |message: &Text| Said { stderr: format!("{}\n", message.get(lang)), code: REFUSED, ..Said::default() };
    let dir = common_folder(&args.files);
    let path = dir.join(FILE_NAME);
    let shown = display_path(&path);
    if !args.print && path.exists() {
        return refuse(&text!(
            "已有 {shown}，没有改动它；要看会写成什么样，加 --print",
            "{shown} exists and was left alone; --print shows what would be written"
        ));
    }
    let files = match files(&args.files) {
        Ok(files) => files,
        Err(message) => return refuse(&message),
    };
    if files.is_empty() {
        let folder = display_path(&dir);
        return refuse(&text!("{folder} 里没有可以读的资料文件", "there are no files in {folder} that can be read"));
    }
    let mut sources = SourceMap::new();
    let (rules, _) = load_rules(&mut sources, None, threads::available());
    let (schema, _) = analysis::schema(&rules.programs.iter().collect::<Vec<_>>());
    let (made, report) = suggest(&mut sources, &schema, &files, (&dir, lang));
    let mut stderr = terminal.complaints(&sources, &report.sorted());
    if args.print {
        return Said { stdout: made.manifest, stderr, code: if made.fed == 0 { REFUSED } else { CLEAN } };
    }
    if let Err(error) = std::fs::write(&path, &made.manifest) {
        let message = text!("写不了 {shown}：{error}", "cannot write {shown}: {error}");
        return refuse(&message);
    }
    let (fed, unknown, folder) = (made.fed, made.unknown, display_path(&dir));
    let written = match lang {
        Lang::Zh => format!(
            "写好了 {shown}：{fed} 张表有着落，{unknown} 张没有用上。核对其中的疑问，再运行 gouji check {folder}\n"
        ),
        Lang::En => format!(
            "wrote {shown}: {fed} tables taken, {unknown} not used. Check its doubts, then run gouji check {folder}\n"
        ),
    };
    if fed == 0 {
        stderr += match lang {
            Lang::Zh => "没有一张表对得上已声明的表：在 [relation.…] 里自己写\n",
            Lang::En => "no table looks like a declared relation: write [relation.…] by hand\n",
        };
    }
    Said { stdout: written, stderr, code: if fed == 0 { REFUSED } else { CLEAN } }
}

/// The folder that holds all of `paths`.
fn common_folder(paths: &[PathBuf]) -> PathBuf {
    let folder = |path: &PathBuf| {
        let parent = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(Path::new("")) };
        if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent.to_owned() }
    };
    let mut folders = paths.iter().map(folder);
    let first = folders.next().unwrap_or_else(|| PathBuf::from("."));
    folders.fold(first, |common, next| {
        let shared = common.ancestors().find(|dir| next.starts_with(dir) && !dir.as_os_str().is_empty());
        shared.map_or_else(|| PathBuf::from("."), Path::to_owned)
    })
}

/// The files that are named, and those of the folders that are named which have a known format.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Text> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let shown = display_path(path);
        let refused =
            |error: std::io::Error| text!("文件夹 {shown} 读不了：{error}", "cannot read the folder {shown}: {error}");
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path).map_err(refused)? {
            entries.push(entry.map_err(refused)?.path());
        }
        let is_fact_file = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // `~$` is how office programs lock a file that is open.
            path.is_file() && Format::of_path(path).is_some() && name != FILE_NAME && !name.starts_with("~$")
        };
        entries.retain(is_fact_file);
        entries.sort();
        files.extend(entries);
    }
    Ok(files)
}
