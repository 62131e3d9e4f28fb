//! [`Words`]: every value of a derived relation as 32 bits.
//!
//! Within one static type, two words are equal exactly when the values are. Words are not ordered as values are:
//! comparisons decode them. Texts are their number in the store's symbols, continued here for texts that rules make;
//! rows, days and small whole numbers stand for themselves; all else has a number in one dictionary, with the high bit
//! set.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use rustc_hash::FxHashMap;

use super::batch::amount;
use crate::facts::store::Symbols;
use crate::ir::TypeKind;
use crate::value::{Date, Decimal, Value};

/// The word of a cell without a value. It equals no word, not even itself: whoever looks it up must refuse it.
pub const NONE: u32 = u32::MAX;

/// The word of a text cell in which nothing is written: it equals no text, and that is known.
pub const NO_TEXT: u32 = u32::MAX - 1;

/// Whether a word stands for no value.
#[must_use]
pub const fn is_none(word: u32) -> bool {
    word >= NO_TEXT
}

const BOXED: u32 = 1 << 31;

/// About how many bytes an entry of the dictionary takes: in its list, in its table, and what the allocator adds.
const ENTRY: usize = 96;

/// What a word without the high bit stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text number.
    Symbol,
    /// Whole number.
    Number,
    /// Whole number that is not negative.
    Unsigned,
    /// Row number.
    Row,
    /// Day.
    Date,
    /// Never without the high bit.
    Boxed,
}

impl Kind {
    /// The kind for values of a type.
    #[must_use]
    pub fn of(kind: &TypeKind) -> Self {
        match kind {
            TypeKind::Number => Self::Number,
            TypeKind::Unsigned => Self::Unsigned,
            TypeKind::Symbol => Self::Symbol,
            TypeKind::Date => Self::Date,
            TypeKind::Row(_) => Self::Row,
            TypeKind::Float
            | TypeKind::Decimal
            | TypeKind::Percent
            | TypeKind::Money(_)
            | TypeKind::Generated(_)
            | TypeKind::Record(_)
            | TypeKind::Algebraic(_) => Self::Boxed,
        }
    }
}

/// The dictionary of one run.
#[derive(Debug)]
pub struct Words<'a> {
    symbols: &'a Symbols,
    more: Arc<RwLock<More>>,
}

/// How far a dictionary had come.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    texts: usize,
    boxed: usize,
    bytes: usize,
}

/// What has a number of its own.
#[derive(Debug, Default)]
pub struct More {
    texts: Vec<Arc<str>>,
    text_ids: FxHashMap<Arc<str>, u32>,
    boxed: Vec<Value>,
    /// Of values that are not in `amount_ids`.
    boxed_ids: FxHashMap<Value, u32>,
    amount_ids: FxHashMap<Amount, u32>,
    /// About how many bytes of memory it takes.
    bytes: usize,
}

/// A decimal or an amount of money without zeros at its end, where it is less than 2⁶³ units: most are, and this is found
/// several times as fast as a [`Value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Amount {
    multiple: i64,
    /// Decimal places, and whether it is money.
    form: (u32, bool),
}

impl Amount {
    /// A multiple of 10^-scale.
    fn new(multiple: i64, scale: u32, money: bool) -> Self {
        let (mut multiple, mut scale) = (multiple, scale);
        while scale > 0 && multiple % 10 == 0 {
            (multiple, scale) = (multiple / 10, scale - 1);
        }
        Self { multiple, form: (scale, money) }
    }

    fn of(value: &Value) -> Option<Self> {
        let (decimal, money) = match value {
            Value::Decimal(decimal) => (decimal, false),
            Value::Money(decimal) => (decimal, true),
            _ => return None,
        };
        let multiple = i64::try_from(decimal.mantissa()).ok()?;
        Some(Self::new(multiple, decimal.scale(), money))
    }

    fn value(self) -> Value {
        amount(Decimal::new(self.multiple, self.form.0), self.form.1)
    }
}

impl<'a> Words<'a> {
    /// The dictionary that continues `symbols`.
    #[must_use]
    pub fn new(symbols: &'a Symbols) -> Self {
        Self { symbols, more: Arc::default() }
    }

    /// The word of a whole number that is small and not negative.
    #[must_use]
    pub fn small(number: i64) -> Option<u32> {
        u32::try_from(number).ok().filter(|word| *word < BOXED)
    }

