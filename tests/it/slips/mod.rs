//! One slip in one cell of a consistent set of tables: gouji names the cell. Through files, readers, rules and the engine.

mod score;
mod told;
mod world;

use std::path::Path;

use score::{Score, scored};

#[test]
fn the_cell_with_the_slip_is_named() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("slips");
    let Score { decidable, first, among_three, kinds, missed } = scored(1000, &dir);
    assert!(decidable >= 700, "{decidable} of 1000 are decidable");
    assert!(kinds.len() >= 10, "{kinds:?}");
    assert!(first * 100 >= decidable * 90, "{first} of {decidable} come first; not so:\n{}", missed.join("\n"));
    assert!(
        among_three * 100 >= decidable * 98,
        "{among_three} of {decidable} are among three:\n{}",
        missed.join("\n")
    );
}
