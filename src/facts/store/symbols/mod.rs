//! [`Symbols`]: texts by number, most of them kept only as places in the sources.

mod sorted;

use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxBuildHasher;

use self::sorted::Sorted;
use crate::pages::Pages;
use crate::source::{Stretch, Text};

/// Texts by number. Equal texts have one number; numbers are in order of first arrival and say nothing of text order.
///
/// A text that stands in a source as it is costs eight bytes and its share of the hash table; others are copied, as are those of
/// sources on disk when they are told apart.
#[derive(Debug, Default)]
pub struct Symbols {
    places: Vec<Place>,
    /// Texts that stand in no source as they are.
    arena: String,
    /// Sources by their offset in the map, ascending.
    files: Vec<(u32, Text)>,
    /// Whether the text of one of them stays on disk: then texts that are looked up are copied.
    far: bool,
    /// Open addressing. A power of two of them.
    slots: Pages<Slot>,
    /// How many of them are taken.
    hashed: usize,
    /// Numbers of texts that may have others, and what their slots would keep.
    listed: Vec<(u32, u32)>,
    /// Those that were told apart; they have no slots.
    sorted: Sorted,
    /// Whether there are numbers of which only [`Self::settle`] learns.
    added: bool,
    /// By number, where there are few: texts that were asked for to be kept.
    shared: OnceLock<Box<[OnceLock<Arc<str>>]>>,
}

/// So many texts are few: rules that are run over a statement ask for each of them hundreds of times.
const FEW: usize = 1 << 14;

/// What is kept of a hash in the upper half, and one more than a number in the lower; [`FREE`] where nobody is.
type Slot = u64;

