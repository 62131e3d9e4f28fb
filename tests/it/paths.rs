//! Maps that name files which are gone mislead: every path in the documents for readers of the code exists.

use std::path::Path;

#[test]
fn every_path_in_the_map_exists() {
    let roots = ["src/", "tests/", "docs/", "rules", "facts/"];
    let mut missing = Vec::new();
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "docs/decisions.md", "docs/performance.md"] {
        let text = std::fs::read_to_string(document).unwrap();
        for quoted in text.split('`').skip(1).step_by(2) {
            let is_path = roots.iter().any(|root| quoted.starts_with(root)) && !quoted.contains(['<', '*', ' ', '{']);
            if is_path && quoted.chars().all(|c| !c.is_uppercase() || c == 'M') && !Path::new(quoted).exists() {
                missing.push(format!("{document}: {quoted}"));
            }
        }
    }
    assert!(missing.is_empty(), "\n{}", missing.join("\n"));
}
