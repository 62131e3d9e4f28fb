//! An audit, from folder to findings: load → parse → resolve → check → plan → run → find.

mod card;
mod cause;
mod expect;
mod find;
mod lint;
mod params;
mod places;
mod plain;
mod query;
mod records;
mod rules;
mod test;
mod tidy;
mod verdict;
mod why;
mod why_not;
mod words;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use self::card::{CardTree, parse_card};
use self::find::Found;
pub use self::lint::{lint, rules_of};
pub use self::params::Set;
pub use self::plain::{PlainRequest, PlainRun, run_plain};
pub use self::query::query;
pub use self::rules::{LoadedCard, Rules, Wish, load_rules, pack_name};
pub use self::test::{Tested, test};
pub use self::tidy::{Tidied, tidy};
pub use self::why::{Wanted, why};
pub use self::why_not::{Answer, Asked, explain as why_not};
use self::words::Words;
use crate::analysis::{self, CardSource, Mode};
use crate::cards::{PACKS, Setting, read as read_cards};
use crate::diagnostic::{Code, Diagnostic, Lang, Report};
use crate::exec::matcher::Matcher;
use crate::exec::{self, Outcome};
use crate::facts::store::Store;
use crate::facts::{self, Manifest};
use crate::finding::{Audited, Finding};
use crate::ir::Program;
use crate::schema::Schema;
use crate::source::{SourceMap, Span};
use crate::text;

/// What to audit, and how.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Where to look for the manifest: it, or the nearest one upward.
    pub start: PathBuf,
    /// Rules to check instead of those that the manifest wishes for.
    pub rules: Vec<String>,
    /// `CODE.name=value`, as written.
    pub set: Vec<String>,
    /// What runs the rules.
    pub engine: Engine,
    /// The language of what gouji itself adds to findings.
    pub lang: Lang,
}

/// What runs the rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// On datafrog.
    #[default]
    Frog,
    /// On datafrog, with limits or a number of threads.
    FrogWith(exec::frog::Options),
    /// The naive one that judges.
    Reference,
}

/// How far an audit came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// The manifest or the rules are wrong: nothing was run.
    #[default]
    Refused,
    /// It ran, but a fact file could not be read.
    Incomplete,
    /// It ran over everything.
    Complete,
}

/// An audit and everything that it was made of.
#[derive(Debug, Default)]
pub struct Audit {
    /// Every file that was read.
    pub sources: SourceMap,
    /// The relations that facts are loaded into.
    pub schema: Schema,
    /// The facts.
    pub store: Store,
    /// The rules.
    pub rules: Rules,
    /// The resolved program.
    pub program: Program,
    /// What running it came to; none when it was not run.
    pub outcome: Option<Outcome>,
    /// Complaints about the inputs, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// Findings and verdicts.
    pub audited: Audited,
    /// How far it came.
    pub reach: Reach,
}

/// Audits the folder that `request` names.
#[must_use]
pub fn check(request: &Request) -> Audit {
    let mut audit = Audit::default();
    let mut report = Report::new();
    if let Some(sets) = load(&mut audit, request, &mut report) {
        run(&mut audit, request, &sets, &mut report);
    }
    audit.diagnostics = report.sorted();
    audit
}

/// Loads manifest, rules and facts; the settings of parameters when the rules can be resolved.
pub fn load(audit: &mut Audit, request: &Request, report: &mut Report) -> Option<Vec<Set>> {
    let sources = &mut audit.sources;
    let path = manifest_path(&request.start, report)?;
    let file = match sources.load(&path) {
        Ok(file) => file,
        Err(error) => {
            report.push(rules::unreadable(&error));
            return None;
        }
    };
    let dir = path.parent().unwrap_or(Path::new("")).to_owned();
    let (manifest, complaints) = Manifest::read(sources, file);
    let mut refused = complaints.has_errors();
    report.append(complaints);
    audit.audited.title.clone_from(&manifest.title);
    sources.file(file).name().clone_into(&mut audit.audited.manifest);

    let (loaded, complaints) = load_rules(sources, wishes(request, &manifest, &dir).as_deref());
    refused |= complaints.has_errors();
    report.append(complaints);
    let (mut schema, complaints) = analysis::schema(&loaded.programs.iter().collect::<Vec<_>>());
    refused |= complaints.has_errors();
    report.append(complaints);
    rules::add_shipped(sources, &mut schema, manifest.relations.iter().map(|feed| feed.relation.value.as_str()));
    let sets = settings(sources, request, &manifest, report);
    let complaints = params::check_sets(&loaded.cards, &sets, &shipped_codes());
    refused |= complaints.has_errors();
    report.append(complaints);

    let before = sources.files().len();
    let mut means = facts::Means::default();
    if let Engine::FrogWith(exec::frog::Options { threads: Some(threads), .. }) = request.engine {
        means.threads = threads;
    }
    let (store, complaints) = facts::load_with(sources, &manifest, &schema, (&dir, means));
    audit.audited.files = fact_files(sources, before);
    audit.audited.rows = store.tables.iter().map(|table| u64::from(table.rows)).sum();
    let incomplete = complaints.diagnostics().iter().any(is_of_the_world);
    refused |= complaints.diagnostics().iter().any(|wrong| is_error(wrong) && !is_of_the_world(wrong));
    report.append(complaints);
    (audit.schema, audit.store, audit.rules) = (schema, store, loaded);
    audit.reach = if incomplete { Reach::Incomplete } else { Reach::Complete };
    if refused || sets_are_wrong(report) {
        audit.reach = Reach::Refused;
        if report.diagnostics().iter().filter(|wrong| is_error(wrong)).all(is_understood) {
            report.append(resolve(&audit.sources, &audit.rules, &audit.store, &sets).1);
        }
        return None;
    }
    Some(sets)
}

