//! [`Notes`]: what a rule could not decide or compute.

use std::collections::BTreeSet;

use super::eval::{Fault, Scope};
use crate::exec::InstanceError;
use crate::ir::{RuleId, VarId};
use crate::source::Span;
use crate::value::Value;

/// How many failed instances of one rule are kept.
pub const MOST_ERRORS: usize = 1000;

/// What a rule could not decide or compute.
#[derive(Debug, Default)]
pub struct Notes {
    rule: Option<RuleId>,
    /// Instances without a value.
    pub errors: BTreeSet<InstanceError>,
    /// Whether a cell without a value was needed.
    pub undecided: bool,
}

impl Notes {
    /// No notes on `rule`.
    #[must_use]
    pub fn new(rule: RuleId) -> Self {
        Self { rule: Some(rule), errors: BTreeSet::new(), undecided: false }
    }

    /// Notes that an instance has no value.
    pub fn fault(&mut self, scope: &Scope<'_>, row: usize, fault: Fault, span: Span) {
        let (Fault::Error(error), Some(rule)) = (fault, self.rule) else {
            self.undecided = true;
            return;
        };
        if self.errors.len() >= MOST_ERRORS {
            return;
        }
        let mut bindings = Vec::new();
        for (var, place) in (0_u32..).map(VarId).zip(scope.places) {
            if let Some(place) = place
                && scope.batch.slots[place.slot()].is_some()
                && let Ok(value) = scope.at(*place, row)
            {
                bindings.push((var, value));
            }
        }
        self.errors.insert(InstanceError { rule, error, bindings, span });
    }

    /// The rows for which `test` holds; faults are noted.
    pub fn rows(&mut self, scope: &Scope<'_>, span: Span, test: impl Fn(usize) -> Result<bool, Fault>) -> Vec<u32> {
        let (values, kept) = self.lists(scope, span, test);
        kept.into_iter().zip(values).filter(|(_, holds)| *holds).map(|(row, _)| row).collect()
    }

    /// The values that `value` has, and the rows where it has one; faults are noted.
    pub fn values(
        &mut self,
        scope: &Scope<'_>,
        span: Span,
        value: impl Fn(usize) -> Result<Value, Fault>,
    ) -> (Vec<Value>, Vec<u32>) {
        self.lists(scope, span, value)
    }

    /// What `make` gives, and the rows where it gives something; faults are noted.
    pub fn lists<T>(
        &mut self,
        scope: &Scope<'_>,
        span: Span,
        make: impl Fn(usize) -> Result<T, Fault>,
    ) -> (Vec<T>, Vec<u32>) {
        let (mut made, mut kept) = (Vec::new(), Vec::new());
        for row in 0..scope.batch.len {
            match make(row) {
                Ok(value) => {
                    made.push(value);
                    kept.push(u32::try_from(row).unwrap_or(u32::MAX));
                }
                Err(fault) => self.fault(scope, row, fault, span),
            }
        }
        (made, kept)
    }
}
