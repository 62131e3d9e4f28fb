//! [`Likes`]: an index of texts by likeness.

use super::World;
use super::near::{MOST_EDITS, Near};
use super::similar::{Alike, Asked};
use super::words::{Kind, is_none};
use crate::facts::store::{Data, State};
use crate::ir::RelationId;
use crate::plan::Likeness;

/// The texts of one column, by how alike they are to one that is asked about.
#[derive(Debug)]
pub enum Likes {
    /// By what they share.
    Share(Alike),
    /// By edits.
    Edits(Near),
}

impl Likes {
    /// Over a column of a relation that grows no more; none for columns that are no texts, and where there is no index for
    /// that likeness.
    #[must_use]
    pub fn new(
        world: &World<'_>,
        (relation, table): (RelationId, Option<usize>),
        column: usize,
        least: Likeness,
    ) -> Option<Self> {
        let store = world.input.store;
        if let Some(table) = table {
            let column = store.tables[table].columns.get(column)?;
            let Data::Symbol(ids) = &column.data else { return None };
            let rows = (0_u32..).zip(ids.iter().copied()).filter(|(row, _)| column.state(*row) == State::Present);
            return Self::of(rows, |id| store.symbols.text(id), least);
        }
        let derived = world.derived(relation);
        if derived.kinds.get(column) != Some(&Kind::Symbol) {
            return None;
        }
        let words = derived.columns[column].iter().copied();
        Self::of((0_u32..).zip(words).filter(|(_, word)| !is_none(*word)), |word| world.words.symbol(word), least)
    }

    /// Over rows, each with the number of its text.
    fn of<T: AsRef<str>>(
        rows: impl Iterator<Item = (u32, u32)>,
        text: impl Fn(u32) -> T,
        least: Likeness,
    ) -> Option<Self> {
        match least {
            Likeness::Share(threshold) => Alike::new(rows, text, threshold).map(Self::Share),
            Likeness::Edits(most) if most > MOST_EDITS => None,
            Likeness::Edits(most) => Near::new(rows.map(|(row, id)| (row, text(id))), most).map(Self::Edits),
        }
    }

    /// The rows whose text is alike to `text`, ascending.
    #[must_use]
    pub fn rows(&self, text: &str, asked: &mut Asked) -> Vec<u32> {
        match self {
            Self::Share(alike) => alike.rows(text, asked),
            Self::Edits(near) => near.rows(text),
        }
    }
}
