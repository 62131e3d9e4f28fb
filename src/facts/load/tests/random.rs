//! Whatever stands in a file: no panic, and the same however large it is.

use proptest::prelude::{ProptestConfig, Strategy, any, prop, proptest};
use proptest::sample::select;

use super::{run_with, schema};

/// A cell as it may stand in a file, right or wrong.
fn cell() -> impl Strategy<Value = String> {
    let texts = vec![
        "",
        "甲",
        " 甲 ",
        "1",
        "25.08",
        "-3",
        "1,234.5",
        "4,95",
        "234",
        "＝",
        "=\"7\"",
        "2①",
        "合计",
        "total",
        "a\"b",
        "\"",
        "行\n二",
        "行\n\n二",
        "１２",
        "3万元",
        "—",
        "x",
        "99999999999999999999",
        "0.00001",
        "\r",
        "(3)",
        "项目名称",
        "万元",
        "。".repeat(30).leak(),
    ];
    select(texts).prop_map(str::to_owned)
}

/// Quoted where it must be, and sometimes where it need not, or wrongly not at all.
fn written(cell: &str, style: u8) -> String {
    let needs = cell.contains([',', '"', '\n', '\r']);
    let pad = if style == 6 { "  " } else { "" };
    if style == 0 || !needs && style < 5 {
        return cell.to_owned();
    }
    format!("{pad}\"{}\"", cell.replace('"', "\"\""))
}

/// Lines that a program or a person writes around and between rows.
const LINES: [&str; 18] = [
    "",
    "",
    ",,,",
    " , ,\t,",
    "\"\",,,",
    "合计,,3,4",
    "小 计,,,",
    "甲,合计,1,2",
    "项目名称,项目类型,预算金额（万元）,支出金额",
    ",,万元,（元）",
    "注：数据来自系统",
    "一、基本支出,,,",
    "其中：人员,,1,1",
    "附表二",
    "支出表（续）,,,",
    "承前页,,3,4",
    "第 2 页",
    "填表人：张三,,审核人：李四,",
];

/// Headers, one line or two, or with their units below.
const HEADERS: [&str; 8] = [
    "项目名称,项目类型,预算金额（万元）,支出金额",
    "项目名称,项目类型,预算金额,\n,,指标总额,其中",
    "项目名称,项目类型,预算金额,支出金额\n,,万元,万元",
    "序号,项目名称,预算金额,支出金额\n单位,个,（元）,元",
    "项目名称,备注,单位,预算金额（元）,支出金额",
    "人数,备注,预算金额,电话",
    "a,\"项目\n名称\",b,c",
    "项目名称,金额",
];

const MANIFESTS: [&str; 14] = [
    "\"a.csv\"",
    "{ file = \"a.csv\", pick = 1 }",
    "{ file = \"a.csv\", pick = 2 }",
    "[{ file = \"a.csv\", pick = 1 }, { file = \"a.csv\", pick = 2, totals = \"skip\" }]",
    "{ file = \"a.csv\", header = 1 }",
    "{ file = \"a.csv\", header = [2, 3] }",
    "{ file = \"a.csv\", header = 210, skip = 3 }",
    "{ file = \"a.csv\", header = false, skip = 2 }",
    "{ file = \"a.csv\", totals = \"keep\" }",
    "{ file = \"a.csv\", totals = \"all\", unit = \"万元\" }",
    "{ file = \"a.csv\", totals = \"skip\", comment = \"a\" }",
    "{ file = \"a.csv\", totals = \"project\" }",
    "{ file = \"a.csv\", blank = [\"x\"], columns.category = { header = \"项目类型\", fill = true } }",
    "{ file = \"a.csv\", columns.category.value = \"公共\" }",
];

/// A line of a table: usually four cells, of which the last two are numbers; now and then something else.
fn line(wrong: bool) -> impl Strategy<Value = String> {
    let cells = prop::collection::vec((cell(), any::<u8>()), 0..6).prop_map(move |row| {
        let style = |style: u8| if wrong { style % 7 } else { style % 6 + 1 };
        row.iter().map(|(cell, any)| written(cell, style(*any))).collect::<Vec<_>>().join(",")
    });
    let plain = (cell(), 0_u32..9999, 0_u32..99).prop_map(|(name, one, two)| {
        let name = written(&name, 1);
        format!("{name},类,{one}.{two},{two}")
    });
    (0_u8..10, cells, plain, select(&LINES[..])).prop_map(|(kind, cells, plain, line)| match kind {
        0..3 => cells,
        3..8 => plain,
        _ => line.to_owned(),
    })
}

/// A table: lines above its headers, these, its rows.
fn table(wrong: bool) -> impl Strategy<Value = String> {
    let above = prop::collection::vec(select(&LINES[..]), 0..3);
    (above, select(&HEADERS[..]), prop::collection::vec(line(wrong), 0..9)).prop_map(|(above, headers, rows)| {
        let lines = above.into_iter().map(str::to_owned).chain([headers.to_owned()]).chain(rows);
        lines.map(|line| line + "\n").collect()
    })
}

/// A file of several tables, and what a manifest says of it.
fn file() -> impl Strategy<Value = (String, &'static str)> {
    let far = (0_u8..20).prop_map(|far| if far == 0 { "甲,乙\n".repeat(230) } else { String::new() });
    (any::<bool>(), any::<bool>(), select(&MANIFESTS[..]), far).prop_flat_map(|(wrong, windows, manifest, far)| {
        prop::collection::vec(table(wrong), 1..4).prop_map(move |tables| {
            let csv = far.clone() + &tables.concat();
            (if windows { csv.replace('\n', "\r\n") } else { csv }, manifest)
        })
    })
}

proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,200}") {
        let manifest = "[relation.project]\nsource = [\"a.csv\", \"a.toml\", \"b.csv\"]\n[relation.total]\nsource = \"b.toml\"\n";
        let files = [("a.csv", &bytes[..]), ("a.toml", &bytes[..]), ("b.csv", text.as_bytes()), ("b.toml", text.as_bytes())];
        let folder = super::Folder::new("bytes", &files);
        let mut map = crate::source::SourceMap::new();
        let file = map.add("audit.toml", manifest).unwrap();
        let (manifest, _) = crate::facts::Manifest::read(&map, file);
        let _ = super::load(&mut map, &manifest, &super::schema(), &folder.0);
        let _ = super::load_with(&mut map, &manifest, &super::schema(), (&folder.0, crate::facts::Means { threads: 2, large: 0, chunk: 16 }));
        let mut map = crate::source::SourceMap::new();
        let file = map.add("audit.toml", text).unwrap();
        let _ = crate::facts::Manifest::read(&map, file);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(300), ..ProptestConfig::default() })]
    #[test]
    fn files_large_and_small_are_read_alike((csv, source) in file()) {
        let mut schema = schema();
        schema.relations[0].totals = Some("total".to_owned());
        let manifest = format!("[relation.project]\nsource = {source}\n");
        run_with(&schema, "random", &manifest, &[("a.csv", csv.as_bytes())]);
    }
}
