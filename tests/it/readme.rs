//! The README's first page is true: its files, audited, give the output that it shows.

use std::fs;

use crate::support::{command, folder_with};

/// The fenced blocks of the README, each with the word behind its fence.
fn blocks() -> Vec<(String, String)> {
    let page = fs::read_to_string("README.md").unwrap();
    let fenced = page.split("```").skip(1).step_by(2);
    fenced.filter_map(|block| block.split_once('\n')).map(|(word, text)| (word.to_owned(), text.to_owned())).collect()
}

/// Two files printed side by side, with at least two blanks between.
fn side_by_side(text: &str) -> [String; 2] {
    let mut files = [String::new(), String::new()];
    for line in text.lines() {
        let (left, right) = line.split_once("  ").unwrap_or((line, ""));
        for (file, part) in files.iter_mut().zip([left.trim(), right.trim()]) {
            if !part.is_empty() {
                *file += &format!("{part}\n");
            }
        }
    }
    files
}

#[test]
fn the_first_example_gives_what_it_shows() {
    let blocks = blocks();
    let find = |part: &str| &blocks.iter().find(|(_, text)| text.contains(part)).unwrap().1;
    let [projects, vouchers] = side_by_side(find("凭证号,项目"));
    let manifest = find("[relation.project.columns]");
    let dir = folder_with("readme", &[("项目.csv", &projects), ("凭证.csv", &vouchers), ("audit.toml", manifest)]);
    let output = command(&["check"]).current_dir(&dir).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let (finding, summary) = find("YS-001 (error)").split_once("\n…\n").unwrap();
    assert!(said.contains(finding), "{said}");
    assert_eq!(without_pack_sizes(said.lines().last().unwrap()), without_pack_sizes(summary.trim_end()));
    assert_eq!(output.status.code(), Some(1));
}

/// A summary without how many rules there are and how many of them are not applicable: both grow with every pack.
fn without_pack_sizes(summary: &str) -> String {
    let parts = summary.split(['：', '，']).filter(|part| !part.starts_with("规则 ") && !part.ends_with(" 不适用"));
    parts.collect::<Vec<_>>().join("，")
}

#[test]
fn the_rule_that_it_quotes_is_the_shipped_one() {
    let shipped = fs::read_to_string("rules/budget.toml").unwrap();
    let blocks = blocks();
    let (_, quoted) = blocks.iter().find(|(_, text)| text.contains("code     = \"YS-001\"")).unwrap();
    let quoted = quoted.lines().filter(|line| !line.is_empty());
    let missing: Vec<&str> = quoted.filter(|line| !shipped.contains(line)).collect();
    assert!(missing.is_empty(), "rules/budget.toml does not have {missing:#?}");
}
