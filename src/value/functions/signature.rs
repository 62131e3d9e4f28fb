//! Which types functions take: their overloads.

use super::Function;

/// A type as functions see it. Units of money, subtypes and the fields of records are not their concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A whole number.
    Number,
    /// A whole number that is not negative.
    Unsigned,
    /// A double.
    Float,
    /// An exact decimal.
    Decimal,
    /// An exact decimal that is a share of one and shown as a percentage.
    Percent,
    /// An amount of money.
    Money,
    /// A day.
    Date,
    /// A text.
    Symbol,
    /// A value of any type; no function has it as result.
    Any,
}

/// One way of calling a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overload {
    /// The types of its arguments.
    pub params: &'static [Kind],
    /// Any number of further arguments of this type.
    pub rest: Option<Kind>,
    /// How many of `params`, counted from the end, may be left out.
    pub optional: usize,
    /// The type of its result; none for a condition.
    pub result: Option<Kind>,
}

impl Overload {
    /// Whether it can be called with so many arguments.
    #[must_use]
    pub const fn takes(&self, arguments: usize) -> bool {
        let least = self.params.len() - self.optional;
        arguments >= least && (arguments <= self.params.len() || self.rest.is_some())
    }

    /// The type of the argument at that position.
    #[must_use]
    pub fn param(&self, position: usize) -> Option<Kind> {
        self.params.get(position).copied().or(self.rest)
    }
}

impl Kind {
    /// Whether an argument of type `given` may stand where this type is asked for: a whole number is a decimal too,
    /// and a share of one is.
    #[must_use]
    pub const fn accepts(self, given: Self) -> bool {
        match self {
            Self::Any => true,
            Self::Decimal => matches!(given, Self::Decimal | Self::Percent | Self::Number | Self::Unsigned),
            Self::Percent => matches!(given, Self::Percent | Self::Number | Self::Unsigned),
            _ => self as u8 == given as u8,
        }
    }
}

/// `params => result`
const fn plain(params: &'static [Kind], result: Kind) -> Overload {
    Overload { params, rest: None, optional: 0, result: Some(result) }
}

/// As `plain`, with the last parameter optional.
const fn optional(params: &'static [Kind], result: Kind) -> Overload {
    Overload { params, rest: None, optional: 1, result: Some(result) }
}

/// At least two arguments of one type, which is that of the result.
const fn many(params: &'static [Kind], kind: Kind) -> Overload {
    Overload { params, rest: Some(kind), optional: 1, result: Some(kind) }
}

/// A condition.
const fn condition(params: &'static [Kind]) -> Overload {
    Overload { params, rest: None, optional: 0, result: None }
}

use Kind::{Any, Date, Decimal, Float, Money, Number, Percent, Symbol, Unsigned};

const ADD: &[Overload] = &[
    plain(&[Number, Number], Number),
    plain(&[Unsigned, Unsigned], Unsigned),
    plain(&[Float, Float], Float),
    plain(&[Percent, Percent], Percent),
    plain(&[Decimal, Decimal], Decimal),
    plain(&[Money, Money], Money),
    plain(&[Date, Number], Date),
    plain(&[Symbol, Symbol], Symbol),
];
const SUB: &[Overload] = &[
    plain(&[Number, Number], Number),
    plain(&[Unsigned, Unsigned], Unsigned),
    plain(&[Float, Float], Float),
    plain(&[Percent, Percent], Percent),
    plain(&[Decimal, Decimal], Decimal),
    plain(&[Money, Money], Money),
    plain(&[Date, Number], Date),
    plain(&[Date, Date], Number),
];
const MUL: &[Overload] = &[
    plain(&[Number, Number], Number),
    plain(&[Unsigned, Unsigned], Unsigned),
    plain(&[Float, Float], Float),
    plain(&[Decimal, Decimal], Decimal),
    plain(&[Percent, Percent], Percent),
    plain(&[Money, Decimal], Money),
    plain(&[Decimal, Money], Money),
];
const DIV: &[Overload] = &[
    plain(&[Number, Number], Number),
    plain(&[Unsigned, Unsigned], Unsigned),
    plain(&[Float, Float], Float),
    plain(&[Decimal, Decimal], Decimal),
    plain(&[Money, Money], Percent),
    plain(&[Money, Decimal], Money),
];
const REM: &[Overload] = &[
    plain(&[Number, Number], Number),
    plain(&[Unsigned, Unsigned], Unsigned),
    plain(&[Decimal, Decimal], Decimal),
    plain(&[Money, Money], Money),
];
const POW: &[Overload] = &[
    plain(&[Number, Number], Number),
    plain(&[Unsigned, Unsigned], Unsigned),
    plain(&[Float, Float], Float),
    plain(&[Decimal, Number], Decimal),
];
const SIGNED: &[Overload] = &[
    plain(&[Number], Number),
    plain(&[Float], Float),
    plain(&[Decimal], Decimal),
    plain(&[Percent], Percent),
    plain(&[Money], Money),
];
const BITS_2: &[Overload] = &[plain(&[Number, Number], Number), plain(&[Unsigned, Unsigned], Unsigned)];
const BITS_1: &[Overload] = &[plain(&[Number], Number), plain(&[Unsigned], Unsigned)];
const EXTREME: &[Overload] = &[
    many(&[Number, Number], Number),
    many(&[Unsigned, Unsigned], Unsigned),
    many(&[Float, Float], Float),
    many(&[Percent, Percent], Percent),
    many(&[Decimal, Decimal], Decimal),
    many(&[Money, Money], Money),
    many(&[Date, Date], Date),
    many(&[Symbol, Symbol], Symbol),
];
const ROUND: &[Overload] = &[
    optional(&[Decimal, Number], Decimal),
    optional(&[Percent, Number], Percent),
    optional(&[Money, Number], Money),
    optional(&[Float, Number], Float),
];
const TO_NUMBER: &[Overload] = &[
    plain(&[Symbol], Number),
    plain(&[Number], Number),
    plain(&[Unsigned], Number),
    plain(&[Float], Number),
    plain(&[Decimal], Number),
];
const TO_UNSIGNED: &[Overload] = &[
    plain(&[Symbol], Unsigned),
    plain(&[Number], Unsigned),
    plain(&[Unsigned], Unsigned),
    plain(&[Float], Unsigned),
    plain(&[Decimal], Unsigned),
];
const TO_FLOAT: &[Overload] = &[
    plain(&[Symbol], Float),
    plain(&[Number], Float),
    plain(&[Unsigned], Float),
    plain(&[Float], Float),
    plain(&[Decimal], Float),
];
const TO_DECIMAL: &[Overload] = &[plain(&[Symbol], Decimal), plain(&[Decimal], Decimal)];
const DATE_PART: &[Overload] = &[plain(&[Date], Number)];

