//! The cards' own tests: the facts of a test are loaded, the card is run on them, and what it finds is compared with what
//! the test expects.

use std::collections::{BTreeMap, BTreeSet};

use super::expect::{Expectation, expectation};
use super::find::{find, solution};
use super::ground::{Ground, ground};
use super::needs::Needs;
use super::rules::{LoadedCard, Rules};
use super::tell::Teller;
use super::words::Words;
use super::{Engine, Set, execute, resolve, resolve_some};
use crate::analysis;
use crate::cards::Test;
use crate::diagnostic::{Code, Diagnostic, Lang, Report, nearest};
use crate::exec::matcher::{Bindings, Matcher};
use crate::exec::{self, Outcome};
use crate::facts::StoreBuilder;
use crate::facts::cells::CellKind;
use crate::facts::manifest::CellUnit;
use crate::facts::store::Store;
use crate::facts::store::builder::{CellInput, Content, SourceHead};
use crate::finding::proof::Node;
use crate::ir::card::Card;
use crate::ir::{Program, RuleId};
use crate::provenance::proof::Prover;
use crate::schema::{ColumnType, Relation, Schema};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{self, ast};
use crate::text;
use crate::value::Unit;

/// What the tests of all cards came to.
#[derive(Debug, Default)]
pub struct Tested {
    /// How many tests were run.
    pub run: usize,
    /// How many of them failed.
    pub failed: usize,
    /// How many cards have a test.
    pub cards: usize,
    /// What is wrong, a failed test at its name.
    pub report: Report,
}

/// Runs the tests of every card.
#[must_use]
pub fn test(sources: &SourceMap, rules: &Rules, engine: Engine) -> Tested {
    let mut tested = Tested::default();
    let (schema, report) = analysis::schema(&rules.programs.iter().collect::<Vec<_>>());
    tested.report.append(report);
    let empty = StoreBuilder::new(&schema).finish(|file| sources.file(file).name().to_owned());
    let wrong = errors_of(resolve(sources, rules, &empty, &[]).1);
    let said: BTreeSet<(Option<Span>, Code)> =
        wrong.diagnostics().iter().map(|wrong| (wrong.place(), wrong.code)).collect();
    tested.report.append(wrong);
    let needs = Needs::of(rules);
    for (at, loaded) in rules.cards.iter().enumerate().filter(|(_, loaded)| !loaded.card.tests.is_empty()) {
        tested.cards += 1;
        // with all of them, the tests of many cards would take as long as the square of their number
        let cards: Vec<&LoadedCard> = needs.closure(at).into_iter().map(|needed| &rules.cards[needed]).collect();
        for test in &loaded.card.tests {
            tested.run += 1;
            let report = run(&Case { sources, rules, schema: &schema, cards: &cards, loaded, test, engine });
            tested.failed += usize::from(report.has_errors());
            let is_new = |wrong: &&Diagnostic| !said.contains(&(wrong.place(), wrong.code));
            tested.report.extend(report.diagnostics().iter().filter(is_new).cloned());
        }
    }
    tested
}

/// One test of one card.
struct Case<'a> {
    sources: &'a SourceMap,
    rules: &'a Rules,
    schema: &'a Schema,
    /// The card and those that it needs.
    cards: &'a [&'a LoadedCard],
    loaded: &'a LoadedCard,
    test: &'a Test,
    engine: Engine,
}

impl Case<'_> {
    /// The card among those of a program.
    fn card<'p>(&self, program: &'p Program) -> Option<&'p Card> {
        let at = self.cards.iter().position(|card| std::ptr::eq(*card, self.loaded))?;
        program.cards.get(at)?.as_ref()
    }
}

fn run(case: &Case) -> Report {
    let (expected, mut report) = expectations(case);
    if let Some((program, store)) = world(case, &mut report) {
        let input = exec::Input { program: &program, store: &store, sources: case.sources };
        let outcome = execute(&input, case.engine);
        let matcher = Matcher::new(&input, &outcome);
        let words = Words { input, matcher: &matcher, schema: case.schema, lang: Lang::Zh, evidence: false };
        if let Some(card) = case.card(&program) {
            report.append(compare(case, &words, &outcome, (card, &expected)));
        }
    }
    report
}

