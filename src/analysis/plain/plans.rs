//! `.plan` has no effect here; but one that does not fit its rule was meant for another rule.

use super::recursion::Recursion;
use crate::analysis::components::Flat;
use crate::analysis::resolve::alternatives;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::syntax::ast::{Clause, Literal, Plan};
use crate::text;

pub(super) fn check(flat: &Flat, recursion: &Recursion, report: &mut Report) {
    for clause in &flat.clauses {
        if let Some(plan) = &clause.plan {
            check_plan(clause, plan, recursion, report);
        }
    }
}

fn check_plan(clause: &Clause, plan: &Plan, recursion: &Recursion, report: &mut Report) {
    let bodies = alternatives(&clause.body).unwrap_or_default();
    for (head, body) in clause.heads.iter().flat_map(|head| bodies.iter().map(move |body| (head, body))) {
        let atoms: Vec<&str> = body
            .iter()
            .filter_map(
                |literal| if let Literal::Atom(atom) = literal { Some(atom.relation.text.as_str()) } else { None },
            )
            .collect();
        let recursive = atoms.iter().filter(|used| recursion.is_recursive_use(&head.relation.text, used)).count();
        for order in &plan.orders {
            // Of a clause that says which row is better, the two rows count as well.
            let atoms = atoms.len() + 2 * usize::from(clause.subsumes.is_some());
            let (count, version, most) = (atoms, order.version, recursive.saturating_sub(1));
            let mut sorted = order.atoms.clone();
            sorted.sort_unstable();
            if !sorted.iter().copied().eq(1..=count as u64) {
                let message = text!(
                    "这个次序要把 1 到 {count} 各写一次：规则有 {count} 个条件用到表",
                    "this order must name each of 1 to {count} once: so many atoms has the rule"
                );
                report.push(Diagnostic::error(Code::BadDirective, message).at(order.span));
            } else if recursive > 0 && version >= recursive as u64 {
                let message = text!(
                    "没有第 {version} 种：递归的条件只有 {recursive} 个，编号 0 到 {most}",
                    "there is no version {version}: the rule has {recursive} recursive atoms, numbered 0 to {most}"
                );
                report.push(Diagnostic::error(Code::BadDirective, message).at(order.span));
            }
        }
    }
}
