//! Comparisons of two values.

use crate::syntax::ast::CompareOp;
use crate::value::Value;
use crate::value::functions::{self, EvalError, Function, call};

/// Whether `left op right`; for `~` and `!~` within `allowance`.
///
/// # Errors
/// When the two cannot be compared, or their difference does not fit.
pub fn compare(op: CompareOp, left: &Value, right: &Value, allowance: Option<&Value>) -> Result<bool, EvalError> {
    if matches!(op, CompareOp::Agree | CompareOp::Disagree) {
        let distance = call(Function::Abs, &[call(Function::Sub, &[left.clone(), right.clone()])?])?;
        let within = match allowance {
            Some(allowance) => functions::compare(&distance, allowance).ok_or(EvalError::NotDefined)?.is_le(),
            None => functions::compare(left, right).ok_or(EvalError::NotDefined)?.is_eq(),
        };
        return Ok(within == (op == CompareOp::Agree));
    }
    let order = functions::compare(left, right).ok_or(EvalError::NotDefined)?;
    Ok(match op {
        CompareOp::Eq => order.is_eq(),
        CompareOp::Ne => order.is_ne(),
        CompareOp::Lt => order.is_lt(),
        CompareOp::Le => order.is_le(),
        CompareOp::Gt => order.is_gt(),
        CompareOp::Ge | CompareOp::Agree | CompareOp::Disagree => order.is_ge(),
    })
}
