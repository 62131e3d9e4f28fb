//! `why-not`: why a rule has no finding about a row, in words.

use super::places::{cell_spot, written};
use super::why::Teller;
use super::words::Words;
use super::{Audit, Request};
use crate::exec::matcher::Matcher;
use crate::exec::{self, CellRef};
use crate::finding::proof::Node;
use crate::ir::{Literal, Rule, RuleId};
use crate::provenance::why_not::{Obstacle, WhyNot, row_variables, why_not};
use crate::source::Span;
use crate::text;
use crate::value::Value;

/// Which rule, and which row.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The rule's code, any case.
    pub code: String,
    /// A part of the row's key (`机构改革经费`, `T2/机构改革经费`), or its place (`detail.toml:74`).
    pub row: String,
}

/// What there is to say.
#[derive(Debug)]
pub enum Answer {
    /// There is no such rule.
    NoRule,
    /// The rule asks about no row of facts by itself.
    NoRows,
    /// No row of the relations that the rule asks about is meant; these are.
    NoSuchRow(Vec<String>),
    /// For each alternative of the rule, row variable and row meant: what held, and what did not.
    Told(Vec<Node>),
}

/// Why a rule has no finding about a row.
#[must_use]
pub fn explain(audit: &Audit, request: &Request, asked: &Asked) -> Answer {
    let cards = &audit.rules.cards;
    let Some(at) = cards.iter().position(|card| card.card.code.text.eq_ignore_ascii_case(&asked.code)) else {
        return Answer::NoRule;
    };
    let (Some(outcome), Some(Some(card))) = (&audit.outcome, audit.program.cards.get(at)) else {
        return Answer::NoRule;
    };
    let input = exec::Input { program: &audit.program, store: &audit.store, sources: &audit.sources };
    let matcher = Matcher::new(&input, outcome);
    let words = Words { input, matcher: &matcher, schema: &audit.schema, lang: request.lang };
    let mut told = Vec::new();
    let (mut asks, mut known) = (false, Vec::new());
    for alternative in &card.alternatives {
        let rule = &audit.program.rules[alternative.rule.index()];
        // The first row variable is what the rule is about; the others are looked for only when it has no such row.
        for (var, table) in row_variables(&matcher, alternative.rule) {
            asks = true;
            let rows: Vec<u32> =
                (0..audit.store.tables[table].rows).filter(|row| is_meant(&words, (table, *row), &asked.row)).collect();
            if rows.is_empty() {
                known.extend((0..audit.store.tables[table].rows.min(5)).map(|row| words.row(table, row)));
                continue;
            }
            for row in rows {
                let answer = why_not(&matcher, alternative.rule, (var, row));
                let name = format!("{} = {}", rule.vars[var.index()].name, words.row(table, row));
                told.push(tell(&words, rule, &answer, (name, row_place(&words, table, row))));
            }
            break;
        }
    }
    match (asks, told.is_empty()) {
        (false, _) => Answer::NoRows,
        (true, true) => {
            known.dedup();
            known.truncate(5);
            Answer::NoSuchRow(known)
        }
        (true, false) => Answer::Told(told),
    }
}

fn row_place(words: &Words<'_>, table: usize, row: u32) -> Span {
    words.input.store.tables[table].row_span(words.input.sources, row)
}

/// Whether `asked` means that row: a part of its key, or the file and line on which it, or a cell of it, stands.
fn is_meant(words: &Words<'_>, (table, row): (usize, u32), asked: &str) -> bool {
    if words.row(table, row).contains(asked) {
        return true;
    }
    let Some((file, line)) = asked.rsplit_once(':') else { return false };
    let Ok(line) = line.parse::<u32>() else { return false };
    let start = words.input.sources.location(row_place(words, table, row));
    let columns = 0..words.input.store.tables[table].arity();
    let on_line = |column| {
        let at = words.input.sources.location(cell_spot(&words.input, CellRef { table, row, column }).0);
        at.line == line
    };
    start.file.ends_with(file) && (start.line == line || columns.into_iter().any(on_line))
}

