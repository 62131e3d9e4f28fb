//! Data to bytes, pure: the clock, the version and the width of the terminal come in as arguments.

pub mod answers;
pub mod card;
pub mod concise;
pub mod facts;
pub mod human;
pub mod json;
mod place;
pub mod proof;
pub mod sarif;
pub mod souffle;
mod souffle_json;
pub mod summary;
mod table;

pub use place::whereabouts;
pub use table::aligned;
