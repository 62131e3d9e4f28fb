//! How a column's cells may be read in two ways, and what its first rows say of that.

use super::{MappedColumn, SHOWING};
use crate::diagnostic::{Code, Diagnostic, Report};
use crate::facts::cells::{self, DayOrder, DecimalMark, Mixed};
use crate::facts::headers::Headers;
use crate::facts::manifest::{CellUnit, ColumnSpec, SourceSpec};
use crate::facts::read::raw::RawTable;
use crate::schema::{Column, ColumnType, Relation};
use crate::text;

/// What `03/12/2020` means in a column: what the manifest says, else what its first rows show.
pub(super) fn days(
    column: &Column,
    (said, spec): (Option<&ColumnSpec>, &SourceSpec),
    (table, headers): (&RawTable, &Headers),
    found: Option<usize>,
    report: &mut Report,
) -> Option<DayOrder> {
    if column.ty != ColumnType::Date {
        return None;
    }
    if let Some(told) = said.and_then(|said| said.days.as_ref()) {
        return Some(told.value);
    }
    let rows = || table.rows.iter().take(SHOWING).skip(headers.end());
    let texts = || rows().filter_map(|row| row.cells.get(found?)).map(|cell| cell.text.as_str());
    let (file, name) = (&spec.file.value, &column.name);
    if cells::are_serials(texts()) {
        let message = text!(
            "{file} 的 {name} 是五位数，像是 Excel 存日期的序号；没有写明，不当作日期",
            "{name} of {file} has numbers of five digits, as Excel keeps days; nothing says so, and they are not read as days"
        );
        let help = text!(
            "确是日期的，写明：{name} = {{ …, days = \"excel\" }}",
            "if they are days, say it: {name} = {{ …, days = \"excel\" }}"
        );
        report.push(Diagnostic::warning(Code::Doubtful, message).at(spec.file.span).help(help));
    }
    let order = cells::order_of(texts())?;
    let (zh, en, word) = match order {
        DayOrder::DayFirst => ("日/月/年", "day/month/year", "dmy"),
        DayOrder::MonthFirst | DayOrder::Serial => ("月/日/年", "month/day/year", "mdy"),
    };
    let message = text!(
        "{file} 的 {name} 按 {zh} 读：有的日期只能这样读",
        "{name} of {file} is read as {en}: some of its days can mean nothing else"
    );
    let help = text!("写明：{name} = {{ …, days = \"{word}\" }}", "say it: {name} = {{ …, days = \"{word}\" }}");
    report.push(Diagnostic::note(Code::Doubtful, message).at(spec.file.span).help(help));
    Some(order)
}

/// What stands before decimals, as the manifest says of a column or of its source; not in formats that tell numbers from
/// texts, whose numbers are written in one way.
pub(super) fn decimal((said, spec): (Option<&ColumnSpec>, &SourceSpec), report: &mut Report) -> Option<DecimalMark> {
    let own = said.and_then(|said| said.decimal.as_ref());
    let told = own.or(spec.decimal.as_ref())?;
    if spec.is_text() {
        return Some(told.value);
    }
    if own.is_some() {
        let file = &spec.file.value;
        let message = text!(
            "{file} 里数和文字本来就分得清，decimal 没有用上",
            "{file} tells numbers from texts, and decimal is not used"
        );
        let help = text!(
            "decimal 只管 CSV、网页、Word 和文本；存成文字的金额，在文件里改成数",
            "decimal is for CSV, web pages, Word and texts; make numbers of amounts that are kept as texts in the file"
        );
        report.push(Diagnostic::warning(Code::Doubtful, message).at(told.span).help(help));
    }
    None
}

