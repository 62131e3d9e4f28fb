//! How far this process is, for whoever waits at a terminal. What a run comes to does not depend on it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What is being done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing yet.
    #[default]
    Beginning,
    /// Facts are loaded.
    Loading,
    /// The rule with that head runs.
    Running(String),
    /// Results are put together.
    Finding,
}

static PHASE: Mutex<Phase> = Mutex::new(Phase::Beginning);
static ROWS: AtomicU64 = AtomicU64::new(0);

/// From now on that is being done, and no row is there yet.
pub fn enter(phase: Phase) {
    *PHASE.lock().unwrap_or_else(PoisonError::into_inner) = phase;
    ROWS.store(0, Ordering::Relaxed);
}

/// So many rows more are there.
pub fn rows(more: usize) {
    ROWS.fetch_add(more as u64, Ordering::Relaxed);
}

/// What is being done, and how many rows are there.
#[must_use]
pub fn now() -> (Phase, u64) {
    (PHASE.lock().unwrap_or_else(PoisonError::into_inner).clone(), ROWS.load(Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phase_counts_its_own_rows() {
        // Other tests of this process run rules meanwhile: what they add is more rows, or another phase.
        enter(Phase::Finding);
        rows(3);
        let (phase, count) = now();
        assert!(phase != Phase::Finding || count >= 3);
    }
}
