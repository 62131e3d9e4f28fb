//! [`Symbols`]: texts by number, most of them kept only as places in the sources.

use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxBuildHasher;

use crate::source::Text;

/// Texts by number. Equal texts have one number; numbers are in order of first arrival and say nothing of text order.
///
/// A text that stands in a source as it is costs eight bytes and its share of the hash table; others are copied.
#[derive(Debug, Default)]
pub struct Symbols {
    places: Vec<Place>,
    /// Texts that stand in no source as they are.
    arena: String,
    /// Sources by their offset in the map, ascending.
    files: Vec<(u32, Text)>,
    /// Open addressing: what is kept of a hash, and a number or [`NOBODY`]. A power of two of them.
    slots: Vec<(u32, u32)>,
    /// Numbers without a slot, and what their slots would keep.
    listed: Vec<(u32, u32)>,
    /// By number, where there are few: texts that were asked for to be kept.
    shared: OnceLock<Box<[OnceLock<Arc<str>>]>>,
}

/// So many texts are few: rules that are run over a statement ask for each of them hundreds of times.
const FEW: usize = 1 << 14;

/// The number of a slot that nobody has. It is not zero: memory that must be zero is given out unmapped, read as such, and
/// mapped anew when it is written to, which costs more than filling it.
const NOBODY: u32 = u32::MAX;

/// Where a text stands: in the arena, or in the offset space of the sources.
#[derive(Clone, Copy, Debug)]
struct Place {
    start: u32,
    /// The length, and [`Place::ARENA`].
    len: u32,
}

/// How many texts are looked up together.
const AHEAD: usize = 32;

impl Place {
    const ARENA: u32 = 1 << 31;
}

impl Symbols {
    /// The longest text that has a number.
    pub const LONGEST: usize = 1 << 30;

    /// Lets texts of a source that begins at `base` be kept as places.
    pub fn add_file(&mut self, base: u32, text: Text) {
        let at = self.files.partition_point(|(known, _)| *known < base);
        if self.files.get(at).is_none_or(|(known, _)| *known != base) {
            self.files.insert(at, (base, text));
        }
    }

    /// The number of `text`, new if need be.
    ///
    /// # Panics
    /// Beyond 2³²−2 different texts, or 4 GiB of them.
    pub fn intern(&mut self, text: &str) -> u32 {
        self.intern_or(text, tag(hash(text)), |symbols| symbols.copy(text))
    }

    /// A number for `text` that no other has, whether or not there is one already. [`Self::intern`] and [`Self::get`] do not
    /// see it, [`Self::intern_all`] does: for texts that hardly repeat and are to be numbered elsewhere.
    ///
    /// # Panics
    /// Beyond 2³²−2 texts, or 4 GiB of them.
    pub fn list(&mut self, text: &str) -> u32 {
        let id = u32::try_from(self.places.len()).expect("fewer than 2^32 different texts");
        let place = self.copy(text);
        self.places.push(place);
        self.listed.push((tag(hash(text)), id));
        id
    }

    /// [`Self::list`] for a text that stands in the sources at `start`, as in [`Self::intern_at`].
    ///
    /// # Panics
    /// Beyond 2³²−2 texts.
    pub fn list_at(&mut self, text: &str, start: u32) -> u32 {
        let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
        if len >= Place::ARENA {
            return self.list(text);
        }
        let id = u32::try_from(self.places.len()).expect("fewer than 2^32 different texts");
        self.places.push(Place { start, len });
        self.listed.push((tag(hash(text)), id));
        id
    }

    /// How many numbers [`Self::list`] gave.
    #[must_use]
    pub fn listed(&self) -> usize {
        self.listed.len()
    }

    /// Makes room for so many more texts.
    pub fn reserve(&mut self, texts: usize) {
        self.places.reserve(texts);
        self.grow_for(self.places.len() + texts);
    }

    /// The number of `text`, which stands in the sources at `start`, in a file that was [added](Self::add_file).
    ///
    /// # Panics
    /// Beyond 2³²−2 different texts.
    pub fn intern_at(&mut self, text: &str, start: u32) -> u32 {
        let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
        if len >= Place::ARENA {
            return self.intern(text);
        }
        self.intern_or(text, tag(hash(text)), |_| Place { start, len })
    }