fn tell(words: &Words<'_>, rule: &Rule, answer: &WhyNot, (name, place): (String, Span)) -> Node {
    let teller = Teller { words, all: false };
    let condition = |span: &Span, mark: &str| Node {
        text: format!("{mark} {}", teller.written(*span)),
        place: Some(*span),
        ..Node::default()
    };
    let mut spans: Vec<Span> = answer.held.clone();
    spans.sort_unstable();
    spans.dedup();
    let mut children: Vec<Node> = spans.iter().map(|span| condition(span, "✓")).collect();
    match &answer.failed {
        None => {
            let fires = text!("条件都成立：这一行已经报了", "every condition holds: this row has a finding");
            children.push(Node { text: teller.say(&fires, ""), ..Node::default() });
        }
        Some((span, obstacle)) => {
            let mut failed = condition(span, "✗");
            failed.children = obstacles(words, &teller, (rule, answer.rule), (*span, obstacle));
            children.push(failed);
        }
    }
    Node { text: name, place: Some(place), children, ..Node::default() }
}

/// What stood in the way.
fn obstacles(
    words: &Words<'_>,
    teller: &Teller<'_>,
    (rule, _): (&Rule, RuleId),
    (span, obstacle): (Span, &Obstacle),
) -> Vec<Node> {
    let line = |text: String| Node { text, ..Node::default() };
    match obstacle {
        Obstacle::Compared { left, op, right, allowance, distance } => {
            let ty = rule.body.iter().find_map(|literal| match literal {
                Literal::Compare(compare) if compare.span == span => match &compare.left {
                    crate::ir::Expr::Var(var) => Some(rule.vars[var.index()].ty),
                    _ => None,
                },
                _ => None,
            });
            let said = |value: &Value| ty.map_or_else(|| value.to_string(), |ty| teller.value(value, ty));
            let (left, right, op) = (said(left), said(right), op.symbol());
            let mut lines =
                vec![line(teller.say(&text!("{left} {op} {right} 不成立", "{left} {op} {right} is false"), ""))];
            if let Some(allowance) = allowance.as_ref().map(said) {
                lines.push(line(teller.say(&text!("允许误差 {allowance}", "allowance {allowance}"), "")));
            }
            if let Some(distance) = distance.as_ref().map(said) {
                lines.push(line(teller.say(&text!("还差 {distance}", "it is {distance} away"), "")));
            }
            lines
        }
        Obstacle::NoRow { wanted, nearest } => {
            let looked: Vec<String> = wanted.iter().map(|(_, value)| format!("“{value}”")).collect();
            let looked = looked.join("、");
            let mut lines = vec![line(teller.say(&text!("没有一行是 {looked}", "no row has {looked}"), ""))];
            if let Some((cell, value)) = nearest {
                let row = words.row(cell.table, cell.row);
                let said = text!("最接近的是 {row}：写作“{value}”", "the nearest is {row}, which says “{value}”");
                lines.push(Node { place: Some(cell_spot(&words.input, *cell).0), ..line(teller.say(&said, "")) });
            }
            lines
        }
        Obstacle::Present(Some((table, row))) => {
            let name = words.row(*table, *row);
            let said = text!("找到了 {name}", "there is {name}");
            vec![Node { place: Some(row_place(words, *table, *row)), ..line(teller.say(&said, "")) }]
        }
        Obstacle::Present(None) | Obstacle::False => {
            vec![line(teller.say(&text!("不成立", "it does not hold"), ""))]
        }
        Obstacle::Undecided(cells) => cells
            .iter()
            .map(|cell| {
                let text = written(&words.input, *cell);
                let said = text!("无法判定：这一格“{text}”没有可用的值", "undecided: the cell “{text}” has no value");
                Node { place: Some(cell_spot(&words.input, *cell).0), ..line(teller.say(&said, "")) }
            })
            .collect(),
    }
}
