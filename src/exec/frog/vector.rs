//! Expressions and comparisons a column at a time, for the shapes that are common; all else goes row by row.

use super::batch::{Vector, amount};
use super::eval::Scope;
use super::notes::Notes;
use super::words::{Kind, NONE, pack};
use crate::facts::store::Data;
use crate::ir::{Compare, Expr};
use crate::plan::Place;

impl Scope<'_> {
    /// The column of an expression, when it is of a common shape and every row has a value.
    #[must_use]
    pub fn vector_of(&self, expr: &Expr) -> Option<Vector> {
        match expr {
            Expr::Var(var) => self.column(self.place(*var)),
            _ => None,
        }
    }

    /// The rows for which a comparison holds, when it is of a common shape and every row has values.
    #[must_use]
    pub fn select(&self, compare: &Compare) -> Option<Vec<u32>> {
        let _ = compare;
        None
    }

    /// The words of an expression, [`NONE`] where it has no value; faults are noted.
    pub fn words_of(&self, expr: &Expr, notes: &mut Notes) -> Vec<u32> {
        if let Expr::Var(var) = expr {
            return self.words_at(self.place(*var));
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
            Place::Slot(slot) => return Some(self.vector(slot).clone()),
            Place::Cell { row, table, column } => (row, table, column),
        };
        let cells = &self.world.input.store.tables[table].columns[column];
        if cells.states.is_some() {
            return None;
        }
        let rows = self.batch.words(row);
        let at = rows.iter().map(|row| *row as usize);
        Some(match &cells.data {
            Data::Symbol(ids) => Vector::Words(Kind::Symbol, at.map(|row| ids[row]).collect()),
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
