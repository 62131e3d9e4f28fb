//! How many rows relations have and how many partners a key finds: guesses from samples that steer the join order.

use rustc_hash::{FxHashMap, FxHashSet};

use super::StratumPlan;
use crate::facts::store::{Data, Store, Table};
use crate::ir::{Literal, Origin, Program, RelationId, Stratum};

/// Rows and distinct counts by relation.
#[derive(Clone, Debug, Default)]
pub struct Sizes {
    rows: Vec<f64>,
    distinct: FxHashMap<(RelationId, usize), f64>,
}

const SAMPLE: usize = 2048;

impl Sizes {
    /// What is known before anything ran.
    #[must_use]
    pub fn of_facts(program: &Program, store: &Store) -> Self {
        let mut sizes = Self { rows: Vec::new(), distinct: FxHashMap::default() };
        for (at, relation) in program.relations.iter().enumerate() {
            let table = match relation.origin {
                Origin::Facts(table) | Origin::Rules(Some(table)) => store.tables.get(table),
                Origin::Rules(None) => None,
            };
            sizes.rows.push(table.map_or(0.0, |table| f64::from(table.rows)));
            let id = RelationId(u32::try_from(at).unwrap_or(u32::MAX));
            if let Some(table) = table {
                for column in 0..relation.arity.min(table.columns.len()) {
                    sizes.distinct.insert((id, column), sample_table(table, column));
                }
            }
        }
        sizes
    }

    /// How many rows the relation has.
    #[must_use]
    pub fn rows(&self, relation: RelationId) -> f64 {
        self.rows.get(relation.index()).copied().unwrap_or(0.0)
    }

    /// These sizes, with relations of a recursive stratum assumed to be larger than all that it reads.
    #[must_use]
    pub fn with_growing(&self, program: &Program, stratum: &Stratum) -> Self {
        let mut sizes = self.clone();
        if !stratum.recursive {
            return sizes;
        }
        let read = stratum.rules.iter().flat_map(|rule| &program.rules[rule.index()].body);
        let rows = read.filter_map(|literal| match literal {
            Literal::Atom(atom) => Some(self.rows(atom.relation)),
            _ => None,
        });
        let most = rows.fold(1000.0, f64::max) * 10.0;
        for relation in &stratum.relations {
            sizes.rows[relation.index()] = most;
            for column in 0..program.relations[relation.index()].arity {
                sizes.distinct.insert((*relation, column), most / 10.0);
            }
        }
        sizes
    }

    /// Notes what a relation came to.
    pub fn set(&mut self, relation: RelationId, rows: usize) {
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        if let Some(known) = self.rows.get_mut(relation.index()) {
            *known = rows as f64;
        }
    }

    /// Notes how many values a column has.
    pub fn set_distinct(&mut self, relation: RelationId, column: usize, sample: &[u32], rows: usize) {
        let distinct: FxHashSet<u32> = sample.iter().copied().collect();
        self.distinct.insert((relation, column), scale(distinct.len(), sample.len(), rows));
    }

    /// How many rows of the relation a key on those columns finds.
    #[must_use]
    pub fn matches(&self, relation: RelationId, columns: impl IntoIterator<Item = usize>) -> f64 {
        let rows = self.rows(relation);
        let mut keys = 1.0_f64;
        for column in columns {
            keys *= self.distinct.get(&(relation, column)).copied().unwrap_or_else(|| rows.sqrt().max(2.0));
        }
        rows / keys.min(rows).max(1.0)
    }

    /// Guesses sizes for the relations of a stratum that has not run.
    pub fn guess(&mut self, program: &Program, at: usize, plan: &StratumPlan) {
        let widest = plan.once.iter().map(|rule| rule.estimate()).fold(1.0, f64::max);
        for relation in &program.strata[at].relations {
            let grown = if plan.rounds.is_empty() { widest } else { widest * 10.0 };
            self.rows[relation.index()] = self.rows[relation.index()].max(grown);
        }
    }
}

/// Scales the distinct values of a sample to a whole column: all different in the sample means a key.
fn scale(distinct: usize, sample: usize, rows: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let (distinct, sample, rows) = (distinct as f64, sample as f64, rows as f64);
    if sample >= rows || distinct * 2.0 < sample {
        return distinct.max(1.0);
    }
    (rows * distinct / sample).max(1.0)
}

fn sample_table(table: &Table, column: usize) -> f64 {
    let rows = table.rows as usize;
    let step = rows / SAMPLE + 1;
    let at = || (0..rows).step_by(step);
    let count = at().count();
    let distinct = match &table.columns[column].data {
        Data::Symbol(words) | Data::Small(words) => at().map(|row| words[row]).collect::<FxHashSet<_>>().len(),
        Data::Number(values) | Data::Scaled { values, .. } => {
            at().map(|row| values[row]).collect::<FxHashSet<_>>().len()
        }
        Data::Unsigned(values) => at().map(|row| values[row]).collect::<FxHashSet<_>>().len(),
        Data::Float(values) => at().map(|row| values[row].to_bits()).collect::<FxHashSet<_>>().len(),
        Data::Exact { values, .. } => at().map(|row| values[row]).collect::<FxHashSet<_>>().len(),
        Data::Date(values) => at().map(|row| values[row]).collect::<FxHashSet<_>>().len(),
        Data::PerSource(ids) => ids.len(),
        Data::Line => count,
    };
    scale(distinct, count, rows)
}
