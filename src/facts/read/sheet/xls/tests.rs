use super::super::Sheet;
use super::{packed, sheets};

/// Written by the xlwt package of Python.
const OLD: &[u8] = include_bytes!("../../../../../tests/files/old.xls");

fn texts(sheet: &Sheet, row: u32) -> Vec<&str> {
    let row = sheet.rows.iter().find(|given| given.number == row);
    row.map_or_else(Vec::new, |row| row.cells.iter().map(|cell| sheet.text(*cell)).collect())
}

#[test]
fn a_workbook_of_the_older_kind() {
    let read = sheets(OLD).unwrap();
    let [first, second] = &read[..] else { panic!("{} sheets", read.len()) };
    assert_eq!(
        (first.name.as_str(), first.hidden, second.name.as_str(), second.hidden),
        ("附表1", false, "长文", true)
    );
    assert_eq!(texts(first, 0), ["某局 2020 年预算"]);
    assert_eq!((first.merges[0].top, first.merges[0].right), (0, 3));
    assert_eq!(texts(first, 1), ["项目名称", "预算金额", "日期", "执行率"]);
    assert_eq!(texts(first, 2), ["关工委经费", "37.98", "2020-01-31", "85.50%"]);
    assert_eq!(texts(first, 3), ["科级特派员补助", "4.95", "2020-02-29", "100.00%"]);
    assert_eq!(texts(first, 4).last(), Some(&"4,95"));
    assert!(texts(first, 4).contains(&"TRUE"));
    assert!(first.rows.iter().any(|row| row.number == 3 && row.hidden));
    assert_eq!(first.hidden_columns, [(3, 3)]);
    let long = format!("第11段{}", "用于全区干部学习培训工作支出。".repeat(30));
    assert_eq!(texts(second, 11), [long.as_str(), "330000"], "shared texts that run on in other records");
}

#[test]
fn packed_numbers_are_exact() {
    let bytes = |bits: u32| bits.to_le_bytes();
    assert_eq!(packed(&bytes((3798 << 2) | 3), 0).as_deref(), Some("3798e-2"));
    assert_eq!(packed(&bytes((30_000 << 2) | 2), 0).as_deref(), Some("30000e0"));
    assert_eq!(packed(&bytes(0xFFFF_FFFE), 0).as_deref(), Some("-1e0"));
    assert_eq!(packed(&bytes(0x3FF0_0000), 0).as_deref(), Some("1e0"));
    assert_eq!(packed(&bytes(0x3FF0_0001), 0).as_deref(), Some("1e-2"));
    assert_eq!(packed(&[1, 2], 0), None);
}

proptest::proptest! {
    #[test]
    fn damaged_files_are_read_without_a_panic(
        cut in 0..OLD.len(),
        changes in proptest::collection::vec((0..OLD.len(), proptest::num::u8::ANY), 0..20),
    ) {
        let mut bytes = OLD.to_vec();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        let _ = sheets(&bytes);
        bytes.truncate(cut);
        let _ = sheets(&bytes);
    }
}
