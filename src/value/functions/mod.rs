//! The functions and operators of the language, on [`Value`]s.
//!
//! What there is ([`Function`]), which types it takes ([`signature`]), and what it comes to ([`call`], [`test()`]). Whole
//! numbers are checked in 64 bits, decimals and money exact to 28 digits; nothing here panics, whatever the values.

mod arithmetic;
mod bits;
mod convert;
mod dates;
pub mod signature;
pub mod text;

use std::sync::Arc;

use super::Value;
pub use arithmetic::compare;
pub use signature::{Kind, Overload};

macro_rules! functions {
    ($( $(#[$doc:meta])* $variant:ident = $($name:literal)|+ ),* $(,)?) => {
        /// A function or operator of the language. Which of its [overloads](Function::overloads) is meant is decided
        /// by the types of its arguments, and at run time by the values.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Function {
            $( $(#[$doc])* $variant, )*
        }

        impl Function {
            /// Every function.
            pub const ALL: &'static [Self] = &[$( Self::$variant ),*];

            /// The names of this function, the usual one first.
            #[must_use]
            pub const fn names(self) -> &'static [&'static str] {
                match self {
                    $( Self::$variant => &[$($name),+], )*
                }
            }
        }
    };
}

functions! {
    /// `a + b`; of texts one after the other
    Add = "+",
    /// `a - b`
    Sub = "-",
    /// `a * b`
    Mul = "*",
    /// `a / b`; of whole numbers cut towards zero
    Div = "/",
    /// `a % b`, with the sign of `a`
    Rem = "%",
    /// `a ^ b`
    Pow = "^" | "**",
    /// `-a`
    Neg = "neg",
    /// Bits set in both.
    BitAnd = "band",
    /// Bits set in either.
    BitOr = "bor",
    /// Bits set in one of the two.
    BitXor = "bxor",
    /// Bits moved up; the distance modulo 64.
    ShiftLeft = "bshl",
    /// Bits moved down, keeping the sign; the distance modulo 64.
    ShiftRight = "bshr",
    /// Bits moved down, filled with zeros; the distance modulo 64.
    ShiftRightUnsigned = "bshru",
    /// Every bit turned.
    BitNot = "bnot",
    /// 1 when both are not 0, else 0.
    LogicalAnd = "land",
    /// 1 when either is not 0, else 0.
    LogicalOr = "lor",
    /// 1 when exactly one is not 0, else 0.
    LogicalXor = "lxor",
    /// 1 for 0, else 0.
    LogicalNot = "lnot",
    /// The greatest.
    Max = "max",
    /// The least.
    Min = "min",
    /// The value without its sign.
    Abs = "abs",
    /// `round(x, n)`: to n decimal places, half away from zero; n may be negative (−4 rounds 元 to whole 万元).
    Round = "round",
    /// As `round`, half to the even neighbour.
    RoundEven = "round_even",
    /// As `round`, cut towards zero.
    Trunc = "trunc",

    /// Texts one after the other.
    Cat = "cat",
    /// How many characters a text has.
    StrLen = "strlen",
    /// `substr(text, start, length)` in characters from 0; what lies outside the text is left out.
    SubStr = "substr",
    /// A number that stands for a text: equal for equal texts and, but for chance of 2⁻⁵⁹, only for those; the same in
    /// every run; in the order of the texts when both are at most seven bytes long.
    Ord = "ord",
    /// The text in one form: NFKC (full width to half width), white space runs to one space, none at the ends and
    /// none beside Chinese characters.
    Norm = "norm",
    /// How alike two texts are, 0–100 %: twice the bigrams that both have, by the bigrams of both.
    Similarity = "similarity",
    /// How many characters must be inserted, deleted or replaced to make one text of the other.
    Distance = "distance",
    /// `contains(part, text)`
    Contains = "contains",
    /// `match(pattern, text)`: the regular expression describes the whole text.
    Match = "match",

    /// The text of a value.
    ToString = "to_string",
    /// The whole number that a text writes, strictly, also as `0x…` or `0b…`; of other numbers the whole part.
    ToNumber = "to_number" | "ftoi" | "utoi",
    /// The whole number that a text writes, not negative; of other numbers the whole part.
    ToUnsigned = "to_unsigned" | "itou" | "ftou",
    /// The double next to a number or to what a text writes.
    ToFloat = "to_float" | "itof" | "utof",
    /// The exact decimal that a text writes, or the same number as a decimal. Money has none without a unit: divide it.
    ToDecimal = "to_decimal",
    /// The amount that a text writes with its unit: `12.5万元`, `壹万贰仟元整`.
    ToMoney = "to_money",
    /// The day that a text writes.
    ToDate = "to_date",

    /// The year of a day.
    Year = "year",
    /// The month of a day, 1–12.
    Month = "month",
    /// The day of the month of a day.
    Day = "day",
    /// The day of the week, 1 for Monday to 7 for Sunday.
    Weekday = "weekday",
    /// `days(from, to)`: how many days later `to` is.
    Days = "days",

    /// `autoinc()`: a new number each time, from 0. It has no value of its own: engines keep the count.
    Counter = "autoinc",
}

/// Why a function has no value for its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EvalError {
    /// The exact result does not fit.
    Overflow,
    /// Division by zero.
    DivisionByZero,
    /// A text that is no number, a regular expression that does not compile, …
    NotDefined,
    /// Records nested deeper than [`crate::value::Record::DEEPEST`].
    TooDeep,
}

impl Function {
    /// The function of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|function| function.names().contains(&name))
    }

    /// Its usual name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.names()[0]
    }

    /// Whether it stands in the place of a condition: its result is true or false, and [`test()`] computes it.
    #[must_use]
    pub const fn is_test(self) -> bool {
        matches!(self, Self::Contains | Self::Match)
    }
}

