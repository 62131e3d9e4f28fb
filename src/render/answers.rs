//! Answers of a query: an aligned table, CSV or JSON.

use super::aligned;
use crate::finding::Answers;

/// An aligned table with a heading.
#[must_use]
pub fn table(answers: &Answers) -> String {
    let rows: Vec<Vec<String>> = std::iter::once(&answers.columns).chain(&answers.rows).cloned().collect();
    aligned(&rows, "")
}

/// CSV with a heading: fields in quotes where they need them, lines ending in CR LF (RFC 4180).
#[must_use]
pub fn csv(answers: &Answers) -> String {
    let field = |text: &String| {
        if text.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.clone() }
    };
    let lines = std::iter::once(&answers.columns).chain(&answers.rows);
    lines.map(|line| line.iter().map(field).collect::<Vec<_>>().join(",") + "\r\n").collect()
}

/// JSON: a list of objects, one per row, its keys in the order of the columns.
#[must_use]
pub fn json(answers: &Answers) -> String {
    let object = |row: &Vec<String>| {
        let pairs = answers.columns.iter().zip(row);
        pairs.map(|(column, cell)| (column.clone(), serde_json::Value::from(cell.as_str()))).collect()
    };
    let all: Vec<serde_json::Map<String, serde_json::Value>> = answers.rows.iter().map(object).collect();
    let mut text = serde_json::to_string_pretty(&all).expect("plain data has no value that JSON cannot write");
    text.push('\n');
    text
}
