//! [`Record`]: values side by side, with what is known of all that is in them.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use rustc_hash::FxHasher;

use super::Value;

/// The fields of a record. Comparing, printing and giving back what is nested goes down by calls, so that what rules make is
/// kept within [`Record::DEEPEST`]; the hash of what is in it is known, so that a list that grows is not hashed from its end each time.
#[derive(Clone)]
pub struct Record(Arc<Inner>);

struct Inner {
    hash: u64,
    depth: usize,
    fields: Box<[Value]>,
}

impl Record {
    /// How deep records may be nested in one another.
    pub const DEEPEST: usize = 1000;

    /// How deep records are nested in it; 1 when none is.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.0.depth
    }

    /// A record of these fields, unless it would be nested too deep.
    #[must_use]
    pub fn within_limit(fields: Vec<Value>) -> Option<Self> {
        Some(Self::from(fields)).filter(|record| record.depth() <= Self::DEEPEST)
    }
}

impl From<Vec<Value>> for Record {
    fn from(fields: Vec<Value>) -> Self {
        let below = |field: &Value| if let Value::Record(record) = field { record.depth() } else { 0 };
        let depth = 1 + fields.iter().map(below).max().unwrap_or(0);
        let mut hasher = FxHasher::default();
        fields.hash(&mut hasher);
        Self(Arc::new(Inner { hash: hasher.finish(), depth, fields: fields.into() }))
    }
}

impl Deref for Record {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        &self.0.fields
    }
}

impl std::fmt::Debug for Record {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fields.fmt(f)
    }
}

impl Hash for Record {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl PartialEq for Record {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.hash == other.0.hash && self.0.fields == other.0.fields)
    }
}

impl Eq for Record {}

impl Ord for Record {
    fn cmp(&self, other: &Self) -> Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.fields.cmp(&other.0.fields) }
    }
}

impl PartialOrd for Record {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::{Record, Value};

    fn list(depth: usize) -> Value {
        (0..depth)
            .fold(Value::Nil, |tail, at| Value::Record(vec![Value::Number(i64::try_from(at).unwrap()), tail].into()))
    }

    #[test]
    fn depth_is_counted_and_limited() {
        let Value::Record(deepest) = list(Record::DEEPEST) else { panic!("no record") };
        assert_eq!(deepest.depth(), Record::DEEPEST);
        assert!(Record::within_limit(vec![Value::Record(deepest.clone())]).is_none());
        assert!(Record::within_limit(deepest.to_vec()).is_some());
    }

    #[test]
    fn records_are_equal_and_ordered_by_their_fields() {
        assert_eq!(list(5), list(5));
        assert!(list(5) != list(6) && list(5) < list(6) && list(0) < list(1));
    }
}
