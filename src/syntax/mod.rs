//! The text of rules: tokens, tree, formatter. Knows no relation, no file, no card.

pub mod ast;
