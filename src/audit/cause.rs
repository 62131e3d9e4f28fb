//! Probable causes: the one cell that, written otherwise, would clear several findings.

use std::collections::{BTreeMap, BTreeSet};

use super::find::Found;
use super::places::{cell_spot, written};
use super::words::Words;
use crate::diagnostic::Text;
use crate::exec::{CellRef, Outcome};
use crate::facts::store::Store;
use crate::finding::{Cause, RunnerUp};
use crate::ir::RuleId;
use crate::provenance::culprit::{
    Around, Equalities, Failed, MOST_FAILED, Root, Sense, Slip, Suspect, Whence, equalities, roots,
};
use crate::schema::Schema;
use crate::source::Span;
use crate::text;
use crate::value::Value;

/// Suspects beside the first that are named.
const NAMED: usize = 3;

/// When more suspects than this explain as much as the first, none is named: among the parts of a huge total some would
/// always do.
const MOST_EQUAL: usize = 30;

/// Finds what one slip explains, and says so in the findings that it would clear; and where that was not sought.
pub(super) fn accuse(
    words: &Words<'_>,
    (outcome, threads): (&Outcome, usize),
    (rows, codes): (u64, &[&str]),
    found: &mut BTreeMap<usize, Vec<Found>>,
) -> (Vec<Cause>, Vec<Text>) {
    let mut failed = Failed::new();
    for found in found.values().flatten() {
        failed.entry(found.rule).or_default().push(found.row.clone());
    }
    let equalities = equalities((&words.input, outcome), (rows, threads), &failed);
    let places = findings_by_instance(found);
    let finding_of = |equation: &usize| {
        let (rule, row) = &equalities.instances[*equation];
        let row: Option<Vec<Value>> = row.iter().cloned().collect();
        row.and_then(|row| places.get(&(*rule, row))).copied()
    };
    let mut causes = Vec::new();
    let mut many: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let around = Around::new(words.input, keys(words.schema, words.input.store));
    for root in roots(&equalities.cells, &equalities.equations, &around) {
        let cleared: Vec<(usize, usize)> = root.suspect.cleared.iter().filter_map(finding_of).collect();
        let equals = root.runners_up.iter().filter(|other| other.ties(&root.suspect)).count();
        if equals > MOST_EQUAL {
            many.extend(cleared.into_iter().map(|finding| (finding, equals + 1)));
            continue;
        }
        let (at, mut own) = (causes.len(), 0);
        for (card, position) in &cleared {
            let finding = found.get_mut(card).and_then(|found| found.get_mut(*position));
            // The first cause that clears a finding is the one that clears most.
            if let Some(found) = finding.filter(|found| found.finding.cause.is_none()) {
                found.finding.cause = Some(at);
                own += 1;
            }
        }
        let mut cause = describe(words, &equalities, &root, cleared.len());
        cause.touching = touch(found, at, &cause, &repeated(words, &equalities, &root.suspect));
        // All that it explains is explained better already.
        if own > 0 || cause.touching > 0 || cleared.is_empty() {
            causes.push(cause);
        }
    }
    for (at, instance) in equalities.instances.iter().enumerate() {
        let equation = &equalities.equations[at];
        if equation.sense != Sense::Zero || equation.terms.len() < 3 {
            continue;
        }
        let finding = finding_of(&at);
        unexplained(words, found, instance, finding.map(|finding| (finding, many.get(&finding).copied())));
    }
    (causes, unsought(words, codes, &equalities))
}

/// By table: the columns that say which row is meant.
pub(super) fn keys(schema: &Schema, store: &Store) -> Vec<Vec<usize>> {
    let key = |name: &str| schema.relation(name).map(|relation| relation.key.clone()).unwrap_or_default();
    let keys = store.tables.iter().map(|table| key(&table.name));
    keys.map(|key| if key.is_empty() { vec![0] } else { key }).collect()
}

/// Where causes were not sought, and why.
fn unsought(words: &Words<'_>, names: &[&str], equalities: &Equalities) -> Vec<Text> {
    let codes = |rules: &[RuleId]| {
        let cards = rules.iter().filter_map(|rule| words.input.program.rules[rule.index()].card);
        let mut codes: Vec<&str> = cards.filter_map(|card| names.get(card).copied()).collect();
        codes.dedup();
        codes.join(" ")
    };
    let mut said = Vec::new();
    if !equalities.systematic.is_empty() {
        let codes = codes(&equalities.systematic);
        said.push(text!(
            "{codes} 各有 {MOST_FAILED} 个以上的问题，不像一格一格的笔误：先看单位、列或规则",
            "{codes} have more than {MOST_FAILED} findings each, which are hardly slips: look at units, columns or the rule first"
        ));
    }
    if !equalities.partial.is_empty() {
        let codes = codes(&equalities.partial);
        said.push(text!(
            "{codes} 查的行太多，只看了有问题的几处，没有核对改了以后会不会使别处不符",
            "{codes} ask about too many rows: only their findings were looked at, not what else a change would break"
        ));
    }
    said
}

