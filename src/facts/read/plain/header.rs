//! Headers of two levels, whose upper row has fewer cells because some of them stand over several columns.

use super::super::raw::{RawCell, RawRow};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::text;

/// Spreads the cells of an upper header row over the columns below them; how many header rows there are, if that is clear.
///
/// The text does not say how wide an upper cell is. It is taken to be clear when the lower row begins with as many empty
/// cells as there are upper cells over one column each, and the rest divides evenly.
pub(super) fn spread(rows: &mut [RawRow], report: &mut Report) -> Option<usize> {
    let [upper, lower, ..] = rows else { return None };
    let (narrow, wide) = (upper.cells.len(), lower.cells.len());
    let single = lower.cells.iter().take_while(|cell| cell.text.is_empty()).count();
    if narrow >= wide || single == 0 || single >= narrow {
        return None;
    }
    let (groups, columns) = (narrow - single, wide - single);
    if columns % groups != 0 {
        let message = text!(
            "表头上层的 {groups} 个标题怎样分到下层的 {columns} 列，文本里看不出来",
            "the text does not say how {groups} upper headers stand over {columns} columns"
        );
        let help = text!(
            "在清单里用 position 按列的位置对应，或改用原来的 Word、Excel 文件",
            "name columns by `position` in the manifest, or use the original Word or Excel file"
        );
        report.push(Diagnostic::warning(Code::AmbiguousHeader, message).at(upper.span).help(help));
        return None;
    }
    let each = columns / groups;
    let mut cells = Vec::with_capacity(wide);
    for (at, cell) in upper.cells.drain(..).enumerate() {
        let covered = RawCell::covered_by(&cell);
        cells.push(cell);
        if at >= single {
            cells.extend(std::iter::repeat_n(covered, each - 1));
        }
    }
    for (below, above) in lower.cells.iter_mut().zip(&cells).take(single) {
        *below = RawCell::covered_by(above);
    }
    upper.cells = cells;
    Some(2)
}
