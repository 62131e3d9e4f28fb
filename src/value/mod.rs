//! Values: what cells hold and rules compute.
//!
//! A [`Value`] carries all it needs to be compared and shown; nothing here knows of relations, files or engines.

pub mod functions;
pub mod generators;
mod money;
mod number;
mod parse;
mod record;

use std::sync::Arc;

pub use money::Unit;
pub use number::{Date, Decimal, Float};
pub use parse::{Reason, parse_date, parse_decimal, parse_number};
pub use record::Record;

/// One value. Values of one type are ordered as that type is; values of different types by the order of the variants,
/// which only matters for printing sets of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// `nil`, the empty record.
    Nil,
    /// A whole number.
    Number(i64),
    /// A whole number that is not negative.
    Unsigned(u64),
    /// A binary floating point number, only for programs that ask for the type `float`.
    Float(Float),
    /// An exact decimal; equality and order ignore the scale (25.0 = 25), printing keeps it.
    Decimal(Decimal),
    /// An amount of money, in 元.
    Money(Decimal),
    /// A day.
    Date(Date),
    /// A text.
    Symbol(Arc<str>),
    /// A row of the fact relation that the static type names, by position.
    Row(u32),
    /// A record, or a branch of an algebraic type (whose first element is then the branch's number).
    Record(Record),
}

impl Value {
    /// A text.
    pub fn symbol(text: impl Into<Arc<str>>) -> Self {
        Self::Symbol(text.into())
    }
}

impl std::fmt::Display for Value {
    /// As Soufflé writes output: symbols bare, records as `[a, b]`, money in 元 without its unit.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nil => f.write_str("nil"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Unsigned(number) => write!(f, "{number}"),
            Self::Float(float) => write!(f, "{float}"),
            Self::Decimal(decimal) | Self::Money(decimal) => write!(f, "{decimal}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Symbol(text) => f.write_str(text),
            Self::Row(row) => write!(f, "#{}", row + 1),
            Self::Record(fields) => {
                f.write_str("[")?;
                for (at, field) in fields.iter().enumerate() {
                    write!(f, "{}{field}", if at == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
        }
    }
}
