//! [`ByWord`]: what an expression over one text or one day gives, computed once for each of them.
//!
//! Columns of texts hold few different ones for their length: a million vouchers name two thousand projects. Their words
//! stand for them, so an expression that reads nothing else need not be evaluated for every row.

use rustc_hash::FxHashMap;

use super::batch::{BATCH, Fault, Vector};
use super::eval::Scope;
use super::words::{Kind, NONE};
use crate::ir::{Expr, VarId};
use crate::plan::Place;
use crate::value::Value;

/// What one expression gave so far.
#[derive(Debug, Default)]
pub struct ByWord {
    made: FxHashMap<u32, Made>,
    asked: usize,
    /// Whether hardly any word came twice, so that nothing is kept any more.
    unique: bool,
}

/// A value with its word where it has a direct one, or why there is none.
#[derive(Clone, Debug)]
pub struct Made {
    /// The value.
    pub value: Result<Value, Fault>,
    /// Its word; [`NONE`] where it has no direct one.
    pub word: u32,
}

/// So many words are kept at most.
const MOST: usize = 1 << 16;

/// The words of the only variable of an expression when these say all of it: a text or a day.
#[must_use]
pub fn only_words(scope: &Scope<'_>, expr: &Expr) -> Option<(Kind, Vec<u32>)> {
    let place = scope.place(only_variable(expr)?);
    let kind = match place {
        Place::Slot(slot) => match scope.vector(slot) {
            Vector::Words(kind @ (Kind::Symbol | Kind::Date), _) => *kind,
            _ => return None,
        },
        Place::Cell { table, column, .. } => scope.world.cell_kind(table, column)?,
    };
    Some((kind, scope.words_at(place)))
}

/// The variable of an expression that has just one and computes something.
fn only_variable(expr: &Expr) -> Option<VarId> {
    let (mut only, mut others) = (None, false);
    expr.variables(&mut |var| others |= *only.get_or_insert(var) != var);
    only.filter(|_| !others && !matches!(expr, Expr::Var(_)))
}

impl ByWord {
    /// What the expression gives in each row, of which `words` are those of its only variable; `kind` is that of a result
    /// whose word is wanted.
    pub fn make(&mut self, scope: &Scope<'_>, expr: &Expr, (of, words): (Kind, &[u32]), kind: Kind) -> Vec<Made> {
        let direct = matches!(kind, Kind::Symbol | Kind::Date);
        let evaluate = |row: usize, word: u32| {
            let value = scope.value(expr, row);
            let word = match &value {
                // Most functions of texts leave most texts as they are.
                Ok(Value::Symbol(text)) if of == Kind::Symbol && scope.world.words.is(word, text) => word,
                Ok(value) if direct => scope.world.words.encode(value),
                _ => NONE,
            };
            Made { value, word }
        };
        self.asked += words.len();
        let made = words.iter().enumerate().map(|(row, word)| {
            // What stands for no value may stand for several reasons why.
            if self.unique || *word == NONE {
                return evaluate(row, *word);
            }
            self.made.entry(*word).or_insert_with(|| evaluate(row, *word)).clone()
        });
        let made = made.collect();
        self.unique |= self.made.len() >= 2 * BATCH && self.made.len() * 2 > self.asked;
        if self.unique || self.made.len() > MOST {
            self.made = FxHashMap::default();
        }
        made
    }
}
