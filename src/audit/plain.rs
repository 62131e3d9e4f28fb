//! A plain Datalog program, from file to outcome: load → parse → resolve → load its facts → run.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::json_facts;
use super::records::{self, Declared};
use super::{Engine, Forewarn, execute};
use crate::analysis::{self, InputWish, Mode};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::exec::{Input, Outcome};
use crate::facts::souffle::{self, Dialect};
use crate::facts::store::builder::StoreBuilder;
use crate::facts::store::{Store, drop_rows, repeated_rows};
use crate::ir::{Program, RelationId};
use crate::progress::{self, Phase};
use crate::schema::Schema;
use crate::source::{FileId, Pieces, SourceMap, Span};
use crate::syntax::ast::DirectiveKind;
use crate::syntax::{self, ast, preprocess};
use crate::text;
use crate::value::Record;
use crate::value::functions::EvalError;

/// What to run, and on what.
#[derive(Debug)]
pub struct PlainRequest<'a> {
    /// The program's file.
    pub program: &'a Path,
    /// Where fact files are.
    pub facts: &'a Path,
    /// Where included files may be, beside the folder of the including one.
    pub include: &'a [PathBuf],
    /// What `IO=stdin` reads.
    pub stdin: fn() -> String,
    /// What runs it.
    pub engine: Engine,
}

