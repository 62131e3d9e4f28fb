//! Rule cards and manifests on any text: reading them, their logic and their templates never panics.
#![no_main]

use gouji::audit::{mend, parse_card};
use gouji::cards::read;
use gouji::facts::Manifest;
use gouji::source::SourceMap;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut sources = SourceMap::new();
    let Ok(file) = sources.add("fuzz.toml", text) else { return };
    let _ = Manifest::read(&sources, file);
    let (cards, _) = read(&sources, file);
    for card in &cards.cards {
        let _ = parse_card(&sources, card);
    }
    let (mended, count) = mend(&mut sources, file);
    assert_eq!(count == 0, mended == text);
});
