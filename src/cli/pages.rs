//! The pages about complaints, `docs/errors/NAME.md`, in the binary.

use crate::diagnostic::Code;

macro_rules! pages {
    ($($name:literal),* $(,)?) => {
        /// Every page by its name. A test compares this list with the folder.
        const PAGES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../docs/errors/", $name, ".md")))),*];
    };
}

pages![
    "aggregate-target",
    "ambiguous-header",
    "bad-declaration",
    "bad-directive",
    "bad-encoding",
    "bad-escape",
    "bad-include",
    "bad-label",
    "bad-number",
    "bad-regex",
    "bad-template",
    "bad-toml",
    "bad-value",
    "broken-file",
    "card-without-test",
    "conflicting-types",
    "cross-product",
    "declared-twice",
    "doubtful",
    "duplicate-rule-code",
    "empty-relation",
    "encoding-guessed",
    "evaluation-error",
    "foreign-operator",
    "full-width-punctuation",
    "grows-without-bound",
    "hidden-cells",
    "inner-variable-outside",
    "limit-reached",
    "malformed-cell",
    "missing-dot",
    "missing-key",
    "money-without-unit",
    "negation-in-cycle",
    "never-holds",
    "no-manifest",
    "not-built-in",
    "nothing-checked",
    "parameter-out-of-range",
    "ragged-row",
    "rows-skipped",
    "rule-failed",
    "share-without-percent",
    "single-use",
    "stale-value",
    "sum-over-set",
    "symmetric-pair",
    "test-failed",
    "thousands-separator",
    "too-deep",
    "type-mismatch",
    "unbound-in-head",
    "unbound-in-negation",
    "unbound-variable",
    "unclosed-bracket",
    "unclosed-comment",
    "unclosed-string",
    "unexpected-character",
    "unexpected-token",
    "unknown-column",
    "unknown-component",
    "unknown-function",
    "unknown-header",
    "unknown-key",
    "unknown-pack",
    "unknown-parameter",
    "unknown-relation",
    "unknown-table",
    "unknown-type",
    "unreadable-file",
    "unsupported",
    "unused-column",
    "unused-parameter",
    "unused-relation",
    "when-in-basic-string",
    "wrong-arguments",
    "wrong-arity",
];

/// The page about a complaint.
pub(super) fn page(code: Code) -> Option<&'static str> {
    PAGES.iter().find(|(name, _)| *name == code.name()).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::{Code, PAGES};

    #[test]
    fn pages_are_those_of_the_folder_and_every_complaint_has_one() {
        let entries = std::fs::read_dir("docs/errors").unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.filter_map(|name| name.strip_suffix(".md").map(str::to_owned)).collect();
        names.sort();
        let listed: Vec<&str> = PAGES.iter().map(|(name, _)| *name).collect();
        assert_eq!(listed, names);
        let lacking: Vec<&str> =
            Code::ALL.iter().map(|code| code.name()).filter(|name| !listed.contains(name)).collect();
        assert!(lacking.is_empty(), "no page under docs/errors: {lacking:?}");
    }
}
