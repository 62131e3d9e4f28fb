//! Cyclic bodies, whose atoms meet in one step, against the reference engine: random graphs of few nodes and many edges.

use gouji::exec;
use gouji::facts::store::{Column, Data, State, Store, Table};
use gouji::plan::{self, Action};
use proptest::prelude::{ProptestConfig, any, proptest};

use super::engines::{Choices, analysed, difference, rows};

const DECLARATIONS: &str = ".decl e(x:number, y:number)\n.input e\n.decl f(x:number, y:number, t:symbol)\n.input f\n\
                            .decl d(x:number, y:number, z:number)\n.output d\n";

/// Bodies that go in circles, with what may stand around them.
const RULES: &[&str] = &[
    "d(a, b, c) :- e(a, b), e(b, c), e(a, c).",
    "d(a, b, c) :- e(a, b), e(b, c), e(c, a), a != c, c > 1.",
    "d(a, b, c) :- e(a, b), f(b, c, t), f(a, c, t).",
    "d(a, b, c) :- e(a, b), f(b, c, \"甲\"), e(a, c), e(c, _), !e(c, b).",
    "d(a, b, c) :- e(a, b), e(b, c), e(c, g), e(a, c), e(a, g), e(b, g).",
    "d(a, b, 7) :- e(a, b), e(b, c), e(a, c), n = count : { e(c, _) }, n > 2.",
    "d(a, b, 0) :- e(a, b).\nd(a, c, 0) :- d(a, b, _), d(b, c, _), e(a, c), a != b.",
    "d(a, b, n) :- e(a, b), n = count : { e(b, c), e(a, c) }.",
];

fn column(name: &str, data: Data, states: Option<Vec<State>>) -> Column {
    Column { name: name.into(), data, states }
}

/// Edges between so few nodes that each has many.
fn graph(choices: &mut Choices<'_>) -> Store {
    let mut store = Store::default();
    let texts: Vec<u32> = ["甲", "乙"].map(|text| store.symbols.intern(text)).to_vec();
    let (narrow, unreadable) = (choices.below(2) == 1, choices.below(3) == 2);
    for (name, width) in [("e", 2), ("f", 3)] {
        let count = 60 + choices.below(30);
        let mut columns = Vec::new();
        for at in 0..width {
            let cells: Vec<usize> =
                (0..count).map(|row| (choices.below(251) * 7 + row * (at + 3) / 2 + row % 5) % 6).collect();
            let data = match (at, narrow) {
                (2, _) => Data::Symbol(cells.iter().map(|cell| texts[*cell % 2]).collect()),
                (_, true) => Data::Small(cells.iter().map(|cell| *cell as u32).collect()),
                (_, false) => Data::Number(cells.iter().map(|cell| *cell as i64 - 2).collect()),
            };
            let state = |row: usize| if row % 37 == at { State::Blank } else { State::Present };
            columns.push(column("c", data, unreadable.then(|| (0..count).map(state).collect())));
        }
        for built_in in Table::BUILT_IN {
            columns.push(column(built_in, Data::Number(vec![0; count]), None));
        }
        store.tables.push(Table { name: name.into(), columns, rows: count as u32, sources: Vec::new() });
    }
    store
}

/// What differs between the engines, for one rule over a graph.
fn compare(rule: &str, bytes: &[u8]) -> Option<String> {
    let store = graph(&mut Choices(bytes.iter()));
    let (program, sources) =
        analysed(&format!("{DECLARATIONS}{rule}"), &store).unwrap_or_else(|error| panic!("{error}"));
    let input = exec::Input { program: &program, store: &store, sources: &sources };
    let judge = exec::reference::run(&input);
    [1, 2].into_iter().find_map(|threads| {
        let options = exec::frog::Options { threads: Some(threads), ..Default::default() };
        difference(&input, &exec::frog::run(&input, &options), &judge)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3))]

    #[test]
    fn circles_hold_on_both_engines(bytes in proptest::collection::vec(any::<u8>(), 900)) {
        for rule in RULES {
            let different = compare(rule, &bytes);
            assert!(different.is_none(), "{rule}\n{}", different.unwrap_or_default());
        }
    }
}

#[test]
fn circles_are_planned_as_one_step() {
    let bytes: Vec<u8> = (0..900_u32).map(|at| (at * at % 251) as u8).collect();
    let store = graph(&mut Choices(bytes.iter()));
    let meets = |rule: &str| {
        let (program, sources) = analysed(&format!("{DECLARATIONS}{rule}"), &store).unwrap();
        let plan = plan::plan(&program, &store);
        let plans = plan.strata.iter().flat_map(|stratum| stratum.once.iter().chain(&stratum.rounds));
        let sides = |action: &Action| if let Action::Meet(meet) = action { meet.atoms.len() } else { 0 };
        let sides: Vec<usize> =
            plans.flat_map(|plan| &plan.steps).map(|step| sides(&step.action)).filter(|sides| *sides > 0).collect();
        let input = exec::Input { program: &program, store: &store, sources: &sources };
        let outcome = exec::frog::run(&input, &exec::frog::Options::default());
        let derived = program.relations.iter().position(|relation| relation.name == "d").unwrap();
        assert!(!rows(&program, (&outcome, &store.symbols), derived).is_empty(), "{rule}");
        sides
    };
    let expected: [Vec<usize>; 8] = [vec![2], vec![2], vec![], vec![2], vec![2, 3], vec![2], vec![2, 2], vec![]];
    for (rule, expected) in RULES.iter().zip(expected) {
        assert_eq!(meets(rule), expected, "{rule}");
    }
}
