//! What is not decided: whatever the unreadable cells turn out to be, a row that is certain is derived, and a row that is
//! derived was certain or possible.
//!
//! The facts of `engines` are run once with their unreadable cells and once with values in them: a possible world.

use gouji::audit::{self, Engine, Reach, Request};
use gouji::exec::{self, Outcome};
use gouji::facts::store::{Column, Data, State, Store, Table};
use gouji::ir::{Program, RelationId};
use gouji::value::Value;
use proptest::prelude::{ProptestConfig, any, proptest};

use super::engines::{Choices, analysed, facts, program, rows};
use super::support::folder_with;

/// Gives every unreadable cell a value.
fn settle(store: &mut Store, choices: &mut Choices<'_>) {
    for table in &mut store.tables {
        for column in &mut table.columns {
            let Some(states) = column.states.take() else { continue };
            for (row, state) in states.iter().enumerate().filter(|(_, state)| **state != State::Present) {
                let _ = state;
                match &mut column.data {
                    Data::Number(values) => values[row] = choices.below(5) as i64,
                    Data::Scaled { values, .. } => values[row] = choices.below(6) as i64 * 25,
                    Data::Symbol(ids) => ids[row] = choices.below(3) as u32,
                    _ => {}
                }
            }
        }
    }
}

/// Blank texts are decided (they equal no text), so that no world stands for them.
fn without_blank_texts(store: &mut Store) {
    for column in store.tables.iter_mut().flat_map(|table| &mut table.columns) {
        if let (Data::Symbol(_), Some(states)) = (&column.data, &mut column.states) {
            for state in states.iter_mut().filter(|state| **state == State::Blank) {
                *state = State::Present;
            }
        }
    }
}

fn run(text: &str, store: &Store) -> Option<(Program, Outcome)> {
    let (program, sources) = analysed(text, store).ok()?;
    let outcome = exec::reference::run(&exec::Input { program: &program, store, sources: &sources });
    Some((program, outcome))
}

