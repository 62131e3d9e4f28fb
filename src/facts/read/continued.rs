//! Tables of a document that go on in another one, under `续表`: what is said above the first part goes for all.

use super::raw::RawTable;
use crate::facts::names::{self, normal};

/// Paragraphs before a table that may say that it goes on.
const NEARBY: usize = 2;

/// Gives each part that goes on from the table before it, with the same headers, the captions of that one behind its own.
pub(super) fn share_captions(tables: &mut [RawTable]) {
    for at in 1..tables.len() {
        let (before, rest) = tables.split_at_mut(at);
        let (Some(before), Some(table)) = (before.last(), rest.first_mut()) else { return };
        let states_unit = table.captions.iter().any(|caption| names::unit_of_title(caption).is_some());
        let goes_on = table.captions.iter().take(NEARBY).any(|caption| says_so(caption));
        if goes_on && !states_unit && have_same_headers(before, table) {
            table.captions.extend(before.captions.iter().cloned());
        }
    }
}

fn says_so(caption: &str) -> bool {
    let caption = normal(caption);
    let words = ["续表", "(续)", "(continued)", "续上表", "接上表"];
    caption.chars().count() <= 40 && words.iter().any(|word| caption.contains(word))
}

fn have_same_headers(one: &RawTable, other: &RawTable) -> bool {
    let texts = |table: &RawTable| {
        let row = table.rows.first()?;
        Some(row.cells.iter().map(|cell| normal(&cell.text)).collect::<Vec<_>>())
    };
    !one.narrative && !other.narrative && texts(one).is_some() && texts(one) == texts(other)
}

#[cfg(test)]
mod tests {
    use super::{RawTable, share_captions};
    use crate::facts::read::raw::{RawCell, RawRow};
    use crate::source::Span;

    fn table(captions: &[&str], header: &str) -> RawTable {
        let cells = vec![RawCell::new(header, Span::default())];
        let captions = captions.iter().map(|caption| (*caption).to_owned()).collect();
        RawTable { captions, rows: vec![RawRow { cells, ..RawRow::default() }], ..RawTable::default() }
    }

    #[test]
    fn the_unit_of_the_first_part_goes_for_all() {
        let mut tables = [
            table(&["支出表（万元）"], "金额"),
            table(&["续表"], "金额"),
            table(&["支出表（续）"], "金额"),
            table(&["续表"], "数量"),
            table(&["另一张"], "数量"),
            table(&["续表（元）"], "数量"),
        ];
        share_captions(&mut tables);
        let counts = tables.iter().map(|table| table.captions.len()).collect::<Vec<_>>();
        assert_eq!(counts, [1, 2, 3, 1, 1, 1]);
    }
}
