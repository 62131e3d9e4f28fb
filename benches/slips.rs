//! How often the cell with the slip is named: `cargo bench --bench slips`. It prints figures of rightness, not of time.

#![allow(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![allow(clippy::unwrap_used, reason = "shared with a test, which fails where it cannot go on")]

#[path = "../tests/it/slips/score.rs"]
mod score;
#[path = "../tests/it/slips/world.rs"]
mod world;

fn main() {
    let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("slips-bench");
    let score = score::scored(1000, &dir);
    let share = |part: usize, whole: usize| format!("{part} of {whole} ({:.1} %)", 100.0 * part as f64 / whole as f64);
    println!("1000 slips, {} decidable", score.decidable);
    println!("changed cell first:       {}", share(score.first, score.decidable));
    println!("among the first three:    {}", share(score.among_three, score.decidable));
    for (kind, [all, first, three]) in &score.kinds {
        println!("{kind}: {}, among three {three}", share(*first, *all));
    }
    for missed in &score.missed {
        println!("not first: {missed}");
    }
}
