//! A plan as readable text.
use super::RulePlan;

impl RulePlan {
    /// How many rows the head is expected to get.
    #[must_use]
    pub fn estimate(&self) -> f64 {
        self.steps.iter().map(|step| step.estimate).product()
    }
}
