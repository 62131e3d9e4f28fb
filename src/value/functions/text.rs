//! Texts.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use regex::Regex;
use rustc_hash::FxHashMap;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use super::{EvalError, Value};
use crate::value::Decimal;

/// The text of a symbol.
pub(super) fn symbol(value: &Value) -> Result<&str, EvalError> {
    match value {
        Value::Symbol(text) => Ok(text),
        _ => Err(EvalError::NotDefined),
    }
}

/// `cat`
pub(super) fn cat(args: &[Value]) -> Result<Value, EvalError> {
    let parts: Result<String, _> = args.iter().map(symbol).collect();
    parts.map(Value::symbol)
}

/// `strlen`
pub(super) fn length(text: &str) -> Value {
    Value::Number(i64::try_from(text.chars().count()).unwrap_or(i64::MAX))
}

/// `substr`: characters from 0. As in Soufflé what lies beyond the end is left out, and a start outside gives nothing.
pub(super) fn part(text: &str, start: &Value, length: &Value) -> Result<Value, EvalError> {
    let (Value::Number(start), Value::Number(length)) = (start, length) else { return Err(EvalError::NotDefined) };
    let Ok(start) = usize::try_from(*start) else { return Ok(Value::symbol("")) };
    // Soufflé's lengths are unsigned underneath: a negative one means all the rest.
    let length = usize::try_from(*length).unwrap_or(usize::MAX);
    let mut chars = text.chars();
    let before = chars.by_ref().take(start).count();
    let rest = if before < start { "" } else { chars.as_str() };
    let end = rest.char_indices().nth(length).map_or(rest.len(), |(at, _)| at);
    Ok(Value::symbol(&rest[..end]))
}

/// `ord`: texts of up to seven bytes by their bytes, in order; longer ones by a hash.
pub(super) fn ordinal(text: &str) -> i64 {
    const LONG: u64 = 1 << 59;
    let bytes = text.as_bytes();
    let number = if bytes.len() <= 7 {
        let packed = (0..7).fold(0, |packed, at| packed << 8 | u64::from(bytes.get(at).copied().unwrap_or(0)));
        packed << 3 | bytes.len() as u64
    } else {
        // FNV-1a, its high bits mixed in.
        let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        LONG | (hash ^ hash >> 59) & (LONG - 1)
    };
    number.cast_signed()
}

/// `norm`: NFKC, white space runs as one space, none at the ends or beside Chinese characters, nothing invisible.
#[must_use]
pub fn norm(text: &str) -> String {
    // Most texts are normal already; finding that out costs a table look-up per character.
    match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => without_spaces(text.chars(), text.len()),
        IsNormalized::No | IsNormalized::Maybe => without_spaces(text.nfkc(), text.len()),
    }
}

/// Whether a text is its own [`norm`] for certain: letters and marks of ASCII and unified ideographs, which have no other form.
pub(super) fn is_plainly_normal(text: &str) -> bool {
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [b'!'..=b'~', rest @ ..] | [0xe4, 0xb8..=0xbf, _, rest @ ..] | [0xe5..=0xe9, _, _, rest @ ..] => rest,
            rest => return rest.is_empty(),
        };
    }
}

/// As [`norm`], from the last texts asked about where it is among them: rules ask about the same cells again and again.
pub(super) fn kept_norm(text: &str) -> Arc<str> {
    /// Enough for the rows of a statement.
    const KEPT: usize = 4096;
    thread_local! {
        static MADE: RefCell<FxHashMap<String, Arc<str>>> = RefCell::default();
    }
    MADE.with_borrow_mut(|made| {
        if let Some(normal) = made.get(text) {
            return Arc::clone(normal);
        }
        if made.len() >= KEPT {
            made.clear();
        }
        let normal: Arc<str> = norm(text).into();
        made.insert(text.to_owned(), Arc::clone(&normal));
        normal
    })
}

/// The characters without those that nobody sees; of spaces, one between letters that need it.
fn without_spaces(chars: impl Iterator<Item = char>, length: usize) -> String {
    let mut out = String::with_capacity(length);
    let mut space = false;
    for c in chars {
        if c.is_whitespace() {
            space = true;
            continue;
        }
        if c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}') {
            continue;
        }
        let before = out.chars().next_back();
        if space && before.is_some_and(|before| !is_wide(before) && !is_wide(c)) {
            out.push(' ');
        }
        space = false;
        out.push(c);
    }
    out
}

/// Whether `c` is written without spaces beside it: Chinese characters and their punctuation.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{20000}'..='\u{3ffff}')
}

/// Two neighbouring characters: the first in the high half, so that they are ordered as pairs are.
pub type Bigram = u64;

