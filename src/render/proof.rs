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
    for (at, child) in node.children.iter().enumerate() {
        let ends = at + 1 == node.children.len();
        let (fork, bar) = if ends { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let place = child.place.filter(|span| !span.is_empty()).map(|span| whereabouts(sources, span, None));
        line(&child.text, place.as_deref(), (&format!("{indent}{fork}"), &format!("{indent}{bar}")), style, text);
        branches(sources, child, &format!("{indent}{bar}"), style, text);
    }
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

#[derive(Serialize)]
struct NodeJson<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<&'a Claim>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    because: Vec<NodeJson<'a>>,
}

#[derive(Serialize)]
struct Place {
    file: String,
    line: u32,
    column: u32,
    text: String,
}

#[derive(Serialize)]
struct ProofJson<'a> {
    rule: &'a str,
    key: &'a str,
    proof: NodeJson<'a>,
}

/// Proofs as one JSON document: rule, key and proof of each.
#[must_use]
pub fn json(sources: &SourceMap, proofs: &[(&str, &str, &Node)]) -> String {
    let all: Vec<ProofJson> =
        proofs.iter().map(|(rule, key, node)| ProofJson { rule, key, proof: node_json(sources, node) }).collect();
    let mut text = serde_json::to_string_pretty(&all).expect("plain data has no value that JSON cannot write");
    text.push('\n');
    text
}

fn node_json<'a>(sources: &SourceMap, node: &'a Node) -> NodeJson<'a> {
    let place = node.place.map(|span| {
        let at = sources.location(span);
        Place { file: at.file, line: at.line, column: at.column, text: sources.text(span).into_owned() }
    });
    let because = node.children.iter().map(|child| node_json(sources, child)).collect();
    NodeJson { text: &node.text, place, claim: node.claim.as_ref(), because }
}
