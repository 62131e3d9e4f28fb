//! Why a row holds, why one does not, and what would change it.

pub mod culprit;
mod heights;
pub mod proof;
pub mod why_not;
