//! Functions that yield rows with named columns: `i in money_items(p.purpose)`.

mod arithmetic;
mod money_items;
mod numbers;
mod numerals;
mod parts;
mod range;
mod written;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::Value;
use super::functions::{EvalError, Kind};

pub(super) use money_items::whole as whole_amount;

/// A function that yields rows with named columns.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Generator {
    /// `money_items(text)`: the amounts of money that a text writes. Of their roles `item` and `approx` are to be added;
    /// `rate` and `range` say that the whole cannot be known; `factor`, `subtotal` and `part` are in another amount.
    MoneyItems,
    /// `numbers(text)`: the numbers that a text writes.
    Numbers,
    /// `arithmetic(text)`: the figures that a text itself says belong together, such as a total and its parts.
    Arithmetic,
    /// `captures(text, regex)`: one row per match. The regular expression must be written out, since its named groups
    /// are the columns, after `text`, `n`, `start`, `len`: here they are.
    Captures(Vec<String>),
    /// `split(text, separator)`: the parts of a text.
    Split,
    /// `range(from, to)`, `range(from, to, step)`: numbers from the first up to, not including, the second.
    Range(RangeKind),
}

/// The numbers of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RangeKind {
    /// Whole numbers.
    Number,
    /// Whole numbers that are not negative.
    Unsigned,
    /// Doubles.
    Float,
}

impl Generator {
    /// The names of all generators.
    pub const NAMES: [&'static str; 6] = ["money_items", "numbers", "arithmetic", "captures", "split", "range"];

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MoneyItems => "money_items",
            Self::Numbers => "numbers",
            Self::Arithmetic => "arithmetic",
            Self::Captures(_) => "captures",
            Self::Split => "split",
            Self::Range(_) => "range",
        }
    }

    /// The generator of that name. [`Generator::Captures`] has no columns of its own yet and [`Generator::Range`] is
    /// of whole numbers: analysis fills in what it knows.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "money_items" => Self::MoneyItems,
            "numbers" => Self::Numbers,
            "arithmetic" => Self::Arithmetic,
            "captures" => Self::Captures(Vec::new()),
            "split" => Self::Split,
            "range" => Self::Range(RangeKind::Number),
            _ => return None,
        })
    }

    /// The types of its arguments, and how many of them, counted from the end, may be left out.
    #[must_use]
    pub const fn params(&self) -> (&'static [Kind], usize) {
        match self {
            Self::MoneyItems | Self::Numbers | Self::Arithmetic => (&[Kind::Symbol], 0),
            Self::Captures(_) | Self::Split => (&[Kind::Symbol, Kind::Symbol], 0),
            Self::Range(RangeKind::Number) => (&[Kind::Number, Kind::Number, Kind::Number], 1),
            Self::Range(RangeKind::Unsigned) => (&[Kind::Unsigned, Kind::Unsigned, Kind::Unsigned], 1),
            Self::Range(RangeKind::Float) => (&[Kind::Float, Kind::Float, Kind::Float], 1),
        }
    }

    /// The names and types of its columns. Rows of a text have `start` and `len`, in bytes of that text.
    #[must_use]
    pub fn columns(&self) -> Vec<(String, Kind)> {
        let place = [("n", Kind::Number), ("text", Kind::Symbol), ("start", Kind::Number), ("len", Kind::Number)];
        let named = |own: &[(&str, Kind)]| own.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect();
        match self {
            Self::MoneyItems => {
                let own = [
                    ("label", Kind::Symbol),
                    ("amount", Kind::Money),
                    ("unit", Kind::Symbol),
                    ("role", Kind::Symbol),
                    ("allowance", Kind::Money),
                ];
                named(&[&place[..], &own[..]].concat())
            }
            Self::Numbers => named(
                &[&place[..], &[("value", Kind::Decimal), ("unit", Kind::Symbol), ("allowance", Kind::Decimal)]]
                    .concat(),
            ),
            Self::Arithmetic => {
                let own = [
                    ("claim", Kind::Number),
                    ("role", Kind::Symbol),
                    ("value", Kind::Decimal),
                    ("unit", Kind::Symbol),
                    ("allowance", Kind::Decimal),
                ];
                named(&[&place[..], &own[..]].concat())
            }
            Self::Captures(groups) => {
                let mut columns: Vec<_> = named(&place);
                columns.extend(groups.iter().map(|group| (group.clone(), Kind::Symbol)));
                columns
            }
            Self::Split => named(&place),
            Self::Range(RangeKind::Number) => named(&[("value", Kind::Number)]),
            Self::Range(RangeKind::Unsigned) => named(&[("value", Kind::Unsigned)]),
            Self::Range(RangeKind::Float) => named(&[("value", Kind::Float)]),
        }
    }
}

/// The rows that `generator` yields for `args`: records with one value per column, in the order in which they stand.
///
/// # Errors
/// When it has none: a regular expression that does not compile, a range without end.
pub fn generate(generator: &Generator, args: &[Value]) -> Result<Rc<[Value]>, EvalError> {
    match (generator, args) {
        (Generator::MoneyItems, [Value::Symbol(text)]) => {
            Ok(MONEY_ITEMS.with(|kept| kept.rows(text, money_items::rows)))
        }
        (Generator::Arithmetic, [Value::Symbol(text)]) => Ok(ARITHMETIC.with(|kept| kept.rows(text, arithmetic::rows))),
        _ => rows(generator, args).map(records),
    }
}

/// The rows of the last texts asked about: several rules ask about the same cells, and each more than once.
#[derive(Default)]
struct Kept(RefCell<FxHashMap<Arc<str>, Rc<[Value]>>>);

thread_local! {
    static MONEY_ITEMS: Kept = Kept::default();
    static ARITHMETIC: Kept = Kept::default();
}

impl Kept {
    /// The rows of `text`, from where it is among the last, else by `make`.
    fn rows(&self, text: &Arc<str>, make: fn(&str) -> Vec<Vec<Value>>) -> Rc<[Value]> {
        /// Enough for the rows of a statement.
        const KEPT: usize = 4096;
        let mut made = self.0.borrow_mut();
        if let Some(rows) = made.get(text) {
            return Rc::clone(rows);
        }
        if made.len() >= KEPT {
            made.clear();
        }
        let rows = records(make(text));
        made.insert(Arc::clone(text), Rc::clone(&rows));
        rows
    }
}

fn records(rows: Vec<Vec<Value>>) -> Rc<[Value]> {
    rows.into_iter().map(|row| Value::Record(row.into())).collect()
}

fn rows(generator: &Generator, args: &[Value]) -> Result<Vec<Vec<Value>>, EvalError> {
    match (generator, args) {
        (Generator::Numbers, [Value::Symbol(text)]) => Ok(numbers::rows(text)),
        (Generator::Captures(groups), [Value::Symbol(text), Value::Symbol(pattern)]) => {
            parts::captures(text, pattern, groups)
        }
        (Generator::Split, [Value::Symbol(text), Value::Symbol(separator)]) => Ok(parts::split(text, separator)),
        (Generator::Range(_), [from, to]) => range::rows(from, to, None),
        (Generator::Range(_), [from, to, step]) => range::rows(from, to, Some(step)),
        _ => Err(EvalError::NotDefined),
    }
}

/// The columns `n`, `text`, `start` and `len` of a part of a text; `n` counts from 1.
fn place(n: usize, text: &str, range: &std::ops::Range<usize>) -> [Value; 4] {
    let number = |size: usize| Value::Number(i64::try_from(size).unwrap_or(i64::MAX));
    [number(n), Value::symbol(&text[range.clone()]), number(range.start), number(range.len())]
}
