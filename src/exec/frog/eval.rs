//! Expressions and conditions, one row at a time: the meaning that [`vector`](super::vector) must keep.

use super::World;
use super::batch::{Batch, Fault, Vector, amount};
use crate::exec::compare::holds;
use crate::facts::store::{Cell, State};
use crate::ir::{Compare, Expr, Is, Literal, Origin, Rule, Term, Test, TypeKind, VarId, allowance};
use crate::plan::Place;
use crate::syntax::ast::{CellState, CompareOp};
use crate::value::functions::{EvalError, call, test};
use crate::value::{Decimal, Record, Value};

/// Rows of a batch and where the variables of their rule are found.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s> {
    /// Facts and dictionary.
    pub world: &'s World<'s>,
    /// The rule.
    pub rule: &'s Rule,
    /// By variable.
    pub places: &'s [Option<Place>],
    /// The rows.
    pub batch: &'s Batch,
}

/// Whether a cell in that state is in the one asked for.
pub(super) fn is_in(state: State, is: &Is) -> bool {
    let holds = match is.state {
        CellState::Blank => state == State::Blank,
        CellState::Malformed => matches!(state, State::Malformed(_)),
        CellState::Present => state == State::Present,
    };
    holds != is.negated
}

impl<'s> Scope<'s> {
    /// Where a bound variable is found.
    ///
    /// # Panics
    /// When it is not bound; the plan binds before it reads.
    #[must_use]
    pub fn place(&self, var: VarId) -> Place {
        self.places[var.index()].expect("the plan binds a variable before it is read")
    }

