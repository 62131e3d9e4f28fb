//! Tables as programs and people leave them, each with what it says: the telling ones of some hundreds of pollutions of
//! clean tables, whose sums were compared to the penny.

use super::{cells, run};

/// Reads `bytes` as a small and as a large file; names, budgets and expenses in 元, one row a line.
fn rows(name: &str, bytes: &[u8]) -> String {
    let manifest = "[relation.project]\nsource = \"a.csv\"\n";
    let (map, store, _) = run(&format!("polluted-{name}"), manifest, &[("a.csv", bytes)]);
    let columns = [0, 2, 3].map(|column| cells(&map, &store, 0, column));
    let line = |row: usize| columns.iter().map(|column| column[row].as_str()).collect::<Vec<_>>().join(" ");
    (0..columns[0].len()).map(line).collect::<Vec<_>>().join("\n")
}

fn utf_16(text: &str, to_bytes: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(to_bytes).collect()
}

#[test]
fn pages_of_a_printed_table() {
    let page = "某县2024年支出表（续）,,,\n单位：万元,,,\n项目名称,项目类型,预算金额,支出金额\n,,万元,元\n";
    let csv = format!(
        "编制单位：某局,,,\n{page}甲,公共,1.5,\"1,000\"\n过次页,,1.5,\"1,000\"\n第 1 页,,,\n\n{page}承前页,,1.5,\"1,000\"\n乙,,２.25,30\n,小计,3.75,1030\n二、其他,,,\n其中：丙,,1,1\n丁,,0.5,-\n合计,,4.25,1030\n注：本表,未审\n填表人：张三,,审核人：李四,\n"
    );
    assert_eq!(rows("pages", csv.as_bytes()), "甲 15000 1000\n乙 22500 30\n丁 5000 ");
}