/// A run and everything that it was made of.
#[derive(Debug, Default)]
pub struct PlainRun {
    /// Every file that was read.
    pub sources: SourceMap,
    /// The facts.
    pub store: Store,
    /// The resolved program.
    pub program: Program,
    /// What running it came to; none when the inputs are wrong.
    pub outcome: Option<Outcome>,
    /// Complaints about the inputs, by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Runs a plain Datalog program.
#[must_use]
pub fn run_plain(request: &PlainRequest) -> PlainRun {
    run_plain_forewarning(request, &mut |_, _| {})
}

/// As [`run_plain`]; `forewarn` hears, once and in order, what is among the complaints by the time rules begin to run.
#[must_use]
pub fn run_plain_forewarning(request: &PlainRequest, forewarn: &mut Forewarn<'_>) -> PlainRun {
    let mut run = PlainRun::default();
    let mut report = Report::new();
    if let Some(tree) = load(&mut run.sources, request, &mut report) {
        let (schema, complaints) = analysis::schema(&[&tree]);
        let wishes = analysis::inputs(&[&tree]);
        let (items, loaded) = load_records(&mut run.sources, request, (&tree, &wishes), &mut report);
        // Columns of records are no fault here: their rows have become facts of the program.
        let is_fault = |fault: &&Diagnostic| !fault.place().is_some_and(|place| loaded.contains(&place));
        report.extend(complaints.diagnostics().iter().filter(is_fault).cloned());
        progress::enter(Phase::Loading);
        run.store = load_facts(&mut run.sources, request, (&schema, &wishes), &mut report);
        let tree = [tree, ast::Program { items, ..ast::Program::default() }];
        resolve_and_run(&mut run, request.engine, &tree, (&mut report, forewarn));
    }
    run.diagnostics = report.sorted();
    complain_of_outcome(&mut run);
    run
}

fn load(sources: &mut SourceMap, request: &PlainRequest, report: &mut Report) -> Option<ast::Program> {
    let file = match sources.load(request.program) {
        Ok(file) => file,
        Err(error) => {
            report.push(super::rules::unreadable(&error));
            return None;
        }
    };
    let (tree, complaints) = syntax::load_program(sources, file, &mut preprocess::beside(request.include));
    report.append(complaints);
    Some(tree)
}

fn resolve_and_run(
    run: &mut PlainRun,
    engine: Engine,
    tree: &[ast::Program],
    (report, forewarn): (&mut Report, &mut Forewarn<'_>),
) {
    let input = analysis::Input {
        mode: Mode::Plain,
        sources: &run.sources,
        programs: tree,
        cards: &[],
        store: &run.store,
        unread: false,
    };
    let (program, complaints) = analysis::analyse(&input);
    report.append(complaints);
    run.program = program;
    // What comes to no output is not computed, as little as by Soufflé.
    let shown = run.program.directives.iter().filter(|directive| directive.kind != DirectiveKind::Input);
    let shown: Vec<RelationId> = shown.map(|directive| directive.relation).collect();
    run.program.keep_needed(shown);
    if !report.has_errors() {
        forewarn(&run.sources, &report.clone().sorted());
        let input = Input { program: &run.program, store: &run.store, sources: &run.sources };
        run.outcome = Some(execute(&input, engine));
        progress::enter(Phase::Finding);
    }
}

/// What of the program has no result, and why.
fn complain_of_outcome(run: &mut PlainRun) {
    let Some(outcome) = &run.outcome else { return };
    for error in &outcome.errors {
        let span = if error.span.is_empty() { run.program.rules[error.rule.index()].span } else { error.span };
        let message = match error.error {
            EvalError::Overflow => text!("得数超出了范围", "the result does not fit"),
            EvalError::DivisionByZero => text!("除数为零", "division by zero"),
            EvalError::NotDefined => text!("这里算不出值", "there is no value here"),
            EvalError::TooDeep => {
                let most = Record::DEEPEST;
                text!("记录嵌套超过 {most} 层", "records nested deeper than {most} levels")
            }
        };
        run.diagnostics.push(Diagnostic::warning(Code::EvaluationError, message).at(span));
    }
    run.diagnostics.dedup();
    for failure in &outcome.failures {
        let rule = &run.program.rules[failure.rule.index()];
        run.diagnostics.push(Diagnostic::error(Code::RuleFailed, failure.reason.clone()).at(rule.span));
    }
}

/// Facts of relations with columns of records or branches, and the places of these columns' types.
fn load_records(
    sources: &mut SourceMap,
    request: &PlainRequest,
    (tree, wishes): (&ast::Program, &[InputWish]),
    report: &mut Report,
) -> (Vec<ast::Item>, BTreeSet<Span>) {
    let tree = analysis::declared(&[tree]);
    let declared = Declared::new(&tree);
    let (mut items, mut loaded) = (Vec::new(), BTreeSet::new());
    for wish in wishes {
        let is_json = is_json(wish);
        let columns = if is_json { declared.columns(&wish.relation) } else { declared.structured(&wish.relation) };
        let Some(columns) = columns else {
            if is_json {
                let message =
                    text!("组件里的表不能从 JSON 载入", "a relation of a component cannot be loaded from JSON");
                report.push(Diagnostic::error(Code::Unsupported, message).at(wish.span));
            }
            continue;
        };
        loaded.extend(columns.iter().map(|column| column.ty.span));
        let Some(file) = open(sources, request, wish, report) else { continue };
        let (rows, complaints) = match is_json {
            true => json_facts::read(sources, file, (&wish.relation, columns), &declared),
            false => records::read(sources, file, (&wish.relation, columns), &declared, &wish.options),
        };
        items.extend(rows);
        report.append(complaints);
    }
    (items, loaded)
}

/// The facts that the program's `.input` directives name.
///
/// The texts of large files are not held. One in which something is wrong is read again as a whole, to say what.
fn load_facts(
    sources: &mut SourceMap,
    request: &PlainRequest,
    (schema, wishes): (&Schema, &[InputWish]),
    report: &mut Report,
) -> Store {
    let mut inputs = Vec::new();
    for wish in wishes.iter().filter(|wish| !is_json(wish)) {
        let Some(at) = schema.relations.iter().position(|relation| relation.name == wish.relation) else { continue };
        let pieces = path(request, wish).and_then(|path| Pieces::of(&path, PIECE).ok()?);
        let file = match &pieces {
            Some(pieces) => sources.add(pieces.name(), "").ok(),
            None => open(sources, request, wish, report),
        };
        let dialect = Dialect::new(&wish.options, schema.relations[at].columns.len());
        let asked = wish.asked.clone();
        inputs.extend(file.map(|file| FactFile { wish, at, dialect, asked, file, pieces }));
    }
    loop {
        let (builder, complaints, wrong) = fill(sources, schema, &inputs, request.engine.threads());
        if wrong.is_empty() {
            let mut store = builder.finish(|file| sources.file(file).name().to_owned());
            store.settle_all(request.engine.threads());
            if drop_equal_rows(&mut store, &mut inputs, request.engine.threads()) {
                report.append(complaints);
                return store;
            }
        }
        for at in wrong.into_iter().rev() {
            inputs[at].pieces = None;
            match open(sources, request, inputs[at].wish, report) {
                Some(file) => inputs[at].file = file,
                None => drop(inputs.remove(at)),
            }
        }
    }
}

/// Drops what is written twice of relations whose rows are counted: a relation is a set. False when rows may differ in
/// texts that were not kept, so that all must be read again.
fn drop_equal_rows(store: &mut Store, inputs: &mut [FactFile<'_>], threads: usize) -> bool {
    let mut complete = true;
    let counted: BTreeSet<usize> = inputs.iter().filter(|input| input.wish.counted).map(|input| input.at).collect();
    for at in counted {
        let repeated = repeated_rows(&store.tables[at], threads);
        if repeated.is_empty() {
            continue;
        }
        for input in inputs.iter_mut().filter(|input| input.at == at) {
            complete &= input.asked.iter().all(|asked| *asked);
            input.asked.fill(true);
        }
        drop_rows(&mut store.tables[at], &repeated);
    }
    complete
}

/// Files above this size are read in pieces of it.
const PIECE: usize = 1 << 20;

/// A file that an `.input` names.
struct FactFile<'a> {
    wish: &'a InputWish,
    /// The position of its relation in the schema.
    at: usize,
    dialect: Dialect,
    /// For each column, whether its texts are kept.
    asked: Vec<bool>,
    file: FileId,
    /// Without them, the text of the file is held.
    pieces: Option<Pieces>,
}

/// Reads the files; which of those in pieces have something wrong, so that nothing of it all is of use.
fn fill(
    sources: &SourceMap,
    schema: &Schema,
    inputs: &[FactFile<'_>],
    threads: usize,
) -> (StoreBuilder, Report, Vec<usize>) {
    let (mut builder, mut report, mut wrong) = (StoreBuilder::new(schema), Report::new(), Vec::new());
    for (nth, input) in inputs.iter().enumerate() {
        let (relation, asked) = (&schema.relations[input.at], input.asked.as_slice());
        let wanted = souffle::Wanted { relation, at: input.at, dialect: &input.dialect, asked, threads };
        match &input.pieces {
            Some(pieces) if souffle::read_pieces(sources, (input.file, pieces), &wanted, &mut builder) => {}
            Some(_) => wrong.push(nth),
            None => report.append(souffle::read(sources, input.file, &wanted, &mut builder)),
        }
    }
    (builder, report, wrong)
}

/// An option of an `.input`.
fn option<'w>(wish: &'w InputWish, name: &str) -> Option<&'w str> {
    let mut options = wish.options.iter();
    options.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Whether an `.input` names a file of JSON.
fn is_json(wish: &InputWish) -> bool {
    option(wish, "IO") == Some("jsonfile")
}

/// The path of the file that an `.input` names, if it names one.
fn path(request: &PlainRequest, wish: &InputWish) -> Option<PathBuf> {
    let ending = if is_json(wish) { "json" } else { "facts" };
    let called = option(wish, "name").unwrap_or(&wish.relation);
    let name = option(wish, "filename").map_or_else(|| format!("{called}.{ending}"), str::to_owned);
    let folder = option(wish, "fact-dir").map_or_else(|| request.facts.to_owned(), PathBuf::from);
    (is_json(wish) || option(wish, "IO").unwrap_or("file") == "file").then(|| folder.join(name))
}

/// The file that an `.input` names.
fn open(sources: &mut SourceMap, request: &PlainRequest, wish: &InputWish, report: &mut Report) -> Option<FileId> {
    let loaded = match (option(wish, "IO").unwrap_or("file"), path(request, wish)) {
        (_, Some(path)) => sources.load_unpacked(&path),
        ("stdin", _) => {
            let text = (request.stdin)();
            sources.add("<stdin>", text)
        }
        // The analysis complains of it.
        _ => return None,
    };
    match loaded {
        Ok(file) => Some(file),
        Err(error) => {
            let relation = &wish.relation;
            let message =
                text!("`{relation}` 的资料读不出：{error}", "the facts of `{relation}` cannot be read: {error}");
            report.push(Diagnostic::error(Code::UnreadableFile, message).at(wish.span));
            None
        }
    }
}
