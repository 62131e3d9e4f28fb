//! [`Notes`]: which rows met something that has no value.

use super::batch::{Batch, Fault};

/// What a rule met that has no value, while it ran.
#[derive(Debug, Default)]
pub struct Notes {
    /// Whether a computation had none.
    pub erred: bool,
    /// Whether an inner body could not be decided.
    pub doubted: bool,
    /// For each inner body that is running, the slot that numbers its outer rows, and which of them are in doubt.
    inner: Vec<(usize, Vec<bool>)>,
    /// Where no inner body is running that has outer rows: whether anything had no value.
    met: Option<bool>,
}

impl Notes {
    /// Begins an inner body for so many outer rows, numbered in `ordinal`.
    pub fn begin(&mut self, ordinal: usize, rows: usize) {
        self.inner.push((ordinal, vec![false; rows]));
    }

    /// Ends the inner body; which outer rows it leaves in doubt.
    pub fn end(&mut self) -> Vec<bool> {
        self.inner.pop().map(|(_, doubts)| doubts).unwrap_or_default()
    }

    /// From now on, only whether anything had no value is noted.
    pub fn watch(&mut self) {
        self.met = Some(false);
    }

    /// Whether anything had no value since [`Self::watch`].
    #[must_use]
    pub fn met(&self) -> bool {
        self.met == Some(true)
    }

    /// Notes that a row met something without value.
    pub fn fault(&mut self, batch: &Batch, row: usize, fault: Fault) {
        if let Some(met) = &mut self.met {
            *met = true;
            return;
        }
        self.erred |= matches!(fault, Fault::Error(_));
        if let Some((ordinal, doubts)) = self.inner.last_mut() {
            doubts[batch.words(*ordinal)[row] as usize] = true;
        }
    }

    /// Notes that every row of the batch met something without value.
    pub fn all(&mut self, batch: &Batch) {
        self.met = self.met.map(|_| true);
        if !self.inner.is_empty() {
            (0..batch.len).for_each(|row| self.fault(batch, row, Fault::Unknown));
        }
    }

    /// What `make` gives, and the rows where it gives something; faults are noted.
    pub fn each<T>(&mut self, batch: &Batch, make: impl Fn(usize) -> Result<T, Fault>) -> (Vec<T>, Vec<u32>) {
        let (mut made, mut kept) = (Vec::new(), Vec::new());
        for row in 0..batch.len {
            match make(row) {
                Ok(value) => {
                    made.push(value);
                    kept.push(u32::try_from(row).unwrap_or(u32::MAX));
                }
                Err(fault) => self.fault(batch, row, fault),
            }
        }
        (made, kept)
    }

    /// The rows for which `test` holds; faults are noted.
    pub fn rows(&mut self, batch: &Batch, test: impl Fn(usize) -> Result<bool, Fault>) -> Vec<u32> {
        let (values, kept) = self.each(batch, test);
        kept.into_iter().zip(values).filter(|(_, holds)| *holds).map(|(row, _)| row).collect()
    }
}