/// The value of `function` at `args`.
///
/// # Errors
/// When it has none there, also when the arguments are not of its types.
pub fn call(function: Function, args: &[Value]) -> Result<Value, EvalError> {
    use Function as F;
    match (function, args) {
        (F::Add, [Value::Symbol(_), Value::Symbol(_)]) => text::cat(args),
        (F::Add | F::Sub | F::Mul | F::Div | F::Rem | F::Pow, [a, b]) => arithmetic::binary(function, a, b),
        (F::Neg | F::Abs, [a]) => arithmetic::signed(function, a),
        (F::BitNot | F::LogicalNot, [a]) => bits::unary(function, a),
        (F::Max | F::Min, _) => arithmetic::extreme(function, args),
        (F::Round | F::RoundEven | F::Trunc, [a]) => arithmetic::round(function, a, None),
        (F::Round | F::RoundEven | F::Trunc, [a, places]) => arithmetic::round(function, a, Some(places)),
        (F::Cat, _) => text::cat(args),
        (F::StrLen, [a]) => Ok(text::length(text::symbol(a)?)),
        (F::SubStr, [a, start, length]) => text::part(text::symbol(a)?, start, length),
        (F::Ord, [a]) => Ok(Value::Number(match a {
            Value::Symbol(text) => text::ordinal(text),
            Value::Number(number) => *number,
            other => text::ordinal(&other.to_string()),
        })),
        (F::Norm, [Value::Symbol(text)]) if text::is_plainly_normal(text) => Ok(Value::Symbol(Arc::clone(text))),
        (F::Norm, [a]) => Ok(Value::Symbol(text::kept_norm(text::symbol(a)?))),
        (F::Similarity, [a, b]) => Ok(Value::Decimal(text::similarity(text::symbol(a)?, text::symbol(b)?))),
        (F::Distance, [a, b]) => text::distance(text::symbol(a)?, text::symbol(b)?).map(Value::Number),
        // As C++ writes a double into a text, six places whatever its size.
        (F::ToString, [Value::Float(float)]) => Ok(Value::symbol(format!("{:.6}", float.0))),
        (F::ToString, [a]) => Ok(Value::symbol(a.to_string())),
        (F::ToNumber, [a]) => convert::to_number(a),
        (F::ToUnsigned, [a]) => convert::to_unsigned(a),
        (F::ToFloat, [a]) => convert::to_float(a),
        (F::ToDecimal, [a]) => convert::to_decimal(a),
        (F::ToMoney, [a]) => {
            super::generators::whole_amount(text::symbol(a)?).map(Value::Money).ok_or(EvalError::NotDefined)
        }
        (F::ToDate, [a]) => convert::to_date(text::symbol(a)?),
        (F::Year | F::Month | F::Day | F::Weekday, [a]) => dates::part(function, a),
        (F::Days, [from, to]) => dates::days(from, to),
        (_, [a, b]) => bits::binary(function, a, b),
        _ => Err(EvalError::NotDefined),
    }
}

/// Whether the condition `function` holds of `args`.
///
/// # Errors
/// When that cannot be said: a regular expression that does not compile.
pub fn test(function: Function, args: &[Value]) -> Result<bool, EvalError> {
    let [a, b] = args else { return Err(EvalError::NotDefined) };
    let (a, b) = (text::symbol(a)?, text::symbol(b)?);
    match function {
        Function::Contains => Ok(b.contains(a)),
        Function::Match => text::matches(a, b),
        _ => Err(EvalError::NotDefined),
    }
}

#[cfg(test)]
mod tests;
