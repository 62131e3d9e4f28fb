//! Tokens to layouts.

use std::ops::Range;

use super::super::token::Kind;
use super::doc::Doc;
use super::pieces::Pieces;
use super::spacing::{Context, Neighbours, blank};

/// Conditions that stand alone. Lines that were broken stay broken, and conditions that stood together on a line stay
/// together where they fit; a line that is too long is broken behind every condition.
pub(super) fn body(pieces: &Pieces, range: Range<usize>) -> Vec<Doc> {
    let mut docs = conditions(pieces, range.clone());
    if docs.first().is_some_and(|doc| matches!(doc, Doc::Line | Doc::Blank)) {
        docs.remove(0);
    }
    let broken = was_broken(pieces, range);
    vec![Doc::Group { broken: broken || docs.iter().any(Doc::must_break), docs }]
}

/// A clause: on one line where it was and fits, else its conditions on lines of their own, as in [`body`].
pub(super) fn clause(pieces: &Pieces, range: Range<usize>) -> Vec<Doc> {
    let turn = top_level(pieces, range.clone()).find(|at| pieces.kind(*at) == Kind::If);
    let Some(turn) = turn else { return vec![Doc::group(run(pieces, range, Context::Rule))] };
    // What follows the rule's dot: its plan.
    let plan = top_level(pieces, turn..range.end).find(|at| pieces.kind(*at) == Kind::Directive);
    let end = plan.unwrap_or(range.end);
    let dot = (turn..end).rev().find(|at| pieces.kind(*at) == Kind::Dot).unwrap_or(end);
    let mut docs = run(pieces, range.start..turn, Context::Rule);
    docs.extend([Doc::Space, Doc::Text(":-".to_owned())]);
    docs.push(Doc::Indent(conditions(pieces, turn + 1..dot)));
    docs.extend(run(pieces, dot..end, Context::Rule));
    let broken = was_broken(pieces, turn + 1..dot) || docs.iter().any(Doc::must_break);
    let mut all = vec![Doc::Group { docs, broken }];
    if let Some(plan) = plan {
        all.push(Doc::Line);
        all.extend(run(pieces, plan..range.end, Context::Declaration));
    }
    all
}

/// An item that begins with a dot and a word.
pub(super) fn declaration(pieces: &Pieces, range: Range<usize>, context: Context) -> Vec<Doc> {
    let pipes: Vec<usize> = top_level(pieces, range.clone()).filter(|at| pieces.kind(*at) == Kind::Pipe).collect();
    let equal = top_level(pieces, range.clone()).find(|at| pieces.kind(*at) == Kind::Equal);
    let (Some(equal), false) = (equal, pipes.is_empty()) else {
        return vec![Doc::group(run(pieces, range, context))];
    };
    let mut docs = run(pieces, range.start..equal + 1, context);
    let mut parts = Vec::new();
    let mut from = equal + 1;
    for pipe in pipes {
        parts.push(Doc::Line);
        parts.extend(run(pieces, from..pipe, context));
        from = pipe;
    }
    parts.push(Doc::Line);
    parts.extend(run(pieces, from..range.end, context));
    docs.push(Doc::Indent(parts));
    vec![Doc::group(docs)]
}

/// The places in `range` that are in no bracket of it.
fn top_level<'a>(pieces: &'a Pieces, range: Range<usize>) -> impl Iterator<Item = usize> + 'a {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let here = (at < range.end).then_some(at)?;
        at = pieces.closing(here).max(here) + 1;
        Some(here)
    })
}

/// Whether a line break stood before one of the elements in `range`.
fn was_broken(pieces: &Pieces, range: Range<usize>) -> bool {
    // Before the first stands `:-`, or nothing.
    let mut separated = range.start > 0;
    for at in top_level(pieces, range) {
        if separated && pieces.breaks(at) > 0 {
            return true;
        }
        separated = matches!(pieces.kind(at), Kind::Comma | Kind::Semicolon) || separated && pieces.is_comment(at);
    }
    false
}

