//! `why`: proofs of findings, in words.

use super::find::{Found, find};
use super::places::cell_spot;
use super::words::Words;
use super::{Audit, Request};
use crate::diagnostic::{Lang, Text};
use crate::exec::matcher::Matcher;
use crate::exec::{self, CellRef};
use crate::finding::Finding;
use crate::finding::format::show;
use crate::finding::proof::{Claim, Node};
use crate::ir::card::Format;
use crate::ir::{AggregateOp, Literal, Rule, TypeId, TypeKind, VarId};
use crate::provenance::proof::{Because, Contributor, Proof, Prover, Step};
use crate::text;
use crate::value::Value;

/// Which findings to prove, and how much to show.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The rule's code, any case.
    pub code: String,
    /// A part of the finding's key; all findings of the rule when empty.
    pub key: String,
    /// Show every contributor of an aggregate rather than the largest.
    pub all: bool,
    /// How deep derived relations are expanded.
    pub depth: usize,
}

/// Contributors that are shown before the rest is folded.
const SHOWN: usize = 8;

/// Each finding asked for, with its proof. `None` when there is no such rule.
#[must_use]
pub fn why(audit: &Audit, request: &Request, wanted: &Wanted) -> Option<Vec<(Finding, Node)>> {
    let at = audit.rules.cards.iter().position(|card| card.card.code.text.eq_ignore_ascii_case(&wanted.code))?;
    let (Some(outcome), Some(Some(card))) = (&audit.outcome, audit.program.cards.get(at)) else {
        return Some(Vec::new());
    };
    let input = exec::Input { program: &audit.program, store: &audit.store, sources: &audit.sources };
    let matcher = Matcher::new(&input, outcome);
    let words = Words { input, matcher: &matcher, schema: &audit.schema, lang: request.lang };
    let prover = Prover::new(&matcher, wanted.depth);
    let teller = Teller { words: &words, all: wanted.all };
    let mut found: Vec<Found> = find(&words, outcome, &audit.rules.cards[at].card.code.text, card);
    found.retain(|found| found.finding.key.contains(&wanted.key) || found.finding.message.contains(&wanted.key));
    found.sort_by(|a, b| {
        (a.finding.labels.first().map(|label| label.span), &a.finding.key)
            .cmp(&(b.finding.labels.first().map(|label| label.span), &b.finding.key))
    });
    let proved = found.into_iter().filter_map(|found| {
        let proof = prover.prove(card.relation, &found.row)?;
        let node = teller.proof(&proof, found.finding.message.clone());
        Some((found.finding, node))
    });
    Some(proved.collect())
}

/// Tells proofs in words.
pub(super) struct Teller<'w> {
    pub(super) words: &'w Words<'w>,
    pub(super) all: bool,
}