/// The cells of a row that was entered twice, and those of the row that it repeats; none for another slip.
fn repeated(words: &Words<'_>, equalities: &Equalities, suspect: &Suspect) -> Vec<BTreeSet<Span>> {
    if suspect.slip != Slip::RowTwice {
        return Vec::new();
    }
    let rows = suspect.at.iter().copied().chain(suspect.parts.iter().map(|part| equalities.cells[*part].at));
    let spans = rows.map(|row| {
        let columns = 0..words.input.store.tables[row.table].arity();
        columns.map(|column| cell_spot(&words.input, CellRef { column, ..row }).0).collect()
    });
    spans.collect()
}

/// Puts findings that point at the cell under its cause, and those that point at both of two `rows` that are the same; how
/// many there are.
fn touch(found: &mut BTreeMap<usize, Vec<Found>>, at: usize, cause: &Cause, rows: &[BTreeSet<Span>]) -> usize {
    let points = |found: &&mut Found| {
        let labels = &found.finding.labels;
        let at_cell = labels.iter().any(|label| cause.places.iter().any(|(span, _)| *span == label.span));
        let at_row = |row: &BTreeSet<Span>| labels.iter().any(|label| row.contains(&label.span));
        found.finding.cause.is_none() && (at_cell || !rows.is_empty() && rows.iter().all(at_row))
    };
    let touching = found.values_mut().flatten().filter(points);
    touching.map(|found| found.finding.cause = Some(at)).count()
}

/// Where each finding is, by the instance that it is of.
fn findings_by_instance(found: &BTreeMap<usize, Vec<Found>>) -> BTreeMap<(RuleId, Vec<Value>), (usize, usize)> {
    let each = found.iter().flat_map(|(card, found)| {
        found.iter().enumerate().map(move |(at, found)| ((found.rule, found.row.clone()), (*card, at)))
    });
    each.collect()
}

/// Says of a finding that is an equality, and that no slip explains, that none does, or that so many do.
fn unexplained(
    words: &Words<'_>,
    found: &mut BTreeMap<usize, Vec<Found>>,
    (rule, _): &(RuleId, Vec<Option<Value>>),
    finding: Option<((usize, usize), Option<usize>)>,
) {
    let sums = words.input.program.rules[rule.index()].body.iter();
    let is_sum = sums.into_iter().any(|literal| matches!(literal, crate::ir::Literal::Aggregate(_)));
    let Some(((card, position), many)) = finding.filter(|_| is_sum) else { return };
    let finding = found.get_mut(&card).and_then(|found| found.get_mut(position));
    if let Some(found) = finding.filter(|found| found.finding.cause.is_none()) {
        let said = match many {
            Some(cells) => text!(
                "有 {cells} 格各自改一处笔误都能使它相符：单凭这些数分不出是哪一格",
                "each of {cells} cells, mended by one slip, makes it agree: these figures cannot tell which"
            ),
            None => text!(
                "没有哪一格单独改一处笔误就能使它相符：可能漏了行、多处有误，或者所列的数来自别处",
                "no single cell, mended by one slip, makes it agree: a row may be missing, several cells may be wrong, or \
                 the stated figure comes from elsewhere"
            ),
        };
        found.finding.notes.push(said.get(words.lang).to_owned());
    }
}

fn describe(words: &Words<'_>, equalities: &Equalities, root: &Root, findings: usize) -> Cause {
    let suspect = &root.suspect;
    let places = suspect.at.iter().map(|cell| cell_spot(&words.input, *cell)).collect();
    let name = |suspect: &Suspect| change(words, equalities, suspect);
    let other = |other: &Suspect| {
        let cell = other.at[0];
        let (subject, change) = (subject(words, Some(cell)), name(other));
        RunnerUp { place: cell_spot(&words.input, cell), subject, change, equal: other.ties(suspect) }
    };
    Cause {
        places,
        change: name(suspect),
        subject: subject(words, suspect.at.first().copied()),
        findings,
        touching: 0,
        decided: suspect.cleared.len() - findings.min(suspect.cleared.len()),
        broken: suspect.broken.len(),
        runners_up: root.runners_up.iter().take(NAMED).map(other).collect(),
        equals: root.runners_up.iter().filter(|other| other.ties(suspect)).count(),
    }
}

