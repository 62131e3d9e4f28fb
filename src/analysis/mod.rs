//! From trees to a resolved program: names, types, safety, order, strata, and every complaint about meaning.
//!
//! [`schema`] says which relations facts are loaded into; [`analyse`] needs the facts loaded by it, because units,
//! precision and row counts are part of what rules mean and of what complaints say.

// In reading order. What it is given, and the stages as a page:
mod build;
mod input;

// trees to plainer trees,
mod components;
mod disjunction;
mod inline;
mod rename;
mod rounds;

// what the names of relations, columns and types mean,
mod collect;
mod context;
mod functors;
mod reads;
mod schema;
mod types;

// clauses and cards to rules over ids,
mod cards;
mod hir;
mod resolve;

// their types,
mod infer;
mod nominal;

// rules in an order in which they can run,
mod lower;

// the program as a whole,
mod equivalence;
mod folding;
mod strata;

// and complaints that need all of it, or fall away in view of it.
mod broken;
mod lints;
mod plain;
mod repeated;

pub use input::{CardSource, Input, LabelSource, Mode, Parameter, Piece, SeveritySource, TemplateSource};

use crate::diagnostic::Report;
use crate::ir;
use crate::schema::Schema;
use crate::source::Span;
use crate::syntax::ast;

/// The relations that facts are loaded into, and complaints about their declarations that make loading impossible.
/// Other complaints about declarations are left to [`analyse`].
#[must_use]
pub fn schema(programs: &[&ast::Program]) -> (Schema, Report) {
    let mut report = Report::new();
    let schema = schema::schema(&components::declarations(programs), &mut report);
    (schema, report)
}

/// The types and relations that programs declare, those of components by their full names.
#[must_use]
pub fn declared(programs: &[&ast::Program]) -> ast::Program {
    let flat = components::declarations(programs);
    let types = flat.types.into_iter().map(ast::Item::Type);
    let items = types.chain(flat.decls.into_iter().map(ast::Item::Decl)).collect();
    ast::Program { items, ..ast::Program::default() }
}

/// The resolved program, and every complaint about its meaning. Rules that are wrong are left out of the program; a
/// program may only be run when the report has no error.
#[must_use]
pub fn analyse(input: &Input) -> (ir::Program, Report) {
    let (program, report) = build::build(input);
    (program, repeated::told_once(broken::without_consequences(report, input), input))
}

/// A wish to load a relation, of a plain Datalog file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputWish {
    /// The relation, by its full name.
    pub relation: String,
    /// The options of the directive, as written.
    pub options: Vec<(String, String)>,
    /// For each declared column, whether its values make any difference to the program.
    pub asked: Vec<bool>,
    /// Whether it makes a difference how many equal rows there are, so that they must be told apart and dropped: something
    /// counts or adds up rows of the relation, or numbers them.
    pub counted: bool,
    /// The directive.
    pub span: Span,
}

/// Every `.input`, in order. Of several for one relation, each adds its rows.
#[must_use]
pub fn inputs(programs: &[&ast::Program]) -> Vec<InputWish> {
    let flat = components::expand(programs, &mut Report::new());
    let reads = reads::Reads::of(&flat);
    let asked = |name: &str| {
        let decl = flat.decls.iter().find(|decl| decl.names.iter().any(|known| known.text == name));
        (0..decl.map_or(0, |decl| decl.columns.len())).map(|column| reads.asks(name, column)).collect()
    };
    let counted = plain::counted(&flat);
    let directives = flat.directives.iter().filter(|directive| directive.kind == ast::DirectiveKind::Input);
    let wishes = directives.flat_map(|directive| {
        let options = directive.options.iter().map(|(name, value)| (name.text.clone(), value.clone()));
        let options: Vec<(String, String)> = options.collect();
        let (names, counted) = (directive.relations.iter(), &counted);
        names.map(move |name| InputWish {
            relation: name.text.clone(),
            options: options.clone(),
            asked: asked(&name.text),
            counted: counted.contains(&name.text),
            span: directive.span,
        })
    });
    wishes.collect()
}
