//! Analysis of whole programs: what must be accepted is, what must be refused is refused at its line.

use std::fs;
use std::path::{Path, PathBuf};

use gouji::analysis::{self, Input, Mode};
use gouji::diagnostic::{Lang, Report, Severity};
use gouji::facts::store::{Column, Data, Store, Table};
use gouji::ir::Program;
use gouji::schema::{ColumnType, Schema};
use gouji::source::SourceMap;
use gouji::syntax;

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
    let (schema, declared) = analysis::schema(&[&program]);
    report.append(declared);
    let store = empty_store(&schema);
    let programs = [program];
    let input = Input { mode, sources: &sources, programs: &programs, cards: &[], store: &store };
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
        let (_, report, sources) = analyse(&text, Mode::Plain);
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
