//! Plain Datalog programs under `tests/run`: each is run by both engines and must give exactly the rows expected of it,
//! or be refused at the line expected of it.
//!
//! A case is a folder: `program.dl`; `facts/` with its input; `expected/NAME.csv` for each output relation (compared as a
//! set of lines, since the order of output is another test's business); `expected/stdout` for what is printed;
//! `expected/rejected` with the lines, one of which the first complaint must name (`FILE:LINE` in another file).
//!
//! Small cases stand together in a `.cases` file: `=== name` begins a case with its program, `--- path` one more of the
//! files that its folder would have.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Both engines, by the name that the hidden option `--engine` takes.
const ENGINES: [&str; 2] = ["frog", "reference"];

#[test]
fn every_program_gives_its_rows_on_both_engines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run");
    let mut paths: Vec<PathBuf> =
        fs::read_dir(&root).expect("tests/run exists").filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    let mut cases = Vec::new();
    for path in paths {
        if path.join("program.dl").exists() {
            cases.push(path);
        } else if path.extension().is_some_and(|extension| extension == "cases") {
            cases.extend(unpacked(&path));
        }
    }
    assert!(!cases.is_empty(), "no cases under {}", root.display());
    let failures = failures(&cases);
    assert!(failures.is_empty(), "{} failures:\n\n{}", failures.len(), failures.join("\n\n"));
}

/// Writes the cases of a `.cases` file out as folders, and gives these.
fn unpacked(file: &Path) -> Vec<PathBuf> {
    let group = file.file_stem().unwrap().to_string_lossy().into_owned();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cases").join(&group);
    let _ = fs::remove_dir_all(&folder);
    let text = fs::read_to_string(file).unwrap();
    let mut cases = Vec::new();
    for case in format!("\n{text}").split("\n=== ").skip(1) {
        let (name, content) = case.split_once('\n').unwrap_or((case, ""));
        let case = folder.join(format!("{group}: {name}").replace([' ', '?', ':'], "-"));
        assert!(!case.exists(), "{}: `{name}` stands there twice", file.display());
        for (at, part) in format!("program.dl\n{content}").split("\n--- ").enumerate() {
            let (path, content) = part.split_once('\n').unwrap_or((part, ""));
            let path = case.join(path.trim());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            // the blank line before the next case belongs to neither
            let content = content.trim_end_matches('\n');
            let end = if content.is_empty() && at > 0 { "" } else { "\n" };
            fs::write(path, format!("{content}{end}")).unwrap();
        }
        cases.push(case);
    }
    cases
}

/// What is wrong with the cases, each run by both engines.
fn failures(cases: &[PathBuf]) -> Vec<String> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            let wrong = ENGINES.iter().filter_map(|engine| check(case, engine).err());
            found.lock().unwrap().extend(wrong);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(work);
        }
    });
    let mut found = found.into_inner().unwrap();
    found.sort();
    found
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

/// No case takes so long, not even beside much else: one that does has not come to its fixpoint.
const MOST_SECONDS: u64 = 300;

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

/// A refusal: exit code 2, and the first complaint that is an error names one of the lines.
fn rejected(output: &Output, lines: &str) -> Result<(), String> {
    if output.status.code() != Some(2) {
        return Err(format!("not refused: {}", output.status));
    }
    let complaint = text(&output.stderr);
    let error = complaint.split_once("(error)").map_or("", |(_, error)| error);
    let place = error.split_once("─[").and_then(|(_, place)| place.split(']').next()).unwrap_or_default();
    let named = lines.split_whitespace().any(|line| {
        let line = if line.contains(':') { line.to_owned() } else { format!("program.dl:{line}") };
        place.contains(&format!("{line}:"))
    });
    if named { Ok(()) } else { Err(format!("refused at {place}, not at the lines {}", lines.trim())) }
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

/// One condition after another goes on in a loop, not in a deeper call.
#[test]
fn a_rule_of_ten_thousand_joins_runs() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("joins");
    fs::create_dir_all(&folder).unwrap();
    let chain = (0..10_000).map(|at| format!("e(x{at}, x{})", at + 1)).collect::<Vec<_>>().join(", ");
    let program = format!(
        ".decl e(a: number, b: number)\ne(1, 1).\n.decl r(x: number)\nr(x0) :- {chain}.\n.output r(IO=stdout)\n"
    );
    let path = folder.join("joins.dl");
    fs::write(&path, program).unwrap();
    for engine in ENGINES {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gouji"));
        command.args(["run", "--engine", engine]).arg(&path).arg("-D").arg(&folder);
        let output = command.output().unwrap();
        assert!(text(&output.stdout).contains("\n1\n"), "{engine}: {}", text(&output.stderr));
    }
}
