//! [`load`]: everything that a manifest names, as facts.

mod gap;
mod notes;
mod source;
mod sums;
mod totals;
mod unheaded;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::bulk::{self, Scan};
use super::manifest::{Feed, Manifest, Placed, SourceSpec};
use super::map::{self, Mapping};
use super::read::delimited::{self, Dialect};
use super::read::raw::RawTable;
use super::read::{self, Format, Options, Request};
use super::store::Store;
use super::store::builder::StoreBuilder;
use crate::diagnostic::{Code, Diagnostic, Report, nearest};
use crate::schema::Schema;
use crate::source::{FileId, OnDisk, SourceFile, SourceMap, Span, display_path, expand};
use crate::text;

/// Loads what `manifest` names, files relative to `dir`, as facts of the relations of `schema`.
///
/// The store has one table per relation of `schema`, in that order; one that nothing feeds has no sources. A file that
/// several sources name is read once.
pub fn load(sources: &mut SourceMap, manifest: &Manifest, schema: &Schema, dir: &Path) -> (Store, Report) {
    load_with(sources, manifest, schema, (dir, Means::default()))
}

/// What loading may use, and when.
#[derive(Clone, Copy, Debug)]
pub struct Means {
    /// How many threads read large files.
    pub threads: usize,
    /// Delimited files of so many bytes are read in bulk.
    pub large: u64,
    /// And so many bytes at a time.
    pub chunk: usize,
}

impl Default for Means {
    fn default() -> Self {
        let threads = crate::threads::available();
        Self { threads, large: bulk::LARGE, chunk: bulk::CHUNK }
    }
}

/// [`load`], with these means. They leave no trace in what is loaded.
pub fn load_with(
    sources: &mut SourceMap,
    manifest: &Manifest,
    schema: &Schema,
    (dir, means): (&Path, Means),
) -> (Store, Report) {
    let (builder, report) = (StoreBuilder::new(schema), Report::new());
    let (read, left) = (FxHashMap::default(), FxHashMap::default());
    let mut loader = Loader { sources, manifest, schema, dir, builder, report, read, left, means };
    notes::outside(manifest, &mut loader.report);
    for spec in manifest.relations.iter().flat_map(|feed| &feed.sources) {
        for spec in loader.expanded(spec) {
            let asked = loader.asked(&spec);
            *loader.left.entry(asked).or_default() += 1;
        }
    }
    for feed in &manifest.relations {
        loader.feed(feed);
    }
    let Loader { sources, builder, mut report, .. } = loader;
    report.extend(changed(sources));
    (builder.finish(|file| sources.file(file).name().to_owned()), report)
}

/// A complaint about each large file that is on disk no more as it was looked through: what is said of it may be wrong.
#[must_use]
pub fn changed(sources: &SourceMap) -> Vec<Diagnostic> {
    let said = |file: &SourceFile| {
        let (name, start) = (file.name(), file.span().start());
        let message = text!("读 {name} 的时候，它被改动了", "{name} changed while it was being read");
        let help = text!("等写它的程序写完，再运行一次", "wait until whatever writes it is done, and run once more");
        Diagnostic::error(Code::UnreadableFile, message).at(Span::new(start, start)).help(help)
    };
    sources.files().iter().filter(|file| file.has_changed()).map(said).collect()
}

/// What reading a file gave: its tables and the id of its text.
#[derive(Clone, Debug)]
struct ReadFile {
    tables: Arc<Vec<RawTable>>,
    file: FileId,
    format: Format,
    /// What is known of a large delimited file, of whose tables `tables` has the tops only.
    bulk: Option<Arc<Scan>>,
}

/// A file and how it is to be read.
type Asked = (PathBuf, Option<Format>, Options);

struct Loader<'a> {
    sources: &'a mut SourceMap,
    manifest: &'a Manifest,
    schema: &'a Schema,
    dir: &'a Path,
    builder: StoreBuilder,
    report: Report,
    /// Files read so far that are asked for again; none for those that could not be.
    read: FxHashMap<Asked, Option<ReadFile>>,
    /// How often each is still asked for.
    left: FxHashMap<Asked, usize>,
    means: Means,
}

