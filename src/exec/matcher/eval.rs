//! Expressions.

use std::sync::Arc;

use super::{Doubt, Matcher, Slot, State, Truth};
use crate::exec::limits::Stop;
use crate::facts::store::State as CellState;
use crate::ir::{self, Compare, Expr, Origin, RelationId, TypeKind, VarId};
use crate::source::Span;
use crate::syntax::ast::CompareOp;
use crate::value::functions::{self, EvalError, Function};
use crate::value::{Record, Value};

impl Matcher<'_> {
    /// The value of an expression, or why it has none.
    pub(super) fn eval(&self, expr: &Expr, state: &State) -> Result<Value, Doubt> {
        match expr {
            Expr::Var(var) => match state.bindings.get(*var) {
                Slot::Value(value) => Ok(value.clone()),
                Slot::Unbound => Err(self.no_value(EvalError::NotDefined, Span::default())),
                Slot::Cell(_) | Slot::Unknown(_) => Err(state.bindings.doubt(*var)),
            },
            Expr::Const(value) => Ok(value.clone()),
            Expr::Call(Function::Counter, ..) => {
                let next = self.counter.get();
                self.counter.set(next.saturating_add(1));
                Ok(Value::Number(next))
            }
            Expr::Call(function, args, span) => {
                let result = match &args[..] {
                    // Most have one argument or two, and no need of a list on the heap.
                    [one] => functions::call(*function, &[self.eval(one, state)?]),
                    [one, two] => functions::call(*function, &self.eval_both(one, two, state)?),
                    args => functions::call(*function, &self.eval_all(args, state)?),
                };
                result.map_err(|error| self.no_value(error, *span))
            }
            Expr::Record(fields) => {
                let record = Record::within_limit(self.eval_all(fields, state)?);
                record.map(Value::Record).ok_or_else(|| self.no_value(EvalError::TooDeep, Span::default()))
            }
            Expr::Field(record, at) => match self.eval(record, state)? {
                Value::Record(fields) if *at < fields.len() => Ok(fields[*at].clone()),
                _ => Err(self.no_value(EvalError::NotDefined, Span::default())),
            },
            Expr::If(condition, yes, no) => {
                match self.exists(std::slice::from_ref(Arc::as_ref(condition)), &mut state.clone()) {
                    Truth::True => self.eval(yes, state),
                    Truth::False => self.eval(no, state),
                    Truth::Unknown(doubt) => Err(doubt),
                }
            }
            Expr::Else(value, otherwise) => match self.eval(value, state) {
                Err(doubt) if self.is_blank(&doubt) => self.eval(otherwise, state),
                other => other,
            },
            Expr::Precision(row, column) => self.precision(*row, *column, state),
        }
    }

    fn eval_both(&self, one: &Expr, two: &Expr, state: &State) -> Result<[Value; 2], Doubt> {
        match (self.eval(one, state), self.eval(two, state)) {
            (Ok(one), Ok(two)) => Ok([one, two]),
            (Err(mut why), Err(other)) => {
                why.merge(&other);
                Err(why)
            }
            (Err(why), Ok(_)) | (Ok(_), Err(why)) => Err(why),
        }
    }

    fn eval_all(&self, exprs: &[Expr], state: &State) -> Result<Vec<Value>, Doubt> {
        let mut doubt = Doubt::default();
        let mut values = Vec::with_capacity(exprs.len());
        for expr in exprs {
            match self.eval(expr, state) {
                Ok(value) => values.push(value),
                Err(why) => doubt.merge(&why),
            }
        }
        if values.len() == exprs.len() { Ok(values) } else { Err(doubt) }
    }

    /// The doubt about a computation without a value.
    pub(super) fn no_value(&self, error: EvalError, span: Span) -> Doubt {
        self.erred.set(true);
        if error == EvalError::TooDeep {
            self.stopped.set(self.stopped.get().or(Some(Stop::Deep)));
        }
        Doubt::error(error, span)
    }

    /// Whether blank cells are all that is in doubt.
    fn is_blank(&self, doubt: &Doubt) -> bool {
        let blank = |cell: &crate::exec::CellRef| {
            self.input.store.tables[cell.table].columns[cell.column].state(cell.row) == CellState::Blank
        };
        let is_blank = doubt.errors().is_empty() && !doubt.cells().is_empty() && doubt.cells().iter().all(blank);
        is_blank && !doubt.is_cut()
    }

    /// Half a unit of the finest scale written in that column of the table that the row came from.
    fn precision(&self, var: VarId, column: usize, state: &State) -> Result<Value, Doubt> {
        let not_defined = || self.no_value(EvalError::NotDefined, Span::default());
        let row = match state.bindings.get(var) {
            Slot::Value(Value::Row(row)) => *row,
            Slot::Unknown(_) | Slot::Cell(_) => return Err(state.bindings.doubt(var)),
            _ => return Err(not_defined()),
        };
        let relation = self.row_relation(var, state).ok_or_else(not_defined)?;
        let declared = &self.input.program.relations[relation.index()];
        let Origin::Facts(table) = declared.origin else { return Err(not_defined()) };
        let allowance = ir::allowance(self.input.store.tables[table].precision(row, column));
        let ty = declared.columns.get(column).ok_or_else(not_defined)?.ty;
        Ok(match self.input.program.types[ty.index()].kind {
            TypeKind::Money(_) => Value::Money(allowance),
            _ => Value::Decimal(allowance),
        })
    }

    /// The relation whose rows `var` stands for.
    fn row_relation(&self, var: VarId, state: &State) -> Option<RelationId> {
        match self.input.program.types[state.vars[var.index()].ty.index()].kind {
            TypeKind::Row(relation) => Some(relation),
            _ => None,
        }
    }

    /// Whether a side of the comparison is a cell of texts in which nothing is written.
    fn lacks_text(&self, compare: &Compare, state: &State) -> bool {
        [&compare.left, &compare.right]
            .into_iter()
            .any(|side| matches!(side, Expr::Var(var) if self.is_no_text(*var, state)))
    }

    /// Whether a comparison holds.
    pub(super) fn compare(&self, compare: &Compare, state: &State) -> Truth {
        let (left, right) = match (self.eval(&compare.left, state), self.eval(&compare.right, state)) {
            (Ok(left), Ok(right)) => (left, right),
            // Where nothing is written, nothing is equal to it.
            _ if compare.op == CompareOp::Eq && self.lacks_text(compare, state) => return Truth::False,
            (left, right) => {
                let mut doubt = left.err().unwrap_or_default();
                doubt.merge(&right.err().unwrap_or_default());
                return Truth::Unknown(doubt);
            }
        };
        let allowance = match compare.allowance.as_ref().map(|expr| self.eval(expr, state)).transpose() {
            Ok(allowance) => allowance,
            Err(doubt) => return Truth::Unknown(doubt),
        };
        let result = crate::exec::compare::holds(compare.op, &left, &right, allowance.as_ref());
        match result {
            Ok(true) => Truth::True,
            Ok(false) => Truth::False,
            Err(error) => Truth::Unknown(self.no_value(error, compare.span)),
        }
    }
}
