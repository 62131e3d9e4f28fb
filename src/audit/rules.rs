//! Loading rules: packs by name, own files by path, and the shared definitions that they use.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Request;
use super::card::{CardTree, parse_card};
use super::idle::Idle;
use crate::analysis;
use crate::cards::{self, Card, PACKS, SHARED, Shipped};
use crate::diagnostic::{Code, Diagnostic, Report, nearest};
use crate::facts::Manifest;
use crate::facts::manifest::Placed;
use crate::schema::Schema;
use crate::source::{FileId, LoadError, SourceMap, Span, expand};
use crate::syntax::{self, ast, preprocess};
use crate::text;
use crate::threads;

/// A wish for rules: a pack's name, or a path that may have `*` in its last part.
#[derive(Clone, Debug)]
pub struct Wish {
    /// As written.
    pub text: String,
    /// Where it is written, when it is.
    pub span: Option<Span>,
    /// The folder that paths are relative to.
    pub base: PathBuf,
}

/// Rules, read and parsed.
#[derive(Debug, Default)]
pub struct Rules {
    /// The cards, in the order of their files.
    pub cards: Vec<LoadedCard>,
    /// Shared definitions and plain rule files.
    pub programs: Vec<ast::Program>,
    /// Every rule file, in the order it was loaded.
    pub files: Vec<FileId>,
    /// Whether all of them came with gouji.
    pub only_shipped: bool,
    /// Whether files, or cards, are missing because something was wrong with them.
    pub unread: bool,
}

/// A card with its logic parsed.
#[derive(Debug)]
pub struct LoadedCard {
    /// The card.
    pub card: Card,
    /// Its logic.
    pub tree: CardTree,
    /// Its file.
    pub file: FileId,
    /// Whether gouji came with it.
    pub shipped: bool,
    /// Why it cannot apply to the facts, where that was found without resolving it.
    pub idle: Option<Idle>,
}

/// The rules that are wished for: by the command line, else by the manifest.
pub(super) fn wishes(request: &Request, manifest: &Manifest, dir: &Path) -> Option<Vec<Wish>> {
    if !request.rules.is_empty() {
        let wish = |text: &String| Wish { text: text.clone(), span: None, base: PathBuf::new() };
        return Some(request.rules.iter().map(wish).collect());
    }
    let wish = |rule: &Placed<String>| Wish { text: rule.value.clone(), span: Some(rule.span), base: dir.to_owned() };
    manifest.rules.as_ref().map(|rules| rules.iter().map(wish).collect())
}

/// Loads every rule that is wished for, and what it uses, on up to so many threads. Without a wish, all shipped packs.
#[must_use]
pub fn load_rules(sources: &mut SourceMap, wishes: Option<&[Wish]>, threads: usize) -> (Rules, Report) {
    let (mut rules, unparsed, mut report) = read(sources, wishes, (threads, cards::read));
    let (cards, complaints) = unparsed.parse(sources, threads);
    rules.cards = cards;
    report.append(complaints);
    (rules, report)
}

/// As [`load_rules`], without the tests of shipped cards; the logic of cards is left to be parsed, which can go on beside the
/// loading of facts.
pub(super) fn read_rules_to_run(
    sources: &mut SourceMap,
    wishes: Option<&[Wish]>,
    threads: usize,
) -> (Rules, Unparsed, Report) {
    read(sources, wishes, (threads, cards::read_untested))
}

/// How a shipped file of cards is read.
type ReadShipped = fn(&SourceMap, FileId) -> (cards::CardFile, Report);

fn read(sources: &mut SourceMap, wishes: Option<&[Wish]>, how: (usize, ReadShipped)) -> (Rules, Unparsed, Report) {
    let (threads, read_shipped) = how;
    let rules = Rules { only_shipped: true, ..Rules::default() };
    let mut loader = Loader { sources, wished: Vec::new(), rules, report: Report::new(), loaded: BTreeSet::new() };
    match wishes {
        None => PACKS.iter().for_each(|pack| loader.pack(pack)),
        Some(wishes) => wishes.iter().for_each(|wish| loader.wish(wish)),
    }
    let unparsed = loader.read(threads, read_shipped);
    (loader.rules, unparsed, loader.report)
}

/// Cards whose logic is still to be parsed; of each its file, and whether gouji came with it.
#[derive(Debug)]
pub(super) struct Unparsed(Vec<(Card, FileId, bool)>);

impl Unparsed {
    /// The cards with their logic, parsed on up to so many threads.
    pub(super) fn parse(self, sources: &SourceMap, threads: usize) -> (Vec<LoadedCard>, Report) {
        let trees = threads::map(&self.0, threads, |(card, ..)| parse_card(sources, card));
        let (mut cards, mut report) = (Vec::new(), Report::new());
        for ((card, file, shipped), (tree, complaints)) in self.0.into_iter().zip(trees) {
            report.append(complaints);
            cards.push(LoadedCard { card, tree, file, shipped, idle: None });
        }
        report.append(twice(&cards));
        (cards, report)
    }
}

