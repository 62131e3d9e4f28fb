use std::path::PathBuf;

use super::{Asked, suggest};
use crate::diagnostic::{Code, Lang, Severity};
use crate::facts::{Manifest, load};
use crate::schema::{Column, ColumnType, Relation, Schema};
use crate::source::{SourceMap, Span};

fn schema() -> Schema {
    let column = |name: &str, ty, doc: &str| Column {
        name: name.to_owned(),
        ty,
        doc: doc.to_owned(),
        headers: Vec::new(),
        part_of: None,
        is_share: false,
        span: Span::default(),
    };
    let relation = |name: &str, columns| Relation {
        name: name.to_owned(),
        columns,
        key: vec![0],
        totals: None,
        doc: "一张表".to_owned(),
        span: Span::default(),
    };
    let project = vec![
        column("name", ColumnType::Symbol, "项目名称，照原表"),
        column("category", ColumnType::Symbol, "项目类型"),
        column("budget", ColumnType::Money, "预算金额（总额）"),
        column("spent", ColumnType::Money, "支出金额"),
    ];
    let voucher = vec![
        column("voucher", ColumnType::Symbol, "凭证号"),
        column("date", ColumnType::Date, "记账日期"),
        column("amount", ColumnType::Money, "金额"),
    ];
    let totals = relation("project_total", vec![project[0].clone(), project[2].clone(), project[3].clone()]);
    let project = Relation { totals: Some("project_total".to_owned()), ..relation("project", project) };
    Schema { relations: vec![project, relation("expenditure", voucher), totals] }
}

fn asked(dir: &std::path::Path, lang: Lang) -> Asked<'_> {
    Asked { dir, lang, packs: &["budget"], declarations: "tables.dl", cards: "tables.toml" }
}

#[test]
fn the_manifest_that_is_written_works() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let files = [
        ("附表.csv", "某局支出表,,\n项目名称,预算数（万元）,支出金额（万元）\n甲,1,2\n乙,3,\"4,95\"\n合计,4,7\n"),
        ("凭证.csv", "凭证号,日期,金额\nv1,2020-01-02,5\n"),
        ("别的.csv", "姓名,电话\n"),
    ];
    let mut paths: Vec<PathBuf> = Vec::new();
    for (name, text) in files {
        std::fs::write(dir.join(name), text).unwrap();
        paths.push(dir.join(name));
    }
    let mut map = SourceMap::new();
    let (made, report) = suggest(&mut map, &schema(), &paths, &asked(dir, Lang::Zh));
    assert!(report.is_empty(), "{report:?}");
    assert_eq!((made.fed, made.own, made.unknown), (2, 0, 1), "{}", made.manifest);
    assert_eq!(made.declarations, "");
    for part in ["预算数", "4,95", "没有写明单位", "姓名", "像合计"] {
        assert!(made.manifest.contains(part), "{part} in {}", made.manifest);
    }
    let mut map = SourceMap::new();
    let file = map.add("audit.toml", made.manifest.as_str()).unwrap();
    let (manifest, report) = Manifest::read(&map, file);
    assert!(report.is_empty(), "{report:?}\n{}", made.manifest);
    let (store, report) = load(&mut map, &manifest, &schema(), dir);
    let worse: Vec<_> = report.diagnostics().iter().filter(|one| one.severity > Severity::Note).collect();
    assert!(worse.is_empty(), "{worse:?}\n{}", made.manifest);
    assert_eq!((store.tables[0].rows, store.tables[1].rows), (2, 1));
    assert_eq!(store.tables[0].precision(0, 2).unit, crate::value::Unit::WanYuan);
}

#[test]
fn a_file_of_no_known_format_is_said() {
    let mut map = SourceMap::new();
    let (made, report) =
        suggest(&mut map, &schema(), &[PathBuf::from("a.xyz")], &asked(std::path::Path::new("."), Lang::En));
    assert_eq!(report.diagnostics().iter().map(|one| one.code).collect::<Vec<_>>(), [Code::UnreadableFile]);
    assert_eq!(made.fed, 0);
}

#[test]
fn what_is_said_of_a_file_as_a_whole_has_no_place() {
    let path = std::env::temp_dir().join(format!("gouji-init-{}.csv", std::process::id()));
    let (bytes, ..) = encoding_rs::GB18030.encode("项目名称,预算数（万元）\n甲\0,1\n");
    std::fs::write(&path, &*bytes).unwrap();
    let mut map = SourceMap::new();
    map.add("rules.dl", ".decl other(x: number)\n").unwrap();
    let (made, report) =
        suggest(&mut map, &schema(), std::slice::from_ref(&path), &asked(&std::env::temp_dir(), Lang::Zh));
    assert!(made.manifest.contains("encoding = \"gb18030\""), "it goes where it is needed: {}", made.manifest);
    let _ = std::fs::remove_file(&path);
    let said: Vec<_> = report.diagnostics().iter().map(|one| (one.code, one.place())).collect();
    assert_eq!(said, [(Code::Doubtful, None)]);
}