fn check(bytes: &[u8], world: &[u8]) -> Result<(), String> {
    let mut choices = Choices(bytes.iter());
    let mut store = facts(&mut choices);
    without_blank_texts(&mut store);
    let text = program(&mut choices);
    if text.contains(" is ") {
        return Ok(());
    }
    let Some((program, open)) = run(&text, &store) else { return Ok(()) };
    let before = format!("{:?}", store.tables);
    settle(&mut store, &mut Choices(world.iter()));
    let Some((_, settled)) = run(&text, &store) else { return Ok(()) };
    let told = || format!("\n{text}\n{before}\nsettled: {:?}", store.tables);
    for at in 0..program.relations.len() {
        let (certain, derived) =
            (rows(&program, (&open, &store.symbols), at), rows(&program, (&settled, &store.symbols), at));
        let name = &program.relations[at].name;
        if let Some(row) = certain.difference(&derived).next() {
            return Err(format!("{name}: {row:?} is said to be certain, and is not derived{}", told()));
        }
        let relation = RelationId(u32::try_from(at).unwrap());
        let fits = |row: &Vec<Value>, values: &[Option<Value>]| {
            row.iter().zip(values).all(|(value, possible)| possible.as_ref().is_none_or(|possible| possible == value))
        };
        let missing = derived
            .difference(&certain)
            .find(|row| !open.possible.of(relation).iter().any(|possible| fits(row, &possible.values)));
        if let Some(row) = missing {
            return Err(format!("{name}: {row:?} is derived, and was not said to be possible{}", told()));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_certain_holds_in_every_world_and_what_holds_in_one_was_possible(
        bytes in proptest::collection::vec(any::<u8>(), 0..220),
        world in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        check(&bytes, &world).map_err(proptest::test_runner::TestCaseError::fail)?;
    }
}

/// Tables of whole numbers, blank where there is none.
fn tables(given: &[(&str, &[&[Option<i64>]])]) -> Store {
    let mut store = Store::default();
    for (name, rows) in given {
        let width = rows.first().map_or(0, |row| row.len());
        let mut columns: Vec<Column> = (0..width)
            .map(|at| {
                let cells: Vec<Option<i64>> = rows.iter().map(|row| row[at]).collect();
                let state = |cell: &Option<i64>| if cell.is_some() { State::Present } else { State::Blank };
                let states = cells.contains(&None).then(|| cells.iter().map(state).collect());
                let data = Data::Number(cells.iter().map(|cell| cell.unwrap_or(0)).collect());
                Column { name: format!("c{at}"), data, states }
            })
            .collect();
        for built_in in Table::BUILT_IN {
            columns.push(Column { name: built_in.into(), data: Data::Number(vec![0; rows.len()]), states: None });
        }
        store.tables.push(Table { name: (*name).into(), columns, rows: rows.len() as u32, sources: Vec::new() });
    }
    store
}

/// Two tables: `p` with a key and an amount, `e` with a key and an amount.
fn case(rules: &str, p: &[&[Option<i64>]], e: &[&[Option<i64>]]) -> (usize, usize, usize) {
    let store = tables(&[("p", p), ("e", e)]);
    let text = format!(
        ".decl p(k:number, m:number)\n.input p\n.decl e(k:number, m:number)\n.input e\n.decl d(k:number)\n.output d\n{rules}"
    );
    let (program, outcome) = run(&text, &store).expect("the program is right");
    let derived = program.relations.iter().position(|relation| relation.name == "d").expect("d is declared");
    (rows(&program, (&outcome, &store.symbols), derived).len(), outcome.undecided.len(), outcome.errors.len())
}

#[test]
fn what_needs_a_blank_cell_is_neither_derived_nor_passed() {
    let (p, e): (&[&[_]], &[&[_]]) = (&[&[Some(1), None], &[Some(2), Some(5)]], &[&[Some(1), Some(5)]]);
    assert_eq!(case("d(k) :- p(k, m), m > 3.", p, e), (1, 1, 0));
    assert_eq!(case("d(k) :- p(k, m), m > 3, k > 1.", p, e), (1, 0, 0), "another condition settles it");
    assert_eq!(case("d(k) :- p(k, m), e(m, _).", p, e), (0, 1, 0), "a join on it, once");
    assert_eq!(case("d(k) :- p(k, m), m > 3. d(k) :- p(k, _).", p, e), (2, 0, 0), "derived otherwise");
}

#[test]
fn negations_and_sums_over_what_may_be_there_are_open() {
    let (p, e): (&[&[_]], &[&[_]]) =
        (&[&[Some(1), Some(9)], &[Some(2), Some(5)]], &[&[Some(1), None], &[None, Some(4)], &[Some(2), Some(1)]]);
    assert_eq!(case("d(k) :- p(k, _), !e(k, 7).", p, e), (1, 1, 0), "the first may be 7; the second is 4, and no 7");
    assert_eq!(case("d(k) :- p(k, _), !e(k, 4).", p, e), (0, 2, 0), "the row without a key may be anybody's");
    assert_eq!(case("d(k) :- p(k, b), s = sum m : { e(k, m) }, s > b.", p, e), (0, 2, 0));
    assert_eq!(case("d(k) :- p(k, _), 0 = count : { e(k, 3) }.", p, e), (1, 1, 0));
    assert_eq!(case(".decl h(k:number)\nh(k) :- e(k, m), m > 3.\nd(k) :- p(k, _), !h(k).", p, e).0, 0);
}

#[test]
fn one_variable_in_two_columns_of_a_row_and_in_two_rows() {
    let (p, e): (&[&[_]], &[&[_]]) = (&[&[Some(1), None]], &[&[Some(1), None]]);
    assert_eq!(case("d(k) :- p(k, k).", p, e), (0, 1, 0));
    assert_eq!(case("d(k) :- p(k, k), e(k, k).", p, e).0, 0);
    assert!(case("d(k) :- p(k, k), e(k, k).", p, e).1 > 0);
}

#[test]
fn a_computation_without_a_value_is_an_error_of_that_instance_only() {
    let p: &[&[_]] = &[&[Some(1), Some(0)], &[Some(2), Some(5)]];
    assert_eq!(case("d(k) :- p(k, m), 10 / m > 1.", p, &[]), (1, 0, 1));
    assert_eq!(case("d(k) :- p(k, m), 10 / m > 1, m != 0.", p, &[]), (1, 0, 0), "another condition settles it");
    assert_eq!(case("d(k + 9223372036854775807) :- p(k, 5).", p, &[]), (0, 0, 1));
}

#[test]
fn nothing_written_equals_no_text_however_a_rule_says_so() {
    let card = |code: &str, when: &str| {
        format!(
            "[[rule]]\ncode = \"{code}\"\ntitle = \"t\"\nseverity = \"note\"\nwhen = '''{when}'''\nmessage = \"{{e.no}}\"\n"
        )
    };
    let cards = [
        card("A", "p in project, e in paid, e.project = p.name"),
        card("B", "p in project, e in paid, e.project = p.name, e.amount > 0"),
        card("C", "e in paid, p in project, p.name = e.project, e.project is present"),
        card("D", "e in paid, n = e.project, p in project, p.name = n"),
        card("E", "e in paid, n = e.project, n = \"甲\""),
        card("F", "p in project, e in paid, e.project != p.name"),
    ];
    let declared = ".decl project(name: symbol, amount: money)\n.input project\n\
                    .decl paid(no: symbol, project: symbol, amount: money)\n.input paid\n";
    let manifest = "unit = \"元\"\nrules = [\"./own.toml\", \"./own.dl\"]\n\
                    relation.project.source = [{ file = \"p.csv\" }]\nrelation.paid.source = [{ file = \"e.csv\" }]\n";
    let own = format!("language = 1\n{}", cards.concat());
    let files = [
        ("audit.toml", manifest),
        ("own.dl", declared),
        ("own.toml", &own),
        ("p.csv", "name,amount\n甲,1\n,5\n"),
        ("e.csv", "no,project,amount\nv1,甲,1\nv2,,2\n"),
    ];
    let dir = folder_with("worlds-no-text", &files);
    for engine in [Engine::default(), Engine::Reference] {
        let audit = audit::check(&Request { start: dir.clone(), engine, ..Request::default() });
        assert_eq!(audit.reach, Reach::Complete, "{:#?}", audit.diagnostics);
        for rule in &audit.audited.verdicts {
            let wanted = if rule.code == "F" { (3, 0) } else { (0, 1) };
            assert_eq!((rule.undecided.len(), rule.findings), wanted, "{engine:?} {}", rule.code);
        }
    }
}