/// Whether it is clear what was meant all the same, so that what else is wrong can be told in the same run.
fn is_understood(wrong: &Diagnostic) -> bool {
    !wrong.fixes.is_empty() || matches!(wrong.code, Code::UnknownKey | Code::MissingKey | Code::BadValue)
}

/// Resolves the rules, runs them, and finds.
fn run(audit: &mut Audit, request: &Request, sets: &[Set], report: &mut Report) {
    let (program, complaints) = resolve(&audit.sources, &audit.rules, &audit.store, sets);
    let refused = complaints.has_errors();
    report.append(complaints);
    audit.program = program;
    if refused {
        audit.reach = Reach::Refused;
        return;
    }
    let input = exec::Input { program: &audit.program, store: &audit.store, sources: &audit.sources };
    let outcome = execute(&input, request.engine);
    let matcher = Matcher::new(&input, &outcome);
    let words = Words { input, matcher: &matcher, schema: &audit.schema, lang: request.lang };
    let mut found = findings(&words, &outcome, &audit.rules.cards);
    audit.audited.causes = cause::accuse(&words, audit.audited.rows, &mut found);
    audit.audited.verdicts = verdict::verdicts(&words, &outcome, &audit.rules.cards, &found);
    audit.audited.verdicts.sort_by(|a, b| a.code.cmp(&b.code));
    audit.audited.findings = sorted(found);
    if !outcome.failures.is_empty() {
        audit.reach = Reach::Incomplete;
    }
    drop(matcher);
    audit.outcome = Some(outcome);
}

/// The program of these rules over these facts.
pub fn resolve(sources: &SourceMap, rules: &Rules, store: &Store, sets: &[Set]) -> (Program, Report) {
    let mut report = Report::new();
    let mut cards = Vec::new();
    for loaded in &rules.cards {
        let (params, complaints) = params::resolve(sources, loaded, sets);
        report.append(complaints);
        cards.push(card_source(loaded, params));
    }
    let input = analysis::Input { mode: Mode::Audit, sources, programs: &rules.programs, cards: &cards, store };
    let (program, complaints) = analysis::analyse(&input);
    report.append(complaints);
    (program, report)
}

/// Runs a program on an engine.
#[must_use]
pub fn execute(input: &exec::Input, engine: Engine) -> Outcome {
    match engine {
        Engine::Frog => exec::frog::run(input, &exec::frog::Options::default()),
        Engine::FrogWith(options) => exec::frog::run(input, &options),
        Engine::Reference => exec::reference::run(input),
    }
}

/// The findings of every card that applies, by the card's position.
fn findings(words: &Words, outcome: &Outcome, cards: &[LoadedCard]) -> BTreeMap<usize, Vec<Found>> {
    let mut found = BTreeMap::new();
    for (at, loaded) in cards.iter().enumerate() {
        let Some(Some(card)) = words.input.program.cards.get(at) else { continue };
        if !verdict::not_fed(words, at) {
            found.insert(at, find::find(words, outcome, &loaded.card.code.text, card));
        }
    }
    found
}

/// All findings by file, place and code, each once; those of one cause together, where the first of them stands.
fn sorted(found: BTreeMap<usize, Vec<Found>>) -> Vec<Finding> {
    let mut all: Vec<Finding> = found.into_values().flatten().map(|found| found.finding).collect();
    let place = |finding: &Finding| finding.labels.first().map_or(Span::new(u32::MAX, u32::MAX), |label| label.span);
    all.sort_by(|a, b| (place(a), &a.code, &a.message, &a.key).cmp(&(place(b), &b.code, &b.message, &b.key)));
    all.dedup();
    let mut first: BTreeMap<usize, Span> = BTreeMap::new();
    for finding in &all {
        if let Some(cause) = finding.cause {
            first.entry(cause).or_insert_with(|| place(finding));
        }
    }
    let group = |finding: &Finding| finding.cause.map_or((place(finding), None), |cause| (first[&cause], Some(cause)));
    all.sort_by_key(group);
    all
}