/// The program and the facts of a test; none when something is wrong with them, or was before.
fn world(case: &Case, report: &mut Report) -> Option<(Program, Store)> {
    let (store, complaints) = store(case);
    report.append(complaints);
    let (program, complaints) =
        resolve_some(case.sources, (&case.rules.programs, case.cards, false), &store, &sets(case));
    report.append(errors_of(complaints));
    (!report.has_errors()).then_some((program, store))
}

/// The proof of every finding in the tests of every card, with the code of its rule and what the test's proofs stand on.
#[must_use]
pub fn prove_tests(sources: &SourceMap, rules: &Rules) -> Vec<(String, Node, Ground)> {
    let schema = analysis::schema(&rules.programs.iter().collect::<Vec<_>>()).0;
    let mut proofs = Vec::new();
    let needs = Needs::of(rules);
    for (at, loaded) in rules.cards.iter().enumerate() {
        let cards: Vec<&LoadedCard> = needs.closure(at).into_iter().map(|needed| &rules.cards[needed]).collect();
        for test in &loaded.card.tests {
            let case = Case { sources, rules, schema: &schema, cards: &cards, loaded, test, engine: Engine::default() };
            let Some((program, store)) = world(&case, &mut Report::new()) else { continue };
            let input = exec::Input { program: &program, store: &store, sources };
            let outcome = execute(&input, case.engine);
            let matcher = Matcher::new(&input, &outcome);
            let words = Words { input, matcher: &matcher, schema: &schema, lang: Lang::Zh, evidence: false };
            let (prover, teller) =
                (Prover::new(&matcher, usize::MAX), Teller { words: &words, all: true, every: true });
            let Some(card) = case.card(&program) else { continue };
            for found in find(&words, &outcome, &loaded.card.code.text, card) {
                let proof = prover.prove(card.relation, &found.row);
                let node = proof.map(|proof| teller.proof(&proof, found.finding.message)).unwrap_or_default();
                proofs.push((loaded.card.code.text.clone(), node, ground(&input, &outcome)));
            }
        }
    }
    proofs
}

/// Only what keeps the test from running: what is doubtful about the rules is said elsewhere, once.
fn errors_of(report: Report) -> Report {
    let mut errors = Report::new();
    errors.extend(report.sorted().into_iter().filter(|wrong| wrong.severity == crate::diagnostic::Severity::Error));
    errors
}

fn sets(case: &Case) -> Vec<Set> {
    let code = &case.loaded.card.code;
    let set = |(name, value): &(crate::cards::Words, crate::cards::Setting)| Set {
        code: (code.text.clone(), code.span),
        name: (name.text.clone(), name.span),
        value: value.clone(),
    };
    case.test.params.iter().map(set).collect()
}

fn expectations(case: &Case) -> (Vec<Expectation>, Report) {
    let mut report = Report::new();
    let mut expected = Vec::new();
    for span in &case.test.expect {
        let (body, complaints) = syntax::parse_body(case.sources, *span);
        report.append(complaints);
        let (expectation, complaints) = expectation(&body, *span);
        report.append(complaints);
        expected.push(expectation);
    }
    (expected, report)
}

/// What was found against what was expected: each expectation takes one finding, none is left over.
fn compare(case: &Case, words: &Words, outcome: &Outcome, (card, expected): (&Card, &[Expectation])) -> Report {
    let mut found: Vec<(RuleId, Bindings, String)> = instances(words, outcome, card);
    let mut missing: Vec<Span> = Vec::new();
    // Those that ask for more go first, so that a wide expectation does not take the finding of a narrow one.
    let mut order: Vec<&Expectation> = expected.iter().collect();
    order.sort_by_key(|expectation| std::cmp::Reverse(expectation.conditions()));
    for expectation in order {
        let fits = |(rule, bindings, _): &(RuleId, Bindings, String)| {
            expectation.holds(words, &words.input.program.rules[rule.index()], bindings)
        };
        match found.iter().position(fits) {
            Some(at) => drop(found.remove(at)),
            None => missing.push(expectation.span),
        }
    }
    let mut report = Report::new();
    if missing.is_empty() && found.is_empty() {
        return report;
    }
    let (code, name) = (&case.loaded.card.code.text, &case.test.name.text);
    let message = text!("{code} 的测试“{name}”没有通过", "test “{name}” of {code} failed");
    let mut wrong = Diagnostic::error(Code::TestFailed, message);
    missing.sort_unstable();
    for span in missing {
        wrong = wrong.primary(span, text!("应查出这一个，没有查出", "expected, but not found"));
    }
    if !found.is_empty() {
        found.sort_by(|a, b| a.2.cmp(&b.2));
        let list = found.iter().map(|(_, _, message)| format!("多出：{message}")).collect::<Vec<_>>().join("\n");
        let english = list.replace("多出：", "not expected: ");
        wrong = wrong.primary(case.test.name.span, crate::diagnostic::Text { zh: list, en: english });
    }
    report.push(wrong);
    report
}

