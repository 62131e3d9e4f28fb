//! Strongly connected relations, in an order in which each finds what it needs complete.

use std::collections::BTreeSet;

use super::input::Mode;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::ir::{Literal, Program, RelationId, RuleId, Stratum};
use crate::source::Span;
use crate::text;

/// A use of a relation in the body of a rule.
#[derive(Clone, Copy, Debug)]
struct Use {
    head: usize,
    body: usize,
    rule: usize,
    /// In a negation or an aggregate: the relation must be complete.
    complete: Option<Completeness>,
    span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Completeness {
    Negation,
    Aggregate,
}

/// Fills in [`Program::strata`]; complains about negations and aggregates that reach into their own stratum.
pub(super) fn stratify(program: &mut Program, mode: Mode, report: &mut Report) {
    let uses = uses(program);
    let count = program.relations.len();
    let mut needs: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count];
    for one in &uses {
        needs[one.head].insert(one.body);
    }
    let components = components(&needs);
    let mut of = vec![0; count];
    for (at, members) in components.iter().enumerate() {
        for member in members {
            of[*member] = at;
        }
    }
    // Both are handed out in one pass: there may be as many components as rules.
    let mut inside: Vec<Vec<&Use>> = vec![Vec::new(); components.len()];
    for one in uses.iter().filter(|one| of[one.head] == of[one.body]) {
        inside[of[one.head]].push(one);
    }
    let mut rules: Vec<Vec<RuleId>> = vec![Vec::new(); components.len()];
    for (id, rule) in program.rules.iter().enumerate() {
        rules[of[rule.head.index()]].push(RuleId(u32::try_from(id).expect("fewer than 2^32 rules")));
    }
    for ((members, inside), rules) in components.iter().zip(inside).zip(rules) {
        if let Some(wrong) = inside.iter().find(|one| one.complete.is_some()) {
            let complaint = in_cycle(program, wrong, &inside);
            let declared = &program.relations[wrong.body];
            let name = &declared.name;
            report.push(match mode {
                Mode::Audit => complaint,
                Mode::Plain => {
                    complaint.secondary(declared.span, text!("`{name}` 声明在这里", "`{name}` is declared here"))
                }
            });
        }
        let derived =
            members.iter().any(|member| matches!(program.relations[*member].origin, crate::ir::Origin::Rules(_)));
        if !derived {
            continue;
        }
        program.strata.push(Stratum {
            relations: members
                .iter()
                .map(|member| RelationId(u32::try_from(*member).expect("fewer than 2^32 relations")))
                .collect(),
            rules,
            recursive: !inside.is_empty(),
        });
    }
}

fn uses(program: &Program) -> Vec<Use> {
    let mut uses = Vec::new();
    for (at, rule) in program.rules.iter().enumerate() {
        rule.body.iter().for_each(|literal| collect(literal, rule.head.index(), at, None, &mut uses));
    }
    for (at, relation) in program.relations.iter().enumerate() {
        for subsumption in &relation.subsumption {
            let own = subsumption.atoms(RelationId(u32::try_from(at).expect("fewer than 2^32 relations")));
            let body = subsumption.rule.body.iter().enumerate();
            let others = body.filter(|(at, _)| !own.is_some_and(|own| own.contains(at)));
            others.for_each(|(_, literal)| collect(literal, at, usize::MAX, None, &mut uses));
        }
    }
    uses
}

fn collect(literal: &Literal, head: usize, rule: usize, complete: Option<Completeness>, uses: &mut Vec<Use>) {
    match literal {
        Literal::Atom(atom) => {
            uses.push(Use { head, body: atom.relation.index(), rule, complete, span: atom.span });
        }
        Literal::Not(negation) => {
            negation.body.iter().for_each(|literal| collect(literal, head, rule, Some(Completeness::Negation), uses))
        }
        Literal::Aggregate(aggregate) => {
            aggregate.body.iter().for_each(|literal| collect(literal, head, rule, Some(Completeness::Aggregate), uses))
        }
        Literal::Generate(_)
        | Literal::Compare(_)
        | Literal::Bind(_)
        | Literal::Unpack(_)
        | Literal::Is(_)
        | Literal::Test(_) => {}
    }
}