/// The name of a shipped pack: `budget` for `budget.toml`.
#[must_use]
pub fn pack_name(pack: &Shipped) -> &'static str {
    pack.path.strip_suffix(".toml").unwrap_or(pack.path)
}

/// Shipped definitions that are still to be parsed: their file, and their place among the programs.
type Shared = (FileId, usize);

struct Loader<'a> {
    sources: &'a mut SourceMap,
    /// The files that are wished for, in order; of each the folder, when it stands in one.
    wished: Vec<(FileId, Option<PathBuf>)>,
    rules: Rules,
    report: Report,
    loaded: BTreeSet<String>,
}

impl Loader<'_> {
    fn wish(&mut self, wish: &Wish) {
        let text = wish.text.replace('\\', "/");
        let is_path = text.contains('/') || text.ends_with(".toml") || text.ends_with(".dl");
        if is_path {
            return self.paths(&text, wish);
        }
        match PACKS.iter().find(|pack| pack_name(pack) == text) {
            Some(pack) => self.pack(pack),
            None => {
                let message = text!("没有名为 `{text}` 的规则包", "there is no rule pack `{text}`");
                let all = PACKS.iter().map(pack_name).collect::<Vec<_>>().join("、");
                let help = match nearest(&text, PACKS.iter().map(pack_name)) {
                    Some(near) => text!("是否 `{near}`？自带的有：{all}", "did you mean `{near}`? shipped: {all}"),
                    None => text!(
                        "自带的有：{all}；自己的规则文件写路径，如 `./my-rules/*.toml`",
                        "shipped: {all}; write a path for your own files, such as `./my-rules/*.toml`"
                    ),
                };
                self.complain(Diagnostic::error(Code::UnknownPack, message).help(help), wish.span);
            }
        }
    }

    fn paths(&mut self, text: &str, wish: &Wish) {
        let paths = expand(&wish.base.join(text.trim_start_matches("./")));
        if paths.is_empty() {
            let message = text!("没有规则文件 `{text}`", "no rule file `{text}`");
            let base = wish.base.display();
            let help = text!("路径从 {base} 算起", "paths are relative to {base}");
            return self.complain(Diagnostic::error(Code::UnknownPack, message).help(help), wish.span);
        }
        for path in paths {
            if let Some(file) = self.file(&path, wish.span) {
                self.wished.push((file, path.parent().map(Path::to_owned)));
            }
        }
    }

    /// Reads a rule file, once.
    fn file(&mut self, path: &Path, at: Option<Span>) -> Option<FileId> {
        let name = path.to_string_lossy().replace('\\', "/");
        if !self.loaded.insert(name) {
            return None;
        }
        self.rules.only_shipped = false;
        match self.sources.load(path) {
            Ok(file) => Some(file),
            Err(error) => {
                self.complain(unreadable(&error), at);
                None
            }
        }
    }

    fn pack(&mut self, pack: &Shipped) {
        if let Some(file) = self.shipped(pack) {
            self.wished.push((file, None));
        }
    }

    fn shipped(&mut self, shipped: &Shipped) -> Option<FileId> {
        let name = format!("rules/{}", shipped.path);
        if !self.loaded.insert(name.clone()) {
            return None;
        }
        self.sources.add(name, shipped.text).ok()
    }

    fn program(&mut self, file: FileId) {
        let (program, report) = syntax::load_program(self.sources, file, &mut preprocess::beside(&[]));
        self.report.append(report);
        self.rules.programs.push(program);
        self.rules.files.push(file);
    }

    /// Reads what is wished for: plain rules and own definitions in the order in which they are met, cards and shipped
    /// definitions on threads.
    fn read(&mut self, threads: usize, read_shipped: ReadShipped) -> Unparsed {
        let wished = std::mem::take(&mut self.wished);
        let sources = &*self.sources;
        let read = threads::map(&wished, threads, |(file, folder)| {
            let plain = sources.file(*file).name().ends_with(".dl");
            let read = if folder.is_none() { read_shipped } else { cards::read };
            (!plain).then(|| read(sources, *file))
        });
        let (mut cards, mut shared) = (Vec::new(), Vec::new());
        for ((file, folder), read) in wished.iter().zip(read) {
            let Some((read, report)) = read else {
                self.program(*file);
                continue;
            };
            self.report.append(report);
            self.rules.files.push(*file);
            self.rules.unread |= read.lost;
            for used in &read.uses {
                shared.extend(self.shared(used, folder.as_deref()));
            }
            cards.extend(read.cards.into_iter().map(|card| (card, *file, folder.is_none())));
        }
        let sources = &*self.sources;
        let programs = threads::map(&shared, threads, |(file, _): &Shared| syntax::parse_program(sources, *file));
        for ((_, at), (program, report)) in shared.into_iter().zip(programs) {
            self.report.append(report);
            self.rules.programs[at] = program;
        }
        Unparsed(cards)
    }

    /// Keeps the place of shipped definitions among the programs. They have neither includes nor macros.
    fn shipped_program(&mut self, shipped: &Shipped) -> Option<Shared> {
        let file = self.shipped(shipped)?;
        self.rules.programs.push(ast::Program::default());
        self.rules.files.push(file);
        Some((file, self.rules.programs.len() - 1))
    }

    /// Loads what a card file uses: beside it, or shipped; that is still to be parsed.
    fn shared(&mut self, used: &cards::Words, folder: Option<&Path>) -> Option<Shared> {
        let own = folder.map(|folder| folder.join(&used.text)).filter(|path| path.is_file());
        let shipped = SHARED.iter().find(|shared| shared.path == used.text);
        let file = match (own, shipped) {
            (Some(path), _) => self.file(&path, Some(used.span)),
            (None, Some(shipped)) => return self.shipped_program(shipped),
            (None, None) => {
                let name = &used.text;
                let message = text!("没有共用定义 `{name}`", "there is no shared file `{name}`");
                let known: Vec<&str> = SHARED.iter().map(|shared| shared.path).collect();
                let all = known.join("、");
                let bare =
                    |path: &&str| path.strip_prefix("lib/").and_then(|path| path.strip_suffix(".dl")) == Some(name);
                let near = known.iter().copied().find(bare).or_else(|| nearest(name, known.iter().copied()));
                let help = match near {
                    Some(near) => text!("是否 `{near}`？", "did you mean `{near}`?"),
                    None => text!(
                        "自带的有：{all}；自己的文件从本文件所在文件夹算起",
                        "shipped: {all}; own files are relative to this file"
                    ),
                };
                self.complain(Diagnostic::error(Code::UnknownPack, message).help(help), Some(used.span));
                None
            }
        };
        if let Some(file) = file {
            self.program(file);
        }
        None
    }

    /// Complains about rules that there are not.
    fn complain(&mut self, diagnostic: Diagnostic, at: Option<Span>) {
        self.rules.unread = true;
        self.report.push(match at {
            Some(span) => diagnostic.at(span),
            None => diagnostic,
        });
    }
}

