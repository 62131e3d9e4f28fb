//! The engine beside hand-written static datafrog, on one thread: `cargo bench --bench engine`.
//!
//! Prints medians of alternating runs, and the ratio. What is timed is the evaluation, not reading.

#![allow(missing_docs, clippy::print_stdout)]

use std::time::{Duration, Instant};

use datafrog::{Iteration, Relation, RelationLeaper};
use gouji::analysis::{self, Mode};
use gouji::exec::{Input, frog};
use gouji::facts::store::{Column, Data, Store, Table};
use gouji::source::SourceMap;
use gouji::syntax;

type Pairs = Vec<(u32, u32)>;

fn main() {
    let closure = ".decl e(a:number, b:number)\n.input e\n.decl r(a:number, b:number)\n.output r\n\
                   r(a, b) :- e(a, b).\nr(a, c) :- r(a, b), e(b, c).";
    let same = ".decl e(a:number, b:number)\n.input e\n.decl r(a:number, b:number)\n.output r\n\
                r(x, y) :- e(p, x), e(p, y), x != y.\nr(x, y) :- e(a, x), r(a, b), e(b, y).";
    beside("closure, 3000 nodes", closure, &random(3000, 6000), static_closure);
    beside("chain, 1500", closure, &(1..1500).map(|node| (node, node + 1)).collect(), static_closure);
    beside(
        "same generation, depth 10",
        same,
        &(2..2048).map(|node| (node / 2, node)).collect(),
        static_same_generation,
    );
}

/// Times both, five times in turn.
fn beside(name: &str, text: &str, edges: &Pairs, by_hand: fn(&Pairs) -> usize) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let (time, rows) = engine(text, edges);
        ours.push(time);
        let start = Instant::now();
        let expected = by_hand(edges);
        theirs.push(start.elapsed());
        assert_eq!(rows, expected, "{name}");
    }
    ours.sort_unstable();
    theirs.sort_unstable();
    let ratio = ours[2].as_secs_f64() / theirs[2].as_secs_f64();
    println!("{name}: gouji {:?}, static datafrog {:?}, ratio {ratio:.2}", ours[2], theirs[2]);
}

fn engine(text: &str, edges: &Pairs) -> (Duration, usize) {
    let column = |of: fn(&(u32, u32)) -> u32| Data::Number(edges.iter().map(|edge| i64::from(of(edge))).collect());
    let mut columns: Vec<Column> = [column(|edge| edge.0), column(|edge| edge.1)]
        .into_iter()
        .map(|data| Column { name: "c".into(), data, states: None })
        .collect();
    for name in Table::BUILT_IN {
        columns.push(Column { name: name.into(), data: Data::Line, states: None });
    }
    let mut store = Store::default();
    let rows = u32::try_from(edges.len()).expect("a small graph");
    store.tables.push(Table { name: "e".into(), columns, rows, sources: Vec::new() });
    let mut sources = SourceMap::new();
    let file = sources.add("program.dl", text).expect("a small text");
    let programs = [syntax::parse_program(&sources, file).0];
    let input = analysis::Input {
        mode: Mode::Plain,
        sources: &sources,
        programs: &programs,
        cards: &[],
        store: &store,
        unread: false,
    };
    let program = analysis::analyse(&input).0;
    let input = Input { program: &program, store: &store, sources: &sources };
    let start = Instant::now();
    let outcome = frog::run(&input, &frog::Options { threads: Some(1), ..frog::Options::default() });
    (start.elapsed(), outcome.relations.iter().flatten().map(|rows| rows.len()).sum())
}

fn static_closure(edges: &Pairs) -> usize {
    let edges: Relation<(u32, u32)> = edges.iter().copied().collect();
    let mut iteration = Iteration::new();
    let reach = iteration.variable::<(u32, u32)>("reach");
    reach.insert(edges.clone());
    while iteration.changed() {
        reach.from_leapjoin(&reach, edges.extend_with(|&(_, b)| b), |&(a, _), &c| (a, c));
    }
    reach.complete().len()
}

fn static_same_generation(edges: &Pairs) -> usize {
    let edges: Relation<(u32, u32)> = edges.iter().copied().collect();
    let mut iteration = Iteration::new();
    let same = iteration.variable::<(u32, u32)>("same");
    let half = iteration.variable_indistinct::<(u32, u32)>("half");
    let siblings = Relation::from_leapjoin(&edges, edges.extend_with(|&(p, _)| p), |&(_, x), &y| (x, y));
    same.insert(siblings.iter().copied().filter(|(x, y)| x != y).collect());
    while iteration.changed() {
        half.from_leapjoin(&same, edges.extend_with(|&(a, _)| a), |&(_, b), &x| (x, b));
        same.from_leapjoin(&half, edges.extend_with(|&(_, b)| b), |&(x, _), &y| (x, y));
    }
    same.complete().len()
}

/// Edges between random nodes, each once.
fn random(nodes: u32, edges: usize) -> Pairs {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from(state >> 33).unwrap_or(0) % nodes + 1
    };
    let mut pairs: Pairs = (0..edges).map(|_| (next(), next())).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}
