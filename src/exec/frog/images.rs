//! [`Images`]: the rows of a relation by what expressions over their columns give.

use std::borrow::Cow;
use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHasher};

use super::batch::{BATCH, Batch, Fault, Vector};
use super::eval::Scope;
use super::index::Index;
use super::steps::Runner;
use super::words::{Kind, NONE};
use super::world::{World, numbers};
use crate::exec::compare::hash;
use crate::ir::Expr;
use crate::plan::{Equal, Join, RulePlan};

/// About how many bytes an entry of the map takes beside its rows.
const ENTRY: usize = size_of::<u64>() + size_of::<Vec<u32>>() + 8;

/// What a join finds in a relation, by the hash of what some expressions give for each of its rows. Different values may share
/// one: what is found is looked at again anyway.
#[derive(Debug, Default)]
pub struct Images {
    rows: FxHashMap<u64, Vec<u32>>,
    /// What they give nothing for, because a cell has no value.
    gaps: Vec<u32>,
    /// About how many bytes it takes.
    pub bytes: usize,
}

impl Images {
    /// Of a relation that grows no more; none where an expression fails for a row, or gives what is not found by a hash.
    #[must_use]
    pub fn new(world: &World<'_>, plan: &RulePlan, join: &Join, own: &[Expr]) -> Option<Self> {
        let rule = &world.input.program.rules[plan.rule.index()];
        let mut images = Self::default();
        let len = world.len(join.relation, join.table);
        for from in (0..len).step_by(BATCH) {
            let range = from..(from + BATCH).min(len);
            let mut batch = Batch::bare(range.len());
            let mut found: Cow<'_, [u32]> = numbers(range.clone()).into();
            if let Some(slot) = join.row {
                batch.set(slot, Vector::Words(Kind::Row, found.to_vec()));
            } else {
                let derived = world.derived(join.relation);
                for (column, slot) in &join.columns {
                    let words = &derived.columns[*column][range.clone()];
                    batch.set(*slot, Vector::Words(derived.kinds[*column], words.to_vec()));
                }
                if let [(column, _)] = join.columns[..] {
                    found = derived.columns[column][range].into();
                }
            }
            let scope = Scope { world, rule, places: &plan.places, batch: &batch };
            for (row, found) in found.iter().enumerate() {
                match Image::of(&scope, own, row) {
                    Image::Hash(hash) => images.rows.entry(hash).or_default().push(*found),
                    Image::Gap => images.gaps.push(*found),
                    Image::Any => return None,
                }
            }
        }
        let rows = |rows: &Vec<u32>| rows.capacity() * size_of::<u32>();
        images.bytes = rows(&images.gaps) + images.rows.values().map(|found| rows(found) + ENTRY).sum::<usize>();
        Some(images)
    }

    /// What of a group may be the partner of what has that hash: at least what is.
    fn partners<'i>(&'i self, hash: u64, equal: &Equal, (group, is_all): (&'i [u32], bool)) -> Cow<'i, [u32]> {
        let rows = self.rows.get(&hash).map_or(&[][..], Vec::as_slice);
        let gaps = if equal.is_inner { &self.gaps[..] } else { &[] };
        if !is_all && group.len() <= rows.len() + gaps.len() {
            return group.into();
        }
        let mut rows: Cow<'_, [u32]> = if gaps.is_empty() {
            rows.into()
        } else {
            let mut both = [rows, gaps].concat();
            both.sort_unstable();
            both.into()
        };
        if !is_all {
            rows.to_mut().retain(|row| group.binary_search(row).is_ok());
        }
        rows
    }
}

impl Runner<'_> {
    /// For each row of a batch, what of its group may be its partner by equalities that are looked at again afterwards.
    pub(super) fn by_image<'i>(
        &self,
        (equal, images): (&Equal, &'i Images),
        (index, groups): (&'i Index, &[u32]),
        batch: &Batch,
    ) -> Vec<Cow<'i, [u32]>> {
        let scope = self.scope(batch);
        let partners = |(row, group): (usize, &u32)| {
            if *group == NONE {
                return Cow::default();
            }
            let group = index.list(*group);
            match Image::of(&scope, &equal.probe, row) {
                Image::Hash(hash) => images.partners(hash, equal, (group, group.len() == index.covered())),
                Image::Gap if !equal.is_inner => Cow::default(),
                // What fails is noted with every partner, and what cannot be decided where that matters.
                Image::Gap | Image::Any => group.into(),
            }
        };
        groups.iter().enumerate().map(partners).collect()
    }
}

/// What one row has for some expressions.
enum Image {
    /// Its hash: the same for values that are the same for `=`.
    Hash(u64),
    /// A cell that is needed has no value.
    Gap,
    /// Something failed, or gives values that are not found by a hash.
    Any,
}

impl Image {
    fn of(scope: &Scope<'_>, exprs: &[Expr], row: usize) -> Self {
        let (mut hasher, mut gap) = (FxHasher::default(), false);
        for expr in exprs {
            match scope.value(expr, row) {
                Ok(value) if hash(&value, &mut hasher) => {}
                Ok(_) | Err(Fault::Error(_)) => return Self::Any,
                Err(Fault::Blank | Fault::Unknown) => gap = true,
            }
        }
        if gap { Self::Gap } else { Self::Hash(hasher.finish()) }
    }
}
