//! What is probably not meant: warnings for audits. Plain Datalog programs are left in peace.

mod bounds;
mod growth;
mod pairs;
mod products;
mod shares;

use std::collections::{BTreeMap, BTreeSet};

use super::context::Relations;
use super::disjunction;
use super::hir::{Role, Rule};
use super::input::CardSource;
use super::rename;
use crate::diagnostic::{Code, Diagnostic, Report, nearest};
use crate::ir::{AggregateOp, Literal, Origin, Program, Relation, RelationId, TypeKind};
use crate::source::{SourceMap, Span};
use crate::text;

/// A variable of a clause, and how it is used in the alternatives of that clause.
#[derive(Debug, Default)]
struct Usage {
    uses: usize,
    /// The alternatives, by position, that have it.
    rules: Vec<usize>,
}

/// Variables and how often they are used.
#[derive(Debug, Default)]
pub(super) struct Names {
    usages: BTreeMap<(Span, String), Usage>,
    /// For each alternative, the names of its variables.
    rules: Vec<Vec<String>>,
}

impl Names {
    /// Takes in one alternative. Alternatives of one clause share its text: a variable counts in all of them together.
    /// A rule that is wrong has other worries.
    pub(super) fn add(&mut self, rule: &Rule, fine: bool) {
        let plain = || rule.vars.iter().filter(|var| var.role == Role::Plain);
        for var in plain().filter(|var| !var.name.starts_with(['_', '?']) && !var.name.contains(rename::MARK)) {
            let usage = self.usages.entry((var.span, var.name.clone())).or_default();
            usage.uses = usage.uses.max(if fine { var.uses } else { usize::MAX });
            usage.rules.push(self.rules.len());
        }
        self.rules.push(plain().map(|var| var.name.clone()).collect());
    }

    /// Variables that occur once in a whole clause.
    pub(super) fn report(self, report: &mut Report) {
        for ((span, name), usage) in self.usages {
            if usage.uses == 1 {
                let others = usage.rules.iter().flat_map(|at| &self.rules[*at]);
                report.push(single_use(&name, span, others));
            }
        }
    }
}

/// What people write for a cell that is blank.
const BLANK: [&str; 8] = ["空", "空白", "空值", "无", "null", "NULL", "Null", "None"];

fn single_use<'n>(name: &str, span: Span, names: impl Iterator<Item = &'n String>) -> Diagnostic {
    let complaint = Diagnostic::warning(
        Code::SingleUse,
        text!("`{name}` 只出现一次，不起作用", "`{name}` occurs only once and does nothing"),
    )
    .at(span);
    let others = names.map(String::as_str).filter(|other| *other != name);
    match nearest(name, others) {
        Some(near) => {
            complaint.help(text!("是否想写 `{near}`？不是就写 `_`", "did you mean `{near}`? If not, write `_`"))
        }
        None if BLANK.contains(&name) => complaint.help(text!(
            "空着的写 `p.列 is blank`；这里的 `{name}` 只是一个名字，什么都与它相等",
            "that a cell is blank is written `p.column is blank`; `{name}` is a mere name here, and equals anything"
        )),
        None if !name.is_ascii() => complaint.help(text!(
            "若是文字，加双引号：`\"{name}\"`；若是不要的值，写 `_`",
            "if it is a text, put it in double quotes: `\"{name}\"`; if the value is of no use, write `_`"
        )),
        None => complaint.help(text!("写 `_`", "write `_`")),
    }
}

/// Parameters that a card declares and never uses.
pub(super) fn parameters(cards: &[CardSource], used: &[Vec<String>], report: &mut Report) {
    for (card, used) in cards.iter().zip(used).filter(|(card, _)| !card.idle) {
        for parameter in card.params.iter().filter(|parameter| !used.iter().any(|name| name == parameter.name)) {
            let name = parameter.name;
            report.push(
                Diagnostic::warning(
                    Code::UnusedParameter,
                    text!("参数 `{name}` 没有用到", "the parameter `{name}` is never used"),
                )
                .at(parameter.span)
                .help(text!("在条件里写 `${name}`，或者删去它", "write `${name}` in the conditions, or leave it out")),
            );
        }
    }
}