/// The set of pairs of neighbouring characters of the normalised text, sorted.
#[must_use]
pub fn bigrams(text: &str) -> Vec<Bigram> {
    let text = kept_norm(text);
    let neighbours = text.chars().zip(text.chars().skip(1));
    let mut pairs: Vec<Bigram> = neighbours.map(|(one, two)| u64::from(one) << 32 | u64::from(two)).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// [`bigrams`], shared.
type Bigrams = Rc<[Bigram]>;

/// The last texts that were compared, and how alike pairs of them are: a rule compares each text with many, and the search
/// for causes compares them once more.
#[derive(Default)]
struct Compared {
    /// Each with a number.
    texts: FxHashMap<String, (usize, Bigrams)>,
    /// By the numbers of two texts, the lower first.
    alike: FxHashMap<[usize; 2], Decimal>,
}

impl Compared {
    /// Also joins through an index check each pair that they find; texts of usual length take some 50 MB.
    const TEXTS: usize = 1 << 17;
    /// Enough for the rows of a statement.
    const PAIRS: usize = 1 << 12;

    fn make_room(&mut self) {
        if self.texts.len() + 2 > Self::TEXTS {
            self.texts.clear();
            self.alike.clear();
        }
        if self.alike.len() >= Self::PAIRS {
            self.alike.clear();
        }
    }

    fn bigrams(&mut self, text: &str) -> (usize, Bigrams) {
        if let Some((number, pairs)) = self.texts.get(text) {
            return (*number, Rc::clone(pairs));
        }
        let (number, pairs) = (self.texts.len(), Bigrams::from(bigrams(text)));
        self.texts.insert(text.to_owned(), (number, Rc::clone(&pairs)));
        (number, pairs)
    }

    fn similarity(&mut self, left: &str, right: &str) -> Decimal {
        self.make_room();
        let ((one, a), (other, b)) = (self.bigrams(left), self.bigrams(right));
        if a.is_empty() || b.is_empty() {
            return if norm(left) == norm(right) { Decimal::ONE } else { Decimal::ZERO };
        }
        let pair = [one.min(other), one.max(other)];
        *self.alike.entry(pair).or_insert_with(|| dice(shared(&a, &b), a.len(), b.len()))
    }
}

/// Dice's coefficient: twice the number of shared bigrams by the numbers of both, as a share of one to 28 digits.
#[must_use]
pub fn dice(shared: usize, left: usize, right: usize) -> Decimal {
    let number = |count: usize| Decimal::from(u64::try_from(count).unwrap_or(u64::MAX));
    (number(shared) * Decimal::TWO).checked_div(number(left) + number(right)).unwrap_or(Decimal::ZERO)
}

/// `similarity(a, b)`: [`dice`] of the [`bigrams`] of both texts. Texts that are the same when normalised are wholly
/// alike, also those of fewer than two characters, which have no bigrams and are like nothing else.
#[must_use]
pub fn similarity(left: &str, right: &str) -> Decimal {
    thread_local! {
        static COMPARED: RefCell<Compared> = RefCell::default();
    }
    COMPARED.with_borrow_mut(|compared| compared.similarity(left, right))
}

/// How many of the pairs of one sorted set the other has.
fn shared(a: &[Bigram], b: &[Bigram]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        let (left, right) = (a[i], b[j]);
        count += usize::from(left == right);
        i += usize::from(left <= right);
        j += usize::from(right <= left);
    }
    count
}

/// `distance(a, b)`: Levenshtein's, in characters of the texts as they are.
pub(super) fn distance(left: &str, right: &str) -> Result<i64, EvalError> {
    /// More steps than this would take minutes: no two cells that anybody compares are that long.
    const MOST: usize = 4_000_000_000;
    let (a, b): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let start = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[start..], &b[start..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    if a.len().checked_mul(b.len()).is_none_or(|steps| steps > MOST) {
        return Err(EvalError::Overflow);
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    Ok(i64::try_from(row[b.len()]).unwrap_or(i64::MAX))
}

/// `match(pattern, text)`
pub(super) fn matches(pattern: &str, text: &str) -> Result<bool, EvalError> {
    with_regex(&of_whole(pattern), |regex| regex.is_match(text)).ok_or(EvalError::NotDefined)
}

/// The pattern that matches a whole text where this one does.
fn of_whole(pattern: &str) -> String {
    format!(r"\A(?:{pattern})\z")
}

/// A pattern of a program, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// What `match` holds a text against.
    Whole(String),
    /// What `captures` looks for in a text.
    Part(String),
}

impl Pattern {
    /// Compiles it, so that it is there when it is first used, on whatever thread.
    pub fn compile_ahead(&self) {
        match self {
            Self::Whole(pattern) => drop(compiled(&of_whole(pattern))),
            Self::Part(pattern) => drop(compiled(pattern)),
        }
    }
}

/// What `use_it` says of the compiled `pattern`; none when it does not compile. Compiled patterns are kept.
pub(in crate::value) fn with_regex<T>(pattern: &str, use_it: impl FnOnce(&Regex) -> T) -> Option<T> {
    thread_local! {
        static OWN: RefCell<Patterns> = RefCell::default();
    }
    OWN.with_borrow_mut(|own| {
        if let Some(regex) = own.get(pattern) {
            return regex.as_ref().map(use_it);
        }
        make_room(own);
        own.entry(pattern.to_owned()).or_insert_with(|| compiled(pattern)).as_ref().map(use_it)
    })
}

/// Compiled patterns by what was written.
type Patterns = FxHashMap<String, Option<Regex>>;

/// The compiled pattern: compiling takes as long as searching a statement, so what one thread has made serves all; others
/// meanwhile compile other patterns. Each takes a copy, since searching with a shared one has threads wait for each other.
fn compiled(pattern: &str) -> Option<Regex> {
    type Made = FxHashMap<String, Arc<OnceLock<Option<Regex>>>>;
    static MADE: LazyLock<Mutex<Made>> = LazyLock::new(Mutex::default);
    let own = {
        let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
        if !made.contains_key(pattern) {
            make_room(&mut made);
        }
        Arc::clone(made.entry(pattern.to_owned()).or_default())
    };
    own.get_or_init(|| Regex::new(pattern).ok()).clone()
}

/// Programs have few patterns; those computed from data must not fill the memory.
fn make_room<T>(patterns: &mut FxHashMap<String, T>) {
    const KEPT: usize = 256;
    if patterns.len() >= KEPT {
        patterns.clear();
    }
}
