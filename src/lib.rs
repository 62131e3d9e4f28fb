//! gouji 勾稽: an audit engine.
//!
//! Project records are loaded as facts, audit rules that auditors write in files are evaluated by a Datalog engine, and
//! every finding is drawn with labels under the very cells that prove it.
//!
//! The modules are floors, listed from the ground up; each uses only those above it in this list (`tests/it/floors.rs`
//! keeps it so). `ARCHITECTURE.md` has the map.

// ground: places, values, threads, memory
pub mod pages;
pub mod source;
pub mod threads;
pub mod value;
// complaints about our inputs, as data
pub mod diagnostic;
// how far this process is
pub mod progress;
// relations, columns, units
pub mod schema;
// three readers that do not know each other
pub mod cards;
pub mod facts;
pub mod syntax;
// the resolved program
pub mod ir;
// resolve, types, safety, strata, lints
pub mod analysis;
// join order, indexes, strata as data
pub mod plan;
// running a plan
pub mod exec;
// why a row holds, why one does not
pub mod provenance;
// what an audit reports
pub mod finding;
// data to bytes, pure
pub mod render;
// load, parse, resolve, check, plan, run, find
pub mod audit;
// a file per verb; the only place that prints
pub mod cli;