    /// The whole number that the word of one stands for, when it is [small](Self::small).
    #[must_use]
    pub fn whole(word: u32) -> Option<i64> {
        (word < BOXED).then(|| i64::from(word))
    }

    /// The word of `value`, new if need be.
    ///
    /// # Panics
    /// Beyond 2³¹−2 different texts or boxed values.
    #[must_use]
    pub fn encode(&self, value: &Value) -> u32 {
        direct(value).unwrap_or_else(|| match value {
            Value::Symbol(text) => self.symbols.get(text).unwrap_or_else(|| self.text(text)),
            value => self.boxed(normal(value)),
        })
    }

    /// The words of multiples of 10^-scale, as [`Self::encode`] gives them.
    ///
    /// # Panics
    /// Beyond 2³¹−2 different boxed values.
    #[must_use]
    pub fn encode_multiples(&self, multiples: &[i64], (scale, money): (u32, bool)) -> Vec<u32> {
        let mut more = self.more.write().unwrap_or_else(PoisonError::into_inner);
        multiples.iter().map(|multiple| more.amount(Amount::new(*multiple, scale, money))).collect()
    }

    /// The value of a word that [`Self::encode`] gave for a value of that kind.
    ///
    /// # Panics
    /// For a word that it did not give.
    #[must_use]
    pub fn decode(&self, word: u32, kind: Kind) -> Value {
        if kind == Kind::Symbol {
            return Value::Symbol(self.symbol(word));
        }
        read(&self.more, word, kind)
    }

    /// About how many bytes what it added to the symbols takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.more.read().unwrap_or_else(PoisonError::into_inner).bytes
    }

    /// How far the dictionary has come.
    #[must_use]
    pub fn mark(&self) -> Mark {
        let more = self.more.read().unwrap_or_else(PoisonError::into_inner);
        Mark { texts: more.texts.len(), boxed: more.boxed.len(), bytes: more.bytes }
    }

    /// Takes back what was added since `mark`. Nobody holds a word of it any more.
    pub fn forget(&self, mark: Mark) {
        let mut more = self.more.write().unwrap_or_else(PoisonError::into_inner);
        let known = self.symbols.len();
        more.texts.truncate(mark.texts);
        more.text_ids.retain(|_, id| (*id as usize) < known + mark.texts);
        more.boxed.truncate(mark.boxed);
        more.boxed_ids.retain(|_, id| ((*id & !BOXED) as usize) < mark.boxed);
        more.amount_ids.retain(|_, id| ((*id & !BOXED) as usize) < mark.boxed);
        more.bytes = mark.bytes;
    }

    /// What is needed to read its words once the run is over.
    #[must_use]
    pub fn kept(&self) -> Kept {
        Kept { more: Arc::clone(&self.more), known: self.symbols.len() }
    }

    /// The text of a symbol's word.
    #[must_use]
    pub fn symbol(&self, word: u32) -> Arc<str> {
        let known = self.symbols.len();
        if (word as usize) < known {
            return self.symbols.shared(word);
        }
        let more = self.more.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&more.texts[word as usize - known])
    }

    /// Whether the word of a symbol stands for that text, as far as that is known at once.
    #[must_use]
    pub fn is(&self, word: u32, text: &str) -> bool {
        (word as usize) < self.symbols.len() && self.symbols.text(word) == text
    }

    fn text(&self, text: &Arc<str>) -> u32 {
        let mut more = self.more.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = more.text_ids.get(text) {
            return *id;
        }
        let id = u32::try_from(self.symbols.len() + more.texts.len()).expect("fewer than 2^31 different texts");
        assert!(id < BOXED, "fewer than 2^31 different texts");
        more.bytes += text.len() + ENTRY;
        more.texts.push(Arc::clone(text));
        more.text_ids.insert(Arc::clone(text), id);
        id
    }

    fn boxed(&self, value: Value) -> u32 {
        if let Some(id) = self.more.read().unwrap_or_else(PoisonError::into_inner).get(&value) {
            return id;
        }
        self.more.write().unwrap_or_else(PoisonError::into_inner).boxed(value)
    }
}

/// The words of a run that is over, for those who have the symbols that it was over.
#[derive(Clone, Debug)]
pub struct Kept {
    more: Arc<RwLock<More>>,
    /// How many texts the symbols had.
    known: usize,
}

