//! Large delimited files straight to typed columns: no cell becomes a text of its own, rows keep where they begin.
//!
//! A [`scan`] of the whole text says how its rows are told apart and which tables it holds. A table is cut into chunks at row ends. [`chunk`] turns one into columns with its own numbering of texts, on as many
//! threads as there are; here they are appended in the order of the file, so that the threads leave no trace in the
//! result. Whatever the fast [`split`]ter does not trust is read again by csv-core, one row after another.

mod chunk;
mod column;
mod end;
pub mod marks;
mod places;
mod plain;
mod scan;
mod split;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use super::align::Columns;
use super::cells::CellKind;
use super::headers::Headers;
use super::manifest::Totals;
use super::read::delimited::{Dialect, Field, Fields, moved};
use super::rows::Tally;
use super::store::builder::StoreBuilder;
use crate::schema::ColumnType;
use crate::source::{SourceFile, Span};

pub use chunk::Chunk;
pub use end::footers;
pub use places::LinePlaces;
pub use plain::{number_of_cell, whole_of_cell};
pub use scan::{Scan, scan};
pub use split::starts;

/// Texts from this size on are read in bulk.
pub const LARGE: u64 = 8 << 20;
/// Bytes that are usefully read at a time.
pub const CHUNK: usize = 1 << 20;
/// Bytes from which the number of rows is estimated.
const SAMPLE: usize = 1 << 18;
/// Rows of a chunk when rows are read one after another.
const SERIAL_ROWS: usize = 16 * 1024;

/// What is to be read, and as what.
#[derive(Debug)]
pub struct Job<'a> {
    /// The file.
    pub file: &'a SourceFile,
    /// Where its data stands.
    pub range: Range<usize>,
    /// How its rows are told apart.
    pub care: Care,
    /// How it is written.
    pub dialect: Dialect,
    /// For each declared column, the column of the file.
    pub columns: Vec<Option<usize>>,
    /// For each declared column, the text that stands for every cell.
    pub constants: Vec<Option<(String, Span)>>,
    /// For each declared column, what its cells are.
    pub kinds: Vec<CellKind>,
    /// The headers, which may be said again among the rows.
    pub headers: &'a Headers,
    /// What the columns look like, for rows of more or fewer cells than there are headers.
    pub aligned: Option<Arc<Columns>>,
    /// What becomes of rows that are no data.
    pub totals: Totals,
    /// Where rows at the end begin that are no data.
    pub footers: Vec<u32>,
    /// About how many bytes are read at a time.
    pub chunk: usize,
}

impl Job<'_> {
    /// The columns of the file from which texts are taken, in the order of the relation.
    fn texts(&self) -> impl Iterator<Item = &usize> {
        let is_text = |(kind, _): &(&CellKind, &Option<usize>)| kind.ty == ColumnType::Symbol;
        self.kinds.iter().zip(&self.columns).filter(is_text).filter_map(|(_, column)| column.as_ref())
    }
}

/// What became of the rows.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Where each row begins, in the file.
    pub starts: Vec<u32>,
    /// Where each row of totals begins, when they are to go into a relation of their own.
    pub totals: Vec<u32>,
    /// What was left out or is odd.
    pub tally: Tally,
}

/// How the rows of a text are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Care {
    /// Every quote stands where it should.
    #[default]
    Fast,
    /// As csv-core does it, quotes believed up to a byte of the text.
    Careful {
        /// Where that ends.
        believed: usize,
    },
}

impl Care {
    /// The byte from which on no quotes are believed.
    #[must_use]
    pub const fn believed(self) -> usize {
        match self {
            Self::Fast => usize::MAX,
            Self::Careful { believed } => believed,
        }
    }
}

/// The text that rows are read from: a stretch of the file's.
#[derive(Clone, Copy, Debug)]
pub struct Window<'a> {
    file: &'a SourceFile,
    text: &'a str,
    /// Where it begins in the file's.
    start: usize,
}

