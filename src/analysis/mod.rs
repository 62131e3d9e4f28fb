//! From trees to a resolved program: names, types, safety, order, strata, and every complaint about meaning.
//!
//! [`schema`] says which relations facts are loaded into; [`analyse`] needs the facts loaded by it, because units,
//! precision and row counts are part of what rules mean and of what complaints say.

mod agree;
mod build;
mod cards;
mod collect;
mod components;
mod context;
mod equivalence;
mod hir;
mod infer;
mod inline;
mod input;
mod lower;
mod nominal;
mod resolve;
mod schema;
mod strata;
mod types;

pub use input::{CardSource, Input, LabelSource, Mode, Parameter, Piece, SeveritySource, TemplateSource};

use crate::diagnostic::Report;
use crate::ir;
use crate::schema::Schema;
use crate::syntax::ast;

/// The relations that facts are loaded into, and complaints about their declarations that make loading impossible.
/// Other complaints about declarations are left to [`analyse`].
#[must_use]
pub fn schema(programs: &[&ast::Program]) -> (Schema, Report) {
    let mut report = Report::new();
    // complaints about components are made by the analysis proper
    let flat = components::expand(programs, &mut Report::new());
    let schema = schema::schema(&flat, &mut report);
    (schema, report)
}

/// The resolved program, and every complaint about its meaning. Rules that are wrong are left out of the program; a
/// program may only be run when the report has no error.
#[must_use]
pub fn analyse(input: &Input) -> (ir::Program, Report) {
    build::build(input)
}