impl Kept {
    /// The value of a word of that kind.
    ///
    /// # Panics
    /// For a word that is not of this run, or with other symbols.
    #[must_use]
    pub fn value(&self, word: u32, kind: Kind, symbols: &Symbols) -> Value {
        // Without the dictionary where it is not needed: others may be reading it.
        direct_value(word, kind, (symbols, self.known)).unwrap_or_else(|| self.reading(symbols).value(word, kind))
    }

    /// The words, for reading many of them.
    #[must_use]
    pub fn reading<'k>(&'k self, symbols: &'k Symbols) -> Reading<'k> {
        let more = self.more.read().unwrap_or_else(PoisonError::into_inner);
        Reading { more, known: self.known, symbols }
    }

    /// The word of a value; none when the run had no such value.
    #[must_use]
    pub fn word_of(&self, value: &Value, symbols: &Symbols) -> Option<u32> {
        let more = || self.more.read().unwrap_or_else(PoisonError::into_inner);
        direct(value).or_else(|| match value {
            Value::Symbol(text) => {
                let known = symbols.get(text).filter(|word| (*word as usize) < self.known);
                known.or_else(|| more().text_ids.get(text).copied())
            }
            value => more().get(&normal(value)),
        })
    }
}

/// The words of a run, being read.
#[derive(Debug)]
pub struct Reading<'k> {
    more: RwLockReadGuard<'k, More>,
    known: usize,
    symbols: &'k Symbols,
}

impl Reading<'_> {
    /// The value of a word of that kind.
    ///
    /// # Panics
    /// For a word that is not of this run, or with other symbols.
    #[must_use]
    pub fn value(&self, word: u32, kind: Kind) -> Value {
        direct_value(word, kind, (self.symbols, self.known)).unwrap_or_else(|| match kind {
            Kind::Symbol => Value::Symbol(Arc::clone(&self.more.texts[word as usize - self.known])),
            _ => self.more.boxed[(word - BOXED) as usize].clone(),
        })
    }
}

/// The word of a value that stands for itself.
fn direct(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => Words::small(*number),
        Value::Unsigned(number) => u32::try_from(*number).ok().filter(|word| *word < BOXED),
        Value::Row(row) => Some(*row),
        Value::Date(date) => Some(pack(*date)),
        _ => None,
    }
}

/// A value as the dictionary has it.
fn normal(value: &Value) -> Value {
    match value {
        Value::Decimal(decimal) => Value::Decimal(decimal.normalize()),
        Value::Money(decimal) => Value::Money(decimal.normalize()),
        value => value.clone(),
    }
}

/// The value of a word of any kind but symbols.
fn read(more: &RwLock<More>, word: u32, kind: Kind) -> Value {
    let boxed = || more.read().unwrap_or_else(PoisonError::into_inner).boxed[(word - BOXED) as usize].clone();
    direct_number(word, kind).unwrap_or_else(boxed)
}

/// The value of a word that is not of the dictionary, where so many of the symbols are known.
fn direct_value(word: u32, kind: Kind, (symbols, known): (&Symbols, usize)) -> Option<Value> {
    match kind {
        Kind::Symbol => ((word as usize) < known).then(|| Value::Symbol(symbols.shared(word))),
        kind => direct_number(word, kind),
    }
}

/// The value of a word that stands for itself.
fn direct_number(word: u32, kind: Kind) -> Option<Value> {
    match kind {
        Kind::Row => Some(Value::Row(word)),
        _ if word >= BOXED => None,
        Kind::Symbol | Kind::Number | Kind::Boxed => Some(Value::Number(i64::from(word))),
        Kind::Unsigned => Some(Value::Unsigned(u64::from(word))),
        Kind::Date => Some(Value::Date(unpack(word))),
    }
}

impl More {
    fn get(&self, value: &Value) -> Option<u32> {
        match Amount::of(value) {
            Some(amount) => self.amount_ids.get(&amount).copied(),
            None => self.boxed_ids.get(value).copied(),
        }
    }

    /// The word of the next value that has none.
    fn next(&self) -> u32 {
        let next = u32::try_from(self.boxed.len()).expect("fewer than 2^31 different values") | BOXED;
        assert!(!is_none(next), "fewer than 2^31-2 different values");
        next
    }

