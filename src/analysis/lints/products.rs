//! Two relations with no common variable: every row with every row.

use std::collections::BTreeSet;

use crate::analysis::context::Relations;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::ir::{Atom, Literal, Program, Rule, VarId};
use crate::text;

/// A side with fewer rows than this is paired with the other on purpose, and the result is hardly larger than that.
const FEWEST_ROWS: u64 = 20;

/// Pairs fewer than this are nobody's concern.
const FEWEST: u64 = 1_000;

pub(super) fn check(program: &Program, rule: &Rule, relations: &Relations, report: &mut Report) {
    let rows =
        |atom: &Atom| relations.list.get(atom.relation.index())?.loaded.as_ref().map(|loaded| u64::from(loaded.rows));
    let is_loaded = |literal: &&Literal| matches!(literal, Literal::Atom(atom) if rows(atom).is_some());
    if rule.body.iter().filter(is_loaded).nth(1).is_none() {
        return;
    }
    let mut groups: Vec<(BTreeSet<VarId>, Vec<&Atom>)> = Vec::new();
    for literal in &rule.body {
        let mut vars = BTreeSet::new();
        literal.variables(&mut |var| {
            vars.insert(var);
        });
        let mut atoms: Vec<&Atom> = match literal {
            Literal::Atom(atom) => vec![atom],
            _ => Vec::new(),
        };
        let (touched, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(|(group, _)| !group.is_disjoint(&vars));
        groups = rest;
        for (group, more) in touched {
            vars.extend(group);
            atoms.splice(0..0, more);
        }
        groups.push((vars, atoms));
    }
    let sized: Vec<(&Atom, u64)> = groups
        .iter()
        .filter_map(|(_, atoms)| {
            atoms.iter().filter_map(|atom| Some((*atom, rows(atom)?))).max_by_key(|(_, rows)| *rows)
        })
        .collect();
    let [(first, a), (second, b), ..] = sized[..] else { return };
    if a.min(b) < FEWEST_ROWS || a.saturating_mul(b) < FEWEST {
        return;
    }
    let name = |atom: &Atom| program.relations[atom.relation.index()].name.clone();
    let (one, other) = (name(first), name(second));
    report.push(
        Diagnostic::warning(
            Code::CrossProduct,
            text!(
                "`{one}` 和 `{other}` 没有共同的变量，会得到 {a} × {b} 对",
                "`{one}` and `{other}` have no variable in common: {a} × {b} pairs"
            ),
        )
        .primary(second.span, text!("每一行都配上", "each row of this"))
        .secondary(first.span, text!("这里的每一行", "with each row of this"))
        .help(text!(
            "是否缺一个相等的条件，如 `{other} 的列 = {one} 的列`？",
            "is an equality between a column of each missing?"
        )),
    );
}
