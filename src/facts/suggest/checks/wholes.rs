//! Which rows of a table are sums of which others: totals, subtotals, headings with amounts, codes below codes.

use regex::Regex;

use super::{Grid, Kind, Top, Whole, WholeKind};
use crate::schema::{ColumnType, Relation};
use crate::value::Decimal;

/// How tables number their parts, from the upper level to the lower.
const LEVELS: [&str; 4] = [
    "[一二三四五六七八九十]+(、.*)?",
    "[(（][一二三四五六七八九十]+[)）].*",
    "[0-9]+[.．、][^0-9].*",
    "[(（][0-9]+[)）].*",
];
/// What a total of all rows is called, in its normal form.
pub(super) const GRAND: &str =
    "[(]?(合计|总计|总合计|共计|合计数|总计数|合计金额|金额合计|总额|支出合计|收入合计|total|grandtotal)[)]?:?";
/// How many digits codes of the next level have more.
pub(super) const LONGER: usize = 2;

/// The sums of a table; `texts` gives those of a column of its relation.
pub(super) fn find(grid: &Grid<'_>, relation: &Relation, texts: &dyn Fn(usize) -> Vec<String>) -> Vec<Whole> {
    let tops = tops(grid, relation, texts);
    let mut wholes = Vec::new();
    wholes.extend(grand(grid, &tops));
    wholes.extend(subtotals(grid));
    wholes.extend(headings(grid, &tops));
    wholes
}

/// The rows of a table by level: which are top ones, and of each row, which one it is a part of.
struct Levels {
    top: Top,
    is_top: Vec<bool>,
    above: Vec<Option<usize>>,
}

/// The ways in which a table may have levels; the last is that it has none.
fn tops(grid: &Grid<'_>, relation: &Relation, texts: &dyn Fn(usize) -> Vec<String>) -> Vec<Levels> {
    let symbols = relation.columns.iter().enumerate().filter(|(_, column)| column.ty == ColumnType::Symbol);
    let mut all = Vec::new();
    for (column, _) in symbols {
        let texts = texts(column);
        all.extend(codes(grid, column, &texts));
        all.extend(numbered(grid, column, &texts));
    }
    let is_top = grid.totals.iter().map(Option::is_none).collect();
    all.push(Levels { top: Top::All, is_top, above: vec![None; grid.rows.len()] });
    all
}

/// Levels by codes: `201`, `20103`, `2010301`.
fn codes(grid: &Grid<'_>, column: usize, texts: &[String]) -> Option<Levels> {
    let is_code = |text: &str| text.len() >= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    let rows = || (0..texts.len()).filter(|row| grid.totals[*row].is_none());
    let coded = rows().filter(|row| is_code(&texts[*row])).count();
    if coded < 4 || coded * 10 < rows().count() * 8 {
        return None;
    }
    let parent = |row: usize| {
        let code = Some(&texts[row]).filter(|code| is_code(code) && code.len() > LONGER)?;
        rows().find(|other| texts[*other] == code[..code.len() - LONGER])
    };
    let above: Vec<Option<usize>> =
        (0..texts.len()).map(|row| parent(row).filter(|_| grid.totals[row].is_none())).collect();
    let is_top = (0..texts.len()).map(|row| is_code(&texts[row]) && above[row].is_none()).collect();
    (above.iter().flatten().count() >= 2).then_some(Levels { top: Top::Codes(column), is_top, above })
}

/// Levels by how rows are numbered: `一、`, `（一）`, `1.`.
fn numbered(grid: &Grid<'_>, column: usize, texts: &[String]) -> Option<Levels> {
    let patterns: Vec<Regex> = LEVELS.iter().filter_map(|level| Regex::new(&format!("^(?:{level})$")).ok()).collect();
    let level = |row: &usize| patterns.iter().position(|pattern| pattern.is_match(&texts[*row]));
    let rows: Vec<usize> = (0..texts.len()).filter(|row| grid.totals[*row].is_none()).collect();
    let levels: Vec<Option<usize>> = rows.iter().map(level).collect();
    let top = levels.iter().flatten().min().copied()?;
    let tops = levels.iter().filter(|level| **level == Some(top)).count();
    // Numbers of all rows are no levels.
    if tops < 2 || tops == rows.len() || top > 2 {
        return None;
    }
    let next = levels.iter().flatten().filter(|level| **level > top).min().copied();
    let (mut is_top, mut above) = (vec![false; texts.len()], vec![None; texts.len()]);
    let mut heading = None;
    for (row, level) in rows.iter().zip(&levels) {
        if *level == Some(top) {
            is_top[*row] = true;
            heading = Some(*row);
        } else if next.is_none() || *level == next {
            above[*row] = heading;
        }
    }
    let top = Top::Numbered(column, LEVELS[top], next.map(|next| LEVELS[next]));
    Some(Levels { top, is_top, above })
}

/// How sums that are printed and sums of rows compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Same,
    /// They are a tenth apart at most.
    Close,
    /// They are of one size, as a sum and what it should be are, or one is ten or a hundred times the other.
    Near,
    Far,
}

fn compare(stated: Decimal, sum: Decimal, allowed: Decimal) -> Comparison {
    if (stated - sum).abs() <= allowed {
        return Comparison::Same;
    }
    let Some(ratio) = stated.checked_div(sum) else { return Comparison::Far };
    let slips = [Decimal::TEN, Decimal::ONE_HUNDRED, Decimal::new(1, 1), Decimal::new(1, 2)];
    let is_near = ratio > Decimal::new(6, 1) && ratio < Decimal::new(17, 1) || slips.contains(&ratio);
    if ratio > Decimal::new(9, 1) && ratio < Decimal::new(11, 1) {
        return Comparison::Close;
    }
    if is_near { Comparison::Near } else { Comparison::Far }
}

