//! Places: every source file in one offset space.
//!
//! A [`Span`] is eight bytes and is meaningful only together with the [`SourceMap`] that handed it out. The map is the
//! only reader of files. It knows nothing of what the bytes mean.

mod disk;
mod expand;
mod gzip;
mod map;
mod parted;
mod pieces;
mod snippet;
mod span;
mod text;

pub use disk::{OnDisk, Stretch};
pub use expand::expand;
pub use gzip::pack;
pub use map::{FileId, LoadError, Location, SourceFile, SourceMap, check_file, display_path, read_bytes};
pub use pieces::{Piece, Pieces};
pub use span::Span;
pub use text::Text;