    /// The number that each text of `other` has here, by its number there. Both know the same files.
    pub fn intern_all(&mut self, other: &Self) -> Vec<u32> {
        let mut tags = vec![0; other.len()];
        for (tag, id) in other.slots.iter().filter(|(_, id)| *id != NOBODY).chain(&other.listed) {
            tags[*id as usize] = *tag;
        }
        let mut ids = Vec::with_capacity(other.len());
        for (first, tags) in (0_u32..).step_by(AHEAD).zip(tags.chunks(AHEAD)) {
            self.look_ahead(tags);
            for (at, tag) in (first..).zip(tags) {
                let place = other.places[at as usize];
                let in_arena = place.len & Place::ARENA != 0;
                let text = other.text(at);
                ids.push(self.intern_or(text, *tag, |symbols| if in_arena { symbols.copy(text) } else { place }));
            }
        }
        ids
    }

    /// Reads what looking up texts with these tags will read, all slots first, then all places, then all texts: memory
    /// answers many such questions at once sooner than one after another.
    fn look_ahead(&mut self, tags: &[u32]) {
        self.grow_for(self.places.len() + tags.len());
        let slots = tags.iter().map(|tag| (*tag, self.slots[slot(*tag, self.slots.len())]));
        let mut likely = [NOBODY; AHEAD];
        for (likely, (tag, (upper, id))) in likely.iter_mut().zip(slots) {
            *likely = if upper == tag { id } else { NOBODY };
        }
        let known = likely.iter().filter(|id| **id != NOBODY).map(|id| self.places[*id as usize]);
        let mut places = [Place { start: 0, len: Place::ARENA }; AHEAD];
        places.iter_mut().zip(known).for_each(|(to, place)| *to = place);
        let [(base, text)] = &self.files[..] else { return };
        let in_file = places.iter().filter(|place| place.len & Place::ARENA == 0);
        let first = in_file.filter_map(|place| text.as_bytes().get((place.start - base) as usize));
        std::hint::black_box(first.fold(0, |sum: u8, byte| sum ^ byte));
    }

    /// The number of `text`, if it has one.
    #[must_use]
    pub fn get(&self, text: &str) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        let tag = tag(hash(text));
        let mut at = slot(tag, self.slots.len());
        loop {
            match self.slots[at] {
                (_, NOBODY) => return None,
                (upper, id) if upper == tag && self.text(id) == text => return Some(id),
                _ => at = (at + 1) & (self.slots.len() - 1),
            }
        }
    }

    /// The text of a number.
    ///
    /// # Panics
    /// When no text has that number.
    #[must_use]
    pub fn text(&self, id: u32) -> &str {
        let Place { start, len } = self.places[id as usize];
        if len & Place::ARENA != 0 {
            let start = start as usize;
            return &self.arena[start..start + (len & !Place::ARENA) as usize];
        }
        let file = match &self.files[..] {
            [one] => one,
            files => &files[files.partition_point(|(base, _)| *base <= start) - 1],
        };
        let local = (start - file.0) as usize;
        &file.1[local..local + len as usize]
    }

    /// The text of a number, to be kept.
    #[must_use]
    pub fn shared(&self, id: u32) -> Arc<str> {
        let copy = || self.text(id).into();
        if self.places.len() > FEW {
            return copy();
        }
        let shared = self.shared.get_or_init(|| self.places.iter().map(|_| OnceLock::new()).collect());
        // One that was added since is copied.
        shared.get(id as usize).map_or_else(copy, |text| Arc::clone(text.get_or_init(copy)))
    }

    /// How many different texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Copies a text into the arena.
    fn copy(&mut self, text: &str) -> Place {
        let start = u32::try_from(self.arena.len()).expect("texts of cells fit the offset space of sources");
        self.arena.push_str(text);
        let len = u32::try_from(text.len()).expect("texts of cells fit the offset space of sources");
        Place { start, len: len | Place::ARENA }
    }

    /// The number of `text`, with the place that `place` gives it when it is new.
    fn intern_or(&mut self, text: &str, tag: u32, place: impl FnOnce(&mut Self) -> Place) -> u32 {
        self.grow_for(self.places.len() + 1);
        let mut at = slot(tag, self.slots.len());
        loop {
            match self.slots[at] {
                (_, NOBODY) => break,
                (upper, id) if upper == tag && self.text(id) == text => return id,
                _ => at = (at + 1) & (self.slots.len() - 1),
            }
        }
        let id = u32::try_from(self.places.len()).ok().filter(|id| *id != NOBODY);
        let id = id.expect("fewer than 2^32-1 different texts");
        self.slots[at] = (tag, id);
        let place = place(self);
        self.places.push(place);
        id
    }

    /// As many slots as so many texts need. The first slot of a text is taken from what is kept of its hash.
    #[inline]
    fn grow_for(&mut self, texts: usize) {
        if texts * 4 > self.slots.len() * 3 {
            self.grow((texts * 4 / 3 + 1).next_power_of_two().max(16));
        }
    }

    fn grow(&mut self, size: usize) {
        let old = std::mem::replace(&mut self.slots, vec![(0, NOBODY); size]);
        for (upper, id) in old.into_iter().filter(|(_, id)| *id != NOBODY) {
            let mut at = slot(upper, size);
            while self.slots[at].1 != NOBODY {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = (upper, id);
        }
    }
}

