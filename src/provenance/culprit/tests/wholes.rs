//! Slips of adding up: what is left out of a total or counted twice, rows that are one too many or missing, and values
//! copied from elsewhere.

use super::{Plain, cells, decimal, suspects, total};
use crate::exec::CellRef;
use crate::provenance::culprit::{Cell, Equation, Neighbour, Slip, Suspect, Whence, roots};
use crate::value::Decimal;

fn first(found: &[Suspect]) -> (usize, Decimal, Slip, Vec<usize>) {
    let best = &found[0];
    (best.cells[0], best.corrected, best.slip, best.parts.clone())
}

#[test]
fn a_total_without_one_of_its_parts() {
    let cells = cells(&["100.5", "23.75", "61.2", "161.7"]);
    let found = suspects(&cells, &[total(&[0, 1, 2], 3, "0")]);
    assert_eq!(first(&found), (3, decimal("185.45"), Slip::LeftOut, vec![1]));
}

#[test]
fn a_total_with_one_of_its_parts_twice() {
    let cells = cells(&["100.5", "23.75", "61.2", "246.65"]);
    let found = suspects(&cells, &[total(&[0, 1, 2], 3, "0.005")]);
    assert_eq!(first(&found), (3, decimal("185.45"), Slip::CountedTwice, vec![2]));
}

#[test]
fn parts_that_explain_it_as_well_are_all_told() {
    let cells = cells(&["23.75", "100.5", "23.75", "124.25"]);
    let found = suspects(&cells, &[total(&[0, 1, 2], 3, "0")]);
    assert_eq!(first(&found), (3, decimal("148"), Slip::LeftOut, vec![0, 2]));
}

#[test]
fn a_subtotal_added_to_its_own_parts() {
    // 12.5 + 30.25 = 42.75 is stated; the total of all four adds it once more: 154.85 + 42.75.
    let cells = cells(&["12.5", "30.25", "42.75", "71.1", "41", "197.6"]);
    let sums = [total(&[0, 1], 2, "0"), total(&[0, 1, 3, 4], 5, "0")];
    assert_eq!(first(&suspects(&cells, &sums)), (5, decimal("154.85"), Slip::CountedTwice, vec![2]));
    // And one that forgets it.
    let forgot = super::cells(&["12.5", "30.25", "42.75", "71.1", "41", "112.1"]);
    assert_eq!(first(&suspects(&forgot, &sums)), (5, decimal("154.85"), Slip::LeftOut, vec![2]));
}

#[test]
fn a_total_that_has_everything_twice() {
    let cells = cells(&["12.5", "30.25", "71.1", "227.7"]);
    let found = suspects(&cells, &[total(&[0, 1, 2], 3, "0")]);
    assert_eq!(first(&found), (3, decimal("113.85"), Slip::CountedTwice, vec![]));
}

#[test]
fn a_difference_that_is_a_small_number_is_no_part_left_out() {
    // 7 is left out, or one of many other things happened.
    let cells = cells(&["100", "7", "461", "561"]);
    let found = suspects(&cells, &[total(&[0, 1, 2], 3, "0")]);
    assert!(found.iter().all(|suspect| suspect.slip != Slip::LeftOut), "{found:?}");
}

#[test]
fn a_sum_that_is_right_or_of_two_cells_leaves_nothing_out() {
    let right = cells(&["100.5", "23.75", "124.25"]);
    assert_eq!(suspects(&right, &[total(&[0, 1], 2, "0")]), vec![]);
    let two = cells(&["100.5", "23.75"]);
    assert_eq!(suspects(&two, &[total(&[0], 1, "0")]), vec![]);
}

#[test]
fn a_slip_of_the_pen_that_clears_more_comes_first() {
    // 12.35 should be 123.5; the difference is another part, as if that had been counted twice.
    let cells = cells(&["12.35", "61.25", "111.15", "295.9", "100.5", "224"]);
    let sums = [total(&[0, 1, 2], 3, "0"), total(&[0, 4], 5, "0")];
    assert_eq!(first(&suspects(&cells, &sums)), (0, decimal("123.5"), Slip::PointMoved(-1), vec![]));
    let alone = suspects(&cells, &sums[..1]);
    assert_eq!(first(&alone), (3, decimal("184.75"), Slip::CountedTwice, vec![2]));
    assert_eq!((alone[1].cells[0], alone[1].slip), (0, Slip::PointMoved(-1)), "the other is told beside it");
}

/// Two columns of a table with their totals: rows of two cells each, then the totals.
fn table(rows: &[[&str; 2]], totals: [&str; 2]) -> (Vec<Cell>, Vec<Equation>) {
    let mut all = cells(&rows.concat());
    for (at, cell) in all.iter_mut().enumerate() {
        cell.at = CellRef { table: 0, row: u32::try_from(at / 2).unwrap(), column: at % 2 };
    }
    let mut stated = cells(&totals);
    stated.iter_mut().for_each(|cell| cell.at.table = 2);
    all.extend(stated);
    let count = rows.len() * 2;
    let sum = |column: usize| total(&(column..count).step_by(2).collect::<Vec<_>>(), count + column, "0");
    (all, vec![sum(0), sum(1)])
}

