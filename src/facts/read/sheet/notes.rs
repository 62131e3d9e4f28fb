//! What an auditor should know of a sheet beyond its cells: what it hides, what it never computed, what was not read.

use super::super::Request;
use super::super::raw::RawTable;
use super::{Sheet, recalc};
use crate::diagnostic::{Code, Diagnostic, Report, Text};
use crate::facts::address::{Position, letters};
use crate::source::Span;
use crate::text;

/// Cells that one complaint labels; it says how many there are.
const LABELS: usize = 8;

/// The notes on `sheet`, whose whole text is at `place`, for whoever uses it.
pub(super) fn of(sheet: &Sheet, table: &RawTable, place: Span, request: &Request<'_>) -> Vec<Diagnostic> {
    let mut notes = Report::new();
    let report = &mut notes;
    let name = format!("{} › {}", request.name, sheet.name);
    let at = if place.is_empty() { request.at } else { place.part(0, 0) };
    uncomputed(sheet, table, &name, report);
    stale(sheet, table, &name, report);
    covered(sheet, table, &name, report);
    hidden(sheet, table, &name, at, report);
    if sheet.stray > 0 {
        let count = sheet.stray;
        let message = text!(
            "{name} 中有 {count} 个单元格的位置或内容引用无效，没有读入",
            "{count} cells of {name} have an impossible position or point at no text; they were not read"
        );
        let help = text!("用 Excel 或 WPS 打开后另存一份再试", "open it in Excel or WPS and save it anew");
        report.push(Diagnostic::error(Code::BrokenFile, message).at(at).help(help));
    }
    if let Some(trouble) = sheet.cut.clone() {
        report.push(trouble.diagnostic(&name, request.at));
    }
    notes.diagnostics().to_vec()
}

fn uncomputed(sheet: &Sheet, table: &RawTable, name: &str, report: &mut Report) {
    let count = sheet.uncomputed.len();
    if count == 0 {
        return;
    }
    let message =
        text!("{name} 中有 {count} 个公式没有保存计算结果", "{count} formulas of {name} have no stored result");
    let help = text!(
        "用 Excel 或 WPS 打开、重新计算并保存；在此之前这些单元格按“填写有误”处理",
        "open it in Excel or WPS, recalculate and save; until then these cells count as malformed"
    );
    let diagnostic = Diagnostic::warning(Code::StaleValue, message).help(help);
    report.push(label(diagnostic, table, &sheet.uncomputed, &text!("没有结果的公式", "a formula without a result")));
}

/// Results that the formula over the stored cells does not give: the workbook was changed and never recalculated.
fn stale(sheet: &Sheet, table: &RawTable, name: &str, report: &mut Report) {
    let stale = recalc::stale(sheet);
    let count = stale.len();
    if count == 0 {
        return;
    }
    let message = text!(
        "{name} 中有 {count} 个公式保存的结果与重新计算的不符",
        "{count} formulas of {name} have a stored result other than what they come to"
    );
    let help = text!(
        "这里按保存的结果读；用 Excel 或 WPS 打开、重新计算并保存后再审",
        "the stored result was read; open it in Excel or WPS, recalculate and save it before the audit"
    );
    let mut diagnostic = Diagnostic::warning(Code::StaleValue, message).help(help);
    for result in stale.into_iter().take(LABELS) {
        let (row, column) = result.place;
        let cell = table.rows.get(row as usize).and_then(|row| row.cells.get(column as usize));
        let (formula, computed) = (result.formula, result.computed);
        if let Some(cell) = cell {
            diagnostic =
                diagnostic.primary(cell.span, text!("={formula} 应得 {computed}", "={formula} comes to {computed}"));
        }
    }
    report.push(diagnostic);
}

/// Cells that hold something although a merged range covers them: nobody sees them, sums count them.
fn covered(sheet: &Sheet, table: &RawTable, name: &str, report: &mut Report) {
    let mut found = Vec::new();
    for row in &sheet.rows {
        let Some(laid) = table.rows.get(row.number as usize) else { continue };
        let covered =
            row.cells.iter().filter(|cell| laid.cells.get(usize::from(cell.column)).is_some_and(|cell| cell.absent));
        found.extend(covered.map(|cell| ((row.number, cell.column()), sheet.text(*cell))));
    }
    let Some(((row, column), text)) = found.first() else { return };
    let (count, address) = (found.len(), format!("{}{}", letters(*column), row + 1));
    let shown: String = text.chars().take(20).collect();
    let message = text!(
        "{name} 中有 {count} 个被合并单元格盖住的格子另有内容，如 {address} 的“{shown}”",
        "{count} cells of {name} under merged ranges hold something of their own, such as “{shown}” in {address}"
    );
    let help = text!(
        "看不见的内容没有读入，但工作表里的公式会算上它；取消合并看看",
        "what cannot be seen was not read, but formulas of the sheet count it; unmerge to see"
    );
    let places: Vec<Position> = found.iter().map(|(place, _)| *place).collect();
    let diagnostic = Diagnostic::warning(Code::HiddenCells, message).help(help);
    report.push(label(diagnostic, table, &places, &text!("下面盖着别的内容", "something else lies under this")));
}

/// Hidden columns and sheets; hidden rows are told with the rows that are loaded.
fn hidden(sheet: &Sheet, table: &RawTable, name: &str, at: Span, report: &mut Report) {
    let columns: Vec<String> = table.hidden_columns.iter().map(|column| letters(*column)).collect();
    if sheet.hidden {
        let message = text!("{name} 是隐藏的工作表，照样读入", "{name} is a hidden sheet; it was read all the same");
        report.push(Diagnostic::note(Code::HiddenCells, message).at(at));
    }
    if !columns.is_empty() {
        let (zh, en) = (columns.join("、"), columns.join(", "));
        let message = text!(
            "{name} 的 {zh} 列是隐藏的，照样读入",
            "columns {en} of {name} are hidden; they were read all the same"
        );
        report.push(Diagnostic::note(Code::HiddenCells, message).at(at));
    }
}

/// Labels the first of the cells at `places`.
fn label(mut diagnostic: Diagnostic, table: &RawTable, places: &[Position], what: &Text) -> Diagnostic {
    for (row, column) in places.iter().take(LABELS) {
        let cell = table.rows.get(*row as usize).and_then(|row| row.cells.get(*column as usize));
        if let Some(cell) = cell {
            diagnostic = diagnostic.primary(cell.span, what.clone());
        }
    }
    diagnostic
}
