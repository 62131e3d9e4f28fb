//! The fast engine: plans run on datafrog, over columns.
//!
//! [`run`] goes stratum by stratum; each rule's [plan](crate::plan) is handed batch by batch through its
//! [steps]; what comes out is kept distinct by a [sink](derived) and becomes the next round's new rows.

mod ahead;
pub mod batch;
mod blocks;
mod by_word;
mod classes;
mod clause;
mod datalog;
pub mod derived;
pub mod eval;
mod fold;
mod growing;
mod images;
pub mod index;
mod likes;
mod meet;
mod near;
mod negation;
mod nested;
mod notes;
mod outcome;
mod ranks;
mod run;
mod seen;
mod similar;
mod sketch;
mod special;
mod spread;
mod steps;
mod totals;
mod vector;
mod wave;
mod weigh;
pub mod words;
mod world;

pub use crate::exec::limits::{Options, interrupt};
pub use run::run;
pub use world::World;