#[test]
fn amounts_as_people_write_them() {
    let csv = "项目名称;预算金额（元）;支出金额（元）\n甲;1,234.50;(3.25)\n乙;１，２３４．５０;（３．２５）\n丙;△3.25;3.25-\n丁;0.12345万元;￥ 1,234.50元\n戊;人民币5元整;+5\n己; \u{a0}5\u{3000};\u{200b}5.00\n庚;4,95;约5\n";
    let read =
        "甲 1234.50 -3.25\n乙 1234.50 -3.25\n丙 -3.25 -3.25\n丁 1234.5 1234.50\n戊 5 5\n己 5 5.00\n庚 !4,95 !约5";
    let shown = rows("amounts", csv.as_bytes());
    let plain = |text: &str| {
        let trim = |word: &str| match word.contains('.') && !word.starts_with('!') {
            true => word.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => word.to_owned(),
        };
        text.lines().map(|line| line.split(' ').map(trim).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(plain(&shown), plain(read));
}

#[test]
fn texts_in_every_encoding() {
    let csv = "项目名称\t预算金额(元)\t支出金额(元)\r\n一年一度\t1\t2\r\n\"二\n期\"\t3\t4\r\n";
    let read = "一年一度 1 2\n二\n期 3 4";
    let (gb, ..) = encoding_rs::GB18030.encode(csv);
    let little = utf_16(csv, u16::to_le_bytes);
    let marked: Vec<u8> = [0xFE, 0xFF].into_iter().chain(utf_16(csv, u16::to_be_bytes)).collect();
    let with_mark = format!("\u{feff}{csv}");
    for (name, bytes) in [("gb", &gb[..]), ("le", &little), ("be", &marked), ("mark", with_mark.as_bytes())] {
        assert_eq!(rows(name, bytes), read, "{name}");
    }
    let old = "项目名称,预算金额(元),支出金额(元)\r甲,1,2\r乙,3,4\r";
    assert_eq!(rows("cr", old.as_bytes()), "甲 1 2\n乙 3 4");
    let filled = "项目名称\0,预算金额(元)\0,支出金额(元)\0\n甲\0\0,1\0,\0\n\0,\0,\0\n乙\0,3\0,4\0\n";
    assert_eq!(rows("nul", filled.as_bytes()), "甲 1 \n乙 3 4");
}

#[test]
fn rows_and_headers_that_are_not_even() {
    let csv = "说明\n\n'项目\n名称*','金额(元)',,'备 注'\n,'预算金额','支出金额',\n'甲''s',1,2,,,\n'乙,丙',3\n\n'项目\n名称*','金额(元)',,'备 注',,\n,'预算金额','支出金额',,\n丁,5,6,见\"附表\"\n";
    assert_eq!(rows("ragged", csv.as_bytes()), "甲's 1 2\n乙,丙 3 \n丁 5 6");
}

#[test]
fn amounts_that_an_unquoted_comma_cut_are_not_read_from_there_on() {
    let csv =
        "项目名称,预算金额(元),支出金额(元)\n甲,1,234.50,7\n乙,-12,345,678\n丙,5,6,见附注\n丁,3,4,\n合计,1,242.50,17\n";
    assert_eq!(rows("torn", csv.as_bytes()), "甲 !1 !234.50\n乙 !-12 !345\n丙 5 6\n丁 3 4");
    let wide = "项目名称,项目类型,预算金额(元),支出金额(元)\n甲,公共,8,1,234,567\n乙,公共,8,234,附注\n";
    assert_eq!(rows("torn-wide", wide.as_bytes()), "甲 8 !1\n乙 !8 !234", "from where it is cut");
    let point = "项目名称,预算金额(元),支出金额(元)\n甲,4,95,3\n乙,100,4,8\n丙,5,6,见附注\n丁,100,95,\n戊,3,4\n";
    assert_eq!(rows("torn-point", point.as_bytes()), "甲 !4 !95\n乙 !100 !4\n丙 5 6\n丁 100 95\n戊 3 4");
}

#[test]
fn marks_of_footnotes_are_no_digits() {
    let csv = "项目名称,预算金额(元),支出金额(元)\n甲,25.08①,1\n乙,25²,②\n丙①,１２,½\n";
    assert_eq!(rows("marks", csv.as_bytes()), "甲 !25.08① 1\n乙 !25² !②\n丙① 12 !½");
}

#[test]
fn texts_as_programs_write_them_for_excel() {
    let csv = "项目名称,预算金额(元),支出金额(元)\n=\"007\",=\"12\",\"=\"\"1,000.50\"\"\"\n";
    assert_eq!(rows("excel", csv.as_bytes()), "007 12 1000.50");
}

#[test]
fn commas_that_may_be_decimal_points_are_doubted() {
    let told = |csv: &str| {
        let manifest = "[relation.project]\nsource = \"a.csv\"\n";
        let (.., report) = run("polluted-decimal-commas", manifest, &[("a.csv", csv.as_bytes())]);
        report.iter().any(|one| one.message.zh.contains("若逗号是小数点"))
    };
    assert!(told("项目名称;预算金额(元)\n甲;4,95\n乙;1,234\n"));
    assert!(!told("项目名称;预算金额(元)\n甲;4,95\n乙;1,234\n丙;2,345\n"), "one slip among amounts with thousands");
    assert!(!told("项目名称;预算金额(元)\n甲;4,95\n乙;1,234.50\n"));
}

/// Twelve rows of names, kinds, budgets and expenses with these among them, as they are read; and what is said of it.
fn among(name: &str, headers: &str, odd: &[&str]) -> (String, Vec<String>) {
    let plain = (1..=12).map(|n| format!("项目{n}-甲,{},{}.50,{n}.25\n", ["公共", "其他"][n % 2], n * 10));
    let csv = format!("{headers}\n{}{}\n", plain.collect::<String>(), odd.join("\n"));
    let manifest = "unit = \"元\"\n[relation.project]\nsource = \"a.csv\"\n";
    let (map, store, said) = run(&format!("polluted-{name}"), manifest, &[("a.csv", csv.as_bytes())]);
    let columns = [0, 1, 2, 3].map(|column| cells(&map, &store, 0, column));
    let line = |row: usize| columns.iter().map(|column| column[row].as_str()).collect::<Vec<_>>().join("|");
    let said = said.into_iter().filter(|one| one.severity != crate::diagnostic::Severity::Note);
    ((12..columns[0].len()).map(line).collect::<Vec<_>>().join("\n"), said.map(|one| one.message.zh).collect())
}

const HEADERS: &str = "项目名称,项目类型,预算金额,支出金额";

#[test]
fn rows_with_a_delimiter_too_many_or_another_one_are_put_in_order_by_what_the_columns_hold() {
    let (rows, said) = among(
        "mended",
        HEADERS,
        &[
            "项目20-甲,公共,,200.50,20.25",
            ",项目21-甲,公共,210.50,21.25",
            "项目22-甲;公共;220.50;22.25",
            "项目23-甲|公共|\"2,300.50\"|23.25",
        ],
    );
    assert_eq!(
        rows,
        "项目20-甲|公共|200.50|20.25\n项目21-甲|公共|210.50|21.25\n项目22-甲|公共|220.50|22.25\n项目23-甲|公共|2300.50|23.25"
    );
    assert_eq!(said, ["a.csv 有 4 行多写或写错了分隔符，按各栏的内容对上了栏"]);
}

#[test]
fn rows_with_a_delimiter_missing_are_not_read_from_there_on() {
    let (rows, said) = among("missing", HEADERS, &["项目20-甲公共,200.50,20.25", "项目21-甲,公共210.50,21.25"]);
    assert_eq!(rows, "!项目20-甲公共|!200.50|!20.25|!\n项目21-甲|!公共210.50|!21.25|!");
    let (rows, _) = among("missing-last", HEADERS, &["项目22-甲,公共,22022.25"]);
    assert_eq!(rows, "项目22-甲|公共|!22022.25|!", "one amount, or two");
    assert_eq!(said, ["a.csv 有 2 行格子数与别的行不同，内容对不上栏：从可能错位的那一格起按原样保留，不参与计算"]);
}

#[test]
fn rows_that_end_early_or_hold_more_are_no_rows_out_of_order() {
    let (rows, said) =
        among("short", HEADERS, &["项目20-甲,公共", "项目21-甲,公共", "项目22-甲,公共,220.50,22.25,见附件"]);
    assert_eq!(rows, "项目20-甲|公共||\n项目21-甲|公共||\n项目22-甲|公共|220.50|22.25");
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("缺的作空白") && said[1].contains("多出的没有读入"), "{said:?}");
}

#[test]
fn headers_with_a_delimiter_too_many_or_missing() {
    let first = |name: &str, headers: &str| {
        let (rows, said) = among(name, headers, &["项目20-甲,公共,200.50,20.25"]);
        (rows, said.first().cloned().unwrap_or_default())
    };
    let row = "项目20-甲|公共|200.50|20.25";
    let (rows, said) = first("gap", "项目名称,,项目类型,预算金额,支出金额");
    assert_eq!(rows, row);
    assert!(said.contains("表头比各行多一个空格"), "{said}");
    let (rows, said) = first("joined", "项目名称项目类型,预算金额,支出金额");
    assert_eq!(rows, row);
    assert!(said.contains("有两栏的名称连在一起"), "{said}");
    let (_, said) = first("lost", "项目名称,类型和预算,支出金额");
    assert!(said.contains("多出的没有读入") || said.contains("表头可能少了一个分隔符"), "{said}");
    let (rows, _) = first("quote", "\"项目名称,项目类型,预算金额,\"支出金额\"");
    assert_eq!(rows, row, "a quote of a header is no part of its name");
}

#[test]
fn headers_that_are_said_again_with_one_more_are_no_data() {
    let (rows, _) =
        among("again", HEADERS, &["项目名称,项目类型,预算金额,支出金额,列5", "项目20-甲,公共,200.50,20.25,"]);
    assert_eq!(rows, "项目20-甲|公共|200.50|20.25");
}

#[test]
fn commas_are_decimal_points_where_the_manifest_says_so() {
    let csv = "项目名称;项目类型;预算金额(元);支出金额(元)\n甲;x;1.234,56;1.234\n乙;x;4,95;-12.000,5\n丙;x;7;1.234.567,89\n丁;x;1,234.5;1.23\n戊;x;(1 234,5);1'234,5\n";
    let read = |told: &str| {
        let manifest = format!("[relation.project]\nsource = \"a.csv\"\n{told}");
        let (map, store, said) = run("polluted-decimal", &manifest, &[("a.csv", csv.as_bytes())]);
        let columns = [2, 3].map(|column| cells(&map, &store, 0, column));
        let line = |row: usize| columns.iter().map(|column| column[row].as_str()).collect::<Vec<_>>().join(" ");
        let said: Vec<String> = said.iter().filter_map(|one| one.help.as_ref()).map(|help| help.zh.clone()).collect();
        ((0..5).map(line).collect::<Vec<_>>(), said.join("\n"))
    };
    let (rows, said) = read("");
    assert_eq!(rows[..3], ["!1.234,56 1.234", "!4,95 !-12.000,5", "7.0 !1.234.567,89"]);
    assert!(said.contains("budget = { …, decimal = \",\" }") && said.contains("spent = { …, decimal"), "{said}");
    let all = ["1234.56 1234.00", "4.95 -12000.50", "7.00 1234567.89", "!1,234.5 !1.23", "-1234.50 1234.50"];
    let (rows, said) = read("decimal = \",\"\n");
    assert_eq!((rows, said.contains("decimal")), (all.map(str::to_owned).to_vec(), false));
    let (rows, said) = read("columns.spent = { header = \"支出金额\", decimal = \",\" }\n");
    assert_eq!(rows[1..3], ["!4,95 -12000.50", "7.0 1234567.89"]);
    assert!(said.contains("budget = { …, decimal"), "{said}");
}

#[test]
fn points_beside_decimal_commas_are_doubted_and_a_point_that_is_said_is_none() {
    let told = |csv: &str, columns: &str| {
        let manifest = format!("[relation.project]\nsource = \"a.csv\"\n{columns}");
        let (.., said) = run("polluted-points", &manifest, &[("a.csv", csv.as_bytes())]);
        said.iter().map(|one| one.message.zh.clone()).collect::<Vec<_>>().join("\n")
    };
    let csv = "项目名称;预算金额(元);支出金额(元)\n甲;1.234,56;1.000\n乙;4,95;2\n";
    let comma = "columns.budget = { header = \"预算金额\", decimal = \",\" }\n";
    assert!(told(csv, comma).contains("1.234 不当作 1234 读"));
    let both = format!("{comma}columns.spent = {{ header = \"支出金额\", decimal = \".\" }}\n");
    assert!(!told(csv, &both).contains("1.234 不当作 1234 读"), "it is said");
    let csv = "项目名称;预算金额(元)\n甲;4,95\n乙;1,234\n";
    assert!(told(csv, "").contains("若逗号是小数点"));
    assert!(!told(csv, "columns.budget = { header = \"预算金额\", decimal = \".\" }\n").contains("若逗号是小数点"));
}
