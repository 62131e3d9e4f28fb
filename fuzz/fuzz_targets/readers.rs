//! Every reader of fact files on any bytes: nothing panics. The first byte says which reader.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use gouji::facts::read::{Format, Options, Request, read};
use gouji::source::{SourceMap, Span};
use libfuzzer_sys::fuzz_target;

static FILE: LazyLock<PathBuf> =
    LazyLock::new(|| std::env::temp_dir().join(format!("gouji-fuzz-{}", std::process::id())));

fuzz_target!(|bytes: &[u8]| {
    let Some((which, bytes)) = bytes.split_first() else { return };
    let names: Vec<&str> = Format::names().collect();
    let Some(format) = Format::from_name(names[*which as usize % names.len()]) else { return };
    if std::fs::write(&*FILE, bytes).is_err() {
        return;
    }
    let mut sources = SourceMap::new();
    let options = Options::default();
    let request = Request { path: &FILE, name: "fuzz", at: Span::default(), options: &options };
    let (tables, _) = read(&mut sources, format, &request);
    for cell in tables.iter().flat_map(|table| &table.rows).flat_map(|row| &row.cells) {
        let _ = sources.text(cell.span);
    }
});