/// Compares what column `at` of the figures has in row `whole` with the sum of `parts`; none where there is nothing to compare.
fn held(grid: &Grid<'_>, at: usize, whole: usize, parts: &[usize]) -> Option<Comparison> {
    let figures = &grid.figures[at];
    let stated = figures.numbers[whole]?;
    let numbers: Vec<Decimal> = parts.iter().filter_map(|row| figures.numbers[*row]).collect();
    if numbers.is_empty() {
        return None;
    }
    let allowed = figures.half * Decimal::from(numbers.len() as u64 + 1);
    let allowed =
        if matches!(figures.kind, Kind::Plain) && figures.half == Decimal::new(5, 1) { Decimal::ZERO } else { allowed };
    Some(compare(stated, numbers.iter().sum(), allowed))
}

/// The columns, as those of the relation, whose sums in these rows mostly hold; what else holds in this table counts for those of
/// which little is seen.
fn kept(grid: &Grid<'_>, sums: &[(usize, Vec<usize>)]) -> Vec<usize> {
    let additive = |at: &usize| matches!(grid.figures[*at].kind, Kind::Money | Kind::Plain);
    let (mut columns, mut same, mut close, mut all) = (Vec::new(), 0, 0, 0);
    for at in (0..grid.figures.len()).filter(additive) {
        let held: Vec<Comparison> = sums.iter().filter_map(|(whole, parts)| held(grid, at, *whole, parts)).collect();
        let right = held.iter().filter(|one| **one == Comparison::Same).count();
        let near = held.iter().filter(|one| matches!(one, Comparison::Near | Comparison::Close)).count();
        if right + near == held.len() && !held.is_empty() && (right >= near || held.len() == 1) {
            columns.push(grid.figures[at].column);
            same += right;
            close += held.iter().filter(|one| **one == Comparison::Close).count();
            all += held.len();
        }
    }
    if all > 0 && (same + close) * 2 >= all { columns } else { Vec::new() }
}

/// What the only total of the whole table adds up.
fn grand(grid: &Grid<'_>, tops: &[Levels]) -> Option<Whole> {
    let pattern = Regex::new(&format!("^(?:{GRAND})$")).ok()?;
    let is_grand = |name: &Option<String>| name.as_deref().is_some_and(|name| pattern.is_match(name));
    let mut rows = (0..grid.rows.len()).filter(|row| is_grand(&grid.totals[*row]));
    let (whole, None) = (rows.next()?, rows.next()) else { return None };
    let mut best: Option<(usize, Whole)> = None;
    for levels in tops {
        let parts: Vec<usize> = (0..grid.rows.len()).filter(|row| levels.is_top[*row]).collect();
        if parts.len() < 2 {
            continue;
        }
        let sums = [(whole, parts)];
        let columns = kept(grid, &sums);
        let is_same = |at: &&usize| {
            let figures = grid.figures.iter().position(|figures| figures.column == **at);
            figures.and_then(|at| held(grid, at, whole, &sums[0].1)) == Some(Comparison::Same)
        };
        let same = columns.iter().filter(is_same).count();
        if !columns.is_empty() && best.as_ref().is_none_or(|(most, _)| same > *most) {
            best = Some((same, Whole { kind: WholeKind::Grand(levels.top.clone()), columns }));
        }
    }
    best.map(|(_, whole)| whole)
}

/// What subtotals add up: the rows since the last total, or those up to the next.
fn subtotals(grid: &Grid<'_>) -> Option<Whole> {
    let pattern = Regex::new(&format!("^(?:{GRAND})$")).ok()?;
    let is_sub = |row: &usize| grid.totals[*row].as_deref().is_some_and(|name| !pattern.is_match(name));
    let subs: Vec<usize> = (0..grid.rows.len()).filter(is_sub).collect();
    let first_row = (0..grid.rows.len()).find(|row| grid.totals[*row].is_none())?;
    let before = *subs.first()? < first_row;
    let is_row = |row: &usize| grid.totals[*row].is_none();
    let group = |whole: usize| -> Vec<usize> {
        match before {
            true => (whole + 1..grid.rows.len()).take_while(is_row).collect(),
            false => (0..whole).rev().take_while(is_row).collect(),
        }
    };
    let sums: Vec<(usize, Vec<usize>)> =
        subs.iter().map(|whole| (*whole, group(*whole))).filter(|(_, parts)| !parts.is_empty()).collect();
    let columns = kept(grid, &sums);
    (!columns.is_empty()).then_some(Whole { kind: WholeKind::Sub { before }, columns })
}

/// What rows of data add up that stand above others.
fn headings(grid: &Grid<'_>, tops: &[Levels]) -> Option<Whole> {
    let sums_of = |levels: &Levels| -> Vec<(usize, Vec<usize>)> {
        let parts = |whole: usize| -> Vec<usize> {
            (0..grid.rows.len()).filter(|row| levels.above[*row] == Some(whole)).collect()
        };
        (0..grid.rows.len()).map(|row| (row, parts(row))).filter(|(_, parts)| !parts.is_empty()).collect()
    };
    tops.iter().find_map(|levels| {
        let sums = sums_of(levels);
        let columns = kept(grid, &sums);
        (!columns.is_empty()).then(|| Whole { kind: WholeKind::Heading(levels.top.clone()), columns })
    })
}
