//! Paths with a star to the files that they name.

use std::path::{Path, PathBuf};

/// The files that a path names; `*` in its last part stands for any characters. Sorted.
#[must_use]
pub fn expand(path: &Path) -> Vec<PathBuf> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if !name.contains('*') {
        return if path.is_file() { vec![path.to_owned()] } else { Vec::new() };
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    let fits = |path: &PathBuf| path.file_name().is_some_and(|found| matches(&name, &found.to_string_lossy()));
    paths.retain(|path| path.is_file() && fits(path));
    paths.sort();
    paths
}

/// Whether `name` fits `pattern`, in which `*` stands for any characters.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.len() >= last.len() && rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_characters() {
        assert!(matches("*.toml", "预算.toml") && matches("a*b*c", "a1b2c") && matches("a", "a"));
        assert!(!matches("*.toml", "a.dl") && !matches("a*a", "a") && !matches("a", "ab"));
    }
}