/// A slot that nobody has.
const FREE: Slot = 0;

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
            self.far |= !text.is_held();
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

    /// A number for `text` that no other has, whether or not there is one already; nobody learns of it before
    /// [`Self::tell_apart`]. For texts that hardly repeat.
    ///
    /// # Panics
    /// Beyond 2³²−2 texts, or 4 GiB of them.
    pub fn list(&mut self, text: &str) -> u32 {
        let place = self.copy(text);
        let id = self.push(place);
        self.listed.push((tag(hash(text)), id));
        id
    }

    /// A number for a text that stands in the sources at `start`, as in [`Self::intern_at`], which no other has and of which
    /// nobody learns but by [`Self::settle`]: for texts that hardly repeat, as long as nobody asks which are equal.
    ///
    /// # Panics
    /// Beyond 2³²−2 texts.
    pub fn add_at(&mut self, text: &str, start: u32) -> u32 {
        let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let place = if len < Place::ARENA { Place { start, len } } else { self.copy(text) };
        self.added = true;
        self.push(place)
    }

    /// Puts in place of each number of a text the one that [`Self::intern`] gives it. Those of a text on disk are read in
    /// passing: they should come in the order of the file.
    pub fn settle<'i>(&mut self, ids: impl Iterator<Item = &'i mut u32>) {
        let mut ids = ids.fuse();
        let mut group: Vec<(u32, &mut u32, Option<Range<usize>>)> = Vec::with_capacity(AHEAD);
        let mut passed = Passed::default();
        loop {
            group.clear();
            passed.texts.clear();
            for id in ids.by_ref().take(AHEAD) {
                let read = if self.far { passed.read(self, *id) } else { None };
                let text = read.clone().map_or_else(|| self.text(*id), |read| &passed.texts[read]);
                group.push((tag(hash(text)), id, read));
            }
            if group.is_empty() {
                return;
            }
            self.look_ahead(group.iter().map(|(tag, ..)| *tag));
            for (tag, id, read) in &mut group {
                let read = read.clone().map(|read| &passed.texts[read]);
                match self.find(read.unwrap_or_else(|| self.text(**id)), *tag) {
                    Ok(known) => **id = known,
                    Err(at) => {
                        self.slots[at] = taken(*tag, **id);
                        self.hashed += 1;
                        if let Some(text) = read {
                            self.places[**id as usize] = self.copy(text);
                        }
                    }
                }
            }
        }
    }

    /// How many numbers [`Self::list`] gave since texts were told apart.
    #[must_use]
    pub fn listed(&self) -> usize {
        self.listed.len()
    }

    /// Makes room for so many more texts that are to be listed.
    pub fn reserve_listed(&mut self, texts: usize) {
        self.places.reserve(texts);
        self.listed.reserve(texts);
    }

    /// Finds which of the texts that [`Self::list`] numbered are equal to others: their numbers, rising, each with the one that
    /// stands for all. Works on up to so many threads.
    pub fn tell_apart(&mut self, threads: usize) -> Vec<(u32, u32)> {
        let listed = std::mem::take(&mut self.listed);
        if listed.is_empty() {
            return Vec::new();
        }
        let before = std::mem::take(&mut self.sorted);
        let is_equal = |one: u32, other: u32| self.text(one) == self.text(other);
        let known = |tag: u32, id: u32| self.slots_of(tag).find(|other| is_equal(*other, id));
        let (sorted, same) = Sorted::of(before.iter().chain(listed), threads, known, is_equal);
        self.sorted = sorted;
        same
    }

    /// Whether some numbers are known to nobody until [`Self::settle`].
    #[must_use]
    pub const fn has_added(&self) -> bool {
        self.added
    }

    /// Makes room for so many more texts.
    pub fn reserve(&mut self, texts: usize) {
        self.places.reserve(texts);
        self.grow_for(self.hashed + texts);
    }

    /// The number of `text`, which stands in the sources at `start`, in a file that was [added](Self::add_file).
    ///
    /// # Panics
    /// Beyond 2³²−2 different texts.
    pub fn intern_at(&mut self, text: &str, start: u32) -> u32 {
        let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
        if len >= Place::ARENA || self.far {
            return self.intern(text);
        }
        self.intern_or(text, tag(hash(text)), |_| Place { start, len })
    }

    /// The number that each text of `other` has here, by its number there; for those that were only listed or added there, one
    /// that they are only listed or added with here. Both know the same files.
    pub fn intern_all(&mut self, other: &Self) -> Vec<u32> {
        let mut tags = vec![None; other.len()];
        for slot in other.slots.iter().filter(|slot| **slot != FREE) {
            tags[id_of(*slot) as usize] = Some(tag_of(*slot));
        }
        for (tag, id) in other.sorted.iter() {
            tags[id as usize] = Some(tag);
        }
        let mut ids = Vec::with_capacity(other.len());
        for (first, tags) in (0_u32..).step_by(AHEAD).zip(tags.chunks(AHEAD)) {
            self.look_ahead(tags.iter().flatten().copied());
            for (at, tag) in (first..).zip(tags) {
                let place = other.places[at as usize];
                let copied = |symbols: &mut Self| match place.len & Place::ARENA {
                    0 => place,
                    _ => symbols.copy(other.text(at)),
                };
                ids.push(match tag {
                    Some(tag) => self.intern_or(other.text(at), *tag, copied),
                    None => {
                        let place = copied(self);
                        self.push(place)
                    }
                });
            }
        }
        self.listed.extend(other.listed.iter().map(|(tag, id)| (*tag, ids[*id as usize])));
        self.added |= other.added;
        ids
    }

    /// Reads what looking up texts with these tags will read, all slots first, then all places, then all texts: memory
    /// answers many such questions at once sooner than one after another.
    fn look_ahead(&mut self, tags: impl Iterator<Item = u32>) {
        self.grow_for(self.hashed + AHEAD);
        let slots: &[Slot] = &self.slots;
        let mut likely = [FREE; AHEAD];
        for (likely, tag) in likely.iter_mut().zip(tags) {
            let slot = slots[slot(tag, slots.len())];
            *likely = if tag_of(slot) == tag { slot } else { FREE };
        }
        let known = likely.iter().filter(|slot| **slot != FREE).map(|slot| self.places[id_of(*slot) as usize]);
        let mut places = [Place { start: 0, len: Place::ARENA }; AHEAD];
        places.iter_mut().zip(known).for_each(|(to, place)| *to = place);
        let first = |place: &Place| match (place.len & Place::ARENA, &self.files[..]) {
            (0, [(base, text)]) if !self.far => text.as_bytes().get((place.start - base) as usize),
            (0, _) => None,
            _ => self.arena.as_bytes().get(place.start as usize),
        };
        std::hint::black_box(places.iter().filter_map(first).fold(0, |sum: u8, byte| sum ^ byte));
    }

    /// The number of `text`, if it has one.
    #[must_use]
    pub fn get(&self, text: &str) -> Option<u32> {
        let tag = tag(hash(text));
        if self.slots.is_empty() {
            return self.find_sorted(text, tag);
        }
        self.find(text, tag).ok()
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
        let (text, local) = self.file_of(start);
        if self.far { text.slice(local..local + len as usize) } else { &text[local..local + len as usize] }
    }

    /// The source in which the offset `start` lies, and where in it.
    fn file_of(&self, start: u32) -> (&Text, usize) {
        let (base, text) = match &self.files[..] {
            [one] => one,
            files => &files[files.partition_point(|(base, _)| *base <= start) - 1],
        };
        (text, (start - base) as usize)
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

    /// The number of `text`, or the free slot that it would have. There is a free slot.
    fn find(&self, text: &str, tag: u32) -> Result<u32, usize> {
        let slots: &[Slot] = &self.slots;
        let mut at = slot(tag, slots.len());
        loop {
            match slots[at] {
                FREE => return self.find_sorted(text, tag).ok_or(at),
                slot if tag_of(slot) == tag && self.text(id_of(slot)) == text => return Ok(id_of(slot)),
                _ => at = (at + 1) & (slots.len() - 1),
            }
        }
    }

    fn find_sorted(&self, text: &str, tag: u32) -> Option<u32> {
        self.sorted.with(tag).find(|id| self.text(*id) == text)
    }

    /// The numbers of those texts with slots of which the same is kept.
    fn slots_of(&self, tag: u32) -> impl Iterator<Item = u32> {
        let slots: &[Slot] = &self.slots;
        let first = if slots.is_empty() { 0 } else { slot(tag, slots.len()) };
        let from = slots[first..].iter().chain(&slots[..first]).take_while(|slot| **slot != FREE);
        from.filter(move |slot| tag_of(**slot) == tag).map(|slot| id_of(*slot))
    }

    /// The number of `text`, with the place that `place` gives it when it is new.
    fn intern_or(&mut self, text: &str, tag: u32, place: impl FnOnce(&mut Self) -> Place) -> u32 {
        self.grow_for(self.hashed + 1);
        match self.find(text, tag) {
            Ok(id) => id,
            Err(at) => {
                let place = place(self);
                let id = self.push(place);
                self.slots[at] = taken(tag, id);
                self.hashed += 1;
                id
            }
        }
    }

    /// The next number, for a text at that place.
    fn push(&mut self, place: Place) -> u32 {
        let id = u32::try_from(self.places.len()).ok().filter(|id| *id != u32::MAX);
        self.places.push(place);
        id.expect("fewer than 2^32-1 different texts")
    }

    /// As many slots as so many texts need. The first slot of a text is taken from what is kept of its hash.
    #[inline]
    fn grow_for(&mut self, texts: usize) {
        if texts * 4 > self.slots.len() * 3 {
            self.grow((texts * 4 / 3 + 1).next_power_of_two().max(16));
        }
    }

    fn grow(&mut self, size: usize) {
        let old = std::mem::replace(&mut self.slots, Pages::zeroed(size));
        let slots: &mut [Slot] = &mut self.slots;
        for taken in old.iter().filter(|slot| **slot != FREE) {
            let mut at = slot(tag_of(*taken), size);
            while slots[at] != FREE {
                at = (at + 1) & (size - 1);
            }
            slots[at] = *taken;
        }
    }
}

