//! Expressions and comparisons a column at a time, for the shapes that are common: whole numbers, decimals at a scale,
//! words. All else goes row by row, and so does a batch in which anything overflows: [`eval`](super::eval) says then
//! which row it was.

use super::batch::{Vector, amount};
use super::eval::{Scope, is_in};
use super::notes::Notes;
use super::words::{Kind, NONE, pack};
use crate::facts::store::{Data, State};
use crate::ir::{Compare, Expr, Is, Term};
use crate::plan::Place;
use crate::syntax::ast::CompareOp;
use crate::value::functions::Function;
use crate::value::{Decimal, Value};

impl Scope<'_> {
    /// The column of an expression, when it is of a common shape and every row has a value.
    #[must_use]
    pub fn vector_of(&self, expr: &Expr) -> Option<Vector> {
        match expr {
            Expr::Var(var) => self.column(self.place(*var)),
            Expr::Call(Function::Neg, args, _) => {
                let [number] = &args[..] else { return None };
                let zero = |numbers: &Numbers| Numbers { unit: numbers.unit, values: Multiples::All(0) };
                let numbers = self.numbers(number)?;
                arithmetic(Function::Sub, &zero(&numbers), &numbers)
            }
            Expr::Call(function @ (Function::Add | Function::Sub | Function::Mul), args, _) => {
                let [left, right] = &args[..] else { return None };
                arithmetic(*function, &self.numbers(left)?, &self.numbers(right)?)
            }
            _ => None,
        }
    }

    /// The rows for which a comparison holds, when it is of a common shape and every row has values.
    #[must_use]
    pub fn select(&self, compare: &Compare) -> Option<Vec<u32>> {
        let op = compare.op;
        if matches!(op, CompareOp::Agree | CompareOp::Disagree) {
            return None;
        }
        if let Some(rows) = self.select_words(compare) {
            return Some(rows);
        }
        self.ordered(op, &self.numbers(&compare.left)?, &self.numbers(&compare.right)?)
    }

    /// The rows in which a cell is in the state asked for, where no row can fail to say so.
    #[must_use]
    pub fn select_is(&self, is: &Is) -> Option<Vec<u32>> {
        let Place::Cell { row, table, column } = self.place(is.var) else { return None };
        let cells = &self.world.input.store.tables[table].columns[column];
        let rows = self.batch.words(row);
        let holds = |row: u32| is_in(cells.state(row), is);
        Some((0_u32..).zip(rows).filter(|(_, row)| holds(**row)).map(|(at, _)| at).collect())
    }

    /// The rows in which what is at a place is the same number as a term, when both are numbers in every row.
    #[must_use]
    pub fn select_same(&self, place: Place, term: &Term) -> Option<Vec<u32>> {
        let right = match term {
            Term::Var(var) => self.numbers_at(self.place(*var))?,
            Term::Const(value) => constant(value)?,
        };
        self.ordered(CompareOp::Eq, &self.numbers_at(place)?, &right)
    }

    fn ordered(&self, op: CompareOp, left: &Numbers, right: &Numbers) -> Option<Vec<u32>> {
        let (a, b) = aligned(left, right)?;
        let rows = 0..u32::try_from(self.batch.len).ok()?;
        // One factor is 1, and most often both.
        if a.factor == 1 && b.factor == 1 {
            return Some(rows.filter(|row| op.admits(a.at(*row).cmp(&b.at(*row)))).collect());
        }
        let wide = |side: &Side<'_>, row: u32| i128::from(side.at(row)) * i128::from(side.factor);
        Some(rows.filter(|row| op.admits(wide(&a, *row).cmp(&wide(&b, *row)))).collect())
    }

    /// As [`Self::select`], for what is compared as words: texts for equality, days and rows for order as well.
    fn select_words(&self, compare: &Compare) -> Option<Vec<u32>> {
        let (left, right) = (self.direct_words(&compare.left), self.direct_words(&compare.right));
        let (kind, left, right) = match (left, right) {
            (Some((kind, left)), Some((other, right))) if kind == other => (kind, left, right),
            (Some((Kind::Symbol, left)), None) => (Kind::Symbol, left, self.symbol_constant(&compare.right)?),
            _ => return None,
        };
        if kind == Kind::Symbol && !matches!(compare.op, CompareOp::Eq | CompareOp::Ne) {
            return None;
        }
        let pairs = (0_u32..).zip(left.iter().zip(&right));
        Some(pairs.filter(|(_, (a, b))| compare.op.admits(a.cmp(b))).map(|(row, _)| row).collect())
    }

    fn symbol_constant(&self, expr: &Expr) -> Option<Vec<u32>> {
        match expr {
            Expr::Const(value @ Value::Symbol(_)) => Some(vec![self.world.words.encode(value); self.batch.len]),
            _ => None,
        }
    }

    /// The words of a variable whose words stand for themselves.
    fn direct_words(&self, expr: &Expr) -> Option<(Kind, Vec<u32>)> {
        let Expr::Var(var) = expr else { return None };
        match self.column(self.place(*var))? {
            Vector::Words(kind @ (Kind::Symbol | Kind::Row | Kind::Date), words) => Some((kind, words)),
            _ => None,
        }
    }

    /// An expression as multiples of a power of ten.
    fn numbers(&self, expr: &Expr) -> Option<Numbers> {
        if let Expr::Const(value) = expr {
            return constant(value);
        }
        self.multiples(self.vector_of(expr)?)
    }

    fn numbers_at(&self, place: Place) -> Option<Numbers> {
        self.multiples(self.column(place)?)
    }

    fn multiples(&self, vector: Vector) -> Option<Numbers> {
        match vector {
            Vector::Ints(values) => Some(Numbers { unit: Unit::Whole, values: Multiples::Each(values) }),
            Vector::Scaled { scale, money, values } => {
                Some(Numbers { unit: Unit::Scaled { scale, money }, values: Multiples::Each(values) })
            }
            Vector::Words(Kind::Number, words) => {
                let one = |word: u32| match self.world.words.decode(word, Kind::Number) {
                    Value::Number(number) => Some(number),
                    _ => None,
                };
                let small = |word: &u32| if *word < 1 << 31 { Some(i64::from(*word)) } else { one(*word) };
                let values = words.iter().map(small).collect::<Option<Vec<i64>>>()?;
                Some(Numbers { unit: Unit::Whole, values: Multiples::Each(values) })
            }
            _ => None,
        }
    }

    /// The words of an expression, [`NONE`] where it has no value; faults are noted.
    pub fn words_of(&self, expr: &Expr, notes: &mut Notes) -> Vec<u32> {
        match expr {
            Expr::Var(var) => return self.words_at(self.place(*var)),
            Expr::Const(value) => return vec![self.world.words.encode(value); self.batch.len],
            _ => {}
        }
        if let Some(vector) = self.vector_of(expr) {
            return self.world.encode(&vector);
        }
        let (values, kept) = notes.each(self.batch, |row| self.value(expr, row));
        let mut words = vec![NONE; self.batch.len];
        for (row, value) in kept.into_iter().zip(values) {
            words[row as usize] = self.world.words.encode(&value);
        }
        words
    }

    /// The column at a place, when every row has a value.
    #[must_use]
    pub fn column(&self, place: Place) -> Option<Vector> {
        let (row, table, column) = match place {
            Place::Slot(slot) => {
                return match self.vector(slot) {
                    Vector::Partial(_) => None,
                    vector => Some(vector.clone()),
                };
            }
            Place::Cell { row, table, column } => (row, table, column),
        };
        let cells = &self.world.input.store.tables[table].columns[column];
        let rows = self.batch.words(row);
        if cells.states.is_some() && rows.iter().any(|row| cells.state(*row) != State::Present) {
            return None;
        }
        let at = rows.iter().map(|row| *row as usize);
        Some(match &cells.data {
            Data::Symbol(ids) => Vector::Words(Kind::Symbol, at.map(|row| ids[row]).collect()),
            Data::Small(values) => Vector::Words(Kind::Number, at.map(|row| values[row]).collect()),
            Data::Number(values) => Vector::Ints(at.map(|row| values[row]).collect()),
            Data::Scaled { scale, values, money } => {
                Vector::Scaled { scale: *scale, money: *money, values: at.map(|row| values[row]).collect() }
            }
            Data::Date(values) => Vector::Words(Kind::Date, at.map(|row| pack(values[row])).collect()),
            Data::Exact { values, money } => Vector::Values(at.map(|row| amount(values[row], *money)).collect()),
            _ => return None,
        })
    }
}

