//! Lexer, preprocessor, parser and formatter on any text: nothing panics, nothing is left out in silence, and laying out
//! what was laid out changes nothing.
#![no_main]

use gouji::source::SourceMap;
use gouji::syntax::{format_program, load_program, parse_program};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut sources = SourceMap::new();
    let Ok(file) = sources.add("fuzz.dl", text) else { return };
    let no_text = |zh: &str| gouji::diagnostic::Text { zh: zh.to_owned(), en: String::new() };
    let _ = load_program(&mut sources, file, &mut |_, _, _| Err(no_text("没有")));
    let (tree, report) = parse_program(&sources, file);
    assert!(tree.lost.names.is_empty() || report.has_errors());
    let Ok(laid_out) = format_program(&sources, file) else { return };
    let Ok(again) = sources.add("again.dl", laid_out.as_str()) else { return };
    assert_eq!(format_program(&sources, again).ok().as_ref(), Some(&laid_out));
    let (same, said) = parse_program(&sources, again);
    assert_eq!((tree.items.len(), report.has_errors()), (same.items.len(), said.has_errors()));
});