impl Teller<'_> {
    fn proof(&self, proof: &Proof, text: String) -> Node {
        let rule = &self.words.input.program.rules[proof.rule.index()];
        let children = proof.steps.iter().map(|step| self.step(rule, step)).collect();
        Node { text, place: Some(rule.span), children, ..Node::default() }
    }

    fn step(&self, rule: &Rule, step: &Step) -> Node {
        let condition = self.written(step.span);
        let place = Some(step.span);
        match &step.because {
            Because::Fact { table, row, cells } => {
                let read = cells.iter().filter(|(cell, _)| cell.column < self.words.input.store.tables[*table].arity());
                let children = read.map(|(cell, value)| self.cell(*cell, value.as_ref())).collect();
                let text = format!("{condition}  ⇒  {}", self.words.row(*table, *row));
                Node { text, place: Some(self.row_place(*table, *row)), children, ..Node::default() }
            }
            Because::Derived { relation, row, proof } => {
                let declared = &self.words.input.program.relations[relation.index()];
                let shown: Vec<String> =
                    row.iter().zip(&declared.columns).map(|(value, column)| self.value(value, column.ty)).collect();
                let text = format!("{}({})", declared.name, shown.join("，"));
                match proof {
                    Some(proof) => Node { place, ..self.proof(proof, text) },
                    None => Node { text, place, ..Node::default() },
                }
            }
            Because::Compared { .. } => Node { place, ..self.compared(condition, &step.because) },
            Because::Named { var, value } => {
                let ty = rule.vars[var.index()].ty;
                let value = value.as_ref().map_or_else(|| "—".to_owned(), |value| self.value(value, ty));
                Node { text: format!("{condition}  ⇒  {value}"), place, ..Node::default() }
            }
            Because::Added { result, value, parts } => {
                let ty = rule.vars[result.index()].ty;
                let op = rule.body.iter().find_map(|literal| match literal {
                    Literal::Aggregate(aggregate) if aggregate.span == step.span && aggregate.result == *result => {
                        Some(aggregate.op)
                    }
                    _ => None,
                });
                if self.is_allowance(rule, step.span, *result) {
                    let count = parts.len();
                    let said = text!("其中 {count} 项的允许误差相加  ⇒  ", "the allowances of its {count} parts  ⇒  ");
                    let text = self.say(&said, "") + &self.value(value, ty);
                    return Node { text, place, ..Node::default() };
                }
                let text = format!("{condition}  ⇒  {}", self.value(value, ty));
                self.added((text, step.span), (op.unwrap_or(AggregateOp::Count), ty), value, parts)
            }
            Because::Generated { var, row } => {
                let text = format!("{condition}  ⇒  {}", self.value(row, rule.vars[var.index()].ty));
                Node { text, place, ..Node::default() }
            }
            Because::Absent { given } => {
                let given = given.iter().filter(|(var, _)| !rule.vars[var.index()].name.starts_with('_'));
                let looked: Vec<String> = given
                    .map(|(var, value)| {
                        let var = &rule.vars[var.index()];
                        format!("{} = {}", var.name, self.value(value, var.ty))
                    })
                    .collect();
                let nothing = self.say(&text!("没有找到", "none found"), "");
                let with = if looked.is_empty() { String::new() } else { format!("（{}）", looked.join("，")) };
                Node { text: format!("{condition}  ⇒  {nothing}{with}"), place, ..Node::default() }
            }
            Because::Holds => Node { text: condition, place, ..Node::default() },
        }
    }

    /// A comparison, with the values of both sides.
    fn compared(&self, condition: String, because: &Because) -> Node {
        let Because::Compared { left, op, right, allowance, ty } = because else { return Node::default() };
        let said = |value: &Value| ty.map_or_else(|| value.to_string(), |ty| self.value(value, ty));
        let mut text = format!("{condition}  ⇒  {} {} {}", said(left), op.symbol(), said(right));
        if let Some(allowance) = allowance {
            text += &self.say(&text!("（允许误差 {{}}）", " (allowance {{}})"), &said(allowance));
        }
        let claim = Claim::Comparison {
            left: left.to_string(),
            op: op.symbol(),
            right: right.to_string(),
            allowance: allowance.as_ref().map(ToString::to_string),
        };
        Node { text, claim: Some(claim), ..Node::default() }
    }

    /// Whether an aggregate is not the one written, but adds the allowances of that one's parts.
    fn is_allowance(&self, rule: &Rule, span: crate::source::Span, result: VarId) -> bool {
        let here = rule.body.iter().filter_map(|literal| match literal {
            Literal::Aggregate(aggregate) if aggregate.span == span => Some(aggregate.result),
            _ => None,
        });
        // Both stand at one place; the one that was written comes first.
        here.into_iter().position(|other| other == result).is_some_and(|at| at > 0)
    }

    /// The parts of a sum added up once more, here, from the values shown.
    fn again(&self, parts: &[Contributor], ty: TypeId) -> Option<Node> {
        let mut sum = crate::value::Decimal::ZERO;
        let mut money = false;
        for part in parts {
            let amount = match &part.value {
                Value::Money(amount) => {
                    money = true;
                    *amount
                }
                Value::Decimal(amount) => *amount,
                Value::Number(number) => crate::value::Decimal::from(*number),
                _ => return None,
            };
            sum = sum.checked_add(amount)?;
        }
        let count = parts.len();
        let total = if money { Value::Money(sum) } else { Value::Decimal(sum) };
        let said = text!("复核：{count} 项重新相加 = ", "added up again: {count} parts = ");
        Some(Node { text: self.say(&said, "") + &self.value(&total, ty), ..Node::default() })
    }

    /// An aggregate: its parts, largest first, the rest folded, and the sum added up again.
    fn added(
        &self,
        (text, span): (String, crate::source::Span),
        (op, ty): (AggregateOp, TypeId),
        value: &Value,
        parts: &[Contributor],
    ) -> Node {
        let mut order: Vec<&Contributor> = parts.iter().collect();
        order.sort_by(|a, b| b.value.cmp(&a.value));
        let shown = if self.all { order.len() } else { SHOWN.min(order.len()) };
        let mut children: Vec<Node> = order[..shown].iter().map(|part| self.part(part, (op, ty))).collect();
        let rest = order.len() - shown;
        let again = if op == AggregateOp::Sum { self.again(parts, ty) } else { None };
        if rest > 0 {
            let said = text!("… 另有 {rest} 项（--all 全部列出）", "… and {rest} more (--all lists them)");
            children.push(Node { text: self.say(&said, ""), ..Node::default() });
        }
        children.extend(again);
        let claim = Claim::Aggregate {
            op: op.name(),
            value: value.to_string(),
            parts: parts.iter().map(|part| part.value.to_string()).collect(),
        };
        Node { text, place: Some(span), claim: Some(claim), children }
    }

    fn part(&self, part: &Contributor, (op, ty): (AggregateOp, TypeId)) -> Node {
        let rows: Vec<String> = part.rows.iter().map(|(table, row)| self.words.row(*table, *row)).collect();
        let value = if op == AggregateOp::Count { String::new() } else { format!("{}  ", self.value(&part.value, ty)) };
        let place = match (part.cell, part.rows.first()) {
            (Some(cell), _) => Some(cell_spot(&self.words.input, cell).0),
            (None, Some((table, row))) => Some(self.row_place(*table, *row)),
            (None, None) => None,
        };
        Node { text: format!("{value}{}", rows.join("，")), place, ..Node::default() }
    }

    fn cell(&self, cell: CellRef, value: Option<&Value>) -> Node {
        let table = &self.words.input.store.tables[cell.table];
        let column = &table.columns[cell.column].name;
        let unit = table.precision(cell.row, cell.column).unit;
        let shown = match value {
            Some(Value::Money(yuan)) => crate::finding::format::money(*yuan, unit, None),
            Some(value) => short(&value.to_string(), 40),
            None => self.say(&text!("没有可用的值", "no value"), ""),
        };
        let claim = value.map(|value| Claim::Cell { value: value.to_string() });
        let place = Some(cell_spot(&self.words.input, cell).0);
        Node { text: format!("{column} = {shown}"), place, claim, ..Node::default() }
    }

    pub(super) fn value(&self, value: &Value, ty: TypeId) -> String {
        match (value, self.words.kind(ty)) {
            (Value::Row(row), TypeKind::Row(relation)) => {
                let relation = &self.words.input.program.relations[relation.index()];
                match relation.origin {
                    crate::ir::Origin::Facts(table) => self.words.row(table, *row),
                    crate::ir::Origin::Rules(_) => value.to_string(),
                }
            }
            (value, kind) => short(&show(value, kind, Format::default()), 60),
        }
    }

    fn row_place(&self, table: usize, row: u32) -> crate::source::Span {
        self.words.input.store.tables[table].row_span(self.words.input.sources, row)
    }

    /// A condition as written, on one line.
    pub(super) fn written(&self, span: crate::source::Span) -> String {
        let text = self.words.input.sources.text(span);
        short(&text.split_whitespace().collect::<Vec<_>>().join(" "), 80)
    }

    pub(super) fn say(&self, text: &Text, with: &str) -> String {
        match self.words.lang {
            Lang::Zh => text.zh.replacen("{}", with, 1),
            Lang::En => text.en.replacen("{}", with, 1),
        }
    }
}

/// At most so many characters.
fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}
