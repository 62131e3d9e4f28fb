//! `autoinc()` and `$` stand neither in facts nor in recursive rules.

use super::recursion::Recursion;
use super::uses::{Parts, is_counter};
use crate::analysis::components::Flat;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::text;

pub(super) fn check(flat: &Flat, recursion: &Recursion, report: &mut Report) {
    for clause in &flat.clauses {
        let parts = Parts::of(clause);
        let mut counters = parts.args.iter().filter(|(arg, _)| is_counter(arg)).peekable();
        if counters.peek().is_none() {
            continue;
        }
        let message = if clause.body.alternatives.is_empty() {
            text!("事实里只有固定的值，不能用计数器", "a fact is made of constants and has no counter")
        } else if recursion.is_recursive(clause) {
            text!(
                "递归的规则里用计数器，每一轮都有新的值，不会结束",
                "a counter in a recursive rule gives new values in every round and never ends"
            )
        } else {
            continue;
        };
        for (counter, _) in counters {
            report.push(Diagnostic::error(Code::GrowsWithoutBound, message.clone()).at(counter.span));
        }
    }
}
