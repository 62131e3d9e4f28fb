//! Where the bytes stand that part rows and fields, sixty-four bytes of a text looked at together.

use wide::{CmpEq, i8x16};

/// Bytes that are looked at together.
const BLOCK: usize = 64;
/// And those of them that one comparison takes.
const LANE: usize = 16;

/// Finds any of three bytes in a text, for callers that mostly go forward.
#[derive(Debug)]
pub(super) struct Marks {
    wanted: [i8x16; 3],
    /// Where the block begins that was looked at last, a multiple of its size; beyond all texts at first.
    block: usize,
    /// Which of its bytes are wanted, the first in the lowest bit.
    found: u64,
}

impl Marks {
    /// Three bytes, some of which may be the same.
    pub fn new(wanted: [u8; 3]) -> Self {
        let wanted = wanted.map(|byte| i8x16::splat(i8::from_le_bytes([byte])));
        Self { wanted, block: usize::MAX - BLOCK + 1, found: 0 }
    }

    /// The first place of one from `at` on in `bytes`, the same ones every time; their end when there is none.
    #[inline]
    pub fn next(&mut self, bytes: &[u8], at: usize) -> usize {
        let block = at & !(BLOCK - 1);
        if block != self.block {
            self.look_at(bytes, block);
        }
        let mut found = self.found & (u64::MAX << (at % BLOCK));
        while found == 0 {
            let next = self.block + BLOCK;
            if next >= bytes.len() {
                return bytes.len();
            }
            self.look_at(bytes, next);
            found = self.found;
        }
        self.block + found.trailing_zeros() as usize
    }

    #[inline]
    fn look_at(&mut self, bytes: &[u8], block: usize) {
        self.block = block;
        let rest = bytes.get(block..).unwrap_or(&[]);
        self.found = match rest.first_chunk::<BLOCK>() {
            Some(whole) => self.bits(whole),
            None => {
                let mut padded = [0; BLOCK];
                padded[..rest.len()].copy_from_slice(rest);
                // Zeros behind the end may be wanted ones.
                self.bits(&padded) & !(u64::MAX << rest.len())
            }
        };
    }

    #[inline]
    fn bits(&self, block: &[u8; BLOCK]) -> u64 {
        bits(block, |lane| {
            let [one, two, three] = self.wanted.map(|wanted| lane.cmp_eq(wanted));
            one | two | three
        })
    }
}

/// A bit for each byte of which `of_lane` makes one with its highest bit set.
#[inline]
fn bits(block: &[u8; BLOCK], of_lane: impl Fn(i8x16) -> i8x16) -> u64 {
    let (lanes, _) = block.as_chunks::<LANE>();
    lanes.iter().rev().fold(0, |bits, lane| {
        let lane = i8x16::from(lane.map(|byte| i8::from_le_bytes([byte])));
        bits << LANE | u64::from(of_lane(lane).move_mask().cast_unsigned() & 0xffff)
    })
}

/// Adds where the byte behind each `delimiter` and each `line_end` stands to `found`, counted from `base` on; how many line
/// ends there are.
pub fn behind_each(bytes: &[u8], (delimiter, line_end): (u8, u8), base: u32, found: &mut Vec<u32>) -> usize {
    let [delimiters, line_ends] = [delimiter, line_end].map(|byte| i8x16::splat(i8::from_le_bytes([byte])));
    let mut lines = 0;
    let mut add = |block: &[u8; BLOCK], known: u64, base: u32| {
        let ends = bits(block, |lane| lane.cmp_eq(line_ends)) & known;
        lines += ends.count_ones() as usize;
        let mut marks = ends | bits(block, |lane| lane.cmp_eq(delimiters)) & known;
        found.reserve(BLOCK);
        while marks != 0 {
            found.push(base + marks.trailing_zeros() + 1);
            marks &= marks - 1;
        }
    };
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    let mut at = base;
    for block in blocks {
        add(block, u64::MAX, at);
        at += BLOCK as u32;
    }
    if !rest.is_empty() {
        let mut padded = [0; BLOCK];
        padded[..rest.len()].copy_from_slice(rest);
        add(&padded, !(u64::MAX << rest.len()), at);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{Marks, behind_each};

    #[test]
    fn what_stands_behind_marks_is_found_at_once() {
        for (delimiter, other) in [(b'\t', b'x'), (0, 1), (0xff, 0x7f), (b',', b'-')] {
            for length in [0, 1, 15, 63, 64, 65, 128, 200, 1000] {
                let byte = |at: usize| match at * at % 11 {
                    1 | 4 => delimiter,
                    5 => b'\n',
                    _ => other,
                };
                let bytes: Vec<u8> = (0..length).map(byte).collect();
                let mut found = vec![7];
                let lines = behind_each(&bytes, (delimiter, b'\n'), 7, &mut found);
                assert_eq!(lines, bytes.iter().filter(|byte| **byte == b'\n').count());
                let behind = (0..length).filter(|at| [delimiter, b'\n'].contains(&bytes[*at]));
                let expected: Vec<usize> = std::iter::once(7).chain(behind.map(|at| at + 8)).collect();
                assert_eq!(found.iter().map(|at| *at as usize).collect::<Vec<_>>(), expected, "{length}");
            }
        }
    }

    #[test]
    fn every_place_is_found_in_texts_of_any_length_from_anywhere() {
        for wanted in [*b",\n\"", [b'\t', b'\n', b'\t'], [0, 0x80, 0xff]] {
            for length in [0, 1, 15, 16, 63, 64, 65, 127, 128, 200] {
                for step in [1, 7, 64, 90] {
                    let bytes: Vec<u8> =
                        (0..length).map(|at| if at % step == step - 1 { wanted[at % 3] } else { b'x' }).collect();
                    let expected =
                        |from: usize| (from..length).find(|at| wanted.contains(&bytes[*at])).unwrap_or(length);
                    let mut forward = Marks::new(wanted);
                    let mut anyhow = Marks::new(wanted);
                    for at in 0..length {
                        assert_eq!(forward.next(&bytes, at), expected(at), "{length} {step} {at}");
                        let other = at * 37 % length;
                        assert_eq!(anyhow.next(&bytes, other), expected(other));
                    }
                    assert_eq!(forward.next(&bytes, length), length);
                }
            }
        }
    }
}
