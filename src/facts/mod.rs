//! Fact files to facts.
//!
//! The nearest `audit.toml` upward is the [`manifest`]. Each source that it names is [`mod@read`] into raw tables — cells
//! as text, each with its place — whose [`headers`] [`map`] to the columns of a declared relation; [`cells`] turn texts
//! into values, and the [`store`] keeps them as typed columns. Nothing is corrected on the way: a cell that is not of its
//! column's type stays as written, malformed. Large delimited files take a way of their own, in [`bulk`], to the same end.

// In reading order. What an audit.toml says, and the stages as a page:
mod load;
pub mod manifest;

// files to raw tables, whatever their format,
pub mod read;

// which of a file's tables, columns and rows are meant,
mod align;
mod aside;
mod choose;
mod footer;
mod glance;
pub mod headers;
pub mod map;
pub mod names;
mod rows;

// texts to values, and where they are kept,
pub mod address;
pub mod cells;
pub mod store;

// the short way for large files and for plain Datalog,
pub mod bulk;
pub mod souffle;

// and what is said of all that: what was loaded, what a manifest could be.
pub mod profile;
pub mod suggest;
mod toml_text;

pub use load::{Means, changed, load, load_with};
pub use manifest::{Manifest, find_manifest};
pub use profile::profile;
pub use store::StoreBuilder;
