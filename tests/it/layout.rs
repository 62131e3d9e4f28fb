//! Laying a program out changes nothing of what it says: every program of the tests and of the shipped definitions parses
//! to the same tree before and after, and a second time nothing changes.

use std::fs;
use std::path::{Path, PathBuf};

use gouji::source::SourceMap;
use gouji::syntax;

#[test]
fn programs_mean_the_same_after_formatting() {
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for (name, text) in programs() {
        let Some(tree) = tree(&text) else { continue };
        let Some(once) = formatted(&text) else {
            wrong.push(format!("{name}: parsed but not formatted"));
            continue;
        };
        compared += 1;
        if self::tree(&once).as_ref() != Some(&tree) {
            wrong.push(format!("{name}: means something else as\n{once}"));
        } else if formatted(&once).as_deref() != Some(once.as_str()) {
            wrong.push(format!("{name}: is formatted differently the second time\n{once}"));
        }
    }
    assert!(compared > 500, "{compared} programs");
    assert!(wrong.is_empty(), "{} of {compared}\n\n{}", wrong.len(), wrong.join("\n\n"));
}

/// The tree without places; none when something is wrong with the text.
fn tree(text: &str) -> Option<String> {
    let mut sources = SourceMap::new();
    let file = sources.add("a.dl", text).unwrap();
    let (program, report) = syntax::parse_program(&sources, file);
    if !report.is_empty() {
        return None;
    }
    let shown = format!("{:?}", program.items);
    let mut parts = shown.split("Span {");
    let first = parts.next().unwrap_or_default().to_owned();
    Some(parts.fold(first, |all, part| all + part.split_once('}').map_or(part, |(_, rest)| rest)))
}

fn formatted(text: &str) -> Option<String> {
    let mut sources = SourceMap::new();
    let file = sources.add("a.dl", text).unwrap();
    syntax::format_program(&sources, file).ok()
}

/// Every `.dl` file of the tests and of the shipped rules, and every program of the `.cases` files.
fn programs() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![PathBuf::from("tests/run"), PathBuf::from("tests/ui"), PathBuf::from("rules/lib")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.display().to_string();
            match path.extension().and_then(|extension| extension.to_str()) {
                _ if path.is_dir() => open.push(path),
                Some("dl") => found.push((name, fs::read_to_string(&path).unwrap())),
                Some("cases") => found.extend(cases(&path, &name)),
                _ => {}
            }
        }
    }
    found.sort();
    found
}

fn cases(path: &Path, name: &str) -> Vec<(String, String)> {
    let text = format!("\n{}", fs::read_to_string(path).unwrap());
    let case = |case: &str| {
        let (title, rest) = case.split_once('\n').unwrap_or((case, ""));
        let program = rest.split("\n--- ").next().unwrap_or_default();
        (format!("{name}: {title}"), format!("{program}\n"))
    };
    text.split("\n=== ").skip(1).map(case).collect()
}
