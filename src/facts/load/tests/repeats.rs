//! Texts of a large file of which hardly any repeats.

use super::{Folder, Manifest, Means, SourceMap, load_with, run, schema};
use crate::facts::store::{Data, State};

/// A file of 2 000 names, of which the last is the third once more, and one is blank.
fn names() -> String {
    let name = |row: usize| match row {
        700 => String::new(),
        1999 => "名3".to_owned(),
        row => format!("名{row}"),
    };
    let rows = (0..2000).map(|row| format!("{},类,{row},1\n", name(row)));
    format!("项目名称,项目类型,预算金额,支出金额\n{}", rows.collect::<String>())
}

const MANIFEST: &str = "unit = \"元\"\n[relation.project]\nsource = \"a.csv\"\n";

#[test]
fn they_are_the_same_texts_as_in_a_small_file() {
    run("repeats", MANIFEST, &[("a.csv", names().as_bytes())]);
}

#[test]
fn they_are_told_apart_when_somebody_asks() {
    let folder = Folder::new("settled", &[("a.csv", names().as_bytes())]);
    let mut map = SourceMap::new();
    let file = map.add("audit.toml", MANIFEST).unwrap();
    let (manifest, _) = Manifest::read(&map, file);
    let means = Means { threads: 2, large: 0, chunk: 1 << 20 };
    let (mut store, _) = load_with(&mut map, &manifest, &schema(), (&folder.0, means));
    let Data::Listed(ids) = &store.tables[0].columns[0].data else { panic!("hardly any repeats") };
    assert_ne!(ids[3], ids[1999]);
    assert!(matches!(store.tables[0].columns[1].data, Data::Symbol(_)), "one that does repeat");
    store.settle(0, 0);
    store.settle(0, 0);
    let Data::Symbol(ids) = &store.tables[0].columns[0].data else { panic!("settled") };
    let mut different = ids.clone();
    different.sort_unstable();
    different.dedup();
    // The number of a blank cell is that of the first name.
    assert_eq!((ids[3], different.len()), (ids[1999], 1998));
    assert_eq!((store.text(0, 1999, 0), store.tables[0].columns[0].state(700)), (Some("名3"), State::Blank));
}
