//! Pairs that are reported twice: `a in r, b in r, a != b` with conditions that treat both alike.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::ir::{Atom, Compare, Expr, Literal, Program, Rule, TypeKind, VarId};
use crate::source::SourceMap;
use crate::syntax::ast::CompareOp;
use crate::text;

pub(super) fn check(program: &Program, rule: &Rule, sources: &SourceMap, report: &mut Report) {
    if rule.card.is_none() {
        return;
    }
    let is_row = |var: VarId| matches!(program.types[rule.vars[var.index()].ty.index()].kind, TypeKind::Row(_));
    let unequal = rule.body.iter().find_map(|literal| match literal {
        Literal::Compare(Compare { op: CompareOp::Ne, left: Expr::Var(a), right: Expr::Var(b), span, .. })
            if is_row(*a) && is_row(*b) && rule.vars[a.index()].ty == rule.vars[b.index()].ty =>
        {
            Some((*a, *b, *span))
        }
        _ => None,
    });
    let Some((a, b, span)) = unequal else { return };
    let (one, other) = (rule.vars[a.index()].name.clone(), rule.vars[b.index()].name.clone());
    let plain: BTreeSet<String> = conditions(rule, sources, None);
    let swapped: BTreeSet<String> = conditions(rule, sources, Some((&one, &other)));
    if plain != swapped {
        return;
    }
    report.push(
        Diagnostic::warning(
            Code::SymmetricPair,
            text!(
                "每一对会报告两次：`{one}` 和 `{other}` 可以互换",
                "each pair is reported twice: `{one}` and `{other}` are interchangeable"
            ),
        )
        .at(span)
        .help(text!("写 `{one} < {other}`", "write `{one} < {other}`"))
        .fix(span, format!("{one} < {other}")),
    );
}

/// The conditions as texts, sides of equalities in one order, two names exchanged when asked.
fn conditions(rule: &Rule, sources: &SourceMap, swap: Option<(&str, &str)>) -> BTreeSet<String> {
    let exchanged = |text: &str| match swap {
        Some((a, b)) => exchange(text, a, b),
        None => text.split_whitespace().collect(),
    };
    rule.body
        .iter()
        .filter_map(|literal| match literal {
            Literal::Atom(Atom { row: Some(_), span, .. }) => Some(exchanged(&sources.text(*span))),
            Literal::Atom(atom) => Some(exchanged(&sources.text(atom.span))),
            Literal::Compare(compare) => {
                let text = exchanged(&sources.text(compare.span));
                let symmetric =
                    matches!(compare.op, CompareOp::Eq | CompareOp::Ne | CompareOp::Agree | CompareOp::Disagree);
                Some(if symmetric { sorted_sides(&text) } else { text })
            }
            Literal::Bind(bind) => Some(sorted_sides(&exchanged(&sources.text(bind.span)))),
            Literal::Test(test) => Some(exchanged(&sources.text(test.span))),
            Literal::Is(is) => Some(exchanged(&sources.text(is.span))),
            Literal::Not(negation) => Some(exchanged(&sources.text(negation.span))),
            Literal::Aggregate(aggregate) => Some(exchanged(&sources.text(aggregate.span))),
            Literal::Generate(generate) => Some(exchanged(&sources.text(generate.span))),
            Literal::Unpack(_) => None,
        })
        .map(|text| similarity_sorted(&text))
        .collect()
}

/// `similarity(a.x, b.x)` and `similarity(b.x, a.x)` are one.
fn similarity_sorted(text: &str) -> String {
    let Some((before, rest)) = text.split_once("similarity(") else { return text.to_owned() };
    let Some((inside, after)) = rest.split_once(')') else { return text.to_owned() };
    let mut args: Vec<&str> = inside.split(',').collect();
    args.sort_unstable();
    format!("{before}similarity({}){after}", args.join(","))
}

fn sorted_sides(text: &str) -> String {
    for op in ["!=", "!~", "~", "="] {
        if let Some((left, right)) = text.split_once(op) {
            return if left <= right { format!("{left}{op}{right}") } else { format!("{right}{op}{left}") };
        }
    }
    text.to_owned()
}

/// Exchanges two names, spaces left out.
fn exchange(text: &str, a: &str, b: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    let flush = |word: &mut String, out: &mut String, after_dot: bool| {
        let swapped = match word.as_str() {
            name if after_dot => name,
            name if name == a => b,
            name if name == b => a,
            name => name,
        };
        out.push_str(swapped);
        word.clear();
    };
    let mut after_dot = false;
    for c in text.chars() {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        flush(&mut word, &mut out, after_dot);
        after_dot = c == '.';
        if !c.is_whitespace() {
            out.push(c);
        }
    }
    flush(&mut word, &mut out, after_dot);
    out
}