/// The conditions of a body, a line before each.
fn conditions(pieces: &Pieces, range: Range<usize>) -> Vec<Doc> {
    let together = was_broken(pieces, range.clone());
    let docs = elements(pieces, range.clone(), Context::Rule, Doc::Line);
    if !together {
        return docs;
    }
    let mut joined = Vec::with_capacity(docs.len());
    let mut starts = starts(pieces, range);
    let mut docs = docs.into_iter().peekable();
    // The condition before takes lines of its own.
    let mut apart = true;
    while let Some(line) = docs.next() {
        let begins = !matches!(docs.peek(), Some(Doc::Text(text)) if text == ";");
        let at = if begins { starts.next() } else { None };
        let same_line = at.is_some_and(|at| follows_comma(pieces, at));
        let mut next = Vec::new();
        while let Some(doc) = docs.next_if(|doc| !matches!(doc, Doc::Line | Doc::Blank)) {
            next.push(doc);
        }
        let whole = takes_lines(&next);
        let stays = same_line && !whole && !apart;
        joined.push(if stays { Doc::Fill(next.iter().map(Doc::width).sum()) } else { line });
        joined.extend(next);
        apart = whole;
    }
    joined
}

/// Whether the piece at `at` stands on the line of the comma before it, with nothing but comments between.
fn follows_comma(pieces: &Pieces, at: usize) -> bool {
    let before = (0..at).rev().find(|before| !pieces.is_comment(*before));
    before.is_some_and(|comma| {
        pieces.kind(comma) == Kind::Comma && (comma + 1..=at).all(|between| pieces.breaks(between) == 0)
    })
}

/// Whether a condition takes lines of its own. A comment before or behind it on its line says nothing of that: whether it
/// begins or ends the line depends on where the line is broken.
fn takes_lines(condition: &[Doc]) -> bool {
    let leads = |doc: &Doc| matches!(doc, Doc::Comment { text, ends_line: false, .. } if !text.contains('\n'));
    let trails = |doc: &Doc| matches!(doc, Doc::Comment { text, alone: false, .. } if !text.contains('\n'));
    let from = condition.iter().take_while(|doc| leads(doc)).count();
    let rest = &condition[from..];
    let comments = rest.iter().rev().take_while(|doc| trails(doc)).count();
    rest[..rest.len() - comments].iter().any(Doc::must_break)
}

/// Where the conditions in `range` begin.
fn starts(pieces: &Pieces, range: Range<usize>) -> impl Iterator<Item = usize> {
    let mut starts = vec![range.start];
    for at in top_level(pieces, range.clone()) {
        if matches!(pieces.kind(at), Kind::Comma | Kind::Semicolon) {
            let behind = (at + 1..range.end).find(|at| !(pieces.is_comment(*at) && pieces.breaks(*at) == 0));
            starts.extend(behind);
        }
    }
    starts.into_iter()
}

/// Elements with `,` and `;` between them; `line` comes before each.
fn elements(pieces: &Pieces, range: Range<usize>, context: Context, line: Doc) -> Vec<Doc> {
    let mut docs = Vec::new();
    let mut from = range.start;
    let separators: Vec<usize> = top_level(pieces, range.clone())
        .filter(|at| matches!(pieces.kind(*at), Kind::Comma | Kind::Semicolon))
        .collect();
    for separator in separators.into_iter().map(Some).chain([None]) {
        let to = separator.unwrap_or(range.end);
        if from >= to && separator.is_none() {
            break;
        }
        docs.push(if pieces.breaks(from) > 1 && from > range.start { Doc::Blank } else { line.clone() });
        docs.extend(run(pieces, from..to, context));
        let Some(separator) = separator else { break };
        from = separator + 1;
        if pieces.kind(separator) == Kind::Semicolon {
            docs.push(Doc::Line);
            docs.push(Doc::Text(";".to_owned()));
        } else {
            docs.push(Doc::Text(",".to_owned()));
        }
        // A comment on the line of the separator stays there.
        while from < range.end && pieces.is_comment(from) && pieces.breaks(from) == 0 {
            docs.push(comment(pieces, from));
            from += 1;
        }
        // `a, // note` is followed by a line break in any case; flat lists need their blank.
        if matches!(line, Doc::SoftLine) && from < range.end {
            docs.push(Doc::Line);
        }
    }
    dedup_lines(docs)
}