#[test]
fn tables_that_look_like_no_relation_get_one_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let first = "2024年资产台账,,,,,,,\n\n资产编号,名称,购置日期,原值（元）,净值,折旧率（%）,数量,数量\n007,电脑,2020-03-05,\"5,600.00\",12.5万元,5,1,2\n008,桌子,2021年4月1日,1200,3元,4.5,3,4\n";
    let files = [
        ("1月台账.csv", first.to_owned()),
        ("2月台账.csv", first.replace("桌子", "椅子")),
        ("清单.txt", "包号,供货商,报价\n1,甲,3.5\n2,乙,4\n".to_owned()),
        ("说明.txt", "本项目于2024年实施。\n".to_owned()),
        ("空.csv", String::new()),
    ];
    let mut paths: Vec<PathBuf> = Vec::new();
    for (name, text) in &files {
        std::fs::write(dir.join(name), text).unwrap();
        paths.push(dir.join(name));
    }
    let mut map = SourceMap::new();
    let (made, report) = suggest(&mut map, &schema(), &paths, &asked(dir, Lang::Zh));
    assert!(report.is_empty(), "{report:?}");
    let all = made.manifest.clone() + &made.declarations;
    assert_eq!((made.fed, made.own, made.unknown), (0, 3, 1), "{all}");
    for part in [
        "rules = [\"budget\", \"./tables.dl\"]",
        "header = 3, table = \"1月台账.csv\"",
        "format = \"csv\", header = 1",
        "只有正文",
        "空.csv，看不出表头",
        ".decl 表1月台账(",
    ] {
        assert!(all.contains(part), "{part} in {all}");
    }
    let columns: Vec<&str> =
        made.declarations.lines().filter(|line| line.starts_with("    ") && !line.contains("///")).collect();
    let wanted = [
        "资产编号: symbol,",
        "名称: symbol,",
        "购置日期: date,",
        "原值: money,",
        "净值: money,",
        "折旧率: percent,",
        "数量: number,",
        "数量_2: number",
        "包号: symbol,",
        "供货商: symbol,",
        "报价: money",
    ];
    assert_eq!(columns.iter().map(|column| column.trim()).collect::<Vec<_>>(), wanted);
}

#[test]
fn a_header_that_says_just_so_is_that_column_whatever_its_cells() {
    let path = std::env::temp_dir().join(format!("gouji-init-unread-{}.csv", std::process::id()));
    std::fs::write(&path, "项目名称,预算数（百元）,支出金额（元）\n甲,100,\"4,95\"\n乙,200,30\n").unwrap();
    let dir = std::env::temp_dir();
    let (made, _) = suggest(&mut SourceMap::new(), &schema(), std::slice::from_ref(&path), &asked(&dir, Lang::Zh));
    let _ = std::fs::remove_file(&path);
    for part in ["spent = \"支出金额（元）\"", "读不出的：4,95", "单位：百元"] {
        assert!(made.manifest.contains(part), "{part} in {}", made.manifest);
    }
    assert!(!made.manifest.contains("category"));
}

/// The titles of the cards that are written for one table.
fn titles(name: &str, text: &str) -> Vec<String> {
    let path = std::env::temp_dir().join(format!("gouji-cards-{name}-{}.csv", std::process::id()));
    std::fs::write(&path, text).unwrap();
    let dir = std::env::temp_dir();
    let (made, _) = suggest(&mut SourceMap::new(), &schema(), std::slice::from_ref(&path), &asked(&dir, Lang::Zh));
    let _ = std::fs::remove_file(&path);
    let title = |line: &str| line.strip_prefix("title    = ").map(|title| title.trim_matches('"').to_owned());
    let titles: Vec<String> = made.cards.lines().filter_map(title).collect();
    assert_eq!(titles.len(), made.checks, "{}", made.cards);
    titles.iter().map(|title| title.split_once('：').map_or(title.clone(), |(_, rest)| rest.to_owned())).collect()
}