/// Adds the shipped declarations of relations that facts are given for but no loaded rule speaks of: an audit of a few
/// rules is given the same facts as one of all.
pub(super) fn add_shipped<'a>(sources: &mut SourceMap, schema: &mut Schema, wanted: impl Iterator<Item = &'a str>) {
    let missing: Vec<&str> = wanted.filter(|name| schema.relation(name).is_none()).collect();
    if missing.is_empty() {
        return;
    }
    let mut programs = Vec::new();
    for shared in SHARED {
        if let Ok(file) = sources.add(format!("rules/{}", shared.path), shared.text) {
            programs.push(syntax::parse_program(sources, file).0);
        }
    }
    let (shipped, _) = analysis::schema(&programs.iter().collect::<Vec<_>>());
    schema.relations.extend(shipped.relations.into_iter().filter(|relation| missing.contains(&relation.name.as_str())));
}

/// What to say of a file that could not become a source.
pub(super) fn unreadable(error: &LoadError) -> Diagnostic {
    let (code, message) = match error {
        LoadError::Io(path, error) => {
            let path = path.display();
            (Code::UnreadableFile, text!("读不到 {path}：{error}", "cannot read {path}: {error}"))
        }
        LoadError::NotUtf8(path, offset) => {
            let path = path.display();
            (
                Code::BadEncoding,
                text!("{path} 不是 UTF-8 文本（第 {offset} 字节）", "{path} is not UTF-8 (byte {offset})"),
            )
        }
        LoadError::NotAFile(path) => {
            let path = path.display();
            (Code::UnreadableFile, text!("{path} 不是文件", "{path} is not a file"))
        }
        LoadError::TooLarge(path) => {
            let path = path.display();
            (Code::LimitReached, text!("{path}：全部文件合计超过 4 GiB", "{path}: all files together exceed 4 GiB"))
        }
    };
    Diagnostic::error(code, message)
}

/// Codes and names that two cards have.
fn twice(cards: &[LoadedCard]) -> Report {
    let mut report = Report::new();
    for (at, loaded) in cards.iter().enumerate() {
        let code = &loaded.card.code;
        let first = cards[..at].iter().find(|other| other.card.code.text == code.text);
        if let Some(first) = first {
            let text = &code.text;
            let message = text!("规则编号 `{text}` 用了两次", "rule code `{text}` is used twice");
            let wrong = Diagnostic::error(Code::DuplicateRuleCode, message)
                .at(code.span)
                .secondary(first.card.code.span, text!("先在这里用了", "first used here"))
                .help(text!(
                    "编号一经使用就不再改变，给新规则另取一个",
                    "codes are stable for ever: give the new rule another one"
                ));
            report.push(wrong);
        }
    }
    report
}
