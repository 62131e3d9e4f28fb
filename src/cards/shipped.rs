//! The rule files that are built into the binary, so that an installed gouji needs no checkout.

/// A rule file in the binary.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// Its path under `rules/`: `budget.toml`, `lib/budget.dl`.
    pub path: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($path:literal),* $(,)?) => {
        &[$(Shipped { path: $path, text: include_str!(concat!("../../rules/", $path)) }),*]
    };
}

/// The packs, each a file of cards. A test compares this list with the folder.
pub const PACKS: &[Shipped] = shipped![
    "budget.toml",
    "totals.toml",
    "cross.toml",
    "duplicates.toml",
    "breakdown.toml",
    "names.toml",
    "narrative.toml",
    "prose.toml",
    "cells.toml",
    "vouchers.toml",
    "contracts.toml",
    "indicators.toml",
];

/// Shared definitions that cards `use`. A test compares this list with the folder.
pub const SHARED: &[Shipped] = shipped![
    "lib/budget.dl",
    "lib/contracts.dl",
    "lib/indicators.dl",
    "lib/items.dl",
    "lib/names.dl",
    "lib/pairs.dl",
    "lib/printed.dl",
    "lib/prose.dl",
    "lib/slips.dl",
    "lib/statement.dl",
    "lib/vouchers.dl",
];