    /// The column of a slot.
    ///
    /// # Panics
    /// When the slot is not alive; the plan keeps alive what is read.
    #[must_use]
    pub fn vector(&self, slot: usize) -> &'s Vector {
        self.batch.get(slot).expect("the plan keeps a slot alive while it is read")
    }

    /// The value at a place.
    ///
    /// # Errors
    /// When the cell there has none.
    pub fn at(&self, place: Place, row: usize) -> Result<Value, Fault> {
        match place {
            Place::Slot(slot) => Ok(match self.vector(slot) {
                Vector::Words(kind, words) => self.world.words.decode(words[row], *kind),
                Vector::Ints(values) => Value::Number(values[row]),
                Vector::Scaled { scale, money, values } => amount(Decimal::new(values[row], *scale), *money),
                Vector::Values(values) => values[row].clone(),
                Vector::Partial(values) => return values[row].clone(),
            }),
            Place::Cell { row: slot, table, column } => {
                let input = self.world.input;
                match input.store.cell(input.sources, table, self.batch.words(slot)[row], column) {
                    Cell::Present(value) => Ok(value),
                    Cell::Blank => Err(Fault::Blank),
                    Cell::Malformed(_) => Err(Fault::Unknown),
                }
            }
        }
    }

    /// The value of a term.
    ///
    /// # Errors
    /// When it has none.
    pub fn term(&self, term: &Term, row: usize) -> Result<Value, Fault> {
        match term {
            Term::Var(var) => self.at(self.place(*var), row),
            Term::Const(value) => Ok(value.clone()),
        }
    }

    /// The value of an expression.
    ///
    /// # Errors
    /// When it has none.
    pub fn value(&self, expr: &Expr, row: usize) -> Result<Value, Fault> {
        match expr {
            Expr::Var(var) => self.at(self.place(*var), row),
            Expr::Const(value) => Ok(value.clone()),
            // Most have one argument or two, and no need of a list on the heap.
            Expr::Call(function, args, _) => Ok(match &args[..] {
                [one] => call(*function, &[self.value(one, row)?]),
                [one, two] => call(*function, &self.both(one, two, row)?),
                args => call(*function, &self.values(args, row)?),
            }?),
            Expr::Record(fields) => {
                let record = Record::within_limit(self.values(fields, row)?);
                record.map(Value::Record).ok_or(Fault::Error(EvalError::TooDeep))
            }
            Expr::Field(record, at) => match self.value(record, row)? {
                Value::Record(fields) => fields.get(*at).cloned().ok_or(Fault::Error(EvalError::NotDefined)),
                _ => Err(Fault::Error(EvalError::NotDefined)),
            },
            Expr::If(condition, yes, no) => self.value(if self.holds(condition, row)? { yes } else { no }, row),
            Expr::Else(first, second) => match self.value(first, row) {
                Err(Fault::Blank) => self.value(second, row),
                other => other,
            },
            Expr::Precision(var, column) => self.precision(*var, *column, row),
        }
    }

    /// The values of two expressions that are both needed.
    fn both(&self, one: &Expr, two: &Expr, row: usize) -> Result<[Value; 2], Fault> {
        match (self.value(one, row), self.value(two, row)) {
            (Ok(one), Ok(two)) => Ok([one, two]),
            (Err(why), Err(other)) => Err(why.and(other)),
            (Err(why), Ok(_)) | (Ok(_), Err(why)) => Err(why),
        }
    }

    /// The values of expressions that are all needed.
    ///
    /// # Errors
    /// When any has none.
    pub fn values(&self, exprs: &[Expr], row: usize) -> Result<Vec<Value>, Fault> {
        let mut fault: Option<Fault> = None;
        let mut values = Vec::with_capacity(exprs.len());
        for expr in exprs {
            match self.value(expr, row) {
                Ok(value) => values.push(value),
                Err(why) => fault = Some(fault.map_or(why, |fault| fault.and(why))),
            }
        }
        fault.map_or(Ok(values), Err)
    }

    fn precision(&self, var: VarId, column: usize, row: usize) -> Result<Value, Fault> {
        let program = self.world.input.program;
        let TypeKind::Row(relation) = program.types[self.rule.vars[var.index()].ty.index()].kind else {
            return Err(Fault::Error(EvalError::NotDefined));
        };
        let relation = &program.relations[relation.index()];
        let Origin::Facts(table) = relation.origin else {
            return Err(Fault::Error(EvalError::NotDefined));
        };
        let Value::Row(number) = self.at(self.place(var), row)? else {
            return Err(Fault::Error(EvalError::NotDefined));
        };
        let allowance = allowance(self.world.input.store.tables[table].precision(number, column));
        let money = matches!(program.types[relation.columns[column].ty.index()].kind, TypeKind::Money(_));
        Ok(amount(allowance, money))
    }

    /// Whether a condition holds.
    ///
    /// # Errors
    /// When that cannot be said.
    pub fn holds(&self, literal: &Literal, row: usize) -> Result<bool, Fault> {
        match literal {
            Literal::Compare(compare) => self.compares(compare, row),
            Literal::Is(is) => self.is(is, row),
            Literal::Test(test) => self.tests(test, row),
            _ => Err(Fault::Error(EvalError::NotDefined)),
        }
    }

    /// Whether a comparison holds.
    ///
    /// # Errors
    /// When that cannot be said.
    pub fn compares(&self, literal: &Compare, row: usize) -> Result<bool, Fault> {
        let (left, right) = match (self.value(&literal.left, row), self.value(&literal.right, row)) {
            (Ok(left), Ok(right)) => (left, right),
            // Where nothing is written, nothing is equal to it.
            _ if literal.op == CompareOp::Eq && self.lacks_text(literal, row) => return Ok(false),
            (Err(left), Err(right)) => return Err(left.and(right)),
            (Err(fault), Ok(_)) | (Ok(_), Err(fault)) => return Err(fault),
        };
        let allowance = literal.allowance.as_ref().map(|allowance| self.value(allowance, row)).transpose()?;
        Ok(holds(literal.op, &left, &right, allowance.as_ref())?)
    }

    /// Whether a side of the comparison is a cell of texts in which nothing is written.
    fn lacks_text(&self, literal: &Compare, row: usize) -> bool {
        [&literal.left, &literal.right].into_iter().any(|side| {
            let Expr::Var(var) = side else { return false };
            let Place::Cell { row: slot, table, column } = self.place(*var) else { return false };
            let column = &self.world.input.store.tables[table].columns[column];
            column.is_text() && column.state(self.batch.words(slot)[row]) == State::Blank
        })
    }

    /// Whether a test holds.
    ///
    /// # Errors
    /// When that cannot be said.
    pub fn tests(&self, literal: &Test, row: usize) -> Result<bool, Fault> {
        Ok(test(literal.function, &self.values(&literal.args, row)?)? != literal.negated)
    }

    /// Whether a cell is in the state asked for. What is computed is present.
    ///
    /// # Errors
    /// When it could not be computed.
    pub fn is(&self, is: &Is, row: usize) -> Result<bool, Fault> {
        let state = match self.place(is.var) {
            place @ Place::Slot(_) => self.at(place, row).map(|_| State::Present)?,
            Place::Cell { row: slot, table, column } => {
                self.world.input.store.tables[table].columns[column].state(self.batch.words(slot)[row])
            }
        };
        Ok(is_in(state, is))
    }

    /// The words of a term in every row, [`NONE`](super::words::NONE) where it has no value.
    #[must_use]
    pub fn words(&self, term: &Term) -> Vec<u32> {
        match term {
            Term::Const(value) => vec![self.world.words.encode(value); self.batch.len],
            Term::Var(var) => self.words_at(self.place(*var)),
        }
    }

    /// The words of a place in every row, [`NONE`](super::words::NONE) where it has no value.
    #[must_use]
    pub fn words_at(&self, place: Place) -> Vec<u32> {
        match place {
            Place::Slot(slot) => self.world.encode(self.vector(slot)),
            Place::Cell { row, table, column } => self.world.cell_words(table, column, self.batch.words(row)),
        }
    }
}
