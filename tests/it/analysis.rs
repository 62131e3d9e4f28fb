//! Analysis of whole programs: what must be accepted is, what must be refused is refused at its line.

use std::fs;
use std::path::{Path, PathBuf};

use gouji::analysis::{self, CardSource, Input, LabelSource, Mode, Parameter, Piece, SeveritySource, TemplateSource};
use gouji::cards::{self, Card};
use gouji::diagnostic::{Lang, Report, Severity};
use gouji::facts::store::{Column, Data, Store, Table};
use gouji::ir::Program;
use gouji::ir::card::Format;
use gouji::schema::{ColumnType, Schema};
use gouji::source::{SourceMap, Span};
use gouji::syntax::{self, ast};

/// Tables without rows for every relation of the schema.
pub fn empty_store(schema: &Schema) -> Store {
    let mut store = Store::default();
    for relation in &schema.relations {
        let mut columns: Vec<Column> = relation
            .columns
            .iter()
            .map(|column| Column { name: column.name.clone(), data: empty(column.ty), states: None })
            .collect();
        for name in Table::BUILT_IN {
            let data = if name == "line" { Data::Line } else { Data::PerSource(Vec::new()) };
            columns.push(Column { name: name.to_owned(), data, states: None });
        }
        store.tables.push(Table { name: relation.name.clone(), columns, rows: 0, sources: Vec::new() });
    }
    store
}

fn empty(ty: ColumnType) -> Data {
    match ty {
        ColumnType::Symbol => Data::Symbol(Vec::new()),
        ColumnType::Number => Data::Number(Vec::new()),
        ColumnType::Unsigned => Data::Unsigned(Vec::new()),
        ColumnType::Float => Data::Float(Vec::new()),
        ColumnType::Date => Data::Date(Vec::new()),
        ColumnType::Decimal | ColumnType::Money => {
            Data::Scaled { scale: 0, values: Vec::new(), money: ty == ColumnType::Money }
        }
    }
}

/// Analyses a text without facts.
pub fn analyse(text: &str, mode: Mode) -> (Program, Report, SourceMap) {
    let mut sources = SourceMap::new();
    let file = sources.add("program.dl", text).expect("small");
    let (program, mut report) = syntax::parse_program(&sources, file);
    let (schema, _) = analysis::schema(&[&program]); // what cannot be loaded is the business of loading
    let store = empty_store(&schema);
    let programs = [program];
    let input = Input { mode, sources: &sources, programs: &programs, cards: &[], store: &store, unread: false };
    let (program, complaints) = analysis::analyse(&input);
    report.append(complaints);
    (program, report, sources)
}

/// The errors, as `line: text`.
pub fn errors(report: Report, sources: &SourceMap) -> Vec<String> {
    report
        .sorted()
        .into_iter()
        .filter(|complaint| complaint.severity == Severity::Error)
        .map(|complaint| {
            let line = complaint.place().map_or(0, |place| sources.location(place).line);
            format!("{line}: {} ({})", complaint.message.get(Lang::En), complaint.code.name())
        })
        .collect()
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(root).expect("tests/run exists").filter_map(|entry| Some(entry.ok()?.path())).collect();
    cases.retain(|case| case.join("program.dl").exists());
    cases.sort();
    cases
}

