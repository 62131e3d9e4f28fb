//! A module uses only floors below its own: every `crate::x` in every file of `src` is looked at.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors from the ground up. Modules of one floor do not know each other. A new module must name its floor here.
const FLOORS: &[&[&str]] = &[
    &["source", "value"],
    &["diagnostic"],
    &["schema"],
    &["syntax", "facts", "cards"],
    &["ir"],
    &["analysis"],
    &["plan"],
    &["exec"],
    &["provenance"],
    &["finding"],
    &["render"],
    &["audit"],
    &["cli"],
];

#[test]
fn modules_use_only_floors_below_their_own() {
    let mut wrong = Vec::new();
    for file in rust_files(Path::new("src")) {
        let Some(own) = module_of(&file) else { continue };
        let Some(own_floor) = floor(&own) else {
            wrong.push(format!("{}: `{own}` has no floor; name it in tests/it/floors.rs", file.display()));
            continue;
        };
        let text = fs::read_to_string(&file).unwrap();
        for (line, used) in used_modules(&text) {
            let allowed = used == own || floor(&used).is_some_and(|used_floor| used_floor < own_floor);
            if !allowed {
                wrong.push(format!("{}:{line}: `{own}` must not know `{used}`", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn miette_and_datafrog_stay_in_their_places() {
    let homes = [("miette", &["src/render/human", "src/source"][..]), ("datafrog", &["src/exec"][..])];
    let mut wrong = Vec::new();
    for file in rust_files(Path::new("src")) {
        let text = fs::read_to_string(&file).unwrap();
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for (name, places) in homes {
            let home = places.iter().any(|place| file.starts_with(place));
            if !home && code.iter().any(|line| line.contains(&format!("{name}::"))) {
                wrong.push(format!("{}: `{name}` belongs to {places:?}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn files_are_short() {
    let too_long = |path: &PathBuf| fs::read_to_string(path).unwrap().lines().count() > 800;
    let long: Vec<PathBuf> = rust_files(Path::new("src")).into_iter().filter(too_long).collect();
    assert!(long.is_empty(), "over 800 lines: {long:?}");
}

fn floor(module: &str) -> Option<usize> {
    FLOORS.iter().position(|modules| modules.contains(&module))
}

/// The top-level module that a file belongs to; none for the crate's roots.
fn module_of(file: &Path) -> Option<String> {
    let inside = file.strip_prefix("src").unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (!["lib", "main"].contains(&name)).then(|| name.to_owned())
}

/// Every `x` of `crate::x` and `crate::{x, y::z}` outside comments, with its line.
fn used_modules(text: &str) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or("");
        for (start, _) in code.match_indices("crate::") {
            let rest = &code[start + "crate::".len()..];
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(group) => group.split('}').next().unwrap_or("").split(',').map(str::trim).collect(),
                None => vec![rest],
            };
            let ident = |name: &str| name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
            let modules = names.into_iter().map(ident).filter(|name| name.starts_with(char::is_lowercase));
            used.extend(modules.filter(|name| name != "text").map(|name| (at + 1, name)));
        }
    }
    used
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
