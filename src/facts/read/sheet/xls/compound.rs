//! [`Compound`]: the container of the older office files, a file system of streams.

use super::super::super::office::{OLE_MAGIC, Trouble};
use crate::text;

/// Sectors below this number hold data; those above are marks.
const MOST_SECTORS: u32 = 0xFFFF_FFFA;

/// A container in memory.
pub(super) struct Compound<'a> {
    bytes: &'a [u8],
    sector: usize,
    mini_sector: usize,
    /// Streams shorter than this are kept in the short sectors.
    cutoff: u64,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    short: Vec<u8>,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    kind: u8,
    start: u32,
    size: u64,
}

impl<'a> Compound<'a> {
    /// Opens the container that `bytes` are.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, Trouble> {
        let broken = || Trouble::broken(text!("文件不完整或已损坏", "it is cut short or damaged"));
        let shift = |at: usize| bytes.get(at..at + 2).map(|two| u32::from(u16::from_le_bytes([two[0], two[1]])));
        let (Some(sector), Some(mini)) = (shift(30), shift(32)) else { return Err(broken()) };
        if !bytes.starts_with(OLE_MAGIC) || !(7..=16).contains(&sector) || !(4..=sector).contains(&mini) {
            return Err(broken());
        }
        let mut compound = Self {
            bytes,
            sector: 1 << sector,
            mini_sector: 1 << mini,
            cutoff: u64::from(dword(bytes, 56).unwrap_or(4096)),
            fat: Vec::new(),
            mini_fat: Vec::new(),
            short: Vec::new(),
            entries: Vec::new(),
        };
        compound.read_fat();
        let directory = compound.chain(dword(bytes, 48).unwrap_or(u32::MAX));
        compound.entries = directory.chunks_exact(128).map(entry).collect();
        let mini_fat = compound.chain(dword(bytes, 60).unwrap_or(u32::MAX));
        compound.mini_fat = dwords(&mini_fat);
        if let Some(root) = compound.entries.iter().find(|entry| entry.kind == 5) {
            compound.short = compound.chain(root.start);
        }
        if compound.entries.is_empty() { Err(broken()) } else { Ok(compound) }
    }

    /// Whether there is a stream of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.kind == 2 && entry.name == name)
    }

    /// The content of the stream of that name.
    pub(super) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.iter().find(|entry| entry.kind == 2 && entry.name == name)?;
        let mut content =
            if entry.size < self.cutoff { self.short_chain(entry.start) } else { self.chain(entry.start) };
        content.truncate(usize::try_from(entry.size).unwrap_or(usize::MAX));
        Some(content)
    }

    /// The sectors that say which sector follows which.
    fn read_fat(&mut self) {
        let most = self.bytes.len() / self.sector + 1;
        let mut sectors: Vec<u32> = (0..109).filter_map(|at| dword(self.bytes, 76 + at * 4)).collect();
        let mut next = dword(self.bytes, 68).unwrap_or(u32::MAX);
        let mut steps = 0;
        while next < MOST_SECTORS && steps < most {
            let listed = dwords(self.sector_bytes(next));
            let Some((last, listed)) = listed.split_last() else { break };
            sectors.extend(listed);
            next = *last;
            steps += 1;
        }
        for sector in sectors.into_iter().filter(|sector| *sector < MOST_SECTORS).take(most) {
            let part = dwords(self.sector_bytes(sector));
            self.fat.extend(part);
        }
    }

    /// The bytes of a sector; fewer at the end of a file cut short.
    fn sector_bytes(&self, number: u32) -> &'a [u8] {
        let start = (number as usize).saturating_add(1).saturating_mul(self.sector).min(self.bytes.len());
        let end = start.saturating_add(self.sector).min(self.bytes.len());
        &self.bytes[start..end]
    }

    /// The sectors from `start` on, one after another; no chain is longer than the file.
    fn chain(&self, start: u32) -> Vec<u8> {
        let mut content = Vec::new();
        let mut next = start;
        while next < MOST_SECTORS && content.len() < self.bytes.len() {
            let part = self.sector_bytes(next);
            if part.is_empty() {
                break;
            }
            content.extend_from_slice(part);
            next = self.fat.get(next as usize).copied().unwrap_or(u32::MAX);
        }
        content
    }

    /// The same among the short sectors.
    fn short_chain(&self, start: u32) -> Vec<u8> {
        let mut content = Vec::new();
        let mut next = start;
        while next < MOST_SECTORS && content.len() < self.short.len() {
            let from = (next as usize).saturating_mul(self.mini_sector).min(self.short.len());
            let part = &self.short[from..from.saturating_add(self.mini_sector).min(self.short.len())];
            if part.is_empty() {
                break;
            }
            content.extend_from_slice(part);
            next = self.mini_fat.get(next as usize).copied().unwrap_or(u32::MAX);
        }
        content
    }
}

fn entry(bytes: &[u8]) -> Entry {
    let length = usize::from(u16::from_le_bytes([bytes[64], bytes[65]])).clamp(2, 64) - 2;
    let units: Vec<u16> = bytes[..length].chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
    Entry {
        name: String::from_utf16_lossy(&units),
        kind: bytes[66],
        start: dword(bytes, 116).unwrap_or(u32::MAX),
        size: u64::from(dword(bytes, 120).unwrap_or(0)),
    }
}

fn dword(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]]))
}

fn dwords(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
}
