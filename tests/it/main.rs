//! The one integration binary: a module per boundary.

mod floors;
mod paths;
mod run;
