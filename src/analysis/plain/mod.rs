//! What Soufflé refuses in a plain program, refused at the same place.
//!
//! Most of it could be run here; but a program is read by other engines too, and what they refuse is, as a rule, a slip.

mod counted;
mod counters;
mod holes;
mod inline;
mod mutual;
mod names;
mod places;
mod plans;
mod recursion;
mod uses;

pub(super) use counted::counted;
pub(super) use inline::exclude;
pub(super) use recursion::Recursion;
pub(super) use uses::Parts;

use super::components::Flat;
use super::input::Input;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::text;

/// Complains about what stands in the program before inline relations are put in the place of their uses.
pub(super) fn check(flat: &Flat, input: &Input, report: &mut Report) {
    names::check(flat, input.programs, report);
    places::check(flat, report);
    inline::check(flat, report);
    let recursion = recursion::Recursion::of(flat);
    counters::check(flat, &recursion, report);
    plans::check(flat, &recursion, report);
    holes::check(flat, report);
    mutual::check(flat, report);
    for clause in &flat.clauses {
        if let (Some(better), Some(worse)) = (&clause.subsumes, clause.heads.first())
            && better.relation.text != worse.relation.text
        {
            let (worse, better) = (&worse.relation.text, &better.relation.text);
            let message = text!(
                "`<=` 两边要是同一张表，这里是 `{worse}` 和 `{better}`",
                "`<=` compares rows of one relation, not of `{worse}` and `{better}`"
            );
            report.push(Diagnostic::error(Code::BadDeclaration, message).at(clause.span));
        }
    }
}
