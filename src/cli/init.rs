//! `gouji init`

use std::path::{Path, PathBuf};

use clap::Args;

use super::terminal::Terminal;
use super::{CLEAN, REFUSED, Said};
use crate::analysis;
use crate::audit::{load_rules, pack_name};
use crate::cards::PACKS;
use crate::diagnostic::{Lang, Text};
use crate::facts::manifest::FILE_NAME;
use crate::facts::read::Format;
use crate::facts::suggest::{Asked, Suggestion, suggest};
use crate::source::{SourceMap, display_path};
use crate::text;
use crate::threads;

/// Where tables are declared that no shipped rule knows, beside the manifest.
const DECLARATIONS: &str = "tables.dl";
/// Where what they keep to is written as cards.
const CARDS: &str = "tables.toml";

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
    let taken = |path: &Path| {
        let shown = display_path(path);
        text!(
            "已有 {shown}，没有改动它；要看会写成什么样，加 --print",
            "{shown} exists and was left alone; --print shows what would be written"
        )
    };
    if !args.print && path.exists() {
        return refuse(&taken(&path));
    }
    let files = match Files::of(&args.files) {
        Ok(files) => files,
        Err(message) => return refuse(&message),
    };
    if files.read.is_empty() {
        let folder = display_path(&dir);
        let none = text!("{folder} 里没有可以读的资料文件", "there are no files in {folder} that can be read");
        let refused = refuse(&none);
        return Said { stderr: refused.stderr + &files.left_out(lang), ..refused };
    }
    let mut sources = SourceMap::new();
    let (rules, _) = load_rules(&mut sources, None, threads::available());
    let (schema, _) = analysis::schema(&rules.programs.iter().collect::<Vec<_>>());
    let packs: Vec<&str> = PACKS.iter().map(pack_name).collect();
    let asked = Asked { dir: &dir, lang, packs: &packs, declarations: DECLARATIONS, cards: CARDS };
    let (made, report) = suggest(&mut sources, &schema, &files.read, &asked);
    let stderr = terminal.complaints(&sources, &report.sorted()) + &files.left_out(lang);
    let is_bare = made.fed + made.own == 0;
    let code = if is_bare { REFUSED } else { CLEAN };
    if args.print {
        let beside = |name: &str, text: &str| {
            if text.is_empty() { String::new() } else { format!("\n# ---- {name}\n{text}") }
        };
        let own = beside(DECLARATIONS, &made.declarations) + &beside(CARDS, &made.cards);
        return Said { stdout: made.manifest + &own, stderr, code };
    }
    // A manifest without a table is of no use, and would stand in the way of the next try.
    if is_bare {
        let none = text!(
            "没有找到一张表，没有写 {shown}；要看会写成什么样，加 --print",
            "found no table and did not write {shown}; --print shows what would be written"
        );
        return Said { stderr: format!("{stderr}{}\n", none.get(lang)), code, ..Said::default() };
    }
    let own = [(dir.join(DECLARATIONS), &made.declarations), (dir.join(CARDS), &made.cards)];
    let own = || own.iter().filter(|(_, text)| !text.is_empty());
    if let Some((there, _)) = own().find(|(path, _)| path.exists()) {
        return refuse(&taken(there));
    }
    for (path, text) in own().map(|(path, text)| (path, *text)).chain([(&path, &made.manifest)]) {
        if let Err(error) = std::fs::write(path, text) {
            let shown = display_path(path);
            return refuse(&text!("写不了 {shown}：{error}", "cannot write {shown}: {error}"));
        }
    }
    Said { stdout: format!("{}\n", written(&made, (&shown, &display_path(&dir))).get(lang)), stderr, code }
}

/// What was written, and what to do next.
fn written(made: &Suggestion, (manifest, folder): (&str, &str)) -> Text {
    let (fed, own, unknown) = (made.fed, made.own, made.unknown);
    let mut said =
        text!("写好了 {manifest}：{fed} 张表用得上自带的规则", "wrote {manifest}: shipped rules fit {fed} tables");
    let mut add = |more: Text| {
        said.zh += &more.zh;
        said.en += &more.en;
    };
    if own > 0 {
        add(text!(
            "，{own} 张自带的规则不认得或没有全用上，声明写在 {DECLARATIONS} 里，供自己的规则和 gouji query 用",
            ", {own} they do not know, or not all of, are declared in {DECLARATIONS}, for rules of your own and gouji query"
        ));
    }
    if made.checks > 0 {
        let checks = made.checks;
        add(text!(
            "；按它们各行自己的规律写了 {checks} 条核对规则，在 {CARDS} 里",
            "; {checks} checks of what their rows keep to are in {CARDS}"
        ));
    }
    if unknown > 0 {
        add(text!("，{unknown} 张不像表", ", {unknown} look like no table"));
    }
    if fed + made.checks > 0 {
        add(text!(
            "。核对其中的疑问，再运行 gouji check {folder}",
            ". Check its doubts, then run gouji check {folder}"
        ));
    } else if own > 0 {
        add(text!("。先看看：gouji facts {folder}", ". Look at them first: gouji facts {folder}"));
    }
    said
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

/// The files that are asked for.
#[derive(Debug, Default)]
struct Files {
    /// Those that are named, and those of the folders that are named which have a known format.
    read: Vec<PathBuf>,
    /// Other files of these folders.
    unknown: Vec<String>,
    /// Folders in them.
    folders: Vec<String>,
}

impl Files {
    fn of(paths: &[PathBuf]) -> Result<Self, Text> {
        let mut files = Self::default();
        for path in paths {
            if path.is_dir() {
                files.folder(path)?;
            } else {
                files.read.push(path.clone());
            }
        }
        Ok(files)
    }

    fn folder(&mut self, path: &Path) -> Result<(), Text> {
        let shown = display_path(path);
        let refused =
            |error: std::io::Error| text!("文件夹 {shown} 读不了：{error}", "cannot read the folder {shown}: {error}");
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path).map_err(refused)? {
            entries.push(entry.map_err(refused)?.path());
        }
        entries.sort();
        for entry in entries {
            let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // `~$` is how office programs lock a file that is open; `.` hides files.
            let is_ours = name == FILE_NAME
                || name == CARDS
                || name.ends_with(".dl")
                || name.starts_with("~$")
                || name.starts_with('.');
            match () {
                () if is_ours => {}
                () if entry.is_dir() => self.folders.push(display_path(&entry)),
                () if Format::of_path(&entry).is_some() => self.read.push(entry),
                () => self.unknown.push(name),
            }
        }
        Ok(())
    }

    /// What was not looked at.
    fn left_out(&self, lang: Lang) -> String {
        let mut said = String::new();
        if !self.unknown.is_empty() {
            let names = some(&self.unknown);
            let message = text!(
                "没有看这些文件：{names}。认得的是 Excel、CSV、Word（.docx）、网页、文本等；.doc、.wps、.et 先另存为 .docx、.xlsx，PDF 先转成 Excel 或 Word\n",
                "files left out: {names}. Excel, CSV, Word (.docx), web pages and texts can be read; save .doc, .wps and .et as .docx and .xlsx, and turn PDF into Excel or Word first\n"
            );
            said += message.get(lang);
        }
        if let Some(first) = self.folders.first() {
            let names = some(&self.folders);
            let message = text!(
                "没有看子文件夹：{names}。要看，一起写上：gouji init . {first}\n",
                "folders left out: {names}. To read them too, name them: gouji init . {first}\n"
            );
            said += message.get(lang);
        }
        said
    }
}

/// The first few names.
fn some(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let more = if names.len() > SHOWN { "……" } else { "" };
    names.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("、") + more
}