#[test]
fn programs_are_accepted_or_refused_at_their_line() {
    let mut wrong = Vec::new();
    for case in cases() {
        let text = fs::read_to_string(case.join("program.dl")).expect("readable");
        if text.contains("#include") || text.contains(".include") || text.contains("#define") {
            continue; // the preprocessor is not part of analysis
        }
        let (program, report, sources) = analyse(&text, Mode::Plain);
        let broken = gouji::ir::check(&program);
        assert!(broken.is_empty(), "{}: {}", case.display(), broken.join("\n"));
        let errors = errors(report, &sources);
        let rejected = fs::read_to_string(case.join("expected/rejected"));
        let fine = match rejected {
            Ok(lines) => {
                lines.split_whitespace().any(|line| errors.iter().any(|error| error.starts_with(&format!("{line}:"))))
            }
            Err(_) => errors.is_empty(),
        };
        if !fine {
            wrong.push(format!("{}: {errors:#?}", case.file_name().unwrap_or_default().to_string_lossy()));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// A card's spans as trees.
struct Parsed {
    card: Card,
    name: String,
    when: ast::Body,
    message: TemplateSource,
    help: Option<TemplateSource>,
    labels: Vec<LabelSource>,
    severity: Vec<SeveritySource>,
    key: Vec<ast::Arg>,
}

fn parsed(card: Card, sources: &SourceMap, report: &mut Report) -> Parsed {
    let (when, complaints) = syntax::parse_body(sources, card.when);
    report.append(complaints);
    let mut label = |label: &cards::Label| {
        let at = arg(sources, label.at, report)?;
        Some(LabelSource { at, text: template(sources, &label.text, report), limit: label.limit })
    };
    let labels = card.labels.iter().filter_map(&mut label).collect();
    let severity = |case: &cards::SeverityCase| SeveritySource {
        when: case.when.map(|span| syntax::parse_body(sources, span).0),
        is: case.is,
    };
    Parsed {
        name: card.name.as_ref().unwrap_or(&card.code).text.clone(),
        when,
        message: template(sources, &card.message, report),
        help: card.help.as_ref().map(|help| template(sources, help, report)),
        labels,
        severity: card.severity.iter().map(severity).collect(),
        key: card.key.iter().filter_map(|span| arg(sources, *span, report)).collect(),
        card,
    }
}

fn template(sources: &SourceMap, template: &cards::Template, report: &mut Report) -> TemplateSource {
    let pieces = template
        .pieces
        .iter()
        .filter_map(|piece| match piece {
            cards::Piece::Text(text) => Some(Piece::Text(text.clone())),
            cards::Piece::Hole(span, format) => {
                let (arg, complaints) = syntax::parse_arg(sources, *span);
                report.append(complaints);
                let format = Format { percent: format.percent, places: format.places, unit: format.unit };
                Some(Piece::Hole(arg?, format))
            }
        })
        .collect();
    TemplateSource { pieces }
}

fn arg(sources: &SourceMap, span: Span, report: &mut Report) -> Option<ast::Arg> {
    let (arg, complaints) = syntax::parse_arg(sources, span);
    report.append(complaints);
    arg
}

fn source<'c>(parsed: &'c Parsed, sources: &SourceMap) -> CardSource<'c> {
    let card = &parsed.card;
    let params = card
        .params
        .iter()
        .map(|param| {
            let value = match arg(sources, param.default.words.span, &mut Report::new()).map(|arg| arg.kind) {
                Some(ast::ArgKind::Const(value)) => value,
                _ => ast::Const::Text(param.default.words.text.clone()),
            };
            Parameter { name: &param.name.text, value, span: param.name.span }
        })
        .collect();
    CardSource {
        code: &card.code.text,
        name: &parsed.name,
        span: card.name.as_ref().unwrap_or(&card.code).span,
        when: &parsed.when,
        params,
        message: &parsed.message,
        help: parsed.help.as_ref(),
        labels: &parsed.labels,
        severity: &parsed.severity,
        key: &parsed.key,
        idle: false,
    }
}

/// Analyses rule files as an audit without facts does.
pub fn analyse_audit(programs: &[(&str, &str)], packs: &[(&str, &str)]) -> (Program, Report, SourceMap) {
    let mut sources = SourceMap::new();
    let mut report = Report::new();
    let mut trees = Vec::new();
    for (name, text) in programs {
        let file = sources.add(*name, *text).expect("small");
        let (tree, complaints) = syntax::parse_program(&sources, file);
        report.append(complaints);
        trees.push(tree);
    }
    let mut trees_of_cards = Vec::new();
    for (name, text) in packs {
        let file = sources.add(*name, *text).expect("small");
        let (pack, complaints) = cards::read(&sources, file);
        report.append(complaints);
        trees_of_cards.extend(pack.cards.into_iter().map(|card| parsed(card, &sources, &mut report)));
    }
    let card_sources: Vec<CardSource> = trees_of_cards.iter().map(|parsed| source(parsed, &sources)).collect();
    let (schema, complaints) = analysis::schema(&trees.iter().collect::<Vec<_>>());
    report.append(complaints);
    let store = empty_store(&schema);
    let input = Input {
        mode: Mode::Audit,
        sources: &sources,
        programs: &trees,
        cards: &card_sources,
        store: &store,
        unread: false,
    };
    let (program, complaints) = analysis::analyse(&input);
    report.append(complaints);
    (program, report, sources)
}

#[test]
fn shipped_packs_are_right() {
    let shared: Vec<(&str, &str)> = cards::SHARED.iter().map(|file| (file.path, file.text)).collect();
    let packs: Vec<(&str, &str)> = cards::PACKS.iter().map(|file| (file.path, file.text)).collect();
    let (program, report, sources) = analyse_audit(&shared, &packs);
    let complaints: Vec<String> = report
        .sorted()
        .into_iter()
        .map(|complaint| gouji::render::concise::diagnostic(&sources, &complaint, Lang::En))
        .collect();
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
    assert!(program.cards.iter().all(Option::is_some));
    let broken = gouji::ir::check(&program);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn allowances_pass_through_derived_relations() {
    let text = "
        .decl item(name: symbol, amount: money)
        .input item
        .decl stated(name: symbol, amount: money)
        .input stated
        total(n, s) :- t in stated, n = t.name, s = sum i.amount : { i in item, i.name = n }.
        off(t) :- t in stated, total(t.name, s), s !~ t.amount.
    ";
    let (program, report, sources) = analyse(text, Mode::Audit);
    let complaints = errors(report, &sources);
    assert!(complaints.is_empty(), "{complaints:?}");
    let broken = gouji::ir::check(&program);
    assert!(broken.is_empty(), "{broken:?}");
    let helper = program.relations.iter().find(|relation| relation.name == "total±s").expect("made for the comparison");
    assert_eq!(helper.arity, 3);
    assert!(program.rules.iter().any(|rule| program.relations[rule.head.index()].name == "total±s"));
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % sides.max(1)
    }
}

/// Words of a program: names, numbers, single signs.
#[test]
fn conditions_copied_for_alternatives_are_not_held_against_the_rule() {
    let text = ".decl w(x: number, y: number, t: number)\nw(1, 2, 3).\n.decl a(x: number, y: number)\na(1, 5).\n\
                .decl r(x: number, s: number)\n\
                r(x, s) :- w(x, y, t), y > 0, s = sum y : { (a(x, y), y > t) ; (a(y, x), y <= t) }.\n.output r\n";
    let (_, report, _) = analyse(text, Mode::Audit);
    let said: Vec<&str> = report.diagnostics().iter().map(|said| said.code.name()).collect();
    assert_eq!(said, ["sum-over-set"], "{report:?}");
    assert!(!report.diagnostics()[0].message.get(Lang::En).contains('∨'), "{report:?}");
}

fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c.is_alphanumeric() || c == '_';
        let end = if word(first) { rest.find(|c: char| !word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        words.push(&rest[..end]);
        rest = &rest[end..];
    }
    words
}

#[test]
fn mutated_programs_are_refused_or_keep_all_promises() {
    let mut dice = Dice(7);
    let texts: Vec<String> =
        cases().iter().map(|case| fs::read_to_string(case.join("program.dl")).expect("readable")).collect();
    for round in 0..600 {
        let text = &texts[round % texts.len()];
        let mut words = words(text);
        for _ in 0..=dice.roll(3) {
            let (a, b) = (dice.roll(words.len()), dice.roll(words.len()));
            match dice.roll(4) {
                0 => drop(words.remove(a)),
                1 => words.swap(a, b),
                2 => words[a] = words[b],
                _ => words.insert(a, words[b]),
            }
        }
        let text = words.concat();
        for mode in [Mode::Plain, Mode::Audit] {
            let (program, report, sources) = analyse(&text, mode);
            let broken = gouji::ir::check(&program);
            assert!(broken.is_empty(), "{}\n{text}", broken.join("\n"));
            for complaint in report.sorted() {
                let place = complaint.place().expect("every complaint has a place");
                assert!(sources.file_of(place).is_some(), "{complaint:?}");
            }
        }
    }
}

/// A card over the facts of `lib.dl`, with this message.
fn card(message: &str) -> String {
    format!(
        "language = 1\n[[rule]]\ncode = \"T-1\"\nname = \"t\"\ntitle = \"t\"\nseverity = \"error\"\nwhen = '''\n  \
         p in project, s = sum e.amount : {{ e in paid, e.project = p.name }}, s !~ p.budget\n'''\n\
         message = '{message}'\nlabels = [{{ at = \"e.amount\", text = \"{{e.amount}} {{p.budget}}\" }}]\nwhy = \"w\"\n"
    )
}

const FACTS: &str = ".decl project(name: symbol, budget: money)\n.input project\n\
                     .decl paid(project: symbol, amount: money)\n.input paid\n";

#[test]
fn templates_read_rows_of_the_finding_and_of_their_own_braces() {
    let message = "{p.name} {s} {allowance} {count : { e in paid, e.project = p.name }}";
    let (program, report, sources) = analyse_audit(&[("lib.dl", FACTS)], &[("t.toml", &card(message))]);
    let complaints: Vec<String> = errors(report, &sources);
    assert!(complaints.is_empty(), "{complaints:?}");
    assert_eq!(gouji::ir::check(&program), Vec::<String>::new());
    let alternative = &program.cards[0].as_ref().expect("right").alternatives[0];
    let display = &alternative.message.display;
    let outside = display.iter().any(|literal| match literal {
        gouji::ir::Literal::Atom(atom) => program.relations[atom.relation.index()].name == "paid",
        _ => false,
    });
    assert!(!outside, "only rows of the finding are read outside braces: {display:?}");
    let counted = display.iter().any(|literal| match literal {
        gouji::ir::Literal::Aggregate(aggregate) => aggregate.target.is_none() && aggregate.body.len() == 2,
        _ => false,
    });
    assert!(counted, "the row and its condition stay in the braces: {display:?}");
    assert_eq!(alternative.labels[0].scope.len(), 1);
}
