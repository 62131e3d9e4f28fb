//! [`Pages`]: large arrays of zeros on memory that the system gives out in large pages where it can.
//!
//! Looking something up in a table of many megabytes waits for the translation of its address rather than for memory itself
//! when pages are small, and every small page costs a fault when it is first touched.

use std::ops::{Deref, DerefMut};

use bytemuck::Pod;
use memmap2::MmapMut;

/// Arrays from this size on are asked for in large pages; the rest of the last page of a smaller one would be too much of it.
const LARGE: usize = 4 << 20;

/// An array of a fixed length, all zeros at first.
#[derive(Debug)]
pub struct Pages<T>(Kept<T>);

#[derive(Debug)]
enum Kept<T> {
    Mapped(MmapMut),
    Plain(Vec<T>),
}

impl<T: Pod> Pages<T> {
    /// So many zeros.
    #[must_use]
    pub fn zeroed(len: usize) -> Self {
        let size = len.saturating_mul(size_of::<T>());
        let mapped = if size < LARGE { None } else { map(size) };
        Self(mapped.map_or_else(|| Kept::Plain(vec![T::zeroed(); len]), Kept::Mapped))
    }
}

/// Memory of that size in large pages; none where the system gives none of them.
fn map(size: usize) -> Option<MmapMut> {
    let map = MmapMut::map_anon(size).ok()?;
    #[cfg(target_os = "linux")]
    map.advise(memmap2::Advice::HugePage).ok()?;
    Some(map)
}

impl<T: Pod> Default for Pages<T> {
    fn default() -> Self {
        Self(Kept::Plain(Vec::new()))
    }
}

impl<T: Pod> Deref for Pages<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match &self.0 {
            Kept::Mapped(map) => bytemuck::cast_slice(map),
            Kept::Plain(values) => values,
        }
    }
}

impl<T: Pod> DerefMut for Pages<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            Kept::Mapped(map) => bytemuck::cast_slice_mut(map),
            Kept::Plain(values) => values,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LARGE, Pages};

    #[test]
    fn arrays_are_zeros_and_keep_what_is_written() {
        for len in [0, 1, 1000, LARGE / 8 - 1, LARGE / 8, LARGE / 8 + 1, LARGE / 2 + 3] {
            let mut pages = Pages::<u64>::zeroed(len);
            assert_eq!(pages.len(), len);
            assert!(pages.iter().all(|value| *value == 0));
            (0_u64..).zip(pages.iter_mut()).for_each(|(at, value)| *value = at);
            assert!((0_u64..).zip(pages.iter()).all(|(at, value)| *value == at));
        }
        assert!(Pages::<u32>::default().is_empty());
    }
}