/// Every finding of the card: its rule, what its variables are bound to, and its message.
fn instances(words: &Words, outcome: &Outcome, card: &Card) -> Vec<(RuleId, Bindings, String)> {
    let Some(rows) = &outcome.relations[card.relation.index()] else { return Vec::new() };
    let columns = words.input.program.relations[card.relation.index()].arity;
    let instance = |row: usize| {
        let values = rows.row(row, columns, &words.input.store.symbols);
        card.alternatives.iter().find_map(|alternative| {
            let rule = &words.input.program.rules[alternative.rule.index()];
            let bindings = solution(words, rule, &values)?;
            let message = words.fill(rule, &alternative.message, &bindings);
            Some((alternative.rule, bindings, message))
        })
    };
    (0..rows.len()).filter_map(instance).collect()
}

/// The facts of a test as a store.
fn store(case: &Case) -> (Store, Report) {
    let (clauses, mut report) = syntax::parse_facts(case.sources, case.test.facts);
    let mut rows: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
    for atom in clauses.iter().flat_map(|clause| &clause.heads) {
        match row(case, atom) {
            Ok((relation, row)) => rows.entry(relation).or_default().push(row),
            Err(wrong) => report.push(*wrong),
        }
    }
    let file = case.sources.file_of(case.test.facts).unwrap_or_default();
    let mut builder = StoreBuilder::new(case.schema);
    for (relation, rows) in rows {
        let mut tables: Vec<&str> = Vec::new();
        rows.iter().for_each(|row| {
            if !tables.contains(&row.table.as_str()) {
                tables.push(&row.table);
            }
        });
        for table in tables {
            builder.begin(relation, head(&case.schema.relations[relation], table, file));
            for row in rows.iter().filter(|row| row.table == table) {
                let cells: Vec<CellInput> = row.cells.iter().map(Given::input).collect();
                builder.push(relation, row.span, &cells);
            }
            builder.end(relation);
        }
    }
    (builder.finish(|file| case.sources.file(file).name().to_owned()), report)
}

/// A fact of a test.
struct Row {
    table: String,
    span: Span,
    cells: Vec<Given>,
}

/// What a test gives for a cell.
#[derive(Clone, Default)]
struct Given {
    text: Option<String>,
    span: Span,
}

impl Given {
    fn input(&self) -> CellInput<'_> {
        let content = self.text.as_deref().map_or(Content::Blank, Content::Text);
        CellInput { content, span: self.span, ..CellInput::default() }
    }
}

/// What the columns of a test's fact are read as: bare amounts are in 元.
fn head(relation: &Relation, table: &str, file: FileId) -> SourceHead {
    let kind = |column: &crate::schema::Column| CellKind {
        unit: (column.ty == ColumnType::Money).then_some(CellUnit::Money(Unit::Yuan)),
        ..CellKind::plain(column.ty)
    };
    SourceHead {
        table: table.to_owned(),
        file,
        headers: relation.columns.iter().map(|column| Some(column.name.clone())).collect(),
        kinds: relation.columns.iter().map(kind).collect(),
    }
}