fn hash(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

/// What is kept of a hash.
fn tag(hash: u64) -> u32 {
    u32::try_from((hash ^ (hash >> 32)) & u64::from(u32::MAX)).unwrap_or(0)
}

/// The slot at which the search for a hash begins.
const fn slot(tag: u32, size: usize) -> usize {
    tag as usize & (size - 1)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Symbols, Text};

    #[test]
    fn equal_texts_have_one_number_wherever_they_stand() {
        let mut symbols = Symbols::default();
        symbols.add_file(100, "甲,乙,甲".into());
        assert_eq!(symbols.intern("乙"), 0);
        assert_eq!(symbols.intern_at("甲", 100), 1);
        assert_eq!(symbols.intern_at("乙", 104), 0);
        assert_eq!(symbols.intern_at("甲", 108), 1);
        for number in 0..1000 {
            assert_eq!(symbols.intern(&format!("t{number}")), number + 2);
        }
        assert_eq!(symbols.get("t999"), Some(1001));
        assert_eq!(symbols.get("t1000"), None);
        assert_eq!((symbols.text(1), symbols.text(2), symbols.len()), ("甲", "t0", 1002));
    }

    #[test]
    fn listed_texts_are_told_apart_only_elsewhere() {
        let (mut one, mut two) = (Symbols::default(), Symbols::default());
        one.reserve(1000);
        assert_eq!((two.list("x"), two.intern("x"), two.list("y"), two.list("x")), (0, 1, 2, 3));
        assert_eq!((two.get("x"), two.get("y")), (Some(1), None));
        one.intern("y");
        assert_eq!(one.intern_all(&two), [1, 1, 0, 1]);
        assert_eq!((one.get("x"), one.text(1), one.len()), (Some(1), "x", 2));
    }

    #[test]
    fn texts_to_be_kept_are_one_copy_while_there_are_few() {
        let mut symbols = Symbols::default();
        let one = symbols.intern("甲");
        assert!(Arc::ptr_eq(&symbols.shared(one), &symbols.shared(one)));
        let later = symbols.intern("乙");
        assert_eq!((&*symbols.shared(one), &*symbols.shared(later)), ("甲", "乙"));
        (0..super::FEW).for_each(|number| _ = symbols.intern(&number.to_string()));
        assert_eq!(&*symbols.shared(one), "甲");
    }

    #[test]
    fn the_texts_of_another_keep_their_meaning() {
        let text = Text::from("a,b");
        let (mut one, mut two) = (Symbols::default(), Symbols::default());
        one.add_file(0, text.clone());
        two.add_file(0, text);
        one.intern_at("b", 2);
        two.intern("x");
        two.intern_at("b", 2);
        two.intern_at("a", 0);
        assert_eq!(one.intern_all(&two), [1, 0, 2]);
        assert_eq!(one.text(2), "a");
    }
}
