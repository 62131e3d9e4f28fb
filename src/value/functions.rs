//! The functions of the language, on [`Value`](super::Value)s.

use super::{Unit, Value};

/// A function or operator of the language. Which types it takes is decided by the values that it is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

/// Why a function has no value for its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EvalError {
    /// The exact result does not fit.
    Overflow,
    /// Division by zero.
    DivisionByZero,
    /// A text that is no number, a position outside a text, …
    NotDefined,
}

/// The value of `function` at `args`.
///
/// # Errors
/// When it has none there.
pub fn call(function: Function, args: &[Value]) -> Result<Value, EvalError> {
    let _ = (function, args, Unit::Yuan);
    Err(EvalError::NotDefined)
}