/// `30000 → 3000（一个数字写了两遍）`
fn change(words: &Words<'_>, equalities: &Equalities, suspect: &Suspect) -> String {
    let from = written(&words.input, suspect.at[0]);
    let percent = if from.ends_with(['%', '％']) { "%" } else { "" };
    let to = format!("{}{percent}", suspect.corrected.normalize());
    let added_wrongly = !suspect.slip.is_row() && !suspect.parts.is_empty();
    let slip = if added_wrongly { added(words, equalities, suspect) } else { slip_words(suspect.slip) };
    let (zh, en) = (&slip.zh, &slip.en);
    let said = if suspect.slip.is_row() {
        text!("{from}：{zh}", "{from}: {en}")
    } else {
        text!("{from} → {to}（{zh}）", "{from} → {to} ({en})")
    };
    said.get(words.lang).to_owned()
}

/// What was left out of a total, or added twice.
fn added(words: &Words<'_>, equalities: &Equalities, suspect: &Suspect) -> Text {
    let part = equalities.cells[suspect.parts[0]].at;
    let (amount, part, count) = (written(&words.input, part), subject(words, Some(part)), suspect.parts.len());
    match (suspect.slip, count) {
        (Slip::LeftOut, 1) => text!("漏加了 {part} 的 {amount}", "{amount} of {part} left out"),
        (Slip::LeftOut, _) => {
            text!(
                "漏加了一个 {amount}，或者多录了一行：有 {count} 格都是这个数",
                "{amount}, which {count} cells say, left out here — or entered once too often there"
            )
        }
        (_, 1) => text!("{part} 的 {amount} 加了两遍", "{amount} of {part} added twice"),
        _ => text!("有一个 {amount} 加了两遍，{count} 格都是这个数", "{amount}, which {count} cells say, added twice"),
    }
}

/// Which cell: its row's key and its column.
fn subject(words: &Words<'_>, cell: Option<CellRef>) -> String {
    let Some(cell) = cell else { return String::new() };
    let column = &words.input.store.tables[cell.table].columns[cell.column].name;
    format!("{} {column}", words.row(cell.table, cell.row))
}

/// What went wrong, in a few words.
fn slip_words(slip: Slip) -> Text {
    match slip {
        Slip::StrayComma => text!("多了一个逗号", "a stray comma"),
        Slip::CommaForPoint => text!("小数点写成了逗号", "a comma for the decimal point"),
        Slip::DigitsSwapped => text!("两个数字前后颠倒", "two digits swapped"),
        Slip::DigitDoubled => text!("一个数字多写了一遍", "a digit written twice"),
        Slip::DigitAdded => text!("多了一个数字", "a digit too many"),
        Slip::DigitLost => text!("少了一个数字", "a digit too few"),
        Slip::Sign => text!("正负号写反", "the sign is wrong"),
        Slip::PointMoved(places) => {
            let places = places.unsigned_abs();
            text!("小数点错了 {places} 位", "the decimal point is off by {places}")
        }
        Slip::WrongUnit(places) => {
            let places = places.unsigned_abs();
            text!("单位不对，差 {places} 位", "the wrong unit, off by {places} places")
        }
        Slip::DigitMistyped => text!("写错一个数字", "one wrong digit"),
        Slip::Copied(Whence::Beside) => {
            text!("与相邻一格同数，像是抄错了格", "the same as its neighbour: copied from the wrong cell")
        }
        Slip::Copied(Whence::OtherTable) => {
            text!("与另一张表的那一格同数，像是抄错了表", "the same as in the other table: copied from the wrong one")
        }
        Slip::Copied(Whence::LastYear) => {
            text!("与上年的数相同，像是抄了上年的", "the same as last year's: copied from there")
        }
        Slip::LeftOut => text!("漏加了一项", "a part left out"),
        Slip::CountedTwice => text!("各项都加了两遍", "every part added twice"),
        Slip::RowTwice => text!("这一行录了两遍", "this row was entered twice"),
        Slip::Subtotal => {
            text!("旁边几行的小计，又当作一行加了一遍", "the sum of rows beside it, added as one more row")
        }
        Slip::RowMissing => {
            text!("另一张表有这一行，少加的正是它", "a row of another table, and just what is missing here")
        }
    }
}