/// Texts of sources that are on disk, read one behind the other.
#[derive(Debug, Default)]
struct Passed {
    /// The stretch that was read last: where it begins among all sources, and what it is.
    stretch: Option<(u32, Stretch<'static>)>,
    /// The texts.
    texts: String,
}

impl Passed {
    /// Adds the text of a number to the texts, when it stands in a source that is on disk; where it is among them.
    fn read(&mut self, symbols: &Symbols, id: u32) -> Option<Range<usize>> {
        let Place { start, len } = symbols.places[id as usize];
        if len & Place::ARENA != 0 {
            return None;
        }
        let (from, to) = (start as usize, (start as usize) + len as usize);
        let is_in = |(begin, text): &&(u32, Stretch<'_>)| *begin as usize <= from && to <= *begin as usize + text.len();
        if self.stretch.as_ref().filter(is_in).is_none() {
            let (file, local) = symbols.file_of(start);
            self.stretch = Some((start, file.passing(local)?));
        }
        let (begin, stretch) = self.stretch.as_ref()?;
        let at = self.texts.len();
        self.texts.push_str(stretch.get(from - *begin as usize..to - *begin as usize).unwrap_or(""));
        Some(at..self.texts.len())
    }
}

fn hash(text: &str) -> u64 {
    FxBuildHasher.hash_one(text)
}

/// What is kept of a hash.
fn tag(hash: u64) -> u32 {
    u32::try_from((hash ^ (hash >> 32)) & u64::from(u32::MAX)).unwrap_or(0)
}

/// The slot of a text.
fn taken(tag: u32, id: u32) -> Slot {
    (Slot::from(tag) << 32) | (Slot::from(id) + 1)
}

/// What is kept of the hash in a slot.
const fn tag_of(slot: Slot) -> u32 {
    (slot >> 32) as u32
}

/// The number in a slot that is not free.
const fn id_of(slot: Slot) -> u32 {
    (slot as u32).wrapping_sub(1)
}

/// The slot at which the search for a hash begins.
const fn slot(tag: u32, size: usize) -> usize {
    tag as usize & (size - 1)
}

#[cfg(test)]
mod tests;