/// Says of columns with numbers like `1.234` beside others whose decimal points are commas.
pub(super) fn points(
    relation: &Relation,
    (columns, spec): (&[MappedColumn], &SourceSpec),
    (table, headers): (&RawTable, &Headers),
    report: &mut Report,
) {
    if columns.iter().all(|column| column.kind.decimal != Some(DecimalMark::Comma)) {
        return;
    }
    let rows = table.rows.iter().take(SHOWING).skip(headers.end());
    for (declared, column) in relation.columns.iter().zip(columns) {
        let is_number = !matches!(declared.ty, ColumnType::Symbol | ColumnType::Date);
        let Some(at) = column.index.filter(|_| is_number && column.kind.decimal.is_none()) else { continue };
        let texts = rows.clone().filter_map(|row| row.cells.get(at)).map(|cell| cell.text.as_str());
        if !cells::may_have_points_between_thousands(texts) {
            continue;
        }
        let (file, name) = (&spec.file.value, &declared.name);
        let message = text!(
            "{file} 的 {name} 没有写 decimal，1.234 不当作 1234 读，别的列的小数点却是逗号",
            "nothing says what decimal points of {name} in {file} are: 1.234 is not read as 1234, while those of other columns are commas"
        );
        let help = text!(
            "也是逗号的，写明：{name} = {{ …, decimal = \",\" }}，或在来源里写一次；不是的，写 \".\"",
            "if they are commas too, say it: {name} = {{ …, decimal = \",\" }}, or once for the source; if not, say \".\""
        );
        report.push(Diagnostic::warning(Code::Doubtful, message).at(spec.file.span).help(help));
    }
}

/// Says how a column mixes percentages with a mark, percentages without one, and shares.
fn mixed_shares(column: &Column, spec: &SourceSpec, mixed: Mixed, report: &mut Report) {
    let (file, name) = (&spec.file.value, &column.name);
    let (message, help) = match mixed {
        Mixed::Large => (
            text!(
                "{file} 的 {name} 有的写了 %，有的没有写：没有写的按原数读，95 是 9500%",
                "some cells of {name} in {file} have a %, others have not and are read as they stand: 95 is 9500%"
            ),
            text!(
                "没有写的也是百分数的，写明：{name} = {{ …, unit = \"%\" }}",
                "if those without one are percentages too, say it: {name} = {{ …, unit = \"%\" }}"
            ),
        ),
        Mixed::Small => (
            text!(
                "{file} 的 {name} 有百分数，也有小于 1 的数：都按百分数读，0.95 是 0.95%，不是 95%",
                "{name} of {file} has percentages and numbers below 1: all are read as percentages, and 0.95 is 0.95%, not 95%"
            ),
            text!("核对这些格，在文件里写成一样的", "check these cells, and write them alike in the file"),
        ),
    };
    report.push(Diagnostic::warning(Code::Doubtful, message).at(spec.file.span).help(help));
}

/// Says so when numbers that are to be shares of one are as large as percentages.
pub(super) fn shares(
    column: &Column,
    spec: &SourceSpec,
    (table, headers, at): (&RawTable, &Headers, usize),
    unit: Option<CellUnit>,
    report: &mut Report,
) {
    let rows = table.rows.iter().take(SHOWING).skip(headers.end());
    let texts = || rows.clone().filter_map(|row| row.cells.get(at)).map(|cell| cell.text.as_str());
    if let Some(mixed) = cells::mixed_shares(texts(), unit) {
        return mixed_shares(column, spec, mixed, report);
    }
    if unit.is_some() || !cells::are_percents(texts()) {
        return;
    }
    let (file, name) = (&spec.file.value, &column.name);
    let message = text!(
        "{file} 的 {name} 没有写 %，按原数读：90 是 9000%，不是 90%",
        "{name} of {file} states no %, and is read as it stands: 90 is 9000%, not 90%"
    );
    let help = text!(
        "是百分数的，写明：{name} = {{ …, unit = \"%\" }}",
        "if these are percentages, say it: {name} = {{ …, unit = \"%\" }}"
    );
    report.push(Diagnostic::warning(Code::Doubtful, message).at(spec.file.span).help(help));
}
