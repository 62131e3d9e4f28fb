//! [`CompareOp`]: the comparisons of the language.

use std::cmp::Ordering;

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CompareOp {
    /// `=`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `~`: agree within the written precision
    Agree,
    /// `!~`: disagree beyond the written precision
    Disagree,
}

impl CompareOp {
    /// As rules write it.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Agree => "~",
            Self::Disagree => "!~",
        }
    }

    /// Whether it holds between two values in that order; `~` and `!~` without any allowance.
    #[must_use]
    pub const fn admits(self, order: Ordering) -> bool {
        match self {
            Self::Eq | Self::Agree => order.is_eq(),
            Self::Ne | Self::Disagree => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }
}
