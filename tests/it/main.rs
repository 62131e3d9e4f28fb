//! The one integration binary: a module per boundary.

#![allow(clippy::unwrap_used)] // a test that cannot read its own files has failed

mod analysis;
mod at_once;
mod causes;
mod checker;
mod cli;
mod cycles;
mod databases;
mod datafrog;
mod engines;
mod floors;
mod formats;
mod init;
mod kaifu;
mod language_doc;
mod layout;
mod magnitude;
mod packed;
mod packs;
mod paths;
mod proofs;
mod prose;
mod readme;
mod refusals;
mod run;
mod schemas;
mod slips;
mod strangers;
mod support;
mod threads;
mod typos;
mod ui;
mod wenlv;
mod worlds;
