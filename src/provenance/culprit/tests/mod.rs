mod wholes;

use super::{Cell, Equation, Neighbour, Range, Sense, Slip, Surroundings, Suspect, roots};
use crate::exec::CellRef;
use crate::value::Decimal;

fn decimal(text: &str) -> Decimal {
    Decimal::from_str_exact(text).unwrap()
}

/// Cells of one column, row by row.
fn cells(written: &[&str]) -> Vec<Cell> {
    let cell = |(row, text): (u32, &&str)| Cell {
        at: CellRef { table: 0, row, column: 0 },
        written: (*text).to_owned(),
        value: Decimal::from_str_exact(text).ok(),
        worth: Decimal::ONE,
    };
    (0..).zip(written).map(cell).collect()
}

/// Surroundings in which every table of the store is one printed table, rows of one number are called alike, and one cell
/// has neighbours.
#[derive(Default)]
struct Plain {
    neighbours: Vec<(CellRef, Neighbour)>,
    /// Amounts of a second table, table 1.
    others: Vec<(CellRef, Decimal)>,
    /// In table 1, row 0 is called as row so many of table 0.
    shift: u32,
    /// Rows of table 0 that are called alike.
    twins: Option<(u32, u32)>,
}

impl Surroundings for Plain {
    fn neighbours(&self, cell: CellRef) -> Vec<Neighbour> {
        self.neighbours.iter().filter(|(at, _)| *at == cell).map(|(_, neighbour)| *neighbour).collect()
    }

    fn same_sheet(&self, one: CellRef, two: CellRef) -> bool {
        one.table == two.table
    }

    fn elsewhere(&self, like: CellRef, amounts: Range) -> Vec<CellRef> {
        let found = self.others.iter().filter(|(at, amount)| at.column == like.column && amounts.contains(*amount));
        found.map(|(at, _)| *at).collect()
    }

    fn amount_like(&self, row: CellRef, like: CellRef) -> Option<Decimal> {
        let wanted = CellRef { column: like.column, ..row };
        self.others.iter().find(|(at, _)| *at == wanted).map(|(_, amount)| *amount)
    }

    fn same_key(&self, one: CellRef, two: CellRef) -> bool {
        let name = |cell: CellRef| if cell.table == 1 { cell.row + self.shift } else { cell.row };
        let twins = |rows: (u32, u32)| [(one.row, two.row), (two.row, one.row)].contains(&rows);
        name(one) == name(two) || self.twins.is_some_and(twins)
    }
}

fn suspects(cells: &[Cell], equations: &[Equation]) -> Vec<Suspect> {
    super::suspects(cells, equations, &Plain::default())
}

/// `Σ parts − total = 0`
fn total(parts: &[usize], total: usize, allowance: &str) -> Equation {
    let mut terms: Vec<(usize, Decimal)> = parts.iter().map(|part| (*part, Decimal::ONE)).collect();
    terms.push((total, -Decimal::ONE));
    Equation { sense: Sense::Zero, terms, constant: Decimal::ZERO, allowance: decimal(allowance) }
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
    let found = roots(&cells, &equations, &Plain::default());
    let told: Vec<_> = found.iter().map(|root| (root.suspect.cells.clone(), root.suspect.corrected)).collect();
    assert_eq!(told, vec![(vec![1], decimal("495")), (vec![0, 2], decimal("3000"))]);
    assert!(found.iter().all(|root| root.suspect.broken.is_empty()));
}

/// A table of amounts with row totals, column totals and a grand total, all right; and its equations.
fn consistent_table(random: &mut Random) -> (Vec<Decimal>, Vec<Equation>) {
    let (rows, columns) = (4 + random.below(4), 3 + random.below(3));
    let at = |row: usize, column: usize| row * (columns + 1) + column;
    let mut values = vec![Decimal::ZERO; (rows + 1) * (columns + 1)];
    for row in 0..rows {
        for column in 0..columns {
            let scale = u32::try_from(random.below(3)).unwrap();
            let value = Decimal::new(i64::try_from(1 + random.below(90_000)).unwrap(), scale);
            for total in [at(row, column), at(row, columns), at(rows, column), at(rows, columns)] {
                values[total] += value;
            }
        }
    }
    let across = (0..=rows).map(|row| (0..columns).map(|column| at(row, column)).chain([at(row, columns)]).collect());
    let down = (0..=columns).map(|column| (0..rows).map(|row| at(row, column)).chain([at(rows, column)]).collect());
    let sums: Vec<Vec<usize>> = across.chain(down).collect();
    let equations = sums.iter().map(|cells| total(&cells[..cells.len() - 1], cells[cells.len() - 1], "0")).collect();
    (values, equations)
}

