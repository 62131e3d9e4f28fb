//! Functions that yield rows.

/// A function that yields rows with named columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Generator {
    /// `money_items(text)`
    MoneyItems,
}