    fn amount(&mut self, amount: Amount) -> u32 {
        let next = self.next();
        let id = *self.amount_ids.entry(amount).or_insert(next);
        if id == next {
            self.bytes += ENTRY;
            self.boxed.push(amount.value());
        }
        id
    }

    fn boxed(&mut self, value: Value) -> u32 {
        if let Some(amount) = Amount::of(&value) {
            return self.amount(amount);
        }
        let next = self.next();
        let id = *self.boxed_ids.entry(value.clone()).or_insert(next);
        if id == next {
            self.bytes += ENTRY;
            if let Value::Record(fields) = &value {
                self.bytes += size_of_val(&**fields);
            }
            self.boxed.push(value);
        }
        id
    }
}

/// A day as a word; later days are greater.
#[must_use]
pub fn pack(date: Date) -> u32 {
    let (year, month, day) = (i32::from(date.0.year()) + 10_000, date.0.month(), date.0.day());
    let year = u32::try_from(year).unwrap_or(0);
    year * 512 + u32::from(month.unsigned_abs()) * 32 + u32::from(day.unsigned_abs())
}

fn unpack(word: u32) -> Date {
    let year = i16::try_from(i64::from(word / 512) - 10_000).unwrap_or(0);
    let month = i8::try_from(word / 32 % 16).unwrap_or(1);
    let day = i8::try_from(word % 32).unwrap_or(1);
    Date(jiff::civil::Date::new(year, month, day).unwrap_or(jiff::civil::Date::ZERO))
}

#[cfg(test)]
mod tests {
    use super::{Kind, Words};
    use crate::facts::store::Symbols;
    use crate::value::{Date, Decimal, Float, Value};

    #[test]
    fn words_are_equal_exactly_when_values_are() {
        let mut symbols = Symbols::default();
        symbols.intern("甲");
        let words = Words::new(&symbols);
        let number = |n| words.encode(&Value::Number(n));
        assert_eq!(number(7), 7);
        assert_eq!(number(-7), number(-7));
        assert_ne!(number(-7), number(-8));
        assert_eq!(words.decode(number(i64::MIN), Kind::Number), Value::Number(i64::MIN));
        let decimal = |m, s| words.encode(&Value::Decimal(Decimal::new(m, s)));
        assert_eq!(decimal(250, 1), decimal(25, 0));
        let multiples = words.encode_multiples(&[250, 0, -1, i64::MIN], (1, false));
        assert_eq!(multiples, [decimal(25, 0), decimal(0, 0), decimal(-1, 1), decimal(i64::MIN, 1)]);
        assert_ne!(decimal(250, 1), words.encode(&Value::Money(Decimal::new(25, 0))));
        assert_eq!(words.encode(&Value::Float(Float(0.0))), words.encode(&Value::Float(Float(-0.0))));
        assert_eq!(words.encode(&Value::symbol("甲")), 0);
        let new = words.encode(&Value::symbol("乙"));
        assert_eq!(words.decode(new, Kind::Symbol), Value::symbol("乙"));
        assert_eq!(words.encode(&Value::symbol("乙")), new);
    }

    #[test]
    fn what_is_forgotten_may_be_added_again() {
        let symbols = Symbols::default();
        let words = Words::new(&symbols);
        let kept = words.encode(&Value::symbol("甲"));
        let (mark, bytes) = (words.mark(), words.bytes());
        let values = [Value::symbol("乙"), Value::Number(-7), Value::Decimal(Decimal::new(25, 1))];
        let first: Vec<u32> = values.iter().map(|value| words.encode(value)).collect();
        assert!(words.bytes() > bytes);
        words.forget(mark);
        assert_eq!((words.encode(&Value::symbol("甲")), words.bytes()), (kept, bytes));
        assert_eq!(values.iter().map(|value| words.encode(value)).collect::<Vec<u32>>(), first);
    }

    #[test]
    fn days_come_back() {
        let symbols = Symbols::default();
        let words = Words::new(&symbols);
        for (year, month, day) in [(-9999, 1, 1), (0, 12, 31), (2020, 2, 29), (9999, 12, 31)] {
            let date = Value::Date(Date(jiff::civil::date(year, month, day)));
            assert_eq!(words.decode(words.encode(&date), Kind::Date), date);
        }
    }
}
