//! Proofs as trees of lines, and as JSON.

use serde::Serialize;

use super::human::{Style, width, wrap};
use super::whereabouts;
use crate::finding::proof::{Claim, Node};
use crate::source::SourceMap;

/// A proof as a tree of lines, each with its place at the end.
#[must_use]
pub fn tree(sources: &SourceMap, proof: &Node, style: Style) -> String {
    let mut text = format!("{}\n", proof.text);
    branches(sources, proof, "", style, &mut text);
    text
}

fn branches(sources: &SourceMap, node: &Node, indent: &str, style: Style, text: &mut String) {
    let shown = shown(node);
    for (at, child) in shown.iter().enumerate() {
        let ends = at + 1 == shown.len();
        let (fork, bar) = if ends { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let place = child
            .place
            .filter(|span| !span.is_empty())
            .map(|span| whereabouts(sources, span, child.address.as_deref()));
        line(&child.text, place.as_deref(), (&format!("{indent}{fork}"), &format!("{indent}{bar}")), style, text);
        branches(sources, child, &format!("{indent}{bar}"), style, text);
    }
}

/// What stands below a node, line by line: a node that says nothing gives way to what it stands on.
fn shown(node: &Node) -> Vec<&Node> {
    node.children.iter().flat_map(|child| if child.text.is_empty() { shown(child) } else { vec![child] }).collect()
}

/// A line and its place: beside it where there is room, below it where not.
fn line(said: &str, place: Option<&str>, (first, next): (&str, &str), style: Style, text: &mut String) {
    let room = style.columns.saturating_sub(width(next)).max(20);
    let mut lines = wrap(said, room);
    if let Some(place) = place {
        match lines.last_mut() {
            Some(last) if width(last) + 2 + width(place) <= room => *last += &format!("  {place}"),
            _ => lines.push(format!("  {place}")),
        }
    }
    for (at, line) in lines.iter().enumerate() {
        *text += &format!("{}{line}\n", if at == 0 { first } else { next });
    }
}

/// Version of the shape; it grows when a reader of the last one would misread this one.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    proofs: Vec<ProofJson<'a>>,
}

#[derive(Serialize)]
struct ProofJson<'a> {
    number: usize,
    rule: &'a str,
    key: &'a str,
    message: &'a str,
    proof: NodeJson<'a>,
}

#[derive(Serialize)]
struct NodeJson<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<&'a Claim>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    because: Vec<NodeJson<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    file: String,
    /// Absent in a file that is no text, where cells have addresses instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    text: String,
}

/// A finding to be shown with its proof: its number, rule, key and message.
pub type Shown<'a> = (usize, [&'a str; 3], &'a Node);

/// Proofs as one JSON document. Its schema is `docs/schema/why-1.json`.
#[must_use]
pub fn json<'a>(sources: &SourceMap, proofs: &[Shown<'a>]) -> String {
    let one = |(number, [rule, key, message], node): &Shown<'a>| ProofJson {
        number: *number,
        rule,
        key,
        message,
        proof: node_json(sources, node),
    };
    let document = Document { version: VERSION, proofs: proofs.iter().map(one).collect() };
    let mut text = serde_json::to_string_pretty(&document).expect("plain data has no value that JSON cannot write");
    text.push('\n');
    text
}

fn node_json<'a>(sources: &SourceMap, node: &'a Node) -> NodeJson<'a> {
    let place = node.place.filter(|span| sources.file_of(*span).is_some()).map(|span| {
        let at = sources.location(span);
        let laid_out = sources.file_of(span).is_some_and(|file| sources.file(file).is_laid_out());
        let (line, column) = if laid_out { (None, None) } else { (Some(at.line), Some(at.column)) };
        Place { file: at.file, line, column, address: node.address.as_deref(), text: sources.text(span).into_owned() }
    });
    // Of an aggregate every part is told, rather than those that are shown.
    let below = if node.parts.is_empty() { &node.children } else { &node.parts };
    let because = below.iter().map(|child| node_json(sources, child)).collect();
    NodeJson { text: &node.text, place, claim: node.claim.as_ref(), because }
}