impl Loader<'_> {
    /// Loads all sources of one relation.
    fn feed(&mut self, feed: &Feed) {
        let Some(relation) = self.relation(feed) else { return };
        let declared = &self.schema.relations[relation];
        self.check_columns(feed);
        let mut mappings: Vec<Mapping> = Vec::new();
        let mut unread = false;
        for spec in feed.sources.iter().flat_map(|spec| self.expanded(spec)).collect::<Vec<_>>() {
            match self.source(relation, feed, &spec) {
                Some(mapping) => mappings.push(mapping),
                None => unread = true,
            }
        }
        if !unread {
            map::missing_everywhere(feed, declared, &mappings, &mut self.report);
        }
    }

    /// A source for each file that `spec` names; `*` stands for any characters of a file's name.
    fn expanded(&self, spec: &SourceSpec) -> Vec<SourceSpec> {
        if !spec.file.value.contains('*') {
            return vec![spec.clone()];
        }
        let paths = expand(&self.dir.join(spec.file.value.replace('\\', "/")));
        let files = paths.iter().map(|path| display_path(path.strip_prefix(self.dir).unwrap_or(path)));
        let found: Vec<SourceSpec> =
            files.map(|value| SourceSpec { file: Placed { value, span: spec.file.span }, ..spec.clone() }).collect();
        // Reading the pattern itself says that no file fits.
        if found.is_empty() { vec![spec.clone()] } else { found }
    }

    /// The position of the relation that is fed.
    fn relation(&mut self, feed: &Feed) -> Option<usize> {
        let name = &feed.relation.value;
        let found = self.schema.relations.iter().position(|relation| relation.name == *name);
        if found.is_none() {
            let known: Vec<&str> = self.schema.relations.iter().map(|relation| relation.name.as_str()).collect();
            let message = text!("没有名为“{name}”的表", "there is no relation “{name}”");
            let mut diagnostic = Diagnostic::error(Code::UnknownRelation, message).at(feed.relation.span);
            diagnostic = match nearest(name, known.iter().copied()) {
                Some(near) => {
                    diagnostic.help(text!("是否“{near}”？", "did you mean “{near}”?")).fix(feed.relation.span, near)
                }
                // Without rules there is nothing to name, and that has been complained of.
                None if known.is_empty() => diagnostic,
                None => {
                    let (zh, en) = (known.join("、"), known.join(", "));
                    diagnostic.help(text!("规则声明了：{zh}", "the rules declare: {en}"))
                }
            };
            self.report.push(diagnostic);
        }
        found
    }

    /// Complains of columns that the manifest maps and the relation has not.
    fn check_columns(&mut self, feed: &Feed) {
        let Some(relation) = self.schema.relation(&feed.relation.value) else { return };
        for spec in feed.columns.iter().chain(feed.sources.iter().flat_map(|source| &source.columns)) {
            let name = &spec.column.value;
            if relation.column(name).is_some() {
                continue;
            }
            let known: Vec<&str> = relation.columns.iter().map(|column| column.name.as_str()).collect();
            let (zh, en, table) = (known.join("、"), known.join(", "), &relation.name);
            let message = text!("{table} 没有列“{name}”", "{table} has no column “{name}”");
            let mut diagnostic = Diagnostic::error(Code::UnknownColumn, message).at(spec.column.span);
            diagnostic = match nearest(name, known.iter().copied()) {
                Some(near) => {
                    diagnostic.help(text!("是否“{near}”？", "did you mean “{near}”?")).fix(spec.column.span, near)
                }
                None => diagnostic.help(text!("{table} 的列：{zh}", "columns of {table}: {en}")),
            };
            self.report.push(diagnostic);
        }
    }

    /// Reads a file, or takes what was read of it before.
    fn read(&mut self, spec: &SourceSpec) -> Option<ReadFile> {
        let asked = self.asked(spec);
        let read = self.read.remove(&asked).unwrap_or_else(|| self.read_new(spec, &asked.0));
        let left = self.left.entry(asked.clone()).or_default();
        *left = left.saturating_sub(1);
        // Whatever nobody asks for again is let go: a workbook may take more memory than all that is loaded.
        if *left > 0 {
            self.read.insert(asked, read.clone());
        }
        read
    }

    fn asked(&self, spec: &SourceSpec) -> Asked {
        // `\` separates folders on Windows only; manifests written there are read anywhere.
        let path = self.dir.join(spec.file.value.replace('\\', "/"));
        (path, spec.format.as_ref().map(|format| format.value), spec.options.clone())
    }

    fn read_new(&mut self, spec: &SourceSpec, path: &Path) -> Option<ReadFile> {
        let name = &*display_path(path);
        if let Err(error) = crate::source::check_file(path) {
            let request = Request { path, name, at: spec.file.span, options: &spec.options };
            self.report.push(super::read::open::complaint(&request, &error));
            return None;
        }
        let Some(format) = spec.format.as_ref().map(|format| format.value).or_else(|| Format::of_path(path)) else {
            let message = text!("看不出 {name} 是什么格式", "the format of {name} is not known");
            let known = Format::names().collect::<Vec<_>>().join(" ");
            let help = text!("写明：format = \"…\"，可用：{known}", "say it: format = \"…\", one of: {known}");
            self.report.push(Diagnostic::error(Code::UnreadableFile, message).at(spec.file.span).help(help));
            return None;
        };
        let request = Request { path, name, at: spec.file.span, options: &spec.options };
        let size = std::fs::metadata(path).map_or(0, |about| about.len());
        if matches!(format, Format::Csv | Format::Tsv) && size >= self.means.large {
            return self.read_large(format, &request);
        }
        let before = self.sources.files().len();
        let (tables, report) = read::read(self.sources, format, &request);
        let failed = report.has_errors() && tables.is_empty();
        self.report.append(report);
        if failed {
            return None;
        }
        let file = FileId(u32::try_from(before).unwrap_or(u32::MAX));
        let file = if self.sources.files().len() > before { file } else { self.manifest.file };
        Some(ReadFile { tables: Arc::new(tables), file, format, bulk: None })
    }

    /// The tops of a large delimited file's tables, whose rows are read once it is known what they are.
    fn read_large(&mut self, format: Format, request: &Request<'_>) -> Option<ReadFile> {
        let Means { threads, chunk, .. } = self.means;
        let find = |head: &str| Dialect::find(head, format, request.options);
        let mut dialect = None;
        let parts = |disk: &OnDisk| {
            let found = find(&disk.head(delimited::SAMPLE));
            let starts = bulk::starts(disk, found, (chunk, threads))?;
            dialect = starts.is_some().then_some(found);
            Ok(starts)
        };
        let file = delimited::open_large(self.sources, request, &mut self.report, parts)?;
        let source = self.sources.file(file);
        let dialect = dialect.unwrap_or_else(|| find(source.text()));
        let scan = bulk::scan(source, dialect, (threads, chunk));
        delimited::unpaired(source, &scan.unpaired, &mut self.report);
        read::parts::limit(scan.tables.len(), (request.name, request.at), &mut self.report);
        let tops = scan.tables.iter().map(|extent| delimited::top(source, scan.dialect, extent, 0)).collect();
        Some(ReadFile { tables: Arc::new(tops), file, format, bulk: Some(Arc::new(scan)) })
    }
}

#[cfg(test)]
mod tests;
