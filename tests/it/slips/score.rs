//! Mutations made, audited and scored.

use std::collections::BTreeMap;
use std::path::Path;

use gouji::audit::{self, Audit, Reach, Request};

use super::world::{Random, Set};

/// What became of mutations that can be decided.
#[derive(Default)]
pub struct Score {
    /// How many there are.
    pub decidable: usize,
    /// The changed cell comes first.
    pub first: usize,
    /// It is among the first three.
    pub among_three: usize,
    /// By kind of slip: how many, how many first, and how many among the first three.
    pub kinds: BTreeMap<&'static str, [usize; 3]>,
    /// Those where it does not come first.
    pub missed: Vec<String>,
}

fn audited(dir: &Path) -> Audit {
    let audit = audit::check(&Request { start: dir.to_owned(), ..Request::default() });
    assert_eq!(audit.reach, Reach::Complete, "{:#?}", audit.diagnostics);
    audit
}

/// The place of the changed cell among the suspects of the first cause, from 0.
fn rank(audit: &Audit, (file, line, column): (&str, usize, Option<usize>)) -> Option<usize> {
    let cause = audit.audited.causes.first()?;
    let first = cause.places.iter().take(1).map(|(span, _)| *span);
    let mut suspects = first.chain(cause.runners_up.iter().map(|other| other.place.0));
    suspects.position(|span| {
        let at = audit.sources.location(span);
        // A cell in quotes begins one character later.
        let is_column = |column: usize| (at.column as usize).abs_diff(column) <= 1;
        at.file.ends_with(file) && at.line as usize == line && column.is_none_or(is_column)
    })
}

/// So many mutations, written to `dir` one after another.
pub fn scored(mutations: usize, dir: &Path) -> Score {
    let mut random = Random(0x2026_1125);
    let mut score = Score::default();
    let mut made = 0;
    while made < mutations {
        let set = Set::random(&mut random);
        let Some(mutation) = set.slip(&mut random) else { continue };
        made += 1;
        set.write(dir, &mutation);
        let audit = audited(dir);
        let undecided = audit.audited.verdicts.iter().any(|rule| !rule.undecided.is_empty());
        if audit.audited.findings.is_empty() && !undecided || !set.is_decidable(&mutation) {
            continue;
        }
        let rank = rank(&audit, set.place_of(&mutation));
        let kind = score.kinds.entry(mutation.kind).or_default();
        (score.decidable, kind[0]) = (score.decidable + 1, kind[0] + 1);
        if rank.is_some_and(|rank| rank < 3) {
            (score.among_three, kind[2]) = (score.among_three + 1, kind[2] + 1);
        }
        if rank == Some(0) {
            (score.first, kind[1]) = (score.first + 1, kind[1] + 1);
        } else {
            let meant = &set.cells[mutation.cell].text;
            score.missed.push(format!("{meant} → {}（{}）: {rank:?}", mutation.written, mutation.kind));
        }
    }
    score
}