/// Strongly connected components, each after those that it needs (Tarjan, without recursion).
pub(super) fn components(needs: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    const NONE: usize = usize::MAX;
    let count = needs.len();
    let (mut index, mut low, mut on_stack) = (vec![NONE; count], vec![0; count], vec![false; count]);
    let (mut stack, mut out, mut next) = (Vec::new(), Vec::new(), 0);
    for start in 0..count {
        if index[start] != NONE {
            continue;
        }
        let mut work: Vec<(usize, Vec<usize>)> = vec![(start, needs[start].iter().rev().copied().collect())];
        index[start] = next;
        low[start] = next;
        next += 1;
        stack.push(start);
        on_stack[start] = true;
        while let Some((node, rest)) = work.last_mut() {
            let node = *node;
            let Some(to) = rest.pop() else {
                work.pop();
                if let Some((parent, _)) = work.last() {
                    low[*parent] = low[*parent].min(low[node]);
                }
                if low[node] == index[node] {
                    let mut members = Vec::new();
                    while let Some(member) = stack.pop() {
                        on_stack[member] = false;
                        members.push(member);
                        if member == node {
                            break;
                        }
                    }
                    members.sort_unstable();
                    out.push(members);
                }
                continue;
            };
            if index[to] == NONE {
                index[to] = next;
                low[to] = next;
                next += 1;
                stack.push(to);
                on_stack[to] = true;
                work.push((to, needs[to].iter().rev().copied().collect()));
            } else if on_stack[to] {
                low[node] = low[node].min(index[to]);
            }
        }
    }
    out
}

/// Draws `a → not c → a` with a place for each step.
fn in_cycle(program: &Program, wrong: &Use, inside: &[&Use]) -> Diagnostic {
    let name = |relation: usize| program.relations[relation].name.as_str();
    let path = path(wrong.body, wrong.head, inside);
    let (word_zh, word_en) = match wrong.complete {
        Some(Completeness::Negation) => ("not ", "not "),
        _ => ("汇总 ", "aggregate of "),
    };
    let mut zh = format!("{} → {word_zh}{}", name(wrong.head), name(wrong.body));
    let mut en = format!("{} → {word_en}{}", name(wrong.head), name(wrong.body));
    for step in &path {
        let next = format!(" → {}", name(step.body));
        zh.push_str(&next);
        en.push_str(&next);
    }
    let head = name(wrong.head);
    let message = match wrong.complete {
        Some(Completeness::Negation) => {
            text!("`{head}` 绕一圈否定了它自己，无解：{zh}", "`{head}` comes to deny itself: {en}")
        }
        _ => text!("`{head}` 绕一圈汇总了它自己，无解：{zh}", "`{head}` comes to aggregate itself: {en}"),
    };
    let mut complaint = Diagnostic::error(Code::NegationInCycle, message)
        .primary(wrong.span, text!("这里要等它全部算完", "here it must be complete"));
    for step in path {
        if program.rules.get(step.rule).is_some() {
            let (from, to) = (name(step.head), name(step.body));
            complaint = complaint.secondary(step.span, text!("而 `{from}` 要用 `{to}`", "but `{from}` uses `{to}`"));
        }
    }
    complaint
}

/// The shortest way from `from` to `to` by uses.
fn path<'u>(from: usize, to: usize, inside: &[&'u Use]) -> Vec<&'u Use> {
    let mut seen = BTreeSet::from([from]);
    let mut ways: Vec<(usize, Vec<&Use>)> = vec![(from, Vec::new())];
    let mut at = 0;
    while at < ways.len() {
        let (here, way) = ways[at].clone();
        if here == to {
            return way;
        }
        for one in inside.iter().filter(|one| one.head == here) {
            if seen.insert(one.body) {
                let mut longer = way.clone();
                longer.push(one);
                ways.push((one.body, longer));
            }
        }
        at += 1;
    }
    Vec::new()
}