impl Function {
    /// Every way of calling it. Where several fit, an exact one before one that [accepts](Kind::accepts) more, and the
    /// first of those.
    #[must_use]
    pub const fn overloads(self) -> &'static [Overload] {
        match self {
            Self::Add => ADD,
            Self::Sub => SUB,
            Self::Mul => MUL,
            Self::Div => DIV,
            Self::Rem => REM,
            Self::Pow => POW,
            Self::Neg | Self::Abs => SIGNED,
            Self::BitAnd
            | Self::BitOr
            | Self::BitXor
            | Self::ShiftLeft
            | Self::ShiftRight
            | Self::ShiftRightUnsigned
            | Self::LogicalAnd
            | Self::LogicalOr
            | Self::LogicalXor => BITS_2,
            Self::BitNot | Self::LogicalNot => BITS_1,
            Self::Max | Self::Min => EXTREME,
            Self::Round | Self::RoundEven | Self::Trunc => ROUND,
            Self::Cat => const { &[many(&[Symbol, Symbol], Symbol)] },
            Self::StrLen => const { &[plain(&[Symbol], Number)] },
            Self::SubStr => const { &[plain(&[Symbol, Number, Number], Symbol)] },
            Self::Ord => const { &[plain(&[Any], Number)] },
            Self::Norm => const { &[plain(&[Symbol], Symbol)] },
            Self::Similarity => const { &[plain(&[Symbol, Symbol], Percent)] },
            Self::Distance => const { &[plain(&[Symbol, Symbol], Number)] },
            Self::Contains | Self::Match => const { &[condition(&[Symbol, Symbol])] },
            Self::ToString => const { &[plain(&[Any], Symbol)] },
            Self::ToNumber => TO_NUMBER,
            Self::ToUnsigned => TO_UNSIGNED,
            Self::ToFloat => TO_FLOAT,
            Self::ToDecimal => TO_DECIMAL,
            Self::ToMoney => const { &[plain(&[Symbol], Money)] },
            Self::ToDate => const { &[plain(&[Symbol], Date)] },
            Self::Year | Self::Month | Self::Day | Self::Weekday => DATE_PART,
            Self::Days => const { &[plain(&[Date, Date], Number)] },
            Self::Counter => const { &[plain(&[], Number)] },
        }
    }

    /// The overload meant by arguments of these types, none for a type not known yet. When nothing fits, none.
    #[must_use]
    pub fn resolve(self, given: &[Option<Kind>]) -> Option<&'static Overload> {
        let fits = |overload: &Overload, accepts: fn(Kind, Kind) -> bool| {
            overload.takes(given.len())
                && given.iter().enumerate().all(|(at, given)| match (overload.param(at), given) {
                    (Some(param), Some(given)) => accepts(param, *given),
                    (Some(_), None) => true,
                    (None, _) => false,
                })
        };
        let exact = |param: Kind, given: Kind| param == given;
        let overloads = self.overloads();
        if let Some(found) = overloads.iter().find(|overload| fits(overload, exact)) {
            return Some(found);
        }
        // Whole numbers become shares only beside a share, and signed and unsigned ones never meet.
        let has = |kind| given.contains(&Some(kind));
        if has(Number) && has(Unsigned) {
            return None;
        }
        let mut wider = overloads.iter().filter(|overload| fits(overload, Kind::accepts));
        wider.find(|overload| has(Percent) || !overload.params.contains(&Percent))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Function;
    use super::Kind::{Decimal, Money, Number, Percent, Symbol};

    #[test]
    fn results_follow_from_arguments() {
        let result = |function: Function, given: &[_]| {
            let given: Vec<_> = given.iter().copied().map(Some).collect();
            function.resolve(&given).and_then(|overload| overload.result)
        };
        assert_eq!(result(Function::Div, &[Money, Money]), Some(Percent));
        assert_eq!(result(Function::Mul, &[Money, Number]), Some(Money));
        assert_eq!(result(Function::Mul, &[Percent, Money]), Some(Money));
        assert_eq!(result(Function::Mul, &[Percent, Number]), Some(Decimal));
        assert_eq!(result(Function::Sub, &[Number, Percent]), Some(Percent));
        assert_eq!(result(Function::Add, &[Money, Number]), None, "a bare number is no money");
        assert_eq!(result(Function::Max, &[Symbol, Symbol, Symbol]), Some(Symbol));
        assert_eq!(result(Function::Cat, &[Symbol]), Some(Symbol));
    }

    #[test]
    fn every_function_is_found_by_each_of_its_names() {
        for function in Function::ALL {
            for name in function.names() {
                assert_eq!(Function::from_name(name), Some(*function), "{name}");
            }
        }
    }
}