#[test]
fn a_subtotal_among_the_rows_is_one_row_too_many() {
    let rows = [["10.5", "4"], ["20.25", "5"], ["30.75", "9"], ["5.5", "6"]];
    let (cells, sums) = table(&rows, ["36.25", "15"]);
    let found = suspects(&cells, &sums);
    assert_eq!(first(&found), (4, decimal("30.75"), Slip::Subtotal, vec![]));
    assert_eq!((&found[0].cleared, &found[0].broken), (&vec![0, 1], &vec![]));
    assert_eq!(roots(&cells, &sums, &Plain::default()).len(), 1, "with it gone, everything agrees");
    // One that is the sum of nothing beside it is not taken for a subtotal.
    let (other, sums) = table(&[rows[0], rows[1], ["31.75", "8"], rows[3]], ["36.25", "15"]);
    assert!(suspects(&other, &sums).iter().all(|suspect| suspect.slip != Slip::Subtotal));
}

#[test]
fn a_row_entered_twice_is_one_row_too_many() {
    let rows = [["10.5", "4"], ["20.25", "5"], ["5.5", "6"], ["20.25", "5"]];
    let (cells, sums) = table(&rows, ["36.25", "15"]);
    let around = Plain { twins: Some((1, 3)), ..Plain::default() };
    let found = super::super::suspects(&cells, &sums, &around);
    assert_eq!(
        first(&found),
        (6, decimal("20.25"), Slip::RowTwice, vec![2]),
        "the later row, and the one that it repeats"
    );
    assert_eq!((&found[0].cleared, &found[0].broken), (&vec![0, 1], &vec![]));
    assert_eq!(roots(&cells, &sums, &around).len(), 1, "with it gone, everything agrees");
    // Two rows of one amount that are called otherwise are two rows.
    let other = suspects(&cells, &sums);
    assert!(other.iter().all(|suspect| suspect.slip != Slip::RowTwice), "{other:?}");
}

/// Beside a second table of one row, called as row `named` of the first.
fn another(row: [&str; 2], named: u32) -> Plain {
    let cell = |column: usize| (CellRef { table: 1, row: 0, column }, decimal(row[column]));
    Plain { others: vec![cell(0), cell(1)], shift: named, ..Plain::default() }
}

#[test]
fn a_row_of_the_other_table_that_is_just_what_is_missing() {
    let (cells, sums) = table(&[["10.5", "4"], ["20.25", "5"]], ["75.87", "50"]);
    let around = another(["45.12", "41"], 9);
    let found = super::super::suspects(&cells, &sums, &around);
    assert_eq!((found[0].at[0].table, found[0].corrected, found[0].slip), (1, decimal("45.12"), Slip::RowMissing));
    assert_eq!((&found[0].cleared, &found[0].broken), (&vec![0, 1], &vec![]));
    assert_eq!(roots(&cells, &sums, &around).len(), 1, "with it put in, everything agrees");
}

#[test]
fn a_row_that_is_there_already_is_not_missing() {
    let (cells, sums) = table(&[["10.5", "4"], ["20.25", "5"]], ["75.87", "50"]);
    let found = super::super::suspects(&cells, &sums, &another(["45.12", "41"], 1));
    assert!(found.iter().all(|suspect| suspect.slip != Slip::RowMissing), "it is called as the second row: {found:?}");
}

#[test]
fn a_row_that_would_spoil_another_column_is_not_missing() {
    let (cells, sums) = table(&[["10.5", "4"], ["20.25", "5"]], ["75.87", "9"]);
    let found = super::super::suspects(&cells, &sums, &another(["45.12", "41"], 9));
    assert!(found.iter().all(|suspect| suspect.slip != Slip::RowMissing), "{found:?}");
}

#[test]
fn a_value_copied_from_where_it_stands_as_well() {
    // 61.2 was meant to be 47.9; two sums say so.
    let cells = cells(&["100.5", "61.2", "148.4", "7", "54.9"]);
    let sums = [total(&[0, 1], 2, "0"), total(&[1, 3], 4, "0")];
    let beside = |value: &str, whence| Plain {
        neighbours: vec![(cells[1].at, Neighbour { value: decimal(value), whence })],
        ..Plain::default()
    };
    for whence in [Whence::Beside, Whence::OtherTable, Whence::LastYear] {
        let found = super::super::suspects(&cells, &sums, &beside("61.2", whence));
        assert_eq!(first(&found), (1, decimal("47.9"), Slip::Copied(whence), vec![]));
    }
    assert_eq!(super::super::suspects(&cells, &sums, &beside("61.3", Whence::OtherTable)), vec![]);
}
