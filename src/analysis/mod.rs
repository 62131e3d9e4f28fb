//! From trees to a resolved program: names, types, safety, order, strata, and every complaint about meaning.
//!
//! [`schema`] says which relations facts are loaded into; [`analyse`] needs the facts loaded by it, because units,
//! precision and row counts are part of what rules mean and of what complaints say.

mod input;

pub use input::{CardSource, Input, LabelSource, Mode, Parameter, Piece, SeveritySource, TemplateSource};

use crate::diagnostic::Report;
use crate::ir;
use crate::schema::Schema;
use crate::syntax::ast;

/// The relations that facts are loaded into, and complaints about their declarations that make loading impossible.
/// Other complaints about declarations are left to [`analyse`].
#[must_use]
pub fn schema(programs: &[&ast::Program]) -> (Schema, Report) {
    let _ = programs;
    (Schema::default(), Report::new())
}

/// The resolved program, and every complaint about its meaning. Rules that are wrong are left out of the program; a
/// program may only be run when the report has no error.
#[must_use]
pub fn analyse(input: &Input) -> (ir::Program, Report) {
    let _ = input;
    (ir::Program::default(), Report::new())
}
