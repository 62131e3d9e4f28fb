//! Plain Datalog programs under `tests/run`: each is run by both engines and must give exactly the rows expected of it,
//! or be refused at the line expected of it.
//!
//! A case is a folder: `program.dl`; `facts/` with its input; `expected/NAME.csv` for each output relation (compared as a
//! set of lines, since the order of output is another test's business); `expected/stdout` for what is printed;
//! `expected/rejected` with the lines, one of which the complaint must name.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Both engines, by the name that the hidden option `--engine` takes.
const ENGINES: [&str; 2] = ["frog", "reference"];

#[test]
fn every_program_gives_its_rows_on_both_engines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(&root).expect("tests/run exists").filter_map(|entry| Some(entry.ok()?.path())).collect();
    cases.retain(|case| case.join("program.dl").exists());
    cases.sort();
    assert!(!cases.is_empty(), "no cases under {}", root.display());
    let failures: Vec<String> = cases
        .iter()
        .flat_map(|case| ENGINES.iter().map(move |engine| (case, *engine)))
        .filter_map(|(case, engine)| check(case, engine).err())
        .collect();
    assert!(failures.is_empty(), "{} failures:\n\n{}", failures.len(), failures.join("\n\n"));
}

/// Runs one case on one engine; the error says what differs.
fn check(case: &Path, engine: &str) -> Result<(), String> {
    let name = case.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("run").join(format!("{name}-{engine}"));
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out).map_err(|error| error.to_string())?;
    let facts = if case.join("facts").exists() { case.join("facts") } else { case.to_owned() };
    let child = Command::new(env!("CARGO_BIN_EXE_gouji"))
        .arg("run")
        .arg(case.join("program.dl"))
        .args(["--lang", "en", "--engine", engine, "-F"])
        .arg(facts)
        .arg("-D")
        .arg(&out)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let output = finished(child).map_err(|error| format!("{name} on {engine}: {error}"))?;
    let expected = case.join("expected");
    let verdict = match fs::read_to_string(expected.join("rejected")) {
        Ok(lines) => rejected(&output, &lines),
        Err(_) => accepted(&output, &expected, &out),
    };
    verdict.map_err(|difference| format!("{name} on {engine}: {difference}\n{}", text(&output.stderr)))
}

/// No case takes so long: one that does has not come to its fixpoint.
const MOST_SECONDS: u64 = 60;

/// What a process printed, once it has ended; it is stopped when it does not.
fn finished(mut child: Child) -> Result<Output, String> {
    let start = Instant::now();
    while child.try_wait().map_err(|error| error.to_string())?.is_none() {
        if start.elapsed().as_secs() > MOST_SECONDS {
            let _ = child.kill();
            return Err(format!("does not end within {MOST_SECONDS} seconds"));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output().map_err(|error| error.to_string())
}

/// A refusal: exit code 2 and a complaint that names one of the lines.
fn rejected(output: &Output, lines: &str) -> Result<(), String> {
    if output.status.code() != Some(2) {
        return Err(format!("not refused: {}", output.status));
    }
    let complaint = text(&output.stderr);
    let named = lines.split_whitespace().any(|line| complaint.contains(&format!("program.dl:{line}:")));
    if named { Ok(()) } else { Err(format!("refused, but at none of the lines {}", lines.trim())) }
}

/// A run: every expected relation has exactly its rows, and standard output is as expected where that is given.
fn accepted(output: &Output, expected: &Path, out: &Path) -> Result<(), String> {
    if !output.status.success() {
        return Err(format!("{}", output.status));
    }
    for entry in fs::read_dir(expected).map_err(|error| error.to_string())? {
        let path = entry.map_err(|error| error.to_string())?.path();
        let file = path.file_name().map(PathBuf::from).unwrap_or_default();
        let wanted = fs::read_to_string(&path).map_err(|error| error.to_string())?;
        if file == Path::new("stdout") {
            if text(&output.stdout) != wanted {
                return Err(format!("printed {:?}, expected {wanted:?}", text(&output.stdout)));
            }
            continue;
        }
        let given = fs::read_to_string(out.join(&file)).map_err(|error| format!("{}: {error}", file.display()))?;
        let (wanted, given): (BTreeSet<&str>, BTreeSet<&str>) = (wanted.lines().collect(), given.lines().collect());
        if wanted != given {
            let missing: Vec<_> = wanted.difference(&given).collect();
            let extra: Vec<_> = given.difference(&wanted).collect();
            return Err(format!("{}: missing {missing:?}, extra {extra:?}", file.display()));
        }
    }
    Ok(())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
