//! Rows of data whose amounts are the sums of the rows above them: perhaps totals that nothing calls so.

use crate::diagnostic::{Code, Diagnostic, Report};
use crate::facts::cells::{self, Reading};
use crate::facts::manifest::{SourceSpec, Totals};
use crate::facts::map::{MappedColumn, Mapping};
use crate::facts::read::raw::RawRow;
use crate::facts::rows::Sorted;
use crate::schema::ColumnType;
use crate::text;
use crate::value::{Decimal, Value};

/// Tables with more rows than this are no printed tables with totals, and are not looked through.
pub(super) const MOST_ROWS: usize = 20_000;
/// Rows above that make the sum of a single column more than a coincidence.
const ENOUGH: usize = 3;

/// What the rows since the last total add up to.
struct Sums<'a> {
    columns: Vec<&'a MappedColumn>,
    /// By column; none once a cell could not be read.
    amounts: Vec<Option<Decimal>>,
    rows: usize,
}

/// Says of the first row that may be a total and was taken as data, unless the manifest says that totals are data.
pub(super) fn doubt(
    spec: &SourceSpec,
    mapping: &Mapping,
    (sorted, totals): (&Sorted<'_>, &Totals),
    report: &mut Report,
) {
    if matches!(totals, Totals::Keep | Totals::All) {
        return;
    }
    let Some((row, count)) = first(mapping, sorted) else { return };
    let file = &spec.file.value;
    let message = text!(
        "{file} 有一行的金额正好是上面 {count} 行之和，当作数据读入了；是合计的，就重复算了",
        "the amounts of a row of {file} are just the sums of the {count} rows above; it was taken as data, and counts twice if it is a total"
    );
    let help = text!(
        "是合计的，把这一行的名称写成“合计”或“小计”；不是的，不用管",
        "if it is a total, call it “合计” or “小计” in the file; if not, leave it"
    );
    report.push(
        Diagnostic::warning(Code::Doubtful, message).at(row.span).secondary(spec.file.span, text!("", "")).help(help),
    );
}

/// The first row that is the sum of those above it since the last total, and how many these are.
fn first<'a>(mapping: &Mapping, sorted: &Sorted<'a>) -> Option<(&'a RawRow, usize)> {
    if sorted.data.len() > MOST_ROWS {
        return None;
    }
    let columns = mapping.columns.iter();
    let columns: Vec<&MappedColumn> =
        columns.filter(|column| column.kind.ty == ColumnType::Money && column.index.is_some()).collect();
    let amounts = vec![Some(Decimal::ZERO); columns.len()];
    let mut sums = Sums { columns, amounts, rows: 0 };
    let mut totals = sorted.totals.iter().map(|row| row.span.start()).peekable();
    let names = || mapping.columns.iter().filter(|column| column.kind.ty == ColumnType::Symbol);
    for row in &sorted.data {
        while totals.next_if(|total| *total < row.span.start()).is_some() {
            sums.amounts.fill(Some(Decimal::ZERO));
            sums.rows = 0;
        }
        let text = |column: &MappedColumn| row.cells.get(column.index?).map(|cell| cell.text.trim());
        let is_nameless = names().filter_map(text).all(str::is_empty);
        let amounts = sums.amounts_of(row);
        if sums.are(&amounts, is_nameless) {
            return Some((row, sums.rows));
        }
        sums.add(&amounts);
    }
    None
}

/// What a row holds in a column of amounts.
enum Amount {
    Is(Decimal),
    Blank,
    Unread,
}

impl Sums<'_> {
    fn amounts_of(&self, row: &RawRow) -> Vec<Amount> {
        let amount = |column: &&MappedColumn| {
            let Some(cell) = column.index.and_then(|index| row.cells.get(index)).filter(|cell| !cell.absent) else {
                return Amount::Blank;
            };
            match cells::read(&cell.text, &column.kind) {
                Reading::Present(Value::Money(amount), _) => Amount::Is(amount),
                Reading::Blank => Amount::Blank,
                _ => Amount::Unread,
            }
        };
        self.columns.iter().map(amount).collect()
    }

    /// Whether all `amounts` are the sums so far, and that is no coincidence: in two columns that differ, of several rows, or
    /// without a name.
    fn are(&self, amounts: &[Amount], is_nameless: bool) -> bool {
        if self.rows < 2 {
            return false;
        }
        let mut equal: Vec<Decimal> = Vec::new();
        for (amount, sum) in amounts.iter().zip(&self.amounts) {
            match (amount, sum) {
                (Amount::Blank, _) | (Amount::Is(_), None) => {}
                (Amount::Is(amount), Some(sum)) if amount == sum => {
                    equal.extend((!amount.is_zero() && !equal.contains(amount)).then_some(*amount));
                }
                _ => return false,
            }
        }
        equal.len() >= 2 || equal.len() == 1 && (self.rows >= ENOUGH || is_nameless)
    }

    fn add(&mut self, amounts: &[Amount]) {
        // Rows of nothing add nothing.
        let is_something = |amount: &Amount| matches!(amount, Amount::Is(amount) if !amount.is_zero());
        self.rows += usize::from(amounts.iter().any(is_something));
        for (sum, amount) in self.amounts.iter_mut().zip(amounts) {
            match amount {
                Amount::Is(amount) => *sum = sum.and_then(|sum| sum.checked_add(*amount)),
                Amount::Blank => {}
                Amount::Unread => *sum = None,
            }
        }
    }
}