/// A small generator of numbers that are the same each time (xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

/// `written` with one slip; none when that slip does not change it, or cannot be made.
fn with_slip(written: &str, random: &mut Random) -> Option<String> {
    let mut digits: Vec<char> = written.chars().collect();
    let at = random.below(digits.len());
    match random.below(6) {
        0 if digits[at].is_ascii_digit() => digits.insert(at, digits[at]),
        1 if digits.len() > 1 && digits[at].is_ascii_digit() => {
            digits.remove(at);
        }
        2 if at + 1 < digits.len() && digits[at].is_ascii_digit() && digits[at + 1].is_ascii_digit() => {
            digits.swap(at, at + 1);
        }
        3 if digits[at].is_ascii_digit() => {
            digits[at] = char::from_digit(u32::try_from(random.below(10)).unwrap(), 10)?;
        }
        4 => digits.push('0'),
        5 => digits.insert(0, '-'),
        _ => return None,
    }
    let slipped: String = digits.into_iter().collect();
    let value = Decimal::from_str_exact(&slipped).ok()?;
    (value != decimal(written) && !slipped.starts_with('.') && !slipped.ends_with('.')).then_some(slipped)
}

#[test]
fn the_changed_cell_of_a_consistent_table_is_named() {
    let mut random = Random(0x2020_1123);
    let (mut mutations, mut first, mut among_three) = (0, 0, 0);
    while mutations < 1000 {
        let (values, equations) = consistent_table(&mut random);
        let at = random.below(values.len());
        let written: Vec<String> = values.iter().map(ToString::to_string).collect();
        let Some(slipped) = with_slip(&written[at], &mut random) else { continue };
        let mut texts: Vec<&str> = written.iter().map(String::as_str).collect();
        texts[at] = &slipped;
        mutations += 1;
        let found = suspects(&cells(&texts), &equations);
        let rank = found.iter().position(|suspect| suspect.cells[0] == at && suspect.corrected == values[at]);
        first += usize::from(rank == Some(0));
        among_three += usize::from(rank.is_some_and(|rank| rank < 3));
    }
    assert!(first >= 900, "{first} of {mutations} ranked first");
    assert!(among_three >= 980, "{among_three} of {mutations} among the first three");
}

/// `left − right ≤ 0`
fn at_most(left: usize, right: usize) -> Equation {
    Equation { sense: Sense::AtMostZero, ..total(&[left], right, "0") }
}

#[test]
fn what_exceeds_a_limit_by_a_digit_is_told_where_both_become_equal() {
    let told = |written: [&str; 2]| {
        let found = suspects(&cells(&written), &[at_most(0, 1)]);
        found.iter().map(|suspect| (suspect.cells[0], suspect.corrected.to_string(), suspect.slip)).collect::<Vec<_>>()
    };
    let both = [(0, "385".to_owned(), Slip::DigitAdded), (1, "3850".to_owned(), Slip::DigitLost)];
    assert_eq!(told(["3850", "385"]), both, "either may be it");
    assert_eq!(told(["385", "3850"]), [], "it holds");
    assert_eq!(told(["395", "385"]), [], "ten more are spent than planned, as often happens");
    assert_eq!(told(["3900", "385"]), [], "smaller would do, but nothing says how small");
    assert_eq!(told(["50", "5"]), [], "so round a number is the same by chance");
}

#[test]
fn a_limit_speaks_for_the_slip_that_also_mends_a_sum_and_against_one_that_exceeds_it() {
    // 12.35 + 61.25 should come to 184.75: 12.35 stands for 123.5, or 61.25 for something that no slip leads to.
    let small = cells(&["12.35", "61.25", "184.75", "123.5", "100"]);
    let sum = total(&[0, 1], 2, "0");
    let worth = |limit: usize| suspects(&small, &[sum.clone(), at_most(0, limit)])[0].worth();
    assert_eq!((worth(3), suspects(&small, std::slice::from_ref(&sum))[0].worth()), (1, 1));
    assert_eq!(suspects(&small, &[sum.clone(), at_most(0, 4)]), vec![], "123.5 would exceed 100");
    // Where the cell that is too large breaks a limit as well, one change clears both.
    let large = cells(&["1235", "61.25", "184.75", "200"]);
    let found = suspects(&large, &[sum, at_most(0, 3)]);
    assert_eq!((found[0].corrected, found[0].cleared.clone()), (decimal("123.5"), vec![0, 1]));
}