/// The row that a fact writes, with the position of its relation.
fn row(case: &Case, atom: &ast::Atom) -> Result<(usize, Row), Box<Diagnostic>> {
    let name = &atom.relation.text;
    let Some(at) = case.schema.relations.iter().position(|relation| relation.name == *name) else {
        let message = text!("没有可以给数据的表 `{name}`", "there is no relation `{name}` that takes facts");
        let names = case.schema.relations.iter().map(|relation| relation.name.as_str());
        let wrong = Diagnostic::error(Code::UnknownRelation, message).at(atom.relation.span);
        return Err(Box::new(match nearest(name, names) {
            Some(near) => wrong.help(text!("是否 `{near}`？", "did you mean `{near}`?")),
            None => wrong.help(text!("用 `use` 引入声明它的文件", "`use` the file that declares it")),
        }));
    };
    let relation = &case.schema.relations[at];
    let mut row = Row { table: String::new(), span: atom.span, cells: vec![Given::default(); relation.columns.len()] };
    match &atom.args {
        ast::Args::Positional(args) => {
            let (given, columns) = (args.len(), relation.columns.len());
            if given != columns {
                let message = text!(
                    "`{name}` 有 {columns} 列，这里给了 {given} 个",
                    "`{name}` has {columns} columns, {given} are given"
                );
                let help = text!("按名写：{name}{{列: 值}}", "name the columns: {name}{{column: value}}");
                return Err(Box::new(Diagnostic::error(Code::WrongArity, message).at(atom.span).help(help)));
            }
            for (cell, arg) in row.cells.iter_mut().zip(args) {
                *cell = given_cell(case, arg)?;
            }
        }
        ast::Args::Named(args) => {
            for arg in args {
                named(case, relation, arg, &mut row)?;
            }
        }
    }
    Ok((at, row))
}

fn named(case: &Case, relation: &Relation, arg: &ast::NamedArg, row: &mut Row) -> Result<(), Box<Diagnostic>> {
    let ast::Ask::Equal(value) = &arg.ask else {
        let column = &arg.column.text;
        let message = text!("数据里要给出 `{column}` 的值", "a fact must give the value of `{column}`");
        let help = text!("写 `{column}: 值`", "write `{column}: value`");
        return Err(Box::new(Diagnostic::error(Code::BadValue, message).at(arg.column.span).help(help)));
    };
    let cell = given_cell(case, value)?;
    if let Some(column) = relation.column(&arg.column.text) {
        row.cells[column] = cell;
        return Ok(());
    }
    if arg.column.text == "table" {
        row.table = cell.text.unwrap_or_default();
        return Ok(());
    }
    let (table, column) = (&relation.name, &arg.column.text);
    let message = text!("`{table}` 没有列 `{column}`", "`{table}` has no column `{column}`");
    let wrong = Diagnostic::error(Code::UnknownColumn, message).at(arg.column.span);
    let columns = relation.columns.iter().map(|column| column.name.as_str()).chain(["table"]);
    let called = relation.columns.iter().find(|known| known.headers.contains(column) || known.doc.starts_with(column));
    Err(Box::new(match nearest(column, columns) {
        _ if called.is_some_and(|_| !column.is_ascii()) => {
            let meant = called.map_or("", |known| known.name.as_str());
            wrong.help(text!("“{column}”在规则里叫 `{meant}`", "“{column}” is called `{meant}` in rules"))
        }
        Some(near) => wrong.help(text!("是否 `{near}`？", "did you mean `{near}`?")),
        None => wrong,
    }))
}

/// The cell that an argument writes: texts without their quotes, all else as written. `_` is a blank cell.
fn given_cell(case: &Case, arg: &ast::Arg) -> Result<Given, Box<Diagnostic>> {
    let text = match &arg.kind {
        ast::ArgKind::Const(ast::Const::Text(text)) => Some(text.clone()),
        ast::ArgKind::Const(_) => Some(case.sources.text(arg.span).into_owned()),
        ast::ArgKind::Call(call) if call.args.len() == 1 && matches!(call.args[0].kind, ast::ArgKind::Const(_)) => {
            Some(case.sources.text(arg.span).chars().filter(|c| !c.is_whitespace()).collect())
        }
        ast::ArgKind::Unnamed => None,
        _ => {
            let message = text!("数据里只能写值", "a fact holds values only");
            let help = text!("写数、金额或加引号的文字", "write a number, an amount or a text in quotes");
            return Err(Box::new(Diagnostic::error(Code::BadValue, message).at(arg.span).help(help)));
        }
    };
    // A place within the quotes, so that parts of the text are found in it.
    let quoted = case.sources.text(arg.span).starts_with('"');
    let span = if quoted && arg.span.len() >= 2 { arg.span.part(1, arg.span.len() - 2) } else { arg.span };
    Ok(Given { text, span })
}