/// Where two line breaks meet, the first is enough.
fn dedup_lines(docs: Vec<Doc>) -> Vec<Doc> {
    let mut kept: Vec<Doc> = Vec::with_capacity(docs.len());
    for doc in docs {
        let meets = matches!(kept.last(), Some(Doc::Line)) && matches!(doc, Doc::SoftLine | Doc::Line);
        if !meets {
            kept.push(doc);
        }
    }
    kept
}

fn comment(pieces: &Pieces, at: usize) -> Doc {
    let text = pieces.text(at).into_owned();
    let line = text.starts_with("//") || text.starts_with('#');
    let alone = pieces.breaks(at) > 0 || at == 0;
    Doc::Comment { text, alone, ends_line: line || pieces.breaks(at + 1) > 0 }
}

/// Tokens in a row, with their brackets laid out.
pub(super) fn run(pieces: &Pieces, range: Range<usize>, context: Context) -> Vec<Doc> {
    let mut docs = Vec::new();
    let mut at = range.start;
    let (mut before, mut left): (Option<usize>, Option<usize>) = (None, None);
    while at < range.end {
        if pieces.is_comment(at) {
            docs.push(comment(pieces, at));
            at += 1;
            continue;
        }
        if at > range.start && pieces.is_comment(at - 1) {
            docs.push(Doc::Space);
        }
        if left.is_some_and(|left| needs_blank(pieces, before, left, at, context)) {
            docs.push(Doc::Space);
        }
        let end = annotation_end(pieces, at);
        if end > at {
            docs.push(Doc::Text(pieces.verbatim(at, end)));
            docs.push(Doc::Space);
            (before, left) = (None, None);
            at = end + 1;
            continue;
        }
        let closing = pieces.closing(at);
        if closing > at && closing < range.end {
            docs.push(bracket(pieces, at, left, context));
            (before, left) = (Some(at), Some(closing));
            at = closing + 1;
            continue;
        }
        docs.push(Doc::Text(pieces.text(at).into_owned()));
        (before, left) = (left, Some(at));
        at += 1;
    }
    docs
}

fn needs_blank(pieces: &Pieces, before: Option<usize>, left: usize, right: usize, context: Context) -> bool {
    let token = |at: usize| pieces.get(at).and_then(|piece| piece.token);
    let (Some(left_token), Some(right_token)) = (token(left), token(right)) else { return false };
    let (left_text, before_text) = (pieces.text(left), before.map(|at| pieces.text(at)).unwrap_or_default());
    let pair = Neighbours {
        before: before.and_then(token),
        left: left_token,
        left_text: &left_text,
        before_text: &before_text,
        right: right_token,
    };
    blank(&pair, context)
}

/// The last piece of the annotation that begins at `at`; `at` itself when none does.
pub(super) fn annotation_end(pieces: &Pieces, at: usize) -> usize {
    if pieces.kind(at) != Kind::At {
        return at;
    }
    let open = if pieces.kind(at + 1) == Kind::Not { at + 2 } else { at + 1 };
    if pieces.kind(open) == Kind::LeftBracket { pieces.closing(open) } else { at }
}

/// A bracket and what it holds.
fn bracket(pieces: &Pieces, open: usize, left: Option<usize>, context: Context) -> Doc {
    let closing = pieces.closing(open);
    let kind = pieces.kind(open);
    let after_colon = left.is_none_or(|left| pieces.kind(left) != Kind::Word);
    let roomy = kind == Kind::LeftBrace && context != Context::Declaration && after_colon;
    let inner = match (kind, context) {
        (_, Context::Declaration) => Context::Declaration,
        (_, Context::Options) => Context::Options,
        (Kind::LeftBrace, _) if !roomy => Context::Pattern,
        _ => Context::Rule,
    };
    let line = if roomy { Doc::Line } else { Doc::SoftLine };
    let mut docs = vec![Doc::Text(pieces.text(open).into_owned())];
    if closing > open + 1 {
        docs.push(Doc::Indent(elements(pieces, open + 1..closing, inner, line.clone())));
        docs.push(line);
    }
    docs.push(Doc::Text(pieces.text(closing).into_owned()));
    Doc::group(docs)
}
