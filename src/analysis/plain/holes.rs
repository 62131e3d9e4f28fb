//! `!r([_, 1])`, `x != [_, 1]`: a record of which a field is left open is no value that could be missing, or differ.

use super::uses::Parts;
use crate::analysis::components::Flat;
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::syntax::ast::{Arg, ArgKind, Args, CompareOp, Literal};
use crate::text;

/// Complains about records with holes in negations.
pub(super) fn check(flat: &Flat, report: &mut Report) {
    for clause in &flat.clauses {
        for used in Parts::of(clause).uses.iter().filter(|used| used.negated.is_some()) {
            let Args::Positional(args) = &used.atom.args else { continue };
            args.iter().for_each(|arg| within(arg, report));
        }
        let literals = clause.body.alternatives.iter().flatten();
        for compare in literals.filter_map(|literal| match literal {
            Literal::Compare(compare) if compare.rest.iter().any(|(op, ..)| *op != CompareOp::Eq) => Some(compare),
            _ => None,
        }) {
            within(&compare.first, report);
            compare.rest.iter().for_each(|(_, _, arg)| within(arg, report));
        }
    }
}

/// Complains about the outermost records with holes.
fn within(arg: &Arg, report: &mut Report) {
    match &arg.kind {
        ArgKind::Record(fields) if fields.iter().any(has_hole) => {
            let message = text!(
                "否定和不等里的记录，每一项都要有值",
                "every field of a record that is negated or must differ needs a value"
            );
            let help = text!(
                "另写一张表取出这一项，再否定那张表",
                "take the field out in a relation of its own, and negate that"
            );
            report.push(Diagnostic::error(Code::UnboundVariable, message).at(arg.span).help(help));
        }
        ArgKind::Record(fields) | ArgKind::Branch(_, fields) => fields.iter().for_each(|field| within(field, report)),
        _ => {}
    }
}

fn has_hole(arg: &Arg) -> bool {
    match &arg.kind {
        ArgKind::Unnamed => true,
        ArgKind::Record(fields) => fields.iter().any(has_hole),
        _ => false,
    }
}
