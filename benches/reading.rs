//! How long rule texts take to read and to lay out, by size: twice the text should take twice the time, whatever is
//! wrong with it. `cargo bench --bench reading`

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::time::Instant;

use gouji::source::SourceMap;
use gouji::syntax::{format_program, parse_program};

fn main() {
    println!("{:12} {:>10} {:>10} {:>12} {:>12}", "text", "bytes", "complaints", "read", "lay out");
    for count in [2_000, 8_000, 32_000] {
        for (name, text) in texts(count) {
            measure(name, &text);
        }
    }
}

/// Texts of one kind each: right ones, and ones that are wrong in every line.
fn texts(count: usize) -> Vec<(&'static str, String)> {
    let line = "over(p, s) :- p in project{name: n}, s = sum e.amount : { e in expenditure, e.project = p.name }, \
                0 < s <= 10万元.\nedge(1, \"a\", 2.5).\n";
    vec![
        ("right", line.repeat(count)),
        ("no dots", line.replace(".\n", "\n").repeat(count)),
        ("brackets", line.replace('}', "]").repeat(count)),
        ("foreign", line.replace(" = ", " == ").repeat(count)),
        ("comments", format!("// c\n{line}/* x */").repeat(count)),
        ("one clause", format!("a(x) :- {} b(x).", "b(x), c(x, y), ".repeat(count * 8))),
        ("one list", format!("a({}1).", "1, x, ".repeat(count * 16))),
        ("unclosed", format!("a(x) :- {}", "b(x, ".repeat(count * 16))),
        ("quotes", "a(\"x).\n".repeat(count * 8)),
        ("components", ".comp A { a(1). }\n".repeat(count * 4)),
    ]
}

fn measure(name: &str, text: &str) {
    let mut sources = SourceMap::new();
    let file = sources.add("bench.dl", text).expect("the text fits");
    let start = Instant::now();
    let (_, report) = parse_program(&sources, file);
    let read = start.elapsed();
    let start = Instant::now();
    let laid = format_program(&sources, file).is_ok();
    let format = if laid { format!("{:.1?}", start.elapsed()) } else { "-".to_owned() };
    let complaints = report.diagnostics().len();
    println!("{name:12} {:>10} {complaints:>10} {:>12} {format:>12}", text.len(), format!("{read:.1?}"));
}
