use super::{Cell, Equation, Slip, roots, suspects};
use crate::value::Decimal;

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

fn cells(written: &[&str]) -> Vec<Cell> {
    let cell = |text: &&str| Cell {
        written: (*text).to_owned(),
        value: Decimal::from_str_exact(text).ok(),
        neighbours: Vec::new(),
    };
    written.iter().map(cell).collect()
}

/// `Σ parts − total = 0`
fn total(parts: &[usize], total: usize, allowance: &str) -> Equation {
    let mut terms: Vec<(usize, Decimal)> = parts.iter().map(|part| (*part, Decimal::ONE)).collect();
    terms.push((total, -Decimal::ONE));
    Equation { terms, constant: Decimal::ZERO, allowance: decimal(allowance) }
}

#[test]
fn the_cell_that_clears_most_comes_first() {
    // two rows and two columns with totals; 30000 should be 3000
    let cells = cells(&["30000", "20", "3020", "5", "7", "12", "3005", "27"]);
    let equations = [total(&[0, 1], 2, "0"), total(&[3, 4], 5, "0"), total(&[0, 3], 6, "0"), total(&[1, 4], 7, "0")];
    let found = suspects(&cells, &equations);
    assert_eq!((found[0].cells[0], found[0].corrected, found[0].slip), (0, decimal("3000"), Slip::DigitDoubled));
    assert_eq!((found[0].cleared.clone(), found[0].broken.clone()), (vec![0, 2], vec![]));
}

#[test]
fn a_gap_that_no_slip_explains_has_no_suspect() {
    let cells = cells(&["37.98", "21", "28.8", "165.744"]);
    assert_eq!(suspects(&cells, &[total(&[0, 1, 2], 3, "0.005")]), vec![]);
}

#[test]
fn a_malformed_cell_is_solved_for() {
    let cells = cells(&["4,95", "90", "585"]);
    let found = suspects(&cells, &[total(&[0, 1], 2, "0")]);
    assert_eq!((found[0].cells[0], found[0].corrected, found[0].slip), (0, decimal("495"), Slip::StrayComma));
}

#[test]
fn a_change_that_breaks_as_much_as_it_clears_is_no_suspect() {
    let cells = cells(&["2", "25", "25"]);
    let same = |a, b| total(&[a], b, "0");
    let found = suspects(&cells, &[same(0, 1), same(1, 2)]);
    let cells: Vec<_> = found.iter().map(|suspect| suspect.cells.clone()).collect();
    assert_eq!(cells, vec![vec![0], vec![1, 2]], "alone, the second cell would clear one and break one");
}

#[test]
fn one_fact_in_two_tables_is_mended_in_both() {
    // rows of two tables: 30000 and a malformed cell in the first, 30000 and 495 in the second; both state a total of 3495
    let cells = cells(&["30000", "4,95", "30000", "495", "3495", "3495"]);
    let same = |a, b| total(&[a], b, "0");
    let equations = [same(0, 2), same(1, 3), total(&[0, 1], 4, "0"), total(&[2, 3], 5, "0")];
    let found = roots(&cells, &equations);
    let told: Vec<_> = found.iter().map(|root| (root.suspect.cells.clone(), root.suspect.corrected)).collect();
    assert_eq!(told, vec![(vec![1], decimal("495")), (vec![0, 2], decimal("3000"))]);
    assert!(found.iter().all(|root| root.suspect.broken.is_empty()));
}
