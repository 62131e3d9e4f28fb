//! How many rows relations have and how many partners a key finds: guesses from samples that steer the join order.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::StratumPlan;
use crate::facts::store::{Data, Store, Table};
use crate::ir::{Literal, Origin, Program, RelationId, Stratum};

/// Rows and distinct counts by relation.
#[derive(Clone, Debug, Default)]
pub struct Sizes {
    rows: Vec<f64>,
    distinct: FxHashMap<(RelationId, usize), f64>,
    /// By column: how likely two of its cells are the same.
    same: FxHashMap<(RelationId, usize), f64>,
    /// Whether plans take ways that pay for many rows only for any number of them.
    pub eager: bool,
}

const SAMPLE: usize = 2048;

impl Sizes {
    /// What is known before anything ran.
    #[must_use]
    pub fn of_facts(program: &Program, store: &Store) -> Self {
        let mut sizes = Self::default();
        for (at, relation) in program.relations.iter().enumerate() {
            let table = match relation.origin {
                Origin::Facts(table) | Origin::Rules(Some(table)) => store.tables.get(table),
                Origin::Rules(None) => None,
            };
            sizes.rows.push(table.map_or(0.0, |table| f64::from(table.rows)));
            let id = RelationId(u32::try_from(at).unwrap_or(u32::MAX));
            if let Some(table) = table {
                // Those that every table has (its name, file and line) included: they stand behind the declared ones.
                for column in 0..table.columns.len() {
                    sizes.note((id, column), sample_table(table, column), table.rows as usize);
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
    pub fn with_growing(&self, program: &Program, stratum: &Stratum) -> Cow<'_, Self> {
        if !stratum.recursive {
            return Cow::Borrowed(self);
        }
        let mut sizes = self.clone();
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
                sizes.same.insert((*relation, column), 10.0 / most);
            }
        }
        Cow::Owned(sizes)
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
        self.note((relation, column), Spread::of(sample.iter().copied()), rows);
    }

    fn note(&mut self, column: (RelationId, usize), spread: Spread, rows: usize) {
        self.distinct.insert(column, scale(spread.distinct, spread.cells, rows));
        self.same.insert(column, spread.same());
    }

    /// How many rows of the relation a row of it finds by its own key on those columns: few keys with many rows each make
    /// this more than what [`Self::matches`] says of all keys alike.
    #[must_use]
    pub fn partners(&self, relation: RelationId, columns: impl IntoIterator<Item = usize>) -> f64 {
        let same = |column| self.same.get(&(relation, column)).copied().unwrap_or(0.0);
        columns.into_iter().fold(self.rows(relation), |rows, column| rows * same(column))
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

/// What a sample of cells says of their column.
#[derive(Clone, Copy, Debug)]
struct Spread {
    cells: usize,
    distinct: usize,
    /// How many pairs of cells are the same.
    pairs: usize,
}

impl Spread {
    fn of<T: Eq + std::hash::Hash>(sample: impl Iterator<Item = T>) -> Self {
        let mut counts: FxHashMap<T, usize> = FxHashMap::default();
        let mut spread = Self { cells: 0, distinct: 0, pairs: 0 };
        for cell in sample {
            let count = counts.entry(cell).or_default();
            spread.pairs += *count;
            *count += 1;
            spread.cells += 1;
        }
        spread.distinct = counts.len();
        spread
    }

    /// How likely two cells of the column are the same.
    fn same(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let (pairs, all) = (self.pairs as f64, (self.cells * self.cells.saturating_sub(1) / 2) as f64);
        pairs / all.max(1.0)
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

fn sample_table(table: &Table, column: usize) -> Spread {
    let rows = table.rows as usize;
    let step = rows / SAMPLE + 1;
    let at = || (0..rows).step_by(step);
    match &table.columns[column].data {
        Data::Symbol(words) | Data::Listed(words) | Data::Small(words) => Spread::of(at().map(|row| words[row])),
        Data::Number(values) | Data::Scaled { values, .. } => Spread::of(at().map(|row| values[row])),
        Data::Unsigned(values) => Spread::of(at().map(|row| values[row])),
        Data::Float(values) => Spread::of(at().map(|row| values[row].to_bits())),
        Data::Exact { values, .. } => Spread::of(at().map(|row| values[row])),
        Data::Date(values) => Spread::of(at().map(|row| values[row])),
        Data::PerSource(ids) => Spread::of((0..table.rows).step_by(step).map(|row| ids[table.source_index(row)])),
        Data::Line => Spread::of(at()),
    }
}

#[cfg(test)]
mod tests {
    use super::Spread;

    #[test]
    fn few_keys_with_many_rows_show() {
        let even = Spread::of((0..1000).map(|row| row % 500));
        let skewed = Spread::of((0..1000).map(|row| if row < 501 { 0 } else { row }));
        assert_eq!((even.distinct, skewed.distinct), (500, 500));
        assert!(even.same() < 0.002 && skewed.same() > 0.2);
        assert!(Spread::of(0..1000).same() < f64::EPSILON && Spread::of(0..1).same() < f64::EPSILON);
    }
}
