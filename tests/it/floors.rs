//! A module uses only floors below its own: every `crate::x` in every file of `src` is looked at.

use std::fs;
use std::path::{Path, PathBuf};

/// The floors from the ground up. Modules of one floor do not know each other. A new module must name its floor here.
const FLOORS: &[&[&str]] = &[
    &["value", "threads", "progress", "pages"],
    &["source"],
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

/// Something that only some places may have.
struct Law {
    /// As it stands in code.
    words: &'static [&'static str],
    /// The files and folders that may have it.
    places: &'static [&'static str],
    why: &'static str,
}

const LAWS: &[Law] = &[
    Law {
        words: &["miette::"],
        places: &["src/render/human", "src/source"],
        why: "findings are data, drawn elsewhere",
    },
    Law { words: &["datafrog::"], places: &["src/exec/frog"], why: "a second engine is one more folder beside it" },
    Law {
        words: &["std::fs", "File::open"],
        places: &["src/source", "src/cli", "src/facts/load", "src/facts/read/sqlite.rs"],
        why: "source is the only reader of files, the verbs are the only writers",
    },
    Law {
        words: &["std::time", "SystemTime", "Timestamp::now", "Zoned::now"],
        places: &["src/cli", "src/exec"],
        why: "no clock in what is said",
    },
    Law { words: &["std::env"], places: &["src/cli"], why: "what is said depends on the inputs only" },
    Law {
        words: &["stdout(", "stderr(", "println!", "print!("],
        places: &["src/cli", "src/main.rs"],
        why: "only cli prints",
    },
    Law {
        words: &["f64"],
        places: &[
            "src/value",
            "src/plan",
            "src/exec/fold.rs",
            "src/exec/limits.rs",
            "src/cli/profile.rs",
            "src/facts/read/sheet",
            "src/facts/souffle/cells.rs",
            "src/facts/store",
            "src/analysis/lower/value.rs",
            "src/audit/records.rs",
        ],
        why: "money is exact: floats are values of the type float, what old workbooks store, estimates and limits",
    },
];

#[test]
fn what_belongs_in_one_place_stays_there() {
    let mut wrong = Vec::new();
    for file in rust_files(Path::new("src")) {
        let text = fs::read_to_string(&file).unwrap();
        for Law { words, places, why } in LAWS {
            if is_of_tests(&file) || places.iter().any(|place| file.starts_with(place)) {
                continue;
            }
            for (at, line) in code_of(&text) {
                if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                    wrong.push(format!("{}:{at}: `{word}` belongs in {places:?}: {why}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn places_of_their_own_exist() {
    let gone: Vec<&str> =
        LAWS.iter().flat_map(|law| law.places).copied().filter(|place| !Path::new(place).exists()).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

/// The lines of a file up to its tests, without those that are comments, by number.
fn code_of(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).enumerate();
    lines.filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(at, line)| (at + 1, line))
}

#[test]
fn files_are_short() {
    let too_long = |path: &PathBuf| fs::read_to_string(path).unwrap().lines().count() > 800;
    let long: Vec<PathBuf> = rust_files(Path::new("src")).into_iter().filter(too_long).collect();
    assert!(long.is_empty(), "over 800 lines: {long:?}");
}

/// `tests.rs`, and files in folders called `tests`.
fn is_of_tests(file: &Path) -> bool {
    file.ends_with("tests.rs") || file.components().any(|part| part.as_os_str() == "tests")
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
