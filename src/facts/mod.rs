//! Fact files to facts.
//!
//! The nearest `audit.toml` upward is the [`manifest`]. Each source that it names is read by [`mod@format`] into
//! [`raw`] tables — cells as text, each with its place — whose [`headers`] [`map`] to the columns
//! of a declared relation; [`cells`] turn texts into values, and the [`builder`] keeps them as typed columns of the
//! [`store`]. Nothing is corrected on the way: a cell that is not of its column's type stays as written, malformed.

pub mod address;
pub mod builder;
pub mod bulk;
pub mod captions;
pub mod cells;
pub mod column;
pub mod delimited;
pub mod encoding;
pub mod format;
pub mod headers;
pub mod html;
pub mod json;
pub mod layout;
pub mod manifest;
pub mod map;
pub mod markdown;
pub mod names;
pub mod narrative;
pub mod office;
pub mod open;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod places;
pub mod plain;
pub mod profile;
pub mod raw;
pub mod sheet;
pub mod souffle;
#[cfg(feature = "sqlite")]
pub mod sqlite;
pub mod store;
pub mod suggest;
pub mod word;

mod choose;
mod load;
mod records;
mod rows;
mod symbols;
mod toml_text;

pub use builder::StoreBuilder;
pub use load::{Means, load, load_with};
pub use manifest::{Manifest, find_manifest};
pub use profile::profile;