impl<'a> Window<'a> {
    /// What stands in a field of it.
    fn field(&self, field: &Field) -> &'a str {
        &self.text[field.range.clone()]
    }

    /// A place in it as one in the file's text.
    const fn place(&self, at: usize) -> usize {
        self.start + at
    }

    /// A range of it as a place among all sources.
    fn span(&self, range: &Range<usize>) -> Span {
        self.file.span_of(moved(range, self.start))
    }
}

/// Reads all rows of `job` into the open source of the relation at `relation`.
pub fn read(job: &Job<'_>, threads: usize, relation: usize, builder: &mut StoreBuilder) -> Outcome {
    builder.symbols().add_file(job.file.span().start(), job.file.shared_text());
    let length = job.range.len();
    let sample = job.file.stretch(job.range.start..job.file.floor_char(job.range.start + length.min(SAMPLE)));
    let rows =
        memchr::memchr_iter(b'\n', sample.as_bytes()).count() as u64 * length as u64 / sample.len().max(1) as u64;
    builder.reserve(relation, usize::try_from(rows + rows / 64).unwrap_or(0).min(length / 8), 0);
    let plan = match job.care {
        Care::Fast => split::plan(job.file, job.range.clone(), (job.dialect.quote, job.chunk)),
        Care::Careful { .. } => None,
    };
    match plan {
        Some(plan) => parallel(job, &plan, threads, (relation, builder)),
        None => serial(job, relation, builder),
    }
}

/// Chunks on several threads, appended in order.
fn parallel(
    job: &Job<'_>,
    plan: &[split::Part],
    threads: usize,
    (relation, builder): (usize, &mut StoreBuilder),
) -> Outcome {
    let mut outcome = Outcome::default();
    in_order(plan, threads, &|part| split::read(job, *part), &mut |chunk| {
        append(chunk, &mut outcome, relation, builder);
    });
    outcome
}

/// Reads each part, on several threads, and takes what comes of them in their order.
pub fn in_order<P: Sync, T: Send>(
    parts: &[P],
    threads: usize,
    read: &(dyn Fn(&P) -> T + Sync),
    take: &mut dyn FnMut(T),
) {
    let next = AtomicUsize::new(0);
    let workers = threads.clamp(1, parts.len().max(1));
    if workers == 1 {
        return parts.iter().map(read).for_each(take);
    }
    thread::scope(|scope| {
        let (sender, receiver) = mpsc::sync_channel::<(usize, T)>(workers * 2);
        for _ in 0..workers {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(part) = parts.get(at) else { return };
                    if sender.send((at, read(part))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut expected = 0;
        for (at, one) in receiver {
            waiting.insert(at, one);
            while let Some(one) = waiting.remove(&expected) {
                take(one);
                expected += 1;
            }
        }
    });
}

/// Row after row, as csv-core reads them.
fn serial(job: &Job<'_>, relation: usize, builder: &mut StoreBuilder) -> Outcome {
    let mut outcome = Outcome::default();
    let mut fields = Fields::within(job.file.text(), job.dialect, (job.range.clone(), job.care.believed()));
    let mut record: Vec<Field> = Vec::new();
    let mut chunk = Chunk::new(Some(job.file), &job.kinds);
    let window = Window { file: job.file, text: job.file.text(), start: 0 };
    while let Some(range) = fields.next(&mut record) {
        chunk.push(job, window, range, &record);
        if chunk.rows() >= SERIAL_ROWS {
            append(
                std::mem::replace(&mut chunk, Chunk::new(Some(job.file), &job.kinds)),
                &mut outcome,
                relation,
                builder,
            );
        }
    }
    append(chunk, &mut outcome, relation, builder);
    outcome
}

fn append(chunk: Chunk, outcome: &mut Outcome, relation: usize, builder: &mut StoreBuilder) {
    outcome.starts.extend_from_slice(chunk.starts());
    outcome.totals.extend_from_slice(chunk.totals());
    outcome.tally.add(chunk.tally());
    builder.append(relation, chunk);
}