#[test]
fn formulas_are_those_that_nearly_all_rows_keep() {
    let goods =
        "品名,数量,单价（元）,金额（元）\n甲,12,3.50,42.00\n乙,30,12.80,384.00\n丙,7,45.00,315.00\n丁,25,6.20,165.00\n";
    assert_eq!(titles("goods", goods), ["金额 ＝ 数量 × 单价"], "one of four is wrong");
    let trip =
        "姓名,人数,天数,标准（元）,金额（元）\n甲,12,3,180.00,6480.00\n乙,30,2,150.00,9000.00\n丙,7,5,220.00,7700.00\n";
    assert_eq!(titles("trip", trip), ["金额 ＝ 人数 × 天数 × 标准"]);
    let year =
        "乡镇,月发放金额（元）,全年发放金额（元）\n甲,1250.50,15006.00\n乙,3410.00,40920.00\n丙,980.25,11763.00\n";
    assert_eq!(titles("year", year), ["全年发放金额 ＝ 月发放金额 × 12"]);
    let cut =
        "标段,控制价（万元）,报价（万元）,下浮率\n甲,1250,1188.50,4.92%\n乙,860,829.90,3.50%\n丙,320,305.60,4.50%\n";
    assert_eq!(titles("cut", cut), ["下浮率 ＝ （控制价 － 报价）÷ 控制价"]);
    let noise =
        "村名,户数,人口,收入（元）\n甲,120,410,3021.50\n乙,98,377,2876.10\n丙,143,502,3355.00\n丁,77,251,2990.40\n";
    assert_eq!(titles("noise", noise), Vec::<String>::new());
    let few = "村名,本年（元）,上年（元）,差额（元）\n甲,120,100,21\n乙,98,77,20\n";
    assert_eq!(titles("few", few), Vec::<String>::new(), "no row keeps it");
}

#[test]
fn of_formulas_that_nearly_hold_the_best_stays_and_stocks_are_no_flows() {
    let bonds = "工程,额度（万元）,拨付（万元）,支出（万元）,结余（万元）\n甲,8500,8500,6820.5,1679.5\n乙,6000,6000,5412.36,587.64\n\
        丙,12000,9600,7744,1856\n丁,4500,4500,4100.2,399.8\n戊,3000,2400,1800.8,599.2\n";
    assert_eq!(titles("bonds", bonds), ["结余 ＝ 拨付 － 支出"]);
    let quarters = "项目,一季度（元）,二季度（元）,三季度（元）,四季度（元）,全年合计（元）\n工资,100.20,150.30,125.25,125.25,501.00\n\
        水电,40.40,60.60,50.50,50.50,202.00\n维修,20.60,30.90,25.75,25.75,103.00\n慰问,8.80,13.20,11.00,11.00,44.00\n期末结余,500,480,470,460,460\n";
    assert_eq!(titles("quarters", quarters), ["全年合计 ＝ 一季度 ＋ 二季度 ＋ 三季度 ＋ 四季度"]);
}

#[test]
fn sums_of_rows_are_known_by_what_they_add() {
    let parts = "工程名称,送审（元）,审定（元）\n一、土建,300.50,280.50\n基础,100.25,90.25\n主体,200.25,190.25\n二、安装,80.60,70.10\n\
        给水,30.60,25.10\n电气,50.00,45.00\n合计,381.10,350.60\n";
    let all = titles("parts", parts);
    for title in ["合计的送审 ＝ 各行相加", "上级行的审定 ＝ 各行相加"] {
        assert!(all.iter().any(|one| one == title), "{title} in {all:?}");
    }
    let rates = "乡镇,人数,补助标准（元）\n甲,12,300\n乙,15,310\n丙,20,320\n合计,47,310\n";
    assert_eq!(titles("rates", rates), ["合计的人数 ＝ 各行相加"], "standards are not added up");
}

#[test]
fn commas_for_decimal_points_are_written_where_they_are_proven() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let written = |csv: &str| {
        let path = dir.join("a.csv");
        std::fs::write(&path, csv).unwrap();
        suggest(&mut SourceMap::new(), &schema(), &[path], &asked(dir, Lang::Zh)).0.manifest
    };
    let proven = written("项目名称;预算金额;支出金额\n甲;1.234,56;1.000\n乙;12.000,00;2\n丙;4,95;3\n");
    assert!(proven.contains("budget = { header = \"预算金额\", decimal = \",\" }"), "{proven}");
    assert!(proven.contains("spent = { header = \"支出金额\", decimal = \",\" }"), "as the other column: {proven}");
    assert!(proven.contains("# “预算金额”的逗号是小数点：表里有 1.234,56 一类的"), "{proven}");
    let slip = written("项目名称;预算金额;支出金额\n甲;1.234,56;1.000\n乙;25.08;2\n丙;4,95;3\n");
    assert!(!slip.contains("decimal ="), "25.08 is none of them: {slip}");
}
