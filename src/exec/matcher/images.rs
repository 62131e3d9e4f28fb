//! [`Images`]: the rows of a relation by what an expression over their columns gives, for conditions such as
//! `norm(v.name) = norm(p.name)`.

use std::borrow::Cow;
use std::hash::Hasher;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHasher};

use super::{Bindings, Candidate, Matcher, Mode, State};
use crate::exec::compare::hash;
use crate::ir::{Atom, Expr, Literal, RelationId, Var, VarId};
use crate::syntax::ast::CompareOp;
use crate::value::Value;
use crate::value::functions::Function;

/// The images that were asked for, by relation; none of those that were asked for once.
pub(super) type Asked = FxHashMap<RelationId, Vec<(Of, Option<Rc<Images>>)>>;

/// What images are of: an atom that binds columns, and an expression over these.
#[derive(Debug, PartialEq)]
pub(super) struct Of {
    atom: Atom,
    own: Expr,
}

/// Rows by the hash of what the expression gives. Different values may share one: the condition is asked again anyway.
#[derive(Debug, Default)]
pub(super) struct Images {
    rows: FxHashMap<u64, Vec<u32>>,
    /// Rows with a value that is not found by a hash.
    others: Vec<u32>,
    /// Rows without a value, since a cell has none or the expression fails.
    gaps: Vec<u32>,
}

impl<'a> Matcher<'a> {
    /// The rows that an open atom may be matched with, in order, when `literal` wants what is computed from a row to be equal
    /// to something known. None too when that is asked for the first time: to try each row costs no more.
    pub(super) fn with_image(&self, atom: &Atom, literal: &Literal, state: &State) -> Option<Vec<Candidate<'a>>> {
        let (own, wanted) = equality(atom, literal, state)?;
        let wanted = self.quietly(|| self.eval(&wanted, state)).ok()?;
        let images = self.images(atom, own, state.vars)?;
        let mut rows = images.rows.get(&hash_of(&wanted)?).cloned().unwrap_or_default();
        let gaps = if state.mode == Mode::Certain { &[][..] } else { &images.gaps };
        if !images.others.is_empty() || !gaps.is_empty() {
            rows.extend(images.others.iter().chain(gaps));
            rows.sort_unstable();
        }
        let possible = self.possible.of(atom.relation).iter().map(Candidate::Possible);
        Some(rows.into_iter().map(Candidate::Row).chain(possible).collect())
    }

    fn images(&self, atom: &Atom, own: Cow<'_, Expr>, vars: &[Var]) -> Option<Rc<Images>> {
        let mut asked = self.images.borrow_mut();
        let of_relation = asked.entry(atom.relation).or_default();
        match of_relation.iter_mut().find(|(of, _)| of.own == *own && of.atom == *atom) {
            Some((of, images)) => {
                let built = images.get_or_insert_with(|| Rc::new(self.quietly(|| self.image(of, vars))));
                Some(Rc::clone(built))
            }
            None => {
                of_relation.push((Of { atom: atom.clone(), own: own.into_owned() }, None));
                None
            }
        }
    }

    fn image(&self, of: &Of, vars: &[Var]) -> Images {
        let mut images = Images::default();
        let mut state = State::new(vars, Bindings::new(vars.len()), Mode::Possible);
        for row in 0..self.row_count(of.atom.relation) {
            // Once stopped, nothing that is found counts.
            if self.goes_on().is_break() {
                break;
            }
            if self.fit(&of.atom, Candidate::Row(row), &mut state).is_some() {
                match self.eval(&of.own, &state).map(|value| hash_of(&value)) {
                    Ok(Some(hash)) => images.rows.entry(hash).or_default().push(row),
                    Ok(None) => images.others.push(row),
                    Err(_) => images.gaps.push(row),
                }
            }
            state.unbind(0);
        }
        images
    }

    /// What `inside` comes to; that computations in it have no value is not noted.
    fn quietly<T>(&self, inside: impl FnOnce() -> T) -> T {
        let erred = self.erred();
        let result = inside();
        self.erred.set(erred);
        result
    }
}

/// The side of an equality that is computed from what an atom binds, and the other side, when that is known.
fn equality<'l>(atom: &Atom, literal: &'l Literal, state: &State) -> Option<(Cow<'l, Expr>, Cow<'l, Expr>)> {
    let (one, other) = match literal {
        Literal::Compare(compare) if compare.op == CompareOp::Eq => {
            (Cow::Borrowed(&compare.left), Cow::Borrowed(&compare.right))
        }
        Literal::Bind(bind) => (Cow::Borrowed(&bind.expr), Cow::Owned(Expr::Var(bind.var))),
        _ => return None,
    };
    let is_own = |var: VarId| atom.row == Some(var) || atom.column_vars().any(|own| own == var);
    let is_known = |var: VarId| state.bindings.value(var).is_some();
    let of = |expr: &Expr, fits: &dyn Fn(VarId) -> bool| {
        let mut all = true;
        expr.variables(&mut |var| all &= fits(var));
        all && is_plain(expr)
    };
    let is_computed = |expr: &Expr| !matches!(expr, Expr::Const(_)) && of(expr, &is_own);
    if is_computed(&one) && of(&other, &is_known) {
        Some((one, other))
    } else if is_computed(&other) && of(&one, &is_known) {
        Some((other, one))
    } else {
        None
    }
}

/// Whether an expression asks about nothing but its variables, and is the same each time.
fn is_plain(expr: &Expr) -> bool {
    match expr {
        Expr::Var(_) | Expr::Const(_) | Expr::Precision(..) => true,
        Expr::Call(function, args, _) => *function != Function::Counter && args.iter().all(is_plain),
        Expr::Record(args) => args.iter().all(is_plain),
        Expr::Field(record, _) => is_plain(record),
        Expr::Else(first, second) => is_plain(first) && is_plain(second),
        Expr::If(..) => false,
    }
}

fn hash_of(value: &Value) -> Option<u64> {
    let mut hasher = FxHasher::default();
    hash(value, &mut hasher).then(|| hasher.finish())
}
