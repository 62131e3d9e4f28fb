//! An audit, from folder to findings: load → parse → resolve → check → plan → run → find.

// In reading order. Rules and their settings,
mod card;
mod idle;
mod params;
mod rules;

// findings, the words and places that they are told with, what becomes of rules, and what may have caused it all,
mod cause;
mod evidence;
mod find;
mod places;
mod verdict;
mod words;

// questions about an audit,
mod claims;
mod query;
mod tell;
mod why;
mod why_not;

// rules by themselves: checked, tested, tidied,
mod expect;
mod ground;
mod lint;
mod needs;
mod test;
mod tidy;

// and plain Datalog programs.
mod json_facts;
mod plain;
mod records;

use std::path::{Path, PathBuf};

pub use self::card::{CardTree, parse_card};
pub use self::ground::{FactCell, FactRow, Ground, ground};
pub use self::idle::Idle;
pub use self::lint::{lint, rules_of};
pub use self::params::Set;
pub use self::plain::{PlainRequest, PlainRun, run_plain, run_plain_forewarning};
pub use self::query::query;
pub use self::rules::{LoadedCard, Rules, Wish, load_rules, pack_name};
pub use self::test::{Tested, prove_tests, test};
pub use self::tidy::{Tidied, mend, tidy};
pub use self::why::{Proved, Wanted, Which, why};
pub use self::why_not::{About, Answer, Asked, explain as why_not};
use self::words::Words;
use crate::analysis::{self, Mode};
use crate::diagnostic::{Code, Diagnostic, Lang, Report};
use crate::exec::matcher::Matcher;
use crate::exec::{self, Outcome};
use crate::facts::store::Store;
use crate::facts::{self, Manifest};
use crate::finding::Audited;
use crate::ir::{Origin, Program, RelationId};
use crate::progress::{self, Phase};
use crate::schema::Schema;
use crate::source::SourceMap;
use crate::text;
use crate::threads;
use crate::value::Value;
use crate::value::functions::text::Pattern;

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
    /// Whether shipped rules for which nothing was loaded are resolved too: questions about rules ask for it.
    pub whole: bool,
    /// Whether findings are to carry the values and rows that they stand on: programs ask for it.
    pub evidence: bool,
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

impl Engine {
    /// How many threads it may use, for loading too.
    #[must_use]
    pub fn threads(self) -> usize {
        match self {
            Self::FrogWith(options) => options.threads(),
            Self::Frog | Self::Reference => exec::frog::Options::default().threads(),
        }
    }
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
    /// For each of the findings, the row that its rule derived.
    pub instances: Vec<(RelationId, Vec<Value>)>,
    /// How far it came.
    pub reach: Reach,
}

/// Hears complaints that are known before rules run: a run may take long.
pub type Forewarn<'f> = dyn FnMut(&SourceMap, &[Diagnostic]) + 'f;

/// Audits the folder that `request` names.
#[must_use]
pub fn check(request: &Request) -> Audit {
    check_forewarning(request, &mut |_, _| {})
}