/// What multiples are multiples of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    /// 1, and the values are whole numbers.
    Whole,
    /// 10^-scale, and the values are decimals or money.
    Scaled { scale: u32, money: bool },
}

impl Unit {
    fn scale(self) -> u32 {
        match self {
            Self::Whole => 0,
            Self::Scaled { scale, .. } => scale,
        }
    }

    fn is_money(self) -> bool {
        matches!(self, Self::Scaled { money: true, .. })
    }
}

/// Numbers as multiples.
#[derive(Debug)]
struct Numbers {
    unit: Unit,
    values: Multiples,
}

#[derive(Debug)]
enum Multiples {
    Each(Vec<i64>),
    All(i64),
}

impl Multiples {
    fn at(&self, row: usize) -> i64 {
        match self {
            Self::Each(values) => values[row],
            Self::All(value) => *value,
        }
    }

    fn len(&self) -> Option<usize> {
        match self {
            Self::Each(values) => Some(values.len()),
            Self::All(_) => None,
        }
    }
}

fn constant(value: &Value) -> Option<Numbers> {
    let scaled = |decimal: &Decimal, money| {
        let multiple = i64::try_from(decimal.mantissa()).ok()?;
        Some(Numbers { unit: Unit::Scaled { scale: decimal.scale(), money }, values: Multiples::All(multiple) })
    };
    match value {
        Value::Number(number) => Some(Numbers { unit: Unit::Whole, values: Multiples::All(*number) }),
        Value::Decimal(decimal) => scaled(decimal, false),
        Value::Money(decimal) => scaled(decimal, true),
        _ => None,
    }
}