fn card_source<'a>(loaded: &'a LoadedCard, params: Vec<analysis::Parameter<'a>>) -> CardSource<'a> {
    let LoadedCard { card, tree, .. } = loaded;
    let name = card.name.as_ref().unwrap_or(&card.code);
    CardSource {
        code: &card.code.text,
        name: &name.text,
        span: name.span,
        when: &tree.when,
        params,
        message: tree.message.clone(),
        help: tree.help.clone(),
        labels: tree.labels.clone(),
        severity: tree.severity.clone(),
        key: tree.key.clone(),
    }
}

fn manifest_path(start: &Path, report: &mut Report) -> Option<PathBuf> {
    let found = facts::find_manifest(start);
    if found.is_none() {
        let shown = start.display();
        let message = if start.exists() {
            text!("在 {shown} 及其上级文件夹里没有找到 audit.toml", "no audit.toml in {shown} or above it")
        } else {
            text!("没有 {shown} 这个文件夹", "there is no folder {shown}")
        };
        let help = text!("`gouji init` 可以为一个文件夹写一份", "`gouji init` writes one for a folder");
        report.push(Diagnostic::error(Code::NoManifest, message).help(help));
    }
    found
}

/// The rules that are wished for: by the command line, else by the manifest.
fn wishes(request: &Request, manifest: &Manifest, dir: &Path) -> Option<Vec<Wish>> {
    if !request.rules.is_empty() {
        let wish = |text: &String| Wish { text: text.clone(), span: None, base: PathBuf::new() };
        return Some(request.rules.iter().map(wish).collect());
    }
    let wish = |rule: &facts::manifest::Placed<String>| Wish {
        text: rule.value.clone(),
        span: Some(rule.span),
        base: dir.to_owned(),
    };
    manifest.rules.as_ref().map(|rules| rules.iter().map(wish).collect())
}

/// The settings of the manifest, then those of the command line.
fn settings(sources: &mut SourceMap, request: &Request, manifest: &Manifest, report: &mut Report) -> Vec<Set> {
    let mut sets: Vec<Set> = manifest
        .params
        .iter()
        .map(|param| Set {
            code: (param.code.value.clone(), param.code.span),
            name: (param.name.value.clone(), param.name.span),
            value: Setting {
                words: crate::cards::Words { text: param.value.value.clone(), span: param.value.span },
                quoted: true,
            },
        })
        .collect();
    for written in &request.set {
        let Ok(file) = sources.add("--set", written.as_str()) else { continue };
        let span = |range: std::ops::Range<usize>| sources.file(file).span_of(range);
        let parts = written.split_once('=').and_then(|(left, value)| Some((left.rsplit_once('.')?, value)));
        let Some(((code, name), value)) = parts else {
            let message = text!("`{written}` 不是参数的设置", "`{written}` does not set a parameter");
            let help = text!(
                "写 --set 规则编号.参数=值，如 --set YS-002.min_rate=80%",
                "write --set CODE.name=value, such as --set YS-002.min_rate=80%"
            );
            report.push(Diagnostic::error(Code::BadValue, message).at(span(0..written.len())).help(help));
            continue;
        };
        let (name_at, value_at) = (code.len() + 1, written.len() - value.len());
        sets.push(Set {
            code: (code.to_owned(), span(0..code.len())),
            name: (name.to_owned(), span(name_at..name_at + name.len())),
            value: Setting {
                words: crate::cards::Words { text: value.to_owned(), span: span(value_at..written.len()) },
                quoted: true,
            },
        });
    }
    sets
}

/// Whether a `--set` could not be understood.
fn sets_are_wrong(report: &Report) -> bool {
    report.diagnostics().iter().any(|wrong| wrong.code == Code::BadValue && is_error(wrong))
}

/// The codes of all shipped cards, loaded or not.
fn shipped_codes() -> Vec<String> {
    let mut sources = SourceMap::new();
    let mut codes = Vec::new();
    for pack in PACKS {
        let Ok(file) = sources.add(pack.path, pack.text) else { continue };
        codes.extend(read_cards(&sources, file).0.cards.into_iter().map(|card| card.code.text));
    }
    codes
}

fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == crate::diagnostic::Severity::Error
}

/// Whether a complaint is about the world's refusal rather than about what somebody wrote.
fn is_of_the_world(diagnostic: &Diagnostic) -> bool {
    let codes = [Code::UnreadableFile, Code::BadEncoding, Code::BrokenFile, Code::LimitReached];
    is_error(diagnostic) && codes.contains(&diagnostic.code)
}

/// How many files were read since there were `before`, each counted once, whatever sheets it has.
fn fact_files(sources: &SourceMap, before: usize) -> usize {
    let names = sources.files()[before..].iter().map(crate::source::SourceFile::name);
    let names: std::collections::BTreeSet<&str> = names.filter_map(|name| name.split(" › ").next()).collect();
    names.len()
}