/// As [`check`]; `forewarn` hears, once and in order, what is among the complaints by the time rules begin to run.
#[must_use]
pub fn check_forewarning(request: &Request, forewarn: &mut Forewarn<'_>) -> Audit {
    let mut audit = Audit::default();
    let mut report = Report::new();
    if let Some(sets) = load(&mut audit, request, &mut report) {
        run(&mut audit, request, &sets, (&mut report, forewarn));
    }
    // Large files are read again where something of them is shown.
    for wrong in facts::changed(&audit.sources) {
        if !report.diagnostics().contains(&wrong) {
            report.push(wrong);
            audit.reach = audit.reach.min(Reach::Incomplete);
        }
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

    let wishes = rules::wishes(request, &manifest, &dir);
    let threads = request.engine.threads();
    let (mut loaded, unparsed, complaints) = rules::read_rules_to_run(sources, wishes.as_deref(), threads);
    refused |= complaints.has_errors();
    report.append(complaints);
    let (mut schema, complaints) = analysis::schema(&loaded.programs.iter().collect::<Vec<_>>());
    refused |= complaints.has_errors();
    report.append(complaints);
    rules::add_shipped(sources, &mut schema, manifest.relations.iter().map(|feed| feed.relation.value.as_str()));
    let (sets, complaints) = params::settings(sources, &manifest, &request.set);
    refused |= complaints.has_errors();
    report.append(complaints);

    let before = sources.files().len();
    progress::enter(Phase::Loading);
    let means = facts::Means { threads, ..facts::Means::default() };
    let of_rules = sources.clone();
    let parse = || unparsed.parse(&of_rules, threads);
    let load = || facts::load_with(sources, &manifest, &schema, (&dir, means));
    let ((cards, mut wrong_cards), (store, complaints)) = threads::both(threads, parse, load);
    wrong_cards.append(params::check_sets(&cards, &sets));
    refused |= wrong_cards.has_errors();
    report.append(wrong_cards);
    loaded.cards = cards;
    audit.audited.files = fact_files(sources, before);
    audit.audited.rows = store.tables.iter().map(|table| u64::from(table.rows)).sum();
    let incomplete = complaints.diagnostics().iter().any(is_of_the_world);
    refused |= complaints.diagnostics().iter().any(|wrong| is_error(wrong) && !is_of_the_world(wrong));
    report.append(complaints);
    (audit.schema, audit.store, audit.rules) = (schema, store, loaded);
    audit.reach = if incomplete { Reach::Incomplete } else { Reach::Complete };
    if refused {
        audit.reach = Reach::Refused;
        let is_clear = report.diagnostics().iter().filter(|wrong| is_error(wrong)).all(is_understood);
        let resolved = resolve(&audit.sources, &audit.rules, &audit.store, &sets).1;
        // Of rules that are not known as a whole, doubts say nothing.
        report.extend(resolved.diagnostics().iter().filter(|wrong| is_clear || is_error(wrong)).cloned());
        return None;
    }
    Some(sets)
}

/// Whether it is clear what was meant all the same, so that what else is doubtful can be told in the same run.
fn is_understood(wrong: &Diagnostic) -> bool {
    !wrong.fixes.is_empty() || matches!(wrong.code, Code::UnknownKey | Code::MissingKey | Code::BadValue)
}

/// Resolves the rules, runs them, and finds.
fn run(audit: &mut Audit, request: &Request, sets: &[Set], (report, forewarn): (&mut Report, &mut Forewarn<'_>)) {
    let threads = request.engine.threads();
    let mut patterns = Vec::new();
    if !request.whole && request.engine != Engine::Reference {
        patterns = idle::mark(&mut audit.rules, &audit.store);
    }
    if threads < 2 {
        patterns.clear();
    }
    let resolve = || resolve(&audit.sources, &audit.rules, &audit.store, sets);
    // With a thread to spare, what takes long to compile is ready when the rules are.
    let ahead = || patterns.iter().for_each(Pattern::compile_ahead);
    let ((program, complaints), ()) = threads::both(threads, resolve, ahead);
    let refused = complaints.has_errors();
    report.append(complaints);
    audit.program = program;
    if refused {
        audit.reach = Reach::Refused;
        return;
    }
    // By the keys of tables causes are sought.
    let keys = cause::keys(&audit.schema, &audit.store).into_iter().enumerate();
    let keys = keys.flat_map(|(table, key)| key.into_iter().map(move |column| (table, column))).collect();
    settle(audit, keys);
    forewarn(&audit.sources, &report.clone().sorted());
    let input = exec::Input { program: &audit.program, store: &audit.store, sources: &audit.sources };
    let outcome = execute(&input, request.engine);
    let matcher = Matcher::new(&input, &outcome);
    let words =
        Words { input, matcher: &matcher, schema: &audit.schema, lang: request.lang, evidence: request.evidence };
    let mut found = find::findings(&words, (&outcome, request.engine.threads()), &audit.rules.cards);
    let codes: Vec<&str> = audit.rules.cards.iter().map(|loaded| loaded.card.code.text.as_str()).collect();
    let (run, scope) = ((&outcome, request.engine.threads()), (audit.audited.rows, &codes[..]));
    (audit.audited.causes, audit.audited.unsought) = cause::accuse(&words, run, scope, &mut found);
    audit.audited.verdicts = verdict::verdicts(&words, &outcome, &audit.rules.cards, &found);
    audit.audited.verdicts.sort_by(|a, b| a.code.cmp(&b.code));
    (audit.audited.findings, audit.instances) = find::sorted(&audit.program, found);
    if !outcome.failures.is_empty() {
        audit.reach = Reach::Incomplete;
    }
    drop(matcher);
    progress::enter(Phase::Finding);
    audit.outcome = Some(outcome);
}

/// The program of these rules over these facts.
pub fn resolve(sources: &SourceMap, rules: &Rules, store: &Store, sets: &[Set]) -> (Program, Report) {
    let cards: Vec<&LoadedCard> = rules.cards.iter().collect();
    resolve_some(sources, (&rules.programs, &cards, rules.unread), store, sets)
}

/// As [`resolve`], with only those cards.
fn resolve_some(
    sources: &SourceMap,
    (programs, some, unread): (&[crate::syntax::ast::Program], &[&LoadedCard], bool),
    store: &Store,
    sets: &[Set],
) -> (Program, Report) {
    let mut report = Report::new();
    let mut cards = Vec::new();
    for loaded in some {
        let (params, complaints) = params::resolve(sources, loaded, sets);
        report.append(complaints);
        cards.push(card::source(loaded, params));
    }
    let input = analysis::Input { mode: Mode::Audit, sources, programs, cards: &cards, store, unread };
    let (program, complaints) = analysis::analyse(&input);
    report.append(complaints);
    (program, report)
}

/// Gives equal texts one number in the columns that the program mentions, and in those of `others`, each with its table.
fn settle(audit: &mut Audit, others: Vec<(usize, usize)>) {
    let mut columns = others;
    let mut see = |atom: &crate::ir::Atom| {
        let relation = &audit.program.relations[atom.relation.index()];
        if let Origin::Facts(table) | Origin::Rules(Some(table)) = relation.origin {
            columns.extend(atom.args.iter().map(|(column, _)| (table, *column)));
        }
    };
    let rules = audit.program.strata.iter().flat_map(|stratum| &stratum.rules);
    let rules = rules.map(|rule| &audit.program.rules[rule.index()]);
    rules.flat_map(|rule| &rule.body).for_each(|literal| literal.atoms(&mut see));
    columns.into_iter().for_each(|(table, column)| audit.store.settle(table, column));
}

/// Runs a program on an engine.
#[must_use]
pub fn execute(input: &exec::Input, engine: Engine) -> Outcome {
    let run = || match engine {
        Engine::Frog => exec::frog::run(input, &exec::frog::Options::default()),
        Engine::FrogWith(options) => exec::frog::run(input, &options),
        Engine::Reference => exec::reference::run(input),
    };
    let longest = input.program.rules.iter().map(|rule| rule.body.len()).max().unwrap_or(0);
    if longest <= LONG_BODY {
        return run();
    }
    std::thread::scope(|scope| {
        let started = std::thread::Builder::new().stack_size(longest * STACK_PER_LITERAL).spawn_scoped(scope, run);
        match started.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => run(),
        }
    })
}

/// A rule of more conditions needs a stack of its own: the matcher goes from one condition to the next by a call.
const LONG_BODY: usize = 256;
/// How much of it for each condition; it is not taken from the machine before it is used.
const STACK_PER_LITERAL: usize = 32 << 10;

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
