//! Fact files to facts.
pub mod raw;
pub mod store;
