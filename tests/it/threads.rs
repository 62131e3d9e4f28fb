//! Neither the number of threads nor the engine leaves a trace in what is printed or written.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::{folder, folder_with, gouji};

/// What runs an audit: the judge first.
const RUNS: [&[&str]; 4] = [&["--engine", "reference"], &["--threads", "1"], &["--threads", "2"], &["--threads", "7"]];

#[test]
fn every_audit_here_prints_the_same_bytes_on_any_threads_and_engine() {
    for audit in [PathBuf::from("facts/kaifu-2020"), printed_statement(), PathBuf::from("facts/wenlv-2024")] {
        let dir = audit.to_str().unwrap();
        for format in ["full", "json"] {
            let judged = checked(dir, format, RUNS[0]);
            assert!(judged.stdout.len() > 1000, "{dir} in {format}: there is something to compare");
            for run in &RUNS[1..] {
                let other = checked(dir, format, run);
                assert!(same(&judged, &other), "{dir} in {format}: {run:?} differs from {:?}", RUNS[0]);
            }
        }
    }
}

/// The statement of 2020 as printed, by its second manifest.
fn printed_statement() -> PathBuf {
    let dir = folder("threads-printed");
    let facts = Path::new("facts/kaifu-2020");
    fs::copy(facts.join("original.toml"), dir.join("audit.toml")).unwrap();
    for file in ["document.txt", "narrative.toml"] {
        fs::copy(facts.join(file), dir.join(file)).unwrap();
    }
    dir
}

fn checked(dir: &str, format: &str, run: &[&str]) -> Output {
    gouji(&[&["check", dir, "--format", format], run].concat())
}

fn same(one: &Output, other: &Output) -> bool {
    (&one.stdout, &one.stderr, one.status.code()) == (&other.stdout, &other.stderr, other.status.code())
}

/// Everything that is spread over threads: parts of a file, batches of a scan, rounds of a recursion.
const PROGRAM: &str = r#"
.decl project(id:number, org:symbol, budget:decimal)
.input project(IO=file, filename="project.csv", delimiter=",")
.decl item(pid:number, amount:decimal)
.input item(IO=file, filename="item.csv", delimiter=",")
.decl differs(id:number, org:symbol, budget:decimal, total:decimal)
differs(i, o, b, t) :- project(i, o, b), t = sum a : { item(i, a) }, t != b.
.decl orphan(id:number, amount:decimal)
orphan(i, a) :- item(i, a), !project(i, _, _).
.decl most(org:symbol, n:number, amount:decimal)
most(o, n, m) :- project(_, o, _), n = count : { project(_, o, _) }, m = max b : { project(_, o, b) }.
.decl next(a:number, b:number)
next(a, b) :- project(a, _, _), b = a + 3000, project(b, _, _).
.decl reach(a:number, b:number)
reach(a, b) :- next(a, b).
reach(a, c) :- reach(a, b), next(b, c).
.output differs, orphan, most, reach
"#;

/// Rows enough for several parts of a file and several batches a thread.
const ROWS: u32 = 24_000;

#[test]
fn a_large_program_writes_the_same_bytes_on_any_threads() {
    let (mut project, mut item) = (String::new(), String::new());
    for id in 0..ROWS {
        let (part, owner) = (id % 977, if id % 500 == 3 { id + ROWS } else { id });
        writeln!(project, "{id},organisation number {},{}.00", id % 50, part + 1000).unwrap();
        let cents = if id % 10 == 7 { 12 } else { 0 };
        writeln!(item, "{owner},{}.{cents:02}\n{owner},{}", part / 2, part - part / 2 + 1000).unwrap();
    }
    let dir = folder_with("threads-large", &[("program.dl", PROGRAM), ("project.csv", &project), ("item.csv", &item)]);
    let written = |threads: &str| {
        let out = folder(&format!("threads-large-{threads}"));
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        let program = path(&dir.join("program.dl"));
        let output = gouji(&["run", &program, "-F", &path(&dir), "-D", &path(&out), "--threads", threads]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        ["differs", "orphan", "most", "reach"].map(|name| fs::read_to_string(out.join(format!("{name}.csv"))).unwrap())
    };
    let expected = written("1");
    let lines = expected.each_ref().map(|text| text.lines().count());
    // Every tenth project has twelve cents too many; the items of every five-hundredth belong to nobody.
    assert_eq!(lines, [2448, 96, 50, 84_000]);
    for threads in ["2", "7"] {
        assert!(written(threads) == expected, "{threads} threads write something else than one");
    }
}