/// One side of a comparison: multiples and what they are to be multiplied with.
struct Side<'v> {
    values: &'v Multiples,
    factor: i64,
}

impl Side<'_> {
    fn at(&self, row: u32) -> i64 {
        self.values.at(row as usize)
    }
}

/// Both sides at one scale, when they can be compared: money with money, or with 0.
fn aligned<'v>(left: &'v Numbers, right: &'v Numbers) -> Option<(Side<'v>, Side<'v>)> {
    let zero = |side: &Numbers| matches!(side.values, Multiples::All(0));
    if left.unit.is_money() != right.unit.is_money() && !zero(left) && !zero(right) {
        return None;
    }
    let scale = left.unit.scale().max(right.unit.scale());
    let side = |numbers: &'v Numbers| {
        let factor = 10_i64.checked_pow(scale - numbers.unit.scale())?;
        Some(Side { values: &numbers.values, factor })
    };
    Some((side(left)?, side(right)?))
}

/// The sum, difference or product, when every row's fits.
fn arithmetic(function: Function, left: &Numbers, right: &Numbers) -> Option<Vector> {
    let len = left.values.len().or(right.values.len())?;
    let unit = match (function, left.unit, right.unit) {
        (Function::Mul, Unit::Whole, unit) | (Function::Mul, unit, Unit::Whole) => unit,
        (Function::Mul, Unit::Scaled { scale, money }, Unit::Scaled { scale: other, money: too }) => {
            if money && too || scale + other > 28 {
                return None;
            }
            Unit::Scaled { scale: scale + other, money: money || too }
        }
        (_, Unit::Whole, Unit::Whole) => Unit::Whole,
        // What a whole number and a decimal come to is for the scalar functions to say.
        (_, Unit::Scaled { scale, money }, Unit::Scaled { scale: other, money: too }) if money == too => {
            Unit::Scaled { scale: scale.max(other), money }
        }
        _ => return None,
    };
    let (a, b) = if function == Function::Mul {
        (Side { values: &left.values, factor: 1 }, Side { values: &right.values, factor: 1 })
    } else {
        aligned(left, right)?
    };
    let values = (0..u32::try_from(len).ok()?)
        .map(|row| {
            let (a, b) = (a.at(row).checked_mul(a.factor)?, b.at(row).checked_mul(b.factor)?);
            match function {
                Function::Add => a.checked_add(b),
                Function::Sub => a.checked_sub(b),
                _ => a.checked_mul(b),
            }
        })
        .collect::<Option<Vec<i64>>>()?;
    Some(match unit {
        Unit::Whole => Vector::Ints(values),
        Unit::Scaled { scale, money } => Vector::Scaled { scale, money, values },
    })
}

#[cfg(test)]
mod tests {
    use super::{Multiples, Numbers, Unit, aligned, arithmetic};
    use crate::exec::frog::batch::Vector;
    use crate::value::functions::Function;

    fn scaled(scale: u32, values: &[i64]) -> Numbers {
        Numbers { unit: Unit::Scaled { scale, money: false }, values: Multiples::Each(values.to_vec()) }
    }

    #[test]
    fn decimals_of_different_scale_are_added_at_the_finer_one() {
        let sum = arithmetic(Function::Add, &scaled(2, &[2508]), &scaled(0, &[25]));
        assert!(matches!(sum, Some(Vector::Scaled { scale: 2, values, .. }) if values == [5008]));
    }

    #[test]
    fn what_overflows_is_left_to_the_scalar_functions() {
        assert!(arithmetic(Function::Mul, &scaled(0, &[i64::MAX]), &scaled(0, &[2])).is_none());
        assert!(arithmetic(Function::Add, &scaled(18, &[1]), &scaled(0, &[10])).is_none());
    }

    #[test]
    fn money_is_compared_with_money_or_nothing() {
        let money = Numbers { unit: Unit::Scaled { scale: 2, money: true }, values: Multiples::Each(vec![1]) };
        let zero = Numbers { unit: Unit::Whole, values: Multiples::All(0) };
        assert!(aligned(&money, &zero).is_some());
        assert!(aligned(&money, &scaled(0, &[0])).is_none());
    }
}