/// Lints of the resolved program.
pub(super) fn program(program: &Program, relations: &Relations, sources: &SourceMap, report: &mut Report) {
    for rule in &program.rules {
        products::check(program, rule, relations, report);
        bounds::check(rule, report);
        shares::check(program, rule, sources, report);
        pairs::check(program, rule, sources, report);
        rule.body.iter().for_each(|literal| sums(program, literal, report));
    }
    growth::check(program, report);
    empty_relations(program, report);
}

/// A sum over a relation whose rows are no facts' rows: equal rows count once there.
fn sums(program: &Program, literal: &Literal, report: &mut Report) {
    let Literal::Aggregate(aggregate) = literal else { return };
    aggregate.body.iter().for_each(|literal| sums(program, literal, report));
    if !matches!(aggregate.op, AggregateOp::Sum | AggregateOp::Mean) {
        return;
    }
    let atoms: Vec<_> = aggregate
        .body
        .iter()
        .filter_map(|literal| match literal {
            Literal::Atom(atom) => Some(atom),
            _ => None,
        })
        .collect();
    let keeps_rows = |relation: RelationId| {
        let relation = &program.relations[relation.index()];
        let row = |ty: crate::ir::TypeId| matches!(program.types[ty.index()].kind, TypeKind::Row(_));
        matches!(relation.origin, Origin::Facts(_)) || relation.columns.iter().any(|column| row(column.ty))
    };
    let generates = aggregate.body.iter().any(|literal| matches!(literal, Literal::Generate(_)));
    if atoms.is_empty() || generates || atoms.iter().any(|atom| keeps_rows(atom.relation)) {
        return;
    }
    report.push(sum_over_set(&program.relations[atoms[0].relation.index()], atoms[0].span));
}

/// What to say of a sum over rows of a relation that is a set.
fn sum_over_set(relation: &Relation, summed: Span) -> Diagnostic {
    let name = &relation.name;
    let complain = |message| Diagnostic::warning(Code::SumOverSet, message);
    let here = text!("在这里合计", "summed here");
    if name.contains(disjunction::MARK) {
        return complain(text!(
            "花括号里的几种可能合成一个集合：各变量都相同的行只算一次，合计可能偏小",
            "the alternatives in braces make a set: rows that are equal in all variables count once, so the sum may be too small"
        ))
        .primary(summed, here)
        .help(text!(
            "在每种可能里写出同一个行变量（如 `p in …`），各行就分开算",
            "give every alternative the same row variable (`p in …`): rows are kept apart then"
        ));
    }
    complain(text!(
        "`{name}` 是规则得出的集合：各列都相同的行只算一次，合计可能偏小",
        "`{name}` is a derived set: rows that are equal in all columns count once, so the sum may be too small"
    ))
    .primary(summed, here)
    .secondary(relation.span, text!("在这里得出", "derived here"))
    .help(text!(
        "让 `{name}` 带上行变量（如 `{name}(p, …) :- p in …`），或直接对原表合计",
        "give `{name}` the row variable (`{name}(p, …) :- p in …`), or sum over the facts themselves"
    ))
}

/// Relations that rules use and that nothing can fill.
fn empty_relations(program: &Program, report: &mut Report) {
    let filled: BTreeSet<RelationId> = program.rules.iter().map(|rule| rule.head).collect();
    let mut used = BTreeSet::new();
    program.rules.iter().flat_map(|rule| &rule.body).for_each(|literal| uses(literal, &mut used));
    for id in used.difference(&filled) {
        let relation = &program.relations[id.index()];
        if !matches!(relation.origin, Origin::Rules(None)) {
            continue;
        }
        let name = &relation.name;
        report.push(
            Diagnostic::warning(
                Code::EmptyRelation,
                text!(
                    "`{name}` 没有规则也没有资料，总是空的",
                    "`{name}` has neither rules nor input and is always empty"
                ),
            )
            .at(relation.span)
            .help(text!("要载入资料就写 `.input {name}`", "to load facts into it write `.input {name}`")),
        );
    }
}

/// The relations that a condition asks.
fn uses(literal: &Literal, used: &mut BTreeSet<RelationId>) {
    match literal {
        Literal::Atom(atom) => {
            used.insert(atom.relation);
        }
        Literal::Not(negation) => negation.body.iter().for_each(|literal| uses(literal, used)),
        Literal::Aggregate(aggregate) => aggregate.body.iter().for_each(|literal| uses(literal, used)),
        _ => {}
    }
}
